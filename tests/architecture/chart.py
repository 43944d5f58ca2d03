"""What the Helm chart says of the server's settings and of its own values: `make schema` writes it, a test compares."""

from __future__ import annotations

import json
import re
import types
import typing
from enum import Enum
from pathlib import Path
from typing import Any

import annotated_types
from pydantic.fields import FieldInfo

from server.settings import Settings

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "inference-server"
SCHEMA, README, VALUES = CHART / "values.schema.json", CHART / "README.md", CHART / "values.yaml"
# What the chart's templates set, or what would lead out of the containers' volumes
SET_BY_THE_CHART = {
    "API_HOST", "API_PORT", "DATA_DIR", "STORAGE_DIR", "MODEL_CACHE_DIR", "ENABLE_GPU", "REQUIRE_GPU",
    "WORKER_PROBE_HOST", "WORKER_PROBE_PORT", "WORKER_METRICS_HOST", "WORKER_METRICS_PORT",
}  # fmt: skip
TYPES = {bool: "boolean", int: "integer", float: "number"}
BEGIN, END = "<!-- values: written by make schema -->\n", "<!-- end of values -->\n"
KEY = re.compile(r"^( *)([\w.\"/-]+):(?: (.*))?$")
COMMENT = re.compile(r"^ *# (.*)$")


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting's value may stand in a Secret alone."""
    return "SecretStr" in str(field.annotation) + str(field.metadata)


def secret_settings() -> set[str]:
    """The names of settings that are secrets."""
    # A URL of Redis has a password
    return {name.upper() for name, field in Settings.model_fields.items() if is_secret(field)}


def settings_schema() -> dict[str, Any]:
    """The JSON Schema of a map of settings."""
    refused = secret_settings() | SET_BY_THE_CHART
    properties = {
        name.upper(): {"description": field.description, **_type_schema(field)}
        for name, field in Settings.model_fields.items()
        if name.upper() not in refused
    }
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _type_schema(field: FieldInfo) -> dict[str, Any]:
    annotation = field.annotation
    if isinstance(annotation, types.UnionType):
        (annotation,) = [each for each in typing.get_args(annotation) if each is not type(None)]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {"enum": [member.value for member in annotation]}
    if annotation not in TYPES:
        return {"type": ["string", "integer"]}
    schema: dict[str, Any] = {"type": TYPES[annotation]}
    for rule in field.metadata:
        if isinstance(rule, annotated_types.Ge):
            schema["minimum"] = rule.ge
        elif isinstance(rule, annotated_types.Le):
            schema["maximum"] = rule.le
    return schema


def described_values() -> dict[str, tuple[str, str]]:
    """Each value of values.yaml by its path: its default, empty for a group, and the comment above it."""
    described: dict[str, tuple[str, str]] = {}
    path: list[str] = []
    comment = ""
    for line in VALUES.read_text().splitlines():
        if match := COMMENT.match(line):
            comment = match[1]
        elif (match := KEY.match(line)) and len(match[1]) % 2 == 0 and len(match[1]) // 2 <= len(path):
            path[len(match[1]) // 2 :] = [match[2].strip('"')]
            if comment:
                described[".".join(path)] = (match[3] or "", comment)
            comment = ""
    return described


def values_table() -> str:
    """The table of the chart's page."""
    lines = ["| value | default | meaning |", "|---|---|---|"]
    for path, (default, comment) in described_values().items():
        shown = f"`{default}`" if default else ""
        lines.append(f"| `{path}` | {shown} | {comment} |")
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """The chart's page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + "\n" + values_table() + "\n" + END + rest.partition(END)[2]


def with_settings(schema: str) -> str:
    """The schema of values with the settings as they are now."""
    document = json.loads(schema)
    document["definitions"]["settings"] = settings_schema()
    return json.dumps(document, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(with_settings(SCHEMA.read_text()))
    README.write_text(with_table(README.read_text()))
