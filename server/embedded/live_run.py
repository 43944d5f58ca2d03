"""A prediction as it runs, on a terminal: text that grows, or a bar of steps; then the picture."""

from __future__ import annotations

from pathlib import Path

from rich.console import ConsoleRenderable, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.text import Text

PICTURE_COLUMNS = 40
BAR_COLUMNS = 40


class LiveRun:
    """What is known of a running prediction, drawn where there is a terminal."""

    def __init__(self, live: Live | None, slug: str, prompt: str) -> None:
        self._live = live
        self._slug = slug
        self._prompt = prompt
        self._text = ""
        self._step: tuple[int, int | None] | None = None
        self._draw()

    def replace(self, text: str) -> None:
        """A snapshot replaces what was shown."""
        self._text = text
        self._draw()

    def append(self, text: str) -> None:
        """More text."""
        self._text += text
        self._draw()

    def step(self, step: int, total: int | None) -> None:
        """A step was done."""
        self._step = (step, total)
        self._draw()

    def _draw(self) -> None:
        if not self._live:
            return
        said = Text.assemble((self._prompt, "bold"), self._text)
        parts: list[ConsoleRenderable] = [said]
        if self._step:
            step, total = self._step
            parts.append(ProgressBar(total=total or step, completed=step, width=BAR_COLUMNS))
            parts.append(Text(f"step {step} of {total or '?'}"))
        self._live.update(Panel(Group(*parts), title=self._slug, title_align="left"))


def picture(path: Path) -> Text | None:
    """A picture as coloured half blocks, two pixels a character; None where Pillow is not installed."""
    try:
        from PIL import Image
    except ImportError:
        return None
    with Image.open(path) as image:
        lines = max(1, PICTURE_COLUMNS * image.height // image.width // 2)
        pixels = image.convert("RGB").resize((PICTURE_COLUMNS, lines * 2)).tobytes()
    row_bytes = PICTURE_COLUMNS * 3
    drawn = Text()
    for line in range(lines):
        top = pixels[2 * line * row_bytes :][:row_bytes]
        bottom = pixels[(2 * line + 1) * row_bytes :][:row_bytes]
        for column in range(0, row_bytes, 3):
            style = f"#{top[column : column + 3].hex()} on #{bottom[column : column + 3].hex()}"
            drawn.append("▀", style=style)
        drawn.append("\n")
    return drawn
