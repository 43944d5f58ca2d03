from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any, ClassVar

import pytest
from jsonschema import Draft202012Validator

from workers.contract.predictor import JSON_SCHEMA, KINDS, Predictor, schema
from workers.predictors import registry as module
from workers.predictors.echo import Echo
from workers.predictors.registry import InvalidPredictorError, Registry, open_registry


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
        assert {"title", "description", "type"} <= set(body)
        assert "default" in body or name in {*inputs["required"], "seed"}
        if "default" in body:
            Draft202012Validator(body).validate(body["default"])
        if body["type"] in {"integer", "number"}:
            assert "maximum" in body
            assert {"minimum", "exclusiveMinimum"} & set(body)


def test_what_is_built_in() -> None:
    assert [(e["name"], e["kind"]) for e in open_registry().catalogue()] == [
        ("text", "TEXT_GENERATION"),
        ("image", "IMAGE_GENERATION"),
        ("echo", "CUSTOM"),
        ("embeddings", "CUSTOM"),
        ("classification", "CUSTOM"),
    ]


def test_the_digest_follows_the_schemas_and_the_source() -> None:
    class Other(Good):
        output_schema: ClassVar = {"$schema": JSON_SCHEMA, "type": "string"}

    class Elsewhere(Good):
        parts = ("workers.predictors.echo",)

    digests = [Registry([cls]).catalogue()[0]["digest"] for cls in (Good, Good, Other, Elsewhere)]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_predictors_of_installed_packages_are_found_and_a_broken_one_is_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    points(monkeypatch, "tests.unit.predictors.test_registry:Good", "no.such:Thing", "builtins:int")
    registry = open_registry()
    assert registry.get("good") is not None
    assert registry.get("echo") is Echo
    assert "no.such:Thing" in caplog.text
    assert "builtins:int" in caplog.text


def test_a_predictor_that_was_asked_for_must_be_one() -> None:
    assert open_registry(["tests.unit.predictors.test_registry:Good"]).get("good")
    for name in ("builtins:int", "no.such:Thing", "builtins:nothing", "builtins", ""):
        with pytest.raises(InvalidPredictorError):
            open_registry([name])


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
