"""Resolvers of invitations."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.invitations import (
    AcceptInvitationInput,
    AcceptInvitationResult,
    Invitation,
    InvitedUser,
    InviteUserInput,
    InviteUserResult,
    RevokeInvitationInput,
    RevokeInvitationResult,
)
from graph.types.node import After, Before, Connection, First, Last, connection
from graph.types.sessions import Session
from server.domain.ids import parse_id
from server.services import invitations


@strawberry.type
class InvitationQuery:
    @strawberry.field(description="Invitations, newest first; administrators only. They are forgotten in time.")
    async def invitations(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Invitation]:
        query = invitations.listing(info.context.viewer)
        return await connection(query, Invitation.of, first, after, last, before)


@strawberry.type
class InvitationMutation:
    @strawberry.mutation(
        description="Invite somebody, by mail, or by a link in the answer if no mail server is configured; "
        "administrators only. Earlier invitations to the address are revoked. Requires a session: an API key cannot "
        "do it."
    )
    async def invite_user(
        self,
        info: Info,
        input: Annotated[InviteUserInput, strawberry.argument(description="Whom to invite.")],  # noqa: A002
    ) -> InviteUserResult:
        context = info.context
        new = await invitations.create(
            context.rt, context.viewer, input.email, is_admin=input.is_admin, base_url=context.base_url
        )
        return InvitedUser(invitation=Invitation.of(new.invitation), link=new.link)

    @strawberry.mutation(
        description="Revoke an invitation at once; administrators only. Requires a session: an API key cannot do it."
    )
    async def revoke_invitation(
        self,
        info: Info,
        input: Annotated[RevokeInvitationInput, strawberry.argument(description="The invitation to revoke.")],  # noqa: A002
    ) -> RevokeInvitationResult:
        return Invitation.of(await invitations.revoke(info.context.viewer, parse_id(input.id, "Invitation")))

    @strawberry.mutation(description="Make the account of an invitation, and sign in.")
    async def accept_invitation(
        self,
        info: Info,
        input: Annotated[AcceptInvitationInput, strawberry.argument(description="The account to create.")],  # noqa: A002
    ) -> AcceptInvitationResult:
        context = info.context
        return Session.of(
            await invitations.accept(context.rt, context.viewer, input.token, input.handle, input.password)
        )
