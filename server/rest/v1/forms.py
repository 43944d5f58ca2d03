"""What `/v1` takes and gives, as the OpenAPI document shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from server.domain.models import (
    CpuOffload,
    DeviceClass,
    DeviceMap,
    Dtype,
    Engine,
    ModelKind,
    ModelSource,
    NewVersion,
    Quantization,
    SourceType,
    VersionState,
    Visibility,
)
from server.domain.predictions import PredictionErrorCode, PredictionStatus
from server.domain.prices import PriceUnit
from server.domain.webhooks import WebhookEvent

T = TypeVar("T")
MAX_NAME = 200
JSON_OBJECT = dict[str, Any]


class Form(BaseModel):
    """Base of all bodies; fields that a client sends and nobody knows are left out, as Replicate's API does."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())


class Problem(Form):
    """An error."""

    type: str = Field(description="Always `about:blank`: `code` tells errors apart.")
    title: str = Field(description="Name of the HTTP status.")
    status: int = Field(description="HTTP status.")
    detail: str = Field(description="What is wrong, as a sentence.")
    code: str = Field(description="Stable code of the error, such as INVALID_INPUT.")
    violations: list[ViolationForm] | None = Field(
        None, description="Rules that the request breaks, each with its place."
    )


class ViolationForm(Form):
    """One broken rule."""

    path: str = Field(description="Place in the request, as a JSON Pointer.")
    message: str = Field(description="What is wrong there.")
    code: str = Field(description="Name of the rule.")


class Page(Form, Generic[T]):
    """A part of a list."""

    previous: str | None = Field(description="URL of the part before; null if there is none.")
    next: str | None = Field(description="URL of the part behind; null if there is none.")
    results: list[T]


class Account(Form):
    """The account behind a credential."""

    type: Literal["user"]
    username: str = Field(description="Handle; the owner part of model names.")
    name: str
    github_url: str | None


class Registration(Form):
    """A new account."""

    username: str = Field(description="Handle: 2 to 39 lower-case letters and digits, with single dashes between them.")
    email: str
    password: str


class Token(Form):
    """A session: an access token, and the refresh token that gives the next ones."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int = Field(description="Seconds for which the access token is valid.")
    refresh_token: str
    username: str


class PredictionUrls(Form):
    """Where a prediction is."""

    get: str
    cancel: str
    stream: str = Field(
        description="Server-sent events; the link is signed, and works without a credential for an hour."
    )
    web: str


class CostLine(Form):
    """What one unit of a prediction came to."""

    unit: PriceUnit
    quantity: str
    price: str
    amount: str


class Cost(Form):
    """What a prediction is charged; decimals are strings."""

    amount: str
    currency: str
    lines: list[CostLine]
    waived: str = Field(description="What is more than was held of a budget for it, and is not charged.")


class Prediction(Form):
    """One run of a model."""

    id: str
    model: str = Field(description="`owner/name`.")
    version: str = Field(description="Id of the version.")
    status: PredictionStatus
    input: JSON_OBJECT
    output: Any = Field(
        description="A list of pieces of text (text models), a URL or a list of URLs (files), or what else the model "
        "gives; so far, while it runs."
    )
    logs: str
    error: str | None = Field(description="Why it failed.")
    error_code: PredictionErrorCode | None = Field(description="Stable code of the error.")
    metrics: JSON_OBJECT = Field(description="Seconds (`predict_time`, `total_time` ...), counts, and the model's own.")
    cost: Cost | None = Field(description="What it is charged, once it has ended; null where nothing costs anything.")
    priority: Literal["low", "normal", "high"] = Field(description="Its place among your own that wait.")
    data_removed: bool = Field(description="Whether input, output, files and logs were removed after a time.")
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    deadline: datetime | None
    urls: PredictionUrls


class NewPrediction(Form):
    """A prediction to run."""

    input: JSON_OBJECT = Field(
        description="Input of the model. Files are data URIs, or URLs of `/v1/files`, of outputs, of any host."
    )
    webhook: str | None = Field(None, description="URL that is told of the prediction, signed with your secret.")
    webhook_events_filter: list[WebhookEvent] | None = Field(
        None, max_length=len(WebhookEvent), description="Events that the webhook is told of; all, where it is left out."
    )
    webhook_completed: str | None = Field(None, description="As `webhook`, told of the end alone.", deprecated=True)
    priority: Literal["low", "normal", "high"] | None = Field(
        None, description="Its place among your own that wait; `normal`, where it is left out. Not Replicate's."
    )
    sticky_key: str | None = Field(
        None,
        description="Whom it is for: where traffic is divided among versions, the same key gets the same one. Not "
        "Replicate's.",
    )
    stream: bool | None = Field(None, description="Not needed: every prediction can be streamed.", deprecated=True)


class NewPredictionOfVersion(NewPrediction):
    """A prediction to run, with the version that runs it."""

    version: str | None = Field(
        None, max_length=MAX_NAME, description="Id of a version, or `owner/name`, or `owner/name:version`."
    )
    model: str | None = Field(None, max_length=MAX_NAME, description="`owner/name`, where no version is given.")


class Version(Form):
    """A version of a model."""

    id: str = Field(description="64 hexadecimal digits.")
    number: int
    state: VersionState
    reason: str | None = Field(description="Why it was refused, or why its preparation is tried again.")
    created_at: datetime
    cog_version: str = Field(description="Always `none`: it was not made by Cog.")
    openapi_schema: JSON_OBJECT = Field(description="JSON Schemas of its input and output, below `components/schemas`.")


class Model(Form):
    """A model."""

    url: str
    owner: str
    name: str
    kind: ModelKind
    description: str
    visibility: Literal["public", "private"]
    tags: list[str]
    github_url: str | None
    paper_url: str | None
    license_url: str | None
    cover_image_url: str | None
    run_count: int
    default_example: Prediction | None
    latest_version: Version | None


class Source(Form):
    """Where the files of a version come from."""

    type: SourceType
    ref: str = Field(max_length=1000, description="Such as `owner/name` of HuggingFace, or a folder of the server.")
    revision: str | None = Field(None, max_length=200)


class NewVersionForm(Form):
    """A version to publish."""

    source: Source
    input_schema: JSON_OBJECT | None = None
    predictor: str | None = Field(None, max_length=MAX_NAME)
    quantization: Quantization | None = None
    device_map: DeviceMap = DeviceMap.SINGLE
    device: DeviceClass = DeviceClass.ANY
    dtype: Dtype = Dtype.AUTO
    task: str | None = Field(None, max_length=MAX_NAME)
    base: str | None = Field(None, max_length=MAX_NAME)
    cpu_offload: CpuOffload = CpuOffload.NONE
    safety_checker: bool = True
    config: str | None = Field(None, max_length=MAX_NAME)
    engine: Engine = Engine.AUTO
    tensor_parallel: int = 1

    def new(self) -> NewVersion:
        """The version as the services take it."""
        given = self.source
        return NewVersion(
            ModelSource(given.type, given.ref, given.revision),
            self.input_schema,
            self.predictor,
            quantization=self.quantization,
            device_map=self.device_map,
            device=self.device,
            task=self.task,
            dtype=self.dtype,
            base=self.base,
            cpu_offload=self.cpu_offload,
            safety_checker=self.safety_checker,
            config=self.config,
            engine=self.engine,
            tensor_parallel=self.tensor_parallel,
        )


class NewModelForm(NewVersionForm):
    """A model to add, with its first version."""

    owner: str | None = Field(None, max_length=MAX_NAME, description="Your own handle, where it is given.")
    name: str = Field(max_length=MAX_NAME)
    kind: ModelKind
    description: str = ""
    visibility: Literal["public", "private"] = "public"
    tags: list[str] = Field(default_factory=list, max_length=100)


class ModelChangesForm(Form):
    """What to change of a model; what is left out stays."""

    description: str | None = None
    visibility: Literal["public", "private"] | None = None
    tags: list[str] | None = Field(None, max_length=100)


class File(Form):
    """An uploaded file, which predictions may take as input until it expires."""

    id: str
    name: str
    content_type: str
    size: int
    etag: str = Field(description="SHA-256 of its bytes, in hexadecimal digits.")
    checksums: dict[str, str]
    metadata: JSON_OBJECT
    created_at: datetime
    expires_at: datetime
    urls: dict[str, str] = Field(description="`get`: what an input names the file by.")


class Hardware(Form):
    """What versions may run on."""

    name: str
    sku: str


class Collection(Form):
    """The models that have a tag."""

    name: str
    slug: str
    description: str


class FullCollection(Collection):
    """A collection with its models."""

    models: list[Model]


class DeploymentConfiguration(Form):
    """What a deployment runs on; workers run all models, so that no instances are its own."""

    hardware: str
    min_instances: int
    max_instances: int


class DeploymentRelease(Form):
    """The version that runs behind a deployment."""

    number: int = Field(description="Number of the version.")
    model: str = Field(description="`owner/name`.")
    version: str = Field(description="Id of the version.")
    created_at: datetime
    created_by: Account
    configuration: DeploymentConfiguration


class Deployment(Form):
    """A name of your own for a version."""

    owner: str
    name: str
    current_release: DeploymentRelease | None = Field(description="null while it cannot be run.")


class DeploymentChangesForm(Form):
    """What to change of a deployment; hardware and numbers of instances are not read."""

    version: str | None = Field(None, max_length=MAX_NAME, description="Id of another version.")


class NewDeploymentForm(Form):
    """A deployment to make; hardware and numbers of instances are not read."""

    name: str = Field(max_length=MAX_NAME)
    model: str = Field(max_length=MAX_NAME, description="`owner/name`.")
    version: str = Field(max_length=MAX_NAME, description="Id or number of one of its versions.")


class WebhookSecret(Form):
    """What receivers of webhooks verify with."""

    key: str


def visibility_of(text: Literal["public", "private"]) -> Visibility:
    """The visibility as the services take it."""
    return Visibility(text.upper())
