"""Walls around the runner, whose models are strangers' programs: what it may read, write, signal and connect to.

Beside a user of its own (`identity`), two walls of the Linux kernel stand here; each needs no privilege, holds for
every thread and child that comes after, and cannot be taken down again. Landlock (kernel 5.13 and newer) names the
folders that may be opened. A seccomp filter refuses sockets and the calls by which a process reaches into others. Both
are spoken to by `ctypes`: of the bindings on PyPI one is unmaintained and the other needs a shared library of the
system, and what is needed is five calls.

Sources: https://docs.kernel.org/userspace-api/landlock.html, linux/landlock.h, seccomp(2), linux/filter.h, audit.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import socket
import struct
import sys
import sysconfig
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.contract.policy import WALLS, Policy
from workers.runner.identity import become, drop_capabilities
from workers.runner.libc import check_call, load_libc

Rule = tuple[str, int]
"""A file or folder, and the rights of Landlock to it and all below it."""

PR_SET_NO_NEW_PRIVS = 38
SECCOMP_SET_MODE_FILTER = 1

# Rights of Landlock by the version of its interface that brought them
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
READ = EXECUTE | READ_FILE | READ_DIR
DEVICE = READ | WRITE_FILE | IOCTL_DEV
SCOPE_ABI = 6
SCOPE_ABSTRACT_SOCKETS, SCOPE_SIGNALS = 1 << 0, 1 << 1

ERRNO_RETURN, ALLOW_RETURN = 0x00050000, 0x7FFF0000
EACCES, EPERM, ENOSYS = 13, 1, 38
LOAD, IS_EQUAL, HAS_BIT, IS_AT_LEAST, AND, RETURN = 0x20, 0x15, 0x45, 0x35, 0x54, 0x06
NUMBER, AUDIT, FIRST, SECOND = 0, 4, 16, 24
X32_BIT = 0x40000000


@dataclass(frozen=True)
class Machine:
    """What seccomp has to know of a processor: its audit number, and the numbers of system calls there."""

    audit: int
    seccomp: int
    socket: int
    socketpair: int
    clone: int
    prlimit: int
    leaving: tuple[int, ...]
    """What leaves a group of processes, which is ended as one."""
    forbidden: tuple[int, ...]
    owned: tuple[int, ...]
    """What changes rights and owners of files, which Landlock does not look at."""


# Other processes and the kernel: ptrace, process_vm_readv, process_vm_writev, kexec_load, bpf, perf_event_open, mount,
# umount2, pivot_root, setns, unshare, init_module, finit_module, keyctl, add_key, request_key, open_by_handle_at,
# userfaultfd. What happens to files that may not be opened: inotify_add_watch, fanotify_init, fanotify_mark.
# Memory and messages that stay when the process is gone and that no limit of it counts: shmget, shmat,
# shmctl, semget, semop, semtimedop, semctl, msgget, msgsnd, msgrcv, msgctl, mq_open, mq_unlink.
# And at one number everywhere: io_uring, which opens sockets behind a filter's back, pidfd_getfd, newer calls of mounts
EVERYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 438)
# fchmodat2, setxattrat, removexattrat
OWNED_EVERYWHERE = (452, 463, 466)
CLONE3 = 435
MACHINES = {
    "x86_64": Machine(
        0xC000003E, 317, 41, 53, 56, 302, (109, 112),
        (101, 310, 311, 246, 321, 298, 165, 166, 155, 308, 272, 175, 313, 250, 248, 249, 304, 323,
         254, 300, 301, 29, 30, 31, 64, 65, 220, 66, 68, 69, 70, 71, 240, 241, *EVERYWHERE),
        # chmod, fchmod, fchmodat, chown, fchown, lchown, fchownat, [l,f]setxattr, [l,f]removexattr
        (90, 91, 268, 92, 93, 94, 260, 188, 189, 190, 197, 198, 199, *OWNED_EVERYWHERE),
    ),
    "aarch64": Machine(
        0xC00000B7, 277, 198, 199, 220, 261, (154, 157),
        (117, 270, 271, 104, 280, 241, 40, 39, 41, 268, 97, 105, 273, 219, 217, 218, 265, 282,
         27, 262, 263, 194, 196, 195, 190, 193, 192, 191, 186, 189, 188, 187, 180, 181, *EVERYWHERE),
        # fchmod, fchmodat, fchownat, fchown, [l,f]setxattr, [l,f]removexattr
        (52, 53, 54, 55, 5, 6, 7, 14, 15, 16, *OWNED_EVERYWHERE),
    ),
}  # fmt: skip
# Mounts, control groups, host names, message queues, users, processes and network of its own
NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
SOCKET_KIND = 0xF

SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt/cuda", "/sys")
SYSTEM_FILES = (
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload", "/etc/localtime", "/etc/timezone",
    "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/mime.types", "/etc/fonts", "/etc/OpenCL",
    "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version", "/proc/filesystems", "/proc/loadavg", "/proc/sys",
    "/proc/driver", "/proc/modules", "/proc/devices",
)  # fmt: skip
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm", "/dev/dri", "/dev/kfd")  # noqa: S108


class NoUserError(Exception):
    """This process may not become the user that it was told to be; the message says why."""


class Containment:
    """The walls of this process: raised once for all of it, then narrower for the threads of each model."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._base = [*base_rules(policy.hidden), *((folder, READ) for folder in (*policy.inputs, *policy.readable))]
        self._writable = (policy.scratch, *policy.writable)
        self.missing: dict[str, str] = {}
        """Walls that do not stand here, each with the reason."""

    def raise_walls(self, modules: Iterable[str] = ()) -> None:
        """Contain the calling thread, and all that it starts from now on; `modules` will be imported.

        To be called while the process has one thread. What the system lacks is noted, not raised: whether to run
        without it is for the operator to decide.

        Raises:
            NoUserError: this process may not become the user that it has to.
        """
        policy = self._policy
        if sys.platform != "linux":
            self.missing = dict.fromkeys(WALLS, "this system is not Linux")
            return
        models = [(folder, READ) for folder in policy.models]
        walls: dict[str, Callable[[], object]] = {
            "user": lambda: self._become_user(modules),
            "privileges": self._drop_privileges,
            "files": lambda: restrict_files([*self._base, *models], self._writable, scoped=True),
            # A user of its own owns nothing but what it makes
            "calls": lambda: filter_calls(sockets=policy.network, owner=policy.user is None or "user" in self.missing),
        }
        for name, wall in walls.items():
            try:
                wall()
            except OSError as error:
                self.missing[name] = error.strerror or str(error)
        if "files" in self.missing:
            self.missing["signals"] = self.missing["files"]
        elif landlock_abi() < SCOPE_ABI:
            self.missing["signals"] = "the kernel is older than Linux 6.12"
        bounds = (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_DATA, policy.memory_bytes),
            (resource.RLIMIT_FSIZE, policy.file_bytes),
            # The kernel counts those of a user, which may have others elsewhere
            (resource.RLIMIT_NPROC, None if policy.user is None or "user" in self.missing else policy.tasks),
        )
        for kind, bound in bounds:
            if bound is not None:
                resource.setrlimit(kind, (bound, bound))

    def _drop_privileges(self) -> None:
        drop_privileges()
        drop_capabilities()

    def _become_user(self, modules: Iterable[str]) -> None:
        reason = become(self._policy, modules)
        if reason and self._policy.needs_user:
            raise NoUserError(f"RUNNER_USER: {reason}")
        if reason:
            self.missing["user"] = reason

    def confine_thread(self, *models: str | None) -> None:
        """Let the calling thread, and those that it starts, read no other models' folders than these, for ever."""
        if "files" in self.missing:
            return
        own = [(path, READ) for model in models if model for path in model_paths(model)]
        restrict_files([*self._base, *own], self._writable, scoped=False)

    def advise(self, error: BaseException) -> str | None:
        """What the operator may set so that this does not happen, if a wall refused it; else None."""
        policy = self._policy
        chain: set[int] = set()
        each: Any = error
        while isinstance(each, BaseException) and id(each) not in chain:
            chain.add(id(each))
            number = getattr(each, "errno", None)
            path = getattr(each, "filename", None)
            if isinstance(each, OSError):
                is_refused = number in {errno.EACCES, errno.EPERM}
                is_of_socket = isinstance(each, socket.gaierror) or (number == errno.EACCES and path is None)
                if is_of_socket and not policy.network and "calls" not in self.missing:
                    return "Model processes open no network connections; RUNNER_NETWORK=true lets them."
                if number == errno.EFBIG and policy.file_bytes is not None:
                    return f"Model processes write no file above RUNNER_FILE_BYTES ({policy.file_bytes})."
                if is_refused and isinstance(path, str | bytes | os.PathLike):
                    return self._advise_on_file(Path(os.fsdecode(path)).absolute())
            # Libraries wrap such errors: urllib keeps them as `reason`
            each = each.__cause__ or getattr(each, "reason", None) or each.__context__
        return None

    def _advise_on_file(self, path: Path) -> str | None:
        try:
            with path.open("rb") if path.is_file() else os.scandir(path):
                is_readable = True
        except FileNotFoundError:
            is_readable = True
        except OSError:
            is_readable = False
        opened = self._writable if is_readable else (*self._policy.readable, *self._policy.inputs)
        if "user" not in self.missing and (
            "files" in self.missing or any(path.is_relative_to(place) for place in opened)
        ):
            what = "write" if is_readable else "read"
            who = f"Model processes are user {os.getuid()}"
            return f"{who}, who may not {what} {path}: change its rights, or RUNNER_USER."
        if "files" in self.missing:
            return None
        if is_readable:
            return f"Model processes may not write {path}: name its folder in RUNNER_WRITABLE."
        return f"Model processes may not read {path}: name its folder in RUNNER_READABLE."


def model_paths(model: str) -> list[str]:
    """A model's folder, and the files that it links to: a snapshot of the hub links into blobs beside it."""
    folder = Path(model)
    links = [path.resolve() for path in folder.rglob("*") if path.is_symlink()]
    return [str(folder.resolve()), *(str(path) for path in links if path.is_file())]


def drop_privileges() -> None:
    """No program that this process starts has more rights than it has (setuid binaries, file capabilities)."""
    check_call(load_libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def landlock_abi() -> int:
    """The version of Landlock's interface that the kernel has.

    Raises:
        OSError: it has none, or it is switched off.
    """
    return check_call(load_libc().syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


def base_rules(hidden: Iterable[str]) -> list[Rule]:
    """What every runner may read: Python with its packages, this product's code, libraries, facts of the machine.

    A folder of modules that is no part of Python may hold anything beside them, `.env` and data too: what of it is not
    hidden is named one by one.
    """
    python = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, *sysconfig.get_paths().values()}
    secret = {Path(path).resolve() for path in hidden}
    rules = [(path, READ) for path in (*SYSTEM_FOLDERS, *SYSTEM_FILES, *sorted(python), f"/proc/{os.getpid()}")]
    for folder in {Path(path).resolve() for path in sys.path if path}:
        if any(folder.is_relative_to(prefix) for prefix in python):
            continue
        if not folder.is_dir():
            rules.append((str(folder), READ))
            continue
        rules.append((str(folder), READ_DIR))
        shown = [child for child in folder.iterdir() if not child.name.startswith(".")]
        rules += [
            (str(child), READ) for child in shown if not any(each.is_relative_to(child.resolve()) for each in secret)
        ]
    return rules


def restrict_files(readable: Iterable[Rule], writable: Iterable[str], *, scoped: bool) -> None:
    """Let the calling thread, and all that it starts, open files by these rules alone, for ever.

    A thread that is restricted already may lose more, and never regains anything. What does not exist is left out;
    `scoped` refuses signals to processes outside as well.

    Raises:
        OSError: the kernel has no Landlock.
    """
    abi = landlock_abi()
    handled = max((version, rights) for version, rights in RIGHTS_BY_ABI.items() if version <= abi)[1]
    scope = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS if scoped and abi >= SCOPE_ABI else 0
    attributes = struct.pack("QQQ", handled, 0, scope)
    size = len(attributes) if abi >= SCOPE_ABI else 8
    libc = load_libc()
    ruleset = check_call(libc.syscall(444, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0)))
    try:
        devices = (*DEVICES, *(str(path) for path in Path("/dev").glob("nvidia*")))
        for path, rights in (*readable, *((path, DEVICE) for path in devices), *((path, handled) for path in writable)):
            _allow(ruleset, path, rights & handled)
        drop_privileges()
        check_call(libc.syscall(446, ctypes.c_int(ruleset), ctypes.c_uint32(0)))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not Path(f"/proc/self/fd/{place}").is_dir():
            rights &= OF_FILES
        rule = struct.pack("=Qi", rights, place)
        check_call(load_libc().syscall(445, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0)))
    finally:
        os.close(place)


def filter_calls(*, sockets: bool, owner: bool = False) -> None:
    """Refuse system calls that reach into other processes or the kernel and, unless `sockets`, those that open sockets.

    A pair of connected streams, which event loops wake themselves by, can still be made, but none of datagrams, which
    could be sent to any socket that has a name, such as that of the system's log. Limits are those of the process
    itself, and namespaces those that it was born in. An `owner` of files that others need changes no file's rights:
    that does nothing, and is no error, since libraries set the rights of what they copy. So does leaving the process's
    group or session, by which something could stay when the runner is ended.

    Raises:
        OSError: the kernel has no seccomp filters, or this is a processor whose calls are not known here.
    """
    machine = MACHINES.get(platform.machine())
    if machine is None:
        raise OSError(0, f"the system calls of {platform.machine()} are not known here")
    # The C library makes do with clone, whose flags can be looked at
    refused = [(number, EPERM) for number in machine.forbidden] + [(CLONE3, ENOSYS)]
    refused += [] if sockets else [(machine.socket, EACCES)]
    refused += [(number, 0) for number in (*machine.leaving, *(machine.owned if owner else ()))]
    program = [
        _instruction(LOAD, 0, 0, AUDIT),
        _instruction(IS_EQUAL, 1, 0, machine.audit),
        _refuse(EPERM),
        _instruction(LOAD, 0, 0, NUMBER),
    ]
    if machine is MACHINES["x86_64"]:
        program += [_instruction(IS_AT_LEAST, 0, 1, X32_BIT), _refuse(EPERM)]
    for number, error in refused:
        program += [_instruction(IS_EQUAL, 0, 1, number), _refuse(error)]
    program += _when(machine.clone, _instruction(LOAD, 0, 0, FIRST), _instruction(HAS_BIT, 0, 1, NAMESPACES))
    program += _when(machine.prlimit, _instruction(LOAD, 0, 0, FIRST), _instruction(IS_EQUAL, 1, 0, 0))
    if not sockets:
        kind = (_instruction(LOAD, 0, 0, SECOND), _instruction(AND, 0, 0, SOCKET_KIND))
        program += _when(machine.socketpair, *kind, _instruction(IS_EQUAL, 1, 0, socket.SOCK_STREAM))
    program.append(_instruction(RETURN, 0, 0, ALLOW_RETURN))
    code = ctypes.create_string_buffer(b"".join(program))
    filters = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    libc = load_libc()
    drop_privileges()
    check_call(libc.syscall(machine.seccomp, ctypes.c_uint(SECCOMP_SET_MODE_FILTER), ctypes.c_uint(1), filters))


def _instruction(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _when(number: int, *test: bytes) -> list[bytes]:
    """Refuse the call of this number unless the last instruction of `test` skips the one behind it."""
    body = [*test, _refuse(EPERM), _instruction(RETURN, 0, 0, ALLOW_RETURN)]
    return [_instruction(IS_EQUAL, 0, len(body), number), *body]


def _refuse(error: int) -> bytes:
    return _instruction(RETURN, 0, 0, ERRNO_RETURN | error)
