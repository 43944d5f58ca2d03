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


# By the name of a format: its container, its codec, and the content type of its files
SOUND_FORMATS = {
    "wav": ("wav", "pcm_s16le", "audio/wav"),
    "mp3": ("mp3", "libmp3lame", "audio/mpeg"),
    "flac": ("flac", "flac", "audio/flac"),
    "opus": ("ogg", "libopus", "audio/ogg"),
    "aac": ("adts", "aac", "audio/aac"),
}


def encode_sound(channels: Any, rate: int, name: str) -> tuple[bytes, str]:
    """A sound as a file of one of `SOUND_FORMATS`, and its content type; the channels as for `wav`.

    A format that does not know the rate gets the nearest one above that it knows, or its highest.
    """
    import av
    import numpy as np

    container, codec_name, content_type = SOUND_FORMATS[name]
    if name == "wav":
        return wav(channels, rate), content_type
    numbers = np.ascontiguousarray(np.clip(channels, -1, 1), dtype=np.float32)
    layout = "mono" if numbers.shape[0] == 1 else "stereo"
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as file:
        codec = av.Codec(codec_name, "w")
        known = sorted(codec.audio_rates or [rate])
        target = next((each for each in known if each >= rate), known[-1])
        stream: Any = file.add_stream(codec_name, rate=target, layout=layout)
        resampler = av.AudioResampler(format=stream.format, layout=layout, rate=target, frame_size=stream.frame_size)
        frame = av.AudioFrame.from_ndarray(numbers, format="fltp", layout=layout)
        frame.sample_rate = rate
        # At the end, resampler and codec give what they have left
        for each in chain(resampler.resample(frame), resampler.resample(None)):
            file.mux(stream.encode(each))
        file.mux(stream.encode(None))
    return buffer.getvalue(), content_type


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
