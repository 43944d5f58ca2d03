from __future__ import annotations

from server.domain.predictions import TERMINAL, TRANSITIONS, PredictionStatus, backoff_seconds

STARTING, PROCESSING = PredictionStatus.STARTING, PredictionStatus.PROCESSING


def test_every_status_has_its_transitions_and_four_are_terminal() -> None:
    assert set(TRANSITIONS) == set(PredictionStatus)
    assert set(PredictionStatus) - {STARTING, PROCESSING} == TERMINAL


def test_every_terminal_status_can_be_reached() -> None:
    reached = {STARTING}
    for _ in PredictionStatus:
        reached |= {new for old in reached for new in TRANSITIONS[old]}
    assert reached == set(PredictionStatus)


def test_a_lost_prediction_waits_twice_as_long_each_time_up_to_a_minute() -> None:
    assert [backoff_seconds(n) for n in range(9)] == [1, 1, 2, 4, 8, 16, 32, 60, 60]
    assert backoff_seconds(10_000) == 60
