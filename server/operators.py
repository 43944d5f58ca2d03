"""The commands by which an operator looks after running servers: they ask the database and Redis, not the API."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer

from server import backup, doctor, money_commands
from server.adapters.pagination import MAX_PAGE, PageRequest, page
from server.command_line import beside_servers, fail, show
from server.domain.audit import AuditAction
from server.domain.ids import encode_id, parse_id
from server.domain.model_memory import MemoryRequestState
from server.domain.predictions import INFRASTRUCTURE, PredictionErrorCode
from server.errors import BadUserInputError, NotFoundError, UnavailableError
from server.maintenance import erasure
from server.queue.model_memory import of_workers as requests_of_workers
from server.runtime import Runtime
from server.services import audit as audit_log
from server.services import (
    catalogue,
    featured,
    invitations,
    model_memory,
    model_reports,
    models,
    password_resets,
    predictions,
)
from server.services import queues as queue_reports
from server.services import users as accounts
from server.services.audit import AuditCriteria
from server.services.invitations import NewInvitation
from server.services.predictions import REQUEUED_AT_ONCE, RequeueCriteria
from server.services.queues import QueueReport
from server.services.users import UserCriteria
from server.tables import AuditEvent, Model, ModelReport, User, Worker

WAIT_SECONDS = 0.5
ERASE_SECONDS = 30.0

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Handle = Annotated[str, typer.Argument(help="Handle of the user.")]
WorkerId = Annotated[str, typer.Argument(help="Id of the worker, or how it begins.")]
Slug = Annotated[str, typer.Argument(help="The model, as owner/name.")]

workers = typer.Typer(
    help="The workers: which live, draining one, letting it work again, what they have in memory.", no_args_is_help=True
)
queues = typer.Typer(
    help="What waits: how much, pausing and resuming a model, running again what the server failed.",
    no_args_is_help=True,
)
users = typer.Typer(
    help="The users: listing, inviting, deactivating, reactivating and deleting them, links for another password.",
    no_args_is_help=True,
)

gallery = typer.Typer(
    help="The gallery of models: featuring one, reports of models and closing them.", no_args_is_help=True
)


def add_commands(app: typer.Typer) -> None:
    """Make them subcommands of the server's command."""
    app.command()(audit)
    app.command()(doctor.doctor)
    app.command()(backup.backup)
    app.command("restore")(backup.restore_backup)
    groups = {
        "workers": workers, "queues": queues, "users": users, "models": gallery,
        "prices": money_commands.prices, "budgets": money_commands.budgets,
    }  # fmt: skip
    for name, group in groups.items():
        app.add_typer(group, name=name)


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
    return _facts(row, names)


def _facts(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    facts: dict[str, Any] = orjson.loads(orjson.dumps({name: getattr(row, name) for name in names}, default=str))
    return facts


@workers.command("list")
def list_workers(as_json: AsJson = False) -> None:
    """List the live workers."""
    listed = beside_servers(lambda _: catalogue.workers(None))
    names = ("id", "host", "pid", "device", "device_name", "in_flight", "versions", "pinned", "drained_at",
             "started_at", "last_seen")  # fmt: skip
    lines = [
        (str(row.id), f"{row.host}:{row.pid}", row.device, "drained" if row.drained_at else "working",
         f"{row.in_flight} running", f"{len(row.versions)} models loaded, {len(row.pinned)} pinned")
        for row in listed
    ]  # fmt: skip
    head = ("id", "process", "device", "state", "running", "models")
    show(head, lines, [_facts(row, names) for row in listed], as_json=as_json)


@workers.command("drain")
def drain_worker(
    worker: WorkerId,
    wait: Annotated[bool, typer.Option(help="Wait until nothing runs there any more.")] = False,
) -> None:
    """Let a worker claim nothing more; what runs there goes on, and the rest is for the others."""

    async def drain(rt: Runtime) -> Worker:
        row = await catalogue.drain(rt, None, await _worker_id(worker))
        while wait and row.in_flight:
            await asyncio.sleep(WAIT_SECONDS)
            await rt.event_log.ask_heartbeats()
            row = await Worker.get_or_none(id=row.id) or row
            if not await Worker.exists(id=row.id):
                break
        return row

    row = beside_servers(drain)
    typer.echo(f"{row.id} is drained; {row.in_flight} predictions run there.")


@workers.command("resume")
def resume_worker(worker: WorkerId) -> None:
    """Let a drained worker take work again."""

    async def resume(rt: Runtime) -> Worker:
        return await catalogue.drain(rt, None, await _worker_id(worker), resume=True)

    typer.echo(f"{beside_servers(resume).id} takes work again.")


VersionSlug = Annotated[str, typer.Argument(help="The model, as owner/name, or a version of it, as owner/name:number.")]


@workers.command("warm")
def warm_model(
    model: VersionSlug,
    worker: Annotated[str | None, typer.Option(help="Id of the worker, or how it begins.")] = None,
    wait: Annotated[bool, typer.Option(help="Wait until it is loaded, or cannot be.")] = True,
) -> None:
    """Have a worker load a model: this one, or the one that has most room."""

    async def warm(rt: Runtime) -> Worker:
        row = await model_memory.warm(rt, None, model, await _worker_id(worker) if worker is not None else None)
        if wait:
            await _wait_for_load(row, model)
        return row

    row = beside_servers(warm)
    typer.echo(f"{model} is {'loaded' if wait else 'to be loaded'} by {row.id}.")


async def _wait_for_load(worker: Worker, model: str) -> None:
    """Wait until what was asked for just now has ended; raises UnavailableError where it failed."""
    while True:
        reports = (await requests_of_workers([worker.id])).get(worker.id, [])
        newest = next((each for each in reports if each.slug == model or each.slug.rpartition(":")[0] == model), None)
        if newest is None or not await Worker.exists(id=worker.id):
            raise UnavailableError(f"The worker {worker.id} is gone; ask another.")
        if newest.state is MemoryRequestState.FAILED:
            raise UnavailableError(f"The worker {worker.id} could not load it: {newest.reason}")
        if newest.state is MemoryRequestState.SUCCEEDED:
            return
        await asyncio.sleep(WAIT_SECONDS)


@workers.command("evict")
def evict_model(
    model: VersionSlug,
    worker: Annotated[str | None, typer.Option(help="Only this worker: its id, or how it begins.")] = None,
) -> None:
    """Have workers unload a model, each once what runs on it has ended."""

    async def evict(rt: Runtime) -> list[Worker]:
        return await model_memory.evict(rt, None, model, await _worker_id(worker) if worker is not None else None)

    rows = beside_servers(evict)
    typer.echo("\n".join(f"{row.id} unloads {model}." for row in rows) or f"No worker has {model} in memory.")


@workers.command("pin")
def pin_model(model: Slug) -> None:
    """Have a model stay in memory: each worker that has it keeps it, and where none has, one loads it."""
    beside_servers(lambda rt: model_memory.pin(rt, None, model))
    typer.echo(f"{model} is pinned.")


@workers.command("unpin")
def unpin_model(model: Slug) -> None:
    """Let a pinned model go from memory as any other."""
    beside_servers(lambda rt: model_memory.unpin(rt, None, model))
    typer.echo(f"{model} is not pinned.")


async def _worker_id(text: str) -> UUID:
    ids = [row.id for row in await catalogue.workers(None) if str(row.id).startswith(text)]
    if len(ids) != 1 or not text:
        problem = "Several live workers have ids that begin" if ids else "No live worker has an id that begins"
        raise NotFoundError(f"{problem} with {text[:40]!r}; see: inference-server workers list")
    return UUID(str(ids[0]))


@queues.command("list")
def list_queues(as_json: AsJson = False) -> None:
    """List the queues: what waits and runs in each, and how many workers serve it; then the paused models."""

    async def read(_: Runtime) -> tuple[list[QueueReport], list[Model]]:
        paused = Model.filter(paused_at__isnull=False, deleted_at=None).select_related("owner").order_by("paused_at")
        return await queue_reports.listing(None), await paused

    reports, paused = beside_servers(read)
    lines = [
        (each.state.queue, f"{each.state.depth} waiting", f"{each.state.running} running", f"{each.workers} workers",
         f"oldest {each.state.age_seconds:.0f} s" if each.state.depth else "")
        for each in reports
    ]  # fmt: skip
    lines += [(_slug(row), "paused", str(row.paused_at), "", row.pause_reason or "") for row in paused]
    facts = {
        "queues": [{**asdict(each.state), "workers": each.workers} for each in reports],
        "paused": [{"model": _slug(row), **_facts(row, ("paused_at", "pause_reason"))} for row in paused],
    }
    show(("queue", "waiting", "running", "workers", "note"), lines, facts, as_json=as_json)


def _slug(model: Model) -> str:
    return f"{model.owner.handle}/{model.name}"


@queues.command("pause")
def pause_model(
    model: Slug, reason: Annotated[str | None, typer.Option(help="Why, for those whose predictions wait.")] = None
) -> None:
    """Let the predictions of a model wait; what runs goes on."""
    beside_servers(lambda rt: models.pause(rt, None, model, reason))
    typer.echo(f"{model} is paused.")


@queues.command("resume")
def resume_model(model: Slug) -> None:
    """Let the predictions of a paused model run again."""
    beside_servers(lambda rt: models.resume(rt, None, model))
    typer.echo(f"{model} runs.")


@queues.command("requeue")
def requeue(
    prediction: Annotated[str | None, typer.Argument(help="Id of a prediction; if none is given, all of them.")] = None,
    error: Annotated[
        list[PredictionErrorCode] | None, typer.Option(help="Only those of these errors.", case_sensitive=False)
    ] = None,
    model: Annotated[str | None, typer.Option(help="Only those of this model, as owner/name.")] = None,
    days: Annotated[float, typer.Option(min=0, max=36_500, help="Only those that failed in the last days.")] = 1,
    limit: Annotated[int, typer.Option(min=1, max=REQUEUED_AT_ONCE, help="How many at most, the oldest.")] = 100,
) -> None:
    """Run again what the server failed (WORKER_LOST, STORAGE, OUT_OF_MEMORY, MODEL_UNAVAILABLE), for its owners."""
    if prediction is not None:
        try:
            row_id = parse_id(prediction, "Prediction")
        except BadUserInputError as wrong:
            raise fail(wrong.message) from None
        again = beside_servers(lambda rt: predictions.requeue(rt, None, row_id))
        typer.echo(encode_id("Prediction", again.id))
        return
    codes = frozenset(error) if error else INFRASTRUCTURE
    begin = datetime.now(UTC) - timedelta(days=days)
    criteria = RequeueCriteria(codes, model, begin, None, limit)
    count, refused = beside_servers(lambda rt: predictions.requeue_failed(rt, None, criteria))
    typer.echo(f"{count} run again." + (f" {refused} cannot run now; the log says why." if refused else ""))


@gallery.command("feature")
def feature_model(model: Slug) -> None:
    """Feature a model in the gallery."""
    beside_servers(lambda _: featured.feature(None, model))
    typer.echo(f"{model} is featured.")


@gallery.command("unfeature")
def unfeature_model(model: Slug) -> None:
    """Feature a model no longer."""
    beside_servers(lambda _: featured.unfeature(None, model))
    typer.echo(f"{model} is not featured.")


@gallery.command("reports")
def list_reports(
    closed: Annotated[bool, typer.Option("--closed", help="Those that are closed, and not the open ones.")] = False,
    model: Annotated[str | None, typer.Option(help="Only those of this model, as owner/name.")] = None,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, max=100_000, help="How many, the newest.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the reports of models that users sent, the newest first."""

    async def read(_: Runtime) -> list[ModelReport]:
        query = await model_reports.listing(None, is_open=not closed, slug=model)
        return await query.select_related("model__owner", "reporter").order_by("-created_at", "-id").limit(limit)

    listed = beside_servers(read)
    lines = [
        (encode_id("ModelReport", row.id), _slug(row.model), row.reason, row.reporter.handle if row.reporter else "",
         row.created_at.isoformat(timespec="seconds"), " ".join(row.text.split()))
        for row in listed
    ]  # fmt: skip
    names = ("id", "reason", "text", "created_at", "closed_at", "note", "model_id", "reporter_id")
    facts = [{**_facts(row, names), "model": _slug(row.model)} for row in listed]
    show(("id", "model", "reason", "reporter", "time", "text"), lines, facts, as_json=as_json)


@gallery.command("close-report")
def close_report(
    report: Annotated[str, typer.Argument(help="Id of the report.")],
    note: Annotated[str | None, typer.Option(help="What was done, for administrators.")] = None,
) -> None:
    """Close a report of a model."""
    try:
        report_id = parse_id(report, "ModelReport")
    except BadUserInputError as wrong:
        raise fail(wrong.message) from None
    row = beside_servers(lambda _: model_reports.close(None, report_id, note))
    typer.echo(f"The report {encode_id('ModelReport', row.id)} is closed.")


@users.command("list")
def list_users(
    search: Annotated[str | None, typer.Option(help="Text in the handle or e-mail address.")] = None,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, max=100_000, help="How many, the newest.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the users, the newest first."""

    async def read(_: Runtime) -> list[User]:
        return await accounts.listing(None, UserCriteria(search)).order_by("-created_at", "-id").limit(limit)

    listed = beside_servers(read)
    names = ("id", "handle", "email", "is_admin", "created_at", "deactivated_at", "deleting_at")
    lines = [
        (row.handle, row.email, "admin" if row.is_admin else "user",
         "being deleted" if row.deleting_at else "deactivated" if row.deactivated_at else "active",
         row.created_at.isoformat(timespec="seconds"))
        for row in listed
    ]  # fmt: skip
    show(("handle", "e-mail", "role", "state", "since"), lines, [_facts(row, names) for row in listed], as_json=as_json)


@users.command("deactivate")
def deactivate_user(handle: Handle) -> None:
    """Lock an account: its sessions end, its API keys are refused, what waits or runs of it is canceled."""

    async def deactivate(rt: Runtime) -> User:
        return await accounts.deactivate(rt, None, (await find_user(handle)).id)

    typer.echo(f"{beside_servers(deactivate).handle} is deactivated.")


@users.command("reactivate")
def reactivate_user(handle: Handle) -> None:
    """Unlock an account: its user can sign in, and its API keys hold again."""

    async def reactivate(_: Runtime) -> User:
        return await accounts.reactivate(None, (await find_user(handle)).id)

    typer.echo(f"{beside_servers(reactivate).handle} is active.")


@users.command("delete")
def delete_user(
    handle: Handle,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    wait: Annotated[bool, typer.Option(help="Stay until everything is removed.")] = True,
) -> None:
    """Delete a user for good, with their predictions, files, models, keys and sessions."""
    if not yes:
        typer.confirm(f"Delete {handle} with everything that is theirs?", abort=True)

    async def delete(rt: Runtime) -> bool:
        user = await find_user(handle)
        _, is_complete = await accounts.delete(rt, None, user.id)
        while wait and not is_complete:
            await asyncio.sleep(WAIT_SECONDS)
            is_complete = await erasure.delete_user(rt, user.id, ERASE_SECONDS)
        return is_complete

    rest = "" if beside_servers(delete) else "; what is left of theirs is removed by the servers"
    typer.echo(f"{handle} is deleted{rest}.")


Address = Annotated[
    str | None, typer.Option("--url", help="What links begin with, if PUBLIC_URL is not set. Default: this machine.")
]


@users.command("invite")
def invite_user(
    email: Annotated[str, typer.Argument(help="E-mail address of who may make an account.")],
    admin: Annotated[bool, typer.Option("--admin", help="Make the account an administrator's.")] = False,
    link: Annotated[bool, typer.Option("--link", help="Print the link also where a mail could carry it.")] = False,
    url: Address = None,
) -> None:
    """Invite somebody, by mail where a mail server is configured, else by a link that this prints; it works once."""

    async def invite(rt: Runtime) -> NewInvitation:
        base_url = url or _api_url(rt)
        return await invitations.create(rt, None, email, is_admin=admin, base_url=base_url, by_link=link)

    new = beside_servers(invite)
    typer.echo(new.link or f"A mail to {new.invitation.email} is on its way.")


@users.command("reset-link")
def reset_link(handle: Handle, url: Address = None) -> None:
    """Print a link by which a user can set another password; it works once, and ends their sessions."""

    async def create(rt: Runtime) -> str:
        return await password_resets.create_link(rt, await find_user(handle), url or _api_url(rt))

    typer.echo(beside_servers(create))


def _api_url(rt: Runtime) -> str:
    host = rt.settings.api_host
    near = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104 - read
    return f"http://{near}:{rt.settings.api_port}{rt.settings.base_path}"


async def find_user(handle: str) -> User:
    """A user by handle; raises NotFoundError."""
    user = await User.get_or_none(handle=handle)
    if user is None:
        raise NotFoundError(f"There is no user {handle[:80]!r}.")
    return user
