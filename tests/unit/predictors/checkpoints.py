"""Tiny pipelines as checkpoints of one file, in the names of the programs that trained them.

The names are those of Stability's `ldm` and `sgm` (networks and VAEs) and of open_clip (the larger text encoders).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from tests.unit.predictors.tiny_models import SIDE, tokenizer

Tensors = dict[str, torch.Tensor]
_RESNET = {
    "norm1": "in_layers.0", "conv1": "in_layers.2", "norm2": "out_layers.0", "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1", "conv_shortcut": "skip_connection",
}  # fmt: skip
_HEADS = {
    "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2", "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0", "conv_out": "out.2",
}  # fmt: skip
_VAE_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
_OPEN_CLIP = {
    "layer_norm1": "ln_1", "layer_norm2": "ln_2", "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}  # fmt: skip


def sdxl(folder: Path) -> Path:
    """A pipeline of Stable Diffusion XL's make: two text encoders, of which the second is open_clip's."""
    torch.manual_seed(1)
    words = tokenizer()
    words.model_max_length = 16
    sizes: dict[str, Any] = {
        "vocab_size": 400, "intermediate_size": 32, "num_attention_heads": 2, "max_position_embeddings": 16,
        "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 1,
    }  # fmt: skip
    vae = AutoencoderKL(
        block_out_channels=(8, 8), down_block_types=("DownEncoderBlock2D",) * 2, norm_num_groups=4,
        up_block_types=("UpDecoderBlock2D",) * 2, latent_channels=4, sample_size=SIDE,
    )  # fmt: skip
    network = UNet2DConditionModel(
        sample_size=SIDE // 2, layers_per_block=1, block_out_channels=(8, 8), norm_num_groups=4, attention_head_dim=2,
        cross_attention_dim=40, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), transformer_layers_per_block=1, use_linear_projection=True,
        addition_embed_type="text_time", addition_time_embed_dim=4, projection_class_embeddings_input_dim=24 + 6 * 4,
    )  # fmt: skip
    StableDiffusionXLPipeline(
        vae=vae,
        text_encoder=CLIPTextModel(CLIPTextConfig(hidden_size=16, num_hidden_layers=2, **sizes)),
        text_encoder_2=CLIPTextModelWithProjection(
            CLIPTextConfig(hidden_size=24, projection_dim=24, num_hidden_layers=2, **sizes)
        ),
        tokenizer=words,
        tokenizer_2=words,
        unet=network,
        scheduler=EulerDiscreteScheduler(),
    ).save_pretrained(folder)
    return folder


def write_checkpoint(pipeline: Any, path: Path) -> Path:
    """The weights of a pipeline of Stable Diffusion 1, 2 or XL as one file."""
    tensors = {f"model.diffusion_model.{name}": value for name, value in _unet(pipeline.unet).items()}
    tensors |= {f"first_stage_model.{name}": value for name, value in _vae(pipeline.vae).items()}
    if hasattr(pipeline, "text_encoder_2"):
        tensors |= _clip(pipeline.text_encoder, "conditioner.embedders.0.transformer.")
        tensors |= _open_clip(pipeline.text_encoder_2, "conditioner.embedders.1.model.")
    else:
        tensors |= _clip(pipeline.text_encoder, "cond_stage_model.transformer.")
    save_file({name: value.contiguous().clone() for name, value in tensors.items()}, path)
    return path


def _rename(name: str, names: dict[str, str]) -> str:
    for new, old in names.items():
        if re.search(rf"(?:^|\.){re.escape(new)}(?=\.)", name):
            return re.sub(rf"(^|\.){re.escape(new)}(?=\.)", rf"\g<1>{old}", name)
    return name


def _unet(unet: UNet2DConditionModel) -> Tensors:
    layers = int(unet.config["layers_per_block"])
    crossed = [hasattr(block, "attentions") for block in unet.up_blocks]
    tensors = {}
    for name, value in unet.state_dict().items():
        if match := re.match(r"(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.+)", name):
            side, block, kind, number, rest = match[1], int(match[2]), match[3], int(match[4]), match[5]
            if kind == "downsamplers":
                place = f"input_blocks.{(layers + 1) * (block + 1)}.0.op.{rest.removeprefix('conv.')}"
            elif kind == "upsamplers":
                place = f"output_blocks.{(layers + 1) * (block + 1) - 1}.{2 if crossed[block] else 1}.{rest}"
            else:
                at = (layers + 1) * block + number + (side == "down")
                rest = _rename(rest, _RESNET) if kind == "resnets" else rest
                place = f"{'input' if side == 'down' else 'output'}_blocks.{at}.{int(kind == 'attentions')}.{rest}"
        elif match := re.match(r"mid_block\.(\w+)\.(\d+)\.(.+)", name):
            is_resnet = match[1] == "resnets"
            rest = _rename(match[3], _RESNET) if is_resnet else match[3]
            place = f"middle_block.{2 * int(match[2]) if is_resnet else 1}.{rest}"
        else:
            place = _rename(name, _HEADS)
        tensors[place] = value
    return tensors


def _vae(vae: AutoencoderKL) -> Tensors:
    last = len(vae.config["block_out_channels"]) - 1
    tensors = {}
    for name, value in vae.state_dict().items():
        place = name.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")
        place = re.sub(r"down_blocks\.(\d+)\.resnets", r"down.\1.block", place)
        place = re.sub(r"down_blocks\.(\d+)\.downsamplers\.0", r"down.\1.downsample", place)
        place = re.sub(r"up_blocks\.(\d+)\.resnets", lambda m: f"up.{last - int(m[1])}.block", place)
        place = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0", lambda m: f"up.{last - int(m[1])}.upsample", place)
        place = re.sub(r"mid_block\.resnets\.(\d+)", lambda m: f"mid.block_{int(m[1]) + 1}", place)
        if ".attentions.0." in place:
            place = _rename(place.replace("mid_block.attentions.0", "mid.attn_1"), _VAE_ATTENTION)
            # Their linear layers are convolutions of one pixel
            value = value[:, :, None, None] if value.ndim == 2 else value
        tensors[place] = value
    return tensors


def _clip(encoder: CLIPTextModel, prefix: str) -> Tensors:
    return {
        f"{prefix}text_model.{name.removeprefix('text_model.')}": value for name, value in encoder.state_dict().items()
    }


def _open_clip(encoder: CLIPTextModelWithProjection, prefix: str) -> Tensors:
    state = {name.removeprefix("text_model."): value for name, value in encoder.state_dict().items()}
    tensors = {
        "positional_embedding": state.pop("embeddings.position_embedding.weight"),
        "token_embedding.weight": state.pop("embeddings.token_embedding.weight"),
        "text_projection": state.pop("text_projection.weight").T,
        "ln_final.weight": state.pop("final_layer_norm.weight"),
        "ln_final.bias": state.pop("final_layer_norm.bias"),
    }
    for number in range(encoder.config.num_hidden_layers):
        layer = f"encoder.layers.{number}."
        for kind in ("weight", "bias"):
            parts = [state.pop(f"{layer}self_attn.{each}_proj.{kind}") for each in "qkv"]
            tensors[f"transformer.resblocks.{number}.attn.in_proj_{kind}"] = torch.cat(parts)
        for name in [each for each in state if each.startswith(layer)]:
            place = _rename(name.removeprefix(layer), _OPEN_CLIP)
            tensors[f"transformer.resblocks.{number}.{place}"] = state.pop(name)
    assert not state, state.keys()
    return {prefix + name: value for name, value in tensors.items()}
