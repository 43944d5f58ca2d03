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
    SignedOut,
)
from graph.types.users import Session
from server.services import accounts, sessions


@strawberry.type
class SessionMutation:
    """Mutations of sessions."""

    @strawberry.mutation(
        description="Exchange a refresh token for new tokens. One that was exchanged before ends its whole session: "
        "only a repetition within 30 seconds is allowed, for clients whose answer got lost. "
        "Over a WebSocket of that session it lets the socket live as long as the new access token."
    )
    async def refresh_session(
        self,
        info: Info,
        input: Annotated[RefreshSessionInput, strawberry.argument(description="The session.")],  # noqa: A002
    ) -> RefreshSessionResult:
        """Go on with a session."""
        made = await sessions.refresh(info.context.rt, input.refresh_token)
        info.context.renew(made)
        return Session.of(made)

    @strawberry.mutation(description="Sign out: the session ends with its tokens; ended ones stay ended.")
    async def logout(
        self,
        info: Info,
        input: Annotated[LogoutInput | None, strawberry.argument(description="Which session.")] = None,  # noqa: A002
    ) -> SignedOut:
        """End a session."""
        token = input.refresh_token if input else None
        return SignedOut(sessions=await sessions.end(info.context.viewer, token))

    @strawberry.mutation(description="Sign out everywhere: all your sessions end, this one too. API keys stay.")
    async def logout_everywhere(self, info: Info) -> LogoutEverywhereResult:
        """End all sessions."""
        return SignedOut(sessions=await sessions.end_all(info.context.viewer))

    @strawberry.mutation(
        description="Change your password: all your sessions end, and the answer is a new one. API keys stay."
    )
    async def change_password(
        self,
        info: Info,
        input: Annotated[ChangePasswordInput, strawberry.argument(description="The passwords.")],  # noqa: A002
    ) -> ChangePasswordResult:
        """Change the password."""
        context = info.context
        made = await accounts.change_password(context.rt, context.viewer, input.current_password, input.new_password)
        return Session.of(made)
