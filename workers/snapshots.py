"""Where this worker holds the files of versions: found or fetched once a process, then remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from server.domain.models import ModelSource, SourceType
from server.domain.predictions import Failure, PredictionErrorCode
from server.runtime import Runtime
from server.tables import Version
from workers.downloads import DownloadFailed, fetch
from workers.folders import Refused
from workers.runner.protocol import VersionSpec

OnProgress = Callable[[str, int, int | None], None]


class VersionUnavailableError(Exception):
    """The files of a READY version are not to be had."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.failure = Failure(PredictionErrorCode.MODEL_UNAVAILABLE, message)


class Snapshots:
    """Specs of versions by id; concurrent first users of one wait for a single fetch."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._specs: dict[UUID, VersionSpec] = {}
        self._locks: dict[UUID, asyncio.Lock] = {}

    async def spec(self, version_id: UUID, on_progress: OnProgress, cancelled: Callable[[], bool]) -> VersionSpec:
        """What the runner loads for a version.

        Raises:
            VersionUnavailableError: its files are gone, changed, or cannot be fetched.
        """
        if found := self._specs.get(version_id):
            return found
        async with self._locks.setdefault(version_id, asyncio.Lock()):
            if found := self._specs.get(version_id):
                return found
            version = await Version.get(id=version_id).select_related("model__owner")
            self._specs[version_id] = spec = await self._fetch(version, on_progress, cancelled)
            return spec

    async def _fetch(self, version: Version, on_progress: OnProgress, cancelled: Callable[[], bool]) -> VersionSpec:
        if version.source_type == SourceType.PREDICTOR.value:
            return VersionSpec(str(version.id), version.predictor, options=self._options(version))
        source = ModelSource(SourceType(version.source_type), version.source_ref, version.revision)
        try:
            held = await fetch(source, self._rt.settings, on_progress=on_progress, cancelled=cancelled)
        except (Refused, DownloadFailed) as error:
            raise VersionUnavailableError(str(error)) from error
        if held.digest != version.digest and source.type is not SourceType.DEMO:
            # Demos come with the software and change with it
            raise VersionUnavailableError("The model's files changed after the version was published.")
        return VersionSpec(str(version.id), version.predictor, str(held.path), self._options(version))

    def _options(self, version: Version) -> dict[str, Any]:
        slug = f"{version.model.owner.handle}/{version.model.name}"
        return {**version.options, "pinned": True} if slug in self._rt.settings.pinned else dict(version.options)
