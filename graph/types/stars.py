"""What stars models, and takes stars back."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.types.errors import ForbiddenError, NotFoundError
from graph.types.models import SLUG, Model


@strawberry.input(description="The model to star.")
class StarModelInput:
    model: str = strawberry.field(description=SLUG)


@strawberry.input(description="The model to take your star from.")
class UnstarModelInput:
    model: str = strawberry.field(description=SLUG)


StarModelResult = Annotated[
    Model | NotFoundError | ForbiddenError,
    strawberry.union("StarModelResult", description="Result of `starModel`."),
]
UnstarModelResult = Annotated[
    Model | NotFoundError | ForbiddenError,
    strawberry.union("UnstarModelResult", description="Result of `unstarModel`."),
]
