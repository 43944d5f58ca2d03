"""How much a search through predictions looks at, however many somebody has."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from server.adapters.database import rows
from server.domain.accounts import Viewer
from server.errors import UnavailableError
from server.services import prediction_search, predictions
from server.services.predictions import PredictionCriteria
from server.tables import User, Version

FILL = """
INSERT INTO prediction (id, owner, user_id, queue, rank, status, input, output, logs, attempt, losses, alone, run_at,
  request_hash, created_at, updated_at, completed_at, model_id, version_id, data_removed)
SELECT gen_random_uuid(), 'user:' || $1::uuid::text, $1::uuid, 'custom', 0, 'succeeded',
  jsonb_build_object('prompt', 'number q' || n || 'q of many'), to_jsonb(repeat(md5(n::text), $5)), '', 1, 0,
  false, at, '', at, at, at, $2, $3, false
FROM (SELECT n, now() - n * interval '1 s' AS at FROM generate_series(1, $4) AS n) AS made
"""


@pytest.fixture
async def owner(version: Version, database: str) -> UUID:
    user = await User.create(handle=f"u{uuid4().hex[:12]}", email=f"{uuid4().hex}@example.com")
    return UUID(str(user.id))


async def fill(owner: UUID, version: Version, count: int, length: int = 1) -> None:
    """So many predictions, the newest first, with an output of 32 characters or a multiple."""
    await rows(FILL, owner, version.model_id, version.id, count, length)


async def search(owner: UUID, text: str, **criteria: Any) -> list[UUID]:
    query = await predictions.listing(Viewer(owner), PredictionCriteria(**criteria))
    return await prediction_search.search(query, text)


async def numbered(ids: list[UUID]) -> list[str]:
    found = {row["id"]: row["prompt"] for row in await rows(_PROMPTS, ids)}
    return [found[row_id] for row_id in ids]


_PROMPTS = "SELECT id, input->>'prompt' AS prompt FROM prediction WHERE id = ANY($1::uuid[])"


async def test_the_newest_are_looked_at_and_come_first(
    owner: UUID, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction_search, "MOST_SEARCHED", 50)
    await fill(owner, version, 100)
    ids = await search(owner, "number many")
    assert await numbered(ids) == [f"number q{n}q of many" for n in range(1, 51)]
    assert await search(owner, "q99q") == []
    (old,) = await rows(
        "SELECT created_at FROM prediction WHERE user_id = $1 AND input->>'prompt' LIKE '% q60q %'", owner
    )
    assert len(await search(owner, "number", created_before=old["created_at"])) == 40
    monkeypatch.setattr(prediction_search, "MOST_MATCHES", 10)
    assert await search(owner, "number") == ids[:10]


async def test_what_takes_more_is_not_looked_at(owner: UUID, version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(owner, version, 40)
    monkeypatch.setattr(prediction_search, "MOST_BYTES", 1000)
    assert 0 < len(await search(owner, "number")) < 40
    monkeypatch.setattr(prediction_search, "MOST_BYTES", 1_000_000)
    monkeypatch.setattr(prediction_search, "LONGEST_BYTES", 10)
    assert await search(owner, "number") == []


async def test_one_that_takes_too_long_is_given_up(
    owner: UUID, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(owner, version, 100, 20_000)
    monkeypatch.setattr(prediction_search, "MOST_BYTES", 10**9)
    monkeypatch.setattr(prediction_search, "LONGEST_BYTES", 10**9)
    monkeypatch.setattr(prediction_search, "MOST_SECONDS", 0.02)
    with pytest.raises(UnavailableError, match="narrow it down"):
        await search(owner, "zzz")
    # The connection goes on without that limit
    assert (await rows("SHOW statement_timeout"))[0]["statement_timeout"] == "0"
