"""What a model may say wrongly costs its own prediction at most: the runner and its neighbours go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import pytest

import workers
from tests.unit.runner.careless import ODD, SAY
from tests.unit.runner.running import Running, Starter, make_gate
from workers.contract.protocol import Canceled, Done, Loading, Output, VersionSpec
from workers.contract.watchdog import STUCK
from workers.supervisor.runner_client import MAX_LINE_BYTES, RunnerClient, RunnerOptions

PROSE = Path(workers.__file__).parent / "demo_models" / "prose"
CARELESS = VersionSpec("careless", "careless")


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    running = Running()
    options = RunnerOptions(preload=False, extra_predictors=("tests.unit.runner.careless:Careless",))
    running.client = await RunnerClient.start(options, running.on_message)
    yield running
    await running.client.stop()


async def test_no_value_that_a_model_tells_ends_the_runner(running: Running) -> None:
    runs = [f"{what} {odd}" for what, odd in product(SAY, ODD)]
    for key, (what, odd) in zip(runs, product(SAY, ODD), strict=True):
        running.run(key, {"what": what, "odd": odd}, CARELESS)
    ended = {key: await running.end(key) for key in runs}
    assert all(isinstance(end, Done) for end in ended.values())
    assert not running.client.exited.done()
    refused = {key for key, end in ended.items() if end.output}
    assert {"step huge", "total huge", "type text", "content huge", "header float", "chunk list"} <= refused
    assert not {"width numpy", "step numpy", "metric float", "name float", "log list"} & refused
    running.run("after", {"letters": 5}, CARELESS)
    assert await running.end("after") == Done("after")
    assert running.text("after") == "x" * 10


async def test_text_of_any_length_comes_in_frames(running: Running) -> None:
    letters = 20_000_000
    running.run("p", {"letters": letters}, CARELESS)
    assert await running.end("p") == Done("p")
    pieces = [message for message in running.of("p") if isinstance(message, Output)]
    assert sum(len(piece.text or "") for piece in pieces) == 2 * letters
    assert max(len(piece.text or "") for piece in pieces) <= 2 * 1024 * 1024


async def test_a_line_without_end_is_read_in_parts(running: Running) -> None:
    running.run("p", {"printed": 5_000_000}, CARELESS)
    assert await running.end("p") == Done("p")
    await running.client.stop()
    tail = running.client.output_tail
    assert max(map(len, tail)) <= MAX_LINE_BYTES
    assert sum("yyy" in line for line in tail) > 100


TOGETHER = VersionSpec("together", "together")


async def test_a_canceled_batch_that_never_ends_ends_the_runner(start: Starter) -> None:
    """Whoever waits is answered at once; but the thread that makes batches would make nothing more."""
    running = await start(extra_predictors=("tests.unit.runner.careless:Together",), grace_seconds=0.3)
    running.run("hangs", {"number": -1}, TOGETHER)
    await running.seen("hangs", Output)
    running.run("waits", {"number": 1}, TOGETHER)
    running.cancel("hangs")
    assert await running.end("hangs") == Canceled("hangs")
    assert await running.ended() == STUCK
    assert any("A batch that was canceled goes on; this runner ends" in line for line in running.client.output_tail)


async def test_a_batch_that_is_wanted_may_take_its_time(start: Starter) -> None:
    running = await start(extra_predictors=("tests.unit.runner.careless:Together",), grace_seconds=0.1)
    running.run("hangs", {"number": -1}, TOGETHER)
    await running.seen("hangs", Output)
    running.run("waits", {"number": 1}, TOGETHER)
    running.cancel("waits")
    assert await running.end("waits") == Canceled("waits")
    await asyncio.wait({running.client.exited}, timeout=0.5)
    assert not running.client.exited.done()


async def test_a_load_without_end_ends_the_runner(start: Starter, tmp_path: Path) -> None:
    running = await start(load_seconds=0.3)
    gate = make_gate(tmp_path)
    running.run("p", {}, VersionSpec("never", "gated", options={"gate": str(gate)}))
    assert await running.ended() == STUCK
    words = "The load of version never took more than 0.3 seconds; this runner ends"
    assert any(words in line for line in running.client.output_tail)


async def test_a_load_that_nobody_wants_and_no_exception_reaches_ends_the_runner(
    start: Starter, tmp_path: Path
) -> None:
    running = await start(grace_seconds=0.5)
    gate = make_gate(tmp_path)
    running.run("p", {}, VersionSpec("never", "gated", options={"gate": str(gate)}))
    await running.seen("p", Loading)
    running.cancel("p")
    assert await running.end("p") == Canceled("p")
    assert await running.ended() == STUCK
    words = "The load of version never, which nobody waits for, goes on; this runner ends"
    assert any(words in line for line in running.client.output_tail)


@pytest.mark.slow
async def test_a_load_that_nobody_wants_is_ended_while_another_model_loads(start: Starter, tmp_path: Path) -> None:
    running = await start(grace_seconds=6, extra_predictors=("tests.unit.runner.careless:Building",))
    running.run("hangs", {}, VersionSpec("building", "building", str(tmp_path)))
    await running.seen("hangs", Loading)
    running.run("waits", {"prompt": "The", "max_new_tokens": 2}, VersionSpec("prose", "text", str(PROSE)))
    running.cancel("hangs")
    assert await running.end("hangs") == Canceled("hangs")
    assert isinstance(await running.end("waits"), Done)
    assert not running.client.exited.done()
