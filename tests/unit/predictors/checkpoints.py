"""Tiny pipelines as checkpoints of one file, in the names of the programs that trained them.

The names are those of Stability's `ldm`, `sgm` and `sd3` and of Black Forest Labs' `flux` (networks and VAEs), and of
open_clip (the larger text encoders).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    FluxPipeline,
    FluxTransformer2DModel,
    SD3Transformer2DModel,
    StableDiffusion3Pipeline,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, T5Config, T5EncoderModel

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


_TRANSFORMER_HEADS = {
    "pos_embed.pos_embed": "pos_embed", "pos_embed.proj": "x_embedder.proj", "context_embedder": "context_embedder",
    "time_text_embed.timestep_embedder.linear_1": "t_embedder.mlp.0",
    "time_text_embed.timestep_embedder.linear_2": "t_embedder.mlp.2",
    "time_text_embed.text_embedder.linear_1": "y_embedder.mlp.0",
    "time_text_embed.text_embedder.linear_2": "y_embedder.mlp.2",
    "proj_out": "final_layer.linear", "norm_out.linear": "final_layer.adaLN_modulation.1",
}  # fmt: skip
# `x` is what becomes the picture, `context` the words
_JOINT_BLOCK = {
    "attn.norm_q": "x_block.attn.ln_q", "attn.norm_k": "x_block.attn.ln_k",
    "attn.norm_added_q": "context_block.attn.ln_q", "attn.norm_added_k": "context_block.attn.ln_k",
    "attn.to_out.0": "x_block.attn.proj", "attn.to_add_out": "context_block.attn.proj",
    "norm1.linear": "x_block.adaLN_modulation.1", "norm1_context.linear": "context_block.adaLN_modulation.1",
    "ff.net.0.proj": "x_block.mlp.fc1", "ff.net.2": "x_block.mlp.fc2",
    "ff_context.net.0.proj": "context_block.mlp.fc1", "ff_context.net.2": "context_block.mlp.fc2",
}  # fmt: skip
_FLUX_HEADS = {
    "x_embedder": "img_in", "context_embedder": "txt_in", "proj_out": "final_layer.linear",
    "time_text_embed.timestep_embedder.linear_1": "time_in.in_layer",
    "time_text_embed.timestep_embedder.linear_2": "time_in.out_layer",
    "time_text_embed.text_embedder.linear_1": "vector_in.in_layer",
    "time_text_embed.text_embedder.linear_2": "vector_in.out_layer",
    "norm_out.linear": "final_layer.adaLN_modulation.1",
}  # fmt: skip
_DOUBLE_BLOCK = {
    "attn.norm_q": "img_attn.norm.query_norm", "attn.norm_k": "img_attn.norm.key_norm",
    "attn.norm_added_q": "txt_attn.norm.query_norm", "attn.norm_added_k": "txt_attn.norm.key_norm",
    "attn.to_out.0": "img_attn.proj", "attn.to_add_out": "txt_attn.proj",
    "norm1.linear": "img_mod.lin", "norm1_context.linear": "txt_mod.lin",
    "ff.net.0.proj": "img_mlp.0", "ff.net.2": "img_mlp.2",
    "ff_context.net.0.proj": "txt_mlp.0", "ff_context.net.2": "txt_mlp.2",
}  # fmt: skip
_SINGLE_BLOCK = {
    "attn.norm_q": "norm.query_norm", "attn.norm_k": "norm.key_norm", "norm.linear": "modulation.lin",
    "proj_out": "linear2",
}  # fmt: skip
_WORDS: dict[str, Any] = {
    "vocab_size": 400, "intermediate_size": 32, "num_attention_heads": 2, "max_position_embeddings": 16,
    "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 1, "num_hidden_layers": 2,
}  # fmt: skip


def _words() -> Any:
    words = tokenizer()
    words.model_max_length = 16
    return words


def _small_vae(**more: Any) -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 8), down_block_types=("DownEncoderBlock2D",) * 2, norm_num_groups=4,
        up_block_types=("UpDecoderBlock2D",) * 2, sample_size=SIDE, **more,
    )  # fmt: skip


def _small_unet(**more: Any) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=SIDE // 2, layers_per_block=1, block_out_channels=(8, 8), norm_num_groups=4, attention_head_dim=2,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        use_linear_projection=True, **more,
    )  # fmt: skip


def sd2(folder: Path) -> Path:
    """A pipeline of Stable Diffusion 2's make: open_clip's text encoder, and a network that says velocities."""
    torch.manual_seed(1)
    StableDiffusionPipeline(
        vae=_small_vae(latent_channels=4),
        text_encoder=CLIPTextModel(CLIPTextConfig(hidden_size=16, projection_dim=16, **_WORDS)),
        tokenizer=_words(),
        unet=_small_unet(cross_attention_dim=16),
        scheduler=DDIMScheduler(prediction_type="v_prediction", steps_offset=1, clip_sample=False),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder


def sdxl(folder: Path) -> Path:
    """A pipeline of Stable Diffusion XL's make: two text encoders, of which the second is open_clip's."""
    torch.manual_seed(1)
    words = _words()
    StableDiffusionXLPipeline(
        vae=_small_vae(latent_channels=4),
        text_encoder=CLIPTextModel(CLIPTextConfig(hidden_size=16, **_WORDS)),
        text_encoder_2=CLIPTextModelWithProjection(CLIPTextConfig(hidden_size=24, projection_dim=24, **_WORDS)),
        tokenizer=words,
        tokenizer_2=words,
        unet=_small_unet(
            cross_attention_dim=40,
            transformer_layers_per_block=1,
            addition_embed_type="text_time",
            addition_time_embed_dim=4,
            projection_class_embeddings_input_dim=24 + 6 * 4,
        ),
        scheduler=EulerDiscreteScheduler(),
    ).save_pretrained(folder)
    return folder


def sd3(folder: Path) -> Path:
    """A pipeline of Stable Diffusion 3's make: a transformer, and three text encoders."""
    torch.manual_seed(1)
    words = _words()
    clip = CLIPTextModelWithProjection(CLIPTextConfig(hidden_size=16, projection_dim=16, **_WORDS))
    # The smaller encoder projects nothing in what was published, so that converters write it anew
    torch.nn.init.eye_(clip.text_projection.weight)
    StableDiffusion3Pipeline(
        transformer=SD3Transformer2DModel(
            sample_size=16,
            patch_size=1,
            in_channels=8,
            out_channels=8,
            num_layers=2,
            attention_head_dim=8,
            num_attention_heads=4,
            joint_attention_dim=40,
            caption_projection_dim=32,
            pooled_projection_dim=40,
            pos_embed_max_size=16,
            qk_norm="rms_norm",
            dual_attention_layers=(0,),
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=_small_vae(latent_channels=8, use_quant_conv=False, use_post_quant_conv=False, shift_factor=0.05),
        text_encoder=clip,
        tokenizer=words,
        text_encoder_2=CLIPTextModelWithProjection(CLIPTextConfig(hidden_size=24, projection_dim=24, **_WORDS)),
        tokenizer_2=words,
        text_encoder_3=_t5(40),
        tokenizer_3=words,
    ).save_pretrained(folder)
    return folder


def flux(folder: Path) -> Path:
    """A pipeline of Flux' make, with few blocks: converters know its transformer by its width of 3072 alone."""
    torch.manual_seed(1)
    words = _words()
    with torch.device("cpu"):
        transformer = FluxTransformer2DModel(
            patch_size=1, in_channels=32, num_layers=1, num_single_layers=1, attention_head_dim=128,
            num_attention_heads=24, joint_attention_dim=40, pooled_projection_dim=16, axes_dims_rope=(16, 56, 56),
        )  # fmt: skip
    FluxPipeline(
        transformer=transformer.to(torch.bfloat16),
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=_small_vae(latent_channels=8, use_quant_conv=False, use_post_quant_conv=False, shift_factor=0.05),
        text_encoder=CLIPTextModel(CLIPTextConfig(hidden_size=16, projection_dim=16, **_WORDS)),
        tokenizer=words,
        text_encoder_2=_t5(40),
        tokenizer_2=words,
    ).save_pretrained(folder)
    return folder


def _t5(width: int) -> T5EncoderModel:
    return T5EncoderModel(
        T5Config(vocab_size=400, d_model=width, d_kv=8, d_ff=32, num_layers=1, num_heads=2, is_encoder_decoder=False)
    )


def write_checkpoint(pipeline: Any, path: Path) -> Path:
    """The weights of a pipeline of Stable Diffusion 1, 2, XL or 3 as one file; of Flux those of its transformer."""
    if hasattr(pipeline, "unet"):
        network, vae = _unet(pipeline.unet), _vae(pipeline.vae)
    elif isinstance(pipeline, StableDiffusion3Pipeline):
        network, vae = _joint_transformer(pipeline.transformer), _vae(pipeline.vae)
    else:
        network, vae = _flux_transformer(pipeline.transformer), {}
    tensors = {f"model.diffusion_model.{name}": value for name, value in network.items()}
    tensors |= {f"first_stage_model.{name}": value for name, value in vae.items()}
    if isinstance(pipeline, StableDiffusion3Pipeline):
        tensors |= _clip(pipeline.text_encoder, "text_encoders.clip_l.transformer.")
        tensors |= _clip(pipeline.text_encoder_2, "text_encoders.clip_g.transformer.")
        # Its projection is no part of a text model
        tensors["text_encoders.clip_g.transformer.text_projection.weight"] = tensors.pop(
            "text_encoders.clip_g.transformer.text_model.text_projection.weight"
        )
        tensors |= {
            f"text_encoders.t5xxl.transformer.{name}": value
            for name, value in pipeline.text_encoder_3.state_dict().items()
        }
    elif hasattr(pipeline, "unet") and hasattr(pipeline, "text_encoder_2"):
        tensors |= _clip(pipeline.text_encoder, "conditioner.embedders.0.transformer.")
        tensors |= _open_clip(pipeline.text_encoder_2, "conditioner.embedders.1.model.")
    elif hasattr(pipeline, "unet") and pipeline.unet.config["use_linear_projection"]:
        tensors |= _open_clip(pipeline.text_encoder, "cond_stage_model.model.")
    elif hasattr(pipeline, "unet"):
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


def _swapped(value: torch.Tensor) -> torch.Tensor:
    """They have the shift before the scale."""
    scale, shift = value.chunk(2)
    return torch.cat([shift, scale])


def _renamed(name: str, names: dict[str, str]) -> str:
    stem = max((each for each in names if name == each or name.startswith(f"{each}.")), key=len)
    return names[stem] + name.removeprefix(stem)


def _joint_transformer(transformer: SD3Transformer2DModel) -> Tensors:
    state, last, tensors = transformer.state_dict(), int(transformer.config["num_layers"]) - 1, {}
    for number in range(last + 1):
        block = f"transformer_blocks.{number}."
        for attention, (place, parts) in {
            "attn": ("x_block.attn", ("to_q", "to_k", "to_v")),
            "attn.": ("context_block.attn", ("add_q_proj", "add_k_proj", "add_v_proj")),
            "attn2": ("x_block.attn2", ("to_q", "to_k", "to_v")),
        }.items():
            for kind in ("weight", "bias"):
                names = [f"{block}{attention.rstrip('.')}.{part}.{kind}" for part in parts]
                if names[0] in state:
                    tensors[f"joint_blocks.{number}.{place}.qkv.{kind}"] = torch.cat([state.pop(n) for n in names])
        for name in [each for each in state if each.startswith(block)]:
            value, rest = state.pop(name), name.removeprefix(block)
            if rest.startswith("norm1_context") and number == last:
                value = _swapped(value)
            is_second = rest.startswith("attn2.")
            place = _renamed(rest.replace("attn2.", "attn.", 1), _JOINT_BLOCK)
            tensors[f"joint_blocks.{number}.{place.replace('attn.', 'attn2.') if is_second else place}"] = value
    for name, value in state.items():
        tensors[_renamed(name, _TRANSFORMER_HEADS)] = _swapped(value) if name.startswith("norm_out") else value
    return tensors


def _flux_transformer(transformer: FluxTransformer2DModel) -> Tensors:
    state, tensors = transformer.state_dict(), {}

    def join(place: str, block: str, parts: tuple[str, ...]) -> None:
        for kind in ("weight", "bias"):
            tensors[f"{place}.{kind}"] = torch.cat([state.pop(f"{block}{part}.{kind}") for part in parts])

    def rename(place: str, block: str, names: dict[str, str]) -> None:
        for name in [each for each in state if each.startswith(block)]:
            rest = _renamed(name.removeprefix(block), names)
            rest = rest.replace("_norm.weight", "_norm.scale")
            tensors[place + rest] = state.pop(name)

    for number in range(int(transformer.config["num_layers"])):
        block, place = f"transformer_blocks.{number}.", f"double_blocks.{number}."
        join(f"{place}img_attn.qkv", block, ("attn.to_q", "attn.to_k", "attn.to_v"))
        join(f"{place}txt_attn.qkv", block, ("attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj"))
        rename(place, block, _DOUBLE_BLOCK)
    for number in range(int(transformer.config["num_single_layers"])):
        block, place = f"single_transformer_blocks.{number}.", f"single_blocks.{number}."
        join(f"{place}linear1", block, ("attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp"))
        rename(place, block, _SINGLE_BLOCK)
    for name, value in state.items():
        tensors[_renamed(name, _FLUX_HEADS)] = _swapped(value) if name.startswith("norm_out") else value
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


def _clip(encoder: CLIPTextModel | CLIPTextModelWithProjection, prefix: str) -> Tensors:
    return {
        f"{prefix}text_model.{name.removeprefix('text_model.')}": value for name, value in encoder.state_dict().items()
    }


def _open_clip(encoder: CLIPTextModel | CLIPTextModelWithProjection, prefix: str) -> Tensors:
    state = {name.removeprefix("text_model."): value for name, value in encoder.state_dict().items()}
    tensors = {
        "positional_embedding": state.pop("embeddings.position_embedding.weight"),
        "token_embedding.weight": state.pop("embeddings.token_embedding.weight"),
        "ln_final.weight": state.pop("final_layer_norm.weight"),
        "ln_final.bias": state.pop("final_layer_norm.bias"),
    }
    # The other kind has one that it does not use
    projection = state.pop("text_projection.weight", torch.eye(encoder.config.hidden_size))
    tensors["text_projection"] = projection.T
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
