from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.unit.runner.running import Running, Starter
from tests.unit.runner.sample_predictors import predictor
from workers.supervisor.runner_client import RunnerClient, RunnerOptions


@pytest.fixture
async def start() -> AsyncIterator[Starter]:
    """Starts runners that end with the test."""
    started: list[Running] = []

    async def start_one(**options: Any) -> Running:
        running = Running()
        defaults = {"preload": False, "extra_predictors": (predictor("Sample"), predictor("Gated"))}
        running.client = await RunnerClient.start(RunnerOptions(**{**defaults, **options}), running.on_message)
        started.append(running)
        return running

    yield start_one
    for running in started:
        running.client.kill()
        await running.ended()


@pytest.fixture(scope="session")
async def shared() -> AsyncIterator[Running]:
    """One runner for the tests that leave it as they found it."""
    running = Running()
    options = RunnerOptions(preload=False, extra_predictors=(predictor("Sample"), predictor("Gated")))
    running.client = await RunnerClient.start(options, running.on_message)
    yield running
    await running.client.stop()
