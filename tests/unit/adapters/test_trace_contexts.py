from __future__ import annotations

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from server.adapters.tracing import below, span_context, trace_id, traceparent_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{SPAN}-01"


def kept_of(header: str) -> str | None:
    """What goes on of what a caller gave."""
    return traceparent_of(below(header))


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        (GOOD, GOOD),
        (f" {GOOD}\t", GOOD),
        (f"00-{TRACE}-{SPAN}-00", f"00-{TRACE}-{SPAN}-00"),
        (f"00-{TRACE}-{SPAN}-ff", f"00-{TRACE}-{SPAN}-03"),
        (f"cc-{TRACE}-{SPAN}-01-what-will-be", GOOD),
        (f"cc-{TRACE}-{SPAN}-01", GOOD),
    ],
)
def test_a_context_is_kept_in_our_version(header: str, kept: str) -> None:
    assert kept_of(header) == kept
    assert trace_id(kept) == TRACE


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"{GOOD}-more",
        f"{GOOD}\n",
        f"{GOOD}, {GOOD}",
        f"cc-{TRACE}-{SPAN}-01more",
        f"cc-{TRACE}-{SPAN}-01-{'x' * 512}",
        f"00-{TRACE}-{SPAN}-0\u0661",
        f"00-{TRACE}-{SPAN}-01\0",
    ],
)
def test_what_is_no_context(header: str) -> None:
    assert kept_of(header) is None
    assert not span_context(header).is_valid


@generated(st.text())
def test_any_text_is_a_context_that_fits_its_column_or_none(text: str) -> None:
    kept = kept_of(text)
    assert kept is None or len(kept) == 55
