"""The files of a control group, as the kernel lays them out; a real one needs a subtree that was given to us."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workers.supervisor.memory_bound import bound_memory


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """`/sys/fs/cgroup` with the group of this process in it, which may have a subtree."""
    group = tmp_path / "system.slice" / "worker.service"
    group.mkdir(parents=True)
    (group / "cgroup.controllers").write_text("cpu memory pids\n")
    (group / "cgroup.procs").write_text(f"{os.getpid()}\n")
    (group / "cgroup.subtree_control").write_text("")
    (tmp_path / "own").write_text("1:name=systemd:/\n0::/system.slice/worker.service\n")
    return group


def test_a_runner_gets_a_group_beside_its_worker(tree: Path, tmp_path: Path) -> None:
    bound = bound_memory(10**9, tmp_path, tmp_path / "own")
    assert bound is not None
    bound.add(4711)
    assert (tree / "runner" / "memory.max").read_text() == "1000000000"
    assert (tree / "runner" / "memory.swap.max").read_text() == "0"
    assert (tree / "runner" / "cgroup.procs").read_text() == "4711"
    # No process may stay in a group that gives resources on
    assert (tree / "supervisor" / "cgroup.procs").read_text() == str(os.getpid())
    assert (tree / "cgroup.subtree_control").read_text() == "+memory"


def test_a_worker_that_moved_itself_makes_the_group_again(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "own").write_text("0::/system.slice/worker.service/supervisor\n")
    assert bound_memory(10**9, tmp_path, tmp_path / "own") is not None
    assert (tree / "runner" / "memory.max").read_text() == "1000000000"


def test_without_a_subtree_of_its_own_there_is_none(tree: Path, tmp_path: Path) -> None:
    (tree / "cgroup.controllers").write_text("cpu pids\n")
    assert bound_memory(10**9, tmp_path, tmp_path / "own") is None
    # Of the machine as a whole, or of a system with the first kind of groups
    for text in ("0::/\n", "4:memory:/mine\n", ""):
        (tmp_path / "own").write_text(text)
        assert bound_memory(10**9, tmp_path, tmp_path / "own") is None
    assert bound_memory(10**9, tmp_path, tmp_path / "nothing") is None
