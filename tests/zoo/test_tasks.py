"""Folders of every task of transformers: what the predictor gives is what the plain library gives."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from functools import cache
from typing import Any

import av
import numpy as np
import pytest

from tests.unit.predictors.sink import Sink
from tests.zoo.tables import TASKS, read_rows
from tests.zoo.task_checks import CHECKS, PIPELINE, TEXT, Files, Finding, Task, check, open_task
from tests.zoo.tasks import FOLDERS
from workers.contract.predictor import PredictionContext, VersionSpec
from workers.predictors.pipeline.predictor import Pipeline

# CLAP's tiny filter bank has empty filters
pytestmark = pytest.mark.filterwarnings("ignore:At least one mel filter:UserWarning")
Open = Callable[[str], Task]


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Open:
    root = tmp_path_factory.mktemp("tasks")

    @cache
    def build(name: str) -> Task:
        return open_task(name, root / name)

    return build


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("files"))


@pytest.mark.filterwarnings("ignore:Tokenizer does not support real words:UserWarning")
@pytest.mark.filterwarnings("ignore:.*degrees of freedom:UserWarning")
@pytest.mark.parametrize("name", CHECKS)
def test_a_task_gives_what_the_plain_library_gives(name: str, task: Open, files: Files) -> None:
    finding = check(Finding(name), task(name), files)
    assert finding.faults == []
    assert read_rows(TASKS)[name] == TASKS.row(finding)


def test_the_page_has_twelve_tasks_that_a_pipeline_of_transformers_gave() -> None:
    assert read_rows(TASKS).keys() == CHECKS.keys() == FOLDERS.keys()
    assert len({name.partition("/")[0] for name, (_, source) in CHECKS.items() if source == PIPELINE}) >= 12


def test_every_folder_tells_its_task(task: Open) -> None:
    names = {
        name: Pipeline.inspect(VersionSpec("v", "pipeline", str(task(name).folder))).info["task"] for name in FOLDERS
    }
    assert {name: name.partition("/")[0] for name in FOLDERS} == names


def test_inputs_that_the_owner_leaves_out_are_those_of_the_task(task: Open, files: Files) -> None:
    path, sink = str(files.picture()), Sink()
    output = task("object-detection").predictor.predict(PredictionContext("p", {"image": path}, sink, files=[path]))
    assert output == task("object-detection").run(image=files.picture(), threshold=0.5).output


def test_long_speech_in_pieces(task: Open, files: Files) -> None:
    loaded = task("automatic-speech-recognition")
    samples = files.samples(7)
    expected = loaded.plain(samples, chunk_length_s=2, stride_length_s=0.5)
    ran = loaded.run(audio=files.sound(7), chunk_seconds=2, stride_seconds=0.5)
    assert ran.output["text"] == expected["text"]
    assert ran.sink.metrics["audio_seconds"] == 7


@pytest.mark.filterwarnings("ignore:.*degrees of freedom:UserWarning")
@pytest.mark.parametrize(
    ("times", "seconds"),
    [
        *[(None, 2), ("segment", 40)],
        *[pytest.param(*each, marks=pytest.mark.slow) for each in (("word", 2), (None, 40), ("word", 40))],
    ],
)
def test_whisper(task: Open, files: Files, times: str | None, seconds: int) -> None:
    loaded = task("automatic-speech-recognition/whisper")
    arguments: dict[str, Any] = {} if times is None else {"return_timestamps": True if times == "segment" else times}
    if seconds > 30 and times is None:
        arguments = {"return_timestamps": True}
    generation = {"language": "en", "task": "transcribe", "max_new_tokens": 20}
    expected = loaded.plain(files.samples(seconds), **arguments, generate_kwargs=generation)
    ran = loaded.run(audio=files.sound(seconds), timestamps=times, language="en", task="transcribe", max_new_tokens=20)
    assert ran.output["text"] == expected["text"] != ""
    assert len(ran.output.get("chunks", [])) == (len(expected["chunks"]) if times else 0)


def test_sound_of_other_rates_and_kinds_is_the_same_sound(task: Open, files: Files) -> None:
    loaded = task("audio-classification")
    expected = {row["label"]: row["score"] for row in loaded.run(audio=files.sound()).output}
    path = files.root / "sound.flac"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=48_000, layout="stereo")
        samples = files.samples(1, 48_000)
        frame = av.AudioFrame.from_ndarray(
            np.repeat((samples * 32767).astype(np.int16), 2).reshape(1, -1), format="s16", layout="stereo"
        )
        frame.rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    for row in loaded.run(audio=path).output:
        assert row["score"] == pytest.approx(expected[row["label"]], abs=0.02)


def test_speech_is_a_wav_that_its_seed_decides(task: Open) -> None:
    loaded = task("text-to-audio")
    ran = loaded.run(text="the quick brown fox", seed=5)
    (file,) = ran.sink.files
    assert file.content_type == "audio/wav"
    with wave.open(io.BytesIO(file.blob)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (8000, 1)
    again = loaded.run(text="the quick brown fox", seed=5)
    assert again.sink.files[0].blob == file.blob
    assert loaded.run(text="the quick brown fox", seed=6).sink.files[0].blob != file.blob


def test_a_part_of_a_picture_is_a_picture(task: Open, files: Files) -> None:
    ran = task("image-segmentation").run(image=files.picture())
    assert {(file.content_type, file.width, file.height) for file in ran.sink.files} == {("image/png", 48, 40)}


def test_the_mask_of_a_model_is_told(task: Open) -> None:
    assert "[MASK]" in task("fill-mask").schema["properties"]["text"]["description"]


def test_the_passage_of_a_text_of_many_pieces(task: Open) -> None:
    loaded = task("question-answering")
    rows = loaded.run(question="Who jumps?", context=TEXT * 20, top_k=5).output
    assert len({(row["start"], row["end"]) for row in rows}) == 5
    assert all((TEXT * 20)[row["start"] : row["end"]] == row["answer"] for row in rows)


def test_a_summary_is_drawn_by_its_seed(task: Open) -> None:
    loaded = task("summarization")
    drawn = [loaded.run(text=TEXT, do_sample=True, temperature=2, seed=seed).output for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
