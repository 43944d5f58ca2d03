"""The child process that holds models, and the client that its supervisor speaks to it with."""
