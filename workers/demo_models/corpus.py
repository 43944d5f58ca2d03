"""The text that `demo/prose` learns from: English prose that comes with what this product is installed with.

Sources: the language reference's topics in `pydoc_data` and the docstrings of the standard library (PSF licence), and
the service descriptions of botocore (Apache-2.0), of which those are left out that name products.
"""

from __future__ import annotations

import ast
import gzip
import html
import random
import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from pydoc_data.topics import topics

import botocore
import orjson

_MARKUP = re.compile(r"``|:[a-z]+:`|`|\*\*|\|")
_SPACES = re.compile(r"\s+")
_PROSE = re.compile(r"[A-Z(\"'][A-Za-z0-9 ,.;:'\"()/_\-!?=<>%*+\[\]]+[.:!?)]")
_BLOCKS = re.compile(r"</?(?:p|li|ul|ol|note|important|dl|dt|dd|table|tr|td|div|h\d)\b[^>]*>")
_TAGS = re.compile(r"<[^>]+>")
_NAMES = re.compile(r"Amazon|AWS|https?:|\b[a-z]+[A-Z]|[A-Z][a-z]+[A-Z]|[A-Z]{4,}|\d{4}")
MIN_CHARACTERS, MIN_WORDS = 60, 10
MAX_SYMBOLS = 0.05


def paragraphs(seed: int = 0) -> list[str]:
    """Cleaned paragraphs without duplicates, in an order that the seed decides."""
    texts = {text for raw in documentation() if (text := tidy(raw))}
    texts |= {text for raw in set(descriptions()) if (text := tidy(raw)) and not _NAMES.search(text)}
    shuffled = sorted(texts)
    random.Random(seed).shuffle(shuffled)
    return shuffled


def documentation() -> Iterator[str]:
    """The paragraphs of the language reference and of the standard library's docstrings, as they stand there."""
    for topic in topics.values():
        yield from topic.split("\n\n")
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if {"site-packages", "test", "tests", "idlelib", "lib2to3"} & set(path.parts):
            continue
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield from (ast.get_docstring(node) or "").split("\n\n")


def descriptions() -> Iterator[str]:
    """What the newest description of each service says, paragraph by paragraph, as it stands there."""
    for folder in sorted((Path(botocore.__file__).parent / "data").iterdir()):
        files = sorted(folder.glob("*/service-2.json.gz"))
        if files:
            for text in _documentation(orjson.loads(gzip.decompress(files[-1].read_bytes()))):
                yield from (html.unescape(_TAGS.sub("", block)) for block in _BLOCKS.split(text))


def _documentation(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(text := node.get("documentation"), str):
            yield text
        for value in node.values():
            yield from _documentation(value)
    elif isinstance(node, list):
        for value in node:
            yield from _documentation(value)


def tidy(raw: str) -> str | None:
    """One paragraph on one line, or None when it is code, a table or too short."""
    if ">>>" in raw or "::" in raw or "+--" in raw:
        return None
    text = _SPACES.sub(" ", _MARKUP.sub("", raw)).strip()
    if len(text) < MIN_CHARACTERS or len(text.split()) < MIN_WORDS or not _PROSE.fullmatch(text):
        return None
    symbols = sum(character in "=<>%*+[]_/()" for character in text)
    return text if symbols / len(text) <= MAX_SYMBOLS else None
