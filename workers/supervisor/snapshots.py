"""What the runner loads for each version: its files are fetched once a process, for all who wait for them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio

from server.adapters.tasks import shared
from server.domain.models import WAITS_FOR_ROOM, ModelSource, SourceType
from server.domain.predictions import Failure, PredictionErrorCode
from server.runtime import Runtime
from server.services import versions
from server.settings import Settings
from server.tables import Version
from workers.contract.failures import VersionRefusedError
from workers.contract.layout import RULE
from workers.contract.protocol import VersionSpec
from workers.contract.tokenizers import RULES
from workers.supervisor import digests, download_cache
from workers.supervisor.configurations import read_configuration, root_of
from workers.supervisor.downloads import CHANGED, DownloadFailedError, Snapshot, fetch
from workers.supervisor.folders import Choice, text_digest

OnProgress = Callable[[str, int, int | None], None]
MOST_SPECS = 1000


def checkpoint_spec(spec: VersionSpec, snapshot: Snapshot, settings: Settings) -> VersionSpec:
    """The spec of a version whose files these are; of a checkpoint that is its only file, beside configurations."""
    if not snapshot.is_checkpoint:
        return spec
    root, known = root_of(settings), snapshot.configuration
    options = {**spec.options, "config": known.name} if known else spec.options
    return replace(spec, path=str(snapshot.model), options=options, configs=str(root) if root else None)


def _configurations(version: str, snapshot: Snapshot) -> list[_Folder]:
    known = snapshot.configuration
    return [_Folder(version, known.folder, known.names, known.mark)] if known else []


class VersionUnavailableError(Exception):
    """The files of a READY version are not to be had."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.failure = Failure(PredictionErrorCode.MODEL_UNAVAILABLE, message)


async def fetch_published(
    version: Version,
    settings: Settings,
    on_progress: OnProgress,
    cancelled: Callable[[], bool],
    *,
    waits: bool = False,
) -> Snapshot:
    """Fetch the files of a READY version, which have to be those that were published; `waits` for room, see `fetch`.

    Raises:
        VersionRefusedError: they are not to be had, or are others now; the message is a sentence.
        DownloadFailedError: a transient fault.
    """
    source = ModelSource(SourceType(version.source_type), version.source_ref, version.revision)
    # What was noted when it was published; before that was done, rule 1 chose
    files = version.files or {"rule": 1, "names": None}
    names = None if files["names"] is None else tuple(files["names"])
    choice = choice_of(version, files["rule"], names)
    snapshot = await fetch(source, settings, on_progress=on_progress, cancelled=cancelled, choice=choice, waits=waits)
    if (config := files.get("config")) is not None:
        snapshot = await with_configuration(snapshot, config, settings)
    if snapshot.digest != version.digest:
        raise VersionRefusedError(CHANGED)
    return snapshot


def choice_of(version: Version, rule: int, names: tuple[str, ...] | None = None) -> Choice:
    """Which files of its source are a version's."""
    adapter_for = version.predictor if version.base_id else None
    takes_checkpoint = version.predictor == "image" and adapter_for is None and rule == RULE
    return Choice(rule, names, adapter_for, takes_checkpoint)


async def with_configuration(snapshot: Snapshot, name: str, settings: Settings) -> Snapshot:
    """A checkpoint with its configuration, which its digest covers too; raises as `read_configuration`."""
    configuration = await anyio.to_thread.run_sync(read_configuration, name, settings)
    digest = text_digest(f"{snapshot.digest} {configuration.digest}")
    return replace(snapshot, digest=digest, configuration=configuration)


async def fetch_base(
    version: Version,
    settings: Settings,
    on_progress: OnProgress,
    cancelled: Callable[[], bool],
    *,
    waits: bool = False,
) -> tuple[Version, Snapshot]:
    """The base of an adapter, with its model, and its files; raises as `fetch_published`, and where it is gone."""
    if not await versions.has_usable_base(version):
        raise VersionRefusedError(versions.BASE_IS_GONE)
    base = await Version.get(id=version.base_id).select_related("model__owner")
    try:
        return base, await fetch_published(base, settings, on_progress, cancelled, waits=waits)
    except VersionRefusedError as error:
        raise VersionRefusedError(f"Its base cannot run: {error}") from error


def _is_judged(version: Version) -> bool:
    """Whether the tokenizers of a version's files passed today's rules when it was published."""
    return bool(version.files) and version.files.get("tokenizers") == RULES


@dataclass(frozen=True)
class _Folder:
    """A folder of a spec, with its files and their fingerprint, and the version that is in memory once it was read."""

    version: str
    path: Path
    names: tuple[str, ...]
    mark: str


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
    def waits_for_room(self) -> bool:
        """Whether the files find no room on the disk for now."""
        return self.is_open and self._progress is not None and self._progress[0] == WAITS_FOR_ROOM

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
        self._input_schemas: dict[UUID, dict[str, Any]] = {}
        self._folders: dict[str, tuple[_Folder, ...]] = {}
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
            spec = await flight.join(on_progress)
        finally:
            if not flight.is_open and self._flights.get(version_id) is flight:
                del self._flights[version_id]
        self._specs.pop(version_id, None)
        self._specs[version_id] = spec
        if len(self._specs) > MOST_SPECS:
            # The one that was read first; its files are there, if it is needed again
            self.forget(next(iter(self._specs)))
        return spec

    @property
    def waiting(self) -> int:
        """How many versions wait for room on the disk."""
        return sum(flight.waits_for_room for flight in self._flights.values())

    def input_schema(self, version_id: UUID) -> dict[str, Any]:
        """The input schema of a version whose `spec` was given just now."""
        return self._input_schemas[version_id]

    async def _is_there(self, spec: VersionSpec) -> bool:
        """Whether its files were neither removed to make room nor touched; noted once in MARK_SECONDS as used.

        What is loaded stays as it was, so only before a load is it worth a look at the files.
        """
        now = time.monotonic()
        folders = self._folders.get(spec.id, ())
        for folder in folders:
            if not self._is_loaded(folder.version):
                mark = await anyio.to_thread.run_sync(digests.fingerprint, folder.path, folder.names)
                if mark != folder.mark:
                    return False
        if now < self._used_until.get(spec.id, 0.0):
            return True
        if not await self._note_folders(folders):
            return False
        self._used_until[spec.id] = now + download_cache.MARK_SECONDS
        return True

    async def _note_folders(self, folders: Iterable[_Folder]) -> bool:
        """Note that folders are used now; False where one of them was removed to make room."""
        cache, are_there = self._rt.settings.model_cache_dir, True
        for path in (folder.path for folder in folders):
            if path.is_relative_to(cache):
                are_there &= await anyio.to_thread.run_sync(download_cache.use, cache, path)
        return are_there

    async def note_use(self, version_ids: Iterable[UUID]) -> None:
        """Note that predictions of these versions wait, load or run, so that nobody removes their files."""
        now = time.monotonic()
        for version in set(version_ids):
            spec = self._specs.get(version)
            if spec is None or now < self._used_until.get(spec.id, 0.0):
                continue
            await self._note_folders(self._folders.get(spec.id, ()))
            self._used_until[spec.id] = now + download_cache.MARK_SECONDS

    def forget(self, version_id: UUID) -> None:
        """Drop the spec of a version that was deleted, and of its adapters."""
        adapters = [UUID(spec.id) for spec in self._specs.values() if spec.base == str(version_id)]
        for key in (version_id, *adapters):
            self._specs.pop(key, None)
            self._input_schemas.pop(key, None)
            self._folders.pop(str(key), None)
            self._used_until.pop(str(key), None)

    async def _fetch(self, version_id: UUID, on_progress: OnProgress, cancelled: Callable[[], bool]) -> VersionSpec:
        """Read a version's row and fetch its files and those of its base."""
        version = await Version.get(id=version_id).select_related("model__owner")
        key, settings = str(version.id), self._rt.settings
        self._input_schemas[version.id] = version.input_schema
        if version.source_type == SourceType.PREDICTOR.value:
            return VersionSpec(key, version.predictor, options=self._options(version), code=version.info.get("code"))
        try:
            snapshot = await fetch_published(version, settings, on_progress, cancelled, waits=True)
            own = _Folder(key, Path(str(snapshot.path)), snapshot.names, snapshot.mark)
            if version.base_id is None:
                self._folders[key] = (own, *_configurations(key, snapshot))
                spec = checkpoint_spec(
                    VersionSpec(key, version.predictor, str(own.path), self._options(version)), snapshot, settings
                )
                return replace(spec, code=version.info.get("code"), is_judged=_is_judged(version))
            if own.path.is_relative_to(settings.model_cache_dir):
                async with download_cache.used_meanwhile(settings.model_cache_dir, own.path):
                    base, files = await fetch_base(version, settings, on_progress, cancelled, waits=True)
            else:
                base, files = await fetch_base(version, settings, on_progress, cancelled, waits=True)
        except (VersionRefusedError, DownloadFailedError) as error:
            raise VersionUnavailableError(str(error)) from error
        base_key, path = str(base.id), str(files.path)
        folder = _Folder(base_key, Path(path), files.names, files.mark)
        self._folders[key] = (own, folder, *_configurations(base_key, files))
        spec = VersionSpec(
            key, version.predictor, path, self._options(base), base_key, str(own.path), adapter_files=list(own.names)
        )
        return replace(checkpoint_spec(spec, files, settings), is_judged=_is_judged(base))

    def _options(self, version: Version) -> dict[str, Any]:
        """How a version is loaded, and whether it is never unloaded."""
        is_pinned = f"{version.model.owner.handle}/{version.model.name}" in self._rt.settings.pinned_models
        return {**version.options, "pinned": True} if is_pinned else dict(version.options)
