"""The process of one download: `python -m workers.supervisor.download`, started and killed by its supervisor alone.

Lines of JSON on its input and output. In: what to ask the hub for; then, once that was answered, the paths to fetch.
Out: the commit and its files; then how many bytes have come; last the folder, or why there is none. It ends when its
input does. A thread could not be ended in the middle of a read from a hub that sends a byte a minute.
"""

from __future__ import annotations

import glob
import os
import sys
import threading
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock
from huggingface_hub import constants, hf_hub_download, snapshot_download
from tqdm.auto import tqdm

from server.adapters.huggingface import (
    FAULTS,
    HubError,
    HubUnavailableError,
    HuggingFaceHub,
    refusal,
    retry_seconds,
    trouble,
)
from workers.contract.layout import MAX_MANIFEST_BYTES, manifests, read_json, summary

# By whole chunks the library counts: of ten megabytes, as by default, a slow line would seem to stand still
CHUNK_BYTES = 1 << 18


def say(**message: Any) -> None:
    """One line to the supervisor."""
    sys.stdout.buffer.write(orjson.dumps(message) + b"\n")
    sys.stdout.buffer.flush()


def say_fault(error: Exception, repo: str, commit: str) -> None:
    """Why a download ended, for good or for now."""
    if reason := refusal(error, repo, commit, is_listed=True):
        say(refused=reason)
    else:
        say(failed=trouble(error) or f"The download broke: {error}", retry_seconds=retry_seconds(error))


class Meter:
    """Counts bytes over all files.

    The library keeps one bar for what came over the network and one for what was written: the larger one is right. Of
    the bytes that were `present` before it says nothing.
    """

    def __init__(self, present: int) -> None:
        self._present = present
        self._done: dict[int, int] = {}
        self._lock = threading.Lock()

    def add(self, bar: int, count: float) -> None:
        """Count what a bar was told."""
        with self._lock:
            self._done[bar] = self._done.get(bar, 0) + int(count)
            say(bytes=self._present + max(self._done.values()))

    def bar(self) -> type[tqdm]:
        """A class of progress bars that draw nothing and count here."""
        meter = self

        class Bar(tqdm):  # type: ignore[misc]
            def __init__(self, *args: object, **kwargs: object) -> None:
                self._counts = kwargs.get("unit") == "B"
                kwargs.pop("name", None)
                super().__init__(*args, **{**kwargs, "disable": True})

            def update(self, n: float | None = 1) -> None:
                """Count bytes; file counts are ignored."""
                if self._counts:
                    meter.add(id(self), n or 0)

        return Bar


def main() -> None:
    """Describe the repository, wait for the paths, fetch them."""
    request: dict[str, Any] = orjson.loads(sys.stdin.buffer.readline())
    repo, endpoint, token = request["repo"], request["endpoint"], request["token"]
    try:
        repository = HuggingFaceHub(endpoint, token).describe(repo, request["revision"])
    except HubError as error:
        return say(refused=str(error))
    except HubUnavailableError as error:
        return say(failed=str(error), retry_seconds=error.retry_seconds)
    files = [[file.path, file.size] for file in repository.files]
    sizes = {file.path: file.size for file in repository.files}
    contents: dict[str, Any] = {}
    try:
        for name in manifests(sizes):
            # What is larger is refused later
            if sizes[name] <= MAX_MANIFEST_BYTES:
                path = hf_hub_download(
                    repo, name, revision=repository.commit, cache_dir=request["cache_dir"], endpoint=endpoint,
                    token=token or False,
                )  # fmt: skip
                contents[name] = summary(name, read_json(Path(path)))
    except FAULTS as error:
        return say_fault(error, repo, repository.commit)
    say(commit=repository.commit, files=files, manifests=contents)
    line = sys.stdin.buffer.readline()
    if not line:
        return None
    threading.Thread(target=_end_with_supervisor, daemon=True).start()
    constants.DOWNLOAD_CHUNK_SIZE = CHUNK_BYTES
    cache = Path(request["cache_dir"])
    commit = repository.commit
    try:
        with FileLock(cache / f".{repo.replace('/', '--')}-{commit}.lock"):
            paths = orjson.loads(line)["paths"]
            folder = cache / f"models--{repo.replace('/', '--')}" / "snapshots" / commit
            present = sum(sizes[path] for path in paths if (folder / path).is_file())
            say(bytes=present)
            path = snapshot_download(
                repo,
                revision=commit,
                cache_dir=cache,
                allow_patterns=[glob.escape(path) for path in paths],
                endpoint=endpoint,
                token=token or False,
                tqdm_class=Meter(present).bar(),
                max_workers=2,
            )
    except FAULTS as error:
        return say_fault(error, repo, commit)
    return say(path=str(path))


def _end_with_supervisor() -> None:
    """Leave when the other end of the input is closed: by the supervisor, or since it is gone."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
