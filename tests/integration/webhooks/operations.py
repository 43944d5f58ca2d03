"""What the tests of webhooks ask the API."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.support.api import Client

FIELDS = """id event status url nextAttemptAt createdAt prediction { id }
  attempts { webhookId at milliseconds statusCode body error }"""
MINE = f"""query ($first: Int, $after: String) {{ viewer {{ webhookSecret
  webhookDeliveries(first: $first, after: $after) {{ totalCount pageInfo {{ hasNextPage endCursor }}
    nodes {{ {FIELDS} }} }}
}} }}"""
SECRET = "{ viewer { webhookSecret } }"
OF = f"query ($id: ID!) {{ prediction(id: $id) {{ webhookDeliveries {{ {FIELDS} }} }} }}"
ROTATE = """mutation { rotateWebhookSecret { __typename ... on WebhookSecretRotation { secret previousUntil }
  ... on UserError { code message } } }"""
AGAIN = f"""mutation ($id: ID!) {{ redeliverWebhook(input: {{ id: $id }}) {{ __typename
  ... on WebhookDelivery {{ {FIELDS} }} ... on UserError {{ code message }} }} }}"""


async def create(client: Client, url: str, *events: str, model: str = "demo/echo", **values: Any) -> dict[str, Any]:
    webhook = {"url": url, **({"events": list(events)} if events else {})}
    return await client.create(model, values or {"text": "hello"}, webhook=webhook)


async def secret_of(client: Client) -> str:
    secret: str = (await client.run(SECRET))["viewer"]["webhookSecret"]
    return secret


async def delivery_of(client: Client, prediction_id: str, status: str = "DELIVERED") -> dict[str, Any]:
    """The COMPLETED delivery, once it is recorded."""
    async with asyncio.timeout(20):
        while True:
            found = (await client.run(OF, id=prediction_id))["prediction"]["webhookDeliveries"]
            for delivery in found:
                if delivery["event"] == "COMPLETED" and delivery["status"] == status and delivery["attempts"]:
                    return dict(delivery)
            await asyncio.sleep(0.05)
