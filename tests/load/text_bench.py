"""Text through everything, as a subscriber sees it, against `generate` alone, a static batch, and other servers."""

from __future__ import annotations

import asyncio
import importlib.util
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.conftest import LiveServer
from tests.load.mixed import arrivals, replay
from tests.load.rivals import LitServe, Rival, TransformersServe, serving
from tests.load.text_models import NEW_TOKENS, Bare, Shape, build, prompts
from tests.load.users import OpenAIUser, User, openai_user, users
from tests.support.api import Client
from tests.support.operations import add_model, administrator, settled

CLIENTS, ONES = 32, 5
# requests of mixed lengths, and the seconds that they come in, by the model's name
MIXED = {"4x256": (64, 5.0), "6x768": (64, 20.0)}


async def _timed(some: Sequence[User | OpenAIUser], model: str) -> tuple[float, float]:
    """Tokens a second of one prediction for each user at once, and the median seconds to the first text."""
    began = time.perf_counter()
    asked = zip(some, prompts(len(some)), strict=True)
    made = await asyncio.gather(*(user.run(model, prompt) for user, prompt in asked))
    rate = len(some) * NEW_TOKENS / (time.perf_counter() - began)
    return rate, statistics.median(watched.first_seconds for watched in made)


async def _watched(client: Client, count: int, model: str) -> tuple[float, float]:
    """The same of users whose sockets are new: those at rest while others are measured would be closed."""
    async with users(client, count) as some:
        return await _timed(some, model)


async def _rival(rival: Rival, count: int) -> float:
    """Tokens a second of so many at once."""
    began = time.perf_counter()
    made = await asyncio.gather(*(rival.run(prompt, NEW_TOKENS) for prompt in prompts(count)))
    assert all(served.tokens == NEW_TOKENS for served in made), made
    return count * NEW_TOKENS / (time.perf_counter() - began)


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
    with ExitStack() as stack:
        rivals = [stack.enter_context(serving(kind, folder, live.data_dir / "rivals.log")) for kind in _installed()]
        found = await _measure(client, model, bare, rivals, MIXED[shape.name], repeats)
    await client.close()
    middle = {name: statistics.median(values) for name, values in found.items()}
    return [(f"{shape.name}: {name}", text) for name, text in _table(middle, [rival.name for rival in rivals])]


async def measure_streams(live: LiveServer, root: Path, shape: Shape, repeats: int) -> list[tuple[str, str]]:
    """The same model streamed by OpenAI's API, watched by GraphQL, and streamed by `transformers serve`."""
    folder = await asyncio.to_thread(build, shape, root)
    client = await administrator(live)
    made = await add_model(client, kind="TEXT_GENERATION", source={"local": {"path": folder.name}})
    model = (await settled(client, made["slug"]))["slug"]
    rows: dict[str, list[float]] = {name: [] for name in ("watched", "streamed", "rival", "one", "one streamed")}
    with serving(TransformersServe, folder, live.data_dir / "rivals.log") as rival:
        async with openai_user(client) as streaming:
            await _watched(client, 2, model)
            await _timed([streaming], model)
            await _rival(rival, 2)
            for _ in range(repeats):
                rows["watched"].append((await _watched(client, CLIENTS, model))[0])
                rows["streamed"].append((await _timed([streaming] * CLIENTS, model))[0])
                rows["rival"].append(await _rival(rival, CLIENTS))
                # A single answer takes a part of a second, and so little says little
                for _ in range(ONES):
                    rows["one"].append((await _watched(client, 1, model))[0])
                    rows["one streamed"].append((await _timed([streaming], model))[0])
    await client.close()
    middle = {name: statistics.median(values) for name, values in rows.items()}
    figures = [
        (f"OpenAI's API, streaming, {CLIENTS} clients", f"{middle['streamed']:.0f} tokens/s"),
        (f"watched by GraphQL, {CLIENTS} clients", f"{middle['watched']:.0f} tokens/s"),
        ("OpenAI's API to GraphQL", f"{middle['streamed'] / middle['watched']:.2f}"),
        (f"{rival.name}, {CLIENTS} clients", f"{middle['rival']:.0f} tokens/s"),
        ("OpenAI's API to it", f"{middle['streamed'] / middle['rival']:.2f}"),
        ("OpenAI's API, one client", f"{middle['one streamed']:.0f} tokens/s"),
        ("OpenAI's API to GraphQL, one client", f"{middle['one streamed'] / middle['one']:.2f}"),
    ]
    return [(f"{shape.name}: {name}", text) for name, text in figures]


def _installed() -> list[type[TransformersServe] | type[LitServe]]:
    """The other servers that are here: `pip install '.[bench]'` brings them."""
    kinds: list[type[TransformersServe] | type[LitServe]] = []
    if importlib.util.find_spec("fastapi") and importlib.util.find_spec("openai"):
        kinds.append(TransformersServe)
    if importlib.util.find_spec("litserve"):
        kinds.append(LitServe)
    return kinds


async def _measure(
    client: Client, model: str, bare: Bare, rivals: list[Rival], mixed: tuple[int, float], repeats: int
) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        found.setdefault(name, []).append(value)

    async def replayed() -> tuple[float, float]:
        async with users(client, mixed[0]) as some:

            async def ours(number: int, new_tokens: int) -> int:
                await some[number].run(model, prompts(number + 1)[-1], new_tokens)
                return new_tokens

            return await replay(plan, ours)

    plan = arrivals(*mixed)
    await _watched(client, 2, model)
    await _bare(bare, 1)
    for rival in rivals:
        await _rival(rival, 2)
    for _ in range(repeats):
        note("alone", await _bare(bare, 1))
        rate, first = await _watched(client, 1, model)
        note("one", rate)
        note("first", first)
        note("static", await _bare(bare, CLIENTS))
        rate, first = await _watched(client, CLIENTS, model)
        note("many", rate)
        note("firsts", first)
        rate, took = await replayed()
        note("mixed", rate)
        note("mixed seconds", took)
        for rival in rivals:
            note(rival.name, await _rival(rival, CLIENTS))
            rate, took = await replay(plan, _asks(rival))
            note(f"{rival.name}, mixed", rate)
            note(f"{rival.name}, mixed seconds", took)
    return found


def _asks(rival: Rival) -> Callable[[int, int], Awaitable[int]]:
    async def ask(number: int, new_tokens: int) -> int:
        return (await rival.run(prompts(number + 1)[-1], new_tokens)).tokens

    return ask


def _table(middle: dict[str, float], rivals: list[str]) -> list[tuple[str, str]]:
    rows = [
        ("generate alone, one by one", f"{middle['alone']:.0f} tokens/s"),
        ("through everything, one client", f"{middle['one']:.0f} tokens/s"),
        ("ratio of the two", f"{middle['one'] / middle['alone']:.2f}"),
        (f"static batch of {CLIENTS}", f"{middle['static']:.0f} tokens/s"),
        (f"through everything, {CLIENTS} clients", f"{middle['many']:.0f} tokens/s"),
        ("ratio of the two", f"{middle['many'] / middle['static']:.2f}"),
        ("first text, one client", f"{middle['first'] * 1000:.0f} ms"),
        (f"first text, {CLIENTS} clients at once", f"{middle['firsts'] * 1000:.0f} ms"),
        ("through everything, mixed", f"{middle['mixed']:.0f} tokens/s, {middle['mixed seconds']:.1f} s each"),
    ]
    for name in rivals:
        rate, took = middle[f"{name}, mixed"], middle[f"{name}, mixed seconds"]
        rows += [
            (f"{name}, {CLIENTS} clients", f"{middle[name]:.0f} tokens/s"),
            ("ours to it", f"{middle['many'] / middle[name]:.2f}"),
            (f"{name}, mixed", f"{rate:.0f} tokens/s, {took:.1f} s each"),
            ("ours to it", f"{middle['mixed'] / rate:.2f}"),
        ]
    return rows
