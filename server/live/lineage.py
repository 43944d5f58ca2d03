"""What predictions ran with, as their rows tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from server.adapters.database import rows
from server.domain.ids import encode_id
from server.domain.lineage import Environment
from server.tables import Prediction, RunEnvironment, Version


async def environments(ids: Iterable[UUID]) -> dict[UUID, Environment]:
    """What predictions ran with, by its id."""
    return {row.id: Environment.read(row.facts) for row in await RunEnvironment.filter(id__in=list(ids))}


def code_digest(version: Version) -> str | None:
    """The digest of what a version runs: of its class, where it is one of the operator's, or of its files."""
    code = version.info.get("code") if isinstance(version.info, dict) else None
    return str(code) if code else version.digest


async def code_digests(version_ids: Iterable[UUID]) -> dict[UUID, str | None]:
    """The same of versions by id, which need not be read for this."""
    return {row["id"]: row["digest"] for row in await rows(_CODE_DIGESTS, list(version_ids))}


_CODE_DIGESTS = "SELECT id, coalesce(info->>'code', digest) AS digest FROM version WHERE id = ANY($1::uuid[])"


async def body(row: Prediction) -> dict[str, Any]:
    """The lineage of a prediction that came with its version, as the API gives it."""
    environment = Environment()
    if row.environment_id is not None:
        environment = (await environments([row.environment_id])).get(row.environment_id, environment)
    seed = row.input.get("seed") if isinstance(row.input, dict) else None
    return {
        "versionDigest": code_digest(row.version),
        "revision": row.version.revision,
        "seed": seed if isinstance(seed, int) else None,
        **environment.facts,
        "libraries": [{"name": name, "version": version} for name, version in environment.libraries.items()],
        "parent": {"id": encode_id("Prediction", row.retry_of)} if row.retry_of else None,
    }
