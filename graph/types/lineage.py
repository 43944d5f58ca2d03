"""What runs predictions again, and how two of them differ."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from graph.types.errors import (
    BudgetExceeded,
    ConflictError,
    ForbiddenError,
    InvalidInput,
    NotFoundError,
    UnavailableError,
)
from graph.types.predictions import Prediction
from graph.types.scalars import BigInt
from graph.types.webhooks import WebhookInput
from server.domain import comparison as domain
from server.domain.ids import parse_id
from server.services import lineage
from server.services.predictions import NewRun


@strawberry.input(description="A prediction to run again, as it was or with changes.")
class RerunInput:
    id: strawberry.ID = strawberry.field(description="Id of the prediction.")
    overrides: JSON | None = strawberry.field(
        default=None,
        description="Fields of the input to replace, each as a whole; null leaves one out, as to draw a new `seed`.",
    )
    version: str | None = strawberry.field(
        default=None,
        description="Another version as `owner/name:number`, or `owner/name` for the newest; its own if unset.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="Repeating the same request with the same key returns the same new prediction."
    )
    deadline_seconds: int | None = strawberry.field(
        default=None, description="Seconds until the deadline, as of `createPrediction`."
    )
    webhook: WebhookInput | None = strawberry.field(default=None, description="Webhook, as of `createPrediction`.")
    use_cache: bool | None = strawberry.field(
        default=None, description="Share the result with equal predictions, as `createPrediction` may."
    )

    def new(self, base_url: str) -> NewRun:
        webhook = self.webhook.new(base_url) if self.webhook else None
        return NewRun(
            parse_id(self.id, "Prediction"),
            self.overrides,
            self.version,
            self.idempotency_key,
            self.deadline_seconds,
            webhook,
            use_cache=bool(self.use_cache),
        )


@strawberry.type(description="Something that is not the same in both predictions.")
class Difference:
    name: str = strawberry.field(description="Name of the field, or JSON Pointer of the value.")
    a: JSON | None = strawberry.field(description="As the first has it: the beginning of its text, where it is long.")
    b: JSON | None = strawberry.field(description="As the second has it.")

    @classmethod
    def of(cls, difference: domain.Difference) -> Difference:
        return cls(name=difference.name, a=difference.a, b=difference.b)


@strawberry.type(description="The first place where two texts differ.")
class TextDifference:
    position: int = strawberry.field(description="Characters before it, which both begin with.")
    a: str = strawberry.field(description="What stands around it in the first, 200 characters at most.")
    b: str = strawberry.field(description="What stands around it in the second, from the same place on.")


@strawberry.type(description="Output files at one place of two predictions that are not known to be the same.")
class FileDifference:
    index: int = strawberry.field(description="Place among the files, from 0.")
    is_same: bool | None = strawberry.field(
        description="False where they differ, or one is missing; null where a release that kept no digest made one."
    )
    a_bytes: BigInt | None = strawberry.field(description="Size of the first in bytes; null if it has none there.")
    b_bytes: BigInt | None = strawberry.field(description="Size of the second in bytes; null if it has none there.")
    a_sha256: str | None = strawberry.field(description="SHA-256 of the first.")
    b_sha256: str | None = strawberry.field(description="SHA-256 of the second.")

    @classmethod
    def of(cls, file: lineage.FileComparison) -> FileDifference:
        def size(record: dict[str, Any] | None) -> BigInt | None:
            return BigInt(record["bytes"]) if record else None

        return cls(
            index=file.index,
            is_same=file.is_same,
            a_bytes=size(file.a),
            b_bytes=size(file.b),
            a_sha256=(file.a or {}).get("sha256"),
            b_sha256=(file.b or {}).get("sha256"),
        )


@strawberry.type(description="How two predictions differ. Secrets are not compared.")
class PredictionComparison:
    a: Prediction = strawberry.field(description="The first.")
    b: Prediction = strawberry.field(description="The second.")
    input: list[Difference] = strawberry.field(description="Fields of the input that differ, 100 at most.")
    version: list[Difference] = strawberry.field(
        description="What differs of their versions: model, number, source, revision, digest, options."
    )
    environment: list[Difference] = strawberry.field(
        description="What differs of what they ran with: device, number format, engine, `libraries.<name>`."
    )
    text: TextDifference | None = strawberry.field(
        description="Where their texts begin to differ; null where they are the same, or one has none."
    )
    output: Difference | None = strawberry.field(
        description="The first place where their outputs differ, unless `text` tells; null where they are the same."
    )
    files: list[FileDifference] = strawberry.field(description="Output files that differ, of the first 100.")

    @classmethod
    def of(cls, comparison: lineage.Comparison) -> PredictionComparison:
        text = comparison.text
        return cls(
            a=Prediction.of(comparison.a),
            b=Prediction.of(comparison.b),
            input=[Difference.of(each) for each in comparison.input],
            version=[Difference.of(each) for each in comparison.version],
            environment=[Difference.of(each) for each in comparison.environment],
            text=TextDifference(position=text.position, a=text.a, b=text.b) if text else None,
            output=Difference.of(comparison.output) if comparison.output else None,
            files=[FileDifference.of(each) for each in comparison.files],
        )


RerunResult = Annotated[
    Prediction | InvalidInput | NotFoundError | ForbiddenError | UnavailableError | ConflictError | BudgetExceeded,
    strawberry.union("RerunResult", description="Result of `rerun`."),
]
