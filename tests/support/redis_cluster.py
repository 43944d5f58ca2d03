"""A cluster of Redis: three masters, and a replica of the one that has the keys of a prefix."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis
from redis.crc import key_slot

from server.embedded.redis import find_redis
from tests.conftest import free_port
from tests.support.api import wait_for

MASTERS = 3
SLOTS = 16_384
NODE_TIMEOUT_MILLISECONDS = 1000
# Nodes speak with each other 10000 above their ports
HIGHEST_PORT = 55_000


@dataclass
class ClusteredRedis:
    """The nodes, by port, with one password for all."""

    folder: Path
    slot: int
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    nodes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """A REDIS_URL."""
        return f"redis+cluster://:{self.password}@{','.join(f'127.0.0.1:{port}' for port in self.nodes)}"

    @property
    def owner(self) -> int:
        """The port of the master that has the slot, as a node says whose cluster is whole; 0 while none says so."""
        for port in self.nodes:
            with suppress(redis.RedisError, OSError), self.client(port) as node:
                if b"cluster_state:ok" not in node.execute_command("CLUSTER", "INFO"):
                    continue
                for first, last, (_, owner, *_), *_ in node.execute_command("CLUSTER", "SLOTS"):
                    if first <= self.slot <= last:
                        return int(owner)
        return 0

    def kill_owner(self) -> int:
        """Kill the master that has the slot, and wait until its replica is it; the port of the one that is gone."""
        before = self.owner
        self.nodes[before].kill()
        self.nodes[before].wait()
        wait_for(lambda: self.owner not in (0, before), 40, 0.1)
        return before

    def fail_over(self) -> None:
        """Have the replica take over, while the master goes on as its replica."""
        before = self.owner
        for port in self.nodes:
            with self.client(port) as node:
                if node.info("replication").get("master_port") == before:
                    node.execute_command("CLUSTER", "FAILOVER")
        wait_for(lambda: self.owner not in (0, before), 40, 0.1)

    def move_slot(self) -> None:
        """Give the slot, with its keys, to another master while clients write."""
        before = self.owner
        masters = [port for port in self.nodes if self.role(port) == "master"]
        other = next(port for port in masters if port != before)
        ids = {port: self.node_id(port) for port in (before, other)}
        with self.client(before) as source, self.client(other) as target:
            target.execute_command("CLUSTER", "SETSLOT", self.slot, "IMPORTING", ids[before])
            source.execute_command("CLUSTER", "SETSLOT", self.slot, "MIGRATING", ids[other])
            while keys := source.execute_command("CLUSTER", "GETKEYSINSLOT", self.slot, 100):
                source.execute_command(
                    "MIGRATE", "127.0.0.1", other, "", 0, 5000, "REPLACE", "AUTH", self.password, "KEYS", *keys
                )
        for port in (other, before, *(each for each in masters if each not in ids)):
            with self.client(port) as node:
                node.execute_command("CLUSTER", "SETSLOT", self.slot, "NODE", ids[other])
        wait_for(lambda: self.owner == other, 20, 0.1)

    def start_node(self, port: int) -> None:
        """Start a node, or start it again as it was left."""
        folder = self.folder / str(port)
        folder.mkdir(exist_ok=True)
        config = folder / "redis.conf"
        config.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {folder}\nsave ''\nmaxmemory-policy noeviction\n"
            f"requirepass {self.password}\nmasterauth {self.password}\ncluster-enabled yes\n"
            f"cluster-node-timeout {NODE_TIMEOUT_MILLISECONDS}\n"
        )
        with (folder / "redis.log").open("ab") as log:
            self.nodes[port] = subprocess.Popen([str(find_redis()), str(config)], stdout=log, stderr=log)
        wait_for(lambda: self._answers(port), 20)

    def join(self) -> None:
        """Make one cluster of the nodes, of which the last follows the owner of the slot."""
        first, *others = self.nodes
        masters = list(self.nodes)[:MASTERS]
        for number, port in enumerate(masters):
            slots = range(number * SLOTS // MASTERS, (number + 1) * SLOTS // MASTERS)
            with self.client(port) as node:
                node.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
                node.execute_command("CLUSTER", "ADDSLOTS", *slots)
        with self.client(first) as node:
            for port in others:
                node.execute_command("CLUSTER", "MEET", "127.0.0.1", port)
        wait_for(lambda: all(self._knows(port) == len(self.nodes) for port in self.nodes), 30, 0.1)
        wait_for(lambda: self.owner in masters, 30, 0.1)
        owner_id = self.node_id(self.owner)
        with self.client(list(self.nodes)[-1]) as node:
            wait_for(lambda: _is_done(node, "CLUSTER", "REPLICATE", owner_id), 30, 0.2)

    def is_followed(self) -> bool:
        """Whether every node says that the cluster is whole, and some master has a replica that has all of it."""
        followers = 0
        for port in self.nodes:
            try:
                with self.client(port) as node:
                    if b"cluster_state:ok" not in node.execute_command("CLUSTER", "INFO"):
                        return False
                    replica = node.info("replication").get("slave0")
                    followers += bool(replica) and replica["state"] == "online"
            except (redis.RedisError, OSError):
                return False
        return followers == 1

    def stop(self) -> None:
        """Kill all of them."""
        for process in self.nodes.values():
            process.kill()
            process.wait()

    def client(self, port: int) -> redis.Redis:
        """A client of one node."""
        return redis.Redis(port=port, password=self.password, socket_timeout=2, retry=None)

    def role(self, port: int) -> str:
        """Whether a node is a `master` or a `slave`."""
        with self.client(port) as node:
            return str(node.info("replication")["role"])

    def node_id(self, port: int) -> str:
        """What the others call a node."""
        with self.client(port) as node:
            return str(node.execute_command("CLUSTER", "MYID").decode())

    def _knows(self, port: int) -> int:
        with self.client(port) as node:
            text = node.execute_command("CLUSTER", "INFO").decode()
        return int(text.partition("cluster_known_nodes:")[2].split()[0])

    def _answers(self, port: int) -> bool:
        try:
            with self.client(port) as client:
                return bool(client.ping())
        except (redis.RedisError, OSError):
            return False


def _is_done(node: redis.Redis, *command: str) -> bool:
    try:
        node.execute_command(*command)
    except redis.ResponseError:
        return False
    return True


def _node_port() -> int:
    for _ in range(200):
        if (port := free_port()) < HIGHEST_PORT:
            return port
    raise AssertionError(f"no free port below {HIGHEST_PORT}")


@contextmanager
def clustered_redis(folder: Path, prefix: str) -> Iterator[ClusteredRedis]:
    """Three masters and a replica of the one with the keys that begin with `prefix`; all are killed at the end."""
    some = ClusteredRedis(folder, key_slot(prefix.encode()))
    try:
        for _ in range(MASTERS + 1):
            some.start_node(_node_port())
        some.join()
        wait_for(some.is_followed, 60, 0.2)
        yield some
    finally:
        some.stop()
