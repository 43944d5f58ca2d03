"""Plain HTTP beside GraphQL."""
