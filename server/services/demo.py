"""The bundled demo models, owned by the `demo` account."""

from __future__ import annotations

from server.domain.models import ModelKind, ModelSource, NewVersion, SourceType
from server.errors import ConflictError
from server.runtime import Runtime
from server.services import accounts, models, versions
from server.services.models import NewModel
from server.services.versions import latest, of_models
from server.tables import Model

PROSE = """\
A small language model, trained on software documentation: it writes text of that kind, not sense.

- Llama-shaped, 2.6 M parameters, positions up to 1,024; English only.
- It knows the phrases of its corpus: *The function returns*, *The following example shows how to*.
- The same `seed` gives the same text, whatever runs beside it.
"""
SHAPES = """\
A small diffusion model that draws one shape: “a red circle on a blue background”.

It was trained at 64 by 64 pixels on prompts of the form **a** *colour* *shape* **on a** *colour* **background**.
More steps take longer and draw finer; unfinished pictures are shown while somebody watches.
"""
ECHO = """\
Gives its text back, word by word: for trying clients.

`delay_seconds` makes it slow, so that there is time to cancel, to reload, or to join from elsewhere; `fail` makes it
fail.
"""
DEMO_MODELS = (
    NewModel(
        "prose",
        ModelKind.TEXT_GENERATION,
        NewVersion(ModelSource(SourceType.DEMO, "prose")),
        PROSE,
        tags=("demo", "small", "english"),
    ),
    NewModel(
        "shapes",
        ModelKind.IMAGE_GENERATION,
        NewVersion(ModelSource(SourceType.DEMO, "shapes")),
        SHAPES,
        tags=("demo", "small", "diffusion"),
    ),
    NewModel(
        "echo",
        ModelKind.CUSTOM,
        NewVersion(ModelSource(SourceType.PREDICTOR, "echo")),
        ECHO,
        tags=("demo",),
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
        await versions.publish(rt, model, new.version)
