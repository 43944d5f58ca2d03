"""Limits of users, and what sets them."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.types.errors import ForbiddenError, InvalidInput, NotFoundError
from graph.types.users import User
from server.services.limits import LimitChanges


@strawberry.input(description="What to set for a user; what is left out stays as it is, and 0 removes a limit.")
class SetUserLimitsInput:
    user: str = strawberry.field(description="Handle of the user.")
    weight: float | None = strawberry.field(
        default=None, description="The user's part of busy workers against that of others, 0.01 to 100; 1 is usual."
    )
    most_waiting: int | None = strawberry.field(default=None, description="Maximum predictions that wait.")
    most_running: int | None = strawberry.field(
        default=None, description="Maximum predictions that run at the same time; the others wait."
    )
    most_waiting_per_model: int | None = strawberry.field(
        default=None, description="Maximum predictions of one model that wait."
    )

    def changes(self) -> LimitChanges:
        return LimitChanges(self.weight, self.most_waiting, self.most_running, self.most_waiting_per_model)


SetBudgetResult = Annotated[
    User | InvalidInput | NotFoundError | ForbiddenError,
    strawberry.union("SetBudgetResult", description="Result of `setBudget`."),
]
SetUserLimitsResult = Annotated[
    User | InvalidInput | NotFoundError | ForbiddenError,
    strawberry.union("SetUserLimitsResult", description="Result of `setUserLimits`."),
]
