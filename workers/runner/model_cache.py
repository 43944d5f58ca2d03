"""The models in memory: each loaded once for all who wait, the least recently used dropped first, and none in use."""

from __future__ import annotations

import ctypes
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from workers.contract.context import PredictionContext
from workers.contract.failures import ModelLoadError, ModelTooLargeError, explain_load, free_memory
from workers.contract.predictor import Predictor, SetupContext
from workers.contract.protocol import Resident, VersionSpec
from workers.contract.variables import ModelVariables
from workers.contract.watchdog import DEFAULT_GRACE_SECONDS, give_up, later
from workers.runner.turns import Turns

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0
LOOK_SECONDS = 0.5
STOP_SECONDS = 0.1

Loader = Callable[[VersionSpec, SetupContext], Predictor]
ReadAhead = Callable[[VersionSpec, Callable[[int, int], None], Callable[[], None]], None]
"""Brings a version's files into memory; told whom to report to, and what raises where nobody wants it any more."""


@dataclass(eq=False)
class _Entry:
    spec: VersionSpec
    predictor: Predictor | None = None
    failure: ModelLoadError | None = None
    size_bytes: int = 0
    users: int = 0
    used_at: float = 0.0
    forgotten: bool = False
    reserved_bytes: int = 0
    thread: int | None = None
    """The thread that is inside the loader."""
    is_over: bool = False
    is_unwanted: bool = False
    """Its load was given up, and ends as soon as it can."""
    watchers: list[PredictionContext] = field(default_factory=list)
    adapters: set[str] = field(default_factory=set)
    """The versions with adapters that it has served: what they add counts as the model's own."""
    phase: tuple[str, int | None, int | None] | None = None

    @property
    def versions(self) -> list[str]:
        return [*sorted(self.adapters), self.spec.id]


class LoadAbandonedError(BaseException):
    """Nobody waits any more for a model; no `Exception`, so that a model's `except Exception` lets it pass."""


class ModelCache:
    """Loaded predictors by version id; versions with adapters share that of their base.

    `budget` tells, once and when first needed, how many bytes may be filled; `estimate` how many a version will take
    before it is loaded. Idle models make room, the least recently used first; what is in use or pinned stays. A load
    that finds no room waits until users leave, and after PATIENCE_SECONDS the loaded models let no new users in until
    it is done, so that it is not starved. What can never fit fails at once. `changed` hears what is loaded.

    Models with files are loaded one after the other, the small ones first; what of that is slow, `read_ahead`, is done
    before, by all at once.

    A load that nobody waits for any more is ended after half of `grace_seconds`, by an exception raised in its thread;
    where that is not heeded within the other half, `stuck` hears of it, which ends the process.
    """

    def __init__(
        self,
        load: Loader,
        budget: Callable[[], int],
        estimate: Callable[[VersionSpec], int] = lambda spec: 0,
        unloaded: Callable[[str], None] = lambda version: None,
        changed: Callable[[Resident], None] = lambda resident: None,
        idle_seconds: float = 0,
        confine: Callable[[str | None], None] = lambda model: None,
        grace_seconds: float = DEFAULT_GRACE_SECONDS,
        stuck: Callable[[str], None] = give_up,
        read_ahead: ReadAhead = lambda spec, report, check: None,
    ) -> None:
        self._loader = load
        self._find_budget = budget
        self._budget: int | None = None
        self._estimate = estimate
        self._unloaded = unloaded
        self._tell = changed
        self._confine = confine
        self._grace_seconds = grace_seconds
        self._stuck = stuck
        self._read_ahead = read_ahead
        self._changed = threading.Condition()
        # libraries set global defaults while they load a model, so two may not load at once
        self._turns = Turns()
        self._current: dict[str, _Entry] = {}
        self._loaded: list[_Entry] = []
        self._loading: list[_Entry] = []
        self._urgent: _Entry | None = None
        self._pins: frozenset[str] = frozenset()
        self.evictions = 0
        if idle_seconds:
            threading.Thread(target=self._drop_idle, args=(idle_seconds,), name="idle models", daemon=True).start()

    @contextmanager
    def lease(self, spec: VersionSpec, context: PredictionContext) -> Iterator[Predictor]:
        """The version's predictor, loaded if need be and kept while the block runs.

        Raises:
            ModelLoadError: for all who waited for the same load; the next lease tries again.
            CancelSignal: the prediction was asked to stop while it waited; the load goes on for those who still wait.
        """
        version, spec = spec, spec.model
        with self._changed:
            # no new user of a loaded model while another model has waited too long for room
            while self._urgent is not None and (loaded := self._current.get(spec.id)) and loaded.predictor is not None:
                context.check()
                self._changed.wait()
            outdated: list[_Entry] = []
            entry = self._current.get(spec.id)
            if entry is not None and entry.spec.variable_changes < spec.variable_changes:
                # It knows what its owner has changed since; what runs on it ends as it began
                entry.forgotten = True
                del self._current[spec.id]
                outdated, entry = self._take([entry]), None
            is_new = entry is None
            if entry is None:
                entry = self._current[spec.id] = _Entry(spec)
            entry.users += 1
            entry.watchers.append(context)
            phase = entry.phase if entry.predictor is None else None
        try:
            if is_new:
                self._unload(outdated)
                threading.Thread(target=self._load, args=(entry,), name=f"load {spec.id}", daemon=True).start()
            if phase is not None:
                context.loading(*phase)
            with self._changed:
                try:
                    while entry.predictor is None:
                        if entry.failure is not None:
                            raise ModelLoadError(entry.failure.code, entry.failure.message, entry.failure.needed)
                        context.check()
                        self._changed.wait()
                finally:
                    entry.watchers.remove(context)
            yield entry.predictor
        finally:
            is_first = bool(version.adapter) and version.id not in entry.adapters
            size = entry.predictor.size_bytes() if is_first and entry.predictor is not None else None
            with self._changed:
                if size is not None:
                    entry.adapters.add(version.id)
                entry.size_bytes = size or entry.size_bytes
                entry.users -= 1
                entry.used_at = time.monotonic()
                victims = self._take([entry]) if entry.forgotten else self._excess(0)
                if entry.users == 0 and not (entry.is_over or self._is_pinned(entry)):
                    later(self._grace_seconds / 2, lambda: self._abandon(entry))
            if size is not None and not victims:
                self._tell(self.resident)
            self._unload(victims)

    def forget(self, version: str) -> None:
        """Unload a version as soon as nobody uses it; the next lease loads it anew."""
        with self._changed:
            entry = self._current.pop(version, None)
            if entry is None:
                for base in [each for each in self._loaded if version in each.adapters]:
                    base.adapters.discard(version)
                    if base.predictor is not None:
                        base.predictor.drop_adapter(version)
                return
            entry.forgotten = True
            victims = self._take([entry])
        # in a thread, since a model's own teardown may take its time and the caller has messages to read
        threading.Thread(target=self._unload, args=(victims,), name=f"forget {version}", daemon=True).start()

    def pin(self, versions: Iterable[str]) -> None:
        """Have these versions stay once they are loaded, and no others but those whose options say so."""
        with self._changed:
            self._pins = frozenset(versions)
            # Who waits for room may have more of it now, or never
            self._changed.notify_all()
        self._tell(self.resident)

    def shrink(self) -> None:
        """Unload everything that nobody uses."""
        with self._changed:
            victims = self._take(list(self._loaded))
        self._unload(victims)

    def wake(self) -> None:
        """Make those who wait for a load look whether they were asked to stop."""
        with self._changed:
            self._changed.notify_all()

    def holds(self, version: str) -> bool:
        """Whether a version is loaded or being loaded."""
        with self._changed:
            return version in self._current

    @property
    def loaded_bytes(self) -> int:
        """Bytes of all loaded models."""
        return sum(entry.size_bytes for entry in self._loaded)

    @property
    def _used_bytes(self) -> int:
        return self.loaded_bytes + sum(entry.reserved_bytes for entry in self._loading)

    def _load(self, entry: _Entry) -> None:
        with self._changed:
            self._loading.append(entry)
        try:
            failure = self._try_load(entry)
        except LoadAbandonedError as error:  # it came just when the load had failed by itself
            failure = explain_load(error)
        if failure is not None:
            free_memory()
        with self._changed:
            self._loading.remove(entry)
            entry.failure, entry.is_over, entry.thread = failure, True, None
            if failure is not None and self._current.get(entry.spec.id) is entry:
                del self._current[entry.spec.id]
            victims = self._take([entry]) if entry.forgotten else self._excess(0)
            self._changed.notify_all()
        self._unload(victims)
        if failure is not None:
            self._unloaded(entry.spec.id)

    def _try_load(self, entry: _Entry) -> ModelLoadError | None:
        """Load a model, or say why not; what a failed load held is let go with this call's frame."""

        def report(phase: str, done: int | None = None, total: int | None = None) -> None:
            with self._changed:
                # The loader counts anew what was read ahead
                if entry.phase and entry.phase[0] == phase == "read" and (done or 0) < (entry.phase[1] or 0):
                    return
                entry.phase = (phase, done, total)
                watchers = list(entry.watchers)
            for context in watchers:
                context.loading(phase, done, total)

        def check() -> None:
            if entry.is_unwanted:
                raise LoadAbandonedError

        predictor = None
        try:
            budget = self._make_room(entry, self._estimate(entry.spec), report)
            self._confine(entry.spec.path)
            # Those who wait for room or for a disk keep no other from loading
            self._read_ahead(entry.spec, lambda done, total: report("read", done, total), check)
            with self._turns.take(entry.reserved_bytes, check) if entry.spec.path else nullcontext():
                with self._changed:
                    check()
                    entry.thread = threading.get_ident()
                    room = budget - self._used_bytes + entry.reserved_bytes
                given = ModelVariables.of(entry.spec)
                predictor = self._loader(entry.spec, SetupContext(report, room, given))
                size = predictor.size_bytes()
                with self._changed:
                    entry.thread = None
            if size > budget - self._pinned_bytes(entry):
                raise ModelTooLargeError(size, budget - self._pinned_bytes(entry))
        except BaseException as error:  # SystemExit of a model's code too: those who wait must hear of it
            with self._changed:
                entry.thread = None
            if isinstance(error, LoadAbandonedError):
                logger.info("The load of version %s was ended, since nobody waits for it", entry.spec.id)
            else:
                logger.exception("Version %s could not be loaded", entry.spec.id)
            if predictor is not None:
                with predictor.model_variables.present():
                    predictor.teardown()
            return explain_load(error)
        with self._changed:
            entry.predictor, entry.size_bytes, entry.used_at = predictor, size, time.monotonic()
            entry.is_over, entry.reserved_bytes = True, 0
            self._loaded.append(entry)
        self._tell(self.resident)
        return None

    def _make_room(self, entry: _Entry, needed: int, report: Callable[[str, int, int], None]) -> int:
        """Wait until `needed` bytes are free; the budget.

        Raises:
            ModelTooLargeError: that can never be.
        """
        began = time.monotonic()
        try:
            while True:
                with self._changed:
                    if self._budget is None:
                        self._budget = self._find_budget()
                    most = self._budget - self._pinned_bytes(entry)
                    if needed > most:
                        raise ModelTooLargeError(needed, most)
                    # What waits longer goes first
                    may_load = self._urgent in (None, entry)
                    victims = self._excess(needed) if may_load else []
                    fits = may_load and self._used_bytes + needed <= self._budget
                    if fits:
                        entry.reserved_bytes = needed
                    if not fits and not victims:
                        if entry.users == 0:
                            raise LoadAbandonedError
                        if may_load and time.monotonic() - began >= PATIENCE_SECONDS:
                            self._urgent = entry
                        self._changed.wait(LOOK_SECONDS)
                self._unload(victims)
                if fits:
                    return self._budget
                if not victims:
                    report("wait", self.loaded_bytes, self._budget)
        finally:
            with self._changed:
                if self._urgent is entry:
                    self._urgent = None
                self._changed.notify_all()

    def _abandon(self, entry: _Entry) -> None:
        """End a load that nobody has wanted for a while; the next lease of its version begins another."""
        with self._changed:
            if entry.users or entry.is_over or entry.is_unwanted:
                return
            entry.is_unwanted = True
            if self._current.get(entry.spec.id) is entry:
                del self._current[entry.spec.id]
        heeds_until: float | None = None
        pause = threading.Event()
        while True:
            with self._changed:
                # Behind the loader, there is only what it filled to be given back
                if entry.is_over or (heeds_until is not None and entry.thread is None):
                    return
                # Under the lock, so that it reaches the loader and nothing behind it
                if heeds_until is None and entry.thread is not None and not _imports(entry.thread):
                    raise_in_thread(entry.thread, LoadAbandonedError)
                    heeds_until = time.monotonic() + self._grace_seconds / 2
            if heeds_until is not None and time.monotonic() > heeds_until:
                self._stuck(f"The load of version {entry.spec.id}, which nobody waits for, goes on")
                return
            pause.wait(STOP_SECONDS)

    def _is_pinned(self, entry: _Entry) -> bool:
        is_wanted = bool(entry.spec.options.get("pinned")) or not self._pins.isdisjoint(entry.versions)
        return is_wanted and not entry.forgotten

    def _pinned_bytes(self, besides: _Entry | None = None) -> int:
        return sum(each.size_bytes for each in self._loaded if self._is_pinned(each) and each is not besides)

    @property
    def resident(self) -> Resident:
        """What is loaded, the most recently used last, each behind its adapters."""
        with self._changed:
            loaded = sorted(self._loaded, key=lambda entry: entry.used_at)
            versions = [key for entry in loaded for key in entry.versions]
            # An adapter's base stays with it; of the others on that base nobody has asked
            pinned = [
                key
                for entry in loaded if self._is_pinned(entry)
                for key in entry.versions if key == entry.spec.id or key in self._pins
            ]  # fmt: skip
            memory = (self.loaded_bytes, self._budget, self.evictions)
            return Resident(versions, *memory, pinned=pinned, pinned_bytes=self._pinned_bytes())

    def _drop_idle(self, seconds: float) -> None:
        pause = threading.Event()
        while not pause.wait(min(seconds / 4, 5)):
            with self._changed:
                long_ago = time.monotonic() - seconds
                victims = self._take([e for e in self._loaded if e.used_at < long_ago and not self._is_pinned(e)])
                self.evictions += len(victims)
            self._unload(victims)

    def _excess(self, needed: int) -> list[_Entry]:
        """Idle entries, least recently used first, until the rest and `needed` bytes fit; no longer in the cache."""
        victims: list[_Entry] = []
        for entry in sorted((e for e in self._loaded if not self._is_pinned(e)), key=lambda e: e.used_at):
            if self._budget is None or self._used_bytes + needed <= self._budget:
                break
            victims += self._take([entry])
        self.evictions += len(victims)
        return victims

    def _take(self, entries: list[_Entry]) -> list[_Entry]:
        """Those of the entries that are loaded and idle, no longer in the cache."""
        idle = [entry for entry in entries if entry.users == 0 and entry in self._loaded]
        for entry in idle:
            self._loaded.remove(entry)
            if self._current.get(entry.spec.id) is entry:
                del self._current[entry.spec.id]
        return idle

    def _unload(self, victims: list[_Entry]) -> None:
        for entry in victims:
            try:
                if entry.predictor is not None:
                    with entry.predictor.model_variables.present():
                        entry.predictor.teardown()
            except BaseException:  # SystemExit of a model's code too: this may be the thread of another's prediction
                logger.exception("Version %s failed in its teardown", entry.spec.id)
            entry.predictor = None
            self._unloaded(entry.spec.id)
        if victims:
            free_memory()
            self._tell(self.resident)


def raise_in_thread(thread: int, error: type[BaseException]) -> None:
    """Raise an exception in a thread as soon as it executes Python code again (PyThreadState_SetAsyncExc)."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))


def _imports(thread: int) -> bool:
    """Whether a thread is in the middle of an import: one that was broken off leaves libraries half there."""
    frame = sys._current_frames().get(thread)
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False
