"""How an attempt ends: with a result, or handed back for another attempt. Every write is fenced by `attempt`.

Text that comes here is storable (`server.domain.storable`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from server.adapters import metrics
from server.adapters.batches import Batches
from server.adapters.database import CONNECTION_ERRORS, rows, to_json
from server.domain.lineage import Environment
from server.domain.models import kind_queue
from server.domain.predictions import Failure, PredictionStatus, can_become
from server.queue.batches import tallied
from server.queue.claim import PredictionLease
from server.queue.deliveries import completed
from server.queue.storage import added
from server.tables.predictions import IS_RUNNING

MAX_ERROR_MESSAGE = 4000


@dataclass(frozen=True)
class Result:
    """How a run ended, what it made, and with what; `files` are those of this attempt."""

    status: PredictionStatus
    output: Any = None
    files: list[dict[str, Any]] = field(default_factory=list)
    failure: Failure | None = None
    logs: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)
    environment: Environment | None = None


async def finish(lease: PredictionLease, result: Result) -> bool:
    """End a prediction, in one statement with others; False when it was not ours any more: its files must go.

    A lost reply of an earlier try counts as True: the row is terminal and carries this attempt and its worker, whom
    everybody else who ends a row removes from it.

    Raises:
        ValueError: no run ends in this status.
    """
    if not (result.status.is_terminal and can_become(PredictionStatus.PROCESSING, result.status)):
        raise ValueError(result.status)
    if await _FINISHES.ask((lease, result)):
        return True
    sql = "SELECT status FROM prediction WHERE id = $1 AND attempt = $2 AND worker_id IS NOT NULL"
    return any(PredictionStatus(row["status"]).is_terminal for row in await rows(sql, lease.id, lease.attempt))


async def _finish_all(ends: Sequence[tuple[PredictionLease, Result]]) -> list[bool]:
    values = []
    for lease, result in ends:
        output, files = to_json(result.output) if result.output is not None else None, to_json(result.files)
        size = len(output or "") + len(files) + len(result.logs) + sum(record["bytes"] for record in result.files)
        values.append(
            (
                lease.id,
                lease.attempt,
                result.status.value,
                output,
                files,
                result.failure.code.value if result.failure else None,
                result.failure.message[:MAX_ERROR_MESSAGE] if result.failure else None,
                result.logs,
                to_json(result.metrics),
                float(result.metrics.get("predict_seconds") or 0),
                int(result.metrics.get("input_tokens") or 0),
                int(result.metrics.get("output_tokens") or 0),
                size,
                result.environment.id if result.environment else None,
                to_json(result.environment.facts) if result.environment else None,
            )
        )
    has_items = any(lease.batch_id is not None for lease, _ in ends)
    statement = _FINISH_ITEMS if has_items else _FINISH
    records = await rows(statement, *map(list, zip(*values, strict=True)))
    ended = {(row["id"], row["attempt"]): row["amount"] for row in records}
    for lease, _ in ends:
        if (amount := ended.get((lease.id, lease.attempt))) is not None:
            metrics.CHARGES.labels(kind_queue(lease.queue)).inc(float(amount))
    return [(lease.id, lease.attempt) in ended for lease, _ in ends]


async def hand_back(
    lease: PredictionLease,
    *,
    delay_seconds: float = 0,
    lost: bool = False,
    alone: bool = False,
    suspect_group: UUID | None = None,
) -> bool:
    """Let another attempt run it; `lost` counts a loss, which a hand-back at shutdown is not.

    `alone`: without neighbours but those of the `suspect_group`.
    """
    values = (delay_seconds, 1 if lost else 0, alone, suspect_group)
    return bool(await rows(_HAND_BACK, lease.id, lease.attempt, *values))


async def count_losses(prediction_id: UUID) -> int:
    """How many workers or runners died under it."""
    return sum(row["losses"] for row in await rows("SELECT losses FROM prediction WHERE id = $1", prediction_id))


# Null where no prices held when it was accepted, at the cost of nothing (migrations/models/38_*)
_CHARGE = """CASE WHEN p.price_list_id IS NOT NULL THEN prediction_charge(p.price_list_id, p.version_id,
    f.environment->>'device', f.status, f.seconds, f.tokens_in, f.tokens_out, f.files, f.metrics) END"""


def _finish(more: str = "") -> str:
    # Result, ledger line and delivery are one statement: whatever happens, all of them are there or none. It is fenced
    # by `attempt` and `processing` once more after the rows are locked, since an array may hold two attempts of one
    # prediction. The limit changes nothing but what PostgreSQL expects of arrays that it does not know yet: one row,
    # not ten, with which it would make a plan anew each time
    return f"""
WITH f AS (
  SELECT * FROM unnest($1::uuid[], $2::int[], $3::varchar[], $4::jsonb[], $5::jsonb[], $6::varchar[], $7::text[],
    $8::text[], $9::jsonb[], $10::float8[], $11::int[], $12::int[],
    $13::bigint[], $14::uuid[], $15::jsonb[])
  AS f(id, attempt, status, output, files, error_code, error_message, logs, metrics, seconds, tokens_in, tokens_out,
    size, environment_id, environment) LIMIT cardinality($1::uuid[])),
environments AS (
  INSERT INTO run_environment (id, facts, created_at)
  SELECT DISTINCT ON (environment_id) environment_id, environment, now() FROM f
  WHERE environment_id IS NOT NULL ORDER BY environment_id ON CONFLICT (id) DO NOTHING),
ours AS (
  SELECT p.id FROM prediction p JOIN f ON p.id = f.id AND p.attempt = f.attempt
  WHERE {IS_RUNNING} ORDER BY p.id FOR UPDATE OF p),
ended AS (
  UPDATE prediction p SET status = f.status, output = f.output, files = f.files, error_code = f.error_code,
    error_message = f.error_message, logs = f.logs, metrics = f.metrics, lease_until = NULL,
    environment_id = f.environment_id,
    stored_bytes = f.size + pg_column_size(p.input), completed_at = now(),
    updated_at = now(), canceled_at = CASE WHEN f.status = 'canceled' THEN now() END,
    stop_seconds = CASE WHEN f.status = 'canceled' THEN extract(epoch FROM now() - p.cancel_requested_at) END
  FROM f JOIN ours ON ours.id = f.id WHERE p.id = f.id AND p.attempt = f.attempt AND {IS_RUNNING}
  RETURNING p.id, p.attempt, p.owner, p.user_id, p.status, p.webhook_events, f.seconds, f.tokens_in, f.tokens_out,
    p.stored_bytes, p.batch_id, p.model_id, p.key_id, p.price_list_id,
    {_CHARGE} AS charge),
ledger AS (
  INSERT INTO usage (prediction_id, owner, predict_seconds, input_tokens, output_tokens, created_at, amount, charge,
    model_id, key_id, price_list_id)
  SELECT id, owner, seconds, tokens_in, tokens_out, now(), (charge->>'amount')::numeric, charge, model_id, key_id,
    price_list_id
  FROM ended ORDER BY owner, key_id ON CONFLICT (prediction_id) DO NOTHING RETURNING prediction_id, amount),
deliveries AS ({completed("ended")}),
counted AS ({added("ended")}){more}
SELECT e.id, e.attempt, l.amount FROM ended e LEFT JOIN ledger l ON l.prediction_id = e.id
"""  # noqa: S608 - constants only


_FINISH = _finish()
# Of its own, so that what is no item of a batch costs no look for one
_FINISH_ITEMS = _finish(f",\n{tallied('ended', 'ledger')}")
# `rung_at` is unset, so that the next sweep rings for it once its time has come
_HAND_BACK = f"""
UPDATE prediction p SET status = 'starting', worker_id = NULL, lease_until = NULL, rung_at = NULL, updated_at = now(),
  run_at = now() + make_interval(secs => $3), losses = losses + $4, alone = alone OR $5,
  suspect_group = CASE WHEN $5 THEN $6 ELSE suspect_group END
WHERE id = $1 AND attempt = $2 AND {IS_RUNNING} RETURNING id
"""  # noqa: S608 - constants only
_FINISHES: Batches[tuple[PredictionLease, Result], bool] = Batches(_finish_all, common_errors=CONNECTION_ERRORS)
