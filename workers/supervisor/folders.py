"""Model folders: where they may lie, what they may hold, and the digest that identifies them."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import normalize

from server.domain.models import DEFAULT_PREDICTORS, FOLDER_PREDICTORS
from workers.contract.failures import VersionRefusedError
from workers.contract.layout import (
    ADAPTER,
    CONFIG,
    LORA_WEIGHTS,
    MAX_LORAS,
    PEFT_WEIGHTS,
    PIPELINE,
    RULE,
    SAFETENSORS,
    Form,
    Layout,
    adapter_weights,
    plan_adapter,
    plan_checkpoint,
    read_json,
    read_layout,
    unreadable,
)
from workers.contract.weights import safetensors_header
from workers.supervisor import digests
from workers.supervisor.config_sizes import check_sizes
from workers.supervisor.references import NEEDS_BASE, check_references, needs_base

PICKLE = re.compile(r"\.(?:bin|pt|pth|ckpt|pkl|pickle)$")
MAX_FILES = 5_000
MAX_LORA_NAME = 100
IGNORED = {".git", ".cache", "__pycache__"}
HOW_TO_NAME = "`path` names it as it is seen from MODEL_ROOT, such as my-model."
NO_FOLDER = f"There is no such folder below MODEL_ROOT. {HOW_TO_NAME}"
LET_READ = "Its operator lets the user that the workers run as read it, with all that is in it."
# What downloads that were interrupted, or go on, call their files
UNFINISHED = (".incomplete", ".part", ".partial", ".crdownload", ".aria2", ".tmp")


@dataclass(frozen=True)
class Choice:
    """Which files of a folder are a version's, by the rule of that number; noted with the version when it is published.

    Versions from before that was noted, and those of predictors of the operator's, whose files only their own code
    knows, go by rule 1: of a repository all that may be of use, of a folder everything.
    `adapter_for` is the predictor whose model the folder is an adapter of, if it is one. `takes_checkpoint` allows a
    lone safetensors file, which is the `file` of that name where one was published and not its folder.
    """

    rule: int = RULE
    names: tuple[str, ...] | None = None
    adapter_for: str | None = None
    takes_checkpoint: bool = False
    file: str | None = None

    def plan(self, path: Path) -> Layout:
        """The layout of a folder by the rules of today."""
        if self.file is not None:
            return plan_checkpoint((self.file,))
        names = list_names(path)
        if self.adapter_for is not None:
            return plan_adapter(names, self.adapter_for)
        layout = read_layout(path, names)
        return plan_checkpoint(names) if self.takes_checkpoint and layout.form is Form.FILES else layout


@dataclass(frozen=True)
class FolderInspection:
    """What a folder holds: `digest` is `sha256:` over names, sizes and contents of the files called `names`.

    `mark` is their fingerprint, which tells cheaply whether they may have changed since.
    """

    digest: str
    size_bytes: int
    names: tuple[str, ...] = ()
    mark: str = field(default="", compare=False)
    is_checkpoint: bool = False


def rule_of(predictor: str) -> int:
    """The rule that chooses the files of a predictor: those that its library loads, or what the operator's may use."""
    is_ours = predictor in FOLDER_PREDICTORS or predictor in DEFAULT_PREDICTORS.values()
    return RULE if is_ours else 1


def below_root(text: str, root: Path | None, *, may_be_file: bool = False) -> Path:
    """The real path of a folder, or of a checkpoint of one file, below MODEL_ROOT.

    Raises:
        VersionRefusedError: MODEL_ROOT is not set, the folder is not below it, or the file is no checkpoint.
    """
    if root is None:
        raise VersionRefusedError(
            "Local folders are not allowed here: MODEL_ROOT is not set. Set it for the workers to the folder that "
            "holds the folders of models."
        )
    real_root = root.expanduser().resolve()
    try:
        path = (real_root / text).resolve()
    except RuntimeError:
        # Links in a circle
        raise VersionRefusedError(NO_FOLDER) from None
    if path == real_root:
        raise VersionRefusedError(f"The folder is not below MODEL_ROOT: it is MODEL_ROOT itself. {HOW_TO_NAME}")
    if not path.is_relative_to(real_root):
        raise VersionRefusedError(f"The folder is not below MODEL_ROOT, where it has to lie. {HOW_TO_NAME}")
    try:
        is_there, is_file = path.is_dir(), path.is_file()
    except PermissionError:
        raise VersionRefusedError(f"The worker may not enter that folder. {LET_READ}") from None
    except OSError:
        # A name too long
        raise VersionRefusedError(NO_FOLDER) from None
    if is_file and PICKLE.search(path.name):
        raise VersionRefusedError("It is a pickle, which can run code and is not loaded: convert it to safetensors.")
    if is_file and may_be_file and path.suffix != SAFETENSORS:
        raise VersionRefusedError("It is no safetensors file; a checkpoint of pictures is one, anything else a folder.")
    if is_file and not may_be_file:
        raise VersionRefusedError("It is a file. A model is the folder that its files lie in: name that one.")
    if not is_there and not is_file:
        raise VersionRefusedError(NO_FOLDER)
    return path


def inspect(
    path: Path,
    max_bytes: int,
    names: Iterable[str] | None = None,
    memory: Path | None = None,
    choice: Choice | None = None,
) -> FolderInspection:
    """Check the files of a folder that are called `names`, by default the model's own, and compute their digest.

    Without names, they are those of the `choice`. Digests are remembered under `memory`, see `digests.digest`.

    Raises:
        VersionRefusedError: it is too large, holds pickles instead of safetensors, leads out of itself, or is no model.
    """
    if not path.is_dir():
        raise VersionRefusedError("The model's folder is not there.")
    choice = choice or Choice()
    if (snapshot := _name_snapshot(path)) is not None:
        raise VersionRefusedError(
            "It is what the hub's cache keeps of a repository, and not the model's folder, which is one of its "
            f"snapshots. Name its folder {snapshot}."
        )
    present = (choice.file,) if choice.file is not None else list_names(path)
    is_checkpoint = choice.takes_checkpoint and choice.plan(path).form is Form.CHECKPOINT
    names = choice.plan(path).files if names is None else tuple(names)
    if gone := set(names) - set(present):
        raise VersionRefusedError(
            f"The model's file {min(gone)[:200]} is missing: the download was not complete. Fetch it into the folder."
        )
    files = [path / name for name in sorted(names, key=lambda name: Path(name).parts)]
    if closed := next((file for file in files if not os.access(file, os.R_OK)), None):
        raise VersionRefusedError(f"The worker may not read {closed.relative_to(path).as_posix()[:200]}. {LET_READ}")
    size = sum(file.stat().st_size for file in files)
    if size > max_bytes:
        raise VersionRefusedError(f"The model has {size} bytes, more than MODEL_MAX_BYTES ({max_bytes}).")
    if is_checkpoint:
        _check_checkpoint(path, names, present)
    elif choice.adapter_for is None:
        configs = set(names) & {CONFIG, PIPELINE}
        if not configs:
            raise VersionRefusedError(_name_missing_config(path, present))
        for name in sorted(configs):
            _check_config(path / name)
    else:
        check_adapter(present, choice.adapter_for)
    weights = [file for file in files if file.suffix == SAFETENSORS]
    if not weights and any(PICKLE.search(name) for name in present):
        raise VersionRefusedError("The folder holds only pickle weights; convert them to safetensors.")
    if not weights and _is_unfinished(path):
        raise VersionRefusedError(
            "The folder holds no safetensors weights, but a file of a download that is not complete: run the download "
            "again, then `prepareAgain`."
        )
    if not weights:
        raise VersionRefusedError("The folder holds no safetensors weights: add those of the model's repository.")
    for file in weights:
        safetensors_header(file)
    check_references(path, files, is_adapter=choice.adapter_for is not None)
    check_sizes(path, files)
    digest, mark = digests.digest(path, names, memory)
    return FolderInspection(digest, size, tuple(sorted(names)), mark, is_checkpoint)


def check_adapter(names: Iterable[str], predictor: str) -> None:
    """Refuse a folder or repository of these files that is no adapter for a model of this predictor.

    Raises:
        VersionRefusedError: with a sentence that says what is missing.
    """
    names = tuple(names)
    if predictor == "text":
        has_pickle = any(name == "adapter_model.bin" for name in names)
        advice = "; convert adapter_model.bin to it" if has_pickle else ""
        for name in (ADAPTER, PEFT_WEIGHTS):
            if name not in names:
                rule = f"An adapter of a text model has {ADAPTER} and {PEFT_WEIGHTS}, as peft saves them"
                raise VersionRefusedError(f"{rule}; {name} is missing{advice if name == PEFT_WEIGHTS else ''}.")
        return
    files = adapter_weights(names)
    if not files:
        raise VersionRefusedError("A LoRA is a safetensors file; there is none beside the folders.")
    if len(files) > MAX_LORAS:
        raise VersionRefusedError(
            f"It holds {len(files)} safetensors files, and a version has at most {MAX_LORAS} LoRAs: publish some of "
            f"them as another, or call the only one to use {LORA_WEIGHTS}."
        )
    if len(files) == 1:
        return
    # Several are called by their files' names, in JSON and in forms
    by_name: dict[str, str] = {}
    for file in files:
        name = file.removesuffix(SAFETENSORS)
        if len(name) > MAX_LORA_NAME or not name.isprintable() or name != name.strip():
            raise VersionRefusedError(
                f"Predictions would call a LoRA {name[:100]!a}, after its file: call the file by {MAX_LORA_NAME} "
                "characters at most, all visible, no spaces at the ends."
            )
        other = by_name.setdefault(normalize("NFKC", name).casefold(), file)
        if other != file:
            raise VersionRefusedError(f"{other} and {file} give two LoRAs one name: rename one of these files.")


def _check_checkpoint(path: Path, names: tuple[str, ...], present: Iterable[str]) -> None:
    """Refuse a lone safetensors file that is a LoRA."""
    if names and any("lora" in tensor.lower() for tensor in safetensors_header(path / names[0])):
        raise VersionRefusedError(_name_missing_config(path, present))


def _name_missing_config(path: Path, names: Iterable[str]) -> str:
    """Why a folder of these files, which has no configuration, is no model."""
    names = tuple(names)
    if ADAPTER in names:
        return f"It is an adapter ({ADAPTER}). {needs_base(read_json(path / ADAPTER))}"
    files = adapter_weights(names)
    if len(files) == 1 and any("lora" in tensor.lower() for tensor in safetensors_header(path / files[0])):
        return f"It is a LoRA ({files[0][:200]}). {NEEDS_BASE}"
    missing = f"The folder has neither {CONFIG} nor {PIPELINE}"
    if not names:
        return f"{missing}: it is empty."
    # Once more as a folder in a folder, as archives are unpacked and repositories are cloned
    inner = sorted({name.rpartition("/")[0] for name in names if Path(name).name in (CONFIG, PIPELINE)}, key=len)
    if inner and len({name.partition("/")[0] for name in names}) == 1:
        return f"{missing}: the model lies deeper in it. Name its folder {inner[0][:200]}."
    return f"{missing}: add it from the model's repository."


def _name_snapshot(path: Path) -> str | None:
    """Of what the hub's cache keeps of a repository, the folder of its newest commit, as seen from `path`."""
    repository = path.parent if path.name == "snapshots" else path
    if not repository.name.startswith("models--") or not (repository / "snapshots").is_dir():
        return None
    try:
        commit = (repository / "refs" / "main").read_text().strip()
    except OSError:
        commit = ""
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        commit = min((each.name for each in (repository / "snapshots").iterdir()), default="COMMIT")
    return commit if path != repository else f"snapshots/{commit}"


def _is_unfinished(path: Path) -> bool:
    """Whether a download into this folder, or into the hub's cache that it belongs to, was not complete."""
    places = [path, path / ".cache" / "huggingface" / "download"]
    if path.parent.name == "snapshots":
        places.append(path.parent.parent / "blobs")
    return any(file.name.endswith(UNFINISHED) for place in places if place.is_dir() for file in place.iterdir())


def list_names(path: Path) -> tuple[str, ...]:
    """The names of all files below a folder but those of its version control, none of which may lead out of it.

    Raises:
        VersionRefusedError: one does, or there are too many.
    """
    return tuple(file.relative_to(path).as_posix() for file in _list_files(path))


def _list_files(path: Path) -> list[Path]:
    """All files below a folder but those of its version control, none of which may lead out of it."""
    root = path.resolve()
    allowed = [root]
    if root.parent.name == "snapshots" and root.parent.parent.name.startswith("models--"):
        # A snapshot of the hub links into its blobs beside it, and those into the blobs that all repositories share
        allowed = [root.parent.parent, root.parent.parent.parent / "blobs"]
    files = []
    for file in sorted(path.rglob("*")):
        if IGNORED & set(file.relative_to(path).parts) or not file.is_file():
            continue
        real = file.resolve()
        if not any(real.is_relative_to(place) for place in allowed):
            raise VersionRefusedError(f"{file.name} links to a place outside of the model's folder.")
        files.append(file)
        if len(files) > MAX_FILES:
            raise VersionRefusedError(f"The folder holds more than {MAX_FILES} files.")
    return files


def _check_config(path: Path) -> None:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise unreadable(path, path.name, "not JSON") from None
    if not isinstance(config, dict):
        raise VersionRefusedError(f"{path.name} is not a JSON object.")
    if path.name == "config.json" and "auto_map" in config and "model_type" not in config:
        raise VersionRefusedError("The model brings its own code, which is never run here.")


def text_digest(text: str) -> str:
    """The digest of something that has no files."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def size_of(path: Path) -> int:
    """Bytes below a folder; links count nothing."""
    if not path.is_dir():
        return 0
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file() and not file.is_symlink())
