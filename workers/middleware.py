"""Dramatiq middleware: the supervisor lives as long as the worker process."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterable
from typing import Any

import dramatiq
import structlog
import uvloop

from server.log import configure_logging
from server.runtime import Role, bound_garbage, open_runtime, open_tracing
from server.settings import load_settings
from workers import metrics
from workers.supervisor.runner_client import RunnerOptions
from workers.supervisor.supervisor import Supervisor

logger = structlog.get_logger(__name__)

START_SECONDS = 60.0
PARENT_SECONDS = 1.0
MARGIN_SECONDS = 30.0


class SupervisorMiddleware(dramatiq.Middleware):
    """Starts the supervisor's loop in a thread when the process boots and stops it before the worker shuts down."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._supervisor: Supervisor | None = None
        self._thread = threading.Thread(target=self._main, name="supervisor")
        self._up = threading.Event()

    def wake(self, queue: str, *hints: str) -> None:
        """Hand a doorbell to the supervisor, from any thread."""
        if self._loop and self._supervisor:
            self._loop.call_soon_threadsafe(self._supervisor.wake, queue, *hints)

    def before_worker_boot(self, broker: Any, worker: Any) -> None:
        """Start; the process ends when the supervisor cannot."""
        self._broker = broker
        # Dramatiq hands what we log through its master: once that is gone nobody reads, and whoever logs waits for ever
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        patience = load_settings().shutdown_grace_seconds + MARGIN_SECONDS
        threading.Thread(target=_end_with_parent, args=(patience,), name="parent-watch", daemon=True).start()
        self._thread.start()
        self._up.wait(START_SECONDS)

    def before_worker_shutdown(self, broker: Any, worker: Any) -> None:
        """Stop claiming, drain, hand back; returns when all of it is done."""
        if self._loop and self._stop:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

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
        async with open_runtime(settings, Role.WORKER, tracing) as rt, metrics.served(settings):
            options = RunnerOptions(
                enable_gpu=settings.enable_gpu,
                require_gpu=settings.require_gpu,
                extra_predictors=settings.custom_predictors,
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


def _end_with_parent(patience: float) -> None:
    """Dramatiq's master may be killed: then nobody would stop us, so hand work back and leave, within some seconds."""
    parent = os.getppid()
    wait = threading.Event()
    while os.getppid() == parent:
        wait.wait(PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(patience)
    os._exit(70)
