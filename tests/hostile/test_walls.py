"""From inside a predictor and from a hostile repository: what the walls around the runner keep away, each alone."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import signal
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.hostile.attempts import PROSE, attempt, lacks_landlock
from tests.unit.runner.running import Running
from workers.contract.policy import Policy
from workers.contract.protocol import Done, Failed, VersionSpec
from workers.supervisor.runner_client import RunnerClient, RunnerOptions

pytestmark = pytest.mark.skipif(lacks_landlock(), reason="the kernel of this machine has no Landlock")

SECRET = "do-not-print-me"


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Models of two owners, inputs, a scratch folder, and a file that belongs to nobody's model."""
    root = tmp_path_factory.mktemp("machine")
    places = {name: root / name for name in ("models", "inputs", "scratch", "secrets")}
    for folder in places.values():
        folder.mkdir()
    for owner in ("mine", "other"):
        shutil.copytree(PROSE, places["models"] / owner)
    (places["secrets"] / "environ").write_text(f"SECRET_KEY={SECRET}\n")
    (places["inputs"] / "picture").write_text("an input")
    return places


@pytest.fixture(scope="module")
async def running(places: dict[str, Path]) -> AsyncIterator[Running]:
    policy = Policy(
        str(places["scratch"]), models=(str(places["models"]),), inputs=(str(places["inputs"]),),
        hidden=(str(places["secrets"]),),
    )  # fmt: skip
    running = Running()
    options = RunnerOptions(
        enable_gpu=False, threads=1, preload=False, extra_predictors=("tests.hostile.prober:Prober",), policy=policy
    )
    running.client = await RunnerClient.start(options, running.on_message)
    yield running
    await running.client.stop()


async def test_all_walls_stand_here(running: Running) -> None:
    # A user of its own is tried by itself: tests/hostile/test_own_user.py
    assert set(running.client.ready.missing_walls) <= {"user"}


@pytest.mark.parametrize(
    ("name", "target"),
    [("read", "/etc/passwd"), ("read", "/etc/hostname"), ("look", "/"), ("look", "/root"), ("look", "/tmp")],  # noqa: S108
)
async def test_the_machine_s_files_are_away(running: Running, name: str, target: str) -> None:
    assert await attempt(running, name, target) == "PermissionError"


async def test_the_supervisor_s_environment_and_memory_are_away(running: Running) -> None:
    for file in ("environ", "maps", "cmdline", "mem"):
        assert await attempt(running, "read", f"/proc/{os.getpid()}/{file}") == "PermissionError"
    assert await attempt(running, "look", f"/proc/{os.getpid()}/fd") == "PermissionError"


async def test_what_a_started_program_may_do_is_no_more(running: Running, places: dict[str, Path]) -> None:
    assert await attempt(running, "run", "/etc/passwd") == "PermissionError"
    assert await attempt(running, "run", places["inputs"] / "picture") == "OK an input"


async def test_files_are_written_in_the_scratch_folder_alone(running: Running, places: dict[str, Path]) -> None:
    assert (await attempt(running, "write", places["scratch"] / "new")).startswith("OK")
    for place in ("models", "inputs", "secrets"):
        assert await attempt(running, "write", places[place] / "new") == "PermissionError"
    assert await attempt(running, "write", Path(__file__).parents[2] / "new") == "PermissionError"


async def test_the_folder_that_holds_the_code_shows_nothing_hidden(running: Running) -> None:
    root = Path(__file__).parents[2]
    assert (await attempt(running, "read", root / "workers" / "__init__.py")).startswith("OK")
    assert await attempt(running, "read", root / ".gitignore") == "PermissionError"


@pytest.mark.parametrize("family", ["inet", "inet6", "unix"])
async def test_no_socket_is_opened(running: Running, family: str) -> None:
    assert await attempt(running, "open_socket", family) == "PermissionError"


async def test_nobody_is_told_what_happens_to_files_that_are_not_theirs(
    running: Running, places: dict[str, Path]
) -> None:
    """Landlock does not look at it."""
    assert await attempt(running, "watch_folder", places["secrets"]) == "PermissionError"


@pytest.mark.parametrize("name", ["kill", "trace", "ring", "take_files_away"])
async def test_other_processes_and_the_kernel_s_side_doors_are_away(running: Running, name: str) -> None:
    assert await attempt(running, name, os.getpid()) == "PermissionError"


@pytest.mark.parametrize("name", ["share_memory", "leave_namespaces", "clone_namespaces"])
async def test_nothing_that_outlives_or_leaves_its_process_is_made(running: Running, name: str) -> None:
    assert await attempt(running, name) == "PermissionError"


async def test_no_datagram_is_sent_to_a_socket_that_has_a_name(running: Running, places: dict[str, Path]) -> None:
    """Landlock does not look at the names of sockets, and a log's takes lines of everybody."""
    name = places["secrets"] / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(str(name))
        name.chmod(0o777)
        assert await attempt(running, "send_to", name) == "PermissionError"
    assert await attempt(running, "pair") == "OK b'mine'"


async def test_what_a_runner_started_ends_with_it(places: dict[str, Path], tmp_path: Path) -> None:
    running = Running()
    scratch = tmp_path / "scratch"
    options = RunnerOptions(
        enable_gpu=False, threads=1, preload=False, extra_predictors=("tests.hostile.prober:Prober",),
        policy=Policy(str(scratch)),
    )  # fmt: skip
    running.client = await RunnerClient.start(options, running.on_message)
    child = int((await attempt(running, "stay_behind", scratch / "lock")).removeprefix("OK "))
    await running.client.stop()
    try:
        with (scratch / "lock").open() as lock:
            # The child held it as long as it lived
            await asyncio.wait_for(asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX), 10)
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


async def test_the_rights_of_files_outside_stay_as_they_are(running: Running, places: dict[str, Path]) -> None:
    """Landlock does not look at them either, and a runner without a user of its own owns what its worker owns."""
    for place in (places["secrets"] / "environ", places["inputs"] / "picture"):
        place.chmod(0o600)
        await attempt(running, "change_rights", place)
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        assert not os.listxattr(place)


async def test_limits_of_its_own_can_be_set(running: Running) -> None:
    assert (await attempt(running, "own_limits")).startswith("OK")


async def test_a_thread_of_one_model_reads_no_other_s_folder(running: Running, places: dict[str, Path]) -> None:
    models = places["models"]
    mine = VersionSpec("with-weights", "prober", str(models / "mine"))
    assert (await attempt(running, "read", models / "mine" / "config.json", mine)).startswith("OK")
    assert await attempt(running, "read", models / "other" / "config.json", mine) == "PermissionError"
    assert await attempt(running, "read", models / "mine" / "config.json") == "PermissionError"


async def test_a_hostile_tokenizer_reads_nothing_from_outside(running: Running, places: dict[str, Path]) -> None:
    """The second wall alone: nobody looked at the repository before."""
    folder = places["models"] / "hostile"
    shutil.copytree(PROSE, folder)
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "EsmTokenizer"}))
    secret = places["secrets"] / "environ"
    (folder / "special_tokens_map.json").write_text(json.dumps({"vocab_file": str(secret)}))
    running.run("hostile", {"prompt": "SECRET", "max_new_tokens": 4}, VersionSpec("hostile", "text", str(folder)))
    message = await running.end("hostile")
    assert isinstance(message, Failed), message
    assert SECRET not in message.message + running.text("hostile")


async def test_an_index_takes_no_other_model_s_weights(running: Running, places: dict[str, Path]) -> None:
    folder = places["models"] / "thief"
    shutil.copytree(PROSE, folder)
    (folder / "model.safetensors").unlink()
    index = {"metadata": {}, "weight_map": {"model.embed_tokens.weight": "../other/model.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    running.run("thief", {"prompt": "The", "max_new_tokens": 4}, VersionSpec("thief", "text", str(folder)))
    assert isinstance(await running.end("thief"), Failed)


async def test_models_run_as_ever_behind_the_walls(running: Running, places: dict[str, Path]) -> None:
    version = VersionSpec("prose", "text", str(places["models"] / "mine"))
    running.run("prose", {"prompt": "The function", "max_new_tokens": 8}, version)
    assert isinstance(await running.end("prose"), Done)
    assert running.text("prose")
