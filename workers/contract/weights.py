"""Model folders and loaded weights in numbers, without importing torch."""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterable
from math import prod
from pathlib import Path
from typing import Any

import orjson

from workers.contract.failures import VersionRefusedError
from workers.contract.layout import read_layout, unreadable

# Published files of 100,000 tensors have 13 MB; a header takes thirty times as much memory where it is read
MAX_HEADER_BYTES = 20_000_000
MAX_SIDES = 64
# with what stays as it is: embeddings, norms, scales
_QUANTIZED_BYTES = {"INT8": 1.25, "INT4": 0.75}
# Any model may be this much larger than its weights, so that small ones are never refused
FREE_NUMBERS = 100_000_000
# Of types that hold one number each, or two; others may be packed
_NUMBER_BITS = {
    "F64": 64, "F32": 32, "F16": 16, "BF16": 16, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F4": 4, "I64": 64,
    "U64": 64, "BOOL": 8,
}  # fmt: skip
_ITEM_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}


def safetensors_files(folder: Path) -> list[Path]:
    """The safetensors files of a model's folder that are loaded; copies of the same weights beside them are not."""
    if folder.is_file():
        # A checkpoint
        return [folder]
    return [path for name in read_layout(folder).weights if (path := folder / name).is_file()]


def folder_bytes(folder: Path) -> int:
    """Bytes of the safetensors files of a model that are loaded."""
    return sum(path.stat().st_size for path in safetensors_files(folder))


def loaded_bytes(files: Iterable[Path], dtype: str, quantization: str | None = None, offload: str | None = None) -> int:
    """Bytes that these weights fill once they are loaded as `dtype`, by its name in torch, or quantized.

    With an `offload`, only the largest part is on the device at a time: the files of a folder, or the largest tensor.
    """
    each = min(_ITEM_BYTES.get(dtype, 4), _QUANTIZED_BYTES.get(quantization or "", 4))
    if offload == "SEQUENTIAL":
        shapes = (tensor["shape"] for path in files for tensor in safetensors_header(path).values())
        return int(max(map(prod, shapes), default=0) * each)
    if offload is None:
        return int(parameter_count(files) * each)
    parts: dict[Path, list[Path]] = {}
    for path in files:
        parts.setdefault(path.parent, []).append(path)
    return int(max((parameter_count(part) for part in parts.values()), default=0) * each)


def parameter_count(files: Iterable[Path]) -> int:
    """How many numbers the safetensors files hold, read from their headers.

    Raises:
        VersionRefusedError: a file is not whole.
    """
    return sum(prod(tensor["shape"]) for path in files for tensor in safetensors_header(path).values())


def stored_numbers(files: Iterable[Path]) -> int:
    """How many numbers the bytes of safetensors files hold at the most; packed ones may have a bit each.

    Counted from bytes, since a header may give a tensor any shape.

    Raises:
        VersionRefusedError: a file is not whole.
    """
    total = 0
    for path in files:
        for tensor in safetensors_header(path).values():
            begin, end = tensor["data_offsets"]
            total += (end - begin) * 8 // _NUMBER_BITS.get(tensor["dtype"], 1)
    return total


def check_numbers(claimed: int, stored: int, what: str) -> None:
    """Refuse a model that would be far larger than its weights, which only its configuration says.

    Twice as large may be: weights that are tied, a head that is left out, parts that are not loaded.

    Raises:
        VersionRefusedError: naming `what` claims it.
    """
    if claimed > 2 * stored + FREE_NUMBERS:
        # A number of JSON may be too large for a float
        size = f"{min(claimed, 10**30):.3g}"
        raise VersionRefusedError(f"{what} describes a model of {size} numbers or more; its weights hold {stored:.3g}.")


def count_numbers(modules: Iterable[Any]) -> int:
    """How many numbers the parameters of torch modules have; shared ones count once, and none need be in memory."""
    sizes = {id(parameter): parameter.numel() for module in modules for parameter in module.parameters()}
    return sum(sizes.values())


def safetensors_header(path: Path) -> dict[str, Any]:
    """The tensors of a file by name, each with its `dtype`, `shape` and `data_offsets`; the numbers are not read.

    The file is 8 bytes with the length of the header, the header as JSON, and the data (huggingface/safetensors,
    "Format").

    Raises:
        VersionRefusedError: the file is no safetensors, or not whole.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > min(MAX_HEADER_BYTES, size - 8):
                raise ValueError(f"a header of {length} bytes")
            tensors: dict[str, Any] = orjson.loads(file.read(length))
        tensors.pop("__metadata__", None)
        end = 8 + length + _check_tensors(tensors)
        if size > end:
            raise ValueError(f"{size} bytes where the header says {end}")
    except (ValueError, TypeError, LookupError, AttributeError, struct.error) as error:
        raise unreadable(path, path.name, "not a safetensors file") from error
    if size < end:
        raise VersionRefusedError(f"{path.name} is cut off: {size} bytes of {end}. The download was not complete.")
    return tensors


def _check_tensors(tensors: dict[str, Any]) -> int:
    """The bytes of these tensors, which lie one behind the other, each as large as its shape can make it.

    Else a header might claim numbers that no byte holds, or sides whose product takes hours.

    Raises:
        ValueError: they do not.
    """
    place = 0
    for name, tensor in sorted(tensors.items(), key=lambda item: item[1]["data_offsets"]):
        shape, (begin, end) = tensor["shape"], tensor["data_offsets"]
        if type(shape) is not list or len(shape) > MAX_SIDES or not isinstance(tensor["dtype"], str):
            raise ValueError(f"a tensor {name[:100]} of no shape or type")
        if any(type(number) is not int or number < 0 for number in (*shape, begin, end)):
            raise ValueError(f"a tensor {name[:100]} of lengths that are no whole numbers")
        # The least that a number takes is a bit
        if begin != place or end < begin or prod(shape) > 8 * (end - begin):
            raise ValueError(f"a tensor {name[:100]} at {begin} to {end}")
        place = end
    return place


def module_bytes(values: Iterable[Any]) -> int:
    """Bytes of the parameters and buffers of those of the values that are torch modules; shared ones count once."""
    nn = getattr(sys.modules.get("torch"), "nn", None)
    if nn is None:
        return 0
    modules = [value for value in values if isinstance(value, nn.Module)]
    tensors = [t for module in modules for t in (*module.parameters(), *module.buffers())]
    sizes = {part.data_ptr(): part.numel() * part.element_size() for tensor in tensors for part in _parts(tensor)}
    return sum(sizes.values())


def _parts(tensor: Any) -> list[Any]:
    """The tensors that really hold a tensor's numbers: a quantized one is made of several."""
    if not hasattr(tensor, "__tensor_flatten__"):
        return [tensor]
    names, _ = tensor.__tensor_flatten__()
    return [part for name in names for part in _parts(getattr(tensor, name))]
