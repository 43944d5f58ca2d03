"""Variables and secrets of models: their owner sets, lists and removes them; the workers that run them open them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from server.adapters.database import rows
from server.adapters.vault import UnreadableSecretError
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.models import ModelKind
from server.domain.variables import (
    TOTAL_MAX_BYTES,
    VARIABLES_MAX,
    NewVariable,
    VariableKind,
    is_name,
    violations,
)
from server.errors import ForbiddenError, InvalidInputError, NotFoundError, Violation
from server.runtime import Runtime
from server.services import models
from server.tables import Model, ModelVariable
from server.unit_of_work import unit_of_work

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ShownVariable:
    """A variable as its owner sees it; `value` is None of a secret, and of what another SECRET_KEY sealed."""

    name: str
    kind: VariableKind
    value: str | None = field(repr=False)
    updated_at: datetime


@dataclass(frozen=True)
class OpenedVariables:
    """What a model's class gets; `changes` counts how often they were changed until they were read."""

    changes: int = 0
    variables: dict[str, str] = field(default_factory=dict, repr=False)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)


async def set_variable(rt: Runtime, viewer: Viewer, slug: str, new: NewVariable) -> ShownVariable:
    """Set a variable or secret of a model of the viewer's own, in place of one of that name.

    Raises:
        NotFoundError, ForbiddenError: the model is unknown to the viewer, or not their own.
        InvalidInputError: name, value or kind break rules, the model runs no class, or has too many.
    """
    model = await _find_own(viewer, slug)
    broken = violations(new, type(rt.settings).model_fields)
    if model.kind != ModelKind.CUSTOM.value:
        rule = f"Only CUSTOM models, which may run a class of your operator's, have variables; this is {model.kind}."
        broken.append(Violation("/model", rule, "kind"))
    if broken:
        raise InvalidInputError(broken)
    size = len(new.value.encode())
    async with unit_of_work(rt):
        # The count of changes is the lock under which they are counted, too
        await _note_change(model)
        others = await ModelVariable.filter(model_id=model.id).exclude(name=new.name).only("size_bytes")
        if len(others) >= VARIABLES_MAX:
            raise InvalidInputError([Violation("/name", f"A model has at most {VARIABLES_MAX} variables.", "maxItems")])
        if sum(row.size_bytes for row in others) + size > TOTAL_MAX_BYTES:
            rule = f"The variables of a model have at most {TOTAL_MAX_BYTES} bytes together."
            raise InvalidInputError([Violation("/value", rule, "maxLength")])
        row, _ = await ModelVariable.update_or_create(
            {"kind": new.kind.value, "sealed": rt.vault.seal(new.value), "size_bytes": size},
            model_id=model.id,
            name=new.name,
        )
    logger.info("model.variable_set", model=str(model.id), name=new.name, kind=new.kind.value)
    return _shown(rt, row)


async def remove_variable(rt: Runtime, viewer: Viewer, slug: str, name: str) -> str:
    """Remove a variable or secret of a model of the viewer's own; its name. Raises as `set_variable`."""
    model = await _find_own(viewer, slug)
    async with unit_of_work(rt):
        await _note_change(model)
        if not is_name(name) or not await ModelVariable.filter(model_id=model.id, name=name).delete():
            raise NotFoundError(f"The model has no variable {name[:100]!r}.")
    logger.info("model.variable_removed", model=str(model.id), name=name)
    return name


async def of_models(rt: Runtime, model_ids: Iterable[UUID]) -> dict[UUID, list[ShownVariable]]:
    """The variables of models by name, as their owner sees them; `may_see` says who is."""
    listing: dict[UUID, list[ShownVariable]] = {model_id: [] for model_id in model_ids}
    for row in await ModelVariable.filter(model_id__in=list(listing)).order_by("name"):
        listing[row.model_id].append(_shown(rt, row))
    return listing


def may_see(viewer: Viewer, model: Model) -> bool:
    """Whether a viewer may list a model's variables: its owner alone, administrators neither."""
    return _is_owner(viewer, model) and Scope.READ in viewer.scopes


def _is_owner(viewer: Viewer, model: Model) -> bool:
    return viewer.user_id is not None and model.owner_id == viewer.user_id


async def open_of_version(rt: Runtime, version_id: UUID) -> OpenedVariables:
    """What the class of a version gets now; what a former SECRET_KEY sealed is sealed anew.

    Raises:
        UnreadableSecretError: one of them was sealed with a key that is not known any more.
    """
    records = await rows(_OPEN, version_id)
    variables: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for row in records:
        if row["name"] is None:
            continue
        try:
            value = rt.vault.open(row["sealed"])
        except UnreadableSecretError:
            logger.warning("model.variable_unreadable", version=str(version_id), name=row["name"])
            raise
        (secrets if row["kind"] == VariableKind.SECRET.value else variables)[row["name"]] = value
        if not rt.vault.is_newest(row["sealed"]):
            await ModelVariable.filter(id=row["id"], sealed=row["sealed"]).update(sealed=rt.vault.seal(value))
    return OpenedVariables(records[0]["variable_changes"] if records else 0, variables, secrets)


async def _find_own(viewer: Viewer, slug: str) -> Model:
    """A model of the viewer's own: administrators do not speak for others here, who gave it what nobody else has."""
    model = await models.find_own(viewer, slug)
    if not _is_owner(viewer, model):
        raise ForbiddenError("Only the owner of a model sets its variables, administrators neither.")
    return model


async def _note_change(model: Model) -> None:
    if not await rows(_NOTE_CHANGE, model.id):
        raise NotFoundError("This model was deleted.")


def _shown(rt: Runtime, row: ModelVariable) -> ShownVariable:
    kind = VariableKind(row.kind)
    value = None
    if kind is VariableKind.VARIABLE:
        try:
            value = rt.vault.open(row.sealed)
        except UnreadableSecretError:
            logger.warning("model.variable_unreadable", model=str(row.model_id), name=row.name)
    return ShownVariable(row.name, kind, value, row.updated_at)


# One statement, so that the count is that of these very values
_OPEN = """
SELECT m.variable_changes, x.id, x.name, x.kind, x.sealed
FROM version v JOIN model m ON m.id = v.model_id LEFT JOIN model_variable x ON x.model_id = m.id WHERE v.id = $1
"""
_NOTE_CHANGE = """
UPDATE model SET variable_changes = variable_changes + 1 WHERE id = $1 AND deleted_at IS NULL RETURNING id
"""
