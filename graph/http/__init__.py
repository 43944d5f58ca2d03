"""GraphQL over HTTP: the endpoint, content negotiation, and answers to requests that are not GraphQL."""
