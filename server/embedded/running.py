"""How a command reaches the servers of an `up` that runs."""

from __future__ import annotations

from pathlib import Path

from server.embedded import postgres, redis
from server.embedded.state import StateFile, secret_key


def services(data_dir: Path) -> dict[str, str]:
    """The settings by which the servers of the `up` on a data directory are reached; none where it does not run."""
    state = StateFile(data_dir).read()
    if state is None or not state.sockets:
        return {}
    sockets, names = Path(state.sockets[0]), {child.name for child in state.children}
    urls = {"postgres": ("database_url", postgres.url_at(sockets)), "redis": ("redis_url", redis.url_at(sockets))}
    found = dict(urls[name] for name in urls if name in names)
    return {**found, "secret_key": secret_key(data_dir)}
