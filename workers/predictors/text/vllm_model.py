"""A language model that vLLM runs: prompts, chats, stops and outputs are those of any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from workers.contract.devices import free_host_bytes
from workers.contract.predictor import Device, PredictionContext, SetupContext, VersionRefusedError
from workers.predictors.engines import AT_ONCE, MOST_RANK, WITHOUT_SOCKETS, adapter_refusal, vllm_refusal
from workers.predictors.pretrained import read_parts, weight_files
from workers.predictors.text.chat.conversation import Conversation
from workers.predictors.text.engine import Request
from workers.predictors.text.folder import read_limits
from workers.predictors.text.grammar import Grammars
from workers.predictors.text.inputs import own_defaults, read_own_config
from workers.predictors.text.model import TextModel
from workers.predictors.text.prompts import PromptEncoder
from workers.predictors.text.streaming import TokenSink
from workers.predictors.text.vllm_engine import VllmEngine

MAX_LORAS = 4
MOST_UTILIZATION = 0.9
# On a CPU: what the cache of keys and values may fill of the memory for models, and at most
CACHE_SHARE = 0.25
MOST_CACHE_BYTES = 8 * 2**30
CACHE_TEXTS = 16
BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}


class VllmModel(TextModel):
    """Tokenizer of one folder, and its model in vLLM; `generate` may be called from several threads."""

    def __init__(self, path: str, device: Device, context: SetupContext, options: dict[str, Any] | None = None) -> None:
        folder, given = Path(path), options or {}
        config, self._tokenizer = read_parts(folder)
        self._limits = read_limits(config, self._tokenizer)
        self._media = None
        own = read_own_config(folder)
        self._defaults = own_defaults(own)
        self._min_length = int(getattr(own, "min_length", None) or 0)
        text_config = config.get_text_config(decoder=True)
        rows = self._rows = int(text_config.vocab_size)
        ends = getattr(own, "eos_token_id", None)
        ends = ends if ends is not None else getattr(text_config, "eos_token_id", None)
        self._end_tokens = frozenset(
            end for end in (ends if isinstance(ends, Iterable) else [ends]) if end is not None and 0 <= end < rows
        )
        first = [self._tokenizer.bos_token_id, text_config.bos_token_id]
        self._prompts = PromptEncoder(
            self._tokenizer, rows, [*first, *sorted(self._end_tokens), self._tokenizer.pad_token_id]
        )
        self._conversation = Conversation(self._tokenizer, None)
        self._special = {
            number: token.content
            for number, token in self._tokenizer.added_tokens_decoder.items()
            if token.special and number not in self._end_tokens
        }
        self._grammars = Grammars(self._tokenizer, rows, self._end_tokens)
        self._has_own_processors = False
        self.why_not_batched = None
        weights = sum(file.stat().st_size for file in weight_files(folder))
        context.loading("read", 0, weights)
        arguments, self._bytes = _arguments(folder, text_config, device, given, self._limits.context, weights, context)
        try:
            engine = VllmEngine(arguments)
        except PermissionError as error:
            raise VersionRefusedError(WITHOUT_SOCKETS) from error
        context.loading("warm-up", weights, weights)
        self.batch = _Batch(engine, arguments["max_model_len"])  # type: ignore[assignment]
        self.adapters = _Adapters(engine)  # type: ignore[assignment]

    def facts(self) -> dict[str, Any]:
        """How it runs, for those who look after it."""
        return {"engine": "vllm"}

    def size_bytes(self) -> int:
        """Bytes of the model's weights and of vLLM's cache of keys and values."""
        return self._bytes

    def _vocabulary(self) -> int:
        return min(len(self._tokenizer), self._rows)


class _Batch:
    """vLLM's batches as the model calls its own."""

    def __init__(self, engine: VllmEngine, context: int | None) -> None:
        self._engine = engine
        self._context = context

    def room(self, prompt_tokens: int) -> int:
        return 2**31 - 1 if self._context is None else max(1, self._context - prompt_tokens)

    def run(self, context: PredictionContext, request: Request, sink: TokenSink) -> int:
        return self._engine.run(context, request, sink)

    def close(self) -> None:
        self._engine.close()


class _Adapters:
    """The adapters of a model that vLLM runs: each request names its own, and all share batches."""

    def __init__(self, engine: VllmEngine) -> None:
        self._engine = engine

    @contextmanager
    def use(self, context: PredictionContext) -> Iterator[None]:
        if context.adapter is not None and (refusal := adapter_refusal(context.adapter.path)):
            raise VersionRefusedError(refusal)
        yield

    def drop(self, version: str) -> None:
        self._engine.drop_adapter(version)


def _arguments(
    folder: Path,
    config: Any,
    device: Device,
    options: dict[str, Any],
    context_tokens: int | None,
    weights: int,
    context: SetupContext,
) -> tuple[dict[str, Any], int]:
    """Arguments of `AsyncEngineArgs` for a folder, and the bytes that the model will fill."""
    if refusal := vllm_refusal(folder):
        raise VersionRefusedError(refusal)
    arguments: dict[str, Any] = {
        "model": str(folder),
        "tokenizer": str(folder),
        "dtype": device.dtype,
        "trust_remote_code": False,
        "load_format": "safetensors",
        # what the model's own configuration says of sampling is among the defaults of the version's inputs
        "generation_config": "vllm",
        "max_model_len": context_tokens,
        "max_num_seqs": AT_ONCE,
        "enable_prefix_caching": True,
        "enable_lora": _takes_loras(config),
        "structured_outputs_config": {"backend": "guidance"},
        "tensor_parallel_size": int(options.get("tensor_parallel", 1)),
        "disable_log_stats": True,
    }
    if arguments["enable_lora"]:
        arguments |= {"max_loras": MAX_LORAS, "max_lora_rank": MOST_RANK}
    if device.name == "cuda":
        import torch

        total = int(torch.cuda.get_device_properties(0).total_memory)
        share = MOST_UTILIZATION if context.room_bytes is None else min(MOST_UTILIZATION, context.room_bytes / total)
        return {**arguments, "gpu_memory_utilization": share}, int(share * total)
    room = (free_host_bytes() if context.room_bytes is None else context.room_bytes) - weights
    token = _bytes_of_token(config, BYTES.get(device.dtype, 4))
    texts = CACHE_TEXTS * (context_tokens or 4096) * token
    cache = int(min(texts, max(CACHE_SHARE * room, 2**26), MOST_CACHE_BYTES, psutil.virtual_memory().total // 4))
    if context_tokens is not None:
        # the least that a cache has to hold is one text
        arguments["max_model_len"] = max(1, min(context_tokens, cache // token))
    # torch's compiler needs one for C++, which a worker on CPUs need not have
    return {**arguments, "kv_cache_memory_bytes": cache, "enforce_eager": True}, weights + cache


def _bytes_of_token(config: Any, size: int) -> int:
    """Bytes of keys and values of one token in all layers."""
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return int(2 * config.num_hidden_layers * heads * width * size)


def _takes_loras(config: Any) -> bool:
    """Whether vLLM puts LoRAs on models of this architecture."""
    from vllm.model_executor.models import ModelRegistry
    from vllm.model_executor.models.interfaces import supports_lora

    try:
        return bool(supports_lora(ModelRegistry.models[(config.architectures or [""])[0]].load_model_cls()))
    except Exception:  # one that cannot be imported here says so when it is loaded
        return False
