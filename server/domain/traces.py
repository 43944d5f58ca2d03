"""Trace contexts of W3C Trace Context, as they stand in `traceparent` headers."""

from __future__ import annotations

import re
from collections.abc import Sequence

HEADER = "traceparent"
_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[\x21-\x7e]*)?", re.ASCII)
_KNOWN_FLAGS = 0x03
MAX_HEADER_LENGTH = 512


def parse(header: str | None) -> tuple[int, int, int] | None:
    """Ids of trace and span, and the flags; None for what is no trace context.

    A later version is read as far as this one goes, as the standard has it.
    """
    found = _FORM.fullmatch(header.strip(" \t")) if header and len(header) <= MAX_HEADER_LENGTH else None
    if found is None or found[1] == "ff" or (found[1] == "00" and found[5] is not None):
        return None
    trace, span = int(found[2], 16), int(found[3], 16)
    return (trace, span, int(found[4], 16) & _KNOWN_FLAGS) if trace and span else None


def write(trace: int, span: int, flags: int) -> str:
    """A trace context as a header."""
    return f"00-{trace:032x}-{span:016x}-{flags & _KNOWN_FLAGS:02x}"


def given(headers: Sequence[str]) -> str | None:
    """The trace context that a caller gave, in our own form; several are none."""
    found = parse(headers[0]) if len(headers) == 1 else None
    return write(*found) if found else None


def trace_id(traceparent: str) -> str:
    """The part of a trace context by which a trace is found."""
    return traceparent.split("-")[1]
