from __future__ import annotations

import pytest

from workers.supervisor.concealment import MAX_TEXTS, Concealment

PEM = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----"


@pytest.mark.parametrize(
    ("secrets", "text", "shown"),
    [
        ([], "nothing", "nothing"),
        (["sk-4711"], "url?key=sk-4711&a=1 sk-4711", "url?key=**********&a=1 **********"),
        (["short"], "a short text", "a short text"),
        (["token1", "token1-long"], "token1-long", "**********"),
        ([PEM], "got kqhkiG9w0BAQEF there", "got ********** there"),
        ([PEM], PEM, "**********"),
        (["a.*b+c?"], "a.*b+c? aXXb+c", "********** aXXb+c"),
    ],
)
def test_secrets_are_cut_out(secrets: list[str], text: str, shown: str) -> None:
    assert Concealment(secrets).hide(text) == shown


def test_the_oldest_are_forgotten() -> None:
    concealment = Concealment(f"secret-{number:05}" for number in range(MAX_TEXTS + 1))
    assert concealment.hide("secret-00000") == "secret-00000"
    assert concealment.hide("secret-00001") == "**********"
