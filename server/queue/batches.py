"""Batches: accepted, made into predictions a portion at a time, counted as these end, canceled, and told of once.

Whatever ends predictions contains `tallied(...)`, so that a batch ends in the statement that ends the last of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from server.adapters.database import from_json, insert_all, rows, to_json
from server.domain.batches import BatchStatus, BatchWebhookState
from server.errors import ConflictError
from server.queue import budgets
from server.queue.budgets import Hold
from server.queue.messages import message_statements
from server.queue.shares import USUAL, Charge, insert_predictions, move_forward
from server.tables import Batch, BatchLine, BatchWebhook, Prediction, User

KEPT_ATTEMPTS = 20
NO_MOSTS: Mapping[UUID, Decimal] = {}
PRUNED_AT_ONCE = 1000


@dataclass(frozen=True)
class BatchLease:
    """A batch that this process makes predictions of for now; `attempt` is the fencing token.

    `room` more may wait or run; `is_late`: its deadline has passed.
    """

    id: UUID
    attempt: int
    room: int
    is_late: bool


@dataclass(frozen=True)
class Portion:
    """What was made of a part of a batch's input: predictions, uses of uploads by them, and lines that cannot run.

    The next portion begins at `position` and behind `line`; `is_last`: there is none.
    """

    predictions: Sequence[Prediction]
    uses: Sequence[tuple[UUID, UUID]]
    invalid: Sequence[BatchLine]
    position: int
    line: int
    is_last: bool


@dataclass(frozen=True)
class BatchWebhookLease:
    """The message about a batch's end that this process sends for now; `attempt` is the fencing token."""

    batch_id: UUID
    attempt: int
    user_id: UUID
    url: str
    base_url: str
    tries: int
    attempts: list[dict[str, Any]]

    @property
    def message_id(self) -> str:
        """The `webhook-id`, the same for every try."""
        return f"msg_{self.batch_id.hex}"


async def accept(row: Batch, webhook: BatchWebhook | None, deadline_seconds: int | None, most_live: int) -> bool:
    """Commit a new batch with its webhook; False where its idempotency key was used before.

    Raises:
        ConflictError: its user has as many that have not ended.
    """
    times = dict.fromkeys(("created_at", "updated_at"), 0.0)
    if deadline_seconds is not None:
        times["deadline_at"] = float(deadline_seconds)
    async with in_transaction():
        # Counted under the user's row lock, so that many at once are not more than allowed
        await User.select_for_update().get(id=row.user_id)
        if not (await insert_all([row], [times], unless="owner, idempotency_key"))[0]:
            return False
        if await Batch.filter(user_id=row.user_id, completed_at=None).count() > most_live:
            raise ConflictError(
                f"{most_live} of your batches have not ended; create more when one of them has, or cancel one."
            )
        if webhook is not None:
            webhook.created_at = webhook.updated_at = row.created_at
            await webhook.save(force_create=True)
    return True


def tallied(ended: str, ledger: str = "") -> str:
    """The parts of a statement that count ended predictions in their batches, and end those of which it was the last.

    `ended` names rows with id, status and batch_id: the CTE of the UPDATE that ended them. `ledger` names rows with
    prediction_id and amount, the lines that were written for them, where any is charged.
    """
    count = ", ".join(
        f"count(CASE status WHEN '{name}' THEN 1 END) AS {name}"
        for name in ("succeeded", "failed", "canceled", "aborted")
    )
    amount, lines = (
        ("0::numeric", "")
        if not ledger
        else ("coalesce(sum(l.amount), 0)", f"LEFT JOIN {ledger} l ON l.prediction_id = e.id")
    )
    # Of most predictions nothing is written. Batches are locked in the order of their ids, since two statements may
    # end predictions of the same ones; it is the owner's row of StoredBytes that all ends of one owner wait for anyway
    return f"""
ended_items AS (
  SELECT batch_id, count(*) AS n, {amount} AS amount, {count} FROM {ended} e {lines}
  WHERE batch_id IS NOT NULL AND status NOT IN ('starting', 'processing') GROUP BY batch_id),
item_batches AS (
  SELECT b.id FROM batch b JOIN ended_items e ON e.batch_id = b.id ORDER BY b.id FOR NO KEY UPDATE OF b),
tally AS (
  UPDATE batch b SET ended = b.ended + e.n, succeeded = b.succeeded + e.succeeded, failed = b.failed + e.failed,
    canceled = b.canceled + e.canceled, aborted = b.aborted + e.aborted, amount = b.amount + e.amount,
    updated_at = now(), {_end("b.ended + e.n", "b.items", "b.expanded_at IS NOT NULL")}
  FROM ended_items e JOIN item_batches i ON i.id = e.batch_id WHERE b.id = e.batch_id
  RETURNING b.id, b.completed_at),
{_notified("tally")}"""  # noqa: S608 - constants only


def _end(ended: str, items: str, is_expanded: str) -> str:
    """The part of a SET that ends a batch where its last prediction has ended, and none will come."""
    is_over = f"{is_expanded} AND {ended} = {items}"
    return f"""status = CASE WHEN {is_over} THEN CASE WHEN b.cancel_requested_at IS NULL THEN 'completed'
      ELSE 'canceled' END ELSE b.status END, completed_at = CASE WHEN {is_over} THEN now() END"""


def _notified(ended: str) -> str:
    """The part of a statement that makes the message about batches due which it ended."""
    return f"""notified_batches AS (
  UPDATE batch_webhook w SET state = 'pending', next_at = now(), updated_at = now() FROM {ended} t
  WHERE w.batch_id = t.id AND t.completed_at IS NOT NULL AND w.state = 'waiting')"""  # noqa: S608 - constants only


async def claim(window: int, lease_seconds: float, *, of_requests: bool = False) -> BatchLease | None:
    """A batch of whose input more can be made into predictions now, leased to this process.

    So that no more than `window` of one wait or run, and no more than it asks for itself. `of_requests`: one of whose
    file the lines are requests of an endpoint, else any other.
    """
    claimed = await rows(_CLAIM, window, lease_seconds, of_requests)
    return BatchLease(**claimed[0]) if claimed else None


async def renew(lease: BatchLease, seconds: float) -> bool:
    """Keep a lease; False when it is no longer ours."""
    return bool(await rows(_RENEW, lease.id, lease.attempt, seconds))


async def pause(lease: BatchLease, seconds: float, note: str) -> None:
    """Give a lease back, for nothing can be done now; the note says what is waited for."""
    await rows(_PAUSE, lease.id, lease.attempt, seconds, note)


async def set_total(lease: BatchLease, total: int) -> bool:
    """Say how many lines the input has; False when the lease is no longer ours."""
    return bool(await rows(_SET_TOTAL, lease.id, lease.attempt, total))


async def add_items(
    lease: BatchLease,
    portion: Portion,
    charge: Charge = USUAL,
    hold: Hold | None = None,
    mosts: Mapping[UUID, Decimal] = NO_MOSTS,
) -> BatchStatus | None:
    """Commit the predictions of a portion, and where the next begins, all or nothing; the status of the batch then.

    `mosts` are what they may cost at most, which is held of the budgets of `hold`.

    Raises:
        BudgetExceededError: a budget has not enough left; nothing is committed.

    None when the lease is no longer ours: the batch was canceled, or another process is at it.
    """
    times = [
        {**dict.fromkeys(("created_at", "updated_at", "rung_at"), 0.0), "run_at": number / 1_000_000}
        for number in range(len(portion.predictions))
    ]
    try:
        async with in_transaction():
            if portion.predictions:
                await insert_predictions(portion.predictions, times, [charge] * len(portion.predictions))
            if portion.uses:
                uploads, predictions = zip(*portion.uses, strict=True)
                await rows(_USE_UPLOADS, list(uploads), list(predictions))
            await _add_lines(portion.invalid)
            counts = (len(portion.predictions), len(portion.invalid))
            place = (portion.position, portion.line, portion.is_last)
            # Last, since whoever ends a prediction of the batch waits for its row
            states = await rows(_ADVANCE, lease.id, lease.attempt, *counts, *place)
            if not states:
                raise _LostLeaseError
            if hold is not None and mosts:
                await budgets.hold(hold, mosts)
    except (_LostLeaseError, IntegrityError):
        # By the place in its batch: another process has made the same meanwhile
        return None
    await move_forward(portion.predictions)
    return BatchStatus(states[0]["status"])


async def add_check(lease: BatchLease, portion: Portion) -> BatchStatus | None:
    """Commit what was wrong in a portion of a batch of which all or nothing is to run; as `add_items`.

    Behind the last portion it has failed, or begins to run.
    """
    try:
        async with in_transaction():
            await _add_lines(portion.invalid)
            place = (portion.position, portion.line, portion.is_last)
            states = await rows(_CHECK, lease.id, lease.attempt, len(portion.invalid), *place)
            if not states:
                raise _LostLeaseError
    except (_LostLeaseError, IntegrityError):
        return None
    return BatchStatus(states[0]["status"])


class _LostLeaseError(Exception):
    """What was to be committed must not be."""


async def _add_lines(lines: Sequence[BatchLine]) -> None:
    if lines:
        await insert_all(lines, [{}] * len(lines))


async def fail(lease: BatchLease, error: str) -> bool:
    """End a batch that cannot run at all, with the reason; False when the lease is no longer ours."""
    return bool(await rows(_FAIL, lease.id, lease.attempt, error))


async def abort_rest(lease: BatchLease) -> bool:
    """Make no more predictions of a batch whose deadline has passed; False when the lease is no longer ours."""
    return bool(await rows(_ABORT_REST, lease.id, lease.attempt))


async def request_cancel(batch_id: UUID, note: str | None = None) -> bool:
    """Make no more predictions of a batch, and have those canceled that there are; False where it has ended."""
    return bool(await rows(_REQUEST_CANCEL, batch_id, note))


async def list_canceling() -> list[UUID]:
    """Batches that were canceled and have predictions that wait, or that run and were not told yet."""
    return [row["id"] for row in await rows(_LIST_CANCELING)]


async def read_inputs(batch_id: UUID, start: int, most: int) -> list[Any]:
    """Some of the inputs that came with a batch."""
    return [from_json(row["value"]) for row in await rows(_READ_INPUTS, batch_id, start, most)]


async def read_failed(batch_id: UUID, start: int, most: int, most_bytes: int) -> list[dict[str, Any]]:
    """What failed in a batch, from a place on: batch_index, batch_key, metadata, openai and input.

    The input is null where it was removed. Up to `most`, and beyond the first no more than so many bytes.
    """
    return [
        {**row, **{name: from_json(row[name]) for name in ("input", "metadata", "openai")}}
        for row in await rows(_READ_FAILED, batch_id, start, most, most_bytes)
    ]


async def count_failed(batch_id: UUID) -> int:
    """How many predictions of a batch failed, or were aborted by its deadline."""
    (row,) = await rows(_COUNT_FAILED, batch_id)
    return int(row["n"])


async def count_running(batch_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """How many predictions of some batches run now; those with none are missing."""
    return {row["batch_id"]: row["n"] for row in await rows(_COUNT_RUNNING, list(batch_ids))}


async def recount(quiet_seconds: float) -> list[UUID]:
    """Count again what is wrong in batches that nothing changed for so long; their ids.

    Workers of an older release end predictions without counting them.
    """
    miscounted = [row["id"] for row in await rows(_LIST_MISCOUNTED, quiet_seconds)]
    for batch_id in miscounted:
        async with in_transaction():
            # Whoever ends predictions of it waits from here on: what the next statement sees is what was counted
            await rows("SELECT id FROM batch WHERE id = $1 FOR NO KEY UPDATE", batch_id)
            await rows(_RECOUNT, batch_id)
    return miscounted


async def remove_old_data(seconds: float) -> int:
    """Forget the invalid lines of batches that ended so long ago, some at a time; how many batches lost them."""
    return len(await rows(_REMOVE_OLD_DATA, seconds, PRUNED_AT_ONCE))


async def claim_webhooks(limit: int, lease_seconds: float, busy_users: list[UUID]) -> list[BatchWebhookLease]:
    """Messages about ended batches that are due, now leased; none of users with much in hand."""
    due = await rows(_MESSAGES.claim, limit, lease_seconds, busy_users)
    return [BatchWebhookLease(**{**row, "attempts": from_json(row["attempts"])}) for row in due]


async def seconds_to_next_webhook(busy_users: list[UUID]) -> float | None:
    """Until a message is due that nobody leases; None where none is pending."""
    due = await rows(_MESSAGES.next_wait, busy_users)
    return float(due[0]["wait"]) if due else None


async def send_webhook_again(batch_id: UUID) -> bool:
    """Make the message about a batch's end due now, with its whole schedule; False where there is none, or no end."""
    return bool(await rows(_SEND_WEBHOOK_AGAIN, batch_id))


async def record_webhook(
    lease: BatchWebhookLease, state: BatchWebhookState, wait_seconds: float, attempt: dict[str, Any] | None
) -> bool:
    """Write what became of a message, or that it waits without a try; False when somebody else has it by now."""
    attempts = [*lease.attempts, attempt][-KEPT_ATTEMPTS:] if attempt else lease.attempts
    values = (state.value, wait_seconds, to_json(attempts), 1 if attempt else 0)
    return bool(await rows(_MESSAGES.record, lease.batch_id, lease.attempt, *values))


def new_line(batch_id: UUID, index: int, key: str | None, violations: list[dict[str, str]]) -> BatchLine:
    """The row of a line that cannot run."""
    return BatchLine(id=uuid4(), batch_id=batch_id, batch_index=index, batch_key=key, violations=violations)


_WIDTH = "least($1::int, b.max_concurrency)"
_IS_FREE = "(b.lease_until IS NULL OR b.lease_until < now()) AND (b.pause_until IS NULL OR b.pause_until <= now())"
# In turns. Not for every prediction that ends: only where a quarter of them has, so that many are made at a time
_CLAIM = f"""
WITH next AS (
  SELECT b.id FROM batch b WHERE b.expanded_at IS NULL AND {_IS_FREE}
    AND (b.endpoint IS NOT NULL AND b.upload_id IS NOT NULL) = $3
    AND (b.total IS NULL OR NOT b.is_checked OR b.items - b.ended <= {_WIDTH} * 3 / 4 OR b.deadline_at < now())
  ORDER BY b.claimed_at NULLS FIRST LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
UPDATE batch b SET attempt = b.attempt + 1, claimed_at = now(), lease_until = now() + make_interval(secs => $2)
FROM next WHERE b.id = next.id
RETURNING b.id, b.attempt, {_WIDTH} - (b.items - b.ended) AS room, coalesce(b.deadline_at < now(), false) AS is_late
"""  # noqa: S608 - constants only
_IS_OURS = "b.id = $1 AND b.attempt = $2 AND b.expanded_at IS NULL"
_RENEW = f"UPDATE batch b SET lease_until = now() + make_interval(secs => $3) WHERE {_IS_OURS} RETURNING b.id"  # noqa: S608
_PAUSE = f"""
UPDATE batch b SET lease_until = NULL, pause_until = now() + make_interval(secs => $3), note = $4
WHERE {_IS_OURS} RETURNING b.id
"""  # noqa: S608 - constants only
_SET_TOTAL = f"""
UPDATE batch b SET lease_until = NULL, total = $3, updated_at = now(),
  status = CASE WHEN b.is_checked THEN 'processing' ELSE b.status END
WHERE {_IS_OURS} RETURNING b.id
"""  # noqa: S608 - constants only
# The input is read to its end: what it came with is not needed any more. It has fewer lines than were counted where
# some of what failed in another batch was deleted meanwhile
_ADVANCE = f"""
WITH advanced AS (
  UPDATE batch b SET items = b.items + $3, invalid = b.invalid + $4, position = $5, line = $6, lease_until = NULL,
    pause_until = NULL, note = NULL, updated_at = now(), expanded_at = CASE WHEN $7::bool THEN now() END,
    inputs = CASE WHEN $7::bool THEN NULL ELSE b.inputs END,
    total = CASE WHEN $7::bool THEN b.items + $3 + b.invalid + $4 ELSE b.total END,
    {_end("b.ended", "b.items + $3", "$7::bool")}
  WHERE {_IS_OURS} RETURNING b.id, b.status, b.completed_at),
{_notified("advanced")}
SELECT status FROM advanced
"""  # noqa: S608 - constants only
_REST = "greatest(0, coalesce(b.total, 0) - b.items - b.invalid)"
_HAS_FAILED = "$6::bool AND b.invalid + $3 > 0"
_CHECK = f"""
WITH checked AS (
  UPDATE batch b SET invalid = b.invalid + $3, lease_until = NULL, updated_at = now(),
    is_checked = $6::bool AND b.invalid + $3 = 0, position = CASE WHEN $6::bool THEN 0 ELSE $4 END,
    line = CASE WHEN $6::bool THEN 0 ELSE $5 END,
    expanded_at = CASE WHEN {_HAS_FAILED} THEN now() END, completed_at = CASE WHEN {_HAS_FAILED} THEN now() END,
    inputs = CASE WHEN {_HAS_FAILED} THEN NULL ELSE b.inputs END,
    canceled = CASE WHEN {_HAS_FAILED} THEN {_REST} - $3 ELSE b.canceled END,
    status = CASE WHEN {_HAS_FAILED} THEN 'failed' WHEN $6::bool THEN 'processing' ELSE b.status END,
    error = CASE WHEN {_HAS_FAILED} THEN b.invalid + $3 || ' of ' || b.total || ' items are invalid, so none ran.' END
  WHERE {_IS_OURS} RETURNING b.id, b.status, b.completed_at),
{_notified("checked")}
SELECT status FROM checked
"""  # noqa: S608 - constants only
_FAIL = f"""
WITH failed AS (
  UPDATE batch b SET status = 'failed', error = $3, note = NULL, completed_at = now(), updated_at = now(),
    expanded_at = now(), lease_until = NULL, inputs = NULL, canceled = b.canceled + {_REST},
    total = coalesce(b.total, 0)
  WHERE {_IS_OURS} AND b.items = 0 RETURNING b.id, b.completed_at),
{_notified("failed")}
SELECT id FROM failed
"""  # noqa: S608 - constants only
_ABORT_REST = f"""
WITH closed AS (
  UPDATE batch b SET expanded_at = now(), lease_until = NULL, note = NULL, updated_at = now(), inputs = NULL,
    aborted = b.aborted + {_REST}, total = coalesce(b.total, b.items + b.invalid), {_end("b.ended", "b.items", "true")}
  WHERE {_IS_OURS} RETURNING b.id, b.completed_at),
{_notified("closed")}
SELECT id FROM closed
"""  # noqa: S608 - constants only
# Before its predictions are canceled, and in a statement of its own: whoever ends some of them locks them first and
# their batch behind them
_REQUEST_CANCEL = f"""
WITH closed AS (
  UPDATE batch b SET cancel_requested_at = coalesce(b.cancel_requested_at, now()), updated_at = now(),
    expanded_at = coalesce(b.expanded_at, now()), lease_until = NULL, note = coalesce($2, b.note), inputs = NULL,
    canceled = b.canceled + CASE WHEN b.expanded_at IS NULL THEN {_REST} ELSE 0 END,
    total = coalesce(b.total, b.items + b.invalid),
    status = CASE WHEN b.ended = b.items THEN 'canceled' ELSE b.status END,
    completed_at = CASE WHEN b.ended = b.items THEN now() END
  WHERE b.id = $1 AND b.completed_at IS NULL RETURNING b.id, b.completed_at),
{_notified("closed")}
SELECT id FROM closed
"""  # noqa: S608 - constants only
_LIST_CANCELING = """
SELECT b.id FROM batch b WHERE b.cancel_requested_at IS NOT NULL AND b.completed_at IS NULL AND EXISTS (
  SELECT FROM prediction p WHERE p.batch_id = b.id AND p.status IN ('starting', 'processing')
    AND p.cancel_requested_at IS NULL)
ORDER BY b.id LIMIT 100
"""
_USE_UPLOADS = """
INSERT INTO upload_use (id, upload_id, prediction_id)
SELECT gen_random_uuid(), u.upload_id, u.prediction_id
FROM unnest($1::uuid[], $2::uuid[]) AS u(upload_id, prediction_id) RETURNING id
"""
_READ_INPUTS = """
SELECT e.value FROM batch b CROSS JOIN jsonb_array_elements(b.inputs) WITH ORDINALITY AS e(value, place)
WHERE b.id = $1 AND e.place > $2 ORDER BY e.place LIMIT $3
"""
# Their sizes come first, so that no more is read than a portion takes
_READ_FAILED = """
WITH sized AS (
  SELECT id, batch_index, sum(pg_column_size(input)) OVER (ORDER BY batch_index) - pg_column_size(input) AS before
  FROM (SELECT id, batch_index, input FROM prediction
    WHERE batch_id = $1 AND batch_index >= $2 AND status IN ('failed', 'aborted') ORDER BY batch_index LIMIT $3) f)
SELECT p.batch_index, p.batch_key, p.metadata, p.openai, CASE WHEN p.data_removed THEN NULL ELSE p.input END AS input
FROM sized s JOIN prediction p ON p.id = s.id WHERE s.before < $4 ORDER BY p.batch_index
"""
_COUNT_FAILED = (
    "SELECT count(*) AS n FROM prediction WHERE batch_id = $1 AND status = ANY(ARRAY['failed', 'aborted']::varchar[])"
)
_COUNT_RUNNING = """
SELECT batch_id, count(*) AS n FROM prediction WHERE batch_id = ANY($1::uuid[]) AND status = 'processing'
GROUP BY batch_id
"""
_LIST_MISCOUNTED = """
SELECT b.id FROM batch b WHERE b.completed_at IS NULL AND b.updated_at < now() - make_interval(secs => $1)
  AND b.items - b.ended <> (SELECT count(*) FROM prediction p WHERE p.batch_id = b.id
    AND p.status IN ('starting', 'processing'))
LIMIT 20
"""
# What was never made a prediction has been canceled, or came too late; what was deleted had ended
_RECOUNT = f"""
WITH counts AS (
  SELECT count(*) FILTER (WHERE status NOT IN ('starting', 'processing')) AS ended,
    count(CASE status WHEN 'succeeded' THEN 1 END) AS succeeded, count(CASE status WHEN 'failed' THEN 1 END) AS failed,
    count(CASE status WHEN 'canceled' THEN 1 END) AS canceled, count(CASE status WHEN 'aborted' THEN 1 END) AS aborted
  FROM (SELECT status FROM prediction WHERE batch_id = $1
    UNION ALL SELECT status FROM deletion WHERE batch_id = $1) p),
recounted AS (
  UPDATE batch b SET ended = c.ended, succeeded = c.succeeded, failed = c.failed, updated_at = now(),
    canceled = c.canceled + CASE WHEN b.expanded_at IS NOT NULL AND b.cancel_requested_at IS NOT NULL
      THEN {_REST} ELSE 0 END,
    aborted = c.aborted + CASE WHEN b.expanded_at IS NOT NULL AND b.cancel_requested_at IS NULL THEN {_REST} ELSE 0 END,
    amount = (SELECT coalesce(sum(u.amount), 0) FROM (
      SELECT id FROM prediction WHERE batch_id = $1 UNION ALL SELECT prediction_id FROM deletion WHERE batch_id = $1) i
      JOIN usage u ON u.prediction_id = i.id),
    {_end("c.ended", "b.items", "b.expanded_at IS NOT NULL")}
  FROM counts c WHERE b.id = $1 AND b.completed_at IS NULL RETURNING b.id, b.completed_at),
{_notified("recounted")}
SELECT id FROM recounted
"""  # noqa: S608 - constants only
_REMOVE_OLD_DATA = """
WITH old AS (
  SELECT id FROM batch WHERE NOT data_removed AND completed_at < now() - make_interval(secs => $1)
  ORDER BY completed_at LIMIT 20 FOR NO KEY UPDATE SKIP LOCKED),
lines AS (
  DELETE FROM batch_line WHERE id IN (
    SELECT l.id FROM batch_line l JOIN old ON old.id = l.batch_id LIMIT $2) RETURNING batch_id),
left_over AS (
  SELECT old.id, (SELECT count(*) FROM batch_line l WHERE l.batch_id = old.id)
    > (SELECT count(*) FROM lines WHERE lines.batch_id = old.id) AS has_more FROM old)
UPDATE batch b SET data_removed = true, inputs = NULL, metadata = NULL, updated_at = now()
FROM left_over WHERE b.id = left_over.id AND NOT left_over.has_more RETURNING b.id
"""
_MESSAGES = message_statements(
    "batch_webhook", "batch_id", "w.batch_id, w.attempt, w.user_id, w.url, w.base_url, w.tries, w.attempts"
)
# Another attempt: what a try that is on its way brings is not recorded
_SEND_WEBHOOK_AGAIN = """
UPDATE batch_webhook SET state = 'pending', tries = 0, next_at = now(), lease_until = NULL, attempt = attempt + 1,
  updated_at = now() WHERE batch_id = $1 AND state <> 'waiting' RETURNING batch_id
"""
