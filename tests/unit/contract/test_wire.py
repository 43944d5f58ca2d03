"""A change of what supervisor and runner say to each other shows in review: their messages are committed."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from difflib import unified_diff
from typing import Any, get_args

import pytest

from tests.unit.contract.wire import EXAMPLES, SNAPSHOTS, VERSION, committed_frame, describe, describe_fields, path_of
from workers.contract.protocol import Message, RunnerMessage, SupervisorMessage, decode, encode

BY_CLASS = {type(example): example for example in EXAMPLES}
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)


def test_every_message_has_an_example_and_a_snapshot() -> None:
    assert set(BY_CLASS) == set(get_args(Message)) == {*get_args(SupervisorMessage), *get_args(RunnerMessage)}
    assert len(EXAMPLES) == len(BY_CLASS)
    assert {path.stem for path in SNAPSHOTS.iterdir()} == {cls.__name__ for cls in BY_CLASS}, "run: make schema"


@every_example
def test_a_message_is_as_committed(example: Message) -> None:
    path = path_of(type(example))
    now = describe(example)
    difference = unified_diff(path.read_text().splitlines(), now.splitlines(), "committed", "now", lineterm="")
    if lines := list(difference):
        pytest.fail("\n".join([f"{path.name} differs; if that is meant, run: make schema", *lines]), pytrace=False)


@every_example
def test_the_committed_bytes_are_what_is_sent_and_what_is_read(example: Message) -> None:
    frame = committed_frame(type(example))
    assert encode(example) == frame
    assert decode(frame) == example


@pytest.mark.parametrize("example", [*EXAMPLES, VERSION], ids=lambda example: type(example).__name__)
def test_an_example_sets_every_field(example: Any) -> None:
    defaults = {
        each.name: each.default if each.default_factory is MISSING else each.default_factory()
        for each in fields(example)
    }
    assert [name for name, default in defaults.items() if getattr(example, name) == default] == []


def test_fields_are_described_with_their_types_and_defaults() -> None:
    @dataclass
    class Sample:
        name: str
        size: int | None = None
        kind: str = "any"

    assert describe_fields(Sample) == {"name": "str", "size": "int | None = None", "kind": "str = 'any'"}
