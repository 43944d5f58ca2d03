"""The short run by which a new version is tried before it is READY: in the runner, among the predictions there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from server.adapters.database import rows
from server.tables.workers import ALIVE_SECONDS
from workers.contract.failures import VersionRefusedError
from workers.contract.protocol import Failed, Loading, Message, Tried, Try, VersionSpec
from workers.supervisor.attempt import SharedLock
from workers.supervisor.run_output import CANCELED, SUCCEEDED, Outcome
from workers.supervisor.runner_keeper import RunnerKeeper

OnProgress = Callable[[str, int, int | None], None]
FACTS = ("engine", "engine_reason")
MAX_FACT = 300


class ProbeFailedError(Exception):
    """The run told nothing of the version; trying again may help."""


class Probe:
    """One run of one version, as the keeper of the runner knows it."""

    def __init__(self, version: str, on_progress: OnProgress) -> None:
        # Of an earlier one that was given up something may still come
        self.key = f"try:{version}:{uuid4().hex}"
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.answer: Message | None = None
        self._on_progress = on_progress

    def receive(self, message: Message) -> None:
        """What the runner says of it."""
        if isinstance(message, Loading):
            self._on_progress(message.phase, message.bytes or 0, message.total_bytes)
        else:
            self.answer = message
            self._settle(SUCCEEDED if isinstance(message, Tried) else CANCELED)

    def runner_ended(self, outcome: Outcome) -> None:
        """The runner is gone, perhaps because of it."""
        self._settle(outcome)

    def _settle(self, outcome: Outcome) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)


async def probe(
    keeper: RunnerKeeper,
    lock: SharedLock,
    spec: VersionSpec,
    input_schema: dict[str, Any],
    seconds: float,
    on_progress: OnProgress,
) -> dict[str, Any] | None:
    """Load a version and run it once; what that took, or None where only another worker has the memory for it.

    A runner that ends meanwhile may have ended for another's sake: then the version runs once more, alone.

    Raises:
        VersionRefusedError: it cannot be run; the message is a sentence.
        ProbeFailedError: it took too long, or there was no memory for it now.
    """
    for is_alone in (False, True):
        async with lock.alone() if is_alone else lock.shared():
            client = await keeper.client()
            run = Probe(spec.id, on_progress)
            keeper.submit(run, Try(run.key, spec, input_schema))
            try:
                async with asyncio.timeout(seconds):
                    await asyncio.shield(run.outcome)
            except TimeoutError:
                reason = f"A short run of it took more than {seconds:g} seconds (PROBE_SECONDS)."
                raise ProbeFailedError(reason) from None
            finally:
                if not run.outcome.done():
                    keeper.cancel(run)
        answer = run.answer
        if isinstance(answer, Tried):
            if answer.needed_bytes is not None and await _fits_elsewhere(answer.needed_bytes):
                return None
            if answer.refusal is not None:
                raise VersionRefusedError(answer.refusal)
            result: dict[str, Any] = {
                "load_seconds": round(answer.load_seconds, 3), "run_seconds": round(answer.run_seconds, 3),
                "bytes": answer.bytes, "device": client.ready.device,
            }  # fmt: skip
            known = [name for name in FACTS if name in answer.facts]
            return result | {name: str(answer.facts[name])[:MAX_FACT] for name in known}
        if isinstance(answer, Failed):
            raise ProbeFailedError(f"There was not enough memory for a short run of it. {answer.message}")
        failure = run.outcome.result().failure
        if failure is not None:
            raise VersionRefusedError(f"A short run of it was ended. {failure.message}")
    raise VersionRefusedError("A short run of it ended the model's process, twice.")


async def _fits_elsewhere(needed: int) -> bool:
    """Whether a worker that lives has the memory for a model of so many bytes."""
    return bool(await rows(_ROOMY, ALIVE_SECONDS, needed))


_ROOMY = """
SELECT 1 FROM worker WHERE last_seen > now() - make_interval(secs => $1)
  AND coalesce(budget_bytes, total_bytes) >= $2 LIMIT 1
"""
