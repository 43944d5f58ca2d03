from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.unit.runner.cached_models import Model, context, lease_until_canceled, use
from workers.contract.predictor import Predictor, SetupContext
from workers.contract.protocol import Loading, VersionSpec
from workers.contract.weights import safetensors_files
from workers.runner import read_ahead as module
from workers.runner.model_cache import ModelCache, ReadAhead
from workers.runner.read_ahead import read_ahead
from workers.runner.turns import Turns

SECONDS = 60
BLOCK = module.BLOCK_BYTES
real_preadv = os.preadv


class SlowDisk:
    """A disk that nothing of is in memory, and that gives the blocks of the files of `slow` only when `go` says so."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go = threading.Semaphore(0)
        self.read: list[tuple[str, int, int]] = []

    def preadv(self, descriptor: int, buffers: Sequence[Any], start: int, flags: int = 0) -> int:
        if flags:
            raise BlockingIOError
        name = Path(f"/proc/self/fd/{descriptor}").readlink().parent.name
        self._wait_for(name)
        size = real_preadv(descriptor, buffers, start)
        self.read.append((name, start, size))
        return size

    def load(self, spec: VersionSpec, told: SetupContext) -> Predictor:
        """Like the loaders of libraries: reads all of the files, of which some may be in memory."""
        for file in safetensors_files(Path(spec.path or "")):
            size, ahead = file.stat().st_size, {start for name, start, _ in self.read if name == spec.id}
            told.loading("read", 0, size)
            for start in range(0, size, BLOCK):
                if start not in ahead:
                    self._wait_for(spec.id)
        return Model(spec)

    def _wait_for(self, name: str) -> None:
        if name == "slow":
            self.begun.set()
            assert self.go.acquire(timeout=SECONDS)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> SlowDisk:
    disk = SlowDisk()
    monkeypatch.setattr(module.os, "preadv", disk.preadv)
    return disk


def version(folder: Path, name: str, blocks: float = 2.5) -> VersionSpec:
    (folder / name).mkdir()
    with (folder / name / "model.safetensors").open("wb") as file:
        file.truncate(int(blocks * BLOCK))
    return VersionSpec(name, "model", str(folder / name))


def reading_cache(disk: SlowDisk, most_bytes: int = 10**12) -> ModelCache:
    ahead: ReadAhead = lambda spec, report, check: read_ahead(  # noqa: E731
        safetensors_files(Path(spec.path or "")), most_bytes, report, check
    )
    return ModelCache(disk.load, lambda: 100, grace_seconds=1, read_ahead=ahead)


def test_a_model_on_a_slow_disk_keeps_no_other_from_loading(tmp_path: Path, disk: SlowDisk) -> None:
    cache = reading_cache(disk)
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(use, cache, version(tmp_path, "slow"))
        assert disk.begun.wait(SECONDS)
        other = pool.submit(use, cache, version(tmp_path, "other"))
        try:
            assert isinstance(other.result(5), Model)
            assert not slow.done()
        finally:
            disk.go.release(3)
        assert isinstance(slow.result(SECONDS), Model)


def test_reading_is_called_off_with_its_load(tmp_path: Path, disk: SlowDisk) -> None:
    cache, (canceled, _) = reading_cache(disk), context()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lease_until_canceled, cache, version(tmp_path, "slow", 1000), canceled)
        assert disk.begun.wait(SECONDS)
        canceled.cancel()
        cache.wake()
        first.result(SECONDS)
        while cache.holds("slow"):
            threading.Event().wait(0.01)
        disk.go.release(2)
        while cache._loading:
            threading.Event().wait(0.01)
    assert len(disk.read) == 1


def test_who_waits_hears_how_much_is_read_and_never_of_less(
    tmp_path: Path, disk: SlowDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REPORT_SECONDS", 0)
    prediction, sink = context("p")
    size = int(2.5 * BLOCK)
    with reading_cache(disk).lease(version(tmp_path, "other"), prediction):
        pass
    assert sink.messages == [Loading("p", "read", done, size) for done in (BLOCK, 2 * BLOCK, size)]


def test_no_more_is_read_than_memory_has_room_for(tmp_path: Path, disk: SlowDisk) -> None:
    files = safetensors_files(Path(version(tmp_path, "other").path or ""))
    read_ahead(files, BLOCK + 5)
    assert disk.read == [("other", 0, BLOCK), ("other", BLOCK, 5)]


@pytest.mark.skipif(not hasattr(os, "RWF_NOWAIT"), reason="needs a kernel that tells what it would have to wait for")
def test_what_is_in_memory_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(bytes(BLOCK + 1))
    reads: list[int] = []

    def preadv(descriptor: int, buffers: Sequence[Any], start: int, flags: int = 0) -> int:
        reads.append(flags)
        return real_preadv(descriptor, buffers, start, flags)

    monkeypatch.setattr(module.os, "preadv", preadv)
    try:
        fresh = os.open(file, os.O_RDONLY)
        real_preadv(fresh, [bytearray(1)], 0, os.RWF_NOWAIT)
    except OSError:
        pytest.skip("this file system cannot tell")
    finally:
        os.close(fresh)
    read_ahead([file], 10**12)
    assert set(reads) == {os.RWF_NOWAIT}


def test_a_file_that_cannot_be_read_is_left_to_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def preadv(*_: Any) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(module.os, "preadv", preadv)
    spec = version(tmp_path, "other")
    read_ahead(safetensors_files(Path(spec.path or "")), 10**12)


def test_small_work_overtakes_large_until_that_has_waited_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("workers.runner.turns.time.monotonic", lambda: now)
    turns, order = Turns(), []
    gate = threading.Event()

    def work(name: str, size: int) -> None:
        with turns.take(size):
            order.append(name)
            if name == "first":
                gate.wait(SECONDS)

    with ThreadPoolExecutor(4) as pool:
        works = [pool.submit(work, "first", 0)]
        while not order:
            threading.Event().wait(0.001)
        for count, (name, size, when) in enumerate(
            [("large", 10**10, 0.0), ("small", 10**8, 1.0), ("late", 10**8, 30.0)], start=1
        ):
            now = when
            works.append(pool.submit(work, name, size))
            while len(turns._waiting) < count:
                threading.Event().wait(0.001)
        gate.set()
        for each in works:
            each.result(SECONDS)
    assert order == ["first", "small", "large", "late"]


def test_who_gives_up_a_turn_lets_the_next_have_it() -> None:
    turns, wanted = Turns(), True

    def check() -> None:
        if not wanted:
            raise TimeoutError

    def wait_for_turn() -> None:
        with turns.take(0, check):
            pytest.fail("gave it up")

    with ThreadPoolExecutor(1) as pool:
        with turns.take(10):
            waiting = pool.submit(wait_for_turn)
            while not turns._waiting:
                threading.Event().wait(0.001)
            wanted = False
            with pytest.raises(TimeoutError):
                waiting.result(SECONDS)
        with turns.take(10**12):
            pass
