"""The client's release, which is the server's."""

VERSION = "0.1.0"
