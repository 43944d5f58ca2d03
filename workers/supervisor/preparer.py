"""The jobs that prepare versions: fetch or inspect the files, then READY or REFUSED."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import structlog

from server.adapters.tasks import end
from server.domain import input_schema
from server.domain.models import SourceType
from server.errors import InvalidInputError
from server.queue import versions
from server.queue.versions import MAX_PREPARE_ATTEMPTS, PreparedVersion, VersionLease
from server.runtime import Runtime
from workers.contract.failures import VersionRefusedError
from workers.contract.protocol import Inspected, VersionSpec
from workers.supervisor.downloads import DownloadFailedError, Snapshot, fetch
from workers.supervisor.runner_client import RunnerFailedError
from workers.supervisor.runner_keeper import RunnerKeeper

logger = structlog.get_logger(__name__)

INSPECT_SECONDS = 120.0
RETRY_SECONDS = 5.0


class Preparer:
    """Prepares one version at a time."""

    def __init__(self, rt: Runtime, keeper: RunnerKeeper, worker_id: UUID) -> None:
        self._rt = rt
        self._keeper = keeper
        self._worker_id = worker_id
        self._progress: dict[str, Any] = {"phase": "inspect", "bytes": 0, "totalBytes": None}

    async def run_next(self) -> bool:
        """Prepare the next waiting version; False when there is none."""
        job = await versions.claim(self._worker_id, self._rt.settings.lease_seconds)
        if job is None:
            return False
        lost = asyncio.Event()
        renewing = asyncio.create_task(self._renew(job, lost))
        try:
            await self._prepare(job, lost)
        finally:
            await end(renewing)
        return True

    async def _renew(self, job: VersionLease, lost: asyncio.Event) -> None:
        settings = self._rt.settings
        while not lost.is_set():
            await asyncio.sleep(min(settings.heartbeat_seconds, 1.0))
            if not await versions.renew(job.version.id, job.attempt, settings.lease_seconds, self._progress):
                lost.set()

    async def _prepare(self, job: VersionLease, lost: asyncio.Event) -> None:
        version = job.version
        log = logger.bind(version=str(version.id), source=str(job.source), attempt=job.attempt)
        try:
            snapshot = await self._snapshot(job, lost)
            inspected = await self._inspect(job, snapshot)
            schema = input_schema.restrict(version.own_schema, inspected.input_schema)
        except (VersionRefusedError, InvalidInputError) as error:
            reason = _sentence(error)
            log.info("version.refused", reason=reason)
            await versions.refuse(version.id, job.attempt, reason)
        except (DownloadFailedError, RunnerFailedError, TimeoutError, OSError) as error:
            await self._try_again(job, error)
        else:
            await versions.make_ready(version.id, job.attempt, _prepared(schema, inspected, snapshot))
            log.info("version.ready", digest=snapshot.digest)

    async def _try_again(self, job: VersionLease, error: Exception) -> None:
        logger.warning("version.prepare_failed", version=str(job.version.id), attempt=job.attempt, error=str(error))
        if job.attempt >= MAX_PREPARE_ATTEMPTS:
            await versions.refuse(job.version.id, job.attempt, f"Tried {job.attempt} times: {error}")
        else:
            await versions.hand_back(job.version.id, job.attempt, RETRY_SECONDS * job.attempt)

    async def _snapshot(self, job: VersionLease, lost: asyncio.Event) -> Snapshot:
        def on_progress(phase: str, size: int, total: int | None) -> None:
            self._progress = {"phase": phase, "bytes": size, "totalBytes": total}

        if job.source.type is SourceType.PREDICTOR:
            client = await self._keeper.client()
            found = [p for p in client.ready.predictors if p["name"] == job.source.ref]
            if not found:
                raise VersionRefusedError(f"No worker has a predictor called {job.source.ref!r}.")
        return await fetch(job.source, self._rt.settings, on_progress=on_progress, cancelled=lost.is_set)

    async def _inspect(self, job: VersionLease, snapshot: Snapshot) -> Inspected:
        path = str(snapshot.path) if snapshot.path else None
        client = await self._keeper.client()
        spec = VersionSpec(str(job.version.id), job.version.predictor, path)
        inspected = await client.inspect(spec, INSPECT_SECONDS)
        if inspected.refusal:
            raise VersionRefusedError(inspected.refusal)
        return inspected


def _prepared(schema: dict[str, Any], inspected: Inspected, snapshot: Snapshot) -> PreparedVersion:
    return PreparedVersion(
        schema, inspected.output_schema, inspected.info, snapshot.revision, snapshot.digest, snapshot.size_bytes
    )


def _sentence(error: Exception) -> str:
    if isinstance(error, InvalidInputError):
        return " ".join(f"{v.path}: {v.message}" for v in error.violations)
    return str(error)
