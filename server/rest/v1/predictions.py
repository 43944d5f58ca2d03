"""Predictions: run, read, listed and canceled."""

from __future__ import annotations

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from server.domain.ids import parse_id
from server.domain.predictions import NewPrediction as New
from server.domain.predictions import PredictionStatus, Priority
from server.domain.webhooks import NewWebhook, WebhookEvent
from server.errors import BadUserInputError, InvalidInputError, NotFoundError, Violation
from server.live import prediction_events, prediction_rows
from server.rest.answers import answer
from server.rest.caller import SIGN_IN, Caller, Calling, Changing
from server.rest.requests import BoundedRoute
from server.rest.v1.answers import ERRORS, page_answer, prediction_bodies, prediction_body
from server.rest.v1.files import with_uploads
from server.rest.v1.forms import NewPrediction, NewPredictionOfVersion, Page, Prediction
from server.rest.v1.models import Cursor, slug_of_model
from server.services import predictions
from server.services.model_names import slug_of_version
from server.services.predictions import PredictionCriteria
from server.tables import Prediction as Row
from server.tables import with_relations

router = APIRouter(route_class=BoundedRoute, tags=["predictions"], responses=ERRORS, dependencies=SIGN_IN)
_WAIT = re.compile(r"(?:^|[,;\s])wait(?:\s*=\s*\"?([0-9]{1,3})\"?)?(?=$|[,;\s])", re.ASCII)
_DURATION = re.compile(r"(?:(?P<h>[0-9]{1,4})h)?(?:(?P<m>[0-9]{1,6})m)?(?:(?P<s>[0-9]{1,8})s?)?", re.ASCII)
Prefer = Annotated[
    str | None,
    Header(max_length=200, description="`wait` or `wait=n`: answer when it has ended, after at most n (55) seconds."),
]
CancelAfter = Annotated[
    str | None, Header(max_length=40, description="Time after which it is given up, such as `90s` or `1h30m`.")
]
IdempotencyKey = Annotated[
    str | None, Header(max_length=400, description="The same request with the same key gives the same prediction.")
]


@router.post("/predictions", status_code=201, response_model=Prediction)
async def create_prediction(
    caller: Changing,
    new: NewPredictionOfVersion,
    prefer: Prefer = None,
    cancel_after: CancelAfter = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Run a version, or the newest version of a model. Once this has answered, it will run, and end exactly once."""
    named = new.version or new.model
    if named is None:
        raise InvalidInputError([Violation("/version", "Name a version, or a model as owner/name.", "required")])
    slug = await slug_of_version(named)
    return await create_of_slug(caller, slug, new, prefer, cancel_after, idempotency_key)


@router.post("/models/{owner}/{name}/predictions", status_code=201, response_model=Prediction)
async def create_model_prediction(
    caller: Changing,
    owner: str,
    name: str,
    new: NewPrediction,
    prefer: Prefer = None,
    cancel_after: CancelAfter = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Run the newest version of a model."""
    return await create_of_slug(caller, str(slug_of_model(owner, name)), new, prefer, cancel_after, idempotency_key)


async def create_of_slug(
    caller: Caller,
    slug: str,
    new: NewPrediction,
    prefer: str | None,
    cancel_after: str | None,
    idempotency_key: str | None,
) -> Response:
    """Run what a slug names, by the headers of a request."""
    wait = _seconds_to_wait(prefer)
    given = with_uploads(new.input, caller.base_url)
    priority = Priority[new.priority.upper()] if new.priority is not None else Priority.NORMAL
    options = (idempotency_key, _deadline_seconds(cancel_after), _webhook(caller, new))
    request = New(slug, given, *options, priority=priority, sticky_key=new.sticky_key)
    row = await predictions.create(caller.rt, caller.viewer, request)
    if wait:
        ended = await prediction_events.wait_until_ended(caller.rt, caller.hubs, caller.viewer, row.id, wait)
        row = with_relations(ended, row)
    body = await prediction_body(caller, row)
    is_over = PredictionStatus(row.status).is_terminal
    if wait and not is_over:
        # Clients that asked to wait take anything but this for the end
        body["status"] = PredictionStatus.STARTING.value
    response = answer(body, 201 if is_over or not wait else 202)
    if wait:
        response.headers["preference-applied"] = f"wait={wait}"
    return response


def _webhook(caller: Caller, new: NewPrediction) -> NewWebhook | None:
    url = new.webhook or new.webhook_completed
    if url is None:
        return None
    events = tuple(new.webhook_events_filter or WebhookEvent)
    if new.webhook is None:
        events = (WebhookEvent.COMPLETED,)
    return NewWebhook(url, events, caller.base_url, is_rest=True)


def _seconds_to_wait(prefer: str | None) -> int:
    match = _WAIT.search(prefer or "")
    if match is None:
        return 0
    longest = prediction_events.LONGEST_HELD_SECONDS
    return min(int(match[1]), longest) if match[1] else longest


def _deadline_seconds(cancel_after: str | None) -> int | None:
    if cancel_after is None:
        return None
    match = _DURATION.fullmatch(cancel_after.strip())
    if match is None or not any(match.groupdict().values()):
        raise BadUserInputError("Cancel-After is a duration such as 90s, 10m or 1h30m.")
    hours, minutes, seconds = (int(match[unit] or 0) for unit in "hms")
    return 3600 * hours + 60 * minutes + seconds


@router.get("/predictions", response_model=Page[Prediction])
async def list_predictions(
    caller: Calling,
    cursor: Cursor = None,
    status: Annotated[list[PredictionStatus] | None, Query(max_length=len(PredictionStatus))] = None,
    model: Annotated[str | None, Query(max_length=200, description="`owner/name`.")] = None,
) -> Response:
    """Your predictions, newest first."""
    query = await predictions.listing(caller.viewer, PredictionCriteria(status=status, model=model))

    async def bodies(rows: list[Row]) -> list[dict[str, Any]]:
        return await prediction_bodies(caller, rows)

    given = {"model": model, "status": [each.value for each in status or ()]}
    return await page_answer(caller, "/v1/predictions", query, cursor, bodies, given, prediction_rows.complete)


@router.get("/predictions/{id}", response_model=Prediction)
async def get_prediction(caller: Calling, id: str) -> Response:  # noqa: A002
    """A prediction as it stands."""
    row = await prediction_rows.find_complete(caller.viewer, parse_prediction_id(id))
    return answer(await prediction_body(caller, row))


@router.post("/predictions/{id}/cancel", response_model=Prediction)
async def cancel_prediction(caller: Changing, id: str) -> Response:  # noqa: A002
    """Cancel a prediction at its next token or step; the output so far is kept."""
    row = await predictions.cancel(caller.rt, caller.viewer, parse_prediction_id(id))
    return answer(await prediction_body(caller, row))


def parse_prediction_id(text: str) -> UUID:
    """The row id; raises NotFoundError for what is no id."""
    try:
        return parse_id(text, "Prediction")
    except BadUserInputError:
        raise NotFoundError("There is no prediction with this id.") from None
