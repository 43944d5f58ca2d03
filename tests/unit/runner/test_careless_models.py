"""What a model may say wrongly costs its own prediction at most: the runner and its neighbours go on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import product

import pytest

from tests.unit.runner.careless import ODD, SAY
from tests.unit.runner.running import Running
from workers.runner.client import MAX_LINE_BYTES, RunnerClient, RunnerOptions
from workers.runner.protocol import Done, Output, VersionSpec

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
