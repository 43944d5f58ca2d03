"""The demo against a real API and worker."""

from __future__ import annotations

import io
import re
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from rich.console import Console

from server.embedded.demo import Demo
from server.embedded.terminal import PredictionView, Terminal, draw_picture
from tests.conftest import LiveServer


@pytest.fixture(scope="module")
def guest_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo user's password is kept."""
    return tmp_path_factory.mktemp("guest")


def shown(url: str, data_dir: Path, *, is_terminal: bool = False, is_stopping: bool = False) -> str:
    """What the demo writes."""
    screen, stopping = io.StringIO(), threading.Event()
    if is_stopping:
        stopping.set()
    console = Console(file=screen, force_terminal=is_terminal, width=100, highlight=False, color_system="truecolor")
    Demo(url, data_dir, Terminal(console), stopping).run()
    return screen.getvalue()


def test_a_new_user_sees_both_models_run(live_server: LiveServer, guest_dir: Path) -> None:
    lines = shown(live_server.url, guest_dir).splitlines()
    pictures = [guest_dir / "demo" / f"{name}.png" for name in ("shapes", "shapes-outline")]
    lora = re.fullmatch(r"demo/shapes-outline: SUCCEEDED \(its LoRA was put on the loaded base in (\d+) ms\)", lines[3])
    assert lora
    assert [*lines[:3], *lines[4:]] == [
        *("demo/prose: SUCCEEDED", "demo/shapes: SUCCEEDED"),
        *(f"picture: {path}" for path in pictures),
    ]
    base, outline = (np.asarray(Pillow.open(path), dtype=float) for path in pictures)
    assert base.shape == outline.shape == (128, 128, 3)
    assert np.abs(base - outline).mean() > 5
    assert len((guest_dir / "demo_password").read_text()) == 20


def test_on_a_terminal_text_grows_and_the_picture_is_drawn(live_server: LiveServer, guest_dir: Path) -> None:
    screen = shown(live_server.url, guest_dir, is_terminal=True)
    assert "The function returns" in screen
    assert "step " in screen
    assert screen.count("▀") == 2 * 40 * 20
    assert "✓" in screen
    assert "✗" not in screen


def test_a_user_of_another_password_cannot_sign_in(live_server: LiveServer, guest_dir: Path, tmp_path: Path) -> None:
    shown(live_server.url, guest_dir)
    lines = shown(live_server.url, tmp_path).splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("demo: the demo user cannot sign in: ")


def test_an_api_that_is_away_is_told_of(tmp_path: Path) -> None:
    assert shown("http://127.0.0.1:1", tmp_path).startswith("demo: the API does not answer")


def test_nothing_is_told_while_stopping(live_server: LiveServer, tmp_path: Path) -> None:
    began = time.monotonic()
    assert shown(live_server.url, tmp_path, is_stopping=True) == ""
    assert time.monotonic() - began < 5


def test_a_run_without_a_terminal_draws_nothing() -> None:
    view = PredictionView(None, "demo/prose", "prompt")
    view.replace("text")
    view.append(" more")
    view.step(1, 2)


def test_a_reader_that_has_gone_stops_nothing() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    terminal = Terminal(Console(file=Gone()))
    terminal.line("one", "lost")
    terminal.line("two", "lost")
    with terminal.doing("three"):
        pass


def test_a_picture_needs_pillow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert draw_picture(tmp_path / "none.png") is None
