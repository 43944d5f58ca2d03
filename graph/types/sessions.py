"""Refreshing and ending sessions."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.types.errors import CredentialsError, ForbiddenError, InvalidInput
from graph.types.users import Session


@strawberry.type(description="Sessions that ended; their access tokens and WebSockets end with them.")
class SignedOut:
    """Sessions that ended."""

    sessions: int = strawberry.field(description="How many ended.")


@strawberry.input(description="The session to go on with.")
class RefreshSessionInput:
    """The session to go on with."""

    refresh_token: str = strawberry.field(description="The newest refresh token of the session.")


@strawberry.input(description="The session to end.")
class LogoutInput:
    """The session to end."""

    refresh_token: str | None = strawberry.field(
        default=None, description="A refresh token of it; without one, it is the session that asks."
    )


@strawberry.input(description="Another password.")
class ChangePasswordInput:
    """Another password."""

    current_password: str = strawberry.field(description="The password so far.")
    new_password: str = strawberry.field(description="8 to 256 characters.")


RefreshSessionResult = Annotated[
    Session | CredentialsError,
    strawberry.union("RefreshSessionResult", description="What refreshing a session ends in."),
]
ChangePasswordResult = Annotated[
    Session | InvalidInput | CredentialsError | ForbiddenError,
    strawberry.union("ChangePasswordResult", description="What changing the password ends in."),
]
LogoutEverywhereResult = Annotated[
    SignedOut | ForbiddenError,
    strawberry.union("LogoutEverywhereResult", description="What signing out everywhere ends in."),
]
