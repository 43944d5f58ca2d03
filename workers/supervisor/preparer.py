"""The jobs that prepare versions: fetch or inspect the files, then READY or REFUSED."""

from __future__ import annotations

import asyncio
import difflib
import errno
import re
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

import anyio
import structlog

from server.adapters import metrics
from server.adapters.database import DATABASE_ERRORS
from server.adapters.tasks import end, shared, wait_for_event
from server.domain import input_schema
from server.domain.models import DeviceClass, ModelSource, SourceType
from server.domain.new_tokens import TEXT_PREDICTOR, bound_new_tokens
from server.domain.storable import is_storable
from server.errors import InvalidInputError
from server.queue import versions
from server.queue.versions import PreparedVersion, VersionLease
from server.runtime import Runtime
from server.services import catalogue
from server.tables import Version
from workers.contract.failures import OTHER_CODE, VersionRefusedError
from workers.contract.layout import ADAPTER, BASE_NAME, RULE, read_json
from workers.contract.protocol import Inspected, VersionSpec
from workers.contract.tokenizers import RULES
from workers.supervisor import download_cache
from workers.supervisor.attempt import SharedLock
from workers.supervisor.downloads import CacheFullError, DownloadFailedError, fetch
from workers.supervisor.folders import rule_of
from workers.supervisor.inspector import Inspector
from workers.supervisor.model_cards import read_card
from workers.supervisor.probe import ProbeFailedError, probe
from workers.supervisor.runner_client import RunnerFailedError
from workers.supervisor.runner_keeper import RunnerKeeper
from workers.supervisor.server_paths import ServerPaths
from workers.supervisor.snapshots import checkpoint_spec, choice_of, fetch_base, with_configuration

logger = structlog.get_logger(__name__)

HUB = "https://huggingface.co"
DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


@dataclass
class _Preparation:
    """A version that is being prepared, how far that is, and whether its lease is gone."""

    lease: VersionLease
    progress: dict[str, Any] = field(default_factory=lambda: {"phase": "inspect", "bytes": 0, "totalBytes": None})
    lost: asyncio.Event = field(default_factory=asyncio.Event)

    def on_progress(self, phase: str, size: int, total: int | None) -> None:
        self.progress = {"phase": phase, "bytes": size, "totalBytes": total}


class Preparer:
    """Prepares several versions at once, at most half of them of one owner."""

    def __init__(
        self, rt: Runtime, keeper: RunnerKeeper, inspector: Inspector, worker_id: UUID, runner_lock: SharedLock
    ) -> None:
        self._rt = rt
        self._runner_lock = runner_lock
        self._inspector = inspector
        self._keeper = keeper
        self._worker_id = worker_id
        self._due = asyncio.Event()
        self.is_drained = False
        """Whether it is to prepare nothing more."""
        self._paths = ServerPaths(rt.settings)

    def look(self) -> None:
        """A version may wait."""
        self._due.set()

    async def run(self) -> None:
        """Prepare what waits, until canceled."""
        settings = self._rt.settings
        slots, most = settings.prepare_slots, max(1, settings.prepare_slots // 2)
        tasks: set[asyncio.Task[None]] = set()

        def end_task(task: asyncio.Task[None]) -> None:
            tasks.discard(task)
            self._due.set()

        try:
            while True:
                self._due.clear()
                try:
                    while len(tasks) < slots and not self.is_drained:
                        lease = await versions.claim(self._worker_id, settings.lease_seconds, most, self._keeper.unable)
                        if lease is None:
                            break
                        task = shared(self._hold(_Preparation(lease)))
                        tasks.add(task)
                        task.add_done_callback(end_task)
                except DATABASE_ERRORS as error:
                    logger.warning("prepare.failed", error=str(error))
                await wait_for_event(self._due, settings.claim_poll_seconds)
        finally:
            await end(*tasks)

    async def _hold(self, preparation: _Preparation) -> None:
        """Prepare a version while its lease is renewed; whatever it raises ends here."""
        lease, settings = preparation.lease, self._rt.settings
        renewal = asyncio.create_task(self._renew(preparation))
        try:
            try:
                async with asyncio.timeout(settings.prepare_seconds) as bound:
                    await self._prepare(preparation)
            except TimeoutError:
                if not bound.expired():
                    raise
                reason = f"Its preparation took more than {settings.prepare_seconds:g} seconds (PREPARE_SECONDS)."
                # What has come of a download stays, and the next try goes on behind it
                if preparation.progress["phase"] != "download" or not await versions.hand_back(
                    lease.version.id, lease.attempt, reason, settings.prepare_retry_seconds
                ):
                    await versions.refuse(lease.version.id, lease.attempt, reason)
        except DATABASE_ERRORS as error:
            # Its lease runs out, and it is prepared again
            logger.warning("prepare.failed", version=str(lease.version.id), error=str(error))
        except Exception:
            logger.exception("prepare.broke", version=str(lease.version.id))
        finally:
            preparation.lost.set()
            await end(renewal)

    async def _renew(self, preparation: _Preparation) -> None:
        settings, lease = self._rt.settings, preparation.lease
        while not preparation.lost.is_set():
            await asyncio.sleep(min(settings.heartbeat_seconds, 1.0))
            try:
                progress, seconds = preparation.progress, settings.lease_seconds
                if not await versions.renew(lease.version.id, lease.attempt, seconds, progress):
                    preparation.lost.set()
            except DATABASE_ERRORS as error:
                logger.warning("prepare.not_renewed", version=str(lease.version.id), error=str(error))

    async def _prepare(self, preparation: _Preparation) -> None:
        """Prepare a version and write READY, REFUSED with its reason, or hand back for another try."""
        settings, version, attempt = self._rt.settings, preparation.lease.version, preparation.lease.attempt
        log = logger.bind(version=str(version.id), source=str(preparation.lease.source), attempt=attempt)
        try:
            prepared = await self._examine(preparation)
        except (VersionRefusedError, InvalidInputError) as error:
            reason = str(error)
            if isinstance(error, InvalidInputError):
                reason = " ".join(f"{violation.path}: {violation.message}" for violation in error.violations)
            log.info("version.refused", reason=reason)
            await versions.refuse(version.id, attempt, self._paths.hide(reason))
        except (DownloadFailedError, ProbeFailedError, RunnerFailedError, TimeoutError, OSError) as error:
            log.warning("version.prepare_failed", error=str(error))
            # What the runner wrote at last is for the log alone
            reason = self._paths.hide(str(error).partition("\n")[0])
            if preparation.lost.is_set():
                return
            waits = preparation.progress if isinstance(error, CacheFullError) else None
            # What the repository has no part in is waited for, however long; what its own files may have caused is not
            most = None if _is_outage(error) else settings.prepare_retry_seconds
            pause = error.retry_seconds or 0 if isinstance(error, DownloadFailedError) else 0
            metrics.PREPARE_RETRIES.labels("outage" if most is None else "other").inc()
            if not await versions.hand_back(version.id, attempt, reason, most, waits, pause):
                hours = settings.prepare_retry_seconds / 3600
                await versions.refuse(version.id, attempt, f"Tried again for {hours:.3g} hours: {reason}")
        else:
            await versions.make_ready(version.id, attempt, prepared)
            log.info("version.ready", digest=prepared.digest)

    async def _examine(self, preparation: _Preparation) -> PreparedVersion:
        """What a version takes and gives: its files are fetched and read, those of its base too, and run once."""
        settings, version, source = self._rt.settings, preparation.lease.version, preparation.lease.source
        if source.type is SourceType.PREDICTOR:
            await self._keeper.client()
            if source.ref not in self._keeper.names:
                broken = self._keeper.ready.broken_predictors if self._keeper.ready else {}
                raise VersionRefusedError(missing_predictor(source.ref, self._keeper.names, broken))
        watch = (preparation.on_progress, preparation.lost.is_set)
        snapshot = await fetch(
            *(source, settings),
            on_progress=preparation.on_progress,
            cancelled=preparation.lost.is_set,
            choice=choice_of(version, rule_of(version.predictor)),
        )
        path = str(snapshot.path) if snapshot.path else None
        spec, notes = VersionSpec(str(version.id), version.predictor, path, dict(version.options)), {}
        spec = checkpoint_spec(spec, snapshot, settings)
        folders = [snapshot.path] if snapshot.path else []
        if snapshot.path is not None and version.base_id is not None:
            base, files = await fetch_base(version, settings, *watch)
            notes = describe_origin(snapshot.path, base)
            spec = replace(
                spec, path=str(files.path), base=str(base.id), adapter=path, adapter_files=list(snapshot.names)
            )
            spec = checkpoint_spec(spec, files, settings)
            folders.append(Path(str(files.path)))
        inspection = await self._inspect(version, source, spec)
        if snapshot.is_checkpoint:
            snapshot = await with_configuration(snapshot, inspection.info["config"], settings)
            spec = checkpoint_spec(spec, snapshot, settings)
        schema = input_schema.restrict(version.own_schema, inspection.input_schema)
        if version.predictor == TEXT_PREDICTOR:
            schema = bound_new_tokens(schema, settings.max_new_tokens)
        async with AsyncExitStack() as stack:
            for folder in folders:
                if folder.is_relative_to(settings.model_cache_dir):
                    in_use = download_cache.used_meanwhile(settings.model_cache_dir, folder)
                    await stack.enter_async_context(in_use)
            result = await self._probe(preparation, replace(spec, is_judged=True), schema)
        chosen = {"rule": rule_of(version.predictor), "names": snapshot.names, "tokenizers": RULES}
        if snapshot.configuration is not None:
            chosen["config"] = snapshot.configuration.name
        info = {**inspection.info, **notes}
        page = f"{settings.hf_endpoint or HUB}/{source.ref}" if source.type is SourceType.HUGGINGFACE else None
        card = await anyio.to_thread.run_sync(read_card, version.predictor, info, snapshot.path, page)
        return PreparedVersion(
            schema, inspection.output_schema, info,
            snapshot.revision, snapshot.digest, snapshot.size_bytes,
            chosen if snapshot.path else None,
            result, card,
        )  # fmt: skip

    async def _inspect(self, version: Version, source: ModelSource, spec: VersionSpec) -> Inspected:
        """What a version's files tell of it; raises VersionRefusedError where it cannot be run."""
        if source.type in (SourceType.HUGGINGFACE, SourceType.LOCAL):
            inspection = await self._inspector.inspect(spec)
        else:
            # What comes with the server or from its operator
            inspection = await (await self._keeper.client()).inspect(spec, self._rt.settings.inspect_seconds)
        if version.info.get("code") not in (None, inspection.info.get("code")):
            message = OTHER_CODE.format(version.predictor)
            if (await catalogue.others(self._worker_id)).count:
                # One of them may have that code
                raise DownloadFailedError(message)
            raise VersionRefusedError(message)
        if inspection.refusal:
            raise VersionRefusedError(inspection.refusal)
        return inspection

    async def _probe(
        self, preparation: _Preparation, spec: VersionSpec, schema: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Run a version of a stranger's files once; what that took, or None where it was not run here.

        Raises:
            VersionRefusedError: it cannot be run.
            ProbeFailedError: that is not known yet.
        """
        settings, source = self._rt.settings, preparation.lease.source
        if not settings.probe_seconds or source.type not in (SourceType.HUGGINGFACE, SourceType.LOCAL):
            # What comes with the server was run before
            return None
        if rule_of(spec.predictor) != RULE:
            return None
        client = await self._keeper.client()
        device = spec.options.get("device", DeviceClass.ANY)
        if device != DeviceClass.ANY and device != client.ready.device.upper():
            return None
        return await probe(
            *(self._keeper, self._runner_lock, spec, schema),
            settings.probe_seconds,
            preparation.on_progress,
        )


def _is_outage(error: Exception) -> bool:
    """Whether a fault is of the hub, the network or this machine's disk."""
    return isinstance(error, DownloadFailedError) or (isinstance(error, OSError) and error.errno in DISK_FAULTS)


def missing_predictor(name: str, names: Iterable[str], broken: Iterable[str]) -> str:
    """Why there is no predictor of this name beside those `names`, and whether it is of a class that is `broken`."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if any(re.sub(r"[^a-z0-9]", "", each.rpartition(":")[2].lower()) == plain for each in broken):
        return (
            f"The class of the predictor {name!r} could not be loaded: `inference-server check-predictors`, the "
            "worker's log and its administrator's page tell why."
        )
    close = difflib.get_close_matches(name.lower(), names, 1)
    advice = f" There is {close[0]!r}." if close else " A class of your own is named in CUSTOM_PREDICTORS."
    return f"No worker has a predictor called {name[:100]!r}.{advice}"


def describe_origin(adapter: Path, base: Version) -> dict[str, str]:
    """What an adapter's own folder calls its base, and a note where that is not the base that it was published on."""
    config = read_json(adapter / ADAPTER)
    name = config.get(BASE_NAME) if isinstance(config, dict) else None
    if not isinstance(name, str) or not name or not is_storable(name):
        return {}
    name = name[:200]
    if PurePosixPath(name).name.lower() == PurePosixPath(base.source_ref).name.lower():
        return {"adapter_made_for": name}
    note = (
        f"Its {ADAPTER} says that it was made for {name}, and it runs on {base.source_ref}. If that is another model, "
        "publish it on the right one."
    )
    return {"adapter_made_for": name, "adapter_note": note}
