"""Users' classes that run several predictions at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.unit.predictors.sink import Sink, run_to_end
from workers.contract.context import CancelSignal
from workers.contract.protocol import Output
from workers.predictors import PredictionContext
from workers.predictors.custom.predictor import adapt
from workers.predictors.custom.signature import InvalidSignatureError


class Batching:
    """Squares numbers; keeps the first call waiting at a gate so that all others come together."""

    max_batch_size = 8

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.sizes: list[int] = []
        self.alone = 0

    def predict(self, number: float, colour: str = "red") -> float:
        self.alone += 1
        assert self.gate.wait(30)
        if number < 0:
            raise ValueError(f"{number} is negative")
        return number * number

    def predict_batch(self, inputs: list[dict[str, Any]]) -> list[Any]:
        self.sizes.append(len(inputs))
        return self.answer([values["number"] for values in inputs])

    def answer(self, numbers: list[float]) -> list[Any]:
        return [number * number for number in numbers]


def run_all(
    predictor: Any, values: list[dict[str, Any]], before_go: Callable[[list[PredictionContext]], None] = lambda _: None
) -> tuple[list[Any], list[Sink]]:
    """One prediction in front, then all others behind it; their results or errors."""
    sinks = [Sink() for _ in values]
    contexts = [PredictionContext(str(n), v, sink) for n, (v, sink) in enumerate(zip(values, sinks, strict=True))]

    def one(context: PredictionContext) -> Any:
        try:
            result = run_to_end(predictor, context)
            context.check()
            return result
        except BaseException as error:  # a cancel is no Exception
            return error

    with ThreadPoolExecutor(len(values) + 1) as pool:
        first = pool.submit(one, PredictionContext("first", {"number": 1}, Sink()))
        while not predictor._instance.alone:
            time.sleep(0.005)
        rest = []
        for number, context in enumerate(contexts):
            rest.append(pool.submit(one, context))
            while len(predictor._batcher._waiting) <= number:
                time.sleep(0.002)
        before_go(contexts)
        predictor._instance.gate.set()
        assert first.result(30) is not None
        return [future.result(30) for future in rest], sinks


@pytest.fixture
def make() -> Iterator[Callable[[type[Any]], Any]]:
    made = []

    def build(cls: type[Any]) -> Any:
        made.append(adapt(cls)())
        return made[-1]

    yield build
    for predictor in made:
        predictor.teardown()


def test_what_waits_goes_together_up_to_the_size(make: Any) -> None:
    predictor = make(Batching)
    assert predictor.max_concurrency == 16
    results, _ = run_all(predictor, [{"number": float(n)} for n in range(11)])
    assert results == [float(n * n) for n in range(11)]
    assert predictor._instance.sizes == [8, 3]


def test_inputs_of_another_key_do_not_go_along(make: Any) -> None:
    class Keyed(Batching):
        def batch_key(self, number: float, colour: str) -> str:
            return colour

    predictor = make(Keyed)
    run_all(predictor, [{"number": 1.0, "colour": "red" if n % 2 else "blue"} for n in range(6)])
    assert predictor._instance.sizes == [3, 3]


def test_a_wrong_input_is_rejected_before_it_meets_others(make: Any) -> None:
    predictor = make(Batching)
    predictor._instance.gate.set()
    with pytest.raises(Exception, match="number"):
        predictor.predict(PredictionContext("p", {"number": "x"}, Sink()))
    assert predictor._instance.sizes == []


def test_one_failing_item_fails_alone_whether_it_is_told_or_raised(make: Any) -> None:
    class Told(Batching):
        def answer(self, numbers: list[float]) -> list[Any]:
            return [ValueError("told") if n < 0 else n * n for n in numbers]

    class Raised(Batching):
        def answer(self, numbers: list[float]) -> list[Any]:
            if min(numbers) < 0:
                raise ValueError("raised")
            return [n * n for n in numbers]

    for cls, message in ((Told, "told"), (Raised, "-3.0 is negative")):
        results, _ = run_all(make(cls), [{"number": n} for n in (2.0, -3.0, 4.0)])
        assert results[::2] == [4.0, 16.0]
        assert str(results[1]) == message


@pytest.mark.parametrize("answer", [None, [], [1.0] * 99, "abc", {}])
def test_results_that_are_not_one_for_each_are_no_results(make: Any, answer: Any) -> None:
    class Wrong(Batching):
        def answer(self, numbers: list[float]) -> list[Any]:
            return answer  # type: ignore[no-any-return]

    results, _ = run_all(make(Wrong), [{"number": n} for n in (2.0, 3.0)])
    assert results == [4.0, 9.0], "each was run alone then"


def test_a_result_that_is_no_json_fails_alone(make: Any) -> None:
    class Odd(Batching):
        def answer(self, numbers: list[float]) -> list[Any]:
            return [object() if n == 3 else n for n in numbers]

    results, _ = run_all(make(Odd), [{"number": n} for n in (2.0, 3.0, 4.0)])
    assert (results[0], results[2]) == (2.0, 4.0)
    assert isinstance(results[1], TypeError)


class Streaming(Batching):
    """Counts up, a piece for each at a time."""

    def predict_batch(self, inputs: list[dict[str, Any]]) -> Any:
        self.sizes.append(len(inputs))
        self.rounds = 0
        try:
            for step in range(5):
                self.rounds += 1
                self.each(step)
                yield [f"{step} " if step < values["number"] else None for values in inputs]
        finally:
            self.closed = True

    def each(self, step: int) -> None:
        pass


def texts(sinks: list[Sink]) -> list[str]:
    return ["".join(message.text or "" for message in sink.of(Output)) for sink in sinks]


def test_pieces_reach_those_they_are_for(make: Any) -> None:
    predictor = make(Streaming)
    results, sinks = run_all(predictor, [{"number": float(n)} for n in (1, 3, 5)])
    assert results == [None] * 3
    assert texts(sinks) == ["0 ", "0 1 2 ", "0 1 2 3 4 "]
    assert predictor._instance.sizes == [3]


def test_what_breaks_while_it_streams_is_not_run_again(make: Any) -> None:
    class Breaking(Streaming):
        def each(self, step: int) -> None:
            if step == 2:
                raise ValueError("broke")

    predictor = make(Breaking)
    results, sinks = run_all(predictor, [{"number": 5.0}, {"number": 5.0}])
    assert [str(result) for result in results] == ["broke"] * 2
    assert texts(sinks) == ["0 1 "] * 2
    assert predictor._instance.alone == 1


def test_a_cancel_leaves_the_others_as_they_were_and_ends_a_batch_of_nobody(make: Any) -> None:
    hold = threading.Event()

    class Slow(Streaming):
        def each(self, step: int) -> None:
            if step == 2:
                assert hold.wait(30)

    for cancelled in ([1], [0, 1, 2]):
        hold.clear()
        predictor = make(Slow)
        contexts: list[PredictionContext] = []

        def stop(predictor: Any = predictor, contexts: Any = contexts, cancelled: Any = cancelled) -> None:
            while getattr(predictor._instance, "rounds", 0) < 3:
                time.sleep(0.005)
            for number in cancelled:
                contexts[number].cancel()
            hold.set()

        threading.Thread(target=stop).start()
        results, sinks = run_all(predictor, [{"number": 5.0}] * 3, contexts.extend)
        for number in range(3):
            is_cancelled = number in cancelled
            assert isinstance(results[number], CancelSignal) == is_cancelled
            assert texts(sinks)[number] == ("0 1 " if is_cancelled else "0 1 2 3 4 ")
        assert predictor._instance.rounds == (5 if len(cancelled) == 1 else 3)
        assert predictor._instance.closed


def test_a_first_one_waits_for_others(make: Any) -> None:
    class Patient(Batching):
        batch_wait_seconds = 0.5

    predictor = make(Patient)
    predictor._instance.gate.set()
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        ask = [
            pool.submit(predictor.predict, PredictionContext(str(n), {"number": float(n)}, Sink())) for n in range(4)
        ]
        assert [future.result(10) for future in ask] == [0.0, 1.0, 4.0, 9.0]
    assert predictor._instance.sizes == [4]
    assert 0.4 < time.monotonic() - began < 2


def test_an_async_batch(make: Any) -> None:
    class Async(Batching):
        async def predict_batch(self, inputs: list[dict[str, Any]]) -> list[Any]:  # type: ignore[override]
            self.sizes.append(len(inputs))
            return [values["number"] + 1 for values in inputs]

    predictor = make(Async)
    assert run_all(predictor, [{"number": 1.0}, {"number": 2.0}])[0] == [2.0, 3.0]


@pytest.mark.parametrize("size", [-1, "8", 2.5, None])
def test_sizes_that_are_none(size: Any) -> None:
    class Bad(Batching):
        max_batch_size = size

    with pytest.raises(InvalidSignatureError, match="max_batch_size"):
        adapt(Bad)


def test_a_size_needs_a_way_to_run_several() -> None:
    class Bare:
        max_batch_size = 4

        def predict(self, number: float) -> float:
            return number

    with pytest.raises(InvalidSignatureError, match="no predict_batch"):
        adapt(Bare)
