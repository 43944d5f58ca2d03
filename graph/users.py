"""Resolvers of users."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.budgets import SetBudgetInput
from graph.types.limits import SetBudgetResult, SetUserLimitsInput, SetUserLimitsResult
from graph.types.node import After, Before, Connection, First, Last, connection
from graph.types.users import (
    DeactivateUserInput,
    DeactivateUserResult,
    DeletedUser,
    DeleteUserInput,
    DeleteUserResult,
    ReactivateUserInput,
    ReactivateUserResult,
    User,
    UserFilter,
)
from server.domain.ids import parse_id
from server.services import budgets, limits, users


@strawberry.type
class UserQuery:
    @strawberry.field(description="All users, newest first; administrators only.")
    async def users(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[UserFilter | None, strawberry.argument(description="Filter of the list.")] = None,  # noqa: A002
    ) -> Connection[User]:
        query = users.listing(info.context.viewer, (filter or UserFilter()).criteria())
        return await connection(query, User.of, first, after, last, before)


@strawberry.type
class UserMutation:
    @strawberry.mutation(
        description="Deactivate an account: its sessions and WebSockets end, its API keys are refused, and what waits "
        "or runs of it is canceled. Its models stay. Administrators only."
    )
    async def deactivate_user(
        self,
        info: Info,
        input: Annotated[DeactivateUserInput, strawberry.argument(description="The user.")],  # noqa: A002
    ) -> DeactivateUserResult:
        context = info.context
        return User.of(await users.deactivate(context.rt, context.viewer, parse_id(input.user, "User")))

    @strawberry.mutation(
        description="Reactivate an account: its user can sign in, and its API keys hold again. Administrators only."
    )
    async def reactivate_user(
        self,
        info: Info,
        input: Annotated[ReactivateUserInput, strawberry.argument(description="The user.")],  # noqa: A002
    ) -> ReactivateUserResult:
        return User.of(await users.reactivate(info.context.viewer, parse_id(input.user, "User")))

    @strawberry.mutation(
        description="Delete a user for good, with their predictions, files, models, keys and sessions. What they used "
        "stays on record without a name. Administrators only."
    )
    async def delete_user(
        self,
        info: Info,
        input: Annotated[DeleteUserInput, strawberry.argument(description="The user.")],  # noqa: A002
    ) -> DeleteUserResult:
        context = info.context
        handle, is_complete = await users.delete(context.rt, context.viewer, parse_id(input.user, "User"))
        return DeletedUser(handle=handle, is_complete=is_complete)

    @strawberry.mutation(
        description="Set a user's part of busy workers, and how many of their predictions may wait and run; "
        "administrators only."
    )
    async def set_user_limits(
        self,
        info: Info,
        input: Annotated[SetUserLimitsInput, strawberry.argument(description="The user, and what to set.")],  # noqa: A002
    ) -> SetUserLimitsResult:
        context = info.context
        return User.of(await limits.set_limits(context.rt, context.viewer, input.user, input.changes()))

    @strawberry.mutation(
        description="Set what predictions of a user, or of an API key, may cost in a month or in all, from now on. "
        "Administrators set all of them, users those of their own API keys."
    )
    async def set_budget(
        self,
        info: Info,
        input: Annotated[SetBudgetInput, strawberry.argument(description="The budget.")],  # noqa: A002
    ) -> SetBudgetResult:
        context = info.context
        return User.of(await budgets.set_budget(context.rt, context.viewer, input.new()))
