from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from server.domain.usage import COLUMNS, UsageGroup, UsageReport, UsageSum, csv_of

USED = UsageSum(2, Decimal("0.300000"), 3, 4, Decimal("0.010003000000"))


def test_a_report_as_csv() -> None:
    groups = (UsageGroup("2026-01-01", None, USED), UsageGroup(None, 'a "b", c\nd', USED))
    lines = list(csv.reader(io.StringIO(csv_of(UsageReport("EUR", groups, USED, has_more=False)))))
    used = ["2", "0.3", "3", "4", "0.010003", "EUR"]
    assert lines == [list(COLUMNS), ["2026-01-01", "", *used], ["", 'a "b", c\nd', *used], ["total", "", *used]]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(name: str) -> None:
    text = csv_of(UsageReport("EUR", (UsageGroup("k", name, USED),), USED, has_more=False))
    assert list(csv.reader(io.StringIO(text, newline="")))[1][1] == f"'{name}"
