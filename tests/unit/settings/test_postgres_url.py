"""DATABASE_URL: what the driver is told of it, and what is refused, without a word of the password."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from asyncpg.connect_utils import _parse_connect_dsn_and_args

from server.settings.postgres_url import Host, read_postgres_url
from tests.support.certificates import write_certificate

EVERYTHING = string.printable.replace("\x0b", "") + "äß€漢\U0001f600"


def driven(url: str, host: int = 0) -> tuple[list[Any], Any]:
    """The addresses and parameters that asyncpg makes of what we give it for one of the hosts."""
    read = read_postgres_url(url)
    names = ("dsn", "host", "port", "user", "password", "passfile", "database", "ssl", "direct_tls", "server_settings")
    names += ("target_session_attrs", "krbsrvname", "gsslib", "service", "servicefile")
    return _parse_connect_dsn_and_args(**{**dict.fromkeys(names), **read.arguments(read.hosts[host])})


@pytest.mark.parametrize("encode", [lambda text: quote(text, safe=""), lambda text: quote(text, safe="!$&'()*+,;=~[]")])
def test_every_character_of_an_account_and_a_database(encode: Any) -> None:
    url = f"postgres://{encode(EVERYTHING)}:{encode(EVERYTHING)}@db/{encode(EVERYTHING)}"
    addresses, parameters = driven(url)
    assert addresses == [("db", 5432)]
    assert (parameters.user, parameters.password, parameters.database) == (EVERYTHING,) * 3


def test_a_password_that_is_not_encoded_where_it_is_clear_what_is_meant() -> None:
    _, parameters = driven("postgresql://ada:p@ss#w%rd:x+y@db/name")
    assert (parameters.user, parameters.password, parameters.database) == ("ada", "p@ss#w%rd:x+y", "name")


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql://db/x", [("db", 5432)]),
        ("postgresql://u@[::1]:5433,[fe80::1],b.example:1/x", [("::1", 5433), ("fe80::1", 5432), ("b.example", 1)]),
        ("postgresql:///x?host=a,[::1]&port=5433", [("a", 5433), ("::1", 5433)]),
        ("postgresql:///x?host=a,b&port=1,2", [("a", 1), ("b", 2)]),
        ("postgresql://u:@/x?host=/run/db&port=5433", ["/run/db/.s.PGSQL.5433"]),
        ("postgresql://u@%2Frun%2Fdb/x", ["/run/db/.s.PGSQL.5432"]),
    ],
)
def test_hosts(url: str, hosts: list[Any]) -> None:
    count = len(read_postgres_url(url).hosts)
    assert [driven(url, number)[0][0] for number in range(count)] == hosts


def test_what_is_left_to_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setenv("PGPASSWORD", "by the environment")
    addresses, parameters = driven("postgresql://ada@/x")
    assert (addresses, parameters.password) == ([("elsewhere", 6000)], "by the environment")


def test_options() -> None:
    url = "postgresql://u@db/x?sslmode=require&channel_binding=require&options=endpoint%3Dep-1+2&application_name=a%20b"
    url += "&connect_timeout=3&sslnegotiation=direct&gssencmode=prefer&passfile=&target_session_attrs="
    read, (_, parameters) = read_postgres_url(url), driven(url)
    assert (read.connect_seconds, parameters.sslmode.name, parameters.ssl_negotiation.name) == (3, "require", "direct")
    # A `+` is one, as in PostgreSQL's own clients
    assert parameters.server_settings == {"options": "endpoint=ep-1+2", "application_name": "a b"}
    for attribute, asked in {"any": "read-write", "read-write": "read-write", "primary": "primary"}.items():
        _, parameters = driven(f"postgresql://u@db/x?target_session_attrs={attribute}")
        assert parameters.target_session_attrs.value == asked
    assert driven("postgresql://u@db/x?sslmode=disable")[1].ssl is False
    assert read_postgres_url("postgresql://u@db/x?connect_timeout=0").connect_seconds is None
    assert read_postgres_url("postgresql:///x").hosts == (Host("", 5432),)


def test_the_authorities_of_the_system() -> None:
    _, parameters = driven("postgresql://u@db/x?sslrootcert=system")
    assert parameters.ssl.check_hostname


def test_when_a_channel_is_not_bound_though_it_should_be() -> None:
    url = "postgresql://u@db/x?channel_binding={}&sslmode={}"
    asked = [("require", "require"), ("require", "verify-full"), ("prefer", "require")]
    assert [read_postgres_url(url.format(*each)).binds_no_channel for each in asked] == [True, False, False]


SECRET = "hunter2secret"


@pytest.mark.parametrize(
    "url",
    [
        *("", "://", SECRET, f"mysql://u:{SECRET}@h/d", f"postgresql:/u:{SECRET}@h/d"),
        *(f"postgresql://u:{SECRET}/x@h/d", f"postgresql://u:{SECRET}?x@h/d", f"postgresql://u:x?{SECRET}=1@h/d"),
        *(f"postgresql://u@s:x?{SECRET}=1@h/d", f"postgresql://u:x/{SECRET}@h/d", f"postgresql://u@s:x/{SECRET}@h/d"),
        *(f"postgresql://u:{SECRET}@h:port/d", f"postgresql://u:{SECRET}@h:0/d", f"postgresql://u:{SECRET}@h:65536/d"),
        *(f"postgresql://u:{SECRET}@[::1/d", f"postgresql://u:{SECRET}@a,,b/d", f"postgresql://u:{SECRET}@a b/d"),
        *(f"postgresql://u:{SECRET}%00@h/d", f"postgresql://u:{SECRET}%ff@h/d", f"postgresql://u:{SECRET}@h:٣/d"),
        *(f"postgresql://u:{SECRET}@h/d?sslmode=maybe", f"postgresql://u:{SECRET}@h/d?password=%00{SECRET}"),
        f"postgresql://u:{SECRET}@h/d?connect_timeout=soon",
        f"postgresql://u:{SECRET}@h/d?target_session_attrs=standby",
        f"postgresql://u:{SECRET}@h/d?sslrootcert=system&sslmode=require",
        f"postgresql://u:{SECRET}@h/d?sslkey=/a",
        f"postgresql://u:{SECRET}@h/d?host=other",
        f"postgresql://u:{SECRET}@/d?host=a,b&port=1,2,3",
        f"postgresql://u:{SECRET}@h/d?statement_cache_size=0",
    ],
)
def test_what_is_refused_repeats_no_secret(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w{4}") as error:
        read_postgres_url(url)
    assert SECRET not in str(error.value)
    assert type(error.value) is ValueError


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("ssl=true", "has an option ssl that is not among .*; write sslmode=require"),
        ("prepareThreshold=0", "has an option that is not among"),
        ("schema=public", "has an option schema that is not among host, port, "),
        (
            "sslmode=no-verify",
            "the option sslmode is not one of disable, allow, prefer, require, verify-ca, ",
        ),
    ],
)
def test_a_refusal_says_what_to_write(option: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_postgres_url(f"postgresql://u:p@h/d?{option}")


def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)
    certificate, text, url = write_certificate(tmp_path / "a.pem"), tmp_path / "b.pem", "postgresql://u@h/d?"
    text.write_text("no certificate")
    for good in ("sslmode=require", f"sslmode=verify-full&sslrootcert={certificate}", "sslrootcert=system",
                 f"sslcert={certificate}&sslkey={certificate}"):  # fmt: skip
        assert read_postgres_url(url + good).problem() is None
    assert "cannot be read (Is a directory)" in str(read_postgres_url(f"{url}sslcert={tmp_path}").problem())
    assert "needs sslrootcert=" in str(read_postgres_url(f"{url}sslmode=verify-ca").problem())
    for bad in (f"sslrootcert={text}", f"sslcert={text}", f"sslcert={certificate}&sslkey={text}", f"sslcrl={text}"):
        assert "no certificates and keys that fit" in str(read_postgres_url(url + bad).problem())


def test_what_is_said_of_a_pooler() -> None:
    urls = [f"postgresql://u@h/d{query}" for query in ("", "?pgbouncer=true", "?pgbouncer=false")]
    assert [read_postgres_url(url).is_pooled for url in urls] == [None, True, False]
    # It is for us: PostgreSQL knows no such option
    assert all(driven(url)[1].server_settings == {} for url in urls)
