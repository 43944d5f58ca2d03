"""Whether an API is ready: without PostgreSQL or with an old schema it is not; without Redis or workers it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from graph.types.servers import Worker as ServerWorker
from server.adapters.database import now, rows
from server.adapters.store_watch import StoreWatch
from server.domain.models import WAITS_FOR_ROOM
from server.embedded.servers import LocalServers
from server.live.measures import Measures
from server.queue import versions
from server.routes import health
from server.runtime import Runtime
from server.services import catalogue
from server.services.catalogue import WorkerDisk, WorkerInfo, WorkerState
from server.services.health import DISK_LOW, NO_ROOM, NO_WORKER, PREDICTORS_BROKEN, WALLS_INCOMPLETE
from server.tables import Model, User, Version, Worker
from tests.integration.queue import store
from tests.support.supervisors import supervising

STORES = {"storage": "ok", "notes": []}
FINE = {"walls": "ok", "predictors": "ok", "disks": "ok", "clock": "ok", **STORES}
UNKNOWN = "unknown"


async def ready(rt: Runtime) -> tuple[int, dict[str, Any]]:
    app = Starlette(routes=[Route("/health/ready", health.ready)])
    app.state.is_stopping = False

    async def with_state(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "state": {"rt": rt}}, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(with_state), base_url="http://api") as http:
        answer = await http.get("/health/ready")
    return answer.status_code, answer.json()


@pytest.fixture
async def worker(database: str) -> AsyncIterator[WorkerInfo]:
    await rows("DELETE FROM worker RETURNING id")
    info = WorkerInfo(uuid4(), "here", 1, "cpu")
    await catalogue.announce(info, [])
    yield info
    await catalogue.leave(info.id)


@pytest.mark.usefixtures("worker")
async def test_all_is_there(rt: Runtime) -> None:
    assert await ready(rt) == (200, {"status": "ok", "database": "ok", "redis": "ok", "workers": 1, **FINE})


async def test_a_wall_is_missing(rt: Runtime, worker: WorkerInfo) -> None:
    await catalogue.heartbeat(worker, [], WorkerState(walls={"files": "Function not implemented", "calls": ""}))
    parts = {"database": "ok", "redis": "ok", "workers": 1, **FINE}
    assert await ready(rt) == (200, {"status": "ok", **parts, "walls": "incomplete", "notes": [WALLS_INCOMPLETE]})
    await catalogue.heartbeat(worker, [], WorkerState(walls={"files": "", "calls": ""}))
    assert await ready(rt) == (200, {"status": "ok", **parts, "walls": "ok"})


async def test_a_predictor_is_broken(rt: Runtime, worker: WorkerInfo) -> None:
    await catalogue.heartbeat(worker, [], WorkerState(broken_predictors={"a.b:C": "SyntaxError: invalid syntax"}))
    parts = {"database": "ok", "redis": "ok", "workers": 1, **FINE}
    assert await ready(rt) == (
        200,
        {"status": "degraded", **parts, "predictors": "broken", "notes": [PREDICTORS_BROKEN]},
    )


@pytest.mark.parametrize(("least", "status", "word"), [(10**18, "degraded", "low"), (1, "ok", "ok")])
async def test_a_disk_of_a_worker_is_almost_full(
    rt: Runtime, database: str, tmp_path: Path, least: int, status: str, word: str
) -> None:
    await rows("DELETE FROM worker RETURNING id")
    watch = StoreWatch(rt.event_log, rt.storage, {"MODEL_CACHE_DIR": tmp_path / "models"}, least)
    await watch.look_at_files()
    async with supervising(replace(rt, store_watch=watch)) as supervisor:
        living = await Worker.get(id=supervisor.worker_id)
        assert living.disks["MODEL_CACHE_DIR"]["total_bytes"] >= living.disks["MODEL_CACHE_DIR"]["free_bytes"] > 0
        # The disks of this API have room
        _, health = await ready(rt)
        notes = [DISK_LOW] if word == "low" else []
        assert [health[part] for part in ("status", "storage", "disks")] == [status, "ok", word]
        assert [note for note in health["notes"] if note != WALLS_INCOMPLETE] == notes
        (shown,) = ServerWorker.of(living).disks
        assert (shown.folder, shown.is_low) == ("MODEL_CACHE_DIR", word == "low")
        families = {family.name: family for family in await Measures(rt).families()}
        (sample,) = families["inference_worker_disk_free_bytes"].samples
        assert sample.labels == {"host": living.host, "folder": "MODEL_CACHE_DIR"}
        assert 0 < sample.value <= shown.total_bytes


async def test_models_wait_for_room_on_the_disk(rt: Runtime, worker: WorkerInfo) -> None:
    async def waiting() -> tuple[str, list[str], float]:
        _, body = await ready(rt)
        families = {family.name: family for family in await Measures(rt).families()}
        (sample,) = families["inference_models_waiting_for_disk"].samples
        return body["disks"], body["notes"], sample.value

    assert await waiting() == ("ok", [], 0)
    await catalogue.heartbeat(worker, [], WorkerState(disks={"MODEL_CACHE_DIR": WorkerDisk(5, 9, False, 2)}))
    assert await waiting() == ("waiting", [NO_ROOM], 2)
    (shown,) = ServerWorker.of(await Worker.get(id=worker.id)).disks
    assert (shown.folder, shown.waiting) == ("MODEL_CACHE_DIR", 2)
    # A heartbeat of an older release
    await Worker.filter(id=worker.id).update(
        disks={"MODEL_CACHE_DIR": {"free_bytes": 5, "total_bytes": 9, "is_low": False}}
    )
    (shown,) = ServerWorker.of(await Worker.get(id=worker.id)).disks
    assert (shown.waiting, await waiting()) == (0, ("ok", [], 0))
    # A new version, whose preparation is tried again
    owner = await User.create(handle=uuid4().hex[:20], email=f"{uuid4().hex}@example.org", password_hash="x")
    model = await Model.create(owner=owner, name=uuid4().hex, kind="CUSTOM", visibility="PUBLIC")
    version = await Version.create(
        model=model, number=1, state="PREPARING", source_type="huggingface", source_ref="a/b", predictor="text",
        input_schema={}, output_schema={}, info={},
    )  # fmt: skip
    assert await versions.claim(uuid4(), 60, 9)
    progress = {"phase": WAITS_FOR_ROOM, "bytes": 5, "totalBytes": 9}
    assert await versions.hand_back(version.id, 1, "There is no room. It is tried again.", 3600, progress)
    assert await waiting() == ("waiting", [NO_ROOM], 1)
    await Version.filter(id=version.id).update(lease_until=now())
    assert await versions.claim(uuid4(), 60, 9)
    await versions.refuse(version.id, 2, "no")
    assert await waiting() == ("ok", [], 0)


async def test_no_workers(rt: Runtime) -> None:
    await rows("DELETE FROM worker RETURNING id")
    nobody = {"workers": 0, **FINE, "notes": [NO_WORKER]}
    assert await ready(rt) == (200, {"status": "degraded", "database": "ok", "redis": "ok", **nobody})


@pytest.mark.usefixtures("worker")
async def test_no_redis(database: str, tmp_path: Path) -> None:
    async with store.runtime("redis://127.0.0.1:1/0", tmp_path) as rt:
        assert await ready(rt) == (200, {"status": "degraded", "database": "ok", "redis": "away", "workers": 1, **FINE})


@pytest.mark.usefixtures("worker")
async def test_an_old_schema(rt: Runtime) -> None:
    newest = "(SELECT max(id) FROM aerich)"
    await rows(f"UPDATE aerich SET version = 'other ' || version WHERE id = {newest} RETURNING id")  # noqa: S608
    try:
        assert await ready(rt) == (
            503,
            {
                **{"status": "unready", "database": "behind", "redis": "ok", "workers": 1, **FINE},
                **{"walls": UNKNOWN, "predictors": UNKNOWN, "disks": UNKNOWN},
            },
        )
    finally:
        await rows(f"UPDATE aerich SET version = substr(version, 7) WHERE id = {newest} RETURNING id")  # noqa: S608


async def test_no_database(rt: Runtime, database: str, schema_servers: LocalServers) -> None:
    async with store.without_database(database, schema_servers.database_url):
        assert await ready(rt) == (
            503,
            {
                **{"status": "unready", "database": "away", "redis": "ok", "workers": 0, "storage": "ok", "notes": []},
                **{"walls": UNKNOWN, "predictors": UNKNOWN, "disks": UNKNOWN, "clock": UNKNOWN},
            },
        )
    assert (await ready(rt))[1]["database"] == "ok"
