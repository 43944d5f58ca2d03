"""vLLM's asynchronous engine behind plain calls: what enters is a request, what comes out are its tokens.

vLLM runs models in processes of its own (https://docs.vllm.ai). They belong to the runner's process group and end with
it; where one of them dies, this runner ends too, as it does where a model takes it down.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Coroutine, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from workers.contract.context import Adapter
from workers.contract.predictor import PredictionContext
from workers.predictors.text.log_probabilities import LogProbabilities
from workers.predictors.text.streaming import TokenSink

if TYPE_CHECKING:
    from workers.predictors.text.engine import Request

logger = logging.getLogger(__name__)

ENGINE_DIED = 70
STOP_SECONDS = 10.0
T = TypeVar("T")
_ENVIRONMENT = {
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_DO_NOT_TRACK": "1",
    # a fork of a process with threads may hang
    "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
    # its processes listen to this machine alone
    "VLLM_HOST_IP": "127.0.0.1",
}


class VllmEngine:
    """One model in vLLM; `run` may be called from several threads. `arguments` are those of `AsyncEngineArgs`."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        os.environ.setdefault("VLLM_CACHE_ROOT", str(Path(tempfile.gettempdir()) / "vllm"))
        self._loop = asyncio.new_event_loop()
        self._numbers = itertools.count(1)
        self._loras = _Loras()
        # The thread lives as long as the engine: the kernel tells its processes of the end of the thread that made them
        self._thread = threading.Thread(target=self._loop.run_forever, name="vllm", daemon=True)
        self._thread.start()
        try:
            self._llm = self._call(_open(arguments))
        except BaseException:
            self._end_thread()
            raise

    def run(self, context: PredictionContext, request: Request, sink: TokenSink) -> int:
        """Feed the sink until the request is done; returns early when it was asked to stop.

        Gives how many tokens of the prompt were in the cache of prefixes.
        """
        lora = self._loras.of(context.adapter) if context.adapter is not None else None
        return self._call(self._stop_with(context, self._feed(request, sink, lora)))

    def drop_adapter(self, version: str) -> None:
        """Free an adapter that nobody needs any more."""
        if (number := self._loras.drop(version)) is not None:
            asyncio.run_coroutine_threadsafe(self._llm.remove_lora(number), self._loop)

    def close(self) -> None:
        """End vLLM's processes."""
        try:
            # in the loop, whose tasks then know that its processes ended on purpose
            self._call(self._shut_down())
        finally:
            self._loras.close()
            self._end_thread()

    async def _shut_down(self) -> None:
        self._llm.shutdown()

    def _end_thread(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_SECONDS)

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _stop_with(self, context: PredictionContext, work: Coroutine[Any, Any, int]) -> int:
        """Do the work, and leave it as soon as the prediction is asked to stop; then vLLM aborts its request."""
        task = asyncio.ensure_future(work)

        def stop() -> None:
            self._loop.call_soon_threadsafe(task.cancel)

        with context.when_cancelled(stop):
            try:
                return await task
            except asyncio.CancelledError:
                return 0

    async def _feed(self, request: Request, sink: TokenSink, lora: Any) -> int:
        from vllm.v1.engine.exceptions import EngineDeadError

        prompt = {"prompt_token_ids": list(request.tokens), "cache_salt": request.scope or "-"}
        name = f"{next(self._numbers)}"
        log = request.log if isinstance(request.log, LogProbabilities) else None
        outputs = self._llm.generate(prompt, parameters(request), name, lora_request=lora)
        cached = position = 0
        try:
            async with aclosing(outputs):
                async for output in outputs:
                    cached = output.num_cached_tokens or cached
                    (choice,) = output.outputs
                    for number, token in enumerate(choice.token_ids):
                        if log is not None and choice.logprobs is not None:
                            entries = choice.logprobs[number]
                            log.note(position, token, {key: each.logprob for key, each in entries.items()})
                        position += 1
                        if sink.take(token):
                            return cached
        except EngineDeadError:
            logger.critical("vLLM's process died, and this runner ends with it", exc_info=True)
            os._exit(ENGINE_DIED)
        return cached


async def _open(arguments: dict[str, Any]) -> Any:
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.v1.engine.async_llm import AsyncLLM

    return AsyncLLM.from_engine_args(AsyncEngineArgs(**arguments))


def parameters(request: Request) -> Any:
    """A request's sampling as vLLM takes it."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

    sampling, grammar = request.sampling, request.grammar
    log = request.log if isinstance(request.log, LogProbabilities) else None
    return SamplingParams(
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        top_k=sampling.top_k,
        min_p=sampling.min_p,
        seed=None if sampling.is_greedy else sampling.seed,
        repetition_penalty=sampling.repetition_penalty,
        presence_penalty=sampling.presence_penalty,
        frequency_penalty=sampling.frequency_penalty,
        logit_bias=dict(sampling.bias) or None,
        max_tokens=request.room,
        min_tokens=min(sampling.min_new_tokens, request.room),
        # what ends a text is named here, and looked at by the sink
        ignore_eos=grammar is None,
        stop_token_ids=sorted(request.ends),
        logprobs=log.likeliest if log is not None else None,
        structured_outputs=StructuredOutputsParams(grammar=grammar.source) if grammar is not None else None,
        detokenize=False,
        output_kind=RequestOutputKind.DELTA,
    )


class _Loras:
    """The adapters that vLLM was told of, each with a number and a copy of its files.

    vLLM's processes may read the base's folder alone, and what lies in the runner's own.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="loras-"))
        self._lock = threading.Lock()
        self._numbers: dict[str, int] = {}
        self._last = 0

    def of(self, adapter: Adapter) -> Any:
        from vllm.lora.request import LoRARequest

        with self._lock:
            number = self._numbers.get(adapter.version)
            if number is None:
                number = self._last = self._last + 1
                copy_files(adapter.path, adapter.files, self._folder / str(number))
                self._numbers[adapter.version] = number
        return LoRARequest(adapter.version, number, str(self._folder / str(number)))

    def drop(self, version: str) -> int | None:
        with self._lock:
            number = self._numbers.pop(version, None)
        if number is not None:
            shutil.rmtree(self._folder / str(number), ignore_errors=True)
        return number

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def copy_files(folder: Path, names: Iterable[str], target: Path) -> None:
    """Copy an adapter's files: those that are named, or all where none are."""
    target.mkdir(parents=True)
    for source in [folder / name for name in names] or [path for path in folder.iterdir() if path.is_file()]:
        shutil.copyfile(source, target / source.name)
