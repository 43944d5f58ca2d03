"""Snapshots of models: from the hub, a folder or the bundled demos; pinned, measured, and free of pickles."""

from __future__ import annotations

import asyncio
import glob
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from filelock import FileLock
from huggingface_hub import snapshot_download
from tqdm.auto import tqdm

from server.adapters.huggingface import COMMIT, FAULTS, HubError, HubUnavailableError, HuggingFaceHub, RepoFile, refusal
from server.domain.models import ModelSource, SourceType, source_violations
from server.settings import Settings
from workers import demo_models
from workers.contract.failures import VersionRefusedError
from workers.supervisor import folders

OnProgress = Callable[[str, int, int | None], None]

USEFUL = re.compile(r"(?:^|/)(?:[^/]+\.safetensors|[^/]+\.json|[^/]+\.txt|[^/]+\.model|README\.md|[^/]+\.jinja)$")
VARIANT = re.compile(r"\.(?:fp16|bf16|fp32|non_ema|ema)(?:-\d+-of-\d+)?\.safetensors$")
OTHER_FRAMEWORKS = re.compile(r"^(?:onnx|openvino|flax|coreml|gguf|original)/")
PICKLE = re.compile(r"\.(?:bin|pt|pth|ckpt|pkl|pickle)$")


class DownloadFailedError(Exception):
    """A transient fault; trying again may help."""


class _CanceledError(Exception):
    """The download was called off."""


@dataclass(frozen=True)
class Snapshot:
    """A version's files on this machine; `path` is None for predictors without files."""

    path: Path | None
    revision: str
    digest: str
    size_bytes: int


async def fetch(
    source: ModelSource, settings: Settings, *, on_progress: OnProgress, cancelled: Callable[[], bool]
) -> Snapshot:
    """The files of a source, downloaded where they are not here yet.

    Raises:
        VersionRefusedError: this source can never work; the message is a sentence.
        DownloadFailedError: a transient fault.
    """
    if violations := source_violations(source):
        raise VersionRefusedError(violations[0].message)
    match source.type:
        case SourceType.HUGGINGFACE:
            return await _from_hub(source, settings, on_progress, cancelled)
        case SourceType.LOCAL:
            path = await anyio.to_thread.run_sync(folders.below_root, source.ref, settings.model_root)
            return await _from_folder(path, settings, on_progress, "local")
        case SourceType.DEMO:
            if not re.fullmatch(r"[a-z]{1,40}", source.ref):
                raise VersionRefusedError(f"There is no bundled demo called {source.ref[:40]!r}.")
            return await _from_folder(demo_models.ROOT / source.ref, settings, on_progress, "demo")
        case _:
            return Snapshot(None, source.ref, folders.text_digest(source.ref), 0)


async def _from_folder(path: Path, settings: Settings, on_progress: OnProgress, kind: str) -> Snapshot:
    on_progress("inspect", 0, None)
    folder = await anyio.to_thread.run_sync(folders.inspect, path, settings.model_max_bytes)
    return Snapshot(path, f"{kind}-{folder.digest[7:19]}", folder.digest, folder.size_bytes)


async def _from_hub(
    source: ModelSource, settings: Settings, on_progress: OnProgress, cancelled: Callable[[], bool]
) -> Snapshot:
    """The files of the commit that the revision names; the hub is asked only where no earlier download left them."""
    on_progress("inspect", 0, None)
    commit = source.revision or ""
    path = _downloaded(source.ref, commit, settings)
    if path is None:
        try:
            repo = await HuggingFaceHub(settings).describe(source.ref, source.revision)
        except HubError as error:
            raise VersionRefusedError(str(error)) from error
        except HubUnavailableError as error:
            raise DownloadFailedError(str(error)) from error
        commit = repo.commit
        path = _downloaded(source.ref, commit, settings)
    if path is None:
        files = choose(repo.files)
        total = sum(file.size for file in files)
        if total > settings.model_max_bytes:
            limit = settings.model_max_bytes
            raise VersionRefusedError(f"{source.ref} has {total} bytes, more than MODEL_MAX_BYTES ({limit}).")
        used = folders.size_of(settings.model_cache_dir)
        if used + total > settings.model_cache_max_bytes:
            raise VersionRefusedError(
                f"{source.ref} has {total} bytes; with the {used} held already that is more than "
                f"MODEL_CACHE_MAX_BYTES ({settings.model_cache_max_bytes})."
            )
        meter = _Meter(total, on_progress, cancelled)
        path = await _download(source.ref, commit, [file.path for file in files], settings, meter)
    folder = await anyio.to_thread.run_sync(folders.inspect, path, settings.model_max_bytes)
    return Snapshot(path, commit, folder.digest, folder.size_bytes)


def _marker(path: Path) -> Path:
    """The file that says that a snapshot is whole."""
    return path.parent / f"{path.name}.complete"


def _downloaded(repo: str, commit: str, settings: Settings) -> Path | None:
    """The whole snapshot of a commit, where an earlier download left it."""
    if not COMMIT.fullmatch(commit):
        return None
    path = settings.model_cache_dir / f"models--{repo.replace('/', '--')}" / "snapshots" / commit
    return path if _marker(path).exists() else None


def choose(files: tuple[RepoFile, ...]) -> list[RepoFile]:
    """The files worth downloading: safetensors and configuration, one variant of the weights.

    Raises:
        VersionRefusedError: the repository holds no safetensors.
    """
    chosen = [f for f in files if USEFUL.search(f.path) and not OTHER_FRAMEWORKS.search(f.path)]
    weights = [f.path for f in chosen if f.path.endswith(".safetensors")]
    if not weights:
        if any(PICKLE.search(f.path) for f in files):
            raise VersionRefusedError("The repository holds only pickle weights; convert them to safetensors.")
        raise VersionRefusedError("The repository holds no safetensors weights.")
    plain = {str(Path(path).parent) for path in weights if not VARIANT.search(path)}
    if any("/" in path for path in weights) and any(f.path == "model_index.json" for f in chosen):
        # A diffusers repository: single-file checkpoints beside the component folders are the same weights again
        chosen = [f for f in chosen if "/" in f.path or not f.path.endswith(".safetensors")]
    return [f for f in chosen if not (VARIANT.search(f.path) and str(Path(f.path).parent) in plain)]


@dataclass
class _Meter:
    """Counts bytes over all files of one download.

    The library keeps one bar for what came over the network and one for what was written: the larger one is right.
    """

    total: int
    on_progress: OnProgress
    cancelled: Callable[[], bool]
    done: dict[int, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, bar: int, count: float) -> None:
        if self.cancelled():
            raise _CanceledError
        with self.lock:
            self.done[bar] = self.done.get(bar, 0) + int(count)
            self.on_progress("download", min(max(self.done.values()), self.total), self.total)

    def bar(self) -> type[tqdm]:
        meter = self

        class Bar(tqdm):  # type: ignore[misc]
            """A progress bar that draws nothing and reports to the meter."""

            def __init__(self, *args: object, **kwargs: object) -> None:
                self._counts = kwargs.get("unit") == "B"
                kwargs.pop("name", None)
                super().__init__(*args, **{**kwargs, "disable": True})

            def update(self, n: float | None = 1) -> None:
                """Count bytes; file counts are ignored."""
                if self._counts:
                    meter.add(id(self), n or 0)

        return Bar


async def _download(repo: str, commit: str, paths: list[str], settings: Settings, meter: _Meter) -> Path:
    """One flight a revision and machine; what an interrupted one left is continued."""

    def work() -> Path:
        settings.model_cache_dir.mkdir(parents=True, exist_ok=True)
        lock = settings.model_cache_dir / f".{repo.replace('/', '--')}-{commit}.lock"
        with FileLock(lock):
            path = Path(
                snapshot_download(
                    repo,
                    revision=commit,
                    cache_dir=settings.model_cache_dir,
                    allow_patterns=[glob.escape(path) for path in paths],
                    endpoint=settings.hf_endpoint,
                    token=settings.hf_token.get_secret_value() if settings.hf_token else False,
                    tqdm_class=meter.bar(),
                    max_workers=2,
                )
            )
            _marker(path).touch()
            return path

    try:
        return await asyncio.to_thread(work)
    except _CanceledError:
        raise DownloadFailedError("The download was called off.") from None
    except FAULTS as error:
        if reason := refusal(error, repo, commit):
            raise VersionRefusedError(reason) from error
        raise DownloadFailedError(f"The download broke: {error}") from error
