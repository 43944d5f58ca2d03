"""How large a model its configuration describes, by arithmetic alone, beside what its weights hold.

A configuration of a kilobyte may describe a model of terabytes, or one whose layers alone take minutes to make. Before
a library builds anything, each number of it has to be one that the weights can bear out: not more layers than there are
tensors, and not more numbers in all than a few times those that the files hold. The products are lower bounds, so that
whatever is published in earnest passes; the runner then counts exactly (`Predictor.outline`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from workers.contract.failures import VersionRefusedError
from workers.contract.weights import check_numbers, safetensors_header, stored_numbers

# Of any model, whatever its weights
FREE_COUNT = 1000
# What a library makes an object of each of
COUNTS = re.compile(r"(?:^|_)n?(?:layers?|depths?|blocks?|experts?|heads?|stages?|groups?|codebooks?)$|_per_block$")
EXPERTS = re.compile(r"(?:^|_)experts?$")
LAYERS = re.compile(r"(?:^|_)(?:layers?|depths?|blocks?)$|_per_block$")
# What is the length of a vector of weights, or of a table of labels
LENGTHS = re.compile(
    r"(?:^|_)(?:size|sizes|dims?|channels|features|labels|classes|embds?|embeds|model|ff|inner|rank|buckets|width)$"
)
# Of a layer that has several widths the least is taken, which is sure to be among its shapes
WIDTHS = {
    "hidden_size", "n_embd", "d_model", "dim", "embed_dim", "embedding_size", "word_embed_proj_dim", "hidden_dim",
    "d_embed", "emb_dim", "embedding_dim", "model_dim",
}  # fmt: skip
INNER = re.compile(r"^(?:intermediate_size|n_inner|d_ff|ffn_dim|ff_dim|(?:en|de)coder_ffn_dim|moe_intermediate_size)$")
HEADS = {"num_attention_heads", "n_head", "num_heads"}
HEAD_SIZES = {"head_dim", "attention_head_dim", "d_kv"}


@dataclass(frozen=True)
class Weights:
    """What the weight files of a model hold: numbers in all, tensors, and the lengths of their sides."""

    numbers: int
    tensors: int
    lengths: frozenset[int] = frozenset()

    @classmethod
    def read(cls, files: list[Path]) -> Self:
        """Of these files, by their headers."""
        shapes = [tensor["shape"] for file in files for tensor in safetensors_header(file).values()]
        return cls(stored_numbers(files), len(shapes), frozenset(side for shape in shapes for side in shape))


def check_sizes(folder: Path, files: list[Path]) -> None:
    """Refuse a folder of whose configurations one describes far more than the weights hold.

    Raises:
        VersionRefusedError: with a sentence that names the file and its field.
    """
    weights = Weights.read([file for file in files if file.suffix == ".safetensors"])
    for file in files:
        if file.name == "config.json":
            check_config(json.loads(file.read_text(encoding="utf-8")), file.relative_to(folder).as_posix(), weights)


def check_config(value: Any, name: str, weights: Weights) -> None:
    """Refuse a configuration, whose file is called `name`, that describes far more than the weights hold.

    Raises:
        VersionRefusedError: naming the field.
    """
    for path, config in _objects(value):
        for key, number in _numbers(config):
            field = f"{name}: {path}{key} = {str(number)[:30]}"
            # Fused experts are one tensor, of which one side counts them
            is_fused = EXPERTS.search(key) and number in weights.lengths
            if COUNTS.search(key) and number > max(FREE_COUNT, weights.tensors) and not is_fused:
                raise VersionRefusedError(f"{field} is more than its weights have tensors ({weights.tensors}).")
            if LENGTHS.search(key):
                check_numbers(number, weights.numbers, field)
        for fields, claimed in _claims(config):
            check_numbers(claimed, weights.numbers, f"{name}: {path}{' x '.join(fields)}")


def _objects(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """A configuration and those inside it, each with the path that leads to it."""
    ahead = [(path, value)]
    while ahead:
        path, each = ahead.pop()
        if isinstance(each, dict):
            yield path, each
            ahead += [(f"{path}{name}.", inner) for name, inner in each.items() if isinstance(inner, (dict, list))]
        elif isinstance(each, list):
            ahead += [(path, inner) for inner in each if isinstance(inner, (dict, list))]


def _numbers(config: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The whole numbers of a configuration, those in lists too."""
    for key, value in config.items():
        ahead = [value]
        while ahead:
            each = ahead.pop()
            if isinstance(each, list):
                ahead += each
            elif isinstance(each, (int, float)) and not isinstance(each, bool) and each == each // 1:
                yield key, int(each)


def _claims(config: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Products of fields that the numbers of a model cannot be less than."""
    numbers: dict[str, int] = {}
    for key, number in _numbers(config):
        # Of a list the least
        numbers[key] = min(number, numbers.get(key, number))
    widths = {key: number for key, number in numbers.items() if key in WIDTHS and number > 0}
    if not widths:
        return
    width, side = min(widths.items(), key=lambda item: item[1])
    layer, layers = max(
        ((key, number) for key, number in numbers.items() if LAYERS.search(key)),
        key=lambda item: item[1],
        default=("", 1),
    )
    if "vocab_size" in numbers:
        yield ("vocab_size", width), numbers["vocab_size"] * side
    by_layer = (layer,) if layer else ()
    yield (*by_layer, width), layers * side * side
    inner = {key: number for key, number in numbers.items() if INNER.match(key) and number > 0}
    if inner:
        key, number = min(inner.items(), key=lambda item: item[1])
        yield (*by_layer, width, key), layers * side * number
        for experts in (each for each in numbers if EXPERTS.search(each)):
            yield (experts, width, key), numbers[experts] * side * number
    heads = max((numbers[key] for key in HEADS if key in numbers), default=0)
    head = max((numbers[key] for key in HEAD_SIZES if key in numbers), default=0)
    if heads and head:
        yield ("heads", "head_dim", width), heads * head * side
