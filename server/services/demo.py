"""The bundled demo models, owned by the `demo` account."""

from __future__ import annotations

from server.domain.models import ModelKind, ModelSource, NewVersion, SourceType
from server.errors import ConflictError
from server.runtime import Runtime
from server.services import accounts, models, publishing
from server.services.models import NewModel
from server.services.versions import latest, of_models
from server.tables import Model

DEMO_MODELS = (
    NewModel(
        "prose",
        ModelKind.TEXT_GENERATION,
        NewVersion(ModelSource(SourceType.DEMO, "prose")),
        "A small language model, trained on software documentation: it writes text of that kind, not sense.",
    ),
    NewModel(
        "shapes",
        ModelKind.IMAGE_GENERATION,
        NewVersion(ModelSource(SourceType.DEMO, "shapes")),
        "A small diffusion model that draws one shape: “a red circle on a blue background”.",
    ),
    NewModel(
        "echo",
        ModelKind.CUSTOM,
        NewVersion(ModelSource(SourceType.PREDICTOR, "echo")),
        "Gives its text back, word by word: for trying clients.",
    ),
)


async def register(rt: Runtime) -> list[str]:
    """Add what is missing, and a version where the last one was refused; returns the slugs added."""
    owner = await accounts.demo_owner()
    added = []
    for new in DEMO_MODELS:
        try:
            await models.add(rt, owner, new)
            added.append(f"{owner.handle}/{new.name}")
        except ConflictError:
            await _repair(rt, owner.id, new)
    return added


async def _repair(rt: Runtime, owner_id: object, new: NewModel) -> None:
    """A demo whose files changed with an update of the software gets a new version."""
    model = await Model.get(owner_id=owner_id, name=new.name)
    newest = latest((await of_models([model.id]))[model.id])
    if newest is None or newest.state == "REFUSED":
        await publishing.publish(rt, model, new.version)
