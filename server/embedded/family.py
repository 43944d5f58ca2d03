"""All children of a run: started, watched, started again, stopped in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from server.embedded.children import Child, rotate, stop_all
from server.embedded.state import StateFile
from server.embedded.steps import Steps

POLL_SECONDS = 0.03
WATCH_SECONDS = 0.1
START_SECONDS = 120.0
COMMAND_SECONDS = 600.0
QUICK_DEATHS, QUICK_SECONDS = 5, 30.0
FIRST_PAUSE_SECONDS = 0.1


class StartError(Exception):
    """Something did not start or stay; the message says what, and ends with its log."""


class StoppedError(Exception):
    """Somebody asked to stop before everything was there."""


@dataclass
class Stopping:
    """`asked`: somebody wants everything to end; `hurry`: at once."""

    asked: threading.Event = field(default_factory=threading.Event)
    hurry: threading.Event = field(default_factory=threading.Event)

    def ask(self, *_: object) -> None:
        """Ask once to stop, twice to hurry; a signal handler."""
        (self.hurry if self.asked.is_set() else self.asked).set()


@dataclass
class Family:
    """Children in groups, which are stopped one group after another, the last one first."""

    state: StateFile
    steps: Steps
    stopping: Stopping
    groups: list[list[Child]] = field(default_factory=list)
    _deaths: dict[str, list[float]] = field(default_factory=dict)

    def start(self, *children: Child) -> None:
        """Start a group; raises StoppedError."""
        self.groups.append([])
        for child in children:
            self._go_on()
            rotate(child.log)
            self.groups[-1].append(child)
            self.state.add(child.start())

    def run(self, child: Child) -> None:
        """Run a command to its end; raises StartError, StoppedError."""
        self._go_on()
        rotate(child.log)
        child.start()
        succeeded = child.wait(COMMAND_SECONDS, self.stopping.asked.is_set)
        self._go_on()
        if not succeeded:
            raise StartError(f"{child.name} failed:\n{child.tail()}")

    def wait(self, what: str, is_up: Callable[[], bool]) -> None:
        """Wait for a condition that needs all children; raises StartError, StoppedError."""
        deadline = time.monotonic() + START_SECONDS
        while not is_up():
            self._go_on()
            for child in self._children():
                if not child.is_running:
                    raise StartError(f"{child.name} died while starting ({child.end()}):\n{child.tail()}")
            if time.monotonic() > deadline:
                raise StartError(f"{what} took longer than {START_SECONDS:.0f} seconds to start")
            time.sleep(POLL_SECONDS)

    def watch(self) -> None:
        """Start again what dies, until somebody asks to stop; raises StartError when one dies again and again."""
        while not self.stopping.asked.wait(WATCH_SECONDS):
            for child in self._children():
                if not child.is_running:
                    self._revive(child)

    def stop(self) -> None:
        """Stop all of them; nothing of theirs is left."""
        while self.groups:
            stop_all(self.groups.pop(), self.stopping.hurry)

    def _children(self) -> Sequence[Child]:
        return [child for group in self.groups for child in group]

    def _go_on(self) -> None:
        if self.stopping.asked.is_set():
            raise StoppedError

    def _revive(self, child: Child) -> None:
        how = child.end()
        now = time.monotonic()
        recent = [at for at in self._deaths.get(child.name, []) if now - at < QUICK_SECONDS] + [now]
        self._deaths[child.name] = recent
        if len(recent) >= QUICK_DEATHS:
            raise StartError(f"{child.name} died {len(recent)} times in a row ({how}):\n{child.tail()}")
        self.steps.line(child.name, f"died ({how}); starting it again", good=False)
        if not self.stopping.asked.wait(FIRST_PAUSE_SECONDS * 2 ** len(recent)):
            self.state.add(child.start())
