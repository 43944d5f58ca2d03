"""Embedded mode: everything on one machine, started and stopped together."""

from server.embedded.launch import UpOptions, up
from server.embedded.servers import LocalServers

__all__ = ["LocalServers", "UpOptions", "up"]
