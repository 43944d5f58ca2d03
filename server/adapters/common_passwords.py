"""The passwords that attackers try first: those of zxcvbn's list (MIT) that are long enough to be taken here."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def common_passwords() -> frozenset[str]:
    """Passwords in lower case, about 11,000; read when the first is asked for."""
    return frozenset(files(__package__).joinpath("common_passwords.txt").read_text("utf-8").split("\n")) - {""}
