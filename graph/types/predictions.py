"""Predictions, filters of them, and what creates, cancels and retries them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.scalars import JSON

from graph.context import Info
from graph.types.enums import FinishReason, PredictionErrorCode, PredictionStatus, Priority, QueueReason
from graph.types.errors import (
    BudgetExceeded,
    ConflictError,
    ForbiddenError,
    InvalidInput,
    NotFoundError,
    QueueFull,
    UnavailableError,
)
from graph.types.ids import global_id
from graph.types.models import Model, ModelVersion
from graph.types.node import Node
from graph.types.prices import Cost
from graph.types.scalars import BigInt
from graph.types.users import User
from graph.types.webhooks import WebhookDelivery, WebhookInput
from server import tables
from server.adapters.event_log import LiveState
from server.adapters.large_columns import holds
from server.domain import predictions as domain
from server.domain.files import with_links
from server.domain.forecast import MOST_COUNTED, QueuePlace
from server.domain.lineage import Environment
from server.domain.predictions import INFRASTRUCTURE
from server.domain.secrets import mask
from server.domain.text_output import choices_of, finish_reason_of, text_of
from server.live.batch_watch import may_see as may_see_batch
from server.live.prediction_events import overlay
from server.live.prediction_rows import may_see
from server.services import experiments, webhooks
from server.services.prediction_search import LONGEST_BYTES, MOST_MATCHES, MOST_SEARCHED
from server.services.predictions import REQUEUED_AT_ONCE, PredictionCriteria, RequeueCriteria
from server.tables import loaded

if TYPE_CHECKING:
    from graph.types.batches import Batch
    from graph.types.experiments import Experiment, Outcome
    from graph.types.public_links import PublicLink


@strawberry.type(description="Why a prediction failed.")
class PredictionError:
    code: PredictionErrorCode = strawberry.field(description="Stable error code.")
    message: str = strawberry.field(description="What went wrong, in the words of the model or the worker.")


@strawberry.type(description="An output file.")
class PredictionFile:
    url: str = strawberry.field(description="Signed URL, which expires.")
    content_type: str = strawberry.field(description="Media type.")
    bytes: BigInt = strawberry.field(description="Size in bytes.")
    width: int | None = strawberry.field(description="Width in pixels, for images.")
    height: int | None = strawberry.field(description="Height in pixels, for images.")


@strawberry.type(description="One of the texts that a model wrote.")
class TextChoice:
    index: int = strawberry.field(description="Number of the choice, from 0.")
    text: str = strawberry.field(description="What was written.")
    finish_reason: FinishReason | None = strawberry.field(description="Why it ended; null before that.")
    message: JSON | None = strawberry.field(
        description="The text as a message with `role`, `content`, `reasoning_content` and `tool_calls`; null unless "
        "`messages` were given."
    )
    logprobs: JSON | None = strawberry.field(description="Log probabilities of its tokens, where they were asked for.")


@strawberry.type(description="Progress of a running prediction.")
class PredictionProgress:
    step: int = strawberry.field(description="Steps completed.")
    total: int | None = strawberry.field(description="Total steps, if known.")
    fraction: float | None = strawberry.field(description="Completed fraction, 0 to 1.")
    eta_seconds: float | None = strawberry.field(description="Estimated seconds left, from the steps so far.")

    @classmethod
    def of(cls, data: dict[str, Any]) -> PredictionProgress:
        return cls(
            step=data["step"], total=data["total"], fraction=data["fraction"], eta_seconds=data.get("etaSeconds")
        )


@strawberry.type(description="Measurements of a run; null if not measured.")
class PredictionMetrics:
    queue_seconds: float | None = strawberry.field(description="Time from creation until a worker claimed it.")
    load_seconds: float | None = strawberry.field(description="Time spent waiting for the model to load.")
    predict_seconds: float | None = strawberry.field(description="Time spent running, without waiting and loading.")
    total_seconds: float | None = strawberry.field(description="Time from creation to the end.")
    time_to_first_token_seconds: float | None = strawberry.field(
        description="Time from the start of the run to its first token."
    )
    input_tokens: int | None = strawberry.field(description="Tokens in the prompt.")
    cached_input_tokens: int | None = strawberry.field(
        description="Tokens at the prompt's beginning that earlier predictions of yours had computed."
    )
    output_tokens: int | None = strawberry.field(description="Tokens generated.")
    tokens_per_second: float | None = strawberry.field(description="Tokens generated per second of running.")
    steps: int | None = strawberry.field(description="Steps completed.")
    custom: JSON | None = strawberry.field(
        description="Numbers that the model itself measured, by the names it gave them."
    )

    @classmethod
    def of(cls, metrics: dict[str, Any]) -> PredictionMetrics:
        counts = ("input_tokens", "cached_input_tokens", "output_tokens", "steps")
        names = [name for name in cls.__dataclass_fields__ if name not in counts]
        values: dict[str, Any] = {name: metrics.get(name) for name in names}
        values |= {name: int(metrics[name]) if metrics.get(name) is not None else None for name in counts}
        return cls(**values)


@strawberry.type(description="A library.")
class Library:
    name: str = strawberry.field(description="Name that it is installed by.")
    version: str = strawberry.field(description="Version.")


@strawberry.type(description="Where a prediction comes from, and what it ran with; null where that is not known.")
class PredictionLineage:
    row: strawberry.Private[tables.Prediction]

    version_digest: str | None = strawberry.field(description="SHA-256 over the files of its version, or of its class.")
    revision: str | None = strawberry.field(description="Commit that its version is pinned to.")
    seed: BigInt | None = strawberry.field(description="Seed that reproduces it.")
    device: str | None = strawberry.field(description="Kind of device that it ran on: cpu, cuda, mps.")
    device_name: str | None = strawberry.field(description="The device's own name.")
    dtype: str | None = strawberry.field(description="Numbers in which it was computed, such as `bfloat16`.")
    quantization: str | None = strawberry.field(description="How the weights were quantized.")
    engine: str | None = strawberry.field(description="How it ran, such as `batched`.")
    libraries: list[Library] = strawberry.field(description="Libraries that ran it, by name.")

    @strawberry.field(description="Prediction that this one runs again; null if none is, or you cannot see it.")
    async def parent(self, info: Info) -> Prediction | None:
        return await _parent(info, self.row)


@strawberry.type(description="Seconds until a prediction begins, as recent runs and what waits let expect.")
class QueueEta:
    p50: float = strawberry.field(description="It begins as likely before as after.")
    p90: float = strawberry.field(description="It begins before with a probability of nine in ten.")


@strawberry.type(description="Where a prediction waits, as of the last second.")
class PredictionQueue:
    position: int | None = strawberry.field(
        description=f"Its place in the queue, from 1, counted up to {MOST_COUNTED}; null while it may not run yet, "
        "or came within the last second. Who has less running may come before it later."
    )
    ahead_seconds: float | None = strawberry.field(
        description="Seconds that what is before it will probably run, added up; null if that cannot be known."
    )
    eta_seconds: QueueEta | None = strawberry.field(
        description="Seconds until it begins; null if that cannot be known: its model has to be loaded, a model before "
        "it has never run, or no worker is up."
    )
    reason: QueueReason = strawberry.field(description="Why it waits.")

    @classmethod
    def of(cls, place: QueuePlace) -> PredictionQueue:
        eta = None if place.eta is None else QueueEta(p50=place.eta[0], p90=place.eta[1])
        return cls(position=place.position, ahead_seconds=place.ahead_seconds, eta_seconds=eta, reason=place.reason)


@strawberry.type(description="One run of a model version.")
class Prediction(Node):
    """`live` is what a running attempt has produced so far."""

    row: strawberry.Private[tables.Prediction]
    live: strawberry.Private[LiveState | None]

    status: PredictionStatus = strawberry.field(description="Current status.")
    attempts: int = strawberry.field(description="Number of attempts started.")
    canceled_at: datetime | None = strawberry.field(description="Time of cancellation; null if it was not canceled.")
    stop_seconds: float | None = strawberry.field(description="Seconds from the cancel request until it had stopped.")
    created_at: datetime = strawberry.field(description="Time when it was accepted.")
    started_at: datetime | None = strawberry.field(description="Time when a worker first started it.")
    completed_at: datetime | None = strawberry.field(description="Time when it ended.")
    priority: Priority = strawberry.field(description="Its place among those of the same user.")
    batch_index: int | None = strawberry.field(
        description="Place in the input of its batch, from 0; null if it is of none."
    )
    metadata: JSON | None = strawberry.field(description="What was given as `metadata`.")
    data_removed: bool = strawberry.field(
        description="Whether its input, output, files, logs and metadata have been removed, as this server does after "
        "a time."
    )

    @strawberry.field(description="Input, with defaults and the seed filled in; a secret is shown as `**********`.")
    async def input(self, info: Info) -> JSON:
        return mask(await self.column(info, "input"))  # type: ignore[no-any-return]

    @strawberry.field(description="Model that it runs.")
    async def model(self, info: Info) -> Model:
        row = loaded(self.row, "model")
        return Model.of_reference(info, row) if row else await Model.load(info, self.row.model_id)

    @strawberry.field(description="Version that it runs.")
    async def version(self, info: Info) -> ModelVersion:
        row = loaded(self.row, "version") or await info.context.loaders.versions.load(self.row.version_id)
        if row is None:
            raise LookupError(f"version {self.row.version_id}")
        return ModelVersion.of(row)

    @strawberry.field(description="User who created it; null if it is anonymous.")
    async def user(self, info: Info) -> User | None:
        row = await info.context.loaders.users.load(self.row.user_id) if self.row.user_id else None
        return User.of(row) if row else None

    @strawberry.field(
        description=(
            "Text, a list of file URLs, or another output of the model, files in it being URLs; partial while it runs."
        )
    )
    async def output(self, info: Info) -> JSON | None:
        live = await self.live_state(info)
        if live is not None:
            return live.output  # type: ignore[no-any-return]
        output = await self.column(info, "output")
        if records := self.row.files:
            # Files are kept as references to them; clients get links
            output = with_links(output, [(await _file(info, record)).url for record in records])
        return output  # type: ignore[no-any-return]

    @strawberry.field(description="Text output, of the first of several choices; partial while it is running.")
    async def text(self, info: Info) -> str | None:
        live = await self.live_state(info)
        if live is not None:
            return live.text
        output = await self.column(info, "output")
        return text_of(output)

    @strawberry.field(
        description="What a text model wrote, where more than its text was asked for (`n`, `logprobs`, `tools`); "
        "else null. While it runs: the texts so far, once there are several or log probabilities."
    )
    async def choices(self, info: Info) -> list[TextChoice] | None:
        live = await self.live_state(info)
        choices = choices_of(await self.column(info, "output")) if live is None else live.choices
        if choices is None:
            return None
        return [
            TextChoice(
                index=index,
                text=choice["text"],
                finish_reason=finish_reason_of(choice),
                message=choice.get("message"),
                logprobs=choice.get("logprobs"),
            )
            for index, choice in enumerate(choices)
        ]

    @strawberry.field(description="Output files, once it has ended.")
    async def files(self, info: Info) -> list[PredictionFile]:
        return [await _file(info, record) for record in self.row.files or []]

    @strawberry.field(description="Why it failed; null if it did not.")
    def error(self) -> PredictionError | None:
        if self.row.error_code is None:
            return None
        return PredictionError(code=PredictionErrorCode(self.row.error_code), message=self.row.error_message or "")

    @strawberry.field(description="Log lines, at most 64 kB.")
    async def logs(self, info: Info) -> str:
        live = await self.live_state(info)
        return live.logs if live is not None else await self.column(info, "logs")

    @strawberry.field(description="Progress while it is running; otherwise null.")
    async def progress(self, info: Info) -> PredictionProgress | None:
        live = await self.live_state(info)
        return PredictionProgress.of(live.progress) if live and live.progress else None

    @strawberry.field(description="Where it waits; null once it has begun.")
    async def queue(self, info: Info) -> PredictionQueue | None:
        if self.row.status != domain.PredictionStatus.STARTING.value:
            return None
        place = await info.context.loaders.queue_places.load(self.row.id)
        return PredictionQueue.of(place) if place else None

    @strawberry.field(description="Measurements, once it has ended.")
    def metrics(self) -> PredictionMetrics:
        return PredictionMetrics.of(self.row.metrics or {})

    @strawberry.field(
        description="What it is charged, once it has ended; null if nothing cost anything when it was accepted."
    )
    async def cost(self, info: Info) -> Cost | None:
        if self.row.price_list_id is None or self.row.completed_at is None:
            return None
        cost = await info.context.loaders.costs.load(self.row.id)
        return Cost.of(cost) if cost else None

    @strawberry.field(
        description="Deliveries to its webhook, in order; empty if it has none, and unless you created it or are an "
        "administrator."
    )
    async def webhook_deliveries(self, info: Info) -> list[WebhookDelivery]:
        if self.row.webhook_events is None:
            return []
        rows = await info.context.loaders.deliveries_of.load(self.row.id)
        return [WebhookDelivery.of(row) for row in webhooks.visible(info.context.viewer, rows)]

    @strawberry.field(
        description="Experiment that chose its version; null if none did, and unless you own the model or are an "
        "administrator."
    )
    async def experiment(self, info: Info) -> Annotated[Experiment, strawberry.lazy("graph.types.experiments")] | None:
        from graph.types.experiments import Experiment

        if self.row.experiment_id is None:
            return None
        key = (experiments.by_ids, info.context.viewer, self.row.experiment_id)
        (row,) = await info.context.loaders.visible_rows([key])
        return Experiment.of(row) if row is not None else None

    @strawberry.field(
        description="What `recordOutcome` noted of it, by name; empty unless you created it or are an administrator."
    )
    async def outcomes(self, info: Info) -> list[Annotated[Outcome, strawberry.lazy("graph.types.experiments")]]:
        from graph.types.experiments import Outcome

        if not experiments.may_see_outcomes(info.context.viewer, self.row):
            return []
        return [Outcome.of(row) for row in await info.context.loaders.outcomes_of.load(self.row.id)]

    @strawberry.field(description="Whether it reused the result of an equal prediction instead of running.")
    def cached(self) -> bool:
        return bool((self.row.metrics or {}).get("cached"))

    @strawberry.field(description="Seed that reproduces this run; chosen at random if none was given.")
    async def seed(self, info: Info) -> BigInt | None:
        return await self._seed(info)

    async def _seed(self, info: Info) -> BigInt | None:
        is_here = holds(self.row, "input")
        seed = self.row.input.get("seed") if is_here else await info.context.loaders.seeds.load(self.row.id)
        return BigInt(seed) if isinstance(seed, int) else None

    @strawberry.field(description="Whether you created and starred it.")
    def is_starred(self, info: Info) -> bool:
        return self.row.starred and self.row.user_id == info.context.viewer.user_id

    @strawberry.field(
        description="Public link by which everybody reads its output; null if it is not shared, and unless you created "
        "it or are an administrator."
    )
    async def public_link(
        self, info: Info
    ) -> Annotated[PublicLink, strawberry.lazy("graph.types.public_links")] | None:
        from graph.types.public_links import PublicLink

        viewer = info.context.viewer
        is_known = viewer.is_admin or viewer.user_id == self.row.user_id
        if self.row.user_id is None or self.row.data_removed or not is_known:
            return None
        link = await info.context.loaders.public_links.load(self.row.id)
        return PublicLink.of(info, link) if link is not None else None

    @strawberry.field(description="Batch that it is an item of; null if it is of none, or you cannot see it.")
    async def batch(self, info: Info) -> Annotated[Batch, strawberry.lazy("graph.types.batches")] | None:
        from graph.types.batches import Batch

        row = await info.context.loaders.batches.load(self.row.batch_id) if self.row.batch_id else None
        return Batch.of(row) if row is not None and may_see_batch(info.context.viewer, row) else None

    @strawberry.field(description="Prediction that this one runs again; null if none is, or you cannot see it.")
    async def retry_of(self, info: Info) -> Prediction | None:
        return await _parent(info, self.row)

    @strawberry.field(description="Where it comes from, and, once it has ended, what it ran with.")
    async def lineage(self, info: Info) -> PredictionLineage:
        version = loaded(self.row, "version") or await info.context.loaders.versions.load(self.row.version_id)
        if version is None:
            raise LookupError(f"version {self.row.version_id}")
        environment = None
        if self.row.environment_id is not None:
            environment = await info.context.loaders.environments.load(self.row.environment_id)
        ran = environment or Environment()
        return PredictionLineage(
            row=self.row,
            version_digest=await info.context.loaders.code_digests.load(version.id),
            revision=version.revision,
            seed=await self._seed(info),
            device=ran.device,
            device_name=ran.device_name,
            dtype=ran.dtype,
            quantization=ran.quantization,
            engine=ran.engine,
            libraries=[Library(name=name, version=value) for name, value in ran.libraries.items()],
        )

    async def column(self, info: Info, name: str) -> Any:
        """A large column, which rows of lists are read without."""
        return getattr(self.row, name) if holds(self.row, name) else await info.context.loaders.large(self.row, name)

    async def live_state(self, info: Info) -> LiveState | None:
        """What a running attempt has produced so far; None of one that does not run."""
        if self.live is None and self.row.status == domain.PredictionStatus.PROCESSING.value:
            self.live = overlay(self.row, await info.context.loaders.live(self.row.id))
        return self.live

    @classmethod
    def of(cls, row: tables.Prediction, live: LiveState | None = None) -> Prediction:
        return cls(
            id=global_id("Prediction", row.id),
            row=row,
            live=live,
            status=PredictionStatus(row.status),
            attempts=row.attempt,
            canceled_at=row.canceled_at,
            stop_seconds=row.stop_seconds,
            created_at=row.created_at,
            started_at=row.started_at,
            completed_at=row.completed_at,
            priority=Priority(row.priority),
            batch_index=row.batch_index,
            metadata=row.metadata,
            data_removed=row.data_removed,
        )


async def _parent(info: Info, row: tables.Prediction) -> Prediction | None:
    parent = await info.context.loaders.predictions.load(row.retry_of) if row.retry_of else None
    return Prediction.of(parent) if parent is not None and may_see(info.context.viewer, parent) else None


async def _file(info: Info, record: dict[str, Any]) -> PredictionFile:
    return PredictionFile(
        url=await info.context.absolute(record["key"], record["contentType"]),
        content_type=record["contentType"],
        bytes=BigInt(record["bytes"]),
        width=record["width"],
        height=record["height"],
    )


@strawberry.input(description="Filter for a list of predictions.")
class PredictionFilter:
    status: list[PredictionStatus] | None = strawberry.field(default=None, description="Any of these statuses.")
    model: str | None = strawberry.field(
        default=None, description="Model as `owner/name`, or version as `owner/name:number`."
    )
    created_from: datetime | None = strawberry.field(default=None, description="Created at this time or later.")
    created_before: datetime | None = strawberry.field(default=None, description="Created before this time.")
    starred: bool | None = strawberry.field(default=None, description="True: those with a star; false: those without.")
    text: str | None = strawberry.field(
        default=None,
        description="Words that texts or numbers of the input or output must have, all of them; upper and lower case "
        f"are alike. Of those that the rest of the filter leaves, the newest {MOST_SEARCHED} are searched, inputs and "
        f"outputs of more than some {LONGEST_BYTES} bytes not; it gives {MOST_MATCHES} at most.",
    )
    everybody: bool = strawberry.field(default=False, description="Predictions of all users; administrators only.")

    def criteria(self) -> PredictionCriteria:
        times = (self.created_from, self.created_before)
        return PredictionCriteria(self.status, self.model, *times, self.everybody, self.starred, self.text)


@strawberry.input(description="A prediction to run.")
class CreatePredictionInput:
    model: str = strawberry.field(
        description="Model as `owner/name`; `owner/name:number` or `owner/name:alias` pins a version."
    )
    input: JSON = strawberry.field(description="Input, which is checked against the version's `inputSchema`.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="Repeating the same request with the same key returns the same prediction."
    )
    deadline_seconds: int | None = strawberry.field(
        default=None,
        description="Seconds until the deadline, waiting included. If it has not started by then it is ABORTED; if it "
        "is still running, FAILED.",
    )
    wait: int | None = strawberry.field(
        default=None,
        description="Seconds to wait for the prediction to end, 0 to 60; after that, at most 55, it is returned as it "
        "stands.",
    )

    webhook: WebhookInput | None = strawberry.field(
        default=None, description="Webhook to notify, signed with your webhook secret; requires signing in."
    )
    priority: Priority = strawberry.field(
        default=Priority.NORMAL, description="Its place among your predictions; it does not move those of others."
    )
    use_cache: bool | None = strawberry.field(
        default=None,
        description="Share the result with equal predictions that set this too: same version, input and seed.",
    )
    metadata: JSON | None = strawberry.field(default=None, description="An object of your own, which is given back.")
    sticky_key: str | None = strawberry.field(
        default=None,
        description="Whom it is for, such as an id of your user: where the model's owner divides traffic among "
        "versions, the same key always gets the same version. Left out, you count as one.",
    )

    def new(self, base_url: str) -> domain.NewPrediction:
        webhook = self.webhook.new(base_url) if self.webhook else None
        limits = (self.idempotency_key, self.deadline_seconds)
        use_cache = bool(self.use_cache)
        return domain.NewPrediction(
            self.model,
            self.input,
            *limits,
            webhook,
            use_cache=use_cache,
            metadata=self.metadata,
            priority=self.priority,
            sticky_key=self.sticky_key,
        )


@strawberry.input(description="The prediction to cancel.")
class CancelPredictionInput:
    id: strawberry.ID = strawberry.field(description="Id of the prediction.")


@strawberry.input(description="The prediction to retry.")
class RetryPredictionInput:
    id: strawberry.ID = strawberry.field(description="Id of the prediction.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="Repeating the same request with the same key returns the same new prediction."
    )


@strawberry.input(description="The prediction to requeue.")
class RequeuePredictionInput:
    id: strawberry.ID = strawberry.field(description="Id of the prediction, which the server failed.")


@strawberry.input(description="The predictions to requeue: of those that the server failed, the oldest first.")
class RequeuePredictionsInput:
    errors: list[PredictionErrorCode] | None = strawberry.field(
        default=None, description=f"Only those of these errors: {', '.join(sorted(INFRASTRUCTURE))}."
    )
    model: str | None = strawberry.field(default=None, description="Only those of this model, as `owner/name`.")
    completed_from: datetime | None = strawberry.field(
        default=None, description="Only those that failed at this time or later."
    )
    completed_before: datetime | None = strawberry.field(
        default=None, description="Only those that failed before this time."
    )
    limit: int = strawberry.field(default=100, description=f"How many at most, 1 to {REQUEUED_AT_ONCE}.")

    def criteria(self) -> RequeueCriteria:
        codes = INFRASTRUCTURE if self.errors is None else frozenset(self.errors)
        return RequeueCriteria(codes, self.model, self.completed_from, self.completed_before, self.limit)


@strawberry.type(description="Requeued predictions.")
class RequeuedPredictions:
    count: int = strawberry.field(description="Number of new predictions.")
    refused: int = strawberry.field(
        description="Number of those that cannot run again now, such as those of a version that is not READY."
    )


CreatePredictionResult = Annotated[
    Prediction
    | InvalidInput
    | NotFoundError
    | ForbiddenError
    | UnavailableError
    | ConflictError
    | QueueFull
    | BudgetExceeded,
    strawberry.union("CreatePredictionResult", description="Result of `createPrediction`."),
]
RequeuePredictionResult = Annotated[
    Prediction | InvalidInput | NotFoundError | ForbiddenError | UnavailableError | ConflictError | BudgetExceeded,
    strawberry.union("RequeuePredictionResult", description="Result of `requeuePrediction`."),
]
RequeuePredictionsResult = Annotated[
    RequeuedPredictions | NotFoundError | ForbiddenError,
    strawberry.union("RequeuePredictionsResult", description="Result of `requeuePredictions`."),
]
RetryPredictionResult = Annotated[
    Prediction
    | InvalidInput
    | NotFoundError
    | ForbiddenError
    | UnavailableError
    | ConflictError
    | QueueFull
    | BudgetExceeded,
    strawberry.union("RetryPredictionResult", description="Result of `retryPrediction`."),
]
CancelPredictionResult = Annotated[
    Prediction | NotFoundError,
    strawberry.union("CancelPredictionResult", description="Result of `cancelPrediction`."),
]
