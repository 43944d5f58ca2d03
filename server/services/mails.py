"""Sends the mail that waits, from every API process; what one cannot send now, any of them tries later."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

import structlog

from server.adapters import metrics
from server.adapters.database import DATABASE_ERRORS
from server.adapters.mail import Mailer, MailError
from server.adapters.tasks import end, wait_for_event
from server.domain.mails import MailKind, MailState, MailText, mail_wait_seconds
from server.queue import mails
from server.queue.mails import MailLease
from server.runtime import Runtime
from server.services import invitations, password_resets

logger = structlog.get_logger(__name__)

AT_ONCE = 4
LEASE_MARGIN_SECONDS = 30.0
POLL_SECONDS = 5.0
SHORTEST_PAUSE_SECONDS = 0.05
STOP_SECONDS = 5.0


class MailSender:
    """Sends up to AT_ONCE mails at a time."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._mailer = Mailer(rt.settings)
        self._lease_seconds = rt.settings.smtp_seconds + LEASE_MARGIN_SECONDS
        self._tasks: dict[asyncio.Task[None], MailLease] = {}
        self._stopping = False
        self._claiming = asyncio.Lock()

    async def run(self) -> None:
        """Send until `stop`."""
        wake = self._rt.mail_wake
        while not self._stopping:
            wake.clear()
            try:
                async with self._claiming:
                    pause = 0.0 if self._stopping else await self._claim()
            except DATABASE_ERRORS as error:
                logger.warning("mails.failed", error=str(error))
                pause = POLL_SECONDS
            if pause > 0:
                await wait_for_event(wake, pause)

    async def stop(self) -> None:
        """Claim nothing more, and give what is under way a moment: whatever is broken off may be sent twice."""
        self._stopping = True
        self._rt.mail_wake.set()
        with suppress(TimeoutError):
            # A claim that is on its way comes back: canceled, what it claimed would wait until its lease ends
            async with asyncio.timeout(STOP_SECONDS), self._claiming:
                pass
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        await end(*self._tasks)

    async def _claim(self) -> float:
        """Start what is due; seconds until there may be more."""
        if (free := AT_ONCE - len(self._tasks)) <= 0:
            return POLL_SECONDS
        leases = await mails.claim(free, self._lease_seconds)
        for lease in leases:
            task = asyncio.create_task(self._send(lease))
            self._tasks[task] = lease
            task.add_done_callback(self._ended)
        wait = await mails.seconds_to_next()
        return POLL_SECONDS if wait is None else min(POLL_SECONDS, max(SHORTEST_PAUSE_SECONDS, wait))

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self._rt.mail_wake.set()

    async def _send(self, lease: MailLease) -> None:
        try:
            text = await _text(self._rt, lease)
            if text is None:
                # Nobody has this address, or the invitation was revoked: said to nobody, and counted nowhere
                await mails.finish(lease, MailState.FAILED, "The invitation ended before it was sent.")
            elif lease.is_expired:
                await self._record(lease, MailError("Its link expired before it could be sent.", is_final=True))
            else:
                await self._record(lease, await self._try(lease, text))
        except DATABASE_ERRORS as error:
            # Its lease runs out, and it is sent again under the same Message-ID
            logger.warning("mails.not_recorded", mail=str(lease.id), error=str(error))
        except Exception:
            logger.exception("mails.broke", mail=str(lease.id))

    async def _try(self, lease: MailLease, text: MailText) -> MailError | None:
        try:
            await self._mailer.send(lease.recipient, text, lease.id.hex)
        except MailError as error:
            return error
        return None

    async def _record(self, lease: MailLease, error: MailError | None) -> None:
        """Write what became of a mail: again and again while PostgreSQL is away, since a mail that was sent must not
        be sent twice, until its lease ends."""
        kind = lease.kind.value
        if error is None:
            state = MailState.SENT
            logger.info("mail.sent", mail=str(lease.id), kind=kind, tries=lease.tries + 1)
        else:
            state = MailState.FAILED if error.is_final else MailState.PENDING
            logger.warning("mail.not_sent", mail=str(lease.id), kind=kind, tries=lease.tries + 1, state=state.value,
                           error=error.message)  # fmt: skip
        metrics.MAILS.labels(kind, state.value).inc()
        async with asyncio.timeout(LEASE_MARGIN_SECONDS - 5):
            while True:
                with suppress(*DATABASE_ERRORS):
                    if error is not None and not error.is_final:
                        # Nobody is kept from guessing it
                        wait = mail_wait_seconds(lease.tries + 1, random.uniform(-1, 1))  # noqa: S311
                        await mails.postpone(lease, wait, error.message)
                    else:
                        await mails.finish(lease, state, error.message if error else None)
                    return
                await asyncio.sleep(1)


async def _text(rt: Runtime, lease: MailLease) -> MailText | None:
    """What a mail says now; None where there is nothing to say any more."""
    if lease.kind is MailKind.INVITATION:
        return await invitations.mail_text(rt, lease)
    return await password_resets.mail_text(rt, lease)
