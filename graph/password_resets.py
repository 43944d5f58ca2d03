"""Resolvers of password resets."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.password_resets import (
    RequestedPasswordReset,
    RequestPasswordResetInput,
    RequestPasswordResetResult,
    ResetPasswordInput,
    ResetPasswordResult,
)
from graph.types.sessions import Session
from server.services import password_resets


@strawberry.type
class PasswordResetMutation:
    @strawberry.mutation(
        description="Have a link sent that sets another password. The answer, and its time, are the same whether the "
        "address is an account's or not."
    )
    async def request_password_reset(
        self,
        info: Info,
        input: Annotated[RequestPasswordResetInput, strawberry.argument(description="Whose password to reset.")],  # noqa: A002
    ) -> RequestPasswordResetResult:
        rt = info.context.rt
        await password_resets.request(rt, info.context.viewer, input.email)
        return RequestedPasswordReset(expires_in_seconds=rt.settings.password_reset_seconds)

    @strawberry.mutation(
        description="Set another password by the token of a link, and sign in. All sessions of the account end; API "
        "keys stay valid."
    )
    async def reset_password(
        self,
        info: Info,
        input: Annotated[ResetPasswordInput, strawberry.argument(description="The token and the new password.")],  # noqa: A002
    ) -> ResetPasswordResult:
        context = info.context
        return Session.of(await password_resets.confirm(context.rt, context.viewer, input.token, input.new_password))
