"""What a process asks of PostgreSQL and Redis: proxies that pass everything on and count it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

from server.embedded.postgres import PORT
from server.embedded.servers import LocalServers
from tests.support.proxies import PostgresReader, Proxies, RedisReader

SYNC, QUERY, FLUSH = b"S", b"Q", b"H"


@dataclass
class Asked:
    """What came so far: statements and commands by their text, and how often somebody waited for an answer to them."""

    statements: list[str] = field(default_factory=list)
    statement_trips: int = 0
    commands: list[str] = field(default_factory=list)
    command_trips: int = 0

    def copy(self) -> Asked:
        """The same, as it is now."""
        return replace(self, statements=[*self.statements], commands=[*self.commands])

    def since(self, earlier: Asked) -> Asked:
        """What came after an earlier copy of it."""
        return Asked(
            self.statements[len(earlier.statements) :],
            self.statement_trips - earlier.statement_trips,
            self.commands[len(earlier.commands) :],
            self.command_trips - earlier.command_trips,
        )

    def of_each(self, count: int) -> dict[str, int]:
        """How often one of `count` equal things asks for what, by the words that a statement or command begins with.

        What comes at times of its own, such as heartbeats, comes less than once for two of them, and is left out.
        """
        names = Counter(map(_name_of_statement, self.statements)) + Counter(map(_name_of_command, self.commands))
        return {name: often for name, total in names.most_common() if (often := round(total / count))}


def _name_of_statement(sql: str) -> str:
    return " ".join(sql.split())[:200]


def _name_of_command(command: str) -> str:
    """The command, and of a script what tells it from others."""
    return " ".join(command.split(" ", 2)[: 2 if command.upper().startswith("EVAL") else 1])


class _Statements(PostgresReader):
    """Counts what is executed, and what is waited for: a message that asks for an answer to all before it."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._asked = asked

    def asked(self, data: bytes) -> list[str]:
        statements = super().asked(data)
        self._asked.statements += statements
        return statements

    def note(self, kind: bytes) -> None:
        self._asked.statement_trips += kind in (SYNC, QUERY, FLUSH)


class _Commands(RedisReader):
    """Counts the commands of RESP arrays; a client sends a pipeline as one piece, and waits then."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._held = b""

    def asked(self, data: bytes) -> list[str]:
        self._held += data
        commands: list[str] = []
        while (command := self._next()) is not None:
            commands.append(command)
        self._asked.commands += commands
        self._asked.command_trips += bool(commands)
        return commands

    def _next(self) -> str | None:
        """The next whole command, its arguments divided by blanks."""
        line, end, rest = self._held.partition(b"\r\n")
        if not end:
            return None
        arguments: list[bytes] = []
        for _ in range(int(line.removeprefix(b"*"))):
            size, end, rest = rest.partition(b"\r\n")
            if not end or len(rest) < (length := int(size.removeprefix(b"$"))) + 2:
                return None
            arguments.append(rest[:length])
            rest = rest[length + 2 :]
        self._held = rest
        return b" ".join(arguments).decode(errors="replace")


def counted(proxies: Proxies, servers: LocalServers, name: str) -> tuple[Asked, dict[str, str]]:
    """What a process will ask, and the settings with which it asks through the proxies that count it."""
    asked = Asked()
    sockets = parse_qs(urlsplit(servers.database_url).query)["host"][0]
    lines: dict[str, tuple[str, Callable[[], PostgresReader | RedisReader]]] = {
        "db": (f"{sockets}/.s.PGSQL.{PORT}", lambda: _Statements(asked)),
        "redis": (urlsplit(servers.redis_url).path, lambda: _Commands(asked)),
    }
    ports = {end: proxies.add(f"{name}/{end}", target, reader).port for end, (target, reader) in lines.items()}
    database = urlsplit(servers.database_url)
    return asked, {
        "DATABASE_URL": f"postgresql://{database.username or 'postgres'}:@127.0.0.1:{ports['db']}{database.path}",
        "REDIS_URL": f"redis://127.0.0.1:{ports['redis']}/0",
    }
