"""What becomes of those who were in a runner when it ended."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Callable

import pytest

from server.domain.predictions import PredictionStatus
from server.settings import Settings
from tests.unit.supervisor.test_run_output import ID, AwayLog, claim
from workers.contract.watchdog import STUCK
from workers.supervisor.event_writer import EventWriter
from workers.supervisor.execution import Execution, Outcome
from workers.supervisor.runner_client import RunnerOptions
from workers.supervisor.runner_keeper import RunnerKeeper

Inside = Callable[[], Execution]


@pytest.fixture
def keeper() -> RunnerKeeper:
    return RunnerKeeper(Settings(_env_file=None), RunnerOptions())


@pytest.fixture
async def inside(keeper: RunnerKeeper) -> AsyncIterator[Inside]:
    writers: list[EventWriter] = []

    def make() -> Execution:
        writers.append(EventWriter(AwayLog(), ID, 1))
        execution = Execution(claim(), writers[-1], 10_000)
        keeper._inside[str(execution.job.id)] = execution
        return execution

    yield make
    for writer in writers:
        await writer.close(0)


async def test_one_that_was_alone_when_it_died_counts_a_loss(keeper: RunnerKeeper, inside: Inside) -> None:
    only = inside()
    keeper._lost(-signal.SIGKILL)
    assert only.outcome.result() == Outcome(None, lost=True, alone=True)


async def test_of_several_none_counts_a_loss_and_each_runs_again_alone(keeper: RunnerKeeper, inside: Inside) -> None:
    several = [inside(), inside()]
    keeper._lost(-signal.SIGSEGV)
    assert {each.outcome.result() for each in several} == {Outcome(None, lost=False, alone=True)}


async def test_a_runner_that_gave_up_is_nobody_s_loss(keeper: RunnerKeeper, inside: Inside) -> None:
    only = inside()
    keeper._lost(STUCK)
    assert only.outcome.result() == Outcome(None)


async def test_who_was_to_stop_ends_as_asked(keeper: RunnerKeeper, inside: Inside) -> None:
    canceled, beside = inside(), inside()
    canceled.stop_reason = Outcome(PredictionStatus.CANCELED)
    keeper._killed_for = str(canceled.job.id)
    keeper._lost(-signal.SIGKILL)
    assert canceled.outcome.result() == canceled.stop_reason
    assert beside.outcome.result() == Outcome(None)
    assert keeper._killed_for is None
