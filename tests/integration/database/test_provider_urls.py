"""DATABASE_URL as providers print it, against servers that demand what theirs demand."""

from __future__ import annotations

import socket
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from server.adapters.connections import connect
from server.adapters.database import DatabaseUnavailableError, open_database, rows
from tests.integration.database.conftest import finish, start
from tests.support.certificates import write_certificate
from tests.support.postgres_servers import PostgresServer, installed_postgres, postgres_server, psql, version_of

USER = "u@server:1/ü %41+&=?#"
PASSWORD = string.punctuation + " äß€%41" + string.ascii_letters
DATABASE = "a/b?c#d @:%20ä"
BY_CERTIFICATE = "bearer"


@dataclass(frozen=True)
class StrictServer:
    """A server that takes TLS alone where it was built with it, with its authority and a client's certificate."""

    server: PostgresServer
    authority: Path
    client: Path
    has_tls: bool

    def url(self, host: str = "127.0.0.1", options: str = "", user: str = USER, password: str | None = PASSWORD) -> str:
        secret = "" if password is None else f":{quote(password, safe='')}"
        account = f"{quote(user, safe='')}{secret}"
        return f"postgresql://{account}@{host}:{self.server.port}/{quote(DATABASE, safe='')}{options}"


@pytest.fixture(scope="module", params=installed_postgres(), ids=version_of)
def strict(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StrictServer]:
    folder = tmp_path_factory.mktemp("strict")
    authority, client = write_certificate(folder / "server.pem"), write_certificate(folder / "client.pem", "bearer")
    with postgres_server(folder / "data", request.param, files=[authority, client]) as server:
        has_tls = psql(server, "SHOW ssl_library") != ""
        if has_tls:
            rules = server.folders.postgres_data / "pg_hba.conf"
            rules.write_text(
                f"local all all trust\nhostssl all {BY_CERTIFICATE} all cert\nhostssl all all all scram-sha-256\n"
            )
            for name, value in {"cert_file": authority, "key_file": authority, "ca_file": client}.items():
                psql(server, f"ALTER SYSTEM SET ssl_{name} = '{value.name}'")
            psql(server, "ALTER SYSTEM SET ssl = on")
            psql(server, "SELECT pg_reload_conf()")
        user, database = USER.replace('"', '""'), DATABASE.replace('"', '""')
        password = PASSWORD.replace("'", "''")
        psql(server, f"CREATE ROLE \"{user}\" LOGIN PASSWORD E'{password.replace(chr(92), chr(92) * 2)}'")
        psql(server, f'CREATE ROLE "{BY_CERTIFICATE}" LOGIN')
        psql(server, f'CREATE DATABASE "{database}" OWNER "{user}"')
        yield StrictServer(server, authority, client, has_tls)


@pytest.fixture
def encrypted(strict: StrictServer) -> StrictServer:
    """A server with TLS."""
    if not strict.has_tls:
        pytest.skip("this PostgreSQL was built without TLS; Debian's has it: apt-get install postgresql")
    return strict


async def session(url: str) -> Mapping[str, str]:
    """Who we are there, as the pool and as a single connection connect; both agree."""
    sql = """
      SELECT current_user AS "user", current_database() AS database, current_setting('application_name') AS name,
        current_setting('work_mem') AS memory,
        (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid())::text AS tls"""
    async with open_database(url):
        (pooled,) = await rows(sql)
    single = await connect(url)
    try:
        assert dict(await single.fetchrow(sql)) == pooled
    finally:
        await single.close()
    return pooled


async def test_every_character_and_option_that_a_provider_prints(strict: StrictServer) -> None:
    options = f"?sslmode={'require' if strict.has_tls else 'prefer'}&channel_binding=require&connect_timeout=10"
    options += "&gssencmode=disable&application_name=the%20api"
    options += "&target_session_attrs=read-write&options=-c%20work_mem%3D7MB"
    assert await session(strict.url(options=options)) == {
        "user": USER, "database": DATABASE, "name": "the api", "memory": "7MB", "tls": str(strict.has_tls).lower()
    }  # fmt: skip
    # As `postgres://`, without encoding of what needs none, and with TLS as it may be had
    assert (await session(strict.url().replace("postgresql://", "postgres://")))["user"] == USER
    parameters = {
        "host": "127.0.0.1",
        "port": strict.server.port,
        "dbname": DATABASE,
        "user": USER,
        "password": PASSWORD,
    }
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in parameters.items())
    assert (await session(f"postgresql:///?{query}"))["user"] == USER


async def test_whose_certificate_it_is(
    encrypted: StrictServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = f"&sslrootcert={quote(str(encrypted.authority), safe='')}"
    assert (await session(encrypted.url("localhost", f"?sslmode=verify-full{authority}")))["tls"] == "true"
    assert (await session(encrypted.url("localhost", f"?sslmode=verify-ca{authority}")))["tls"] == "true"
    stranger = write_certificate(tmp_path / "stranger.pem", "elsewhere")
    with pytest.raises(DatabaseUnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
        async with open_database(encrypted.url("localhost", f"?sslmode=verify-full&sslrootcert={stranger}")):
            pass
    with pytest.raises(DatabaseUnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
        async with open_database(encrypted.url("localhost", "?sslrootcert=system")):
            pass
    monkeypatch.setenv("SSL_CERT_FILE", str(encrypted.authority))
    assert (await session(encrypted.url("localhost", "?sslrootcert=system")))["tls"] == "true"


async def test_a_certificate_instead_of_a_password(encrypted: StrictServer) -> None:
    options = f"?sslmode=require&sslcert={encrypted.client}&sslkey={encrypted.client}"
    url = encrypted.url(options=options, user=BY_CERTIFICATE, password=None)
    assert (await session(url))["user"] == BY_CERTIFICATE
    with pytest.raises(DatabaseUnavailableError, match="certificate"):
        async with open_database(encrypted.url(options="?sslmode=require", user=BY_CERTIFICATE, password=None)):
            pass


async def test_the_host_that_is_silent_holds_up_nobody_for_long(strict: StrictServer) -> None:
    """One that takes connections and says nothing, as behind a firewall that lets nothing back."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hosts = f"@127.0.0.1:{silent.getsockname()[1]},127.0.0.1:"
        url = strict.url(options="?connect_timeout=1").replace("@127.0.0.1:", hosts)
        async with open_database(url):
            (row,) = await rows("SELECT current_user AS name")
            assert row["name"] == USER


@pytest.mark.slow
def test_commands_understand_the_same(encrypted: StrictServer, environment: dict[str, str]) -> None:
    """Migrations, and the doctor after them, by the URL of a user whose name is encoded."""
    url = encrypted.url("localhost", f"?sslmode=verify-full&sslrootcert={encrypted.authority}&channel_binding=require")
    given = {**environment, "DATABASE_URL": url}
    code, _, err = finish(start(given, "migrate"))
    assert code == 0, err
    _, out, _ = finish(start(given, "doctor"))
    assert "ok       database: PostgreSQL" in out
    assert "ok       schema:" in out
    wrong = {**given, "DATABASE_URL": url.replace(f"sslrootcert={encrypted.authority}", "sslrootcert=/no/where.pem")}
    code, _, err = finish(start(wrong, "migrate"))
    assert code == 1
    assert "DATABASE_URL: the option sslrootcert names /no/where.pem, which cannot be read (No such file or" in err


async def test_a_server_without_tls_is_refused_where_it_is_demanded(strict: StrictServer) -> None:
    if strict.has_tls:
        psql(strict.server, "ALTER SYSTEM SET ssl = off")
        psql(strict.server, "SELECT pg_reload_conf()")
    with pytest.raises(DatabaseUnavailableError, match="rejected SSL upgrade"):
        async with open_database(strict.url(options="?sslmode=require")):
            pass
