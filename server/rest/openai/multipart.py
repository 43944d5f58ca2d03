"""Requests as `multipart/form-data`, whose fields are text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData, UploadFile

from server.adapters import wire
from server.rest.openai.errors import RefusedError

MOST_FIELDS = 50


def files_of(form: FormData, name: str) -> list[UploadFile]:
    """The files of a field, which may be called `name[]` too.

    Raises:
        RefusedError: what stands there is no file.
    """
    parts = [*form.getlist(name), *form.getlist(f"{name}[]")]
    files = [part for part in parts if isinstance(part, UploadFile)]
    if len(files) < len(parts):
        raise RefusedError("Send a file here, with a file name.", name, "invalid_type")
    return files


def fields_of(form: FormData, files: set[str]) -> dict[str, str]:
    """The fields that are text, but for those of files; what is empty is as if it were left out.

    Raises:
        RefusedError: a field comes twice.
    """
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if name.removesuffix("[]") in files:
            continue
        if isinstance(value, UploadFile) or name in fields:
            raise RefusedError("Send this once, as text.", name[:100], "invalid_type")
        if value:
            fields[name] = value
    return fields


def value_of(text: str, rule: Mapping[str, Any]) -> Any:
    """A field as the input that it is for: a text where that takes one, else what it is as JSON."""
    kinds = rule.get("type", "string")
    if "string" in (kinds if isinstance(kinds, list) else [kinds]) or "enum" in rule:
        return text
    try:
        return wire.decode(text)
    except json.JSONDecodeError:
        # The version's schema says what it should have been
        return text
