"""How much a user, or an address without an account, has stored, and may store."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from server.adapters.database import rows
from server.domain.accounts import USER_OWNER, Viewer
from server.errors import ConflictError
from server.queue import storage
from server.runtime import Runtime


@dataclass(frozen=True)
class StorageUse:
    """Bytes that an owner has stored, and may store; None: as many as there is room for."""

    used_bytes: int
    allowed_bytes: int | None


async def check(rt: Runtime, viewer: Viewer, size: int = 0) -> None:
    """Refuse whoever has stored what they may, or would with so many bytes more.

    Raises:
        ConflictError: with what is used and allowed.
    """
    allowed = _allowed(rt, is_user=viewer.user_id is not None)
    if allowed is None:
        return
    used = await rt.stored_bytes.get(viewer.owner_key, storage.read)
    if used >= allowed or used + size > allowed:
        whose = "Your inputs, outputs and files" if viewer.user_id else "Inputs and outputs from your address"
        advice = "they are removed in time" if _is_temporary(rt, viewer) else "ask the operator for more"
        raise ConflictError(f"{whose} use {_megabytes(used)} of the {_megabytes(allowed)} MB allowed; {advice}.")


async def of_users(rt: Runtime, user_ids: list[UUID]) -> dict[UUID, StorageUse]:
    """What users use and may use."""
    allowed = _allowed(rt, is_user=True)
    owners = {f"{USER_OWNER}{key}": key for key in user_ids}
    counts = await rows("SELECT owner, bytes FROM stored_bytes WHERE owner = ANY($1::text[])", list(owners))
    used = {owners[row["owner"]]: row["bytes"] for row in counts}
    return {key: StorageUse(used.get(key, 0), allowed) for key in user_ids}


def _allowed(rt: Runtime, *, is_user: bool) -> int | None:
    settings = rt.settings
    return (settings.storage_bytes_per_user if is_user else settings.storage_bytes_per_address) or None


def _is_temporary(rt: Runtime, viewer: Viewer) -> bool:
    settings = rt.settings
    seconds = [settings.prediction_retention_seconds]
    if viewer.user_id is None:
        seconds.append(settings.anonymous_retention_seconds)
    return any(each is not None for each in seconds)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}"
