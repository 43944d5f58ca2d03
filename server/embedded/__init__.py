"""Embedded mode: everything on one machine, started and stopped together."""
