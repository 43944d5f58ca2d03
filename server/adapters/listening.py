"""Ports to listen on, and sentences about those that cannot be had."""

from __future__ import annotations

import errno
import socket

import psutil

PRIVILEGED_PORTS = 1024


class PortError(Exception):
    """Nobody can listen there; the message says why, and what to do."""


def bind(host: str, port: int, setting: str = "API_PORT") -> socket.socket:
    """A socket bound to an address; a port of 0 becomes a free one. `setting` is where another port is chosen.

    Raises:
        PortError: it cannot be bound.
    """
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortError(_sentence(error, host, port, setting)) from None
    return bound


def _sentence(error: OSError, host: str, port: int, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken by {_listener(port)}; choose another with {setting}, or end that one"
    if error.errno == errno.EACCES and port < PRIVILEGED_PORTS:
        return f"port {port} needs root or CAP_NET_BIND_SERVICE; choose one from {PRIVILEGED_PORTS} with {setting}"
    return f"port {port} of {host} cannot be used ({error.strerror}); choose others with API_HOST and {setting}"


def _listener(port: int) -> str:
    """Who listens on a port, as far as this user may know."""
    try:
        for connection in psutil.net_connections("tcp"):
            address = connection.laddr
            if connection.status == psutil.CONN_LISTEN and address and address.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        pass
    return f"another program (`ss -ltnp sport = :{port}`, as root, says which)"
