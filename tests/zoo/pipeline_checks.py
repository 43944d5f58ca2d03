"""One pipeline against diffusers' own call: equal alone, in company, and after a cancel midway."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline
from jsonschema import Draft202012Validator
from PIL import Image as Pillow

from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.sink import Sink
from tests.zoo.company import at_once
from tests.zoo.pipelines import NotBuildableError, build, call_values
from workers.contract.context import CancelSignal, PredictionContext
from workers.contract.predictor import SetupContext, VersionSpec
from workers.predictors.image import media
from workers.predictors.image.predictor import Image

# Several pictures in one call are computed in another order than one
NEAR_LEVELS = 2
# Our names of what a plain call takes; any other has the same
NAMES = {
    "num_inference_steps": "steps", "guidance_scale": "guidance", "mask_image": "mask", "control_mask": "mask",
    "images": "image",
}  # fmt: skip


@dataclass
class Finding:
    """One pipeline of the zoo: how it runs here, and in what it differs from the plain library."""

    name: str
    state: str = ""
    reason: str = ""
    tasks: list[str] = field(default_factory=list)
    together: bool = False
    adapters: bool = False
    faults: list[str] = field(default_factory=list)


@dataclass
class Run:
    """What came of one prediction."""

    sink: Sink
    error: BaseException | None = None

    @property
    def contents(self) -> list[bytes]:
        """The files that were given out."""
        return [file.blob for file in self.sink.files]


class CancelingSink(Sink):
    """Asks its prediction to stop at its first step."""

    context: PredictionContext | None = None

    def put(self, message: Any) -> None:
        super().put(message)
        if self.context is not None and type(message).__name__ == "Progress":
            self.context.cancel()


def check_pipeline(name: str, root: Path) -> Finding:
    """Build a pipeline of this class and hold it against the plain library."""
    finding = Finding(name)
    folder = root / name
    try:
        build(name, folder)
    except NotBuildableError as error:
        finding.state, finding.reason = "NOT BUILT", str(error)
        return finding
    inspection = Image.inspect(VersionSpec("zoo", "image", str(folder)))
    if inspection.refusal is not None:
        finding.state, finding.reason = "REFUSED", inspection.refusal
        if "neither pictures" not in finding.reason and runs_plainly(folder):
            finding.faults.append(f"refused, though the plain library runs it: {finding.reason[:300]}")
        for leak in (str(root), "trust_remote_code", "Traceback"):
            if leak in finding.reason:
                finding.faults.append(f"the reason says {leak}")
        return finding
    finding.state = "READY"
    Draft202012Validator.check_schema(inspection.input_schema)
    finding.tasks = list(inspection.info["tasks"])
    finding.adapters = bool(inspection.info.get("adapters"))
    predictor = Image()
    try:
        predictor.setup(VersionSpec("zoo", "image", str(folder)), CPU, SetupContext(lambda *_: None))
    except Exception as error:  # whatever a library raises is a fault of READY
        finding.faults.append(f"does not load: {type(error).__name__}: {error}")
        return finding
    try:
        with pytest.MonkeyPatch.context() as patch:
            # The encoder may write equal frames as another file
            patch.setattr(media, "write_video", write_frames)
            check_predictions(finding, folder, root, predictor, inspection.input_schema)
    finally:
        predictor.teardown()
    return finding


def runs_plainly(folder: Path) -> bool:
    """Whether the plain library loads a folder."""
    try:
        DiffusionPipeline.from_pretrained(folder)
    except (ValueError, AttributeError, ImportError, OSError):
        return False
    return True


def write_frames(frames: list[Pillow.Image], *_: Any) -> media.MediaFile:
    """A video as it is before it is encoded."""
    content = b"".join(frame.convert("RGB").tobytes() for frame in frames)
    return media.MediaFile(content, "video/mp4", frames[0].width, frames[0].height)


write_video = media.write_video


def check_predictions(finding: Finding, folder: Path, root: Path, predictor: Image, schema: dict[str, Any]) -> None:
    """Hold what it draws against what the plain library draws of the same."""
    plain = DiffusionPipeline.from_pretrained(folder)
    plain.set_progress_bar_config(disable=True)
    arguments = call_values(type(plain))
    values, arguments = as_input(arguments, root, type(plain).__name__, plain)
    violations = [error.message[:200] for error in Draft202012Validator(schema).iter_errors(values)]
    if violations:
        finding.faults.append(f"refuses what the plain call takes: {violations}")
        return
    parameters = inspect.signature(type(plain).__call__).parameters
    generator = "generator" in parameters
    if "output_type" in parameters and parameters["output_type"].default == "latent":
        arguments["output_type"] = "np"
    if "seed" in parameters:
        arguments["seed"] = 5
    if generator:
        arguments["generator"] = torch.Generator("cpu").manual_seed(5)
        values["seed"] = 5
    # Some pipelines draw a part of their noise without the generator that they are given
    torch.manual_seed(5)
    expected = as_files(plain(**arguments), predictor, values)
    compare(finding, "alone", run(predictor, values), expected, 0)
    others = [values, *({**values, "seed": seed} for seed in (6, 7) if generator), values]
    company = at_once(partial(run, predictor), others)
    for number in (0, len(others) - 1):
        compare(finding, "beside others", company[number], expected, NEAR_LEVELS)
    model: Any = predictor._model
    task = model._facts.tasks[0] if not set(values) & {n for t in model._facts.tasks for n in t.files} else None
    finding.together = task is not None and task.cls in model._compared and task.cls not in model._alone
    if generator and company[1].error is None and company[1].contents == company[0].contents:
        arguments["generator"] = torch.Generator("cpu").manual_seed(6)
        if as_files(plain(**arguments), predictor, values) != expected:
            finding.faults.append("another seed gives the same")
    if "steps" in values:
        sink = CancelingSink()
        context = sink.context = PredictionContext(
            "p", {**values, "steps": 2 if "Sprint" in finding.name else 10}, sink
        )
        stopped = run(predictor, {}, context)
        if not isinstance(stopped.error, CancelSignal):
            finding.faults.append(f"a cancel midway ended with {stopped.error!r}")
        compare(finding, "after a cancel", run(predictor, values), expected, 0)


def as_input(arguments: dict[str, Any], root: Path, name: str, plain: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Our input for the arguments of a plain call, its files written; and the arguments as they are read of these."""
    values: dict[str, Any] = {}
    is_control = (
        "ControlNet" in name or "Adapter" in name or "Controlnet" in name
    ) and "control_image" not in arguments
    kept = dict(arguments)
    for parameter, value in arguments.items():
        ours = NAMES.get(parameter, parameter)
        if isinstance(value, Pillow.Image):
            ours = "control_image" if is_control and ours == "image" else ours
            path = root / f"{parameter}.png"
            value.save(path)
            values[ours] = str(path)
            kept[parameter] = media.read_picture(str(path))
        elif isinstance(value, list) and value and isinstance(value[0], Pillow.Image):
            path = root / f"{parameter}.mp4"
            path.write_bytes(write_video(value, 8).content)
            values[ours] = str(path)
            kept[parameter] = media.read_video(str(path))
        elif ours == "class_labels":
            values[ours] = value[0]
        elif value is not None:
            values[ours] = value
    return values, kept


def as_files(result: Any, predictor: Image, values: dict[str, Any]) -> list[bytes]:
    """What a plain call gave, as this server writes it."""
    for name in ("images", "frames", "videos", "video", "audios", "audio"):
        if (content := getattr(result, name, None)) is not None:
            break
    else:
        raise ValueError(f"{type(result).__name__} has nothing to compare")
    model: Any = predictor._model
    medium = model._facts.tasks[0].medium
    if medium == "image":
        flat = content if isinstance(content, list) else list(content)
        pictures = [each for part in flat for each in (part if isinstance(part, list) else [part])]
        return [media.write_picture(each, "png").content for each in pictures]
    from workers.predictors.image.model import DEFAULT_FPS, sample_rate

    if medium == "video":
        frames = content[0] if isinstance(content, list) and isinstance(content[0], list) else content
        if not isinstance(frames, list):
            array = media.as_array(frames, "video")
            frames = array[0] if array.ndim == 5 else array
        return [media.write_video(media.to_pictures(frames), float(values.get("fps", DEFAULT_FPS))).content]
    return [media.write_sound(content, sample_rate(model._pipeline)).content]


def run(predictor: Image, values: dict[str, Any], context: PredictionContext | None = None) -> Run:
    """One prediction, to its end."""
    sink: Any = Sink() if context is None else context._sink  # type: ignore[attr-defined]
    try:
        predictor.predict(context or PredictionContext("p", {"num_images": 1, **values}, sink))
    except (Exception, CancelSignal) as error:
        return Run(sink, error)
    return Run(sink)


def compare(finding: Finding, when: str, answer: Run, expected: list[bytes], levels: int) -> None:
    """Note where an answer is not what was expected."""
    if answer.error is not None or len(answer.contents) != len(expected):
        finding.faults.append(f"{when}: {answer.error!r}, {len(answer.contents)} of {len(expected)} files"[:400])
        return
    for blob, wanted in zip(answer.contents, expected, strict=True):
        if blob == wanted:
            continue
        if not blob.startswith(b"\x89PNG"):
            finding.faults.append(f"{when}: another file")
            continue
        one, other = (np.asarray(Pillow.open(BytesIO(each)), dtype=int) for each in (blob, wanted))
        if one.shape != other.shape:
            finding.faults.append(f"{when}: a picture of {one.shape} for {other.shape}")
        elif (difference := int(np.abs(one - other).max())) > levels:
            finding.faults.append(f"{when}: pixels differ by up to {difference} of 255")
