"""Requests of OpenAI's form: their version is looked up once, as their caller may see it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from server.domain.accounts import Viewer
from server.domain.models import Visibility
from server.rest.caller import Caller
from server.rest.openai.errors import UnknownModelError
from server.rest.openai.models import find_version
from server.rest.openai.together import make_all
from server.runtime import Runtime
from server.services import predictions
from server.tables import Model, Version

REQUEST = cast("Any", None)


def caller(rt: Runtime, viewer: Viewer) -> Caller:
    return Caller(rt, cast("Any", None), viewer, "http://api.example", cast("Any", None))


async def test_the_version_of_a_request_is_looked_up_once(
    rt: Runtime, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookups = []
    resolve = predictions.resolve_version

    async def count(viewer: Viewer, slug: str, sticky_key: str | None = None) -> tuple[Model, Version]:
        lookups.append(slug)
        return await resolve(viewer, slug, sticky_key)

    monkeypatch.setattr(predictions, "resolve_version", count)
    slug = f"{version.model.owner.handle}/{version.model.name}"
    owner = caller(rt, Viewer(version.model.owner_id))
    _, resolved = await find_version(owner, slug)
    runs = await make_all(owner, REQUEST, resolved, [{}, {}, {}], None)
    assert {run.row.version_id for run in runs} == {version.id}
    assert lookups == [slug]
    await Model.filter(id=version.model_id).update(visibility=Visibility.PRIVATE.value)
    for viewer in (Viewer(), Viewer(address="10.5.0.1")):
        with pytest.raises(UnknownModelError):
            await find_version(caller(rt, viewer), slug)
