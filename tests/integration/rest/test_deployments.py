"""Deployments of `/v1`: what cannot be the name of one, and whose they are."""

from __future__ import annotations

import pytest

from tests.conftest import LiveServer
from tests.integration.rest.calling import calling, signed_in

NEW = {"model": "demo/echo", "version": "1"}


@pytest.mark.parametrize("name", ["", "a/b", "a\0", "a b", "x" * 101, "é"])
async def test_what_is_no_name(live_server: LiveServer, name: str) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        handle = (await client.get("/v1/account")).json()["username"]
        made = await client.post("/v1/deployments", json={**NEW, "name": name})
        assert (made.status_code, made.json()["code"]) == (422, "INVALID_INPUT"), made.text
        for method in ("GET", "PATCH", "DELETE"):
            path = f"/v1/deployments/{handle}/{name.replace(chr(0), '%00') or 'none'}"
            missing = await client.request(method, path, json={} if method == "PATCH" else None)
            assert missing.status_code == 404, missing.text


async def test_they_are_their_owner_s_and_of_versions_that_there_are(live_server: LiveServer) -> None:
    async with (
        calling(live_server, await signed_in(live_server)) as client,
        calling(live_server, await signed_in(live_server)) as other,
    ):
        handle = (await client.get("/v1/account")).json()["username"]
        for version in ("9", "nonsense", "0" * 64):
            answer = await client.post("/v1/deployments", json={**NEW, "name": "mine", "version": version})
            assert answer.status_code in (404, 409), answer.text
        made = (await client.post("/v1/deployments", json={**NEW, "name": "mine"})).json()
        assert made["current_release"]["model"] == "demo/echo"
        at = f"/v1/deployments/{handle}/mine"
        assert (await client.get(at)).json() == made
        assert (await other.get(at)).status_code == 404
        body = {"input": {"text": "x"}}
        assert (await other.post(f"{at}/predictions", json=body)).status_code == 404
        # Another user's of the same name is another
        assert (await other.post("/v1/deployments", json={**NEW, "name": "mine"})).status_code == 201
        assert (await client.delete(at)).status_code == 204
        assert (await client.get(at)).status_code == 404
        assert len((await other.get("/v1/deployments")).json()["results"]) == 1
