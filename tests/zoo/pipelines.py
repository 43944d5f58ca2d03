"""Tiny pipelines of diffusers, from the types in their constructors and rules on the names of their parts' fields."""

from __future__ import annotations

import inspect
import itertools
import re
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from diffusers import ConfigMixin, DiffusionPipeline, ModelMixin, SchedulerMixin
from PIL import Image as Pillow
from tokenizers.processors import TemplateProcessing

from tests.unit.predictors import tiny_models

SIDE = 32
STEPS = 2
WIDTH = 32
HEADS = 4
HEAD = 8
MOST_NUMBERS = 8_000_000
CHAT = "{% for m in messages %}{{ m['content'] if m['content'] is string else m['content'][0]['text'] }} {% endfor %}"

# The first pattern that matches a field's whole name gives its small value; larger numbers than that alone are replaced
RULES: tuple[tuple[str, Any], ...] = (
    (r".*norm_num_groups|num_groups|groups|resnet_groups", 4),
    (r"(.*_)?(num|n)_(self_|cross_)?attention_heads|num_heads|n_heads?|heads|num_key_value_heads|n_kv_heads", HEADS),
    (r"(.*_)?attention_head_dim|dim_head|head_dim|d_head", HEAD),
    (
        r"(.*_)?(num_)?(single_|refiner_|decoder_|encoder_|joint_|dit_)?layers(_per_block)?|depth|layers_per_.*|n_layers?",
        1,
    ),
    (r"num_(single|double|refiner|text|visual)_.*|.*_num_layers|num_(hidden_)?blocks|mm_.*layers|patch_size_t", 1),
    (
        r"(.*_)?cross_attention_dim|joint_attention_dim|pooled_projection_dim|caption_channels|caption_projection_dim",
        WIDTH,
    ),
    (
        r"(.*_)?text_(embed_|states_|hidden_|feature_)?dim(_2)?|text_len_dim|cap_feat_dim|pooled_embed_dim|text_d_model",
        WIDTH,
    ),
    (
        r"(encoder|text)_hid(den)?_(dim|size)|t5_dim|clip_.*dim|.*projection_dim|adm_in_channels|context_dim|llm_.*dim",
        WIDTH,
    ),
    (r"image_embed_dim|image_dim|added_proj_bias_dim|projection_class_embeddings_input_dim|in_text_dim.*", WIDTH),
    (
        r"hidden_size|inner_dim|dim|model_dim|embed_dim|(global_)?time_embed_dim|embedding_dim|d_model|width|hidden_dim",
        WIDTH,
    ),
    (r"intermediate_size|ffn_dim|ff_dim|mlp_dim|.*intermediate_dim", 2 * WIDTH),
    (r"base_dim|decoder_base_dim|base_channels|model_channels|decoder_hidden_size|encoder_hidden_size", 8),
    (r"block_out_channels|(encoder|decoder)_block_out_channels", (8, 16)),
    (r"sample_size|sample_height|sample_width|image_size|resolution", SIDE // 2),
    (r"pos_embed_max_size|max_sequence_length|max_seq_len.*|max_text_len|text_len", 64),
    (r"freq_dim|frequency_embedding_size|time_proj_dim|timestep_.*dim", WIDTH),
)
# The same for encoders of transformers
ENCODER_RULES: tuple[tuple[str, int], ...] = (
    (r".*vocab_size", 400),
    (r"(.*_)?(num_)?(key_value|kv)_heads", 2),
    (r".*attention_heads|n_heads?|num_heads", HEADS),
    (r"(.*_)?head_dim|d_kv", HEAD),
    (r"(.*_)?(hidden_)?layers|n_layers?|depth|num_layers|num_decoder_layers|max_window_layers", 2),
    (r".*intermediate_size.*|d_ff|n_inner|mlp_dim|.*ffn_dim", 2 * WIDTH),
    (r".*hidden_size|d_model|n_embd|.*embed_dim|.*projection_dim|hidden_dim|out_hidden_size", WIDTH),
    (r"image_size", SIDE),
    (r"patch_size", 8),
    (r"upsample_initial_channel", 16),
)
SMALL_UNET = {"down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
              "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D")}  # fmt: skip
GROUPS = {"block_out_channels": (32, 64), "norm_num_groups": 8}
# Parts that have to fit each other in ways that no name tells, by patterns of a pipeline's and a part's name
EXCEPTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("PixArt.*|HunyuanDiT.*", "transformer", {"sample_size": SIDE}),
    ("StableDiffusion3.*", "text_encoder_3", {"d_model": 2 * WIDTH}),
    ("StableDiffusion3.*", "transformer", {"pooled_projection_dim": 2 * WIDTH, "joint_attention_dim": 2 * WIDTH}),
    ("StableDiffusion3.*", "controlnet", {"pooled_projection_dim": 2 * WIDTH, "joint_attention_dim": 2 * WIDTH}),
    ("StableDiffusionXL.*|.*SDXL.*", "unet|controlnet", {
        "cross_attention_dim": 2 * WIDTH, "addition_embed_type": "text_time", "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": WIDTH + 48, "use_linear_projection": True}),
    ("StableDiffusion(XL)?(PAG)?Inpaint.*", "unet", {"in_channels": 9}),
    ("StableDiffusion.*InstructPix2Pix.*", "unet", {"in_channels": 8}),
    ("StableDiffusionUpscale.*", "unet", {"in_channels": 7, "num_class_embeds": 1000}),
    ("StableDiffusionLatentUpscale.*", "unet", {"in_channels": 8, "time_cond_proj_dim": 160,
        "down_block_types": ("KDownBlock2D", "KCrossAttnDownBlock2D"),
        "up_block_types": ("KCrossAttnUpBlock2D", "KUpBlock2D"), "norm_num_groups": None,
        "conv_in_kernel": 1, "conv_out_kernel": 1, "mid_block_type": None}),
    ("StableDiffusion.*(Inpaint|Pix2Pix|Upscale).*", "vae", {"latent_channels": 4}),
    ("StableDiffusion3.*Inpaint.*", "vae", {"latent_channels": 16}),
    ("StableDiffusion(XL)?ControlNetInpaint.*", "unet", {"in_channels": 4}),
    (".*Adapter.*", "adapter", {"channels": (8, 16), "num_res_blocks": 1, "downscale_factor": 2,
        "adapter_type": "full_adapter"}),
    ("AnimateDiff.*", "unet|controlnet", GROUPS),
    ("AnimateDiff.*", "motion_adapter", {"block_out_channels": (32, 64), "motion_norm_num_groups": 8,
        "motion_layers_per_block": 1}),
    ("StableVideo.*", "vae", {"block_out_channels": (32, 64), "latent_channels": 4,
        "down_block_types": ("DownEncoderBlock2D",) * 2}),
    ("StableVideo.*", "unet", {"block_out_channels": (32, 64), "in_channels": 8, "num_attention_heads": (2, 4),
        "down_block_types": ("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
        "up_block_types": ("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
        "addition_time_embed_dim": 8, "projection_class_embeddings_input_dim": 24}),
    ("DiT.*", "transformer", {"sample_size": SIDE // 2, "num_embeds_ada_norm": 1000, "norm_type": "ada_norm_zero",
        "in_channels": 4, "out_channels": 8, "patch_size": 2, "activation_fn": "gelu-approximate",
        "norm_elementwise_affine": False, "attention_bias": True}),
    ("CogVideoX.*", "transformer", {"sample_height": 8, "sample_width": 8, "sample_frames": 9, "in_channels": 4,
        "out_channels": 4, "max_text_seq_length": 16, "temporal_compression_ratio": 4, "time_embed_dim": 8}),
    ("CogVideoX(ImageToVideo|FunControl).*", "transformer", {"in_channels": 8}),
    ("CogVideoX.*", "vae", {"latent_channels": 4, "block_out_channels": (8, 8, 8, 8), "norm_num_groups": 2,
        "down_block_types": ("CogVideoXDownBlock3D",) * 4, "up_block_types": ("CogVideoXUpBlock3D",) * 4}),
    ("Flux(Control|Fill|Kontext|2.*)?.*", "transformer", {"in_channels": 16, "axes_dims_rope": (2, 2, 4)}),
    ("Flux.*", "controlnet", {"in_channels": 16, "axes_dims_rope": (2, 2, 4)}),
    ("FluxControl(Img2Img|Inpaint)?Pipeline", "transformer", {"in_channels": 32, "out_channels": 16}),
    ("FluxFill.*", "transformer", {"in_channels": 16 + 16 + 16, "out_channels": 16}),
    ("Flux(?!2).*", "vae", {"latent_channels": 4, "shift_factor": 0.1}),
    ("QwenImage.*", "transformer", {"in_channels": 16, "out_channels": 4, "axes_dims_rope": (2, 2, 4)}),
    ("QwenImage.*", "controlnet", {"in_channels": 16, "axes_dims_rope": (2, 2, 4)}),
    ("QwenImage.*", "vae", {"z_dim": 4, "base_dim": 8, "dim_mult": [1, 2, 4, 4], "num_res_blocks": 1,
        "latents_mean": [0.0] * 4, "latents_std": [1.0] * 4}),
    ("Chroma.*", "transformer", {"approximator_num_channels": 8, "approximator_hidden_dim": WIDTH,
        "approximator_layers": 1, "in_channels": 16, "axes_dims_rope": (2, 2, 4)}),
    ("Chroma.*", "vae", {"latent_channels": 4, "shift_factor": 0.1}),
    ("Sana.*", "vae", {"encoder_block_out_channels": (8, 16), "decoder_block_out_channels": (8, 16),
        "encoder_layers_per_block": (1, 1), "decoder_layers_per_block": (1, 1), "attention_head_dim": 8,
        "encoder_block_types": ("ResBlock", "EfficientViTBlock"),
        "decoder_block_types": ("ResBlock", "EfficientViTBlock"),
        "encoder_qkv_multiscales": ((), (5,)), "decoder_qkv_multiscales": ((), (5,)), "latent_channels": 4,
        "upsample_block_type": "interpolate", "downsample_block_type": "pixel_unshuffle", "scaling_factor": 0.4,
        "decoder_norm_types": "rms_norm", "decoder_act_fns": "silu"}),
    ("Sana.*", "transformer", {"in_channels": 4, "out_channels": 4, "num_layers": 1, "num_attention_heads": 4,
        "attention_head_dim": HEAD, "num_cross_attention_heads": 4, "cross_attention_head_dim": HEAD,
        "cross_attention_dim": WIDTH, "caption_channels": WIDTH, "sample_size": SIDE}),
    ("SanaSprint.*", "transformer", {"guidance_embeds": True, "qk_norm": "rms_norm_across_heads"}),
    ("LuminaPipeline|LuminaText2Img.*", "transformer", {"cross_attention_dim": WIDTH, "hidden_size": WIDTH,
        "num_layers": 1, "num_attention_heads": 4, "num_kv_heads": 2, "sample_size": 16}),
    ("Lumina2.*", "transformer", {"axes_dim_rope": (4, 2, 2), "axes_lens": (64, 64, 64), "cap_feat_dim": WIDTH,
        "hidden_size": WIDTH, "num_attention_heads": 4, "num_kv_heads": 2, "num_layers": 1}),
    ("CogView4.*", "transformer", {"in_channels": 4, "out_channels": 4, "text_embed_dim": WIDTH}),
    ("AudioLDMPipeline|MusicLDM.*", "unet", {"in_channels": 4, "cross_attention_dim": None,
        "down_block_types": ("DownBlock2D", "DownBlock2D"), "up_block_types": ("UpBlock2D", "UpBlock2D"),
        "mid_block_type": None,
        "class_embed_type": "simple_projection", "projection_class_embeddings_input_dim": WIDTH,
        "class_embeddings_concat": True}),
    ("AudioLDM.*|MusicLDM.*", "vae", {"in_channels": 1, "out_channels": 1, "latent_channels": 4}),
    ("AudioLDM.*|MusicLDM.*", "vocoder", {"model_in_dim": 8, "sampling_rate": 16000, "upsample_initial_channel": 16,
        "upsample_rates": [2, 2], "upsample_kernel_sizes": [4, 4], "resblock_kernel_sizes": [3, 7],
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5]], "normalize_before": False}),
    ("StableAudio.*", "vae", {"encoder_hidden_size": 6, "downsampling_ratios": [1, 2], "decoder_channels": 3,
        "decoder_input_channels": 3, "audio_channels": 2, "channel_multiples": [2, 4], "sampling_rate": 400}),
    ("StableAudio.*", "transformer", {"sample_size": 32, "in_channels": 3, "out_channels": 3, "num_layers": 1,
        "cross_attention_dim": HEADS * HEAD, "cross_attention_input_dim": WIDTH, "num_key_value_attention_heads": 2,
        "global_states_input_dim": 2 * WIDTH, "time_proj_dim": 4}),
    ("StableAudio.*", "projection_model", {"text_encoder_dim": WIDTH, "conditioning_dim": WIDTH, "min_value": 0,
        "max_value": 32}),
    ("DanceDiffusion.*", "unet", {"sample_size": 512, "sample_rate": 16000, "in_channels": 2, "out_channels": 2,
        "block_out_channels": (16, 16, 32)}),
    ("LatentConsistency.*", "unet", {"time_cond_proj_dim": WIDTH}),
    ("WanImageToVideo.*|ChronoEdit.*", "transformer", {"in_channels": 36, "out_channels": 16}),
    ("WanImageToVideo.*|ChronoEdit.*", "vae", {"z_dim": 16}),
    ("CogView4Control.*", "transformer", {"in_channels": 8, "out_channels": 4}),
    ("CogView4Control.*", "vae", {"latent_channels": 4}),
    ("StableDiffusion3ControlNetInpaint.*", "controlnet", {"extra_conditioning_channels": 1}),
    ("QwenImageControlNetInpaint.*", "controlnet", {"extra_condition_channels": 4}),
    ("Hunyuan(DiT).*", "transformer", {"text_len": 16, "text_len_t5": 16, "cross_attention_dim_t5": WIDTH,
        "pooled_projection_dim": 16, "in_channels": 4, "cross_attention_dim": WIDTH, "hidden_size": WIDTH,
        "patch_size": 2}),
    ("HunyuanDiT.*", "text_encoder", {"vocab_size": 400}),
    ("Amused.*", "transformer", {"hidden_size": WIDTH, "cond_embed_dim": WIDTH, "encoder_hidden_size": WIDTH,
        "micro_cond_encode_dim": 2, "micro_cond_embed_dim": 10, "block_out_channels": WIDTH, "codebook_size": 32,
        "vocab_size": 33, "intermediate_size": 64, "num_hidden_layers": 1, "sample_size": 16,
        "block_num_heads": 1, "num_res_blocks": 1}),
    ("Amused.*", "scheduler", {"mask_token_id": 31}),
    ("Amused.*", "vqvae", {"latent_channels": WIDTH, "sample_size": 32, "lookup_from_codebook": True}),
    ("Latte.*", "transformer", {"sample_size": 16, "caption_channels": WIDTH, "patch_size": 2, "in_channels": 4,
        "out_channels": 8, "cross_attention_dim": WIDTH, "activation_fn": "gelu-approximate", "attention_bias": True,
        "norm_type": "ada_norm_single", "norm_elementwise_affine": False, "num_embeds_ada_norm": 1000,
        "video_length": 4}),
    ("Kolors.*", "text_encoder", {"padded_vocab_size": 400, "hidden_size": WIDTH, "original_rope": True,
        "kv_channels": 8,
        "num_attention_heads": 4, "ffn_hidden_size": 64, "num_layers": 2, "multi_query_group_num": 2, "seq_length": 64,
        "rmsnorm": True, "multi_query_attention": True, "add_qkv_bias": True}),
    ("Mochi.*", "transformer", {"pooled_projection_dim": 16, "time_embed_dim": 4, "text_embed_dim": WIDTH,
        "in_channels": 12, "max_sequence_length": 16}),
    ("IF.*", "unet", {"encoder_hid_dim": WIDTH, "act_fn": "gelu", "in_channels": 3, "out_channels": 6,
        "addition_embed_type": "text", "addition_embed_type_num_heads": 2, "cross_attention_dim": WIDTH}),
    ("IF.*SuperRes.*", "unet", {"in_channels": 6, "class_embed_type": "timestep"}),
    (".*", "image_encoder", {"projection_dim": WIDTH}),
    ("Kandinsky3.*", "unet", {"block_out_channels": (8, 16), "layers_per_block": 1, "encoder_hid_dim": WIDTH,
        "attention_head_dim": 4, "groups": 4, "time_embedding_dim": 16, "cross_attention_dim": 16}),
    ("StableVideo.*", "image_encoder", {"image_size": 224, "patch_size": 56}),
    ("(StableDiffusion3|PixArt).*PAG.*", "transformer", {"num_layers": 2}),
    ("WanVACE.*", "transformer", {"vace_layers": [0]}),
    ("PIA.*", "unet", {"in_channels": 9}),
    ("PIA.*", "vae", {"latent_channels": 4}),
    ("Flux2Klein.*", "transformer", {"axes_dims_rope": (2, 2, 2, 2), "joint_attention_dim": 3 * WIDTH,
        "timestep_guidance_channels": WIDTH}),
    # It reads the layers 9, 18 and 27
    ("Flux2Klein.*", "text_encoder", {"num_hidden_layers": 28, "layer_types": ["full_attention"] * 28}),
    ("Flux2Klein.*", "vae", {"latent_channels": 4}),
    (".*ControlNetUnion.*", "controlnet", {"num_trans_channel": 8, "num_trans_head": 2, "num_proj_channel": 8,
        "conditioning_embedding_out_channels": (8, 16)}),
    ("Wuerstchen.*", "prior.*", {"c": 16, "c_r": 16, "c_cond": WIDTH, "depth": 1, "nhead": 2}),

)  # fmt: skip
# Fields that every instance of a class has here, whatever its pipeline
CLASSES: dict[str, dict[str, Any]] = {
    "AutoencoderKL": {"shift_factor": 0.1},
    "VQModel": {"num_vq_embeddings": 32},
    "PriorTransformer": {"num_embeddings": 16, "embedding_dim": WIDTH},
    "UNet2DConditionModel": {"sample_size": SIDE // 2},
}
# Schedulers of pipelines that name any, and refuse the usual one
SCHEDULERS: dict[str, tuple[str, dict[str, Any]]] = {
    "StableDiffusionSAGPipeline": ("DDIMScheduler", {}),
    "DanceDiffusionPipeline": ("IPNDMScheduler", {}),
    "DiTPipeline": ("DDIMScheduler", {}),
    "StableAudioPipeline": ("CosineDPMSolverMultistepScheduler", {"solver_order": 2}),
    "SanaSprintPipeline": ("SCMScheduler", {}),
    "SanaSprintImg2ImgPipeline": ("SCMScheduler", {}),
    "StableDiffusionParadigmsPipeline": ("DDPMParallelScheduler", {}),
    "LattePipeline": ("DDIMScheduler", {}),
    "LatentConsistencyModelPipeline": ("LCMScheduler", {}),
    "LatentConsistencyModelImg2ImgPipeline": ("LCMScheduler", {}),
    "SanaPipeline": ("FlowMatchEulerDiscreteScheduler", {}),
}
# What stands in a constructor for any model of a kind
ABSTRACT = {
    "PreTrainedModel": "Qwen3Model",
    "Gemma2PreTrainedModel": "Gemma2Model",
    "GemmaPreTrainedModel": "GemmaModel",
}
# Parts that pipelines can do without, and that nobody needs to see another way of loading
LEFT_OUT = {"safety_checker", "feature_extractor", "image_encoder", "transformer_2", "watermarker", "image_processor",
            "prompt_enhancer_image_caption_model", "processor"}  # fmt: skip
_FROM_IMAGE = re.compile(
    "Img2Img|Inpaint|Fill|Control|Edit|Upscale|Up[Ss]cale|ImageTo|Image2|I2V|Kontext|Pix2Pix|Adapter|Variation|SuperRes"
)


class NotBuildableError(Exception):
    """The rules make no parts of a pipeline that fit each other; the message says what the library said."""


def pipeline_names() -> list[str]:
    """Every pipeline that diffusers exports and that can be loaded without code of others."""
    classes = {name: getattr(diffusers, name, None) for name in dir(diffusers) if name.endswith("Pipeline")}
    return [
        name
        for name, cls in classes.items()
        if isinstance(cls, type) and issubclass(cls, DiffusionPipeline) and cls is not DiffusionPipeline
    ]


def build(name: str, folder: Path) -> Any:
    """Write a tiny pipeline of this class as the hub has it, which draws; what it drew.

    Raises:
        NotBuildableError: the rules make no parts that fit each other.
    """
    cls = getattr(diffusers, name)
    if re.match("BlipDiffusion|WuerstchenDecoder|WuerstchenCombined", name):
        raise NotBuildableError("it downloads a tokenizer, or has sizes that cannot be set")
    first: Exception | None = None
    # Latent channels are a share of the network's, and several text encoders may be as wide together
    for together, share in itertools.product((1, 2), (1, 4)):
        try:
            torch.manual_seed(1)
            pipeline = cls(**make_parts(cls, share, together))
            pipeline.set_progress_bar_config(disable=True)
            drawn = draw(pipeline)
            pipeline.save_pretrained(folder)
        except Exception as error:  # a library's own check of its fields, of any kind
            first = first or error
        else:
            return drawn
    raise NotBuildableError(f"{type(first).__name__}: {first}") from first


def make_parts(cls: Any, share: int, together: int) -> dict[str, Any]:
    """The components of a pipeline, small."""
    types = cls._get_signature_types()
    made: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(cls.__init__).parameters.items())[1:]:
        choices = [t for t in types.get(name, ()) if isinstance(t, type) and t is not type(None)]
        if name in LEFT_OUT and name in cls._optional_components:
            made[name] = None
        elif name == "requires_safety_checker":
            made[name] = False
        elif (parameter.default is not None and parameter.default is not inspect.Parameter.empty) or (
            parameter.default is None and name not in ("transformer", "unet", "text_encoder", "tokenizer", "vae")
        ):
            continue
        elif not choices:
            raise ValueError(f"{name} has no type")
        else:
            made[name] = make_part(cls.__name__, name, choices, together)
    network = next((made[n] for n in ("unet", "transformer", "prior", "decoder") if n in made), None)
    for name, each in made.items():
        if name.startswith(("vae", "vqvae", "movq", "vqgan")) and isinstance(each, ModelMixin) and network is not None:
            made[name] = fit_vae(cls.__name__, name, type(each), network, share)
    return made


def exceptions(pipeline: str, part: str) -> dict[str, Any]:
    """What is said of one part of one pipeline."""
    fields: dict[str, Any] = {}
    for pipelines, names, more in EXCEPTIONS:
        if re.fullmatch(pipelines, pipeline) and re.fullmatch(names, part):
            fields |= more
    return fields


def make_part(pipeline: str, name: str, choices: list[Any], together: int) -> Any:
    """One component of one of these types."""
    special = exceptions(pipeline, name)
    cls = choices[0]
    cls = getattr(transformers, ABSTRACT.get(cls.__name__, ""), cls)
    if name == "scheduler" and pipeline in SCHEDULERS:
        chosen, fields = SCHEDULERS[pipeline]
        return getattr(diffusers, chosen)(**fields)
    if cls.__name__ == "KarrasDiffusionSchedulers":
        return diffusers.EulerDiscreteScheduler(steps_offset=1)
    if cls is SchedulerMixin:
        return diffusers.DDIMScheduler()
    if issubclass(cls, SchedulerMixin):
        return cls(**special)
    if issubclass(cls, transformers.PreTrainedTokenizerBase) or cls.__name__ == "AutoTokenizer":
        words = tiny_models.tokenizer()
        words.model_max_length = 16
        words.chat_template = CHAT
        # An empty text has a token too
        words.backend_tokenizer.post_processor = TemplateProcessing(single="$A <end>", special_tokens=[("<end>", 0)])
        return words
    if issubclass(cls, transformers.PreTrainedModel):
        return make_encoder(cls, special)
    if issubclass(cls, ModelMixin):
        return make_loud(cls, {**small_fields(cls, together), **CLASSES.get(cls.__name__, {}), **special})
    if issubclass(cls, transformers.image_processing_base.ImageProcessingMixin):
        return cls(size={"height": SIDE, "width": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    if issubclass(cls, transformers.feature_extraction_utils.FeatureExtractionMixin):
        return cls()
    if issubclass(cls, ConfigMixin):
        return cls(**special)
    raise ValueError(f"{name} is a {cls.__name__}")


def make_encoder(cls: Any, special: dict[str, Any]) -> Any:
    """A text or vision encoder of transformers."""
    config = cls.config_class()
    fields = {**encoder_fields(config), "pad_token_id": 1, **special}
    if "max_position_embeddings" in fields or hasattr(config, "max_position_embeddings"):
        fields["max_position_embeddings"] = 128
    return make_loud(cls, {"config": type(config)(**fields)})


def encoder_fields(config: Any) -> dict[str, Any]:
    """The fields that make a configuration of transformers small, those of its parts among them."""
    fields: dict[str, Any] = {}
    for name, value in config.to_dict().items():
        own = getattr(config, name, value)
        if isinstance(own, transformers.PreTrainedConfig):
            fields[name] = {"model_type": own.model_type, **encoder_fields(own)}
        elif name in ("eos_token_id", "bos_token_id", "decoder_start_token_id"):
            fields[name] = 0
        elif name == "pad_token_id":
            fields[name] = 1
        elif name == "rope_parameters" and ("mrope_section" in value or "VL" in type(config).__name__):
            fields[name] = {**value, "mrope_section": [2, 1, 1]}
        elif isinstance(value, list) and name == "layer_types":
            fields[name] = value[:2]
        elif isinstance(value, int) and not isinstance(value, bool):
            small = next((small for pattern, small in ENCODER_RULES if re.fullmatch(pattern, name)), None)
            if small is not None and small < value:
                fields[name] = small
    return fields


def small_fields(cls: Any, together: int) -> dict[str, Any]:
    """The arguments that make a model of diffusers small."""
    fields: dict[str, Any] = {}
    parameters = inspect.signature(cls.__init__).parameters
    channels = getattr(parameters.get("block_out_channels"), "default", None)
    stages = len(channels) if isinstance(channels, (tuple, list)) else None
    for name, parameter in parameters.items():
        value = parameter.default
        if value is None and name == "sample_size":
            fields[name] = SIDE // 2
        if value is inspect.Parameter.empty or value is None or isinstance(value, (bool, str)):
            continue
        small = next((small for pattern, small in RULES if re.fullmatch(pattern, name)), None)
        if isinstance(value, (tuple, list)):
            if isinstance(small, tuple):
                fields[name] = small
            elif stages and len(value) == stages and stages > 1:
                fields[name] = (value[0], value[-1]) if small is None else (small, small)
            elif stages == 1 and len(value) == 1 and isinstance(value[0], str):
                fields[name] = (value[0],) * 2
            elif re.search("axes.*dim|rope_dim", name):
                fields[name] = (2, 2, 4)[-len(value) :] if len(value) <= 3 else (2,) * len(value)
            elif name == "axes_lens":
                fields[name] = (64,) * len(value)
            elif isinstance(small, int):
                fields[name] = (small,) * len(value)
        elif isinstance(small, int) and isinstance(value, int) and small < value:
            fields[name] = 8 if name == "dim" and cls.__name__.startswith("Autoencoder") else small
            if re.fullmatch("cross_attention_dim|joint_attention_dim", name):
                fields[name] = WIDTH * together
    return fields


def fit_vae(pipeline: str, name: str, cls: Any, network: Any, share: int) -> Any:
    """A VAE whose latents have as many channels as the network takes."""
    fields = {**small_fields(cls, 1), **CLASSES.get(cls.__name__, {}), **exceptions(pipeline, name)}
    channels = getattr(network.config, "in_channels", None)
    parameters = inspect.signature(cls.__init__).parameters
    for field in ("latent_channels", "z_dim"):
        if field in parameters and isinstance(channels, int) and field not in exceptions(pipeline, name):
            fields[field] = max(1, channels // share)
    return make_loud(cls, fields)


def make_loud(cls: Any, fields: dict[str, Any]) -> Any:
    """A module with weights large enough that what it is given changes what it gives."""
    with torch.device("meta"):
        try:
            count = sum(parameter.numel() for parameter in cls(**fields).parameters())
        except (RuntimeError, NotImplementedError):
            # not every model can be made without numbers
            count = 0
    if count > MOST_NUMBERS:
        raise ValueError(f"{cls.__name__} has {count} parameters, which are too many")
    torch.manual_seed(5)
    module = cls(**fields)
    for parameter in module.parameters():
        if parameter.ndim > 1 and parameter.is_floating_point():
            torch.nn.init.normal_(parameter, std=1.2 / parameter[0].numel() ** 0.5)
    return module.eval()


def make_picture(mode: str = "RGB", side: int = SIDE) -> Pillow.Image:
    """A picture to begin from."""
    grey = Pillow.linear_gradient("L").resize((side, side))
    return grey if mode == "L" else Pillow.merge("RGB", (grey, grey.rotate(90), grey.rotate(180)))


def call_values(cls: type[Any]) -> dict[str, Any]:
    """Arguments of a pipeline's call by their names, small; what it can do without is left out."""
    parameters = inspect.signature(cls.__call__).parameters
    frames = [make_picture().rotate(10 * number) for number in range(5)]
    values: dict[str, Any] = {
        "prompt": "a fox", "num_inference_steps": STEPS, "height": SIDE, "width": SIDE, "image": make_picture(),
        "mask_image": make_picture("L"), "control_image": make_picture(), "num_frames": 5, "strength": 0.9,
        "max_sequence_length": 16, "class_labels": [1], "video": frames, "control_video": frames, "video_length": 4,
        "audio_length_in_s": 0.1, "audio_end_in_s": 0.1, "original_image": make_picture(),
        "mask": make_picture("L"), "pose_video": frames, "face_video": frames, "control_mask": make_picture("L"),
        "conditioning_frames": frames, "token_indices": [1],
        # Else they enlarge what they are given to a megapixel
        "max_area": SIDE * SIDE, "_auto_resize": False,
    }  # fmt: skip
    if "ControlNetUnion" in cls.__name__:
        values["control_mode"] = 0
    if "VACE" in cls.__name__:
        values["mask"] = [make_picture("L")] * 5
    if "PixArt" in cls.__name__ or cls.__name__.startswith(("Sana", "Lumina")):
        # Else they choose a size near a megapixel
        values["use_resolution_binning"] = False
    if "height" not in parameters:
        del values["height"], values["width"]
    needs_image = bool(_FROM_IMAGE.search(cls.__name__))
    return {
        name: value
        for name, value in values.items()
        if name in parameters
        and (name != "image" or needs_image or parameters[name].default is inspect.Parameter.empty)
    }


def draw(pipeline: Any, **more: Any) -> Any:
    """What the plain library draws with a seed."""
    values = {**call_values(type(pipeline)), **more}
    if "generator" in inspect.signature(type(pipeline).__call__).parameters and "generator" not in values:
        values["generator"] = torch.Generator("cpu").manual_seed(5)
    return pipeline(**values)
