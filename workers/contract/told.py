"""What a runner may say of a prediction, or of its memory."""

from __future__ import annotations

from workers.contract.protocol import (
    Canceled,
    Done,
    Failed,
    File,
    Loading,
    Log,
    Metric,
    Output,
    Preview,
    Progress,
    Resident,
    Started,
)
from workers.contract.timed import Timed

TO_SUPERVISOR = (
    Resident,
    Started,
    Loading,
    Output,
    File,
    Preview,
    Progress,
    Log,
    Metric,
    Timed,
    Done,
    Failed,
    Canceled,
)
