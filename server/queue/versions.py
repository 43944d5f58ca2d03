"""Versions that are to be prepared: claimed by a worker like predictions, and written under the same fence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.adapters.database import rows, to_json
from server.domain.model_cards import NO_CARD, ModelCard
from server.domain.models import ModelSource, SourceType
from server.tables import Version

FIRST_RETRY_SECONDS = 5.0
MAX_RETRY_SECONDS = 600.0
MAX_PAUSE_SECONDS = 3600.0
LEAVE_SECONDS = 60.0
"""How long a prediction waits for a worker with the code of its version, where some may have it."""


@dataclass(frozen=True)
class VersionLease:
    """A claimed version to prepare; `attempt` fences what the worker writes."""

    version: Version
    attempt: int

    @property
    def source(self) -> ModelSource:
        """Where it comes from."""
        row = self.version
        return ModelSource(SourceType(row.source_type), row.source_ref, row.revision_asked)


@dataclass(frozen=True)
class PreparedVersion:
    """What a worker learned about a version while it prepared it; `files` and `probe` as the row has them.

    Of its `card` the model takes what nobody has said of it yet.
    """

    input_schema: dict[str, Any]
    output_schema: dict[str, Any]
    info: dict[str, Any]
    revision: str
    digest: str
    size_bytes: int
    files: dict[str, Any] | None = None
    probe: dict[str, Any] | None = None
    card: ModelCard = NO_CARD


async def list_unclaimed() -> list[UUID]:
    """The oldest versions that nobody prepares."""
    return [row["id"] for row in await rows(_UNCLAIMED)]


async def claim(
    worker_id: UUID, lease_seconds: float, most_of_owner: int, unable: Collection[str] = ()
) -> VersionLease | None:
    """The next version that nobody prepares, now leased to this worker; none that its environment is `unable` to run.

    The owner goes first of whom the least are prepared, then the oldest version; this worker prepares at most
    `most_of_owner` of one owner, so that nobody has all its slots.
    """
    claimed = await rows(_CLAIM, worker_id, lease_seconds, most_of_owner, list(unable))
    return VersionLease(await Version.get(id=claimed[0]["id"]), claimed[0]["attempt"]) if claimed else None


async def renew(version_id: UUID, attempt: int, lease_seconds: float, progress: dict[str, Any]) -> bool:
    """Keep the lease and show progress; False when the lease is no longer ours."""
    return bool(await rows(_RENEW, version_id, attempt, lease_seconds, to_json(progress)))


async def make_ready(version_id: UUID, attempt: int, prepared: PreparedVersion) -> bool:
    """Make a version READY; False when the lease is no longer ours."""
    schemas = (to_json(prepared.input_schema), to_json(prepared.output_schema), to_json(prepared.info))
    origin = (prepared.revision, prepared.digest, prepared.size_bytes)
    notes = [None if value is None else to_json(value) for value in (prepared.files, prepared.probe)]
    if not await rows(_READY, version_id, attempt, *schemas, *origin, *notes):
        return False
    card, named = prepared.card, prepared.card.license
    if card != NO_CARD:
        lists = (to_json([each.value for each in card.categories]), to_json(list(card.languages)))
        await rows(_DESCRIBE, version_id, *lists, named.name if named else None, named.url if named else None)
    return True


async def refuse(version_id: UUID, attempt: int, reason: str) -> bool:
    """Refuse a version, with the reason; False when the lease is no longer ours."""
    return bool(await rows(_REFUSE, version_id, attempt, reason.replace("\0", "")[:2000]))


async def hand_back(
    version_id: UUID,
    attempt: int,
    reason: str,
    most_seconds: float | None,
    progress: dict[str, Any] | None = None,
    pause_seconds: float = 0,
) -> bool:
    """Let another attempt begin later, after a fault that may pass; False when that has gone on for `most_seconds`.

    None: it may go on for ever. `progress` is shown meanwhile. Each pause is half as long as the trouble has lasted,
    between FIRST_RETRY_SECONDS and MAX_RETRY_SECONDS, and no shorter than `pause_seconds` of an hour at most.
    """
    text = reason.replace("\0", "")[:2000]
    pauses = (max(FIRST_RETRY_SECONDS, min(pause_seconds, MAX_PAUSE_SECONDS)), MAX_RETRY_SECONDS)
    shown = None if progress is None else to_json(progress)
    return bool(await rows(_HAND_BACK, version_id, attempt, text, *pauses, most_seconds, shown))


async def retry(version_id: UUID) -> bool:
    """Prepare a REFUSED version anew, or one that waits to be tried again now; False for any other."""
    return bool(await rows(_RETRY, version_id))


async def refuse_preparing(model_id: UUID) -> None:
    """Refuse what is being prepared of a model that was deleted."""
    await rows(_REFUSE_PREPARING, model_id)


async def may_work(model_id: UUID) -> bool:
    """Whether a version of a model was READY once, or may be yet."""
    return bool(await rows(_MAY_WORK, model_id))


async def list_changed(codes: Mapping[str, str], *, only_new: bool) -> list[UUID]:
    """The newest READY versions that one of these predictors, by name, would run with other code than theirs.

    Not where a newer version waits for that code or was refused with it; with `only_new`, nor where any ever had it.
    """
    values = (list(codes), list(codes.values()))
    return [row["id"] for row in await rows(_LIST_CHANGED, *values, only_new)]


async def adopt(version_id: UUID, code: str) -> None:
    """Note the code of a version that an older release made READY without noting it."""
    await rows(_ADOPT, version_id, code)


async def list_foreign(codes: Mapping[str, str]) -> list[UUID]:
    """The versions that have other code than these predictors, by name, and of which nothing waits for long."""
    values = (list(codes), list(codes.values()))
    return [row["id"] for row in await rows(_LIST_FOREIGN, *values, LEAVE_SECONDS)]


ENVIRONMENT_OF_VERSION = "m.predictor || CASE WHEN m.options->>'engine' = 'VLLM' THEN '+VLLM' ELSE '' END"
"""Of a version `m`: its predictor, and behind it the engine that not every worker with that predictor has."""
_ENVIRONMENT = ENVIRONMENT_OF_VERSION.replace("m.", "v.")
# An adapter is tried on its base, and so waits until that is READY or REFUSED
_IS_FREE = """v.state = 'PREPARING' AND (v.lease_until IS NULL OR v.lease_until < now())
    AND NOT EXISTS (SELECT 1 FROM version b WHERE b.id = v.base_id AND b.state = 'PREPARING')"""
# A few are enough, since each that is prepared makes room for the next
_UNCLAIMED = f"SELECT v.id FROM version v WHERE {_IS_FREE} ORDER BY v.created_at LIMIT 4"  # noqa: S608 - constants only
# An expired lease needs no sweeper: whoever claims next takes it over, and the new attempt fences the one before
_CLAIM = f"""
WITH busy AS (
  SELECT m.owner_id, count(*) AS everywhere, count(*) FILTER (WHERE v.worker_id = $1) AS here
  FROM version v JOIN model m ON m.id = v.model_id
  WHERE v.state = 'PREPARING' AND v.worker_id IS NOT NULL AND v.lease_until >= now() GROUP BY m.owner_id
), next AS (
  SELECT v.id FROM version v JOIN model m ON m.id = v.model_id LEFT JOIN busy ON busy.owner_id = m.owner_id
  WHERE {_IS_FREE} AND coalesce(busy.here, 0) < $3 AND {_ENVIRONMENT} <> ALL($4::text[])
  ORDER BY coalesce(busy.everywhere, 0), v.created_at LIMIT 1 FOR UPDATE OF v SKIP LOCKED
)
UPDATE version v SET attempt = v.attempt + 1, worker_id = $1, lease_until = now() + make_interval(secs => $2)
FROM next WHERE v.id = next.id RETURNING v.id, v.attempt
"""  # noqa: S608 - constants only
# The lease and what users see of the download in one write, which comes every second
_RENEW = """
UPDATE version SET lease_until = now() + make_interval(secs => $3), progress = $4::jsonb
WHERE id = $1 AND attempt = $2 AND state = 'PREPARING' RETURNING id
"""
# State and findings together: a READY version without its schema would be claimed by nobody and offered to all. What
# ran other code of the same class can run no more
_READY = """
WITH ready AS (
UPDATE version SET state = 'READY', input_schema = $3::jsonb, output_schema = $4::jsonb, info = $5::jsonb,
  revision = $6, digest = $7, size_bytes = $8, files = $9::jsonb, probe = $10::jsonb,
  lease_until = NULL, progress = NULL, reason = NULL, failing_since = NULL
WHERE id = $1 AND attempt = $2 AND state = 'PREPARING' RETURNING id, model_id, number, predictor, info->>'code' AS code
), former AS (
UPDATE version v SET state = 'REFUSED', reason = format(
  'The class ''%s'' has changed since this version was published, so it cannot run any more; run version %s.',
  ready.predictor, ready.number)
FROM ready WHERE v.model_id = ready.model_id AND v.number < ready.number AND v.state = 'READY'
  AND v.predictor = ready.predictor AND ready.code IS NOT NULL AND v.info->>'code' IS DISTINCT FROM ready.code
) SELECT id FROM ready
"""
# Behind that, and not with it: whoever adds a model locks its row before those of its versions
_DESCRIBE = """
UPDATE model m SET categories = CASE WHEN m.categories = '[]' THEN $2::jsonb ELSE m.categories END,
  languages = CASE WHEN m.languages = '[]' THEN $3::jsonb ELSE m.languages END,
  license = coalesce(m.license, $4), license_url = CASE WHEN m.license IS NULL THEN $5 ELSE m.license_url END
FROM version v WHERE v.id = $1 AND m.id = v.model_id AND m.deleted_at IS NULL AND (
  m.categories = '[]' AND $2::jsonb <> '[]' OR m.languages = '[]' AND $3::jsonb <> '[]'
  OR m.license IS NULL AND $4::text IS NOT NULL) RETURNING m.id
"""
_LIST_CHANGED = """
SELECT v.id FROM unnest($1::text[], $2::text[]) AS c(predictor, code)
JOIN version v ON v.predictor = c.predictor AND v.state = 'READY' AND v.info->>'code' IS DISTINCT FROM c.code
JOIN model m ON m.id = v.model_id AND m.deleted_at IS NULL
WHERE NOT EXISTS (
  SELECT FROM version n WHERE n.model_id = v.model_id AND (
    n.number > v.number AND (n.state <> 'REFUSED' OR n.info->>'code' = c.code) OR $3 AND n.info->>'code' = c.code))
ORDER BY v.created_at
"""
_ADOPT = """
UPDATE version SET info = info || jsonb_build_object('code', $2::text)
WHERE id = $1 AND state = 'READY' AND NOT info ? 'code' RETURNING id
"""
_LIST_FOREIGN = """
SELECT v.id FROM unnest($1::text[], $2::text[]) AS c(predictor, code)
JOIN version v ON v.predictor = c.predictor AND v.state <> 'PREPARING' AND v.info->>'code' <> c.code
WHERE NOT EXISTS (
  SELECT FROM prediction p WHERE p.version_id = v.id AND p.status = 'starting'
    AND p.run_at < now() - make_interval(secs => $3))
"""
# It stays so until its owner asks for another try
_REFUSE = """
UPDATE version SET state = 'REFUSED', reason = $3, lease_until = NULL, progress = NULL, failing_since = NULL
WHERE id = $1 AND attempt = $2 AND state = 'PREPARING' RETURNING id
"""
# Whoever prepares one finds its lease gone. A version that was READY once has a digest or a schema
_REFUSE_PREPARING = """
UPDATE version SET state = 'REFUSED', reason = 'Its model was deleted before it was READY.', lease_until = NULL,
  progress = NULL, failing_since = NULL
WHERE model_id = $1 AND state = 'PREPARING' RETURNING id
"""
_MAY_WORK = """
SELECT 1 FROM version WHERE model_id = $1
  AND (state <> 'REFUSED' OR digest IS NOT NULL OR input_schema <> '{}'::jsonb) LIMIT 1
"""
# A lease of nobody: it keeps the version from being claimed until the pause is over
_HAND_BACK = """
UPDATE version SET worker_id = NULL, reason = $3, progress = $7::jsonb,
  failing_since = coalesce(failing_since, now()), lease_until = now() + greatest(
    make_interval(secs => $4), least(make_interval(secs => $5), (now() - coalesce(failing_since, now())) / 2))
WHERE id = $1 AND attempt = $2 AND state = 'PREPARING'
  AND ($6::float8 IS NULL OR coalesce(failing_since, now()) >= now() - make_interval(secs => $6)) RETURNING id
"""
# What runs is not disturbed, and READY is for ever
_RETRY = """
UPDATE version SET state = 'PREPARING', reason = NULL, failing_since = NULL, lease_until = NULL, worker_id = NULL
WHERE id = $1 AND (state = 'REFUSED' OR (state = 'PREPARING' AND worker_id IS NULL)) RETURNING id
"""
