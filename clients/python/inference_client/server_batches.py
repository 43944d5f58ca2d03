"""Batches that the server holds: thousands of rows, given once, run whether this program lives or not."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from inference_client import operations
from inference_client.blocking import complete, iterate
from inference_client.connection import deadline_of, pause_seconds, seconds_until
from inference_client.core import Core
from inference_client.errors import NotFoundError, Violation, WaitTimeoutError
from inference_client.files import Content, encode
from inference_client.operations import BatchFields, BatchStatus, CreateBatchInput, Priority
from inference_client.predictions import Failure, time_of

# A request has 1 MB at most; more rows go as a file
INLINE_BYTES, INLINE_ROWS = 700_000, 5_000
LONGEST_POLL_SECONDS = 2.0


@dataclass(frozen=True)
class BatchCounts:
    """Rows by what became of them; `live` ones wait or run."""

    total: int
    succeeded: int
    failed: int
    canceled: int
    aborted: int
    invalid: int
    live: int


@dataclass(frozen=True)
class Batch:
    """A batch as it stood when it was read. `note` says what it waits for, `reason` why it failed."""

    id: str
    status: BatchStatus
    version: str
    counts: BatchCounts
    note: str | None
    reason: str | None
    created_at: datetime
    completed_at: datetime | None
    raw: BatchFields = field(repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether its status is final: COMPLETED, CANCELED or FAILED."""
        return self.status in ("COMPLETED", "CANCELED", "FAILED")


@dataclass(frozen=True)
class BatchItem:
    """What became of row number `index`, from 0: `output` with links for files, or `error`, or `violations`.

    `id` is that of its prediction; None of a row that the model does not take, whose status is INVALID.
    """

    index: int
    id: str | None
    status: str
    output: Any
    error: Failure | None
    violations: list[Violation]


OnProgress = Callable[[Batch], None]


def batch_of(row: BatchFields) -> Batch:
    """A batch of the server's answer."""
    return Batch(
        id=row["id"],
        status=row["status"],
        version=row["version"]["slug"],
        counts=BatchCounts(**row["counts"]),
        note=row["note"],
        reason=row["reason"],
        created_at=datetime.fromisoformat(row["createdAt"]),
        completed_at=time_of(row["completedAt"]),
        raw=row,
    )


def item_of(row: Mapping[str, Any]) -> BatchItem:
    """A line of a batch's results."""
    error = row.get("error")
    return BatchItem(
        index=row["index"],
        id=row.get("id"),
        status=row["status"],
        output=row.get("output"),
        error=Failure(error["code"], error["message"]) if error else None,
        violations=[Violation(each["path"], each["message"], each["code"]) for each in row.get("violations", ())],
    )


def id_of(batch: Batch | str) -> str:
    """The id of a batch that is given as itself or by its id."""
    return batch if isinstance(batch, str) else batch.id


class ServerBatches:
    """The caller's batches at a server."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def create(self, model: str, rows: Iterable[Mapping[str, Any]], options: Mapping[str, Any]) -> Batch:
        """Create a batch; many rows, or large ones, are uploaded as a file of JSON Lines."""
        by_link = options.get("idempotencyKey") is None
        encoded = [await encode(row, self._core, by_link=by_link) for row in rows]
        lines = "\n".join(json.dumps(row) for row in encoded).encode()
        given = {name: value for name, value in options.items() if value is not None}
        new: CreateBatchInput = {"model": model, "idempotencyKey": uuid4().hex, **given}  # type: ignore[typeddict-item]
        if len(lines) <= INLINE_BYTES and len(encoded) <= INLINE_ROWS:
            new["inputs"] = encoded
        else:
            new["upload"] = await self._core.upload(Content(lines, "application/jsonl"))
        return batch_of((await self._core.execute(operations.CREATE_BATCH, {"input": new}))["createBatch"])

    async def get(self, batch_id: str) -> Batch:
        """A batch; raises NotFoundError."""
        row = (await self._core.execute(operations.GET_BATCH, {"id": batch_id}))["batch"]
        if row is None:
            raise NotFoundError(f"There is no batch {batch_id!r}, or it is another user's.", "NOT_FOUND")
        return batch_of(row)

    async def list(self) -> AsyncGenerator[Batch, None]:
        """The caller's batches, newest first."""
        async with aclosing(self._core.pages(operations.LIST_BATCHES, "batches")) as rows:
            async for row in rows:
                yield batch_of(row)

    async def cancel(self, batch_id: str) -> Batch:
        """Cancel a batch."""
        answer = await self._core.execute(operations.CANCEL_BATCH, {"input": {"id": batch_id}})
        return batch_of(answer["cancelBatch"])

    async def delete(self, batch_id: str) -> bool:
        """Delete a batch; whether all of its items are gone already."""
        answer = await self._core.execute(operations.DELETE_BATCH, {"input": {"id": batch_id}})
        return not answer["deleteBatch"]["pending"]

    async def retry_failed(self, batch_id: str, idempotency_key: str | None) -> Batch:
        """Run again what failed."""
        given = {"id": batch_id, "idempotencyKey": idempotency_key or uuid4().hex}
        answer = await self._core.execute(operations.RETRY_FAILED_BATCH, {"input": given})
        return batch_of(answer["retryFailedBatch"])

    async def wait(self, batch_id: str, deadline: float | None, on_progress: OnProgress | None) -> Batch:
        """A batch once it has ended; raises WaitTimeoutError."""
        looks = 0
        while True:
            batch = await self.get(batch_id)
            if on_progress:
                on_progress(batch)
            if batch.ended:
                return batch
            looks += 1
            pause = min(LONGEST_POLL_SECONDS, pause_seconds(looks))
            if seconds_until(deadline, pause) <= 0:
                raise WaitTimeoutError(f"The batch {batch_id} has not ended in time. It goes on.", "WAIT_TIMEOUT")
            await self._core.sleep(seconds_until(deadline, pause))

    async def results(self, batch_id: str) -> AsyncGenerator[BatchItem, None]:
        """What became of the rows that have ended, in their order."""
        url = (await self.get(batch_id)).raw["results"]
        async with aclosing(self._core.lines(url)) as lines:
            async for line in lines:
                yield item_of(json.loads(line))


def options_of(
    name: str | None,
    concurrency: int | None,
    all_or_nothing: bool | None,
    deadline_seconds: int | None,
    webhook: str | None,
    priority: Priority | None,
) -> dict[str, Any]:
    """The options of `createBatch`."""
    ordered = {"priority": priority} if priority is not None else {}
    return {
        "idempotencyKey": name, "maxConcurrency": concurrency, "allOrNothing": all_or_nothing,
        "deadlineSeconds": deadline_seconds, "webhook": {"url": webhook} if webhook is not None else None,
        **ordered,
    }  # fmt: skip


class Batches:
    """`client.batches`."""

    def __init__(self, core: Core) -> None:
        self._batches = ServerBatches(core)

    def create(
        self,
        model: str,
        rows: Iterable[Mapping[str, Any]],
        *,
        name: str | None = None,
        concurrency: int | None = None,
        all_or_nothing: bool | None = None,
        deadline_seconds: int | None = None,
        webhook: str | None = None,
        priority: Priority | None = None,
    ) -> Batch:
        """Give the server all rows, and return; each becomes a prediction there.

        Args:
            name: the same rows with the same name are the same batch; of rows that need a file (700 kB), another upload
                is another request, and a ConflictError.
            concurrency: how many wait or run at a time, at most.
            all_or_nothing: check all rows first, and run none if one is invalid.
            deadline_seconds: when the server gives up what has not ended.
            webhook: URL that is told once, of the end.
            priority: LOW leaves the way to what you ask for meanwhile. Default: NORMAL.

        Raises:
            UnauthenticatedError: batches need an account.
        """
        options = options_of(name, concurrency, all_or_nothing, deadline_seconds, webhook, priority)
        return complete(self._batches.create(model, rows, options))

    def get(self, batch: Batch | str) -> Batch:
        """A batch as it stands now; raises NotFoundError."""
        return complete(self._batches.get(id_of(batch)))

    def list(self) -> Iterator[Batch]:
        """Your batches, newest first, fetched as they are read."""
        return iterate(self._batches.list())

    def wait(self, batch: Batch | str, *, timeout: float | None = None, on_progress: OnProgress | None = None) -> Batch:
        """A batch once it has ended, however it did; `on_progress` is given it every two seconds or sooner.

        Raises:
            WaitTimeoutError: it has not ended in `timeout` seconds, and goes on.
        """
        return complete(self._batches.wait(id_of(batch), deadline_of(timeout), on_progress))

    def results(self, batch: Batch | str) -> Iterator[BatchItem]:
        """What became of the rows that have ended by now, in their order."""
        return iterate(self._batches.results(id_of(batch)))

    def cancel(self, batch: Batch | str) -> Batch:
        """Cancel a batch: what is done is kept, what runs stops."""
        return complete(self._batches.cancel(id_of(batch)))

    def delete(self, batch: Batch | str) -> bool:
        """Delete a batch that has ended, with its results and predictions; False where some of these follow later.

        Raises:
            ConflictError: it has not ended.
        """
        return complete(self._batches.delete(id_of(batch)))

    def retry_failed(self, batch: Batch | str, *, idempotency_key: str | None = None) -> Batch:
        """Run again what failed in a batch that has ended, as a new batch in which rows have the same index."""
        return complete(self._batches.retry_failed(id_of(batch), idempotency_key))


class AsyncBatches:
    """`client.batches` of an AsyncClient; `Batches` says what each argument is."""

    def __init__(self, core: Core) -> None:
        self._batches = ServerBatches(core)

    async def create(
        self,
        model: str,
        rows: Iterable[Mapping[str, Any]],
        *,
        name: str | None = None,
        concurrency: int | None = None,
        all_or_nothing: bool | None = None,
        deadline_seconds: int | None = None,
        webhook: str | None = None,
        priority: Priority | None = None,
    ) -> Batch:
        """Give the server all rows, and return; each becomes a prediction there."""
        options = options_of(name, concurrency, all_or_nothing, deadline_seconds, webhook, priority)
        return await self._batches.create(model, rows, options)

    async def get(self, batch: Batch | str) -> Batch:
        """A batch as it stands now; raises NotFoundError."""
        return await self._batches.get(id_of(batch))

    def list(self) -> AsyncIterator[Batch]:
        """Your batches, newest first, fetched as they are read."""
        return self._batches.list()

    async def wait(
        self, batch: Batch | str, *, timeout: float | None = None, on_progress: OnProgress | None = None
    ) -> Batch:
        """A batch once it has ended, however it did; `on_progress` is given it every two seconds or sooner."""
        return await self._batches.wait(id_of(batch), deadline_of(timeout), on_progress)

    def results(self, batch: Batch | str) -> AsyncIterator[BatchItem]:
        """What became of the rows that have ended by now, in their order."""
        return self._batches.results(id_of(batch))

    async def cancel(self, batch: Batch | str) -> Batch:
        """Cancel a batch: what is done is kept, what runs stops."""
        return await self._batches.cancel(id_of(batch))

    async def delete(self, batch: Batch | str) -> bool:
        """Delete a batch that has ended, with its results and predictions; False where some of these follow later."""
        return await self._batches.delete(id_of(batch))

    async def retry_failed(self, batch: Batch | str, *, idempotency_key: str | None = None) -> Batch:
        """Run again what failed in a batch that has ended, as a new batch in which rows have the same index."""
        return await self._batches.retry_failed(id_of(batch), idempotency_key)
