"""Small configurations of any architecture of transformers, by rules on the names of their fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from transformers import PreTrainedConfig
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

VOCABULARY = 400
WIDTH = 32
HEADS = 4
HEAD = 8
CONTEXT = 128
END, PAD = 0, 1

# The first rule whose pattern matches the whole name of a field gives its small value; larger numbers than that alone
# are replaced. A name that no rule knows keeps its number.
RULES: tuple[tuple[str, int], ...] = (
    (r"type_vocab_size|.*_multiple_of|.*divisible_by", 10**9),
    (r".*vocab_size(_per_layer_input|_base)?|embedding_table_size", VOCABULARY),
    (r"codebook_size|num_embeddings|num_position_embeddings|encoder_hash_byte_group_vocab", 64),
    (r"max_position_embeddings|n_positions|max_seq_len|seq_length|max_(source|target)_positions|n_ctx", CONTEXT),
    (r"max_sequence_length|model_max_length|max_pos_emb|t2u_max_position_embeddings", CONTEXT),
    (r"sliding_window(_size)?|window_size|attention_window|attention_chunk_size|local_attention|block_size", 16),
    (r"chunk_size|mamba_chunk_size|chunk_len|index_topk|index_block_size|local_window_size", 16),
    # what a token is sent to
    (r"(num|n|moe_num)_(routed_|local_)?experts|num_moe_experts|moe_layers_num|n_experts", 4),
    (r"num_experts_per_tok(en)?|moe_top_?k|moe_k|top_k_experts|num_selected_experts|router_top_k", 2),
    (r"n_group|num_expert_group|topk_group|n_topk_group|(num|n|moe_num)_shared_experts|mamba_n_groups|n_groups", 1),
    (r"zero_expert_num", 1),
    # heads
    (r"(.*_)?(num_)?(key_value|kv)_heads|linear_num_key_heads|n_head_kv|attention_groups", 2),
    (r"index_n_heads|linear_num_value_heads|linear_num_heads", 4),
    (r"mamba_(n|num)_heads|n_mamba_heads|num_heads_mamba", 8),
    (r".*attention_heads|n_heads?|num_heads|heads", HEADS),
    (r"qk_head_dim", 2 * HEAD),
    (r"(.*_)?head_dim|dim_head|d_kv|kv_channels|mamba_d_head|.*rope_head_dim|rotary_dim|.*_dim_head", HEAD),
    (r".*lora_rank|.*_rank|lora_.*_dim|d_rel|hc_lowrank", 8),
    # depths
    (r"(.*_)?(hidden_)?layers|n_layers?|depth|num_blocks|(encoder|decoder)_depth|num_(encoder|decoder)_blocks", 2),
    (r"first_k_dense_replace|num_dense_layers|num_kv_shared_layers|num_nextn_predict_layers|n_layer_dense", 1),
    # widths
    (r"moe_intermediate_size|.*expert.*intermediate_size|moe_.*intermediate.*|.*expert_dim", WIDTH),
    (
        r".*intermediate_size.*|.*ffn_dim|d_ff|dim_ff|n_inner|mlp_dim|ffn_hidden_size|dff|feedforward_.*size|ffn_size",
        2 * WIDTH,
    ),
    (r"hidden_size_per_layer_input|ple_embed_dim", 8),
    (r"mamba_d_state|ssm_state_size|state_size|mamba_state_dim|d_state", 8),
    (r"attention_hidden_size|lru_width|d_inner|.*projection_dim|output_dim|out_hidden_size", WIDTH),
    (
        r".*hidden_size|hidden_dim|d_model|n_embd|(.*_)?embed_dim|emb_dim|dim_model|.*embedding_size|word_embed_proj_dim",
        WIDTH,
    ),
    (r"adapter_(in|out)_dim|adapter_input_size|hidden_size_global", WIDTH),
    (
        r"embedding_dim|encoder_dim|decoder_dim|model_dim|width|projector_hidden_size|cross_attention_hidden_size|d_embed",
        WIDTH,
    ),
    # pictures
    (r"image_size", 32),
    (r"query_pre_attn_scalar", HEAD),
    (r"num_filters|base_channels|latent_channels|.*upsample_groups|upsample_initial_channel", 32),
)
ROPE = {"rope_type": "default", "rope_theta": 10_000.0}
ROPES = {"sliding_attention": ROPE, "full_attention": ROPE}
# The few architectures whose fields mean something else, or have to fit each other, by their model type
EXCEPTIONS: dict[str, dict[str, Any]] = {
    "bamba": {"attn_layer_indices": [1]},
    "granitemoehybrid": {"layer_types": ["mamba", "attention"]},
    "jamba": {"attn_layer_period": 2, "attn_layer_offset": 1, "expert_layer_period": 2, "expert_layer_offset": 1},
    "mamba2": {"num_heads": 8},
    "blt": {"num_hidden_layers": 2},
    "cohere_compass_text": {"layer_types": ["sliding_attention", "full_attention"], "rope_parameters": ROPES},
    "dbrx": {"rope_parameters": ROPE, "attn_config": {"kv_n_heads": 2, "rope_theta": 1e4, "clip_qkv": 8}},
    "dots3_note_text": {
        **{f"swa_{name}": HEADS for name in ("num_attention_heads", "num_key_value_heads")},
        **{f"swa_{name}": 8 for name in ("q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "v_head_dim")},
        "swa_head_dim": 16,
        "num_key_value_heads": HEADS,
    },
    "encoder-decoder": {"decoder": {"is_decoder": True, "add_cross_attention": True}},
    "gemma3n_text": {
        "num_hidden_layers": 4,
        "num_kv_shared_layers": 2,
        "layer_types": ["sliding_attention", "full_attention"] * 2,
        "activation_sparsity_pattern": [0.5, 0.0, 0.0, 0.0],
        "intermediate_size": [64] * 4,
    },
    "granite_speech_encoder": {"context_size": 16, "max_pos_emb": 32},
    "granite_speech_plus_encoder": {"context_size": 16, "max_pos_emb": 32},
    "lfm2_moe": {"layer_types": ["conv", "full_attention"]},
    "nemotron": {"num_key_value_heads": 2},
    # it counts places from the number of its padding
    "prophetnet": {"pad_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 0},
    "qwen4_exp_text": {
        "indexer_n_heads": 2,
        "indexer_kv_heads": 1,
        "indexer_head_dim": 8,
        "indexer_budget": 16,
        "indexer_compress_ratio": 4,
    },
    "vibevoice_acoustic_tokenizer_encoder": {"num_filters": 4, "downsampling_ratios": [2, 2], "depths": [1, 1, 1]},
    "reformer": {
        "is_decoder": True,
        "axial_pos_shape": [8, 16],
        "axial_pos_embds_dim": [16, 16],
        "attn_layers": ["local", "lsh"],
    },
    "xlstm": {"num_heads": 2, "hidden_size": 128, "embedding_dim": 128},
    "xmod": {"default_language": "en_XX", "languages": ["en_XX"], "is_decoder": True},
    "zamba": {
        "num_hidden_layers": 4,
        "layers_block_type": ["linear_attention", "hybrid"] * 2,
        "attention_hidden_size": 2 * WIDTH,
        "attention_head_dim": 16,
    },
    "zamba2": {
        "num_hidden_layers": 4,
        "layers_block_type": ["mamba", "hybrid"] * 2,
        "mamba_ngroups": 1,
        "attention_hidden_size": 2 * WIDTH,
        "attention_head_dim": 16,
    },
    "dory": {
        "num_hidden_layers": 3,
        "n_input_layers": 1,
        "n_recurrent_layers": 1,
        "n_output_layers": 1,
        "ngpt_alpha_init": 1.0,
        "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
    },
    "ctrl": {"n_embd": WIDTH},
}

_SCALED_BY_LAYERS = re.compile(r"(.*_)?(num_)?(hidden_)?layers|n_layers?|depth|num_blocks")
_OF_THE_LIBRARY = {
    "model_type",
    "architectures",
    "id2label",
    "label2id",
    "transformers_version",
    "torch_dtype",
    "dtype",
    # what its other fields say already
    "per_layer_config",
}
_MAY_BE_NONE = re.compile(r"key_value_heads|expert|moe|head_dim|head_dimension|lora_rank|group")
_TOKENS = re.compile(r".*_token_(id|index)|.*_id(s)?_token|.*_token_ids")


def default_config(model_type: str) -> PreTrainedConfig:
    """The configuration that transformers has for a type where nothing is said."""
    return CONFIG_MAPPING[model_type]()


def small_configs(model_type: str) -> Iterator[PreTrainedConfig]:
    """Small configurations of a type, likeliest first; not every one of them can be built."""
    default = default_config(model_type)
    special = EXCEPTIONS.get(model_type, {})
    errors = []
    for variant in VARIANTS:
        try:
            config = type(default)(**merge(small_fields(default, variant), special))
        except Exception as error:
            errors.append(error)
        else:
            yield config
    if len(errors) == len(VARIANTS):
        raise errors[0]


# What is tried where the fields of the rules do not fit each other
VARIANTS: tuple[dict[str, Any], ...] = (
    {},
    {"all_heads": True},
    {"begins": True},
    {"nones": True},
    {"nones": True, "begins": True},
    {"layers": 4},
    {"no_head": True},
    {"all_heads": True, "no_head": True},
    {"layers": 4, "all_heads": True, "no_head": True},
    {"whole_parts": True},
)


def merge(fields: dict[str, Any], special: dict[str, Any]) -> dict[str, Any]:
    """Fields with others in their place, those of a part in the part."""
    inner = {
        name: {**fields[name], **value}
        for name, value in special.items()
        if isinstance(value, dict) and "model_type" in (fields.get(name) or {})
    }
    return {**fields, **special, **inner}


def small_fields(config: PreTrainedConfig, variant: dict[str, Any]) -> dict[str, Any]:
    """The fields that make a configuration small, those of its parts among them."""
    values = config.to_dict()
    values |= {name: part for name in values if isinstance(part := vars(config).get(name), PreTrainedConfig)}
    depths = (values.get(name) for name in ("num_hidden_layers", "num_layers", "n_layer", "n_layers"))
    depth = next((depth for depth in depths if isinstance(depth, int)), None)
    rows = _layers(values, depth, variant.get("layers", 2))
    fields: dict[str, Any] = {}
    for name, value in values.items():
        if name in _OF_THE_LIBRARY:
            continue
        if isinstance(value, PreTrainedConfig):
            part = {"model_type": value.model_type, **small_fields(value, variant)}
            if variant.get("whole_parts"):
                # its numbers may be others than those of its type
                numbers = {key: number for key, number in value.to_dict().items() if type(number) is int}
                part = {**numbers, **part}
            fields[name] = merge(part, EXCEPTIONS.get(value.model_type, {}))
        elif not _TOKENS.fullmatch(name):
            small = _small_value(name, value, values, variant, depth, rows)
            if small is not None:
                fields[name] = small
    fields |= _token_fields(values)
    if variant.get("no_head"):
        fields.pop("head_dim", None)
    fields["bos_token_id"] = END if variant.get("begins") else None
    fields["eos_token_id"] = END
    fields["pad_token_id"] = PAD
    if values.get("is_encoder_decoder"):
        fields["decoder_start_token_id"] = PAD
    return fields


def _token_fields(values: dict[str, Any]) -> dict[str, Any]:
    """Numbers of tokens that the small vocabulary has: of its end, its padding, and others from its last downwards."""
    fields: dict[str, Any] = {}
    last = VOCABULARY - 1
    for name, value in values.items():
        if not _TOKENS.fullmatch(name):
            continue
        if name.startswith("eos") or name == "forced_eos_token_id":
            fields[name] = END
        elif name.startswith(("pad", "decoder_start")):
            fields[name] = PAD
        elif isinstance(value, int) and value >= VOCABULARY - 40:
            last -= 1
            fields[name] = last
        elif isinstance(value, list):
            fields[name] = [v for v in value if v < VOCABULARY]
    return fields


def _small_value(
    name: str, value: Any, values: dict[str, Any], variant: dict[str, Any], depth: int | None, rows: list[int]
) -> Any:
    """What stands for this value in a small configuration; None where it stays."""
    if isinstance(value, dict) and "mrope_section" in value:
        return {**value, "mrope_section": [2, 1, 1]}
    if value is None and variant.get("nones") and _MAY_BE_NONE.search(name):
        return _small_number(name, 10**9, values, variant)
    if isinstance(value, bool) or value is None:
        return None
    if name == "vocab_size" and isinstance(value, int):
        # no smaller than the tokenizer's
        return VOCABULARY
    if isinstance(value, (list, tuple)) and depth is not None:
        return _small_list(name, list(value), depth, rows)
    if "softcap" in name and isinstance(value, (int, float)):
        # so small that the scores reach it
        return 2.0
    if not isinstance(value, int):
        return None
    small = _small_number(name, value, values, variant)
    if small == 2 and _SCALED_BY_LAYERS.fullmatch(name) and value == depth:
        small = len(rows)
    return small if small is not None and small < value else None


def _small_list(name: str, value: list[Any], depth: int, rows: list[int]) -> list[Any] | None:
    """A list with an entry for each layer, or with numbers of layers, for the layers that stay."""
    if len(value) == depth > 1:
        return list(range(len(rows))) if value == list(range(depth)) else [value[row] for row in rows]
    numbers = all(isinstance(v, int) and not isinstance(v, bool) and v >= 0 for v in value)
    if value and numbers and re.search(r"layers|idx|index", name):
        return [v for v in value if v < len(rows)] or [len(rows) - 1]
    return None


def _small_number(name: str, value: int, values: dict[str, Any], variant: dict[str, Any]) -> int | None:
    for pattern, small in RULES:
        if re.fullmatch(pattern, name):
            if re.fullmatch(r"(.*_)?num_key_value_heads|num_kv_heads|n_head_kv", name):
                heads = values.get(name.replace("key_value", "attention"))
                if variant.get("all_heads") or value == heads:
                    return HEADS
            return small
    return None


def _layers(values: dict[str, Any], depth: int | None, least: int) -> list[int]:
    """Which layers stay: the first of each kind that lists of this length tell apart, and no fewer than `least`."""
    if depth is None:
        return list(range(least))
    kinds = [v for v in values.values() if isinstance(v, (list, tuple)) and len(v) == depth and depth > 1]
    rows: list[int] = []
    for kind in kinds:
        if not all(isinstance(v, str) for v in kind):
            continue
        for each in dict.fromkeys(kind):
            row = list(kind).index(each)
            if row not in rows and not any(kind[r] == each for r in rows):
                rows.append(row)
    for row in range(depth):
        if len(rows) >= least:
            break
        if row not in rows:
            rows.append(row)
    return sorted(rows)
