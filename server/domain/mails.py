"""The rules of mail: what is sent, when it is tried again, and its texts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

# Seconds before each further try, and between all that follow; a mail is given up when its link can no longer be used
SCHEDULE = (5, 15, 60, 300, 900, 1800)
LONGEST_WAIT_SECONDS = 3600
JITTER = 0.1
MAX_ERROR_CHARACTERS = 300


class MailKind(StrEnum):
    """What a mail is about."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - no password


class MailState(StrEnum):
    """Where a mail stands."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


class InvitationState(StrEnum):
    """Where an invitation stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class MailText:
    """What a mail says: plain text, without markup."""

    subject: str
    body: str


def mail_wait_seconds(tries: int, spread: float) -> float:
    """Seconds until the next try after so many have failed, `spread` -1 to 1 of its 10 %."""
    seconds = SCHEDULE[tries - 1] if tries <= len(SCHEDULE) else LONGEST_WAIT_SECONDS
    return seconds * (1 + JITTER * spread)


def invitation_text(site: str, inviter: str | None, link: str, seconds: float) -> MailText:
    """The mail that carries an invitation; `site` is the base URL of this server."""
    who = f"{inviter} invites you" if inviter else "You are invited"
    return MailText(
        f"Invitation to {_host(site)}",
        f"{who} to an account on {site}.\n\nChoose a handle and a password here:\n\n{link}\n\n"
        f"The link works once, for {duration(seconds)}. If you did not expect this mail, ignore it.\n",
    )


def password_reset_text(site: str, handle: str, link: str, seconds: float) -> MailText:
    """The mail that carries a link to set another password."""
    return MailText(
        f"Another password for {_host(site)}",
        f"Somebody, probably you, asked for another password of {handle} on {site}.\n\nSet it here:\n\n{link}\n\n"
        f"The link works once, for {duration(seconds)}. All sessions of the account end with it.\n"
        "If you did not ask for it, ignore this mail: nothing has changed.\n",
    )


def duration(seconds: float) -> str:
    """A time in the words of a mail, rounded down to whole days, hours or minutes."""
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if (count := math.floor(seconds / length)) >= 1:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "a minute"


def _host(site: str) -> str:
    return site.partition("://")[2].partition("/")[0]
