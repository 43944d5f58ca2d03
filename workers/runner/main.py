"""The runner process: `python -m workers.runner.main FD --parent PID`, started by its supervisor alone."""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path

from workers.contract.policy import IMPORTING, Policy
from workers.runner.containment import Containment, NoUserError

PR_SET_PDEATHSIG = 1
# the kernel's out-of-memory killer should take the models and leave their supervisor
OOM_SCORE = "500"


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent is gone, and leave now if it is already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def main() -> None:
    """Serve the supervisor on the other end of the socket; never returns."""
    parser = argparse.ArgumentParser(prog="workers.runner.main", description=__doc__)
    parser.add_argument("fd", type=int, help="socket to the supervisor")
    parser.add_argument("--parent", type=int, required=True, help="process id of the supervisor")
    parser.add_argument("--predictor", action="append", default=[], help="one more predictor, as module:Class")
    parser.add_argument("--max-bytes", type=int, help="bytes that loaded models may fill")
    parser.add_argument("--idle-seconds", type=float, default=0, help="unload a model that long unused; 0: never")
    parser.add_argument("--max-pixels", type=int, help="pixels of a picture in an input file")
    parser.add_argument("--load-seconds", type=float, help="how long a model may load; unset: as long as it takes")
    parser.add_argument("--threads", type=int, help="threads of one torch operation")
    parser.add_argument("--memory-bytes", type=int, help="bytes of the data segment; unset: no bound")
    parser.add_argument("--policy", type=Policy.from_text, help="the walls around this process, as JSON; unset: none")
    parser.add_argument("--lazy", action="store_true", help="import torch only when a model is loaded")
    arguments = parser.parse_args()
    die_with_parent(arguments.parent)
    # some containers have no writable /proc, and can do without
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)
    containment = Containment(arguments.policy) if arguments.policy else None
    if containment:
        try:
            containment.raise_walls(arguments.predictor)
        except NoUserError as error:
            sys.stderr.write(f"{error}\n")
            os._exit(2)
        # the kernel forgets it where a process becomes another user
        die_with_parent(arguments.parent)
    if arguments.memory_bytes is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        bound = arguments.memory_bytes if hard == resource.RLIM_INFINITY else min(hard, arguments.memory_bytes)
        resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))
    # imported only now, so that an orphan leaves before it does anything slow
    import faulthandler
    from multiprocessing.connection import Connection

    from workers.contract.devices import DeviceUnavailableError, pick_device
    from workers.contract.logs import route_logs, route_prints
    from workers.contract.variables import show_variables
    from workers.predictors.registry import open_registry
    from workers.runner.pictures import MAX_PIXELS
    from workers.runner.service import Runner

    def prepare() -> None:
        """Import what most models need, so that the first prediction does not wait for it."""
        if arguments.threads:
            import torch

            torch.set_num_threads(arguments.threads)
        if not arguments.lazy:
            from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer  # noqa: F401

    def say(line: str) -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    faulthandler.enable()
    route_logs()
    route_prints()
    show_variables()
    # some containers have no writable /proc, and can do without
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)
    try:
        # The supervisor reads there whose code ran when this process ended or hung
        registry = open_registry(
            arguments.predictor,
            lambda name: say(f"{IMPORTING}{name}"),
            containment.advise if containment else lambda error: None,
        )
        say(IMPORTING)
        device = pick_device(os.environ)
    except DeviceUnavailableError as error:
        sys.stderr.write(f"{error}\n")
        os._exit(2)
    runner = Runner(
        *(Connection(arguments.fd), registry, device, arguments.max_bytes, prepare),
        idle_seconds=arguments.idle_seconds,
        max_pixels=arguments.max_pixels or MAX_PIXELS,
        load_seconds=arguments.load_seconds,
        containment=containment,
    )
    code = runner.serve()
    # models' threads and those of libraries are not daemons, and an ordinary exit would wait for them
    os._exit(code)


if __name__ == "__main__":
    main()
