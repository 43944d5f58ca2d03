"""Another password by a link in a mail."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.types.errors import CredentialsError, InvalidInput, UnavailableError
from graph.types.sessions import Session


@strawberry.type(description="A password reset that was asked for. If the address is an account's, a mail is sent.")
class RequestedPasswordReset:
    expires_in_seconds: int = strawberry.field(description="How long the link of the mail can be used, in seconds.")


@strawberry.input(description="Whose password to reset.")
class RequestPasswordResetInput:
    email: str = strawberry.field(description="E-mail address of the account.")


@strawberry.input(description="Another password.")
class ResetPasswordInput:
    token: str = strawberry.field(description="Token of the link: what stands behind its `#`.")
    new_password: str = strawberry.field(description="New password, 8 to 256 characters.")


RequestPasswordResetResult = Annotated[
    RequestedPasswordReset | InvalidInput | UnavailableError,
    strawberry.union("RequestPasswordResetResult", description="Result of `requestPasswordReset`."),
]
ResetPasswordResult = Annotated[
    Session | InvalidInput | CredentialsError,
    strawberry.union("ResetPasswordResult", description="Result of `resetPassword`."),
]
