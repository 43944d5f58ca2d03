"""Ports to listen on, and sentences about those that cannot be had."""

from __future__ import annotations

import errno
import os
import socket
import stat
from pathlib import Path

import psutil

PRIVILEGED_PORTS = 1024
UNIX_PREFIX = "unix:"
"""A host that is no address but the path of a socket: `unix:/run/inference/api.sock`."""
LONGEST_SOCKET_PATH = 107
EVERY_IPV6 = "::"


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
        if host == EVERY_IPV6:
            # Whatever the system's default is
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortError(_sentence(error, host, port, setting)) from None
    return bound


def socket_path(host: str) -> Path | None:
    """The path of a host that is a socket of this machine, else None."""
    return Path(host.removeprefix(UNIX_PREFIX)) if host.startswith(UNIX_PREFIX) else None


def bind_unix(path: Path) -> socket.socket:
    """A socket bound to a path, in the place of one that an ended process left there.

    Whoever may enter its folder may connect, since a proxy runs as another user.

    Raises:
        PortError: it cannot be bound.
    """
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        raise PortError(f"{path} has more than {LONGEST_SOCKET_PATH} bytes; choose a shorter path with API_HOST")
    bound = socket.socket(socket.AF_UNIX)
    try:
        if path.exists():
            _remove_left_socket(path)
        bound.bind(os.fspath(path))
        path.chmod(0o666)
    except OSError as error:
        bound.close()
        raise PortError(f"{path} cannot be used ({error.strerror}); choose another path with API_HOST") from None
    except PortError:
        bound.close()
        raise
    return bound


def _remove_left_socket(path: Path) -> None:
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise PortError(f"{path} is no socket; choose another path with API_HOST, or remove it")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise PortError(f"another process listens at {path}; choose another path with API_HOST, or end that one")


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
