"""The audit log: a line for each act, by whom and from where, with no secret in it, that nobody changes."""

from __future__ import annotations

import json
from typing import Any

import asyncpg
import pytest

from tests.conftest import LiveServer
from tests.integration.accounts.operations import (
    CHANGE_PASSWORD,
    LOGOUT_EVERYWHERE,
    PASSWORD,
    begun,
    new_key,
    revoke,
    with_key,
)
from tests.integration.administration.operations import EVENTS, audit, command, database_of
from tests.support.api import Client
from tests.support.operations import VIEWER, change, code_of, delete, echo_model, handle_of, somebody, unique

ROTATE = "mutation { rotateWebhookSecret { ... on WebhookSecretRotation { secret } } }"
PURGE = "mutation ($i: PurgeResultsInput!) { purgeResults(input: $i) { __typename } }"
NEW_PASSWORD = "another horse battery"


def acts(events: list[dict[str, Any]]) -> list[str]:
    return [event["action"] for event in events]


async def test_who_did_what_from_where(admin: Client, ada: Client) -> None:
    ada.http.headers["user-agent"], ada.http.headers["x-request-id"] = "ada's program/1.0", "request-7"
    handle, user_id = await handle_of(ada), (await ada.run(VIEWER))["viewer"]["id"]
    made = await new_key(ada, "READ", "RUN", name="ci")
    await revoke(ada, made["apiKey"]["id"])
    await revoke(ada, made["apiKey"]["id"])
    revoked, created = await audit(admin, actor=handle)
    assert (created["action"], revoked["action"]) == ("API_KEY_CREATED", "API_KEY_REVOKED")
    for event in (created, revoked):
        assert (event["actor"], event["actorId"], event["door"]) == (handle, user_id, "GRAPHQL")
        assert (event["address"], event["requestId"]) == ("127.0.0.1", "request-7")
        assert (event["client"], event["apiKeyId"]) == ("ada's program/1.0", None)
        assert event["subject"] == f"ci ({made['apiKey']['prefix']}...)"
        assert event["subjectType"] == "API_KEY"
    assert (created["before"], created["after"]) == (None, {"scopes": ["READ", "RUN"], "expires_at": None})


async def test_what_a_key_of_an_administrator_does_names_the_key(admin: Client, ada: Client) -> None:
    slug = await echo_model(ada)
    made = await new_key(admin, "READ", "WRITE", "ADMIN")
    program = await with_key(admin, "READ", "WRITE", "ADMIN")
    assert (await change(program, slug, visibility="PRIVATE"))["visibility"] == "PRIVATE"
    (event,) = await audit(admin, subject=slug)
    assert (event["action"], event["actor"]) == ("MODEL_UPDATED", await handle_of(admin))
    assert (event["before"], event["after"]) == ({"visibility": "PUBLIC"}, {"visibility": "PRIVATE"})
    assert event["apiKeyId"] not in (None, made["apiKey"]["id"])


async def test_what_an_owner_writes_on_a_model_is_their_own_matter(admin: Client, ada: Client) -> None:
    slug = await echo_model(ada)
    await change(ada, slug, description="better", tags=["new"])
    assert await audit(admin, subject=slug) == []
    await change(admin, slug, description="worse", tags=["old"])
    (event,) = await audit(admin, subject=slug)
    assert event["before"] == {"tags": ["new"]}
    assert event["after"] == {"tags": ["old"], "description": "changed"}
    await delete(ada, slug)
    assert acts(await audit(admin, subject=slug)) == ["MODEL_DELETED", "MODEL_UPDATED"]


async def test_no_secret_is_in_it(admin: Client, nobody: Client, live_server: LiveServer) -> None:
    session = await begun(nobody, unique())
    key = await new_key(nobody, name="one")
    secret = (await nobody.run(ROTATE))["rotateWebhookSecret"]["secret"]
    change_it = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    changed = (await nobody.run(CHANGE_PASSWORD, input=change_it))["changePassword"]
    nobody.token = changed["accessToken"]
    await nobody.run(LOGOUT_EVERYWHERE)
    events = await audit(admin, actor=session["user"]["handle"])
    assert acts(events) == [
        *("SESSIONS_ENDED", "SESSIONS_ENDED", "PASSWORD_CHANGED", "WEBHOOK_SECRET_ROTATED", "API_KEY_CREATED")
    ]
    async with database_of(live_server) as connection:
        log = str([dict(row) for row in await connection.fetch("SELECT audit_event::text AS line FROM audit_event")])
        (password_hash,) = await connection.fetchrow(
            'SELECT password_hash FROM "user" WHERE handle = $1', session["user"]["handle"]
        )
    tokens = [session["accessToken"], session["refreshToken"], changed["accessToken"], changed["refreshToken"]]
    for text in (PASSWORD, NEW_PASSWORD, key["key"], secret, password_hash, *tokens):
        assert text not in log


async def test_an_act_that_cannot_be_written_down_is_not_done(ada: Client, live_server: LiveServer) -> None:
    rule = "ALTER TABLE audit_event ADD CONSTRAINT full_disk CHECK (subject NOT LIKE 'unwritable%') NOT VALID"
    async with database_of(live_server) as connection:
        await connection.execute(rule)
        try:
            answer = await ada.raw(
                "mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { __typename } }",
                i={"name": "unwritable", "scopes": ["READ"]},
            )
        finally:
            await connection.execute("ALTER TABLE audit_event DROP CONSTRAINT full_disk")
        assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert await connection.fetchval("SELECT count(*) FROM api_key WHERE name = 'unwritable'") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'RESULTS_PURGED'",
        "UPDATE audit_event SET actor = 'somebody else'",
        "UPDATE audit_event SET created_at = created_at - interval '1 day'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
    ],
)
async def test_nobody_changes_it(ada: Client, live_server: LiveServer, statement: str) -> None:
    await new_key(ada)
    async with database_of(live_server) as connection:
        before = await connection.fetchval("SELECT count(*) FROM audit_event")
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await connection.execute(statement)
        assert await connection.fetchval("SELECT count(*) FROM audit_event") == before > 0


async def test_lines_go_when_they_are_old_and_not_before(live_server: LiveServer) -> None:
    add = """INSERT INTO audit_event (id, created_at, action, actor, door, address, request_id, client, subject_type,
      subject) SELECT gen_random_uuid(), now() - make_interval(days => $1), 'RESULTS_PURGED', 'operator',
      'COMMAND_LINE', 'here', '', '', 'SERVER', 'retention'"""
    lines = "SELECT count(*) FROM audit_event WHERE subject = 'retention'"
    async with database_of(live_server) as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(add, 400)
        await connection.execute(add, 300)
        await connection.execute("SELECT set_config('inference_server.audit_days', '365', true)")
        old = "DELETE FROM audit_event WHERE subject = 'retention' AND created_at < now() - interval '365 days'"
        assert await connection.execute(old) == "DELETE 1"
        with pytest.raises(asyncpg.RestrictViolationError):
            async with connection.transaction():
                await connection.execute("DELETE FROM audit_event WHERE subject = 'retention'")
        assert await connection.fetchval(lines) == 1
        await transaction.rollback()


async def test_administrators_alone_read_it(admin: Client, ada: Client, nobody: Client) -> None:
    for client in (ada, nobody):
        assert await code_of(client, EVENTS) == "FORBIDDEN"
    (event, *_) = await audit(admin)
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await admin.run(node, id=event["id"]))["node"] == {"id": event["id"]}
    for client in (ada, nobody):
        assert (await client.run(node, id=event["id"]))["node"] is None


@pytest.mark.parametrize(("scopes", "may"), [(("READ", "ADMIN"), True), (("ADMIN",), False), (("READ",), False)])
async def test_keys_need_both_scopes(admin: Client, scopes: tuple[str, ...], may: bool) -> None:
    answer = await (await with_key(admin, *scopes)).raw(EVENTS, first=1)
    assert ("errors" not in answer) is may
    assert may or answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_it_is_read_page_by_page_and_by_what_one_asks_for(admin: Client, ada: Client) -> None:
    handle, user_id = await handle_of(ada), (await ada.run(VIEWER))["viewer"]["id"]
    for name in ("one", "two", "three"):
        await new_key(ada, name=name)
    first = (await admin.run(EVENTS, first=2, filter={"actor": handle}))["auditEvents"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    rest = await admin.run(EVENTS, first=2, after=first["pageInfo"]["endCursor"], filter={"actor": handle})
    names = [event["subject"].partition(" ")[0] for event in first["nodes"] + rest["auditEvents"]["nodes"]]
    assert names == ["three", "two", "one"]
    begin = first["nodes"][0]["createdAt"]
    assert len(await audit(admin, user=user_id, actions=["API_KEY_CREATED"], subjectType="API_KEY")) == 3
    assert await audit(admin, user=user_id, actions=["API_KEY_REVOKED"]) == []
    assert len(await audit(admin, user=user_id, createdFrom=begin)) == 1
    assert len(await audit(admin, user=user_id, createdBefore=begin)) == 2


@pytest.mark.parametrize(
    "arguments",
    [{"filter": {"actor": "a\0b"}}, {"filter": {"subject": "\0"}}, {"filter": {"user": "x"}}, {"first": 0},
     {"after": "x"}, {"filter": {"createdFrom": "0001-01-01T00:00:00+14:00"}}],
)  # fmt: skip
async def test_malformed_arguments_are_said(admin: Client, arguments: dict[str, Any]) -> None:
    assert await code_of(admin, EVENTS, **arguments) == "BAD_USER_INPUT"


async def test_what_an_operator_does_is_told_and_listed_at_the_command_line(
    admin: Client, live_server: LiveServer
) -> None:
    handle = unique()
    live_server.command(
        "create-admin", "--handle", handle, "--email", f"{handle}@example.com", ADMIN_PASSWORD="long enough 4 this"
    )
    (event,) = await audit(admin, subject=handle)
    assert (event["action"], event["actor"], event["door"]) == ("ADMIN_CREATED", "operator", "COMMAND_LINE")
    assert (event["address"] != "", event["after"]) == (True, {"admin": True})
    listed = json.loads(command(live_server, "audit", "--subject", handle, "--json").stdout)
    assert [(line["action"], line["subject"]) for line in listed] == [("ADMIN_CREATED", handle)]
    lines = command(live_server, "audit", "--user", handle, "--action", "admin_created", "-n", "5").stdout.splitlines()
    assert [line.split("\t")[1:4] for line in lines] == [["operator", "ADMIN_CREATED", handle]]
    refused = command(live_server, "audit", "--user", "nobody-of-this-name")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "There is no user 'nobody-of-this-name'." in refused.stderr
    assert command(live_server, "audit", "-n", "0").returncode == 2


async def test_purging_is_told_with_what_it_purged(admin: Client, ada: Client) -> None:
    _, slug = await handle_of(ada), await echo_model(ada)
    await ada.create(slug, {"text": "x"}, useCache=True, wait=60)
    await admin.run(PURGE, i={"model": slug})
    (event,) = await audit(admin, subject=slug)
    assert (event["action"], event["after"]) == ("RESULTS_PURGED", {"results": 1})


async def test_a_door_that_is_rest_says_so(admin: Client, live_server: LiveServer) -> None:
    client, _ = await somebody(live_server.url)
    slug = await echo_model(client)
    answer = await client.http.delete(
        f"{live_server.url}/v1/models/{slug}", headers={"authorization": f"Bearer {client.token}"}
    )
    assert answer.status_code == 204, answer.text
    (event,) = await audit(admin, subject=slug)
    assert (event["action"], event["door"]) == ("MODEL_DELETED", "REST")
    await client.close()
