"""What both clients do with predictions and their files, over connections that may break."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from inference_client import operations
from inference_client.connection import (
    REQUEST_SECONDS,
    Connection,
    RefusedError,
    deadline_of,
    is_refusal,
    json_of,
    pause_seconds,
    seconds_until,
)
from inference_client.errors import (
    ForbiddenError,
    InferenceError,
    NotFoundError,
    PredictionFailedError,
    UnauthenticatedError,
    UnreachableError,
    WaitTimeoutError,
    error_of,
)
from inference_client.events import Event, Status
from inference_client.files import Content, File, encode
from inference_client.models import Account
from inference_client.money import Budget, CostEstimate, UsageReport, budget_of, report_of, text_of
from inference_client.operations import CreatePredictionInput, PredictionStatus, Priority, UsageGrouping
from inference_client.predictions import FINAL, Prediction, Webhook, prediction_of
from inference_client.transport import Answer, BrokenError
from inference_client.watching import WatchState

# How long the server holds an answer back until a prediction has ended; proxies often give up after a minute
HOLD_SECONDS = 25
WATCHER_PATIENCE_SECONDS = 300.0
FILE_RETRIES = 5
FILES_PATH = "/files/"
# For so long a link has to be valid that goes into an input
LINK_SECONDS = 60


@dataclass(frozen=True)
class Options:
    """How a prediction is run, beside its input."""

    deadline_seconds: int | None = None
    idempotency_key: str | None = None
    use_cache: bool | None = None
    webhook: Webhook | None = None
    priority: Priority | None = None
    sticky_key: str | None = None


class Core(Connection):
    """The predictions of one caller at a server, and their files."""

    async def create(
        self, model: str, values: Mapping[str, Any], options: Options, *, hold: float = 0, deadline: float | None = None
    ) -> Prediction:
        """Create a prediction; the answer is held back until it has ended, for `hold` seconds at most."""
        new: CreatePredictionInput = {
            "model": model,
            # The same request, with the same key, is to be the same tomorrow
            "input": await encode(values, self, by_link=options.idempotency_key is None),
            # So that it may be sent again
            "idempotencyKey": options.idempotency_key or uuid4().hex,
        }
        if options.deadline_seconds is not None:
            new["deadlineSeconds"] = options.deadline_seconds
        if options.use_cache is not None:
            new["useCache"] = options.use_cache
        if options.webhook is not None:
            new["webhook"] = {"url": options.webhook.url, "events": list(options.webhook.events)}
        if options.priority is not None:
            new["priority"] = options.priority
        if options.sticky_key is not None:
            new["stickyKey"] = options.sticky_key
        if hold >= 1:
            new["wait"] = int(hold)
        answer = await self.execute(operations.CREATE_PREDICTION, {"input": new}, hold=hold, deadline=deadline)
        return prediction_of(answer["createPrediction"], self)

    async def run(self, model: str, values: Mapping[str, Any], options: Options, timeout: float | None) -> Prediction:
        """Create a prediction and wait for its end; raises PredictionFailedError where it does not succeed."""
        deadline = deadline_of(timeout)
        # The answer comes before the time is over; what is left of it is waited for over a socket
        hold = HOLD_SECONDS if timeout is None else min(HOLD_SECONDS, max(0, int(timeout) - 1))
        prediction = await self.create(model, values, options, hold=hold, deadline=deadline)
        if not prediction.ended:
            prediction = await self.wait(prediction.id, deadline)
        return succeeded(prediction)

    async def get(self, prediction_id: str) -> Prediction:
        """A prediction; raises NotFoundError."""
        row = (await self.execute(operations.GET_PREDICTION, {"id": prediction_id}))["prediction"]
        if row is None:
            raise NotFoundError(f"There is no prediction {prediction_id!r}, or it is another user's.", "NOT_FOUND")
        return prediction_of(row, self)

    async def cancel(self, prediction_id: str) -> Prediction:
        """Cancel a prediction; one that has ended stays as it is."""
        answer = await self.execute(operations.CANCEL_PREDICTION, {"input": {"id": prediction_id}})
        return prediction_of(answer["cancelPrediction"], self)

    async def retry(self, prediction_id: str, idempotency_key: str | None) -> Prediction:
        """Run a prediction again, as a new one."""
        given = {"id": prediction_id, "idempotencyKey": idempotency_key or uuid4().hex}
        answer = await self.execute(operations.RETRY_PREDICTION, {"input": given})
        return prediction_of(answer["retryPrediction"], self)

    async def rerun(
        self,
        prediction_id: str,
        overrides: Mapping[str, Any] | None,
        version: str | None,
        idempotency_key: str | None,
    ) -> Prediction:
        """Run a prediction again with some fields of its input replaced, or on another version."""
        given = {"id": prediction_id, "idempotencyKey": idempotency_key or uuid4().hex}
        fields = await encode(overrides, self, by_link=idempotency_key is None) if overrides else None
        changes = {"overrides": fields, "version": version}
        answer = await self.execute(operations.RERUN, {"input": {**given, **changes}})
        return prediction_of(answer["rerun"], self)

    async def delete(self, prediction_id: str) -> bool:
        """Delete a prediction; whether it is gone already, and not only once it has stopped."""
        answer = await self.execute(operations.DELETE_PREDICTION, {"input": {"id": prediction_id}})
        return not answer["deletePrediction"]["isPending"]

    async def record_outcome(self, prediction_id: str, name: str, value: float) -> None:
        """Note what came of a prediction; one of that name is replaced."""
        given = {"prediction": prediction_id, "name": name, "value": value}
        # The same value once more changes nothing
        await self.execute(operations.RECORD_OUTCOME, {"input": given}, repeat=True)

    async def usage(self, begin: datetime, end: datetime, group_by: UsageGrouping) -> UsageReport:
        """What the caller's predictions used that ended in a time."""
        given = {"from": text_of(begin), "to": text_of(end), "groupBy": group_by}
        return report_of(await self._own(operations.USAGE, given, "usage"))

    async def budgets(self) -> list[Budget]:
        """The caller's budgets, and those of their API keys."""
        return [budget_of(row) for row in await self._own(operations.BUDGETS, {}, "budgets")]

    async def estimate_cost(
        self, model: str, values: Mapping[str, Any], deadline_seconds: int | None
    ) -> CostEstimate | None:
        """The most that a prediction may cost; None where it costs nothing."""
        new: CreatePredictionInput = {"model": model, "input": await encode(values, self, by_link=True)}
        if deadline_seconds is not None:
            new["deadlineSeconds"] = deadline_seconds
        row = (await self.execute(operations.ESTIMATE_COST, {"input": new}))["estimateCost"]
        return CostEstimate(Decimal(row["most"]), row["currency"]) if row else None

    async def _own(self, document: str, variables: Mapping[str, Any], name: str) -> Any:
        viewer = (await self.execute(document, variables))["viewer"]
        if viewer is None:
            raise UnauthenticatedError("Sign in first.", "UNAUTHENTICATED")
        if viewer[name] is None:
            raise ForbiddenError("The key may not read.", "FORBIDDEN")
        return viewer[name]

    async def predictions(self, filter: Mapping[str, Any]) -> AsyncGenerator[Prediction, None]:  # noqa: A002
        """The caller's predictions, newest first."""
        async for row in self.pages(operations.LIST_PREDICTIONS, "predictions", filter):
            yield prediction_of(row, self)

    async def wait(self, prediction_id: str, deadline: float | None) -> Prediction:
        """A prediction once it has ended; raises WaitTimeoutError."""
        async with aclosing(self.watch(prediction_id, deadline=deadline)) as events:
            async for event in events:
                if isinstance(event, Status) and event.prediction.ended:
                    return event.prediction
        return await self.get(prediction_id)

    async def stream(
        self,
        model: str,
        values: Mapping[str, Any],
        options: Options,
        timeout: float | None,
        *,
        previews: bool,
    ) -> AsyncGenerator[Event, None]:
        """Create a prediction and pass on what it says, and cancel it where the reader leaves before its end.

        Raises:
            PredictionFailedError: it has ended otherwise than SUCCEEDED.
        """
        deadline = deadline_of(timeout)
        prediction = await self.create(model, values, options, deadline=deadline)
        has_ended = False
        try:
            async with aclosing(self.watch(prediction.id, previews=previews, deadline=deadline)) as events:
                async for event in events:
                    has_ended = isinstance(event, Status) and event.prediction.ended
                    yield event
                    if isinstance(event, Status) and event.prediction.ended:
                        succeeded(event.prediction)
        except (GeneratorExit, asyncio.CancelledError):
            if not has_ended:
                # A server that is away lets it run to its end
                with suppress(InferenceError):
                    await self.cancel(prediction.id)
            raise

    async def watch(
        self, prediction_id: str, after: str | None = None, *, previews: bool = False, deadline: float | None = None
    ) -> AsyncGenerator[Event, None]:
        """The events of a prediction until its end, over broken connections: each goes on behind the last cursor."""
        document = operations.WATCH_PREDICTION_AND_PREVIEWS if previews else operations.WATCH_PREDICTION
        state = WatchState(is_whole=after is None)
        failures, away_since = 0, None
        while True:
            try:
                async with self.subscription(document, {"id": prediction_id, "after": after}, deadline) as socket:
                    while (row := await self.next_event(socket, deadline)) is not None:
                        failures, away_since, after = 0, None, row["cursor"]
                        for event in state.events(row, self):
                            yield event
                            if isinstance(event, Status) and event.status in FINAL:
                                return
                refusal = RefusedError(UnreachableError("The events ended before the prediction.", "UNREACHABLE"))
            except RefusedError as caught:
                refusal = caught
            except TimeoutError:
                if deadline is not None and time.monotonic() >= deadline:
                    raise WaitTimeoutError(
                        f"The prediction {prediction_id} has not ended in time. It goes on; "
                        f"client.wait({prediction_id!r}) waits again, client.cancel(...) ends it.",
                        "WAIT_TIMEOUT",
                    ) from None
                refusal = RefusedError(UnreachableError(f"{self.url} opened a socket and says nothing.", "UNREACHABLE"))
            failures += 1
            away_since = away_since or time.monotonic()
            if time.monotonic() - away_since > self.patience(WATCHER_PATIENCE_SECONDS):
                raise refusal.error from None
            pause = refusal.after if refusal.after is not None else pause_seconds(failures)
            await self._transport.sleep(min(pause, seconds_until(deadline, pause)))

    async def upload(self, content: Content) -> str:
        """Send a file that is too large for an input; returns what names it there."""
        given = {"input": {"sizeBytes": len(content.data), "contentType": content.content_type}}
        place = (await self.execute(operations.CREATE_UPLOAD, given))["createUpload"]
        failures = 0
        failure: InferenceError
        answer: Answer | None
        while True:
            try:
                answer = await self._transport.request(
                    "PUT", place["url"], content=content.data, headers={}, seconds=REQUEST_SECONDS
                )
            except BrokenError as error:
                answer, failure = None, self.unreachable(error)
            # 409: it has its file, which an earlier try brought
            if answer is not None and (answer.status == 201 or (answer.status == 409 and failures)):
                return str(place["uri"])
            if answer is not None:
                failure = _file_error(answer, "uploaded")
            failures += 1
            is_final = answer is not None and answer.status < 500 and answer.status != 408
            if failures > FILE_RETRIES or is_final:
                raise failure
            await self._transport.sleep(pause_seconds(failures))

    async def download(self, file: File) -> bytes:
        """The bytes of a file; its link is fetched again where it has expired."""
        url, failures = file.url, 0
        while True:
            try:
                answer = await self._transport.request("GET", url, headers={}, seconds=REQUEST_SECONDS)
            except BrokenError as error:
                failure: InferenceError = self.unreachable(error)
            else:
                if answer.status == 200:
                    content: bytes = answer.content
                    return content
                if answer.status in (403, 404) and url == file.url:
                    files = (await self.get(file.prediction_id)).files
                    if file.index >= len(files):
                        raise NotFoundError("The server has removed this file, as it does after a time.", "NOT_FOUND")
                    url = files[file.index].url
                    continue
                failure = _file_error(answer, "read")
                if answer.status < 500:
                    raise failure
            failures += 1
            if failures > FILE_RETRIES:
                raise failure
            await self._transport.sleep(pause_seconds(failures))

    async def link(self, file: File) -> str | None:
        """A link by which the server takes a file that one of its models made; None where it is elsewhere."""
        if file._server is not self or not file.url.startswith(f"{self.url}{FILES_PATH}"):
            return None
        expires_at = parse_qs(urlsplit(file.url).query).get("exp", [""])[0]
        if not expires_at.isdecimal() or int(expires_at) < time.time() + LINK_SECONDS:
            files = (await self.get(file.prediction_id)).files
            return files[file.index].url if file.index < len(files) else None
        return file.url

    async def lines(self, url: str) -> AsyncGenerator[str, None]:
        """The lines of a file, as they come; a transfer that breaks goes on behind the last line that was given."""
        count, failures = 0, 0
        while True:
            try:
                async with aclosing(self._transport.lines(url, REQUEST_SECONDS)) as lines:
                    number = 0
                    async for line in lines:
                        number += 1
                        if number > count:
                            count, failures = number, 0
                            yield line
                return
            except BrokenError as error:
                failures += 1
                if failures > FILE_RETRIES or (error.status is not None and error.status < 500):
                    raise self.unreachable(error) from None
                await self._transport.sleep(pause_seconds(failures))


def id_of(prediction: Prediction | str) -> str:
    """The id of a prediction that is given as itself or by its id."""
    return prediction if isinstance(prediction, str) else prediction.id


def filter_of(
    status: PredictionStatus | Sequence[PredictionStatus] | None,
    model: str | None,
    created_from: datetime | None,
    created_before: datetime | None,
) -> dict[str, Any]:
    """A filter of predictions."""
    times = {"createdFrom": created_from, "createdBefore": created_before}
    return {
        **({"status": [status] if isinstance(status, str) else list(status)} if status is not None else {}),
        **({"model": model} if model is not None else {}),
        **{name: at.astimezone(timezone.utc).isoformat() for name, at in times.items() if at is not None},
    }


def account_of(data: Mapping[str, Any]) -> Account | None:
    """Who asks."""
    viewer = data["viewer"]
    return Account(viewer["handle"], viewer["email"], viewer["isAdmin"]) if viewer else None


def succeeded(prediction: Prediction) -> Prediction:
    """A prediction that succeeded; raises PredictionFailedError for another."""
    if prediction.status != "SUCCEEDED":
        raise PredictionFailedError(prediction)
    return prediction


def _file_error(answer: Answer, what: str) -> InferenceError:
    body = json_of(answer.content)
    if is_refusal(body):
        return error_of(body["error"]["code"], f"The file could not be {what}: {body['error']['message']}", {})
    return UnreachableError(f"The file could not be {what}: HTTP {answer.status}.", "UNREACHABLE")
