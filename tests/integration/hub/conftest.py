"""A hub on this machine, and downloads from it."""

from __future__ import annotations

import asyncio
import json
import random
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub.utils import close_session

from server.domain.models import ModelSource, SourceType
from server.settings import Settings
from tests.support.hub_server import HubServer, hub_server
from workers.supervisor.downloads import Snapshot, fetch
from workers.supervisor.folders import Choice

REPO = "acme/writer"
ANY = Choice()


def safetensors(size: int = 400_000, seed: int = 0) -> bytes:
    """A whole file with one tensor of noise."""
    header = json.dumps({"weight": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    return struct.pack("<Q", len(header)) + header + random.Random(seed).randbytes(size)


WEIGHTS = safetensors()
FILES = {
    "config.json": b'{"model_type": "llama"}',
    "tokenizer.json": b'{"version": "1.0"}',
    "tokenizer_config.json": b"{}",
    "model.safetensors": WEIGHTS,
}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """An empty hub."""
    # Tests of the bundled models forbid every hub in the environment of this process
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    with hub_server(tmp_path / "hub") as found:
        yield found
    close_session()


class Downloads:
    """Fetches as a worker does, and what it told on the way."""

    def __init__(self, url: str, cache: Path) -> None:
        self.url = url
        self.cache = cache
        self.progress: list[tuple[str, int, int | None]] = []
        self.is_canceled = False

    def settings(self, **overrides: Any) -> Settings:
        """Settings of a worker that knows this hub alone."""
        return Settings(**{"hf_endpoint": self.url, "model_cache_dir": self.cache, **overrides}, _env_file=None)

    async def fetch(
        self,
        repo: str = REPO,
        revision: str | None = None,
        choice: Choice = ANY,
        *,
        waits: bool = False,
        **overrides: Any,
    ) -> Snapshot:
        """The snapshot of a repository."""
        source = ModelSource(SourceType.HUGGINGFACE, repo, revision)
        async with asyncio.timeout(60):
            return await fetch(
                source,
                self.settings(**overrides),
                on_progress=lambda *told: self.progress.append(told),
                cancelled=lambda: self.is_canceled,
                choice=choice,
                waits=waits,
            )


@pytest.fixture
def downloads(hub: HubServer, tmp_path: Path) -> Downloads:
    """Downloads into an empty cache."""
    return Downloads(hub.url, tmp_path / "cache")


def files_of(snapshot: Snapshot) -> dict[str, bytes]:
    """What a snapshot holds."""
    assert snapshot.path is not None
    files = (path for path in snapshot.path.rglob("*") if path.is_file())
    return {path.relative_to(snapshot.path).as_posix(): path.read_bytes() for path in files}
