"""Text through everything, token by token to a subscriber, against `generate` alone and a static batch of all."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

from tests.conftest import LiveServer
from tests.integration.graph.asking import add_model, administrator, settled
from tests.load.text_models import NEW_TOKENS, Bare, Shape, build, prompts
from tests.support.api import Client, text_of

CLIENTS = 32
GREEDY = {"temperature": 0, "max_new_tokens": NEW_TOKENS}


async def _served(client: Client, model: str, prompt: str) -> float:
    """Seconds to the first piece of text of one prediction, watched to its end."""
    began = time.perf_counter()
    made = await client.create(model, {"prompt": prompt, **GREEDY})
    assert made["__typename"] == "Prediction", made
    events = []
    first = 0.0
    async for event in client.events(made["id"]):
        events.append(event)
        if not first and text_of(events):
            first = time.perf_counter() - began
    ended = events[-1]["prediction"]
    assert ended["status"] == "SUCCEEDED", ended
    assert text_of(events) == ended["text"]
    return first


async def _timed(client: Client, model: str, count: int) -> tuple[float, float]:
    """Tokens a second of so many at once, and the median seconds to the first text."""
    began = time.perf_counter()
    firsts = await asyncio.gather(*(_served(client, model, prompt) for prompt in prompts(count)))
    return count * NEW_TOKENS / (time.perf_counter() - began), statistics.median(firsts)


async def _bare(bare: Bare, count: int) -> float:
    began = time.perf_counter()
    tokens = await asyncio.to_thread(bare.generate, prompts(count))
    return tokens / (time.perf_counter() - began)


async def measure(live: LiveServer, root: Path, shape: Shape, repeats: int) -> list[tuple[str, str]]:
    """The figures of one model."""
    folder = await asyncio.to_thread(build, shape, root)
    client = await administrator(live)
    made = await add_model(client, kind="TEXT_GENERATION", source={"local": {"path": folder.name}})
    assert made["__typename"] == "Model", made
    model = (await settled(client, made["slug"]))["slug"]
    bare = Bare(folder)
    await _timed(client, model, 2)
    await _bare(bare, 1)
    found: dict[str, list[float]] = {name: [] for name in ("one", "alone", "many", "static", "first", "firsts")}
    for _ in range(repeats):
        found["alone"].append(await _bare(bare, 1))
        rate, first = await _timed(client, model, 1)
        found["one"].append(rate)
        found["first"].append(first)
        found["static"].append(await _bare(bare, CLIENTS))
        rate, first = await _timed(client, model, CLIENTS)
        found["many"].append(rate)
        found["firsts"].append(first)
    await client.close()
    middle = {name: statistics.median(values) for name, values in found.items()}
    return [
        (f"{shape.name}: generate alone, one by one", f"{middle['alone']:.0f} tokens/s"),
        (f"{shape.name}: through everything, one client", f"{middle['one']:.0f} tokens/s"),
        (f"{shape.name}: ratio of the two", f"{middle['one'] / middle['alone']:.2f}"),
        (f"{shape.name}: static batch of {CLIENTS}", f"{middle['static']:.0f} tokens/s"),
        (f"{shape.name}: through everything, {CLIENTS} clients", f"{middle['many']:.0f} tokens/s"),
        (f"{shape.name}: ratio of the two", f"{middle['many'] / middle['static']:.2f}"),
        (f"{shape.name}: first text, one client", f"{middle['first'] * 1000:.0f} ms"),
        (f"{shape.name}: first text, {CLIENTS} clients at once", f"{middle['firsts'] * 1000:.0f} ms"),
    ]
