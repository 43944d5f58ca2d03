"""Outcomes of experiments: what is added up of them is what their rows say, exactly, and read of few rows."""

from __future__ import annotations

import asyncio
import random
from fractions import Fraction
from statistics import variance
from typing import Any
from uuid import UUID, uuid4

import pytest

from server.adapters.database import from_json, rows
from server.queue import experiments
from server.tables import Outcome, OutcomeSum, Prediction, Version
from tests.integration.queue import store

PARTS = 16


async def ran(version: Version, experiment: UUID | None) -> Prediction:
    return await store.add(version, status="succeeded", experiment_id=experiment)


async def note(of: Prediction, name: str, value: float) -> None:
    row = Outcome(prediction_id=of.id, name=name, value=value, experiment_id=of.experiment_id, version_id=of.version_id)
    assert await experiments.record_outcome(row) is not None


async def summed(experiment: UUID) -> dict[tuple[UUID, str], tuple[Any, ...]]:
    names = ("n", "mean", "variance", "hits", "is_rate")
    return {
        (row["version_id"], row["name"]): tuple(row[name] for name in names)
        for row in await experiments.read_outcomes(experiment)
    }


async def of_rows(experiment: UUID) -> dict[tuple[UUID, str], tuple[Any, ...]]:
    """The same of the outcomes themselves, as whoever noted them wrote them, in fractions that lose nothing."""
    values: dict[tuple[UUID, str], list[float]] = {}
    by_name: dict[str, list[float]] = {}
    for row in await rows("SELECT version_id, name, value FROM outcome WHERE experiment_id = $1", experiment):
        values.setdefault((row["version_id"], row["name"]), []).append(row["value"])
        by_name.setdefault(row["name"], []).append(row["value"])
    sums = {}
    for key, own in values.items():
        exact = [Fraction(repr(value)) for value in own]
        mean, spread = sum(exact) / len(own), variance(exact) if len(own) > 1 else 0
        is_rate = all(value in (0, 1) for value in by_name[key[1]])
        sums[key] = (
            len(own), pytest.approx(float(mean), rel=1e-14, abs=1e-300),
            pytest.approx(float(spread), rel=1e-13, abs=1e-300), own.count(1), is_rate,
        )  # fmt: skip
    return sums


@pytest.mark.parametrize("seed", range(4))
async def test_sums_are_those_of_the_rows(version: Version, seed: int) -> None:
    """Noted, noted anew, by many names, of two versions, beside what no experiment chose."""
    chance = random.Random(seed)
    experiment = uuid4()
    other = await store.add_version()
    predictions = [await ran(chance.choice((version, other)), chance.choice((experiment, experiment, None)))
                   for _ in range(12)]  # fmt: skip
    kinds = (
        lambda: float(chance.randint(0, 1)), lambda: chance.gauss(0, 1),
        lambda: chance.choice((0.1, 1e15, -1e15, 5e-324)), lambda: 1e12 + chance.randint(0, 8) / 8,
    )  # fmt: skip
    for _ in range(60):
        name, value = chance.choice(tuple(zip(("thumb", "score", "odd", "large"), kinds, strict=True)))
        await note(chance.choice(predictions), name, value())
        if chance.random() < 0.2:
            assert await summed(experiment) == await of_rows(experiment)
    assert await summed(experiment) == await of_rows(experiment)


async def test_large_values_that_hardly_differ(version: Version) -> None:
    """The squares of floats would have lost all of the variance."""
    experiment = uuid4()
    values = [1e12 + step / 8 for step in range(-20, 21)]
    for value in values:
        await note(await ran(version, experiment), "score", value)
    ((n, mean, spread, *_),) = (await summed(experiment)).values()
    assert (n, mean) == (41, 1e12)
    assert spread == pytest.approx(float(variance(map(Fraction, values))), rel=1e-13)


async def test_the_least_values_that_there_are(version: Version) -> None:
    experiment = uuid4()
    for value in (5e-324, 1e-323, -0.0, 1e-200):
        await note(await ran(version, experiment), "score", value)
    ((n, mean, spread, hits, is_rate),) = (await summed(experiment)).values()
    assert (n, hits, is_rate) == (4, 0, False)
    assert mean == pytest.approx(2.5e-201)
    assert spread == 0


async def test_a_rate_is_one_again_once_its_other_value_is_noted_anew(version: Version) -> None:
    experiment = uuid4()
    predictions = [await ran(version, experiment) for _ in range(3)]
    for prediction, value in zip(predictions, (0.0, 1.0, 0.5), strict=True):
        await note(prediction, "thumb", value)
    assert (await summed(experiment))[version.id, "thumb"][3:] == (1, False)
    await note(predictions[2], "thumb", 1.0)
    assert (await summed(experiment))[version.id, "thumb"][3:] == (2, True)


async def test_all_at_once_are_counted_once_each(version: Version) -> None:
    experiment = uuid4()
    predictions = [await ran(version, experiment) for _ in range(10)]
    chance = random.Random(5)
    await asyncio.gather(*(note(chance.choice(predictions), "score", chance.random()) for _ in range(100)))
    assert await summed(experiment) == await of_rows(experiment)


async def test_what_is_deleted_stays_in_the_sums(version: Version) -> None:
    experiment = uuid4()
    predictions = [await ran(version, experiment) for _ in range(3)]
    for prediction, value in zip(predictions, (1.0, 2.0, 4.0), strict=True):
        await note(prediction, "score", value)
    before = await summed(experiment)
    await predictions[0].delete()
    assert await Outcome.filter(experiment_id=experiment).count() == 2
    assert await summed(experiment) == before


async def test_results_read_no_outcome(version: Version) -> None:
    experiment = uuid4()
    for _ in range(40):
        await note(await ran(version, experiment), "score", 1.5)
    assert await OutcomeSum.filter(experiment_id=experiment).count() <= PARTS
    (plan,) = await rows(f"EXPLAIN (FORMAT JSON) {experiments._READ_OUTCOMES}", experiment, 20)
    tables, nodes = set(), [from_json(plan["QUERY PLAN"])[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        tables.add(node.get("Relation Name"))
        nodes += node.get("Plans", [])
    assert tables - {None} == {"outcome_sum"}
