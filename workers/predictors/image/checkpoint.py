"""Which configuration a checkpoint of one file needs: diffusers knows it by the names and shapes of its tensors."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from diffusers.loaders.single_file_utils import CHECKPOINT_KEY_NAMES, fetch_diffusers_config, infer_diffusers_model_type

from workers.contract.predictor import VersionRefusedError
from workers.contract.protocol import VersionSpec
from workers.contract.weights import safetensors_header

_SMALL_FILES = "model_index.json and its folders, with their .json, .txt and .model files and without weights"


def find_config(spec: VersionSpec) -> tuple[str, Path]:
    """The name of the configuration of a version of one file, and its folder.

    Raises:
        VersionRefusedError: it is no checkpoint, or that folder is not here; with a sentence on what to put where.
    """
    name = spec.options.get("config")
    given = f"named as its `config`, {name}," if name else "of the model that it was trained from, "
    if not name:
        name = _infer_config(Path(str(spec.path)))
        given += name
    if spec.configs is None:
        raise VersionRefusedError(
            f"It is a checkpoint of one file. What its parts are made of is told by the configuration {given} and this "
            f"server has none: its operator sets CONFIG_ROOT to a folder and puts {_SMALL_FILES} into {name} below it."
        )
    root = Path(spec.configs)
    folder = root / str(name)
    if not (folder / "model_index.json").is_file() or not folder.resolve().is_relative_to(root.resolve()):
        raise VersionRefusedError(
            f"It is a checkpoint of one file, and the configuration {given} is not here: the operator puts "
            f"{_SMALL_FILES} into {name} below CONFIG_ROOT. Another one may be named as `config`."
        )
    return str(name), folder


def _infer_config(file: Path) -> str:
    """The repository on the hub whose configuration fits the tensors of a checkpoint."""
    tensors: dict[str, Any] = {
        name: SimpleNamespace(shape=tuple(tensor["shape"])) for name, tensor in safetensors_header(file).items()
    }
    try:
        kind = infer_diffusers_model_type(tensors)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise VersionRefusedError("Which model its tensors are of is not known here; name its `config`.") from error
    if kind == "v1" and CHECKPOINT_KEY_NAMES["v1"] not in tensors:
        # What the library says of all that it does not know
        some = ", ".join(sorted(tensors)[:3])[:200]
        raise VersionRefusedError(
            f"Which model its tensors ({some} and the like) are of is not known here. If it is a checkpoint of a whole "
            "pipeline, name the model that it was trained from as its `config`, such as "
            'config: "stable-diffusion-v1-5/stable-diffusion-v1-5".'
        )
    return str(fetch_diffusers_config(tensors)["pretrained_model_name_or_path"])
