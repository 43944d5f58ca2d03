"""A private Redis, reached through a socket that only we can open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import redis

from server.adapters.redis_calls import REDIS_ERRORS
from server.embedded.binaries import find_redis
from server.embedded.children import Child
from server.embedded.place import REDIS_SOCKET, Place
from server.embedded.postgres import plain_environment


def url_at(sockets: Path) -> str:
    """The URL of the Redis of a socket folder."""
    return f"unix://{sockets / REDIS_SOCKET}?db=0"


@dataclass(frozen=True)
class Redis:
    """The embedded Redis of one place; `durable`, it writes what it holds every second."""

    place: Place
    binary: Path
    durable: bool = True

    @classmethod
    def at(cls, place: Place, *, durable: bool = True) -> Redis:
        """One that is not yet started; raises BinaryMissingError."""
        place.prepare()
        return cls(place, find_redis(), durable)

    @property
    def url(self) -> str:
        """Its URL."""
        return url_at(self.place.sockets)

    def child(self) -> Child:
        """The server process."""
        options = ["--port", "0", "--unixsocket", str(self.place.redis_socket), "--unixsocketperm", "700"]
        options += ["--daemonize", "no", "--dir", str(self.place.redis_data), "--maxmemory-policy", "noeviction"]
        options += ["--save", "", "--appendonly", "yes" if self.durable else "no", "--appendfsync", "everysec"]
        return Child("redis", [str(self.binary), *options], plain_environment(), self.place.log("redis"))

    def is_up(self) -> bool:
        """Whether it answers, its data being read."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1, retry=None) as client:
                return bool(client.ping())
        except REDIS_ERRORS:
            return False
