"""What a watcher makes of snapshots, broken sockets and refusals, over a transport that says what it is told to."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from inference_client import (
    InvalidInputError,
    PredictionFailedError,
    RateLimitedError,
    Restarted,
    ServerError,
    Status,
    Text,
    UnauthenticatedError,
    UnavailableError,
    UnreachableError,
    WaitTimeoutError,
)
from inference_client.blocking import complete, iterate
from inference_client.core import Core, Options
from inference_client.transport import Answer, BrokenError, ClosedError

AT = "2026-01-01T00:00:00+00:00"
METRICS = dict.fromkeys(
    (
        "queueSeconds", "loadSeconds", "predictSeconds", "totalSeconds", "timeToFirstTokenSeconds", "inputTokens",
        "cachedInputTokens", "outputTokens", "tokensPerSecond", "steps", "custom",
    )
)  # fmt: skip


def row(text: str | None, status: str = "PROCESSING", **changes: Any) -> dict[str, Any]:
    return {
        "id": "p", "status": status, "model": {"slug": "a/b"}, "version": {"slug": "a/b:1"}, "input": {},
        "output": text, "text": text, "choices": None, "files": [], "error": None, "logs": "", "progress": None,
        "metrics": METRICS, "attempts": 1, "seed": None, "cached": False, "dataRemoved": False, "createdAt": AT,
        "startedAt": None, "completedAt": None, **changes,
    }  # fmt: skip


def event(kind: str, cursor: str, **fields: Any) -> dict[str, Any]:
    return {"__typename": kind, "cursor": cursor, "at": AT, **fields}


def piece(cursor: str, text: str, choice: int = 0) -> dict[str, Any]:
    return event("OutputAppended", cursor, text=text, chunk=None, choice=choice)


def snapshot(cursor: str, text: str, attempt: int = 1, **changes: Any) -> dict[str, Any]:
    return event("PredictionSnapshot", cursor, attempt=attempt, prediction=row(text, **changes))


def ended(cursor: str, text: str, status: str = "SUCCEEDED") -> dict[str, Any]:
    return event("StatusChanged", cursor, status=status, prediction=row(text, status))


class Script:
    """A transport: sockets that give messages and then close or stall, HTTP answers, and what was sent."""

    is_blocking = True

    def __init__(self, sockets: list[list[Any]] | None = None, answers: list[Any] | None = None) -> None:
        self.sockets, self.answers = sockets or [], answers or []
        self.sent: list[dict[str, Any]] = []
        self.pauses: list[float] = []

    async def connect(self, url: str, seconds: float) -> Any:
        messages = self.sockets.pop(0)
        if isinstance(messages, BrokenError):
            raise messages
        return ScriptSocket(self, list(messages))

    async def request(self, method: str, url: str, **options: Any) -> Answer:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        self.sent.append(json.loads(options["content"]))
        status, body, *headers = answer
        return Answer(
            status, headers[0] if headers else {}, json.dumps(body).encode() if not isinstance(body, bytes) else body
        )

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


class ScriptSocket:
    def __init__(self, script: Script, messages: list[Any]) -> None:
        self.script, self.messages = script, messages

    async def send(self, text: str) -> None:
        self.script.sent.append(json.loads(text))

    async def receive(self, seconds: float | None) -> str:
        if len(self.script.sent) and self.script.sent[-1]["type"] == "connection_init":
            return '{"type": "connection_ack"}'
        if not self.messages:
            raise ClosedError(1006, "")
        message = self.messages.pop(0)
        if isinstance(message, Exception):
            raise message
        if "type" in message:
            return json.dumps(message)
        return json.dumps({"id": "1", "type": "next", "payload": {"data": {"predictionEvents": message}}})

    async def close(self) -> None:
        """Nothing is open."""


def watched(*sockets: list[Any], after: str | None = None) -> tuple[list[Any], Script]:
    script = Script(list(sockets))
    return list(iterate(Core(script, "http://server", "key").watch("p", after))), script


def subscriptions(script: Script) -> list[str | None]:
    return [sent["payload"]["variables"]["after"] for sent in script.sent if sent["type"] == "subscribe"]


def text_of(events: list[Any]) -> str:
    whole = ""
    for each in events:
        whole = "" if isinstance(each, Restarted) else whole + str(each)
    return whole


def test_a_broken_socket_goes_on_behind_the_last_cursor() -> None:
    events, script = watched(
        [snapshot("c0", ""), piece("c1", "to "), piece("c2", "be ")], [piece("c3", "or"), ended("c4", "to be or")]
    )
    assert text_of(events) == "to be or"
    assert subscriptions(script) == [None, "c2"]
    assert [type(each) for each in events] == [Text, Text, Text, Status]


def test_a_snapshot_gives_what_is_new_in_it() -> None:
    events, _ = watched(
        [snapshot("c0", "to "), piece("c1", "be ")], [snapshot("d0", "to be or "), piece("d1", "not"), ended("d2", "")]
    )
    assert [str(each) for each in events] == ["to ", "be ", "or ", "not", ""]
    assert not any(isinstance(each, Restarted) for each in events)


def test_a_new_attempt_that_contradicts_what_came_says_so() -> None:
    events, _ = watched(
        [snapshot("c0", ""), piece("c1", "to be"), snapshot("d0", "", 2), piece("d1", "or not"), ended("d2", "or not")]
    )
    assert [type(each) for each in events] == [Text, Restarted, Text, Status]
    assert (events[1].attempt, text_of(events)) == (2, "or not")


def test_a_snapshot_behind_a_cursor_of_the_caller_begins_anew() -> None:
    events, script = watched(
        [event("EventsLost", "d0", after="c9"), snapshot("d1", "to be"), ended("d2", "to be")], after="c9"
    )
    assert [type(each) for each in events] == [Restarted, Text, Status]
    assert subscriptions(script) == ["c9"]


def test_texts_of_several_choices_are_told_apart() -> None:
    choices = [{"index": 0, "text": "ab"}, {"index": 1, "text": "xy"}]
    events, _ = watched(
        [piece("c1", "a"), piece("c2", "x", 1)], [snapshot("d0", "ab", choices=choices), ended("d1", "ab")]
    )
    assert [(each.text, each.choice) for each in events if isinstance(each, Text)] == [
        ("a", 0), ("x", 1), ("b", 0), ("y", 1)
    ]  # fmt: skip


def test_kinds_that_a_newer_server_has_are_passed_over() -> None:
    events, _ = watched([event("QueueMoved", "c1"), ended("c2", "")])
    assert [type(each) for each in events] == [Status]


def test_what_may_pass_is_waited_for() -> None:
    away = [{"message": "away", "extensions": {"code": "UNAVAILABLE"}}]
    full = [{"message": "full", "extensions": {"code": "TOO_MANY_SUBSCRIPTIONS"}}]
    events, script = watched(
        BrokenError("refused", was_sent=False), [ClosedError(1013, "")], [{"type": "error", "payload": full}],
        [{"type": "next", "payload": {"data": None, "errors": away}}], [{"type": "complete"}], [ended("c1", "")],
    )  # fmt: skip
    assert len(events) == 1
    assert len(script.pauses) == 5


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"type": "error", "payload": [{"message": "no", "extensions": {"code": "NOT_FOUND"}}]}, "no"),
        ({"type": "error", "payload": [{"message": "bug", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}, "bug"),
        (ClosedError(4400, "odd"), "4400"),
    ],
)
def test_what_stays_is_raised(message: Any, error: str) -> None:
    with pytest.raises(Exception, match=error) as caught:
        watched([message])
    assert type(caught.value).__module__ == "inference_client.errors"


def test_a_key_that_is_refused_is_said_to_be() -> None:
    refused = (401, {"errors": [{"message": "The key is not valid.", "extensions": {"code": "UNAUTHENTICATED"}}]})
    script = Script([[ClosedError(4403, "Forbidden")]], [refused])
    with pytest.raises(UnauthenticatedError, match="not valid"):
        list(iterate(Core(script, "http://server", "key").watch("p")))


def test_nobody_is_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script([BrokenError("refused", was_sent=False) for _ in range(50)])  # type: ignore[misc]
    clock = iter(range(0, 10_000, 60))
    monkeypatch.setattr("inference_client.core.time", Clock(clock))
    with pytest.raises(UnreachableError, match="http://server does not answer"):
        list(iterate(Core(script, "http://server", "key").watch("p")))


class Clock:
    """A clock that goes on at each look."""

    def __init__(self, times: Any) -> None:
        self._times = times

    def monotonic(self) -> float:
        return float(next(self._times))

    time = staticmethod(time.time)


def test_a_wait_that_is_over_says_that_it_goes_on() -> None:
    core = Core(Script([[TimeoutError()]]), "http://server", "key")
    with pytest.raises(WaitTimeoutError, match=r"client\.wait\('p'\)"):
        complete(core.wait("p", time.monotonic() - 1))
    # Without a deadline it is only a socket that says nothing
    events, _ = watched([TimeoutError()], [ended("c1", "")])
    assert len(events) == 1


@pytest.mark.parametrize(("timeout", "hold"), [(None, 25), (60, 25), (5, 4), (1.5, None)])
def test_the_server_answers_before_the_time_is_over(timeout: float | None, hold: int | None) -> None:
    script = Script(answers=[(200, CREATED)])
    complete(Core(script, "http://server", "key").run("a/b", {}, Options(), timeout))
    assert script.sent[0]["variables"]["input"].get("wait") == hold


CREATED = {"data": {"createPrediction": {"__typename": "Prediction", **row("to be", "SUCCEEDED")}}}
AWAY = (503, {"errors": [{"message": "full", "extensions": {"code": "UNAVAILABLE", "retryAfter": 2}}]})
LIMITED = (429, {"errors": [{"message": "slow", "extensions": {"code": "RATE_LIMITED", "retryAfter": 3}}]})


def created(*answers: Any) -> tuple[Any, Script]:
    script = Script(answers=list(answers))
    return complete(Core(script, "http://server", "key").create("a/b", {"text": "x"}, Options())), script


def test_a_create_is_sent_again_with_the_same_key_until_it_is_answered() -> None:
    prediction, script = created(BrokenError("cut", was_sent=True), AWAY, LIMITED, (502, b"<html>"), (200, CREATED))
    assert prediction.text == "to be"
    keys = [sent["variables"]["input"]["idempotencyKey"] for sent in script.sent]
    assert (len(keys), len(set(keys))) == (4, 1)
    assert script.pauses[1:3] == [2, 3]


def test_a_server_that_never_answered_is_given_up_sooner_than_one_that_did(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*answers: Any) -> int:
        """How often it is asked while nobody answers, each time a second later."""
        script = Script(answers=[*answers, *(BrokenError("refused", was_sent=False) for _ in range(100))])
        core = Core(script, "http://server", "key")
        for _ in answers:
            complete(core.execute("{ viewer { handle } }", {}))
        monkeypatch.setattr("inference_client.connection.time", Clock(itertools.count(1)))
        with pytest.raises(UnreachableError):
            complete(core.execute("{ viewer { handle } }", {}))
        return 100 - len(script.answers)

    assert asked() < 4 < 20 < asked((200, {"data": {}}))


def test_what_may_not_be_done_twice_is_not_sent_twice() -> None:
    core = Core(Script(answers=[BrokenError("cut", was_sent=True)]), "http://server", None)
    with pytest.raises(UnreachableError):
        complete(core.execute("mutation { logout { sessions } }", {}, repeat=False))
    never = Core(Script(answers=[BrokenError("refused", was_sent=False), (200, {"data": {}})]), "http://server", None)
    assert complete(never.execute("mutation { logout { sessions } }", {}, repeat=False)) == {}


def member(name: str, code: str, **fields: Any) -> Mapping[str, Any]:
    return {"data": {"createPrediction": {"__typename": name, "code": code, "message": "no", **fields}}}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((200, member("UnavailableError", "UNAVAILABLE")), UnavailableError),
        ((200, member("InvalidInput", "INVALID_INPUT", violations=[])), InvalidInputError),
        (
            (429, {"errors": [{"message": "", "extensions": {"code": "RATE_LIMITED", "retryAfter": 99}}]}),
            RateLimitedError,
        ),
        ((413, {"error": {"code": "BODY_TOO_LARGE", "message": "large"}}), ServerError),
        ((200, {"errors": [{"message": "bug", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}), ServerError),
        ((404, {"error": {"code": "NOT_FOUND", "message": "nothing here"}}), UnreachableError),
        ((200, {"hello": "world"}), UnreachableError),
        ((200, b"<html>"), UnreachableError),
        ((200, []), UnreachableError),
        ((200, {"errors": ["no"]}), UnreachableError),
        ((401, {"error": "who are you?"}), UnreachableError),
    ],
)
def test_answers_are_told_apart(answer: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        created(answer)


def test_a_run_that_fails_raises_its_words() -> None:
    failed = row(None, "FAILED", error={"code": "INTERNAL", "message": "It broke."})
    script = Script(answers=[(200, {"data": {"createPrediction": {"__typename": "Prediction", **failed}}})])
    with pytest.raises(PredictionFailedError, match="FAILED: It broke") as caught:
        complete(Core(script, "http://server", "key").run("a/b", {}, Options(), None))
    assert caught.value.code == "INTERNAL"
