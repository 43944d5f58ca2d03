"""The rules of passwords."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable

from server.domain.storable import is_storable
from server.errors import Violation

PASSWORD_MIN, PASSWORD_MAX = 8, 256
SITE = "inference server"
# Characters of one's own, beside a name that everybody knows, that do not make a password of it
FEW = 3
# Shorter names stand in many good passwords by chance
NAME_MIN = 3
# What people put around a word to make a password of it
EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def normalise_password(password: str) -> str:
    """The password in its one comparable form: keyboards write one character in several ways (NFKC, RFC 8265)."""
    return unicodedata.normalize("NFKC", password)


def password_violations(
    password: str, path: str, names: Iterable[str] = (), common: Container[str] = frozenset()
) -> list[Violation]:
    """Every rule that a new password breaks.

    `names` are those of its owner: handle, e-mail address. `common` are passwords in lower case that attackers try
    first.
    """
    normalised = normalise_password(password[: PASSWORD_MAX + 1])
    if len(password) > PASSWORD_MAX or len(normalised) < PASSWORD_MIN:
        return [Violation(path, f"A password has {PASSWORD_MIN} to {PASSWORD_MAX} characters.", "length")]
    if not is_storable(password):
        return [Violation(path, "The password contains characters that are not valid text.", "format")]
    folded = normalised.casefold()
    if folded in common or EDGES.sub("", folded) in common:
        rule = "This password is one of those that are tried first, or little more: choose one that nobody else has."
        return [Violation(path, rule, "common")]
    bare = _letters(folded)
    for name in (*names, *(name.partition("@")[0] for name in names), SITE):
        word = _letters(normalise_password(name).casefold())
        if len(word) >= NAME_MIN and word in bare and len(bare) - len(word) <= FEW:
            rule = "This password is almost your handle, your e-mail address or this server's name: choose another."
            return [Violation(path, rule, "personal")]
    return []


def _letters(text: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"[\W_]+", "", text)
