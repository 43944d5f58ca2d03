"""The doors of plain HTTP beside GraphQL: each translates to the same services, and decides nothing."""
