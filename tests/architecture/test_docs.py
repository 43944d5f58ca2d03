"""The pages read well in an editor and in a diff."""

from __future__ import annotations

from tests.architecture.house import ROOT

PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(ROOT.glob("docs/**/*.md"))
COLUMNS = 140


def test_no_line_is_too_long() -> None:
    long = [
        f"{page.relative_to(ROOT)}:{number}: {len(line)} columns"
        for page in PAGES
        for number, line in enumerate(page.read_text().splitlines(), start=1)
        if len(line) > COLUMNS
    ]
    assert long == []
