"""Model cards: what the head of a model's README.md says of its license and its languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from server.domain.model_cards import (
    LANGUAGES_MAX,
    License,
    ModelCard,
    categories_of,
    is_web_address,
    language_of,
    license_violations,
    with_usual_name,
)

NAME = "README.md"
MAX_HEAD_CHARACTERS = 16_384
_HEAD = re.compile(r"\s*---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
# What the hub calls a license that it does not know
_UNKNOWN = {"other", "unknown"}


def read_card(predictor: str, info: dict[str, Any], folder: Path | None, page: str | None) -> ModelCard:
    """What is known of a model by its files: `folder` may have a README.md, `page` is where its license is told.

    A card that cannot be read tells nothing: a model runs without one.
    """
    head = _read_head(folder / NAME) if folder is not None else {}
    return ModelCard(categories_of(predictor, info), _languages(head.get("language")), _license(head, page))


def _read_head(path: Path) -> dict[str, Any]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            match = _HEAD.match(file.read(MAX_HEAD_CHARACTERS))
        head = yaml.safe_load(match[1]) if match else None
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    return head if isinstance(head, dict) else {}


def _languages(value: object) -> tuple[str, ...]:
    """`language` of a card: one tag or a list; YAML takes Norwegian, `no`, for false."""
    listed = value if isinstance(value, list) else [value]
    texts = ["no" if each is False else each for each in listed[: 10 * LANGUAGES_MAX]]
    tags = (language_of(text) for text in texts if isinstance(text, str))
    return tuple(dict.fromkeys(tag for tag in tags if tag is not None))[:LANGUAGES_MAX]


def _license(head: dict[str, Any], page: str | None) -> License | None:
    """`license` of a card, or `license_name` where the hub does not know that; `license_link` is where its text is."""
    names = [value for value in (head.get("license"), head.get("license_name")) if isinstance(value, str)]
    known = [name.strip() for name in names if name.strip().lower() not in _UNKNOWN]
    if not known:
        return None
    link = head.get("license_link")
    url = link if isinstance(link, str) and is_web_address(link) else None
    named = with_usual_name(License(known[0], url))
    if license_violations(named):
        # The page of the repository tells which it is
        named = License(named.name, url or page)
    return None if license_violations(named) else named
