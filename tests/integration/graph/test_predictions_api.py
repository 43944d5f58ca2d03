from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from server.domain.ids import parse_global_id
from tests.support.api import CANCEL, EVENTS, GET, Client
from tests.support.operations import VIEWER, code_of, ended

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
LIST = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: PredictionFilter) {
  predictions(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    totalCount edges { cursor node { id } } nodes { id status }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
ECHO = "demo/echo"


async def listed(client: Client, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await client.run(LIST, **variables))["predictions"]
    return found


def cursor_of(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


async def first_error(client: Client, prediction_id: str, after: str | None = None) -> str:
    """The code of the error that a subscription ends with."""
    async with client.socket() as socket:
        payload = {"query": EVENTS, "variables": {"id": prediction_id, "after": after}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        message = json.loads(await socket.recv())
        errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        code: str = errors[0]["extensions"]["code"]
        return code


async def test_forty_five_predictions_page_by_page_both_ways(ada: Client) -> None:
    made = [(await ada.create(ECHO, {"text": str(n)}))["id"] for n in range(45)][::-1]
    for size in (1, 7, 20, 44, 45, 100):
        forwards: list[str] = []
        cursor = None
        while True:
            page = await listed(ada, first=size, after=cursor)
            assert len(page["nodes"]) <= size
            assert page["pageInfo"]["hasPreviousPage"] is (cursor is not None)
            forwards += [node["id"] for node in page["nodes"]]
            cursor = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert forwards == made, size
        if size == 1:
            continue
        backwards: list[str] = []
        cursor = None
        while True:
            page = await listed(ada, last=size, before=cursor)
            backwards = [node["id"] for node in page["nodes"]] + backwards
            cursor = page["pageInfo"]["startCursor"]
            if not page["pageInfo"]["hasPreviousPage"]:
                break
        assert backwards == made, size
    page = await listed(ada)
    assert len(page["nodes"]) == 20
    assert page["totalCount"] == 45
    assert [edge["node"]["id"] for edge in page["edges"]] == [node["id"] for node in page["nodes"]]
    assert page["edges"][0]["cursor"] == page["pageInfo"]["startCursor"]
    between = await listed(ada, first=100, after=page["edges"][2]["cursor"], before=page["edges"][6]["cursor"])
    assert [node["id"] for node in between["nodes"]] == made[3:6]
    for prediction_id in made:
        await ada.cancel(prediction_id)


async def test_an_empty_list(ada: Client) -> None:
    assert await listed(ada) == {
        "totalCount": 0,
        "edges": [],
        "nodes": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


async def test_predictions_are_filtered(ada: Client) -> None:
    done = await ada.create(ECHO, {"text": "a"}, wait=60)
    failed = await ada.create(ECHO, {"text": "no", "fail": True}, wait=60)
    assert (failed["status"], failed["error"]["code"]) == ("FAILED", "INTERNAL")
    for found, ids in (
        ({"status": ["SUCCEEDED"]}, [done["id"]]),
        ({"status": ["FAILED", "SUCCEEDED"]}, [failed["id"], done["id"]]),
        ({"status": []}, [failed["id"], done["id"]]),
        ({"model": ECHO}, [failed["id"], done["id"]]),
        ({"model": f"{ECHO}:1"}, [failed["id"], done["id"]]),
        ({"model": f"{ECHO}:99"}, []),
        ({"model": "demo/prose"}, []),
        ({"model": "\0"}, []),
        ({"model": ""}, []),
        ({"model": "\ud800/\ud800"}, []),
    ):
        assert [node["id"] for node in (await listed(ada, filter=found))["nodes"]] == ids, found


async def test_predictions_of_some_time(ada: Client) -> None:
    ids = [(await ada.create(ECHO, {"text": str(n)}))["id"] for n in range(3)]
    times = [(await ada.get(key) or {})["createdAt"] for key in ids]
    for found, expected in (
        ({"createdFrom": times[1]}, ids[1:]),
        ({"createdBefore": times[1]}, ids[:1]),
        ({"createdFrom": times[0], "createdBefore": times[2]}, ids[:2]),
        ({"createdFrom": times[1].replace("+00:00", "")}, ids[1:]),
        ({"createdFrom": "9999-12-31T23:59:59Z"}, []),
        ({"createdBefore": "0001-01-01T00:00:00Z"}, []),
    ):
        assert [node["id"] for node in (await listed(ada, filter=found))["nodes"]] == expected[::-1], found
    for hostile in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"):
        assert await code_of(ada, LIST, filter={"createdFrom": hostile}) == "BAD_USER_INPUT"
    for key in ids:
        await ada.cancel(key)


async def test_only_admins_list_those_of_everybody(ada: Client, admin: Client, nobody: Client) -> None:
    made = (await ada.create(ECHO, {"text": "a"}))["id"]
    assert made not in [node["id"] for node in (await listed(admin))["nodes"]]
    assert made in [node["id"] for node in (await listed(admin, first=100, filter={"everybody": True}))["nodes"]]
    assert await code_of(ada, LIST, filter={"everybody": True}) == "FORBIDDEN"
    assert await code_of(nobody, LIST, filter={"everybody": True}) == "UNAUTHENTICATED"
    await ada.cancel(made)


async def test_a_list_needs_a_user(nobody: Client) -> None:
    assert await code_of(nobody, LIST) == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "variables",
    [
        {"first": 0},
        {"first": -1},
        {"first": 101},
        {"last": 0},
        {"first": 1, "last": 1},
        {"first": 2**31 - 1},
        *(
            {"after": cursor}
            for cursor in (
                "",
                "x",
                "\0",
                "\ud800",
                "é",
                "x" * 100_000,
                cursor_of("2026-01-01T00:00:00+00:00"),
                cursor_of("2026-01-01T00:00:00|01890a5d-ac96-774b-bcce-b302099a8057"),
                cursor_of("2026-01-01T00:00:00+00:00|x"),
                cursor_of("|"),
                cursor_of("0001-01-01T00:00:00+23:59|01890a5d-ac96-774b-bcce-b302099a8057"),
                cursor_of("9999-12-31T23:59:59-23:59|01890a5d-ac96-774b-bcce-b302099a8057"),
            )
        ),
    ],
    ids=range(18),
)
async def test_bad_pages_and_cursors(ada: Client, variables: dict[str, Any]) -> None:
    assert await code_of(ada, LIST, **variables) == "BAD_USER_INPUT"
    if "after" in variables:
        assert await code_of(ada, LIST, before=variables["after"]) == "BAD_USER_INPUT"


async def test_cursors_at_the_ends_of_time(ada: Client) -> None:
    row_id = "01890a5d-ac96-774b-bcce-b302099a8057"
    for at in ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00"):
        assert (await listed(ada, after=cursor_of(f"{at}|{row_id}")))["nodes"] == []


async def test_ids(ada: Client) -> None:
    prediction = await ada.create(ECHO, {"text": "a"}, wait=60)
    viewer = (await ada.run(VIEWER))["viewer"]
    assert (await ada.run(NODE, id=prediction["id"]))["node"] == {"__typename": "Prediction", "id": prediction["id"]}
    assert (await ada.run(NODE, id=viewer["id"]))["node"]["__typename"] == "User"
    ids = [viewer["id"], base64.urlsafe_b64encode(b"Nothing:" + b"0" * 32).decode(), prediction["id"], viewer["id"]]
    found = (await ada.run(NODES, ids=ids))["nodes"]
    assert [node and node["id"] for node in found] == [ids[0], None, ids[2], ids[3]]
    assert (await ada.run(NODES, ids=[]))["nodes"] == []
    assert await code_of(ada, NODES, ids=[viewer["id"]] * 101) == "BAD_USER_INPUT"
    assert await code_of(ada, GET, id=viewer["id"]) == "BAD_USER_INPUT"
    plain = base64.urlsafe_b64decode(prediction["id"] + "==").decode().partition(":")[2]
    assert (await ada.get(plain) or {})["id"] == prediction["id"]


@pytest.mark.parametrize("hostile", ["", "x", "\0", "\ud800", "é", "x" * 100_000, "../..", "1"])
async def test_bad_ids(ada: Client, hostile: str) -> None:
    assert await code_of(ada, GET, id=hostile) == "BAD_USER_INPUT"
    assert await code_of(ada, NODE, id=hostile) == "BAD_USER_INPUT"
    assert await code_of(ada, NODES, ids=[hostile]) == "BAD_USER_INPUT"
    assert await code_of(ada, CANCEL, input={"id": hostile}) == "BAD_USER_INPUT"
    assert await first_error(ada, hostile) == "BAD_USER_INPUT"


async def test_the_prediction_of_another_is_as_if_it_were_not(ada: Client, bob: Client, nobody: Client) -> None:
    mine = await ada.create(ECHO, {"text": "a", "delay_seconds": 1})
    for other in (bob, nobody):
        assert await other.get(mine["id"]) is None
        assert (await other.run(NODE, id=mine["id"]))["node"] is None
        assert (await other.run(NODES, ids=[mine["id"]]))["nodes"] == [None]
        assert (await other.cancel(mine["id"]))["code"] == "NOT_FOUND"
        assert await first_error(other, mine["id"]) == "NOT_FOUND"
    assert (await listed(bob))["totalCount"] == 0
    assert (await ended(ada, mine["id"]))["status"] == "SUCCEEDED"


async def test_an_anonymous_prediction_is_for_whoever_has_its_id(nobody: Client, ada: Client) -> None:
    made = await nobody.create(ECHO, {"text": "a b"}, wait=60)
    assert (made["status"], made["output"], made["user"]) == ("SUCCEEDED", "a b", None)
    assert parse_global_id(made["id"])[1].version == 4, "an id that can be guessed from the time"
    found = await ada.get(made["id"])
    assert found
    assert found["output"] == "a b"
    assert (await listed(ada))["totalCount"] == 0
    assert parse_global_id((await ada.create(ECHO, {"text": "a"}))["id"])[1].version == 7


@pytest.mark.parametrize("after", ["", "x", "\0", "\ud800", "x" * 10_000, "a:b", "a:-1", "a:" + "9" * 16])
async def test_bad_cursors_of_events(ada: Client, after: str) -> None:
    made = await ada.create(ECHO, {"text": "a"})
    assert await first_error(ada, made["id"], after) == "BAD_USER_INPUT"


async def test_what_is_ended_cannot_be_canceled(ada: Client) -> None:
    made = await ada.create(ECHO, {"text": "a"}, wait=60)
    canceled = await ada.cancel(made["id"])
    assert (canceled["status"], canceled["canceledAt"]) == ("SUCCEEDED", None)
