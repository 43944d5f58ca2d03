"""The README's first session, pasted."""

from __future__ import annotations

import json
import re
import secrets

from gql import Client as Stock
from gql import gql
from gql.transport.websockets import WebsocketsTransport

from tests.conftest import ROOT, LiveServer
from tests.support.api import Client

README = (ROOT / "README.md").read_text()
PLACEHOLDER = "UHJlZGljdGlvbjox"


def shown(start: str) -> str:
    """The GraphQL block that begins so."""
    texts = re.findall(r"^```graphql\n(.*?)^```", README, re.M | re.S)
    (text,) = [text for text in texts if start in " ".join(text.split())]
    return text


async def test_the_first_session_works_when_pasted(live_server: LiveServer) -> None:
    client = Client(live_server.url)
    (request,) = re.findall(r"^curl -s \S+/graphql -H '(.*?)' -d '(.*?)'", README, re.M | re.S)
    name, _, value = request[0].partition(": ")
    answer = await client.http.post(f"{live_server.url}/graphql", content=request[1], headers={name: value})
    made = answer.json()["data"]["createPrediction"]
    stored = await client.get(made["id"])
    assert stored is not None
    assert (stored["status"], stored["text"]) == ("SUCCEEDED", made["text"])
    assert stored["metrics"]["tokensPerSecond"] > 0

    assert PLACEHOLDER in shown("subscription {")
    watching = gql(shown("subscription {").replace(PLACEHOLDER, made["id"]))
    transport = WebsocketsTransport(live_server.url.replace("http", "ws", 1) + "/graphql")
    async with Stock(transport=transport) as session:
        events = [event["predictionEvents"] async for event in session.subscribe(watching)]
    assert [event["__typename"] for event in events] == ["PredictionSnapshot", "StatusChanged"]
    assert events[0]["prediction"]["text"] == events[-1]["prediction"]["text"] == made["text"]
    await client.close()


async def test_a_model_is_added_as_shown(live_server: LiveServer) -> None:
    client = Client(live_server.url)
    request = json.dumps({"query": shown("mutation { createModel")})
    url, headers = f"{live_server.url}/graphql", {"content-type": "application/json"}
    refused = (await client.http.post(url, content=request, headers=headers)).json()
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    session = await client.sign_up(handle := f"readme-{secrets.token_hex(4)}")
    headers["authorization"] = f"Bearer {session['accessToken']}"
    made = (await client.http.post(url, content=request, headers=headers)).json()["data"]["createModel"]
    assert (made["__typename"], made["slug"]) == ("Model", f"{handle}/smollm")
    assert made["latestVersion"]["state"] == "PREPARING"
    await client.close()
