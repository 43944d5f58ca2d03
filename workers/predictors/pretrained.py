"""A model folder in the format of transformers: its weight files, its configuration and tokenizer, and its loading."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import torch
from transformers import AutoConfig, AutoTokenizer
from transformers.utils import logging as transformers_logging

from workers.contract.layout import CONFIG, TRANSFORMERS, Weights, find_weights, read_json, read_object
from workers.contract.logs import quieten_transformers
from workers.contract.predictor import Device, InputRejectedError, SetupContext, VersionRefusedError
from workers.contract.tokenizers import check_tokenizer
from workers.predictors.library_errors import NO_TOKENIZER, refuse_errors
from workers.predictors.quantization import check_placement, model_arguments
from workers.predictors.refusals import check_type, quantization_method

REPORT_SECONDS = 0.1
# What a tokenizer of any kind may be in, beside the files that its class names
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer.model",
    "tekken.json",
    "tiktoken.model",
    "spiece.model",
    "vocab.txt",
    "vocab.json",
)
# What a folder says how pictures and sounds are prepared in
PREPROCESSORS = ("preprocessor_config.json", "processor_config.json")
MOST_NAMES = 3
POOLER = re.compile(r"(?:^|\.)pooler\.")
# characters; whatever is shorter may become any number of tokens that its tokenizer's steps can make
PIECE = 2000
# The longest ligature of Arabic alone becomes 33 bytes
MAX_TOKENS_OF_PIECE = 40 * PIECE
# no code of the folder's own is run, and nothing is downloaded
SAFE = {"trust_remote_code": False, "local_files_only": True}


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files that transformers will load.

    Raises:
        VersionRefusedError: there are none, or not all.
    """
    return [folder / name for name in weights_of(folder).files]


def weights_of(folder: Path) -> Weights:
    """The weights that transformers will load, of a variant where there are no plain ones.

    Raises:
        VersionRefusedError: there are none, or not all.
    """
    check_folder(folder)
    names = [path.name for path in folder.iterdir() if path.is_file()]
    own = read_object(folder / CONFIG).get("transformers_weights")
    weights = find_weights(
        "", names, lambda name: read_json(folder / name), (TRANSFORMERS,), own if isinstance(own, str) else None
    )
    if weights is None or not weights.files:
        if any(folder.glob("*.bin")) or any(folder.glob("*.pt")):
            raise VersionRefusedError("It has no safetensors weights; pickled weights can run code and are not loaded.")
        raise VersionRefusedError(
            "It has no safetensors weights: no model.safetensors, nor what a model.safetensors.index.json names."
        )
    if missing := [name for name in weights.files if not (folder / name).is_file()]:
        raise VersionRefusedError(f"Its file {missing[0]} is missing: the download was not complete. Fetch it too.")
    return weights


def check_folder(folder: Path) -> None:
    """Raise VersionRefusedError where the folder holds no model."""
    if not folder.is_dir():
        raise VersionRefusedError("The model's folder is missing.")
    if not (folder / "config.json").is_file():
        is_pipeline = (folder / "model_index.json").is_file()
        advice = " It is a diffusers pipeline: publish it as IMAGE_GENERATION." if is_pipeline else ""
        raise VersionRefusedError(f"It has no config.json, so it is not a transformers model.{advice}")


def read_parts(folder: Path) -> tuple[Any, Any]:
    """Configuration and tokenizer.

    Raises:
        VersionRefusedError: the folder holds no model, or one that transformers cannot read.
        MemoryError: reading it takes more than there is.
    """
    config = read_config(folder)
    with refuse_errors("Its tokenizer cannot be read by", folder):
        tokenizer = AutoTokenizer.from_pretrained(folder, **SAFE)
    if not has_tokenizer_files(tokenizer, folder):
        raise VersionRefusedError(f"Its tokenizer is missing: {NO_TOKENIZER}")
    if tokenizer.is_fast and not (folder / "tokenizer.json").is_file():
        # What the library made of other files; the file itself is judged before
        check_tokenizer(orjson.loads(tokenizer.backend_tokenizer.to_str()), "Its tokenizer")
    return config, tokenizer


def read_config(folder: Path) -> Any:
    """The configuration of a folder; raises as `read_parts`."""
    check_folder(folder)
    check_type(folder)
    with refuse_errors("Its config.json cannot be read by", folder):
        return AutoConfig.from_pretrained(folder, **SAFE)


def has_tokenizer_files(tokenizer: Any, folder: Path) -> bool:
    """Whether a folder holds what its tokenizer was made of.

    Without it, transformers makes many kinds of them of their special tokens alone, which read every text as nothing.
    """
    names = set(type(tokenizer).vocab_files_names.values())
    return not names or any((folder / name).is_file() for name in {*names, *TOKENIZER_FILES})


def check_text(tokenizer: Any, text: str) -> None:
    """Refuse a text of which the tokenizer makes more tokens than memory has room for, a piece of it at a time.

    Raises:
        InputRejectedError: with both numbers.
    """
    for start in range(0, len(text) if len(text) > PIECE else 0, PIECE):
        count = len(tokenizer(text[start : start + PIECE], verbose=False)["input_ids"])
        if count > MAX_TOKENS_OF_PIECE:
            raise InputRejectedError(f"This model's tokenizer makes {count} tokens of {PIECE} characters of the text.")


def outline(folder: Path, choose_class: Callable[[Any], Any]) -> Any:
    """The model that a folder's configuration describes, with its shapes and without numbers."""
    config = read_config(folder)
    with refuse_errors("The model that its config.json describes cannot be built by", folder), torch.device("meta"):
        return choose_class(config).from_config(config, trust_remote_code=False)


def load(
    folder: Path,
    choose_class: Callable[[Any], Any],
    device: Device,
    options: dict[str, Any],
    context: SetupContext,
) -> tuple[Any, Any, Any]:
    """Configuration, tokenizer and model, on the device and ready for inference.

    `choose_class` picks transformers' class of the model by its configuration; `options` are the version's.
    """
    quieten_transformers()
    config, tokenizer = read_parts(folder)
    return config, tokenizer, load_model(folder, config, choose_class(config), device, options, context)


def load_model(
    folder: Path, config: Any, model_class: Any, device: Device, options: dict[str, Any], context: SetupContext
) -> Any:
    """The model of a folder as a class of transformers, on the device and ready for inference.

    Raises:
        VersionRefusedError: the folder does not hold all of its numbers.
    """
    weights = weights_of(folder)
    total = sum((folder / name).stat().st_size for name in weights.files)
    context.loading("read", 0, total)
    placed = model_arguments(options, device)
    arguments = {**placed, "use_safetensors": True, **variant_arguments(weights, config)}
    method = quantization_method(config)
    if method is not None and options.get("quantization"):
        raise VersionRefusedError(f"Its weights are quantized already ({method}); publish it without `quantization`.")
    beginning = "Its weights cannot be loaded by"
    if method is not None:
        beginning = f"Its weights are quantized by {method}, which cannot run on this worker's {device.name} with"
    with _report_reading(context, total), refuse_errors(beginning, folder):
        model, report = model_class.from_pretrained(
            folder, config=config, dtype=getattr(torch, device.dtype), **SAFE, **arguments,
            output_loading_info=True, ignore_mismatched_sizes=True,
        )  # fmt: skip
    check_tensors(model, report)
    check_placement(model, device)
    context.loading("move", total, total)
    model = model.eval().requires_grad_(False)
    if not placed:
        model.to(device.name)
    context.loading("warm-up", total, total)
    return model


def steps(model: Any) -> Iterator[torch.nn.Module]:
    """The modules before each of which a prediction may be left: the model and its layers."""
    yield model
    for module in model.modules():
        if isinstance(module, torch.nn.ModuleList):
            yield from module


def check_tensors(model: Any, report: dict[str, Any], part: str = "") -> None:
    """Refuse a model some of whose numbers a library made up, since its weights do not have them.

    `report` is what `from_pretrained` says of its loading; `part` is the model's name where it is a pipeline's part.

    Raises:
        VersionRefusedError: naming the first tensors.
    """
    whose = f"The weights of its part {part}" if part else "Its weights"
    # Encoders without a head are published without their pooler, which nothing here asks for
    is_headless = getattr(model, "base_model", None) is model
    lacking = (str(name) for name in report.get("missing_keys", ()))
    if missing := sorted(name for name in lacking if not (is_headless and POOLER.search(name))):
        names = ", ".join(name[:200] for name in missing[:MOST_NAMES])
        more = f" and {len(missing) - MOST_NAMES} more" if len(missing) > MOST_NAMES else ""
        raise VersionRefusedError(f"{whose} lack {names}{more}: they are those of another model, or not whole.")
    if mismatched := sorted(report.get("mismatched_keys", ()), key=str):
        name, actual, expected = mismatched[0]
        raise VersionRefusedError(
            f"{whose} do not fit its config.json: {str(name)[:200]} has the shape {list(actual)}, and the "
            f"configuration describes {list(expected)}."
        )


def variant_arguments(weights: Weights, config: Any) -> dict[str, str]:
    """What `from_pretrained` of transformers is given for weights of a variant; `config` may be told of their index.

    Raises:
        VersionRefusedError: transformers cannot load an index of such a name.
    """
    if weights.variant is None:
        return {}
    if weights.index is None or weights.index == f"model.safetensors.index.{weights.variant}.json":
        return {"variant": weights.variant}
    if not weights.index.endswith(".safetensors.index.json"):
        raise VersionRefusedError(
            f"transformers does not load {weights.index}; it is called model.safetensors.index.{weights.variant}.json."
        )
    config.transformers_weights = weights.index
    return {}


@contextmanager
def _report_reading(context: SetupContext, total: int) -> Iterator[None]:
    """Report, while the block runs, how much of the weights transformers has read."""

    def report(items: list[Any]) -> Iterator[Any]:
        last = time.monotonic()
        for count, item in enumerate(items):
            yield item
            if time.monotonic() - last > REPORT_SECONDS:
                last = time.monotonic()
                context.loading("read", total * (count + 1) // len(items), total)

    def hook(factory: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return report(list(args[0])) if kwargs.get("desc") == "Loading weights" else factory(*args, **kwargs)

    before = transformers_logging.set_tqdm_hook(hook)
    try:
        yield
    finally:
        transformers_logging.set_tqdm_hook(before)
