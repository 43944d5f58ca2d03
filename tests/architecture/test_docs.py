"""The pages read well in an editor and in a diff, and what they name is there."""

from __future__ import annotations

import re

from tests.architecture.house import ROOT

PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    [*ROOT.glob("docs/**/*.md"), *ROOT.glob("clients/*/README.md")]
)
COLUMNS = 140
ROOMS = "tests|server|graph|workers|migrations|web|docs|deploy|clients"
NAMED_FILE = re.compile(rf"(?<![\w/-])(?:{ROOMS})/[\w./-]+\.(?:py|md|ts|mjs|graphql|service)\b")
NAMED_TEST = re.compile(r"`(test_\w+)`")


def test_no_line_is_too_long() -> None:
    long = [
        f"{page.relative_to(ROOT)}:{number}: {len(line)} columns"
        for page in PAGES
        for number, line in enumerate(page.read_text().splitlines(), start=1)
        if len(line) > COLUMNS
    ]
    assert long == []


def test_files_and_tests_that_are_named_exist() -> None:
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    missing = []
    for page in PAGES:
        text = page.read_text()
        missing += [f"{page.name}: {name}" for name in NAMED_FILE.findall(text) if not (ROOT / name).exists()]
        missing += [f"{page.name}: {name}" for name in NAMED_TEST.findall(text) if f"def {name}(" not in tests]
    assert missing == []


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text())
        if not target.startswith(("http:", "https:")) and not (page.parent / target).exists()
    ]
    assert broken == []
