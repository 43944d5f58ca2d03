"""Secrets at rest: sealed, and opened by the right SECRET_KEY alone."""

from __future__ import annotations

import pytest

from server.adapters.vault import UnreadableSecretError, Vault

OLD, NEW = "o" * 40, "n" * 40


def test_what_is_sealed_opens_again_and_does_not_show() -> None:
    vault = Vault(NEW)
    sealed = vault.seal("whsec_abc")
    assert vault.open(sealed) == "whsec_abc"
    assert "abc" not in sealed
    assert sealed != vault.seal("whsec_abc")


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(UnreadableSecretError):
        Vault(NEW).open(Vault(OLD).seal("x"))


def test_what_was_changed_does_not_open() -> None:
    sealed = Vault(NEW).seal("x")
    with pytest.raises(UnreadableSecretError):
        Vault(NEW).open(sealed[:-8] + "AAAAAAA=")
    with pytest.raises(UnreadableSecretError):
        Vault(NEW).open("none")


def test_the_key_before_opens_and_what_it_sealed_is_to_be_sealed_anew() -> None:
    both = Vault(NEW, [OLD])
    sealed = Vault(OLD).seal("x")
    assert both.open(sealed) == "x"
    assert not both.is_newest(sealed)
    assert both.is_newest(both.seal("x"))
    assert Vault(NEW).open(both.seal("y")) == "y"
