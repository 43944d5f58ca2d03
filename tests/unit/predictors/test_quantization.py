"""Weights of fewer bits: smaller, nearly as good, and served like any others."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from PIL import Image as Pictures
from PIL import ImageChops, ImageStat
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from tests.conftest import ROOT
from tests.support.marks import seldom
from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.sink import Sink
from tests.unit.predictors.texts import Folder, generate
from workers.contract.context import PredictionContext
from workers.contract.predictor import Device, Predictor, SetupContext, VersionRefusedError, VersionSpec
from workers.contract.protocol import File
from workers.contract.weights import loaded_bytes, module_bytes, safetensors_files
from workers.demo_models.train_prose import held_out_loss
from workers.predictors.image.predictor import Image
from workers.predictors.quantization import model_arguments, part_arguments, pipeline_arguments
from workers.predictors.text.predictor import Text

DEMOS = ROOT / "workers" / "demo_models"
INT8 = {"quantization": "INT8"}
SPREAD = {"device_map": "AUTO"}


def load(cls: type[Predictor], path: Path, **options: str) -> Predictor:
    predictor = cls()
    predictor.setup(VersionSpec("v", cls.name, str(path), options), CPU, SetupContext(lambda *_: None))
    return predictor


@pytest.fixture(scope="module")
def prose() -> Iterator[dict[str, Text]]:
    found = {"plain": load(Text, DEMOS / "prose"), "int8": load(Text, DEMOS / "prose", **INT8)}
    yield found  # type: ignore[misc]
    for predictor in found.values():
        predictor.teardown()


def test_int8_is_smaller_and_its_size_is_measured(prose: dict[str, Text]) -> None:
    plain, int8 = (prose[name]._model._model for name in ("plain", "int8"))  # type: ignore[union-attr]
    linear = [m for m in plain.modules() if isinstance(m, torch.nn.Linear) and m is not plain.lm_head]
    saved = sum(m.weight.numel() for m in linear) * 3
    assert module_bytes([plain]) - module_bytes([int8]) == pytest.approx(saved, rel=0.02)
    assert module_bytes([int8]) < 0.62 * module_bytes([plain])


def test_int8_reads_text_nearly_as_well(prose: dict[str, Text]) -> None:
    text = " ".join((ROOT / "LICENSE").read_text().split())
    ids = torch.tensor(prose["plain"]._model._prompts.encode(text))  # type: ignore[union-attr]
    losses = {}
    for name, options in (("plain", {}), ("int8", INT8)):
        arguments = model_arguments(options, CPU)
        model = AutoModelForCausalLM.from_pretrained(DEMOS / "prose", dtype=torch.float32, **arguments)
        losses[name] = held_out_loss(model.eval(), ids, len(ids))
    assert losses["int8"] == pytest.approx(losses["plain"], rel=0.01)
    assert losses["int8"] != losses["plain"]


def test_int8_is_served_in_batches_and_a_seed_repeats_in_any_company(prose: dict[str, Text]) -> None:
    predictor = prose["int8"]
    assert predictor._model is not None
    assert predictor._model.batch is not None
    alone = generate(predictor, seed=5).output
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda seed: generate(predictor, seed=seed).output, (1, 2, 5, 3, 5, 4, 6, 5)))
    assert [together[i] for i in (2, 4, 7)] == [alone] * 3
    assert len(set(together)) == 6
    assert generate(predictor, temperature=0).output


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["llama", "t5", *(pytest.param(n, marks=pytest.mark.slow) for n in ("gpt2", "mistral_like"))]
)
@pytest.mark.parametrize("options", [INT8, *seldom(SPREAD, {**INT8, **SPREAD})], ids=str)
def test_other_families_load_and_write(folder: Folder, name: str, options: dict[str, str], tmp_path: Path) -> None:
    if name == "mistral_like":
        path = tmp_path / name
        LlamaForCausalLM(
            LlamaConfig(
                hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
                num_key_value_heads=2, vocab_size=400, tie_word_embeddings=True,
            )
        ).save_pretrained(path)  # fmt: skip
        for file in folder("llama").glob("token*"):
            (path / file.name).write_bytes(file.read_bytes())
    else:
        path = folder(name)
    predictor = load(Text, path, **options)
    assert len(generate(predictor, temperature=0).output) > 0
    predictor.teardown()


def draw(predictor: Predictor) -> Pictures.Image:
    import io

    sink = Sink()
    values = {"prompt": "a green star on a yellow background", "steps": 20, "guidance": 4.0, "seed": 3, "num_images": 1}
    predictor.predict(PredictionContext("p", values, sink))
    (file,) = sink.of(File)
    return Pictures.open(io.BytesIO(file.blob)).convert("RGB")


@pytest.mark.slow
def test_a_pipeline_in_int8_draws_nearly_the_same() -> None:
    plain, int8 = load(Image, DEMOS / "shapes"), load(Image, DEMOS / "shapes", **INT8)
    assert int8.size_bytes() < plain.size_bytes()
    unet = int8._model._pipeline.unet  # type: ignore[attr-defined]
    assert any(type(m.weight).__name__ == "Int8Tensor" for m in unet.modules() if isinstance(m, torch.nn.Linear))
    difference = ImageStat.Stat(ImageChops.difference(draw(plain), draw(int8))).mean
    assert 0 < max(difference) < 8
    for predictor in (plain, int8):
        predictor.teardown()


@pytest.mark.slow
def test_a_pipeline_with_a_device_map_draws_the_same() -> None:
    plain, placed = load(Image, DEMOS / "shapes"), load(Image, DEMOS / "shapes", **SPREAD)
    assert max(ImageStat.Stat(ImageChops.difference(draw(plain), draw(placed))).mean) == 0
    for predictor in (plain, placed):
        predictor.teardown()


@pytest.mark.parametrize(("cls", "demo"), [(Text, "prose"), (Image, "shapes")])
def test_int4_without_cuda_is_refused_with_a_sentence(cls: type[Predictor], demo: str) -> None:
    with pytest.raises(
        VersionRefusedError, match=r"INT4 needs a CUDA device; this worker's device is cpu\. INT8 runs on any device"
    ):
        load(cls, DEMOS / demo, quantization="INT4")


def test_int4_without_its_package_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    cuda = Device("cuda", "bfloat16")
    for arguments in (
        lambda: model_arguments({"quantization": "INT4"}, cuda),
        lambda: part_arguments({"quantization": "INT4"}, cuda, "unet"),
        lambda: pipeline_arguments({"quantization": "INT4", **SPREAD}, cuda, DEMOS / "shapes"),
    ):
        with pytest.raises(VersionRefusedError, match=r"pip install 'inference-server\[gpu\]'"):
            arguments()


def test_on_cuda_a_device_map_spreads_and_a_plain_model_has_none() -> None:
    cuda = Device("cuda", "bfloat16")
    assert model_arguments({}, cuda) == pipeline_arguments({}, cuda, DEMOS / "shapes") == {}
    assert part_arguments(SPREAD, cuda, "unet") == {}
    assert part_arguments(INT8, cuda, "vae") == {}
    assert model_arguments(SPREAD, cuda) == {"device_map": "auto"}
    assert pipeline_arguments(SPREAD, cuda, DEMOS / "shapes") == {"device_map": "balanced"}
    assert model_arguments(INT8, cuda)["device_map"] == {"": "cuda"}


GROWTH = """
import sys
import torch
from workers.contract.predictor import SetupContext, VersionSpec
from workers.contract.devices import Device
from workers.contract.failures import free_memory
from workers.predictors.quantization import model_arguments
from transformers import AutoModelForCausalLM
import torchao.quantization, accelerate, peft
def anonymous():
    line = next(line for line in open("/proc/self/status") if line.startswith("RssAnon"))
    return int(line.split()[1]) * 1024
torch.ones(100, 100) @ torch.ones(100, 100)
before = anonymous()
arguments = model_arguments({"quantization": "INT8"}, Device("cpu", "float32"))
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32, **arguments)
free_memory()
print(anonymous() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_system_too_sees_a_quarter_of_the_memory(tmp_path: Path) -> None:
    config = LlamaConfig(hidden_size=768, intermediate_size=3072, num_hidden_layers=4, num_attention_heads=8,
                         vocab_size=400)  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(tmp_path)
    full = loaded_bytes(safetensors_files(tmp_path), "float32")
    command = [sys.executable, "-c", GROWTH, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=True)
    assert full > 150_000_000
    assert 0.2 * full < int(said.stdout.split()[-1]) < 0.4 * full
