"""Pictures and sound read from input files, and written as output files."""

from __future__ import annotations

import io
import struct
import warnings
from typing import Any

import av
import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from workers.contract.predictor import InputRejectedError, PredictionContext
from workers.predictors.media import wav

MAX_SOUND_SECONDS = 6 * 3600
"""A file of a few bytes may stand for days of silence."""


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
    """An input file as a picture, turned as its camera says; its size was checked before.

    Raises:
        InputRejectedError: it is no picture.
    """
    path = input_file(context, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                return ImageOps.exif_transpose(picture).convert("RGB")
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        struct.error,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise InputRejectedError(f"{name} cannot be read as a picture.") from error


def read_sound(context: PredictionContext, name: str, rate: int) -> np.ndarray:
    """The sound of an input file: float32 samples of one channel, `rate` of them a second.

    Raises:
        InputRejectedError: it holds no sound, or too much of it.
    """
    path = input_file(context, name)
    pieces: list[np.ndarray] = []
    count = 0
    try:
        with av.open(path, mode="r", metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise InputRejectedError(f"{name} has no sound.")
            resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
            for frame in _frames(container):
                context.check()
                for piece in resampler.resample(frame):
                    pieces.append(piece.to_ndarray().reshape(-1))
                    count += pieces[-1].size
                if count > MAX_SOUND_SECONDS * rate:
                    raise InputRejectedError(f"{name} is longer than {MAX_SOUND_SECONDS // 3600} hours.")
    except av.error.FFmpegError as error:
        raise InputRejectedError(f"{name} cannot be read as sound.") from error
    if count == 0:
        raise InputRejectedError(f"{name} has no sound.")
    return np.concatenate(pieces).astype(np.float32, copy=False)


def _frames(container: Any) -> Any:
    """The decoded frames of sound, and None at the end, at which a resampler gives what it has left."""
    stream = container.streams.audio[0]
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            # one broken packet, as recordings that were cut off have them; players skip it too
            continue
    yield None


def check_video(context: PredictionContext, name: str) -> str:
    """The path of an input file that is a video.

    Raises:
        InputRejectedError: it is none.
    """
    path = str(input_file(context, name))
    try:
        with av.open(path, mode="r", metadata_errors="ignore") as container:
            if not container.streams.video:
                raise InputRejectedError(f"{name} has no pictures.")
    except av.error.FFmpegError as error:
        raise InputRejectedError(f"{name} cannot be read as a video.") from error
    return path


def give_picture(context: PredictionContext, picture: Image.Image) -> dict[str, int]:
    """Give a picture as a PNG; what stands for it in the output."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return {"file": context.add_file(buffer.getvalue(), "image/png", picture.width, picture.height)}


def give_sound(context: PredictionContext, samples: np.ndarray, rate: int) -> dict[str, int]:
    """Give sound, (samples,) or (channels, samples) from -1 to 1, as a WAV file of 16 bits; what stands for it."""
    return {"file": context.add_file(wav(np.nan_to_num(np.atleast_2d(samples)), rate), "audio/wav")}


def plain(value: Any) -> Any:
    """A value of numpy, torch and tuples as JSON has it."""
    if isinstance(value, torch.Tensor):
        return value.detach().float().cpu().tolist() if value.is_floating_point() else value.detach().cpu().tolist()
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value
