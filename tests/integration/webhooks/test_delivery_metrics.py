"""Messages are counted by what became of them; what is still to be sent, in the rows."""

from __future__ import annotations

from prometheus_client import Metric

from server.adapters.metrics import REGISTRY
from server.live.measures import Measures
from server.runtime import Runtime
from server.tables import WebhookDelivery
from tests.integration.webhooks.conftest import Place, delivering, settled
from tests.support.receiver import answer, listening


def counted(state: str) -> float:
    name, labels = "inference_webhook_messages_total", {"event": "completed", "state": state}
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def value(rt: Runtime, name: str) -> float:
    found: list[Metric] = [family for family in await Measures(rt).families() if family.name == name]
    return float(found[0].samples[0].value)


async def pending() -> int:
    return await WebhookDelivery.filter(state="pending").count()


async def test_messages_and_what_is_left(rt: Runtime, place: Place) -> None:
    before = {state: counted(state) for state in ("delivered", "pending")}
    seconds = REGISTRY.get_sample_value("inference_webhook_seconds_count") or 0.0
    async with listening() as receiver:
        good = await place.run(receiver.url())
        assert await value(rt, "inference_webhooks_pending") == await pending()
        async with delivering(rt):
            await settled(good)
    async with listening(answer(500)) as receiver, delivering(rt):
        bad = await place.run(receiver.url())
        await settled(bad, until=lambda found: found.tries == 1)
    # Deliveries of other tests may come due meanwhile
    assert all(counted(state) > count for state, count in before.items())
    assert (REGISTRY.get_sample_value("inference_webhook_seconds_count") or 0.0) >= seconds + 2
    assert await value(rt, "inference_webhooks_pending") == await pending() >= 1
