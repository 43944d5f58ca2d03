"""Answers of JSON, under the bound of all answers of the process."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from server.adapters import wire
from server.errors import BusyError
from server.live.answer_memory import ACCOUNT, NO_ROOM, RETRY_SECONDS
from server.live.answer_response import AnswerResponse


def answer(body: Any, status: int = 200) -> Response:
    """An answer of JSON.

    Raises:
        BusyError: there is no room for it among all answers of this process.
    """
    content = wire.encode_bytes(body)
    if (account := ACCOUNT.get()) is not None and not account.has_room_for(len(content)):
        raise BusyError(NO_ROOM, RETRY_SECONDS)
    return AnswerResponse(content, status, media_type="application/json")
