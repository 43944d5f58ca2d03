"""Variables of a model at rest, and how often they were changed as a claim tells it."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from server.adapters.vault import UnreadableSecretError, Vault
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.variables import NewVariable, VariableKind
from server.queue.claim import claim_hinted
from server.runtime import Runtime
from server.services import variables
from server.tables import ModelVariable, Version
from tests.integration.queue import store

OTHER = "another secret key of more than 32 characters"
KEY = NewVariable("KEY", "sk-4711", VariableKind.SECRET)


async def give(rt: Runtime, version: Version, new: NewVariable) -> None:
    await version.fetch_related("model__owner")
    model = version.model
    viewer = Viewer(user_id=model.owner_id, scopes=frozenset(Scope))
    await variables.set_variable(rt, viewer, f"{model.owner.handle}/{model.name}", new)


async def test_they_are_sealed_and_sealed_anew_when_secret_key_is_replaced(rt: Runtime, version: Version) -> None:
    await give(rt, version, KEY)
    (row,) = await ModelVariable.filter(model_id=version.model_id)
    assert KEY.value not in row.sealed
    both, newer = replace(rt, vault=Vault(OTHER, [store.SECRET])), replace(rt, vault=Vault(OTHER))
    with pytest.raises(UnreadableSecretError):
        await variables.open_of_version(newer, version.id)
    assert (await variables.open_of_version(both, version.id)).secrets == {"KEY": KEY.value}
    assert (await variables.open_of_version(newer, version.id)).secrets == {"KEY": KEY.value}


async def test_a_claim_tells_how_often_they_were_changed(rt: Runtime, version: Version, queue: str) -> None:
    async def changes() -> int:
        row = await store.add(version, queue)
        (lease,) = await claim_hinted([row.id], queue, uuid4(), 30)
        return lease.variable_changes

    assert await changes() == 0
    await give(rt, version, KEY)
    assert await changes() == 1
    await give(rt, version, replace(KEY, value="sk-0815"))
    assert await changes() == (await variables.open_of_version(rt, version.id)).changes == 2
