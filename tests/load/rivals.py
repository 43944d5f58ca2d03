"""Other servers of the same model in the same run: `transformers serve` and LitServe, each with one torch thread."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson

from tests.conftest import free_port
from tests.support.api import wait_for

SLOTS = 32
CACHE_TOKENS = 65_536
PAGE_TOKENS = 256
START_SECONDS = 120


@dataclass
class Served:
    """What one request brought: tokens, and seconds to the first text where it is streamed."""

    tokens: int
    first_seconds: float | None


class Rival:
    """A server of one model, and one client of it."""

    name: str

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.http = httpx.AsyncClient(timeout=600, trust_env=False, limits=httpx.Limits(max_connections=200))

    async def run(self, prompt: str, new_tokens: int) -> Served:
        """Make exactly so many tokens."""
        raise NotImplementedError


class TransformersServe(Rival):
    """Continuous batching over HTTP, streaming; nothing is stored."""

    name = "transformers serve --continuous-batching"

    @staticmethod
    def command(folder: Path, port: int) -> list[str]:
        # The default would take most of the memory for its cache and be many times slower on a CPU
        cache = ["--cb-num-blocks", str(CACHE_TOKENS // PAGE_TOKENS), "--cb-max-batch-tokens", "256"]
        return [
            *(str(Path(sys.executable).parent / "transformers"), "serve", str(folder), "--continuous-batching"),
            *("--device", "cpu", "--dtype", "float32", "--host", "127.0.0.1", "--port", str(port), *cache),
        ]

    async def run(self, prompt: str, new_tokens: int) -> Served:
        """One completion."""
        began, first, tokens = time.perf_counter(), None, 0
        asked = {"model": str(self.folder), "prompt": prompt, "max_tokens": new_tokens, "stream": True}
        async with self.http.stream("POST", f"{self.url}/v1/completions", json=asked) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if not line.startswith("data: ") or line == "data: [DONE]":
                    continue
                chunk = orjson.loads(line.removeprefix("data: "))
                if first is None and chunk["choices"] and chunk["choices"][0]["text"]:
                    first = time.perf_counter() - began
                if usage := chunk.get("usage"):
                    tokens = usage["completion_tokens"]
        return Served(tokens, first)


class LitServe(Rival):
    """A dynamic batch of up to 32, which waits for its longest member; nothing is streamed or stored."""

    name = "LitServe, dynamic batch"

    @staticmethod
    def command(folder: Path, port: int) -> list[str]:
        return [sys.executable, "-m", "tests.load.litserve_app", str(folder), str(port), str(SLOTS)]

    async def run(self, prompt: str, new_tokens: int) -> Served:
        """One prediction."""
        answer = await self.http.post(f"{self.url}/predict", json={"prompt": prompt, "new_tokens": new_tokens})
        answer.raise_for_status()
        return Served(answer.json()["tokens"], None)


@contextmanager
def serving(kind: type[TransformersServe] | type[LitServe], folder: Path, log: Path) -> Iterator[Rival]:
    """A rival's server, ready; it ends with the block."""
    port = free_port()
    env = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    with log.open("ab") as out:
        process = subprocess.Popen(kind.command(folder, port), env=env, stdout=out, stderr=out, start_new_session=True)
    url = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        assert process.poll() is None, f"{kind.name} ended while starting; see {log}"
        try:
            return httpx.get(f"{url}/health", trust_env=False, timeout=2).is_success
        except httpx.HTTPError:
            return False

    try:
        wait_for(ready, START_SECONDS, every=0.2)
        yield kind(folder, url)
    finally:
        os.killpg(process.pid, 15)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
