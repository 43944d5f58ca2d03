"""Embedded mode: everything on one machine, started and stopped together."""

from server.embedded.launch import UpOptions, up

__all__ = ["UpOptions", "up"]
