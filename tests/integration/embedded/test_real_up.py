"""`inference-server up` as it is, models and all."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT
from tests.integration.embedded.conftest import Start, all_ended
from tests.support.api import wait_for

COMMAND = (sys.executable, "-m", "server.cli", "up", "--port", "0")


def an_admin_is_made_beside_it(data_dir: Path, url: str) -> bool:
    new = {"handle": f"boss-{secrets.token_hex(4)}", "password": secrets.token_urlsafe(12)}
    new["email"] = f"{new['handle']}@example.com"
    environment = {**os.environ, "DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""}
    options = [f"--{name}={value}" for name, value in new.items()]
    command = [sys.executable, "-m", "server.cli", "create-admin", *options]
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True)
    assert done.stdout == f"{new['handle']} is an administrator.\n", done.stderr
    query = """mutation ($i: LoginInput!) { login(input: $i) { ... on Session { user { isAdmin } } } }"""
    body = {"query": query, "variables": {"i": {"email": new["email"], "password": new["password"]}}}
    answer = httpx.post(f"{url}/graphql", json=body, trust_env=False).json()
    return bool(answer["data"]["login"]["user"]["isAdmin"])


def commands_beside_it(data_dir: Path) -> list[str]:
    """What commands say that are given nothing but the data directory."""
    environment = {**os.environ, "DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""}
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "server.cli"]
    runs = [
        subprocess.run([*command, name], env=environment, cwd="/", capture_output=True, text=True)
        for name in ("purge-results", "migrate")
    ]
    assert [run.returncode for run in runs] == [0, 0], runs
    return [run.stdout.strip() for run in runs]


def share_a_result(url: str) -> None:
    """Run a prediction whose result equal ones may take."""
    query = """mutation ($i: CreatePredictionInput!) { createPrediction(input: $i) { ... on Prediction { status } } }"""
    new = {"model": "demo/echo", "input": {"text": "a"}, "useCache": True, "wait": 30}
    body = {"query": query, "variables": {"i": new}}
    answer = httpx.post(f"{url}/graphql", json=body, timeout=60, trust_env=False).json()
    assert answer["data"]["createPrediction"]["status"] == "SUCCEEDED", answer


def samples(url: str) -> dict[str, int]:
    """How many samples each model's card has."""
    body = {"query": "{ models { nodes { slug samples { text files { url } } } } }"}
    nodes = httpx.post(f"{url}/graphql", json=body, trust_env=False).json()["data"]["models"]["nodes"]
    return {node["slug"]: sum(bool(one["text"] or one["files"]) for one in node["samples"]) for node in nodes}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_it_runs_the_demo_and_survives_a_kill(start: Start, data_dir: Path) -> None:
    first = start(data_dir, command=(*COMMAND, "--data-dir", str(data_dir)))
    url = first.until_ready(240)
    lines = first.lines()
    assert [line.partition(":")[0] for line in lines[:10]] == [
        *("postgres", "redis", "migrate", "demo models", "api", "worker", "demo/prose", "demo/shapes", "picture"),
        "demo/shapes-outline",
    ]
    assert "worker: ready (cpu)" in lines or "worker: ready (cuda:0)" in lines
    assert "demo/prose: SUCCEEDED" in lines
    assert "demo/shapes: SUCCEEDED" in lines
    assert (data_dir / "demo" / "shapes.png").read_bytes().startswith(b"\x89PNG")
    assert f"password: {(data_dir / 'demo_password').read_text()}" in lines
    assert samples(url) == {
        "demo/chat": 2,
        "demo/prose": 2,
        "demo/shapes": 6,
        "demo/shapes-outline": 2,
        "demo/naming": 0,
        "demo/echo": 1,
    }
    health = httpx.get(f"{url}/health/ready", trust_env=False).json()
    assert (health["status"], health["workers"]) == ("ok", 1)
    assert an_admin_is_made_beside_it(data_dir, url)
    share_a_result(url)
    assert commands_beside_it(data_dir) == ["Purged 1 results.", "The schema is up to date."]
    family = first.family()
    first.stop(signal.SIGKILL)

    broken = "no_such_module:Thing"
    again = start(data_dir, command=(*COMMAND, "--no-demo", "--data-dir", str(data_dir)), CUSTOM_PREDICTORS=broken)
    url = again.until_ready(120)
    # One class that cannot be loaded keeps neither the worker nor the others from running, and is named
    reason = "ModuleNotFoundError: No module named 'no_such_module'"
    (line,) = [line for line in again.lines() if broken in line]
    assert line.startswith(f"worker: {broken} could not be loaded and is left out: {reason} The whole of it: ")
    health = httpx.get(f"{url}/health/ready", trust_env=False).json()
    assert (health["status"], health["predictors"]) == ("degraded", "broken")
    assert all_ended(family)
    family = again.family()
    assert again.stop(signal.SIGINT) == 0
    wait_for(lambda: all_ended(family), 5)
    assert not any(line.startswith(("user", "password", "demo")) for line in again.lines())
