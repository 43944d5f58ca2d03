"""Registering and signing in, and the sessions that come of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from graph.types.errors import ConflictError, CredentialsError, ForbiddenError, InvalidInput
from graph.types.users import User
from server.services import sessions


@strawberry.type(description="A signed-in user with an access token and a refresh token.")
class Session:
    access_token: str = strawberry.field(
        description="Access token: send it in the header `Authorization: Bearer <token>`."
    )
    expires_at: datetime = strawberry.field(description="Expiry time of the access token.")
    refresh_token: str = strawberry.field(
        description="Refresh token: exchange it once for new tokens with `refreshSession`. Keep it secret."
    )
    refresh_expires_at: datetime = strawberry.field(description="Expiry time of the refresh token if it is not used.")
    user: User = strawberry.field(description="The signed-in user.")

    @classmethod
    def of(cls, session: sessions.SessionTokens) -> Session:
        token, user = session.token, User.of(session.user)
        user.just_signed_in = True
        return cls(
            access_token=token.token,
            expires_at=token.expires_at,
            refresh_token=session.refresh_token,
            refresh_expires_at=session.refresh_expires_at,
            user=user,
        )


@strawberry.type(description="Sessions that were ended; their access tokens and WebSockets end with them.")
class SignedOut:
    sessions: int = strawberry.field(description="Number of sessions ended.")
    provider_logout_url: str | None = strawberry.field(
        default=None,
        description="Page of the provider that ends the sign-in there too; null if the session did not begin there.",
    )


@strawberry.input(description="A new account.")
class RegisterInput:
    handle: str = strawberry.field(description="Handle: 2 to 39 lower-case letters, digits and single dashes.")
    email: str = strawberry.field(description="E-mail address; not shown to other users.")
    password: str = strawberry.field(description="Password, 8 to 256 characters.")


@strawberry.input(description="Credentials of an account.")
class LoginInput:
    email: str = strawberry.field(description="E-mail address of the account.")
    password: str = strawberry.field(description="Password of the account.")


@strawberry.input(description="The session to refresh.")
class RefreshSessionInput:
    refresh_token: str = strawberry.field(description="Newest refresh token of the session.")


@strawberry.input(description="The session to end.")
class LogoutInput:
    refresh_token: str | None = strawberry.field(
        default=None, description="A refresh token of the session; if unset, the current session ends."
    )


@strawberry.input(description="A change of password.")
class ChangePasswordInput:
    current_password: str = strawberry.field(description="Current password.")
    new_password: str = strawberry.field(description="New password, 8 to 256 characters.")


RegisterResult = Annotated[
    Session | InvalidInput | ConflictError | ForbiddenError,
    strawberry.union("RegisterResult", description="Result of `register`."),
]
LoginResult = Annotated[Session | CredentialsError, strawberry.union("LoginResult", description="Result of `login`.")]
RefreshSessionResult = Annotated[
    Session | CredentialsError,
    strawberry.union("RefreshSessionResult", description="Result of `refreshSession`."),
]
ChangePasswordResult = Annotated[
    Session | InvalidInput | CredentialsError | ForbiddenError,
    strawberry.union("ChangePasswordResult", description="Result of `changePassword`."),
]
LogoutEverywhereResult = Annotated[
    SignedOut | ForbiddenError,
    strawberry.union("LogoutEverywhereResult", description="Result of `logoutEverywhere`."),
]
