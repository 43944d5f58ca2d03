"""Files that come in are decoded in one way, whoever asks."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from workers.contract.context import CancelSignal
from workers.contract.predictor import InputRejectedError
from workers.predictors.image import media as image_media
from workers.predictors.media import SOUND_FORMATS, encode_sound, open_media, read_picture, read_sound, wav

RATE = 16_000
SECONDS = 3
TONE = np.sin(np.arange(RATE * SECONDS, dtype=np.float32) * 0.2)[None] * 0.5


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording some of whose packets are broken."""
    path = tmp_path_factory.mktemp("sounds") / "broken.m4a"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(TONE.astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate = RATE
        container.mux([*stream.encode(frame), *stream.encode(None)])
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 600] = bytes(600)
    path.write_bytes(content)
    return path


def test_broken_packets_are_skipped_for_pipelines_and_for_diffusers_alike(broken: Path) -> None:
    with av.open(str(broken)) as container, pytest.raises(av.error.InvalidDataError):
        for _ in container.decode(audio=0):
            pass
    mono = read_sound(str(broken), RATE, mono=True)
    stereo = image_media.read_file(str(broken), "sound", "audio", RATE)
    assert mono.dtype == np.float32
    assert (mono.shape[0], stereo.shape[0]) == (1, 2)
    assert RATE < mono.shape[1] == stereo.shape[1] < RATE * SECONDS


def test_a_sound_comes_at_the_rate_that_is_asked_for_and_from_memory() -> None:
    sound = read_sound(io.BytesIO(wav(TONE, RATE)), RATE // 2, mono=True)
    assert abs(sound.shape[1] - TONE.shape[1] // 2) < 100
    assert 0.4 < np.abs(sound).max() < 0.6


def test_what_is_too_long_is_said_in_minutes() -> None:
    with pytest.raises(InputRejectedError, match=r"^audio is longer than 1 minutes\.$"):
        read_sound(io.BytesIO(wav(np.zeros((1, 61 * 8000)), 8000)), 8000, "audio", most_seconds=60)


def test_a_cancel_is_heard_between_frames() -> None:
    def check() -> None:
        raise CancelSignal

    with pytest.raises(CancelSignal):
        read_sound(io.BytesIO(wav(TONE, RATE)), RATE, check=check)


def _open_video(file: io.BytesIO) -> None:
    with open_media(file, "video", "clip"):
        pass


@pytest.mark.parametrize(
    ("read", "content", "reason"),
    [
        (lambda file: read_sound(file, RATE, "clip"), b"no sound", "clip cannot be read as sound."),
        (lambda file: read_picture(file, "clip"), b"no picture", "clip cannot be read as a picture."),
        (_open_video, b"no video", "clip cannot be read as a video."),
        (_open_video, wav(TONE, RATE), "clip has no pictures."),
    ],
)
def test_what_it_is_not_is_said_by_the_name_of_the_input(
    read: Callable[[io.BytesIO], Any], content: bytes, reason: str
) -> None:
    with pytest.raises(InputRejectedError) as caught:
        read(io.BytesIO(content))
    assert str(caught.value) == reason


@pytest.mark.parametrize("name", SOUND_FORMATS)
@pytest.mark.parametrize("rate", [16_000, 22_050, 96_000])
def test_a_sound_is_read_as_it_was_written(name: str, rate: int) -> None:
    tone = (np.sin(np.arange(rate) * 2 * np.pi * 440 / rate) * 0.5).astype(np.float32)[None]
    data, content_type = encode_sound(tone, rate, name)
    heard = read_sound(io.BytesIO(data), rate, mono=True)[0]
    assert content_type.startswith("audio/")
    # Coders put a little before and behind it
    assert abs(len(heard) - rate) < rate / 8
    spectrum = np.abs(np.fft.rfft(heard))
    assert np.argmax(spectrum) * rate / len(heard) == pytest.approx(440, abs=5)
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(0.354, abs=0.04)
