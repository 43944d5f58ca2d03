"""Pictures of several predictions, drawn together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.pictures import alike, draw, words
from tests.unit.predictors.sink import Sink
from workers.contract.context import PredictionContext, current_prediction
from workers.contract.predictor import CancelSignal, InputRejectedError, SetupContext, VersionSpec
from workers.contract.protocol import File, Progress
from workers.predictors.image.model import ImageModel
from workers.predictors.image.predictor import Image

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")
VALUES = {**words("stable"), "num_images": 1}


class Together:
    """A loaded pipeline whose calls are counted, and held until they are let go."""

    def __init__(self, path: Path) -> None:
        self.predictor = Image()
        self.predictor.setup(VersionSpec("v", "image", str(path)), CPU, SetupContext(lambda *_: None))
        assert isinstance(self.predictor._model, ImageModel)
        self.model = self.predictor._model
        self.sizes: list[int] = []
        self.fail: Callable[[int, list[str]], None] = lambda size, prompts: None
        self.spoken_for: list[Any] = []
        self.gate = threading.Event()
        self._plain = self.model.batcher.make
        self.model.batcher.make = self._draw

    def _draw(self, batch: list[Any]) -> list[Any]:
        self.sizes.append(len(batch))
        self.spoken_for.append(current_prediction.get())
        if len(self.sizes) == 1:
            # the first is held, so that all others wait behind it
            assert self.gate.wait(60)
        self.fail(len(batch), [drawing.arguments["prompt"] for drawing in batch])
        return self._plain(batch)

    def run(self, asked: list[dict[str, Any]], before_go: Callable[[], None] = lambda: None) -> list[Any]:
        """One prediction in front, then all that were asked for; their outcomes, without the first's."""
        with ThreadPoolExecutor(len(asked) + 1) as pool:
            first = pool.submit(draw, self.predictor, **VALUES)
            self._until(lambda: len(self.sizes) == 1)
            rest = []
            for number, values in enumerate(asked):
                rest.append(pool.submit(self._outcome, values))
                self._until(lambda number=number: len(self.model.batcher._waiting) > number)  # type: ignore[misc]
            before_go()
            self.gate.set()
            first.result(60)
            return [future.result(60) for future in rest]

    def _outcome(self, values: dict[str, Any]) -> Any:
        try:
            return draw(self.predictor, **{**VALUES, **values})
        except Exception as error:
            return error

    @staticmethod
    def _until(holds: Callable[[], bool]) -> None:
        for _ in range(6000):
            if holds():
                return
            threading.Event().wait(0.01)
        pytest.fail("waited too long")


@pytest.fixture
def together(folder: Callable[[str], Path]) -> Iterator[Together]:
    found = Together(folder("stable"))
    yield found
    found.gate.set()
    found.predictor.teardown()


def test_equal_shapes_and_steps_are_drawn_together_and_as_if_alone(together: Together) -> None:
    asked = [{"seed": seed, "prompt": f"fox {seed}"} for seed in range(6)]
    sinks = together.run(asked)
    assert together.sizes == [1, 4, 2]
    alone = [draw(together.predictor, **{**VALUES, **values}).of(File)[0].blob for values in asked]
    assert all(alike(sink.of(File)[0].blob, blob) for sink, blob in zip(sinks, alone, strict=True))
    assert len(set(alone)) == 6
    assert all(sink.of(Progress) == [Progress("p", step, 3) for step in (1, 2, 3)] for sink in sinks)


def test_what_differs_in_shape_steps_or_guidance_is_not_drawn_together(together: Together) -> None:
    sinks = together.run([{"steps": 2}, {"width": 32}, {"guidance": 5}, {"seed": 9}, {"steps": 2, "seed": 1}])
    assert together.sizes == [1, 2, 1, 1, 1]
    assert [sink.of(File)[0].width for sink in sinks] == [16, 32, 16, 16, 16]


def test_a_library_speaks_to_nobody_s_log_while_it_draws_for_several(together: Together) -> None:
    together.run([{"seed": 1}, {"seed": 2}])
    assert together.spoken_for[0] is not None
    assert together.spoken_for[1] is None


def test_a_cancel_leaves_the_others_of_its_batch_as_they_were(together: Together) -> None:
    cancelled = Sink()
    context = PredictionContext("c", {**VALUES, "steps": 3, "seed": 50}, cancelled)
    plain = cancelled.put

    def put(message: Any) -> None:
        plain(message)
        if isinstance(message, Progress):
            context.cancel()

    cancelled.put = put  # type: ignore[method-assign]
    caught: list[type[BaseException]] = []

    def predict() -> None:
        try:
            together.predictor.predict(context)
        except BaseException as error:  # a cancel is no Exception
            caught.append(type(error))

    thread = threading.Thread(target=predict)

    def join_batch() -> None:
        thread.start()
        together._until(lambda: len(together.model.batcher._waiting) == 3)

    sinks = together.run([{"seed": 1}, {"seed": 2}], join_batch)
    thread.join(60)
    assert together.sizes == [1, 3]
    assert caught == [CancelSignal]
    assert cancelled.of(Progress) == [Progress("c", 1, 3)]
    assert cancelled.of(File) == []
    alone = [draw(together.predictor, **VALUES, seed=seed).of(File)[0].blob for seed in (1, 2)]
    assert all(alike(sink.of(File)[0].blob, blob) for sink, blob in zip(sinks, alone, strict=True))


def test_one_that_fails_fails_alone(together: Together) -> None:
    def fail(size: int, prompts: list[str]) -> None:
        if "bad" in prompts:
            raise InputRejectedError("no such word")

    together.fail = fail
    good, bad, other = together.run([{"seed": 1}, {"prompt": "bad"}, {"seed": 2}])
    assert isinstance(bad, InputRejectedError)
    assert [len(sink.of(File)) for sink in (good, other)] == [1, 1]
    assert together.sizes == [1, 3, 1, 1, 1]
    assert together.model.batcher.most == 4


def test_too_little_memory_for_several_is_enough_for_each(together: Together) -> None:
    def fail(size: int, prompts: list[str]) -> None:
        if size > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")

    together.fail = fail
    sinks = together.run([{"seed": 1}, {"seed": 2}])
    assert [len(sink.of(File)) for sink in sinks] == [1, 1]
    assert together.model.batcher.most == 4


def test_a_pipeline_that_cannot_draw_several_draws_one_after_the_other_from_then_on(together: Together) -> None:
    def fail(size: int, prompts: list[str]) -> None:
        if size > 1:
            raise TypeError("prompt must be a string")

    together.fail = fail
    sinks = together.run([{"seed": 1}, {"seed": 2}])
    assert [len(sink.of(File)) for sink in sinks] == [1, 1]
    assert together.model.batcher.most == 1


def test_a_teardown_ends_the_thread(folder: Callable[[str], Path]) -> None:
    found = Together(folder("stable"))
    found.gate.set()
    draw(found.predictor, **VALUES)
    thread = found.model.batcher._thread
    assert thread is not None
    found.predictor.teardown()
    assert not thread.is_alive()
