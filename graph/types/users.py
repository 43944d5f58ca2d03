"""The user type, and filters of users."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.api_keys import ApiKey
from graph.types.budgets import Budget
from graph.types.enums import UsageGrouping
from graph.types.errors import ConflictError, ForbiddenError, NotFoundError
from graph.types.ids import global_id
from graph.types.model_aliases import ModelAlias
from graph.types.node import After, Before, Connection, First, Last, Node
from graph.types.scalars import BigInt
from graph.types.usage import From, GroupBy, To, UsageReport
from graph.types.webhooks import WebhookDelivery
from server import tables
from server.adapters.pagination import PageRequest, page
from server.services import api_keys, model_names, storage, usage, users, webhooks
from server.services.limits import Limits
from server.services.usage import UsagePeriod
from server.services.users import UserCriteria


@strawberry.type(description="What administrators set for a user. Of the counts, null is no limit of the user's own.")
class UserLimits:
    weight: float = strawberry.field(description="Part of busy workers against that of others; 1 is usual.")
    most_waiting: int | None = strawberry.field(description="Maximum predictions that wait.")
    most_running: int | None = strawberry.field(description="Maximum predictions that run at the same time.")
    most_waiting_per_model: int | None = strawberry.field(description="Maximum predictions of one model that wait.")

    @classmethod
    def of(cls, limits: Limits) -> UserLimits:
        counts = {name: getattr(limits, name) for name in ("most_waiting", "most_running", "most_waiting_per_model")}
        return cls(weight=limits.weight, **counts)


@strawberry.type(description="Bytes that are stored for a user. Data that was removed counts no more.")
class StorageUse:
    used_bytes: BigInt = strawberry.field(description="Bytes of inputs, outputs, files and uploads.")
    allowed_bytes: BigInt | None = strawberry.field(
        description="Bytes that may be stored, above which predictions and uploads are refused; null without a bound."
    )

    @classmethod
    def of(cls, use: storage.StorageUse) -> StorageUse:
        allowed = None if use.allowed_bytes is None else BigInt(use.allowed_bytes)
        return cls(used_bytes=BigInt(use.used_bytes), allowed_bytes=allowed)


@strawberry.type(description="A registered user.")
class User(Node):
    row: strawberry.Private[tables.User]
    just_signed_in: strawberry.Private[bool] = False

    handle: str = strawberry.field(description="Unique handle; the owner part of model slugs.")
    created_at: datetime = strawberry.field(description="Time of registration.")
    is_admin: bool = strawberry.field(description="Whether the user is an administrator.")

    @strawberry.field(description="E-mail address; null unless you are the user or an administrator.")
    def email(self, info: Info) -> str | None:
        viewer = info.context.viewer
        return self.row.email if self.just_signed_in or users.may_look_into(viewer, self.row.id) else None

    @strawberry.field(
        description="Time when an administrator deactivated the account; null unless that was done, and you are the "
        "user or an administrator."
    )
    def deactivated_at(self, info: Info) -> datetime | None:
        return self.row.deactivated_at if users.may_look_into(info.context.viewer, self.row.id) else None

    @strawberry.field(
        description="Last time the user began or refreshed a session, or used an API key. Null if that was too long "
        "ago, and unless you are the user or an administrator."
    )
    async def last_seen(self, info: Info) -> datetime | None:
        shown = users.may_look_into(info.context.viewer, self.row.id)
        return await info.context.loaders.last_seen.load(self.row.id) if shown else None

    @strawberry.field(
        description="Number of predictions created, including those whose data was removed; null unless you are the "
        "user or an administrator."
    )
    async def prediction_count(self, info: Info) -> int | None:
        shown = users.may_look_into(info.context.viewer, self.row.id)
        return await info.context.loaders.prediction_counts.load(self.row.id) if shown else None

    @strawberry.field(
        description="What the user's inputs, outputs and files fill; null unless you are the user or an administrator."
    )
    async def storage(self, info: Info) -> StorageUse | None:
        shown = users.may_look_into(info.context.viewer, self.row.id)
        use = await info.context.loaders.storage_uses.load(self.row.id) if shown else None
        return StorageUse.of(use) if use else None

    @strawberry.field(
        description="What administrators set for the user; null unless you are the user or an administrator."
    )
    async def limits(self, info: Info) -> UserLimits | None:
        shown = users.may_look_into(info.context.viewer, self.row.id)
        return UserLimits.of(await info.context.loaders.limits.load(self.row.id)) if shown else None

    @strawberry.field(description="What the user's predictions used; null unless you are the user or an administrator.")
    async def usage(self, info: Info, from_: From, to: To, group_by: GroupBy = UsageGrouping.DAY) -> UsageReport | None:
        context = info.context
        if not users.may_look_into(context.viewer, self.row.id):
            return None
        period = UsagePeriod(from_, to, group_by)
        key = ("usage", self.row.id, period)
        return UsageReport.of(await context.loaders.once(key, lambda: usage.of_user(context.rt, self.row.id, period)))

    @strawberry.field(
        description="What the user's predictions may cost: budgets of the user, and behind them those of API keys. "
        "Null unless you are the user or an administrator."
    )
    async def budgets(self, info: Info) -> list[Budget] | None:
        if not users.may_look_into(info.context.viewer, self.row.id):
            return None
        return [Budget.of(each) for each in await info.context.loaders.budgets.load(self.row.id)]

    @strawberry.field(description="API keys that were not revoked, newest first; null unless you are the user.")
    async def api_keys(self, info: Info) -> list[ApiKey] | None:
        viewer = info.context.viewer
        if viewer.user_id != self.row.id:
            return None
        rows = await info.context.loaders.once(("api keys", viewer), lambda: api_keys.listing(viewer))
        return [ApiKey.of(row) for row in rows]

    @strawberry.field(description="Other names of models for OpenAI's clients; null unless you are the user.")
    async def model_aliases(self, info: Info) -> list[ModelAlias] | None:
        viewer = info.context.viewer
        if viewer.user_id != self.row.id:
            return None
        rows = await info.context.loaders.once(("model aliases", viewer), lambda: model_names.aliases_of(viewer))
        return [ModelAlias.of(row) for row in rows]

    @strawberry.field(
        description="Secret that signs the user's webhooks, `whsec_...`; null unless you are the user and signed in "
        "by a session, not by an API key."
    )
    async def webhook_secret(self, info: Info) -> str | None:
        viewer = info.context.viewer
        own = self.just_signed_in or (viewer.user_id == self.row.id and viewer.key_id is None)
        if not own:
            return None
        context, user_id = info.context, self.row.id
        key = ("webhook secret", user_id)
        return await context.loaders.once(key, lambda: webhooks.secret(context.rt, user_id))

    @strawberry.field(
        description="Deliveries to the user's webhooks, newest first; null unless you are the user or an administrator."
    )
    async def webhook_deliveries(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[WebhookDelivery] | None:
        query = webhooks.listing(info.context.viewer, self.row.id)
        if query is None:
            return None
        request = PageRequest(first, after, last, before)
        key = ("webhook deliveries", self.row.id, request)
        deliveries = await info.context.loaders.once(key, lambda: page(query, request))
        return Connection(page=deliveries, node_of=WebhookDelivery.of)

    @classmethod
    def of(cls, row: tables.User) -> User:
        return cls(
            id=global_id("User", row.id), row=row, handle=row.handle, created_at=row.created_at, is_admin=row.is_admin
        )


@strawberry.input(description="The user whose account to deactivate.")
class DeactivateUserInput:
    user: strawberry.ID = strawberry.field(description="Id of the user.")


@strawberry.input(description="The user whose account to reactivate.")
class ReactivateUserInput:
    user: strawberry.ID = strawberry.field(description="Id of the user.")


@strawberry.input(description="The user to delete.")
class DeleteUserInput:
    user: strawberry.ID = strawberry.field(description="Id of the user.")


@strawberry.type(description="A deleted user.")
class DeletedUser:
    handle: str = strawberry.field(description="Their handle, which is free again once all is removed.")
    is_complete: bool = strawberry.field(
        description="Whether everything of theirs is removed; if not, the server goes on by itself."
    )


DeactivateUserResult = Annotated[
    User | NotFoundError | ConflictError | ForbiddenError,
    strawberry.union("DeactivateUserResult", description="Result of `deactivateUser`."),
]
ReactivateUserResult = Annotated[
    User | NotFoundError | ConflictError | ForbiddenError,
    strawberry.union("ReactivateUserResult", description="Result of `reactivateUser`."),
]
DeleteUserResult = Annotated[
    DeletedUser | NotFoundError | ConflictError | ForbiddenError,
    strawberry.union("DeleteUserResult", description="Result of `deleteUser`."),
]


@strawberry.input(description="Filter for a list of users.")
class UserFilter:
    search: str | None = strawberry.field(default=None, description="Text in the handle or e-mail address.")
    is_admin: bool | None = strawberry.field(
        default=None, description="Only administrators if true, only other users if false."
    )

    def criteria(self) -> UserCriteria:
        return UserCriteria(self.search, self.is_admin)
