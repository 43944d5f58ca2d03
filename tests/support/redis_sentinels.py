"""Two Redis servers, of which one follows the other, and three Sentinels that watch them."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from server.embedded.redis import find_redis
from tests.conftest import free_port
from tests.support.api import wait_for

NAME = "inference"
QUORUM = 2
DOWN_AFTER_MILLISECONDS = 500


@dataclass
class WatchedRedis:
    """The servers and their Sentinels, by port, with one password for all."""

    folder: Path
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    servers: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    sentinels: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """A REDIS_URL."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.sentinels)
        return f"redis+sentinel://:{self.password}@{hosts}/{NAME}/0?sentinel_password={self.password}"

    @property
    def master(self) -> int:
        """The port of the server that the Sentinels call the master."""
        with self._client(next(iter(self.sentinels))) as sentinel:
            return int(sentinel.sentinel_master(NAME)["port"])

    def fail_over(self) -> None:
        """Have the Sentinels make the other server the master, while this one goes on as its replica."""
        before = self.master
        with self._client(next(iter(self.sentinels))) as sentinel:
            sentinel.execute_command("SENTINEL", "FAILOVER", NAME)
        wait_for(lambda: self.master != before, 30)

    def kill_master(self) -> int:
        """Kill the master, and wait until the other server is it; the port of the one that is gone."""
        before = self.master
        self.servers[before].kill()
        self.servers[before].wait()
        wait_for(lambda: self.master != before, 30)
        return before

    def start_server(self, port: int, replica_of: int | None = None) -> None:
        """Start a server, or start it again as it was left."""
        folder = self.folder / str(port)
        folder.mkdir(exist_ok=True)
        config = folder / "redis.conf"
        if not config.exists():
            follows = f"replicaof 127.0.0.1 {replica_of}\n" if replica_of else ""
            config.write_text(
                f"port {port}\nbind 127.0.0.1\ndir {folder}\nsave ''\nmaxmemory-policy noeviction\n"
                f"requirepass {self.password}\nmasterauth {self.password}\n{follows}"
            )
        self.servers[port] = self._start(config)
        wait_for(lambda: self._answers(port), 20)

    def is_followed(self) -> bool:
        """Whether the master has a replica that has all of it, and every Sentinel knows of both and the others."""
        with self._client(self.master) as client:
            replica = client.info("replication").get("slave0")
        if not replica or replica["state"] != "online":
            return False
        for port in self.sentinels:
            with self._client(port) as sentinel:
                state = sentinel.sentinel_master(NAME)
                if state["num-slaves"] < 1 or state["num-other-sentinels"] < len(self.sentinels) - 1:
                    return False
        return True

    def start_sentinel(self, port: int, master: int) -> None:
        """Start a Sentinel that watches the master."""
        folder = self.folder / str(port)
        folder.mkdir()
        config = folder / "sentinel.conf"
        config.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {folder}\nrequirepass {self.password}\n"
            f"sentinel monitor {NAME} 127.0.0.1 {master} {QUORUM}\nsentinel auth-pass {NAME} {self.password}\n"
            f"sentinel sentinel-pass {self.password}\n"
            f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MILLISECONDS}\n"
            f"sentinel failover-timeout {NAME} 5000\n"
        )
        self.sentinels[port] = self._start(config, "--sentinel")
        wait_for(lambda: self._answers(port), 20)

    def stop(self) -> None:
        """Kill all of them."""
        for process in (*self.sentinels.values(), *self.servers.values()):
            process.kill()
            process.wait()

    def _start(self, config: Path, *options: str) -> subprocess.Popen[bytes]:
        with config.with_suffix(".log").open("ab") as log:
            return subprocess.Popen([str(find_redis()), str(config), *options], stdout=log, stderr=log)

    def _client(self, port: int) -> redis.Redis:
        return redis.Redis(port=port, password=self.password, socket_timeout=2, retry=None)

    def _answers(self, port: int) -> bool:
        try:
            with self._client(port) as client:
                return bool(client.ping())
        except (redis.RedisError, OSError):
            return False


@contextmanager
def watched_redis(folder: Path) -> Iterator[WatchedRedis]:
    """Two servers and three Sentinels; all are killed at the end."""
    some = WatchedRedis(folder)
    try:
        master, replica = free_port(), free_port()
        some.start_server(master)
        some.start_server(replica, replica_of=master)
        for _ in range(3):
            some.start_sentinel(free_port(), master)
        wait_for(some.is_followed, 60, 0.2)
        yield some
    finally:
        some.stop()
