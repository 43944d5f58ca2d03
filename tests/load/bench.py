"""`make bench`: what the path through GraphQL, PostgreSQL, Redis and a worker costs, as ratios taken in one run.

Each figure is a median of REPEATS interleaved repetitions; the yardstick is the same model, run by the same runner
process without anything around it, or other servers of the same job. Names of PARTS choose what is measured.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.load import cold, fanout, formats, growth, overhead, scaling, stages, text_bench
from tests.load.references.serving import serving
from tests.load.text_models import Shape
from tests.support.api import TERMINAL, Client
from workers.contract.protocol import Done, Message, Metric, Run, VersionSpec
from workers.supervisor.runner_client import RunnerClient, RunnerOptions

REPEATS = int(os.environ.get("REPEATS", "5"))
SHAPES = (Shape(4, 256), Shape(6, 768))
TOKENS = 128
PROSE = Path(__file__).parents[2] / "workers" / "demo_models" / "prose"
PICTURE = {"prompt": "a red circle on a blue background", "steps": 20}
VALUES = {"prompt": "The function returns", "max_new_tokens": TOKENS, "temperature": 2.0, "top_p": 1.0}


class BareRunner:
    """The runner alone: the floor of what a prediction costs."""

    def __init__(self) -> None:
        self._done: dict[str, asyncio.Future[float]] = {}
        self._tokens: dict[str, float] = {}
        self._client: RunnerClient | None = None
        self._count = 0

    async def start(self) -> None:
        """Start the process."""
        self._client = await RunnerClient.start(RunnerOptions(enable_gpu=False, threads=1), self._receive)

    async def stop(self) -> None:
        """End the process."""
        if self._client:
            await self._client.stop()

    def _receive(self, message: Message) -> None:
        if isinstance(message, Metric) and message.name == "output_tokens":
            self._tokens[message.prediction] = message.value
        elif isinstance(message, Done):
            self._done[message.prediction].set_result(self._tokens.get(message.prediction, 0))

    async def run(self, spec: VersionSpec, values: dict[str, object]) -> float:
        """Run one input; the tokens it made."""
        assert self._client is not None
        self._count += 1
        key = f"bench-{self._count}"
        self._done[key] = asyncio.get_running_loop().create_future()
        self._client.send(Run(key, 1, spec, values))
        return await self._done[key]


async def finish(client: Client, model: str, values: dict[str, object]) -> dict[str, Any]:
    """Run a prediction to its end, which on a machine that others use comes later than an answer is waited for."""
    made: dict[str, Any] | None = await client.create(model, values, wait=60)
    while made and made["status"] not in TERMINAL:
        await asyncio.sleep(1)
        made = await client.get(made["id"])
    assert made, "the prediction is gone"
    return made


async def seconds_of(work: Callable[[], Awaitable[object]]) -> float:
    """How long something takes."""
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def measure(client: Client, bare: BareRunner) -> list[tuple[str, str]]:
    """All figures."""
    echo, prose = VersionSpec("echo", "echo"), VersionSpec("prose", "text", str(PROSE))
    rows: dict[str, list[float]] = {"c1": [], "c16": [], "text": [], "bare": []}

    async def through_api(seed: int) -> float:
        made = await finish(client, "demo/prose", {**VALUES, "seed": seed})
        return float(made["metrics"]["outputTokens"])

    async def hello() -> None:
        made = await finish(client, "demo/echo", {"text": "hello"})
        assert made["status"] == "SUCCEEDED", made

    await through_api(0)
    await bare.run(prose, {**VALUES, "top_k": 0, "stop": [], "seed": 0})
    await bare.run(echo, {"text": "hello", "repeat": 1, "delay_seconds": 0, "fail": False})
    for repeat in range(REPEATS):
        rows["c1"].append(statistics.median([await seconds_of(hello) for _ in range(20)]))
        rows["c16"].append(160 / await seconds_of(lambda: _closed_loop(hello, 16, 10)))
        began = time.perf_counter()
        tokens = await through_api(repeat)
        rows["text"].append(tokens / (time.perf_counter() - began))
        began = time.perf_counter()
        tokens = await bare.run(prose, {**VALUES, "top_k": 0, "stop": [], "seed": repeat})
        rows["bare"].append(tokens / (time.perf_counter() - began))
    found = {name: statistics.median(values) for name, values in rows.items()}
    return [
        ("echo, one client, p50", f"{found['c1'] * 1000:.1f} ms"),
        ("echo, 16 clients", f"{found['c16']:.0f} predictions/s"),
        ("prose, one client, through everything", f"{found['text']:.0f} tokens/s"),
        ("prose, the runner alone", f"{found['bare']:.0f} tokens/s"),
        ("through everything / runner alone", f"{found['text'] / found['bare']:.2f}"),
    ]


async def _closed_loop(work: Callable[[], Awaitable[None]], clients: int, each: int) -> None:
    async def one() -> None:
        for _ in range(each):
            await work()

    await asyncio.gather(*(one() for _ in range(clients)))


async def pictures(client: Client) -> list[tuple[str, str]]:
    """Pictures a second, one prediction after the other and eight at once."""
    rows: dict[str, list[float]] = {"turns": [], "together": []}

    async def draw(seed: int) -> None:
        made = await finish(client, "demo/shapes", {**PICTURE, "seed": seed})
        assert made["status"] == "SUCCEEDED", made

    async def in_turns() -> None:
        for seed in range(8):
            await draw(seed)

    await draw(0)
    for _ in range(REPEATS):
        rows["turns"].append(8 / await seconds_of(in_turns))
        rows["together"].append(8 / await seconds_of(lambda: asyncio.gather(*map(draw, range(8)))))
    found = {name: statistics.median(values) for name, values in rows.items()}
    return [
        ("shapes, one after the other", f"{found['turns']:.2f} pictures/s"),
        ("shapes, eight at once", f"{found['together']:.2f} pictures/s"),
        ("ratio of the two", f"{found['together'] / found['turns']:.2f}"),
    ]


async def _models(live: LiveServer, models: Path) -> list[tuple[str, str]]:
    client, bare = Client(live.url), BareRunner()
    await bare.start()
    try:
        figures = await measure(client, bare)
        figures += await pictures(client)
    finally:
        await bare.stop()
        await client.close()
    for shape in SHAPES:
        figures += await text_bench.measure(live, models, shape, REPEATS)
    return figures


def bench_overhead(root: Path, servers: LocalServers, live: LiveServer) -> Table:
    """What is around a model, beside the usual stack for this job."""
    with serving(servers, root / "references.log") as reference:
        return asyncio.run(overhead.measure(live, reference, REPEATS))


def bench_stages(root: Path, servers: LocalServers, live: LiveServer) -> Table:
    """One prediction of one client: its stages, its processes and its round trips."""
    return asyncio.run(stages.measure(live, servers, REPEATS))


def bench_models(root: Path, servers: LocalServers, live: LiveServer) -> Table:
    """Models through everything, beside what serves the same models."""
    table = Table("figure", "median")
    for row in asyncio.run(_models(live, root / "models")):
        table.add_row(*row)
    return table


def bench_streams(root: Path, servers: LocalServers, live: LiveServer) -> Table:
    """OpenAI's API, streaming, beside GraphQL and `transformers serve`."""
    table = Table("figure", "median")
    for shape in SHAPES[: int(os.environ.get("SHAPES", "2"))]:
        for row in asyncio.run(text_bench.measure_streams(live, root / "models", shape, REPEATS)):
            table.add_row(*row)
    return table


def bench_formats(root: Path, servers: LocalServers, live: LiveServer) -> Table:
    """Structured output beside plain text."""
    return asyncio.run(formats.measure(live, root / "models", REPEATS))


def bench_growth(root: Path, servers: LocalServers, live: LiveServer) -> Table:
    """The same with a thousand and with a million predictions."""
    return asyncio.run(growth.measure(live, servers, root / "data"))


def bench_cold(root: Path, servers: LocalServers, live: LiveServer) -> Table:
    """The start of an API process."""
    return cold.measure(live, REPEATS)


def bench_scaling(root: Path, servers: LocalServers, live: LiveServer) -> Table:
    """One worker and two."""
    return asyncio.run(scaling.measure(live, REPEATS))


def bench_fanout(root: Path, servers: LocalServers, live: LiveServer) -> Table:
    """Subscribers of one prediction beside a bare relay."""
    return asyncio.run(fanout.measure(live, root, REPEATS))


PARTS = {
    "overhead": bench_overhead,
    "stages": bench_stages,
    "scaling": bench_scaling,
    "fanout": bench_fanout,
    "cold": bench_cold,
    "models": bench_models,
    "streams": bench_streams,
    "formats": bench_formats,
    "growth": bench_growth,
}


SETTINGS = {"CUSTOM_SLOTS": "64", "LOG_LEVEL": "WARNING", "CUSTOM_PREDICTORS": "tests.load.noop:Noop"}
# Counted as for anybody, and never reached: all clients are one user
SETTINGS |= dict.fromkeys(("RATE_LIMIT_USER", "RATE_LIMIT_ADDRESS"), str(10**9))
# A part may take longer than a token lives otherwise
SETTINGS["ACCESS_TOKEN_SECONDS"] = "86400"
# A worker that does not hold a model yet leaves its predictions for so long to one that does
OF_PARTS = {"scaling": {"CUSTOM_SLOTS": "4", "WARM_WAIT_SECONDS": "0"}, "fanout": fanout.LIMITS}


def main(parts: list[str]) -> None:
    """Start everything on private ports for each part, measure, print its table."""
    for part in parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "data").mkdir()
            # there before the worker starts: its runner's wall is built around what it may read
            (root / "models").mkdir()
            settings = {**SETTINGS, "MODEL_ROOT": str(root / "models"), **OF_PARTS.get(part, {})}
            with (
                LocalServers.start(root / "servers") as servers,
                running(servers, root / "data", **settings) as live,
            ):
                table = PARTS[part](root, servers, live)
        table.title = f"{part}: medians of {REPEATS} repetitions, one run"
        Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
