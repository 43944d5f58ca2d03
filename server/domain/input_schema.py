"""Inputs checked by a version's JSON Schema (2020-12): all violations at once, defaults filled in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError

from server.domain import bounded_check
from server.domain.files import FILE_FORMAT
from server.domain.secrets import SECRET, secret_fields
from server.domain.storable import NO_NUL
from server.errors import MAX_VIOLATIONS, InvalidInputError, Violation

MAX_SCHEMA_NODES = 500
MAX_SCHEMA_PARTS = 5000
MAX_SCHEMA_BYTES = 100_000
# The least step that a number can have; quotients by a smaller one are beyond what numbers can tell apart
MIN_STEP = 1e-9
MAX_INPUT_PARTS = 100_000
MAX_TYPES = 7
MAX_DEPTH = 32
MAX_INTEGER = 2**63
# `pattern` would let a model's owner run any regular expression in the API process, `uniqueItems` compares every item
# with every other; references could leave the schema.
FORBIDDEN_KEYWORDS = frozenset(
    {"pattern", "patternProperties", "uniqueItems"}
    | {"$ref", "$dynamicRef", "$recursiveRef", "$id", "$anchor", "$dynamicAnchor"}
)


def apply(schema: dict[str, Any], value: object, root: str = "/input") -> dict[str, Any]:
    """The input with defaults filled in.

    Raises:
        InvalidInputError: with every violation, as JSON Pointers below `root`.
    """
    if not isinstance(value, dict):
        raise InvalidInputError([Violation(root, "The input must be a JSON object.", "type")])
    if bounded_check.parts(value) > MAX_INPUT_PARTS:
        raise InvalidInputError([Violation(root, f"The input has more than {MAX_INPUT_PARTS} parts.", "size")])
    if unsafe := _unsafe(value, root):
        raise InvalidInputError(unsafe)
    try:
        errors = bounded_check.errors(schema, value)
    except bounded_check.TooMuchWorkError:
        message = "The input is too large to be checked by this model's schema."
        raise InvalidInputError([Violation(root, message, "size")]) from None
    errors.sort(key=lambda error: [str(part) for part in error.absolute_path])
    # The user's rule and the predictor's often say the same
    unique: dict[Violation, None] = {}
    secret = secret_fields(schema)
    for violation in (violation for error in errors for violation in _violations(error, root, secret)):
        unique[violation] = None
        if len(unique) == MAX_VIOLATIONS:
            break
    if unique:
        raise InvalidInputError(list(unique))
    filled = {**_copy(value), **{name: item for name, item in defaults(schema).items() if name not in value}}
    rules = schema.get("properties", {})
    for name, item in filled.items():
        # JSON Schema takes 3.0 for an integer; code that runs models does not
        is_integer = isinstance(rules.get(name), dict) and rules[name].get("type") == "integer"
        if is_integer and isinstance(item, float) and abs(item) < MAX_INTEGER:
            filled[name] = int(item)
    return filled


def defaults(schema: dict[str, Any]) -> dict[str, Any]:
    """The fields that a schema has defaults for."""
    rules = schema.get("properties", {}).items()
    return {name: _copy(rule["default"]) for name, rule in rules if isinstance(rule, dict) and "default" in rule}


def left_out(schema: dict[str, Any]) -> dict[str, Any]:
    """The defaults of the fields that the owner of a version left out of what its predictor takes."""
    # `restrict` puts that last
    limits = [{}, *schema.get("allOf", [])][-1]
    values = defaults(limits) if isinstance(limits, dict) else {}
    return {name: value for name, value in values.items() if name not in schema.get("properties", {})}


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(item) for name, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _violations(error: ValidationError, root: str, secret: Collection[str] = ()) -> Iterator[Violation]:
    path = root + "".join(f"/{_escape(part)}" for part in error.absolute_path)
    keyword = str(error.validator or "schema")
    if keyword == "required":
        (missing,) = error.validator_value  # type: ignore[misc]
        yield Violation(f"{path}/{_escape(missing)}", "This field is required.", keyword)
    elif keyword == "dependentRequired":
        name, other = error.validator_value  # type: ignore[misc]
        yield Violation(f"{path}/{_escape(name)}", f"This field needs {other} beside it.", keyword)
    elif keyword == "additionalProperties" and isinstance(error.instance, dict):
        known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        others = f" Those that it has here are {', '.join(known)}." if known else ""
        for name in sorted(set(error.instance) - set(known)):
            rule = _shorten(f"This model has no such field.{others}")
            if name == "messages" and not error.absolute_path and "prompt" in known:
                rule = "This model takes no messages, for want of a chat template that works here; give it a prompt."
            yield Violation(f"{path}/{_escape(name)}", rule, keyword)
    elif keyword == "oneOf" and (names := _alternatives(error.validator_value)):
        given = [name for name in names if isinstance(error.instance, dict) and name in error.instance]
        other = f", not {' and '.join(given)} together" if given else ""
        yield Violation(path, _shorten(f"Give exactly one of the fields {' and '.join(names)}{other}."), keyword)
    elif keyword == "anyOf" and (number := _optional(error.validator_value)) is not None:
        # A value that may be null: what is wrong is told of what it has to be otherwise
        for each in error.context or ():
            if each.schema_path[0] == number:
                yield from _violations(each, root, secret)
    elif secret and (not error.absolute_path or error.absolute_path[0] in secret):
        # The message would quote it
        yield Violation(path, f"The value breaks the rule {keyword}.", keyword)
    else:
        yield Violation(path, _shorten(error.message), keyword)


def _alternatives(rules: Any) -> list[str]:
    """The fields of which exactly one is required, where that is all that a `oneOf` says."""
    names = [rule["required"] for rule in rules if isinstance(rule, dict) and rule.keys() == {"required"}]
    return [name for each in names for name in each] if len(names) == len(rules) else []


def _optional(rules: Any) -> int | None:
    """Of the rules of an `anyOf`, the place of the only one beside null."""
    places = [place for place, rule in enumerate(rules) if rule != {"type": "null"}]
    return places[0] if len(places) == 1 and len(rules) > 1 else None


def _escape(part: object) -> str:
    return _shorten(str(part), 100).replace("~", "~0").replace("/", "~1")


def _shorten(text: str, limit: int = 300) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _unsafe(value: object, path: str, depth: int = 0) -> list[Violation]:
    """What we cannot keep as jsonb: NUL, lone surrogates, too deep nesting, non-finite and too large numbers."""
    if depth > MAX_DEPTH:
        return [Violation(path, f"The input is nested deeper than {MAX_DEPTH} levels.", "depth")]
    if isinstance(value, str):
        return _unsafe_text(value, path)
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return [Violation(path, "Numbers must be finite.", "type")]
    if isinstance(value, int) and not -MAX_INTEGER <= value < MAX_INTEGER:
        return [Violation(path, "Whole numbers must fit into 64 bits.", "type")]
    if isinstance(value, dict):
        bad_keys = [violation for key in value for violation in _unsafe_text(str(key), path)]
        return bad_keys + [
            violation for key, item in value.items() for violation in _unsafe(item, f"{path}/{_escape(key)}", depth + 1)
        ]
    if isinstance(value, list):
        return [
            violation for index, item in enumerate(value) for violation in _unsafe(item, f"{path}/{index}", depth + 1)
        ]
    return []


def _unsafe_text(text: str, path: str) -> list[Violation]:
    if "\0" in text:
        return [Violation(path, NO_NUL, "format")]
    try:
        text.encode()
    except UnicodeEncodeError:
        return [Violation(path, "Text must not contain lone surrogates.", "format")]
    return []


def schema_violations(schema: object, root: str = "/inputSchema") -> list[Violation]:
    """Why a schema that a user gave cannot be a version's input schema."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return [Violation(root, 'An input schema is a JSON Schema of "type": "object".', "type")]
    if bounded_check.parts(schema) > MAX_SCHEMA_PARTS:
        return [Violation(root, f"The schema has more than {MAX_SCHEMA_PARTS} parts.", "size")]
    if unsafe := _unsafe(schema, root):
        return unsafe
    if len(orjson.dumps(schema)) > MAX_SCHEMA_BYTES:
        return [Violation(root, f"The schema has more than {MAX_SCHEMA_BYTES} bytes as JSON.", "size")]
    nodes = list(_nodes(schema, root))
    # True and false are schemas too, which take as long to check
    if len(nodes) > MAX_SCHEMA_NODES:
        return [Violation(root, f"The schema has more than {MAX_SCHEMA_NODES} schemas.", "size")]
    forbidden = []
    for path, node in nodes:
        for key, rule in node.items():
            # Types that are not names would be compared pair by pair; below the root, $schema changes the rules
            is_long = key == "type" and isinstance(rule, list) and len(rule) > MAX_TYPES
            if is_long or key in FORBIDDEN_KEYWORDS or (key == "$schema" and path != root):
                forbidden.append(Violation(f"{path}/{key}", "This keyword is not allowed here.", "keyword"))
            if key == "multipleOf" and isinstance(rule, int | float) and 0 < rule < MIN_STEP:
                forbidden.append(Violation(f"{path}/{key}", f"A step is at least {MIN_STEP}.", "minimum"))
    if forbidden:
        return forbidden
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        path = root + "".join(f"/{_escape(part)}" for part in error.absolute_path)
        return [Violation(path, _shorten(error.message), "schema")]
    return _default_violations(schema, root)


def _nodes(value: object, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, bool):
        yield path, {}
    elif isinstance(value, dict):
        yield path, value
        for key, item in value.items():
            yield from _nodes(item, f"{path}/{_escape(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nodes(item, f"{path}/{index}")


def _default_violations(schema: dict[str, Any], root: str) -> list[Violation]:
    rules = {n: r for n, r in schema.get("properties", {}).items() if isinstance(r, dict) and "default" in r}
    try:
        errors = bounded_check.errors({"properties": rules}, {name: rule["default"] for name, rule in rules.items()})
    except bounded_check.TooMuchWorkError:
        return [Violation(f"{root}/properties", "The defaults take too long to check.", "size")]
    places = [(f"{root}/properties/{_escape(error.absolute_path[0])}/default", error.message) for error in errors]
    return [Violation(path, _shorten(message), "default") for path, message in places]


def restrict(own: dict[str, Any] | None, predictor: dict[str, Any]) -> dict[str, Any]:
    """The schema of a version: the user's own where given, closed to unknown fields.

    Raises:
        InvalidInputError: the own schema has fields that the predictor does not take, leaves out a required one, or
            has a default that the predictor refuses.
    """
    if own is None:
        return predictor
    # `false` says that a field may not be given, `true` that it may be anything the predictor takes
    properties = {name: {} if rule is True else rule for name, rule in own.get("properties", {}).items()}
    properties = {name: rule for name, rule in properties.items() if rule is not False}
    takes = predictor.get("properties", {})
    violations = [
        Violation(f"/inputSchema/properties/{_escape(name)}", "The predictor has no such field.", "unknown")
        for name in sorted(set(properties) - set(takes))
    ]
    violations += [
        Violation(f"/inputSchema/properties/{_escape(name)}", "The predictor requires this field.", "required")
        for name in predictor.get("required", [])
        if name not in properties
    ]
    either = _alternatives(predictor.get("oneOf", []))
    if either and not set(either) & properties.keys():
        message = f"The predictor requires one of the fields {' and '.join(either)}."
        violations.append(Violation("/inputSchema/properties", message, "required"))
    shown = {name: _narrow(rule, takes[name]) for name, rule in properties.items() if name in takes}
    # A default is checked by both, since inputs are checked before defaults are filled in
    both = {name: {**rule, "allOf": [*rule.get("allOf", []), takes[name]]} for name, rule in shown.items()}
    violations += _default_violations({"properties": both}, "/inputSchema")
    if violations:
        raise InvalidInputError(violations)
    required = sorted({*own.get("required", []), *predictor.get("required", [])})
    # allOf keeps the predictor's own limits in force, however wide the user's are
    limits: dict[str, Any] = {"properties": takes}
    limits |= {key: predictor[key] for key in ("oneOf", "dependentRequired") if key in predictor}
    closed = {"properties": shown, "required": required, "additionalProperties": False}
    return {**own, **closed, "allOf": [*own.get("allOf", []), limits]}


_LIMITS = {
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
}


def _narrow(rule: dict[str, Any], limit: dict[str, Any]) -> dict[str, Any]:
    """The user's rule of one field, with the predictor's limits where they are narrower."""
    both = {key: pick(rule[key], limit[key]) for key, pick in _LIMITS.items() if key in rule and key in limit}
    # What is a file or a secret for the predictor is no other text
    names = {FILE_FORMAT: ("format",), SECRET: ("format", "writeOnly")}.get(limit.get("format", ""), ())
    fixed = {key: limit[key] for key in names if key in limit}
    return {**limit, **rule, **both, **fixed}
