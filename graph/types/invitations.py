"""Invitations, and what creates, revokes and accepts them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.enums import InvitationState, MailState
from graph.types.errors import ConflictError, CredentialsError, ForbiddenError, InvalidInput, NotFoundError
from graph.types.ids import global_id
from graph.types.node import Node
from graph.types.sessions import Session
from graph.types.users import User
from server import tables
from server.services import invitations


@strawberry.type(description="A link that makes one account, whether registration is open or closed.")
class Invitation(Node):
    row: strawberry.Private[tables.Invitation]

    email: str | None = strawberry.field(
        description="E-mail address of whoever is invited; null once accepted, see `user`."
    )
    is_admin: bool = strawberry.field(description="Whether the account becomes an administrator.")
    state: InvitationState = strawberry.field(description="Where it stands.")
    mail_state: MailState | None = strawberry.field(
        description="Where its mail stands; null if the link was given to an administrator instead."
    )
    mail_error: str | None = strawberry.field(description="Why its mail was not sent, of the last try.")
    created_at: datetime = strawberry.field(description="Time of creation.")
    expires_at: datetime = strawberry.field(description="Time until which its link can be used.")

    @strawberry.field(description="Administrator who invited; null if an operator of the machine did.")
    async def inviter(self, info: Info) -> User | None:
        row = await info.context.loaders.users.load(self.row.inviter_id) if self.row.inviter_id else None
        return User.of(row) if row else None

    @strawberry.field(description="The account that was made by it.")
    async def user(self, info: Info) -> User | None:
        row = await info.context.loaders.users.load(self.row.user_id) if self.row.user_id else None
        return User.of(row) if row else None

    @classmethod
    def of(cls, row: tables.Invitation) -> Invitation:
        return cls(
            id=global_id("Invitation", row.id),
            row=row,
            email=row.email,
            is_admin=row.is_admin,
            state=invitations.state_of(row),
            mail_state=MailState(row.mail_state) if row.mail_state else None,
            mail_error=row.mail_error,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )


@strawberry.type(description="A new invitation.")
class InvitedUser:
    invitation: Invitation = strawberry.field(description="The invitation.")
    link: str | None = strawberry.field(
        description="Its link, shown only here, for you to hand on, if this server has no mail server configured; "
        "null if a mail carries it."
    )


@strawberry.input(description="Somebody to invite.")
class InviteUserInput:
    email: str = strawberry.field(description="E-mail address.")
    is_admin: bool = strawberry.field(default=False, description="Whether the account becomes an administrator.")


@strawberry.input(description="The invitation to revoke.")
class RevokeInvitationInput:
    id: strawberry.ID = strawberry.field(description="Id of the invitation.")


@strawberry.input(description="The account of an invitation.")
class AcceptInvitationInput:
    token: str = strawberry.field(description="Token of the link: what stands behind its `#`.")
    handle: str = strawberry.field(description="Handle: 2 to 39 lower-case letters, digits and single dashes.")
    password: str = strawberry.field(description="Password, 8 to 256 characters.")


InviteUserResult = Annotated[
    InvitedUser | InvalidInput | ConflictError | ForbiddenError,
    strawberry.union("InviteUserResult", description="Result of `inviteUser`."),
]
RevokeInvitationResult = Annotated[
    Invitation | NotFoundError | ForbiddenError,
    strawberry.union("RevokeInvitationResult", description="Result of `revokeInvitation`."),
]
AcceptInvitationResult = Annotated[
    Session | InvalidInput | ConflictError | CredentialsError,
    strawberry.union("AcceptInvitationResult", description="Result of `acceptInvitation`."),
]
