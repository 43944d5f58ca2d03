"""Options that several commands have."""

from __future__ import annotations

import itertools
import json
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import typer

from inference_client.client import Client
from inference_client.errors import InferenceError
from inference_client.operations import Priority

COMPLETIONS = 50


def complete_model(incomplete: str) -> list[str]:
    """Names of models for the shell; none where the server does not answer."""
    try:
        with Client() as client:
            slugs = [model.slug for model in itertools.islice(client.models.list(), COMPLETIONS)]
    except (InferenceError, ValueError):
        return []
    return [slug for slug in slugs if slug.startswith(incomplete)]


UrlOption = Annotated[
    str | None, typer.Option("--url", help="The server. Default: INFERENCE_URL, else that of the last login.")
]


class PriorityName(str, Enum):
    """Priorities as commands take them."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


PriorityOption = Annotated[
    PriorityName | None, typer.Option("--priority", help="Its place among your own that wait. Default: normal.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
ModelArgument = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help="owner/name, or owner/name:3 to pin a version.", autocompletion=complete_model
    ),
]


def priority_of(name: PriorityName | None) -> Priority | None:
    """A priority as the API calls it."""
    priorities: dict[PriorityName, Priority] = {
        PriorityName.LOW: "LOW",
        PriorityName.NORMAL: "NORMAL",
        PriorityName.HIGH: "HIGH",
    }
    return None if name is None else priorities[name]


def compact(record: Any) -> str:
    """A value as JSON on one line."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def local_time(at: datetime) -> str:
    """A time as people read it here."""
    return at.astimezone().isoformat(sep=" ", timespec="seconds")
