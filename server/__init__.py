"""The application: settings, domain, tables, adapters, services and plain HTTP routes; no GraphQL, no torch."""
