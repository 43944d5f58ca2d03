"""The GraphQL edge: translates, never decides."""
