"""How a runner process leaves."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable
from multiprocessing.connection import Connection

import pytest

from workers.contract.protocol import Canceled, Ready, Stop, decode, encode
from workers.supervisor.runner_client import RunnerOptions, spawn

NO_MESSAGE = struct.pack(">I", 4) + b"null"


def exit_code(act: Callable[[Connection, socket.socket], None]) -> int:
    """How a runner leaves whose supervisor, the test itself, does this."""
    process, ours = spawn(RunnerOptions(preload=False))
    with process, ours, Connection(os.dup(ours.fileno())) as connection:
        assert isinstance(decode(connection.recv_bytes()), Ready)
        act(connection, ours)
        return process.wait(60)


@pytest.mark.parametrize("hostile", [NO_MESSAGE, encode(Canceled("p")), b"\x00"])
def test_a_runner_that_is_sent_no_message_leaves_with_an_error(hostile: bytes) -> None:
    assert exit_code(lambda connection, ours: connection.send_bytes(hostile)) == 1


def test_a_runner_leaves_in_peace_when_its_supervisor_does() -> None:
    assert exit_code(lambda connection, ours: ours.shutdown(socket.SHUT_RDWR)) == 0
    assert exit_code(lambda connection, ours: connection.send_bytes(encode(Stop()))) == 0
