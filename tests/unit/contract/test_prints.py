"""What is printed while a prediction runs."""

# ruff: noqa: T201 - prints are the subject

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.unit.predictors.sink import Sink
from workers.contract.context import MAX_PRINTED, PredictionContext, current_prediction
from workers.contract.logs import PredictionHandler, route_prints, traceback_of
from workers.contract.protocol import Done, Log


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test routes by itself: pytest puts its own streams in place after the fixtures."""
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.start)
    monkeypatch.setattr(ThreadPoolExecutor, "submit", ThreadPoolExecutor.submit)
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(sys, "stderr", sys.stderr)


class Prediction:
    """One that captures prints, as the log of its user shows them."""

    def __init__(self, name: str = "p", *, captures: bool = True) -> None:
        self.sink = Sink()
        self.context = PredictionContext(name, {}, self.sink)
        self.context.captures = captures

    def __enter__(self) -> Prediction:
        self._token = current_prediction.set(self.context)
        return self

    def __exit__(self, *_: object) -> None:
        current_prediction.reset(self._token)
        self.context.finish(Done(self.context.prediction))

    @property
    def log(self) -> list[str]:
        return [message.line for message in self.sink.of(Log)]


def test_prints_and_logs_reach_the_prediction_and_nothing_else_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    route_prints()
    logger = logging.getLogger("tests.prints")
    monkeypatch.setattr(logger, "handlers", [PredictionHandler()])
    monkeypatch.setattr(logger, "propagate", False)
    logger.setLevel(logging.INFO)
    print("before")
    with Prediction() as prediction:
        print("one", 1)
        print("to ", end="")
        print("stderr", file=sys.stderr)
        logger.info("of no concern")
        logger.warning("loaded %s", 3)
        for step in range(3):
            sys.stderr.write(f"\r{step} of 3")
        print("\nlast", end="")
    print("after")
    assert prediction.log == ["one 1", "to stderr", "loaded 3", "2 of 3", "last"]
    assert capsys.readouterr().out == "before\nafter\n"


def test_each_of_several_gets_its_own_also_from_threads_pools_and_tasks() -> None:
    route_prints()
    pool = ThreadPoolExecutor(1)
    barrier = threading.Barrier(3)
    predictions = [Prediction(str(number)) for number in range(3)]

    async def later(name: str) -> None:
        await asyncio.to_thread(print, "awaited", name)

    def work(prediction: Prediction) -> None:
        name = prediction.context.prediction
        with prediction:
            barrier.wait()
            print("own", name)
            thread = threading.Thread(target=print, args=("thread", name))
            thread.start()
            thread.join()
            pool.submit(print, "pool", name).result()
            asyncio.run(later(name))

    threads = [threading.Thread(target=work, args=(prediction,)) for prediction in predictions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pool.shutdown()
    for prediction in predictions:
        name = prediction.context.prediction
        assert prediction.log == [f"own {name}", f"thread {name}", f"pool {name}", f"awaited {name}"]


def test_what_comes_with_the_server_is_not_captured(capsys: pytest.CaptureFixture[str]) -> None:
    route_prints()
    with Prediction(captures=False) as prediction:
        print("library")
    assert prediction.log == []
    assert capsys.readouterr().out == "library\n"


def test_prints_are_bounded() -> None:
    route_prints()
    with Prediction() as prediction:
        for _ in range(5000):
            print("x" * 99)
    assert sum(len(line) + 1 for line in prediction.log[:-1]) == MAX_PRINTED
    assert "is not kept" in prediction.log[-1]


def test_a_traceback_begins_with_the_class_s_own_code() -> None:
    def fail() -> None:
        raise KeyError("weights")

    try:
        PredictionContext("p", {}, Sink()).emit_all(fail() for _ in range(1))
    except KeyError as error:
        lines = traceback_of(error).splitlines()
    assert lines[0].startswith("Traceback")
    assert lines[1].startswith('  File "tests/unit/contract/test_prints.py", line '), (
        "not where it lies on this machine"
    )
    assert "PredictionContext" in lines[2], "its line is read"
    assert lines[-1] == "KeyError: 'weights'"
