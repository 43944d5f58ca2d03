"""The versions of the libraries that run models in this process."""

from __future__ import annotations

import platform
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version

# Names of modules and of their distributions
_LIBRARIES = {
    "accelerate": "accelerate",
    "bitsandbytes": "bitsandbytes",
    "compressed_tensors": "compressed-tensors",
    "diffusers": "diffusers",
    "llguidance": "llguidance",
    "numpy": "numpy",
    "peft": "peft",
    "PIL": "pillow",
    "safetensors": "safetensors",
    "sentence_transformers": "sentence-transformers",
    "tokenizers": "tokenizers",
    "torch": "torch",
    "torchao": "torchao",
    "torchaudio": "torchaudio",
    "torchvision": "torchvision",
    "transformers": "transformers",
    "vllm": "vllm",
    "xgrammar": "xgrammar",
}


def library_versions() -> dict[str, str]:
    """Those that are imported by now, by the names that they are installed by; Python's and this server's too."""
    imported = {name: _version(name) for module, name in _LIBRARIES.items() if module in sys.modules}
    return {"python": platform.python_version(), "inference-server": _version("inference-server"), **imported}


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
