"""The `inference-server` command: one function for each of its subcommands."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from typer.core import TyperGroup

from server import operators
from server.adapters import database, schema
from server.adapters.listening import PortError, bind, bind_unix, socket_path
from server.command_line import fail, operator_settings, read_settings, run, with_runtime
from server.devices import environment
from server.domain.accounts import NewUser
from server.errors import InvalidInputError
from server.log import configure_logging
from server.services import accounts, demo, results
from server.services.health import release
from server.settings import SERVICES, Settings, SettingsError, hide_secrets


class CommandGroup(TyperGroup):
    """The server's own subcommands and those of the client, which is imported only where one of them is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all, the server's first."""
        return list(dict.fromkeys([*super().list_commands(ctx), *self._client.list_commands(ctx)]))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A subcommand; a group that the server and the client have, such as `models`, has the commands of both."""
        own = super().get_command(ctx, cmd_name)
        if own is not None and not isinstance(own, TyperGroup):
            return own
        theirs = self._client.get_command(ctx, cmd_name)
        if own is None or not isinstance(theirs, TyperGroup):
            return own or theirs
        own.commands = {**theirs.commands, **own.commands}
        return own

    @cached_property
    def _client(self) -> TyperGroup:
        from inference_client.cli.commands import app as client_app

        group = typer.main.get_group(client_app)
        for command in group.commands.values():
            vars(command)["rich_help_panel"] = "As a client of a server"
        return group


app = typer.Typer(
    help="Run models behind a GraphQL API.", no_args_is_help=True, pretty_exceptions_enable=False, cls=CommandGroup
)
SHUTDOWN_MARGIN_SECONDS = 30
UNREAD_MILLISECONDS = 20_000
STARTUP_FAILURE = 3
PROBE_SECONDS = 3


async def _check_schema(url: str) -> None:
    async with database.open_database(url, 1):
        await database.require_current_schema()


def _database_url(settings: Settings) -> str:
    return settings.database_url.get_secret_value() if settings.database_url else ""


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(release())
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the release and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Run models behind a GraphQL API."""


@app.command()
def up(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of the API; 0 picks a free one. Default: API_PORT.")
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of all data. Default: DATA_DIR.")] = None,
    workers: Annotated[int, typer.Option(min=0, max=64, help="Number of worker processes.")] = 1,
    demo: Annotated[bool, typer.Option(help="Create a demo user, the demo models and their first predictions.")] = True,
) -> None:
    """Start everything on this machine: PostgreSQL, Redis, the API and workers."""
    from server.embedded.up import UpOptions
    from server.embedded.up import up as start

    settings = read_settings()
    hide_secrets()
    raise typer.Exit(start(settings, UpOptions(port=port, data_dir=data_dir, demo=demo, workers=workers)))


@app.command()
def serve() -> None:
    """Run the API."""
    from server.app import create_app
    from server.connections import trusted_peers
    from server.serving import ApiServer, connection_limits

    settings = read_settings(*SERVICES)
    hide_secrets()
    run(_check_schema(_database_url(settings)))
    configure_logging(settings.log_level, settings.log_format)
    try:
        api = create_app(settings)
    except SettingsError as error:
        raise fail(str(error)) from None
    config = uvicorn.Config(
        api,
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        ws_max_size=1024 * 1024,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=30,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=trusted_peers(settings.trusted_proxies),
        uds=str(path) if (path := socket_path(settings.api_host)) else None,
    )
    server = ApiServer(api, config, connection_limits(settings), settings.lame_duck_seconds)
    try:
        listening = bind_unix(path) if path else bind(settings.api_host, settings.api_port)
    except PortError as error:
        raise fail(f"The API cannot listen: {error}.") from None
    if path is None and hasattr(socket, "TCP_USER_TIMEOUT"):
        # Connections inherit it: the kernel closes those whose client does not acknowledge data in this time
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MILLISECONDS)
    server.run(sockets=[listening])
    if not server.started:
        raise typer.Exit(STARTUP_FAILURE)


@app.command()
def worker(
    devices: Annotated[
        str | None,
        typer.Option(help="cpu, cuda, or cuda:1 for the second GPU. Default: the best device of this machine."),
    ] = None,
) -> None:
    """Run a worker: it claims predictions and runs them on one device of this machine."""
    chosen = {}
    if devices is not None:
        try:
            chosen = environment(devices)
        except InvalidInputError as error:
            typer.echo(" ".join(violation.message for violation in error.violations), err=True)
            raise typer.Exit(2) from None
    settings = read_settings(*SERVICES)
    run(_check_schema(_database_url(settings)))
    shutdown_ms = int((settings.shutdown_grace_seconds + SHUTDOWN_MARGIN_SECONDS) * 1000)
    command = [sys.executable, "-m", "workers.launch", "workers.main:setup", "--path", "--processes", "1"]
    command += ["--threads", "2", "--worker-shutdown-timeout", str(shutdown_ms), "--skip-logging"]
    # Without this and the empty --path, a folder `server` of the working directory would be imported as ours
    os.execve(command[0], command, {**os.environ, **chosen, "PYTHONSAFEPATH": "1"})  # noqa: S606


@app.command()
def check_predictors() -> None:
    """Load the classes of CUSTOM_PREDICTORS as a worker would, but for its walls; exits with 1 where one fails."""
    read_settings()
    command = [sys.executable, "-P", "-m", "workers.check"]
    raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603 - our own module


@app.command()
def worker_health(
    live: Annotated[bool, typer.Option(help="Ask only whether it lives, not whether it takes work.")] = False,
) -> None:
    """Ask the worker of this machine whether it is well, on WORKER_PROBE_PORT; exits with 1 where it is not."""
    settings = read_settings()
    if settings.worker_probe_port is None:
        raise fail("Set WORKER_PROBE_PORT, for the worker and for this command.")
    host, port = settings.worker_probe_host, settings.worker_probe_port
    connection = HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=PROBE_SECONDS)  # noqa: S104
    try:
        connection.request("GET", "/health/live" if live else "/health/ready")
        answer = connection.getresponse()
        body = json.loads(answer.read())
    except (OSError, HTTPException, ValueError) as error:
        raise fail(f"The worker does not answer on {host}:{port}: {error}") from None
    finally:
        connection.close()
    if answer.status != HTTPStatus.OK:
        raise fail(f"The worker is not {'live' if live else 'ready'}: {'; '.join(body['problems'])}.")
    typer.echo("ok")


@app.command()
def migrate(
    patience_seconds: Annotated[
        float, typer.Option(min=0, help="How long to try, while others hold locks on the tables.")
    ] = 600,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; name what is missing, and exit with 1 where anything is.")
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Change nothing; say what would be done.")] = False,
) -> None:
    """Bring the database schema up to date, beside running servers; concurrent runs wait for each other."""
    url = _database_url(operator_settings("DATABASE_URL"))
    if check or plan:
        pending = run(schema.list_pending(url))
        lines = [f"{name}: {schema.describe(name)}" if plan else f"missing {name}" for name in pending]
        typer.echo("\n".join(lines) or "The schema is up to date.")
        raise typer.Exit(1 if check and pending else 0)
    applied = run(schema.migrate(url, patience_seconds, lambda line: typer.echo(line, err=True)))
    typer.echo("\n".join(f"applied {name}" for name in applied) or "The schema is up to date.")


@app.command()
def makemigration(
    name: Annotated[str, typer.Argument(help="What the migration does, in a few words joined by _.")],
) -> None:
    """Write a migration for what has changed in the tables, if anything."""
    url = _database_url(operator_settings("DATABASE_URL"))
    file_name = run(schema.make_migration(url, name, lambda line: typer.echo(line, err=True)))
    typer.echo(file_name or "No changes.")


@app.command()
def create_admin(
    handle: Annotated[str, typer.Option(prompt=True, help="Unique name.")],
    email: Annotated[str, typer.Option(prompt=True, help="E-mail address.")],
    password: Annotated[
        str,
        typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, envvar="ADMIN_PASSWORD", help="Password."),
    ],
) -> None:
    """Create an administrator; beside a running `up`, in the database of its DATA_DIR."""
    new = NewUser(handle, email, password)
    user = run(with_runtime(operator_settings(*SERVICES), lambda rt: accounts.create_admin(rt, new)))
    typer.echo(f"{user.handle} is an administrator.")


@app.command()
def register_demo() -> None:
    """Add the bundled demo models that are missing, and versions of those whose files changed with the software."""
    added = run(with_runtime(operator_settings(*SERVICES), demo.register))
    typer.echo("\n".join(f"added {slug}" for slug in added) or "The demo models are registered already.")


@app.command()
def show_demo() -> None:
    """Run the demo models that have no samples yet, and show their outputs as samples; needs a running worker."""
    settings = operator_settings(*SERVICES)
    configure_logging(settings.log_level, settings.log_format)
    shown = run(with_runtime(settings, demo.show))
    typer.echo("\n".join(f"{slug} has samples" for slug in shown) or "Nothing to show.")


@app.command()
def purge_results(
    model: Annotated[str | None, typer.Option(help="Only those of this model, as owner/name.")] = None,
) -> None:
    """Forget the cached results: no new prediction takes the result of an earlier one."""
    count = run(with_runtime(operator_settings(*SERVICES), lambda _: results.purge(None, model)))
    typer.echo(f"Purged {count} results.")


@app.command()
def export_schema() -> None:
    """Print the GraphQL schema."""
    from graph.schema import sdl

    typer.echo(sdl(), nl=False)


@app.command()
def export_openapi() -> None:
    """Print the OpenAPI document of the REST interface."""
    from server.rest.app import openapi_text

    typer.echo(openapi_text(), nl=False)


@app.command()
def export_settings(
    env_example: Annotated[bool, typer.Option("--env-example", help="Print .env.example instead.")] = False,
) -> None:
    """Print the page that describes every setting, as in docs/settings.md."""
    from server.settings import page

    typer.echo(page.env_example() if env_example else page.settings_page(), nl=False)


operators.add_commands(app)

if __name__ == "__main__":
    app()
