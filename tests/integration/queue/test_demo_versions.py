"""The bundled models in the database: added once, and published anew where the software brings other files."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.runtime import Runtime
from server.services import demo
from server.tables import Model, Version

ALL = {each.slug for each in demo.DEMO_MODELS}
NAMES = [each.new.name for each in demo.DEMO_MODELS]
ADAPTERS = {each.slug: each.base for each in demo.DEMO_MODELS if each.base is not None}


@pytest.fixture(autouse=True)
async def no_demos(database: str) -> AsyncIterator[None]:
    yield
    for has_base in (True, False):
        await Version.filter(model__name__in=NAMES, base_id__isnull=not has_base).delete()
    await Model.filter(name__in=NAMES).delete()


async def prepare_all(digests: dict[str, str | None]) -> None:
    """Make READY what waits, with these digests by name."""
    for version in await Version.filter(state="PREPARING", model__name__in=NAMES).select_related("model"):
        await Version.filter(id=version.id).update(state="READY", digest=digests.get(version.model.name))


async def published() -> dict[str, int]:
    """How many versions each bundled model has."""
    rows = await Version.filter(model__name__in=NAMES).select_related("model")
    return {name: sum(row.model.name == name for row in rows) for name in {row.model.name for row in rows}}


async def test_they_are_added_once(rt: Runtime) -> None:
    assert set(await demo.register(rt)) == ALL
    assert await demo.register(rt) == [], "they are being prepared"
    await prepare_all({each.new.name: each.digest for each in demo.DEMO_MODELS})
    assert await demo.register(rt) == []
    assert set((await published()).values()) == {1}


async def test_other_files_are_a_new_version_and_so_are_adapters_on_it(rt: Runtime) -> None:
    await demo.register(rt)
    digests = {each.new.name: each.digest for each in demo.DEMO_MODELS}
    await prepare_all({**digests, "shapes": "sha256:of-the-last-release"})
    changed = ["demo/shapes", *(slug for slug, base in ADAPTERS.items() if base == "shapes")]
    assert await demo.register(rt) == [f"{slug} (a new version)" for slug in changed]
    base = await Version.get(model__name="shapes", number=2)
    for slug in changed[1:]:
        assert (await Version.get(model__name=slug.partition("/")[2], number=2)).base_id == base.id
    await prepare_all(digests)
    assert await demo.register(rt) == []


async def test_a_refused_one_is_published_again_and_a_deleted_one_is_not(rt: Runtime) -> None:
    await demo.register(rt)
    await prepare_all({each.new.name: each.digest for each in demo.DEMO_MODELS})
    await Version.filter(model__name="prose").update(state="REFUSED")
    assert await demo.register(rt) == ["demo/prose (a new version)"]
    model = await Model.get(name="shapes")
    await Model.filter(id=model.id).update(deleted_at=model.created_at)
    assert await demo.register(rt) == []
