"""What classes may return and yield."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from PIL import Image
from pydantic import BaseModel, ConfigDict, SecretStr

from tests.unit.predictors.custom.running import run
from tests.unit.predictors.sink import Sink, run_to_end
from workers.contract.predictor import Device, SetupContext, VersionSpec
from workers.contract.protocol import File, Output
from workers.predictors import OutputFile, PredictionContext
from workers.predictors.custom.predictor import adapt


class Scores(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    best: Any
    picture: Any = None


@dataclasses.dataclass
class Pair:
    left: Any
    right: Any


class Giver:
    """Gives what it was set to."""

    value: Any = None

    def predict(self) -> Any:
        return type(self).value


def given(value: Any) -> tuple[Any, Sink]:
    Giver.value = value
    return run(Giver, {})


@pytest.mark.parametrize(
    ("value", "output"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.arange(3), [0, 1, 2]),
        ({"a": np.array([[1.5]])}, {"a": [[1.5]]}),
        ({np.int64(1): 2}, {"1": 2}),
        (torch.tensor(2), 2),
        (torch.ones(2, dtype=torch.bfloat16, requires_grad=True), [1.0, 1.0]),
        ([Scores(best=np.float64(1))], [{"best": 1.0, "picture": None}]),
        (Pair(np.uint8(1), (2, {3})), {"left": 1, "right": [2, [3]]}),
        ({"token": SecretStr("open sesame")}, {"token": "**********"}),
        (None, None),
        ([], []),
    ],
)
def test_numbers_and_arrays_of_libraries_are_json(value: Any, output: Any) -> None:
    assert given(value)[0] == output


def picture() -> Image.Image:
    return Image.new("RGB", (4, 3))


def test_what_is_a_file_is_one_wherever_it_stands(tmp_path: Path) -> None:
    sound = tmp_path / "out.wav"
    sound.write_bytes(b"RIFF")
    values = [
        *(sound, [sound, picture()], OutputFile(b"{}", "application/json"), b"\0", BytesIO(b"x")),
        *({"image": picture(), "score": 1}, Scores(best=1, picture=picture()), Pair([sound], b"1"), [sound, 7]),
    ]
    outputs = [given(value) for value in values]
    assert [output for output, _ in outputs] == [
        *({"file": 0}, None, {"file": 0}, {"file": 0}, {"file": 0}),
        {"image": {"file": 0}, "score": 1},
        {"best": 1, "picture": {"file": 0}},
        {"left": [{"file": 0}], "right": {"file": 1}},
        [{"file": 0}, 7],
    ]
    kinds = [[file.content_type for file in sink.of(File)] for _, sink in outputs]
    wav, png, binary = "audio/wav", "image/png", "application/octet-stream"
    assert kinds == [[wav], [wav, png], ["application/json"], [binary], [binary], [png], [png], [wav, binary], [wav]]
    assert outputs[1][1].of(File)[1].width == 4
    assert str(tmp_path) not in str([output for output, _ in outputs])


def test_a_picture_s_path_keeps_its_size(tmp_path: Path) -> None:
    picture().save(tmp_path / "a.webp")
    (file,) = given(tmp_path / "a.webp")[1].of(File)
    assert (file.content_type, file.width, file.height) == ("image/webp", 4, 3)


def test_a_path_that_is_no_file_names_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"'gone\.txt'") as caught:
        given(tmp_path / "gone.txt")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("value", [threading.Lock(), {"a": object()}, np.zeros(20_000_000, np.int8)])
def test_what_is_neither_is_said(value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="predict gave"):
        given(value)


class Drawer:
    """Yields text, pictures, and both."""

    def predict(self, awaited: bool = False) -> Iterator[Any]:
        yield "drawing"
        yield picture()
        yield {"step": 1, "image": picture()}


class LaterDrawer:
    async def predict(self) -> AsyncIterator[Any]:
        for piece in Drawer().predict():
            await asyncio.sleep(0)
            yield piece


@pytest.mark.parametrize("cls", [Drawer, LaterDrawer])
def test_yielded_pictures_are_files(cls: type[Any]) -> None:
    output, sink = run(cls, {})
    assert output is None
    assert sink.output == "drawing"
    assert [message.chunk for message in sink.of(Output) if message.text is None] == [{"step": 1, "image": {"file": 1}}]
    assert len(sink.of(File)) == 2


class Lasting:
    """Opens in setup what belongs to a loop, and uses it in every predict."""

    async def setup(self) -> None:
        await asyncio.sleep(0)
        self.loop = asyncio.get_running_loop()
        self.queue: asyncio.Queue[int] = asyncio.Queue()
        self.lock = asyncio.Lock()

    async def predict(self, number: int) -> bool:
        async with self.lock:
            await self.queue.put(number)
            return self.loop is asyncio.get_running_loop() and await self.queue.get() == number

    async def teardown(self) -> None:
        await asyncio.sleep(0)
        Lasting.ended.append(self.loop)

    ended: ClassVar[list[asyncio.AbstractEventLoop]] = []


def test_setup_is_awaited_and_one_loop_is_the_instance_s() -> None:
    predictor = adapt(Lasting)()
    predictor.setup(VersionSpec("v", "x"), Device("cpu", "float32"), SetupContext(lambda *_: None))
    assert [run_to_end(predictor, PredictionContext("p", {"number": n}, Sink())) for n in range(3)] == [True] * 3
    predictor.teardown()
    (loop,) = Lasting.ended
    assert loop.is_closed()


class Failing:
    async def setup(self) -> None:
        await asyncio.sleep(0)
        raise OSError("no weights")

    def predict(self) -> int:
        return 1


def test_a_setup_that_fails_later_fails() -> None:
    with pytest.raises(OSError, match="no weights"):
        run(Failing, {})


class Tree(BaseModel):
    name: str
    below: list[Tree] = []


class Grower:
    """Gives what holds its like."""

    def predict(self) -> Tree:
        return Tree(name="a", below=[Tree(name="b")])


def test_what_holds_its_like_is_given_though_no_schema_describes_it() -> None:
    assert set(adapt(Grower).output_schema) == {"$schema"}
    assert run(Grower, {})[0] == {"name": "a", "below": [{"name": "b", "below": []}]}
