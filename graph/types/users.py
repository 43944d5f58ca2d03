"""The user type, and signing in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.api_keys import ApiKey
from graph.types.errors import ConflictError, CredentialsError, ForbiddenError, InvalidInput
from graph.types.ids import global_id
from graph.types.node import After, Before, First, Last, Node, page_request
from graph.types.webhooks import WebhookDeliveryConnection
from server import tables
from server.adapters.pagination import page
from server.services import api_keys, sessions, users, webhooks


@strawberry.type(description="Somebody with an account.")
class User(Node):
    """Somebody with an account."""

    row: strawberry.Private[tables.User]
    just_signed_in: strawberry.Private[bool] = False

    handle: str = strawberry.field(description="Unique name; the owner part of model slugs.")
    created_at: datetime = strawberry.field(description="When the account was made.")
    is_admin: bool = strawberry.field(description="Whether this is an administrator.")

    @strawberry.field(description="E-mail address; null to everybody else.")
    def email(self, info: Info) -> str | None:
        """The address, to its owner and administrators."""
        viewer = info.context.viewer
        return self.row.email if self.just_signed_in or users.may_look_into(viewer, self.row.id) else None

    @strawberry.field(
        description="When they last began or renewed a session, or used an API key; null to everybody else, and where "
        "it was too long ago to be known."
    )
    async def last_seen(self, info: Info) -> datetime | None:
        """The time, to themselves and administrators."""
        shown = users.may_look_into(info.context.viewer, self.row.id)
        return await info.context.loaders.last_seen.load(self.row.id) if shown else None

    @strawberry.field(
        description="How many predictions they made, those included whose data is gone; null to everybody else."
    )
    async def prediction_count(self, info: Info) -> int | None:
        """The number, to themselves and administrators."""
        shown = users.may_look_into(info.context.viewer, self.row.id)
        return await info.context.loaders.prediction_counts.load(self.row.id) if shown else None

    @strawberry.field(description="Your API keys that were not revoked, newest first; null to everybody else.")
    async def api_keys(self, info: Info) -> list[ApiKey] | None:
        """The keys, to their owner."""
        viewer = info.context.viewer
        if viewer.user_id != self.row.id:
            return None
        rows = await info.context.loaders.once(("api keys", viewer), lambda: api_keys.listing(viewer))
        return [ApiKey.of(row) for row in rows]

    @strawberry.field(
        description="The secret that signs your webhooks, `whsec_...`; null to everybody else, and to API keys."
    )
    async def webhook_secret(self, info: Info) -> str | None:
        """The secret, to its user alone."""
        viewer = info.context.viewer
        own = self.just_signed_in or (viewer.user_id == self.row.id and viewer.key_id is None)
        if not own:
            return None
        context, user_id = info.context, self.row.id
        key = ("webhook secret", user_id)
        return await context.loaders.once(key, lambda: webhooks.secret(context.rt, user_id))

    @strawberry.field(description="What your webhooks were told, newest first; null to everybody else.")
    async def webhook_deliveries(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> WebhookDeliveryConnection | None:
        """The deliveries, to their user and administrators."""
        query = webhooks.listing(info.context.viewer, self.row.id)
        if query is None:
            return None
        request = page_request(first, after, last, before)
        key = ("webhook deliveries", self.row.id, request)
        deliveries = await info.context.loaders.once(key, lambda: page(query, request))
        return WebhookDeliveryConnection(page=deliveries)

    @classmethod
    def of(cls, row: tables.User) -> User:
        """The type of a row."""
        return cls(
            id=global_id("User", row.id), row=row, handle=row.handle, created_at=row.created_at, is_admin=row.is_admin
        )


@strawberry.type(description="A signed-in user, an access token, and the refresh token that gives the next ones.")
class Session:
    """A signed-in user and their tokens."""

    access_token: str = strawberry.field(description="Send it as `Authorization: Bearer ...`.")
    expires_at: datetime = strawberry.field(description="When the access token ends.")
    refresh_token: str = strawberry.field(description="Exchange it once, by `refreshSession`; keep it secret.")
    refresh_expires_at: datetime = strawberry.field(description="When the refresh token ends, unless it is used.")
    user: User = strawberry.field(description="Who signed in.")

    @classmethod
    def of(cls, session: sessions.Session) -> Session:
        """The type of a service's session."""
        token, user = session.token, User.of(session.user)
        user.just_signed_in = True
        return cls(
            access_token=token.token,
            expires_at=token.expires_at,
            refresh_token=session.refresh_token,
            refresh_expires_at=session.refresh_expires_at,
            user=user,
        )


@strawberry.input(description="A new account.")
class RegisterInput:
    """A new account."""

    handle: str = strawberry.field(description="2 to 39 lower-case letters, digits and single dashes.")
    email: str = strawberry.field(description="E-mail address; never shown to others.")
    password: str = strawberry.field(description="8 to 256 characters.")


@strawberry.input(description="Who signs in.")
class LoginInput:
    """Who signs in."""

    email: str = strawberry.field(description="E-mail address of the account.")
    password: str = strawberry.field(description="Password of the account.")


RegisterResult = Annotated[
    Session | InvalidInput | ConflictError | ForbiddenError,
    strawberry.union("RegisterResult", description="What registering ends in."),
]
LoginResult = Annotated[
    Session | CredentialsError, strawberry.union("LoginResult", description="What signing in ends in.")
]
