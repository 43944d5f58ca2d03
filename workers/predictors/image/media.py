"""Pictures, videos and sounds: files as a pipeline takes them, and what it gives as files."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import torch
from diffusers.image_processor import VaeImageProcessor
from PIL import Image, ImageOps

from workers.contract.predictor import InputRejectedError
from workers.predictors.image.tasks import AUDIO, VIDEO
from workers.predictors.media import open_media, read_picture, read_sound, wav

NO_NUMBERS = "The model's {} holds values that are not numbers (NaN or infinite); it may need another number format."
# Of all frames of a video that comes in: 600 MB
MAX_VIDEO_PIXELS = 200_000_000
_PILLOW_OPTIONS: dict[str, dict[str, Any]] = {"png": {}, "jpeg": {"quality": 92}, "webp": {"quality": 92}}
_CHANNELS = (1, 3, 4)
OPAQUE = 255


@dataclass(frozen=True)
class MediaFile:
    """A file to give out; width and height in pixels where it has them."""

    content: bytes
    content_type: str
    width: int | None = None
    height: int | None = None


def read_video(path: str) -> list[Image.Image]:
    """The frames of a video, or of an animated picture, in order.

    Raises:
        InputRejectedError: it is none, or has more pixels than MAX_VIDEO_PIXELS.
    """
    pictures: list[Image.Image] = []
    pixels = 0
    with open_media(path, "video", "A video") as frames:
        for frame in frames:
            pixels += frame.width * frame.height
            if pixels > MAX_VIDEO_PIXELS:
                raise InputRejectedError(
                    f"A video has more than {MAX_VIDEO_PIXELS} pixels in all: make it shorter or smaller."
                )
            pictures.append(Image.fromarray(frame.to_ndarray(format="rgb24")))
    if not pictures:
        raise InputRejectedError("A video has no pictures.")
    return pictures


def to_pictures(values: Any) -> list[Image.Image]:
    """The pictures of one result: an array of shape (count, height, width, channels) from 0 to 1, or pictures already.

    Raises:
        FloatingPointError: the numbers are none.
    """
    if isinstance(values, Image.Image):
        return [values]
    if isinstance(values, list):
        return [picture for each in values for picture in to_pictures(each)]
    array = as_array(values, "picture")
    if array.dtype == np.uint8:
        return [Image.fromarray(each.squeeze(-1) if each.shape[-1] == 1 else each) for each in array]
    pictures: list[Image.Image] = VaeImageProcessor.numpy_to_pil(array.astype(np.float32, copy=False))
    return pictures


def as_array(values: Any, what: str) -> Any:
    """A numpy array of a tensor or array, checked.

    Raises:
        FloatingPointError: its numbers are not finite.
    """
    array = values.detach().float().cpu().numpy() if hasattr(values, "detach") else np.asarray(values)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise FloatingPointError(NO_NUMBERS.format(what))
    return array


def write_picture(picture: Image.Image, file_format: str) -> MediaFile:
    """A picture as a file."""
    plain = picture.convert("RGB") if file_format == "jpeg" and picture.mode not in ("L", "RGB") else picture
    buffer = BytesIO()
    plain.save(buffer, format=file_format.upper(), **_PILLOW_OPTIONS[file_format])
    return MediaFile(buffer.getvalue(), f"image/{file_format}", picture.width, picture.height)


def write_video(frames: list[Image.Image], frames_per_second: float, sound: Any = None, rate: int = 0) -> MediaFile:
    """Frames as an MP4 file (H.264, which has even sides), with a sound where there is one."""
    from fractions import Fraction

    import av

    width, height = frames[0].width // 2 * 2, frames[0].height // 2 * 2
    buffer = BytesIO()
    with av.open(buffer, mode="w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(frames_per_second).limit_denominator(1000))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": "18"}
        voice = container.add_stream("aac", rate=rate) if sound is not None and rate else None
        for frame in frames:
            picture = frame.convert("RGB").crop((0, 0, width, height))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")))
        container.mux(stream.encode(None))
        if voice is not None:
            array = _channels_first(as_array(sound, "sound"))[:2]
            layout = "mono" if array.shape[0] == 1 else "stereo"
            piece = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(array, dtype=np.float32), format="fltp", layout=layout
            )
            piece.sample_rate = rate
            voice.layout = layout
            container.mux(voice.encode(piece))
            container.mux(voice.encode(None))
    return MediaFile(buffer.getvalue(), "video/mp4", width, height)


def _channels_first(array: Any) -> Any:
    """A sound as (channels, samples)."""
    array = array.reshape(1, -1) if array.ndim == 1 else array.reshape(-1, array.shape[-1])
    return array.T if array.shape[0] > array.shape[1] else array


def write_sound(samples: Any, rate: int) -> MediaFile:
    """Samples from -1 to 1, (samples) or (channels, samples), as a WAV file of 16 bits.

    Raises:
        FloatingPointError: the numbers are none.
    """
    return MediaFile(wav(_channels_first(as_array(samples, "sound")), rate), "audio/wav")


def read_mask(path: str, name: str) -> Image.Image:
    """A mask as a pipeline takes it, white where it draws anew: what is transparent in one that has such parts.

    Raises:
        InputRejectedError: it is no picture.
    """
    picture = read_picture(path, name)
    with Image.open(path) as file:
        if not file.has_transparency_data:
            return picture
        alpha = ImageOps.exif_transpose(file).convert("RGBA").getchannel("A")
    if alpha.getextrema()[0] == OPAQUE:
        return picture
    return ImageOps.invert(alpha).convert("RGB")


def read_file(path: str, name: str, medium: str, rate: int) -> Any:
    """A file as a pipeline takes it, of the input that is called `name`; raises as the others do."""
    if medium == VIDEO:
        return read_video(path)
    if medium == AUDIO:
        # pipelines compute with tensors
        return torch.from_numpy(read_sound(path, rate))
    return read_picture(path, name)
