from __future__ import annotations

import ast
import io
import json
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import structlog

from server.adapters.security import KEY_PREFIX, REFRESH_PREFIX, Tokens, opaque
from server.log import OUTAGES, configure_logging, redacted

KEY, REFRESH = opaque(KEY_PREFIX), opaque(REFRESH_PREFIX)
ACCESS = Tokens("k" * 10 + "correct horse battery staple 0123456789", 900).issue(uuid4(), uuid4()).token
WEBHOOK = "whsec_" + "aB3+/" * 8 + "="
SECRETS = [WEBHOOK[6:], KEY[12:], REFRESH[4:], ACCESS[3:], ACCESS.rsplit(".", 1)[1]]


@pytest.fixture(params=[False, True], ids=["lines", "terminal"])
def stderr(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, with the logging of this process put back at the end."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level, options = root.handlers[:], root.level, structlog.get_config()
    monkeypatch.setattr(stream, "isatty", lambda: request.param)
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging("DEBUG")
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**options)


@pytest.mark.parametrize(
    "secret",
    [KEY, REFRESH, WEBHOOK, ACCESS, f"Bearer {ACCESS}", f'"authorization": "bearer {KEY}"'],
    # they are drawn anew in each process, which all have to give the same names to the tests
    ids=["key", "refresh", "webhook", "access", "bearer", "header"],
)
def test_a_secret_is_cut_out_wherever_it_stands(secret: str) -> None:
    for text in (secret, f"x {secret} y", json.dumps({"a": [secret]}), f"({secret})\n{secret}"):
        assert not [part for part in SECRETS if part in redacted(text)]


def test_other_text_stays() -> None:
    for text in ("bear with me", "a basic thing", "isk_short", "eyJ", "prediction 0 basic", "/files/a.png?exp=1", ""):
        assert redacted(text).replace("basic ...", "basic thing") == text


def test_a_link_loses_its_signature_and_a_key_keeps_what_may_be_shown() -> None:
    assert redacted("/files/a.png?exp=1&sig=abc-_1&x=1") == "/files/a.png?exp=1&sig=...&x=1"
    assert redacted(KEY) == f"{KEY[:12]}..."


CONTROLS = "\x1b[2J\x07\x00\r\n2026 [info] forged\x7f\x9b\u202e\u2028"


def test_no_control_character_reaches_a_log(stderr: io.StringIO) -> None:
    structlog.get_logger("a").info(f"event {CONTROLS}", path=f"/files/{CONTROLS}", nested={"names": [CONTROLS]})
    logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" [accepted]', "127.0.0.1", f"/graphql{CONTROLS}")
    try:
        raise ValueError(f"bad\x1b[2J \x9b\u202e {CONTROLS[:4]}")
    except ValueError:
        structlog.get_logger("c").exception("failed")
    text = stderr.getvalue()
    # The colours of a terminal are our own
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "forged" in plain
    assert not [line for line in plain.split("\n") if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]", line)]
    assert not [line for line in plain.split("\n") if line.startswith("2026 [info]")]


def test_nothing_of_them_is_logged(stderr: io.StringIO) -> None:
    given = f"password {uuid4()}"

    def fails(password: str) -> None:
        raise ValueError(f"no use of {KEY}")

    structlog.get_logger("a").warning("event", token=ACCESS, nested={"keys": [KEY, {"r": REFRESH}]})
    logging.getLogger("b").error("foreign %s", f"Bearer {ACCESS}")
    try:
        fails(given)
    except ValueError:
        structlog.get_logger("c").exception("failed")
    text = stderr.getvalue()
    assert all(word in text for word in ("ValueError: no use of", "foreign", "event"))
    assert not [part for part in [*SECRETS, given] if part in text]


def test_what_an_outage_repeats_is_written_once_a_minute(stderr: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    logger, dramatiq = (
        structlog.get_logger("server.adapters.bell"),
        logging.getLogger("dramatiq.worker.ConsumerThread(x)"),
    )

    def lines_of(seconds: float) -> list[str]:
        monkeypatch.setattr("server.log.time.monotonic", lambda: seconds)
        stderr.seek(0)
        stderr.truncate()
        for number in range(50):
            logger.warning("bell.failed", error=str(number))
            logger.warning("prediction.odd", error=str(number))
            dramatiq.critical("Consumer encountered a connection error: %s", number)
        return stderr.getvalue().splitlines()

    lines = lines_of(1000)
    counts = [sum(word in line for line in lines) for word in ("bell.failed", "prediction.odd", "connection error")]
    assert counts == [1, 50, 1]
    assert not [line for line in lines if "critical" in line.lower()]
    assert not [line for line in lines_of(1059) if "bell.failed" in line or "connection error" in line]
    lines = lines_of(1061)
    counts = [sum(word in line for line in lines) for word in ("bell.failed", "prediction.odd", "connection error")]
    assert counts == [1, 50, 1]
    (line,) = [line for line in lines if "bell.failed" in line]
    assert "99" in line


def test_whatever_is_logged_of_an_outage_is_written_once_a_minute() -> None:
    names, handlers = set(), 0
    for room in ("server", "graph", "workers"):
        for path in (Path(__file__).parents[2] / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.ExceptHandler) or node.type is None:
                    continue
                if not re.search(r"\b(DATABASE|CONNECTION|REDIS)_ERRORS\b", ast.unparse(node.type)):
                    continue
                handlers += 1
                for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
                    if ast.unparse(call.func).startswith("logger."):
                        assert "exc_info" not in {keyword.arg for keyword in call.keywords}
                        assert isinstance(call.args[0], ast.Constant)
                        names.add(call.args[0].value)
    assert handlers > 20
    assert names <= OUTAGES
