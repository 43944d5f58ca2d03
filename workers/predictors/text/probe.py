"""Whether a batch gives what plain `generate` gives: tried with the model's own weights when it is loaded.

Attention that the paged path does not do, modules that keep something between two calls, layers that attend by
themselves: all of them can run without an error and write something else. So scores are compared, not only tokens: the
tokens of a model whose scores differ a little may be the same for the prompts of a try.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

import torch
from transformers import GenerationConfig, PreTrainedModel

from workers.predictors.text.engine import CannotBatchError

# one longer than a step of the try takes and longer than a page, one that shares its first page, one of a few tokens
_LENGTHS = (27, 3, 20)
_SHARED = 18
NEW_TOKENS = 3
# How far scores may differ, as a part of their spread. Equal arithmetic in another order gives 1e-6 in single
# precision; what a half precision number rounds away is a few thousand times as much.
_TOLERANCE = {torch.float64: 1e-4, torch.float32: 1e-4}
_TOLERANCE_OF_HALF = 0.04


def probe_prompts(vocabulary: int, context: int | None) -> list[list[int]]:
    """Prompts of different lengths out of a vocabulary of so many tokens; two of them begin alike."""
    numbers = random.Random(1)  # noqa: S311 - the same for each load
    longest = max(1, (context or 1000) - NEW_TOKENS)
    first, *others = ([numbers.randrange(vocabulary) for _ in range(min(n, longest))] for n in _LENGTHS)
    return [first, *others[:-1], first[:_SHARED] + others[-1][_SHARED:]]


def generate_scores(model: Any, prompts: list[list[int]], new_tokens: int = NEW_TOKENS) -> list[list[torch.Tensor]]:
    """For each prompt the raw scores of the first tokens that `generate` writes, each of shape (vocabulary,)."""
    config = GenerationConfig(
        do_sample=False,
        max_new_tokens=new_tokens,
        min_new_tokens=None,
        eos_token_id=None,
        pad_token_id=0,
        output_logits=True,
        return_dict_in_generate=True,
    )
    scores = []
    for prompt in prompts:
        tokens = torch.tensor([prompt], device=model.device)
        output = model.generate(tokens, attention_mask=torch.ones_like(tokens), generation_config=config)
        scores.append([step[0].float().cpu() for step in output.logits])
    return scores


def looks_ahead(model: Any, vocabulary: int, context: int | None) -> bool:
    """Whether a token changes the scores of those before it, as in encoders, which fill gaps and cannot write on."""
    prompt = probe_prompts(vocabulary, context)[0]
    tokens = torch.tensor([prompt, [*prompt[:-1], (prompt[-1] + 1) % vocabulary]], device=model.device)
    with torch.inference_mode():
        # each alone, as experts share out room among all tokens of a call
        rows = [model(input_ids=row[None], attention_mask=torch.ones_like(row[None])).logits[0, :-1] for row in tokens]
    one, other = (row.float() for row in rows)
    difference = (one - other).square().mean().sqrt()
    return bool(difference > one.std(correction=0) * _TOLERANCE_OF_HALF)


def compare_scores(expected: list[torch.Tensor], actual: list[torch.Tensor], dtype: torch.dtype) -> None:
    """Compare the scores of one prompt, token by token, for as long as both ways chose the same tokens.

    Raises:
        CannotBatchError: they differ by more than numbers of this type round.
    """
    tolerance = _TOLERANCE.get(dtype, _TOLERANCE_OF_HALF)
    if len(actual) < len(expected):
        raise CannotBatchError(f"a batch gave {len(actual)} of {len(expected)} tokens")
    for one, other in zip(expected, actual, strict=False):
        # what is ruled out in both says nothing
        either = torch.isfinite(one) | torch.isfinite(other)
        one, other = one[either], other[either]
        difference = (one - other).square().mean().sqrt() / one.std(correction=0).clamp_min(1e-12)
        if not bool(difference <= tolerance):
            raise CannotBatchError(
                f"its scores in a batch differ from those of `generate` by {float(difference):.2g} of their spread"
            )
        if int(one.argmax()) != int(other.argmax()):
            # so close that rounding decides; what follows has another beginning
            break


class ModelState:
    """What a model's modules hold beside their parameters, and how they attend, at one moment."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._modules = [
            (
                module,
                copy(module.__dict__),
                {name: (value, None if value is None else value.clone()) for name, value in module._buffers.items()},
            )
            for module in model.modules()
        ]
        self._attention = {id(config): (config, config._attn_implementation_internal) for config in _configs(model)}

    def restore(self) -> None:
        """Put back everything as it was."""
        for module, state, buffers in self._modules:
            module.__dict__.clear()
            module.__dict__.update(state)
            for name, (value, content) in buffers.items():
                module._buffers[name] = value
                if value is not None and content is not None and not torch.equal(value, content):
                    value.copy_(content)
        for config, attention in self._attention.values():
            config._attn_implementation_internal = attention


def _configs(model: Any) -> Iterator[Any]:
    """The configurations of a model and of its parts."""
    left = [module.config for module in model.modules() if isinstance(module, PreTrainedModel)]
    while left:
        config = left.pop()
        yield config
        left += [part for name in config.sub_configs if (part := getattr(config, name, None)) is not None]


def keeps_state(model: Any, run: Callable[[], Any]) -> bool:
    """Whether a run leaves something in the model's modules that another run at the same time would write over."""

    def look() -> dict[tuple[int, str], tuple[Any, int]]:
        return {
            (number, name): (value, value._version if torch.is_tensor(value) and not value.is_inference() else 0)
            for number, module in enumerate(model.modules())
            for holder in (vars(module), module._buffers)
            for name, value in holder.items()
        }

    before = look()
    run()
    after = look()
    return before.keys() != after.keys() or any(
        value is not before[key][0] or version != before[key][1] for key, (value, version) in after.items()
    )
