from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Any

import pytest

from tests.unit.runner.running import Running, Starter, make_gate, open_gate
from workers.contract.protocol import (
    Canceled,
    Done,
    Failed,
    Forget,
    Loading,
    Log,
    Output,
    Resident,
    Run,
    Started,
    VersionSpec,
)

ECHO = VersionSpec("echo version", "echo")


@pytest.mark.parametrize("value", [None, 3, "text", {"a": [1.5, None, "ü"]}, []])
async def test_a_returned_value_is_the_whole_output(shared: Running, value: Any) -> None:
    prediction = f"value {value}"
    shared.run(prediction, {"do": "value", "value": value})
    assert await shared.end(prediction) == Done(prediction, output=value)
    assert [type(m) for m in shared.of(prediction)] == [Started, Done]


async def test_a_generator_is_streamed(shared: Running) -> None:
    shared.run("yield", {"do": "yield"})
    assert await shared.end("yield") == Done("yield")
    assert shared.text("yield") == "ab"
    assert [m.chunk for m in shared.of("yield") if isinstance(m, Output)][-1] == {"c": 1}


@pytest.mark.parametrize(
    ("what", "code", "message"),
    [
        ("exit", "INTERNAL", "SystemExit: 3"),
        ("memory", "OUT_OF_MEMORY", "MemoryError: no more"),
        ("reject", "INPUT_REJECTED", "too long by 3"),
        ("not json", "INTERNAL", "is not JSON serializable"),
        ("large", "INTERNAL", "bytes is over the"),
        ("unknown", "INTERNAL", "KeyError: 'unknown'"),
    ],
)
async def test_an_error_ends_the_prediction_with_a_code_and_its_message(
    shared: Running, what: str, code: str, message: str
) -> None:
    shared.run(f"error {what}", {"do": what})
    end = await shared.end(f"error {what}")
    assert isinstance(end, Failed)
    assert end.code == code
    assert message in end.message


async def test_running_out_of_memory_empties_the_cache_and_the_next_one_runs(start: Starter) -> None:
    running = await start()
    idle = VersionSpec("idle", "sample")
    running.run("before", {"do": "value", "value": 1}, idle)
    await running.end("before")
    running.run("full", {"do": "memory"})
    assert (await running.end("full")).code == "OUT_OF_MEMORY"
    held = [message.versions for message in running.messages if isinstance(message, Resident)]
    assert ["idle", "v"] in held
    assert held[-1] == []
    running.run("after", {"do": "value", "value": 2}, idle)
    assert await running.end("after") == Done("after", 2)


async def test_the_traceback_of_a_class_s_error_is_in_the_runner_s_log_and_in_the_prediction_s(start: Starter) -> None:
    running = await start()
    running.run("p", {"do": "unknown"})
    await running.end("p")
    await running.client.stop()
    assert any("Traceback" in line for line in running.client.output_tail)
    lines = [m.line for m in running.of("p") if isinstance(m, Log)]
    assert (lines[0], lines[-1]) == ("Traceback (most recent call last):", "KeyError: 'unknown'")
    # From the class's own code on
    assert "sample_predictors.py" in lines[1]


async def test_a_predictor_that_this_runner_lacks(shared: Running) -> None:
    shared.run("lacking", {}, VersionSpec("l", "lacking"))
    assert await shared.end("lacking") == Failed(
        "lacking", "MODEL_UNAVAILABLE", "This runner has no predictor 'lacking'."
    )


async def test_a_version_of_other_code_does_not_run(shared: Running) -> None:
    shared.run("changed", {"do": "x"}, VersionSpec("c", "sample", code="sha256:former"))
    failure = await shared.end("changed")
    assert (failure.code, "'sample' has changed since this version" in failure.message) == ("MODEL_UNAVAILABLE", True)


@pytest.mark.parametrize("what", ["swallow", "return early"])
async def test_a_cancel_reaches_a_model_that_catches_everything_or_returns_early(shared: Running, what: str) -> None:
    shared.run(f"cancel {what}", {"do": what})
    await shared.seen(f"cancel {what}", Output)
    shared.cancel(f"cancel {what}")
    assert await shared.end(f"cancel {what}") == Canceled(f"cancel {what}")
    assert shared.text(f"cancel {what}") == "in"


async def test_a_cancel_of_what_is_over_or_unknown_is_nothing(shared: Running) -> None:
    shared.run("over", {"text": "x"}, ECHO)
    await shared.end("over")
    shared.cancel("over")
    shared.cancel("never heard of")
    assert await shared.client.ping(30)
    assert [m for m in shared.of("over") if isinstance(m, (Done, Canceled))] == [Done("over")]


async def test_a_prediction_that_waits_for_its_turn_is_canceled_at_once(shared: Running) -> None:
    version = VersionSpec("one at a time", "gated")
    shared.run("runs", {}, version)
    await shared.seen("runs", Output)
    shared.run("waits", {}, version)
    shared.cancel("waits")
    assert await shared.end("waits") == Canceled("waits")
    assert shared.of("waits") == [Canceled("waits")]
    shared.cancel("runs")
    assert await shared.end("runs") == Canceled("runs")


async def test_versions_run_beside_each_other(shared: Running) -> None:
    shared.run("long", {}, VersionSpec("long version", "gated"))
    await shared.seen("long", Output)
    shared.run("short", {"text": "x"}, ECHO)
    assert await shared.end("short") == Done("short")
    assert not [m for m in shared.of("long") if isinstance(m, (Done, Canceled))]
    shared.cancel("long")
    await shared.end("long")


async def test_a_newer_attempt_silences_the_older(shared: Running) -> None:
    shared.run("twice", {"do": "swallow"}, attempt=1)
    await shared.seen("twice", Output)
    shared.run("twice", {"do": "value", "value": 2}, attempt=2)
    assert await shared.end("twice") == Done("twice", output=2)
    # the older has left its thread: both of this version's are free
    for name in ("first thread", "second thread"):
        shared.run(name, {"do": "swallow"})
        await shared.seen(name, Output)
    for name in ("first thread", "second thread"):
        shared.cancel(name)
        await shared.end(name)
    assert not [m for m in shared.of("twice") if isinstance(m, Canceled)]


async def test_nothing_is_said_of_a_prediction_after_its_end(shared: Running) -> None:
    shared.run("late", {"do": "late"})
    await shared.end("late")
    shared.run("after late", {"do": "value", "value": 1})
    await shared.end("after late")
    assert isinstance(shared.of("late")[-1], Done)


async def test_a_library_warning_is_logged_once_a_prediction(shared: Running) -> None:
    for prediction in ("warn", "warn again"):
        shared.run(prediction, {"do": "warn"})
        await shared.end(prediction)
        assert [m for m in shared.of(prediction) if isinstance(m, Log)] == [Log(prediction, "do not do that")]


async def test_a_load_that_fails_fails_all_who_wait_and_the_next_tries_again(shared: Running, tmp_path: Path) -> None:
    gate = make_gate(tmp_path)
    version = VersionSpec("fails once", "gated", options={"gate": str(gate)})
    shared.run("load", {}, version)
    await shared.seen("load", Loading)
    open_gate(gate, "fail")
    assert await shared.end("load") == Failed("load", "MODEL_UNAVAILABLE", "ValueError: the gate says no")
    shared.run("load again", {}, version)
    await shared.seen("load again", Loading)
    open_gate(gate, "go")
    started = await shared.seen("load again", Started)
    assert started.load_seconds > 0
    shared.cancel("load again")
    await shared.end("load again")


async def test_a_forgotten_version_is_loaded_anew(shared: Running, tmp_path: Path) -> None:
    gate = make_gate(tmp_path)
    version = VersionSpec("forgotten", "gated", options={"gate": str(gate)})
    for prediction in ("before", "after"):
        shared.run(prediction, {}, version)
        await shared.seen(prediction, Loading)
        open_gate(gate, "go")
        await shared.seen(prediction, Output)
        shared.cancel(prediction)
        await shared.end(prediction)
        shared.client.send(Forget(version.id))
        await shared.client.ping(30)


async def test_many_predictions_at_once_each_keep_their_order(shared: Running) -> None:
    names = [f"many {n}" for n in range(30)]
    for name in names:
        shared.run(name, {"text": f"{name} says a few words", "repeat": 20}, ECHO)
    await asyncio.gather(*(shared.end(name) for name in names))
    for name in names:
        assert shared.text(name) == "\n".join([f"{name} says a few words"] * 20)


async def test_cancel_during_a_load_is_answered_at_once_and_the_load_serves_the_next(
    shared: Running, tmp_path: Path
) -> None:
    gate = make_gate(tmp_path)
    version = VersionSpec("cancel load", "gated", options={"gate": str(gate)})
    shared.run("first", {}, version)
    assert await shared.seen("first", Loading) == Loading("first", "read", 1, 2)
    shared.cancel("first")
    assert await shared.end("first") == Canceled("first")
    shared.run("second", {}, version)
    open_gate(gate, "go")
    await shared.seen("second", Output)
    shared.cancel("second")
    assert await shared.end("second") == Canceled("second")
    assert [type(m).__name__ for m in shared.of("first")] == ["Loading", "Canceled"]


async def test_a_version_that_is_not_in_memory_has_no_threads(start: Starter, tmp_path: Path) -> None:
    running = await start()
    gate, versions = make_gate(tmp_path), [f"refused {number}" for number in range(5)]
    for name in versions:
        running.run(name, {}, VersionSpec(name, "gated", options={"gate": str(gate)}))
        await asyncio.to_thread(open_gate, gate, "fail")
        assert isinstance(await running.end(name), Failed)
    # Its picture is refused before anything is loaded
    (tmp_path / "large.ppm").write_bytes(b"P6 9999 9999 255\n")
    running.client.send(Run("early", 1, VersionSpec("early", "sample"), {}, [str(tmp_path / "large.ppm")]))
    assert (await running.end("early")).code == "INPUT_REJECTED"
    async with asyncio.timeout(60):
        for count in itertools.count():
            running.run(f"look {count}", {"do": "threads"})
            names = (await running.end(f"look {count}")).output
            if not [name for name in names if name.startswith(("version refused", "version early"))]:
                break
    assert [name for name in names if name.startswith("version v")]
