"""Stars of users on their predictions."""

from __future__ import annotations

from uuid import UUID

from server.adapters.database import rows


async def mark(prediction_id: UUID, *, is_starred: bool) -> None:
    """Star a prediction, or take its star; what is so already stays as it is."""
    await rows(_MARK, prediction_id, is_starred)


# Live lists learn of it by the time of the change
_MARK = "UPDATE prediction SET starred = $2, updated_at = now() WHERE id = $1 AND starred <> $2 RETURNING id"
