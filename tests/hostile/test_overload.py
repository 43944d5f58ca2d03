"""A runner that uses up memory, processes or disk of its machine is ended, and its end is named."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from server.domain.predictions import Failure, PredictionErrorCode
from tests.hostile.attempts import PROBER
from tests.unit.runner.running import Running
from workers.contract.policy import MAX_TASKS, Policy
from workers.supervisor import runner_watch as module
from workers.supervisor.runner_client import RunnerClient, RunnerOptions
from workers.supervisor.runner_watch import Load, RunnerWatch, free_memory, judge, remove_shared_memory

GB = 10**9
CALM = Load(8 * GB, 16 * GB, 6 * GB, 200, 50 * GB, 100 * GB, 60 * GB)
SECONDS = 60


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    running = Running()
    options = RunnerOptions(
        enable_gpu=False, threads=1, preload=False, extra_predictors=("tests.hostile.prober:Prober",),
        policy=Policy(str(tmp_path / "scratch")),
    )  # fmt: skip
    running.client = await RunnerClient.start(options, running.on_message)
    yield running
    running.client.kill()
    await running.client.exited


async def reason_of(running: Running, scratch: Path, name: str, target: object) -> Failure:
    """Why a runner was ended while it did something."""
    reason: asyncio.Future[Failure] = asyncio.get_running_loop().create_future()

    def end(failure: Failure) -> None:
        running.client.kill()
        reason.get_loop().call_soon_threadsafe(reason.set_result, failure)

    watch = RunnerWatch(running.client.pid, scratch, end).start()
    running.run("p", {"attempt": name, "target": str(target)}, PROBER)
    try:
        assert await running.ended() < 0
        return await asyncio.wait_for(reason, SECONDS)
    finally:
        watch.stop()


async def test_a_model_that_uses_up_memory_is_ended_before_the_machine_has_none(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine of one gigabyte, as far as its watch knows."""
    most = 0

    def pretend() -> tuple[int, int]:
        nonlocal most
        try:
            used = psutil.Process(running.client.pid).memory_info().rss
        except psutil.Error:
            used = 0
        most = max(most, used)
        return max(0, GB - used), GB

    monkeypatch.setattr(module, "free_memory", pretend)
    failure = await reason_of(running, tmp_path, "fill_memory", 4 * GB)
    assert failure.code is PredictionErrorCode.OUT_OF_MEMORY
    assert "almost none was left on its machine" in failure.message
    assert most < 2 * GB


async def test_a_model_that_starts_processes_without_end_is_ended_with_all_of_them(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_TASKS", 40)
    failure = await reason_of(running, tmp_path, "start_processes", 80)
    assert failure.code is PredictionErrorCode.INTERNAL
    assert "processes and threads, more than 40" in failure.message
    left = [process.status() for process in module._group(running.client.pid)]
    # Who reaps orphans here, if anybody does, takes its time
    assert set(left) <= {psutil.STATUS_ZOMBIE}


async def test_a_model_that_fills_the_disk_is_ended(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"

    def pretend(folder: Path) -> Any:
        used = sum(file.stat().st_size for file in scratch.iterdir() if file.is_file())
        return shutil._ntuple_diskusage(32_000_000, used, 32_000_000 - used)

    monkeypatch.setattr(module.shutil, "disk_usage", pretend)
    monkeypatch.setattr(module, "DISK_DROP_BYTES", 1_000_000)
    failure = await reason_of(running, scratch, "fill_disk", scratch)
    assert failure.code is PredictionErrorCode.STORAGE


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"memory": GB // 4}, "memory"),
        ({"memory": GB // 4, "runner_memory": GB}, None),
        ({"tasks": MAX_TASKS + 1}, "processes and threads"),
        ({"disk": GB // 2, "disk_at_start": 30 * GB}, "disk"),
        ({"disk": GB // 2, "disk_at_start": GB // 2}, None),
    ],
)
def test_only_who_took_it_is_ended(change: dict[str, int], words: str | None) -> None:
    failure = judge(Load(**{**vars(CALM), **change}))
    assert (failure is None) == (words is None)
    assert words is None or (failure is not None and words in failure.message)


def test_a_container_has_what_its_limit_leaves_and_files_in_memory_are_no_use(tmp_path: Path) -> None:
    for name, text in (
        ("memory.max", "1000000"),
        ("memory.current", "900000"),
        ("memory.stat", "anon 100000\nactive_file 300000\ninactive_file 400000\n"),
    ):
        (tmp_path / name).write_text(text)
    assert free_memory(tmp_path) == (800_000, 1_000_000)
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory(tmp_path)[1] >= psutil.virtual_memory().total


def test_what_a_runner_leaves_in_memory_goes_with_it(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("left")
    remove_shared_memory(tmp_path.stat().st_uid + 1, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    remove_shared_memory(tmp_path.stat().st_uid, tmp_path)
    assert not list(tmp_path.iterdir())
