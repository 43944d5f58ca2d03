"""Where the API listens, and what it says of its health."""

from __future__ import annotations

import errno
import http.client
import json
import socket
from dataclasses import dataclass
from typing import Any

ANY_HOST = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - shown as what a browser can open
HEALTH_SECONDS = 5


class PortTakenError(Exception):
    """The API cannot listen there; the message says what to do."""


@dataclass(frozen=True)
class Address:
    """A host to listen on and its port."""

    host: str
    port: int

    @classmethod
    def claim(cls, host: str, port: int) -> Address:
        """An address that is free now, a port of 0 being replaced by a free one; raises PortTakenError."""
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise PortTakenError(_why(host, port, error)) from None
            return cls(host, int(probe.getsockname()[1]))

    @property
    def url(self) -> str:
        """The URL to open on this machine."""
        host = ANY_HOST.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def health(self) -> dict[str, Any] | None:
        """The body of /health/ready once it answers 200."""
        host = ANY_HOST.get(self.host, self.host)
        connection = http.client.HTTPConnection(host, self.port, timeout=HEALTH_SECONDS)
        try:
            connection.request("GET", "/health/ready")
            response = connection.getresponse()
            body: dict[str, Any] = json.loads(response.read())
        except (OSError, ValueError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return body if response.status == http.HTTPStatus.OK else None


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken; choose another with --port or API_PORT"
    return f"port {port} of {host} cannot be used ({error.strerror}); choose others with API_HOST and API_PORT"
