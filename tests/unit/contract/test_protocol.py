from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.contract.protocol import (
    MAX_FRAME_BYTES,
    Cancel,
    Canceled,
    Done,
    Failed,
    File,
    Forget,
    Inspect,
    Inspected,
    Loading,
    Log,
    Message,
    Metric,
    Output,
    Ping,
    Pong,
    Progress,
    ProtocolError,
    Ready,
    Resident,
    Run,
    Started,
    Stop,
    VersionSpec,
    decode,
    encode,
    with_bounded_numbers,
)

SPEC = VersionSpec("v", "text", "/models/v", {"dtype": "auto"})
MESSAGES: list[Message] = [
    Run("p", 2, SPEC, {"prompt": "ü", "seed": 2**53 - 1}),
    Cancel("p"),
    Inspect(SPEC),
    Forget("v"),
    Ping(1),
    Stop(),
    Ready("cpu", [{"name": "echo"}]),
    Pong(1),
    Inspected("v", {"type": "object"}, {}, {"context_length": 128}, "No."),
    Loading("p", "read", 1, 2),
    Loading("p", "warm-up"),
    Started("p", 0.5),
    Output("p", text="a\u0000🙂"),
    Output("p", chunk=[1, {"a": None}]),
    File("p", "image/png", 16, 8, b"\x89PNG\x00"),
    File("p", "text/plain"),
    Progress("p", 1, 2),
    Log("p", "line"),
    Metric("p", "tokens", 3),
    Done("p", {"a": 1}),
    Failed("p", "INTERNAL", "no"),
    Canceled("p"),
]


def frame(header: bytes, blob: bytes = b"") -> bytes:
    return struct.pack(">I", len(header)) + header + blob


HOSTILE = [
    b"",
    b"\x00",
    b"\xff\xff\xff\xff{}",
    frame(b""),
    frame(b"[]"),
    frame(b"null"),
    frame(b'{"type":"Stop"'),
    frame(b'{"type":"VersionSpec","id":"a","predictor":"b"}'),
    frame(b'{"type":"__class__"}'),
    frame(b'{"type":["Stop"]}'),
    frame(b'{"type":"Stop","extra":1}'),
    frame(b'{"type":"Stop"}', b"blob"),
    frame(b'{"type":"Ping"}'),
    frame(b'{"type":"Ping","nonce":"1"}'),
    frame(b'{"type":"Ping","nonce":true}'),
    frame(b'{"type":"Cancel","prediction":["p"]}'),
    frame(b'{"type":"Output","prediction":"p","text":5}'),
    frame(b'{"type":"Metric","prediction":"p","name":"n","value":null}'),
    frame(b'{"type":"File","prediction":"p","content_type":"a","width":"wide"}'),
    frame(b'{"type":"Inspect","version":"v"}'),
    frame(b'{"type":"Inspect","version":{"id":"v"}}'),
    frame(b'{"type":"Inspect","version":{"id":"v","predictor":"p","path":7}}'),
    frame(b'{"type":"Run","prediction":"p","attempt":1,"version":{"id":1,"predictor":"t"},"input":{}}'),
    frame(b'{"type":"Run","prediction":"p","attempt":1,"version":{"id":"v","predictor":"t"},"input":[]}'),
    frame(b"\xff\xfe"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_message_survives_the_way(message: Message) -> None:
    assert decode(encode(message)) == message


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_is_no_message_is_refused(hostile: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(hostile)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    for candidate in (data, frame(data)):
        with pytest.raises(ProtocolError):
            decode(candidate)


def test_a_frame_too_large_is_refused_where_it_is_made() -> None:
    with pytest.raises(ValueError, match="over the"):
        encode(File("p", "a/b", blob=bytes(MAX_FRAME_BYTES)))


def test_what_is_not_json_is_refused_where_it_is_made() -> None:
    for value in (object(), {1: "key"}, "\ud800", 2**70):
        with pytest.raises(TypeError):
            encode(Output("p", chunk=value))


@pytest.mark.parametrize("number", [-(10**15), -1e300, 1e300, 2**64 - 1, float("nan"), float("inf"), -float("inf")])
def test_a_runner_says_no_number_that_a_column_or_an_answer_does_not_hold(number: float) -> None:
    for message in (
        Started("p", number),
        Resident([], number, number, number, number),  # type: ignore[arg-type]
        Loading("p", "read", number, number),  # type: ignore[arg-type]
        Progress("p", number, None),  # type: ignore[arg-type]
        Ready("cpu", [], "", number),  # type: ignore[arg-type]
        Metric("p", "output_tokens", number),
    ):
        bounded = with_bounded_numbers(message)
        numbers = [each for each in vars(bounded).values() if isinstance(each, int | float)]
        assert numbers
        least = -(2**53) if isinstance(message, Metric) else 0
        assert all(least <= each < 2**53 for each in numbers), bounded
    assert with_bounded_numbers(Metric("p", "score", -0.5)) == Metric("p", "score", -0.5)
    assert with_bounded_numbers(Progress("p", 3)) == Progress("p", 3)
