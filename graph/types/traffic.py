"""How predictions are divided among versions, and what single versions are called; what sets both."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.types.errors import ForbiddenError, InvalidInput, NotFoundError
from graph.types.models import Model
from server.domain.experiments import Guardrail, NewTraffic
from server.domain.traffic import MOST_ALIASES, MOST_SHARES, NAME_MAX


@strawberry.input(description="The part of a version.")
class TrafficShareInput:
    version: int = strawberry.field(description="Number of a READY version.")
    weight: int = strawberry.field(description="How many of 100 callers it runs for, 0 to 100.")


@strawberry.input(
    description="Limits of the versions beside the baseline. Where one is surely passed, the traffic returns to the "
    "baseline, once; that happens in error in at most 1 of 100 experiments, however long they run."
)
class GuardrailInput:
    max_error_rate: float | None = strawberry.field(
        default=None, description="Part of the runs that may fail, above 0 and below 1."
    )
    max_p95_seconds: float | None = strawberry.field(
        default=None, description="Seconds from creation to the end that at least 19 of 20 runs stay below."
    )
    webhook_url: str | None = strawberry.field(
        default=None, description="URL that is told when it ends the experiment, signed with your webhook secret."
    )


@strawberry.input(description="Which versions run where none is pinned.")
class SetTrafficInput:
    model: str = strawberry.field(description="Model as `owner/name`.")
    shares: list[TrafficShareInput] = strawberry.field(
        description=f"Up to {MOST_SHARES} versions, whose weights are 100 together. One alone with 100 is a rollback "
        "or a rollout; none at all, and the newest READY version runs again."
    )
    name: str = strawberry.field(default="", description=f"Name of the experiment, at most {NAME_MAX} characters.")
    baseline: int | None = strawberry.field(
        default=None, description="Number of the version that others are compared with; left out, the oldest of them."
    )

    guardrail: GuardrailInput | None = strawberry.field(
        default=None, description="When the traffic returns to the baseline by itself."
    )

    def new(self) -> NewTraffic:
        shares = tuple((share.version, share.weight) for share in self.shares)
        given = self.guardrail
        guardrail = Guardrail(given.max_error_rate, given.max_p95_seconds, given.webhook_url) if given else None
        return NewTraffic(shares, self.name, self.baseline, guardrail)


@strawberry.input(description=f"A name of a version; a model has at most {MOST_ALIASES}.")
class SetVersionAliasInput:
    model: str = strawberry.field(description="Model as `owner/name`.")
    alias: str = strawberry.field(description="The name, such as `stable`; `owner/name:stable` then is the version.")
    version: int = strawberry.field(description="Number of a READY version.")


@strawberry.input(description="The name to remove.")
class RemoveVersionAliasInput:
    model: str = strawberry.field(description="Model as `owner/name`.")
    alias: str = strawberry.field(description="The name.")


SetTrafficResult = Annotated[
    Model | InvalidInput | NotFoundError | ForbiddenError,
    strawberry.union("SetTrafficResult", description="Result of `setTraffic`."),
]
SetVersionAliasResult = Annotated[
    Model | InvalidInput | NotFoundError | ForbiddenError,
    strawberry.union("SetVersionAliasResult", description="Result of `setVersionAlias`."),
]
RemoveVersionAliasResult = Annotated[
    Model | NotFoundError | ForbiddenError,
    strawberry.union("RemoveVersionAliasResult", description="Result of `removeVersionAlias`."),
]
