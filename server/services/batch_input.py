"""The input of a batch, a portion at a time: a file's lines, the inputs that came with it, what failed in another."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from server.adapters import wire
from server.adapters.storage import StorageMissingError
from server.errors import Violation
from server.queue import batches as queue
from server.runtime import Runtime
from server.tables import Batch, Upload

# As much as a request with one input may have
MAX_LINE_BYTES = 1_000_000
PORTION_BYTES = 2_000_000


@dataclass(frozen=True)
class InputLine:
    """One line that is not empty: its place from 0, the value that it is, or why it is none that can run.

    `metadata` and `openai` are what a request has beside its input (see the row of a prediction).
    """

    index: int
    value: object = None
    problem: str | None = None
    key: str | None = None
    violations: tuple[Violation, ...] = ()
    metadata: dict[str, Any] | None = None
    openai: dict[str, Any] | None = None


@dataclass(frozen=True)
class InputPart:
    """Some lines of an input, and where the next ones begin."""

    lines: list[InputLine]
    position: int
    line: int
    is_last: bool


async def split_lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[tuple[bytes | None, int], None]:
    """The lines of a file, each with the bytes that it takes there; None for one of more than MAX_LINE_BYTES."""
    part, dropped = b"", 0
    async for chunk in chunks:
        *complete, rest = chunk.split(b"\n")
        for text in complete:
            size = dropped + len(part) + len(text)
            yield (part + text if size <= MAX_LINE_BYTES else None), size + 1
            part, dropped = b"", 0
        part += rest
        if len(part) > MAX_LINE_BYTES:
            # It is not kept until its end comes
            dropped, part = dropped + len(part), b""
    if part or dropped:
        yield (None if dropped else part), dropped + len(part)


async def upload_of(batch: Batch) -> Upload:
    """The file that a batch reads; raises StorageMissingError where it is gone."""
    upload = await Upload.get_or_none(id=batch.upload_id)
    if upload is None or upload.completed_at is None:
        raise StorageMissingError("The batch's file was removed.")
    return upload


async def count_lines(rt: Runtime, upload: Upload, most: int) -> int:
    """How many lines of a file are not empty; counted until there are more than `most`, empty ones included."""
    count = number = 0
    async with aclosing(rt.storage.stream(upload.key)) as chunks, aclosing(split_lines(chunks)) as lines:
        async for text, _ in lines:
            number += 1
            count += text is None or bool(text.strip())
            if number > most:
                return number
    return count


async def read(rt: Runtime, batch: Batch, most: int) -> InputPart:
    """The next up to `most` lines, at most about PORTION_BYTES.

    Raises:
        StorageError: the file cannot be read.
    """
    if batch.upload_id is not None:
        return await _read_file(rt, await upload_of(batch), batch.position, batch.line, most)
    if batch.retry_of is not None:
        rows = await queue.read_failed(batch.retry_of, batch.position, most, PORTION_BYTES)
        gone = "The input of this prediction was removed."
        lines = [
            InputLine(
                *(row["batch_index"], row["input"], None if row["input"] is not None else gone, row["batch_key"]),
                metadata=row["metadata"],
                openai=row["openai"],
            )
            for row in rows
        ]
        next_index = rows[-1]["batch_index"] + 1 if rows else batch.position
        is_last = batch.items + batch.invalid + len(rows) >= (batch.total or 0) or not rows
        return InputPart(lines, next_index, next_index, is_last)
    values = await queue.read_inputs(batch.id, batch.position, most)
    position = batch.position + len(values)
    lines = [InputLine(batch.position + place, value) for place, value in enumerate(values)]
    return InputPart(lines, position, position, position >= (batch.total or 0))


async def _read_file(rt: Runtime, upload: Upload, position: int, line: int, most: int) -> InputPart:
    parts: list[InputLine] = []
    size = 0
    if position < upload.size_bytes:
        async with (
            aclosing(rt.storage.stream(upload.key, position)) as chunks,
            aclosing(split_lines(chunks)) as lines,
        ):
            async for text, length in lines:
                if text is None or text.strip():
                    parts.append(_parse(line, text))
                position, line, size = position + length, line + 1, size + length
                if len(parts) >= most or size >= PORTION_BYTES:
                    break
    return InputPart(parts, position, line, position >= upload.size_bytes)


def _parse(index: int, text: bytes | None) -> InputLine:
    if text is None:
        return InputLine(index, problem=f"The line has more than {MAX_LINE_BYTES} bytes.")
    try:
        return InputLine(index, wire.decode(text))
    except json.JSONDecodeError:
        return InputLine(index, problem="The line is not JSON.")
