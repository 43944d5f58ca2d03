"""The rules of single sign-on: what of a provider's claims is believed, and the handle of a new account."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.accounts import HANDLE, RESERVED_HANDLES, normalise_email
from server.domain.storable import is_storable

SUBJECT_MAX = 255
HANDLES_TRIED = 20
FALLBACK_HANDLE = "user"


class ClaimsRefusedError(Exception):
    """The provider vouches for somebody who may not come in; the message is for them."""


@dataclass(frozen=True)
class Person:
    """Who signs in at a provider; `email` is None where none is given, `is_admin` None where groups say nothing."""

    subject: str
    email: str | None
    is_verified: bool
    name: str
    is_admin: bool | None


def person_of(claims: Mapping[str, Any], *, assume_verified: bool, group_claim: str, admin_group: str | None) -> Person:
    """What of the claims counts.

    Raises:
        ClaimsRefusedError: they name no subject.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_MAX or not is_storable(subject):
        raise ClaimsRefusedError("The provider did not say who you are.")
    email: str | None = None
    if isinstance(given := claims.get("email"), str):
        try:
            email = normalise_email(given)
        except ValueError:
            email = None
    # Some send it as text
    says = claims.get("email_verified", assume_verified)
    is_verified = email is not None and (says is True or says == "true")
    name = claims.get("preferred_username")
    return Person(
        subject=subject,
        email=email,
        is_verified=is_verified,
        name=name if isinstance(name, str) else "",
        is_admin=None if admin_group is None else admin_group in groups_of(claims, group_claim),
    )


def groups_of(claims: Mapping[str, Any], claim: str) -> list[str]:
    """The groups that a claim lists; one that is a text is one group. `a.b` looks into an object that `a` is."""
    value: Any = claims
    for part in [claim] if claim in claims else claim.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, str):
        return [value]
    return [group for group in value if isinstance(group, str)] if isinstance(value, list) else []


def require_domain(person: Person, domains: frozenset[str]) -> None:
    """Refuse whoever has no verified address of one of these domains, of which none means all.

    Raises:
        ClaimsRefusedError: it is another.
    """
    if not domains:
        return
    if person.email is None or not person.is_verified:
        raise ClaimsRefusedError("The provider has not verified your e-mail address, which this server asks for.")
    if person.email.partition("@")[2] not in {domain.casefold() for domain in domains}:
        raise ClaimsRefusedError("Your e-mail address is of a domain that may not sign in here.")


def handles(person: Person, digits: Iterator[str]) -> Iterator[str]:
    """Handles for a new account, the fittest first; then with `digits` behind it."""
    plain = unicodedata.normalize("NFKD", (person.name or person.email or "").partition("@")[0])
    base = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().casefold()).strip("-")[:30].strip("-")
    if HANDLE.fullmatch(base) and base not in RESERVED_HANDLES:
        yield base
    for _ in range(HANDLES_TRIED):
        yield f"{base or FALLBACK_HANDLE}-{next(digits)}"
