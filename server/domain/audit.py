"""What the audit log tells: which acts, by which door they came, and what of a change may be told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

OPERATOR = "operator"
"""The actor of what an operator does at the command line of the server's machine."""
SERVER = "server"
"""The actor of what the server does by itself."""
DELETED_USER = "deleted user"
"""What a name of somebody who was deleted became."""


class AuditAction(StrEnum):
    """An act that the audit log tells."""

    ADMIN_CREATED = "ADMIN_CREATED"
    USER_INVITED = "USER_INVITED"
    INVITATION_REVOKED = "INVITATION_REVOKED"
    INVITATION_ACCEPTED = "INVITATION_ACCEPTED"
    RESET_LINK_CREATED = "RESET_LINK_CREATED"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - the name of an act
    PROVIDER_REGISTERED = "PROVIDER_REGISTERED"
    PROVIDER_LINKED = "PROVIDER_LINKED"
    PROVIDER_CHANGED_ROLE = "PROVIDER_CHANGED_ROLE"
    USER_DEACTIVATED = "USER_DEACTIVATED"
    USER_REACTIVATED = "USER_REACTIVATED"
    USER_DELETED = "USER_DELETED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - the name of an act
    SESSIONS_ENDED = "SESSIONS_ENDED"
    API_KEY_CREATED = "API_KEY_CREATED"
    API_KEY_REVOKED = "API_KEY_REVOKED"
    WEBHOOK_SECRET_ROTATED = "WEBHOOK_SECRET_ROTATED"  # noqa: S105 - the name of an act
    MODEL_UPDATED = "MODEL_UPDATED"
    MODEL_DELETED = "MODEL_DELETED"
    MODEL_PAUSED = "MODEL_PAUSED"
    MODEL_RESUMED = "MODEL_RESUMED"
    MODEL_WARMED = "MODEL_WARMED"
    MODEL_EVICTED = "MODEL_EVICTED"
    MODEL_PINNED = "MODEL_PINNED"
    MODEL_UNPINNED = "MODEL_UNPINNED"
    MODEL_FEATURED = "MODEL_FEATURED"
    MODEL_UNFEATURED = "MODEL_UNFEATURED"
    MODEL_REPORT_CLOSED = "MODEL_REPORT_CLOSED"
    TRAFFIC_SET = "TRAFFIC_SET"
    TRAFFIC_RETURNED = "TRAFFIC_RETURNED"
    VERSION_ALIAS_SET = "VERSION_ALIAS_SET"
    WORKER_DRAINED = "WORKER_DRAINED"
    WORKER_RESUMED = "WORKER_RESUMED"
    PREDICTION_REQUEUED = "PREDICTION_REQUEUED"
    PREDICTIONS_REQUEUED = "PREDICTIONS_REQUEUED"
    RESULTS_PURGED = "RESULTS_PURGED"
    PREDICTIONS_DELETED = "PREDICTIONS_DELETED"
    USER_LIMITS_SET = "USER_LIMITS_SET"
    PRICES_SET = "PRICES_SET"
    BUDGET_SET = "BUDGET_SET"
    BATCH_DELETED = "BATCH_DELETED"


class AuditDoor(StrEnum):
    """How a caller came in."""

    GRAPHQL = "GRAPHQL"
    REST = "REST"
    SINGLE_SIGN_ON = "SINGLE_SIGN_ON"
    COMMAND_LINE = "COMMAND_LINE"
    SERVER = "SERVER"


class SubjectType(StrEnum):
    """What an act was done to."""

    USER = "USER"
    API_KEY = "API_KEY"
    INVITATION = "INVITATION"
    MODEL = "MODEL"
    PREDICTION = "PREDICTION"
    BATCH = "BATCH"
    WORKER = "WORKER"
    SERVER = "SERVER"


@dataclass(frozen=True)
class Subject:
    """What an act was done to: its id where it has one, and what people call it; `user_id` is whose it is."""

    type: SubjectType
    id: UUID | None = None
    name: str = ""
    user_id: UUID | None = None


# A change that names one of these is a mistake of ours: the log is read by more people than any secret is for
_SECRET = re.compile(r"password|secret|token|hash|credential|\bkey\b", re.IGNORECASE)


def require_no_secrets(details: Mapping[str, Any] | None) -> None:
    """Refuse the details of a change that look as if they held a secret.

    Raises:
        ValueError: a field is named like one.
    """
    for name, value in (details or {}).items():
        if _SECRET.search(name):
            raise ValueError(f"The audit log takes no secrets: {name}")
        if isinstance(value, Mapping):
            require_no_secrets(value)
