"""The commands by which an operator looks after running servers: they ask the database and Redis, not the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
import typer

from server.adapters.pagination import MAX_PAGE, PageRequest, page
from server.command_line import beside_servers, show
from server.domain.audit import AuditAction
from server.errors import NotFoundError
from server.services import audit as audit_log
from server.services.audit import AuditCriteria
from server.tables import AuditEvent, User

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_commands(app: typer.Typer) -> None:
    """Make them subcommands of the server's command."""
    app.command()(audit)


def audit(
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, max=100_000, help="How many lines, the newest.")] = 50,
    action: Annotated[list[AuditAction] | None, typer.Option(help="Only these acts.", case_sensitive=False)] = None,
    actor: Annotated[str | None, typer.Option(help="Only what this handle did, or operator.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only what was done to what has this name.")] = None,
    user: Annotated[str | None, typer.Option(help="Only what this handle did, or what was done to theirs.")] = None,
    days: Annotated[float | None, typer.Option(min=0, max=36_500, help="Only the last days.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the audit log: who did what to what, when and from where; the newest lines first."""

    async def read() -> list[AuditEvent]:
        criteria = AuditCriteria(
            actions=frozenset(action) if action else None,
            actor=actor,
            subject=subject,
            user_id=(await find_user(user)).id if user is not None else None,
            created_from=datetime.now(UTC) - timedelta(days=days) if days is not None else None,
        )
        events: list[AuditEvent] = []
        query, after = audit_log.listing(None, criteria), None
        while len(events) < limit:
            part = await page(query, PageRequest(first=min(MAX_PAGE, limit - len(events)), after=after))
            events += part.rows
            if not part.has_next:
                break
            after = part.cursor(part.rows[-1])
        return events

    events = beside_servers(lambda _: read())
    head = ("time", "actor", "action", "subject", "from", "change")
    show(head, [_audit_line(each) for each in events], [_audit_facts(each) for each in events], as_json=as_json)


def _audit_line(row: AuditEvent) -> tuple[str, ...]:
    change = {name: value for name, value in (("before", row.before), ("after", row.after)) if value is not None}
    time = row.created_at.isoformat(timespec="seconds")
    return time, row.actor, row.action, row.subject, row.address, orjson.dumps(change).decode() if change else ""


def _audit_facts(row: AuditEvent) -> dict[str, Any]:
    names = (
        *("id", "created_at", "action", "actor", "actor_id", "door", "key_id", "address", "request_id", "client"),
        *("subject_type", "subject_id", "subject", "user_id", "before", "after"),
    )
    facts: dict[str, Any] = orjson.loads(orjson.dumps({name: getattr(row, name) for name in names}, default=str))
    return facts


async def find_user(handle: str) -> User:
    """A user by handle; raises NotFoundError."""
    user = await User.get_or_none(handle=handle)
    if user is None:
        raise NotFoundError(f"There is no user {handle[:80]!r}.")
    return user
