"""Folders as people have them on their disks: the same tiny models in other layouts, and with what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from sentencepiece import SentencePieceTrainer
from transformers import (
    AutoModelForCausalLM,
    BertConfig,
    BertForMaskedLM,
    LlamaConfig,
    LlamaForSequenceClassification,
)

from tests.unit.predictors import tiny_models


def llama(folder: Path) -> Path:
    """The plain layout."""
    return tiny_models.llama(folder)


def sharded(folder: Path) -> Path:
    """Several weight files and their index."""
    llama(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="40KB")
    assert len(list(folder.glob("model-*.safetensors"))) > 2
    return folder


def fp16_variant(folder: Path) -> Path:
    """Only the half precision variant, as many repositories have it."""
    llama(folder)
    (folder / "model.safetensors").rename(folder / "model.fp16.safetensors")
    return folder


def consolidated_beside_shards(folder: Path) -> Path:
    """The original format of the weights beside transformers' own."""
    sharded(folder)
    tensors: dict[str, torch.Tensor] = {}
    for file in sorted(folder.glob("model-*.safetensors")):
        tensors |= load_file(file)
    save_file(tensors, folder / "consolidated.safetensors")
    return folder


def other_formats_beside(folder: Path) -> Path:
    """Files for other programs, which are none of the model's."""
    llama(folder)
    for name in ("onnx/model.onnx", "original/params.json", "model.gguf", "pytorch_model.bin"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"{}")
    return folder


def chat_template_file(folder: Path) -> Path:
    """A chat template in a file of its own."""
    llama(folder)
    (folder / "chat_template.jinja").write_text("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}")
    return folder


def numbers_that_are_none(folder: Path) -> Path:
    """NaN and Infinity in the configuration, as Python's json writes them."""
    llama(folder)
    return edit(folder, "config.json", lambda body: body | {"some_bound": float("-inf"), "some_loss": float("nan")})


def sentencepiece_alone(folder: Path) -> Path:
    """A tokenizer of which only sentencepiece's own file is there."""
    llama(folder)
    corpus = folder / "corpus"
    corpus.write_text("\n".join(tiny_models.CORPUS * 20))
    SentencePieceTrainer.train(
        input=str(corpus), model_prefix=str(folder / "tokenizer"), vocab_size=600, byte_fallback=True,
        model_type="bpe", minloglevel=2, hard_vocab_limit=False, num_threads=1,
    )  # fmt: skip
    for name in ("corpus", "tokenizer.vocab", "tokenizer.json"):
        (folder / name).unlink()
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "LlamaTokenizer"}))
    return folder


def missing_tensor(folder: Path) -> Path:
    """A weight that is not there, which a library fills with random numbers."""
    llama(folder)
    tensors = load_file(folder / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def mismatched_shapes(folder: Path) -> Path:
    """Weights of another size than the configuration says."""
    llama(folder)
    return edit(folder, "config.json", lambda body: body | {"intermediate_size": 48})


def quantized(method: str) -> Callable[[Path], Path]:
    """A configuration of weights that a package which is not there would have to unpack."""

    def write(folder: Path) -> Path:
        llama(folder)
        settings = {"quant_method": method, "bits": 4, "group_size": 128}
        return edit(folder, "config.json", lambda body: body | {"quantization_config": settings})

    return write


def encoder(folder: Path) -> Path:
    """A model that fills gaps, which stands among the causal ones of transformers too."""
    config = BertConfig(
        vocab_size=400, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64
    )
    BertForMaskedLM(config).save_pretrained(folder)
    tiny_models.tokenizer().save_pretrained(folder)
    return folder


def reward_model(folder: Path) -> Path:
    """A model that rates texts, of a type that also writes."""
    llama(folder)
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "intermediate_size": 64}
    LlamaForSequenceClassification(LlamaConfig(vocab_size=400, num_labels=1, pad_token_id=1, **sizes)).save_pretrained(
        folder
    )
    return folder


def wrong_generation_config(folder: Path) -> Path:
    """Text where numbers belong."""
    llama(folder)
    return edit(folder, "generation_config.json", lambda body: body | {"temperature": "hot", "max_new_tokens": "many"})


def pickles_alone(folder: Path) -> Path:
    """Weights that can run code when they are read."""
    llama(folder)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    return folder


def foreign_code(folder: Path) -> Path:
    """A type that only code in the repository knows."""
    llama(folder)
    (folder / "modeling_mine.py").write_text("raise SystemExit('this was run')\n")
    auto = {"AutoConfig": "modeling_mine.MineConfig", "AutoModelForCausalLM": "modeling_mine.Mine"}
    return edit(folder, "config.json", lambda body: body | {"model_type": "mine", "auto_map": auto})


def unknown_type(folder: Path) -> Path:
    """A type that transformers does not know."""
    llama(folder)
    return edit(folder, "config.json", lambda body: body | {"model_type": "newer_than_this"})


def missing_shard(folder: Path) -> Path:
    """An index that names a file which is not there."""
    sharded(folder)
    sorted(folder.glob("model-*.safetensors"))[1].unlink()
    return folder


def adapter_alone(folder: Path) -> Path:
    """An adapter, whose base is another repository."""
    folder.mkdir(parents=True)
    body = {"peft_type": "LORA", "base_model_name_or_path": "org/base", "r": 4, "target_modules": ["q_proj"]}
    (folder / "adapter_config.json").write_text(json.dumps(body))
    save_file({"base_model.model.q_proj.lora_A.weight": torch.zeros(4, 32)}, folder / "adapter_model.safetensors")
    return folder


def edit(folder: Path, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    """Change a JSON file of a folder."""
    path = folder / name
    path.write_text(json.dumps(change(json.loads(path.read_text()) if path.exists() else {})))
    return folder
