"""The runner's loop: what each message of the supervisor starts, stops or asks."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from workers.contract.context import PredictionContext
from workers.contract.devices import Device, free_bytes, memory_budget
from workers.contract.devices import describe as describe_device
from workers.contract.failures import MODEL_UNAVAILABLE, describe, free_memory
from workers.contract.predictor import Predictor, SetupContext
from workers.contract.protocol import (
    Cancel,
    Canceled,
    Failed,
    Forget,
    Inspect,
    Inspected,
    Message,
    Ping,
    Pong,
    ProtocolError,
    Ready,
    Run,
    SetPreviews,
    Stop,
    VersionSpec,
    receive,
)
from workers.contract.watchdog import bounded
from workers.contract.weights import loaded_bytes
from workers.predictors.registry import Registry
from workers.runner.jobs import Pools, perform
from workers.runner.model_cache import ModelCache
from workers.runner.outbox import Outbox
from workers.runner.pictures import MAX_PIXELS

logger = logging.getLogger(__name__)


def _estimate(spec: VersionSpec, device: Device) -> int:
    """Bytes that a version will fill, as far as its files tell."""
    return loaded_bytes(Path(spec.path), device.dtype, spec.options.get("quantization")) if spec.path else 0


@dataclass(eq=False)
class _Job:
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
    ) -> None:
        self._connection = connection
        self._registry = registry
        self._device = device
        self._max_pixels = max_pixels
        self._load_seconds = load_seconds
        self._stopping = False
        self._outbox = Outbox(connection, broken=self._supervisor_gone)
        self._pools = Pools()
        self._cache = ModelCache(
            load=self._load,
            budget=lambda: memory_budget(device) if max_bytes is None else max_bytes,
            estimate=lambda spec: _estimate(spec, device),
            unloaded=self._pools.discard,
            changed=lambda resident: self._outbox.put(replace(resident, free_bytes=free_bytes(device))),
            idle_seconds=idle_seconds,
        )
        self._preparation = threading.Thread(target=prepare, name="prepare", daemon=True)
        self._jobs_lock = threading.Lock()
        self._jobs: dict[str, _Job] = {}

    def serve(self) -> int:
        """Read and act until the supervisor leaves; the exit code of the process."""
        self._outbox.start()
        self._outbox.put(Ready(self._device.name, self._registry.catalogue(), *describe_device(self._device)))
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
            case Run():
                self._run(message)
            case Cancel(prediction):
                self._cancel(prediction)
            case SetPreviews(prediction, enabled):
                self._want(prediction, enabled)
            case Inspect(version):
                # A thread for each: one that hangs in a stranger's files must not hold up those behind it
                threading.Thread(target=self._inspect, args=(version,), name="inspect", daemon=True).start()
            case Forget(version):
                self._cache.forget(version)
            case Ping(nonce):
                self._outbox.put(Pong(nonce))
            case Stop():
                self._stopping = True
            case _:
                raise ProtocolError(f"{type(message).__name__} is not for the runner")

    def _run(self, run: Run) -> None:
        self._abandon_older(run.prediction)
        context = PredictionContext(run.prediction, run.input, self._outbox, run.files, run.traceparent)
        predictor = self._registry.get(run.version.predictor)
        if predictor is None:
            reason = f"This runner has no predictor {run.version.predictor!r}."
            context.finish(Failed(run.prediction, MODEL_UNAVAILABLE, reason))
            return
        job = _Job(context)
        with self._jobs_lock:
            self._jobs[run.prediction] = job
        job.future = self._pools.submit(run.version.id, predictor.max_concurrency, lambda: self._perform(run, job))

    def _abandon_older(self, prediction: str) -> None:
        """Silence an earlier attempt, which the supervisor gave up when it lost its lease."""
        with self._jobs_lock:
            older = self._jobs.pop(prediction, None)
        if older is not None:
            older.context.abandon()
            self._outbox.drop(prediction)
            self._cache.wake()

    def _perform(self, run: Run, job: _Job) -> None:
        try:
            perform(run, job.context, self._cache, self._max_pixels)
        finally:
            self._remove(run.prediction, job)

    def _remove(self, prediction: str, job: _Job) -> None:
        with self._jobs_lock:
            if self._jobs.get(prediction) is job:
                del self._jobs[prediction]

    def _cancel(self, prediction: str) -> None:
        with self._jobs_lock:
            job = self._jobs.get(prediction)
        if job is None:
            return
        job.context.cancel()
        self._cache.wake()
        if job.future is not None and job.future.cancel():
            self._remove(prediction, job)
            job.context.finish(Canceled(prediction))

    def _want(self, prediction: str, enabled: bool) -> None:
        with self._jobs_lock:
            job = self._jobs.get(prediction)
        if job is not None:
            job.context.want("preview", wanted=enabled)

    def _load(self, spec: VersionSpec, context: SetupContext) -> Predictor:
        cls = self._registry.get(spec.predictor)
        if cls is None:
            raise LookupError(f"no predictor {spec.predictor!r}")
        if spec.path:
            # two threads that import the same large library can see it half imported
            self._preparation.join()
        predictor = cls()
        with bounded(self._load_seconds, f"The load of version {spec.id}"):
            predictor.setup(spec, self._device, context)
        if spec.options.get("quantization"):
            # The C library keeps the pages that the weights filled before
            free_memory()
        return predictor

    def _inspect(self, spec: VersionSpec) -> None:
        cls = self._registry.get(spec.predictor)
        if cls is None:
            self._outbox.put(Inspected(spec.id, refusal=f"This runner has no predictor {spec.predictor!r}."))
            return
        self._preparation.join()
        try:
            found = cls.inspect(spec)
            answer = Inspected(spec.id, found.input_schema, found.output_schema, found.info, found.refusal)
            self._outbox.put(answer)
        except Exception as error:
            logger.exception("Version %s could not be inspected", spec.id)
            self._outbox.put(Inspected(spec.id, refusal=f"It could not be inspected: {describe(error)}"))

    def _supervisor_gone(self) -> None:
        if not self._stopping:
            os._exit(0)
