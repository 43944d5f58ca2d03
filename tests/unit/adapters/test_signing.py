from __future__ import annotations

import pytest

from server.adapters.signing import FileSigner

SIGNER = FileSigner("a" * 40)
KEY = "predictions/0/1/2.png"


def test_a_link_works_until_it_expires() -> None:
    signature = SIGNER.sign(KEY, 100)
    assert SIGNER.verify(KEY, 100, signature, 99.9)
    assert not SIGNER.verify(KEY, 100, signature, 100)
    assert not SIGNER.verify(KEY, 100, signature, 101)


def test_a_signature_is_safe_in_a_url() -> None:
    assert all(set(SIGNER.sign(KEY, n)) <= set("-_") | set(map(chr, range(48, 123))) for n in range(200))


@pytest.mark.parametrize(
    ("key", "expires_at"),
    [(KEY, 101), ("predictions/0/1/3.png", 100), (KEY + " ", 100), (KEY.upper(), 100), ("", 100), (f"\n{KEY}", 100)],
)
def test_another_key_or_expiry(key: str, expires_at: int) -> None:
    assert not SIGNER.verify(key, expires_at, SIGNER.sign(KEY, 100), 0)


@pytest.mark.parametrize("signature", ["", "x", "\ud800", "é", "\0", "x" * 100_000])
def test_a_forged_signature(signature: str) -> None:
    assert not SIGNER.verify(KEY, 100, signature, 0)


def test_another_secret() -> None:
    assert not FileSigner("b" * 40).verify(KEY, 100, SIGNER.sign(KEY, 100), 0)


def test_key_and_expiry_cannot_run_into_each_other() -> None:
    assert SIGNER.sign("1\na", 1) != SIGNER.sign("a", 11)


def test_links_of_a_former_secret_work_and_new_ones_are_signed_by_the_new() -> None:
    rotated = FileSigner("b" * 40, ["a" * 40])
    assert rotated.verify(KEY, 100, SIGNER.sign(KEY, 100), 0)
    assert rotated.sign(KEY, 100) == FileSigner("b" * 40).sign(KEY, 100)
    assert not rotated.verify(KEY, 100, FileSigner("c" * 40).sign(KEY, 100), 0)
