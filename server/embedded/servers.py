"""PostgreSQL and Redis together."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.embedded.children import POLL_SECONDS, Child, rotate, stop_all
from server.embedded.place import Place, socket_folder
from server.embedded.postgres import Postgres, ServerFailedError
from server.embedded.redis import Redis

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
            place = Place.of(data_dir.absolute(), stack.enter_context(socket_folder()))
            if place.user is not None and not keep:
                stack.callback(shutil.rmtree, place.postgres_home, ignore_errors=True)
            postgres, redis = Postgres.at(place, durable=durable), Redis.at(place, durable=durable)
            children = (postgres.child(), redis.child())
            stack.callback(stop_all, children)
            for child in children:
                rotate(child.log)
                child.start()
            _wait_for(children[0], postgres.is_up)
            _wait_for(children[1], redis.is_up)
            yield cls(postgres.url(), redis.url, children)


def _wait_for(child: Child, is_up: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_up():
        if not child.is_running or time.monotonic() > deadline:
            raise ServerFailedError(f"{child.name} did not start:\n{child.tail()}")
        time.sleep(POLL_SECONDS)
