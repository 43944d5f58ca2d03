"""What the commands of an operator share: settings, a runtime, and errors as sentences with an exit code."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

import typer

from migrations.rules import BrokenRulesError
from server.adapters.database import DatabaseUnavailableError, SchemaBehindError
from server.adapters.listening import PortError
from server.adapters.schema import MigrationBlockedError
from server.errors import InvalidInputError, ServiceError
from server.runtime import Role, Runtime, open_runtime
from server.settings import SERVICES, Settings, SettingsError, load_settings

T = TypeVar("T")

BROKEN_PIPE = 141
# Their messages say what to do
OPERATORS_ERRORS = (
    BrokenRulesError,
    DatabaseUnavailableError,
    MigrationBlockedError,
    PortError,
    SchemaBehindError,
    SettingsError,
)


def fail(message: str) -> typer.Exit:
    """Say what is wrong; raise what this gives."""
    typer.echo(message, err=True)
    return typer.Exit(1)


def read_settings(*needs: str, **overrides: str) -> Settings:
    """The settings, of which those that are needed are there; ends the command where they are wrong."""
    try:
        return load_settings(needs=needs, **overrides)
    except SettingsError as error:
        raise fail(f"These settings are wrong:\n{error}") from None


def operator_settings(*needs: str) -> Settings:
    """The settings of a command beside running servers; what is not set comes from the `up` that runs on DATA_DIR."""
    from server.embedded.servers import settings_of_running

    settings = read_settings()
    is_set = {"database_url": settings.database_url, "redis_url": settings.redis_dsn, "secret_key": settings.secret_key}
    running = settings_of_running(settings.data_dir)
    return read_settings(*needs, **{name: value for name, value in running.items() if not is_set[name]})


def run(work: Coroutine[Any, Any, T]) -> T:
    """Do it; an error is said in a sentence, and ends the command with exit code 1."""
    try:
        return asyncio.run(work)
    except OPERATORS_ERRORS as error:
        raise fail(str(error)) from None
    except InvalidInputError as error:
        raise fail("\n".join(f"{v.path}: {v.message}" for v in error.violations)) from None
    except ServiceError as error:
        raise fail(error.message) from None


def beside_servers(use: Callable[[Runtime], Awaitable[T]]) -> T:
    """Do something with the database and the Redis of running servers, those of an `up` on DATA_DIR too."""
    return run(with_runtime(operator_settings(*SERVICES), use))


def show(head: Sequence[str], rows: Sequence[Sequence[str]], values: Any, *, as_json: bool) -> None:
    """Print a table for people, lines with tabs where it is read by another program, or JSON.

    A reader that has gone ends the command with BROKEN_PIPE.
    """
    from inference_client.cli.terminal import show_json, show_table

    try:
        if as_json:
            show_json(values)
        else:
            show_table(head, iter(rows))
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads; what Python still has to write at its end goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(BROKEN_PIPE) from None


async def with_runtime(settings: Settings, use: Callable[[Runtime], Awaitable[T]]) -> T:
    """Open what a process of an operator needs, for as long as it is used."""
    async with open_runtime(settings, Role.OPERATOR) as rt:
        return await use(rt)
