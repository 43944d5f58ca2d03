"""The rules of webhooks: which URLs, which events, and when a delivery is tried again.

Follows Standard Webhooks (https://www.standardwebhooks.com), from which the schedule is taken too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from server.domain.addresses import Opening
from server.domain.targets import BadUrlError, check_target
from server.errors import Violation

GONE = 410
MIN_GAP_SECONDS = 0.5
# Seconds before each try, the first at once: three days in all
SCHEDULE = (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.1
LONGEST_WAIT_SECONDS = 86_400.0
SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with
ROTATION_SECONDS = 86_400


class WebhookEvent(StrEnum):
    """The events of a webhook, in the order of delivery."""

    START = "start"
    OUTPUT = "output"
    LOGS = "logs"
    COMPLETED = "completed"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DISABLED = "disabled"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class NewWebhook:
    """A webhook of a new prediction; file links begin with `base_url` if PUBLIC_URL is not set."""

    url: str
    events: tuple[WebhookEvent, ...]
    base_url: str = ""
    is_rest: bool = False
    """Whether its messages have the form of `/v1`."""


def violations(new: NewWebhook, openings: Iterable[Opening]) -> list[Violation]:
    """What is wrong with a new webhook; its host name is resolved only when a message is sent."""
    broken = []
    if not new.events:
        broken.append(Violation("/webhook/events", "Name at least one event.", "minItems"))
    try:
        check_target(new.url, openings)
    except BadUrlError as error:
        broken.append(Violation("/webhook/url", str(error), "url"))
    return broken


def retry_seconds(tries: int, spread: float) -> float | None:
    """Seconds until the next try after so many have failed, `spread` -1 to 1 of its 10 %; None after the last."""
    return SCHEDULE[tries] * (1 + JITTER * spread) if tries < len(SCHEDULE) else None


def retry_after_seconds(header: str | None, now: datetime) -> float:
    """Seconds that a Retry-After header (RFC 9110, 10.2.3) asks for, 0 to a day; 0 where it says nothing."""
    if header is None:
        return 0.0
    text = header.strip()
    if text.isascii() and text.isdecimal():
        seconds = float(text[:12])
    else:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, IndexError, TypeError, OverflowError):
            return 0.0
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)
