"""`.env.example` shows every setting as it is."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

from server.settings import Settings
from server.settings.page import env_example
from server.settings.topics import TOPICS

EXAMPLE = Path(__file__).parents[3] / ".env.example"
ENTRY = re.compile(r"^# (?P<description>.+)\n# (?P<name>[A-Z0-9_]+)=(?P<value>.*)$", re.MULTILINE)


def entries() -> list[tuple[str, str, str]]:
    return [(m["name"], m["value"], m["description"]) for m in ENTRY.finditer(EXAMPLE.read_text())]


def shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value if isinstance(value, Enum) else "" if value in (None, (), frozenset(), {}) else value)


def test_every_setting_is_shown_once_by_topic_with_default_and_description() -> None:
    assert EXAMPLE.read_text() == env_example(), "run: make schema"
    fields = {name: field for topic in TOPICS for name, field in topic.model_fields.items()}
    assert fields.keys() == Settings.model_fields.keys()
    assert entries() == [(name.upper(), shown(field.default), field.description) for name, field in fields.items()]


def test_nothing_is_set_until_it_is_uncommented() -> None:
    lines = EXAMPLE.read_text().splitlines()
    assert all(not line or line.startswith("#") for line in lines)


def test_the_example_can_be_uncommented_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "env"
    path.write_text("".join(f"{name}={value}\n" for name, value, _ in entries()))
    taken = Settings(_env_file=path).model_dump()
    assert taken == Settings(_env_file=None).model_dump()
