"""Faults of the kind where all was done and the answer got lost."""

from __future__ import annotations

import asyncio
import time

from tests.chaos.scene import Scene


async def lose_enqueue(scene: Scene) -> None:
    """The bell was taken, and its ringer never hears of it."""
    await _lose(scene, "reply lost: enqueue", "redis", r"enqueue")


async def lose_ack(scene: Scene) -> None:
    """The message was acknowledged, and the worker never hears of it."""
    await _lose(scene, "reply lost: ack", "redis", r"\back\b")


async def lose_append(scene: Scene) -> None:
    """The events are in the log, and their writer never hears of it."""
    await _lose(scene, "reply lost: events", "redis", r"EVALSHA.*st:\{")


async def lose_commit(scene: Scene) -> None:
    """COMMIT was done, and nobody hears of it."""
    await _lose(scene, "reply lost: accept", "db", r'^COMMIT|INSERT INTO "prediction"')


async def lose_claim(scene: Scene) -> None:
    """Predictions were claimed, and their worker never hears of it."""
    await _lose(scene, "reply lost: claim", "db", r"SET status = 'processing'")


async def lose_finish(scene: Scene) -> None:
    """The prediction is finished, and its worker never hears of it."""
    await _lose(scene, "reply lost: finish", "db", r"INSERT INTO usage")


async def _lose(scene: Scene, name: str, end: str, pattern: str) -> None:
    began, proxies = time.time(), scene.cluster.proxies.of(end)
    before = sum(proxy.lost for proxy in proxies)
    for proxy in proxies:
        proxy.lose(pattern, 2)
    await asyncio.sleep(scene.rng.uniform(1, 2))
    for proxy in proxies:
        proxy.lose("", 0)
    if lost := sum(proxy.lost for proxy in proxies) - before:
        scene.note(name, began, count=lost)
