"""Pictures and sounds in messages: what the model writes is what transformers writes for them."""

from __future__ import annotations

import json
import shutil
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from PIL import Image
from transformers import AutoModelForMultimodalLM, AutoProcessor

from tests.unit.predictors import tiny_media_models
from tests.unit.predictors.sink import Sink
from tests.unit.predictors.texts import DEFAULTS, setup
from workers.contract.context import CancelSignal, PredictionContext
from workers.contract.predictor import InputRejectedError, Predictor, VersionSpec
from workers.predictors.text.predictor import Text

NAMES = ("llava", "qwen2_audio")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("media")
    return {name: getattr(tiny_media_models, name)(root / name) for name in NAMES}


@pytest.fixture(scope="module")
def predictors(folders: dict[str, Path]) -> Iterator[dict[str, Predictor]]:
    loaded = {name: setup(path) for name, path in folders.items()}
    yield loaded
    for predictor in loaded.values():
        predictor.teardown()


def picture(path: Path, seed: int = 1) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 255, (40, 30, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def sound(path: Path) -> Path:
    samples = (np.sin(np.arange(16_000) / 9) * 20_000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())
    return path


def messages(name: str, path: Path) -> list[dict[str, Any]]:
    part = (
        {"type": "image_url", "image_url": {"url": str(path)}}
        if name == "llava"
        else {"type": "input_audio", "input_audio": {"data": str(path)}}
    )
    return [{"role": "user", "content": [part, {"type": "text", "text": "The quick"}]}]


def media(name: str, folder: Path) -> Path:
    return picture(folder / "a.png") if name == "llava" else sound(folder / "a.wav")


def run(predictor: Predictor, files: list[Path], **values: Any) -> tuple[Sink, Any]:
    sink = Sink()
    context = PredictionContext("p", {**DEFAULTS, **values}, sink, [str(file) for file in files])
    return sink, predictor.predict(context)


@pytest.mark.parametrize("name", NAMES)
def test_it_writes_what_transformers_writes(
    predictors: dict[str, Predictor], folders: dict[str, Path], name: str, tmp_path: Path
) -> None:
    path = media(name, tmp_path)
    processor = AutoProcessor.from_pretrained(folders[name])
    model = AutoModelForMultimodalLM.from_pretrained(folders[name]).eval()
    kind = "image" if name == "llava" else "audio"
    source = {"image": Image.open(path).convert("RGB")} if name == "llava" else {"audio": read_samples(path)}
    plain = [{"role": "user", "content": [{"type": kind, **source}, {"type": "text", "text": "The quick"}]}]
    inputs = processor.apply_chat_template(
        plain, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
    )
    written = model.generate(**inputs, do_sample=False, max_new_tokens=16, pad_token_id=1)
    text = processor.tokenizer.decode(
        written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True, clean_up_tokenization_spaces=False
    )
    sink, output = run(predictors[name], [path], messages=messages(name, path), temperature=0, max_new_tokens=16)
    assert sink.output == text != ""
    assert output is None
    assert sink.metrics["input_tokens"] == inputs["input_ids"].shape[1]


def read_samples(path: Path) -> Any:
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float32) / 32768


@pytest.mark.parametrize("name", NAMES)
def test_an_equal_seed_is_equal_in_company_and_every_parameter_works(
    predictors: dict[str, Predictor], name: str, tmp_path: Path
) -> None:
    path = media(name, tmp_path)
    asked: dict[str, Any] = {
        "messages": messages(name, path),
        "repetition_penalty": 1.3,
        "frequency_penalty": 0.5,
        "top_k": 50,
        "n": 2,
        "logprobs": 1,
        "ignore_eos": True,
    }
    alone = run(predictors[name], [path], **asked)[1]
    assert [choice["finish_reason"] for choice in alone["choices"]] == ["length", "length"]
    assert alone["choices"][0]["message"]["content"] == alone["choices"][0]["text"]
    assert len(set(alone["choices"][0]["text"])) > 3

    def other(number: int) -> Any:
        return run(predictors[name], [], prompt="The lazy dog " * number, seed=number)[1]

    with ThreadPoolExecutor(5) as pool:
        company = [pool.submit(other, number) for number in range(1, 4)]
        together = pool.submit(run, predictors[name], [path], **asked)
        assert together.result()[1] == alone
        assert [each.result() for each in company] == [None] * 3


def test_another_picture_is_another_text(predictors: dict[str, Predictor], tmp_path: Path) -> None:
    one, other = picture(tmp_path / "1.png", 1), picture(tmp_path / "2.png", 2)
    outputs = [
        run(predictors["llava"], [path], messages=messages("llava", path), temperature=0, logprobs=3, max_new_tokens=1)[
            1
        ]
        for path in (one, other, one)
    ]
    logs = [output["choices"][0]["logprobs"] for output in outputs]
    assert logs[0] == logs[2] != logs[1]


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_names_what_it_reads(folders: dict[str, Path], name: str) -> None:
    inspection = Text.inspect(VersionSpec("v", "text", str(folders[name])))
    assert inspection.refusal is None
    Draft202012Validator.check_schema(inspection.input_schema)
    part = inspection.input_schema["properties"]["messages"]["items"]["properties"]["content"]["items"]
    kind = "image_url" if name == "llava" else "input_audio"
    assert part["properties"]["type"]["enum"] == ["text", kind]
    assert inspection.info["reads"] == ["text", "pictures" if name == "llava" else "sounds"]


def test_what_is_no_picture_is_told(predictors: dict[str, Predictor], tmp_path: Path) -> None:
    broken = tmp_path / "no.png"
    broken.write_bytes(b"no picture")
    predictor = predictors["llava"]
    with pytest.raises(InputRejectedError, match="A picture cannot be read"):
        run(predictor, [broken], messages=messages("llava", broken))
    with pytest.raises(InputRejectedError, match="has the type image_url and no image_url"):
        run(predictor, [], messages=messages("llava", Path("/etc/passwd")))
    with pytest.raises(InputRejectedError, match="has the type image_url and no image_url"):
        run(predictor, [], messages=[{"role": "user", "content": [{"type": "image_url"}]}])
    good = picture(tmp_path / "a.png")
    with pytest.raises(InputRejectedError, match="The prompt has"):
        run(predictor, [good], messages=[*messages("llava", good), {"role": "user", "content": "word " * 900}])


def test_a_cancel_is_heeded(predictors: dict[str, Predictor], tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    context = PredictionContext(
        "p",
        {**DEFAULTS, "messages": messages("llava", path), "max_new_tokens": 400, "ignore_eos": True},
        Sink(),
        [str(path)],
    )
    sink: Callable[..., None] = context.emit

    def stop(value: Any) -> None:
        sink(value)
        context.cancel()

    context.emit = stop  # type: ignore[method-assign]
    with pytest.raises(CancelSignal):
        predictors["llava"].predict(context)


@pytest.mark.skipif(find_spec("torchvision") is not None, reason="it can be read where torchvision is")
def test_a_processor_of_videos_says_what_it_needs(folders: dict[str, Path], tmp_path: Path) -> None:
    path = shutil.copytree(folders["llava"], tmp_path / "qwen")
    config = {"model_type": "qwen2_vl", "architectures": ["Qwen2VLForConditionalGeneration"]}
    (path / "config.json").write_text(json.dumps(config))
    (path / "processor_config.json").write_text(json.dumps({"processor_class": "Qwen2VLProcessor"}))
    refusal = Text.inspect(VersionSpec("v", "text", str(path))).refusal
    assert refusal == "Its processor also reads videos, which needs torchvision on the worker."
