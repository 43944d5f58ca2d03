"""Repositories that cannot be had, for good or for now."""

from __future__ import annotations

import json
import re
import resource
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest

from tests.integration.hub.conftest import FILES, REPO, Downloads, files_of, safetensors
from tests.support.hub_server import Fault, HubServer
from tests.support.marks import seldom
from workers.contract.failures import VersionRefusedError
from workers.supervisor.downloads import DownloadFailedError

GATED = f"{REPO} is gated: set HF_TOKEN to a token that has access."
MISSING = f"{REPO} does not exist on the hub, or it is private."


async def refused(downloads: Downloads, **options: Any) -> str:
    """The sentence of a refusal."""
    with pytest.raises(VersionRefusedError) as caught:
        await downloads.fetch(**options)
    return str(caught.value)


# --- for good ---


@pytest.mark.parametrize("name", ["pytorch_model.bin", *seldom("model.ckpt", "sub/model.pt", "model.pkl")])
async def test_pickles(hub: HubServer, downloads: Downloads, name: str) -> None:
    hub.publish(REPO, {"config.json": b"{}", name: b"\x80\x04."})
    assert await refused(downloads) == "The repository holds only pickle weights; convert them to safetensors."
    # Its config.json is read, by which files are chosen
    assert not hub.asked(rf"(resolve|cdn)/.*{name}"), "it was downloaded"


async def test_no_weights(hub: HubServer, downloads: Downloads) -> None:
    hub.publish(REPO, {"config.json": b"{}", "README.md": b"# Data"})
    assert await refused(downloads) == "The repository holds no safetensors weights."


@pytest.mark.parametrize("token", [None, "hf_not_let_in"])
@pytest.mark.parametrize("is_hidden", [False, True])
async def test_gated(hub: HubServer, downloads: Downloads, token: str | None, is_hidden: bool) -> None:
    hub.publish(REPO, FILES)
    hub.gated[REPO] = "hf_let_in"
    hub.hidden.update([REPO] if is_hidden else [])
    assert await refused(downloads, hf_token=token) == GATED
    assert not hub.asked("^GET /cdn/")


@pytest.mark.parametrize("token", [None, "hf_somebody"])
async def test_missing(hub: HubServer, downloads: Downloads, token: str | None) -> None:
    hub.publish("acme/another", FILES)
    assert await refused(downloads, hf_token=token) == MISSING


async def test_a_missing_revision(hub: HubServer, downloads: Downloads) -> None:
    hub.publish(REPO, FILES)
    assert await refused(downloads, revision="v9") == f"{REPO} has no revision 'v9'."
    assert await refused(downloads, revision="0" * 40) == f"{REPO} has no revision '{'0' * 40}'."


@pytest.mark.parametrize("repo", ["acme/writer.git", "acme/writer.", "acme/writer-", "-acme/writer"])
async def test_names_that_the_hub_does_not_have(downloads: Downloads, repo: str) -> None:
    assert await refused(downloads, repo=repo) == f"{repo} is not a valid name of a repository on the hub."


@pytest.mark.parametrize("repo", ["writer", "a/b/c", "../writer", "acme/wri ter", "acme/../x", "a--b/c", "acme/ü", ""])
async def test_names_that_are_none(hub: HubServer, downloads: Downloads, repo: str) -> None:
    assert await refused(downloads, repo=repo) == "A repository is owner/name on the hub."
    assert hub.requests == []


async def test_too_large(hub: HubServer, downloads: Downloads) -> None:
    hub.publish(REPO, FILES)
    size = sum(map(len, FILES.values()))
    assert await refused(downloads, model_max_bytes=size - 1) == (
        f"{REPO} has {size} bytes, more than MODEL_MAX_BYTES ({size - 1})."
    )
    assert (await downloads.fetch(model_max_bytes=size)).size_bytes == size


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("model.safetensors", b"<html>no model</html>", "model.safetensors is not a safetensors file."),
        ("config.json", b"{", "config.json is not JSON."),
        ("config.json", json.dumps({"auto_map": {"AutoModel": "own.Model"}}).encode(), "brings its own code"),
    ],
)
async def test_files_that_are_wrong(
    hub: HubServer, downloads: Downloads, name: str, content: bytes, reason: str
) -> None:
    hub.publish(REPO, {**FILES, name: content})
    assert reason in await refused(downloads)


# --- for now ---


# More than one piece of the client's, so that some of the first half is kept
LONG = {**FILES, "model.safetensors": safetensors(30_000_000)}


async def test_a_connection_that_closes_early_is_continued(hub: HubServer, downloads: Downloads) -> None:
    hub.publish(REPO, LONG)
    hub.faults.append(Fault("^GET /cdn/", cut="closed"))
    snapshot = await downloads.fetch()
    assert files_of(snapshot) == LONG
    _, second = hub.asked("^GET /cdn/")
    rest = re.search(r" bytes=(\d+)-$", second)
    assert rest
    assert int(rest[1]) >= 10_000_000
    assert downloads.progress[-2:] == [("download", snapshot.size_bytes, snapshot.size_bytes), ("inspect", 0, None)]


async def test_a_connection_that_is_reset_is_tried_again_later(hub: HubServer, downloads: Downloads) -> None:
    hub.publish(REPO, LONG)
    hub.faults.append(Fault("^GET /cdn/", cut="reset"))
    with pytest.raises(DownloadFailedError, match=r"^The download broke: "):
        await downloads.fetch()
    assert files_of(await downloads.fetch()) == LONG
    small = hub.asked("^GET .*/resolve/")
    assert len(small) == len(set(small)) == len(LONG) - 1, "what was whole is not fetched again"


@pytest.mark.parametrize("status", [503, *seldom(500, 429)])
async def test_a_hub_that_fails_is_asked_again_later(hub: HubServer, downloads: Downloads, status: int) -> None:
    hub.publish(REPO, FILES)
    hub.faults.append(Fault("^GET /api/models/acme/writer", status=status))
    with pytest.raises(DownloadFailedError, match=rf"^The HuggingFace hub does not answer: .*{status}"):
        await downloads.fetch()
    assert files_of(await downloads.fetch()) == FILES


@pytest.mark.parametrize("where", ["^GET /cdn/", "^GET .*/resolve/.*/config.json"])
async def test_a_file_that_fails_is_asked_again_later(hub: HubServer, downloads: Downloads, where: str) -> None:
    hub.publish(REPO, FILES)
    hub.faults.append(Fault(where, status=503))
    with pytest.raises(DownloadFailedError, match=r"^The download broke: .*503"):
        await downloads.fetch()
    assert files_of(await downloads.fetch()) == FILES


async def test_a_hiccup_between_two_files_is_waited_out(hub: HubServer, downloads: Downloads) -> None:
    hub.publish(REPO, FILES)
    hub.faults += [Fault("^HEAD .*/config.json", status=503), Fault("/tree/", status=503)]
    assert files_of(await downloads.fetch()) == FILES


async def test_no_hub_at_all(downloads: Downloads) -> None:
    downloads.url = "http://127.0.0.1:9"
    began = time.monotonic()
    with pytest.raises(DownloadFailedError, match=r"^The HuggingFace hub does not answer: "):
        await downloads.fetch()
    assert time.monotonic() - began < 30


@pytest.mark.slow
async def test_an_endpoint_that_is_nowhere(downloads: Downloads) -> None:
    downloads.url = "http://mirror.invalid"
    with pytest.raises(DownloadFailedError, match="does not answer"):
        await downloads.fetch()


@pytest.mark.parametrize("answer", [b"<html>welcome</html>", *seldom(b"[]", b"{}", b"null", b'{"id": "a/b"}')])
async def test_an_endpoint_that_is_no_hub(hub: HubServer, downloads: Downloads, answer: bytes) -> None:
    hub.faults.append(Fault("/api/models/", times=9, body=answer))
    with pytest.raises(DownloadFailedError, match="HuggingFace hub"):
        await downloads.fetch()


async def test_a_download_that_is_called_off(hub: HubServer, downloads: Downloads) -> None:
    hub.publish(REPO, FILES)
    downloads.is_canceled = True
    with pytest.raises(DownloadFailedError, match=r"^The download was called off\.$"):
        await downloads.fetch()
    left = [path for path in downloads.cache.rglob("*") if path.suffix in {".incomplete", ".complete"}]
    assert left == []
    downloads.is_canceled = False
    assert files_of(await downloads.fetch()) == FILES


async def test_a_hub_that_sends_byte_by_byte_is_left_and_its_process_ended(
    hub: HubServer, downloads: Downloads
) -> None:
    hub.publish(REPO, LONG)
    released = threading.Event()
    hub.faults.append(Fault("^GET /cdn/", drip=released))
    began = time.monotonic()
    with pytest.raises(DownloadFailedError, match=r"^The hub sent less than a megabyte in 2 seconds\.$"):
        await downloads.fetch(download_stall_seconds=2)
    assert time.monotonic() - began < 20
    released.set()
    children = [child.cmdline() for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    assert not [command for command in children if "workers.supervisor.download" in command]
    assert files_of(await downloads.fetch()) == LONG


@pytest.mark.slow
async def test_a_hub_that_lists_byte_by_byte_is_left(hub: HubServer, downloads: Downloads) -> None:
    hub.publish(REPO, FILES)
    hub.faults.append(Fault("^GET /api/models/acme/writer", hold=threading.Event()))
    with pytest.raises(DownloadFailedError, match=r"less than a megabyte|does not answer"):
        await downloads.fetch(download_stall_seconds=2)
    assert files_of(await downloads.fetch()) == FILES


@pytest.mark.parametrize("status", [403, *seldom(410, 451)])
async def test_what_a_hub_forbids_is_final(hub: HubServer, downloads: Downloads, status: int) -> None:
    hub.publish(REPO, FILES)
    hub.faults.append(Fault("^GET /api/models/acme/writer", status=status))
    assert await refused(downloads) == f"The hub does not give {REPO}: {status}."


async def test_a_token_that_the_hub_does_not_know_is_its_operator_s_to_mend(
    hub: HubServer, downloads: Downloads
) -> None:
    hub.publish(REPO, FILES)
    unknown = {"x-error-message": "Invalid credentials in Authorization header"}
    hub.faults.append(Fault("^GET /api/models/acme/writer", status=401, headers=unknown))
    with pytest.raises(DownloadFailedError, match=r"^The hub does not accept this server's HF_TOKEN; "):
        await downloads.fetch(hf_token="hf_expired")
    assert files_of(await downloads.fetch()) == FILES


@pytest.mark.parametrize(("where", "status"), [("^GET /cdn/", 403), ("^GET .*/resolve/.*/config.json", 401)])
async def test_a_link_to_a_file_that_ran_out_is_no_refusal(
    hub: HubServer, downloads: Downloads, where: str, status: int
) -> None:
    hub.publish(REPO, FILES)
    hub.faults.append(Fault(where, status=status))
    with pytest.raises(DownloadFailedError, match=rf"^The download broke: .*{status}"):
        await downloads.fetch()
    assert files_of(await downloads.fetch()) == FILES


async def test_a_hub_says_how_long_it_wants_to_be_left_alone(hub: HubServer, downloads: Downloads) -> None:
    hub.publish(REPO, FILES)
    hub.faults.append(Fault("^GET /api/models/acme/writer", status=429, headers={"retry-after": "77"}))
    with pytest.raises(DownloadFailedError) as caught:
        await downloads.fetch()
    assert caught.value.retry_seconds == 77


async def test_a_full_disk_is_no_refusal(hub: HubServer, downloads: Downloads) -> None:
    hub.publish(REPO, LONG)
    with resource_limit(1_000_000), pytest.raises(DownloadFailedError, match=r"^The download broke: "):
        await downloads.fetch()
    assert files_of(await downloads.fetch()) == LONG


@contextmanager
def resource_limit(most_bytes: int) -> Iterator[None]:
    """No file of this process and its children grows beyond this: a write fails, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
