"""Public links: whoever has one reads what its owner lets them of a prediction, for as long as it stands."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from server.adapters.database import from_json, rows
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.errors import ConflictError
from server.live.prediction_rows import find_own, find_visible, read_without_large
from server.tables import Prediction, PublicLink

TOKEN_BYTES = 20
TOKEN_MAX = 40
PATH = "/public/"


@dataclass(frozen=True)
class PublicView:
    """A prediction as strangers may read it: its row is not to be shown but for what `PublicPrediction` has."""

    row: Prediction
    token: str
    handle: str
    shows_input: bool
    shared_at: datetime


async def share(viewer: Viewer, prediction_id: UUID, *, shows_input: bool) -> Prediction:
    """Let everybody who has its public link read the output of a prediction of the viewer's, perhaps its input too.

    One that has a link keeps it.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: somebody else ran it; or the API key may not write.
        NotFoundError: there is none, or the viewer may not know of it.
        ConflictError: its data was removed.
    """
    row = await find_own(viewer, prediction_id, "share")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    if not await rows(_SHARE, row.id, viewer.user_id, token, shows_input):
        # It may have been deleted meanwhile
        await find_visible(viewer, row.id)
        raise ConflictError("The data of this prediction was removed, so there is nothing to share.")
    return row


async def unshare(viewer: Viewer, prediction_id: UUID) -> Prediction:
    """End the public link of a prediction of the viewer's, if it has one; raises as `share`, but for ConflictError."""
    row = await find_own(viewer, prediction_id, "share")
    await rows(_UNSHARE, row.id)
    return row


async def of_predictions(ids: Iterable[UUID]) -> dict[UUID, PublicLink]:
    """The public links of some predictions, of those that have one."""
    return {link.prediction_id: link for link in await PublicLink.filter(prediction_id__in=list(ids))}


async def find(viewer: Viewer, token: str) -> PublicView | None:
    """What a public link shows; None where it shows nothing, be it that it never did.

    Raises:
        ForbiddenError: the API key may not read.
    """
    viewer.require(Scope.READ)
    match = await _find(token)
    row = await read_without_large(match["id"]) if match else None
    if match is None or row is None or row.data_removed:
        return None
    return PublicView(row, token, match["handle"], match["shows_input"], match["created_at"])


async def file_key(token: str, index: int) -> str | None:
    """The storage key of an output file that a public link shows; None where it shows none."""
    match = await _find(token)
    records: list[dict[str, Any]] = (from_json(match["files"]) or []) if match else []
    return str(records[index]["key"]) if 0 <= index < len(records) else None


def file_path(token: str, index: int) -> str:
    """Where an output file is read by a public link, on this server."""
    return f"{PATH}{token}/files/{index}"


async def _find(token: str) -> dict[str, Any] | None:
    # What is longer is none, and PostgreSQL stores no NUL to compare with
    if len(token) > TOKEN_MAX or not token.isascii() or not token.isprintable():
        return None
    matches = await rows(_FIND, token)
    return matches[0] if matches else None


_SHARE = """
INSERT INTO public_link (prediction_id, token, shows_input, created_at)
SELECT id, $3, $4, now() FROM prediction WHERE id = $1 AND user_id = $2 AND NOT data_removed FOR KEY SHARE
ON CONFLICT (prediction_id) DO UPDATE SET shows_input = excluded.shows_input RETURNING token
"""
_UNSHARE = "DELETE FROM public_link WHERE prediction_id = $1 RETURNING prediction_id"
# What is to be deleted is not shown any more, though it may have to end first
_FIND = """
SELECT p.id, p.files, l.shows_input, l.created_at, u.handle
FROM public_link l JOIN prediction p ON p.id = l.prediction_id JOIN "user" u ON u.id = p.user_id
WHERE l.token = $1 AND NOT p.data_removed AND u.deactivated_at IS NULL
  AND NOT EXISTS (SELECT FROM deletion d WHERE d.prediction_id = p.id)
"""
