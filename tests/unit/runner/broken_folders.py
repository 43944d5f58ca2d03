"""Folders in which something went wrong: downloads that stopped, files of another model, edited values."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import transformers
from safetensors.torch import load_file, save_file

from tests.unit.predictors import tiny_models
from tests.zoo import tasks

Break = Callable[[Path], Any]


def text(folder: Path) -> None:
    """A language model."""
    tiny_models.llama(folder)


def classifier(folder: Path) -> None:
    """A classifier of texts."""
    tasks.save(folder, tasks.bert("BertForSequenceClassification", **tasks.LABELS), tasks.tokenizer())


def vectors(folder: Path) -> None:
    """A model of sentence-transformers."""
    tasks.save(folder, tasks.bert("BertModel"), tasks.tokenizer())
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Dense", "Dense")]
    modules = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for path, kind in kinds]
    (folder / "modules.json").write_text(json.dumps(modules))
    for name in ("1_Pooling", "2_Dense"):
        (folder / name).mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}))
    sizes = {"in_features": 32, "out_features": 8, "activation_function": "torch.nn.modules.activation.Tanh"}
    (folder / "2_Dense" / "config.json").write_text(json.dumps({**sizes, "bias": False}))
    import torch

    save_file({"linear.weight": torch.zeros(8, 32)}, folder / "2_Dense" / "model.safetensors", {"format": "pt"})


def speech(folder: Path) -> None:
    """Whisper."""
    tasks.whisper(folder)


def pictures(folder: Path) -> None:
    """A classifier of pictures."""
    config, sides = transformers.ViTConfig(**tasks.VIT, **tasks.LABELS), {"height": 32, "width": 32}
    tasks.save(folder, transformers.ViTForImageClassification(config), transformers.ViTImageProcessorPil(size=sides))


def drawing(folder: Path) -> None:
    """A pipeline of diffusers."""
    tiny_models.stable(folder)


BUILDS = {"text": text, "classification": classifier, "embeddings": vectors, "speech": speech, "pictures": pictures}
BUILDS["image"] = drawing
PREDICTORS = {"speech": "pipeline", "pictures": "pipeline"}


def change(name: str, **values: Any) -> Break:
    """Other values in a JSON file; None takes one out."""

    def write(folder: Path) -> None:
        before = json.loads((folder / name).read_text()) if (folder / name).exists() else {}
        after = {key: value for key, value in {**before, **values}.items() if value is not None}
        (folder / name).write_text(json.dumps(after))

    return write


def write(name: str, content: str | bytes) -> Break:
    """Another content."""
    return lambda folder: (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


def remove(*patterns: str) -> Break:
    """Files that did not come."""

    def unlink(folder: Path) -> None:
        for pattern in patterns:
            for path in list(folder.glob(pattern)):
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    return unlink


def cut(name: str) -> Break:
    """A download that stopped."""
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-500])


def lose_tensor(name: str, end: str) -> Break:
    """Weights without one of their tensors."""

    def save(folder: Path) -> None:
        tensors = load_file(folder / name)
        del tensors[next(key for key in sorted(tensors) if key.endswith(end))]
        save_file(tensors, folder / name, {"format": "pt"})

    return save


def take_from(build: Callable[[Path], None], *patterns: str) -> Break:
    """Files of another model in place of its own."""

    def copy(folder: Path) -> None:
        other = folder.with_name(f"{folder.name} other")
        build(other)
        for pattern in patterns:
            for path in other.glob(pattern):
                shutil.copy(path, folder / path.name)
        shutil.rmtree(other)

    return copy


def both(*breaks: Break) -> Break:
    """Several of them."""
    return lambda folder: [each(folder) for each in breaks]


WHISPER_WORDS = ("tokenizer*", "vocab*", "merges*", "special_tokens*", "added_tokens*")
COMMON: dict[str, Break] = {
    "config is a list": write("config.json", "[1]"),
    "config is empty": write("config.json", ""),
    "config is no text": write("config.json", b"\xff\xfe\x00{"),
    "config without a type": change("config.json", model_type=None),
    "config of an unknown type": change("config.json", model_type="brandnew"),
    "config of a type that is a list": change("config.json", model_type=["llama"]),
    "a size is a word": change("config.json", hidden_size="big"),
    "a size is a list": change("config.json", hidden_size=[32]),
    "a size is negative": change("config.json", hidden_size=-32),
    "no layers": change("config.json", num_hidden_layers=0),
    "layers are a fraction": change("config.json", num_hidden_layers=1.5),
    "heads do not divide": change("config.json", num_attention_heads=5),
    "other sizes": change("config.json", hidden_size=64),
    "an unknown activation": change("config.json", hidden_act="wiggle", activation_function="wiggle"),
    "an unknown number format": change("config.json", dtype="float7", torch_dtype="float7"),
    "architectures is a word": change("config.json", architectures="LlamaForCausalLM"),
    "architectures of another model": change("config.json", architectures=["BertForMaskedLM"]),
    "weights are cut": cut("model.safetensors"),
    "weights are empty": write("model.safetensors", b""),
    "weights are a page": write("model.safetensors", "<html>Not found</html>"),
    "weights are a pointer": write("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n"),
    "weights are missing": remove("model.safetensors"),
    "only pickled weights": both(remove("model.safetensors"), write("pytorch_model.bin", b"x")),
    "a shard is missing": both(
        remove("model.safetensors"),
        write(
            "model.safetensors.index.json",
            '{"metadata": {}, "weight_map": {"a": "model-00001-of-00002.safetensors"}}',
        ),
    ),
    "an index of no map": both(remove("model.safetensors"), write("model.safetensors.index.json", "[]")),
}
WORDS: dict[str, Break] = {
    "no tokenizer": remove(*WHISPER_WORDS),
    "tokenizer is empty": write("tokenizer.json", ""),
    "tokenizer is a list": write("tokenizer.json", "[]"),
    "tokenizer without a model": write("tokenizer.json", '{"version": "1.0"}'),
    "tokenizer of an unknown model": write("tokenizer.json", '{"version": "1.0", "model": {"type": "Magic"}}'),
    "tokenizer is a pointer": write("tokenizer.json", "version https://git-lfs.github.com/spec/v1\n"),
    "tokenizer of another class": change("tokenizer_config.json", tokenizer_class="WhisperTokenizer"),
    "tokenizer of an unknown class": change("tokenizer_config.json", tokenizer_class="MagicTokenizer"),
    "tokenizer of a class that is a number": change("tokenizer_config.json", tokenizer_class=7),
    "tokenizer's config is a list": write("tokenizer_config.json", "[]"),
    "tokenizer's limit is a word": change("tokenizer_config.json", model_max_length="long"),
    "special tokens are numbers": change("tokenizer_config.json", eos_token=5, pad_token=7),
}
BREAKS: dict[str, dict[str, Break]] = {
    "text": {
        **COMMON,
        **WORDS,
        "fewer words than the tokenizer": both(
            change("config.json", vocab_size=20), lambda folder: _shrink(folder, "model.safetensors", 20)
        ),
        "a lost tensor": lose_tensor("model.safetensors", "up_proj.weight"),
        "generation config is a list": write("generation_config.json", "[]"),
        "generation config of words": change("generation_config.json", temperature="hot"),
        "an end that is a word": change("generation_config.json", eos_token_id="</s>"),
        "an end beyond the words": change("generation_config.json", eos_token_id=99_999),
        "an unknown rope": change("config.json", rope_parameters={"rope_type": "spiral", "rope_theta": 10000.0}),
        "an unknown attention": change("config.json", attn_implementation="magic"),
        "a context that is a word": change("config.json", max_position_embeddings="long"),
    },
    "classification": {
        **COMMON,
        **WORDS,
        "labels are a list": change("config.json", id2label=["a", "b"]),
        "labels are a word": change("config.json", id2label="a"),
        "other labels": change("config.json", id2label={"0": "a"}, label2id={"a": 0}),
        "fewer words than the tokenizer": both(
            change("config.json", vocab_size=20), lambda folder: _shrink(folder, "model.safetensors", 20)
        ),
    },
    "embeddings": {
        "modules are no list": write("modules.json", "{}"),
        "modules are no JSON": write("modules.json", "["),
        "an unknown module": write("modules.json", '[{"path": "", "type": "x.Magic"}]'),
        "no dense layer": remove("2_Dense"),
        "a cut dense layer": cut("2_Dense/model.safetensors"),
        "a dense layer of another size": change("2_Dense/config.json", in_features=64),
        "an unknown pooling": write("1_Pooling/config.json", '{"pooling_mode": "magic"}'),
        "prompts are a list": change("config_sentence_transformers.json", prompts=["a"]),
    },
    "speech": {
        **COMMON,
        **WORDS,
        "tokenizer of another model": both(remove(*WHISPER_WORDS), take_from(text, "tokenizer*")),
        "no preprocessor": remove("preprocessor_config.json", "processor_config.json"),
        "preprocessor is empty": write("preprocessor_config.json", ""),
        "preprocessor of pictures": take_from(pictures, "preprocessor_config.json"),
        "preprocessor of an unknown class": change("preprocessor_config.json", feature_extractor_type="Magic"),
        "generation config is a list": write("generation_config.json", "[]"),
        "languages are a list": change("generation_config.json", lang_to_id=["<|en|>"]),
        "a sampling rate of words": change("preprocessor_config.json", sampling_rate="fast"),
    },
    "pictures": {
        **COMMON,
        "no preprocessor": remove("preprocessor_config.json", "processor_config.json"),
        "preprocessor is empty": write("preprocessor_config.json", ""),
        "preprocessor of sounds": take_from(speech, "preprocessor_config.json"),
        "preprocessor of an unknown class": change("preprocessor_config.json", image_processor_type="Magic"),
        "a size of pictures that is a word": change("preprocessor_config.json", size="large"),
        "labels are a word": change("config.json", id2label="a"),
    },
    "image": {
        "index is empty": write("model_index.json", ""),
        "index is a list": write("model_index.json", "[]"),
        "index without a class": change("model_index.json", _class_name=None),
        "an unknown pipeline": change("model_index.json", _class_name="MagicPipeline"),
        "a part that is missing": change("model_index.json", unet=None),
        "a part of an unknown class": change("model_index.json", unet=["diffusers", "MagicModel"]),
        "a part of another class": change("model_index.json", unet=["diffusers", "AutoencoderKL"]),
        "a part of another library": change("model_index.json", unet=["magic", "MagicModel"]),
        "a part in the wrong place": change("model_index.json", scheduler=["transformers", "CLIPTextModel"]),
        "no folder of a part": remove("unet"),
        "no config of a part": remove("unet/config.json"),
        "a part's config is empty": write("unet/config.json", ""),
        "a part's config is a list": write("unet/config.json", "[]"),
        "channels are words": change("unet/config.json", block_out_channels=["a", "b"]),
        "channels are a number": change("unet/config.json", block_out_channels=8),
        "unknown blocks": change("unet/config.json", down_block_types=["MagicBlock", "MagicBlock"]),
        "a size is a word": change("unet/config.json", sample_size="large"),
        "other channels": change("unet/config.json", block_out_channels=[16, 16]),
        "cut weights of a part": cut("unet/diffusion_pytorch_model.safetensors"),
        "no weights of a part": remove("vae/*.safetensors"),
        "a lost tensor": lose_tensor("unet/diffusion_pytorch_model.safetensors", "conv_in.weight"),
        "no config of the text encoder": remove("text_encoder/config.json"),
        "a text encoder of words": change("text_encoder/config.json", hidden_size="big"),
        "no tokenizer": remove("tokenizer/*"),
        "no folder of the tokenizer": remove("tokenizer"),
        "a tokenizer of another class": change("model_index.json", tokenizer=["transformers", "WhisperTokenizer"]),
        "tokenizer is empty": write("tokenizer/tokenizer.json", ""),
        "no scheduler config": remove("scheduler/*"),
        "a scheduler config of words": change("scheduler/scheduler_config.json", num_train_timesteps="many"),
        "a scheduler config of another kind": change("scheduler/scheduler_config.json", beta_schedule="magic"),
    },
}


def _shrink(folder: Path, name: str, rows: int) -> None:
    """Tables of words with fewer rows."""
    tensors = load_file(folder / name)
    for key, tensor in tensors.items():
        if key.endswith(("embed_tokens.weight", "lm_head.weight", "word_embeddings.weight")):
            tensors[key] = tensor[:rows].clone()
    save_file(tensors, folder / name, {"format": "pt"})
