"""The supervisor's side of a runner process; imports no torch and no predictor."""

from __future__ import annotations

import asyncio
import fnmatch
import itertools
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self, TypeVar

import structlog

from workers.contract.policy import IMPORTING, Policy
from workers.contract.protocol import (
    Inspect,
    Inspected,
    Message,
    Ping,
    Pong,
    ProtocolError,
    Ready,
    RunnerMessage,
    Stop,
    VersionSpec,
    encode,
    receive,
    with_bounded_numbers,
)
from workers.supervisor.memory_bound import MemoryBound

Answer = TypeVar("Answer")
logger = structlog.get_logger(__name__)

TAIL_LINES = 200  # The dump of a crash shows every thread
MAX_LINE_BYTES = 10_000
FAREWELL_SECONDS = 2.0
_NAMES = {"PATH", "HOME", "LANG", "TMPDIR", "OMP_NUM_THREADS", "PYTHONPATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV"}
_OUR_NAMES = {"PYTHONPATH", "PYTHONUNBUFFERED"}
_PREFIXES = ("CUDA_", "NVIDIA_", "TORCH", "VLLM_")
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class RunnerOptions:
    """How a runner is started.

    `max_bytes` bounds its loaded models, by default most of the device's free memory; a model is unloaded when it was
    not used for `idle_seconds`, unless that is 0; `max_pixels` bounds a picture among input files; the runner ends by
    itself when a load takes more than `load_seconds`, or a batch that was canceled `grace_seconds`; `threads` are those
    of one torch operation; `preload` imports torch and transformers in the background at once; `policy` raises walls
    around it, in whose scratch folder it then lives; `memory_bytes` bounds its data segment; `memory_bound` is the
    control group that it belongs to; `environment` is what the allow-list picks from, `allowed` adds
    names and beginnings with a star to that.
    """

    enable_gpu: bool = True
    require_gpu: bool = False
    extra_predictors: tuple[str, ...] = ()
    max_bytes: int | None = None
    idle_seconds: float = 0
    threads: int | None = None
    max_pixels: int | None = None
    load_seconds: float | None = None
    grace_seconds: float = 10
    preload: bool = True
    policy: Policy | None = None
    memory_bytes: int | None = None
    memory_bound: MemoryBound | None = None
    allowed: tuple[str, ...] = ()
    ready_timeout_seconds: float = 60.0
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

    def without(self, predictor: str) -> Self:
        """The same, but for one of the operator's classes."""
        return replace(self, extra_predictors=tuple(name for name in self.extra_predictors if name != predictor))


class RunnerFailedError(Exception):
    """The runner did not come up, or is gone; the message ends with the last lines it wrote.

    `predictor` is the class whose import it did not survive, if it was one.
    """

    def __init__(self, message: str, predictor: str | None = None) -> None:
        super().__init__(message)
        self.predictor = predictor


class RunnerClient:
    """One runner process and the messages to and from it; its methods belong to the event loop that started it."""

    pid: int
    ready: Ready
    exited: asyncio.Future[int]
    """Its exit code (negative: the signal that killed it), once it is gone and every message of it was handed over."""

    def __init__(
        self, process: subprocess.Popen[bytes], ours: socket.socket, on_message: Callable[[Message], None]
    ) -> None:
        self.pid = process.pid
        self._loop = asyncio.get_running_loop()
        self.exited = self._loop.create_future()
        self.hide: Callable[[str], str] = str
        """What is cut out of each line that it writes."""
        self._ready: asyncio.Future[Ready] = self._loop.create_future()
        self._on_message = on_message
        self._process = process
        self._socket = ours
        self._connection = Connection(os.dup(ours.fileno()))
        self._frames: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._inbox_lock = threading.Lock()
        self._inbox: list[Message] = []
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._reap_lock = threading.Lock()
        self._reaped = False
        self._nonces = itertools.count()
        self._pings: dict[int, asyncio.Future[None]] = {}
        self._inspections: defaultdict[str, list[asyncio.Future[Inspected]]] = defaultdict(list)
        self._threads = {
            name: threading.Thread(target=target, name=f"runner {self.pid} {name}", daemon=True)
            for name, target in (
                ("reader", self._read),
                ("writer", self._write),
                ("output", self._read_output),
                ("waiter", self._wait),
            )
        }

    @classmethod
    async def start(cls, options: RunnerOptions, on_message: Callable[[Message], None]) -> Self:
        """Start a runner and wait until it is ready; `on_message` gets what it says of predictions, in the loop.

        Call it in a thread that lives as long as the runner shall: the kernel kills the runner when that thread ends.

        Raises:
            RunnerFailedError: it ended, or was not ready in time.
        """
        client = cls(*spawn(options), on_message)
        for thread in client._threads.values():
            thread.start()
        try:
            await client._first(client._ready, options.ready_timeout_seconds)
        except BaseException as error:
            client.kill()
            await asyncio.shield(client.exited)
            if isinstance(error, TimeoutError):
                raise RunnerFailedError(client._why(f"was not ready: {error}"), client._importing) from None
            if isinstance(error, RunnerFailedError):
                error.predictor = client._importing
            raise
        client.ready = client._ready.result()
        return client

    @property
    def output_tail(self) -> list[str]:
        """The last lines that the runner wrote, oldest first."""
        return list(self._tail)

    def send(self, message: Message) -> None:
        """Queue a message; one that the runner no longer reads is dropped (await `exited`).

        Raises:
            TypeError: a value in it is not JSON.
            ValueError: it is too large for a frame.
        """
        self._frames.put(encode(message))

    async def inspect(
        self,
        spec: VersionSpec,
        timeout: float,  # noqa: ASYNC109 - ours to answer
        *,
        measure: bool = False,
    ) -> Inspected:
        """What a version takes and gives, or its refusal; `measure` compares its model with its weights too.

        Raises:
            TimeoutError: no answer in time.
            RunnerFailedError: the runner is gone.
        """
        answer: asyncio.Future[Inspected] = self._loop.create_future()
        self._inspections[spec.id].append(answer)
        self.send(Inspect(spec, measure))
        await self._first(answer, timeout)
        return answer.result()

    async def ping(self, timeout: float) -> bool:  # noqa: ASYNC109 - ours to answer
        """Whether the runner answers in time."""
        nonce = next(self._nonces)
        answer = self._pings[nonce] = self._loop.create_future()
        self.send(Ping(nonce))
        try:
            await self._first(answer, timeout)
        except (TimeoutError, RunnerFailedError):
            return False
        finally:
            del self._pings[nonce]
        return True

    async def stop(self, grace_seconds: float = 5) -> int:
        """Ask the runner to leave, kill it when it has not after the grace, and give its exit code."""
        self.send(Stop())
        self._frames.put(None)
        await asyncio.wait({self.exited}, timeout=grace_seconds)
        if not self.exited.done():
            self.kill()
        return await asyncio.shield(self.exited)

    def kill(self) -> None:
        """Kill the runner's process group at once; nothing happens when it is gone."""
        with self._reap_lock:
            if not self._reaped:
                with suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)

    async def _first(self, answer: asyncio.Future[Any], seconds: float) -> None:
        """Wait for an answer, the runner's end, or the time."""
        ends: set[asyncio.Future[Any]] = {answer, self.exited}
        await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return
        answer.cancel()
        if self.exited.done():
            raise RunnerFailedError(self._why(f"ended with code {self.exited.result()}"))
        raise TimeoutError(f"the runner did not answer in {seconds:g} seconds")

    @property
    def _importing(self) -> str | None:
        """The class of the operator's that was imported at last, unless all are."""
        names = [line.partition(":")[2].strip() for line in self._tail if line.startswith(IMPORTING.rstrip())]
        return (names[-1] if names else "") or None

    def _why(self, problem: str) -> str:
        return "\n".join([f"The runner {problem}.", *self._tail])

    def _read(self) -> None:
        try:
            while True:
                message = receive(self._connection)
                if not isinstance(message, RunnerMessage):
                    raise ProtocolError(f"{type(message).__name__} is not for the supervisor")
                message = with_bounded_numbers(message)
                with self._inbox_lock:
                    self._inbox.append(message)
                    is_first = len(self._inbox) == 1
                if is_first:
                    # The loop wakes once for all messages that come before it looks
                    self._in_loop(self._handle_inbox)
        except (EOFError, OSError):
            return
        except ProtocolError as error:
            logger.error("the runner sent what is no message; killing it", pid=self.pid, error=str(error))
            self.kill()

    def _handle_inbox(self) -> None:
        with self._inbox_lock:
            messages, self._inbox = self._inbox, []
        for message in messages:
            try:
                match message:
                    case Ready():
                        _resolve(self._ready, message)
                    case Pong(nonce):
                        _resolve(self._pings.get(nonce), None)
                    case Inspected(version):
                        for answer in self._inspections.pop(version, []):
                            _resolve(answer, message)
                    case _:
                        self._on_message(message)
            except Exception:
                logger.exception("a runner's message was not handled", message=type(message).__name__, pid=self.pid)

    def _write(self) -> None:
        with suppress(OSError):
            while (frame := self._frames.get()) is not None:
                self._connection.send_bytes(frame)
            self._hang_up()

    def _hang_up(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _read_output(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - spawn opens the pipe
        # A model may print without an end of the line for ever
        while raw := self._process.stdout.readline(MAX_LINE_BYTES):
            line = self.hide(raw.decode(errors="replace").rstrip())
            self._tail.append(line)
            if not line.startswith(IMPORTING.rstrip()):
                logger.info("runner", pid=self.pid, line=line)

    def _wait(self) -> None:
        """Reap the runner and everything it started, then tell the loop."""
        # not reaped yet, so that its id cannot be another's when its group is killed
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        self.kill()
        for name in ("reader", "output"):
            self._threads[name].join(FAREWELL_SECONDS)
        with self._reap_lock:
            code = self._process.wait()
            self._reaped = True
        self._frames.put(None)
        self._hang_up()
        for name in ("reader", "writer"):
            self._threads[name].join()
        self._connection.close()
        self._socket.close()
        # a process that left the group may hold the pipe open, and a pipe that is being read cannot be closed
        if self._process.stdout is not None and not self._threads["output"].is_alive():
            self._process.stdout.close()
        self._in_loop(self._handle_inbox)
        self._in_loop(lambda: _resolve(self.exited, code))

    def _in_loop(self, callback: Callable[[], None]) -> None:
        # a loop that was closed has nobody left to tell
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback)


def _resolve(future: asyncio.Future[Answer] | None, value: Answer) -> None:
    if future is not None and not future.done():
        future.set_result(value)


def spawn(options: RunnerOptions) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a runner; the process, its output on one pipe, and our end of the socket.

    The kernel kills the runner when the *thread* that called this ends, so call it in one that lives long.
    """
    if options.policy is not None:
        # What an earlier runner left there is nobody's
        shutil.rmtree(options.policy.scratch, ignore_errors=True)
        Path(options.policy.scratch).mkdir(mode=0o700, parents=True)
    ours, theirs = socket.socketpair()
    # -P: no module of the folder that the worker happens to be started in
    command = [sys.executable, "-P", "-m", "workers.runner.main", str(theirs.fileno()), "--parent", str(os.getpid())]
    for predictor in options.extra_predictors:
        command += ["--predictor", predictor]
    if options.max_bytes is not None:
        command += ["--max-bytes", str(options.max_bytes)]
    if options.idle_seconds:
        command += ["--idle-seconds", str(options.idle_seconds)]
    if options.max_pixels is not None:
        command += ["--max-pixels", str(options.max_pixels)]
    if options.load_seconds is not None:
        command += ["--load-seconds", str(options.load_seconds)]
    if options.threads is not None:
        command += ["--threads", str(options.threads)]
    if options.policy is not None:
        command += ["--policy", options.policy.to_text()]
    if options.memory_bytes is not None:
        command += ["--memory-bytes", str(options.memory_bytes)]
    if not options.preload:
        command.append("--lazy")
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
            env=child_environment(options),
            cwd=options.policy.scratch if options.policy else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    if options.memory_bound is not None:
        options.memory_bound.add(process.pid)
    return process, ours


def _is_named(name: str, allowed: tuple[str, ...]) -> bool:
    return name not in _OUR_NAMES and any(fnmatch.fnmatchcase(name, each) for each in allowed)


def child_environment(options: RunnerOptions) -> dict[str, str]:
    """The environment of the runner: an allow-list, so that no credential reaches what a model's code can read."""
    allowed = {n: v for n, v in options.environment.items() if n in _NAMES or n.startswith(_PREFIXES)}
    path = [str(_ROOT), *allowed.get("PYTHONPATH", "").split(os.pathsep)]
    return {
        **allowed,
        "PYTHONPATH": os.pathsep.join(part for part in path if part),
        "PYTHONUNBUFFERED": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        # What the operator names is theirs to give, also instead of the above
        **{name: value for name, value in options.environment.items() if _is_named(name, options.allowed)},
        "ENABLE_GPU": "1" if options.enable_gpu else "0",
        "REQUIRE_GPU": "1" if options.require_gpu else "0",
        "CANCEL_GRACE_SECONDS": str(options.grace_seconds),
        # What libraries keep for the user goes where they may write
        **({name: options.policy.scratch for name in ("HOME", "TMPDIR", "HF_HOME")} if options.policy else {}),
        **({"USER": "runner"} if options.policy else {}),
    }
