"""DATABASE_URL, as PostgreSQL's own clients and its providers write it: the one place that reads it.

The driver's parser is not used for it. It hands what it does not know to the server, which then refuses the connection
(`channel_binding`, `connect_timeout`), knows no `sslrootcert=system`, and asks several hosts within one time limit.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

SCHEMES = ("postgresql", "postgres")
EXAMPLE = "postgresql://user:password@host:port/database"
PORT = 5432
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
VERIFYING = ("verify-ca", "verify-full")
# Each is asked for a server that takes writes, since everything here writes
WRITABLE_SERVERS = ("any", "read-write", "primary")
# Of libpq's options those that the driver knows by the same name
DRIVER_OPTIONS = (
    *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl", "sslnegotiation"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version", "passfile"),
)
# What the server itself takes at the start of a session
SESSION_OPTIONS = ("application_name", "options")
CHOICES = {
    "sslmode": SSL_MODES,
    "sslnegotiation": ("postgres", "direct"),
    "target_session_attrs": WRITABLE_SERVERS,
    "channel_binding": ("disable", "prefer", "require"),
    "gssencmode": ("disable", "prefer"),
    "pgbouncer": ("true", "false"),
}
OPTIONS = (
    *("host", "port", "user", "password", "dbname", "connect_timeout"),
    *(name for name in CHOICES if name not in DRIVER_OPTIONS),
    *DRIVER_OPTIONS,
    *SESSION_OPTIONS,
)
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
SYSTEM = "system"
UNBOUND = (
    "DATABASE_URL says channel_binding=require, which is not checked here; "
    "say sslmode=verify-full, with sslrootcert, so that nobody else can answer in place of PostgreSQL."
)
ENCODE = "write / ? # @ : of a user or password as %2F %3F %23 %40 %3A"


@dataclass(frozen=True)
class Host:
    """One server: its name or address, or the folder of its socket; an empty one is the driver's default."""

    name: str
    port: int


@dataclass(frozen=True)
class PostgresUrl:
    """What a DATABASE_URL says."""

    user: str | None
    password: str | None
    database: str | None
    hosts: tuple[Host, ...]
    options: Mapping[str, str]

    @property
    def session(self) -> dict[str, str]:
        """What the server is told at the start of a session."""
        return {name: value for name, value in self.options.items() if name in SESSION_OPTIONS}

    @property
    def connect_seconds(self) -> float | None:
        """How long one host may take to answer; None where it is left to us."""
        return float(self.options.get("connect_timeout", "0")) or None

    @property
    def is_pooled(self) -> bool | None:
        """Whether it says that it names a pooler in transaction mode, as Prisma's do; None where it does not."""
        answer = self.options.get("pgbouncer")
        return None if answer is None else answer == "true"

    @property
    def binds_no_channel(self) -> bool:
        """Whether `channel_binding=require` stands for a check that nothing makes.

        The driver binds no channel. `verify-full` keeps out whom it would keep out, unless they have a certificate.
        """
        return self.options.get("channel_binding") == "require" and self.options.get("sslmode") != "verify-full"

    def arguments(self, host: Host) -> dict[str, Any]:
        """What asyncpg's `connect` takes to connect to one of the hosts."""
        options = {name: value for name, value in self.options.items() if name in DRIVER_OPTIONS}
        arguments: dict[str, Any] = {"user": self.user, "password": self.password, "database": self.database}
        if host.name:
            arguments |= {"host": host.name, "port": host.port}
        elif host.port != PORT:
            arguments["port"] = host.port
        if options.get("sslrootcert") == SYSTEM:
            arguments["ssl"] = self._system_context()
            options = {"sslnegotiation": options["sslnegotiation"]} if "sslnegotiation" in options else {}
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())
        target = self.options.get("target_session_attrs", "any")
        return {
            "dsn": f"postgresql:///?{query}" if query else None,
            **arguments,
            "server_settings": self.session,
            "target_session_attrs": "read-write" if target == "any" else target,
        }

    def problem(self) -> str | None:
        """What is wrong with the files that it names, which are those of this machine; None if nothing is."""
        for name in FILES:
            path = self.options.get(name)
            if path is None or (name == "sslrootcert" and path == SYSTEM):
                continue
            try:
                Path(path).read_bytes()
            except OSError as error:
                return f"the option {name} names {path}, which cannot be read ({error.strerror})"
        if self.options.get("sslmode") in VERIFYING and not self._has_authority():
            return (
                f"sslmode={self.options['sslmode']} needs sslrootcert=/path/to/ca.pem, or sslrootcert=system for the "
                "authorities that this machine trusts"
            )
        try:
            self._load_certificates()
        except (OSError, ValueError):
            return "the files of sslrootcert, sslcert, sslkey or sslcrl are no certificates and keys that fit"
        return None

    def _has_authority(self) -> bool:
        default = Path.home() / ".postgresql" / "root.crt"
        return "sslrootcert" in self.options or bool(os.environ.get("PGSSLROOTCERT")) or default.is_file()

    def _load_certificates(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for name in ("sslrootcert", "sslcrl"):
            path = self.options.get(name, SYSTEM)
            if path != SYSTEM:
                context.load_verify_locations(cafile=path)
        self._load_client_certificate(context)

    def _load_client_certificate(self, context: ssl.SSLContext) -> None:
        if "sslcert" in self.options:
            password = self.options.get("sslpassword", "")
            context.load_cert_chain(self.options["sslcert"], self.options.get("sslkey"), lambda: password)

    def _system_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self._load_client_certificate(context)
        return context


def read_postgres_url(url: str) -> PostgresUrl:
    """What a URL says.

    Raises:
        ValueError: with a sentence, which repeats nothing that may be a password.
    """
    scheme, separator, rest = url.partition("://")
    if scheme not in SCHEMES or not separator:
        raise ValueError(f"does not begin with postgresql:// or postgres://, such as {EXAMPLE}")
    parts = re.fullmatch(r"([^/?]*)(?:/([^?]*))?(?:\?(.*))?", rest, re.DOTALL)
    if parts is None:  # pragma: no cover - it matches every text
        raise ValueError(f"cannot be read; write it as {EXAMPLE}")
    place, database, query = parts[1], parts[2] or "", parts[3] or ""
    if "@" in database + query and "@" not in place:
        raise ValueError(f"cannot be read as a URL; write it as {EXAMPLE}, and {ENCODE}")
    options = _read_options(query)
    account, _, hosts = place.rpartition("@")
    user, _, password = account.partition(":")
    return PostgresUrl(
        _decode(user) or options.get("user"),
        _decode(password) or options.get("password"),
        _decode(database) or options.get("dbname"),
        _read_hosts(hosts, options),
        options,
    )


def _decode(text: str) -> str:
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise ValueError("has a percent-encoded part that is not UTF-8") from None
    if "\0" in decoded:
        raise ValueError("has a part with the character %00, which PostgreSQL does not take")
    return decoded


def _read_options(query: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        if name not in OPTIONS:
            # What follows a ? of a password that is not encoded looks like an option, and may not be repeated
            which = f" {name}" if re.fullmatch(r"[a-z][a-z_]{2,29}", name) and "@" not in query else ""
            hint = "; write sslmode=require" if name in {"ssl", "tls"} else ""
            raise ValueError(f"has an option{which} that is not among {', '.join(OPTIONS)}{hint}")
        if value:
            options[name] = _decode(value)
    for name, choices in CHOICES.items():
        if options.get(name, choices[0]) not in choices:
            raise ValueError(f"the option {name} is not one of {', '.join(choices)}")
    if not re.fullmatch(r"\d{1,4}", options.get("connect_timeout", "0"), re.ASCII):
        raise ValueError("the option connect_timeout is not a number of seconds")
    if options.get("sslrootcert") == SYSTEM and options.get("sslmode", "verify-full") != "verify-full":
        raise ValueError("sslrootcert=system needs sslmode=verify-full: anybody can have a certificate of some name")
    if "sslkey" in options and "sslcert" not in options:
        raise ValueError("the option sslkey needs sslcert")
    return options


def _read_hosts(place: str, options: Mapping[str, str]) -> tuple[Host, ...]:
    if place and ("host" in options or "port" in options):
        raise ValueError("names its host or port twice, before the path and among the options")
    hosts = [] if not place else [_read_host(text) for text in place.split(",")]
    if place:
        return tuple(hosts)
    names = options.get("host", "").split(",")
    ports = options.get("port", str(PORT)).split(",")
    if len(ports) not in {1, len(names)}:
        raise ValueError("the option port has neither one number nor one for each host")
    ports = ports * len(names) if len(ports) == 1 else ports
    return tuple(
        Host(name.strip("[]"), _port(port, "the option port")) for name, port in zip(names, ports, strict=True)
    )


def _read_host(text: str) -> Host:
    match = re.fullmatch(r"(?:\[([0-9a-fA-F:.%\w]+)\]|([^\s:@\[\]]+))(?::([^:]*))?", text)
    if match is None:
        raise ValueError(
            f"names no host that can be read; write it as {EXAMPLE}, several as "
            f"postgresql://user:password@host1:5432,host2:5432/database, and {ENCODE}"
        )
    return Host(_decode(match[1] or match[2]), _port(match[3] or str(PORT), "the port"))


def _port(text: str, what: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or not 0 < int(text) < 2**16:
        raise ValueError(f"{what} is not a number from 1 to 65535; write it as {EXAMPLE}, and {ENCODE}")
    return int(text)
