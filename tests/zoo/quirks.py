"""Folders as people have them on their disks: the same tiny models in other layouts, and with what goes wrong."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import DPMSolverMultistepScheduler
from safetensors.torch import load_file, save_file
from sentencepiece import SentencePieceProcessor, SentencePieceTrainer
from transformers import (
    AutoModelForCausalLM,
    BertConfig,
    BertForMaskedLM,
    LlamaConfig,
    LlamaForSequenceClassification,
    MarianConfig,
    MarianMTModel,
    RobertaConfig,
    RobertaForCausalLM,
)
from transformers.convert_slow_tokenizer import bytes_to_unicode

from tests.unit.predictors import tiny_models
from tests.unit.predictors.tiny_models import CONTEXT
from tests.zoo.configs import VOCABULARY
from tests.zoo.text_models import build, fill_loudly


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


def train_sentencepiece(path: Path, **options: Any) -> None:
    """Write a tokenizer of SentencePiece of our few sentences, `path` with `.model` behind it."""
    sentences = iter(tiny_models.CORPUS * 20)
    SentencePieceTrainer.train(
        sentence_iterator=sentences, model_prefix=str(path), model_type="bpe", minloglevel=2, hard_vocab_limit=False,
        num_threads=1, **options,
    )  # fmt: skip
    path.with_suffix(".vocab").unlink()


def sentencepiece_alone(folder: Path) -> Path:
    """A tokenizer of which only sentencepiece's own file is there."""
    llama(folder)
    train_sentencepiece(folder / "tokenizer", vocab_size=600, byte_fallback=True)
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "LlamaTokenizer"}))
    return folder


def tiktoken(folder: Path) -> Path:
    """A tokenizer as tiktoken has it: bytes and their rank."""
    llama(folder)
    body = json.loads((folder / "tokenizer.json").read_text())
    letters = {letter: byte for byte, letter in bytes_to_unicode().items()}
    words = [bytes([byte]) for byte in range(256)]
    words += [bytes(letters[letter] for pair in merge for letter in pair) for merge in body["model"]["merges"]]
    lines = (b"%s %d" % (b64encode(word), rank) for rank, word in enumerate(dict.fromkeys(words)))
    (folder / "tokenizer.model").write_bytes(b"\n".join(lines))
    (folder / "tokenizer.json").unlink()
    added = {str(VOCABULARY - 2 + number): token(text) for number, text in enumerate(("<end>", "<pad>"))}
    kind = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<end>", "pad_token": "<pad>"}
    (folder / "tokenizer_config.json").write_text(json.dumps({**kind, "added_tokens_decoder": added}))
    return folder


def token(text: str) -> dict[str, Any]:
    """A special token as a tokenizer's configuration has it."""
    return {
        "content": text,
        "lstrip": False,
        "normalized": False,
        "rstrip": False,
        "single_word": False,
        "special": True,
    }


def two_sentencepieces(folder: Path) -> Path:
    """A translator with a tokenizer for each language, in `*.spm`, and their words in `vocab.json`."""
    folder.mkdir(parents=True)
    for name in ("source", "target"):
        train_sentencepiece(folder / name, vocab_size=300)
        (folder / f"{name}.model").rename(folder / f"{name}.spm")
    words = SentencePieceProcessor(model_file=str(folder / "source.spm"))
    pieces = [words.id_to_piece(number) for number in range(words.get_piece_size())]
    pieces = list(dict.fromkeys(["</s>", "<unk>", *pieces, "<pad>"]))
    (folder / "vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate(pieces)}))
    kind = {"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "de"}
    (folder / "tokenizer_config.json").write_text(json.dumps(kind))
    last = len(pieces) - 1
    config = MarianConfig(
        vocab_size=max(len(pieces), VOCABULARY), d_model=32, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64,
        max_position_embeddings=64,
        pad_token_id=last, decoder_start_token_id=last, eos_token_id=0, forced_eos_token_id=None,
    )  # fmt: skip
    return save_loudly(MarianMTModel(config), folder)


def codes(folder: Path) -> Path:
    """A tokenizer of words in `vocab.txt` and merges in `bpe.codes`."""
    folder.mkdir(parents=True)
    letters = sorted(set("".join(tiny_models.CORPUS).replace(" ", "")))
    words = [*(f"{letter}@@" for letter in letters), *letters, "the", "fox", "quick"]
    (folder / "vocab.txt").write_text("".join(f"{word} 1\n" for word in words))
    (folder / "bpe.codes").write_text("t h 9\nth e</w> 8\nf o 7\nfo x</w> 6\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PhobertTokenizer"}))
    config = RobertaConfig(
        vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=CONTEXT + 2, is_decoder=True, bos_token_id=0, pad_token_id=1, eos_token_id=2,
    )  # fmt: skip
    return save_loudly(RobertaForCausalLM(config), folder)


def added_tokens(folder: Path) -> Path:
    """A tokenizer of `vocab.json` and `merges.txt`, with tokens of its own in `added_tokens.json`."""
    tiny_models.gpt2(folder)
    body = json.loads((folder / "tokenizer.json").read_text())["model"]
    for file in folder.glob("*token*.json"):
        file.unlink()
    vocabulary = {word: number for word, number in body["vocab"].items() if number < VOCABULARY - 1}
    merges = [" ".join(merge) for merge in body["merges"] if "".join(merge) in vocabulary]
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]))
    (folder / "added_tokens.json").write_text(json.dumps({"<|mine|>": VOCABULARY - 1}))
    kind = {"tokenizer_class": "GPT2Tokenizer", "eos_token": "<end>", "bos_token": "<end>", "unk_token": "<end>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(kind))
    return folder


def heads_of_each_layer(folder: Path) -> Path:
    """Layers whose heads are of different sizes."""
    return build("gemma4_text", folder)


def no_heads(folder: Path) -> Path:
    """A model without attention, whose configuration has no number of heads."""
    return build("mamba", folder)


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
        settings |= {"load_in_4bit": True} if method == "bitsandbytes" else {}
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


def save_loudly(model: Any, folder: Path) -> Path:
    """Write a model with numbers that let it write different things."""
    fill_loudly(model.eval())
    model.save_pretrained(folder)
    return folder


def mixed_variants(folder: Path) -> Path:
    """A pipeline of which some parts are there in half precision alone."""
    tiny_models.stable(folder)
    for part, name in (("unet", "diffusion_pytorch_model"), ("text_encoder", "model")):
        (folder / part / f"{name}.safetensors").rename(folder / part / f"{name}.fp16.safetensors")
    return folder


def endless_scheduler(folder: Path) -> Path:
    """A scheduler whose configuration has -Infinity, as those of DPM++ do, and NaN and folders that nobody names."""
    tiny_models.stable(folder)
    DPMSolverMultistepScheduler(steps_offset=1).save_pretrained(folder / "scheduler")
    assert "-Infinity" in (folder / "scheduler" / "scheduler_config.json").read_text()
    edit(folder, "model_index.json", lambda body: body | {"scheduler": ["diffusers", "DPMSolverMultistepScheduler"]})
    for part in ("unet", "vae"):
        edit(folder, f"{part}/config.json", lambda body: body | {"some_bound": float("nan")})
    (folder / "vae_1_0").mkdir()
    (folder / "vae_1_0" / "diffusion_pytorch_model.safetensors").write_bytes(b"of nobody")
    return folder


def edit(folder: Path, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    """Change a JSON file of a folder."""
    path = folder / name
    path.write_text(json.dumps(change(json.loads(path.read_text()) if path.exists() else {})))
    return folder
