"""What becomes of those who were in a runner when it ended."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from server.adapters.metrics import REGISTRY
from server.domain.predictions import Failure, PredictionErrorCode, PredictionStatus
from server.settings import Settings
from workers.contract import protocol
from workers.contract.protocol import Cancel, Log, Resident, Run, VersionSpec
from workers.contract.watchdog import STUCK
from workers.supervisor.run_output import HANDED_BACK, Outcome
from workers.supervisor.runner_client import RunnerClient, RunnerOptions
from workers.supervisor.runner_keeper import RunnerKeeper


class StandIn:
    """A runner that heeds nothing."""

    def __init__(self) -> None:
        self.pid = 0
        self.messages: list[Any] = []
        self.killed = asyncio.Event()

    def send(self, message: Any) -> None:
        """Note a message."""
        self.messages.append(message)

    def kill(self) -> None:
        """Note that it was killed."""
        self.killed.set()


@dataclass
class Handle:
    """A run that takes every end that it is given."""

    key: str
    outcome: asyncio.Future[Outcome] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    messages: list[Any] = field(default_factory=list)

    def receive(self, message: protocol.Message) -> None:
        """Note a message."""
        self.messages.append(message)

    def runner_ended(self, outcome: Outcome) -> None:
        """End."""
        self.outcome.set_result(outcome)


@pytest.fixture
async def runner() -> StandIn:
    return StandIn()


@pytest.fixture
async def keeper(runner: StandIn) -> RunnerKeeper:
    keeper = RunnerKeeper(Settings(_env_file=None, cancel_grace_seconds=0.5), RunnerOptions())
    keeper._client = cast("RunnerClient", runner)
    return keeper


def submit(keeper: RunnerKeeper, key: str) -> Handle:
    handle = Handle(key)
    keeper.submit(handle, Run(key, 1, VersionSpec("v", "echo"), {}))
    return handle


async def test_one_that_was_alone_when_it_died_counts_a_loss(keeper: RunnerKeeper) -> None:
    only = submit(keeper, "a")
    keeper._end_runs(-signal.SIGKILL)
    assert only.outcome.result() == Outcome(None, is_loss=True, alone=True)


async def test_one_that_overloaded_its_machine_alone_fails_by_name_and_of_several_each_runs_alone(
    keeper: RunnerKeeper, runner: StandIn
) -> None:
    reason = Failure(PredictionErrorCode.OUT_OF_MEMORY, "It used all memory.")
    only = submit(keeper, "a")
    keeper._end_for(cast("RunnerClient", runner), reason)
    assert runner.killed.is_set()
    keeper._end_runs(-signal.SIGKILL)
    assert only.outcome.result() == Outcome(PredictionStatus.FAILED, reason)
    several = [submit(keeper, "b"), submit(keeper, "c")]
    keeper._end_for(cast("RunnerClient", runner), reason)
    keeper._end_runs(-signal.SIGKILL)
    assert {each.outcome.result() for each in several} == {Outcome(None, alone=True)}


async def test_of_many_none_counts_a_loss_and_each_half_runs_again_by_itself(keeper: RunnerKeeper) -> None:
    many = [submit(keeper, name) for name in "abcde"]
    keeper._end_runs(-signal.SIGSEGV)
    ends = [each.outcome.result() for each in many]
    assert {(end.status, end.is_loss, end.alone) for end in ends} == {(None, False, True)}
    groups = [end.suspect_group for end in ends]
    assert groups[:3] == [groups[0]] * 3
    assert groups[3:] == [groups[4]] * 2
    assert len({None, *groups}) == 3


async def test_of_several_none_counts_a_loss_and_each_runs_again_alone(keeper: RunnerKeeper) -> None:
    several = [submit(keeper, "a"), submit(keeper, "b")]
    keeper._end_runs(-signal.SIGSEGV)
    assert {each.outcome.result() for each in several} == {Outcome(None, is_loss=False, alone=True)}


@pytest.mark.parametrize(("code", "reason"), [(-signal.SIGSEGV, "died"), (STUCK, "stuck")])
async def test_ends_of_runners_are_counted_by_their_reason(keeper: RunnerKeeper, code: int, reason: str) -> None:
    name, labels = "inference_runner_ends_total", {"reason": reason}
    before = REGISTRY.get_sample_value(name, labels) or 0
    keeper._end_runs(code)
    assert REGISTRY.get_sample_value(name, labels) == before + 1


async def test_a_runner_that_gave_up_is_nobody_s_loss(keeper: RunnerKeeper) -> None:
    only = submit(keeper, "a")
    keeper._end_runs(STUCK)
    assert only.outcome.result() == HANDED_BACK


async def test_a_runner_killed_for_one_that_heeds_no_cancel_is_no_loss_of_the_others(
    keeper: RunnerKeeper, runner: StandIn
) -> None:
    deaf, beside = submit(keeper, "deaf"), submit(keeper, "beside")
    keeper.cancel(deaf)
    assert runner.messages[-1] == Cancel("deaf")
    async with asyncio.timeout(5):
        await runner.killed.wait()
    keeper._end_runs(-signal.SIGKILL)
    assert beside.outcome.result() == HANDED_BACK
    only = submit(keeper, "later")
    keeper._end_runs(-signal.SIGKILL)
    assert only.outcome.result().is_loss


async def test_one_that_heeds_its_cancel_costs_nobody_the_runner(keeper: RunnerKeeper, runner: StandIn) -> None:
    heeds, beside = submit(keeper, "heeds"), submit(keeper, "beside")
    keeper.cancel(heeds)
    heeds.outcome.set_result(HANDED_BACK)
    keeper.cancel(beside)
    async with asyncio.timeout(5):
        await runner.killed.wait()
    assert "heeds" not in keeper._runs
    assert "beside" in keeper._runs


async def test_messages_reach_their_run_until_its_outcome(keeper: RunnerKeeper) -> None:
    run = submit(keeper, "a")
    keeper._receive(Log("a", "hers"))
    keeper._receive(Log("b", "somebody else's"))
    keeper._receive(Resident(["v"], 5))
    run.outcome.set_result(HANDED_BACK)
    await asyncio.sleep(0)
    keeper._receive(Log("a", "late"))
    assert run.messages == [Log("a", "hers")]
    assert keeper.resident.versions == ["v"]
