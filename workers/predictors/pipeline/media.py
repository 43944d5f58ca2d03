"""Pictures and sound read from input files, and written as output files."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import torch
from PIL import Image

from workers.contract.predictor import InputRejectedError, PredictionContext
from workers.predictors import media
from workers.predictors.media import encode_sound, wav

MAX_SOUND_SECONDS = 6 * 3600
"""Of speech to read: long recordings are cut into pieces."""


def example_picture() -> bytes:
    """A small picture of colours that change."""
    side = np.arange(64, dtype=np.uint8) * 4
    pixels = np.stack([np.broadcast_to(side, (64, 64)), np.broadcast_to(side[:, None], (64, 64))], axis=-1)
    buffer = io.BytesIO()
    Image.fromarray(np.concatenate([pixels, pixels[..., :1]], axis=-1)).save(buffer, "PNG")
    return buffer.getvalue()


def example_sound() -> bytes:
    """A second of a tone."""
    return wav(np.sin(np.arange(16_000, dtype=np.float32) * 0.17)[None] * 0.3, 16_000)


def input_file(context: PredictionContext, name: str) -> str | io.BytesIO:
    """The path of an input file, which was laid out for this prediction; its content, where the worker itself gave it.

    Raises:
        InputRejectedError: it is none.
    """
    if isinstance(context.input[name], bytes):
        return io.BytesIO(context.input[name])
    path = str(context.input[name])
    if path not in context.files:
        raise InputRejectedError(f"{name} is no input file.")
    return path


def read_picture(context: PredictionContext, name: str) -> Image.Image:
    """An input file as a picture; raises InputRejectedError where it is none."""
    return media.read_picture(input_file(context, name), name)


def read_sound(context: PredictionContext, name: str, rate: int) -> np.ndarray:
    """The sound of an input file: float32 samples of one channel, `rate` of them a second.

    Raises:
        InputRejectedError: it holds no sound, or too much of it.
    """
    file = input_file(context, name)
    channels = media.read_sound(file, rate, name, mono=True, most_seconds=MAX_SOUND_SECONDS, check=context.check)
    samples: np.ndarray = channels[0]
    return samples


def check_video(context: PredictionContext, name: str) -> str:
    """The path of an input file that is a video; raises InputRejectedError where it is none."""
    path = str(input_file(context, name))
    with media.open_media(path, "video", name):
        return path


def give_picture(context: PredictionContext, picture: Image.Image) -> dict[str, int]:
    """Give a picture as a PNG; what stands for it in the output."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return {"file": context.add_file(buffer.getvalue(), "image/png", picture.width, picture.height)}


def give_sound(context: PredictionContext, samples: np.ndarray, rate: int, name: str = "wav") -> dict[str, int]:
    """Give sound, (samples,) or (channels, samples) from -1 to 1, as a file of a format; what stands for it."""
    data, content_type = encode_sound(np.nan_to_num(np.atleast_2d(samples)), rate, name)
    return {"file": context.add_file(data, content_type)}


def plain(value: Any) -> Any:
    """A value of numpy, torch and tuples as JSON has it."""
    if isinstance(value, torch.Tensor):
        return value.detach().float().cpu().tolist() if value.is_floating_point() else value.detach().cpu().tolist()
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value
