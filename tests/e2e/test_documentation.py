"""Every example of every page, in the order of docs/README.md, on one fresh server, started as the quickstart says.

The reader is the demo user; `ada` is the administrator and `bob` another user, whom the quickstart makes. The hub is
one on this machine, with small models under the names of those that the pages take.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.embedded.state import demo_password
from tests.conftest import ROOT, free_port
from tests.support.api import Client, wait_for, wait_until_prepared
from tests.support.documentation import Reader, environment_of, examples
from tests.support.downloads import PASSWORD, hub_of_the_guide, put_own_files
from tests.support.hub_server import HubServer
from tests.support.operations import LOGIN

SHOWN_URL = "http://127.0.0.1:8000"
INDEX = ROOT / "docs" / "README.md"
ORDER = [ROOT / "README.md"] + [
    path for name in re.findall(r"\]\(([\w-]+\.md)\)", INDEX.read_text()) if (path := INDEX.parent / name) != INDEX
]
# Their programs are run with the clients that they are about, which CI has there
ELSEWHERE = {"js": "tests/clients", "mjs": "tests/clients"}
pytestmark = [pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]


@dataclass
class Started:
    """A server that was started as the pages say, and the folder in which it was."""

    url: str
    folder: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubServer]:
    with hub_of_the_guide(tmp_path_factory.mktemp("hub")) as served:
        yield served


@pytest.fixture(scope="module")
def started(hub: HubServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    folder, home, port = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("home"), free_port()
    url = f"http://127.0.0.1:{port}"
    (home / "models").mkdir()
    put_own_files(home / "models", home / "configs")
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
    for name in ("clients", "workers", "docs"):
        (folder / name).symlink_to(ROOT / name)
    for page in ORDER:
        for example in examples(page):
            if example.file:
                (folder / example.file).write_text(example.text)
    commands = folder / "bin"
    commands.mkdir()
    # What `pip install ./clients/python` gives
    (commands / "inference").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m inference_client.cli "$@"\n')
    (commands / "inference").chmod(0o755)
    path = os.pathsep.join(str(each) for each in (folder, ROOT, ROOT / "clients" / "python"))
    environment = environment_of(
        home, HF_ENDPOINT=hub.url, HF_HUB_DISABLE_PROGRESS_BARS="1", PYTHONPATH=path, ADMIN_PASSWORD=PASSWORD,
        INFERENCE_URL=url,
    )  # fmt: skip
    environment["PATH"] = f"{commands}{os.pathsep}{environment['PATH']}"
    settings = {
        "API_PORT": str(port), "MODEL_ROOT": str(home / "models"), "CONFIG_ROOT": str(home / "configs"),
        "CUSTOM_PREDICTORS": "my_models:Headlines,my_countdown:Countdown",
        "RATE_LIMIT_USER": "0", "RATE_LIMIT_ADDRESS": "0", "REGISTRATIONS_PER_HOUR": "0",
    }  # fmt: skip
    output = folder / "up.txt"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "server.cli", "up"], cwd=folder, env={**environment, **settings},
            stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:

        def is_ready() -> bool:
            assert process.poll() is None, output.read_text()
            return "\nready: " in output.read_text()

        wait_for(is_ready, 240, 0.2)
        wait_until_prepared(url)
        yield Started(url, folder, environment)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        finally:
            process.kill()


async def signed_in(url: str, email: str, password: str) -> Client:
    client = Client(url)
    session = (await client.run(LOGIN, input={"email": email, "password": password}))["login"]
    client.token = session["accessToken"]
    return client


@pytest.fixture
async def reader(started: Started) -> AsyncIterator[Reader]:
    guest = await signed_in(started.url, "guest@example.com", demo_password(started.folder / ".data"))
    people = {"guest": guest}
    for handle in ("ada", "bob"):
        people[handle] = Client(started.url)
    reading = Reader(started.url, SHOWN_URL, started.folder, started.environment, people)
    yield reading
    await reading.stop()
    for client in people.values():
        await client.close()


@pytest.mark.slow
async def test_every_example_runs_from_the_top(reader: Reader, started: Started) -> None:
    counts, failures = {}, []
    for page in ORDER:
        for handle in ("ada", "bob"):
            client = reader.people[handle]
            if client.token is None:
                answer = await client.run(LOGIN, input={"email": f"{handle}@example.com", "password": PASSWORD})
                client.token = answer["login"].get("accessToken")
        counts[page.name], failed = await reader.read(page)
        failures += failed
    assert not failures, "\n\n".join(failures)
    assert sum(counts.values()) > 120, counts


def test_every_page_stands_in_the_index() -> None:
    assert {page.name for page in (ROOT / "docs").glob("*.md")} <= {page.name for page in ORDER} | {"README.md"}


def test_what_is_not_run_says_why() -> None:
    reasons = {example.where: example.why_not for page in ORDER for example in examples(page) if example.why_not}
    assert all(len(reason) > 10 for reason in reasons.values()), reasons
    unknown = {
        example.language for page in ORDER for example in examples(page) if not example.is_run and not example.why_not
    } - {*ELSEWHERE, "json", "python", "toml", "yaml", "nginx", "text"}
    assert not unknown
