"""A failure is reported also where Python's parser could not be asked for the sources at once."""

from __future__ import annotations

import pytest

from tests.conftest import pytest_runtest_makereport


def failing() -> None:
    raise ValueError("for the report")


def test_a_report_is_tried_again_where_the_parser_is_in_use(request: pytest.FixtureRequest) -> None:
    call = pytest.CallInfo.from_call(failing, "call")
    making = pytest_runtest_makereport(request.node, call)
    next(making)
    with pytest.raises(StopIteration) as stopped:
        making.throw(SystemError("AST constructor recursion depth mismatch (before=147, after=167)"))
    report = stopped.value.value
    assert (report.outcome, report.nodeid) == ("failed", request.node.nodeid)
    assert "for the report" in report.longreprtext
