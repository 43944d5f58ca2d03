"""What both clients do: ask, try again where that is safe, and follow predictions over broken connections."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from inference_client import operations
from inference_client.errors import (
    InferenceError,
    NotFoundError,
    PredictionFailedError,
    RateLimitedError,
    UnauthenticatedError,
    UnavailableError,
    UnreachableError,
    WaitTimeoutError,
    error_of,
)
from inference_client.events import Event, Item, Loading, Log, Preview, Restarted, Status, Step, Text
from inference_client.files import Content, File, encode
from inference_client.models import Account
from inference_client.operations import CreatePredictionInput, PredictionFields, PredictionStatus, Priority
from inference_client.predictions import FINAL, Prediction, Webhook, prediction_of
from inference_client.transport import Answer, BrokenError, ClosedError, Socket, Transport

OPEN_SECONDS = 10.0
REQUEST_SECONDS, SHORTEST_REQUEST_SECONDS = 60.0, 5.0
# How long the server holds an answer back until a prediction has ended; proxies often give up after a minute
HOLD_SECONDS = 25
# How long to try where nobody answers: a server that answered before may be starting again, another may not be there
FIRST_PATIENCE_SECONDS, PATIENCE_SECONDS, WATCHER_PATIENCE_SECONDS = 3.0, 60.0, 300.0
FILE_RETRIES = 5
FILES_PATH = "/files/"
# For so long a link has to be valid that goes into an input
LINK_SECONDS = 60
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 8.0
AHEAD_SECONDS = 20.0
PAGE = 20
# The server's way to say that it stops, that it is full, or that PostgreSQL is away; 1006: nobody said why
FORBIDDEN_CLOSE, PROTOCOL_CLOSES = 4403, (4400, 4401, 4404, 4406, 4409, 4429)
AWAY_STATUSES = (502, 503, 504)


@dataclass(frozen=True)
class Options:
    """How a prediction is run, beside its input."""

    deadline_seconds: int | None = None
    idempotency_key: str | None = None
    use_cache: bool | None = None
    webhook: Webhook | None = None
    priority: Priority | None = None


class RefusedError(Exception):
    """An answer that may be another one later: `after` is when, and `is_safe` whether nothing was done."""

    def __init__(self, error: InferenceError, *, after: float | None = None, is_safe: bool = True) -> None:
        super().__init__(str(error))
        self.error = error
        self.after = after
        self.is_safe = is_safe


@dataclass
class Session:
    """What signing in gave: an access token, and the refresh token that gives the next two."""

    access_token: str
    refresh_token: str
    expires_at: datetime

    @property
    def seconds_left(self) -> float:
        """Until the access token expires."""
        return self.expires_at.timestamp() - time.time()


@dataclass
class WatchState:
    """What a watcher has passed on of the attempt that it watches."""

    texts: dict[int, str] = field(default_factory=dict)
    items: int = 0
    # Behind a cursor of the caller's nobody knows what came before it
    is_whole: bool = True


class Core:
    """One server, as one caller, over one transport."""

    def __init__(self, transport: Transport, url: str, key: str | None) -> None:
        self._transport = transport
        self.url = url
        self.key = key
        self.session: Session | None = None
        self.is_blocking = transport.is_blocking
        self._has_answered = False

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._transport.sleep(seconds)

    async def token(self, refused: str | None = None) -> str | None:
        """The key or access token to send; one of a session is renewed before it expires, and once it was refused."""
        if self.session is None:
            return self.key
        async with self._transport.exclusive():
            session = self.session
            if session.access_token == refused or session.seconds_left < AHEAD_SECONDS:
                given = {"input": {"refreshToken": session.refresh_token}}
                answer = await self.execute(operations.REFRESH_SESSION, given, signed=False)
                self.begin_session(answer["refreshSession"])
        return self.session.access_token

    def begin_session(self, member: Mapping[str, Any]) -> None:
        """Take over what `login` or `refreshSession` gave."""
        expires_at = datetime.fromisoformat(member["expiresAt"])
        self.session = Session(member["accessToken"], member["refreshToken"], expires_at)

    async def sign_in(self, email: str, password: str) -> None:
        """Begin a session; raises UnauthenticatedError."""
        given = {"input": {"email": email, "password": password}}
        self.begin_session((await self.execute(operations.LOGIN, given, signed=False))["login"])

    async def execute(
        self,
        document: str,
        variables: Mapping[str, Any],
        *,
        repeat: bool = True,
        hold: float = 0,
        signed: bool = True,
        deadline: float | None = None,
    ) -> dict[str, Any]:
        """The data of a query or mutation; members of result unions that are errors are raised.

        Args:
            repeat: whether it may be sent again where nobody knows if the server got it.
            hold: seconds that the server may hold the answer back.
            deadline: when to give up, by the monotonic clock.
        """
        failures, away_since = 0, None
        while True:
            try:
                seconds = max(hold + SHORTEST_REQUEST_SECONDS, seconds_until(deadline, REQUEST_SECONDS + hold))
                return await self._ask(document, variables, seconds, signed)
            except RefusedError as refusal:
                failures += 1
                after = refusal.after if refusal.after is not None else pause_seconds(failures)
                away_since = away_since or time.monotonic()
                last = away_since + self._patience(PATIENCE_SECONDS)
                is_late = after > min(seconds_until(last, after), seconds_until(deadline, after))
                if is_late or not (repeat or refusal.is_safe):
                    raise refusal.error from None
                await self._transport.sleep(after)

    def _patience(self, seconds: float) -> float:
        return seconds if self._has_answered else FIRST_PATIENCE_SECONDS

    async def _ask(self, document: str, variables: Mapping[str, Any], seconds: float, signed: bool) -> dict[str, Any]:
        token = await self.token() if signed else None
        answer = await self._post(document, variables, seconds, token)
        try:
            return self._data(answer)
        except UnauthenticatedError:
            if not signed or self.session is None:
                raise
        # An access token may be refused before its time, as after a change of the server's SECRET_KEY
        return self._data(await self._post(document, variables, seconds, await self.token(refused=token)))

    async def _post(self, document: str, variables: Mapping[str, Any], seconds: float, token: str | None) -> Answer:
        headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
        body = json.dumps({"query": document, "variables": variables}).encode()
        try:
            answer = await self._transport.request(
                "POST", f"{self.url}/graphql", content=body, headers=headers, seconds=seconds
            )
        except BrokenError as error:
            raise RefusedError(self._unreachable(error), is_safe=not error.was_sent) from None
        self._has_answered = True
        return answer

    def _unreachable(self, error: BrokenError) -> UnreachableError:
        return UnreachableError(
            f"The server at {self.url} does not answer: {error}. "
            "Is it running, and is this its URL? It is set by url=, INFERENCE_URL or `inference login`.",
            "UNREACHABLE",
        )

    def _data(self, answer: Answer) -> dict[str, Any]:
        body = _json(answer.content)
        is_ours = isinstance(body.get("data"), dict) or _are_errors(body.get("errors"))
        if not is_ours and (answer.status in (404, 405) or not _is_refusal(body)):
            error = UnreachableError(
                f"{self.url} answers with HTTP {answer.status}, but not as an inference server. "
                "The URL is that of its page, such as http://127.0.0.1:8000.",
                "UNREACHABLE",
            )
            if answer.status in AWAY_STATUSES:
                raise RefusedError(error, after=_retry_after(answer), is_safe=answer.status == 503)
            raise error
        if errors := body.get("errors") or ([body["error"]] if "error" in body else []):
            raise _raised(errors, _retry_after(answer))
        for member in body["data"].values():
            _check_member(member)
        data: dict[str, Any] = body["data"]
        return data

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
        changes = {"overrides": dict(overrides) if overrides else None, "version": version}
        answer = await self.execute(operations.RERUN, {"input": {**given, **changes}})
        return prediction_of(answer["rerun"], self)

    async def delete(self, prediction_id: str) -> bool:
        """Delete a prediction; whether it is gone already, and not only once it has stopped."""
        answer = await self.execute(operations.DELETE_PREDICTION, {"input": {"id": prediction_id}})
        return not answer["deletePrediction"]["isPending"]

    async def pages(
        self,
        document: str,
        field_name: str,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - the API's word
    ) -> AsyncGenerator[Any, None]:
        """All items of a list, page by page; a page that is too large for one answer is asked for in parts."""
        after, size = None, PAGE
        while True:
            try:
                variables = {"first": size, "after": after, **({"filter": filter} if filter is not None else {})}
                page = (await self.execute(document, variables))[field_name]
            except InferenceError as error:
                if error.code != "RESPONSE_TOO_LARGE" or size == 1:
                    raise
                size //= 2
                continue
            for row in page["nodes"]:
                yield row
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

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
                async with self._subscription(document, {"id": prediction_id, "after": after}, deadline) as socket:
                    while (row := await self._next(socket, deadline)) is not None:
                        failures, away_since, after = 0, None, row["cursor"]
                        for event in self._events(row, state):
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
            if time.monotonic() - away_since > self._patience(WATCHER_PATIENCE_SECONDS):
                raise refusal.error from None
            pause = refusal.after if refusal.after is not None else pause_seconds(failures)
            await self._transport.sleep(min(pause, seconds_until(deadline, pause)))

    @asynccontextmanager
    async def _subscription(
        self, document: str, variables: Mapping[str, Any], deadline: float | None
    ) -> AsyncIterator[Socket]:
        """A socket over which a subscription runs; raises RefusedError, TimeoutError."""
        token = await self.token()
        try:
            url = f"ws{self.url.removeprefix('http')}/graphql"
            socket = await self._transport.connect(url, max(0.1, seconds_until(deadline, OPEN_SECONDS)))
        except BrokenError as error:
            if deadline is not None and time.monotonic() >= deadline:
                raise TimeoutError from None
            failure = self._unreachable(error)
            if error.status is not None and error.status not in (429, *AWAY_STATUSES):
                raise UnreachableError(
                    f"{self.url} opens no WebSocket (HTTP {error.status}). Is there a proxy that lets none through?",
                    "UNREACHABLE",
                ) from None
            raise RefusedError(failure) from None
        try:
            payload = {"authorization": f"Bearer {token}"} if token else {}
            await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
            while json.loads(await socket.receive(seconds_until(deadline, OPEN_SECONDS)))["type"] != "connection_ack":
                pass
            self._has_answered = True
            operation = {"query": document, "variables": variables}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": operation}))
            yield socket
        except ClosedError as error:
            raise await self._closed(error, token) from None
        finally:
            await socket.close()

    async def _closed(self, closed: ClosedError, token: str | None) -> Exception:
        """What a closed socket means: an error, or a RefusedError where it is worth to connect again."""
        if closed.code == FORBIDDEN_CLOSE:
            if self.session is not None:
                await self.token(refused=token)
            else:
                # Raises where the key is not valid any more; a socket also ends with a key's session
                await self.execute(operations.VIEWER, {})
        if closed.code in PROTOCOL_CLOSES:
            return error_of("BAD_REQUEST", f"The server closed the connection: {closed}.", {})
        return RefusedError(UnreachableError(f"The connection to {self.url} broke: {closed}.", "UNREACHABLE"))

    async def _next(self, socket: Socket, deadline: float | None) -> Any:
        """The next event of a subscription, or None at its end; raises ClosedError, TimeoutError."""
        while True:
            message = json.loads(await socket.receive(seconds_until(deadline, None)))
            if message["type"] == "next":
                payload = message["payload"]
                if payload.get("errors"):
                    raise _raised(payload["errors"], None)
                return payload["data"]["predictionEvents"]
            if message["type"] == "error":
                raise _raised(message["payload"], None)
            if message["type"] == "complete":
                return None
            if message["type"] == "ping":
                await socket.send(json.dumps({"type": "pong"}))

    def _events(self, row: Any, state: WatchState) -> list[Event]:
        """What an event of the server is for the caller; a snapshot becomes what is new in it."""
        cursor, at = row["cursor"], datetime.fromisoformat(row["at"])
        kind = row["__typename"]
        if kind == "PredictionSnapshot":
            return self._catch_up(row["prediction"], row["attempt"], state, cursor, at)
        if kind == "OutputAppended":
            choice = row["choice"]
            if row["text"] is None:
                state.items += 1
                return [Item(cursor, at, row["chunk"])]
            state.texts[choice] = state.texts.get(choice, "") + row["text"]
            return [Text(cursor, at, row["text"], choice)]
        if kind == "Progressed":
            return [Step(cursor, at, row["step"], row["total"], row["fraction"], row["etaSeconds"])]
        if kind == "PreviewReady":
            data = (row["image"] or "").partition(",")[2]
            image = base64.b64decode(data)
            return [Preview(cursor, at, image, row["width"], row["height"], row["step"])] if data else []
        if kind == "Logged":
            return [Log(cursor, at, row["line"])]
        if kind == "ModelLoading":
            return [Loading(cursor, at, row["phase"], row["bytes"], row["totalBytes"])]
        if kind == "StatusChanged":
            return [Status(cursor, at, row["status"], prediction_of(row["prediction"], self))]
        # EventsLost, after which a snapshot comes; and kinds that a newer server has
        return []

    def _catch_up(
        self, prediction: PredictionFields, attempt: int, state: WatchState, cursor: str, at: datetime
    ) -> list[Event]:
        """What a snapshot has beyond what was passed on; all of it, behind a Restarted, where it contradicts that."""
        choices = prediction["choices"]
        texts = {each["index"]: each["text"] for each in choices} if choices else {0: prediction["text"] or ""}
        output, has_ended = prediction["output"], prediction["status"] in FINAL
        # The output of one that has ended comes with its status
        items = output if isinstance(output, list) and not has_ended else []
        events: list[Event] = []
        goes_on = (
            state.is_whole
            and (has_ended or len(items) >= state.items)
            and all(texts.get(choice, "").startswith(text) for choice, text in state.texts.items())
        )
        if prediction["dataRemoved"]:
            return events
        if not goes_on:
            events.append(Restarted(cursor, at, attempt))
            state.texts, state.items, state.is_whole = {}, 0, True
        for choice, text in texts.items():
            if new := text[len(state.texts.get(choice, "")) :]:
                events.append(Text(cursor, at, new, choice))
                state.texts[choice] = text
        for value in items[state.items :]:
            events.append(Item(cursor, at, value))
        state.items = max(state.items, len(items))
        return events

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
                answer, failure = None, self._unreachable(error)
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
                failure: InferenceError = self._unreachable(error)
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
                    raise self._unreachable(error) from None
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


def deadline_of(timeout: float | None) -> float | None:
    """When so many seconds have passed, by the monotonic clock."""
    return None if timeout is None else time.monotonic() + timeout


def seconds_until(deadline: float | None, most: float | None) -> Any:
    """Seconds until a deadline, `most` at most; None for ever."""
    if deadline is None:
        return most
    left = max(0.0, deadline - time.monotonic())
    return left if most is None else min(left, most)


def pause_seconds(failures: int) -> float:
    """How long to wait after so many failures in a row."""
    longest: float = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (failures - 1))
    return longest * random.uniform(0.5, 1)  # noqa: S311 - it only spreads the clients


def _json(content: bytes) -> dict[str, Any]:
    """What an answer says, or nothing where it is no JSON object."""
    try:
        body = json.loads(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _file_error(answer: Answer, what: str) -> InferenceError:
    body = _json(answer.content)
    if _is_refusal(body):
        return error_of(body["error"]["code"], f"The file could not be {what}: {body['error']['message']}", {})
    return UnreachableError(f"The file could not be {what}: HTTP {answer.status}.", "UNREACHABLE")


def _are_errors(errors: object) -> bool:
    return isinstance(errors, list) and bool(errors) and all(isinstance(each, dict) for each in errors)


def _is_refusal(body: dict[str, Any]) -> bool:
    """Whether the server refused a request before it was read as GraphQL."""
    return isinstance(body.get("error"), dict) and "code" in body["error"]


def _retry_after(answer: Answer) -> float | None:
    try:
        return float(answer.headers.get("retry-after", ""))
    except ValueError:
        return None


def _raised(errors: list[dict[str, Any]], retry_after: float | None) -> Exception:
    """The error of an answer; a RefusedError where nothing was done and it may be asked again."""
    first = errors[0]
    extensions = first.get("extensions") or {"code": first.get("code", "")}
    error = error_of(str(extensions.get("code", "")), str(first.get("message", "")), extensions)
    if isinstance(error, RateLimitedError):
        return RefusedError(error, after=error.retry_after or retry_after)
    if isinstance(error, UnavailableError):
        return RefusedError(error, after=extensions.get("retryAfter") or retry_after)
    return error


def _check_member(member: Any) -> None:
    """Raise what a result union's member stands for, where it is an error."""
    if isinstance(member, dict) and "code" in member and "message" in member and "__typename" in member:
        raise error_of(member["code"], member["message"], member)
