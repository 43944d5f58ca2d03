"""Clients that send too much, too slowly or nothing at all, against a real API process: nobody else notices."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from graphql import get_introspection_query

from tests.integration.custom.sending import place
from tests.integration.serving.conftest import Api, StartApi
from tests.integration.serving.connecting import SENT, START, acknowledged, answer, opened
from tests.support.api import Client, wait_for
from tests.support.marks import seldom

MEGABYTE = 1_000_000
HEADER_SECONDS, BODY_SECONDS, BODY_RATE = 1.0, 1.0, 1000
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nHost: here\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
NEXT_ADDRESS = "127.0.0.2"
TEXT, PING = 1, 9


@pytest.fixture(scope="module")
def api(start_api: StartApi) -> Iterator[Api]:
    with start_api(
        HEADER_SECONDS=str(HEADER_SECONDS), BODY_SECONDS=str(BODY_SECONDS), BODY_BYTES_PER_SECOND=str(BODY_RATE)
    ) as started:
        yield started


def pour(connection: socket.socket, piece: bytes, limit: int) -> int:
    """Send the same again and again, until the server does not take it any more or the limit; how much it took."""
    sent = 0
    connection.settimeout(3)
    with suppress(OSError):
        while sent < limit:
            connection.sendall(piece)
            sent += len(piece)
    connection.settimeout(20)
    return sent


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"GET / HTTP/1.1\r\nHost: here\r\nX-Endless: ", b"a" * 65_536),
        (b"GET /", b"a" * 65_536),
        (b"GET / HTTP/1.1\r\n", b"a: b\r\n" * 10_000),
        (START + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\nX-Trailer: ", b"a" * 65_536),
        (START + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n", b"a: b\r\n" * 10_000),
        (START + b"Transfer-Encoding: chunked\r\n\r\n1;a=", b"a" * 65_536),
    ],
    ids=["header", "request line", "headers", "trailer", "trailers", "chunk extension"],
)
def test_what_never_ends_is_not_taken_in(api: Api, start: bytes, piece: bytes) -> None:
    before = api.memory
    with opened(api) as connection:
        connection.sendall(start)
        pour(connection, piece, 200 * MEGABYTE)
        assert api.memory - before < 30 * MEGABYTE
        assert answer(connection)[0] in (431, 0)
    assert api.get().status_code == 200


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nHost: here\r\nX-Long: " + b"a" * 40_000 + b"\r\n\r\n",
        b"GET /?" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: here\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: here\r\n" + b"a: b\r\n" * 101 + b"\r\n",
        UPGRADE + b"X-Long: " + b"a" * 10_000 + b"\r\n\r\n",
    ],
    ids=["header", "request line", "headers", "upgrade"],
)
def test_a_large_header_is_told_so(api: Api, request_bytes: bytes) -> None:
    logged = api.log.stat().st_size
    with opened(api) as connection:
        connection.sendall(request_bytes)
        status, said = answer(connection)
    assert status == 431
    body = json.loads(said.partition(b"\r\n\r\n")[2])
    assert body["error"]["code"] == "HEADER_TOO_LARGE"
    assert b"x-content-type-options: nosniff" in said
    assert not re.search(rb'Traceback|"level": "(warning|error)"', api.log.read_bytes()[logged:])


@pytest.mark.parametrize(
    ("start", "status"),
    [
        (b"", 0),
        (b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ", 408),
        (b"G", 408),
        (START + b"Content-Length: 5000\r\n\r\n", 408),
        (START + b"Transfer-Encoding: chunked\r\n\r\n", 408),
        (b"GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n", 200),
        (UPGRADE + b"Content-Length: 5000\r\n\r\n", 400),
        (UPGRADE, 408),
    ],
    ids=["silence", "header", "request line", "body", "chunks", "keep-alive", "upgrade with a body", "upgrade"],
)
def test_whoever_sends_nothing_more_is_closed(api: Api, start: bytes, status: int) -> None:
    began = time.monotonic()
    with opened(api) as connection:
        connection.sendall(start)
        assert answer(connection)[0] == status
    # The page of a browser keeps its connection open for five seconds
    assert time.monotonic() - began < (7 if status == 200 else HEADER_SECONDS + 2)


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ", b"a"),
        (START + b"Content-Length: 5000\r\n\r\n", b" "),
        (START + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    ],
    ids=["header", "body", "chunks"],
)
def test_whoever_sends_byte_by_byte_is_closed(api: Api, start: bytes, piece: bytes) -> None:
    began, logged = time.monotonic(), api.log.stat().st_size
    with opened(api) as connection:
        connection.sendall(start)
        connection.settimeout(0.2)
        said = b""
        while not said:
            with suppress(TimeoutError):
                said = connection.recv(4096)
            if not said:
                connection.sendall(piece)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < HEADER_SECONDS + 2
    assert b"Traceback" not in api.log.read_bytes()[logged:]


def test_a_slow_client_that_goes_on_is_served(api: Api) -> None:
    body = SENT.encode() + b" " * 8_000
    with opened(api) as connection:
        connection.sendall(START + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
        began = time.monotonic()
        for start in range(0, len(body), 400):
            connection.sendall(body[start : start + 400])
            time.sleep(0.2)
        assert time.monotonic() - began > 3 * BODY_SECONDS
        status, said = answer(connection)
    assert (status, b'"Query"' in said) == (200, True)


def test_a_request_that_comes_at_once_may_be_larger_than_a_header(api: Api) -> None:
    body = SENT.encode() + b" " * 100_000
    for _ in range(10):
        with opened(api) as connection:
            connection.sendall(START + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            status, said = answer(connection)
        assert (status, b'"Query"' in said) == (200, True)


def test_a_socket_lives_on(api: Api) -> None:
    with acknowledged(api) as connection:
        with pytest.raises(TimeoutError):
            connection.recv(3 * HEADER_SECONDS)
        connection.send('{"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}}')
        assert json.loads(connection.recv())["type"] == "next"


@pytest.mark.slow
def test_a_socket_that_never_signs_in_is_closed(api: Api) -> None:
    began = time.monotonic()
    with opened(api) as connection:
        connection.sendall(UPGRADE + b"\r\n")
        assert b"\x88" in answer(connection)[1]
    # Ten seconds to sign in, and ten to answer the close
    assert 9 < time.monotonic() - began < 25


def test_a_message_of_endless_fragments_ends_its_socket(api: Api) -> None:
    with opened(api) as connection:
        connection.sendall(UPGRADE + b"\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 101 ")
        connection.sendall(bytes([0x01, 0x80]) + bytes(4))
        empty = bytes([0x00, 0x80]) + bytes(4)
        assert pour(connection, empty * 1000, 50 * MEGABYTE) < 50 * MEGABYTE
    assert api.get().status_code == 200


def frame(opcode: int, data: bytes = b"", *, is_last: bool = True, is_masked: bool = True) -> bytes:
    """What a client sends; the mask changes nothing."""
    mask, size = 0x80 if is_masked else 0, len(data)
    length = bytes([mask | size]) if size < 126 else bytes([mask | 126]) + size.to_bytes(2, "big")
    return bytes([(0x80 if is_last else 0) | opcode]) + length + bytes(4 * is_masked) + data


def upgraded(api: Api, buffer: int = 4096) -> socket.socket:
    """A WebSocket that has said nothing; its system takes little that is not read."""
    connection = opened(api)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.sendall(UPGRADE + b"\r\n")
    assert b"HTTP/1.1 101 " in connection.recv(4096)
    return connection


def test_pings_whose_answers_nobody_reads_are_not_taken_in(api: Api) -> None:
    before = api.memory
    with upgraded(api) as connection:
        assert pour(connection, frame(PING, b"x" * 125) * 500, 100 * MEGABYTE) < 50 * MEGABYTE
        assert api.memory - before < 20 * MEGABYTE
    assert api.get().status_code == 200


def test_whoever_reads_the_answers_late_gets_all_of_them(api: Api) -> None:
    count, answers = 200_000, bytearray()
    with upgraded(api, 500_000) as connection:
        sender = threading.Thread(target=connection.sendall, args=(frame(PING, b"x" * 100) * count,))
        sender.start()
        sender.join(1)
        assert sender.is_alive(), "nothing had to wait"
        while len(answers) < count * 102:
            piece = connection.recv(65_536)
            assert piece
            answers += piece
        sender.join()
        connection.sendall(frame(TEXT, b'{"type":"connection_init"}'))
        assert b"connection_ack" in connection.recv(4096)
    assert answers == (bytes([0x8A, 100]) + b"x" * 100) * count


def test_thousands_of_tiny_messages_are_not_queued(api: Api) -> None:
    before, count = api.memory, 40_000
    with ExitStack() as stack:
        for _ in range(25):
            connection = stack.enter_context(upgraded(api))
            connection.setblocking(False)
            with suppress(OSError):
                connection.send(frame(TEXT) * count)
        # Answered behind all that came
        assert api.get().status_code == 200
        assert api.memory - before < 40 * MEGABYTE


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (bytes([0xC1, 0x80]) + bytes(4), 1002),
        (frame(3), 1002),
        (frame(TEXT, b"{}", is_masked=False), 1002),
        (frame(PING, b"x" * 126), 1002),
        (frame(0, b"a"), 1002),
        (frame(TEXT, b"a", is_last=False) + frame(TEXT, b"b"), 1002),
        (frame(8, b"\x03"), 1002),
        (frame(TEXT, b"\xff\xfe"), 1007),
        (frame(TEXT, b"\xe2", is_last=False) + frame(0, b"\x82"), 1007),
        (bytes([0x81, 0xFF]) + (2**40).to_bytes(8, "big") + bytes(4), 1009),
    ],
    ids=[
        "compressed", "opcode", "no mask", "long ping", "no beginning", "two beginnings", "short close", "no text",
        "no text in fragments", "terabyte",
    ],
)  # fmt: skip
def test_frames_that_cannot_be_close_their_socket_and_are_no_bug(api: Api, sent: bytes, code: int) -> None:
    logged = api.log.stat().st_size
    with upgraded(api) as connection:
        connection.sendall(sent)
        _, said = answer(connection)
    assert (said[0], int.from_bytes(said[2:4], "big")) == (0x88, code)
    assert not re.search(rb'Traceback|"level": "(warning|error)"', api.log.read_bytes()[logged:])


@pytest.mark.parametrize("offer", [b"", b"Sec-WebSocket-Protocol: graphql-ws\r\n", b"Sec-WebSocket-Protocol: a, b\r\n"])
def test_other_subprotocols_are_refused(api: Api, offer: bytes) -> None:
    with opened(api) as connection:
        connection.sendall(UPGRADE.replace(b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n", offer) + b"\r\n")
        said = b""
        while (4406).to_bytes(2, "big") not in said:
            piece = connection.recv(4096)
            assert piece, said
            said += piece


def test_compression_is_not_taken(api: Api) -> None:
    with opened(api) as connection:
        offer = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
        connection.sendall(UPGRADE + offer)
        said = connection.recv(4096).lower()
    assert said.startswith(b"http/1.1 101 ")
    assert b"permessage-deflate" not in said


def test_http_2_is_not_spoken(api: Api) -> None:
    """An upgrade is ignored, as RFC 9110 has it, and the preface is no request."""
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
    for sent, status in (
        (b"GET /health/live HTTP/1.1\r\nHost: here\r\n" + upgrade + b"\r\n", 200),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ):
        with opened(api) as connection:
            connection.sendall(sent)
            assert answer(connection)[0] == status


def test_many_requests_behind_each_other_are_not_queued(api: Api) -> None:
    before = api.memory
    with opened(api) as connection:
        pour(connection, b"GET /health/ready HTTP/1.1\r\nHost: here\r\n\r\n" * 1000, 5 * MEGABYTE)
        assert answer(connection)[0] in (200, 0)
    assert api.memory - before < 30 * MEGABYTE


@pytest.mark.slow
def test_silent_connections_keep_nobody_out(start_api: StartApi) -> None:
    with start_api(open_files=1024) as api, ExitStack() as stack:
        assert '"open_files": 1024' in api.log.read_text()
        for _ in range(1100):
            stack.enter_context(opened(api))
        assert api.get(source=NEXT_ADDRESS).status_code == 200
        # From the same address: who waited longest makes room
        assert api.get().status_code == 200
        stack.enter_context(acknowledged(api))
        assert '"connections.full"' in api.log.read_text()


def test_connections_of_one_address_are_bounded(start_api: StartApi) -> None:
    with (
        start_api(MAX_CONNECTIONS="64", MAX_CONNECTIONS_PER_ADDRESS="10", TRUSTED_PROXIES="127.0.0.3") as api,
        ExitStack() as stack,
    ):
        for _ in range(10):
            stack.enter_context(acknowledged(api))
        with opened(api) as connection:
            status, said = answer(connection)
        assert (status, b"retry-after" in said) == (503, True)
        assert api.get(source=NEXT_ADDRESS).status_code == 200
        # A proxy speaks for many
        for _ in range(30):
            stack.enter_context(acknowledged(api, source="127.0.0.3"))
        # All together are bounded too
        for number in range(4, 8):
            for _ in range(6):
                stack.enter_context(acknowledged(api, source=f"127.0.0.{number}"))
        with opened(api, source="127.0.0.9") as connection:
            assert answer(connection)[0] == 503
        stack.close()
        assert api.get(source="127.0.0.9").status_code == 200


def test_the_limit_of_open_files_is_raised(api: Api) -> None:
    """Where the system lets us, silently; `serve` says what it comes to."""
    line = next(line for line in api.log.read_text().splitlines() if '"serve.connections"' in line)
    said = json.loads(line)
    assert (said["most"], said["most_per_address"], said["open_files"] >= said["open_files_needed"]) == (
        10_000,
        2000,
        True,
    )


def left(api: Api, connection: socket.socket) -> None:
    """Go away at once: the connection is reset, and what was not read is lost."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


INTROSPECTION = json.dumps({"query": get_introspection_query()}).encode()
MULTIPART = b"POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: multipart/form-data; boundary=b\r\n"
PART = b'--b\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{'
LEAVING = {
    "mid-header": b"GET / HTTP/1.1\r\nHo",
    "mid-body": START + b"Content-Length: 5000\r\n\r\n{",
    "mid-chunk": START + b"Transfer-Encoding: chunked\r\n\r\n10\r\n{",
    "mid-multipart": MULTIPART + b"Content-Length: 5000\r\n\r\n" + PART,
    "mid-upload": b"PUT {upload} HTTP/1.1\r\nHost: here\r\nContent-Length: 5000\r\n\r\nabc",
    "mid-response": START + b"Content-Length: %d\r\n\r\n" % len(INTROSPECTION) + INTROSPECTION,
    "mid-page": b"GET / HTTP/1.1\r\nHost: here\r\n\r\n" * 8,
    "handshake": UPGRADE + b"\r\n",
    # A frame whose mask and most of whose text are missing
    "mid-frame": UPGRADE + b"\r\n" + bytes([0x81, 0xFE, 0x10, 0x00]) + b"{",
    "connection_init": UPGRADE + b"\r\n" + bytes([0x81, 0x80 | 26]) + bytes(4) + b'{"type":"connection_init"}',
}


@pytest.mark.parametrize("how", ["reset", *seldom("end")])
@pytest.mark.parametrize("sent", LEAVING.values(), ids=LEAVING)
def test_whoever_leaves_is_no_bug(api: Api, upload: str, sent: bytes, how: str) -> None:
    logged = api.log.stat().st_size
    for number in range(10):
        connection = opened(api)
        connection.sendall(sent.replace(b"{upload}", upload.encode()))
        # Some leave at once, some once the server has begun to answer or to read
        if number % 2:
            api.get()
        left(api, connection) if how == "reset" else connection.close()
    wait_for(lambda: api.connections == 0, 20)
    assert api.get().status_code == 200
    said = [json.loads(line) for line in api.log.read_text()[logged:].splitlines()]
    assert [line for line in said if line["level"] in ("error", "critical") or "exception" in line] == []


@pytest.fixture(scope="module")
def upload(api: Api) -> str:
    """A link that takes a file, without the server's address."""
    link = asyncio.run(new_upload(api))
    return link[link.index("/uploads") :]


async def new_upload(api: Api) -> str:
    client = Client(api.url)
    await client.sign_up("leaving")
    made = await place(client, 5000)
    await client.close()
    return str(made["url"])
