"""What a person sees while everything starts: ticks on a terminal, one plain line a step elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.text import Text


class Steps:
    """Shows steps as they are done."""

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
            self.console.print(f"{mark} {escape(name)} [dim]{escape(result)}[/]")
        else:
            self.console.print(f"{name}: {result}", soft_wrap=True, markup=False)

    @contextmanager
    def doing(self, name: str) -> Iterator[None]:
        """Show that a step is under way."""
        if self.is_terminal:
            with self.console.status(f"{escape(name)} ..."):
                yield
        else:
            yield

    def error(self, message: str) -> None:
        """Something that ends the start."""
        Console(stderr=True, highlight=False).print(message, style="red", markup=False, soft_wrap=True)

    def panel(self, rows: list[tuple[str, str]]) -> None:
        """The last words: where to go."""
        if self.is_terminal:
            width = max(len(name) for name, _ in rows)
            body = "\n".join(f"[bold]{name.ljust(width)}[/]  {escape(value)}" for name, value in rows)
            self.console.print(Panel(body, title="inference-server", title_align="left", border_style="green"))
        else:
            for name, value in rows:
                self.line(name, value)


class LiveRun:
    """A prediction as it runs: text that grows, or a bar of steps."""

    def __init__(self, steps: Steps, title: str) -> None:
        self._title = title
        self._text = ""
        self._step: tuple[int, int | None] | None = None
        self._live = Live(console=steps.console, refresh_per_second=20, transient=False) if steps.is_terminal else None

    def __enter__(self) -> LiveRun:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *args: object) -> None:
        if self._live:
            self._live.stop()

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
        parts: list[object] = []
        if self._text:
            parts.append(Text(self._text))
        if self._step and not self._text:
            step, total = self._step
            parts += [
                ProgressBar(total=total or step, completed=step, width=40),
                Text(f"step {step} of {total or '?'}"),
            ]
        self._live.update(Panel(Group(*parts), title=self._title, title_align="left"))  # type: ignore[arg-type]
