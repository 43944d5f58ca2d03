"""What the API asks the hub of while somebody fills in a form: one answer, in time, and none that is too large."""

from __future__ import annotations

import json
import threading

import pytest

from server.adapters import hub_listing
from server.adapters.hub_listing import ListingError, ListingUnavailableError, read_listing
from tests.integration.hub.conftest import FILES, REPO, Downloads
from tests.support.hub_server import Fault, HubServer


async def test_files_are_listed_with_their_bytes(hub: HubServer, downloads: Downloads) -> None:
    commit = hub.publish(REPO, FILES)
    listing = await read_listing(downloads.settings(), REPO, None)
    assert listing.commit == commit
    assert listing.sizes == {name: len(data) for name, data in FILES.items()}
    assert (await read_listing(downloads.settings(), REPO, commit)).commit == commit
    # Nothing was downloaded
    assert hub.asked("/resolve/") == []


@pytest.mark.parametrize(
    ("repo", "revision", "words"),
    [
        ("acme/nothing", None, "does not exist on the hub, or it is private"),
        (REPO, "v9", "has no revision 'v9'"),
        ("acme/closed", None, "is gated"),
    ],
)
async def test_what_cannot_be_had_is_said(
    hub: HubServer, downloads: Downloads, repo: str, revision: str | None, words: str
) -> None:
    hub.publish(REPO, FILES)
    hub.publish("acme/closed", FILES)
    hub.gated["acme/closed"] = "hf_right"
    hub.hidden.add("acme/closed")
    with pytest.raises(ListingError, match=words):
        await read_listing(downloads.settings(hf_token="hf_wrong"), repo, revision)
    assert (await read_listing(downloads.settings(hf_token="hf_right"), "acme/closed", None)).sizes


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"sha": "1", "siblings": 3}', b"<html>", b'{"siblings": [{}]}'])
async def test_an_answer_that_is_none_is_no_answer(hub: HubServer, downloads: Downloads, body: bytes) -> None:
    hub.publish(REPO, FILES)
    hub.faults.append(Fault("GET /api/", body=body))
    with pytest.raises(ListingUnavailableError, match="does not answer"):
        await read_listing(downloads.settings(), REPO, None)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_hub_that_fails_is_away(hub: HubServer, downloads: Downloads, status: int) -> None:
    hub.publish(REPO, FILES)
    hub.faults.append(Fault("GET /api/", status=status))
    with pytest.raises(ListingUnavailableError):
        await read_listing(downloads.settings(), REPO, None)
    assert (await read_listing(downloads.settings(), REPO, None)).sizes


async def test_a_hub_that_does_not_answer_in_time_is_left(
    hub: HubServer, downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_listing, "SECONDS", 0.5)
    hub.publish(REPO, FILES)
    end = threading.Event()
    hub.faults.append(Fault("GET /api/", hold=end))
    try:
        with pytest.raises(ListingUnavailableError):
            await read_listing(downloads.settings(), REPO, None)
    finally:
        end.set()


async def test_a_list_without_end_is_not_read(
    hub: HubServer, downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_listing, "MAX_BYTES", 1_000)
    siblings = [{"rfilename": f"{number}.safetensors", "size": 1} for number in range(1_000)]
    hub.publish(REPO, FILES)
    hub.faults.append(Fault("GET /api/", body=json.dumps({"sha": "1", "siblings": siblings}).encode()))
    with pytest.raises(ListingError, match="more files"):
        await read_listing(downloads.settings(), REPO, None)
