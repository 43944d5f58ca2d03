from __future__ import annotations

from collections import Counter
from uuid import UUID, uuid4

import pytest

from server.domain.experiments import Guardrail, NewTraffic, experiment_violations
from server.domain.models import Slug, parse_reference, parse_slug
from server.domain.traffic import MOST_SHARES, Share, Traffic, share_violations, sticky_key_violations

EXPERIMENT = UUID("018f4e2a-7c11-7cc0-8000-5d1f3c9ab001")
USERS = [f"user:{UUID(int=number)}" for number in range(10_000)]


def traffic_of(*weights: int, experiment: UUID = EXPERIMENT) -> Traffic:
    shares = tuple(Share(UUID(int=number), number, weight) for number, weight in enumerate(weights, 1))
    return Traffic(experiment, shares)


@pytest.mark.parametrize("weights", [(50, 50), (90, 10), (1, 99), (0, 100), (100,), (20, 30, 50), (33, 33, 34, 0)])
def test_callers_are_divided_within_one_percent_of_the_weights(weights: tuple[int, ...]) -> None:
    counts = Counter(traffic_of(*weights).choose(user).number for user in USERS)
    for number, weight in enumerate(weights, 1):
        assert abs(counts[number] / len(USERS) - weight / 100) <= 0.01
        assert weight or not counts[number]


def test_a_caller_keeps_the_version_and_another_experiment_deals_anew() -> None:
    first, again, other = traffic_of(50, 50), traffic_of(50, 50), traffic_of(50, 50, experiment=uuid4())
    assert [first.choose(user) for user in USERS] == [again.choose(user) for user in USERS]
    assert Traffic.of_row(first.row()) == first
    same = sum(first.choose(user).number == other.choose(user).number for user in USERS)
    assert 0.45 < same / len(USERS) < 0.55


def test_whoever_a_caller_is_there_is_a_version() -> None:
    for subject in ("", "\ud800", "\0", "🐍" * 1000):
        assert traffic_of(50, 50).choose(subject).number in (1, 2)


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        ([(1, 50)], "sum"),
        ([(1, 60), (2, 60)], "sum"),
        ([(1, -1), (2, 101)], "range"),
        ([(1, 50), (1, 50)], "uniqueItems"),
        ([(1, 0), (2, 0)], "sum"),
        ([(number, 0) for number in range(MOST_SHARES)] + [(99, 100)], "maxItems"),
    ],
)
def test_weights_that_are_none(shares: list[tuple[int, int]], code: str) -> None:
    violations = share_violations([number for number, _ in shares], [weight for _, weight in shares])
    assert code in {violation.code for violation in violations}


def test_weights_that_are_right() -> None:
    for shares in ([], [(3, 100)], [(1, 50), (2, 50)], [(1, 0), (2, 100)]):
        assert share_violations([number for number, _ in shares], [weight for _, weight in shares]) == []


@pytest.mark.parametrize(
    ("new", "path"),
    [
        (NewTraffic(((1, 50), (2, 50)), name="x" * 101), "/name"),
        (NewTraffic(((1, 50), (2, 50)), name="\ud800"), "/name"),
        (NewTraffic(((1, 50), (2, 50)), baseline=3), "/baseline"),
        (NewTraffic(((1, 100),), guardrail=Guardrail(0.1)), "/guardrail"),
        (NewTraffic(((1, 50), (2, 50)), guardrail=Guardrail()), "/guardrail"),
        (NewTraffic(((1, 50), (2, 50)), guardrail=Guardrail(1.0)), "/guardrail/maxErrorRate"),
        (NewTraffic(((1, 50), (2, 50)), guardrail=Guardrail(float("nan"))), "/guardrail/maxErrorRate"),
        (NewTraffic(((1, 50), (2, 50)), guardrail=Guardrail(None, 0.0)), "/guardrail/maxP95Seconds"),
        (NewTraffic(((1, 50), (2, 50)), guardrail=Guardrail(None, float("inf"))), "/guardrail/maxP95Seconds"),
    ],
)
def test_experiments_that_are_none(new: NewTraffic, path: str) -> None:
    assert [violation.path for violation in experiment_violations(new)] == [path]


def test_keys_of_callers() -> None:
    assert sticky_key_violations(None) == sticky_key_violations("ada") == []
    for key in ("", "a" * 201, "a\nb"):
        assert [violation.path for violation in sticky_key_violations(key)] == ["/stickyKey"]


def test_a_version_is_named_by_its_alias() -> None:
    assert parse_reference("ada/m:stable") == Slug("ada", "m", alias="stable")
    assert parse_reference("ada/m:3") == parse_slug("ada/m:3") == Slug("ada", "m", 3)
    assert parse_reference("ada/m") == Slug("ada", "m")
    assert str(Slug("ada", "m", alias="stable")) == "ada/m:stable"
    # Where no alias is understood, it is no model without a version
    assert parse_slug("ada/m:stable") is None
    for text in (
        "ada/m:",
        "ada/m:Stable",
        "ada/m:-a",
        "ada/m:a--b",
        "ada/m:0",
        "ada/m:" + "a" * 64,
        "ada/m:a:b",
        "m:a",
    ):
        assert parse_reference(text) is None, text
