"""Snapshots of models: from the hub, a folder or the bundled demos; pinned, measured, and free of pickles."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import orjson
import structlog

from server.adapters.huggingface import COMMIT, RepoFile
from server.domain.models import WAITS_FOR_ROOM, ModelSource, SourceType, source_violations
from server.settings import Settings
from workers import demo_models
from workers.contract.failures import VersionRefusedError
from workers.contract.layout import ADAPTER, RULE, Form, plan, plan_adapter, plan_checkpoint
from workers.supervisor import download_cache, folders
from workers.supervisor.configurations import Configuration
from workers.supervisor.folders import Choice
from workers.supervisor.references import needs_base

OnProgress = Callable[[str, int, int | None], None]
logger = structlog.get_logger(__name__)

EMPTY: Mapping[str, Any] = {}
USEFUL = re.compile(r"(?:^|/)(?:[^/]+\.safetensors|[^/]+\.json|[^/]+\.txt|[^/]+\.model|README\.md|[^/]+\.jinja)$")
VARIANT = re.compile(r"\.(?:fp16|bf16|fp32|non_ema|ema)(?:-\d+-of-\d+)?\.safetensors$")
OTHER_FRAMEWORKS = re.compile(r"^(?:onnx|openvino|flax|coreml|gguf|original)/")
# What the process of a download gets of the environment beside its paths: proxies, certificates, how the hub is asked
NETWORK_VARIABLES = re.compile(
    r"(?:https?|no|all)_proxy|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|HF_(?!TOKEN)\w+", re.IGNORECASE
)
ROOT = Path(__file__).resolve().parents[2]
CHANGED = "The model's files changed after the version was published; publish them as a new version."
STALL_BYTES = 1_000_000
WATCH_SECONDS = 0.5
ROOM_SECONDS = 2.0
"""The phase of a download that waits until there is room for its files in the cache."""
PICKLE = re.compile(r"\.(?:bin|pt|pth|ckpt|pkl|pickle)$")


class DownloadFailedError(Exception):
    """A transient fault; trying again may help, after `retry_seconds` where the hub said so."""

    def __init__(self, message: str, retry_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_seconds = retry_seconds


class CacheFullError(DownloadFailedError):
    """Models that were used lately fill the cache; `used_bytes` of it, and there is no room for these files."""

    def __init__(self, message: str, used_bytes: int) -> None:
        super().__init__(message)
        self.used_bytes = used_bytes


@dataclass(frozen=True)
class Snapshot:
    """A version's files on this machine, by their names in `path`, which is None for predictors without files."""

    path: Path | None
    revision: str
    digest: str
    size_bytes: int
    names: tuple[str, ...] = ()
    mark: str = field(default="", compare=False)
    is_checkpoint: bool = False
    configuration: Configuration | None = None
    """By which a checkpoint of a READY version is loaded."""

    @property
    def model(self) -> Path | None:
        """What is loaded: the folder, or the only file of a checkpoint."""
        return self.path / self.names[0] if self.path and self.is_checkpoint else self.path


async def fetch(
    source: ModelSource,
    settings: Settings,
    *,
    on_progress: OnProgress,
    cancelled: Callable[[], bool],
    choice: Choice = Choice(),  # noqa: B008 - it never changes
    waits: bool = False,
) -> Snapshot:
    """The files of a source that are of the `choice`, downloaded where they are not here yet.

    Where models that are in use fill the cache, it `waits` for room until it is called off, or fails.

    Raises:
        VersionRefusedError: this source can never work; the message is a sentence.
        DownloadFailedError: a transient fault.
    """
    if violations := source_violations(source):
        raise VersionRefusedError(violations[0].message)
    match source.type:
        case SourceType.HUGGINGFACE:
            return await _from_hub(source, settings, on_progress, cancelled, choice, waits=waits)
        case SourceType.LOCAL:
            find = partial(folders.below_root, source.ref, settings.model_root, may_be_file=choice.takes_checkpoint)
            path = await anyio.to_thread.run_sync(find)
            if path.is_file():
                choice, path = replace(choice, file=path.name), path.parent
            return await _from_folder(path, settings, on_progress, "local", choice)
        case SourceType.DEMO:
            if len(source.ref) > 40 or not re.fullmatch(r"[a-z]+(-[a-z]+)*", source.ref):
                raise VersionRefusedError(f"There is no bundled demo called {source.ref[:40]!r}.")
            # They come with the software, and change with it
            own = Choice(adapter_for=choice.adapter_for)
            return await _from_folder(demo_models.ROOT / source.ref, settings, on_progress, "demo", own)
        case _:
            return Snapshot(None, source.ref, folders.text_digest(source.ref), 0)


async def _from_folder(path: Path, settings: Settings, on_progress: OnProgress, kind: str, choice: Choice) -> Snapshot:
    folder = await _inspect(path, settings, on_progress, choice, is_repository=False)
    return _snapshot(path, f"{kind}-{folder.digest[7:19]}", folder)


def _snapshot(path: Path, revision: str, folder: folders.FolderInspection) -> Snapshot:
    return Snapshot(path, revision, folder.digest, folder.size_bytes, folder.names, folder.mark, folder.is_checkpoint)


async def _inspect(
    path: Path, settings: Settings, on_progress: OnProgress, choice: Choice, *, is_repository: bool
) -> folders.FolderInspection:
    """Check a folder's files; by rule 1 all of them, or of a repository those that rule would have downloaded."""
    on_progress("inspect", 0, None)

    def inspect() -> folders.FolderInspection:
        names = choice.names
        if names is None and choice.rule == 1 and path.is_dir():
            names = folders.list_names(path)
            if is_repository:
                names = tuple(file.path for file in choose([RepoFile(name, 0) for name in names], choice=choice))
        elif names is not None and choice.rule == RULE and not is_repository:
            # What was added may be read beside what was published, or instead of it
            present = choice.plan(path).files if path.is_dir() else ()
            if present and set(present) != set(names):
                raise VersionRefusedError(CHANGED)
        bounds = (settings.model_max_bytes, names, settings.model_cache_dir)
        return folders.inspect(path, *bounds, choice)

    return await anyio.to_thread.run_sync(inspect)


async def _from_hub(
    source: ModelSource,
    settings: Settings,
    on_progress: OnProgress,
    cancelled: Callable[[], bool],
    choice: Choice,
    *,
    waits: bool,
) -> Snapshot:
    """The files of the commit that the revision names; the hub is asked only where no earlier download left them."""
    on_progress("inspect", 0, None)
    commit = source.revision or ""
    path = _downloaded(source.ref, commit, settings, choice)
    if path is None:
        settings.model_cache_dir.mkdir(parents=True, exist_ok=True)
        download = _Download(source, settings, cancelled)
        try:
            answer = await download.answer()
            commit = answer["commit"]
            path = _downloaded(source.ref, commit, settings, choice)
            if path is None:
                files = [RepoFile(name, size) for name, size in answer["files"]]
                if choice.names is None:
                    files = choose(files, answer["manifests"], choice)
                else:
                    files = [file for file in files if file.path in set(choice.names)]
                total = sum(file.size for file in files)
                await _make_room(source.ref, total, settings, on_progress, cancelled if waits else None)

                def on_bytes(count: int) -> None:
                    on_progress("download", min(count, total), total)

                path = await download.fetch([file.path for file in files], on_bytes)
                is_whole = choice.names is None and choice.adapter_for is None
                download_cache.complete(path, choice.rule if is_whole else None)
        finally:
            download.close()
    async with download_cache.used_meanwhile(settings.model_cache_dir, path):
        folder = await _inspect(path, settings, on_progress, choice, is_repository=True)
    return _snapshot(path, commit, folder)


async def _make_room(
    repo: str, total: int, settings: Settings, on_progress: OnProgress, cancelled: Callable[[], bool] | None
) -> None:
    """Make room for what will be downloaded, and with `cancelled` wait for it; raises as `_check_room`."""
    has_waited = False
    while True:
        try:
            await anyio.to_thread.run_sync(_check_room, repo, total, settings)
        except CacheFullError as error:
            on_progress(WAITS_FOR_ROOM, error.used_bytes, settings.model_cache_max_bytes)
            if cancelled is None:
                raise
            if not has_waited:
                logger.warning("download.waits_for_room", repo=repo, bytes=total, used_bytes=error.used_bytes)
            has_waited = True
            began = time.monotonic()
            while time.monotonic() - began < ROOM_SECONDS:
                if cancelled():
                    raise DownloadFailedError("The download was called off.") from error
                await asyncio.sleep(WATCH_SECONDS)
        else:
            return


def _check_room(repo: str, total: int, settings: Settings) -> None:
    """Make room for what will be downloaded; raises where it is too large, or as long as there is none."""
    if total > settings.model_max_bytes:
        limit = settings.model_max_bytes
        raise VersionRefusedError(f"{repo} has {total} bytes, more than MODEL_MAX_BYTES ({limit}).")
    limit = settings.model_cache_max_bytes
    if total > limit:
        raise VersionRefusedError(f"{repo} has {total} bytes, more than MODEL_CACHE_MAX_BYTES ({limit}).")
    used = download_cache.make_room(settings.model_cache_dir, limit - total)
    if used + total > limit:
        raise CacheFullError(
            f"{repo} has {total} bytes; with the {used} of models that were used lately that is more than "
            f"MODEL_CACHE_MAX_BYTES ({limit}). It is tried again.",
            used,
        )


def _downloaded(repo: str, commit: str, settings: Settings, choice: Choice) -> Path | None:
    """The snapshot of a commit, where earlier downloads left all files of the choice; it counts as used now."""
    if not COMMIT.fullmatch(commit):
        return None
    path = settings.model_cache_dir / f"models--{repo.replace('/', '--')}" / "snapshots" / commit
    if not download_cache.use(settings.model_cache_dir, path):
        return None
    if choice.names is not None:
        return path if all((path / name).is_file() for name in choice.names) else None
    return path if choice.adapter_for is None and choice.rule in download_cache.rules(path) else None


def choose(
    files: Iterable[RepoFile],
    manifests: Mapping[str, Any] = EMPTY,
    choice: Choice = Choice(),  # noqa: B008 - it never changes
) -> list[RepoFile]:
    """The files worth downloading: those that a library loads, by what their `manifests` say (see `layout.plan`).

    Of an adapter or a checkpoint they are its own alone.

    Raises:
        VersionRefusedError: the repository holds no safetensors, or is an adapter where none was meant, or the reverse.
    """
    files = list(files)
    paths = [file.path for file in files]
    if choice.adapter_for is not None:
        folders.check_adapter(paths, choice.adapter_for)
        names = set(plan_adapter(paths, choice.adapter_for).files)
        return [file for file in files if file.path in names]
    if choice.rule == 1:
        chosen = _choose_useful(files)
    else:
        layout = plan(paths, manifests.get)
        if choice.takes_checkpoint and layout.form is Form.FILES:
            layout = plan_checkpoint(paths)
        if layout.form is Form.ADAPTER:
            raise VersionRefusedError(f"The repository is an adapter ({ADAPTER}). {needs_base(manifests.get(ADAPTER))}")
        names = set(layout.files)
        chosen = [file for file in files if file.path in names]
    if not any(file.path.endswith(".safetensors") for file in chosen):
        if any(PICKLE.search(file.path) for file in files):
            raise VersionRefusedError("The repository holds only pickle weights; convert them to safetensors.")
        raise VersionRefusedError("The repository holds no safetensors weights.")
    return chosen


def _choose_useful(files: list[RepoFile]) -> list[RepoFile]:
    """By rule 1: all safetensors and configurations that are not evidently for others, one variant of the weights."""
    chosen = [f for f in files if USEFUL.search(f.path) and not OTHER_FRAMEWORKS.search(f.path)]
    weights = [f.path for f in chosen if f.path.endswith(".safetensors")]
    plain = {str(Path(path).parent) for path in weights if not VARIANT.search(path)}
    if any("/" in path for path in weights) and any(f.path == "model_index.json" for f in chosen):
        # A diffusers repository: single-file checkpoints beside the component folders are the same weights again
        chosen = [f for f in chosen if "/" in f.path or not f.path.endswith(".safetensors")]
    return [f for f in chosen if not (VARIANT.search(f.path) and str(Path(f.path).parent) in plain)]


class _Download:
    """The process that asks the hub for one repository and fetches its files; see `workers.supervisor.download`."""

    def __init__(self, source: ModelSource, settings: Settings, cancelled: Callable[[], bool]) -> None:
        self._settings = settings
        self._cancelled = cancelled
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._is_fetching = False
        self._loop = asyncio.get_running_loop()
        names = {"PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV"}
        environment = {n: v for n, v in os.environ.items() if n in names or NETWORK_VARIABLES.fullmatch(n)}
        path = os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")])
        environment |= {"PYTHONPATH": path, "HF_HUB_DISABLE_TELEMETRY": "1"}
        # A process of its own is killed where a thread would wait for the next byte for ever
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "workers.supervisor.download"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        threading.Thread(target=self._read, name="download", daemon=True).start()
        token = settings.hf_token.get_secret_value() if settings.hf_token else None
        self.tell(
            repo=source.ref,
            revision=source.revision,
            endpoint=settings.hf_endpoint,
            token=token,
            cache_dir=str(settings.model_cache_dir),
        )

    def tell(self, **message: Any) -> None:
        """One line to the process."""
        assert self._process.stdin is not None  # noqa: S101 - it was started with a pipe
        # One that has ended says so itself
        with suppress(OSError):
            self._process.stdin.write(orjson.dumps(message) + b"\n")
            self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it was started with a pipe
        with self._process.stdout as lines:
            for line in lines:
                self._hear(orjson.loads(line))
        self._hear({"failed": f"The download's process ended with code {self._process.wait()}."})

    def _hear(self, message: dict[str, Any]) -> None:
        # A loop that was closed has nobody left to tell
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._answers.put_nowait, message)

    async def answer(self, on_bytes: Callable[[int], None] = lambda _: None) -> dict[str, Any]:
        """What it says next that is no count of bytes.

        Raises:
            VersionRefusedError, DownloadFailedError: there is nothing to be had, for good or for now.
        """
        patience = self._settings.download_stall_seconds
        mark, count, is_counting = time.monotonic(), 0, False
        while True:
            try:
                async with asyncio.timeout(WATCH_SECONDS):
                    message = await self._answers.get()
            except TimeoutError:
                message = {}
            if self._cancelled():
                raise DownloadFailedError("The download was called off.")
            if "refused" in message:
                raise VersionRefusedError(message["refused"])
            if "failed" in message:
                raise DownloadFailedError(message["failed"], message.get("retry_seconds"))
            if "bytes" in message:
                on_bytes(message["bytes"])
                if not is_counting or message["bytes"] >= count + STALL_BYTES:
                    mark, count, is_counting = time.monotonic(), message["bytes"], True
            elif message:
                return message
            # Before the first count another process has the lock, and downloads the same
            if time.monotonic() - mark > patience and (is_counting or not self._is_fetching):
                raise DownloadFailedError(f"The hub sent less than a megabyte in {patience:g} seconds.")

    async def fetch(self, paths: list[str], on_bytes: Callable[[int], None]) -> Path:
        """The folder with these files, once they are there; raises as `answer`."""
        self._is_fetching = True
        self.tell(paths=paths)
        return Path((await self.answer(on_bytes))["path"])

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        assert self._process.stdin is not None  # noqa: S101 - it was started with a pipe
        with suppress(OSError):
            self._process.stdin.close()
