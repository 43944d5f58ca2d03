"""A predictor that tries what a hostile one would, and says how far it came."""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import resource
import signal
import socket
import subprocess
import time
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

    def watch_folder(self, target: str) -> int:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.inotify_add_watch(libc.inotify_init1(0), target.encode(), 0xFFF) < 0:
            raise OSError(ctypes.get_errno(), "inotify")
        return 0

    def ring(self, target: str) -> int:
        libc = ctypes.CDLL(None, use_errno=True)
        if (result := libc.syscall(425, 8, ctypes.create_string_buffer(240))) < 0:
            raise OSError(ctypes.get_errno(), "io_uring")
        return int(result)

    def change_rights(self, target: str) -> str:
        Path(target).chmod(0o666)
        os.chown(target, os.getuid(), os.getgid())
        os.setxattr(target, "user.mark", b"1")
        return oct(Path(target).stat().st_mode)

    def take_files_away(self, target: str) -> None:
        resource.prlimit(int(target), resource.RLIMIT_NOFILE, (0, 0))

    def own_limits(self, target: str) -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, resource.getrlimit(resource.RLIMIT_NOFILE))

    def send_to(self, target: str) -> int:
        sender, receiver = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with sender, receiver:
            return sender.sendto(b"forged", target)

    def pair(self, target: str) -> bytes:
        sender, receiver = socket.socketpair()
        with sender, receiver:
            sender.send(b"mine")
            return receiver.recv(4)

    def share_memory(self, target: str) -> int:
        return call({"x86_64": 29, "aarch64": 194}[platform.machine()], 4711, 4096, 0o1666)

    def stay_behind(self, target: str) -> int:
        with Path(target).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if (child := os.fork()) == 0:
                os.setsid()
                os.setpgid(0, 0)
                signal.pause()
            # Closed without being unlocked, so that it is the child's now
            return child

    def fill_memory(self, target: str) -> int:
        pieces = []
        for _ in range(int(target) >> 24):
            pieces.append(b"x" * (1 << 24))
            # As a library that is busy with it would be
            time.sleep(0.01)
        return len(pieces)

    def start_processes(self, target: str) -> int:
        for count in range(int(target)):
            try:
                child = os.fork()
            except BlockingIOError:
                return count
            if child == 0:
                signal.pause()
        signal.pause()
        return 0

    def fill_disk(self, target: str) -> int:
        for count in range(500):
            Path(f"{target}/{count}").write_bytes(bytes(1 << 16))
        signal.pause()
        return 0

    def leave_namespaces(self, target: str) -> int:
        return call({"x86_64": 272, "aarch64": 97}[platform.machine()], 0x10000000 | 0x40000000)

    def clone_namespaces(self, target: str) -> int:
        if (child := call({"x86_64": 56, "aarch64": 220}[platform.machine()], 0x10000000 | 17, 0, 0, 0, 0)) == 0:
            os._exit(0)
        return os.waitpid(child, 0)[1]


def call(*arguments: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    if (result := libc.syscall(*arguments)) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return int(result)
