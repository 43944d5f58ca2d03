"""What receivers are told, when, and how often."""

from __future__ import annotations

from standardwebhooks import Webhook

from server.runtime import Runtime
from server.services import webhook_secrets
from tests.integration.webhooks.conftest import Place, delivering, settled
from tests.support.receiver import listening


async def test_the_end_is_told_once_signed(rt: Runtime, place: Place) -> None:
    async with listening() as receiver, delivering(rt):
        row = await place.run(receiver.url("/a?b=c"))
        delivery = await settled(row)
    (told,) = receiver.told
    assert told.line == "POST /a?b=c HTTP/1.1"
    assert delivery.state == "delivered"
    secret = await webhook_secrets.current(rt, place.user.id)
    body = Webhook(secret).verify(told.body, told.headers)
    assert (body["status"], body["text"], told.event) == ("SUCCEEDED", "made", "COMPLETED")
    assert told.id == f"msg_{delivery.id.hex}"
    (attempt,) = delivery.attempts
    assert (attempt["code"], attempt["body"], attempt["error"]) == (200, "thanks", None)
