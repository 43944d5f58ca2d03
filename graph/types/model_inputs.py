"""What clients send to add, change and find models."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from graph.types.enums import (
    DeviceClass,
    DeviceMap,
    ModelKind,
    ModelOrderField,
    OrderDirection,
    Quantization,
    Visibility,
)
from graph.types.errors import ConflictError, ForbiddenError, InvalidInput, NotFoundError
from graph.types.ids import parse_id
from graph.types.models import Model, ModelVersion
from server.adapters.pagination import Order
from server.domain import models as domain
from server.services.models import ModelChanges, NewModel

OWN_SCHEMA = "An input schema narrower than the kind's."
TAGS = "Words to find it by, at most 10: lower-case letters and digits, with single dashes between them."
SAMPLES = "At most 4 predictions of yours that ran it and succeeded; everybody who sees the model sees them."
PREDICTOR = "What runs a CUSTOM model's weights: embeddings, classification, or a class of the operator's."
QUANTIZATION = "Fewer bits for the weights of linear layers, so that the model fills less memory."
DEVICE = "Which workers run it; INT4 weights and a device map need CUDA. Where there is none, its predictions wait."
DEVICE_MAP = "Whether the model lies on one device or is spread over all GPUs of a worker."


@strawberry.input(description="Which models to list.")
class ModelFilter:
    """Which models to list."""

    owner: str | None = strawberry.field(default=None, description="Handle of the owner.")
    kind: ModelKind | None = strawberry.field(default=None, description="What they make.")
    search: str | None = strawberry.field(default=None, description="Text in name or description.")
    tag: str | None = strawberry.field(default=None, description="One of their tags.")


@strawberry.input(description="What a list of models goes by; models that are equal in it go by their ids.")
class ModelOrder:
    """What a list of models goes by."""

    field: ModelOrderField = strawberry.field(default=ModelOrderField.CREATED_AT, description="The column.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="Which end comes first.")

    def order(self) -> Order:
        """The service's value."""
        return Order(self.field.value, self.direction)


@strawberry.input(description="A repository on the HuggingFace hub.")
class HuggingFaceSourceInput:
    """A repository on the HuggingFace hub."""

    repo: str = strawberry.field(description="owner/name.")
    revision: str | None = strawberry.field(default=None, description="Branch, tag or commit; default main.")


@strawberry.input(description="A folder on the server's machine.")
class LocalSourceInput:
    """A folder on the server's machine."""

    path: str = strawberry.field(description="Path below MODEL_ROOT.")


@strawberry.input(one_of=True, description="Where a version comes from: give exactly one.")
class ModelSourceInput:
    """Where a version comes from."""

    huggingface: strawberry.Maybe[HuggingFaceSourceInput] = strawberry.field(description="A hub repository.")
    local: strawberry.Maybe[LocalSourceInput] = strawberry.field(description="A folder below MODEL_ROOT.")
    demo: strawberry.Maybe[str] = strawberry.field(description="A bundled demo: prose or shapes.")
    predictor: strawberry.Maybe[str] = strawberry.field(description="A predictor of the workers, such as echo.")

    def source(self) -> domain.ModelSource:
        """The domain's source."""
        if self.huggingface:
            repo = self.huggingface.value
            return domain.ModelSource(domain.SourceType.HUGGINGFACE, repo.repo, repo.revision)
        if self.local:
            return domain.ModelSource(domain.SourceType.LOCAL, self.local.value.path)
        if self.demo:
            return domain.ModelSource(domain.SourceType.DEMO, self.demo.value)
        return domain.ModelSource(domain.SourceType.PREDICTOR, self.predictor.value if self.predictor else "")


@strawberry.input(description="A model to add.")
class CreateModelInput:
    """A model to add."""

    name: str = strawberry.field(description="Name, unique among your models.")
    kind: ModelKind = strawberry.field(description="What it makes.")
    source: ModelSourceInput = strawberry.field(description="Where its first version comes from.")
    description: str = strawberry.field(default="", description="What it is, as Markdown.")
    visibility: Visibility = strawberry.field(default=domain.Visibility.PUBLIC, description="Who sees it.")
    tags: list[str] = strawberry.field(default_factory=list, description=TAGS)
    input_schema: JSON | None = strawberry.field(default=None, description=OWN_SCHEMA)
    predictor: str | None = strawberry.field(default=None, description=PREDICTOR)
    quantization: Quantization | None = strawberry.field(default=None, description=QUANTIZATION)
    device_map: DeviceMap = strawberry.field(default=DeviceMap.SINGLE, description=DEVICE_MAP)
    device: DeviceClass = strawberry.field(default=DeviceClass.ANY, description=DEVICE)

    def new(self) -> NewModel:
        """The service's value."""
        return NewModel(self.name, self.kind, _version(self), self.description, self.visibility, tuple(self.tags))


@strawberry.input(description="What to change of a model; what is left out stays.")
class UpdateModelInput:
    """What to change of a model."""

    model: str = strawberry.field(description="owner/name.")
    description: str | None = strawberry.field(default=None, description="What it is, as Markdown.")
    visibility: Visibility | None = strawberry.field(default=None, description="Who sees it.")
    tags: list[str] | None = strawberry.field(default=None, description=TAGS)
    samples: list[strawberry.ID] | None = strawberry.field(default=None, description=SAMPLES)

    def changes(self) -> ModelChanges:
        """The service's value."""
        samples = None if self.samples is None else [parse_id(key, "Prediction") for key in self.samples]
        return ModelChanges(self.description, self.visibility, self.tags, samples)


@strawberry.input(description="The model to delete.")
class DeleteModelInput:
    """The model to delete."""

    model: str = strawberry.field(description="owner/name.")


@strawberry.input(description="A version to publish.")
class PublishVersionInput:
    """A version to publish."""

    model: str = strawberry.field(description="owner/name.")
    source: ModelSourceInput = strawberry.field(description="Where it comes from.")
    input_schema: JSON | None = strawberry.field(default=None, description=OWN_SCHEMA)
    predictor: str | None = strawberry.field(default=None, description=PREDICTOR)
    quantization: Quantization | None = strawberry.field(default=None, description=QUANTIZATION)
    device_map: DeviceMap = strawberry.field(default=DeviceMap.SINGLE, description=DEVICE_MAP)
    device: DeviceClass = strawberry.field(default=DeviceClass.ANY, description=DEVICE)

    def new(self) -> domain.NewVersion:
        """The domain's value."""
        return _version(self)


def _version(given: CreateModelInput | PublishVersionInput) -> domain.NewVersion:
    schema: dict[str, object] | None = given.input_schema  # type: ignore[assignment]
    placed = (given.quantization, given.device_map, given.device)
    return domain.NewVersion(given.source.source(), schema, given.predictor, *placed)


@strawberry.type(description="A deleted model.")
class DeletedModel:
    """A deleted model."""

    slug: str = strawberry.field(description="owner/name, which stays taken.")
    canceled_predictions: int = strawberry.field(description="How many predictions were stopped.")


CreateModelResult = Annotated[
    Model | InvalidInput | ConflictError | ForbiddenError,
    strawberry.union("CreateModelResult", description="What adding a model ends in."),
]
UpdateModelResult = Annotated[
    Model | NotFoundError | ForbiddenError | InvalidInput,
    strawberry.union("UpdateModelResult", description="What changing a model ends in."),
]
DeleteModelResult = Annotated[
    DeletedModel | NotFoundError | ForbiddenError,
    strawberry.union("DeleteModelResult", description="What deleting a model ends in."),
]
PublishVersionResult = Annotated[
    ModelVersion | NotFoundError | ForbiddenError | InvalidInput,
    strawberry.union("PublishVersionResult", description="What publishing a version ends in."),
]
