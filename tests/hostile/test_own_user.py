"""The runner as a user of its own: what is closed to it by that alone, and what it still reaches."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from server.settings import Settings, SettingsError
from tests.hostile.attempts import PROSE, attempt
from tests.unit.runner.running import Running
from workers.contract.policy import Policy
from workers.contract.protocol import Done, VersionSpec
from workers.supervisor import runner_client
from workers.supervisor.runner_client import RunnerClient, RunnerFailedError, RunnerOptions
from workers.supervisor.runner_user import FIRST_USER, GROUP, LAST_USER, choose_user, open_to

SYSTEM_PYTHON = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
CHECK = "import os, sys, pydantic, orjson; os.listdir(sys.argv[1])"
WITHOUT_OTHERS = """
from workers.runner import containment

def refuse(*_, **__):
    raise OSError(0, "taken out by a test")

containment.restrict_files = containment.filter_calls = refuse
"""


def open_python() -> tuple[str, str] | None:
    """A Python that other users may run, and where it finds this one's packages."""
    packages = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    for python, base in ((sys.executable, sys.base_prefix), (SYSTEM_PYTHON, "/usr/lib")):
        command = ["setpriv", "--reuid=60000", "--regid=60000", "--clear-groups", python, "-c", CHECK, base]
        environment = {"PYTHONPATH": packages, "PATH": "/usr/bin:/bin"}
        try:
            if subprocess.run(command, env=environment, capture_output=True, cwd="/").returncode == 0:
                return python, packages
        except OSError:
            continue
    return None


PYTHON = open_python() if sys.platform == "linux" and os.geteuid() == 0 else None
pytestmark = pytest.mark.skipif(PYTHON is None, reason="this is not root, or no other user can run this Python")


@pytest.fixture(scope="module")
def places() -> Iterator[dict[str, Path]]:
    """Folders as a worker has them: pytest's own are closed to every other user."""
    with tempfile.TemporaryDirectory(prefix="walls-") as name:
        root = Path(name)
        places = {name: root / name for name in ("models", "inputs", "inputs/scratch", "secrets")}
        for folder in places.values():
            folder.mkdir(mode=0o700)
        shutil.copytree(PROSE, places["models"] / "prose")
        secret, picture = places["secrets"] / "environ", places["inputs"] / "picture"
        places["without"] = root / "without"
        places["without"].mkdir()
        (places["without"] / "sitecustomize.py").write_text(WITHOUT_OTHERS)
        for file in (secret, picture):
            file.write_text("of root")
            file.chmod(0o400)
        places |= {"secret": secret, "picture": picture}
        for folder in (root, places["secrets"], places["inputs"]):
            open_to(GROUP, folder)
        for path in (places["models"], picture):
            open_to(GROUP, path, read=True)
        yield places


def options(places: dict[str, Path], *modules: str, needs_user: bool = True, user: int = FIRST_USER) -> RunnerOptions:
    assert PYTHON is not None
    policy = Policy(
        str(places["inputs/scratch"]), models=(str(places["models"]),), inputs=(str(places["inputs"]),),
        user=user, group=GROUP, needs_user=needs_user,
    )  # fmt: skip
    return RunnerOptions(
        enable_gpu=False, threads=1, preload=False, policy=policy, extra_predictors=modules,
        environment={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{places['without']}{os.pathsep}{PYTHON[1]}"},
    )  # fmt: skip


@pytest.fixture(scope="module")
async def running(places: dict[str, Path]) -> AsyncIterator[Running]:
    running = Running()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner_client.sys, "executable", PYTHON[0] if PYTHON else "")
        chosen = options(places, "tests.hostile.prober:Prober")
        running.client = await RunnerClient.start(chosen, running.on_message)
    yield running
    await running.client.stop()


async def test_a_predictor_is_nobody_s_user_and_has_no_capability(running: Running) -> None:
    assert await attempt(running, "identity") == f"OK {(FIRST_USER, GROUP, [], 0)}"
    # Becoming somebody else makes the kernel forget it
    assert await attempt(running, "death_signal") == "OK 9"
    assert "user" not in running.client.ready.missing_walls
    process = psutil.Process(running.client.pid)
    assert set(process.uids()) == {FIRST_USER}
    assert set(process.gids()) == {GROUP}


async def test_root_s_files_and_processes_are_closed_by_this_wall_alone(
    running: Running, places: dict[str, Path]
) -> None:
    assert running.client.ready.missing_walls == dict.fromkeys(("files", "signals", "calls"), "taken out by a test")
    assert (await attempt(running, "read", "/etc/passwd")).startswith("OK")
    assert await attempt(running, "read", places["secret"]) == "PermissionError"
    for name in ("environ", "mem", "maps"):
        assert await attempt(running, "read", f"/proc/{os.getpid()}/{name}") == "PermissionError"
    assert await attempt(running, "look", f"/proc/{os.getpid()}/fd") == "PermissionError"
    assert await attempt(running, "write", places["models"] / "new") == "PermissionError"
    assert await attempt(running, "kill", os.getpid()) == "PermissionError"


async def test_the_kernel_counts_processes_of_a_user_of_its_own(places: dict[str, Path]) -> None:
    running = Running()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner_client.sys, "executable", PYTHON[0] if PYTHON else "")
        chosen = options(places, "tests.hostile.prober:Prober", user=FIRST_USER + 7)
        assert chosen.policy is not None
        chosen = replace(chosen, policy=replace(chosen.policy, tasks=60, scratch=f"{chosen.policy.scratch}-2"))
        running.client = await RunnerClient.start(chosen, running.on_message)
    try:
        count = int((await attempt(running, "start_processes", 200)).removeprefix("OK "))
        assert 20 < count < 60
    finally:
        running.client.kill()
        await running.client.exited


async def test_what_a_model_needs_is_open(running: Running, places: dict[str, Path]) -> None:
    assert await attempt(running, "read", places["picture"]) == "OK of root"
    assert (await attempt(running, "write", places["inputs/scratch"] / "new")).startswith("OK")
    version = VersionSpec("prose", "text", str(places["models"] / "prose"))
    running.run("prose", {"prompt": "The function", "max_new_tokens": 8}, version)
    assert isinstance(await running.end("prose"), Done)


async def test_its_supervisor_can_kill_it(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    assert PYTHON is not None
    monkeypatch.setattr(runner_client.sys, "executable", PYTHON[0])
    client = await RunnerClient.start(options(places, user=FIRST_USER + 1), lambda message: None)
    assert psutil.Process(client.pid).uids().real == FIRST_USER + 1
    client.kill()
    assert await client.exited == -9


async def test_where_something_needed_is_closed_it_stays_who_it_is_or_ends(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PYTHON is not None
    monkeypatch.setattr(runner_client.sys, "executable", PYTHON[0])
    closed = places["models"] / "prose" / "config.json"
    closed.chmod(0o600)
    try:
        client = await RunnerClient.start(options(places, needs_user=False), lambda message: None)
        reason = f"{closed} cannot be read by user {FIRST_USER}, group {GROUP}"
        assert client.ready.missing_walls["user"] == reason
        assert psutil.Process(client.pid).uids().real == 0
        await client.stop()
        with pytest.raises(RunnerFailedError, match=f"RUNNER_USER: {reason}"):
            await RunnerClient.start(options(places), lambda message: None)
    finally:
        closed.chmod(0o644)


def test_who_it_will_be_is_chosen_before() -> None:
    chosen = choose_user(Settings())
    assert chosen.user is not None
    assert FIRST_USER <= chosen.user <= LAST_USER
    assert (chosen.group, chosen.is_needed) == (GROUP, False)
    assert choose_user(Settings(runner_user="root")).reason == "RUNNER_USER is root"
    named = choose_user(Settings(runner_user="nobody"))
    assert named.is_needed
    with pytest.raises(SettingsError, match="there is no user 'somebody-else'"):
        choose_user(Settings(runner_user="somebody-else"))


def test_a_group_is_let_in_where_no_other_group_has_rights(tmp_path: Path) -> None:
    for mode, expected in ((0o700, (GROUP, 0o710)), (0o755, (0, 0o755)), (0o750, (0, 0o750))):
        folder = tmp_path / oct(mode)
        folder.mkdir()
        folder.chmod(mode)
        open_to(GROUP, folder)
        assert (folder.stat().st_gid, folder.stat().st_mode & 0o777) == expected


async def test_a_closed_folder_is_named_and_not_what_it_may_hold(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PYTHON is not None
    monkeypatch.setattr(runner_client.sys, "executable", PYTHON[0])
    closed = places["secrets"].with_name("closed")
    closed.mkdir(mode=0o700)
    chosen = options(places, needs_user=False)
    modules = f"{closed / 'lib' / 'none.zip'}{os.pathsep}{chosen.environment['PYTHONPATH']}"
    client = await RunnerClient.start(
        replace(chosen, environment={**chosen.environment, "PYTHONPATH": modules}), lambda message: None
    )
    assert client.ready.missing_walls["user"] == f"{closed} cannot be read by user {FIRST_USER}, group {GROUP}"
    await client.stop()
