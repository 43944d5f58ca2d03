"""Structured logs on stderr: JSON lines, or readable ones on a terminal; secrets that got into one are cut out."""

from __future__ import annotations

import io
import logging
import re
import sys
import threading
import time
from collections.abc import Hashable, MutableMapping
from typing import Any, TextIO

import structlog

from server.settings.types import LogFormat

CLIENT_LOG = "uvicorn.error.clients"

# API keys (whose first characters are no secret), refresh tokens, tokens of links, secrets of webhooks, JSON Web
# Tokens, whatever a header carries, signatures of file links
SECRETS = (
    (re.compile(r"\b(isk_[\w-]{8})[\w-]+"), r"\1..."),
    (re.compile(r"\bisr_[\w-]+"), "isr_..."),
    (re.compile(r"\bisl_[\w-]+"), "isl_..."),
    (re.compile(r"\bwhsec_[\w+/=-]+"), "whsec_..."),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?"), "eyJ..."),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]+", re.IGNORECASE), r"\1 ..."),
    (re.compile(r"\bsig=[\w-]+"), "sig=..."),
)
# C0 but the tabulator, DEL, C1, ends of lines and turns of direction of Unicode
CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


# What every try says again while PostgreSQL or Redis is away: a line now, and one a minute with how often it came
OUTAGES = frozenset(
    {
        "attempt.waits", "batch_watch.read_failed", "batches.failed", "bell.failed", "catalogue.failed",
        "claim.failed", "demand.read_failed", "erasure.failed", "events.announce_failed", "events.live_failed",
        "events.wake_deliverers_failed", "events.write_failed", "files.sweep_failed", "graphql.database_away",
        "guard.failed", "guardrails.failed", "heartbeat.failed", "hub.demand_failed", "hub.log_failed",
        "hub.preview_failed", "hub.row_failed", "limits.failed", "live_list.read_failed", "mails.failed",
        "mails.not_recorded", "memory.waits", "metrics.rows_unread", "openai.not_canceled", "openai.store_failed",
        "prepare.failed", "prepare.not_renewed", "queue_watch.read_failed", "rate_limiter.redis_away",
        "recovery.failed", "request.unavailable", "rest.store_failed", "sharing.failed", "wakeups.lost",
        "webhooks.claim_failed", "webhooks.delivery_lost", "webhooks.note_failed", "worker.not_announced",
    }
)  # fmt: skip
REPEAT_SECONDS = 60.0


class Repeats:
    """Counts what came lately, so that it is written once in REPEAT_SECONDS."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: dict[Hashable, float] = {}
        self._dropped: dict[Hashable, int] = {}

    def count(self, key: Hashable) -> int | None:
        """None for what was written lately; else how many were dropped since it was."""
        with self._lock:
            now = time.monotonic()
            if now - self._written.get(key, float("-inf")) < REPEAT_SECONDS:
                self._dropped[key] = self._dropped.get(key, 0) + 1
                return None
            self._written[key] = now
            return self._dropped.pop(key, 0)

    def processor(self, _logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Drop our own lines of OUTAGES that came lately."""
        if line.get("event") in OUTAGES:
            if (dropped := self.count(line["event"])) is None:
                raise structlog.DropEvent
            if dropped:
                line["dropped"] = dropped
        return line

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop Dramatiq's lines that came lately: its consumers lose Redis and start again, each every few seconds.

        Redis being away is nothing critical here.
        """
        if not record.name.startswith("dramatiq.") or not isinstance(record.msg, str):
            return True
        if record.levelno > logging.WARNING and "connection error" in record.msg:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return self.count((record.name.partition("(")[0], record.msg)) is not None


def redacted(text: str) -> str:
    """A text without the keys, tokens and signatures that are in it."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def visible(text: str) -> str:
    """A text whose control characters, and those that turn the direction of writing, are written out as `\\x1b`.

    A terminal obeys them: who chose a path or a name could hide or forge lines of a log.
    """
    return CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def _make_visible(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {visible(name): visible(value) if isinstance(value, str) else value for name, value in event.items()}


def _plain_traceback(stream: TextIO, exc_info: structlog.typing.ExcInfo) -> None:
    """Write a traceback without the values of variables, which may be passwords, and without control characters."""
    text = io.StringIO()
    structlog.dev.plain_traceback(text, exc_info)
    stream.write("\n".join(map(visible, text.getvalue().split("\n"))))


def _redact(_logger: Any, _method: str, line: Any) -> Any:
    return redacted(line) if isinstance(line, str) else line


def configure_logging(level: str, form: LogFormat = LogFormat.AUTO) -> None:
    """Send this process's logs, the standard library's included, to stderr in one form."""
    is_console = form is LogFormat.CONSOLE or (form is LogFormat.AUTO and sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=_plain_traceback)
        if is_console
        else structlog.processors.JSONRenderer()
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info if not is_console else structlog.processors.StackInfoRenderer(),
    ]
    repeats = Repeats()
    structlog.configure(
        processors=[repeats.processor, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # JSON writes them out by itself
                *([_make_visible] if is_console else []),
                renderer,
                _redact,
            ],
        )
    )
    handler.addFilter(repeats.filter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in (
        "httpx",
        "httpx2",
        "httpcore",
        "httpcore2",
        "asyncio",
        "aiobotocore",
        "botocore",
        "tortoise",
        "urllib3",
    ):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    # At DEBUG it would write every frame of a WebSocket, cut in the middle
    logging.getLogger("uvicorn").setLevel(max(logging.INFO, logging.getLevelName(level)))
    # What clients do wrong would fill the log at will
    logging.getLogger(CLIENT_LOG).setLevel(logging.ERROR)
