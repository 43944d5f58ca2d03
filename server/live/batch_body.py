"""A batch as plain JSON, as the API gives it: what its webhook carries. Its names and values are those of GraphQL."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any
from uuid import UUID

from server.adapters.large_columns import without_large
from server.domain.batches import BatchCounts
from server.domain.ids import encode_id
from server.domain.prices import Cost, decimal_text
from server.queue.prices import costs_of_batches
from server.runtime import Runtime
from server.tables import Batch, Version


def counts_of(row: Batch) -> BatchCounts:
    """The items of a batch by what became of them."""
    return BatchCounts(row.total or 0, row.succeeded, row.failed, row.canceled, row.aborted, row.invalid)


def signed_results(batch_id: UUID) -> str:
    """The text that the signature of a link to results covers; no key of a file looks like it."""
    return f"batch:{batch_id}"


def results_path(rt: Runtime, batch_id: UUID) -> str:
    """The signed, expiring path of a batch's results on this server."""
    expires_at = int(time.time()) + rt.settings.file_url_seconds
    signature = rt.signer.sign(signed_results(batch_id), expires_at)
    return f"/batches/{batch_id}/results.jsonl?exp={expires_at}&sig={signature}"


async def load(batch_id: UUID) -> tuple[Batch, Version, Cost | None] | None:
    """The row, its version with model and owner, and what its items are charged."""
    row = await without_large(Batch.filter(id=batch_id)).first()
    if row is None:
        return None
    version = await Version.get(id=row.version_id).select_related("model__owner")
    return row, version, (await costs_of_batches([row.id])).get(row.id)


def body(rt: Runtime, loaded: tuple[Batch, Version, Cost | None], base_url: str) -> dict[str, Any]:
    """The batch as it stands now, with a fresh link."""
    row, version, cost = loaded
    counts = counts_of(row)
    slug = f"{version.model.owner.handle}/{version.model.name}"
    return {
        "id": encode_id("Batch", row.id),
        "status": row.status.upper(),
        "model": {"slug": slug},
        "version": {"number": version.number, "slug": f"{slug}:{version.number}"},
        "counts": {
            "total": counts.total,
            "succeeded": counts.succeeded,
            "failed": counts.failed,
            "canceled": counts.canceled,
            "aborted": counts.aborted,
            "invalid": counts.invalid,
        },
        "results": f"{base_url}{results_path(rt, row.id)}",
        "cost": {"amount": decimal_text(cost.amount), "currency": cost.currency} if cost else None,
        "reason": row.error,
        "metadata": row.metadata,
        "retryOf": {"id": encode_id("Batch", row.retry_of)} if row.retry_of else None,
        "createdAt": _text(row.created_at),
        "completedAt": _text(row.completed_at),
    }


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
