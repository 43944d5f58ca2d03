from __future__ import annotations

import re
from typing import Any

import pytest

from graph.schema import make_schema
from tests.support import scopes

SCHEMA: Any = make_schema()._schema


@pytest.mark.parametrize(
    ("root", "table"),
    [
        (SCHEMA.query_type, scopes.QUERIES),
        (SCHEMA.mutation_type, scopes.MUTATIONS),
        (SCHEMA.subscription_type, scopes.SUBSCRIPTIONS),
    ],
    ids=["queries", "mutations", "subscriptions"],
)
def test_each_root_field_says_what_it_asks_of_an_api_key(root: Any, table: dict[str, str]) -> None:
    """A new field calls `viewer.require(Scope...)` or `viewer.signed_in()` in its service, and stands in the table."""
    assert set(table) == set(root.fields), "see tests/support/scopes.py"


# What a scope may be said to let a key do
VERBS = {
    *(
        "add",
        "archive",
        "cancel",
        "change",
        "create",
        "delete",
        "edit",
        "manage",
        "prepare",
        "publish",
        "purge",
        "redeliver",
    ),
    *("remove", "rename", "rerun", "retry", "revoke", "rotate", "run", "send", "set", "update", "upload", "write"),
    *("deactivate", "drain", "evict", "pause", "pin", "reactivate", "record", "requeue", "resume", "unpin", "warm"),
    *("star", "unstar", "share", "unshare", "fork", "report", "feature", "unfeature", "close"),
}


def plural(noun: str) -> str:
    if noun == "traffic":
        return noun
    return f"{noun}es" if noun.endswith(("ch", "alias")) else f"{noun.removesuffix('s')}s"


@pytest.mark.parametrize("scope", SCHEMA.type_map["Scope"].values)
def test_a_scope_promises_what_mutations_ask_it_for_and_nothing_else(scope: str) -> None:
    words = re.findall(r"[a-z]+", SCHEMA.type_map["Scope"].values[scope].description.lower())
    asked = [re.findall(r"[A-Z]?[a-z]+", name) for name, needed in scopes.MUTATIONS.items() if needed == scope]
    verbs = {verb for verb, *_ in asked}
    # `rerun` and `prepareAgain` name what they do it to in their input
    nouns = {plural(noun[-1].lower()) for _, *noun in asked if noun and noun != ["Again"]}
    assert verbs | nouns <= set(words)
    assert VERBS & set(words) == verbs
