"""What a person sees while everything starts: ticks on a terminal, one plain line a step elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, ConsoleRenderable
from rich.errors import LiveError
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text


class Steps:
    """Shows steps as they are done; where nobody can be reached any more, it says nothing."""

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
        """Print, unless the terminal or the reader of the pipe has gone."""
        with self._while_somebody_reads():
            self.console.print(renderable, soft_wrap=isinstance(renderable, Text))

    @contextmanager
    def doing(self, name: str) -> Iterator[None]:
        """Show that a step is under way."""
        if not self.is_terminal:
            yield
            return
        status = self.console.status(f"{escape(name)} ...")
        with self._while_somebody_reads():
            status.start()
        try:
            yield
        finally:
            with self._while_somebody_reads():
                status.stop()

    def error(self, message: str) -> None:
        """Something that ends the start."""
        with self._while_somebody_reads():
            Console(stderr=True, highlight=False).print(message, style="red", markup=False, soft_wrap=True)

    def panel(self, rows: list[tuple[str, str]]) -> None:
        """The last words: where to go."""
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
    def _while_somebody_reads(self) -> Iterator[None]:
        try:
            yield
        except (OSError, LiveError, SystemExit):  # what rich makes of a broken pipe
            self.console.quiet = True
