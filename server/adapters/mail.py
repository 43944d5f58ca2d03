"""One mail to one recipient, over SMTP."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from server.domain.mails import MAX_ERROR_CHARACTERS, MailText
from server.domain.storable import storable
from server.settings import Settings
from server.settings.types import SmtpSecurity
from server.settings.urls import SENDER

# A reply with a code from here on says that the same will be refused again (RFC 5321, 4.2.1)
PERMANENT = 500


class MailError(Exception):
    """The mail was not taken; `is_final` where trying again would be for nothing."""

    def __init__(self, message: str, *, is_final: bool) -> None:
        super().__init__(message)
        self.message = message
        self.is_final = is_final


class Mailer:
    """Sends by the mail server of the settings, a connection for each mail."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        match = SENDER.fullmatch(settings.mail_from or "")
        if match is None:
            raise ValueError("MAIL_FROM is not set")
        self._sender = Address(match["name"] or "", addr_spec=match["address"] or match["bare"])

    async def send(self, recipient: str, text: MailText, message_id: str) -> None:
        """Hand a mail over; `message_id` is the same at each try, so that receivers may tell a second one.

        Raises:
            MailError: it was not taken, or nobody knows whether it was.
        """
        settings = self._settings
        try:
            message = self._message(recipient, text, message_id)
        except ValueError as error:
            raise MailError(f"No mail can be made for this address: {error}", is_final=True) from None
        client = SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            timeout=settings.smtp_seconds,
            use_tls=settings.smtp_security is SmtpSecurity.TLS,
            start_tls=settings.smtp_security is SmtpSecurity.STARTTLS,
            local_hostname=self._sender.domain.encode("idna").decode(),
        )
        try:
            async with asyncio.timeout(settings.smtp_seconds):
                await self._connect(client)
                await client.send_message(message)
        except TimeoutError:
            raise MailError(
                f"The mail server took more than {settings.smtp_seconds:g} seconds.", is_final=False
            ) from None
        except (SMTPException, OSError) as error:
            raise _refusal(error, recipient) from error
        finally:
            # What was taken stays so, however the goodbye goes
            with suppress(SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await client.quit()
            client.close()

    async def _connect(self, client: SMTP) -> None:
        settings = self._settings
        try:
            await client.connect()
            if settings.smtp_user is not None:
                password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
                await client.login(settings.smtp_user, password)
        except (SMTPException, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            # About this server and its account, not about this mail: an operator may put it right
            raise MailError(_sentence(error), is_final=False) from error

    def _message(self, recipient: str, text: MailText, message_id: str) -> EmailMessage:
        """The mail; a header refuses a line break with ValueError, which the policy sees to."""
        message = EmailMessage(policy=SMTP_POLICY)
        message["From"] = self._sender
        message["To"] = Address(addr_spec=recipient)
        message["Subject"] = text.subject
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<{message_id}@{self._sender.domain}>"
        # No answers by machines, such as notes of absence (RFC 3834)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text.body, cte="quoted-printable")
        return message


def _refusal(error: Exception, recipient: str) -> MailError:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return MailError("The mail server cannot take a mail to this address.", is_final=True)
    # Who may not send is about MAIL_FROM and the account, which an operator may put right
    is_sender = isinstance(error, aiosmtplib.SMTPSenderRefused)
    is_final = isinstance(error, SMTPResponseException) and error.code >= PERMANENT and not is_sender
    # Whoever reads it knows the address, or may not
    return MailError(_sentence(error).replace(recipient, "<recipient>"), is_final=is_final)


def _sentence(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        words: str = storable(" ".join(str(error.message).split()))
        return f"The mail server answered {error.code}: {words}"[:MAX_ERROR_CHARACTERS]
    return f"The mail server cannot be reached: {error or type(error).__name__}"[:MAX_ERROR_CHARACTERS]
