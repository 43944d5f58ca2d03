from __future__ import annotations

import pytest

from graph.negotiation import GRAPHQL_RESPONSE, JSON, preferred


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
