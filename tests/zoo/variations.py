"""Language models that vary in what the zoo's have alike: heads, windows, experts, positions, tokens, numbers.

Each is drawn by its number, so that a failure can be looked at again.
"""

from __future__ import annotations

import logging
import random
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

from tests.unit.predictors import tiny_models
from tests.zoo.harness import Finding
from tests.zoo.text_checks import check_folder
from tests.zoo.text_models import Plain, fill_loudly

# Each with a way of its own to attend, to place tokens, or to share out work
TYPES = ("llama", "qwen2", "qwen3", "mistral", "gemma", "gemma3_text", "phi3", "gpt_oss", "mixtral", "qwen3_moe",
         "olmo2", "gpt_neox", "gpt2", "stablelm", "cohere2", "glm4", "smollm3", "starcoder2", "exaone4",
         "deepseek_v3", "granitemoe", "gpt_bigcode")  # fmt: skip
CONTEXT, ORIGINAL_CONTEXT = 192, 24
ATTEMPTS = 6
LONG_PROMPT = (
    "The quick brown fox jumps over the lazy dog. Pack my box with five dozen liquor jugs, said the 3rd judge! "
)
PROMPTS = (
    LONG_PROMPT * 2,
    "P",
    "lazy dog. Pack my box",
    LONG_PROMPT,
    "def f(x):\n    return x + 1",
    "Größe, façade, naïve",
    LONG_PROMPT + "and more words",
    "x",
    "said the 3rd judge!",
)


@dataclass(frozen=True)
class Variation:
    """A model as it was drawn."""

    model_type: str
    fields: dict[str, Any]
    generation: dict[str, Any] = field(default_factory=dict)
    dtype: torch.dtype = torch.float32
    """Of the numbers on disk."""

    def __str__(self) -> str:
        known = {name: value for name, value in self.fields.items() if name in _TOLD and value is not None}
        return f"{self.model_type} {known} {self.generation} {self.dtype}"


_TOLD = ("num_attention_heads", "num_key_value_heads", "head_dim", "tie_word_embeddings", "sliding_window",
         "rope_parameters", "vocab_size", "num_local_experts", "num_experts", "num_experts_per_tok", "eos_token_id",
         "bos_token_id", "pad_token_id", "use_sliding_window", "layer_types")  # fmt: skip


def draw(number: int) -> Variation:
    """The variation of this number; each type comes in turn."""
    chance = random.Random(number)
    model_type = TYPES[number % len(TYPES)]
    heads, groups = chance.choice([(4, 4), (4, 2), (4, 1), (6, 3), (3, 1), (8, 2), (5, 5)])
    head = chance.choice([8, 6, 12, 10, 16, 20])
    layers = chance.choice([1, 2, 3])
    fields: dict[str, Any] = {
        "vocab_size": chance.choice([400, 401, 403, 448]),
        "hidden_size": heads * chance.choice([8, head]),
        "intermediate_size": chance.choice([64, 50]),
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": groups,
        "head_dim": head,
        "max_position_embeddings": CONTEXT,
        "tie_word_embeddings": chance.choice([True, False]),
        "eos_token_id": chance.choice([0, [0, 7, 33], None]),
        "bos_token_id": chance.choice([None, 0, 399]),
        "pad_token_id": chance.choice([None, 1]),
        **_window(model_type, chance, layers),
        **_experts(model_type, chance),
    }
    if model_type in ("gpt2", "gpt_bigcode", "gpt_neox", "stablelm"):
        # these have no size of a head
        del fields["head_dim"]
        fields["hidden_size"] = heads * head
        head = head if model_type not in ("gpt_neox", "stablelm") else 4 * head
    if model_type in ("gpt2", "gpt_bigcode"):
        fields |= {"n_positions": CONTEXT, "multi_query": groups == 1}
        fields = {name: value for name, value in fields.items() if name != "num_key_value_heads"}
    elif model_type == "deepseek_v3":
        fields |= {"q_lora_rank": chance.choice([None, 8]), "kv_lora_rank": 8, "qk_nope_head_dim": 8,
                   "qk_rope_head_dim": 8, "v_head_dim": chance.choice([8, 16]), "num_key_value_heads": heads,
                   "moe_intermediate_size": 32, "first_k_dense_replace": 1, "n_group": 1, "topk_group": 1}  # fmt: skip
        del fields["head_dim"]
    else:
        fields |= _positions(model_type, chance, head)
    generation = {"repetition_penalty": 1.2} if chance.random() < 0.2 else {}
    return Variation(model_type, fields, generation, chance.choice([torch.float32, torch.bfloat16, torch.float16]))


def _window(model_type: str, chance: random.Random, layers: int) -> dict[str, Any]:
    width = chance.choice([4, 9, 16, 100])
    kinds = [chance.choice(["sliding_attention", "full_attention"]) for _ in range(layers)]
    if model_type in ("gemma3_text", "gpt_oss", "cohere2", "exaone4"):
        return {"sliding_window": width, "layer_types": kinds}
    if model_type in ("qwen2", "qwen3", "smollm3") and chance.random() < 0.5:
        return {"sliding_window": width, "use_sliding_window": True, "layer_types": kinds}
    if model_type in ("mistral", "mixtral", "phi3", "starcoder2"):
        return {"sliding_window": chance.choice([None, width])}
    return {}


def _experts(model_type: str, chance: random.Random) -> dict[str, Any]:
    count = chance.choice([2, 3, 5])
    chosen = chance.choice([1, 2])
    if model_type in ("mixtral", "gpt_oss", "granitemoe"):
        return {"num_local_experts": count, "num_experts_per_tok": chosen}
    if model_type == "qwen3_moe":
        step = {"decoder_sparse_step": chance.choice([1, 2]), "norm_topk_prob": chance.choice([True, False])}
        return {"num_experts": count, "num_experts_per_tok": chosen, "moe_intermediate_size": 32, **step}
    if model_type == "deepseek_v3":
        return {"n_routed_experts": count + 1, "num_experts_per_tok": chosen, "n_shared_experts": 1}
    return {}


def _positions(model_type: str, chance: random.Random, head: int) -> dict[str, Any]:
    """How tokens are told their places, where all have learnt it in a shorter context."""
    if model_type == "gemma3_text":
        return {}
    kind = chance.choice(["default", "linear", "dynamic", "yarn", "llama3", "longrope"])
    share = {"gpt_neox": 0.25, "stablelm": 0.25, "glm4": 0.5}.get(model_type, 1.0)
    rope: dict[str, Any] = {"rope_type": kind, "rope_theta": 10_000.0}
    if share != 1.0:
        rope["partial_rotary_factor"] = share
    if kind == "default":
        return {"rope_parameters": rope}
    rope |= {"factor": CONTEXT / ORIGINAL_CONTEXT, "original_max_position_embeddings": ORIGINAL_CONTEXT}
    if kind == "llama3":
        rope |= {"low_freq_factor": 1.0, "high_freq_factor": 4.0}
    if kind == "longrope":
        width = int(head * share) // 2
        rope |= {
            "short_factor": [1.0 + 0.1 * n for n in range(width)],
            "long_factor": [1.0 + 0.5 * n for n in range(width)],
        }
    return {"rope_parameters": rope, "original_max_position_embeddings": ORIGINAL_CONTEXT}


def build(variation: Variation, folder: Path) -> Path:
    """Write the model as the hub has it.

    Raises:
        Exception: whatever the library says where the fields do not fit each other.
    """
    config = AutoConfig.for_model(variation.model_type, **variation.fields)
    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_config(config).eval()
    fill_loudly(model)
    for name, value in variation.generation.items():
        setattr(model.generation_config, name, value)
    model.to(variation.dtype).save_pretrained(folder)
    tiny_models.tokenizer().save_pretrained(folder)
    return folder


def check_variation(number: int, root: Path) -> Finding:
    """Hold the first of some variations of this number that the plain library runs against it."""
    errors = []
    for attempt in range(ATTEMPTS):
        variation = draw(number + attempt * 1000 * len(TYPES))
        folder = root / f"{number}-{attempt}"
        try:
            plain = Plain(build(variation, folder))
            references = plain.references(PROMPTS)
        except Exception as error:  # whatever the plain library raises, it does not run this model
            errors.append(f"{variation}: {type(error).__name__}: {error}")
            continue
        finding = Finding(str(variation))
        check_folder(finding, folder, plain, references, PROMPTS)
        return finding
    return Finding(str(number), state="NOT BUILT", reason="; ".join(errors))


def main() -> None:
    """Print what differs, of all numbers or of those that are named."""
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    logging.disable(logging.ERROR)
    for number in map(int, sys.argv[1:]) if sys.argv[1:] else range(132):
        with tempfile.TemporaryDirectory(prefix="variation") as root:
            finding = check_variation(number, Path(root))
        print(number, "DIFFERS" if finding.faults else finding.state, finding.engine, finding.name, finding.why,
              finding.reason, *(f"\n    {fault[:400]}" for fault in finding.faults), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
