"""PostgreSQL and Redis together: for the time of a context, and those of an `up` that runs."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.embedded import postgres, redis
from server.embedded.folders import ServerFolders, socket_folder
from server.embedded.postgres import Postgres
from server.embedded.processes import POLL_SECONDS, Child, ServerFailedError, rotate, stop_all
from server.embedded.redis import Redis
from server.embedded.state import StateFile, secret_key

START_SECONDS = 60.0


@dataclass(frozen=True)
class LocalServers:
    """Both servers, running."""

    database_url: str
    redis_url: str
    children: Sequence[Child]

    @classmethod
    @contextmanager
    def start(cls, data_dir: Path, *, durable: bool = True, keep: bool = False) -> Iterator[LocalServers]:
        """Both servers for the time of the context, as tests use them.

        Where root starts them, the cluster lies outside of `data_dir` and is removed at the end unless `keep`.
        """
        with ExitStack() as stack:
            folders = ServerFolders.of(data_dir.absolute(), stack.enter_context(socket_folder()))
            if folders.user is not None and not keep:
                stack.callback(shutil.rmtree, folders.postgres_home, ignore_errors=True)
            database, cache = Postgres.at(folders, durable=durable), Redis.at(folders, durable=durable)
            children = (database.child(), cache.child())
            stack.callback(stop_all, children)
            for child in children:
                rotate(child.log)
                child.start()
            for child, is_up in zip(children, (database.is_up, cache.is_up), strict=True):
                deadline = time.monotonic() + START_SECONDS
                while not is_up():
                    if not child.is_running or time.monotonic() > deadline:
                        raise ServerFailedError(f"{child.name} did not start:\n{child.tail()}")
                    time.sleep(POLL_SECONDS)
            yield cls(database.url(), cache.url, children)


def settings_of_running(data_dir: Path) -> dict[str, str]:
    """The settings by which the servers of the `up` on a data directory are reached; none where it does not run."""
    state = StateFile(data_dir).read()
    if state is None or not state.sockets:
        return {}
    sockets, names = Path(state.sockets[0]), {child.name for child in state.children}
    urls = {"postgres": ("database_url", postgres.url_at(sockets)), "redis": ("redis_url", redis.url_at(sockets))}
    return {**dict(urls[name] for name in urls if name in names), "secret_key": secret_key(data_dir)}
