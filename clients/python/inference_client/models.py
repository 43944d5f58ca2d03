"""Models and their versions as the client gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inference_client.operations import (
    CreateModelInput,
    DeviceClass,
    Engine,
    ModelFields,
    ModelKind,
    ModelSourceInput,
    PublishVersionInput,
    Quantization,
    VersionFields,
    VersionState,
    Visibility,
)


@dataclass(frozen=True)
class Preparation:
    """How far the preparation of a version is, in bytes where they are known."""

    phase: str
    bytes: int
    total_bytes: int | None


@dataclass(frozen=True)
class Version:
    """An immutable version of a model: PREPARING, then READY or REFUSED with a `reason`.

    `input_schema` and `output_schema` are JSON Schemas (2020-12). `raw` is the server's answer.
    """

    slug: str
    number: int
    state: VersionState
    reason: str | None
    source: str
    revision: str | None
    size_bytes: int | None
    predictor: str
    quantization: Quantization | None
    device: DeviceClass
    created_at: datetime
    input_schema: dict[str, Any] = field(repr=False)
    output_schema: dict[str, Any] = field(repr=False)
    info: dict[str, Any] = field(repr=False)
    progress: Preparation | None
    raw: VersionFields = field(repr=False, compare=False)


@dataclass(frozen=True)
class Model:
    """A model, `owner/name`; `latest` is the version that runs where none is pinned. `raw` is the server's answer."""

    slug: str
    kind: ModelKind
    visibility: Visibility
    description: str
    tags: list[str]
    run_count: int
    created_at: datetime
    latest: Version | None
    raw: ModelFields = field(repr=False, compare=False)

    @property
    def owner(self) -> str:
        """The handle of its owner."""
        return self.slug.partition("/")[0]

    @property
    def name(self) -> str:
        """Its name, unique among its owner's models."""
        return self.slug.partition("/")[2]


@dataclass(frozen=True)
class Account:
    """Who asks; only administrators are `is_admin`."""

    handle: str
    email: str | None
    is_admin: bool


@dataclass(frozen=True)
class VersionSettings:
    """How a version is run; what is None is left to the server (docs/models.md of the server has each).

    `input_schema` narrows the predictor's own; `base` makes it an adapter of a version; the others are as in the API.
    """

    predictor: str | None = None
    input_schema: Mapping[str, Any] | None = None
    quantization: Quantization | None = None
    device: DeviceClass | None = None
    device_map: str | None = None
    dtype: str | None = None
    task: str | None = None
    base: str | None = None
    cpu_offload: str | None = None
    safety_checker: bool | None = None
    config: str | None = None
    engine: Engine | None = None
    tensor_parallel: int | None = None

    def fields(self) -> Any:
        """What is set, by the API's names."""
        values = {_camel(name): value for name, value in vars(self).items()}
        return {name: value for name, value in values.items() if value is not None}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def source_of(huggingface: str | None, folder: str | None, demo: str | None, predictor: str | None) -> ModelSourceInput:
    """Where a version's files come from.

    Raises:
        ValueError: nothing says so, or more than one of them does.
    """
    given = {"huggingface": huggingface, "folder": folder, "demo": demo}
    names = [name for name, value in given.items() if value is not None]
    if len(names) > 1 or not (names or predictor):
        raise ValueError("Say where its files come from, by one of huggingface=, folder=, demo= and predictor=.")
    if huggingface is not None:
        repo, _, revision = huggingface.partition("@")
        return {"huggingface": {"repo": repo, "revision": revision or None}}
    if folder is not None:
        return {"local": {"path": folder}}
    return {"demo": demo} if demo is not None else {"predictor": predictor}


def model_input(
    name: str,
    kind: ModelKind,
    source: ModelSourceInput,
    description: str,
    visibility: Visibility,
    tags: Sequence[str],
    settings: VersionSettings,
) -> CreateModelInput:
    """The input of `createModel`."""
    new: CreateModelInput = {
        "name": name, "kind": kind, "source": source, "description": description, "visibility": visibility,
        "tags": list(tags),
    }  # fmt: skip
    new.update(settings.fields())
    return new


def version_input(model: str, source: ModelSourceInput, settings: VersionSettings) -> PublishVersionInput:
    """The input of `publishVersion`."""
    new: PublishVersionInput = {"model": model, "source": source}
    new.update(settings.fields())
    return new


def version_of(row: VersionFields) -> Version:
    """A version of the server's answer."""
    progress = row["progress"]
    return Version(
        slug=row["slug"],
        number=row["number"],
        state=row["state"],
        reason=row["reason"],
        source=row["source"],
        revision=row["revision"],
        size_bytes=row["sizeBytes"],
        predictor=row["predictor"],
        quantization=row["quantization"],
        device=row["device"],
        created_at=datetime.fromisoformat(row["createdAt"]),
        input_schema=row["inputSchema"],
        output_schema=row["outputSchema"],
        info=row["info"],
        progress=Preparation(progress["phase"], progress["bytes"], progress["totalBytes"]) if progress else None,
        raw=row,
    )


def model_of(row: ModelFields) -> Model:
    """A model of the server's answer."""
    latest = row["latestVersion"]
    return Model(
        slug=row["slug"],
        kind=row["kind"],
        visibility=row["visibility"],
        description=row["description"],
        tags=row["tags"],
        run_count=row["runCount"],
        created_at=datetime.fromisoformat(row["createdAt"]),
        latest=version_of(latest) if latest else None,
        raw=row,
    )
