"""Folders of every task of transformers: what the predictor gives is what the plain library gives."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import av
import jsonschema
import numpy as np
import pytest
import torch
import transformers as tf
from PIL import Image

from server.domain import input_schema
from server.domain.files import with_links
from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.sink import Sink
from tests.zoo.tasks import FOLDERS
from workers.contract.predictor import PredictionContext, SetupContext, VersionSpec
from workers.predictors.pipeline.predictor import Pipeline

# CLAP's tiny filter bank has empty filters
pytestmark = pytest.mark.filterwarnings("ignore:At least one mel filter:UserWarning")
RATE = 16_000
TEXT = "The quick brown fox jumps over the lazy dog. Pack my box with five dozen liquor jugs, said the 3rd judge!"
LABELS = ["fox", "dog", "judge"]


@dataclass
class Files:
    """Input files on disk."""

    root: Path

    def sound(self, seconds: float = 1.0, rate: int = RATE) -> Path:
        """A rising tone, 16 bits, mono."""
        path = self.root / f"sound-{seconds}-{rate}.wav"
        if not path.exists():
            times = np.arange(int(seconds * rate)) / rate
            wavy = np.sin(2 * np.pi * (200 + 300 * times) * times) * (0.3 + 0.2 * np.sin(9 * times))
            with wave.open(str(path), "wb") as file:
                file.setparams((1, 2, rate, 0, "NONE", ""))
                file.writeframes((wavy * 32767).astype("<i2").tobytes())
        return path

    def samples(self, seconds: float = 1.0, rate: int = RATE) -> np.ndarray:
        """The same tone as numbers."""
        with wave.open(str(self.sound(seconds, rate))) as file:
            return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768

    def picture(self, seed: int = 0) -> Path:
        """Some colours, 48 x 40."""
        path = self.root / f"picture-{seed}.png"
        if not path.exists():
            pixels = np.random.default_rng(seed).integers(0, 255, (5, 6, 3), dtype=np.uint8)
            Image.fromarray(pixels).resize((48, 40)).save(path)
        return path

    def video(self) -> Path:
        """Sixteen frames of changing colours."""
        path = self.root / "video.mp4"
        if not path.exists():
            with av.open(str(path), "w") as container:
                stream = container.add_stream("mpeg4", rate=8, width=48, height=32, pix_fmt="yuv420p")
                for number in range(16):
                    pixels = np.full((32, 48, 3), (number * 15, 255 - number * 15, 80), dtype=np.uint8)
                    container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
                container.mux(stream.encode())
        return path


@dataclass
class Ran:
    """A task's prediction."""

    output: Any
    sink: Sink

    def picture(self, reference: dict[str, int]) -> np.ndarray:
        """An output file as pixels."""
        return np.asarray(Image.open(io.BytesIO(self.sink.files[reference["file"]].blob)))


@dataclass
class Task:
    """A loaded folder."""

    folder: Path
    predictor: Pipeline
    schema: dict[str, Any]
    output_schema: dict[str, Any]

    def run(self, **values: Any) -> Ran:
        """Run it on values that are checked as the server does it; a Path is an input file."""
        files = [str(value) for value in values.values() if isinstance(value, Path)]
        given = {name: str(value) if isinstance(value, Path) else value for name, value in values.items()}
        sink = Sink()
        complete = input_schema.apply(self.schema, given)
        output = self.predictor.predict(PredictionContext("p", complete, sink, files=files))
        links = [f"file:{number}" for number in range(len(sink.files))]
        jsonschema.validate(with_links(output, links), self.output_schema)
        return Ran(output, sink)


Open = Callable[[str], Task]


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Open:
    root = tmp_path_factory.mktemp("tasks")

    @cache
    def build(name: str) -> Task:
        path = root / name
        torch.manual_seed(0)
        FOLDERS[name](path)
        spec = VersionSpec("v", "pipeline", str(path))
        inspection = Pipeline.inspect(spec)
        assert inspection.refusal is None
        assert Pipeline.outline(spec)
        predictor = Pipeline()
        predictor.setup(spec, CPU, SetupContext(lambda *_: None))
        # A video takes too long to be tried
        examples = Pipeline.examples(inspection.input_schema)
        assert bool(examples) == (name != "video-classification")
        for values in examples:
            predictor.predict(PredictionContext("p", values, Sink()))
        assert predictor.size_bytes() > 1000
        return Task(path, predictor, inspection.input_schema, inspection.output_schema)

    return build


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("files"))


def plain(loaded: Task, name: str, *values: Any, **arguments: Any) -> Any:
    """What transformers' own pipeline gives."""
    parts: dict[str, Any] = {}
    if (loaded.folder / "tokenizer_config.json").exists():
        parts["tokenizer"] = tf.AutoTokenizer.from_pretrained(loaded.folder)
    model = str(loaded.folder)
    return tf.pipeline(name, model=model, **parts)(*values, **arguments)


def test_every_folder_tells_its_task(task: Open) -> None:
    names = {
        name: Pipeline.inspect(VersionSpec("v", "pipeline", str(task(name).folder))).info["task"] for name in FOLDERS
    }
    assert {name: name.partition("/")[0] for name in FOLDERS} == names


def test_inputs_that_the_owner_leaves_out_are_those_of_the_task(task: Open, files: Files) -> None:
    path, sink = str(files.picture()), Sink()
    output = task("object-detection").predictor.predict(PredictionContext("p", {"image": path}, sink, files=[path]))
    assert output == task("object-detection").run(image=files.picture(), threshold=0.5).output


@pytest.mark.parametrize("times", [None, "word", "char"])
def test_speech_to_text_by_ctc(task: Open, files: Files, times: str | None) -> None:
    loaded = task("automatic-speech-recognition")
    arguments = {"return_timestamps": times} if times else {}
    expected = plain(loaded, "automatic-speech-recognition", files.samples(), **arguments)
    ran = loaded.run(audio=files.sound(), timestamps=times)
    assert ran.output["text"] == expected["text"] != ""
    if times:
        assert [(c["text"], tuple(c["timestamp"])) for c in ran.output["chunks"]] == [
            (c["text"], tuple(c["timestamp"])) for c in expected["chunks"]
        ]


def test_long_speech_in_pieces(task: Open, files: Files) -> None:
    loaded = task("automatic-speech-recognition")
    samples = files.samples(7)
    expected = plain(loaded, "automatic-speech-recognition", samples, chunk_length_s=2, stride_length_s=0.5)
    ran = loaded.run(audio=files.sound(7), chunk_seconds=2, stride_seconds=0.5)
    assert ran.output["text"] == expected["text"]
    assert ran.sink.metrics["audio_seconds"] == 7


@pytest.mark.filterwarnings("ignore:.*degrees of freedom:UserWarning")
@pytest.mark.parametrize(
    ("times", "seconds"),
    [
        *[(None, 2), ("segment", 2), ("word", 2), ("segment", 40)],
        *[pytest.param(times, 40, marks=pytest.mark.slow) for times in (None, "word")],
    ],
)
def test_whisper(task: Open, files: Files, times: str | None, seconds: int) -> None:
    loaded = task("automatic-speech-recognition/whisper")
    arguments: dict[str, Any] = {} if times is None else {"return_timestamps": True if times == "segment" else times}
    if seconds > 30 and times is None:
        arguments = {"return_timestamps": True}
    generation = {"language": "en", "task": "transcribe", "max_new_tokens": 20}
    expected = plain(
        loaded, "automatic-speech-recognition", files.samples(seconds), **arguments, generate_kwargs=generation
    )
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


def test_classes_of_a_sound(task: Open, files: Files) -> None:
    loaded = task("audio-classification")
    expected = plain(loaded, "audio-classification", files.samples(), top_k=3)
    assert loaded.run(audio=files.sound()).output == approx(expected)
    assert loaded.run(audio=files.sound(), top_k=1).output == approx(expected[:1])


def test_text_to_speech(task: Open) -> None:
    loaded = task("text-to-audio")
    pipe = tf.pipeline("text-to-audio", model=str(loaded.folder))
    torch.manual_seed(5)
    expected = pipe("the quick brown fox")
    ran = loaded.run(text="the quick brown fox", seed=5)
    (file,) = ran.sink.files
    assert file.content_type == "audio/wav"
    with wave.open(io.BytesIO(file.blob)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (expected["sampling_rate"], 1)
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 32767
    assert np.allclose(samples, np.clip(np.ravel(expected["audio"]), -1, 1), atol=1e-4)
    assert ran.output["seconds"] == pytest.approx(len(samples) / expected["sampling_rate"])
    again = loaded.run(text="the quick brown fox", seed=5)
    assert again.sink.files[0].blob == file.blob
    assert loaded.run(text="the quick brown fox", seed=6).sink.files[0].blob != file.blob


def test_labels_of_a_sound(task: Open, files: Files) -> None:
    loaded = task("zero-shot-audio-classification")
    expected = plain(loaded, "zero-shot-audio-classification", files.samples(1, 8000), candidate_labels=LABELS)
    assert loaded.run(audio=files.sound(1, 8000), candidate_labels=LABELS).output == approx(expected)


def approx(value: Any) -> Any:
    """The value, its numbers nearly."""
    if isinstance(value, dict):
        return {name: approx(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [approx(item) for item in value]
    return pytest.approx(value, abs=1e-4) if isinstance(value, float) else value


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("image-classification", {"top_k": 2}),
        ("object-detection", {"threshold": 0.1}),
        ("zero-shot-image-classification", {"candidate_labels": LABELS}),
        ("zero-shot-object-detection", {"candidate_labels": LABELS, "threshold": 0.01}),
    ],
)
def test_what_is_in_a_picture(task: Open, files: Files, name: str, values: dict[str, Any]) -> None:
    loaded = task(name)
    expected = plain(loaded, name, str(files.picture()), **values)
    output = loaded.run(image=files.picture(), **values).output
    assert output == approx(expected)
    assert output


def test_parts_of_a_picture(task: Open, files: Files) -> None:
    loaded = task("image-segmentation")
    expected = plain(loaded, "image-segmentation", str(files.picture()))
    ran = loaded.run(image=files.picture())
    assert [row["label"] for row in ran.output] == [row["label"] for row in expected]
    for row, part in zip(ran.output, expected, strict=True):
        assert np.array_equal(ran.picture(row["mask"]), np.asarray(part["mask"]))
    assert {(file.content_type, file.width, file.height) for file in ran.sink.files} == {("image/png", 48, 40)}


def test_depth(task: Open, files: Files) -> None:
    loaded = task("depth-estimation")
    expected = plain(loaded, "depth-estimation", str(files.picture()))
    ran = loaded.run(image=files.picture())
    assert np.array_equal(ran.picture(ran.output["depth"]), np.asarray(expected["depth"]))
    assert ran.output["maximum"] == pytest.approx(float(expected["predicted_depth"].max()), abs=1e-4)


def test_vectors_of_a_picture(task: Open, files: Files) -> None:
    loaded = task("image-feature-extraction")
    for pool in (False, True):
        expected = plain(loaded, "image-feature-extraction", str(files.picture()), pool=pool)
        output = loaded.run(image=files.picture(), pool=pool).output
        assert np.allclose(output, expected, atol=1e-4)


def test_points_of_a_picture(task: Open, files: Files) -> None:
    loaded = task("keypoint-detection")
    picture = Image.open(files.picture())
    processor = tf.AutoImageProcessor.from_pretrained(loaded.folder)
    model = tf.SuperPointForKeypointDetection.from_pretrained(loaded.folder)
    with torch.no_grad():
        outputs = model(**processor(picture, return_tensors="pt"))
    (expected,) = processor.post_process_keypoint_detection(outputs, [picture.size[::-1]])
    output = loaded.run(image=files.picture()).output
    assert sorted((row["x"], row["y"]) for row in output) == sorted(map(tuple, expected["keypoints"].tolist()))
    assert output


def test_a_larger_picture(task: Open, files: Files) -> None:
    loaded = task("image-to-image")
    processor = tf.AutoImageProcessor.from_pretrained(loaded.folder)
    model = tf.Swin2SRForImageSuperResolution.from_pretrained(loaded.folder)
    with torch.no_grad():
        numbers = model(**processor(Image.open(files.picture()), return_tensors="pt")).reconstruction
    ran = loaded.run(image=files.picture())
    pixels = ran.picture(ran.output["image"])
    expected = (numbers[0].clamp(0, 1).permute(1, 2, 0) * 255).round().byte().numpy()
    assert np.array_equal(pixels, expected[: pixels.shape[0], : pixels.shape[1]])
    assert pixels.shape == (80, 96, 3), "twice as large, without what the processor put around it"


def test_classes_of_a_video(task: Open, files: Files) -> None:
    loaded = task("video-classification")
    expected = plain(loaded, "video-classification", str(files.video()), top_k=3)
    assert loaded.run(video=files.video()).output == approx(expected)


def test_what_a_picture_shows(task: Open, files: Files) -> None:
    loaded = task("image-to-text")
    model = tf.VisionEncoderDecoderModel.from_pretrained(loaded.folder)
    pixels = tf.AutoImageProcessor.from_pretrained(loaded.folder)(Image.open(files.picture()), return_tensors="pt")
    tokens = model.generate(pixels["pixel_values"], max_new_tokens=8)[0]
    expected = tf.AutoTokenizer.from_pretrained(loaded.folder).decode(tokens, skip_special_tokens=True).strip()
    assert loaded.run(image=files.picture(), max_new_tokens=8).output == expected != ""


def test_questions_about_a_picture(task: Open, files: Files) -> None:
    loaded = task("visual-question-answering")
    question = "What is the fox?"
    words = tf.AutoTokenizer.from_pretrained(loaded.folder)(question, return_tensors="pt")
    pixels = tf.AutoImageProcessor.from_pretrained(loaded.folder)(Image.open(files.picture()), return_tensors="pt")
    with torch.no_grad():
        logits = tf.ViltForQuestionAnswering.from_pretrained(loaded.folder)(**words, **pixels).logits[0]
    expected = dict(zip(["cat", "dog", "bird"], logits.sigmoid().tolist(), strict=True))
    output = loaded.run(image=files.picture(), question=question).output
    assert [row["score"] for row in output] == sorted((row["score"] for row in output), reverse=True)
    assert {row["answer"]: row["score"] for row in output} == approx(expected)


def test_questions_about_a_document(task: Open, files: Files) -> None:
    loaded = task("document-question-answering")
    words = [[word, [10 * n, 10, 10 * n + 9, 20]] for n, word in enumerate(TEXT.split()[:8])]
    pairs = [(word, box) for word, box in words]
    expected = plain(
        loaded,
        "document-question-answering",
        image=Image.open(files.picture()).convert("RGB"),
        question="Who?",
        word_boxes=pairs,
        top_k=2,
    )
    output = loaded.run(image=files.picture(), question="Who?", word_boxes=words, top_k=2).output
    assert output == approx(expected)
    assert output


@pytest.mark.filterwarnings("ignore:Tokenizer does not support real words:UserWarning")
@pytest.mark.parametrize("strategy", ["none", "simple", "max"])
def test_words_with_their_classes(task: Open, strategy: str) -> None:
    loaded = task("token-classification")
    expected = plain(loaded, "token-classification", TEXT, aggregation_strategy=strategy)
    output = loaded.run(text=TEXT, aggregation_strategy=strategy).output
    assert output == approx(expected)
    assert output


def test_a_word_in_place_of_a_mask(task: Open) -> None:
    loaded = task("fill-mask")
    text = "The quick [MASK] fox"
    assert loaded.run(text=text, top_k=3).output == approx(plain(loaded, "fill-mask", text, top_k=3))
    assert "[MASK]" in loaded.schema["properties"]["text"]["description"]


@pytest.mark.parametrize("several", [False, True])
def test_labels_of_a_text(task: Open, several: bool) -> None:
    loaded = task("zero-shot-classification")
    expected = plain(loaded, "zero-shot-classification", TEXT, candidate_labels=LABELS, multi_label=several)
    output = loaded.run(text=TEXT, candidate_labels=LABELS, multi_label=several).output
    scores = zip(expected["labels"], expected["scores"], strict=True)
    assert output == approx([{"label": label, "score": score} for label, score in scores])


def test_the_passage_that_answers(task: Open) -> None:
    loaded = task("question-answering")
    words = tf.AutoTokenizer.from_pretrained(loaded.folder)
    model = tf.BertForQuestionAnswering.from_pretrained(loaded.folder)
    encoded = words("Who jumps?", TEXT, return_tensors="pt", return_offsets_mapping=True)
    offsets = encoded.pop("offset_mapping")[0].tolist()
    inside = torch.tensor([number == 1 for number in encoded.sequence_ids(0)])
    usable = inside.clone()
    usable[0] = True
    with torch.no_grad():
        output = model(**encoded)
    starts = output.start_logits[0].masked_fill(~usable, -1e4).softmax(-1) * inside
    ends = output.end_logits[0].masked_fill(~usable, -1e4).softmax(-1) * inside
    scores = torch.outer(starts, ends).triu().tril(14)
    first, last = divmod(int(scores.argmax()), scores.shape[1])
    (row,) = loaded.run(question="Who jumps?", context=TEXT).output
    assert (row["start"], row["end"]) == (offsets[first][0], offsets[last][1])
    assert row["answer"] == TEXT[row["start"] : row["end"]] != ""
    assert row["score"] == pytest.approx(float(scores.max()), abs=1e-4)


def test_the_passage_of_a_text_of_many_pieces(task: Open) -> None:
    loaded = task("question-answering")
    rows = loaded.run(question="Who jumps?", context=TEXT * 20, top_k=5).output
    assert len({(row["start"], row["end"]) for row in rows}) == 5
    assert all((TEXT * 20)[row["start"] : row["end"]] == row["answer"] for row in rows)


def test_a_summary(task: Open) -> None:
    loaded = task("summarization")
    words = tf.AutoTokenizer.from_pretrained(loaded.folder)
    model = tf.T5ForConditionalGeneration.from_pretrained(loaded.folder)
    inputs = words(f"summarize: {TEXT}", return_tensors="pt")
    tokens = model.generate(
        input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"],
        max_length=40, num_beams=2, early_stopping=True,
    )[0]  # fmt: skip
    assert loaded.run(text=TEXT).output == words.decode(tokens, skip_special_tokens=True) != ""
    drawn = [loaded.run(text=TEXT, do_sample=True, temperature=2, seed=seed).output for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
