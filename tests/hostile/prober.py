"""A predictor that tries what a hostile one would, and says how far it came."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import ClassVar

from workers.contract.predictor import JSON_SCHEMA, PredictionContext, Predictor, schema


def death_signal() -> int:
    """What the kernel sends this thread's process when the supervisor is gone."""
    number = ctypes.c_int()
    ctypes.CDLL(None).prctl(2, ctypes.byref(number), 0, 0, 0)
    return number.value


# It belongs to the process's first thread, which imports this
DEATH_SIGNAL = death_signal()


class Prober(Predictor):
    """Makes one attempt a prediction: `OK` with what it got, or the name of the error."""

    name = "prober"
    kind = "CUSTOM"
    input_schema = schema({"attempt": {"type": "string"}, "target": {"type": "string"}}, required=["attempt"])
    output_schema: ClassVar = {"$schema": JSON_SCHEMA, "type": "string"}

    def predict(self, context: PredictionContext) -> None:
        """Try it."""
        attempt, target = context.input["attempt"], context.input.get("target", "")
        try:
            context.emit(f"OK {getattr(self, attempt)(target)}")
        except OSError as error:
            context.emit(type(error).__name__)

    def read(self, target: str) -> str:
        return Path(target).read_text(errors="replace")[:200].replace("\0", " ")

    def look(self, target: str) -> list[str]:
        return [path.name for path in Path(target).iterdir()]

    def write(self, target: str) -> int:
        return Path(target).write_text("written")

    def run(self, target: str) -> str:
        done = subprocess.run(["/bin/cat", target], capture_output=True, text=True, check=False)
        if done.returncode:
            raise PermissionError(done.stderr)
        return done.stdout

    def open_socket(self, target: str) -> str:
        family = {"inet": socket.AF_INET, "inet6": socket.AF_INET6, "unix": socket.AF_UNIX}[target]
        with socket.socket(family):
            return "open"

    def identity(self, target: str) -> tuple[int, int, list[int], int]:
        status = Path("/proc/self/status").read_text().splitlines()
        held = [int(line.split()[1], 16) for line in status if line.startswith("Cap")]
        return os.getuid(), os.getgid(), os.getgroups(), max(held)

    def death_signal(self, target: str) -> int:
        return DEATH_SIGNAL

    def kill(self, target: str) -> None:
        os.kill(int(target), signal.SIGTERM)

    def trace(self, target: str) -> int:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.ptrace(16, int(target), 0, 0) < 0:
            raise OSError(ctypes.get_errno(), "ptrace")
        return 0

    def ring(self, target: str) -> int:
        libc = ctypes.CDLL(None, use_errno=True)
        if (result := libc.syscall(425, 8, ctypes.create_string_buffer(240))) < 0:
            raise OSError(ctypes.get_errno(), "io_uring")
        return int(result)
