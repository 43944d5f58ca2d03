"""An experiment as plain JSON: what its webhook carries. Its names and values are those of GraphQL."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from server.domain.ids import encode_id
from server.domain.traffic import shares_of_row
from server.tables import Experiment


async def load(experiment_id: UUID) -> Experiment | None:
    """The row, with its model and the model's owner."""
    return await Experiment.filter(id=experiment_id).select_related("model__owner").first()


def body(row: Experiment) -> dict[str, Any]:
    """The experiment as it stands now."""
    shares = shares_of_row(row.shares)
    return {
        "id": encode_id("Experiment", row.id),
        "name": row.name,
        "model": {"slug": f"{row.model.owner.handle}/{row.model.name}"},
        "shares": [{"version": {"number": share.number}, "weight": share.weight} for share in shares],
        "baseline": {"number": next(share.number for share in shares if share.version == row.baseline)},
        "maxErrorRate": row.max_error_rate,
        "maxP95Seconds": row.max_p95_seconds,
        "endReason": row.end_reason,
        "breach": row.breach,
        "createdAt": row.created_at.isoformat(),
        "endedAt": row.ended_at.isoformat() if row.ended_at else None,
    }
