from __future__ import annotations

from uuid import uuid4

import pytest

from server.domain.accounts import NewUser, Viewer, normalise_email, registration_violations

GOOD = "correct horse battery"


def codes(handle: str = "ada", email: str = "ada@example.com", password: str = GOOD) -> list[tuple[str, str]]:
    return [(v.path, v.code) for v in registration_violations(NewUser(handle, email, password))]


@pytest.mark.parametrize("handle", ["ada", "a1", "1a", "ada-lovelace", "a-b-c", "x" * 39])
def test_good_handles(handle: str) -> None:
    assert codes(handle=handle) == []


@pytest.mark.parametrize(
    "handle",
    [
        "",
        "a",
        "A",
        "Ada",
        "-ada",
        "ada-",
        "a--b",
        "a_b",
        "a.b",
        "a/b",
        "a:b",
        "x" * 40,
        "ada\n",
        "ada ",
        "ádá",
        "\uff41da",
        "a\0a",
        "\ud800a",
        "x" * 1_000_000,
        "-" * 100,
    ],
)
def test_bad_handles(handle: str) -> None:
    assert codes(handle=handle) == [("/handle", "pattern")]


@pytest.mark.parametrize("handle", ["admin", "demo", "graphql", "viewer", "me"])
def test_reserved_handles(handle: str) -> None:
    assert codes(handle=handle) == [("/handle", "reserved")]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("ADA+tag@example.com", "ada+tag@example.com"),
        ("ada@BÜCHER.example", "ada@bücher.example"),
        ("e\u0301@example.com", "é@example.com"),
    ],
)
def test_an_address_has_one_form(typed: str, kept: str) -> None:
    assert normalise_email(typed) == kept
    assert normalise_email(normalise_email(typed)) == kept


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "@",
        "ada@",
        "@gmail.com",
        "a b@gmail.com",
        "ada@gmail",
        "a\0@gmail.com",
        "\ud800@gmail.com",
        "ada@gmail.com\n",
        "a@b@gmail.com",
        "a" * 255 + "@gmail.com",
        "x" * 1_000_000,
        "ada@[127.0.0.1]",
    ],
)
def test_what_is_no_address(email: str) -> None:
    assert codes(email=email) == [("/email", "format")]


# Of the shortest length and the longest
@pytest.mark.parametrize("password", ["kweftmtq", "x" * 256, "pässwörd", "🐍🐍🐍🐍🐍🐍🐍🐍", " " * 8])
def test_good_passwords(password: str) -> None:
    assert codes(password=password) == []


@pytest.mark.parametrize("password", ["", "x" * 7, "x" * 257, "x" * 1_000_000])
def test_passwords_of_a_wrong_length(password: str) -> None:
    assert codes(password=password) == [("/password", "length")]


@pytest.mark.parametrize("password", ["1234567\0", "1234567\ud800", "\udfff1234567"])
def test_passwords_that_are_no_text(password: str) -> None:
    assert codes(password=password) == [("/password", "format")]


def test_all_violations_come_at_once() -> None:
    assert codes("A", "nobody", "short") == [("/handle", "pattern"), ("/email", "format"), ("/password", "length")]


def test_no_violation_repeats_the_password() -> None:
    secret = "hunter2\0"
    assert all("hunter2" not in v.message for v in registration_violations(NewUser("ada", "a@gmail.com", secret)))


def test_idempotency_keys_of_users_and_addresses_never_meet() -> None:
    user_id = uuid4()
    assert Viewer(user_id, address="1.2.3.4").owner_key == f"user:{user_id}"
    assert Viewer(address="1.2.3.4").owner_key == "anon:1.2.3.4"
    assert Viewer(address=f"user:{user_id}").owner_key != Viewer(user_id).owner_key
