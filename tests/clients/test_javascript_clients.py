"""The audits of GraphQL over HTTP, and JavaScript's clients: each file of js/ is one test here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import LiveServer

HERE = Path(__file__).parent
FILES = sorted((HERE / "js").glob("*.test.mjs"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".test.mjs"))
def test_a_client(live_server: LiveServer, node: Path, file: Path) -> None:
    env = {**os.environ, "BASE_URL": live_server.url, "NO_COLOR": "1"}
    done = subprocess.run(
        [str(node), "--test", str(file)], cwd=HERE, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_clients_that_are_promised_are_here() -> None:
    names = {file.name.removesuffix(".test.mjs") for file in FILES}
    assert names >= {"audits", "graphql-ws", "urql", "apollo", "graphql-request", "replicate", "openai", "sdk"}
