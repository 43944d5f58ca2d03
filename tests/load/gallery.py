"""How long the gallery's lists and searches take at 10,000 models: `python -m tests.load.gallery`.

It starts a PostgreSQL and a Redis of its own, fills the tables, and asks the services as the API does, one after the
other. Times are those of the service and its statements, without HTTP.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from server.adapters.common_passwords import common_passwords
from server.adapters.database import open_database, rows
from server.adapters.pagination import Order, PageRequest, page
from server.adapters.schema import migrate
from server.domain.accounts import Viewer
from server.domain.model_cards import ModelCategory
from server.domain.models import DeviceClass
from server.domain.orders import ModelOrderField
from server.embedded.servers import LocalServers
from server.maintenance import run_counts
from server.services import models, owners
from server.services.models import ModelCriteria
from server.tables import Model, User, Version

WORDS = [
    *(
        "stable",
        "diffusion",
        "turbo",
        "tiny",
        "large",
        "instruct",
        "chat",
        "code",
        "vision",
        "speech",
        "whisper",
        "llama",
    ),
    *(
        "mistral",
        "gemma",
        "qwen",
        "falcon",
        "flux",
        "canny",
        "depth",
        "pose",
        "anime",
        "photo",
        "real",
        "paint",
        "sketch",
    ),
    *("music", "voice", "translate", "summary", "rerank", "embed", "small", "base", "medium", "xl", "lightning"),
]
DAYS = 7


async def fill(count: int, owners_count: int = 200) -> list[User]:
    """Models with versions, words, stars and days of callers."""
    chance = random.Random(1)
    words = [word for word in sorted(common_passwords()) if word.isalpha()][:3000] + WORDS
    users = [User(handle=f"user-{n}", email=f"u{n}@example.com", password_hash=None) for n in range(owners_count)]
    await User.bulk_create(users)
    made = [
        Model(
            owner_id=chance.choice(users).id, kind="CUSTOM",
            name=f"{chance.choice(WORDS)}-{chance.choice(words).lower()}-{n}",
            visibility=chance.choice(["PUBLIC"] * 9 + ["PRIVATE"]), tags=chance.sample(words, 3),
            description=" ".join(chance.choices(words, k=200)), stars=chance.randrange(1000),
            categories=[chance.choice(list(ModelCategory)).value], languages=chance.sample(["en", "pt-BR", "de"], 2),
            license=chance.choice(["MIT", "Apache-2.0"]),
        )
        for n in range(count)
    ]  # fmt: skip
    await Model.bulk_create(made, batch_size=500)
    await Version.bulk_create(
        [
            Version(
                model_id=model.id, number=1, state="READY", source_type="predictor", source_ref="echo",
                predictor="echo", input_schema={}, output_schema={}, info={},
                probe={"bytes": chance.randrange(10**10)},
            )
            for model in made
        ],
        batch_size=500,
    )  # fmt: skip
    await rows(
        """INSERT INTO model_day (id, model_id, day, callers)
        SELECT gen_random_uuid(), m.id, (now() AT TIME ZONE 'UTC')::date - d, (random() * 1000)::int
        FROM model m, generate_series(0, $1::int - 1) AS d RETURNING 1""",
        DAYS,
    )
    return users


async def measure(ask: Callable[[], Awaitable[object]], times: int) -> list[float]:
    """How many milliseconds each of so many calls took."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await ask()
        taken.append(1000 * (time.perf_counter() - began))
    return taken


async def run(url: str, count: int, times: int) -> bool:
    """Measure all, and print a table; whether every p95 is below the bound."""
    await migrate(url, 60, lambda _: None)
    async with open_database(url, 4):
        users = await fill(count)
        began = time.perf_counter()
        await run_counts.count()
        sys.stdout.write(f"roll-up of {count * DAYS} days: {1000 * (time.perf_counter() - began):.0f} ms" + "\n")
        await rows("ANALYZE")
        viewer = Viewer(user_id=users[0].id)
        trending = Order(ModelOrderField.TRENDING.value)

        async def listed(criteria: ModelCriteria, text: str | None = None, order: Order | None = None) -> None:
            query, by = await models.search(viewer, models.listing(viewer, criteria), text, order)
            await page(query, PageRequest(first=20), by)

        chat = ModelCriteria(category=ModelCategory.CHAT, language="pt", license="MIT")
        small = ModelCriteria(device=DeviceClass.CPU, max_memory_bytes=10**9)
        asked: dict[str, Callable[[], Awaitable[object]]] = {
            "trending": lambda: listed(ModelCriteria(), None, trending),
            "trending, category, language, license": lambda: listed(chat, None, trending),
            "trending, device, memory": lambda: listed(small, None, trending),
            "search: a word": lambda: listed(ModelCriteria(), "diffusion"),
            "search: two words": lambda: listed(ModelCriteria(), "tiny whisper"),
            "search: a beginning": lambda: listed(ModelCriteria(), "wh"),
            "search: misspelled": lambda: listed(ModelCriteria(), "difusoin"),
            "search, category, trending": lambda: listed(chat, "diffusion", trending),
            "page of an owner": lambda: owners.find(viewer, users[1].handle),
        }
        sys.stdout.write(f"{'':40} {'p50':>8} {'p95':>8}" + "\n")
        is_quick = True
        for name, ask in asked.items():
            await measure(ask, 5)
            taken = await measure(ask, times)
            p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[18]
            is_quick = is_quick and p95 < 50
            sys.stdout.write(f"{name:40} {p50:6.1f}ms {p95:6.1f}ms" + "\n")
        return is_quick


def main() -> None:
    """Measure at the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, LocalServers.start(Path(folder) / "s", durable=False) as servers:
        is_quick = asyncio.run(run(servers.database_url, options.models, options.times))
    if not is_quick:
        sys.exit("A p95 is over 50 ms.")


if __name__ == "__main__":
    main()
