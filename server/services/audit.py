"""The audit log: a line for each act that somebody may have to answer for.

`record` is called inside the transaction that does the act, so that neither is there without the other.
"""

from __future__ import annotations

import getpass
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from uuid6 import uuid7

from server.adapters import metrics
from server.adapters.database import rows, to_json
from server.adapters.pagination import utc
from server.adapters.requests import ORIGIN, Origin
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.audit import OPERATOR, SERVER, AuditAction, AuditDoor, Subject, SubjectType, require_no_secrets
from server.domain.storable import is_storable
from server.errors import BadUserInputError
from server.tables import AuditEvent

SUBJECT_MAX = 200


@dataclass(frozen=True)
class AuditCriteria:
    """Which events to list; None takes all.

    `actor` and `subject` are names as the log has them: a handle, a slug, a name; `user_id` is who acted, or whose the
    subject is.
    """

    actions: frozenset[AuditAction] | None = None
    actor: str | None = None
    subject: str | None = None
    subject_type: SubjectType | None = None
    user_id: UUID | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


async def record(
    viewer: Viewer | None,
    action: AuditAction,
    subject: Subject,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    door: AuditDoor | None = None,
) -> None:
    """Write down what a viewer does, in the transaction that does it; no viewer is the operator at the command line,
    or the server itself by its door.

    `before` and `after` have the fields that change, with values as JSON takes them. Without a `door` it is the one
    that the request came by.

    Raises:
        ValueError: a field of them is named like a secret.
    """
    require_no_secrets(before)
    require_no_secrets(after)
    if viewer is None:
        user, address, client = None, *_operator()
        door = door or AuditDoor.COMMAND_LINE
        origin = Origin()
    else:
        origin = ORIGIN.get() or Origin()
        user, address, client = viewer.user_id, viewer.address, origin.client
        door = door or (AuditDoor.REST if origin.is_rest else AuditDoor.GRAPHQL)
    actor = (SERVER if door is AuditDoor.SERVER else OPERATOR) if viewer is None else ""
    details = [None if each is None else to_json(each) for each in (before, after)]
    await rows(
        _RECORD, uuid7(), action.value, user, actor, door.value,
        viewer.key_id if viewer else None, address[:80], origin.request_id[:128], client[:300],
        subject.type.value, subject.id, subject.name[:SUBJECT_MAX], subject.user_id, *details,
    )  # fmt: skip
    metrics.AUDIT_EVENTS.labels(action.value, door.value).inc()


async def handle_of(user_id: UUID) -> str:
    """What the log calls a user."""
    return "".join(row["handle"] for row in await rows('SELECT handle FROM "user" WHERE id = $1', user_id))


@cache
def _operator() -> tuple[str, str]:
    """The machine and its user who runs a command."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return socket.gethostname(), f"inference-server ({name})"


def listing(viewer: Viewer | None, criteria: AuditCriteria) -> QuerySet[AuditEvent]:
    """The audit log, filtered; no viewer is the operator at the command line.

    Raises:
        ForbiddenError: the viewer is no admin, or the API key may not read.
        BadUserInputError: a name holds characters that are no text, or a time lies outside of years.
    """
    if viewer is not None:
        viewer.administer(Scope.READ, "read the audit log")
    for name in (criteria.actor, criteria.subject):
        if name and not is_storable(name):
            raise BadUserInputError("The name to search for holds characters that are no text.")
    query = AuditEvent.all()
    if criteria.actions is not None:
        query = query.filter(action__in=[action.value for action in criteria.actions])
    if criteria.actor:
        query = query.filter(actor=criteria.actor)
    if criteria.subject:
        query = query.filter(subject=criteria.subject)
    if criteria.subject_type is not None:
        query = query.filter(subject_type=criteria.subject_type.value)
    if criteria.user_id is not None:
        query = query.filter(Q(actor_id=criteria.user_id) | Q(user_id=criteria.user_id))
    if criteria.created_from is not None:
        query = query.filter(created_at__gte=utc(criteria.created_from))
    if criteria.created_before is not None:
        query = query.filter(created_at__lt=utc(criteria.created_before))
    return query


async def by_ids(viewer: Viewer, ids: list[UUID]) -> dict[UUID, AuditEvent]:
    """Events by id; none where the viewer is no admin. Raises ForbiddenError for an API key that may not read."""
    viewer.require(Scope.READ)
    return {row.id: row for row in await AuditEvent.filter(id__in=ids)} if viewer.is_admin else {}


_RECORD = """
INSERT INTO audit_event (id, created_at, action, actor_id, actor, door, key_id, address, request_id, client,
  subject_type, subject_id, subject, user_id, before, after)
VALUES ($1, now(), $2, $3, coalesce((SELECT handle FROM "user" WHERE id = $3), $4), $5, $6, $7, $8, $9, $10, $11, $12,
  $13, $14::jsonb, $15::jsonb)
RETURNING id
"""
