"""Resolvers of sessions."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.sessions import (
    ChangePasswordInput,
    ChangePasswordResult,
    LogoutEverywhereResult,
    LogoutInput,
    RefreshSessionInput,
    RefreshSessionResult,
    Session,
    SignedOut,
)
from server.domain.accounts import SignInMethod
from server.domain.callers import client_of
from server.services import accounts, sessions, single_sign_on


@strawberry.type
class SessionMutation:
    @strawberry.mutation(
        description="Exchange a refresh token for new tokens. Using a token a second time ends its session, except "
        "once within 30 seconds, for clients that did not get the answer: from the same network and with the same "
        "`User-Agent`, they get the same refresh token again. Over a WebSocket of the same session, the socket then "
        "stays open for as long as the new access token is valid."
    )
    async def refresh_session(
        self,
        info: Info,
        input: Annotated[RefreshSessionInput, strawberry.argument(description="The session to refresh.")],  # noqa: A002
    ) -> RefreshSessionResult:
        context = info.context
        client = client_of(context.address, context.user_agent)
        session = await sessions.refresh(context.rt, input.refresh_token, client)
        context.renew(session)
        return Session.of(session)

    @strawberry.mutation(description="Sign out: end a session and its tokens. Ending it again is no error.")
    async def logout(
        self,
        info: Info,
        input: Annotated[  # noqa: A002
            LogoutInput | None, strawberry.argument(description="The session to end; if unset, the current one.")
        ] = None,
    ) -> SignedOut:
        token = input.refresh_token if input else None
        ended = await sessions.end(info.context.viewer, token)
        url = await single_sign_on.logout_url(info.context.rt) if SignInMethod.OIDC.value in ended else None
        return SignedOut(sessions=len(ended), provider_logout_url=url)

    @strawberry.mutation(description="Sign out everywhere: end all your sessions, this one too. API keys stay valid.")
    async def logout_everywhere(self, info: Info) -> LogoutEverywhereResult:
        return SignedOut(sessions=await sessions.end_all(info.context.viewer))

    @strawberry.mutation(
        description="Change your password. All your sessions end, and you get a new one. API keys stay valid."
    )
    async def change_password(
        self,
        info: Info,
        input: Annotated[ChangePasswordInput, strawberry.argument(description="The current and the new password.")],  # noqa: A002
    ) -> ChangePasswordResult:
        context = info.context
        session = await accounts.change_password(context.rt, context.viewer, input.current_password, input.new_password)
        return Session.of(session)
