"""GraphQL over WebSocket: sockets, their limits, and events as frames that all subscribers share."""
