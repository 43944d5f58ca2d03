"""Sends webhooks: claims predictions in which something is due, and tells their receivers in order."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress
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
from server.domain.webhooks import (
    GONE,
    BadUrlError,
    DeliveryState,
    WebhookEvent,
    parse_target,
    retry_after_seconds,
    retry_seconds,
)
from server.live import prediction_body
from server.queue import deliveries
from server.queue.deliveries import DeliveryOutcome, DueDelivery, WebhookLease
from server.runtime import Runtime
from server.services import health, webhooks

logger = structlog.get_logger(__name__)

LEASE_MARGIN_SECONDS = 10.0
SHORTEST_PAUSE_SECONDS = 0.05
STOP_SECONDS = 5.0
RECORD_SECONDS = 8.0


class Deliverer:
    """Delivers for up to WEBHOOK_SLOTS predictions at once, of which one user has at most about a quarter."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        settings = rt.settings
        self._outbound = Outbound(settings.webhook_allow, settings.webhook_timeout_seconds)
        self._lease = settings.webhook_timeout_seconds + LEASE_MARGIN_SECONDS
        self._share = max(1, settings.webhook_slots // 4)
        self._tasks: dict[asyncio.Task[None], WebhookLease] = {}
        self._users: Counter[UUID] = Counter()
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
                await deliveries.release(lease)

    async def _claim(self) -> float:
        """Start what is due; seconds until there may be more."""
        settings = self._rt.settings
        free = settings.webhook_slots - len(self._tasks)
        if free <= 0:
            return settings.claim_poll_seconds
        busy = [user for user, count in self._users.items() if count >= self._share]
        limit = min(free, self._share)
        leases = await deliveries.claim(limit, self._lease, busy)
        for lease in leases:
            self._start(lease)
        if len(leases) == limit:
            return 0
        wait = await deliveries.seconds_to_next(busy)
        pause = settings.claim_poll_seconds if wait is None else min(wait, settings.claim_poll_seconds)
        return max(SHORTEST_PAUSE_SECONDS, pause)

    def _start(self, lease: WebhookLease) -> None:
        self._users[lease.user_id] += 1
        task = asyncio.create_task(self._deliver(lease))
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
            while not self._stopping and (due := await deliveries.next_due(lease, self._lease)) is not None:
                if not await self._tell(lease, due):
                    return
            await deliveries.release(lease)
        except DATABASE_ERRORS as error:
            # The lease runs out, and it is sent again under the same webhook-id
            logger.warning("webhooks.delivery_lost", prediction=str(lease.prediction_id), error=str(error))
        except Exception:
            logger.exception("webhooks.delivery_broke", prediction=str(lease.prediction_id))

    async def _tell(self, lease: WebhookLease, due: DueDelivery) -> bool:
        """One message and its record; False when somebody else delivers by now."""
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
        attempt = {
            "id": due.message_id,
            "at": at.isoformat(),
            "milliseconds": round(seconds * 1000),
            "code": answer.code if answer else None,
            "body": answer.body if answer else None,
            "error": error,
        }
        verdict = _verdict(due, answer)
        logger.info("webhook.sent", delivery=str(due.id), told=due.event.value, code=attempt["code"], error=error,
                    state=verdict.state.value)  # fmt: skip
        WEBHOOK_MESSAGES.labels(due.event.value, verdict.state.value).inc()
        WEBHOOK_SECONDS.observe(seconds)
        is_recorded = await self._record(lease, due, attempt, verdict)
        if is_recorded and verdict.state is DeliveryState.DISABLED:
            await deliveries.disable(lease)
        return is_recorded

    async def _record(
        self, lease: WebhookLease, due: DueDelivery, attempt: dict[str, Any], verdict: DeliveryOutcome
    ) -> bool:
        """Write it down, also through a short outage of the database: what is not known to be sent is sent again."""
        deadline = time.monotonic() + RECORD_SECONDS
        while True:
            try:
                return await deliveries.record(lease, due, attempt, verdict)
            except CONNECTION_ERRORS:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.5)

    async def _send(self, lease: WebhookLease, due: DueDelivery) -> tuple[Answer | None, str | None]:
        try:
            message = await self._message(lease, due)
            if message is None:
                return None, "The prediction is gone."
            headers, body = message
            return await self._outbound.post(parse_target(lease.url), headers, body), None
        except (OutboundError, BadUrlError) as error:
            return None, str(error)
        except DATABASE_ERRORS:
            raise
        except Exception:
            logger.exception("webhooks.send_broke", delivery=str(due.id))
            return None, "The message could not be made."

    async def _message(self, lease: WebhookLease, due: DueDelivery) -> tuple[dict[str, str], bytes] | None:
        """Headers and body, as the prediction stands now."""
        row = await prediction_body.load(lease.prediction_id)
        if row is None:
            return None
        base_url = (self._rt.settings.public_url or lease.base_url).rstrip("/")
        body = orjson.dumps(await prediction_body.body(self._rt, row, base_url))
        at = now()
        text = body.decode()
        secrets = await webhooks.signing_secrets(self._rt, lease.user_id)
        signatures = [Webhook(secret).sign(due.message_id, at, text) for secret in secrets]
        return {
            "Content-Type": "application/json",
            "User-Agent": f"inference-server/{health.release()}",
            "Webhook-Id": due.message_id,
            "Webhook-Timestamp": str(int(at.timestamp())),
            "Webhook-Signature": " ".join(signatures),
            "Webhook-Event": due.event.name,
            **({"Traceparent": context} if (context := traceparent_of()) else {}),
        }, body


def _verdict(due: DueDelivery, answer: Answer | None) -> DeliveryOutcome:
    """What an answer, or none, means: COMPLETED is tried again, all else has had its one try."""
    if answer is not None and 200 <= answer.code < 300:
        return DeliveryOutcome(DeliveryState.DELIVERED)
    if answer is not None and answer.code == GONE:
        return DeliveryOutcome(DeliveryState.DISABLED)
    if due.event is not WebhookEvent.COMPLETED:
        return DeliveryOutcome(DeliveryState.FAILED)
    wait = retry_seconds(due.tries + 1, random.uniform(-1, 1))  # noqa: S311 - spreads load, keeps no secret
    if wait is None:
        return DeliveryOutcome(DeliveryState.FAILED)
    retry_after = retry_after_seconds(answer.retry_after, now()) if answer else 0.0
    return DeliveryOutcome(DeliveryState.PENDING, max(wait, retry_after))
