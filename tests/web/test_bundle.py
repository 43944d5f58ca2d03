"""The built UI: whole, small, and free of other origins and inline code."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

# All that the first page loads: the gallery, a model, a prediction
FIRST_PAGE_BYTES = 60_000
# All that any other page may ever load, parts that are loaded at a click included
PAGE_BYTES = 120_000
# Programs in the words of six clients, loaded when somebody opens the tab Code
CODE_BYTES = 6_000
WORDS = {path.stem for path in (Path(__file__).parents[2] / "web/src/messages/en").glob("*.ts")}
PAGES = ["index.html", "graphiql.html", "swagger.html", "redoc.html"]
NAMESPACES = ("http://www.w3.org/",)
IMPORT = re.compile(r"""(?:from|import)\s*["'`](\./[\w.-]+\.js)["'`]""")
NAMED = re.compile(r"""["'`/]([\w.-]+-[\w-]{8}\.(?:js|css))["'`]""")
LATER = re.compile(r"""import\(\s*["'`](\./[\w.-]+\.js)["'`]""")
STYLES = re.compile(r"""["'`](?:\./)?([\w.-]+-[\w-]{8}\.css)["'`]""")
LOADS_ELSEWHERE = re.compile(
    r"""(?:\bfetch|\bimport|importScripts|new\s+Worker|new\s+WebSocket|\.src\s*=|\bfrom)\s*\(?\s*["'`](?:https?:|wss?:)?//""",
)


class Tags(HTMLParser):
    """The tags of a page with their attributes, and the text inside scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline_code = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style"):
            self.inline_code += data.strip()

    @property
    def addresses(self) -> list[str]:
        return [value for _, attrs in self.tags for name in ("src", "href") if (value := attrs.get(name))]


@pytest.mark.parametrize("page", PAGES)
def test_pages_name_only_files_that_exist_under_static(static: Path, page: str) -> None:
    addresses = Tags((static / page).read_text()).addresses
    assert any(address.endswith(".js") for address in addresses)
    for address in addresses:
        # The server writes before it where its files are
        assert address.startswith("./assets/")
        assert (static / address).is_file(), address


@pytest.mark.parametrize("page", PAGES)
def test_pages_hold_no_inline_code(static: Path, page: str) -> None:
    found = Tags((static / page).read_text())
    assert found.inline_code == ""
    for tag, attrs in found.tags:
        assert not [name for name in attrs if name == "style" or name.startswith("on")], tag


def _ui_files(static: Path) -> set[Path]:
    """What the browser loads to show any page of the UI: the HTML, what it names, and what that imports."""
    return _imported(static, static / "index.html", IMPORT)


def _loaded_from(static: Path, page: Path) -> set[Path]:
    """All that a page may ever load: every file of ours whose name stands in what it loads."""
    return _imported(static, page, NAMED)


def _imported(static: Path, page: Path, names: re.Pattern[str]) -> set[Path]:
    found = {page}
    queue = [static / address for address in Tags(page.read_text()).addresses]
    while queue:
        file = queue.pop()
        if file not in found:
            found.add(file)
            if file.suffix == ".js":
                queue += [file.parent / name for name in names.findall(file.read_text())]
    return found


def _later_files(static: Path) -> set[Path]:
    """What is loaded only where it is needed: other pages, the words of each language, the reader of Markdown."""
    return _parts(_ui_files(static)) - _ui_files(static)


def _parts(files: set[Path], known: frozenset[Path] = frozenset()) -> set[Path]:
    """What scripts may load, at once or later, with all that this loads in turn, but for what is known."""
    found = set(known)
    queue = [file for file in files if file.suffix == ".js"]
    while queue:
        file = queue.pop()
        text = file.read_text()
        names = {*IMPORT.findall(text), *LATER.findall(text), *(f"./{name}" for name in STYLES.findall(text))}
        parts = {file.parent / name for name in names} - found
        found |= parts
        queue += [part for part in parts if part.suffix == ".js"]
    return found - known


def _stem(file: Path) -> str:
    """The name of a built file without its hash of eight characters."""
    return file.stem[:-9]


def _size(files: set[Path]) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def _words(files: set[Path], *stems: str) -> int:
    """Bytes of the words, in the language that has the longest."""
    sizes: dict[str, list[int]] = {}
    for file in files:
        if _stem(file) in stems:
            sizes.setdefault(_stem(file), []).append(_size({file}))
    return sum(max(of_room) for of_room in sizes.values())


def test_all_that_any_page_loads_stays_within_the_budget(static: Path) -> None:
    """The HTML, scripts and styles, in one language; GraphiQL has an address of its own."""
    first, later = _ui_files(static), _later_files(static)
    words = {file for file in later if _stem(file) in {"start", *WORDS}}
    assert len(words) >= 2
    markdown = {file for file in later if _stem(file) == "markdown"}
    code = {file for file in later if _stem(file) == "CodeView"}
    pages = {file for file in later if _stem(file).endswith("Page")}
    assert len(markdown) == 1
    assert len(code) == 1
    assert {_stem(page) for page in pages} >= {"AccountPage", "AdminPage", "ComparePage", "HistoryPage", "LinkPage"}
    base = _size(first) + _words(words, "start")
    assert base + _size(markdown) <= FIRST_PAGE_BYTES, (base, _size(markdown))
    assert _size(code) + _words(words, "code") <= CODE_BYTES, _size(code)
    for page in pages:
        own = ({page} | _parts({page}, frozenset(first))) - words
        assert base + _size(own) + _words(words, *WORDS) <= PAGE_BYTES, (page, _size(own))


def test_every_file_belongs_to_the_ui_or_to_a_page_of_its_own(static: Path) -> None:
    """Else the budget would not count it: what no page is known to load is nobody's."""
    known = _ui_files(static) | _later_files(static)
    for page in PAGES[1:]:
        known |= _loaded_from(static, static / page)
    strays = {file for file in static.rglob("*") if file.suffix in (".js", ".css", ".html")} - known
    assert strays == set()


def test_the_ui_does_not_load_graphiql(static: Path) -> None:
    names = {file.name for file in _ui_files(static)}
    assert not [name for name in names if name.startswith(("graphiql", "monaco"))]


def test_the_ui_needs_no_eval(static: Path) -> None:
    for file in _ui_files(static) | _later_files(static):
        if file.suffix == ".js":
            assert not re.search(r"\beval\(|new Function\(", file.read_text()), file.name


def test_the_ui_names_no_other_origin(static: Path) -> None:
    for file in _ui_files(static) | _later_files(static):
        addresses = re.findall(r"""["'`(](https?://[^"'`)\s]+)""", file.read_text())
        assert [address for address in addresses if not address.startswith(NAMESPACES)] == [], file.name


def test_no_file_loads_from_another_origin(static: Path) -> None:
    scripts, styles = list(static.rglob("*.js")), list(static.rglob("*.css"))
    assert scripts
    assert styles
    for script in scripts:
        assert not LOADS_ELSEWHERE.search(script.read_text()), script.name
    for style in styles:
        assert not re.search(r"""(?:url\(\s*["']?|@import\s*["'])(?:https?:)?//""", style.read_text()), style.name
