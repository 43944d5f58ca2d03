"""Models that also read pictures and sounds: their processor, and what of messages it is given."""

from __future__ import annotations

import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from transformers import AutoProcessor
from transformers.models.auto.modeling_auto import MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES

from workers.contract.predictor import InputRejectedError, PredictionContext, VersionRefusedError
from workers.predictors.library_errors import refuse_errors
from workers.predictors.media import read_picture, read_sound
from workers.predictors.pretrained import PREPROCESSORS, SAFE
from workers.predictors.text.chat.messages import AUDIO, IMAGE, TEXT

# what a template calls them
_KINDS = {IMAGE: "image", AUDIO: "audio"}
DEFAULT_RATE = 16_000
MAX_FILES = 32


def is_multimodal(config: Any) -> bool:
    """Whether a configuration is of a model that reads more than text, and that its folder holds as a whole."""
    name = MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES.get(config.model_type)
    return name is not None and name in (config.architectures or [name])


def read_processor(folder: Path, config: Any) -> MediaProcessor | None:
    """The processor of a folder; None where it is a model of text, or was saved without one.

    Raises:
        VersionRefusedError: it cannot be read.
    """
    if not is_multimodal(config) or not any((folder / name).is_file() for name in PREPROCESSORS):
        return None
    try:
        with refuse_errors("Its processor cannot be read by", folder):
            processor = AutoProcessor.from_pretrained(folder, **SAFE)
    except VersionRefusedError as refusal:
        if find_spec("torchvision") is None and "video" in f"{refusal.__cause__}".lower():
            reason = "Its processor also reads videos, which needs torchvision on the worker."
            raise VersionRefusedError(reason) from refusal
        raise
    return MediaProcessor(processor) if getattr(processor, "tokenizer", None) is not None else None


class MediaProcessor:
    """A processor of transformers: a tokenizer with what reads pictures and sounds."""

    def __init__(self, processor: Any) -> None:
        self.processor = processor
        self.tokenizer = processor.tokenizer
        sounds = getattr(processor, "feature_extractor", None) or getattr(processor, "audio_processor", None)
        pictures = getattr(processor, "image_processor", None)
        self.kinds = (TEXT, *((IMAGE,) if pictures else ()), *((AUDIO,) if sounds else ()))
        self._rate = int(getattr(sounds, "sampling_rate", DEFAULT_RATE))
        self._lock = threading.Lock()

    def read(
        self, messages: list[dict[str, Any]], context: PredictionContext
    ) -> tuple[list[Any], dict[str, list[Any]]]:
        """Messages whose content is in parts as templates want them, with their pictures and sounds.

        Raises:
            InputRejectedError: a part lacks what it is called after, or is a file that cannot be read.
        """
        files: dict[str, list[Any]] = {IMAGE: [], AUDIO: []}
        result = []
        for message in messages:
            parts = []
            for part in message["content"]:
                kind = part["type"]
                if kind not in self.kinds or (kind == TEXT and not isinstance(part.get("text"), str)):
                    raise InputRejectedError(f"A part of a message has the type {kind} and no {kind}.")
                if kind == TEXT:
                    parts.append({"type": TEXT, "text": part["text"]})
                    continue
                source = part.get(kind) or {}
                path = source.get("url" if kind == IMAGE else "data")
                # no path passes that was not laid out for this prediction
                if path not in context.files:
                    raise InputRejectedError(f"A part of a message has the type {kind} and no {kind}.")
                if sum(map(len, files.values())) == MAX_FILES:
                    raise InputRejectedError(f"Messages have at most {MAX_FILES} pictures and sounds together.")
                files[kind].append(read_picture(path) if kind == IMAGE else self._read_sound(path))
                parts.append({"type": _KINDS[kind]})
            result.append({**message, "content": parts})
        return result, files

    def _read_sound(self, path: str) -> Any:
        """One channel at the rate of the processor."""
        return read_sound(path, self._rate, mono=True)[0]

    def encode(self, prompt: str, files: dict[str, list[Any]]) -> dict[str, torch.Tensor]:
        """What the model is given for a prompt with places for pictures and sounds; `input_ids` among it, of one row.

        Raises:
            InputRejectedError: they do not go together.
        """
        # the model's own start comes once, as in transformers' `apply_chat_template`
        start = self.tokenizer.bos_token
        more: dict[str, Any] = {"add_special_tokens": False} if start and prompt.startswith(start) else {}
        if files[IMAGE]:
            more["images"] = [files[IMAGE]]
        if files[AUDIO]:
            more |= {"audio": files[AUDIO], "sampling_rate": self._rate}
        try:
            with self._lock:
                return dict(self.processor(text=[prompt], return_tensors="pt", **more))
        except (ValueError, TypeError, IndexError, KeyError) as error:
            raise InputRejectedError(f"The model's processor cannot take these messages: {error}") from error
