"""Variables and secrets of the versions that run here, opened once for each change of them."""

from __future__ import annotations

from uuid import UUID

from server.runtime import Runtime
from server.services.variables import OpenedVariables, open_of_version

MOST_VERSIONS = 1000


class VariablesOfVersions:
    """What the classes of versions are given, by the version's id; read again when it was changed since."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._opened: dict[UUID, OpenedVariables] = {}

    async def of(self, version_id: UUID, changes: int) -> OpenedVariables:
        """What a version is given after so many changes, or after more.

        Raises:
            UnreadableSecretError: some was sealed with a key that is not known any more.
        """
        known = self._opened.get(version_id)
        if known is None or known.changes < changes:
            known = self._opened[version_id] = await open_of_version(self._rt, version_id)
            if len(self._opened) > MOST_VERSIONS:
                del self._opened[next(iter(self._opened))]
        return known

    def forget(self, version_id: UUID) -> None:
        """Let go of what a version was given that was deleted."""
        self._opened.pop(version_id, None)
