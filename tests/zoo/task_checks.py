"""One folder of each task against the plain library: alone, beside others, and canceled midway."""

from __future__ import annotations

import io
import threading
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
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
from tests.zoo.company import at_once
from tests.zoo.tasks import FOLDERS
from workers.contract.context import CancelSignal
from workers.contract.predictor import PredictionContext, SetupContext, VersionSpec
from workers.contract.protocol import Output
from workers.predictors.pipeline.predictor import Pipeline

RATE = 16_000
TEXT = "The quick brown fox jumps over the lazy dog. Pack my box with five dozen liquor jugs, said the 3rd judge!"
LABELS = ["fox", "dog", "judge"]
ROUNDING = 1e-4
OTHERS = 3
SEED = 5
# of what waits for something else, in seconds
PATIENCE = 10


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

    def samples(self) -> np.ndarray:
        """The only output file, a sound, as numbers."""
        (file,) = self.sink.files
        with wave.open(io.BytesIO(file.blob)) as sound:
            return np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 32767


@dataclass
class Task:
    """A loaded folder."""

    folder: Path
    predictor: Pipeline
    schema: dict[str, Any]
    output_schema: dict[str, Any]
    info: dict[str, Any]

    def run(self, **values: Any) -> Ran:
        """Run it on values that are checked as the server does it; a Path is an input file."""
        sink = Sink()
        output = self.predictor.predict(self.context(values, sink))
        links = [f"file:{number}" for number in range(len(sink.files))]
        jsonschema.validate(with_links(output, links), self.output_schema)
        return Ran(output, sink)

    def context(self, values: dict[str, Any], sink: Sink | None = None) -> PredictionContext:
        """A prediction of these values."""
        files = [str(value) for value in values.values() if isinstance(value, Path)]
        given = {name: str(value) if isinstance(value, Path) else value for name, value in values.items()}
        return PredictionContext("p", input_schema.apply(self.schema, given), sink or Sink(), files=files)

    def plain(self, *values: Any, **arguments: Any) -> Any:
        """What transformers' own pipeline gives, where chance begins at SEED."""
        parts: dict[str, Any] = {}
        if (self.folder / "tokenizer_config.json").exists():
            parts["tokenizer"] = tf.AutoTokenizer.from_pretrained(self.folder)
        pipe = tf.pipeline(self.info["task"], model=str(self.folder), **parts)
        torch.manual_seed(SEED)
        return pipe(*values, **arguments)


def open_task(name: str, path: Path) -> Task:
    """The folder of a task, written and loaded as the server does it."""
    torch.manual_seed(0)
    FOLDERS[name](path)
    spec = VersionSpec("v", "pipeline", str(path))
    inspection = Pipeline.inspect(spec)
    assert inspection.refusal is None, inspection.refusal
    assert Pipeline.outline(spec)
    predictor = Pipeline()
    predictor.setup(spec, CPU, SetupContext(lambda *_: None))
    # A video takes too long to be tried
    examples = Pipeline.examples(inspection.input_schema)
    assert bool(examples) == (name != "video-classification")
    for values in examples:
        predictor.predict(PredictionContext("p", values, Sink()))
    assert predictor.size_bytes() > 1000
    return Task(path, predictor, inspection.input_schema, inspection.output_schema, inspection.info)


@dataclass
class Case:
    """An input, and what the plain library gives for it."""

    values: dict[str, Any]
    expected: Any
    part: Callable[[Ran], Any] = lambda ran: ran.output
    """What of a prediction is held against it."""


Cases = Callable[[Task, Files], list[Case]]
PIPELINE = "its pipeline"
MODEL = "its model"


def speech(task: Task, files: Files) -> list[Case]:
    cases = []
    for times in (None, "word", "char"):
        arguments = {"return_timestamps": times} if times else {}
        expected = task.plain(files.samples(), **arguments)
        assert expected["text"]
        cases.append(Case({"audio": files.sound(), "timestamps": times}, expected))
    return cases


def whisper(task: Task, files: Files) -> list[Case]:
    generation = {"language": "en", "task": "transcribe", "max_new_tokens": 20}
    expected = task.plain(files.samples(2), return_timestamps=True, generate_kwargs=generation)
    assert expected["text"]
    return [Case({"audio": files.sound(2), "timestamps": "segment", **generation}, expected)]


def classes_of_a_sound(task: Task, files: Files) -> list[Case]:
    expected = task.plain(files.samples(), top_k=3)
    return [
        Case({"audio": files.sound()}, expected),
        Case({"audio": files.sound(), "top_k": 1}, expected[:1]),
    ]


def text_to_speech(task: Task, files: Files) -> list[Case]:
    expected = task.plain("the quick brown fox")
    samples = np.clip(np.ravel(expected["audio"]), -1, 1)
    values = {"text": "the quick brown fox", "seed": SEED}
    return [
        Case(values, samples, Ran.samples),
        Case(values, len(samples) / expected["sampling_rate"], lambda ran: ran.output["seconds"]),
    ]


def labels_of_a_sound(task: Task, files: Files) -> list[Case]:
    expected = task.plain(files.samples(1, 8000), candidate_labels=LABELS)
    return [Case({"audio": files.sound(1, 8000), "candidate_labels": LABELS}, expected)]


def picture(task: Task, files: Files, **values: Any) -> list[Case]:
    expected = task.plain(str(files.picture()), **values)
    assert expected
    return [Case({"image": files.picture(), **values}, expected)]


def parts_of_a_picture(task: Task, files: Files) -> list[Case]:
    expected = [(row["label"], np.asarray(row["mask"])) for row in task.plain(str(files.picture()))]
    return [
        Case(
            {"image": files.picture()},
            expected,
            lambda ran: [(row["label"], ran.picture(row["mask"])) for row in ran.output],
        )
    ]


def depth(task: Task, files: Files) -> list[Case]:
    expected = task.plain(str(files.picture()))
    values = {"image": files.picture()}
    return [
        Case(values, np.asarray(expected["depth"]), lambda ran: ran.picture(ran.output["depth"])),
        Case(values, float(expected["predicted_depth"].max()), lambda ran: ran.output["maximum"]),
    ]


def vectors_of_a_picture(task: Task, files: Files) -> list[Case]:
    return [
        Case({"image": files.picture(), "pool": pool}, task.plain(str(files.picture()), pool=pool))
        for pool in (False, True)
    ]


def points_of_a_picture(task: Task, files: Files) -> list[Case]:
    image = Image.open(files.picture())
    processor = tf.AutoImageProcessor.from_pretrained(task.folder)
    model = tf.SuperPointForKeypointDetection.from_pretrained(task.folder)
    with torch.no_grad():
        outputs = model(**processor(image, return_tensors="pt"))
    (expected,) = processor.post_process_keypoint_detection(outputs, [image.size[::-1]])
    places = sorted(map(tuple, expected["keypoints"].tolist()))
    assert places
    return [Case({"image": files.picture()}, places, lambda ran: sorted((row["x"], row["y"]) for row in ran.output))]


def larger_picture(task: Task, files: Files) -> list[Case]:
    processor = tf.AutoImageProcessor.from_pretrained(task.folder)
    model = tf.Swin2SRForImageSuperResolution.from_pretrained(task.folder)
    with torch.no_grad():
        numbers = model(**processor(Image.open(files.picture()), return_tensors="pt")).reconstruction
    pixels = (numbers[0].clamp(0, 1).permute(1, 2, 0) * 255).round().byte().numpy()
    # twice as large, without what the processor put around it
    return [Case({"image": files.picture()}, pixels[:80, :96], lambda ran: ran.picture(ran.output["image"]))]


def classes_of_a_video(task: Task, files: Files) -> list[Case]:
    return [Case({"video": files.video()}, task.plain(str(files.video()), top_k=3))]


def what_a_picture_shows(task: Task, files: Files) -> list[Case]:
    model = tf.VisionEncoderDecoderModel.from_pretrained(task.folder)
    pixels = tf.AutoImageProcessor.from_pretrained(task.folder)(Image.open(files.picture()), return_tensors="pt")
    tokens = model.generate(pixels["pixel_values"], max_new_tokens=8)[0]
    expected = tf.AutoTokenizer.from_pretrained(task.folder).decode(tokens, skip_special_tokens=True).strip()
    assert expected
    return [Case({"image": files.picture(), "max_new_tokens": 8}, expected)]


def questions_about_a_picture(task: Task, files: Files) -> list[Case]:
    question = "What is the fox?"
    words = tf.AutoTokenizer.from_pretrained(task.folder)(question, return_tensors="pt")
    pixels = tf.AutoImageProcessor.from_pretrained(task.folder)(Image.open(files.picture()), return_tensors="pt")
    with torch.no_grad():
        logits = tf.ViltForQuestionAnswering.from_pretrained(task.folder)(**words, **pixels).logits[0]
    rows = zip(["cat", "dog", "bird"], logits.sigmoid().tolist(), strict=True)
    expected = [{"answer": answer, "score": score} for answer, score in sorted(rows, key=lambda row: -row[1])]
    return [Case({"image": files.picture(), "question": question}, expected)]


def questions_about_a_document(task: Task, files: Files) -> list[Case]:
    words = [[word, [10 * n, 10, 10 * n + 9, 20]] for n, word in enumerate(TEXT.split()[:8])]
    image = Image.open(files.picture()).convert("RGB")
    pairs = [(word, box) for word, box in words]
    expected = task.plain(image=image, question="Who?", word_boxes=pairs, top_k=2)
    assert expected
    return [Case({"image": files.picture(), "question": "Who?", "word_boxes": words, "top_k": 2}, expected)]


def passage(task: Task, files: Files) -> list[Case]:
    """The likeliest pair of a beginning and an end, where each has probabilities of its own."""
    words = tf.AutoTokenizer.from_pretrained(task.folder)
    model = tf.BertForQuestionAnswering.from_pretrained(task.folder)
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
    start, end = offsets[first][0], offsets[last][1]
    assert TEXT[start:end]
    row = {"score": float(scores.max()), "start": start, "end": end, "answer": TEXT[start:end]}
    return [Case({"question": "Who jumps?", "context": TEXT}, [row])]


def words_with_their_classes(task: Task, files: Files) -> list[Case]:
    return [
        Case({"text": TEXT, "aggregation_strategy": strategy}, task.plain(TEXT, aggregation_strategy=strategy))
        for strategy in ("none", "simple", "max")
    ]


def word_in_place_of_a_mask(task: Task, files: Files) -> list[Case]:
    text = "The quick [MASK] fox"
    return [Case({"text": text, "top_k": 3}, task.plain(text, top_k=3))]


def labels_of_a_text(task: Task, files: Files) -> list[Case]:
    cases = []
    for several in (False, True):
        expected = task.plain(TEXT, candidate_labels=LABELS, multi_label=several)
        scores = zip(expected["labels"], expected["scores"], strict=True)
        rows = [{"label": label, "score": score} for label, score in scores]
        cases.append(Case({"text": TEXT, "candidate_labels": LABELS, "multi_label": several}, rows))
    return cases


def classes_of_texts(task: Task, files: Files) -> list[Case]:
    texts = [TEXT, "Pack my box"]
    return [Case({"texts": texts}, [task.plain(text, top_k=None) for text in texts])]


def summary(task: Task, files: Files) -> list[Case]:
    words = tf.AutoTokenizer.from_pretrained(task.folder)
    model = tf.T5ForConditionalGeneration.from_pretrained(task.folder)
    inputs = words(f"summarize: {TEXT}", return_tensors="pt")
    tokens = model.generate(
        input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"],
        max_length=40, num_beams=2, early_stopping=True,
    )[0]  # fmt: skip
    expected = words.decode(tokens, skip_special_tokens=True)
    assert expected
    return [Case({"text": TEXT}, expected)]


# By the names of the folders: what the plain library gives, and what of it does: its model and processor where
# transformers has no pipeline for the task any more
CHECKS: dict[str, tuple[Cases, str]] = {
    "automatic-speech-recognition": (speech, PIPELINE),
    "automatic-speech-recognition/whisper": (whisper, PIPELINE),
    "audio-classification": (classes_of_a_sound, PIPELINE),
    "text-to-audio": (text_to_speech, PIPELINE),
    "zero-shot-audio-classification": (labels_of_a_sound, PIPELINE),
    "image-classification": (partial(picture, top_k=2), PIPELINE),
    "object-detection": (partial(picture, threshold=0.1), PIPELINE),
    "image-segmentation": (parts_of_a_picture, PIPELINE),
    "depth-estimation": (depth, PIPELINE),
    "zero-shot-image-classification": (partial(picture, candidate_labels=LABELS), PIPELINE),
    "zero-shot-object-detection": (partial(picture, candidate_labels=LABELS, threshold=0.01), PIPELINE),
    "keypoint-detection": (points_of_a_picture, MODEL),
    "image-to-image": (larger_picture, MODEL),
    "image-feature-extraction": (vectors_of_a_picture, PIPELINE),
    "video-classification": (classes_of_a_video, PIPELINE),
    "image-to-text": (what_a_picture_shows, MODEL),
    "visual-question-answering": (questions_about_a_picture, MODEL),
    "document-question-answering": (questions_about_a_document, PIPELINE),
    "question-answering": (passage, MODEL),
    "token-classification": (words_with_their_classes, PIPELINE),
    "fill-mask": (word_in_place_of_a_mask, PIPELINE),
    "zero-shot-classification": (labels_of_a_text, PIPELINE),
    "text-classification": (classes_of_texts, PIPELINE),
    "summarization": (summary, MODEL),
}


@dataclass
class Finding:
    """One task of the zoo: how it runs here, and in what it differs from the plain library."""

    name: str
    state: str = ""
    reason: str = ""
    architecture: str = ""
    engine: str = ""
    streams: bool = False
    batched: bool = False
    faults: list[str] = field(default_factory=list)


def check_task(name: str, root: Path) -> Finding:
    """Build a folder of this task and hold it against the plain library."""
    finding = Finding(name)
    place = root / name
    place.mkdir(parents=True)
    try:
        task = open_task(name, place / "model")
    except AssertionError as error:
        finding.state, finding.reason = "REFUSED", str(error)
        finding.faults.append(f"refused, though the plain library runs it: {error}")
        return finding
    return check(finding, task, Files(place))


def check(finding: Finding, task: Task, files: Files) -> Finding:
    """Hold a loaded folder against the plain library."""
    finding.state = "READY"
    finding.architecture = task.info["architecture"]
    inner = task.predictor._inner
    finding.batched = inner is not None and inner.at_once > 1
    finding.engine = inner.name if inner else "pipeline" if task.predictor._loaded.pipe else "model"
    cases = CHECKS[finding.name][0](task, files)
    for case in cases:
        ran = task.run(**case.values)
        finding.streams = finding.streams or len(ran.sink.of(Output)) > 1
        _compare(finding, "alone", case, ran)
    company = at_once(lambda values: task.run(**values), [case.values for case in cases for _ in range(OTHERS)])
    for number, ran in enumerate(company):
        _compare(finding, "beside others", cases[number // OTHERS], ran)
    if not is_canceled(task, cases[0].values):
        finding.faults.append("a cancel midway did not end it")
    _compare(finding, "after a cancel", cases[0], task.run(**cases[0].values))
    return finding


def _compare(finding: Finding, when: str, case: Case, ran: Ran) -> None:
    if not equals(case.part(ran), case.expected):
        finding.faults.append(f"{when}: {str(case.part(ran))[:200]} for {str(case.expected)[:200]}")


def is_canceled(task: Task, values: dict[str, Any]) -> bool:
    """Whether a prediction ends that is canceled when the model is about to begin with it."""
    context = task.context(values)
    inner: Any = task.predictor._inner
    model = task.predictor.model if inner is None else inner._instance.model
    ended = threading.Event()
    caller = threading.current_thread()

    def cancel(*_: Any) -> None:
        context.cancel()
        if threading.current_thread() is not caller:
            # who waits for a batch goes before that is done
            ended.wait(PATIENCE)

    hook = model.register_forward_pre_hook(cancel, prepend=True)
    try:
        task.predictor.predict(context)
    except CancelSignal:
        return True
    finally:
        ended.set()
        hook.remove()
    return False


def equals(value: Any, expected: Any) -> bool:
    """Whether these are the same, numbers of them nearly."""
    if isinstance(expected, np.ndarray):
        return np.shape(value) == expected.shape and np.allclose(value, expected, atol=ROUNDING)
    if isinstance(expected, dict):
        return value.keys() == expected.keys() and all(equals(value[name], expected[name]) for name in expected)
    if isinstance(expected, list | tuple):
        return len(value) == len(expected) and all(map(equals, value, expected))
    return bool(value == pytest.approx(expected, abs=ROUNDING)) if isinstance(expected, float) else value == expected
