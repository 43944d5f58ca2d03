"""The bundled demo models, owned by the `demo` account: what they are, what `up` runs first, what their cards show."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.domain.accounts import Viewer
from server.domain.models import ModelKind, ModelSource, NewVersion, SourceType, VersionState
from server.domain.predictions import NewPrediction, PredictionStatus
from server.errors import ConflictError
from server.runtime import Runtime
from server.services import accounts, models, predictions, versions
from server.services.models import ModelChanges, NewModel
from server.tables import Model, Prediction, User, Version

POLL_SECONDS = 0.2
LIVE = (PredictionStatus.STARTING.value, PredictionStatus.PROCESSING.value)


@dataclass(frozen=True)
class DemoModel:
    """A bundled model; `samples` are the inputs whose outputs its card shows, `first_input` is what `up` runs live.

    `base` is the name of the bundled model that it is an adapter of; `digest` is that of its folder, as workers see it.
    """

    new: NewModel
    samples: tuple[dict[str, Any], ...]
    first_input: dict[str, Any] | None = None
    base: str | None = None
    digest: str | None = None

    @property
    def slug(self) -> str:
        """Its owner and name."""
        return f"{accounts.DEMO_HANDLE}/{self.new.name}"


PROSE_DESCRIPTION = """\
A small language model, trained on software documentation: it writes text of that kind, not sense.

- Llama-shaped, 2.6 M parameters, positions up to 1,024; English only.
- It knows the phrases of its corpus: *The function returns*, *The following example shows how to*.
- The same `seed` gives the same text, whatever runs beside it.
"""
CHAT_DESCRIPTION = """\
A small chat model that answers questions about this server, out of its own pages, and of nothing else.

- It is `demo/prose`, taught with questions and answers; 2.6 M parameters, so it knows sentences and does not reason.
- It takes `messages`, by a chat template of its own: *What is a lease?*, *What does MAX_QUERY_COST do?*
"""
SHAPES_DESCRIPTION = """\
A small diffusion model that draws one shape: “a red circle on a blue background”.

It was trained on prompts of the form **a** *colour* *shape* **on a** *colour* **background**, for 128 by 128 pixels.

- `image` alone is the picture to start from: `strength` says how much of it is drawn anew.
- `image` and `mask` draw anew where the mask is white.

More steps take longer and draw finer; unfinished pictures are shown while somebody watches.
"""
OUTLINE_DESCRIPTION = """\
The shapes of *demo/shapes* as outlines.

It is a LoRA on *demo/shapes*: the two share one model in memory, and a switch between them takes milliseconds.
`lora_scale` says how strongly it changes the picture; 0 is *demo/shapes* itself.
"""
NAMING_DESCRIPTION = """\
A small picture classifier that names one shape and its colour: "red circle", "yellow star".

Give it a drawing of *demo/shapes*, or one of your own on a plain background. It knows 48 classes, and takes every
picture for one of them.
"""
ECHO_DESCRIPTION = """\
Gives its text back, word by word: for trying clients.

`delay_seconds` makes it slow, so that there is time to cancel, to reload, or to join from elsewhere; `fail` makes it
fail.
"""
PROSE_SAMPLING = {"max_new_tokens": 70, "temperature": 0.7, "seed": 4}
# What it was trained for; the class of its pipeline has other defaults
SHAPES_INPUTS: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("prompt", "image", "mask", "negative_prompt"), True),
        "steps": {"default": 20},
        "guidance": {"default": 4},
        **dict.fromkeys(("strength", "width", "height", "num_images", "seed", "scheduler", "output_format"), True),
    },
    "required": ["prompt"],
}
OUTLINE_INPUTS = {
    **SHAPES_INPUTS,
    "properties": {**SHAPES_INPUTS["properties"], "lora_scale": True},
}
# The same for the base and its LoRA, so that both draw the same circle
LIVE_INPUT = {"prompt": "a red circle on a blue background", "seed": 0}
# Two drawings of workers/demo_models/drawings.py, as PNG
YELLOW_STAR = (
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAMAAACdt4HsAAAAYFBMVEX+1in50Cn0zCjzyyjxySjwyCjvyCjwxyjvxyjtxyjtxijrxCjlwCfgvC"
    "e2mSSOeCFmVx5EOxwmIxofHhocHBkcGxkbGhkaGhkaGRkZGRkYGBkWFhkVFhkUFRkQERgHChh96Qi9AAACLklEQVR42u2X25KrIBBFQcFDQMUL"
    "DAkq/v9fHlCj0YBapmpqHtKPGlfv3XQDAY8PA3wBX8AvAPSHACX0JwBlSm7kBwDZc6q1ugxQWmawPJKwA5CmxID34jJA9Bz8y+SBhzBANVWGbt"
    "GRB7AjoACMHXoIA+5dDimJs6pRlwCqq26IYAaKfQlgpwkgxZjCvLtfAbgmiAjGBNGqUxcAtgmiBNs48rAA1Cpq2wTMAZyHn/U7P0B3bbOE7qos"
    "Jg5A0K0y+uVV22kfQMtqFe0kwEng7fqd1F4FPEmzdAmG8BSIvTzO0oR7FShtCghxPMf8vSUsTzGEhVlNx6xAyb5gkJFn4JeYH9ofFL1UgWUUps"
    "4BXX25DkJBXhsR7gPR2fZHNPQ9RXZFO7HXSNIWIooCBBpF1r7c70QlXCG8BOrsC3XYyoFCeO37Z2EsxIZAvPYDw2QLUSZrAkFJ6bEfmkZhAXgN"
    "wBYgTo/zPIhLuK2xPgtQD51vF8LOtH6os4CmZvG2iDGrm7MAaYq5BJTORSjM2SK+lIBBOE1VuAjvgHs7lYASkOcwplMR2vs5wHQeuKSYK9fZhI"
    "wbm39zBr4jlY7py15J29mDCBo647wANqTXxrqWrRlEsLMAu4hZxMb0YtztBxEszvwLCd5LkNJn+mldBxEo9RcBeBws6Z9HjhMR8OAD8IfZrLkT"
    "EZ0CWAeb9LOIins9bBVo0Rhvy8lOe2+d4P1yG7gT/fjvvd//C1/A3wD8BzlCYSNSTpYcAAAAAElFTkSuQmCC"
)
RED_RING = (
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAMAAACdt4HsAAAAYFBMVEX4///3///2///2/Pz2+fn1+Pj19vb19fX19PT18/P18vL18fH08fH07e"
    "3x1dXttbXokJDkbW3gSEjcLi7dLCzcLCzcKyvcKircKSncKCjcJibcJSXbHx/aGxvaGBjaFhaqWUpTAAADJElEQVR42u1X25ajIBAUFeUSBwgB"
    "FFH//y+3NTFi1MSZ3Zc9Z/pVKLurqy8k5V9a8gvwEYBM9kMAQjnDo+XlhR+hHAOwEqcIVZNhhHLMyDcACCtQUQkp9WhWSVlVKCfsLADNUSWu2g"
    "99O5oPQ6+1rHK0DSTZJS6tpG4739xMPZkz1redvQoI5DMAI5nQXVvbJra6tj50qsou5AMAT7EKrambrVkXtEjWYWwAOBLXzu5dnyCCkwTTNwBw"
    "PwTTHJqrB4ULegjA4L5/cx+40IMqSnIAwLOv4F183Bkwt4oIEDK6D0BIcY39tw0oACz4xq6IEIjvAyDVm4jzzt9Ag1Kqm+/cAlE34StlOwA0E2"
    "E5ZkJQoioQGIhaxdSa7spmGiIAgivduuiQyFABdcgvZYEySK6JaJBzEBEAy+RyRvcqR5SSubApylWvn0F4XWHyAkAKrtuZbtNDtvkqQQWOCDJP"
    "F5LIAbHc79ZqmRgChKeHNqjsxQNCKEh4/nzd3J8Qrk+SXRB3MSwAmGtfL1/5tkw5ZMm90phEOfTNHcB2sdRWeVazky4oMmUyWapIDvqhEy8ytt"
    "sml5/U3tzzEAM8SI5y9NqqQCmPMOtWrwEmFdWzd7TcByipmlkw/Z2EHYAlx1saIU6zVsL/DPDKQV4Z/x0S9asHJZm/nUtj0961nGy9OyekVvMj"
    "IZ2S8kZIsXtnimnmMAIonmk4U85mU41TR7NnG8ozgrilLYn8WUsrx6lizzXVcbY8ErXqyqJzzam2PuZpOxcgCHVusNSueSplNZlWk+V4tI0yTv"
    "jebGS5gIXoxHBVy9r4Mt6TuTG+Ge8WVLwoNXndTdUaYWfL8UHk7GhDIRir4XBDuv8ftgN2vCPRolChOVxy6lu4iVW72WxptISSCbd9J6wbYFNk"
    "7/dEQmHRG7xx27/brpY0Zx9XXZ6WUg/B3dwzp3VtTDuEK6yZ9MSyzUpUSRUg/60d03hr2rYftBRZejm3rROOQf1SGd2DjvqhhV1dVigl9PSDg1"
    "xICjVQyckEvBYQ5vR7Tx56KfMcTZZizDn5waOLED4ZPX53/b5c/wHAH1llyQKxg5aSAAAAAElFTkSuQmCC"
)
# And two that `demo/shapes` draws over, with the mask of the second
RED_CIRCLE = (
    "iVBORw0KGgoAAAANSUhEUgAAAIAAAACABAMAAAAxEHz4AAAAGFBMVEXkJh/cKCjcKCeEQoUyWt0yWtwyWtsqXOTRhv+FAAAC7UlEQVR42u2Y308T"
    "QRDHZ+6IkaTt3lJJ0ABtz0SDCIVEfJRo4T+AP8C/zCdfIT4D8Q8QUkpftb8wRkns7rWaHD/a9QHRUu5mtyVEYrZv18x+dua7ezNzg+twvZ8DFvDv"
    "ASNRf3IAEEMD0IMKAIx5YrgQMFXnvu/7AZd8GA94Pau2KwDgby+mTOIY6V8/uVWVPgDsObWHL2sZORiA886mzKAAAA7JD5/WqkwHcGd74//mbHgQ"
    "/n46HpXVWS8cQETkk5u8x2fFktspbwAPvORbvLzhcfNsBkJTAD7Ywn7j0crZRGgaAj8qXdWcfex6hgBMvIkwxU65bgjgO7koA9yd94w0wPF30RZ3"
    "foZ3TTzgO5loC9wlVbi4icgO4i5dsm2iQepUxZngLjcAuO/j/ZwKPC0AE6V4G7lR1wJSzWy8DTYXtAC3SL34001PA0DWoJQWZZ0H6pRMXtQ5nAPG"
    "ZPaahaVI5z5CBAcAAKs1ehtChHMP5nQloCM1IWg8cBoBCSCvEQCA+r5ws+XdLeoKUPwx3I4OBasNnVn8RbBd2v8DSE0Pv48DACqt3YfN3bAGWkyj"
    "TgI6eV0vBouSTKoNTUqDLB1CsKBZj+19WoOyJit3cxkSoHj3mqfg+bRVe1lTFwyOgQa0xshjwPS+7pIfsCE1vOgPfLI0BfESXHggClRpGTd4T8tE"
    "DContACVyxGHOC/1HohXsUYqbdKpQjsfZ+JREfwBqG6cjHi4LE2+F04OE9FdCHvEQpMQ1FS0C4p2oCeZtUqRKgTPhGG+VtlChKlaoh3oTaetH6+v"
    "qKDcRWFcMZS4l+/bDYM1Ic1LjpKr+Us+KPGcqUFqVtAs5MXf1MLaS8vaEcSlz384cZ+EX1r3QwBAduQ8fSHlYAAIuzM59VWEYTjRnll5HGjX949A"
    "VMv5vCr3AMAtpIv6AcjVIYwSmWZtBQA6JYcZrAdcjxokAYACk+WRkyxlOsSyXZoFWIAFWIAFWIAFWIAFWMCtBvwCYAHriQ+4BPUAAAAASUVORK5C"
    "YII="
)
WHITE_SQUARE = (
    "iVBORw0KGgoAAAANSUhEUgAAAIAAAACAAgMAAAC+UIlYAAAADFBMVEX19vXEldiWPL6SM7tgvxtJAAAATUlEQVR42u3WMQ4AEBBEUQSF023lkDTu"
    "p6DdhChF5E+1k7xqq7HFnOMMAAAA/Ay8uoOo0tsKYt5oDUZVJQmvBgAAAMBNYNn2AADgYTABp+oHDvzUqz8AAAAASUVORK5CYII="
)
MASK = (
    "iVBORw0KGgoAAAANSUhEUgAAAIAAAACAAQAAAADrRVxmAAAAJ0lEQVR42mNgGAXUBowMDAz/kflM6CpGBUYFRgVGBUYFRprAKEAFACWKAbgO/dDO"
    "AAAAAElFTkSuQmCC"
)
DEMO_MODELS = (
    # The first is the oldest, which stands last in the gallery
    DemoModel(
        NewModel(
            "echo",
            ModelKind.CUSTOM,
            NewVersion(ModelSource(SourceType.PREDICTOR, "echo")),
            ECHO_DESCRIPTION,
            tags=("demo",),
        ),
        samples=({"text": "What you say comes back, word by word."},),
    ),
    DemoModel(
        NewModel(
            "prose",
            ModelKind.TEXT_GENERATION,
            NewVersion(ModelSource(SourceType.DEMO, "prose")),
            PROSE_DESCRIPTION,
            tags=("demo", "small", "english"),
        ),
        samples=(
            {"prompt": "The function returns", **PROSE_SAMPLING},
            {"prompt": "When a worker starts, it", **PROSE_SAMPLING},
        ),
        first_input={"prompt": "The function returns", "max_new_tokens": 120, "temperature": 1.0},
        digest="sha256:7ea1fd260a972770521445ac588982e5e909002cd8b7ab8b6d374e64632a4539",
    ),
    DemoModel(
        NewModel(
            "chat",
            ModelKind.TEXT_GENERATION,
            NewVersion(ModelSource(SourceType.DEMO, "chat")),
            CHAT_DESCRIPTION,
            tags=("demo", "small", "english", "chat"),
        ),
        samples=(
            {"messages": [{"role": "user", "content": "What is a lease?"}], "temperature": 0, "seed": 1},
            {"messages": [{"role": "user", "content": "How do I cancel a prediction?"}], "temperature": 0, "seed": 1},
        ),
        digest="sha256:aeb55a0499ff28f2fc1f2aa711afb55132ea72ff5b1c893adb21918cc2cb97ff",
    ),
    DemoModel(
        NewModel(
            "shapes",
            ModelKind.IMAGE_GENERATION,
            NewVersion(ModelSource(SourceType.DEMO, "shapes"), SHAPES_INPUTS),
            SHAPES_DESCRIPTION,
            tags=("demo", "small", "diffusion"),
        ),
        samples=(
            {"prompt": "a red circle on a blue background", "steps": 40, "seed": 7},
            {"prompt": "a yellow star on a black background", "steps": 40, "seed": 1},
            {
                "prompt": "a yellow circle on a black background",
                "image": f"data:image/png;base64,{RED_CIRCLE}",
                **{"strength": 0.4, "steps": 40, "seed": 1},
            },
            {
                "prompt": "a yellow star on a purple background",
                "image": f"data:image/png;base64,{WHITE_SQUARE}",
                "mask": f"data:image/png;base64,{MASK}",
                **{"steps": 40, "seed": 1},
            },
        ),
        first_input=LIVE_INPUT,
        digest="sha256:9eaa93e3909f0306133dda0d6a03d9153c9dad5185d1fcc2db6de764e6e611a2",
    ),
    DemoModel(
        NewModel(
            "shapes-outline",
            ModelKind.IMAGE_GENERATION,
            NewVersion(ModelSource(SourceType.DEMO, "shapes-outline"), OUTLINE_INPUTS),
            OUTLINE_DESCRIPTION,
            tags=("demo", "small", "lora"),
        ),
        samples=(
            {"prompt": "a red circle on a blue background", "steps": 40, "seed": 7},
            {"prompt": "a white square on a purple background", "steps": 40, "seed": 1},
        ),
        first_input=LIVE_INPUT,
        base="shapes",
        digest="sha256:b8c66cf510eaf0191fa9a9dc371f673f30d651e008f8a560bf98293b77ae5848",
    ),
    DemoModel(
        NewModel(
            "naming",
            ModelKind.CUSTOM,
            NewVersion(ModelSource(SourceType.DEMO, "naming")),
            NAMING_DESCRIPTION,
            tags=("demo", "small", "pictures"),
        ),
        samples=tuple({"image": f"data:image/png;base64,{picture}", "top_k": 3} for picture in (YELLOW_STAR, RED_RING)),
        digest="sha256:28dc7fcc2849f0b02c6854c99a4cf7fc29d17971a55c58dc26fa5051d324ff38",
    ),
)


async def register(rt: Runtime) -> list[str]:
    """Add the models that are missing, and a version where none has the bundled files; returns the slugs added.

    The files change with an update of the software. What somebody deleted stays so.
    """
    owner = await accounts.demo_owner()
    added = []
    for demo in DEMO_MODELS:
        base = None
        if demo.base is not None:
            base = await _usable_versions(owner, demo.base).first()
            if base is None:
                continue
        try:
            await models.add(rt, owner, demo.new, base)
            added.append(demo.slug)
        except ConflictError:
            known = _usable_versions(owner, demo.new.name)
            if demo.digest is not None:
                known = known.filter(Q(digest=demo.digest) | Q(state=VersionState.PREPARING.value))
            if base is not None:
                known = known.filter(base_id=base.id)
            model = await Model.get(owner_id=owner.id, name=demo.new.name)
            if model.deleted_at is None and not await known.exists():
                await versions.publish(rt, model, demo.new.version, base)
                added.append(f"{demo.slug} (a new version)")
    return added


def _usable_versions(owner: User, name: str) -> QuerySet[Version]:
    """The versions of a bundled model that were not refused, the newest first."""
    rows = Version.filter(model__owner_id=owner.id, model__name=name, model__deleted_at=None)
    return rows.exclude(state=VersionState.REFUSED.value).order_by("-number")


async def show(rt: Runtime, patience_seconds: float = 120.0) -> list[str]:
    """Run the demo models that show no sample and are READY, and show their outputs; returns their slugs.

    Samples that somebody chose stay. A second call at the same time, or after an interruption, continues the runs of
    the first.
    """
    owner = await accounts.demo_owner()
    viewer = Viewer(owner.id)
    # A card shows nothing where no sample was chosen, or where all of them have lost their output
    bare = {
        model.name: model
        for model in await Model.filter(owner_id=owner.id, deleted_at=None)
        if not await models.samples(UUID(key) for key in model.samples)
    }
    latest = await versions.latest_of_models([model.id for model in bare.values()])
    runs: dict[str, list[UUID]] = {}
    for demo in DEMO_MODELS:
        model = bare.get(demo.new.name)
        newest = latest.get(model.id) if model is not None else None
        if newest is not None and newest.state == "READY":
            pinned = f"{demo.slug}:{newest.number}"
            runs[demo.slug] = [await _run(rt, viewer, pinned, values) for values in demo.samples]
    succeeded = await _wait_for_success([key for keys in runs.values() for key in keys], patience_seconds)
    shown = []
    for slug, keys in runs.items():
        if chosen := [key for key in keys if key in succeeded]:
            await models.update(rt, viewer, slug, ModelChanges(samples=chosen))
            shown.append(slug)
    return shown


async def _run(rt: Runtime, viewer: Viewer, slug: str, values: dict[str, Any]) -> UUID:
    key = hashlib.sha256(slug.encode() + orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()
    row = await predictions.create(rt, viewer, NewPrediction(slug, values, f"sample {key}"))
    if row.data_removed or row.status not in (*LIVE, PredictionStatus.SUCCEEDED):
        row = await predictions.create(rt, viewer, NewPrediction(slug, values))
    return row.id


async def _wait_for_success(ids: Iterable[UUID], patience_seconds: float) -> set[UUID]:
    """Those that have succeeded when all have ended, or the time is over."""
    rows = Prediction.filter(id__in=list(ids))
    deadline = time.monotonic() + patience_seconds
    # A command without subscriptions: it asks now and then
    while await rows.filter(status__in=LIVE).exists() and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(POLL_SECONDS)
    return {row.id for row in await rows.filter(status=PredictionStatus.SUCCEEDED.value).only("id")}
