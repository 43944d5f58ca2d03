"""Repositories that can be had."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from pathlib import Path

import pytest
from huggingface_hub.utils._shared_blobs import publish_blob_to_shared_store

from server.adapters.huggingface import HuggingFaceHub, RepoFile
from tests.integration.hub.conftest import FILES, REPO, WEIGHTS, Downloads, files_of, safetensors
from tests.support.hub_server import HubServer
from workers.contract.failures import VersionRefusedError
from workers.supervisor import digests, download_cache, folders
from workers.supervisor.downloads import DownloadFailedError
from workers.supervisor.folders import Choice

FILE_GETS = "^GET /(cdn/|.*/resolve/)"


async def test_a_repository_is_described(hub: HubServer, downloads: Downloads) -> None:
    commit = hub.publish(REPO, FILES)
    found = HuggingFaceHub(downloads.url, None).describe(REPO, None)
    assert found.commit == commit
    assert {file.path: file.size for file in found.files} == {name: len(data) for name, data in FILES.items()}
    large = next(file for file in found.files if file.path == "model.safetensors")
    assert large == RepoFile("model.safetensors", len(WEIGHTS), large.sha256)
    assert len(large.sha256 or "") == 64
    assert [file.sha256 for file in found.files if file is not large] == [None] * 3


async def test_a_repository_is_downloaded(hub: HubServer, downloads: Downloads) -> None:
    commit = hub.publish(REPO, FILES)
    snapshot = await downloads.fetch()
    assert snapshot.revision == commit
    assert files_of(snapshot) == FILES
    assert snapshot.size_bytes == sum(map(len, FILES.values()))
    assert snapshot.path
    assert snapshot.path.is_relative_to(downloads.cache)
    assert snapshot.digest == folders.inspect(snapshot.path, 10**9).digest


async def test_only_wanted_files_are_fetched(hub: HubServer, downloads: Downloads) -> None:
    unwanted = {
        "pytorch_model.bin": b"pickle",
        "model.fp16.safetensors": safetensors(1000),
        "onnx/model.safetensors": safetensors(1000),
        "onnx/config.json": b"{}",
        "modeling_own.py": b"import os",
        "weights.gguf": b"gguf",
        "picture.png": b"png",
        ".gitattributes": b"",
        "model.safetensors.sh": b"#!/bin/sh",
    }
    wanted = {**FILES, "README.md": b"# A", "chat_template.jinja": b"{{ x }}", "spiece.model": b"m", "vocab.txt": b"v"}
    hub.publish(REPO, {**unwanted, **wanted})
    assert files_of(await downloads.fetch()) == wanted
    fetched = {request.rpartition("/")[2] for request in hub.asked(FILE_GETS)}
    assert fetched == set(wanted)


async def test_names_that_look_like_patterns_fetch_only_themselves(hub: HubServer, downloads: Downloads) -> None:
    wanted = {**FILES, "*.json": b"{}", "a[1].json": b"{}", "with space ü.txt": b"x"}
    hub.publish(REPO, {**wanted, "onnx/other.json": b"{}", "a1.jsonl": b""})
    assert files_of(await downloads.fetch()) == wanted


async def test_the_pipeline_of_a_diffusers_repository(hub: HubServer, downloads: Downloads) -> None:
    wanted = {
        "model_index.json": b'{"unet": ["diffusers", "UNet2DModel"], "vae": ["diffusers", "VQModel"]}',
        "unet/config.json": b"{}",
        "unet/diffusion_pytorch_model.safetensors": safetensors(1000, 1),
        "vae/model.safetensors": safetensors(1000, 2),
    }
    same_again = {
        "sd.safetensors": safetensors(5000, 3),
        "unet/diffusion_pytorch_model.fp16.safetensors": b"half",
        "vae_1_0/diffusion_pytorch_model.safetensors": safetensors(5000, 4),
    }
    hub.publish(REPO, {**wanted, **same_again})
    assert files_of(await downloads.fetch()) == wanted


async def test_a_branch_is_pinned_to_its_commit(hub: HubServer, downloads: Downloads) -> None:
    first = hub.publish(REPO, FILES)
    assert (await downloads.fetch(revision="main")).revision == first
    second = hub.publish(REPO, {**FILES, "model.safetensors": safetensors(seed=9)})
    hub.publish(REPO, FILES, "refs/pr/1")
    assert first != second
    newer, older, change = [await downloads.fetch(revision=each) for each in (None, first, "refs/pr/1")]
    assert (newer.revision, older.revision, change.revision) == (second, first, first)
    assert newer.digest != older.digest == change.digest
    assert files_of(older) == FILES
    # Files are asked for by commit, so a branch that moves meanwhile changes nothing
    assert not hub.asked(r"/(resolve|tree)/(?![0-9a-f]{40})")


async def test_a_commit_that_is_here_needs_no_hub(hub: HubServer, downloads: Downloads) -> None:
    commit = hub.publish(REPO, FILES)
    first = await downloads.fetch()
    count = len(hub.requests)
    downloads.url = "http://127.0.0.1:9"
    assert await downloads.fetch(revision=commit) == first
    assert len(hub.requests) == count


async def test_a_commit_that_is_here_needs_no_room(hub: HubServer, downloads: Downloads) -> None:
    hub.publish(REPO, FILES)
    room = sum(map(len, FILES.values())) + 50_000
    first = await downloads.fetch(model_cache_max_bytes=room)
    assert await downloads.fetch(model_cache_max_bytes=room) == first
    hub.publish("acme/other", {**FILES, "model.safetensors": safetensors(seed=5)})
    # What was just used stays, and the other is tried again
    with pytest.raises(DownloadFailedError, match="MODEL_CACHE_MAX_BYTES"):
        await downloads.fetch("acme/other", model_cache_max_bytes=room)
    with pytest.raises(VersionRefusedError, match="MODEL_CACHE_MAX_BYTES"):
        await downloads.fetch("acme/other", model_cache_max_bytes=100)


def age(repository: Path, seconds: float) -> None:
    """As if its last use were so long ago."""
    at = time.time() - seconds
    for path in [repository, *repository.rglob("*")]:
        os.utime(path, (at, at), follow_symlinks=False)


async def test_the_models_used_longest_ago_make_room(hub: HubServer, downloads: Downloads) -> None:
    folders_of: dict[str, Path] = {}
    for number, name in enumerate(("acme/oldest", "acme/older", "acme/newest")):
        hub.publish(name, {**FILES, "model.safetensors": safetensors(seed=number)})
        snapshot = await downloads.fetch(name)
        assert snapshot.path
        folders_of[name] = snapshot.path.parents[1]
        age(folders_of[name], 9000 - 1000 * number)
    # What repositories share goes with the last that links to it
    blob = next(blob for blob in folders_of["acme/oldest"].glob("blobs/*") if blob.stat().st_size > 1000)
    shared = {"blob_path": str(blob), "xet_hash": "cd" * 32, "cache_dir": downloads.cache}
    assert publish_blob_to_shared_store(**shared, expected_size=blob.stat().st_size)
    age(downloads.cache / "blobs", 9000)
    age(folders_of["acme/oldest"], 9000)
    room = folders.size_of(downloads.cache) + 5000
    hub.publish("acme/new", {**FILES, "model.safetensors": safetensors(seed=7)})
    assert (await downloads.fetch("acme/new", model_cache_max_bytes=room)).path
    assert [name for name, folder in folders_of.items() if folder.exists()] == ["acme/older", "acme/newest"]
    assert not (downloads.cache / "blobs" / "cd" / ("cd" * 32)).exists()
    assert not list(downloads.cache.glob(".removed-*"))
    # One that went is fetched again, and the next goes for it; what was used meanwhile stays
    await downloads.fetch("acme/older", model_cache_max_bytes=room)
    assert files_of(await downloads.fetch("acme/oldest", model_cache_max_bytes=room))
    assert [name for name, folder in folders_of.items() if folder.exists()] == ["acme/oldest", "acme/older"]


async def test_what_has_no_room_waits_until_a_model_was_not_used_for_a_while(
    hub: HubServer, downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.supervisor.downloads.ROOM_SECONDS", 0.1)
    monkeypatch.setattr("workers.supervisor.downloads.WATCH_SECONDS", 0.05)
    hub.publish(REPO, FILES)
    hub.publish("acme/other", {**FILES, "model.safetensors": safetensors(seed=5)})
    busy = await downloads.fetch()
    assert busy.path
    room = folders.size_of(downloads.cache) + 50_000
    reached = asyncio.Event()

    class Progress(list[tuple[str, int, int | None]]):
        def append(self, told: tuple[str, int, int | None]) -> None:
            super().append(told)
            if told[0] == "wait for disk":
                reached.set()

    downloads.progress = Progress()
    waiting = asyncio.create_task(downloads.fetch("acme/other", waits=True, model_cache_max_bytes=room))
    async with asyncio.timeout(30):
        await reached.wait()
    used, most = next(told[1:] for told in downloads.progress if told[0] == "wait for disk")
    assert (used > len(WEIGHTS), most) == (True, room)
    assert not waiting.done()
    age(busy.path.parents[1], 200)
    assert files_of(await waiting)["model.safetensors"] == safetensors(seed=5)
    assert not busy.path.exists()
    # Whoever leaves meanwhile ends it
    reached.clear()
    waiting = asyncio.create_task(downloads.fetch(waits=True, model_cache_max_bytes=room))
    async with asyncio.timeout(30):
        await reached.wait()
    downloads.is_canceled = True
    with pytest.raises(DownloadFailedError, match="called off"):
        await waiting


@pytest.mark.slow
async def test_a_cache_that_is_filled_ten_times_over_serves_every_version(
    hub: HubServer, downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_cache, "IN_USE_SECONDS", 0.0)
    names = [f"acme/model{number}" for number in range(20)]
    commits = {}
    for number, name in enumerate(names):
        commits[name] = hub.publish(name, {**FILES, "model.safetensors": safetensors(40_000, seed=number)})
    await downloads.fetch(names[0])
    room = int(2.3 * folders.size_of(downloads.cache))
    first = {}
    for name in names:
        first[name] = await downloads.fetch(name, model_cache_max_bytes=room)
        assert folders.size_of(downloads.cache) <= room
    present = [name for name in names if first[name].path.is_dir()]  # type: ignore[union-attr]
    assert present == names[-len(present) :]
    assert len(present) <= 2
    # Each that went comes back by itself, as it was
    for name in names:
        again = await downloads.fetch(name, revision=commits[name], model_cache_max_bytes=room)
        assert again == first[name]
        assert folders.size_of(downloads.cache) <= room


async def test_copies_of_the_weights_stay_at_the_hub(hub: HubServer, downloads: Downloads) -> None:
    shards = {f"model-0000{n}-of-00002.safetensors": safetensors(1000, n) for n in (1, 2)}
    index = json.dumps({"weight_map": {name: name for name in shards}}).encode()
    wanted = {
        "config.json": b'{"model_type": "llama", "low": -Infinity}',
        "model.safetensors.index.json": index,
        **shards,
        **{"source.spm": b"s", "qwen.tiktoken": b"t", "bpe.codes": b"c", "merges.txt": b"m", "x.vocab": b"v"},
    }
    copies = {"consolidated.safetensors": safetensors(2000), "original/model.safetensors": safetensors(2000)}
    hub.publish(REPO, {**wanted, **copies})
    snapshot = await downloads.fetch()
    assert files_of(snapshot) == wanted
    assert snapshot.size_bytes == sum(map(len, wanted.values()))
    assert set(snapshot.names) == set(wanted)


async def test_what_an_older_release_published_is_the_same_today(hub: HubServer, downloads: Downloads) -> None:
    files = {**FILES, "source.spm": b"not chosen then", "consolidated.safetensors": safetensors(1000)}
    commit = hub.publish(REPO, files)
    older = await downloads.fetch(revision=commit, choice=Choice(1))
    assert set(older.names) == set(files) - {"source.spm"}
    # The same commit, by what is chosen now
    newer = await downloads.fetch(revision=commit)
    assert set(newer.names) == set(files) - {"consolidated.safetensors"}
    assert newer.digest != older.digest
    # With more files in its folder than it had, and on a machine that has none of them
    assert await downloads.fetch(revision=commit, choice=Choice(1)) == older
    assert await downloads.fetch(revision=commit, choice=Choice(2, newer.names)) == newer
    shutil.rmtree(downloads.cache)
    assert await downloads.fetch(revision=commit, choice=Choice(2, newer.names)) == newer
    assert await downloads.fetch(revision=commit, choice=Choice(1)) == older


async def test_the_marker_of_an_older_release_means_what_it_chose(hub: HubServer, downloads: Downloads) -> None:
    commit = hub.publish(REPO, {**FILES, "source.spm": b"s"})
    older = await downloads.fetch(revision=commit, choice=Choice(1))
    assert older.path
    older.path.with_name(f"{commit}.complete").write_bytes(b"")
    hub.requests.clear()
    assert await downloads.fetch(revision=commit, choice=Choice(1)) == older
    assert not hub.requests
    assert "source.spm" in (await downloads.fetch(revision=commit)).names


async def test_a_commit_that_is_here_is_not_read_again(
    hub: HubServer, downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = hub.publish(REPO, FILES)
    first = await downloads.fetch(revision=commit)
    assert first.path
    monkeypatch.setattr(digests, "READ_BYTES", 0)  # nothing could be read
    assert await downloads.fetch(revision=commit) == first
    weights = (first.path / "model.safetensors").resolve()
    weights.write_bytes(weights.read_bytes())
    assert (await downloads.fetch(revision=commit)).digest != first.digest


async def test_progress_rises_to_the_total(hub: HubServer, downloads: Downloads) -> None:
    parts = {f"model-{n}-of-4.safetensors": safetensors(3_000_000, n) for n in range(4)}
    index = json.dumps({"weight_map": {name: name for name in parts}}).encode()
    files = {**FILES, **parts, "model.safetensors.index.json": index}
    del files["model.safetensors"]
    hub.publish(REPO, files)
    total = sum(map(len, files.values()))
    await downloads.fetch()
    assert downloads.progress[0] == ("inspect", 0, None)
    told = [each for each in downloads.progress[1:] if each[0] != "inspect"]
    assert {(phase, of) for phase, _, of in told} == {("download", total)}
    sizes = [size for _, size, _ in told]
    assert sizes == sorted(sizes)
    assert sizes[-1] == total
    # Counting each byte twice would reach the total half way
    assert sizes.index(total) >= len(sizes) - 3, sizes


async def test_two_downloads_at_once_fetch_each_file_once(hub: HubServer, downloads: Downloads) -> None:
    hub.publish(REPO, FILES)
    one, two, three = await asyncio.gather(*(downloads.fetch() for _ in range(3)))
    assert one == two == three
    asked = hub.asked(FILE_GETS)
    assert len(asked) == len(set(asked)) == len(FILES)


async def test_an_interrupted_download_fetches_only_the_rest(hub: HubServer, downloads: Downloads) -> None:
    commit = hub.publish(REPO, FILES)
    snapshot = await downloads.fetch()
    assert snapshot.path
    (downloads.cache / "models--acme--writer" / "snapshots" / f"{commit}.complete").unlink()
    (snapshot.path / "model.safetensors").resolve().unlink()
    (snapshot.path / "model.safetensors").unlink()
    before = len(hub.asked(FILE_GETS))
    assert await downloads.fetch() == snapshot
    assert [request.rpartition("/")[2] for request in hub.asked(FILE_GETS)[before:]] == ["model.safetensors"]


async def test_a_token_opens_a_gated_repository(hub: HubServer, downloads: Downloads) -> None:
    hub.publish(REPO, FILES)
    hub.gated[REPO] = "hf_mine"
    assert files_of(await downloads.fetch(hf_token="hf_mine")) == FILES


async def test_weights_that_the_hub_shares_between_repositories(
    hub: HubServer, downloads: Downloads, tmp_path: Path
) -> None:
    commit = hub.publish(REPO, FILES)
    snapshot = await downloads.fetch()
    assert snapshot.path
    blob = (snapshot.path / "model.safetensors").resolve()
    assert publish_blob_to_shared_store(
        blob_path=str(blob), xet_hash="ab" * 32, cache_dir=downloads.cache, expected_size=len(WEIGHTS)
    )
    assert (snapshot.path / "model.safetensors").resolve().parent.parent == downloads.cache / "blobs"
    assert await downloads.fetch(revision=commit) == snapshot
    (snapshot.path / "tokenizer.json").unlink()
    shutil.copy(snapshot.path / "config.json", tmp_path / "outside.json")
    (snapshot.path / "tokenizer.json").symlink_to(tmp_path / "outside.json")
    with pytest.raises(VersionRefusedError, match="links to a place outside"):
        await downloads.fetch(revision=commit)
