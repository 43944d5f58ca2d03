"""What metrics say of the rows, and that every way of ending a prediction is counted once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client import Metric

from server.adapters.database import now
from server.adapters.metrics import REGISTRY
from server.domain.accounts import Viewer
from server.domain.mails import MailKind
from server.embedded.servers import LocalServers
from server.live.measures import Measures
from server.maintenance import recovery
from server.queue import depths, mails
from server.runtime import Runtime
from server.services import catalogue, invitations, models, predictions
from server.services.catalogue import WorkerInfo, WorkerState
from server.tables import Mail, Model, Prediction, Version, Worker
from tests.integration.queue import store


async def values(rt: Runtime, name: str) -> dict[str, float]:
    """Read anew: by the first label of each sample of a family."""
    for family in await Measures(rt).families():
        if family.name == name:
            return {next(iter(sample.labels.values()), ""): sample.value for sample in family.samples}
    return {}


def ended(status: str) -> float:
    labels = {"kind": "image", "status": status, "result": "own"}
    return REGISTRY.get_sample_value("inference_predictions_ended_total", labels) or 0.0


async def test_what_waits_and_how_long(rt: Runtime, version: Version) -> None:
    before = await values(rt, "inference_queue_depth")
    for seconds in (300, 20):
        await store.add(version, "image.cuda", run_at=now() - timedelta(seconds=seconds))
    # It was tried, and may run again in an hour
    await store.add(version, "text.cuda", run_at=now() + timedelta(hours=1))
    depth, age = await values(rt, "inference_queue_depth"), await values(rt, "inference_queue_age_seconds")
    assert depth["image.cuda"] == before["image.cuda"] + 2
    assert 300 <= age["image.cuda"] < 400
    assert age["text.cuda"] == 0
    await Prediction.filter(version_id=version.id).delete()


async def test_a_long_queue_is_not_counted_to_its_end(
    rt: Runtime, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(depths, "MOST_COUNTED", 3)
    for _ in range(5):
        await store.add(version, "image.cuda")
    assert (await values(rt, "inference_queue_depth"))["image.cuda"] == 3
    await Prediction.filter(version_id=version.id).delete()


async def test_what_runs(rt: Runtime, version: Version) -> None:
    before, in_queue = await values(rt, "inference_predictions_running"), await values(rt, "inference_queue_running")
    row = await store.add(version, "image.cpu", status="processing")
    assert (await values(rt, "inference_queue_running"))["image.cpu"] == in_queue["image.cpu"] + 1
    assert (await values(rt, "inference_predictions_running"))["image"] == before["image"] + 1
    await row.delete()


async def test_what_waits_of_paused_models(rt: Runtime, version: Version) -> None:
    before = await values(rt, "inference_queue_paused")
    for _ in range(3):
        await store.add(version, "image.cuda")
    assert await values(rt, "inference_queue_paused") == before
    await Model.filter(id=version.model_id).update(paused_at=now())
    after = await values(rt, "inference_queue_paused")
    assert after == before | {"image.cuda": before["image.cuda"] + 3}
    await Model.filter(id=version.model_id).update(paused_at=None)
    await Prediction.filter(version_id=version.id).delete()


async def test_workers_that_are_drained_and_pins_that_are_held(rt: Runtime, version: Version) -> None:
    worker = WorkerInfo(uuid4(), "drained-host", 1, "cpu")
    alive, drained = await values(rt, "inference_workers"), await values(rt, "inference_workers_drained")
    pins = await values(rt, "inference_models_pinned")
    await Model.filter(id=version.model_id).update(pinned_at=now())
    await catalogue.heartbeat(worker, [], WorkerState())
    await Worker.filter(id=worker.id).update(drained_at=now())
    assert (await values(rt, "inference_workers"))[""] == alive[""] + 1
    assert (await values(rt, "inference_workers_drained"))[""] == drained[""] + 1
    assert await values(rt, "inference_models_pinned") == pins | {"missing": pins["missing"] + 1}
    key = str(version.id)
    await catalogue.heartbeat(worker, [], WorkerState((key,), 70, pinned=(key,), pinned_bytes=70))
    assert await values(rt, "inference_models_pinned") == pins | {"held": pins["held"] + 1}
    assert (await values(rt, "inference_model_cache_pinned_bytes"))["drained-host"] == 70
    await Model.filter(id=version.model_id).update(pinned_at=None)
    await catalogue.leave(worker.id)


async def test_invitations_mails_and_audit_events(rt: Runtime) -> None:
    names = ("inference_invitations_open", "inference_mails_waiting")
    before = [(await values(rt, name))[""] for name in names]
    labels = {"action": "USER_INVITED", "door": "COMMAND_LINE"}
    written = REGISTRY.get_sample_value("inference_audit_events_total", labels) or 0
    address = f"{uuid4().hex}@example.com"
    invitation = await invitations.create(rt, None, address, is_admin=False, base_url="http://localhost")
    await mails.insert(MailKind.PASSWORD_RESET, address, 60)
    assert [(await values(rt, name))[""] for name in names] == [count + 1 for count in before]
    assert REGISTRY.get_sample_value("inference_audit_events_total", labels) == written + 1
    await invitation.invitation.delete()
    await Mail.filter(recipient=address).delete()
    assert [(await values(rt, name))[""] for name in names] == before


async def test_rows_are_read_once_in_a_while(rt: Runtime, version: Version) -> None:
    found = Measures(rt)
    first = await found.families()
    row = await store.add(version, "image.cuda")
    assert await found.families() is first
    await row.delete()


async def test_a_database_that_is_away_is_said_and_nothing_old_beside_it(
    rt: Runtime, database: str, schema_servers: LocalServers
) -> None:
    async with store.without_database(database, schema_servers.database_url):
        found: list[Metric] = await Measures(rt).families()
    assert [family.name for family in found] == ["inference_up"]
    assert {s.labels["part"]: s.value for s in found[0].samples} == {"redis": 1, "database": 0}


async def test_a_redis_that_is_away_is_said(database: str, tmp_path: Path) -> None:
    async with store.runtime("redis://127.0.0.1:1/0", tmp_path) as rt:
        up = await values(rt, "inference_up")
    assert up == {"redis": 0, "database": 1}


async def test_every_ending_is_counted_once(rt: Runtime, version: Version) -> None:
    before = {status: ended(status) for status in ("canceled", "aborted", "failed")}
    waiting = await store.add(version, "image")
    for _ in range(2):
        await predictions.cancel(rt, Viewer(), waiting.id)
    await store.add(version, "image", deadline_at=now() - timedelta(seconds=1))
    past = now() - timedelta(seconds=1)
    lost = {"status": "processing", "lease_until": past}
    await store.add(version, "image", **lost, alone=True, losses=rt.settings.max_losses - 1)
    # This one runs again
    await store.add(version, "image", **lost)
    for _ in range(2):
        await recovery.sweep(rt)
    assert {status: ended(status) - count for status, count in before.items()} == {
        "canceled": 1, "aborted": 1, "failed": 1,
    }  # fmt: skip
    model = await Model.get(id=version.model_id).prefetch_related("owner")
    await models.delete(rt, Viewer(user_id=model.owner.id), f"{model.owner.handle}/{model.name}")
    assert ended("canceled") - before["canceled"] == 2
