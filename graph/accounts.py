"""Resolvers of accounts."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.sessions import LoginInput, LoginResult, RegisterInput, RegisterResult, Session
from graph.types.users import User
from server.domain.accounts import NewUser
from server.services import accounts


@strawberry.type
class AccountQuery:
    @strawberry.field(description="The signed-in user; null if nobody is signed in.")
    async def viewer(self, info: Info) -> User | None:
        user_id = info.context.viewer.user_id
        row = await info.context.loaders.users.load(user_id) if user_id else None
        return User.of(row) if row else None


@strawberry.type
class AccountMutation:
    @strawberry.mutation(description="Create an account and sign in.")
    async def register(
        self,
        info: Info,
        input: Annotated[RegisterInput, strawberry.argument(description="The account to create.")],  # noqa: A002
    ) -> RegisterResult:
        new = NewUser(input.handle, input.email, input.password)
        return Session.of(await accounts.register(info.context.rt, info.context.viewer, new))

    @strawberry.mutation(description="Sign in. The answer is the same for an unknown address and a wrong password.")
    async def login(
        self,
        info: Info,
        input: Annotated[LoginInput, strawberry.argument(description="Credentials to sign in with.")],  # noqa: A002
    ) -> LoginResult:
        context = info.context
        return Session.of(await accounts.login(context.rt, context.viewer, input.email, input.password))
