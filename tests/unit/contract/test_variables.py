"""What a model's code sees of its own variables, and that nobody else does."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from workers.contract.logs import route_prints
from workers.contract.protocol import VersionSpec
from workers.contract.variables import ModelVariables, show_variables


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test shows and routes by itself."""
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.start)
    monkeypatch.setattr(ThreadPoolExecutor, "submit", ThreadPoolExecutor.submit)
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    monkeypatch.setenv("SHARED", "of the process")
    plain = type(os.environ)
    show_variables()
    yield
    os.environ.__class__ = plain


def in_thread() -> str | None:
    seen: list[str | None] = []
    thread = threading.Thread(target=lambda: seen.append(os.environ.get("KEY")))
    thread.start()
    thread.join()
    return seen[0]


def test_its_code_sees_them_in_the_environment_its_threads_and_pools_too() -> None:
    route_prints()
    given = ModelVariables({"URL": "u"}, {"KEY": "k"})
    with ThreadPoolExecutor(1) as pool, given.present():
        assert (os.environ["KEY"], os.getenv("URL"), "KEY" in os.environ) == ("k", "u", True)
        assert os.environ["SHARED"] == "of the process"
        assert {"URL", "KEY", "SHARED"} <= set(os.environ)
        assert len(os.environ) == len(list(os.environ)) == len(dict(os.environ))
        assert os.environ.copy()["KEY"] == "k"
        assert in_thread() == "k"
        assert pool.submit(os.getenv, "KEY").result() == "k"
    assert os.getenv("KEY") is None
    assert "KEY" not in dict(os.environ)
    assert in_thread() is None


def test_the_process_itself_never_has_them() -> None:
    with ModelVariables({}, {"KEY": "kept-out"}).present():
        program = [sys.executable, "-c", "import os; print(os.environ.get('KEY'))"]
        plain = subprocess.run(program, capture_output=True, text=True, check=True)
        asked = subprocess.run(program, env=dict(os.environ), capture_output=True, text=True, check=True)
        assert (plain.stdout, asked.stdout) == ("None\n", "kept-out\n")
        os.environ["KEY"] = "changed"
        assert os.environ["KEY"] == "changed"
        assert b"KEY" not in os.environb
        os.environ["OTHER"] = "o"
        del os.environ["KEY"]
        assert os.getenv("KEY") is None
    assert os.environ.pop("OTHER") == "o"
    assert os.getenv("KEY") is None


def test_two_models_at_once_see_each_its_own() -> None:
    both = threading.Barrier(2)

    def look(value: str) -> str | None:
        with ModelVariables({}, {"KEY": value}).present():
            both.wait(30)
            return os.getenv("KEY")

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(look, ["a", "b"])) == ["a", "b"]


def test_no_text_of_a_version_tells_them() -> None:
    spec = VersionSpec("v", "p", variables={"URL": "hidden"}, secrets={"KEY": "hidden"}, variable_changes=1)
    assert "hidden" not in repr(spec)
    assert "hidden" not in repr(ModelVariables.of(spec).secrets)
