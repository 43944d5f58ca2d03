"""How often strangers may try things; each caller has an address of their own, which a trusted proxy tells."""

from __future__ import annotations

import asyncio
from ipaddress import IPv6Address
from typing import Any
from uuid import uuid4

from tests.conftest import LiveServer
from tests.integration.accounts.conftest import ACCOUNT, ADDRESS, ANONYMOUS, REGISTRATIONS, address, coming_from
from tests.integration.accounts.operations import CHANGE_PASSWORD, LOGIN, PASSWORD, REGISTER, acting, begun
from tests.support.api import CREATE, Client
from tests.support.operations import unique


def refused(answer: dict[str, Any]) -> bool:
    """Whether it was too often, with a time to wait that is not nonsense."""
    if "errors" not in answer:
        return False
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED", error
    assert 1 <= error["extensions"]["retryAfter"] <= 7200
    return True


async def tried(client: Client, email: str, password: str = "wrong") -> str:
    """What a sign-in ended in."""
    answer = await acting_raw(client, LOGIN, input={"email": email, "password": password})
    return "refused" if refused(answer) else str(answer["data"]["login"]["__typename"])


async def acting_raw(client: Client, query: str, **variables: Any) -> dict[str, Any]:
    return await acting(client).raw(query, **variables)


async def account(strict: LiveServer) -> str:
    client = coming_from(strict, address())
    made = await begun(client, unique())
    await client.close()
    return str(made["user"]["email"])


async def test_an_account_is_guessed_at_so_often(strict: LiveServer) -> None:
    email = await account(strict)
    clients = [coming_from(strict, address()) for _ in range(ACCOUNT + 3)]
    ends = [await tried(client, email) for client in clients]
    assert ends == ["CredentialsError"] * ACCOUNT + ["refused"] * 3
    # Nor is the right password looked at, however it is written
    assert await tried(clients[0], email.upper(), PASSWORD) == "refused"
    other = await account(strict)
    assert await tried(clients[0], other, PASSWORD) == "Session"
    for client in clients:
        await client.close()


async def test_guesses_at_once_are_counted_too(strict: LiveServer, caller: Client) -> None:
    email = await account(strict)
    ends = await asyncio.gather(*(tried(caller, email) for _ in range(ADDRESS)))
    assert ends.count("CredentialsError") == ACCOUNT


async def test_an_account_that_does_not_exist_looks_the_same(caller: Client) -> None:
    email = f"{unique()}@example.com"
    assert [await tried(caller, email) for _ in range(ACCOUNT + 1)] == ["CredentialsError"] * ACCOUNT + ["refused"]


async def test_the_right_password_begins_anew(strict: LiveServer, caller: Client) -> None:
    email = await account(strict)
    for _ in range(2):
        assert await tried(caller, email) == "CredentialsError"
        assert await tried(caller, email, PASSWORD) == "Session"
    ends = [await tried(caller, email) for _ in range(ACCOUNT + 1)]
    assert ends == ["CredentialsError"] * ACCOUNT + ["refused"]


async def test_an_address_guesses_so_often_whatever_the_accounts(strict: LiveServer, caller: Client) -> None:
    ends = [await tried(caller, f"{unique()}@example.com") for _ in range(ADDRESS + 2)]
    assert ends == ["CredentialsError"] * ADDRESS + ["refused"] * 2
    assert await tried(caller, await account(strict), PASSWORD) == "refused"


async def test_one_that_has_an_account_does_not_guess_more(strict: LiveServer, caller: Client) -> None:
    own = await account(strict)
    ends = [await tried(caller, own, PASSWORD) for _ in range(ADDRESS + 1)]
    assert ends == ["Session"] * ADDRESS + ["refused"]


async def test_a_network_of_ipv6_is_one_caller(strict: LiveServer) -> None:
    network = IPv6Address(uuid4().int >> 64 << 64)
    clients = [coming_from(strict, str(network + number)) for number in range(ADDRESS + 1)]
    ends = [await tried(client, f"{unique()}@example.com") for client in clients]
    assert ends == ["CredentialsError"] * ADDRESS + ["refused"]
    for client in clients:
        await client.close()


async def test_the_current_password_is_guessed_at_so_often(caller: Client) -> None:
    await begun(caller, unique())
    ends = []
    for _ in range(ACCOUNT + 1):
        values = {"currentPassword": "wrong", "newPassword": "another horse battery"}
        ends.append(refused(await caller.raw(CHANGE_PASSWORD, input=values)))
    assert ends == [False] * ACCOUNT + [True]


async def test_an_address_registers_so_often(caller: Client) -> None:
    async def register() -> bool:
        handle = unique()
        new = {"handle": handle, "email": f"{handle}@example.com", "password": PASSWORD}
        return refused(await caller.raw(REGISTER, input=new))

    assert (await asyncio.gather(*(register() for _ in range(REGISTRATIONS + 3)))).count(False) == REGISTRATIONS


async def run(client: Client, **options: Any) -> str | None:
    """The id of a prediction, or None for too many."""
    new = {"model": "demo/echo", "input": {"text": "x"}, **options}
    answer = await client.raw(CREATE, input=new)
    return None if refused(answer) else str(answer["data"]["createPrediction"]["id"])


async def test_an_address_runs_so_often_without_an_account(strict: LiveServer, caller: Client) -> None:
    made = await asyncio.gather(*(run(caller) for _ in range(ANONYMOUS + 3)))
    ids = [one for one in made if one]
    assert len(ids) == ANONYMOUS
    # Whoever holds the id reads it, from anywhere
    other = coming_from(strict, address())
    for one in ids:
        assert (await other.get(one)) is not None
    assert await run(other)
    await other.close()


async def test_a_repetition_is_not_counted(caller: Client) -> None:
    made = {await run(caller, idempotencyKey="k") for _ in range(ANONYMOUS + 5)}
    assert len(made) == 1
    assert None not in made


async def test_users_are_not_counted_with_the_anonymous(caller: Client) -> None:
    await begun(caller, unique())
    assert None not in [await run(caller) for _ in range(ANONYMOUS + 2)]


async def test_idempotency_keys_of_the_anonymous_count_per_address(strict: LiveServer) -> None:
    key = uuid4().hex
    first, second = (coming_from(strict, address()) for _ in range(2))
    assert await run(first, idempotencyKey=key) != await run(second, idempotencyKey=key)
    assert await run(first, idempotencyKey=key) == await run(first, idempotencyKey=key)
    await first.close()
    await second.close()


async def test_a_client_cannot_choose_its_address_behind_the_proxy(strict: LiveServer) -> None:
    """The proxy appends whom it saw; what stands before that is what the client says of itself."""
    key, real = uuid4().hex, address()
    forged = [coming_from(strict, address(), real), coming_from(strict, "127.0.0.1", real, "10.9.1.2")]
    made = {await run(client, idempotencyKey=key) for client in forged}
    assert len(made) == 1
    for client in forged:
        await client.close()


async def test_what_a_proxy_makes_up_is_one_caller(strict: LiveServer) -> None:
    key = uuid4().hex
    clients = [coming_from(strict, text) for text in ("x" * 5000, "nonsense")]
    made = {await run(client, idempotencyKey=key) for client in clients}
    assert len(made) == 1
    assert None not in made
    for client in clients:
        await client.close()


async def test_without_a_trusted_proxy_the_header_says_nothing(live_server: LiveServer) -> None:
    key = uuid4().hex
    clients = [coming_from(live_server, address()) for _ in range(3)]
    assert len({await run(client, idempotencyKey=key) for client in clients}) == 1
    for client in clients:
        await client.close()
