"""Structured output: tokens a second of 32 users that ask for a format, beside those of users that ask for none."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path
from typing import Any

from rich.table import Table

from tests.conftest import LiveServer
from tests.load.text_models import NEW_TOKENS, Shape, build, prompts
from tests.load.users import User, users
from tests.support.operations import add_model, administrator, settled

CLIENTS = 32
SHAPES = (Shape(6, 768, 32_000), Shape(6, 768, 128_000))


def format_of(number: int) -> dict[str, Any]:
    """A list of people that no text of a prediction ends; each user's has a grammar of its own."""
    person = {
        "type": "object",
        "properties": {
            f"name_{number}": {"type": "string", "maxLength": 8},
            "age": {"type": "integer", "minimum": 0, "maximum": 150},
            "role": {"enum": ["author", "reader", "editor"]},
        },
        "required": [f"name_{number}", "age", "role"],
        "additionalProperties": False,
    }
    return {"type": "json_schema", "json_schema": {"type": "array", "items": person, "minItems": 1000}}


async def _rate(some: list[User], model: str, *, formats: bool) -> float:
    """Tokens a second of one prediction for each user at once."""
    began = time.perf_counter()
    asked = enumerate(zip(some, prompts(len(some)), strict=True))
    made = await asyncio.gather(
        *(
            user.run(model, prompt, **({"response_format": format_of(number)} if formats else {}))
            for number, (user, prompt) in asked
        )
    )
    seconds = time.perf_counter() - began
    assert not formats or all(watched.text.startswith("[") for watched in made), made[0]
    return len(some) * NEW_TOKENS / seconds


async def measure(live: LiveServer, root: Path, repeats: int) -> Table:
    """The figures of both vocabularies, paired."""
    table = Table("model", "no format", "a format each", "cost")
    client = await administrator(live)
    for shape in SHAPES:
        folder = await asyncio.to_thread(build, shape, root)
        made = await add_model(client, kind="TEXT_GENERATION", source={"local": {"path": folder.name}})
        assert made["__typename"] == "Model", made
        model = (await settled(client, made["slug"]))["slug"]
        async with users(client, CLIENTS) as some:
            await _rate(some[:2], model, formats=True)
            pairs = [
                (await _rate(some, model, formats=False), await _rate(some, model, formats=True))
                for _ in range(repeats)
            ]
        plain, masked = (statistics.median(values) for values in zip(*pairs, strict=True))
        cost = statistics.median(1 - one / other for other, one in pairs)
        table.add_row(shape.name, f"{plain:.0f} tokens/s", f"{masked:.0f} tokens/s", f"{cost:.1%}")
    await client.close()
    return table
