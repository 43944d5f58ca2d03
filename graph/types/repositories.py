"""Repositories on the Hugging Face hub."""

from __future__ import annotations

import strawberry

from graph.types.enums import ModelKind
from graph.types.scalars import BigInt
from server.services import repositories


@strawberry.type(description="A repository on the Hugging Face hub, of which nothing was downloaded yet.")
class HubRepository:
    repo: str = strawberry.field(description="`owner/name` on the hub.")
    commit: str = strawberry.field(description="Commit that the revision is now.")
    task: str | None = strawberry.field(description="What the hub says that it is for, such as `text-generation`.")
    library: str | None = strawberry.field(description="Library that the hub says it is for, such as `transformers`.")
    file_count: int = strawberry.field(description="Number of its files.")
    size_bytes: BigInt = strawberry.field(description="Bytes of all its files.")
    weight_bytes: BigInt = strawberry.field(
        description="Bytes of its safetensors files; a version downloads those of them that it needs."
    )
    kind: ModelKind = strawberry.field(description="Kind that suits it.")
    is_adapter: bool = strawberry.field(
        description="Whether it is an adapter (LoRA), which needs a `base`, as far as its files tell."
    )
    problem: str | None = strawberry.field(
        description="Why a version of it would be refused; null if its list of files says nothing against it, which "
        "promises nothing."
    )

    @classmethod
    def of(cls, repository: repositories.Repository) -> HubRepository:
        inspection = repository.inspection
        return cls(
            repo=repository.repo,
            commit=repository.commit,
            task=repository.task,
            library=repository.library,
            file_count=inspection.file_count,
            size_bytes=BigInt(inspection.size_bytes),
            weight_bytes=BigInt(inspection.weight_bytes),
            kind=inspection.kind,
            is_adapter=inspection.is_adapter,
            problem=inspection.problem,
        )
