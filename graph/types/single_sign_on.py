"""Signing in at a provider (OpenID Connect)."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.types.errors import CredentialsError, UnavailableError
from graph.types.sessions import Session


@strawberry.type(description="A sign-in that began.")
class SignInStart:
    url: str = strawberry.field(description="Page of the provider, to which the browser goes now.")
    secret: str = strawberry.field(
        description="Secret of this sign-in: keep it in the browser until it comes back, for `finishSignIn`."
    )


@strawberry.input(description="A sign-in that the provider answered.")
class FinishSignInInput:
    ticket: str = strawberry.field(description="What stands behind the `#` of the page that the browser came back to.")
    secret: str = strawberry.field(description="Secret that `beginSignIn` gave to this browser.")


BeginSignInResult = Annotated[
    SignInStart | UnavailableError, strawberry.union("BeginSignInResult", description="Result of `beginSignIn`.")
]
FinishSignInResult = Annotated[
    Session | CredentialsError, strawberry.union("FinishSignInResult", description="Result of `finishSignIn`.")
]
