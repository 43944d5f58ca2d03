"""What stops an attempt, stage by stage; the outcome that stands is the first one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from server.adapters.tracing import NO_TRACING
from server.domain import input_schema
from server.domain.predictions import Failure, PredictionErrorCode, PredictionStatus
from server.runtime import Runtime
from server.settings import Settings
from tests.unit.supervisor.runs import AwayLog, lease
from workers.contract.protocol import Cancel, Canceled, Done, Failed, File, Log, Output, SetPreviews, VersionSpec
from workers.supervisor.attempt import DEADLINE_PASSED, Attempt, AttemptContext, SharedLock, Stage
from workers.supervisor.inputs import InputFilesError
from workers.supervisor.run_output import CANCELED, HANDED_BACK, LEASE_LOST, SUCCEEDED, Outcome

OUTSIDE = [Stage.WAITING, Stage.FETCHING]
REASONS = [CANCELED, DEADLINE_PASSED, HANDED_BACK, LEASE_LOST]


class StandIn:
    """A runner's keeper that notes what it is told."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.canceled: list[Any] = []

    def send(self, message: Any) -> None:
        """Note a message."""
        self.messages.append(message)

    def cancel(self, run: Any) -> None:
        """Note whom it is to cancel."""
        self.canceled.append(run)


@pytest.fixture
async def keeper() -> StandIn:
    return StandIn()


@pytest.fixture
async def attempt(keeper: StandIn) -> AsyncIterator[Attempt]:
    settings = Settings(_env_file=None, max_output_text_bytes=1000)
    rt = SimpleNamespace(settings=settings, event_log=AwayLog(), tracing=NO_TRACING)
    other = cast("Any", None)
    context = AttemptContext(
        cast("Runtime", rt),
        cast("Any", keeper),
        other,
        other,
        other,
        other,
        SharedLock(),
        lambda: 1,
        lambda seconds: None,
        other,
    )
    attempt = Attempt(context, lease())
    yield attempt
    await attempt._writer.close(0)


def give_spec(attempt: Attempt, spec: VersionSpec, schema: dict[str, Any]) -> None:
    """Let an attempt find this version, with this input schema."""

    class Snapshots:
        async def spec(self, *_: Any) -> VersionSpec:
            return spec

        def input_schema(self, _: Any) -> dict[str, Any]:
            return schema

    attempt._context = replace(attempt._context, snapshots=cast("Any", Snapshots()))


@pytest.mark.parametrize("stage", OUTSIDE)
@pytest.mark.parametrize("reason", REASONS)
async def test_outside_of_the_runner_a_stop_ends_it_at_once(
    attempt: Attempt, keeper: StandIn, stage: Stage, reason: Outcome
) -> None:
    attempt.stage = stage
    attempt.stop(reason)
    attempt.stop(SUCCEEDED)
    assert attempt.outcome.result() == reason
    assert (keeper.messages, keeper.canceled) == ([], [])


@pytest.mark.parametrize("reason", [CANCELED, DEADLINE_PASSED])
async def test_inside_it_ends_when_the_runner_heeds_for_the_first_reason(
    attempt: Attempt, keeper: StandIn, reason: Outcome
) -> None:
    attempt.stage = Stage.RUNNING
    attempt.stop(reason)
    attempt.stop(SUCCEEDED)
    assert not attempt.outcome.done()
    assert keeper.canceled == [attempt]
    attempt.receive(Canceled(attempt.key))
    assert attempt.outcome.result() == reason


async def test_a_run_that_ends_before_it_heeds_ends_as_it_ended(attempt: Attempt) -> None:
    attempt.stage = Stage.RUNNING
    attempt.stop(CANCELED)
    attempt.receive(Done(attempt.key))
    assert attempt.outcome.result() == SUCCEEDED


async def test_a_runner_that_stops_a_run_by_itself_cancels_it(attempt: Attempt) -> None:
    attempt.stage = Stage.RUNNING
    attempt.receive(Canceled(attempt.key))
    assert attempt.outcome.result() == CANCELED


@pytest.mark.parametrize("reason", [HANDED_BACK, LEASE_LOST])
async def test_nobody_waits_for_the_runner_when_the_prediction_goes_to_another(
    attempt: Attempt, keeper: StandIn, reason: Outcome
) -> None:
    attempt.stage = Stage.RUNNING
    attempt.stop(CANCELED)
    attempt.stop(reason)
    assert attempt.outcome.result() == reason
    assert keeper.messages == [Cancel(attempt.key)]


async def test_when_the_runner_dies_a_reason_to_stop_comes_before_its_death(attempt: Attempt) -> None:
    attempt.stage = Stage.RUNNING
    attempt.stop(DEADLINE_PASSED)
    attempt.runner_ended(Outcome(None, is_loss=True, alone=True))
    assert attempt.outcome.result() == DEADLINE_PASSED


async def test_when_the_runner_dies_without_a_reason_it_runs_again(attempt: Attempt) -> None:
    attempt.stage = Stage.RUNNING
    attempt.runner_ended(Outcome(None, alone=True))
    assert attempt.outcome.result() == Outcome(None, alone=True)


async def test_too_much_output_stops_the_run_once(attempt: Attempt, keeper: StandIn) -> None:
    attempt.stage = Stage.RUNNING
    for _ in range(3):
        attempt.receive(Output(attempt.key, text="x" * 600))
    assert keeper.canceled == [attempt]
    attempt.receive(Canceled(attempt.key))
    outcome = attempt.outcome.result()
    assert outcome.failure == Failure(
        PredictionErrorCode.STORAGE, "The output has more bytes than MAX_OUTPUT_TEXT_BYTES (1000)."
    )
    assert attempt._output.result(outcome).output == "x" * 1000


async def test_the_first_outcome_stands_and_nothing_comes_after(attempt: Attempt) -> None:
    attempt.stage = Stage.RUNNING
    key = attempt.key
    attempt.receive(Output(key, text="a"))
    attempt.receive(Done(key))
    for message in (Output(key, text="b"), Log(key, "late"), File(key, "image/png", 1, 1, b"x"), Failed(key, "X", "y")):
        attempt.receive(message)
    attempt.runner_ended(Outcome(None, is_loss=True))
    attempt.stop(CANCELED)
    result = attempt._output.result(attempt.outcome.result())
    assert (result.status, result.output, result.logs, result.files) == (PredictionStatus.SUCCEEDED, "a", "", [])


@pytest.mark.parametrize("reason", REASONS)
async def test_while_its_files_are_stored_all_but_a_hand_back_stops_it(attempt: Attempt, reason: Outcome) -> None:
    attempt.stage = Stage.STORING
    attempt.outcome.set_result(SUCCEEDED)
    attempt.stop(reason)
    assert attempt._stop_reason.done() is (reason is not HANDED_BACK)


async def test_the_runner_hears_of_previews_only_of_what_runs_there(attempt: Attempt, keeper: StandIn) -> None:
    attempt.set_previews(enabled=True)
    assert keeper.messages == []
    attempt.stage = Stage.RUNNING
    attempt.set_previews(enabled=True)
    attempt.set_previews(enabled=False)
    assert keeper.messages == [SetPreviews(attempt.key, enabled=False)]


async def test_more_new_tokens_than_the_server_allows_now_do_not_reach_the_runner(
    attempt: Attempt, keeper: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(_env_file=None, max_new_tokens=100)
    monkeypatch.setattr(attempt._rt, "settings", settings)
    monkeypatch.setattr(attempt._rt, "vault", SimpleNamespace(open=None), raising=False)
    give_spec(attempt, VersionSpec("v", "text"), {"properties": {"max_new_tokens": {"default": 128}}})
    attempt.lease = replace(attempt.lease, input={"prompt": "a", "max_new_tokens": 101})
    await attempt._produce()
    outcome = attempt.outcome.result()
    assert outcome.failure is not None
    assert outcome.failure.code is PredictionErrorCode.INPUT_REJECTED
    assert "at most 100 (MAX_NEW_TOKENS)" in outcome.failure.message
    assert keeper.messages == []


@pytest.mark.parametrize(
    ("own", "sent"),
    [
        # A pipeline whose tasks have each their own guidance, and whose pictures keep their size
        (None, {"steps": 50}),
        ({"properties": {"prompt": {}, "strength": {"default": 0.5}}}, {"steps": 50, "strength": 0.5}),
    ],
)
async def test_no_default_but_the_model_s_own_reaches_the_runner(
    attempt: Attempt, keeper: StandIn, monkeypatch: pytest.MonkeyPatch, own: Any, sent: dict[str, Any]
) -> None:
    of_model = {
        "type": "object",
        "properties": {
            "prompt": {"type": "string"}, "steps": {"type": "integer", "default": 50}, "guidance": {"type": "number"},
            "strength": {"type": "number"}, "width": {"type": "integer"},
        },
    }  # fmt: skip
    schema = input_schema.restrict(own, of_model)
    given: list[dict[str, Any]] = []

    class Inputs:
        @asynccontextmanager
        async def lay_out(self, _: Any, __: Any, values: dict[str, Any]) -> AsyncIterator[Any]:
            given.append(values)
            raise InputFilesError(PredictionErrorCode.STORAGE, "enough")
            yield

    monkeypatch.setattr(attempt._rt, "vault", SimpleNamespace(open=None), raising=False)
    give_spec(attempt, VersionSpec("v", "image"), schema)
    attempt._context = replace(attempt._context, inputs=cast("Any", Inputs()))
    attempt.lease = replace(attempt.lease, input=input_schema.apply(schema, {"prompt": "a"}))
    await attempt._produce()
    assert given == [{"prompt": "a", **sent}]
