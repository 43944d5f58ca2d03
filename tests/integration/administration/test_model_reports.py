"""Reports of models: one open of each user, seen by administrators alone, and closed by them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.conftest import LiveServer
from tests.integration.accounts.operations import with_key
from tests.integration.administration.operations import audit, command
from tests.support.api import Client
from tests.support.operations import add_model, change, code_of, delete, handle_of, somebody

REPORT = """mutation ($i: ReportModelInput!) { reportModel(input: $i) { __typename
  ... on ReportedModel { slug } ... on InvalidInput { violations { path code } }
  ... on UserError { code message } } }"""
REPORTS = """query ($filter: ModelReportFilter, $first: Int) { modelReports(filter: $filter, first: $first) {
  totalCount nodes { id reasonCode text createdAt closedAt note model { slug } reporter { handle } } } }"""
CLOSE = """mutation ($i: CloseModelReportInput!) { closeModelReport(input: $i) { __typename
  ... on ModelReport { id closedAt note } ... on InvalidInput { violations { path } } ... on UserError { code } } }"""


async def report(client: Client, slug: str, reason: str = "SPAM", **more: Any) -> dict[str, Any]:
    return dict((await client.run(REPORT, i={"model": slug, "reason": reason, **more}))["reportModel"])


async def close(client: Client, report_id: str, **more: Any) -> dict[str, Any]:
    return dict((await client.run(CLOSE, i={"id": report_id, **more}))["closeModelReport"])


async def reports(admin: Client, **criteria: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await admin.run(REPORTS, filter=criteria, first=100))["modelReports"]["nodes"]
    return nodes


@pytest.fixture
async def slug(ada: Client) -> str:
    """A model of ada's."""
    return str((await add_model(ada))["slug"])


async def test_a_report_is_for_administrators_who_close_it(admin: Client, ada: Client, bob: Client, slug: str) -> None:
    assert await report(bob, slug, text=" buy this ") == {"__typename": "ReportedModel", "slug": slug}
    (listed,) = await reports(admin, model=slug, open=True)
    assert (listed["reasonCode"], listed["text"], listed["model"]) == ("SPAM", "buy this", {"slug": slug})
    assert listed["reporter"] == {"handle": await handle_of(bob)}
    assert (await report(bob, slug, reason="ILLEGAL"))["code"] == "CONFLICT"
    closed = await close(admin, listed["id"], note="told its owner")
    assert (closed["note"], closed["closedAt"] is not None) == ("told its owner", True)
    assert (await close(admin, listed["id"]))["code"] == "CONFLICT"
    assert await reports(admin, model=slug, open=True) == []
    assert [each["id"] for each in await reports(admin, model=slug, open=False)] == [listed["id"]]
    # Of what went on again it can be told again
    assert (await report(bob, slug))["__typename"] == "ReportedModel"
    (event,) = await audit(admin, subject=slug)
    assert (event["action"], event["after"]) == ("MODEL_REPORT_CLOSED", {"reason": "SPAM", "note": "told its owner"})
    assert await handle_of(bob) not in json.dumps(event)


async def test_nobody_else_sees_reports_and_least_of_all_by_whom(
    admin: Client, ada: Client, bob: Client, nobody: Client, slug: str
) -> None:
    await report(bob, slug)
    (listed,) = await reports(admin, model=slug)
    for client in (ada, bob, nobody, await with_key(admin, "READ"), await with_key(admin, "ADMIN")):
        assert await code_of(client, REPORTS) == "FORBIDDEN"
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert [(await client.run(node, id=listed["id"]))["node"] for client in (ada, bob, nobody)] == [None] * 3
    assert (await admin.run(node, id=listed["id"]))["node"]["id"] == listed["id"]
    for client in (ada, bob, nobody, await with_key(admin, "READ", "ADMIN"), await with_key(admin, "READ", "WRITE")):
        assert (await close(client, listed["id"]))["code"] == "FORBIDDEN"
    assert (await reports(admin, model=slug))[0]["closedAt"] is None


async def test_what_cannot_be_reported(ada: Client, bob: Client, nobody: Client, slug: str) -> None:
    assert await code_of(nobody, REPORT, i={"model": slug, "reason": "SPAM"}) == "UNAUTHENTICATED"
    assert (await report(await with_key(bob, "READ", "RUN"), slug))["code"] == "FORBIDDEN"
    assert (await report(ada, slug))["code"] == "CONFLICT"
    assert (await report(bob, "no/body"))["code"] == "NOT_FOUND"
    assert await code_of(bob, REPORT, i={"model": f"{slug}:1", "reason": "SPAM"}) == "BAD_USER_INPUT"
    for text, code in (("", "required"), ("  ", "required"), ("x" * 2001, "maxLength"), ("a\0", "maxLength")):
        assert (await report(bob, slug, "OTHER", text=text))["violations"] == [{"path": "/text", "code": code}]
    await change(ada, slug, visibility="PRIVATE")
    assert (await report(bob, slug))["code"] == "NOT_FOUND"
    await delete(ada, slug)
    assert (await report(bob, slug))["code"] == "NOT_FOUND"


async def test_a_user_has_one_open_report_of_a_model_however_often_they_send_it(
    admin: Client, bob: Client, slug: str
) -> None:
    answers = await asyncio.gather(*(report(bob, slug) for _ in range(8)))
    assert sorted(answer["__typename"] for answer in answers) == ["ConflictError"] * 7 + ["ReportedModel"]
    assert len(await reports(admin, model=slug)) == 1


async def test_reports_within_an_hour_are_bounded(ada: Client, live_server: LiveServer) -> None:
    made = [str((await add_model(ada))["slug"]) for _ in range(11)]
    client, _ = await somebody(live_server.url)
    try:
        for slug in made[:10]:
            assert (await report(client, slug))["__typename"] == "ReportedModel"
        assert await code_of(client, REPORT, i={"model": made[10], "reason": "SPAM"}) == "RATE_LIMITED"
    finally:
        await client.close()


async def test_a_deleted_model_keeps_its_reports_and_a_deleted_reporter_goes(
    admin: Client, ada: Client, live_server: LiveServer, slug: str
) -> None:
    client, _ = await somebody(live_server.url)
    await report(client, slug, text="it lies")
    user = (await client.run("{ viewer { id } }"))["viewer"]["id"]
    await client.close()
    await delete(ada, slug)
    remove = """mutation ($i: DeleteUserInput!) { deleteUser(input: $i) { ... on DeletedUser { isComplete } } }"""
    while not (await admin.run(remove, i={"user": user}))["deleteUser"]["isComplete"]:
        await asyncio.sleep(0.2)
    (listed,) = await reports(admin, model=slug)
    assert (listed["text"], listed["reporter"]) == ("it lies", None)


async def test_at_the_command_line(admin: Client, bob: Client, live_server: LiveServer, slug: str) -> None:
    await report(bob, slug, "OTHER", text="one\ntwo")
    (listed,) = json.loads(command(live_server, "models", "reports", "--model", slug, "--json").stdout)
    assert (listed["model"], listed["reason"], listed["text"]) == (slug, "OTHER", "one\ntwo")
    (line,) = command(live_server, "models", "reports", "--model", slug).stdout.splitlines()
    report_id = line.split("\t")[0]
    assert line.endswith("one two")
    assert command(live_server, "models", "close-report", report_id, "--note", "done").returncode == 0
    assert command(live_server, "models", "close-report", report_id).returncode == 1
    assert command(live_server, "models", "close-report", "x").returncode == 1
    (closed,) = await reports(admin, model=slug)
    assert closed["note"] == "done"
    assert command(live_server, "models", "reports", "--model", slug).stdout == ""
    assert await audit(admin, subject=slug, actor="operator") != []
