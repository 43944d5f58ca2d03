"""How operations are named in metrics."""

from __future__ import annotations

from contextlib import suppress

import pytest
import strawberry

from graph.telemetry.metrics import OperationMetrics
from server.adapters.metrics import REGISTRY


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field
    def good(self) -> int:
        """A number."""
        return 1

    @strawberry.field
    def bad(self) -> int | None:
        """An error."""
        raise ValueError("no")


SCHEMA = strawberry.Schema(Query, extensions=[lambda: OperationMetrics(frozenset({"Known"}))])


def counts() -> dict[tuple[str, ...], float]:
    (family,) = [found for found in REGISTRY.collect() if found.name == "inference_operations"]
    labels = ("type", "field", "operation", "outcome")
    return {
        tuple(sample.labels[label] for label in labels): sample.value
        for sample in family.samples
        if sample.name.endswith("_total")
    }


@pytest.mark.parametrize(
    ("document", "counted"),
    [
        ("query Known { good }", ("query", "good", "Known", "ok")),
        ("query Unknown { good }", ("query", "good", "other", "ok")),
        ("{ good }", ("query", "good", "", "ok")),
        ("{ alias: good bad }", ("query", "good", "", "error")),
        ("{ bad }", ("query", "bad", "", "error")),
        ("{ __typename }", ("query", "__typename", "", "ok")),
        ("{ ... on Query { good } }", ("query", "other", "", "ok")),
        ("{ nothing }", ("query", "other", "", "invalid")),
        ("{ good(x: 1) }", ("query", "good", "", "invalid")),
        ("query Known {", ("other", "other", "", "invalid")),
        ("mutation { good }", ("mutation", "other", "", "invalid")),
    ],
)
async def test_what_an_operation_is_counted_as(document: str, counted: tuple[str, ...]) -> None:
    before = counts()
    # A type that the schema lacks is answered by the view
    with suppress(Exception):
        await SCHEMA.execute(document)
    after = counts()
    assert {key for key, value in after.items() if value != before.get(key, 0.0)} == {counted}
