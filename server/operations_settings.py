"""The settings of those who operate the server: what it says of itself, and to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from server.setting_types import Blankable, split

MIN_METRICS_TOKEN_LENGTH = 16
MAX_METRICS_OPERATIONS = 200
OPERATION_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")


class LogFormat(StrEnum):
    """How a line of the log looks."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


class OperationsSettings(BaseSettings):
    """Logs and metrics."""

    log_format: LogFormat = Field(
        LogFormat.AUTO, description="`json`, `console`, or `auto`: readable on a terminal, JSON elsewhere."
    )
    metrics_token: Annotated[SecretStr | None, Blankable] = Field(
        None, description="Who sends it as `Authorization: Bearer` may read `/metrics`; unset: there is none."
    )
    metrics_operations: str = Field(
        "", description="Comma-separated names of operations that metrics tell apart; all others are `other`."
    )
    worker_metrics_host: str = Field("127.0.0.1", description="Address that a worker's metrics are served on.")
    worker_metrics_port: Annotated[int | None, Blankable] = Field(
        None, ge=1, le=65535, description="Port of a worker's `/metrics`, one for each worker; unset: none."
    )

    @cached_property
    def counted_operations(self) -> frozenset[str]:
        """The names of operations that metrics tell apart."""
        return frozenset(split(self.metrics_operations))

    def operations_problems(self) -> Iterator[tuple[str, str]]:
        """What does not fit together: the setting's name, and what is wrong."""
        token = self.metrics_token.get_secret_value() if self.metrics_token else ""
        if token and (len(token) < MIN_METRICS_TOKEN_LENGTH or not token.isascii() or not token.isprintable()):
            yield "METRICS_TOKEN", f"must be at least {MIN_METRICS_TOKEN_LENGTH} printable ASCII characters"
        if self.worker_metrics_port is not None and not token:
            yield "WORKER_METRICS_PORT", "needs METRICS_TOKEN"
        wrong = sorted(name for name in self.counted_operations if not OPERATION_NAME.fullmatch(name))
        if wrong:
            yield "METRICS_OPERATIONS", f"{', '.join(map(repr, wrong))}: no names of operations"
        elif len(self.counted_operations) > MAX_METRICS_OPERATIONS:
            yield "METRICS_OPERATIONS", f"has more than {MAX_METRICS_OPERATIONS} names"
