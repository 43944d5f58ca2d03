"""A server whose operator lets in nobody new, no models of users, and no predictions of strangers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.support.api import Client
from tests.support.operations import RawClient, add_model, echo_model, publish, unique

CLOSED = {"REGISTRATION": "closed", "MODEL_CREATORS": "admins", "ANONYMOUS_PREDICTIONS": "false"}


@pytest.fixture(scope="module")
def closed(
    live_server: LiveServer, local_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of another API process over the same database; tokens of the open one are good here."""
    secret = live_server.environment["SECRET_KEY"]
    with running(local_servers, tmp_path_factory.mktemp("closed"), workers=0, **CLOSED, SECRET_KEY=secret) as live:
        yield live.url


@pytest.fixture(scope="module")
def unset(
    live_server: LiveServer, local_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Another, where nothing is said of who adds models, and anybody may register."""
    settings = {"MODEL_CREATORS": "", "SECRET_KEY": live_server.environment["SECRET_KEY"]}
    with running(local_servers, tmp_path_factory.mktemp("unset"), workers=0, **settings) as live:
        yield live.url


def at(url: str, known: Client) -> Client:
    """The same user at another server."""
    client = RawClient(url)
    client.token = known.token
    return client


async def test_nobody_registers(closed: str) -> None:
    client = RawClient(closed)
    refused = await client.sign_up(unique())
    assert (refused["code"], refused["message"]) == ("FORBIDDEN", "Registration is closed on this server.")
    shown = (await client.run("{ server { registration anonymousPredictions } }"))["server"]
    assert shown == {"registration": False, "anonymousPredictions": False}
    await client.close()


async def test_only_administrators_add_models_and_versions(closed: str, ada: Client, admin: Client) -> None:
    own = await echo_model(ada)
    user, boss = at(closed, ada), at(closed, admin)
    assert (await add_model(user))["code"] == "FORBIDDEN"
    assert (await publish(user, own))["code"] == "FORBIDDEN"
    assert (await add_model(boss))["__typename"] == "Model"
    assert (await publish(boss, own))["__typename"] == "ModelVersion"
    await user.close()
    await boss.close()


async def test_where_anybody_may_register_administrators_add_models_unless_the_operator_says_so(
    unset: str, ada: Client, admin: Client
) -> None:
    own = await echo_model(ada)
    user, boss = at(unset, ada), at(unset, admin)
    shown = (await user.run("{ server { registration usersAddModels } }"))["server"]
    assert shown == {"registration": True, "usersAddModels": False}
    refused = await add_model(user)
    assert refused["code"] == "FORBIDDEN"
    assert "Ask one of them" in refused["message"]
    assert (await publish(user, own))["code"] == "FORBIDDEN"
    assert (await add_model(boss))["__typename"] == "Model"
    assert (await ada.run("{ server { usersAddModels } }"))["server"] == {"usersAddModels": True}
    await user.close()
    await boss.close()


async def test_strangers_run_nothing_and_users_do(closed: str, ada: Client) -> None:
    stranger, user = RawClient(closed), at(closed, ada)
    assert (await stranger.create("demo/echo", {"text": "a"}))["code"] == "FORBIDDEN"
    assert (await user.create("demo/echo", {"text": "a"}, wait=30))["status"] == "SUCCEEDED"
    await stranger.close()
    await user.close()
