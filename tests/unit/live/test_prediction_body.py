"""The body of webhooks has every field that the API's Prediction has."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

from graphql import GraphQLObjectType, build_schema

from graph import schema
from server.adapters.database import now
from server.live.prediction_body import body
from server.runtime import Runtime
from server.tables import Prediction

# What is a list of its own, asked for in pages or beside the prediction, where it waits, which moves by itself, and
# what its user alone knows of it
ELSEWHERE = {"webhookDeliveries", "queue", "experiment", "outcomes", "isStarred", "publicLink"}
VERSION = SimpleNamespace(number=3, digest="sha256:x", revision=None, info={})


def ended(**fields: Any) -> Prediction:
    """Something like a row that succeeded, with its relations."""
    owner = SimpleNamespace(handle="ada")
    values: dict[str, Any] = dict.fromkeys(Prediction._meta.fields_map)
    values |= {
        "id": uuid4(), "status": "succeeded", "model": SimpleNamespace(owner=owner, name="m"), "user": owner,
        "version": VERSION, "input": {"seed": 7}, "logs": "", "attempt": 1, "created_at": now(),
        "metrics": {"steps": 4.0}, "priority": 1, **fields,
    }  # fmt: skip
    return cast(Prediction, SimpleNamespace(**values))


async def test_every_field_of_the_api_is_in_the_body() -> None:
    named = build_schema(schema.sdl()).type_map["Prediction"]
    assert isinstance(named, GraphQLObjectType)
    made = await body(cast(Runtime, None), ended(), "")
    assert set(made) == set(named.fields) - ELSEWHERE, "keep server/live/prediction_body.py to the schema"


async def test_counts_are_whole_numbers_and_what_was_not_measured_is_null() -> None:
    made = await body(cast(Runtime, None), ended(), "")
    assert made["metrics"]["steps"] == 4
    assert isinstance(made["metrics"]["steps"], int)
    assert made["metrics"]["tokensPerSecond"] is None
    assert (made["model"], made["version"]) == ({"slug": "ada/m"}, {"number": 3, "slug": "ada/m:3"})
    assert made["seed"] == 7
