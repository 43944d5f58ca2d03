"""Users' classes as predictors."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from PIL import Image
from pydantic import BaseModel, FilePath

from server.domain.secrets import secret_fields
from tests.unit.predictors.custom.running import run
from tests.unit.predictors.sink import Sink
from workers.contract.context import CancelSignal
from workers.contract.predictor import Predictor
from workers.contract.protocol import File, Progress
from workers.predictors import File as InputFile
from workers.predictors import Input, InputRejectedError, PredictionContext, Secret
from workers.predictors.custom.predictor import adapt, is_plain
from workers.predictors.custom.signature import InvalidSignatureError
from workers.predictors.registry import InvalidPredictorError, Registry, as_predictor


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Everything:
    """Takes one of each."""

    name = "everything"
    max_concurrency = 3

    def setup(self, device: str, weights: Any = None) -> None:
        self.told = (device, weights)

    def predict(
        self,
        text: str,
        context: PredictionContext,
        steps: Annotated[int, Input(ge=1, le=50, description="How many.")] = 20,
        share: Annotated[float, Input(gt=0, lt=1)] = 0.5,
        loud: bool = False,
        size: Literal["s", "m"] = "m",
        colour: Colour = Colour.RED,
        words: Annotated[list[str], Input(max_length=3)] = [],  # noqa: B006 - a user's own way
        seed: int | None = None,
    ) -> dict[str, Any]:
        context.progress(1, steps)
        return {"text": text, "share": share, "colour": colour, "words": words, "told": self.told, "loud": loud}


class Counting:
    def predict(self, upto: int) -> Iterator[str]:
        for number in range(upto):
            yield str(number)


class CountingLater:
    def predict(self, upto: int) -> AsyncIterator[int]:
        return self._numbers(upto)

    async def _numbers(self, upto: int) -> AsyncIterator[int]:
        for number in range(upto):
            await asyncio.sleep(0)
            yield number


class Patient:
    async def predict(self, seconds: float) -> str:
        self.begun.set()
        await asyncio.sleep(seconds)
        return "slept"

    begun = threading.Event()


class Painter:
    def predict(self, pictures: int = 1) -> list[Any]:
        return [Image.new("RGB", (4, 3)) for _ in range(pictures)]


def test_the_schema_comes_from_the_signature() -> None:
    schema = adapt(Everything).input_schema
    assert schema["required"] == ["text"]
    assert schema["additionalProperties"] is False
    properties = schema["properties"]
    assert [name for name, _ in sorted(properties.items(), key=lambda item: item[1]["x-order"])] == [
        *("text", "steps", "share", "loud", "size", "colour", "words", "seed")
    ]
    assert properties["steps"] == {
        **{"title": "Steps", "type": "integer", "default": 20, "description": "How many."},
        **{"minimum": 1, "maximum": 50, "x-order": 1},
    }
    assert properties["size"]["enum"] == ["s", "m"]
    assert properties["colour"]["enum"] == ["red", "blue"]
    assert properties["share"]["exclusiveMinimum"] == 0
    assert "$ref" not in str(schema)
    assert "context" not in properties


def test_values_arrive_as_their_types_and_leave_as_json() -> None:
    output, sink = run(Everything, {"text": "a", "colour": "blue", "words": ["x"]})
    assert output == {
        **{"text": "a", "share": 0.5, "colour": "blue", "words": ["x"], "told": ["cpu", None], "loud": False}
    }
    assert sink.of(Progress) == [Progress("p", 1, 20)]


def test_names_and_attributes_come_from_the_class() -> None:
    predictor = adapt(Everything)
    assert (predictor.name, predictor.max_concurrency, predictor.kind) == ("everything", 3, "CUSTOM")
    assert adapt(CountingLater).name == "counting-later"
    Registry([predictor, adapt(Counting)])


@pytest.mark.parametrize(("cls", "kind"), [(Counting, "string"), (CountingLater, "array"), (Painter, "array")])
def test_the_output_schema_says_what_is_streamed(cls: type[Any], kind: str) -> None:
    assert adapt(cls).output_schema["type"] == kind


def test_yields_are_streamed() -> None:
    output, sink = run(Counting, {"upto": 3})
    assert (output, sink.output) == (None, "012")
    output, sink = run(CountingLater, {"upto": 3})
    assert output is None
    assert [message.chunk for message in sink.messages] == [0, 1, 2]


def test_pictures_become_files() -> None:
    output, sink = run(Painter, {"pictures": 2})
    assert output is None
    assert [(file.content_type, file.width, file.height) for file in sink.of(File)] == [("image/png", 4, 3)] * 2


def test_a_coroutine_is_stopped_where_it_awaits() -> None:
    context = PredictionContext("p", {"seconds": 60.0}, Sink())
    caught: list[BaseException] = []

    def work() -> None:
        try:
            run(Patient, {}, context)
        except BaseException as error:  # what it raised is the point
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert Patient.begun.wait(30)
    context.cancel()
    thread.join(30)
    assert isinstance(caught[0], CancelSignal)
    assert run(Patient, {"seconds": 0.0})[0] == "slept"


def test_an_input_that_the_class_does_not_know_is_never_left_out_in_silence() -> None:
    class Renamed:
        def predict(self, sigma: int = 1) -> int:
            return sigma

    with pytest.raises(InputRejectedError, match="radius: "):
        run(Renamed, {"radius": 7})


def test_an_input_that_the_schema_would_not_let_through_is_rejected() -> None:
    with pytest.raises(InputRejectedError, match="steps"):
        run(Everything, {"text": "a", "steps": 51})


class Untyped:
    def predict(self, text): ...  # type: ignore[no-untyped-def]


class Unfit:
    def predict(self, thread: threading.Thread) -> str:
        return "x"


class Starred:
    def predict(self, *texts: str) -> str:
        return "x"


class Unknown:
    def predict(self, text: Nowhere) -> str:  # type: ignore[name-defined]  # noqa: F821
        return "x"


@pytest.mark.parametrize(
    ("cls", "why"),
    [
        (Untyped, "'text' has no type"),
        (Unfit, "'thread' has a type that JSON cannot give"),
        (Starred, "'texts' cannot be given by name"),
        (Unknown, "Nowhere"),
    ],
)
def test_a_predict_that_no_schema_can_be_made_of_is_told_so(cls: type[Any], why: str) -> None:
    with pytest.raises(InvalidSignatureError, match=why):
        adapt(cls)
    with pytest.raises(InvalidPredictorError, match=why):
        as_predictor(cls)


def test_what_is_a_predictor_already_stays_what_it_is() -> None:
    assert not is_plain(Predictor)
    assert not is_plain(len)
    assert is_plain(Counting)


class Files:
    def predict(self, one: InputFile, more: list[InputFile] = [], maybe: InputFile | None = None) -> list[str]:  # noqa: B006
        return [path.read_text() for path in (one, *more, *([maybe] if maybe else []))]


def test_files_are_paths_that_were_laid_out(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("A")
    laid = str(tmp_path / "a")
    cls = adapt(Files)
    fields = cls.input_schema["properties"]
    assert (
        fields["one"]["format"] == fields["more"]["items"]["format"] == fields["maybe"]["anyOf"][0]["format"] == "file"
    )
    context = PredictionContext("p", {"one": laid, "more": [laid], "maybe": laid}, Sink(), [laid])
    assert cls().predict(context) == ["A", "A", "A"]


@pytest.mark.parametrize("values", [{"one": "/etc/hosts"}, {"more": ["/etc/hosts"]}, {"maybe": "/etc/hosts"}])
def test_any_other_path_is_rejected(tmp_path: Path, values: dict[str, Any]) -> None:
    (tmp_path / "a").write_text("A")
    laid = str(tmp_path / "a")
    with pytest.raises(InputRejectedError, match="is no input file"):
        adapt(Files)().predict(PredictionContext("p", {"one": laid, **values}, Sink(), [laid]))


class Inner(BaseModel):
    file: InputFile


@pytest.mark.parametrize("hint", [Path, list[Path], Inner, dict[str, InputFile], list[Inner], FilePath])
def test_files_within_other_things_are_refused(hint: Any) -> None:
    class Hidden:
        def predict(self, thing) -> str:  # type: ignore[no-untyped-def]
            return str(thing)

    Hidden.predict.__annotations__["thing"] = hint
    with pytest.raises(InvalidSignatureError, match="thing"):
        adapt(Hidden)


class Sloppy:
    """As most write it."""

    def predict(
        self,
        prompt: str = Input(description="What to draw.", min_length=1),
        seed: int = None,  # type: ignore[assignment] # noqa: RUF013 - the commonest signature
        image: InputFile = None,  # type: ignore[assignment]
        mode: Literal["a", "b"] = "a",
        size: str = Input(default="x", choices=["x", "y"]),
        sizes: list[str] = Input(default=["x"], choices=["x", "y"]),  # noqa: B008 - as Cog has it
        steps: int = Input(default=None, ge=1, le=9),
        model_name: str = "m",
        copy: int = 2,
        rule: str = Input(default="ab", regex="^a(?=b)"),
        context: PredictionContext = None,  # type: ignore[assignment]
    ) -> list[Any]:
        return [seed, image, mode, size, sizes, steps, model_name, copy, rule]


def test_what_has_none_as_its_default_may_be_left_out() -> None:
    schema = adapt(Sloppy).input_schema
    fields = schema["properties"]
    assert schema["required"] == ["prompt"]
    assert schema["description"] == "As most write it."
    assert fields["seed"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]
    assert fields["image"]["anyOf"][0]["format"] == "file"
    assert (fields["size"]["enum"], fields["sizes"]["items"]["enum"]) == (["x", "y"], ["x", "y"])
    assert fields["steps"]["anyOf"][0] == {"type": "integer", "minimum": 1, "maximum": 9}
    assert fields["model_name"]["title"] == "Model Name"
    # as the server fills them in, and as they are where it does not
    filled = {name: rule["default"] for name, rule in fields.items() if "default" in rule}
    expected = [None, None, "a", "x", ["x"], None, "m", 2, "ab"]
    for values in ({}, filled):
        assert run(Sloppy, {"prompt": "a", **values})[0] == expected


@pytest.mark.parametrize("values", [{"size": "z"}, {"sizes": ["x", "z"]}, {"steps": 10}, {"rule": "ac"}, {"mode": "c"}])
def test_choices_and_bounds_hold(values: dict[str, Any]) -> None:
    with pytest.raises(InputRejectedError, match=next(iter(values))):
        run(Sloppy, {"prompt": "a", **values})


@pytest.mark.parametrize(
    ("hint", "default", "why"),
    [
        (Literal["a", "b"], "z", "default that its own type and rules do not allow: 'z'"),
        (int, Input(default=0, ge=1), "default that its own type and rules do not allow: 0"),
        (int, 0.5, "do not allow: 0.5"),
        (str, Input(alias="y"), "has an alias; callers use its own name"),
        (Annotated[str, Input(validation_alias="y")], "y", "has an alias"),
        (InputFile, Path("/etc/hosts"), "its default can be None only"),
        (Secret, "abc", "is a Secret; its default can be None only"),
        (list[Secret], [], "has a Secret inside something else"),
        (str, Input(choices=[]), "an empty list of choices"),
        (str, Input(choices=[1]), "a choice that is not of its type: 1"),
        (str, Input(regex="("), "a rule that cannot be read: "),
    ],
)
def test_a_parameter_that_no_caller_could_use_is_told_at_once(hint: Any, default: Any, why: str) -> None:
    class Wrong:
        def predict(self, thing) -> str:  # type: ignore[no-untyped-def]
            return str(thing)

    Wrong.predict.__annotations__["thing"] = hint
    Wrong.predict.__defaults__ = (default,)
    with pytest.raises(InvalidSignatureError, match=re.escape(why)):
        adapt(Wrong)


class Underscored:
    def predict(self, _x: int) -> int:
        return _x


def test_a_parameter_with_an_underscore_is_told_at_once() -> None:
    with pytest.raises(InvalidPredictorError, match="'_x' begins with an underscore"):
        as_predictor(Underscored)


class Confiding:
    def predict(self, token: Secret, note: Secret | None = None) -> list[Any]:
        return [token, token.get_secret_value()[:4], note]


def test_a_secret_is_shown_by_nothing_but_its_own_method() -> None:
    schema = adapt(Confiding).input_schema
    assert schema["properties"]["token"]["writeOnly"] is True
    assert secret_fields(schema) == {"token", "note"}
    assert run(Confiding, {"token": "open sesame"})[0] == ["**********", "open", None]
    with pytest.raises(InputRejectedError) as caught:
        run(Confiding, {"token": "open sesame", "note": 12345})
    assert "12345" not in str(caught.value)
