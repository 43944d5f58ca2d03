"""Mail comes once, whatever the mail server does, or its invitation tells why it did not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from server.adapters.database import rows
from server.adapters.mail import Mailer, MailError
from server.domain.mails import MailText
from server.embedded.servers import LocalServers
from server.queue import mails
from server.runtime import Runtime
from server.services import invitations
from server.settings.types import SmtpSecurity
from server.tables import Invitation
from tests.integration.mail.conftest import SITE, mailing, sending
from tests.support.certificates import write_certificate
from tests.support.mail_server import MailServer, mail_server, text_of

ACCOUNT = ("models", "correct horse battery")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as started:
        yield started


@pytest.fixture
async def rt(database: str, schema_servers: LocalServers, tmp_path: Path, server: MailServer) -> AsyncIterator[Runtime]:
    await rows("DELETE FROM mail RETURNING id")
    async with mailing(schema_servers, tmp_path, server) as made:
        yield made


async def invite(rt: Runtime, address: str | None = None) -> Invitation:
    new = await invitations.create(rt, None, address or f"{uuid4().hex}@example.com", is_admin=False, base_url="")
    assert new.link is None
    return new.invitation


async def until(row: Invitation, condition: Callable[[Invitation], object]) -> Invitation:
    async with asyncio.timeout(15):
        while not condition(found := await Invitation.get(id=row.id)):
            await asyncio.sleep(0.02)
    return found


async def make_due() -> None:
    """Let the time until the next try pass."""
    await rows("UPDATE mail SET next_at = now() RETURNING id")


async def waiting() -> int:
    return int((await rows("SELECT count(*) AS n FROM mail"))[0]["n"])


async def test_a_mail_is_plain_text_with_one_link_to_this_server(rt: Runtime, server: MailServer) -> None:
    row = await invite(rt)
    async with sending(rt):
        await until(row, lambda found: found.mail_state == "sent")
    (message,) = server.to(str(row.email))
    assert message["from"] == "Models <models@models.example>"
    assert message["subject"] == "Invitation to models.example"
    assert message.get_content_type() == "text/plain"
    assert message["auto-submitted"] == "auto-generated"
    text = text_of(message)
    assert f"{SITE}/invitation#isl_" in text
    assert "7 days" in text or "6 days" in text
    assert await waiting() == 0


async def test_what_was_written_before_a_restart_is_sent_after_it_and_by_one_of_two(
    rt: Runtime, server: MailServer
) -> None:
    made = [await invite(rt) for _ in range(12)]
    async with sending(rt), sending(rt):
        for row in made:
            await until(row, lambda found: found.mail_state == "sent")
    assert [len(server.to(str(row.email))) for row in made] == [1] * 12


async def test_a_sender_that_stops_sends_nothing_twice(rt: Runtime, server: MailServer) -> None:
    made = [await invite(rt) for _ in range(8)]
    async with sending(rt):
        await asyncio.to_thread(server.wait, str(made[0].email))
    async with sending(rt):
        for row in made:
            await until(row, lambda found: found.mail_state == "sent")
    assert [len(server.to(str(row.email))) for row in made] == [1] * 8


async def test_what_a_server_cannot_take_now_is_tried_again_with_the_same_link(rt: Runtime, server: MailServer) -> None:
    server.recipients, server.mails = ["451 4.7.1 greylisted"], ["250 OK", "452 4.3.1 disk full", "250 OK"]
    row = await invite(rt)
    async with sending(rt):
        found = await until(row, lambda found: found.mail_error)
        assert (found.mail_state, found.mail_error) == (
            "pending",
            "The mail server answered 451: 4.7.1 greylisted",
        )
        (mail,) = await rows("SELECT tries, next_at > now() AS waits FROM mail")
        assert (mail["tries"], mail["waits"]) == (1, True)
        await make_due()
        rt.mail_wake.set()
        found = await until(row, lambda found: found.mail_state == "sent")
        assert found.mail_error is None
    other = await invite(rt)
    async with sending(rt):
        await until(other, lambda found: "452" in (found.mail_error or ""))
        await make_due()
        rt.mail_wake.set()
        await until(other, lambda found: found.mail_state == "sent")
    assert len(server.to(str(row.email))) == len(server.to(str(other.email))) == 1


async def test_what_a_server_refuses_for_good_is_given_up_and_told(rt: Runtime, server: MailServer) -> None:
    address = f"{uuid4().hex}@example.com"
    server.recipients = [f"550 5.1.1 <{address}> is unknown"]
    row = await invite(rt, address)
    async with sending(rt):
        found = await until(row, lambda found: found.mail_state == "failed")
    # An address stands in one place alone
    assert found.mail_error == "The mail server answered 550: 5.1.1 <<recipient>> is unknown"
    assert await waiting() == 0
    refused = await invite(rt)
    server.mails = ["554 5.7.1 spam"]
    async with sending(rt):
        found = await until(refused, lambda found: found.mail_state == "failed")
    assert "554" in str(found.mail_error)


async def test_while_the_server_is_away_mail_waits(rt: Runtime, server: MailServer) -> None:
    server.stop()
    row = await invite(rt)
    async with sending(rt):
        found = await until(row, lambda found: found.mail_error)
        assert found.mail_state == "pending"
        assert "cannot be reached" in str(found.mail_error)
        server.start()
        await make_due()
        rt.mail_wake.set()
        await until(row, lambda found: found.mail_state == "sent")
    assert len(server.to(str(row.email))) == 1


async def test_a_slow_server_holds_up_one_try_alone(rt: Runtime, server: MailServer) -> None:
    server.is_slow = True
    row = await invite(rt)
    async with sending(rt):
        found = await until(row, lambda found: found.mail_error)
        assert (found.mail_state, found.mail_error) == ("pending", "The mail server took more than 2 seconds.")
        server.is_slow = False
        await make_due()
        rt.mail_wake.set()
        await until(row, lambda found: found.mail_state == "sent")


async def test_a_mail_whose_link_expired_is_given_up(rt: Runtime, server: MailServer) -> None:
    row = await invite(rt)
    await rows("UPDATE mail SET expires_at = now() - interval '1 second' RETURNING id")
    async with sending(rt):
        found = await until(row, lambda found: found.mail_state == "failed")
    assert found.mail_error == "Its link expired before it could be sent."
    assert server.to(str(row.email)) == []


async def test_a_revoked_invitation_is_not_sent(rt: Runtime, server: MailServer) -> None:
    row = await invite(rt)
    await Invitation.filter(id=row.id).update(revoked_at=row.created_at)
    async with sending(rt):
        await until(row, lambda found: found.mail_state == "failed")
    assert server.to(str(row.email)) == []


async def test_an_attempt_that_lost_its_lease_writes_nothing(rt: Runtime) -> None:
    row = await invite(rt)
    (first,) = await mails.claim(1, 0.001)
    await asyncio.sleep(0.05)
    (second,) = await mails.claim(1, 30)
    assert (first.id, second.attempt) == (second.id, first.attempt + 1)
    assert not await mails.postpone(first, 5, "late")
    assert (await Invitation.get(id=row.id)).mail_error is None
    assert await mails.postpone(second, 5, "again")


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = write_certificate(tmp_path / "mail.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


TEXT = MailText("A subject", "A body.\n")


def mailer(rt: Runtime, server: MailServer, **changes: Any) -> Mailer:
    account = {"smtp_user": ACCOUNT[0], "smtp_password": rt.settings.secret_key}
    options = {"smtp_port": server.port, "smtp_security": SmtpSecurity.STARTTLS, **account, **changes}
    return Mailer(rt.settings.model_copy(update=options))


class Password:
    """What a setting that is a secret gives."""

    def __init__(self, text: str) -> None:
        self._text = text

    def get_secret_value(self) -> str:
        return self._text


async def test_starttls_and_an_account(rt: Runtime, certificate: Path) -> None:
    with mail_server(certificate, ACCOUNT) as strict:
        await mailer(rt, strict, smtp_password=Password(ACCOUNT[1])).send("a@example.com", TEXT, "id")
        assert strict.signed_in == ["models"]
        assert len(strict.to("a@example.com")) == 1
        with pytest.raises(MailError, match="535") as refused:
            await mailer(rt, strict, smtp_password=Password("wrong")).send("a@example.com", TEXT, "id")
        # An operator may put it right
        assert not refused.value.is_final
        assert len(strict.to("a@example.com")) == 1


async def test_no_mail_goes_in_the_clear_where_starttls_is_set(
    rt: Runtime, server: MailServer, certificate: Path
) -> None:
    with pytest.raises(MailError, match="STARTTLS") as refused:
        await mailer(rt, server, smtp_user=None).send("a@example.com", TEXT, "id")
    assert not refused.value.is_final
    assert server.taken == []


async def test_a_certificate_of_somebody_else_is_refused(rt: Runtime, tmp_path: Path) -> None:
    with mail_server(write_certificate(tmp_path / "other.pem"), ACCOUNT) as strict:
        with pytest.raises(MailError, match="certificate") as refused:
            await mailer(rt, strict, smtp_password=Password(ACCOUNT[1])).send("a@example.com", TEXT, "id")
        assert not refused.value.is_final
        assert (strict.signed_in, strict.taken) == ([], [])


@pytest.mark.parametrize(
    ("recipient", "subject"),
    [
        ("a@example.com\r\nBcc: b@example.com", "A subject"),
        ("a@example.com, b@example.com", "A subject"),
        ("a@example.com> <b@example.com", "A subject"),
        ("a@example.com", "A subject\r\nBcc: b@example.com"),
        ("a@example.com", "A subject\nBcc: b@example.com"),
    ],
)
async def test_no_header_is_injected(rt: Runtime, server: MailServer, recipient: str, subject: str) -> None:
    with pytest.raises(MailError) as refused:
        await Mailer(rt.settings).send(recipient, MailText(subject, "A body.\n"), "id")
    assert refused.value.is_final
    assert server.taken == []


async def test_a_body_ends_no_mail_early(rt: Runtime, server: MailServer) -> None:
    body = "first\n.\nMAIL FROM:<evil@example.com>\nlast\n"
    await Mailer(rt.settings).send("a@example.com", MailText("A subject", body), "id")
    (message,) = server.taken
    assert text_of(message).splitlines() == body.splitlines()
