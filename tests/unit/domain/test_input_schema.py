from __future__ import annotations

import copy
from typing import Any

import pytest

from server.domain.input_schema import MAX_VIOLATIONS, apply, schema_violations
from server.errors import InvalidInputError
from tests.unit.domain.schemas import PREDICTOR, found


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_all_violations_come_at_once_with_pointers() -> None:
    value = {"steps": 99, "scale": "x", "tags": ["a", 1], "colour": "red", "b": 1}
    assert sorted(found(PREDICTOR, value)) == [
        ("/input/b", "additionalProperties"),
        ("/input/colour", "additionalProperties"),
        ("/input/prompt", "required"),
        ("/input/scale", "type"),
        ("/input/steps", "maximum"),
        ("/input/tags/1", "type"),
    ]


def rule(schema: dict[str, Any], name: str) -> str:
    """What is said of a field that a model does not have."""
    with pytest.raises(InvalidInputError) as caught:
        apply(schema, {name: 1})
    (violation,) = caught.value.violations
    return violation.message


def test_a_field_that_a_model_does_not_have_is_told_with_those_that_it_has() -> None:
    schema = {"type": "object", "properties": {"prompt": {}, "steps": {}}, "additionalProperties": False}
    assert rule(schema, "max_tokens") == "This model has no such field. Those that it has here are prompt, steps."
    assert "takes no messages" in rule(schema, "messages")
    many = {**schema, "properties": {f"field_{n}": {} for n in range(99)}}
    assert len(rule(many, "max_tokens")) == 300
    assert rule({**schema, "properties": {}}, "prompt") == "This model has no such field."


def test_what_may_be_null_is_told_as_what_it_has_to_be_otherwise() -> None:
    words = {"anyOf": [{"type": "array", "items": {"type": "string", "maxLength": 3}}, {"type": "null"}]}
    number = {"anyOf": [{"type": "integer", "maximum": 9}, {"type": "null"}]}
    either = {"anyOf": [{"type": "integer"}, {"type": "boolean"}]}
    schema = {"type": "object", "properties": {"words": words, "number": number, "either": either}}
    assert apply(schema, {"words": None, "number": 3})["number"] == 3
    with pytest.raises(InvalidInputError) as caught:
        apply(schema, {"words": ["a", 1, "long"], "number": "x", "either": "y"})
    assert sorted((v.path, v.message) for v in caught.value.violations) == [
        ("/input/either", "'y' is not valid under any of the given schemas"),
        ("/input/number", "'x' is not of type 'integer'"),
        ("/input/words/1", "1 is not of type 'string'"),
        ("/input/words/2", "'long' is too long"),
    ]
    secret = {"anyOf": [{"type": "string", "maxLength": 3, "format": "password", "writeOnly": True}, {"type": "null"}]}
    with pytest.raises(InvalidInputError) as caught:
        apply({"type": "object", "properties": {"key": secret}}, {"key": "hidden"})
    assert "hidden" not in str(caught.value.violations)


def test_every_missing_field_is_named_once() -> None:
    schema = {"type": "object", "required": ["a", "ab", "'a'"], "properties": {}}
    assert sorted(found(schema, {})) == [("/input/" + n, "required") for n in ("'a'", "a", "ab")]


@pytest.mark.parametrize(
    ("name", "pointer"), [("a/b", "a~1b"), ("a~b", "a~0b"), ("~1", "~01"), ("", ""), ("é 🐍", "é 🐍")]
)
def test_names_are_escaped_as_json_pointers_want(name: str, pointer: str) -> None:
    schema = {"type": "object", "properties": {name: {"type": "string"}}, "additionalProperties": False}
    assert found(schema, {name: 1}) == [(f"/input/{pointer}", "type")]
    assert found({**schema, "properties": {}}, {name: 1}) == [(f"/input/{pointer}", "additionalProperties")]
    assert found({**schema, "required": [name]}, {}) == [(f"/input/{pointer}", "required")]


@pytest.mark.parametrize("value", [None, 1, "text", [], [{"prompt": "a"}], True, 1.5])
def test_an_input_is_an_object(value: object) -> None:
    assert found(PREDICTOR, value) == [("/input", "type")]


def test_defaults_are_filled_in() -> None:
    assert apply(PREDICTOR, {"prompt": "a"}) == {"prompt": "a", "steps": 4, "scale": 1.5, "tags": []}
    assert apply(PREDICTOR, {"prompt": "a", "steps": 7})["steps"] == 7


def test_defaults_are_neither_shared_nor_changed() -> None:
    schema, value = copy.deepcopy(PREDICTOR), {"prompt": "a"}
    first = apply(schema, value)
    first["tags"].append("mine")
    assert apply(schema, value)["tags"] == []
    assert schema == PREDICTOR
    assert value == {"prompt": "a"}


def test_what_comes_back_shares_nothing_with_the_input() -> None:
    value: dict[str, Any] = {"prompt": "a", "tags": ["x"]}
    apply(PREDICTOR, value)["tags"].append("y")
    assert value["tags"] == ["x"]


def test_a_whole_float_becomes_an_integer() -> None:
    steps = apply(PREDICTOR, {"prompt": "a", "steps": 3.0})["steps"]
    assert (steps, type(steps)) == (3, int)
    assert found(PREDICTOR, {"prompt": "a", "steps": 3.5}) == [("/input/steps", "type")]
    assert found(PREDICTOR, {"prompt": "a", "steps": True}) == [("/input/steps", "type")]


def test_a_huge_whole_float_does_not_become_an_integer_that_cannot_be_stored() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}}
    assert isinstance(apply(schema, {"n": 1e300})["n"], float)


@pytest.mark.parametrize(
    ("value", "violation"),
    [
        ({"prompt": "a\0"}, ("/input/prompt", "format")),
        ({"prompt": "\ud800"}, ("/input/prompt", "format")),
        ({"a\0b": 1}, ("/input", "format")),
        ({"\udfff": 1}, ("/input", "format")),
        ({"tags": ["a", "\0"]}, ("/input/tags/1", "format")),
        ({"scale": float("nan")}, ("/input/scale", "type")),
        ({"scale": float("inf")}, ("/input/scale", "type")),
        ({"scale": float("-inf")}, ("/input/scale", "type")),
        ({"scale": 2**63}, ("/input/scale", "type")),
        ({"scale": -(2**63) - 1}, ("/input/scale", "type")),
        ({"scale": 10**5000}, ("/input/scale", "type")),
    ],
)
def test_what_cannot_be_stored_is_refused(value: dict[str, Any], violation: tuple[str, str]) -> None:
    paths = found({"type": "object"}, value)
    assert (violation[0], violation[1]) in [
        (path.replace("\0", "").replace("\udfff", ""), code) for path, code in paths
    ]


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 2**53 + 1])
def test_64_bit_integers_pass(number: int) -> None:
    assert apply({"type": "object"}, {"n": number}) == {"n": number}


def test_too_deep_inputs_are_refused_without_recursing_through_them() -> None:
    ((path, code),) = found({"type": "object"}, {"a": nested(100)})
    assert code == "depth"
    assert path.startswith("/input/a/0/0")
    assert apply({"type": "object"}, {"a": nested(31)})


def test_violations_are_bounded() -> None:
    assert len(found(PREDICTOR, {"prompt": "a", "tags": [1] * 10_000})) == MAX_VIOLATIONS
    long = found(PREDICTOR, {"prompt": "a", "x" * 10_000: 1})
    assert len(long[0][0]) < 200


def test_a_message_does_not_repeat_a_huge_value() -> None:
    with pytest.raises(InvalidInputError) as caught:
        apply(PREDICTOR, {"prompt": "x" * 100_000})
    assert len(caught.value.violations[0].message) <= 300


def test_true_and_false_as_rules_of_a_field() -> None:
    schema = {"type": "object", "properties": {"a": True, "b": False}}
    assert apply(schema, {"a": [1]}) == {"a": [1]}
    assert [code for _, code in found(schema, {"b": 1})] == ["schema"]


# --- schemas that users give ---


def refused(schema: object) -> list[tuple[str, str]]:
    return [(v.path, v.code) for v in schema_violations(schema)]


def of_field(**rule: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"prompt": rule}}


def test_a_plain_schema_is_accepted() -> None:
    assert refused(PREDICTOR) == []
    assert refused({"type": "object"}) == []


@pytest.mark.parametrize(
    "schema", [None, 1, "x", [], True, {}, {"type": "string"}, {"type": ["object"]}, {"properties": {}}]
)
def test_a_schema_is_of_type_object(schema: object) -> None:
    assert refused(schema) == [("/inputSchema", "type")]


@pytest.mark.parametrize(
    "keyword",
    [
        "pattern",
        "patternProperties",
        "uniqueItems",
        "$ref",
        "$dynamicRef",
        "$recursiveRef",
        "$id",
        "$anchor",
        "$dynamicAnchor",
    ],
)
def test_keywords_that_could_harm_the_server_are_refused(keyword: str) -> None:
    at = "/inputSchema/properties/prompt/"
    assert refused(of_field(**{keyword: "(a+)+$"})) == [(at + keyword, "keyword")]
    assert refused(of_field(anyOf=[{}, {"not": {keyword: "#"}}])) == [(f"{at}anyOf/1/not/{keyword}", "keyword")]
    assert refused({"type": "object", keyword: "#"}) == [(f"/inputSchema/{keyword}", "keyword")]


@pytest.mark.parametrize(
    "schema",
    [
        of_field(type="strin"),
        of_field(minimum="1"),
        of_field(maxLength=-1),
        of_field(enum="ab"),
        of_field(multipleOf=0),
        {"type": "object", "properties": []},
        {"type": "object", "properties": {"a": 1}},
        {"type": "object", "required": "prompt"},
        {"type": "object", "required": [1]},
        {"type": "object", "allOf": {}},
    ],
)
def test_what_is_no_json_schema_is_refused(schema: dict[str, Any]) -> None:
    ((path, code),) = refused(schema)
    assert code == "schema"
    assert path.startswith("/inputSchema/")


def test_a_huge_schema_is_refused() -> None:
    schema = {"type": "object", "properties": {f"f{n}": {"type": "string"} for n in range(2001)}}
    assert refused(schema) == [("/inputSchema", "size")]


def test_a_deep_schema_is_refused() -> None:
    rule: dict[str, Any] = {}
    for _ in range(500):
        rule = {"not": rule}
    ((_, code),) = refused(of_field(**rule))
    assert code == "depth"


@pytest.mark.parametrize("value", ["\0", "\ud800", float("nan"), 10**400])
def test_a_schema_that_cannot_be_stored_is_refused(value: object) -> None:
    assert [path for path, _ in refused(of_field(const=value))] == ["/inputSchema/properties/prompt/const"]


def test_a_default_keeps_its_own_rule() -> None:
    assert refused(of_field(type="integer", default="x")) == [("/inputSchema/properties/prompt/default", "default")]
