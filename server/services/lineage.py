"""Where predictions come from, and how two of them differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from anyio.to_thread import run_sync

from server.domain.accounts import Viewer
from server.domain.comparison import Difference, TextDifference, differences, first_difference, first_path
from server.domain.lineage import Environment
from server.domain.secrets import mask
from server.domain.text_output import text_of
from server.live import prediction_rows
from server.live.lineage import code_digest, environments
from server.tables import Prediction, Version

MOST_FILES = 100


@dataclass(frozen=True)
class FileComparison:
    """An output file at one place of both: None of a side without one.

    `is_same` is None where one of them is of a release that kept no digest.
    """

    index: int
    is_same: bool | None
    a: dict[str, Any] | None
    b: dict[str, Any] | None


@dataclass(frozen=True)
class Comparison:
    """How two predictions differ; the same where all lists are empty and the rest is None."""

    a: Prediction
    b: Prediction
    input: list[Difference]
    version: list[Difference]
    environment: list[Difference]
    text: TextDifference | None = None
    output: Difference | None = None
    files: list[FileComparison] = field(default_factory=list)


async def compare(viewer: Viewer, a_id: UUID, b_id: UUID) -> Comparison:
    """How two predictions differ in input, version, environment and output.

    Raises:
        ForbiddenError: the API key may not read.
        NotFoundError: one is not there, or the viewer may not know of it.
        BusyError: there was no room for their outputs in time.
    """
    # One after the other: what is large is counted before it is read
    a = await prediction_rows.find_complete(viewer, a_id)
    b = await prediction_rows.find_complete(viewer, b_id)
    versions = {row.id: row for row in await Version.filter(id__in=[a.version_id, b.version_id])}
    by_id = await environments(each for each in (a.environment_id, b.environment_id) if each is not None)
    # Outputs may have many megabytes
    return await run_sync(partial(_compare, (a, b), versions, by_id))


def _compare(
    rows: tuple[Prediction, Prediction], versions: dict[UUID, Version], by_id: dict[UUID, Environment]
) -> Comparison:
    a, b = rows
    inputs = [mask(row.input) if isinstance(row.input, dict) else {} for row in rows]
    origins = [_origin(versions[row.version_id]) for row in rows]
    facts = [_flat(by_id.get(row.environment_id)) if row.environment_id else {} for row in rows]
    texts = [text_of(row.output) for row in rows]
    text = output = None
    if texts[0] is not None and texts[1] is not None:
        text = first_difference(texts[0], texts[1])
    if text is None:
        output = first_path(a.output, b.output)
    return Comparison(
        a,
        b,
        differences(inputs[0], inputs[1]),
        differences(origins[0], origins[1]),
        differences(facts[0], facts[1]),
        text,
        output,
        _compare_files(a.files or [], b.files or []),
    )


def _origin(version: Version) -> dict[str, Any]:
    return {
        "model": str(version.model_id),
        "number": version.number,
        "source": f"{version.source_type}:{version.source_ref}",
        "revision": version.revision,
        "digest": code_digest(version),
        "options": version.options,
    }


def _flat(environment: Environment | None) -> dict[str, Any]:
    if environment is None:
        return {}
    facts = environment.facts
    libraries = {f"libraries.{name}": version for name, version in facts.pop("libraries").items()}
    return {**facts, **libraries}


def _compare_files(a: list[dict[str, Any]], b: list[dict[str, Any]]) -> list[FileComparison]:
    """Those that are not the same, or not known to be."""
    compared = []
    for index in range(min(max(len(a), len(b)), MOST_FILES)):
        one, other = (files[index] if index < len(files) else None for files in (a, b))
        is_same: bool | None = False
        if one is not None and other is not None and one["bytes"] == other["bytes"]:
            digests = (one.get("sha256"), other.get("sha256"))
            is_same = digests[0] == digests[1] if all(digests) else None
        if not is_same:
            compared.append(FileComparison(index, is_same, one, other))
    return compared
