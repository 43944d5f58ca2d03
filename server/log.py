"""Structured logs on stderr: JSON lines, or readable ones on a terminal; secrets that got into one are cut out."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

from server.settings.types import LogFormat

# API keys (whose first characters are no secret), refresh tokens, secrets of webhooks, JSON Web Tokens, whatever a
# header carries, signatures of file links
SECRETS = (
    (re.compile(r"\b(isk_[\w-]{8})[\w-]+"), r"\1..."),
    (re.compile(r"\bisr_[\w-]+"), "isr_..."),
    (re.compile(r"\bwhsec_[\w+/=-]+"), "whsec_..."),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?"), "eyJ..."),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]+", re.IGNORECASE), r"\1 ..."),
    (re.compile(r"\bsig=[\w-]+"), "sig=..."),
)


def redacted(text: str) -> str:
    """A text without the keys, tokens and signatures that are in it."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def _redact(_logger: Any, _method: str, line: Any) -> Any:
    return redacted(line) if isinstance(line, str) else line


def configure_logging(level: str, form: LogFormat = LogFormat.AUTO) -> None:
    """Send this process's logs, the standard library's included, to stderr in one form."""
    is_console = form is LogFormat.CONSOLE or (form is LogFormat.AUTO and sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        # Tracebacks without the values of variables, which may be passwords
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
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
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer, _redact],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "asyncio", "aiobotocore", "botocore", "tortoise", "urllib3"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    # At DEBUG it would write every frame of a WebSocket, cut in the middle
    logging.getLogger("uvicorn").setLevel(max(logging.INFO, logging.getLevelName(level)))
