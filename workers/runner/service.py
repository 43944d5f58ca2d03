"""The runner: reads the supervisor's messages, runs predictions in threads of their versions, and answers."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from inspect import isgenerator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from workers.contract import checkpoints
from workers.contract.context import Adapter, CancelSignal, PredictionContext, current_prediction
from workers.contract.devices import Device, free_bytes, free_host_bytes, memory_budget
from workers.contract.devices import describe as describe_device
from workers.contract.failures import (
    INPUT_REJECTED,
    MODEL_UNAVAILABLE,
    OTHER_CODE,
    OUT_OF_MEMORY,
    InputRejectedError,
    ModelLoadError,
    VersionRefusedError,
    WallError,
    describe,
    explain,
    free_memory,
    is_out_of_memory,
)
from workers.contract.libraries import library_versions
from workers.contract.logs import traceback_of
from workers.contract.predictor import Predictor, SetupContext
from workers.contract.protocol import (
    Cancel,
    Canceled,
    Done,
    Failed,
    Forget,
    Inspect,
    Inspected,
    Load,
    Loading,
    Message,
    Pin,
    Ping,
    Pong,
    ProtocolError,
    Ready,
    Run,
    SetPreviews,
    Started,
    Stop,
    Timing,
    Tried,
    Try,
    VersionSpec,
    receive,
)
from workers.contract.tokenizers import check_tokenizers
from workers.contract.variables import ModelVariables
from workers.contract.watchdog import bounded, grace_seconds
from workers.contract.weights import check_numbers, count_numbers, loaded_bytes, safetensors_files, stored_numbers
from workers.predictors.library_errors import is_of_files, reason_of
from workers.predictors.registry import Registry, is_built_in
from workers.runner.containment import Containment
from workers.runner.model_cache import ModelCache
from workers.runner.outbox import Outbox
from workers.runner.pictures import MAX_PIXELS, check_pictures
from workers.runner.read_ahead import read_ahead

logger = logging.getLogger(__name__)


class Pools:
    """The threads of each version, kept while it is loaded: libraries hold caches for each thread that runs a model.

    Those of a version that is not in memory, since its load failed or nothing came so far, end with their last work.
    """

    def __init__(
        self,
        confine: Callable[..., None] = lambda *models: None,
        is_loaded: Callable[[str], bool] = lambda version: True,
    ) -> None:
        self._confine = confine
        self._is_loaded = is_loaded
        self._lock = threading.Lock()
        self._pools: dict[str, _Pool] = {}

    def submit(self, version: VersionSpec, size: int, work: Callable[[], None]) -> Future[None]:
        """Do some work in one of the version's `size` threads, which may read no model but its own and its base."""
        with self._lock:
            pool = self._pools.get(version.id)
            if pool is None:
                folders = (version.path, version.adapter)
                threads = ThreadPoolExecutor(size, f"version {version.id}", initializer=self._confine, initargs=folders)
                pool = self._pools[version.id] = _Pool(threads, version.model.id)
            future = pool.threads.submit(work)
            pool.count += 1
        # Behind the lock, since what has ended already is counted at once
        future.add_done_callback(lambda _: self._count_end(version.id, pool))
        return future

    def discard(self, version: str) -> None:
        """End the threads of a version, and of those that share its model, once what was submitted is done."""
        with self._lock:
            needless = [key for key, pool in self._pools.items() if version in (key, pool.model)]
            pools = [self._pools.pop(key) for key in needless]
        for pool in pools:
            pool.threads.shutdown(wait=False)

    def _count_end(self, version: str, pool: _Pool) -> None:
        is_loaded = self._is_loaded(pool.model)
        with self._lock:
            pool.count -= 1
            is_needless = not (pool.count or is_loaded) and self._pools.get(version) is pool
            if is_needless:
                del self._pools[version]
        if is_needless:
            pool.threads.shutdown(wait=False)


@dataclass(eq=False)
class _Pool:
    """Threads of a version, what is loaded for it, and how much of what they were given has not ended."""

    threads: ThreadPoolExecutor
    model: str
    count: int = 0


@dataclass(eq=False)
class _Task:
    """A prediction that this runner was given, and the work in its version's threads."""

    context: PredictionContext
    future: Future[None] | None = None


class Runner:
    """Serves one supervisor until it leaves."""

    def __init__(
        self,
        connection: Connection,
        registry: Registry,
        device: Device,
        max_bytes: int | None,
        prepare: Callable[[], None],
        idle_seconds: float = 0,
        max_pixels: int = MAX_PIXELS,
        load_seconds: float | None = None,
        containment: Containment | None = None,
    ) -> None:
        def leave() -> None:
            if not self._stopping:
                # without its supervisor a runner is of no use, whatever its threads are doing
                os._exit(0)

        weights: dict[str, list[Path]] = {}

        def estimate(spec: VersionSpec) -> int:
            if not spec.path:
                return 0
            # a folder may hold thousands of files, and is walked once a load
            files, options = _weight_files(spec), spec.options
            weights[spec.id] = files
            dtype = _with_dtype(device, spec).dtype
            return loaded_bytes(files, dtype, options.get("quantization"), options.get("cpu_offload"))

        def read_files(spec: VersionSpec, report: Callable[[int, int], None], check: Callable[[], None]) -> None:
            began = time.monotonic()

            def check_all() -> None:
                check()
                if load_seconds is not None and time.monotonic() - began > load_seconds:
                    raise VersionRefusedError(f"Reading its weights took more than {load_seconds:g} seconds.")

            if spec.path:
                # Half, since what else the machine does, and the load itself, need some too
                read_ahead(weights.pop(spec.id, []) or _weight_files(spec), free_host_bytes() // 2, report, check_all)

        self._connection = connection
        self._registry = registry
        self._device = device
        self._device_name = ""
        self._max_pixels = max_pixels
        self._load_seconds = load_seconds
        self._stopping = False
        self._outbox = Outbox(connection, broken=leave)
        self._missing_walls = containment.missing if containment else {}
        self._confine: Callable[..., None] = containment.confine_thread if containment else lambda *models: None
        self._advise = containment.advise if containment else lambda error: None
        self._pools = Pools(self._confine, lambda version: self._cache.holds(version))
        self._cache = ModelCache(
            load=self._load,
            budget=lambda: memory_budget(device) if max_bytes is None else max_bytes,
            estimate=estimate,
            unloaded=self._pools.discard,
            changed=lambda resident: self._outbox.put(replace(resident, free_bytes=free_bytes(device))),
            idle_seconds=idle_seconds,
            confine=self._enter_load,
            grace_seconds=grace_seconds(),
            read_ahead=read_files,
        )
        self._preparation = threading.Thread(target=prepare, name="prepare", daemon=True)
        self._tasks_lock = threading.Lock()
        self._tasks: dict[str, _Task] = {}

    def serve(self) -> int:
        """Read and act until the supervisor leaves; the exit code of the process."""
        self._outbox.start()
        device = describe_device(self._device)
        self._device_name = device[0]
        registry = self._registry
        broken = (registry.broken, sorted(map(str, registry.broken_sources)))
        self._outbox.put(Ready(self._device.name, registry.catalogue(), *device, self._missing_walls, *broken))
        self._preparation.start()
        try:
            while not self._stopping:
                self._handle(receive(self._connection))
        except (EOFError, OSError):
            return 0
        except ProtocolError:
            logger.exception("The supervisor sent what is no message")
            return 1
        # the supervisor waits this long: what models hold outside the process is given back now or never
        self._cache.shrink()
        return 0

    def _handle(self, message: Message) -> None:
        match message:
            case Run(prediction, _, version, values, files, traceparent, owner):
                with self._tasks_lock:
                    older = self._tasks.pop(prediction, None)
                if older is not None:
                    # an earlier attempt, which the supervisor gave up when it lost its lease
                    older.context.abandon()
                    self._outbox.drop(prediction)
                    self._cache.wake()
                context = PredictionContext(prediction, values, self._outbox, files, traceparent, owner)
                predictor = self._registry.get(version.predictor)
                has_code = version.code in (None, self._registry.code(version.predictor))
                if predictor is None or not has_code:
                    missing = "This runner has no predictor {!r}." if predictor is None else OTHER_CODE
                    context.finish(Failed(prediction, MODEL_UNAVAILABLE, missing.format(version.predictor)))
                    return
                context.captures = not is_built_in(predictor)
                if version.adapter is not None:
                    context.adapter = Adapter(version.id, Path(version.adapter), tuple(version.adapter_files))
                task = _Task(context)
                with self._tasks_lock:
                    self._tasks[prediction] = task
                work = partial(self._perform, message, task)
                task.future = self._pools.submit(version, predictor.max_concurrency, work)
            case Try() | Load():
                self._begin_try(message)
            case Pin(versions):
                self._cache.pin(versions)
            case Cancel(prediction):
                self._cancel(prediction)
            case SetPreviews(prediction, enabled):
                if (watched := self._task(prediction)) is not None:
                    watched.context.set_previews(enabled=enabled)
            case Inspect(version, measure):
                # A thread for each: one that hangs in a stranger's files must not hold up those behind it
                threading.Thread(target=self._inspect, args=(version, measure), name="inspect", daemon=True).start()
            case Forget(version):
                self._cache.forget(version)
            case Ping(nonce):
                self._outbox.put(Pong(nonce))
            case Stop():
                self._stopping = True
            case _:
                raise ProtocolError(f"{type(message).__name__} is not for the runner")

    def _cancel(self, prediction: str) -> None:
        canceled = self._task(prediction)
        if canceled is None:
            return
        canceled.context.cancel()
        self._cache.wake()
        if canceled.future is not None and canceled.future.cancel():
            self._remove(prediction, canceled)
            canceled.context.finish(Canceled(prediction))

    def _begin_try(self, message: Try | Load) -> None:
        version = message.version
        predictor = self._registry.get(version.predictor)
        if predictor is None or version.code not in (None, self._registry.code(version.predictor)):
            missing = "This runner has no predictor {!r}." if predictor is None else OTHER_CODE
            self._outbox.put(Tried(message.prediction, refusal=missing.format(version.predictor)))
            return
        task = _Task(PredictionContext(message.prediction, {}, TrySink(self._outbox)))
        with self._tasks_lock:
            self._tasks[message.prediction] = task
        work = partial(self._try, message, task)
        task.future = self._pools.submit(message.version, predictor.max_concurrency, work)

    def _task(self, prediction: str) -> _Task | None:
        with self._tasks_lock:
            return self._tasks.get(prediction)

    def _remove(self, prediction: str, task: _Task) -> None:
        with self._tasks_lock:
            if self._tasks.get(prediction) is task:
                del self._tasks[prediction]

    def _perform(self, run: Run, task: _Task) -> None:
        """Run a prediction in a thread of its version; whatever happens in it ends in one last message."""
        try:
            message = run_prediction(run, task.context, self._cache, self._max_pixels, self._advise, self._facts)
            if isinstance(message, Failed) and message.code == OUT_OF_MEMORY:
                # only here are the frames gone that held what was too much
                self._cache.shrink()
                free_memory()
            try:
                task.context.finish(message)
            except (TypeError, ValueError) as error:
                task.context.finish(Failed(run.prediction, *explain(error)))
        finally:
            self._remove(run.prediction, task)

    def _facts(self, spec: VersionSpec, predictor: Predictor) -> dict[str, Any]:
        """With what a version runs here."""
        try:
            engine = predictor.facts().get("engine")
        except Exception:  # an operator's class may raise anything
            logger.exception("The facts of version %s could not be read", spec.id)
            engine = None
        return {
            "device": self._device.name,
            "deviceName": self._device_name,
            "dtype": _with_dtype(self._device, spec).dtype if spec.path else None,
            "quantization": spec.options.get("quantization"),
            "engine": engine,
            "libraries": library_versions(),
        }

    def _try(self, message: Try | Load, task: _Task) -> None:
        """Load a version in a thread of it, and for a try run it on the smallest of its examples that it takes."""
        context, spec = task.context, message.version
        answer: Tried | Failed | Canceled
        try:
            began = time.monotonic()
            with self._cache.lease(spec, context) as predictor:
                loaded = time.monotonic()
                # An adapter's own bytes are what its base's model grows by
                before = predictor.size_bytes() if spec.adapter else 0
                if isinstance(message, Try):
                    self._run_example(message, context, predictor)
                ended = time.monotonic()
                size, facts = max(0, predictor.size_bytes() - before), predictor.facts()
            answer = Tried(message.prediction, loaded - began, ended - loaded, size, facts)
        except CancelSignal:
            answer = Canceled(message.prediction)
        except ModelLoadError as error:
            answer = Tried(message.prediction, refusal=error.message, needed_bytes=error.needed)
            if error.code == OUT_OF_MEMORY:
                answer = Failed(message.prediction, error.code, error.message)
        except BaseException as error:  # a model's SystemExit must not end its try in silence
            logger.exception("Version %s failed in its try", spec.id)
            code, text = explain(error)
            if code == OUT_OF_MEMORY:
                answer = Failed(message.prediction, code, text)
            else:
                cls = self._registry.get(spec.predictor)
                if cls is not None and is_built_in(cls) and is_of_files(error):
                    text = _reason(error, spec)
                is_sentence = isinstance(error, VersionRefusedError)
                answer = Tried(message.prediction, refusal=text if is_sentence else f"A short run of it failed: {text}")
        finally:
            self._remove(message.prediction, task)
        if isinstance(answer, Failed):
            self._cache.shrink()
            free_memory()
        self._outbox.put(answer)

    def _run_example(self, message: Try, context: PredictionContext, predictor: Predictor) -> None:
        """Run the smallest of a version's examples that it takes; raises what the last of them raised."""
        spec = message.version
        error: Exception | None = None
        for values in predictor.examples(message.input_schema):
            own = PredictionContext(message.prediction, values, TrySink(self._outbox))
            if spec.adapter is not None:
                own.adapter = Adapter(spec.id, Path(spec.adapter), tuple(spec.adapter_files))
            with context.when_cancelled(own.cancel):
                try:
                    output = predictor.predict(own)
                    if isgenerator(output):
                        own.emit_all(output)
                except InputRejectedError:
                    # It says nothing against the model
                    error = None
                except Exception as failure:  # a stranger's model may raise anything
                    error = failure
                else:
                    error = None
                    break
        if error is not None and spec.adapter is not None:
            predictor.drop_adapter(spec.id)
        context.check()
        if error is not None:
            raise error

    def _enter_load(self, model: str | None) -> None:
        """What a load waits for that is not its own, and the walls of its thread."""
        if model:
            # two threads that import the same large library can see it half imported
            self._preparation.join()
        self._confine(model)

    def _load(self, spec: VersionSpec, context: SetupContext) -> Predictor:
        cls = self._registry.get(spec.predictor)
        if cls is None:
            raise LookupError(f"no predictor {spec.predictor!r}")
        given = ModelVariables.of(spec)
        with given.present():
            predictor = cls()
        predictor.model_variables = given
        with bounded(self._load_seconds, f"The load of version {spec.id}"), given.present():
            try:
                if spec.path and not spec.is_judged:
                    # Versions of older releases were not judged so
                    check_tokenizers(Path(spec.path))
                predictor.setup(spec, _with_dtype(self._device, spec), context)
            except Exception as error:
                if advice := self._advise(error):
                    raise WallError(f"{describe(error)}. {advice}") from error
                if is_built_in(cls) and is_of_files(error):
                    raise VersionRefusedError(f"It could not be loaded: {_reason(error, spec)}") from error
                raise
        if spec.options.get("quantization"):
            # The C library keeps the pages that the weights filled before
            free_memory()
        return predictor

    def _inspect(self, spec: VersionSpec, measure: bool) -> None:
        cls = self._registry.get(spec.predictor)
        if cls is None:
            self._outbox.put(Inspected(spec.id, refusal=f"This runner has no predictor {spec.predictor!r}."))
            return
        self._preparation.join()
        try:
            self._confine(spec.path, spec.adapter)
            if spec.path:
                check_tokenizers(Path(spec.path))
            if spec.adapter and not cls.takes_adapters:
                raise VersionRefusedError(f"The predictor {cls.name} runs no adapters.")
            inspection = cls.inspect(spec)
            if measure and spec.path and inspection.refusal is None:
                claimed = count_numbers(cls.outline(spec))
                check_numbers(claimed, stored_numbers(safetensors_files(Path(spec.path))), "The configuration")
            code = self._registry.code(spec.predictor)
            self._outbox.put(
                Inspected(
                    spec.id,
                    inspection.input_schema,
                    inspection.output_schema,
                    {**inspection.info, "code": code} if code else inspection.info,
                    inspection.refusal,
                )
            )
        except VersionRefusedError as refusal:
            self._outbox.put(Inspected(spec.id, refusal=str(refusal)))
        except Exception as error:
            logger.exception("Version %s could not be inspected", spec.id)
            is_ours = is_built_in(cls) and is_of_files(error)
            reason = f"It could not be inspected: {_reason(error, spec) if is_ours else describe(error)}"
            if is_out_of_memory(error):
                reason = "Reading its configuration and tokenizer takes more memory than there is for it."
            self._outbox.put(Inspected(spec.id, refusal=reason))


def _reason(error: BaseException, spec: VersionSpec) -> str:
    return reason_of(error, *(Path(folder) for folder in (spec.path, spec.adapter) if folder))


def _weight_files(spec: VersionSpec) -> list[Path]:
    """The safetensors files that are loaded for a version."""
    if spec.path is None:
        return []
    if spec.configs is not None and "config" in spec.options:
        return checkpoints.weight_files(Path(spec.path), Path(spec.configs, spec.options["config"]))
    return safetensors_files(Path(spec.path))


def _with_dtype(device: Device, spec: VersionSpec) -> Device:
    """The device as a version computes on it: its own dtype, or else the device's."""
    dtype = spec.options.get("dtype")
    return replace(device, dtype=str(dtype).lower()) if dtype else device


class TrySink:
    """Takes what a try's model says, and passes on how its load goes."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def put(self, message: Message) -> None:
        """Pass on that it is being loaded, or was canceled before it began."""
        if isinstance(message, Loading | Canceled):
            self._outbox.put(message)

    def text(self, prediction: str, piece: str) -> None:
        """Nobody reads it."""

    def choice(self, prediction: str, number: int, piece: str, logprobs: list[Any] | None) -> None:
        """Nobody reads it."""


def run_prediction(
    run: Run,
    context: PredictionContext,
    cache: ModelCache,
    max_pixels: int = MAX_PIXELS,
    advise: Callable[[BaseException], str | None] = lambda error: None,
    facts: Callable[[VersionSpec, Predictor], dict[str, Any]] = lambda spec, predictor: {},
) -> Done | Failed | Canceled:
    """Check the input files, wait for the model, run it; the message that the prediction ends with."""
    try:
        check_pictures(run.files, max_pixels)
        waiting_since = time.monotonic()
        with ExitStack() as stack:
            with _measured(context, "load"):
                predictor = stack.enter_context(cache.lease(run.version, context))
            given = predictor.model_variables
            context.variables, context.secrets = given.variables, given.secrets
            stack.enter_context(given.present())
            context.begin()
            seconds = context.started - waiting_since
            context.send(Started(run.prediction, seconds, facts(run.version.model, predictor)))
            token = current_prediction.set(context)
            try:
                with _measured(context, "predict"):
                    output = predictor.predict(context)
                    if isgenerator(output):
                        context.emit_all(output)
                        output = None
            finally:
                current_prediction.reset(token)
        # a model that looks at `cancelled` and returns early has not succeeded
        context.check()
        return Done(run.prediction, output)
    except CancelSignal:
        return Canceled(run.prediction)
    except BaseException as error:  # a model's SystemExit must not end its prediction in silence
        code, text = explain(error)
        if advice := advise(error):
            text = f"{text.removesuffix('.')}. {advice}"
        if code != INPUT_REJECTED and not isinstance(error, ModelLoadError):
            logger.error("Prediction %s failed: %s", run.prediction, describe(error), exc_info=error)
            if context.captures:
                context.print(traceback_of(error))
        return Canceled(run.prediction) if context.cancelled else Failed(run.prediction, code, text)


@contextmanager
def _measured(context: PredictionContext, phase: str) -> Iterator[None]:
    """Send the time that a phase took, where the prediction is traced."""
    if context.traceparent is None:
        yield
        return
    began, error = time.time(), None
    try:
        yield
    except CancelSignal:
        error = "CANCELED"
        raise
    except BaseException as failure:
        error = explain(failure)[0]
        raise
    finally:
        context.send(Timing(context.prediction, phase, began, time.time(), error))
