"""Which media type a response has, or whether it is a page, by the client's Accept header."""

from __future__ import annotations

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"


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


def prefers_html(accept: str | None) -> bool:
    """Whether the client prefers a page to JSON, as browsers say when an address is opened in them."""
    return _first(accept, HTML, GRAPHQL_RESPONSE, JSON, "application/*", "*/*") == HTML


def prefers_json(accept: str | None) -> bool:
    """Whether the client names JSON, and prefers it to a page."""
    return _first(accept, JSON, HTML) == JSON


def _first(accept: str | None, *names: str) -> str | None:
    ranked = sorted(_ranges(accept or ""), key=lambda item: -item[1])
    return next((name for name, quality in ranked if quality > 0 and name in names), None)


def _ranges(accept: str) -> list[tuple[str, float]]:
    ranges = []
    for part in accept.split(","):
        media_range, *parameters = [piece.strip().lower() for piece in part.split(";")]
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            ranges.append((media_range, float(quality)))
        except ValueError:
            ranges.append((media_range, 0.0))
    return ranges
