"""Classes written for Cog, as they are."""

from __future__ import annotations

import sys
from pathlib import Path as AnyPath
from typing import Any

import pytest

from tests.unit.predictors.sink import Sink, run_to_end
from workers.contract.predictor import Device, Predictor, SetupContext, VersionSpec
from workers.contract.protocol import File
from workers.predictors import PredictionContext
from workers.predictors.registry import open_registry

SOURCE = '''
import tempfile
from typing import Optional

from cog import BaseModel, BasePredictor, ConcatenateIterator, File, Input, Path, Secret, current_scope


class Output(BaseModel):
    file: Path
    note: Optional[str] = None


class Predictor(BasePredictor):
    """Turns a picture upside down."""

    def setup(self):
        self.model = str.upper

    def predict(
        self,
        image: Path = Input(description="A picture"),
        style: str = Input(default="plain", choices=["plain", "loud"]),
        strength: float = Input(default=0.5, ge=0, le=1),
        seed: int = Input(default=None, description="Leave it out for another each time"),
        extra: File = Input(default=None),
        token: Secret = None,
    ) -> Output:
        target = Path(tempfile.mkdtemp()) / "out.png"
        target.write_bytes(image.read_bytes())
        current_scope().record_metric("strength", strength)
        known = token.get_secret_value() if token else None
        return Output(file=target, note=f"{self.model(style)} {seed} {known} {extra and extra.read()}")


class Speaker(BasePredictor):
    def predict(self, text: str = Input(min_length=1, max_length=20, regex="^[a-z ]+$")) -> ConcatenateIterator[str]:
        for word in text.split():
            yield word + " "
'''


@pytest.fixture
def classes(tmp_path: AnyPath, monkeypatch: pytest.MonkeyPatch) -> dict[str, type[Predictor]]:
    (tmp_path / "written_for_cog.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "written_for_cog", raising=False)
    registry = open_registry(["written_for_cog:Predictor", "written_for_cog:Speaker"])
    assert not registry.broken
    return {name: cls for name in ("predictor", "speaker") if (cls := registry.get(name))}


def start(cls: type[Predictor]) -> Predictor:
    predictor = cls()
    predictor.setup(VersionSpec("v", "x"), Device("cpu", "float32"), SetupContext(lambda *_: None))
    return predictor


def test_a_class_for_cog_runs_as_it_is(classes: dict[str, type[Predictor]], tmp_path: AnyPath) -> None:
    schema = classes["predictor"].input_schema
    fields = schema["properties"]
    assert schema["description"] == "Turns a picture upside down."
    assert schema["required"] == ["image"]
    assert (fields["image"]["format"], fields["style"]["enum"]) == ("file", ["plain", "loud"])
    assert fields["token"]["anyOf"][0]["writeOnly"]
    assert classes["predictor"].output_schema["properties"]["note"]
    (tmp_path / "in.png").write_bytes(b"picture")
    laid = str(tmp_path / "in.png")
    values: dict[str, Any] = {"image": laid, "style": "loud", "extra": laid, "token": "open sesame"}
    sink = Sink()
    output = run_to_end(start(classes["predictor"]), PredictionContext("p", values, sink, [laid]))
    assert output == {"file": {"file": 0}, "note": "LOUD None open sesame b'picture'"}
    (file,) = sink.of(File)
    assert (file.content_type, file.blob) == ("image/png", b"picture")


def test_its_text_streams(classes: dict[str, type[Predictor]]) -> None:
    cls = classes["speaker"]
    assert cls.output_schema["type"] == "string"
    assert cls.input_schema["properties"]["text"]["pattern"] == "^[a-z ]+$"
    sink = Sink()
    run_to_end(start(cls), PredictionContext("p", {"text": "a b"}, sink))
    assert sink.output == "a b "
