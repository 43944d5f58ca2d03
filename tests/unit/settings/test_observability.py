from __future__ import annotations

import pytest

from tests.unit.settings.problems import problem


@pytest.mark.parametrize("token", ["short", "x" * 15, "ü" * 20, "a token\nof two lines"])
def test_a_weak_metrics_token_is_refused(token: str) -> None:
    said = problem(metrics_token=token)
    assert said == "METRICS_TOKEN: must be at least 16 printable ASCII characters"
    assert token not in said


def test_a_workers_metrics_need_a_token() -> None:
    assert problem(worker_metrics_port=9108) == "WORKER_METRICS_PORT: needs METRICS_TOKEN"


def test_names_of_operations_are_checked() -> None:
    assert "'1x', 'a b'" in problem(metrics_operations="Good, 1x, a b")
    assert "more than 200" in problem(metrics_operations=",".join(f"N{i}" for i in range(201)))
