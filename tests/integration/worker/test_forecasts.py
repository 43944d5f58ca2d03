"""Promised and real waits, of users who share real workers."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import datetime
from typing import Any

import pytest

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import administrator, echo_model, ended, somebody

CREATE = """mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { ... on Prediction { id }
  ... on UserError { message } } }"""
PLACE = "query ($id: ID!) { prediction(id: $id) { status queue { position etaSeconds { p50 } } } server { version } }"
TIMES = "query ($id: ID!) { prediction(id: $id) { createdAt startedAt } }"
WORDS = 5


async def ask(client: Client, slug: str, seconds: float) -> str:
    """A new prediction that runs for so long; its id."""
    values = {"text": "w " * WORDS, "delay_seconds": seconds / WORDS}
    return str((await client.run(CREATE, input={"model": slug, "input": values}))["createPrediction"]["id"])


async def promise(client: Client, prediction_id: str) -> tuple[float, float] | None:
    """When it was promised to begin, and the seconds until then; None where it does not wait, or nothing is known."""
    found: dict[str, Any] = (await client.run(PLACE, id=prediction_id))["prediction"]
    eta = found["queue"] and found["queue"]["etaSeconds"]
    return (time.time(), eta["p50"]) if eta else None


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_most_begin_when_they_were_promised_to(live_server: LiveServer) -> None:
    """Three users, two models, one burst of each; of those that wait a second and more, 80% within a factor of 1.5."""
    chance = random.Random(11)
    admin = await administrator(live_server)
    users = [(await somebody(live_server.url))[0] for _ in range(3)]
    try:
        slugs = {await echo_model(admin): 0.6, await echo_model(admin): 1.8}
        for slug, seconds in slugs.items():
            for each in [await ask(admin, slug, seconds * chance.uniform(0.8, 1.2)) for _ in range(6)]:
                await ended(admin, each)
        # The sweeper notes how long they took
        await asyncio.sleep(12)
        asked = []
        for _ in range(16):
            for user in users:
                slug = chance.choice(list(slugs))
                asked.append((user, await ask(user, slug, slugs[slug] * chance.uniform(0.8, 1.2))))
        promised = [(user, each, await promise(user, each)) for user, each in asked]
        for user, each in asked:
            await ended(user, each, 180)
        ratios = []
        for user, each, forecast in promised:
            if forecast is None:
                continue
            at, seconds = forecast
            started = datetime.fromisoformat((await user.run(TIMES, id=each))["prediction"]["startedAt"]).timestamp()
            if (real := started - at) >= 1:
                ratios.append(seconds / real)
        within = sum(1 / 1.5 <= ratio <= 1.5 for ratio in ratios)
        assert len(ratios) >= 15
        assert within >= 0.8 * len(ratios), sorted(ratios)
    finally:
        for client in (admin, *users):
            await client.close()


@pytest.mark.slow
async def test_who_asks_for_one_does_not_wait_for_the_crowd_of_another(live_server: LiveServer) -> None:
    """A queues 100 on real workers, B one: B's begins within what runs then and one more round."""
    admin = await administrator(live_server)
    crowd, one = [(await somebody(live_server.url))[0] for _ in range(2)]
    slug, seconds = await echo_model(admin), 0.5
    ids = []
    try:
        await ended(admin, await ask(admin, slug, seconds))
        ids = [await ask(crowd, slug, seconds) for _ in range(100)]
        mine = await ask(one, slug, seconds)
        await ended(one, mine)
        times = (await one.run(TIMES, id=mine))["prediction"]
        waited = datetime.fromisoformat(times["startedAt"]) - datetime.fromisoformat(times["createdAt"])
        states = [(await crowd.run(PLACE, id=each))["prediction"]["status"] for each in ids]
        assert states.count("STARTING") >= 50, "the crowd still waits"
        assert waited.total_seconds() < 6 * seconds
    finally:
        for each in ids:
            await crowd.cancel(each)
        for client in (admin, crowd, one):
            await client.close()
