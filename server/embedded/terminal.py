"""What `up` shows: ticks and running predictions on a terminal, one plain line a step elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console, ConsoleRenderable, Group
from rich.errors import LiveError
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.text import Text

PICTURE_COLUMNS = 40
BAR_COLUMNS = 40


class Terminal:
    """Shows each step as it ends; once the terminal or the reader of the pipe has gone, it says nothing."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    @property
    def is_terminal(self) -> bool:
        """Whether a person watches."""
        return self.console.is_terminal

    def line(self, name: str, result: str, *, good: bool = True) -> None:
        """One step and how it ended."""
        if self.is_terminal:
            mark = "[green]✓[/]" if good else "[red]✗[/]"
            self.show(Text.from_markup(f"{mark} {escape(name)} [dim]{escape(result)}[/]"))
        else:
            self.show(Text(f"{name}: {result}"))

    def show(self, renderable: ConsoleRenderable) -> None:
        """Print."""
        with self._quiet_when_closed():
            self.console.print(renderable, soft_wrap=isinstance(renderable, Text))

    @contextmanager
    def doing(self, name: str) -> Iterator[None]:
        """Show that a step is under way."""
        if not self.is_terminal:
            yield
            return
        status = self.console.status(f"{escape(name)} ...")
        with self._quiet_when_closed():
            status.start()
        try:
            yield
        finally:
            with self._quiet_when_closed():
                status.stop()

    def error(self, message: str) -> None:
        """An error that ends everything."""
        with self._quiet_when_closed():
            Console(stderr=True, highlight=False).print(message, style="red", markup=False, soft_wrap=True)

    def panel(self, rows: list[tuple[str, str]]) -> None:
        """The last words: addresses, the demo user, how to stop."""
        if self.is_terminal:
            width = max(len(name) for name, _ in rows)
            body = "\n".join(f"[bold]{name.ljust(width)}[/]  {escape(value)}" for name, value in rows)
            self.show(Panel(body, title="inference-server", title_align="left", border_style="green"))
        else:
            for name, value in rows:
                self.line(name, value)

    @contextmanager
    def live(self) -> Iterator[Live | None]:
        """A part of the terminal to draw in, or None elsewhere."""
        if not self.is_terminal:
            yield None
            return
        with Live(console=self.console, refresh_per_second=20) as live:
            yield live

    @contextmanager
    def _quiet_when_closed(self) -> Iterator[None]:
        try:
            yield
        except (OSError, LiveError, SystemExit):  # what rich makes of a broken pipe
            self.console.quiet = True


class PredictionView:
    """A prediction as it runs, drawn where there is a terminal: text that grows, or a bar of steps."""

    def __init__(self, live: Live | None, slug: str, prompt: str) -> None:
        self._live = live
        self._slug = slug
        self._prompt = prompt
        self._text = ""
        self._step: tuple[int, int | None] | None = None
        self._draw()

    def replace(self, text: str) -> None:
        """The text as it stands, in place of what was shown."""
        self._text = text
        self._draw()

    def append(self, text: str) -> None:
        """More text."""
        self._text += text
        self._draw()

    def step(self, step: int, total: int | None) -> None:
        """One more step."""
        self._step = (step, total)
        self._draw()

    def _draw(self) -> None:
        if not self._live:
            return
        parts: list[ConsoleRenderable] = [Text.assemble((self._prompt, "bold"), self._text)]
        if self._step:
            step, total = self._step
            parts.append(ProgressBar(total=total or step, completed=step, width=BAR_COLUMNS))
            parts.append(Text(f"step {step} of {total or '?'}"))
        self._live.update(Panel(Group(*parts), title=self._slug, title_align="left"))


def draw_picture(path: Path) -> Text | None:
    """A picture as coloured half blocks, two pixels a character; None where Pillow is not installed."""
    try:
        from PIL import Image
    except ImportError:
        return None
    with Image.open(path) as image:
        lines = max(1, PICTURE_COLUMNS * image.height // image.width // 2)
        pixels = image.convert("RGB").resize((PICTURE_COLUMNS, lines * 2)).tobytes()
    row_bytes = PICTURE_COLUMNS * 3
    text = Text()
    for line in range(lines):
        top = pixels[2 * line * row_bytes :][:row_bytes]
        bottom = pixels[(2 * line + 1) * row_bytes :][:row_bytes]
        for column in range(0, row_bytes, 3):
            style = f"#{top[column : column + 3].hex()} on #{bottom[column : column + 3].hex()}"
            text.append("▀", style=style)
        text.append("\n")
    return text
