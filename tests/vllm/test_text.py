"""Texts of vLLM are those of transformers: greedy, stopped, in a format, with an adapter; and its processes end."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from workers.contract.context import Adapter, CancelSignal, PredictionContext
from workers.contract.predictor import Device, SetupContext, VersionRefusedError, VersionSpec
from workers.demo_models import __file__ as demo_file
from workers.predictors.text.predictor import VLLM_SEED, Text

pytestmark = [pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]
PROSE = Path(demo_file).parent / "prose"
CPU = Device("cpu", "float32")
SCHEMA = {
    "type": "object",
    "properties": {"colour": {"enum": ["red", "blue"]}, "even": {"type": "boolean"}},
    "required": ["colour", "even"],
    "additionalProperties": False,
}


class Pieces:
    """Keeps what a prediction sends."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.came = threading.Event()

    def put(self, message: Any) -> None:
        """Take one message."""

    def text(self, prediction: str, piece: str) -> None:
        """Take one piece of text."""
        self.pieces.append(piece)
        self.came.set()

    def choice(self, prediction: str, number: int, piece: str, logprobs: Any) -> None:
        """Take a piece of one of several texts."""
        self.pieces.append(piece)


def load(options: dict[str, Any]) -> Text:
    predictor = Text()
    predictor.setup(VersionSpec("v", "text", str(PROSE), options), CPU, SetupContext(lambda *_: None, 2**30))
    return predictor


@pytest.fixture(scope="module")
def vllm() -> Iterator[Text]:
    predictor = load({"engine": "VLLM"})
    yield predictor
    predictor.teardown()


@pytest.fixture(scope="module")
def plain() -> Iterator[Text]:
    predictor = load({"engine": "TRANSFORMERS"})
    yield predictor
    predictor.teardown()


def run(predictor: Text, adapter: Adapter | None = None, **values: Any) -> tuple[str, Any]:
    sink = Pieces()
    context = PredictionContext("p", values, sink)
    context.adapter = adapter
    answer = predictor.predict(context)
    return "".join(sink.pieces), answer


@pytest.mark.parametrize(
    "values",
    [
        {"prompt": "The name of", "max_new_tokens": 40},
        {"prompt": "The", "max_new_tokens": 30, "stop": [" the"]},
        {"prompt": "It is", "max_new_tokens": 20, "repetition_penalty": 1.3, "frequency_penalty": 0.5},
        {"prompt": "It is", "max_new_tokens": 12, "min_new_tokens": 12, "logit_bias": {"13": -100}},
        {"prompt": "We", "max_new_tokens": 40, "response_format": {"type": "json_schema", "json_schema": SCHEMA}},
        {"prompt": "We", "max_new_tokens": 40, "response_format": {"type": "choice", "choice": ["red", "blue"]}},
    ],
)
def test_a_greedy_text_is_that_of_transformers(vllm: Text, plain: Text, values: dict[str, Any]) -> None:
    assert run(vllm, temperature=0, **values) == run(plain, temperature=0, **values)


def test_choices_and_log_probabilities_are_those_of_transformers(vllm: Text, plain: Text) -> None:
    values = {"prompt": "The", "max_new_tokens": 8, "temperature": 0, "logprobs": 2, "n": 2}
    (_, mine), (_, other) = run(vllm, **values), run(plain, **values)
    assert mine["usage"] == other["usage"]
    for one, two in zip(mine["choices"], other["choices"], strict=True):
        assert (one["text"], one["finish_reason"]) == (two["text"], two["finish_reason"])
        for token, same in zip(one["logprobs"]["content"], two["logprobs"]["content"], strict=True):
            assert token["id"] == same["id"]
            assert token["logprob"] == pytest.approx(same["logprob"], abs=1e-3)
            assert [each["id"] for each in token["top"]] == [each["id"] for each in same["top"]]


def test_a_sampled_text_follows_its_format(vllm: Text) -> None:
    format_ = {"type": "regex", "regex": "(red|blue), [0-9]{3}"}
    text, _ = run(vllm, prompt="We", max_new_tokens=40, temperature=1, seed=3, response_format=format_)
    assert re.fullmatch(format_["regex"], text)


def test_a_canceled_text_ends_within_a_second_and_leaves_room(vllm: Text) -> None:
    sink = Pieces()
    context = PredictionContext("p", {"prompt": "The", "max_new_tokens": 900, "ignore_eos": True}, sink)
    ended: list[BaseException] = []

    def predict() -> None:
        try:
            vllm.predict(context)
        except CancelSignal as signal_:
            ended.append(signal_)

    thread = threading.Thread(target=predict)
    thread.start()
    assert sink.came.wait(60)
    context.cancel()
    began = time.monotonic()
    thread.join(10)
    assert not thread.is_alive()
    assert len(ended) == 1
    assert time.monotonic() - began < 1
    assert "".join(sink.pieces)
    assert run(vllm, prompt="The", max_new_tokens=3, temperature=0)[0]


def test_an_adapter_changes_its_own_predictions_alone(vllm: Text, plain: Text, tmp_path: Path) -> None:
    folder = write_lora(tmp_path / "lora")
    values = {"prompt": "The name", "max_new_tokens": 20, "temperature": 0}
    base = run(vllm, **values)
    adapted = run(vllm, Adapter("a", folder), **values)
    assert adapted == run(plain, Adapter("a", folder), **values)
    assert adapted != base
    assert run(vllm, **values) == base
    vllm.drop_adapter("a")


def test_what_vllm_cannot_run_is_refused_with_the_reason(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(PROSE, folder)
    spec = VersionSpec("v", "text", str(folder), {"engine": "VLLM"})
    assert Text.inspect(spec).input_schema["properties"]["seed"]["description"] == VLLM_SEED
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "architectures": ["NobodysForCausalLM"]}))
    refusal = Text.inspect(spec).refusal
    assert refusal is not None
    assert "does not know the architecture NobodysForCausalLM" in refusal
    with pytest.raises(VersionRefusedError, match="NobodysForCausalLM"):
        Text().setup(spec, CPU, SetupContext(lambda *_: None, 2**30))


def test_the_processes_of_vllm_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    script = tmp_path / "runner.py"
    script.write_text(
        "import sys, time\nfrom tests.vllm.test_text import load\n"
        "if __name__ == '__main__':\n    kept = load({'engine': 'VLLM'})\n"
        "    print('up', flush=True)\n    time.sleep(600)\n"
    )
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    try:
        assert process.stdout is not None
        assert any(line.strip() == "up" for line in process.stdout)
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 2
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == []
    finally:
        process.kill()


def write_lora(folder: Path) -> Path:
    """A LoRA on PROSE whose numbers are large enough to change what is likeliest."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(7)
    model = AutoModelForCausalLM.from_pretrained(PROSE, dtype=torch.float32)
    adapted = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules="all-linear"))
    for name, weight in adapted.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.1)
    adapted.save_pretrained(folder)
    return folder
