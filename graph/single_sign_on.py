"""Resolvers of single sign-on."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.sessions import Session
from graph.types.single_sign_on import BeginSignInResult, FinishSignInInput, FinishSignInResult, SignInStart
from server.services import single_sign_on


@strawberry.type
class SingleSignOnMutation:
    @strawberry.mutation(
        description="Begin to sign in at the provider of `server { singleSignOn }`. The browser goes to `url` and "
        "comes back to the page `/sign-in` of this server."
    )
    async def begin_sign_in(self, info: Info) -> BeginSignInResult:
        start = await single_sign_on.begin(info.context.rt, info.context.viewer)
        return SignInStart(url=start.url, secret=start.secret)

    @strawberry.mutation(description="Get the session of a sign-in at the provider, or why there is none; once.")
    async def finish_sign_in(
        self,
        info: Info,
        input: Annotated[FinishSignInInput, strawberry.argument(description="Ticket and secret of the sign-in.")],  # noqa: A002
    ) -> FinishSignInResult:
        context = info.context
        return Session.of(await single_sign_on.finish(context.rt, context.viewer, input.ticket, input.secret))
