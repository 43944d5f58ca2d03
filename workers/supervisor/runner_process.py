"""Starting the runner process: its command line, and the little of the environment that it may see."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_NAMES = {"PATH", "HOME", "LANG", "TMPDIR", "OMP_NUM_THREADS", "PYTHONPATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV"}
_PREFIXES = ("CUDA_", "NVIDIA_", "TORCH")
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class RunnerOptions:
    """How a runner is started.

    `max_bytes` bounds its loaded models, by default most of the device's free memory; a model is unloaded when it was
    not used for `idle_seconds`, unless that is 0; `max_pixels` bounds a picture among input files; the runner ends by
    itself when a load takes more than `load_seconds`, or a batch that was canceled `grace_seconds`; `threads` are those
    of one torch operation; `preload` imports torch and transformers in the background at once; `environment` is what
    the allow-list picks from.
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
    ready_timeout_seconds: float = 60.0
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)


def spawn(options: RunnerOptions) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a runner; the process, its output on one pipe, and our end of the socket.

    The kernel kills the runner when the *thread* that called this ends, so call it in one that lives long.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            _command(options, theirs.fileno()),
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
            env=child_environment(options),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    return process, ours


def child_environment(options: RunnerOptions) -> dict[str, str]:
    """The environment of the runner: an allow-list, so that no credential reaches what a model's code can read."""
    kept = {n: v for n, v in options.environment.items() if n in _NAMES or n.startswith(_PREFIXES)}
    path = [str(_ROOT), *kept.get("PYTHONPATH", "").split(os.pathsep)]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(part for part in path if part),
        "PYTHONUNBUFFERED": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "ENABLE_GPU": "1" if options.enable_gpu else "0",
        "REQUIRE_GPU": "1" if options.require_gpu else "0",
        "CANCEL_GRACE_SECONDS": str(options.grace_seconds),
    }


def _command(options: RunnerOptions, fd: int) -> list[str]:
    # -P: no module of the folder that the worker happens to be started in
    command = [sys.executable, "-P", "-m", "workers.runner.main", str(fd), "--parent", str(os.getpid())]
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
    return command if options.preload else [*command, "--lazy"]
