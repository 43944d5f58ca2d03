"""Files that come in, as pictures, sounds and frames; and sounds as files."""

from __future__ import annotations

import io
import struct
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from PIL import Image, ImageOps

from workers.contract.predictor import InputRejectedError

File = str | io.BytesIO
MAX_SOUND_SECONDS = 600
LOUDEST = 32_767
# What a kind of stream is called, alone and as what it is in
_STREAMS = {"audio": ("sound", "sound"), "video": ("pictures", "a video")}


def read_picture(file: File, name: str = "A picture") -> Image.Image:
    """A picture as RGB, turned as its camera held it; its size was judged before.

    Raises:
        InputRejectedError: it is none; the input is called `name`.
    """
    try:
        with Image.open(file) as picture:
            return ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError) as error:
        raise InputRejectedError(f"{name} cannot be read as a picture.") from error


def read_sound(
    file: File,
    rate: int,
    name: str = "A sound",
    *,
    mono: bool = False,
    most_seconds: int = MAX_SOUND_SECONDS,
    check: Callable[[], None] = lambda: None,
) -> Any:
    """A sound, or that of a video: float32 numbers (channels, samples), `rate` a second, of two channels or one.

    Raises:
        InputRejectedError: it holds none, or more than `most_seconds`; a few bytes may stand for days of silence.
        CancelSignal: from `check`, which is called for each frame.
    """
    import av
    import numpy as np

    pieces: list[Any] = []
    count = 0
    with open_media(file, "audio", name) as frames:
        resampler = av.AudioResampler(format="fltp", layout="mono" if mono else "stereo", rate=rate)
        # At the end, a resampler gives what it has left
        for frame in chain(frames, [None]):
            check()
            for piece in resampler.resample(frame):
                pieces.append(piece.to_ndarray())
                count += pieces[-1].shape[1]
            if count > most_seconds * rate:
                raise InputRejectedError(f"{name} is longer than {most_seconds // 60} minutes.")
    if count == 0:
        raise InputRejectedError(f"{name} has no sound.")
    return np.concatenate(pieces, axis=1).astype(np.float32, copy=False)


@contextmanager
def open_media(file: File, kind: str, name: str) -> Iterator[Iterator[Any]]:
    """The decoded frames of a file's first stream of a kind, audio or video; broken packets are skipped, as players do.

    Raises:
        InputRejectedError: it is no such file, or has no such stream.
    """
    import av

    content, form = _STREAMS[kind]
    try:
        with av.open(file, mode="r", metadata_errors="ignore") as container:
            streams = getattr(container.streams, kind)
            if not streams:
                raise InputRejectedError(f"{name} has no {content}.")
            yield _decode(container, streams[0])
    except (OSError, ValueError, EOFError) as error:
        raise InputRejectedError(f"{name} cannot be read as {form}.") from error


def _decode(container: Any, stream: Any) -> Iterator[Any]:
    import av

    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except (av.error.InvalidDataError, av.error.PatchWelcomeError):
            # Recordings that were cut off have such
            continue


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
