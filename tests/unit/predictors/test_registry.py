from __future__ import annotations

import compileall
import importlib
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar

import pytest
from jsonschema import Draft202012Validator

from workers.contract.predictor import JSON_SCHEMA, KINDS, Predictor, schema
from workers.predictors import registry as module
from workers.predictors.echo import Echo
from workers.predictors.registry import InvalidPredictorError, Registry, as_predictor, open_registry


class Good(Predictor):
    name = "good"
    kind = "CUSTOM"
    input_schema: ClassVar = schema({}, [])
    output_schema: ClassVar = {"$schema": JSON_SCHEMA}


def points(monkeypatch: pytest.MonkeyPatch, *values: str) -> None:
    made = [EntryPoint(f"point{n}", value, module.ENTRY_POINT_GROUP) for n, value in enumerate(values)]
    monkeypatch.setattr(module, "entry_points", lambda group: made if group == module.ENTRY_POINT_GROUP else [])


@pytest.mark.parametrize("entry", open_registry().catalogue(), ids=lambda e: e["name"])
def test_every_built_in_predictor_describes_its_inputs_in_full(entry: dict[str, Any]) -> None:
    assert entry["kind"] in KINDS
    assert len(entry["digest"]) == 64
    for body in (entry["input_schema"], entry["output_schema"]):
        assert body["$schema"] == JSON_SCHEMA
        Draft202012Validator.check_schema(body)
    inputs = entry["input_schema"]
    assert inputs["additionalProperties"] is False
    assert [p["x-order"] for p in inputs["properties"].values()] == list(range(len(inputs["properties"])))
    for name, body in inputs["properties"].items():
        assert {"title", "description"} <= set(body)
        # an input of a class that may be None has two types
        assert {"type", "anyOf"} & set(body)
        # what is left out means something of its own: a random seed, text alone, no negative prompt
        open_inputs = {"seed", "n", "logprobs", "negative_prompt", "tools", "chat_template", "chat_template_kwargs"}
        open_inputs |= {"response_format", "prompt_name"}
        either = {each for rule in inputs.get("oneOf", []) for each in rule["required"]}
        assert "default" in body or name in {*inputs["required"], *either, *open_inputs}
        if "default" in body:
            Draft202012Validator(body).validate(body["default"])
        if body.get("type") in ("integer", "number"):
            assert "maximum" in body
            assert {"minimum", "exclusiveMinimum"} & set(body)


def test_what_is_built_in() -> None:
    assert [(e["name"], e["kind"]) for e in open_registry().catalogue()] == [
        ("text", "TEXT_GENERATION"),
        ("image", "IMAGE_GENERATION"),
        ("echo", "CUSTOM"),
        ("embeddings", "CUSTOM"),
        ("classification", "CUSTOM"),
        ("reranking", "CUSTOM"),
        ("pipeline", "CUSTOM"),
    ]


def test_the_digest_follows_the_schemas_and_the_source() -> None:
    class Other(Good):
        output_schema: ClassVar = {"$schema": JSON_SCHEMA, "type": "string"}

    digests = [Registry([cls]).catalogue()[0]["digest"] for cls in (Good, Good, Other, Echo)]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


PREDICTOR = """
from acme.base.reading import Reading
from workers.contract.predictor import JSON_SCHEMA, Predictor, schema

class Packaged(Reading, Predictor):
    name, kind, input_schema, output_schema = "packaged", "CUSTOM", schema({}, []), {"$schema": JSON_SCHEMA}
"""
PLAIN = """
from acme.base.reading import Reading

class Packaged(Reading, dict):
    def predict(self, text: str) -> str:
        return text
"""


@pytest.fixture(params=[PREDICTOR, PLAIN], ids=["predictor", "plain class"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the import path: a package with a predictor whose base lies in another room, and a lone module."""
    monkeypatch.syspath_prepend(tmp_path)
    for file, source in {
        "acme/__init__.py": "",
        "acme/base/reading.py": "class Reading: ...",
        "acme/models/__init__.py": "",
        "acme/models/packaged.py": request.param,
        "acme/models/helping.py": "HELP = 1",
        "lone.py": request.param,
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(source)
    yield tmp_path
    forget_modules()


def forget_modules() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in {"acme", "lone"}]:
        del sys.modules[name]


def digest(name: str) -> str:
    cls = as_predictor(importlib.import_module(name).Packaged)
    return str(Registry([cls]).catalogue()[0]["digest"])


@pytest.mark.parametrize(
    "file", ["models/packaged.py", "models/helping.py", "models/__init__.py", "models/new.py", "models/nets/unet.py",
             "base/reading.py", "base/new.py"]
)  # fmt: skip
def test_the_digest_follows_every_source_file_of_the_folder_and_of_its_bases(folder: Path, file: str) -> None:
    before = digest("acme.models.packaged")
    (folder / "acme" / file).parent.mkdir(exist_ok=True)
    with (folder / "acme" / file).open("a") as source:
        source.write("# changed")
    assert digest("acme.models.packaged") != before


def test_the_digest_follows_the_names_of_the_files(folder: Path) -> None:
    before = digest("acme.models.packaged")
    (folder / "acme" / "models" / "helping.py").rename(folder / "acme" / "models" / "helpers.py")
    assert digest("acme.models.packaged") != before


def test_the_digest_follows_nothing_else(folder: Path) -> None:
    before = digest("acme.models.packaged")
    assert compileall.compile_dir(folder / "acme", quiet=2)
    assert (folder / "acme" / "models" / "__pycache__").is_dir()
    (folder / "acme" / "models" / "README.md").write_text("# Acme")
    (folder / "acme" / "elsewhere").mkdir()
    (folder / "acme" / "elsewhere" / "module.py").touch()
    assert digest("acme.models.packaged") == before


def test_the_digest_of_a_class_outside_of_a_package_follows_its_file_alone(folder: Path) -> None:
    before = digest("lone")
    (folder / "beside.py").touch()
    assert digest("lone") == before
    with (folder / "lone.py").open("a") as source:
        source.write("# changed")
    assert digest("lone") != before


def test_the_digest_does_not_follow_the_place_where_the_package_lies(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest("acme.models.packaged")
    elsewhere = shutil.copytree(folder, tmp_path_factory.mktemp("elsewhere") / "site")
    forget_modules()
    monkeypatch.syspath_prepend(elsewhere)
    assert digest("acme.models.packaged") == before
    assert Path(str(sys.modules["acme"].__file__)).is_relative_to(elsewhere)


@pytest.mark.parametrize(
    ("name", "file", "counts"),
    [
        ("text", "text/batch.py", True),
        ("text", "micro_batch.py", True),
        ("text", "image/model.py", False),
        ("image", "image/previews.py", True),
        ("embeddings", "encoder/encoder.py", True),
        ("embeddings", "custom/signature.py", True),
        ("echo", "echo.py", True),
        ("echo", "text/model.py", False),
    ],
)
def test_the_digest_of_a_built_in_predictor_follows_its_folder_and_what_is_shared(
    monkeypatch: pytest.MonkeyPatch, name: str, file: str, counts: bool
) -> None:
    def catalogue() -> str:
        return next(str(entry["digest"]) for entry in open_registry().catalogue() if entry["name"] == name)

    before = catalogue()
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: read(self) + b"#" * (self == module.SHARED / file))
    assert (catalogue() != before) is counts


def test_predictors_of_installed_packages_are_found_and_a_broken_one_is_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    points(monkeypatch, "tests.unit.predictors.test_registry:Good", "no.such:Thing", "builtins:int")
    registry = open_registry()
    assert registry.get("good") is not None
    assert registry.get("echo") is Echo
    assert "no.such:Thing" in caplog.text
    assert "builtins:int" in caplog.text
    assert registry.broken.keys() == {"no.such:Thing", "builtins:int"}


BROKEN = {
    "builtins:int": "<class 'int'> cannot be a predictor: it is no subclass of Predictor and has no method predict.",
    "no.such:Thing": "ModuleNotFoundError: No module named 'no'",
    "builtins:nothing": "AttributeError: module 'builtins' has no attribute 'nothing'",
    "builtins": "AttributeError: ",
    "tests.unit.predictors.leaving:Thing": "SystemExit: 3",
}


def test_a_predictor_that_was_asked_for_and_is_none_is_named_and_the_others_are_there() -> None:
    good = "tests.unit.predictors.test_registry:Good"
    names = [*BROKEN, good]
    began: list[str] = []
    registry = open_registry(names, began.append, lambda error: "Set it." if isinstance(error, SystemExit) else None)
    assert registry.get("good")
    assert registry.get("echo")
    assert began == names
    assert list(registry.broken) == list(BROKEN)
    for name, reason in BROKEN.items():
        assert registry.broken[name].startswith(reason.rstrip())
    assert registry.broken["tests.unit.predictors.leaving:Thing"].endswith(" Set it.")


def test_what_breaks_the_contract_is_refused() -> None:
    def broken(**attributes: Any) -> Any:
        return type("Broken", (Good,), attributes)

    for cls in (
        broken(name=None),
        broken(kind="VIDEO"),
        broken(input_schema={}),
        broken(output_schema={"type": "string"}),
        broken(max_concurrency=0),
        broken(max_concurrency="many"),
    ):
        with pytest.raises(InvalidPredictorError):
            Registry([cls])
    with pytest.raises(InvalidPredictorError, match="has the name 'good'"):
        Registry([Good, broken()])


def test_the_code_of_a_class_follows_what_it_imports_from_beside_it_and_the_server_s_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def code() -> str | None:
        forget_modules()
        registry = Registry([as_predictor(importlib.import_module("lone").Lone)])
        assert registry.catalogue()[0]["sources"]
        return registry.code("lone")

    monkeypatch.syspath_prepend(tmp_path)
    source = "from helpers import WORD\nclass Lone:\n    def predict(self, text: str) -> str:\n        return WORD\n"
    (tmp_path / "lone.py").write_text(source)
    (tmp_path / "helpers.py").write_text("from parts import more\nWORD = 'a'\n")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "__init__.py").touch()
    (tmp_path / "parts" / "more.py").write_text("")
    codes = [code()]
    read = Path.read_bytes
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda self: read(self) + b"#" * (module.SHARED in self.parents))
        codes.append(code())
    assert codes[0] == codes[1]
    for name in ("parts/more.py", "helpers.py", "lone.py"):
        with (tmp_path / name).open("a") as file:
            file.write("# changed\n")
        codes.append(code())
    assert len(set(codes)) == 4
    for name in ("helpers", "parts", "parts.more"):
        monkeypatch.delitem(sys.modules, name)
    assert open_registry().code("echo") is None
