"""An operator's class that a wall stops is told which setting opens what it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.hostile.attempts import lacks_landlock
from tests.unit.runner.running import Running
from workers.contract.policy import Policy
from workers.contract.protocol import Done, Failed, VersionSpec
from workers.supervisor.runner_client import RunnerClient, RunnerOptions

pytestmark = pytest.mark.skipif(lacks_landlock(), reason="the kernel of this machine has no Landlock")

MODULE = "tests.hostile.careless_classes"
CLASSES = ["Reader", "Lister", "Writer", "Maker", "Hoarder", "Connector", "Downloader", "Wrapper", "Loader", "Wrong"]
BOUND = 1_000_000
DENIED = "PermissionError: [Errno 13] Permission denied: "
NETWORK = "Model processes open no network connections; RUNNER_NETWORK=true lets them."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("careless")
    for name in ("words", "open"):
        (root / name).mkdir()
        (root / name / "list").write_text("a list")
    return root


@pytest.fixture(scope="module")
async def running(folder: Path) -> AsyncIterator[Running]:
    running = Running()
    policy = Policy(str(folder / "scratch"), readable=(str(folder / "open"),), file_bytes=BOUND)
    names = tuple(f"{MODULE}:{name}" for name in CLASSES)
    options = RunnerOptions(enable_gpu=False, threads=1, preload=False, extra_predictors=names, policy=policy)
    running.client = await RunnerClient.start(options, running.on_message)
    yield running
    await running.client.stop()


async def failure(running: Running, name: str, path: str) -> str:
    key = f"{name} {path}"
    running.run(key, {"path": path}, VersionSpec(name, name))
    end = await running.end(key)
    assert isinstance(end, Failed), end
    return end.message


async def test_what_may_not_be_read(running: Running, folder: Path) -> None:
    words = str(folder / "words" / "list")
    readable = f"Model processes may not read {words}: name its folder in RUNNER_READABLE."
    assert await failure(running, "reader", words) == f"{DENIED}'{words}'. {readable}"
    # A class that says something else of it, too
    message = await failure(running, "wrapper", words)
    assert message == f"RuntimeError: The list of words is not there. {readable}"
    words = str(folder / "words")
    readable = f"Model processes may not read {words}: name its folder in RUNNER_READABLE."
    assert await failure(running, "lister", words) == f"{DENIED}'{words}'. {readable}"
    assert (await failure(running, "loader", "x")).endswith("read /etc/passwd: name its folder in RUNNER_READABLE.")


async def test_what_may_not_be_written(running: Running, folder: Path) -> None:
    for name in ("writer", "maker"):
        place = str(folder / "open" / name)
        advice = f"Model processes may not write {place}: name its folder in RUNNER_WRITABLE."
        assert await failure(running, name, place) == f"{DENIED}'{place}'. {advice}"
    message = await failure(running, "hoarder", "x")
    assert message.endswith(f"Model processes write no file above RUNNER_FILE_BYTES ({BOUND}).")


async def test_what_may_not_be_connected(running: Running) -> None:
    assert await failure(running, "connector", "x") == f"PermissionError: [Errno 13] Permission denied. {NETWORK}"
    assert (await failure(running, "downloader", "x")).endswith(NETWORK)


async def test_nothing_is_advised_where_no_wall_stood_in_the_way(running: Running, folder: Path) -> None:
    assert await failure(running, "wrong", "x") == "KeyError: 'x'"
    missing = str(folder / "open" / "nothing")
    assert (
        await failure(running, "reader", missing)
        == f"FileNotFoundError: [Errno 2] No such file or directory: '{missing}'"
    )
    running.run("open", {"path": str(folder / "open" / "list")}, VersionSpec("reader", "reader"))
    assert await running.end("open") == Done("open", "a list")
