"""Which media type a response has, by the client's Accept header."""

from __future__ import annotations

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"


def preferred(accept: str | None) -> str:
    """The type of ours that ranks highest by q-value and, of equals, comes first; JSON where nothing fits."""
    ranked = sorted(_ranges(accept or "*/*"), key=lambda item: -item[1])
    for media_range, quality in ranked:
        if not quality > 0:
            continue
        if media_range in (GRAPHQL_RESPONSE, JSON):
            return media_range
        if media_range == "application/*" or media_range == "*/*":
            return JSON
    return JSON


def _ranges(accept: str) -> list[tuple[str, float]]:
    found = []
    for part in accept.split(","):
        media_range, *parameters = [piece.strip().lower() for piece in part.split(";")]
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            found.append((media_range, float(quality)))
        except ValueError:
            found.append((media_range, 0.0))
    return found
