"""What the Hugging Face hub says of a repository, asked by the API while somebody fills in a form.

One GET, and not the hub's library, whose calls hold a thread for as long as a slow hub likes: this one ends at a time
and at a size, and when its caller leaves. Workers ask again by the library before they download anything.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx2
import orjson

from server.settings import Settings

HUB = "https://huggingface.co"
SECONDS = 10.0
MAX_BYTES = 8_000_000
MAX_REDIRECTS = 3
UNAVAILABLE: Final = "The Hugging Face hub does not answer; try again later. The model can be added nonetheless."


class ListingError(Exception):
    """The repository cannot be used by this server; the message is for users."""


class ListingUnavailableError(Exception):
    """The hub does not answer now; the message is for users."""


@dataclass(frozen=True)
class Listing:
    """A repository at one commit: the bytes of its files by name, and what its page says of it."""

    commit: str
    sizes: dict[str, int]
    task: str | None
    library: str | None


async def read_listing(settings: Settings, repo: str, revision: str | None) -> Listing:
    """The files of a checked repository name at a checked revision.

    Raises:
        ListingError: it does not exist, or HF_TOKEN has no access.
        ListingUnavailableError: no answer in time, or none that can be read.
    """
    endpoint = str(settings.hf_endpoint or HUB).rstrip("/")
    url = f"{endpoint}/api/models/{quote(repo)}/revision/{quote(revision or 'main', safe='')}?blobs=true"
    headers = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "inference-server"}
    if settings.hf_token is not None:
        headers["authorization"] = f"Bearer {settings.hf_token.get_secret_value()}"
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx2.AsyncClient(timeout=SECONDS, follow_redirects=True, max_redirects=MAX_REDIRECTS) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            if reason := _refusal(response, repo, revision):
                raise ListingError(reason)
            if response.status_code != 200:
                raise ListingUnavailableError(UNAVAILABLE)
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ListingError(f"{repo} has more files than this server looks at.")
    except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise ListingUnavailableError(UNAVAILABLE) from error
    try:
        return _listing(orjson.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ListingUnavailableError(UNAVAILABLE) from error


def _refusal(response: httpx2.Response, repo: str, revision: str | None) -> str | None:
    code, name = response.status_code, response.headers.get("x-error-code")
    if name == "GatedRepo":
        return f"{repo} is gated: this server's HF_TOKEN has no access to it."
    if name == "RevisionNotFound":
        return f"{repo} has no revision {revision or 'main'!r}."
    if code in (401, 403, 404, 410, 451):
        return f"{repo} does not exist on the hub, or it is private."
    return None


def _listing(answer: dict[str, Any]) -> Listing:
    sizes = {str(each["rfilename"]): int(each.get("size") or 0) for each in answer["siblings"]}
    task, library = answer.get("pipeline_tag"), answer.get("library_name")
    return Listing(
        str(answer["sha"]), sizes, str(task)[:100] if task else None, str(library)[:100] if library else None
    )
