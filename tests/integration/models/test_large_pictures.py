"""A picture that its machine can hardly draw: it can be canceled, and nothing of others is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import paths, ready, unique
from tests.unit.predictors import tiny_models

VALUES = {"prompt": "a fox", "steps": 1, "width": 32, "height": 16}


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_large_picture_is_canceled_and_those_behind_it_are_drawn(
    admin: Client, ada: Client, live_server: LiveServer
) -> None:
    folder = tiny_models.stable(Path(live_server.environment["MODEL_ROOT"]) / unique("stable"))
    slug = await ready(admin, kind="IMAGE_GENERATION", source={"local": {"path": folder.name}})
    larger = {**VALUES, "width": 8192, "height": 8192}
    assert paths(await ada.create(slug, larger)) == ["/input/height", "/input/width"]
    # A million places that look at each other: hours of one call of C
    large = await ada.create(slug, {**VALUES, "width": 2048, "height": 2048, "seed": 1}, wait=5)
    assert large["status"] == "PROCESSING"
    small = [await ada.create(slug, {**VALUES, "seed": seed}, wait=0) for seed in (2, 3)]
    assert (await ada.cancel(large["id"]))["id"] == large["id"]
    done = await asyncio.gather(*(ada.create(slug, {**VALUES, "seed": seed}, wait=60) for seed in (2, 3, 4)))
    assert [each["status"] for each in done] == ["SUCCEEDED"] * 3
    for each in (large, *small):
        ended = await ada.get(each["id"])
        assert ended is not None
        assert ended["status"] == ("CANCELED" if each is large else "SUCCEEDED")
