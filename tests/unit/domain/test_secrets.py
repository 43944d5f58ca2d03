from __future__ import annotations

from typing import Any

import pytest

from server.adapters.vault import Vault
from server.domain import input_schema, secrets
from server.errors import InvalidInputError

RULE: dict[str, Any] = {"type": "string", "format": "password", "writeOnly": True, "maxLength": 20}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"token": RULE, "note": {"anyOf": [RULE, {"type": "null"}]}, "text": {"type": "string"}, "any": {}},
}
VALUES = {"token": "open sesame", "note": None, "text": "open sesame", "any": {"$sealed": "forged"}}


def test_what_is_sealed_is_shown_as_stars_and_opened_as_it_was() -> None:
    vault = Vault("k" * 40)
    sealed = secrets.seal(SCHEMA, VALUES, vault.seal)
    assert "open sesame" not in str(sealed["token"])
    assert sealed["text"] == "open sesame"
    assert secrets.mask(sealed) == {**VALUES, "token": "**********", "any": "**********"}
    assert secrets.open_secrets(SCHEMA, sealed, vault.open) == VALUES, "what only looks sealed is left as it is"
    assert secrets.mask({"text": "a"}) == {"text": "a"}


def test_what_is_shown_of_a_secret_is_none() -> None:
    given = {"token": "**********", "note": {"$sealed": "x"}}
    assert [each.path for each in secrets.violations(SCHEMA, given)] == ["/input/note", "/input/token"]
    assert secrets.violations(SCHEMA, VALUES) == []


@pytest.mark.parametrize("rule", [{}, {"if": {"required": ["token"]}, "then": {"required": ["more"]}}, {"not": {}}])
@pytest.mark.parametrize("token", ["secret " * 10, ["secret"], 5e9])
def test_no_violation_quotes_a_secret(rule: dict[str, Any], token: Any) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        input_schema.apply({**SCHEMA, **rule}, {"token": token, "text": 7})
    assert not any("secret" in each.message or "5000" in each.message for each in refusal.value.violations)
    assert "/input/token" in {each.path for each in refusal.value.violations}


def test_a_narrower_schema_of_the_owner_makes_no_secret_readable() -> None:
    own = {"type": "object", "properties": {"token": {"type": "string", "format": "email", "writeOnly": False}}}
    schema = input_schema.restrict(own, {"properties": {"token": RULE}})
    assert secrets.secret_fields(schema) == {"token"}
    assert (schema["properties"]["token"]["format"], schema["properties"]["token"]["writeOnly"]) == ("password", True)


def test_a_fingerprint_needs_the_key_and_outlives_its_change() -> None:
    old, new = Vault("a" * 40), Vault("b" * 40, ["a" * 40])
    assert old.fingerprints("x")[0] in new.fingerprints("x")
    assert old.fingerprints("x")[0] not in Vault("b" * 40).fingerprints("x")
    assert old.fingerprints("x") != old.fingerprints("y")
