"""A user's schema over the predictor's."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from server.domain.input_schema import apply, restrict
from server.errors import InvalidInputError
from tests.unit.domain.schemas import PREDICTOR, found


def refusals(own: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInputError) as caught:
        restrict(own, PREDICTOR)
    return [(v.path, v.code) for v in caught.value.violations]


def own(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"prompt": {}, **properties}}


def test_without_an_own_schema_the_predictors_holds() -> None:
    assert restrict(None, PREDICTOR) == PREDICTOR


def test_an_own_schema_narrows() -> None:
    schema = restrict(own(steps={"maximum": 10, "default": 2}), PREDICTOR)
    assert apply(schema, {"prompt": "a"}) == {"prompt": "a", "steps": 2}
    assert found(schema, {"prompt": "a", "steps": 11}) == [("/input/steps", "maximum")]
    assert schema["properties"]["steps"] == {"type": "integer", "minimum": 1, "maximum": 10, "default": 2}


def test_fields_that_an_own_schema_leaves_out_cannot_be_given() -> None:
    assert found(restrict(own(), PREDICTOR), {"prompt": "a", "steps": 3}) == [("/input/steps", "additionalProperties")]
    wide = {**own(), "additionalProperties": True}
    assert found(restrict(wide, PREDICTOR), {"prompt": "a", "steps": 3}) == [("/input/steps", "additionalProperties")]


def test_unknown_and_missing_fields_are_all_named() -> None:
    assert refusals({"type": "object", "properties": {"a/b": {}, "z": {}}}) == [
        ("/inputSchema/properties/a~1b", "unknown"),
        ("/inputSchema/properties/z", "unknown"),
        ("/inputSchema/properties/prompt", "required"),
    ]


def test_the_predictors_limits_stay_in_force() -> None:
    schema = restrict(
        own(steps={"maximum": 10_000, "minimum": -5}, prompt={"type": "string", "maxLength": 10**6}), PREDICTOR
    )
    assert schema["properties"]["steps"]["maximum"] == 50
    assert schema["properties"]["steps"]["minimum"] == 1
    for value in ({"prompt": "a", "steps": 51}, {"prompt": "a", "steps": 0}, {"prompt": "x" * 101}):
        assert found(schema, value)
    assert {path for path, _ in found(schema, {})} == {"/input/prompt"}


def test_another_type_cannot_slip_past_the_predictor() -> None:
    schema = restrict(own(prompt={"type": "integer"}), PREDICTOR)
    assert found(schema, {"prompt": 3}) == found(schema, {"prompt": "a"}) == [("/input/prompt", "type")]


def test_one_broken_rule_of_both_schemas_is_named_once() -> None:
    assert found(restrict(own(steps={}), PREDICTOR), {"prompt": "a", "steps": 51}) == [("/input/steps", "maximum")]


@pytest.mark.parametrize(
    "rule", [{"default": 51}, {"default": 51, "maximum": 1000}, {"type": "string", "default": "x"}]
)
def test_a_default_that_the_predictor_refuses_is_refused(rule: dict[str, Any]) -> None:
    assert ("/inputSchema/properties/steps/default", "default") in refusals(own(steps=rule))


def test_true_and_false_as_rules_in_an_own_schema() -> None:
    schema = restrict(own(prompt=True, steps=False, scale={}), PREDICTOR)
    assert apply(schema, {"prompt": "a"}) == {"prompt": "a", "scale": 1.5}
    assert found(schema, {"prompt": "a", "steps": 3}) == [("/input/steps", "additionalProperties")]
    assert refusals(own(prompt=False)) == [("/inputSchema/properties/prompt", "required")]


def test_more_may_be_required() -> None:
    schema = restrict({**own(steps={}), "required": ["steps"]}, PREDICTOR)
    assert found(schema, {}) == [("/input/prompt", "required"), ("/input/steps", "required")]


def test_neither_schema_is_changed() -> None:
    before, mine = copy.deepcopy(PREDICTOR), own(steps={"maximum": 5})
    kept = copy.deepcopy(mine)
    restrict(mine, PREDICTOR)
    assert (PREDICTOR, mine) == (before, kept)
