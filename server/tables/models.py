"""The rows of models and their versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model as Row
from uuid6 import uuid7

from server.tables.indexes import LiveIndex
from server.tables.users import User

VISIBLE = """m.deleted_at IS NULL
  AND ($1::bool OR m.visibility = 'PUBLIC' OR m.owner_id = $2::uuid OR m.shared_with ? $2::uuid::text)"""
"""Of a model `m`: that a viewer may know of it, an administrator ($1) or a user ($2); `models.visible` as SQL."""


class Model(Row):
    """A named model of one owner; deleting is soft, so that its slug stays taken.

    `samples` are ids of predictions that its owner shows to everybody; `runs` is how many were made, a little late;
    `variable_changes` counts how often its variables were changed. Predictions of one with `paused_at` wait, for the
    `pause_reason`. Of one with `pinned_at` the newest READY version stays in memory. `traffic` says which versions run
    where none is pinned (`server.domain.traffic`); null is the newest READY one. `version_aliases` are numbers of
    versions by what the owner calls them. `stars` is how many users starred it, and `shared_with` the ids
    of users who may see it while it is PRIVATE. `categories`, `languages` and `license` are as
    `server.domain.model_cards` has them; the gallery begins with what has `featured_at`. `trend` is how much it was run
    lately (`server.maintenance.run_counts`). `forked_from` is the model that it is a fork of.
    """

    id = fields.UUIDField(primary_key=True, default=uuid7)
    owner: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="models", on_delete=fields.RESTRICT
    )
    owner_id: UUID
    name = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=20)
    description = fields.TextField(default="")
    visibility = fields.CharField(max_length=10)
    tags: Any = fields.JSONField(default=list)
    samples: Any = fields.JSONField(default=list)
    runs = fields.BigIntField(default=0)
    stars = fields.IntField(default=0)
    shared_with: Any = fields.JSONField(default=list)
    categories: Any = fields.JSONField(default=list)
    languages: Any = fields.JSONField(default=list)
    license = fields.CharField(max_length=100, null=True)
    license_url = fields.CharField(max_length=500, null=True)
    trend = fields.FloatField(default=0)
    featured_at = fields.DatetimeField(null=True)
    # No foreign key: the row of a model never goes
    forked_from = fields.UUIDField(null=True)
    variable_changes = fields.IntField(default=0)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)
    deleted_at = fields.DatetimeField(null=True)
    paused_at = fields.DatetimeField(null=True)
    pause_reason = fields.CharField(max_length=200, null=True)
    pinned_at = fields.DatetimeField(null=True)
    traffic: Any = fields.JSONField(null=True)
    version_aliases: Any = fields.JSONField(default=dict)
    former_names: fields.ReverseRelation[FormerModelName]

    class Meta:
        """Table options."""

        table = "model"
        unique_together = (("owner_id", "name"),)
        indexes = (
            LiveIndex(fields=("created_at", "id"), name="model_list", where="deleted_at IS NULL"),
            LiveIndex(fields=("name", "id"), name="model_names", where="deleted_at IS NULL"),
            LiveIndex(fields=("updated_at", "id"), name="model_updates", where="deleted_at IS NULL"),
            LiveIndex(fields=("stars", "id"), name="model_stars", where="deleted_at IS NULL"),
            LiveIndex(fields=("trend", "id"), name="model_trend", where="deleted_at IS NULL"),
            LiveIndex(fields=("pinned_at",), name="model_pinned", where="pinned_at IS NOT NULL"),
        )


class FormerModelName(Row):
    """A name that a model had before it was renamed: it leads to the model, and no other of its owner's gets it."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    model: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "models.Model", related_name="former_names", on_delete=fields.CASCADE
    )
    model_id: UUID
    owner: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="former_model_names", on_delete=fields.CASCADE
    )
    owner_id: UUID
    name = fields.CharField(max_length=64)

    class Meta:
        """Table options."""

        table = "former_model_name"
        unique_together = (("owner_id", "name"),)
        indexes = (Index(fields=("model_id",), name="former_model_name_model"),)


class ModelVariable(Row):
    """A variable or secret that a model's owner gives its class; `size_bytes` are those of its value."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    model: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "models.Model", related_name="variables", on_delete=fields.CASCADE
    )
    model_id: UUID
    name = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=10)
    sealed = fields.TextField()
    size_bytes = fields.IntField()
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        """Table options."""

        table = "model_variable"
        unique_together = (("model_id", "name"),)
        constraints = (
            CheckConstraint(name="model_variable_kind", check="kind IN ('VARIABLE', 'SECRET')"),
            CheckConstraint(name="model_variable_size", check="size_bytes >= 0"),
        )


class Version(Row):
    """One immutable version of a model, which a worker prepares under a lease.

    `source_ref`, `revision_asked`, `own_schema` and `options` (how it is loaded, such as its quantization) are what the
    user gave; the worker that prepares it writes the rest. While it waits to be tried again, `failing_since` is
    when that began, and `reason` why. `files` notes which files are the version's (`rule` and `names`), `probe`
    what its try took; both are null where that was not noted yet. `recent_seconds` are how long its last runs took,
    the newest first, and `expected_seconds` their median, null before the first. `base` is the version whose
    weights an adapter changes. `experiment_id`, which is no column, is known of one that was chosen for a caller: the
    experiment in which it was.
    """

    id = fields.UUIDField(primary_key=True, default=uuid7)
    model: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "models.Model", related_name="versions", on_delete=fields.RESTRICT
    )
    model_id: UUID
    number = fields.IntField()
    state = fields.CharField(max_length=10)
    reason = fields.TextField(null=True)
    source_type = fields.CharField(max_length=20)
    source_ref = fields.TextField()
    revision_asked = fields.CharField(max_length=128, null=True)
    predictor = fields.CharField(max_length=64)
    own_schema: Any = fields.JSONField(null=True)
    options: Any = fields.JSONField(default=dict)
    input_schema: Any = fields.JSONField()
    output_schema: Any = fields.JSONField()
    info: Any = fields.JSONField()
    revision = fields.CharField(max_length=64, null=True)
    digest = fields.CharField(max_length=80, null=True)
    size_bytes = fields.BigIntField(null=True)
    files: Any = fields.JSONField(null=True)
    probe: Any = fields.JSONField(null=True)
    base: fields.ForeignKeyNullableRelation[Version] = fields.ForeignKeyField(
        "models.Version", related_name="adapters", on_delete=fields.RESTRICT, null=True
    )
    base_id: UUID | None
    progress: Any = fields.JSONField(null=True)
    failing_since = fields.DatetimeField(null=True)
    recent_seconds: Any = fields.JSONField(default=list)
    expected_seconds = fields.FloatField(null=True)
    attempt = fields.IntField(default=0)
    worker_id = fields.UUIDField(null=True)
    lease_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    experiment_id: UUID | None = None

    class Meta:
        """Table options."""

        table = "version"
        unique_together = (("model_id", "number"),)
        indexes = (
            LiveIndex(fields=("created_at",), name="version_preparing", where="state = 'PREPARING'"),
            LiveIndex(fields=("base_id",), name="version_adapters", where="base_id IS NOT NULL"),
        )
        constraints = (
            CheckConstraint(name="version_state", check="state IN ('PREPARING', 'READY', 'REFUSED')"),
            CheckConstraint(name="version_lease", check="lease_until IS NULL OR (state = 'PREPARING' AND attempt > 0)"),
            CheckConstraint(name="version_counts", check="attempt >= 0 AND number > 0"),
        )
