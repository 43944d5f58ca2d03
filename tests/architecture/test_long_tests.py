"""What `make test` leaves to `make check` is there."""

from __future__ import annotations

from tests.conftest import ROOT
from tests.support.long_tests import LONG_BROWSER_TESTS, LONG_FILES, is_long


def test_what_is_named_is_there() -> None:
    assert [file for file in sorted(LONG_FILES) if not (ROOT / file).is_file()] == []
    folder = ROOT / "web" / "tests"
    assert [name for name in sorted(LONG_BROWSER_TESTS) if not (folder / f"{name}.test.mjs").is_file()] == []


def test_others_are_not_long() -> None:
    assert is_long("tests/integration/graph/test_fuzz.py::test_anything[a::b]")
    assert not is_long("tests/integration/graph/test_who_sees_what.py::test_anything")
    assert not is_long("tests/web/test_browser.py::test_in_a_browser[run]")
