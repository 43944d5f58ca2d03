"""When waiting predictions will probably begin."""

from __future__ import annotations

import random
from uuid import UUID, uuid4

import pytest

from server.domain.forecast import ForecastVersion, QueueReason, QueueSnapshot, places

FAST, SLOW, NEW = uuid4(), uuid4(), uuid4()
STEADY = ForecastVersion((2.0,) * 9, 2.0, room=8, is_loaded=True)


def waiting(*versions: UUID) -> list[tuple[UUID, UUID]]:
    """Predictions of these versions, in this order."""
    return [(uuid4(), version) for version in versions]


def test_each_begins_when_a_slot_is_free() -> None:
    queue = QueueSnapshot(waiting(*[FAST] * 5), [(FAST, 0.5), (FAST, 1.5)], {FAST: STEADY}, slots=2)
    found = list(places(queue).values())
    assert [each.position for each in found] == [1, 2, 3, 4, 5]
    assert [each.ahead_seconds for each in found] == [0, 2, 4, 6, 8]
    assert [each.eta for each in found] == [(0.5, 0.5), (1.5, 1.5), (2.5, 2.5), (3.5, 3.5), (4.5, 4.5)]
    assert {each.reason for each in found} == {QueueReason.WAITING_FOR_SLOT}


def test_a_version_that_is_full_lets_others_pass() -> None:
    serial = ForecastVersion((10.0,) * 5, 10.0, room=1, is_loaded=True)
    queue = QueueSnapshot(waiting(SLOW, SLOW, FAST), [], {FAST: STEADY, SLOW: serial}, slots=2)
    first, second, third = places(queue).values()
    assert (first.eta, third.eta, second.eta) == ((0.0, 0.0), (0.0, 0.0), (10.0, 10.0))


def test_adapters_share_the_room_of_their_base() -> None:
    base = uuid4()
    serial = ForecastVersion((3.0,), 3.0, room=1, is_loaded=True, pool=base)
    queue = QueueSnapshot(waiting(FAST, SLOW), [], {FAST: serial, SLOW: serial}, slots=4)
    assert [each.eta for each in places(queue).values()] == [(0.0, 0.0), (3.0, 3.0)]


def test_what_cannot_be_known_is_not_said() -> None:
    versions = {FAST: STEADY, NEW: ForecastVersion(room=8, is_loaded=True)}
    queue = QueueSnapshot(waiting(FAST, NEW, FAST, FAST), [], versions, slots=1)
    first, second, third, fourth = places(queue).values()
    assert first.eta == (0.0, 0.0)
    # When it begins is known, and how long it takes is not
    assert second.eta == (2.0, 2.0)
    assert (third.eta, fourth.eta) == (None, None)
    assert (third.ahead_seconds, second.ahead_seconds) == (None, 2.0)


@pytest.mark.parametrize(
    ("version", "slots", "reason"),
    [
        (ForecastVersion((1.0,), 1.0, room=None), 4, QueueReason.NO_WORKER),
        (STEADY, 0, QueueReason.NO_WORKER),
        (ForecastVersion((1.0,), 1.0, room=4, is_loaded=False), 4, QueueReason.MODEL_LOADING),
    ],
)
def test_no_forecast_without_a_worker_or_a_loaded_model(
    version: ForecastVersion, slots: int, reason: QueueReason
) -> None:
    (found,) = places(QueueSnapshot(waiting(FAST), [], {FAST: version}, slots)).values()
    assert (found.eta, found.reason, found.position) == (None, reason, 1)


def test_what_no_worker_can_run_holds_nobody_up() -> None:
    versions = {FAST: STEADY, NEW: ForecastVersion((1.0,), 1.0)}
    first, second = places(QueueSnapshot(waiting(NEW, FAST), [], versions, slots=1)).values()
    assert (first.eta, second.eta) == (None, (0.0, 0.0))


def test_half_begin_before_and_nine_of_ten() -> None:
    chance = random.Random(1)
    uneven = ForecastVersion(tuple(chance.uniform(0.5, 8) for _ in range(21)), 4.0, room=8, is_loaded=True)
    queue = QueueSnapshot(waiting(*[FAST] * 40), [(FAST, 1.0)] * 3, {FAST: uneven}, slots=3)
    last = list(places(queue).values())[-1]
    assert last.eta is not None
    mean = sum(uneven.seconds) / len(uneven.seconds)
    assert 0.7 * 40 * mean / 3 < last.eta[0] < last.eta[1] < 1.5 * 40 * mean / 3


def test_a_thousand_are_placed_at_once() -> None:
    versions = {uuid4(): STEADY for _ in range(20)}
    queue = QueueSnapshot(waiting(*list(versions) * 50), [], versions, slots=16)
    assert len(places(queue)) == 1000
