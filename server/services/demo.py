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

from server.domain.accounts import Viewer
from server.domain.models import ModelKind, ModelSource, NewVersion, SourceType
from server.domain.predictions import NewPrediction, PredictionStatus
from server.errors import ConflictError
from server.runtime import Runtime
from server.services import accounts, models, predictions, versions
from server.services.models import ModelChanges, NewModel
from server.tables import Model, Prediction

POLL_SECONDS = 0.2
LIVE = (PredictionStatus.STARTING.value, PredictionStatus.PROCESSING.value)


@dataclass(frozen=True)
class DemoModel:
    """A bundled model; `samples` are the inputs whose outputs its card shows, `first_input` is what `up` runs live."""

    new: NewModel
    samples: tuple[dict[str, Any], ...]
    first_input: dict[str, Any] | None = None

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

It was trained at 64 by 64 pixels on prompts of the form **a** *colour* *shape* **on a** *colour* **background**.
More steps take longer and draw finer; unfinished pictures are shown while somebody watches.
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
SHAPES_INPUTS = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("prompt", "image", "mask", "negative_prompt"), True),
        "steps": {"default": 20},
        "guidance": {"default": 4},
        **dict.fromkeys(("strength", "width", "height", "num_images", "seed", "scheduler", "output_format"), True),
    },
    "required": ["prompt"],
}
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
DEMO_MODELS = (
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
            {"prompt": "a green triangle on a white background", "steps": 40, "seed": 7},
            {"prompt": "a white square on a purple background", "steps": 40, "seed": 1},
        ),
        first_input={"prompt": "a yellow star on a black background"},
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
    ),
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
)


async def register(rt: Runtime) -> list[str]:
    """Add the models that are missing, and a version where the last one was refused; returns the slugs added."""
    owner = await accounts.demo_owner()
    added = []
    for demo in DEMO_MODELS:
        try:
            await models.add(rt, owner, demo.new)
            added.append(demo.slug)
        except ConflictError:
            # Its files may have changed with an update of the software
            model = await Model.get(owner_id=owner.id, name=demo.new.name)
            newest = (await versions.latest_of_models([model.id])).get(model.id)
            if newest is None or newest.state == "REFUSED":
                await versions.publish(rt, model, demo.new.version)
    return added


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
