"""Webhooks: what running attempts note for them, and the loop that sends what is due."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog
from opentelemetry.trace import SpanKind
from standardwebhooks import Webhook

from server.adapters.database import CONNECTION_ERRORS, DATABASE_ERRORS, now
from server.adapters.metrics import WEBHOOK_MESSAGES, WEBHOOK_SECONDS
from server.adapters.outbound import Answer, Outbound, OutboundError
from server.adapters.tasks import end, wait_for_event
from server.adapters.tracing import mark_error, traceparent_of
from server.domain.batches import BatchWebhookState
from server.domain.events import EventType
from server.domain.targets import BadUrlError, parse_target
from server.domain.webhooks import (
    GONE,
    MIN_GAP_SECONDS,
    DeliveryState,
    WebhookEvent,
    retry_after_seconds,
    retry_seconds,
)
from server.live import batch_body, experiment_body, prediction_body, rest_body
from server.queue import batches, deliveries, experiments
from server.queue.batches import BatchWebhookLease
from server.queue.claim import PredictionLease
from server.queue.deliveries import DeliveryOutcome, DueDelivery, WebhookLease
from server.queue.experiments import ExperimentWebhookLease
from server.runtime import Runtime
from server.services import health, rate_limits, webhooks

logger = structlog.get_logger(__name__)

LEASE_MARGIN_SECONDS = 10.0
SHORTEST_PAUSE_SECONDS = 0.05
STOP_SECONDS = 5.0
RECORD_SECONDS = 8.0
MOST_QUEUES = 1000
BATCH_COMPLETED = "batch_completed"
EXPERIMENT_ENDED = "experiment_ended"
_OneMessage = BatchWebhookLease | ExperimentWebhookLease
_EVENTS = {
    EventType.OUTPUT: WebhookEvent.OUTPUT,
    EventType.LOG: WebhookEvent.LOGS,
}


class Notices:
    """Notes what the receiver of a running attempt is to hear of: its start, output and log, at most twice a second.

    Of most predictions nothing is ever noted, since they name no webhook.
    """

    def __init__(self, lease: PredictionLease, look: Callable[[float], None]) -> None:
        self._lease = lease
        self._look = look
        self._requested = frozenset(WebhookEvent(name) for name in lease.webhook_events)
        self._pending: set[WebhookEvent] = set()
        self._ever: set[WebhookEvent] = set()
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def started(self) -> None:
        """The attempt runs now."""
        self._add(WebhookEvent.START)

    def note_event(self, kind: EventType) -> None:
        """The attempt wrote an event."""
        if self._requested and kind in _EVENTS:
            self._add(_EVENTS[kind])

    def ended(self) -> None:
        """The row has ended, with a delivery of its own where one is wanted."""
        if self._requested:
            self._look(0)

    async def finish(self) -> None:
        """Note the rest before the row ends; the log once more where nothing later would carry its last lines."""
        await self.close()
        if WebhookEvent.COMPLETED in self._requested:
            self._pending &= {WebhookEvent.START}
        else:
            self._pending |= self._ever & {WebhookEvent.LOGS}
        await self._note()

    async def close(self) -> None:
        """Note nothing more by itself."""
        if self._task:
            await end(self._task)
            self._task = None

    def _add(self, event: WebhookEvent) -> None:
        if event not in self._requested:
            return
        self._pending.add(event)
        self._ever.add(event)
        self._due.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            await self._note()
            await asyncio.sleep(MIN_GAP_SECONDS)

    async def _note(self) -> None:
        # What comes while this is written is noted again
        events, self._pending = [event for event in WebhookEvent if event in self._pending], set()
        if not events:
            return
        try:
            wait = await deliveries.note(self._lease.id, self._lease.attempt, events)
        except asyncio.CancelledError:
            # Who ends the run's notes in the middle of one writes the rest
            self._pending.update(events)
            raise
        except DATABASE_ERRORS as error:
            self._pending.update(events)
            logger.warning("webhooks.note_failed", prediction=str(self._lease.id), error=str(error))
            return
        if wait is not None:
            self._look(wait)


class Deliverer:
    """Sends for up to WEBHOOK_SLOTS predictions at once, of which one user has at most about a quarter."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        settings = rt.settings
        self._outbound = Outbound(settings.webhook_allow, settings.webhook_timeout_seconds)
        self._lease_seconds = settings.webhook_timeout_seconds + LEASE_MARGIN_SECONDS
        self._share = max(1, settings.webhook_slots // 4)
        self._tasks: dict[asyncio.Task[None], WebhookLease | _OneMessage] = {}
        self._users: Counter[UUID] = Counter()
        self._queued_until: dict[tuple[UUID, str], float] = {}
        self._wake = asyncio.Event()
        self._stopping = False

    def look(self, after_seconds: float = 0) -> None:
        """Something is due, or will be."""
        if after_seconds > 0:
            asyncio.get_running_loop().call_later(after_seconds, self._wake.set)
        else:
            self._wake.set()

    async def run(self) -> None:
        """Deliver until `stop`."""
        while not self._stopping:
            self._wake.clear()
            try:
                pause = await self._claim()
            except DATABASE_ERRORS as error:
                logger.warning("webhooks.claim_failed", error=str(error))
                pause = 1.0
            if pause > 0:
                await wait_for_event(self._wake, pause)

    async def stop(self) -> None:
        """Claim nothing more, give what is under way a moment, and leave the rest to others."""
        self._stopping = True
        self._wake.set()
        if not self._tasks:
            return
        await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        left = dict(self._tasks)
        await end(*left)
        with suppress(*DATABASE_ERRORS):
            for lease in left.values():
                if isinstance(lease, WebhookLease):
                    await deliveries.release(lease)
                else:
                    await _record_one(lease, BatchWebhookState.PENDING, 0, None)

    async def _claim(self) -> float:
        """Start what is due; seconds until there may be more."""
        settings = self._rt.settings
        free = settings.webhook_slots - len(self._tasks)
        if free <= 0:
            return settings.claim_poll_seconds
        busy = [user for user, count in self._users.items() if count >= self._share]
        limit = min(free, self._share)
        leases = await deliveries.claim(limit, self._lease_seconds, busy)
        for lease in leases:
            self._begin(lease, self._deliver(lease))
        of_batches = await batches.claim_webhooks(limit, self._lease_seconds, busy)
        of_experiments = await experiments.claim_webhooks(limit, self._lease_seconds, busy)
        messages: list[_OneMessage] = [*of_batches, *of_experiments]
        for message in messages:
            self._begin(message, self._deliver_one(message))
        if limit in (len(leases), len(of_batches), len(of_experiments)):
            return 0
        waits = (
            await deliveries.seconds_to_next(busy),
            await batches.seconds_to_next_webhook(busy),
            await experiments.seconds_to_next_webhook(busy),
        )
        pause = min([settings.claim_poll_seconds, *(wait for wait in waits if wait is not None)])
        return max(SHORTEST_PAUSE_SECONDS, pause)

    def _begin(self, lease: WebhookLease | _OneMessage, delivery: Coroutine[Any, Any, None]) -> None:
        self._users[lease.user_id] += 1
        task = asyncio.create_task(delivery)
        self._tasks[task] = lease
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        user = self._tasks.pop(task).user_id
        self._users[user] -= 1
        if not self._users[user]:
            del self._users[user]
        self._wake.set()

    async def _deliver(self, lease: WebhookLease) -> None:
        """All that is due of one prediction, one after another."""
        try:
            if lease.is_disabled:
                await deliveries.disable(lease)
            while not self._stopping and (due := await deliveries.next_due(lease, self._lease_seconds)) is not None:
                if (wait := await self._pace(lease)) > 0:
                    await deliveries.postpone(lease, wait)
                    self.look(wait)
                    break
                if not await self._try(lease, due):
                    return
            await deliveries.release(lease)
        except DATABASE_ERRORS as error:
            # The lease runs out, and it is sent again under the same webhook-id
            logger.warning("webhooks.delivery_lost", prediction=str(lease.prediction_id), error=str(error))
        except Exception:
            logger.exception("webhooks.delivery_broke", prediction=str(lease.prediction_id))

    async def _deliver_one(self, lease: _OneMessage) -> None:
        """The one message about the end of a batch, or of an experiment that a guardrail ended."""
        if isinstance(lease, BatchWebhookLease):
            event, about = BATCH_COMPLETED, {"batch": str(lease.batch_id)}
        else:
            event, about = EXPERIMENT_ENDED, {"experiment": str(lease.experiment_id)}
        try:
            if (wait := await self._pace(lease)) > 0:
                await _record_one(lease, BatchWebhookState.PENDING, wait, None)
                self.look(wait)
                return
            at, began = now(), time.monotonic()
            answer, error = await self._send_one(lease, event)
            seconds = time.monotonic() - began
            outcome = _outcome(lease.tries, answer)
            logger.info("webhook.sent", **about, told=event, code=answer and answer.code, error=error,
                        state=outcome.state.value)  # fmt: skip
            WEBHOOK_MESSAGES.labels(event, outcome.state.value).inc()
            WEBHOOK_SECONDS.observe(seconds)
            attempt = _attempt(lease.message_id, at, seconds, answer, error)
            state = BatchWebhookState(outcome.state.value)
            await _through_outage(lambda: _record_one(lease, state, outcome.wait_seconds, attempt))
        except DATABASE_ERRORS as error:
            # The lease runs out, and it is sent again under the same webhook-id
            logger.warning("webhooks.delivery_lost", **about, error=str(error))
        except Exception:
            logger.exception("webhooks.delivery_broke", **about)

    async def _pace(self, lease: WebhookLease | _OneMessage) -> float:
        """Seconds until a message of this webhook's may go to its host; those of one host and user wait in a row."""
        try:
            host = parse_target(lease.url).host
        except BadUrlError:
            return 0.0
        wait = await rate_limits.pace_webhook(self._rt, lease.user_id, host)
        key, at = (lease.user_id, host), time.monotonic()
        if wait <= 0:
            return 0.0
        if len(self._queued_until) > MOST_QUEUES:
            self._queued_until = {each: until for each, until in self._queued_until.items() if until > at}
        # One behind the other, so that what waits does not come back all at once
        gap = 1 / max(1, self._rt.settings.webhook_host_user_per_second)
        self._queued_until[key] = max(self._queued_until.get(key, 0.0), at + wait) + gap
        return self._queued_until[key] - at

    async def _try(self, lease: WebhookLease, due: DueDelivery) -> bool:
        """Send one message and record it; False when somebody else delivers by now."""
        at, began = now(), time.monotonic()
        attributes = {"prediction.id": str(lease.prediction_id), "webhook.event": due.event.value, "try": due.tries + 1}
        with self._rt.tracing.span("webhook", SpanKind.CLIENT, attributes, lease.traceparent) as span:
            answer, error = await self._send(lease, due)
            if answer is None:
                mark_error(span, "UNREACHABLE")
            else:
                span.set_attribute("http.response.status_code", answer.code)
                if not 200 <= answer.code < 300:
                    mark_error(span, str(answer.code))
        seconds = time.monotonic() - began
        attempt = _attempt(due.message_id, at, seconds, answer, error)
        outcome = _outcome(due.tries if due.event is WebhookEvent.COMPLETED else None, answer)
        logger.info("webhook.sent", delivery=str(due.id), told=due.event.value, code=attempt["code"], error=error,
                    state=outcome.state.value)  # fmt: skip
        WEBHOOK_MESSAGES.labels(due.event.value, outcome.state.value).inc()
        WEBHOOK_SECONDS.observe(seconds)
        is_ours = await _through_outage(lambda: deliveries.record(lease, due, attempt, outcome))
        if is_ours and outcome.state is DeliveryState.DISABLED:
            await deliveries.disable(lease)
        return is_ours

    async def _send(self, lease: WebhookLease, due: DueDelivery) -> tuple[Answer | None, str | None]:
        """Send the prediction as it stands now; the receiver's answer, or a sentence that says why there is none."""

        async def body() -> bytes | None:
            row = await prediction_body.load(lease.prediction_id)
            if row is None:
                return None
            base_url = (self._rt.settings.public_url or lease.base_url).rstrip("/")
            form = rest_body if lease.is_rest else prediction_body
            return orjson.dumps(await form.body(self._rt, row, base_url))

        return await self._post(lease, due.message_id, due.event.name, body)

    async def _send_one(self, lease: _OneMessage, event: str) -> tuple[Answer | None, str | None]:
        """Send the batch or the experiment as it ended; as `_send`."""

        async def body() -> bytes | None:
            if isinstance(lease, ExperimentWebhookLease):
                experiment = await experiment_body.load(lease.experiment_id)
                return orjson.dumps(experiment_body.body(experiment)) if experiment else None
            row = await batch_body.load(lease.batch_id)
            if row is None:
                return None
            base_url = (self._rt.settings.public_url or lease.base_url).rstrip("/")
            return orjson.dumps(batch_body.body(self._rt, row, base_url))

        return await self._post(lease, lease.message_id, event.upper(), body)

    async def _post(
        self,
        lease: WebhookLease | _OneMessage,
        message_id: str,
        event: str,
        make_body: Callable[[], Awaitable[bytes | None]],
    ) -> tuple[Answer | None, str | None]:
        try:
            body = await make_body()
            if body is None:
                return None, "What it is about is gone."
            secrets = await webhooks.signing_secrets(self._rt, lease.user_id)
            at, text = now(), body.decode()
            headers = {
                "Content-Type": "application/json",
                "User-Agent": f"inference-server/{health.release()}",
                "Webhook-Id": message_id,
                "Webhook-Timestamp": str(int(at.timestamp())),
                "Webhook-Signature": " ".join(Webhook(secret).sign(message_id, at, text) for secret in secrets),
                "Webhook-Event": event,
                **({"Traceparent": context} if (context := traceparent_of()) else {}),
            }
            return await self._outbound.post(parse_target(lease.url), headers, body), None
        except (OutboundError, BadUrlError) as error:
            return None, str(error)
        except DATABASE_ERRORS:
            raise
        except Exception:
            logger.exception("webhooks.send_broke", message=message_id)
            return None, "The message could not be made."


async def _record_one(
    lease: _OneMessage, state: BatchWebhookState, wait_seconds: float, attempt: dict[str, Any] | None
) -> bool:
    if isinstance(lease, BatchWebhookLease):
        return await batches.record_webhook(lease, state, wait_seconds, attempt)
    return await experiments.record_webhook(lease, state, wait_seconds, attempt)


def _attempt(message_id: str, at: datetime, seconds: float, answer: Answer | None, error: str | None) -> dict[str, Any]:
    """What is kept of one try."""
    return {
        "id": message_id,
        "at": at.isoformat(),
        "milliseconds": round(seconds * 1000),
        "code": answer.code if answer else None,
        "body": answer.body if answer else None,
        "error": error,
    }


async def _through_outage(record: Callable[[], Awaitable[bool]]) -> bool:
    """Record a try also through a short outage of the database: what is not known to be sent is sent again."""
    deadline = time.monotonic() + RECORD_SECONDS
    while True:
        try:
            return await record()
        except CONNECTION_ERRORS:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.5)


def _outcome(tries: int | None, answer: Answer | None) -> DeliveryOutcome:
    """What an answer, or none, means after so many tries; None: it has had its one try."""
    if answer is not None and 200 <= answer.code < 300:
        return DeliveryOutcome(DeliveryState.DELIVERED)
    if answer is not None and answer.code == GONE:
        return DeliveryOutcome(DeliveryState.DISABLED)
    if tries is None:
        return DeliveryOutcome(DeliveryState.FAILED)
    wait = retry_seconds(tries + 1, random.uniform(-1, 1))  # noqa: S311 - spreads load, keeps no secret
    if wait is None:
        return DeliveryOutcome(DeliveryState.FAILED)
    pause = retry_after_seconds(answer.retry_after, now()) if answer else 0.0
    return DeliveryOutcome(DeliveryState.PENDING, max(wait, pause))
