"""A server as one caller: it is asked again where that is safe, over requests and sockets that may break."""

from __future__ import annotations

import json
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inference_client import operations
from inference_client.errors import (
    InferenceError,
    RateLimitedError,
    UnauthenticatedError,
    UnavailableError,
    UnreachableError,
    error_of,
)
from inference_client.transport import Answer, BrokenError, ClosedError, Socket, Transport

OPEN_SECONDS = 10.0
REQUEST_SECONDS, SHORTEST_REQUEST_SECONDS = 60.0, 5.0
# How long to try where nobody answers: a server that answered before may be starting again, another may not be there
FIRST_PATIENCE_SECONDS, PATIENCE_SECONDS = 3.0, 60.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 8.0
AHEAD_SECONDS = 20.0
PAGE = 20
# The server's way to say that it stops, that it is full, or that PostgreSQL is away; 1006: nobody said why
FORBIDDEN_CLOSE, PROTOCOL_CLOSES = 4403, (4400, 4401, 4404, 4406, 4409, 4429)
AWAY_STATUSES = (502, 503, 504)


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


class Connection:
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
                last = away_since + self.patience(PATIENCE_SECONDS)
                is_late = after > min(seconds_until(last, after), seconds_until(deadline, after))
                if is_late or not (repeat or refusal.is_safe):
                    raise refusal.error from None
                await self._transport.sleep(after)

    def patience(self, seconds: float) -> float:
        """How long to try where nobody answers: so many seconds, if the server has ever answered."""
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
            raise RefusedError(self.unreachable(error), is_safe=not error.was_sent) from None
        self._has_answered = True
        return answer

    def unreachable(self, error: BrokenError) -> UnreachableError:
        """What is told where no answer came."""
        return UnreachableError(
            f"The server at {self.url} does not answer: {error}. "
            "Is it running, and is this its URL? It is set by url=, INFERENCE_URL or `inference login`.",
            "UNREACHABLE",
        )

    def _data(self, answer: Answer) -> dict[str, Any]:
        body = json_of(answer.content)
        is_ours = isinstance(body.get("data"), dict) or _are_errors(body.get("errors"))
        if not is_ours and (answer.status in (404, 405) or not is_refusal(body)):
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

    @asynccontextmanager
    async def subscription(
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
            failure = self.unreachable(error)
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

    async def next_event(self, socket: Socket, deadline: float | None) -> Any:
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


def json_of(content: bytes) -> dict[str, Any]:
    """What an answer says, or nothing where it is no JSON object."""
    try:
        body = json.loads(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _are_errors(errors: object) -> bool:
    return isinstance(errors, list) and bool(errors) and all(isinstance(each, dict) for each in errors)


def is_refusal(body: dict[str, Any]) -> bool:
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
