"""Events of the audit log, and filters of them."""

from __future__ import annotations

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from graph.types.enums import AuditAction, AuditDoor, AuditSubjectType
from graph.types.ids import global_id
from graph.types.node import Node
from server import tables
from server.domain.ids import parse_id
from server.services.audit import AuditCriteria


@strawberry.type(description="A line of the audit log: who did what to what, when and from where.")
class AuditEvent(Node):
    created_at: datetime = strawberry.field(description="When it was done.")
    action: AuditAction = strawberry.field(description="What was done.")
    actor: str = strawberry.field(
        description="Handle of who did it, as it was then; `operator` for a command on the server's machine, "
        "`deleted user` for a user who was deleted since."
    )
    actor_id: strawberry.ID | None = strawberry.field(description="Id of the user who did it.")
    door: AuditDoor = strawberry.field(description="How they came in.")
    api_key_id: strawberry.ID | None = strawberry.field(
        description="Id of the API key that they used; null for a session or a command."
    )
    address: str = strawberry.field(description="Address that they came from, or the name of the server's machine.")
    request_id: str = strawberry.field(description="`x-request-id` of the request, as in the log; empty for a command.")
    client: str = strawberry.field(description="`User-Agent` of their program, or the command line and its user.")
    subject_type: AuditSubjectType = strawberry.field(description="Type of what it was done to.")
    subject_id: strawberry.ID | None = strawberry.field(description="UUID of what it was done to, if it has one.")
    subject: str = strawberry.field(description="Name of what it was done to, such as a handle or `owner/name`.")
    before: JSON | None = strawberry.field(description="What changed, as it was before; no secrets.")
    after: JSON | None = strawberry.field(description="What changed, as it was afterwards; no secrets.")

    @classmethod
    def of(cls, row: tables.AuditEvent) -> AuditEvent:
        return cls(
            id=global_id("AuditEvent", row.id),
            created_at=row.created_at,
            action=AuditAction(row.action),
            actor=row.actor,
            actor_id=global_id("User", row.actor_id) if row.actor_id else None,
            door=AuditDoor(row.door),
            api_key_id=global_id("ApiKey", row.key_id) if row.key_id else None,
            address=row.address,
            request_id=row.request_id,
            client=row.client,
            subject_type=AuditSubjectType(row.subject_type),
            subject_id=strawberry.ID(str(row.subject_id)) if row.subject_id else None,
            subject=row.subject,
            before=row.before,
            after=row.after,
        )


@strawberry.input(description="Filter for the audit log.")
class AuditEventFilter:
    actions: list[AuditAction] | None = strawberry.field(default=None, description="Only these acts.")
    actor: str | None = strawberry.field(default=None, description="Only what this handle did, or `operator`.")
    subject: str | None = strawberry.field(default=None, description="Only what was done to what has this name.")
    subject_type: AuditSubjectType | None = strawberry.field(default=None, description="Only what was done to these.")
    user: strawberry.ID | None = strawberry.field(
        default=None, description="Only what this user did, or what was done to them or to what is theirs."
    )
    created_from: datetime | None = strawberry.field(default=None, description="Only from this time on.")
    created_before: datetime | None = strawberry.field(default=None, description="Only before this time.")

    def criteria(self) -> AuditCriteria:
        return AuditCriteria(
            actions=None if self.actions is None else frozenset(self.actions),
            actor=self.actor,
            subject=self.subject,
            subject_type=self.subject_type,
            user_id=None if self.user is None else parse_id(self.user, "User"),
            created_from=self.created_from,
            created_before=self.created_before,
        )
