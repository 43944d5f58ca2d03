"""What features models, as administrators do."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.types.errors import ForbiddenError, NotFoundError
from graph.types.models import SLUG, Model


@strawberry.input(description="The model to feature.")
class FeatureModelInput:
    model: str = strawberry.field(description=SLUG)


@strawberry.input(description="The model to feature no longer.")
class UnfeatureModelInput:
    model: str = strawberry.field(description=SLUG)


FeatureModelResult = Annotated[
    Model | NotFoundError | ForbiddenError,
    strawberry.union("FeatureModelResult", description="Result of `featureModel`."),
]
UnfeatureModelResult = Annotated[
    Model | NotFoundError | ForbiddenError,
    strawberry.union("UnfeatureModelResult", description="Result of `unfeatureModel`."),
]
