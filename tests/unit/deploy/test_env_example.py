"""`.env.example` shows every setting as it is."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

from server.settings import Settings

EXAMPLE = Path(__file__).parents[3] / ".env.example"
ENTRY = re.compile(r"^# (?P<description>.+)\n# (?P<name>[A-Z0-9_]+)=(?P<value>.*)$", re.MULTILINE)


def entries() -> list[tuple[str, str, str]]:
    return [(m["name"], m["value"], m["description"]) for m in ENTRY.finditer(EXAMPLE.read_text())]


def shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value if isinstance(value, Enum) else "" if value is None else value)


def test_settings_are_shown_in_order_with_default_and_description() -> None:
    assert entries() == [
        (name.upper(), shown(field.default), field.description) for name, field in Settings.model_fields.items()
    ]


def test_nothing_is_set_until_it_is_uncommented() -> None:
    lines = EXAMPLE.read_text().splitlines()
    assert all(not line or line.startswith("#") for line in lines)


def test_the_example_can_be_uncommented_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "env"
    path.write_text("".join(f"{name}={value}\n" for name, value, _ in entries()))
    taken = Settings(_env_file=path).model_dump()
    assert taken == Settings(_env_file=None).model_dump()
