"""Files over REST: uploaded, used as input by their URL, listed, and let go."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from server.services.demo import YELLOW_STAR
from tests.conftest import LiveServer
from tests.integration.rest.calling import calling, run, signed_in

PICTURE = base64.b64decode(YELLOW_STAR)


async def test_a_file_is_an_input_of_its_owner_s(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        form: dict[str, Any] = {
            "files": {"content": ("star.png", PICTURE, "image/png")},
            "data": {"metadata": '{"from": "here"}'},
        }
        made = (await client.post("/v1/files", **form)).json()
        assert (made["name"], made["size"], made["content_type"]) == ("star.png", len(PICTURE), "image/png")
        assert made["metadata"] == {"from": "here"}
        assert made["etag"] == made["checksums"]["sha256"]
        named = await run(client, "demo/naming", {"image": made["urls"]["get"], "top_k": 1})
        assert named["output"][0]["label"] == "yellow star"
        found = (await client.get(made["urls"]["get"])).json()
        assert found["id"] == made["id"]
        assert [each["id"] for each in (await client.get("/v1/files")).json()["results"]] == [made["id"]]
    async with calling(live_server, await signed_in(live_server)) as other:
        assert (await other.get(made["urls"]["get"])).status_code == 404
        assert (await other.delete(made["urls"]["get"])).status_code == 404
        body = {"input": {"image": made["urls"]["get"]}}
        refused = await other.post("/v1/models/demo/naming/predictions", json=body)
        assert (refused.status_code, refused.json()["violations"][0]["path"]) == (422, "/input/image")


async def test_a_file_that_was_let_go_is_no_input_any_more(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        made = (await client.post("/v1/files", files={"content": ("star.png", PICTURE)})).json()
        assert (await client.delete(made["urls"]["get"])).status_code == 204
        assert (await client.delete(made["urls"]["get"])).status_code == 404
        assert (await client.get(made["urls"]["get"])).status_code == 404
        assert (await client.get("/v1/files")).json()["results"] == []
        body = {"input": {"image": made["urls"]["get"]}}
        assert (await client.post("/v1/models/demo/naming/predictions", json=body)).status_code == 422


@pytest.mark.parametrize(
    "options",
    [
        {"content": b"nonsense", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"", "headers": {"content-type": "multipart/form-data"}},
        {"json": {"content": "x"}},
        {"data": {"content": "x"}},
        {"files": {"other": b"x"}},
        {"files": {"content": ("empty", b"")}},
        {"files": [("content", ("a", b"x")), ("content", ("b", b"y"))]},
        {"files": {"content": ("a", b"x")}, "data": {"metadata": "[1]"}},
        {"files": {"content": ("a", b"x")}, "data": {"metadata": "{"}},
        {"files": {"content": ("a", b"x")}, "data": {"metadata": "[" * 50_000}},
    ],
)
async def test_what_is_no_file_is_refused(live_server: LiveServer, options: dict[str, Any]) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        answer = await client.post("/v1/files", **options)
        assert answer.status_code in (400, 422), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await client.get("/v1/files")).json()["results"] == []


async def test_a_file_that_is_too_large_is_refused(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        answer = await client.post("/v1/files", files={"content": ("large", b"x" * 25_000_000)})
        assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")
