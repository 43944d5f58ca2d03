"""Reports of models to administrators."""

from __future__ import annotations

from enum import StrEnum

from server.domain.storable import is_storable
from server.errors import Violation

TEXT_MAX = 2000


class ReportReason(StrEnum):
    """Why a model is reported."""

    HARMFUL = "HARMFUL"
    ILLEGAL = "ILLEGAL"
    COPYRIGHT = "COPYRIGHT"
    PERSONAL_DATA = "PERSONAL_DATA"
    MISLEADING = "MISLEADING"
    SPAM = "SPAM"
    OTHER = "OTHER"


def report_violations(reason: ReportReason, text: str) -> list[Violation]:
    """What is wrong with a report: who has another reason says which."""
    violations = text_violations(text, "/text")
    if reason is ReportReason.OTHER and not text.strip():
        violations.append(Violation("/text", "Say what is wrong with the model.", "required"))
    return violations


def text_violations(text: str, path: str) -> list[Violation]:
    """What is wrong with what a user or administrator wrote of a report."""
    if len(text) > TEXT_MAX or not is_storable(text):
        return [Violation(path, f"At most {TEXT_MAX} characters of text.", "maxLength")]
    return []
