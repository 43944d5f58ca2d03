from __future__ import annotations

import pytest

from server.adapters.common_passwords import common_passwords
from server.domain.passwords import normalise_password, password_violations

NAMES = ("ada-lovelace", "countess@mail.example")


def codes(password: str) -> list[str]:
    return [violation.code for violation in password_violations(password, "/password", NAMES, common_passwords())]


def test_the_list_is_of_passwords_that_would_be_long_enough() -> None:
    assert len(common_passwords()) > 10_000
    assert all(len(password) >= 8 and password == password.casefold() for password in common_passwords())


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "PassWord",
        "12345678",
        "password1",
        "Password2024!",
        "!!!sunshine",
        "q1w2e3r4t5",
        "\uff50\uff41ssword",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    assert codes(password) == ["common"]


@pytest.mark.parametrize(
    "password",
    [
        *("ada-lovelace", "AdaLovelace", "ada_lovelace1", "12Ada.Lovelace!", "adalovelace999"),
        *("countess@mail.example", "Countess1", "countess123", "COUNTESS@MAIL.EXAMPLE!"),
        *("inference-server", "InferenceServer1", "inference_server!!!"),
    ],
)
def test_what_is_almost_a_name_of_its_owner_or_of_the_server_is_refused(password: str) -> None:
    assert codes(password) == ["personal"]


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "countess of many numbers", "s\u00fc\u00df und sauer", "\u3042" * 8],
)
def test_what_has_more_in_it_is_taken(password: str) -> None:
    assert codes(password) == []


def test_a_short_handle_spoils_no_password() -> None:
    assert password_violations("xadaptor7", "/password", ("ada", "a@b.example")) == []
    assert password_violations("mount a1 hike", "/password", ("a1", "a@b.example")) == []


def test_a_character_is_the_same_however_it_is_typed() -> None:
    assert normalise_password("Zoe\u0308 \uff11") == "Zo\u00eb 1"


def test_a_password_is_as_long_as_what_is_kept_of_it() -> None:
    assert codes("e\u0301" * 4) == ["length"]
    assert codes("e\u0301 qz" * 3) == []
