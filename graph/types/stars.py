"""What stars models and predictions, and takes stars back."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.types.errors import ForbiddenError, NotFoundError
from graph.types.models import SLUG, Model
from graph.types.predictions import Prediction


@strawberry.input(description="The model to star.")
class StarModelInput:
    model: str = strawberry.field(description=SLUG)


@strawberry.input(description="The model to take your star from.")
class UnstarModelInput:
    model: str = strawberry.field(description=SLUG)


@strawberry.input(description="The prediction to star.")
class StarPredictionInput:
    id: strawberry.ID = strawberry.field(description="Id of the prediction.")


@strawberry.input(description="The prediction to take your star from.")
class UnstarPredictionInput:
    id: strawberry.ID = strawberry.field(description="Id of the prediction.")


StarModelResult = Annotated[
    Model | NotFoundError | ForbiddenError,
    strawberry.union("StarModelResult", description="Result of `starModel`."),
]
UnstarModelResult = Annotated[
    Model | NotFoundError | ForbiddenError,
    strawberry.union("UnstarModelResult", description="Result of `unstarModel`."),
]
StarPredictionResult = Annotated[
    Prediction | NotFoundError | ForbiddenError,
    strawberry.union("StarPredictionResult", description="Result of `starPrediction`."),
]
UnstarPredictionResult = Annotated[
    Prediction | NotFoundError | ForbiddenError,
    strawberry.union("UnstarPredictionResult", description="Result of `unstarPrediction`."),
]
