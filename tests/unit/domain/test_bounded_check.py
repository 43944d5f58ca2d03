"""Schemas and inputs made to keep the API busy: each is answered, and soon."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from server.domain import bounded_check
from server.domain.input_schema import MAX_INPUT_PARTS, MAX_SCHEMA_NODES, apply, restrict, schema_violations
from server.errors import InvalidInputError

SECONDS = 0.8
MANY = 470
ONES = {"a": [1] * 95_000}
WIDE = {"a": {f"k{number}": 1 for number in range(45_000)}}


def of_a(**rule: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": rule}}


def names(count: int) -> list[str]:
    return [f"n{number}" for number in range(count)]


HOSTILE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a long list": (of_a(items={"type": "integer"}), ONES),
    "allOf for each item": (of_a(items={"allOf": [{"type": "integer"}] * MANY}), ONES),
    "anyOf for each item": (of_a(items={"anyOf": [{"type": "string"}] * MANY}), ONES),
    "oneOf for each item": (of_a(items={"oneOf": [{"type": "integer"}] * MANY}), ONES),
    "many rules for the list": (of_a(allOf=[{"items": {"type": "integer"}}] * (MANY // 2)), ONES),
    "a message of the list for each rule": (of_a(allOf=[{"type": "integer"}] * MANY), ONES),
    "a message of a long text for each rule": (of_a(allOf=[{"type": "integer"}] * MANY), {"a": "é" * 10**6}),
    "an error for each item": (of_a(items={"type": "string"}), ONES),
    "items that may be anything": (of_a(allOf=[{"items": True}] * 240), ONES),
    "contains": (of_a(allOf=[{"contains": True, "minContains": 10**6}] * 240), ONES),
    "a long enum": (of_a(items={"enum": list(range(2, 4900))}), ONES),
    "an enum in not": (of_a(items={"not": {"not": {"enum": list(range(2, 4900))}}}), ONES),
    "a long const": (of_a(items={"const": [1] * 4900}), {"a": [[1] * 4900] * 19}),
    "consts": (of_a(items={"allOf": [{"const": [1] * 40}] * 100}), {"a": [[1] * 40] * 2000}),
    "additional properties": (of_a(allOf=[{"additionalProperties": {}}] * 240), WIDE),
    "no additional properties": (of_a(allOf=[{"additionalProperties": False}] * 240), WIDE),
    "property names": (of_a(allOf=[{"propertyNames": True}] * 240), WIDE),
    "unevaluated properties": (of_a(allOf=[{"additionalProperties": {}}], unevaluatedProperties=False), WIDE),
    "unevaluated items": (of_a(prefixItems=[True] * MANY, unevaluatedItems=False), ONES),
    "keywords that nobody knows": (of_a(items={name: 1 for name in names(2400)}), ONES),
    "properties that no item has": (
        of_a(items={"properties": {name: {} for name in names(MANY)}}),
        {"a": [{}] * 49_000},
    ),
    "required names": ({"type": "object", "required": names(4900)}, {}),
    "required names of each item": (of_a(items={"required": names(4900)}), {"a": [{}] * 49_000}),
    "dependent names": (of_a(items={"dependentRequired": {"k": names(4900)}}), {"a": [{"k": 1}] * 20_000}),
    "text that cannot be stored": ({"type": "object"}, {"a": ["\0"] * 95_000}),
    "more than may be": ({"type": "object"}, {"a": [1] * 490_000}),
}


def seconds_of(schema: dict[str, Any], value: dict[str, Any]) -> float:
    began = time.thread_time()
    with suppress(InvalidInputError):
        apply(schema, value)
    return time.thread_time() - began


@pytest.mark.usefixtures("fresh_heap")
@pytest.mark.parametrize("name", HOSTILE)
def test_no_input_keeps_the_server_busy(name: str) -> None:
    schema, value = HOSTILE[name]
    began = time.thread_time()
    assert schema_violations(schema) == []
    assert time.thread_time() - began < SECONDS
    assert seconds_of(schema, value) < SECONDS


@pytest.mark.usefixtures("fresh_heap")
@pytest.mark.parametrize("name", ["a long list", "allOf for each item", "property names", "a long enum"])
def test_so_does_none_over_a_predictors_schema(name: str) -> None:
    schema, value = HOSTILE[name]
    assert seconds_of(restrict(schema, of_a()), value) < SECONDS


@pytest.mark.parametrize(
    "rule",
    [
        {"properties": {name: {"type": "string", "maxLength": 9} for name in names(MAX_SCHEMA_NODES - 20)}},
        {"enum": list(range(4900))},
        {"required": names(4900)},
        {"prefixItems": [True] * (MAX_SCHEMA_NODES - 20)},
        {"type": ["string", *({"a": number} for number in range(MANY)), 1]},
        {"anyOf": [{"type": [{}] * 9}] * 200},
        {"required": [*names(2000), 1, {}, *names(2000)]},
    ],
    ids=range(7),
)
def test_no_schema_keeps_the_server_busy(rule: dict[str, Any]) -> None:
    began = time.thread_time()
    schema_violations(of_a(**rule))
    assert time.thread_time() - began < SECONDS


@pytest.mark.parametrize("value", [1.5, 1e308, 10**18])
def test_the_least_step_costs_no_more_than_another_rule(value: float) -> None:
    """A predictor may have one; that of an own schema is refused."""
    steps = of_a(items={"allOf": [{"multipleOf": 5e-324}] * 9})
    least = {"a": [value] * 4_000}
    usual = of_a(items={"allOf": [{"maximum": 2e308}] * 9})
    assert min(seconds_of(steps, least) for _ in range(3)) < 1.6 * min(seconds_of(usual, least) for _ in range(3))


@pytest.mark.parametrize("step", [5e-324, 1e-300, 1e-10])
def test_a_step_that_numbers_cannot_tell_apart_is_refused_with_its_path(step: float) -> None:
    schema = {**of_a(items={"multipleOf": step}), "allOf": [{"multipleOf": 1e-9}]}
    assert [(v.path, v.code) for v in schema_violations(schema)] == [
        ("/inputSchema/properties/a/items/multipleOf", "minimum")
    ]


@pytest.mark.parametrize("step", [1, 3, 0.5, 0.01, 0.1, 1e-9, 2.5, 1e300])
def test_steps_are_those_of_json_schema(step: float) -> None:
    for value in (0, 1, 3, 9, 10**18, 0.01, 0.07, 0.5, 7.5, 1e-9, 1e17, 1e308, -2.5, True, "3"):
        expected = Draft202012Validator({"multipleOf": step}).is_valid(value)
        assert (bounded_check.errors({"multipleOf": step}, value) == []) is expected, (step, value)


def test_a_schema_of_many_bytes_is_refused() -> None:
    schema = of_a(description="x" * 100_000)
    assert [(v.path, v.code) for v in schema_violations(schema)] == [("/inputSchema", "size")]
    assert schema_violations(of_a(description="x" * 99_000)) == []


def test_many_defaults_are_bounded_together() -> None:
    rule = {"items": {"enum": list(range(300))}, "default": [301] * 100}
    schema = {"type": "object", "properties": {name: rule for name in names(10)}}
    began = time.thread_time()
    assert {violation.code for violation in schema_violations(schema)} == {"default"}
    assert time.thread_time() - began < SECONDS


def test_defaults_that_take_too_long_are_named_so() -> None:
    rule = {"items": {"allOf": [{"type": "integer"}] * 40}, "default": [1] * 400}
    schema = {"type": "object", "properties": {name: rule for name in names(8)}}
    assert [(v.path, v.code) for v in schema_violations(schema)] == [("/inputSchema/properties", "size")]


def violations(schema: dict[str, Any], value: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInputError) as caught:
        apply(schema, value)
    return [(v.path, v.code) for v in caught.value.violations]


def test_what_cannot_be_checked_in_time_is_refused_in_words() -> None:
    assert violations(of_a(items={"allOf": [{"type": "integer"}] * MANY}), ONES) == [("/input", "size")]
    with pytest.raises(InvalidInputError) as caught:
        apply(of_a(items={"type": "integer"}), ONES)
    assert "too large to be checked" in caught.value.violations[0].message


def test_what_was_found_in_time_is_said() -> None:
    found = violations(of_a(items={"type": "string"}), ONES)
    assert len(found) == 50
    assert set(found) <= {(f"/input/a/{number}", "type") for number in range(95_000)}


def test_an_input_of_too_many_parts_is_refused() -> None:
    assert apply({"type": "object"}, {"a": [1] * (MAX_INPUT_PARTS - 3)})
    assert violations({"type": "object"}, {"a": [1] * (MAX_INPUT_PARTS - 2)}) == [("/input", "size")]


def test_large_inputs_that_people_send_pass() -> None:
    numbers = {"a": [0.5] * 10_000}
    assert apply(of_a(type="array", items={"type": "number", "minimum": 0}), numbers) == numbers
    message = {"type": "object", "properties": {"role": {"enum": ["user", "model"]}, "text": {"type": "string"}}}
    talk = {"a": [{"role": "user", "text": "x" * 400}] * 2000}
    assert apply(of_a(type="array", items={**message, "required": ["role", "text"]}), talk) == talk
    assert apply(of_a(type="string"), {"a": "x" * 10**6})


def test_a_schema_named_below_the_root_does_not_change_the_rules() -> None:
    old = "http://json-schema.org/draft-04/schema#"
    refused = schema_violations(of_a(items={"$schema": old}))
    assert [(v.path, v.code) for v in refused] == [("/inputSchema/properties/a/items/$schema", "keyword")]
    named = {"$schema": old, **of_a(items={"allOf": [{"type": "integer"}] * MANY})}
    assert schema_violations(named) == []
    assert violations(named, ONES) == [("/input", "size")]


@pytest.mark.parametrize(("count", "is_accepted"), [(MAX_SCHEMA_NODES - 4, True), (MAX_SCHEMA_NODES, False)])
def test_true_and_false_count_as_schemas(count: int, is_accepted: bool) -> None:
    assert (schema_violations(of_a(prefixItems=[True] * count)) == []) is is_accepted


def test_parts_are_counted_however_deep() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    assert bounded_check.parts(deep) == 5001
    assert bounded_check.parts({"a": [1, {"b": 2}], "c": "x"}) == 9
    assert bounded_check.parts("text") == 1
