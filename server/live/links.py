"""Links to files, as clients follow them."""

from __future__ import annotations

from server.runtime import Runtime
from server.tables import Prediction


async def link_of(rt: Runtime, key: str, content_type: str, base_url: str) -> str:
    """The signed, expiring URL of a stored file, on this server (`base_url`) or at the store."""
    url = await rt.storage.url(key, content_type, rt.settings.file_url_seconds)
    return f"{base_url}{url}" if url.startswith("/") else url


async def links_of(rt: Runtime, row: Prediction, base_url: str) -> list[str]:
    """The URLs of a prediction's output files."""
    return [await link_of(rt, record["key"], record["contentType"], base_url) for record in row.files or []]
