"""Who a worker's runner runs as: a user that owns nothing else, where the worker may choose."""

from __future__ import annotations

import os
import pwd
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from server.settings import Settings, SettingsError

# systemd's map of numbers leaves them unused: https://systemd.io/UIDS-GIDS
FIRST_USER, LAST_USER, GROUP = 60706, 61182, 61183
# chown, reading what the runner wrote, signals to it, setgid, setuid
NEEDED_CAPABILITIES = {"CAP_CHOWN": 0, "CAP_DAC_OVERRIDE": 1, "CAP_KILL": 5, "CAP_SETGID": 6, "CAP_SETUID": 7}
GROUP_BITS, OTHERS_READ = 0o070, 0o044


@dataclass(frozen=True)
class RunnerUser:
    """The user and group of a runner, or why it has the worker's; `is_needed` where the operator named it."""

    user: int | None = None
    group: int = 0
    reason: str | None = None
    is_needed: bool = False


def choose_user(settings: Settings) -> RunnerUser:
    """The user of this worker's runners.

    Raises:
        SettingsError: RUNNER_USER names nobody, or somebody that this process may not become.
    """
    name = settings.runner_user
    user, group = None, GROUP
    if name is not None:
        try:
            entry = pwd.getpwuid(int(name)) if name.isdecimal() else pwd.getpwnam(name)
            user, group = entry.pw_uid, entry.pw_gid
        except KeyError:
            if not name.isdecimal():
                raise SettingsError(f"RUNNER_USER: there is no user {name!r} on this machine") from None
            user = group = int(name)
    if user == 0:
        return RunnerUser(reason="RUNNER_USER is root")
    if user == os.geteuid():
        return RunnerUser(reason="RUNNER_USER is the worker's own user")
    problem = _problem()
    if problem and user is not None:
        raise SettingsError(f"RUNNER_USER: model processes cannot run as {name!r}: {problem}")
    if problem:
        return RunnerUser(reason=problem)
    return RunnerUser(user or _unused_user(), group, is_needed=user is not None)


def open_to(group: int, path: Path, *, read: bool = False) -> None:
    """Let a group enter a folder of ours, or `read` it or a file; left alone where another group has rights to it."""
    details = path.stat()
    is_folder = stat.S_ISDIR(details.st_mode)
    rights = (0o010 if is_folder else 0) | (0o040 if read else 0)
    if details.st_mode & rights >> 3 == rights >> 3 or (details.st_gid != group and details.st_mode & GROUP_BITS):
        return
    os.chown(path, -1, group)
    path.chmod(stat.S_IMODE(details.st_mode) | rights)


def _problem() -> str | None:
    if sys.platform != "linux":
        return "this system is not Linux"
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return "this system has no /proc"
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    effective = int(status["CapEff"], 16)
    if missing := [name for name, number in NEEDED_CAPABILITIES.items() if not effective >> number & 1]:
        return f"the worker may not change users: it is not root, and has not {', '.join(missing)}"
    if int(status.get("Umask", "0022"), 8) & OTHERS_READ:
        return "the worker's umask keeps what it downloads from other users"
    return None


def _unused_user() -> int:
    """A number that no account has and no process runs as; each process begins its search at another one."""
    in_use = {entry.pw_uid for entry in pwd.getpwall()}
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            in_use.add(process.stat().st_uid)
    count = LAST_USER - FIRST_USER + 1
    numbers = (FIRST_USER + (os.getpid() + step) % count for step in range(count))
    return next(number for number in numbers if number not in in_use)
