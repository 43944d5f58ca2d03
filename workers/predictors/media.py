"""Files that come in, as pictures and sounds."""

from __future__ import annotations

import io
import wave
from typing import Any

from PIL import Image, ImageOps

from workers.contract.predictor import InputRejectedError

MAX_SOUND_SECONDS = 600
LOUDEST = 32_767


def read_picture(path: str) -> Image.Image:
    """A picture as RGB, turned as its camera held it.

    Raises:
        InputRejectedError: it is none.
    """
    try:
        with Image.open(path) as picture:
            upright = ImageOps.exif_transpose(picture)
            return upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputRejectedError(f"A picture cannot be read: {without_path(error)}") from error


def read_sound(path: str, rate: int, *, mono: bool = False) -> Any:
    """A sound as a tensor of shape (channels, samples) at `rate` samples a second, of two channels or one.

    Raises:
        InputRejectedError: it is none, or longer than MAX_SOUND_SECONDS.
    """
    import av
    import numpy as np
    import torch

    pieces: list[Any] = []
    count = 0
    try:
        with av.open(path) as container:
            if not container.streams.audio:
                raise InputRejectedError("A file has no sound.")
            resampler = av.AudioResampler(format="fltp", layout="mono" if mono else "stereo", rate=rate)
            for frame in [*container.decode(audio=0), None]:
                for piece in resampler.resample(frame):
                    pieces.append(piece.to_ndarray())
                    count += pieces[-1].shape[1]
                    if count > MAX_SOUND_SECONDS * rate:
                        raise InputRejectedError(f"A sound is longer than {MAX_SOUND_SECONDS} seconds.")
    except (OSError, ValueError, EOFError) as error:
        raise InputRejectedError(f"A sound cannot be read: {without_path(error)}") from error
    if not pieces:
        raise InputRejectedError("A file has no sound.")
    return torch.from_numpy(np.concatenate(pieces, axis=1))


def wav(channels: Any, rate: int) -> bytes:
    """A WAV file of 16 bits; `channels` is (channels, samples) from -1 to 1, `rate` samples a second."""
    import numpy as np

    numbers = (np.clip(channels, -1, 1) * LOUDEST).round().astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(numbers.shape[0])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(numbers.T.tobytes())
    return buffer.getvalue()


def without_path(error: BaseException) -> str:
    """What went wrong, without the file's name on this machine."""
    text = getattr(error, "strerror", None) or str(error).partition(" '/")[0].partition(": '/")[0]
    return text or type(error).__name__
