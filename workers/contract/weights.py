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

MAX_HEADER_BYTES = 100_000_000
# with what stays as it is: embeddings, norms, scales
_QUANTIZED_BYTES = {"INT8": 1.25, "INT4": 0.75}
_ITEM_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}


def safetensors_files(folder: Path) -> list[Path]:
    """All safetensors files in a model's folder and below it."""
    return sorted(path for path in folder.rglob("*.safetensors") if path.is_file())


def folder_bytes(folder: Path) -> int:
    """Bytes of all safetensors files of a model."""
    return sum(path.stat().st_size for path in safetensors_files(folder))


def loaded_bytes(folder: Path, dtype: str, quantization: str | None = None) -> int:
    """Bytes that the weights of a folder fill once they are loaded as `dtype`, by its name in torch, or quantized."""
    each = min(_ITEM_BYTES.get(dtype, 4), _QUANTIZED_BYTES.get(quantization or "", 4))
    return int(parameter_count(safetensors_files(folder)) * each)


def parameter_count(files: Iterable[Path]) -> int:
    """How many numbers the safetensors files hold, read from their headers.

    Raises:
        VersionRefusedError: a file is not whole.
    """
    return sum(prod(tensor["shape"]) for path in files for tensor in safetensors_header(path).values())


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
        end = 8 + length + max((tensor["data_offsets"][1] for tensor in tensors.values()), default=0)
        if size > end:
            raise ValueError(f"{size} bytes where the header says {end}")
    except (ValueError, TypeError, LookupError, AttributeError, struct.error) as error:
        raise VersionRefusedError(f"{path.name} is not a safetensors file.") from error
    if size < end:
        raise VersionRefusedError(f"{path.name} is cut off: {size} bytes of {end}.")
    return tensors


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
