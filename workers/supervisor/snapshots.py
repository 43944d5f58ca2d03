"""What the runner loads for each version: its files are fetched once a process, for all who wait for them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio

from server.adapters.tasks import shared
from server.domain.models import ModelSource, SourceType
from server.domain.predictions import Failure, PredictionErrorCode
from server.runtime import Runtime
from server.tables import Version
from workers.contract.failures import VersionRefusedError
from workers.contract.protocol import VersionSpec
from workers.supervisor import digests, download_cache
from workers.supervisor.downloads import CHANGED, DownloadFailedError, fetch
from workers.supervisor.folders import Choice

OnProgress = Callable[[str, int, int | None], None]
MOST_SPECS = 1000


class VersionUnavailableError(Exception):
    """The files of a READY version are not to be had."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.failure = Failure(PredictionErrorCode.MODEL_UNAVAILABLE, message)


class _Flight:
    """One fetch, and those who wait for it; it is called off when nobody does any more."""

    def __init__(self, fetch: Callable[[OnProgress, Callable[[], bool]], Coroutine[Any, Any, VersionSpec]]) -> None:
        self._watchers: list[OnProgress] = []
        self._progress: tuple[str, int, int | None] | None = None
        self._called_off = threading.Event()
        loop = asyncio.get_running_loop()

        def on_progress(phase: str, size: int, total: int | None) -> None:
            # Downloads report from their own threads
            loop.call_soon_threadsafe(self._report, phase, size, total)

        self._task = shared(fetch(on_progress, self._called_off.is_set))

    async def join(self, on_progress: OnProgress) -> VersionSpec:
        """Wait for its end, and hear how it goes."""
        self._watchers.append(on_progress)
        if self._progress is not None:
            on_progress(*self._progress)
        try:
            return await asyncio.shield(self._task)
        finally:
            self._watchers.remove(on_progress)
            if not self._watchers:
                self._called_off.set()
                # Nobody is left to hear of its failure
                self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    @property
    def is_open(self) -> bool:
        """Whether somebody may still join."""
        return not self._task.done() and not self._called_off.is_set()

    def _report(self, phase: str, size: int, total: int | None) -> None:
        self._progress = phase, size, total
        for watcher in list(self._watchers):
            watcher(phase, size, total)


class Snapshots:
    """Specs of versions by id; concurrent first users of one wait for a single fetch."""

    def __init__(self, rt: Runtime, is_loaded: Callable[[str], bool] = lambda version: False) -> None:
        self._rt = rt
        self._is_loaded = is_loaded
        self._specs: dict[UUID, VersionSpec] = {}
        self._files: dict[UUID, tuple[tuple[str, ...], str]] = {}
        self._flights: dict[UUID, _Flight] = {}
        self._used_until: dict[str, float] = {}

    async def spec(self, version_id: UUID, on_progress: OnProgress) -> VersionSpec:
        """What the runner loads for a version; whoever leaves before it is there leaves the fetch to the others.

        Raises:
            VersionUnavailableError: its files are gone, changed, or cannot be fetched.
        """
        known = self._specs.get(version_id)
        if known is not None and await self._is_there(known):
            return known
        flight = self._flights.get(version_id)
        if flight is None or not flight.is_open:
            flight = self._flights[version_id] = _Flight(partial(self._fetch, version_id))
        try:
            spec = self._specs[version_id] = await flight.join(on_progress)
        finally:
            if not flight.is_open and self._flights.get(version_id) is flight:
                del self._flights[version_id]
        if len(self._specs) > MOST_SPECS:
            # The one that was read first; its files are there, if it is needed again
            self.forget(next(iter(self._specs)))
        return spec

    async def _is_there(self, spec: VersionSpec) -> bool:
        """Whether its files were neither removed to make room nor touched; noted once in MARK_SECONDS as used.

        What is loaded stays as it was, so only before a load is it worth a look at the files.
        """
        now = time.monotonic()
        if spec.path is None:
            return True
        cache = self._rt.settings.model_cache_dir
        path = Path(spec.path)
        files = self._files.get(UUID(spec.id))
        if files is not None and not self._is_loaded(spec.id):
            names, mark = files
            if await anyio.to_thread.run_sync(digests.fingerprint, path, names) != mark:
                return False
        if now < self._used_until.get(spec.id, 0.0):
            return True
        if path.is_relative_to(cache) and not await anyio.to_thread.run_sync(download_cache.use, cache, path):
            return False
        self._used_until[spec.id] = now + download_cache.MARK_SECONDS
        return True

    async def note_use(self, versions: Iterable[UUID]) -> None:
        """Note that predictions of these versions wait, load or run, so that nobody removes their files."""
        cache, now = self._rt.settings.model_cache_dir, time.monotonic()
        for version in set(versions):
            spec = self._specs.get(version)
            if spec is None or spec.path is None or now < self._used_until.get(spec.id, 0.0):
                continue
            if (path := Path(spec.path)).is_relative_to(cache):
                await anyio.to_thread.run_sync(download_cache.use, cache, path)
            self._used_until[spec.id] = now + download_cache.MARK_SECONDS

    def forget(self, version_id: UUID) -> None:
        """Drop the spec of a version that was deleted."""
        self._specs.pop(version_id, None)
        self._files.pop(version_id, None)
        self._used_until.pop(str(version_id), None)

    async def _fetch(self, version_id: UUID, on_progress: OnProgress, cancelled: Callable[[], bool]) -> VersionSpec:
        """Read a version's row and fetch its files, which have to be those that were published."""
        version = await Version.get(id=version_id).select_related("model__owner")
        options, code = dict(version.options), version.info.get("code")
        if f"{version.model.owner.handle}/{version.model.name}" in self._rt.settings.pinned_models:
            options["pinned"] = True
        if version.source_type == SourceType.PREDICTOR.value:
            return VersionSpec(str(version.id), version.predictor, options=options, code=code)
        source = ModelSource(SourceType(version.source_type), version.source_ref, version.revision)
        # What was noted when it was published; before that was done, rule 1 chose
        files = version.files or {"rule": 1, "names": None}
        names = None if files["names"] is None else tuple(files["names"])
        try:
            snapshot = await fetch(
                *(source, self._rt.settings),
                on_progress=on_progress,
                cancelled=cancelled,
                choice=Choice(files["rule"], names),
            )
        except (VersionRefusedError, DownloadFailedError) as error:
            raise VersionUnavailableError(str(error)) from error
        if snapshot.digest != version.digest and source.type is not SourceType.DEMO:
            # Demos come with the software and change with it
            raise VersionUnavailableError(CHANGED)
        self._files[version_id] = (snapshot.names, snapshot.mark)
        return VersionSpec(str(version.id), version.predictor, str(snapshot.path), options, code=code)
