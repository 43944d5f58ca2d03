from __future__ import annotations

import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection, Pipe

import pytest

from workers.contract.protocol import ChoiceOutput, Done, File, Log, Message, Metric, Output, Progress, receive
from workers.runner import outbox as module
from workers.runner.outbox import Outbox


class Line:
    """An outbox and its far end."""

    def __init__(self) -> None:
        self.far, near = Pipe()
        self.broken = threading.Event()
        self.near: Connection = near
        self.outbox = Outbox(near, self.broken.set)

    def until_done(self) -> list[Message]:
        got: list[Message] = []
        while not got or not isinstance(got[-1], Done):
            got.append(receive(self.far))
        return got


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.far.close()
    # the writer thread finds the far end gone at its next frame, and only then may the near end be closed
    line.outbox.put(Log("bye", ""))
    line.outbox.put(Log("bye", ""))
    assert line.broken.wait(60)
    line.near.close()


def text(messages: list[Message], prediction: str = "p") -> str:
    return "".join(m.text or "" for m in messages if isinstance(m, Output) and m.prediction == prediction)


def test_many_pieces_are_few_messages_and_nothing_is_lost(line: Line) -> None:
    line.outbox.start()
    pieces = [f"{n} " for n in range(5000)]
    for piece in pieces:
        line.outbox.text("p", piece)
    line.outbox.put(Done("p"))
    got = line.until_done()
    assert text(got) == "".join(pieces)
    assert got[0] == Output("p", text="0 ")
    assert len(got) < 500


def test_pieces_of_choices_are_joined_each_with_its_own(line: Line) -> None:
    line.outbox.start()
    tokens = [{"token": str(n), "id": n, "logprob": -1.0, "top": []} for n in range(1000)]
    for n, token in enumerate(tokens):
        line.outbox.text("p", f"{n} ")
        line.outbox.choice("p", 1, f"{n},", None)
        line.outbox.choice("p", 2, f"{n};", [token])
    line.outbox.put(Done("p"))
    got = line.until_done()
    assert text(got) == "".join(f"{n} " for n in range(1000))
    for number, mark in ((1, ","), (2, ";")):
        pieces = [m for m in got if isinstance(m, ChoiceOutput) and m.choice == number]
        assert "".join(m.text for m in pieces) == "".join(f"{n}{mark}" for n in range(1000))
        expected = tokens if number == 2 else []
        assert [entry for m in pieces for entry in m.logprobs or ()] == expected
        assert len(pieces) < 200


def test_text_that_nothing_follows_is_sent_all_the_same(line: Line) -> None:
    line.outbox.start()
    line.outbox.text("p", "first")
    line.outbox.text("p", " second")
    assert receive(line.far) == Output("p", text="first")
    assert receive(line.far) == Output("p", text=" second")


def test_text_is_before_what_came_after_it_and_not_held_up_by_what_need_not_wait(line: Line) -> None:
    for piece in "abc":
        line.outbox.text("p", piece)
    line.outbox.put(Metric("p", "m", 1))
    line.outbox.text("q", "other")
    line.outbox.put(File("p", "a/b", blob=b"x"))
    line.outbox.text("p", "d")
    line.outbox.put(Output("p", chunk=1))
    line.outbox.text("p", "e")
    line.outbox.put(Done("p"))
    line.outbox.start()
    got = line.until_done()
    mine = [m for m in got if getattr(m, "prediction", None) == "p" and not isinstance(m, Metric)]
    assert mine == [
        Output("p", text="a"),
        Output("p", text="bc"),
        File("p", "a/b", blob=b"x"),
        Output("p", text="d"),
        Output("p", chunk=1),
        Output("p", text="e"),
        Done("p"),
    ]


def test_of_progress_the_first_and_the_last_arrive(line: Line) -> None:
    for step in range(1, 101):
        line.outbox.put(Progress("p", step, 100))
    line.outbox.put(Done("p"))
    line.outbox.start()
    assert line.until_done() == [Progress("p", 1, 100), Progress("p", 100, 100), Done("p")]


def test_a_flood_waits_for_the_reader(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_QUEUED_BYTES", 100_000)
    line.outbox.start()
    sent: list[int] = []

    def flood() -> None:
        for number in range(1000):
            line.outbox.put(Output("p", chunk="x" * 1000))
            sent.append(number)
        line.outbox.put(Done("p"))

    thread = threading.Thread(target=flood)
    thread.start()
    while not line.outbox._room._waiters:  # type: ignore[attr-defined]
        assert len(sent) < 1000
    assert len(line.until_done()) == 1001
    thread.join()


def test_an_abandoned_prediction_leaves_nothing_behind(line: Line) -> None:
    line.outbox.text("p", "a")
    line.outbox.text("p", "old")
    line.outbox.drop("p")
    line.outbox.text("p", "new")
    line.outbox.put(Done("p"))
    line.outbox.start()
    assert text(line.until_done()) == "anew"


def test_a_broken_line_is_told() -> None:
    line = Line()
    line.far.close()
    line.outbox.put(Log("p", "x"))
    line.outbox.start()
    assert line.broken.wait(60)
    line.near.close()
