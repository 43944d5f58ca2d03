"""What a folder in the layout of sentence-transformers says of pooling, of layers behind it, and of prompts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import torch
from safetensors.torch import load_file

from workers.contract.layout import read_json, read_object
from workers.contract.predictor import VersionRefusedError
from workers.predictors.library_errors import refuse_errors

_POOLINGS = {
    "cls_token": "cls",
    "max_tokens": "max",
    "mean_tokens": "mean",
    "mean_sqrt_len_tokens": "mean_sqrt_len",
    "weightedmean_tokens": "weightedmean",
    "lasttoken": "last",
}
"""The kinds of pooling, in the order in which several are put behind each other."""
_MODULES = {"Transformer", "Pooling", "Dense", "Normalize"}
_ACTIVATIONS = {"Identity", "Tanh", "ReLU", "GELU", "SiLU", "Sigmoid"}
NORMALIZE = "normalize"


@dataclass(frozen=True)
class Sentences:
    """How vectors of tokens become one of a text: `steps` are folders of dense layers, and `normalize`."""

    root: Path
    poolings: tuple[str, ...]
    counts_prompt: bool
    steps: tuple[str, ...]
    prompts: dict[str, str]
    default_prompt: str

    @property
    def pooling(self) -> str:
        """The kinds of pooling in a word."""
        return "+".join(self.poolings)


def read_sentences(path: Path) -> Sentences:
    """The layout of a folder; one that says nothing is pooled by the mean.

    Raises:
        VersionRefusedError: it has parts that are not known here.
    """
    modules = path / "modules.json"
    entries = read_json(modules) if modules.is_file() else []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise VersionRefusedError("Its modules.json is no list of modules.")
    kinds = [str(entry.get("type", "")).rpartition(".")[2] for entry in entries]
    if foreign := set(kinds) - _MODULES:
        raise VersionRefusedError(f"Its sentence-transformers module {sorted(foreign)[0]!r} is not supported.")
    order = [kind for kind in kinds if kind in {"Transformer", "Pooling"}]
    if entries and (order not in (["Transformer", "Pooling"], ["Transformer"]) or kinds[: len(order)] != order):
        raise VersionRefusedError("Its sentence-transformers modules do not begin with one Transformer and a Pooling.")
    folders = [_folder(path, str(entry.get("path", ""))) for entry in entries]
    root = folders[0] if entries else path
    pooling = folders[1] if len(order) > 1 else path / "1_Pooling"
    config = read_object(pooling / "config.json")
    modes = [name.removeprefix("pooling_mode_") for name, on in config.items() if on is True]
    modes = [name for name in modes if name != "include_prompt"]
    if isinstance(config.get("pooling_mode"), str):
        # The form of newer releases
        short = {"lasttoken": "last"}.get(config["pooling_mode"], config["pooling_mode"])
        modes = [name for name, kind in _POOLINGS.items() if kind == short] or [short]
    if not set(modes) <= set(_POOLINGS):
        raise VersionRefusedError(f"Its pooling is not supported; it must be one of {', '.join(_POOLINGS)}.")
    steps = [
        NORMALIZE if kind == "Normalize" else folder.relative_to(path).as_posix()
        for kind, folder in zip(kinds, folders, strict=True)
        if kind in {"Dense", "Normalize"}
    ]
    for step in steps:
        if step != NORMALIZE:
            _check_dense(path, step)
    if steps and steps[-1] == NORMALIZE:
        # the caller says whether the last vectors are
        steps.pop()
    own = read_object(path / "config_sentence_transformers.json")
    named = own.get("prompts") or {}
    if not isinstance(named, dict):
        raise VersionRefusedError("Its config_sentence_transformers.json: prompts is no object of names and texts.")
    prompts = {str(name): text for name, text in named.items() if isinstance(text, str)}
    return Sentences(
        root=root,
        poolings=tuple(short for name, short in _POOLINGS.items() if name in modes) or ("mean",),
        counts_prompt=config.get("include_prompt") is not False,
        steps=tuple(steps),
        prompts=prompts,
        default_prompt=prompts.get(str(own.get("default_prompt_name")), ""),
    )


def _folder(path: Path, name: str) -> Path:
    """A module's folder below that of the model."""
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts:
        raise VersionRefusedError("Its modules.json names a folder outside of the model's own.")
    return path / relative


def _check_dense(path: Path, step: str) -> dict[str, Any]:
    """The configuration of a dense layer.

    Raises:
        VersionRefusedError: it has no weights, or a form that is not known here.
    """
    if not (path / step / "config.json").is_file():
        raise VersionRefusedError(f"Its dense layer {step} has no config.json: add it from the model's repository.")
    config = read_object(path / step / "config.json")
    activation = str(config.get("activation_function", "")).rpartition(".")[2]
    sizes = [config.get("in_features"), config.get("out_features")]
    if activation not in _ACTIVATIONS or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise VersionRefusedError(f"Its dense layer {step} has no sizes, or the activation {activation[:40]!r}.")
    if config.get("module_input_name", "sentence_embedding") != "sentence_embedding":
        raise VersionRefusedError(f"Its dense layer {step} is for single tokens, which is not supported.")
    if not (path / step / "model.safetensors").is_file():
        raise VersionRefusedError(f"Its dense layer {step} has no safetensors weights.")
    return config


def load_dense(path: Path, step: str) -> torch.nn.Module:
    """A dense layer with its activation, in 32 bits.

    Raises:
        VersionRefusedError: its weights do not fit.
    """
    config = _check_dense(path, step)
    linear = torch.nn.Linear(config["in_features"], config["out_features"], bias=config.get("bias", True) is True)
    with refuse_errors(
        f"The weights of its dense layer {step} do not fit its config.json, says", path, library="torch"
    ):
        weights = load_file(path / step / "model.safetensors")
        linear.load_state_dict({name.removeprefix("linear."): weight for name, weight in weights.items()})
    activation = getattr(torch.nn, str(config["activation_function"]).rpartition(".")[2])()
    return torch.nn.Sequential(linear, activation).float().eval().requires_grad_(requires_grad=False)


def pool(states: torch.Tensor, mask: torch.Tensor, poolings: tuple[str, ...]) -> torch.Tensor:
    """One vector of each text's vectors (texts, tokens, size), several kinds behind each other."""
    states, weights = states.float(), mask.unsqueeze(-1)
    rows = torch.arange(len(states), device=states.device)
    places = torch.arange(1, mask.shape[1] + 1, device=mask.device)
    vectors = []
    for kind in poolings:
        match kind:
            case "cls":
                vectors.append(states[rows, mask.argmax(1)])
            case "max":
                vectors.append(states.masked_fill(weights == 0, float("-inf")).amax(1))
            case "last":
                vectors.append(states[rows, (mask * places).argmax(1)])
            case "weightedmean":
                own = weights * places.unsqueeze(-1)
                vectors.append((states * own).sum(1) / own.sum(1).clamp_min(1e-9))
            case _:
                counts = weights.sum(1).clamp_min(1e-9)
                vectors.append((states * weights).sum(1) / (counts.sqrt() if kind == "mean_sqrt_len" else counts))
    return torch.cat(vectors, dim=1)
