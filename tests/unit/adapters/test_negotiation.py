from __future__ import annotations

import pytest

from server.adapters.negotiation import GRAPHQL_RESPONSE, JSON, preferred, prefers_html, prefers_json


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (GRAPHQL_RESPONSE.upper(), GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, {JSON}", GRAPHQL_RESPONSE),
        (f"{JSON}, {GRAPHQL_RESPONSE}", JSON),
        (f"{GRAPHQL_RESPONSE};q=0.5, {JSON};q=0.9", JSON),
        (f"{JSON};q=0.5,{GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE};charset=utf-8;q=0.9, {JSON};q=0.8", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE};q=0, {JSON}", JSON),
        (f"{GRAPHQL_RESPONSE};q=0", JSON),
        (f"{GRAPHQL_RESPONSE};q=-1", JSON),
        (f"{GRAPHQL_RESPONSE};q=x", JSON),
        (f"{GRAPHQL_RESPONSE};q=nan, {JSON}", JSON),
        (f"*/*;q=0.1, {GRAPHQL_RESPONSE};q=0.2", GRAPHQL_RESPONSE),
        ("text/html, image/png", JSON),
        ("text/html, */*;q=0.8", JSON),
        (";;;,,,", JSON),
        ("\0", JSON),
        (",".join([GRAPHQL_RESPONSE] * 10_000), GRAPHQL_RESPONSE),
    ],
)
def test_the_best_type_of_ours(accept: str | None, chosen: str) -> None:
    assert preferred(accept) == chosen


@pytest.mark.parametrize(
    ("accept", "is_wanted"),
    [
        ("text/html", True),
        ("TEXT/HTML", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", True),
        (f"text/html;q=0.9, {JSON};q=0.8", True),
        (f"text/html, {JSON}", True),
        (f"{JSON}, text/html", False),
        (f"{GRAPHQL_RESPONSE}, {JSON};q=0.9, text/html;q=0.8", False),
        ("*/*, text/html", False),
        ("text/html;q=0", False),
        (f"text/html;q=0, {JSON};q=0.1", False),
        ("*/*", False),
        (JSON, False),
        ("", False),
        (None, False),
        ("text/plain", False),
    ],
)
def test_a_page_is_for_those_who_prefer_one(accept: str | None, is_wanted: bool) -> None:
    assert prefers_html(accept) is is_wanted


@pytest.mark.parametrize(
    ("accept", "is_preferred"),
    [
        (JSON, True),
        (f"{JSON}, text/html", True),
        (f"text/html;q=0.5, {JSON}", True),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        (f"text/html, {JSON};q=0.9", False),
        (f"{JSON};q=0", False),
        ("*/*", False),
        (None, False),
    ],
)
def test_json_is_for_those_who_name_it(accept: str | None, is_preferred: bool) -> None:
    assert prefers_json(accept) is is_preferred
