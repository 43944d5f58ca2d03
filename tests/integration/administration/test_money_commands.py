"""Prices and budgets at the command line: shown, set from what was shown, and refused with a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.conftest import LiveServer
from tests.integration.administration.operations import audit, command
from tests.support.api import Client
from tests.support.operations import echo_model, handle_of

PRICES = "{ prices { chargesFailed } }"
CREATE_KEY = """mutation { createApiKey(input: { name: "batch", scopes: [RUN] }) {
  ... on CreatedApiKey { apiKey { id } } } }"""
BUDGETS = "{ viewer { budgets { period amount isHard spent } } }"


def last_line(done: CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.fixture
def free_again(live_server: LiveServer, tmp_path: Path) -> Iterator[None]:
    """Nothing costs anything behind the test."""
    yield
    nothing = tmp_path / "nothing.json"
    nothing.write_text('{"prices": []}')
    assert last_line(command(live_server, "prices", "set", str(nothing))) == "Nothing costs anything."


@pytest.mark.usefixtures("free_again")
async def test_prices_are_set_from_a_file_and_shown(
    admin: Client, ada: Client, live_server: LiveServer, tmp_path: Path
) -> None:
    slug = f"{await echo_model(ada)}:1"
    file = tmp_path / "prices.json"
    file.write_text(
        '{"chargesFailed": true, "prices": [{"unit": "SECOND", "amount": 0.1, "device": "CUDA"},'
        f' {{"unit": "OUTPUT_TOKEN", "amount": "0.000000000001", "version": "{slug}"}}]}}'
    )
    done = command(live_server, "prices", "set", str(file))
    assert last_line(done) == "2 prices hold."
    shown = command(live_server, "prices", "show", "--json")
    found = json.loads(shown.stdout)
    assert found["prices"] == [
        {"unit": "SECOND", "amount": "0.1", "device": "CUDA", "version": None},
        {"unit": "OUTPUT_TOKEN", "amount": "0.000000000001", "device": "ANY", "version": slug},
    ]
    assert (found["chargesFailed"], found["chargesCanceled"]) == (True, True)
    # What was shown can be set
    file.write_text(shown.stdout)
    assert last_line(command(live_server, "prices", "set", str(file))) == "2 prices hold."
    assert (await admin.run(PRICES))["prices"]["chargesFailed"] is True
    events = await audit(admin, actor="operator", subject="prices")
    assert {event["action"] for event in events} == {"PRICES_SET"}


def test_prices_that_are_none(live_server: LiveServer, tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    file.write_text('{"prices": [{"unit": "SECOND", "amount": 1, "version": "nobody/nothing:1"}, {"unit": "HOUR"}]}')
    for given, reason in ((file, "/prices/1"), (tmp_path / "nothing.json", "cannot be read")):
        done = command(live_server, "prices", "set", str(given))
        assert (done.returncode, done.stdout) == (1, "")
        assert reason in done.stderr
        assert "Traceback" not in done.stderr


async def test_budgets_are_set_listed_and_removed(ada: Client, live_server: LiveServer) -> None:
    handle = await handle_of(ada)

    async def own() -> list[dict[str, Any]]:
        budgets: list[dict[str, Any]] = (await ada.run(BUDGETS))["viewer"]["budgets"]
        return budgets

    done = command(live_server, "budgets", "set", handle, "12.50")
    assert last_line(done) == f"{handle} may spend 12.5 in a month."
    assert command(live_server, "budgets", "set", handle, "100", "--period", "total", "--warn").returncode == 0
    found = sorted((each["period"], each["amount"], each["isHard"]) for each in await own())
    assert found == [("MONTH", "12.5", True), ("TOTAL", "100", False)]
    listed = json.loads(command(live_server, "budgets", "list", handle, "--json").stdout)
    assert sorted((each["period"], each["amount"], each["spent"]) for each in listed) == [
        ("MONTH", "12.5", "0"), ("TOTAL", "100", "0"),
    ]  # fmt: skip
    for period in ("month", "total"):
        assert command(live_server, "budgets", "remove", handle, "--period", period).returncode == 0
    assert await own() == []
    for arguments in (("set", handle, "much"), ("set", "no.body!", "1")):
        refused = command(live_server, "budgets", *arguments)
        assert refused.returncode == 1
        assert refused.stderr
        assert "Traceback" not in refused.stderr


async def test_a_budget_of_a_key(ada: Client, live_server: LiveServer) -> None:
    key = (await ada.run(CREATE_KEY))["createApiKey"]["apiKey"]["id"]
    assert last_line(command(live_server, "budgets", "set", key, "3")) == f"{key} may spend 3 in a month."
    listed = json.loads(command(live_server, "budgets", "list", await handle_of(ada), "--json").stdout)
    assert [(each["key"], each["amount"]) for each in listed] == [(key, "3")]
