"""Which files of a folder are the model's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workers.contract.layout import Form, Weights, manifests, plan, read_layout

ROOT = ("config.json", "tokenizer.json", "README.md")


def layout(names: list[str], contents: dict[str, Any] | None = None) -> Any:
    return plan(names, (contents or {}).get)


def index(*files: str) -> dict[str, Any]:
    return {"weight_map": {f"tensor {number}": file for number, file in enumerate(files)}}


def test_a_whole_model_beside_copies_of_itself() -> None:
    extra = [
        *("consolidated.safetensors", "original/model.safetensors", "original/params.json", "onnx/config.json"),
        *("model.fp16.safetensors", "model-q4.gguf", "pytorch_model.bin", "modeling_own.py", "figures/a.json"),
    ]
    plain = layout([*ROOT, *extra, "model.safetensors"])
    assert plain.form is Form.MODEL
    assert plain.parts == {"": Weights(("model.safetensors",))}
    assert set(plain.files) == {*ROOT, "model.safetensors"}


def test_shards_are_those_that_the_index_names() -> None:
    names = ["model.safetensors.index.json", "a-1.safetensors", "a-2.safetensors", "consolidated.safetensors", *ROOT]
    shards = layout(names, {names[0]: index("a-1.safetensors", "a-2.safetensors", "a-1.safetensors")})
    assert shards.parts[""] == Weights(("a-1.safetensors", "a-2.safetensors"), None, names[0])
    assert set(shards.files) == {*ROOT, *names[:3]}
    assert layout(names, {names[0]: ["a-1.safetensors", "a-2.safetensors"]}) == shards
    assert set(manifests(names)) == {"config.json", names[0]}


@pytest.mark.parametrize(
    "name",
    [
        "model.safetensors.index.fp16.json",
        "model.safetensors.fp16.index.json",
        "model.fp16.safetensors.index.json",
    ],
)
def test_shards_of_a_variant(name: str) -> None:
    files = ("model.fp16-00001-of-00002.safetensors", "model.fp16-00002-of-00002.safetensors")
    assert layout([*ROOT, name, *files], {name: index(*files)}).parts[""] == Weights(files, "fp16", name)


def test_half_precision_goes_before_other_variants() -> None:
    names = [*ROOT, "model.ema.safetensors", "model.int8.safetensors", "model.fp16.safetensors"]
    assert layout(names).parts[""] == Weights(("model.fp16.safetensors",), "fp16")
    assert layout(names[:-1]).parts[""].variant == "ema"
    assert layout([*ROOT, "model.int8.safetensors"]).parts[""].variant == "int8"


def test_each_part_of_a_pipeline_has_its_own_variant() -> None:
    named = {
        "_class_name": "StableDiffusionPipeline",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "image_encoder": [None, None],
        "force_zeros_for_empty_prompt": True,
    }
    kept = [
        *("model_index.json", "unet/config.json", "unet/diffusion_pytorch_model.fp16.safetensors", "vae/config.json"),
        *("vae/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors", "tokenizer/merges.txt"),
        *("safety_checker/model.safetensors", "tokenizer/vocab.json"),
    ]
    extra = [
        *("vae/diffusion_pytorch_model.fp16.safetensors", "vae_1_0/diffusion_pytorch_model.safetensors"),
        *("image_encoder/model.safetensors", "v1-5-pruned.safetensors", "unet/diffusion_pytorch_model.bin"),
        *("text_encoder/pytorch_model.bin", "vae_decoder/config.json", "safety_checker/model.fp16.safetensors"),
    ]
    pipeline = layout([*kept, *extra], {"model_index.json": named})
    assert pipeline.form is Form.PIPELINE
    assert pipeline.parts["unet"].variant == "fp16"
    assert {name for name, part in pipeline.parts.items() if part.variant is None} == {
        *("vae", "text_encoder", "safety_checker")
    }
    assert set(pipeline.files) == set(kept)


def test_modules_of_sentence_transformers_keep_their_weights() -> None:
    names = [
        *ROOT,
        *("modules.json", "model.safetensors", "1_Pooling/config.json", "2_Dense/config.json"),
        *("2_Dense/model.safetensors", "3_Other/model.safetensors", "onnx/model.safetensors"),
    ]
    modules = [{"path": ""}, {"path": "1_Pooling"}, {"path": "2_Dense"}]
    model = layout(names, {"modules.json": modules})
    assert model.weights == ("2_Dense/model.safetensors", "model.safetensors")
    assert {"1_Pooling/config.json", "2_Dense/config.json", "modules.json"} < set(model.files)


def test_files_of_slow_tokenizers_belong_to_the_model() -> None:
    files = [
        *("source.spm", "qwen.tiktoken", "bpe.codes", "sentencepiece.bpe.model", "merges.txt", "added_tokens.json"),
        *("chat_template.jinja", "chat_template.json", "de.vocab", "prophetnet.tokenizer", "generation_config.json"),
        *("additional_chat_templates/tools.jinja", "tekken.json"),
    ]
    assert set(layout([*ROOT, *files, "model.safetensors"]).others) == {*ROOT, *files}


def test_an_adapter_has_its_own_weights() -> None:
    names = ["adapter_config.json", "adapter_model.safetensors", "README.md", "optimizer.pt"]
    adapter = layout(names)
    assert adapter.form is Form.ADAPTER
    assert adapter.files == ("README.md", "adapter_config.json", "adapter_model.safetensors")


def test_the_file_that_a_configuration_names() -> None:
    names = [*ROOT, "mine.safetensors", "other.safetensors"]
    assert layout(names, {"config.json": {"transformers_weights": "mine.safetensors"}}).weights == ("mine.safetensors",)


def test_a_folder_is_read_with_numbers_that_json_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"low": -Infinity, "transformers_weights": "x.safetensors"}')
    (tmp_path / "x.safetensors").write_bytes(b"")
    (tmp_path / "y.safetensors").write_bytes(b"")
    assert read_layout(tmp_path).weights == ("x.safetensors",)
    (tmp_path / "config.json").write_text(json.dumps([]))
    assert read_layout(tmp_path).weights == ()
