"""The user that a runner becomes: one that owns nothing, with the groups of the devices alone and no capabilities.

Sources: setresuid(2), capabilities(7), linux/capability.h, linux/prctl.h.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import PathFinder
from itertools import islice
from pathlib import Path

from workers.contract.policy import Policy
from workers.runner.libc import load_libc

DAC_OVERRIDE, DAC_READ_SEARCH = 1, 2
CAPABILITY_VERSION = 0x20080522
LAST_CAPABILITY = 63
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 4, 24, 47, 4
MAX_CHECKED = 2_000
MAX_REASON = 1_000


def become(policy: Policy, modules: Iterable[str]) -> str | None:
    """Become the policy's user for good, if everything that this process needs can be read by it.

    `modules` are to be imported later. The scratch folder is given to the user. To be called while the process has one
    thread.

    Returns:
        Why this process stays who it is, or None.
    """
    if policy.user is None:
        return policy.no_user
    if reason := _try(policy, modules):
        return reason
    os.chown(policy.scratch, policy.user, policy.group)
    _switch(policy.user, policy.group)
    return None


def drop_capabilities() -> None:
    """Keep no capability but, where this process is still root's, those by which it reads what it could read before."""
    remaining = (1 << DAC_OVERRIDE | 1 << DAC_READ_SEARCH) if os.geteuid() == 0 else 0
    libc = load_libc()
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    _bound_capabilities(remaining)
    remaining &= _permitted()
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    low, high = remaining & 0xFFFFFFFF, remaining >> 32
    if libc.capset(header, struct.pack("6I", low, low, 0, high, high, 0)) < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"capabilities: {os.strerror(error)}")


def _bound_capabilities(remaining: int) -> None:
    """Let no program that is started have more than these; only who may set capabilities can."""
    libc = load_libc()
    for number in range(LAST_CAPABILITY + 1):
        if not remaining >> number & 1:
            libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)


def _permitted() -> int:
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapPrm:"))


def _switch(user: int, group: int) -> None:
    _bound_capabilities(0)
    os.setgroups(sorted(device_groups()))
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    drop_capabilities()
    # A process that changed its user may not read its own files in /proc, until it says so
    load_libc().prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)


def devices() -> Iterator[Path]:
    """The GPUs' devices that are here."""
    for pattern in ("nvidia[0-9]*", "nvidiactl", "nvidia-uvm*", "kfd", "dri/renderD*"):
        yield from Path("/dev").glob(pattern)


def device_groups() -> set[int]:
    """The groups that may use the GPUs of this machine, such as `video` and `render`; never root's."""
    return {group for device in devices() if (group := device.stat().st_gid) != 0}


def _try(policy: Policy, modules: Iterable[str]) -> str | None:
    """Have a child become the user and look; what it cannot reach, or None."""
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        reason = "the user could not be tried"
        try:
            _switch(policy.user or 0, policy.group)
            path = next(_unreadable(policy, modules), None)
            reason = f"{path} cannot be read by user {policy.user}, group {policy.group}" if path else ""
        except OSError as error:
            reason = error.strerror or str(error)
        finally:
            os.write(sender, reason.encode(errors="replace")[:MAX_REASON])
            os._exit(0)
    os.close(sender)
    with os.fdopen(receiver, "rb") as pipe:
        reason = pipe.read().decode(errors="replace")
    os.waitpid(child, 0)
    return reason or None


def _unreadable(policy: Policy, modules: Iterable[str]) -> Iterator[str]:
    """What is needed and cannot be read: code, libraries, the folders that the policy names, and the devices."""
    for folder in (*policy.inputs, str(Path(policy.scratch).parent)):
        # The names in there are told, and what they name is opened one by one
        if not os.access(folder, os.X_OK, effective_ids=True):
            yield folder
    for folder in (*sys.path, sys.prefix, sys.base_prefix):
        # A folder of modules that is no part of Python may hold anything beside them
        yield from _closed(Path(folder), depth=int(Path(folder).is_relative_to(sys.prefix)))
    for folder in (str(Path(__file__).parents[1]), *policy.models, *policy.readable):
        yield from _closed(Path(folder), depth=2)
    for name in policy.writable:
        if Path(name).exists() and not os.access(name, os.W_OK | os.X_OK, effective_ids=True):
            yield name
    for module in modules:
        spec = PathFinder.find_spec(module.partition(":")[0].partition(".")[0])
        for place in (spec.submodule_search_locations or [spec.origin or ""]) if spec else []:
            yield from _closed(Path(place), depth=2)
    yield from (str(path) for path in devices() if not os.access(path, os.R_OK | os.W_OK, effective_ids=True))


def _closed(place: Path, depth: int) -> Iterator[str]:
    """A file or folder, or what lies in it, if it cannot be read; what does not exist is no obstacle.

    A `depth` of 1 looks at what a folder lists, 2 at all below it.
    """
    try:
        place.stat()
    except FileNotFoundError:
        return
    except OSError:
        # What lies in a closed folder need not even exist: the folder is what is to be opened
        above = (
            str(parent) for parent in reversed(place.parents) if not os.access(parent, os.X_OK, effective_ids=True)
        )
        yield next(above, str(place))
        return
    if not _is_readable(place):
        yield str(place)
    elif depth and place.is_dir():
        below = place.rglob("*") if depth > 1 else place.iterdir()
        hidden = (path for path in below if not path.name.startswith("."))
        yield from (str(path) for path in islice(hidden, MAX_CHECKED) if not _is_readable(path))


def _is_readable(path: Path) -> bool:
    try:
        rights = os.R_OK | os.X_OK if path.is_dir() else os.R_OK
    except PermissionError:
        return False
    return os.access(path, rights, effective_ids=True) or (path.is_symlink() and not path.exists())
