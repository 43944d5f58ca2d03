"""What a runner says of walls that its system lacks; what standing walls keep away is tested in tests/hostile."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

import pytest

from workers.contract.policy import Policy
from workers.runner import containment as module
from workers.runner.containment import READ, READ_DIR, Containment, base_rules, model_paths


@pytest.fixture
def bounds(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, tuple[int, int]]]:
    """The limits that were set, in place of setting them for the test itself."""
    bounds: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda kind, bound: bounds.append((kind, bound)))
    return bounds


def test_a_wall_that_the_system_lacks_is_named_and_the_others_stand(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bounds: list[tuple[int, tuple[int, int]]]
) -> None:
    raised = []

    def no_landlock() -> int:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(module, "landlock_abi", no_landlock)
    monkeypatch.setattr(module, "become", lambda policy, modules: policy.no_user)
    monkeypatch.setattr(module, "drop_capabilities", lambda: raised.append("capabilities"))
    monkeypatch.setattr(module, "drop_privileges", lambda: raised.append("privileges"))
    monkeypatch.setattr(module, "filter_calls", lambda *, sockets, owner: raised.append(f"calls {sockets} {owner}"))
    policy = Policy(str(tmp_path), network=True, memory_bytes=10**9, file_bytes=10**6, no_user="it is not root")
    containment = Containment(policy)
    containment.raise_walls()
    containment.confine_thread(None)
    without_landlock = dict.fromkeys(("files", "signals"), "Function not implemented")
    assert containment.missing == {"user": "it is not root", **without_landlock}
    assert raised == ["privileges", "capabilities", "calls True True"]
    assert dict(bounds) == {
        resource.RLIMIT_CORE: (0, 0), resource.RLIMIT_DATA: (10**9, 10**9), resource.RLIMIT_FSIZE: (10**6, 10**6),
    }  # fmt: skip


def test_a_processor_whose_calls_are_not_known_has_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.platform, "machine", lambda: "riscv64")
    with pytest.raises(OSError, match="riscv64"):
        module.filter_calls(sockets=False)


def test_of_a_folder_of_modules_what_is_hidden_stays_hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (".env", "mine.py"):
        (tmp_path / name).touch()
    for name in ("package", "data", ".git"):
        (tmp_path / name).mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    rules = base_rules([str(tmp_path / "data")])
    below = {path: rights for path, rights in rules if path.startswith(str(tmp_path))}
    assert below == {
        str(tmp_path): READ_DIR, str(tmp_path / "mine.py"): READ, str(tmp_path / "package"): READ,
    }  # fmt: skip


def test_a_snapshot_of_the_hub_is_its_folder_and_the_blobs_that_it_links_to(tmp_path: Path) -> None:
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshots" / "abc"
    for folder in (blobs, snapshot):
        folder.mkdir(parents=True)
    for name in ("mine", "other"):
        (blobs / name).touch()
    (snapshot / "model.safetensors").symlink_to(Path("../../blobs/mine"))
    assert model_paths(str(snapshot)) == [str(snapshot), str(blobs / "mine")]


def test_a_policy_survives_the_command_line() -> None:
    policy = Policy("/scratch", ("/a", "/b"), ("/in",), ("/r",), ("/w",), ("/h",), network=True, memory_bytes=1)
    assert Policy.from_text(policy.to_text()) == policy
