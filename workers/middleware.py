"""Dramatiq middleware: the supervisor lives as long as the worker process."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterable
from types import FrameType
from typing import Any

import dramatiq
import structlog
import uvloop

from server.log import configure_logging
from server.runtime import Role, bound_garbage, open_runtime, open_tracing
from server.settings import load_settings
from workers import metrics, probes
from workers.supervisor.runner_client import RunnerOptions
from workers.supervisor.supervisor import Supervisor

logger = structlog.get_logger(__name__)

START_SECONDS = 60.0
PARENT_SECONDS = 1.0
MARGIN_SECONDS = 30.0
STOP_MARGIN_SECONDS = 35.0
THREADS_SECONDS = 10.0


class SupervisorMiddleware(dramatiq.Middleware):
    """Starts the supervisor's loop in a thread when the process boots and stops it before the worker shuts down."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._supervisor: Supervisor | None = None
        self._thread = threading.Thread(target=self._main, name="supervisor")
        self._up = threading.Event()
        self._is_stopping = False

    def wake(self, queue: str, *hints: str) -> None:
        """Hand a doorbell to the supervisor, from any thread; one that comes while it stops is for other workers."""
        if self._loop and self._supervisor and not self._is_stopping:
            self._loop.call_soon_threadsafe(self._supervisor.wake, queue, *hints)

    def before_worker_boot(self, broker: Any, worker: Any) -> None:
        """Start; the process ends when the supervisor cannot."""
        self._broker = broker
        # Dramatiq hands what we log through its master: once that is gone nobody reads, and whoever logs waits for ever
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        settings = load_settings()
        patience = settings.shutdown_grace_seconds + MARGIN_SECONDS
        threading.Thread(target=_end_with_parent, args=(patience,), name="parent-watch", daemon=True).start()
        self._grace_seconds = settings.shutdown_grace_seconds
        before = signal.getsignal(signal.SIGTERM)

        def stop(number: int, frame: FrameType | None) -> None:
            if self._supervisor is None:
                # Nothing was claimed yet, and what this waits for, such as PostgreSQL, may take its time
                os._exit(0)
            self._request_stop()
            if callable(before):
                before(number, frame)

        signal.signal(signal.SIGTERM, stop)
        self._thread.start()
        self._up.wait(START_SECONDS)

    def before_worker_shutdown(self, broker: Any, worker: Any) -> None:
        """Stop claiming, drain, hand back; returns when all of it is done."""
        self._request_stop()
        self._thread.join()

    def _request_stop(self) -> None:
        """Have the supervisor stop, once; the process ends in time whatever it waits for."""
        if self._is_stopping:
            return
        self._is_stopping = True
        _exit_after(self._grace_seconds + STOP_MARGIN_SECONDS, 70)
        if self._loop and self._stop:
            self._loop.call_soon_threadsafe(self._stop.set)

    def _main(self) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._run())
        except BaseException:
            logger.exception("supervisor.failed")
            self._up.set()
            os._exit(70)

    async def _run(self) -> None:
        def listen(queues: Iterable[str]) -> None:
            """Hear the doorbells of more queues, once the device is known."""
            for queue in queues:
                self._broker.declare_queue(queue)

        settings = load_settings()
        configure_logging(settings.log_level, settings.log_format)
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        tracing = open_tracing(settings, Role.WORKER)
        async with (
            open_runtime(settings, Role.WORKER, tracing) as rt,
            metrics.served(settings),
            probes.served(settings, lambda: self._supervisor),
        ):
            options = RunnerOptions(
                enable_gpu=settings.enable_gpu,
                require_gpu=settings.require_gpu,
                extra_predictors=settings.custom_predictors,
                allowed=settings.runner_environment,
                max_bytes=settings.model_cache_bytes,
                idle_seconds=settings.model_idle_seconds,
                max_pixels=settings.max_image_pixels,
                # Whoever waits for a load is out of time by then
                load_seconds=settings.prediction_seconds,
                grace_seconds=settings.cancel_grace_seconds,
                # With one or two cores, two threads of a small model mostly wait for each other: 13 times slower
                threads=settings.runner_threads or (1 if (os.cpu_count() or 1) <= 2 else None),
            )
            self._supervisor = Supervisor(rt, options, listen)
            self._up.set()
            bound_garbage()
            await self._supervisor.run(self._stop)
        # All is handed back: a thread that downloads, and cannot be stopped, is not waited for
        _exit_after(THREADS_SECONDS, 0)


def _exit_after(seconds: float, code: int) -> None:
    """End this process when it still lives then."""

    def leave() -> None:
        threading.Event().wait(seconds)
        logger.warning("worker.left", waited_seconds=seconds)
        os._exit(code)

    threading.Thread(target=leave, name="exit", daemon=True).start()


def _end_with_parent(patience: float) -> None:
    """Dramatiq's master may be killed: then nobody would stop us, so hand work back and leave, within some seconds."""
    parent = os.getppid()
    wait = threading.Event()
    while os.getppid() == parent:
        wait.wait(PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(patience)
    os._exit(70)
