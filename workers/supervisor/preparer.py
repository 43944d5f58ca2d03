"""The jobs that prepare versions: fetch or inspect the files, then READY or REFUSED."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import structlog

from server.adapters.database import DATABASE_ERRORS
from server.adapters.tasks import end, wait_for_event
from server.domain import input_schema
from server.domain.models import SourceType
from server.errors import InvalidInputError
from server.queue import versions
from server.queue.versions import MAX_PREPARE_ATTEMPTS, PreparedVersion, VersionLease
from server.runtime import Runtime
from workers.contract.failures import VersionRefusedError
from workers.contract.protocol import VersionSpec
from workers.supervisor.downloads import DownloadFailedError, fetch
from workers.supervisor.inspector import Inspector
from workers.supervisor.runner_client import RunnerFailedError
from workers.supervisor.runner_keeper import RunnerKeeper
from workers.supervisor.server_paths import ServerPaths

logger = structlog.get_logger(__name__)

RETRY_SECONDS = 5.0


class Preparer:
    """Prepares one version at a time."""

    def __init__(self, rt: Runtime, keeper: RunnerKeeper, inspector: Inspector, worker_id: UUID) -> None:
        self._rt = rt
        self._inspector = inspector
        self._keeper = keeper
        self._worker_id = worker_id
        self._progress: dict[str, Any] = {"phase": "inspect", "bytes": 0, "totalBytes": None}
        self._due = asyncio.Event()
        self._paths = ServerPaths(rt.settings)

    def look(self) -> None:
        """A version may wait."""
        self._due.set()

    async def run(self) -> None:
        """Prepare what waits, until canceled."""
        settings = self._rt.settings
        while True:
            self._due.clear()
            try:
                while (lease := await versions.claim(self._worker_id, settings.lease_seconds)) is not None:
                    lost = asyncio.Event()
                    renewal = asyncio.create_task(self._renew(lease, lost))
                    try:
                        await self._prepare(lease, lost)
                    finally:
                        # A download in a thread hears of nothing else when this task is canceled
                        lost.set()
                        await end(renewal)
            except DATABASE_ERRORS as error:
                logger.warning("prepare.failed", error=str(error))
            await wait_for_event(self._due, settings.claim_poll_seconds)

    async def _renew(self, lease: VersionLease, lost: asyncio.Event) -> None:
        settings = self._rt.settings
        while not lost.is_set():
            await asyncio.sleep(min(settings.heartbeat_seconds, 1.0))
            if not await versions.renew(lease.version.id, lease.attempt, settings.lease_seconds, self._progress):
                lost.set()

    async def _prepare(self, lease: VersionLease, lost: asyncio.Event) -> None:
        """Fetch the files, ask the runner about them, and write READY, REFUSED with its reason, or hand back."""
        version, source, attempt = lease.version, lease.source, lease.attempt
        log = logger.bind(version=str(version.id), source=str(source), attempt=attempt)

        def on_progress(phase: str, size: int, total: int | None) -> None:
            self._progress = {"phase": phase, "bytes": size, "totalBytes": total}

        try:
            if source.type is SourceType.PREDICTOR:
                await self._keeper.client()
                if source.ref not in self._keeper.names:
                    raise VersionRefusedError(f"No worker has a predictor called {source.ref!r}.")
            snapshot = await fetch(source, self._rt.settings, on_progress=on_progress, cancelled=lost.is_set)
            spec = VersionSpec(str(version.id), version.predictor, str(snapshot.path) if snapshot.path else None)
            if source.type in (SourceType.HUGGINGFACE, SourceType.LOCAL):
                inspection = await self._inspector.inspect(spec)
            else:
                # What comes with the server or from its operator
                inspection = await (await self._keeper.client()).inspect(spec, self._rt.settings.inspect_seconds)
            if inspection.refusal:
                raise VersionRefusedError(inspection.refusal)
            schema = input_schema.restrict(version.own_schema, inspection.input_schema)
        except (VersionRefusedError, InvalidInputError) as error:
            reason = str(error)
            if isinstance(error, InvalidInputError):
                reason = " ".join(f"{violation.path}: {violation.message}" for violation in error.violations)
            log.info("version.refused", reason=reason)
            await versions.refuse(version.id, attempt, self._paths.hide(reason))
        except (DownloadFailedError, RunnerFailedError, TimeoutError, OSError) as error:
            log.warning("version.prepare_failed", error=str(error))
            if attempt >= MAX_PREPARE_ATTEMPTS:
                # What the runner wrote at last is for the log alone
                reason = str(error).partition("\n")[0]
                await versions.refuse(version.id, attempt, self._paths.hide(f"Tried {attempt} times: {reason}"))
            else:
                await versions.hand_back(version.id, attempt, RETRY_SECONDS * attempt)
        else:
            prepared = PreparedVersion(
                schema, inspection.output_schema, inspection.info,
                snapshot.revision, snapshot.digest, snapshot.size_bytes,
            )  # fmt: skip
            await versions.make_ready(version.id, attempt, prepared)
            log.info("version.ready", digest=snapshot.digest)
