"""Tiny models with random weights, built in seconds and written to folders as real ones are."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    DDIMPipeline,
    DDIMScheduler,
    DDPMPipeline,
    DDPMScheduler,
    EulerDiscreteScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
    UNet2DModel,
)
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    CLIPTextConfig,
    CLIPTextModel,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

CORPUS = (
    "The quick brown fox jumps over the lazy dog. Pack my box with five dozen liquor jugs, said the 3rd judge!",
    "Größe, façade, naïve, señor, Привет мир, 你好世界, こんにちは, 🙂🚀👩‍👩‍👧‍👦 and more 🙂 words.",
    "def f(x):\n    return x + 1\n\n\tprint(f'{x}')",
)
CONTEXT = 128
SIDE = 16
PIPELINES = ("ddpm", "ddim", "stable")


def tokenizer() -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer that cuts rare characters into bytes."""
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<end>", "<pad>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(CORPUS * 4, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<end>", pad_token="<pad>")


def metaspace_tokenizer() -> PreTrainedTokenizerFast:
    """A tokenizer as sentencepiece makes them: spaces as a mark before words, and bytes as a way out."""
    inner = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    inner.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    inner.train_from_iterator(
        CORPUS[:1] * 4, trainers.BpeTrainer(vocab_size=300, special_tokens=["<unk>", "<end>"], show_progress=False)
    )
    body = json.loads(inner.to_str())
    vocabulary = body["model"]["vocab"]
    for value in range(256):
        vocabulary[f"<0x{value:02X}>"] = len(vocabulary)
    inner = Tokenizer.from_str(json.dumps(body))
    return PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<end>", unk_token="<unk>")


def llama(folder: Path) -> Path:
    """A causal model with rotary positions."""
    config = LlamaConfig(
        vocab_size=400,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=CONTEXT,
        bos_token_id=None,
        eos_token_id=0,
        pad_token_id=1,
    )
    return _save(LlamaForCausalLM(config), folder)


def gpt2(folder: Path) -> Path:
    """A causal model with learnt positions, which fails behind its context."""
    config = GPT2Config(
        vocab_size=400, n_embd=32, n_layer=2, n_head=4, n_positions=CONTEXT, bos_token_id=0, eos_token_id=0
    )
    return _save(GPT2LMHeadModel(config), folder)


def family(folder: Path) -> Path:
    """A causal model of the architecture that the folder is called after, as `qwen2`."""
    sizes = {"vocab_size": 400, "num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 32}
    more = {"intermediate_size": 64, "max_position_embeddings": CONTEXT, "num_key_value_heads": 2, "head_dim": 8}
    special: dict[str, dict[str, int]] = {
        "bloom": {},
        "opt": {"ffn_dim": 64, "max_position_embeddings": CONTEXT, "word_embed_proj_dim": 32},
        "gpt_neox": {"intermediate_size": 64, "max_position_embeddings": CONTEXT},
        "gemma2": {**more, "sliding_window": 16, "query_pre_attn_scalar": 8},
    }
    config = AutoConfig.for_model(
        folder.name, **sizes, **special.get(folder.name, more), bos_token_id=None, eos_token_id=0, pad_token_id=1
    )
    return _save(AutoModelForCausalLM.from_config(config, attn_implementation=None), folder)


def t5(folder: Path) -> Path:
    """An encoder-decoder."""
    config = T5Config(
        vocab_size=400,
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        eos_token_id=0,
        pad_token_id=1,
        decoder_start_token_id=1,
    )
    return _save(T5ForConditionalGeneration(config), folder)


def ddpm(folder: Path) -> Path:
    """An unconditional pipeline whose call has no callback, with few training steps."""
    DDPMPipeline(_unet(), DDPMScheduler(num_train_timesteps=40)).save_pretrained(folder)
    return folder


def ddim(folder: Path) -> Path:
    """The same with a scheduler that refuses too many steps itself."""
    DDIMPipeline(_unet(), DDIMScheduler(num_train_timesteps=40)).save_pretrained(folder)
    return folder


def stable(folder: Path) -> Path:
    """A text-to-image pipeline of the usual make: text encoder, conditional network, VAE that halves once."""
    torch.manual_seed(1)
    words = tokenizer()
    words.model_max_length = 16
    text = CLIPTextConfig(
        vocab_size=400,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=16,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=1,
    )
    vae = AutoencoderKL(
        block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        norm_num_groups=4,
        latent_channels=4,
        sample_size=SIDE,
    )
    network = UNet2DConditionModel(
        sample_size=SIDE // 2,
        layers_per_block=1,
        block_out_channels=(8, 8),
        norm_num_groups=4,
        attention_head_dim=2,
        cross_attention_dim=16,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    )
    StableDiffusionPipeline(
        vae=vae,
        text_encoder=CLIPTextModel(text),
        tokenizer=words,
        unet=network,
        scheduler=EulerDiscreteScheduler(steps_offset=1),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder


def _unet() -> UNet2DModel:
    torch.manual_seed(1)
    return UNet2DModel(
        sample_size=SIDE,
        in_channels=3,
        out_channels=3,
        layers_per_block=1,
        block_out_channels=(8, 8),
        norm_num_groups=4,
        down_block_types=("DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D"),
    )


def _save(model: PreTrainedModel, folder: Path) -> Path:
    torch.manual_seed(1)
    for parameter in model.parameters():
        # spread wide enough that not one token wins everywhere
        torch.nn.init.normal_(parameter, std=0.4)
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder
