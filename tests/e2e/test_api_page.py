"""The examples of docs/api.md, run in their order: ids and names are filled in by what came before."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from gql import Client as Stock
from gql import GraphQLRequest
from gql.transport.websockets import WebsocketsTransport

from tests.conftest import ROOT, LiveServer
from tests.support.api import Client
from tests.support.operations import administrator

PAGE = (ROOT / "docs" / "api.md").read_text()
# The newest prediction
PLACEHOLDER = "UHJlZGljdGlvbjox"
EXAMPLE = re.compile(
    r"^```graphql\n(?P<query>.*?)^```\n(?:\n^```json\n(?P<variables>.*?)^```\n)?", re.MULTILINE | re.DOTALL
)


async def watched(live: LiveServer, token: str | None, query: str, variables: dict[str, Any]) -> list[dict[str, Any]]:
    url = live.url.replace("http", "ws", 1) + "/graphql"
    transport = WebsocketsTransport(url, init_payload={"authorization": f"Bearer {token}"})
    async with Stock(transport=transport) as session:
        request = GraphQLRequest(query, variable_values=variables)
        return [event async for event in session.subscribe(request)]


async def test_the_examples_run_as_they_stand(live_server: LiveServer) -> None:
    client, admin = Client(live_server.url), await administrator(live_server)
    names = {"carol": f"page-{secrets.token_hex(4)}", PLACEHOLDER: ""}
    answers: dict[str, Any] = {}
    for example in EXAMPLE.finditer(PAGE):
        text = example["variables"] or "{}"
        for placeholder, value in names.items():
            text = text.replace(placeholder, value)
        query, variables = example["query"], json.loads(text)
        kind, name = query.split("(")[0].split("{")[0].split()
        if kind == "subscription":
            answers[name] = await watched(live_server, client.token, query, variables)
            continue
        answers[name] = await (admin if name == "System" else client).run(query, **variables)
        if name == "Register":
            client.token = answers[name]["register"]["accessToken"]
        if name == "Create":
            names[PLACEHOLDER] = answers[name]["createPrediction"]["id"]
    await client.close()
    await admin.close()
    assert "demo/echo" in [node["slug"] for node in answers["Models"]["models"]["nodes"]]
    assert answers["Create"]["createPrediction"]["text"] == "to be or not to be"
    events = [event["predictionEvents"] for event in answers["Events"]]
    assert [events[0]["__typename"], events[-1]["status"]] == ["PredictionSnapshot", "SUCCEEDED"]
    assert answers["Mine"]["node"]["status"] == "SUCCEEDED"
    assert [edge["node"]["id"] for edge in answers["Mine"]["predictions"]["edges"]] == [names[PLACEHOLDER]]
    assert "Left" in answers
    assert [queue["name"] for queue in answers["System"]["queues"]][:3] == ["text", "image", "custom"]
    assert f"{names['carol']}@example.com" in [user["email"] for user in answers["System"]["users"]["nodes"]]


def test_every_code_that_the_page_names_is_one_of_the_code() -> None:
    named = set(re.findall(r"^- ((?:`[A-Z_]+`(?:, )?)+):", PAGE, re.MULTILINE))
    codes = {code for cell in named for code in re.findall(r"[A-Z_]+", cell)}
    sources = "".join(path.read_text() for folder in ("server", "graph") for path in (ROOT / folder).rglob("*.py"))
    assert len(codes) > 10
    assert [code for code in codes if f'"{code}"' not in sources] == []
