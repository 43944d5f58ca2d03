"""A mail server (aiosmtpd) that does what a test says, and keeps what it took."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.conftest import free_port
from tests.support.api import wait_for

LINK = re.compile(r"https?://\S+#(isl_[\w-]+)")


class MailServer:
    """Listens at `port`; answers each recipient and each mail by the next entry of `recipients` and `mails`."""

    def __init__(self, certificate: Path | None = None, account: tuple[str, str] | None = None) -> None:
        self.port = free_port()
        self.taken: list[EmailMessage] = []
        self.connections = 0
        self.signed_in: list[str] = []
        self.recipients: list[str] = []
        self.mails: list[str] = []
        self.stall: asyncio.Event | None = None
        self.is_slow = False
        self._certificate, self._account = certificate, account
        self._controller: Controller | None = None

    def start(self) -> None:
        """Listen."""
        options: dict[str, Any] = {}
        if self._certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate)
            options |= {"tls_context": context, "require_starttls": True}
        if self._account is not None:
            options |= {"authenticator": self._authenticate, "auth_required": True}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self._controller.start()

    def stop(self) -> None:
        """Listen no more."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        if given != self._account:
            return AuthResult(success=False, handled=False)
        self.signed_in.append(given[0])
        return AuthResult(success=True)

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        if self.is_slow:
            await asyncio.sleep(30)
        return responses

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        reply = self.recipients.pop(0) if self.recipients else "250 OK"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        reply = self.mails.pop(0) if self.mails else "250 OK"
        if reply.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            message = email.message_from_bytes(content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            message.add_header("X-Envelope-To", ", ".join(envelope.rcpt_tos))
            self.taken.append(message)
        return reply

    def to(self, address: str) -> list[EmailMessage]:
        """What was taken for an address."""
        return [message for message in list(self.taken) if message["x-envelope-to"] == address]

    def wait(self, address: str, count: int = 1) -> EmailMessage:
        """The newest mail to an address, once so many have come."""
        wait_for(lambda: len(self.to(address)) >= count, 15)
        return self.to(address)[-1]

    def token(self, address: str, count: int = 1) -> str:
        """The token of the link in the newest mail to an address."""
        match = LINK.search(text_of(self.wait(address, count)))
        assert match
        return match[1]


def text_of(message: EmailMessage) -> str:
    content: str = message.get_content()
    return content


@contextmanager
def mail_server(certificate: Path | None = None, account: tuple[str, str] | None = None) -> Iterator[MailServer]:
    """A mail server for the time of the context."""
    server = MailServer(certificate, account)
    server.start()
    try:
        yield server
    finally:
        server.stop()
