"""Invitations and password resets as tests ask for them."""

from __future__ import annotations

from tests.integration.accounts.operations import SESSION
from tests.support.operations import USER_ERROR

INVITATION = "id email isAdmin state mailState mailError createdAt expiresAt inviter { handle } user { handle }"
INVITE = f"""mutation ($input: InviteUserInput!) {{ inviteUser(input: $input) {{ __typename
  ... on InvitedUser {{ link invitation {{ {INVITATION} }} }} {USER_ERROR} }} }}"""
REVOKE = f"""mutation ($input: RevokeInvitationInput!) {{ revokeInvitation(input: $input) {{ __typename
  ... on Invitation {{ {INVITATION} }} ... on UserError {{ code message }} }} }}"""
INVITATIONS = f"query ($first: Int) {{ invitations(first: $first) {{ totalCount nodes {{ {INVITATION} }} }} }}"
ACCEPT = f"""mutation ($input: AcceptInvitationInput!) {{ acceptInvitation(input: $input) {{ __typename
  {SESSION} {USER_ERROR} }} }}"""
REQUEST = f"""mutation ($input: RequestPasswordResetInput!) {{ requestPasswordReset(input: $input) {{ __typename
  ... on RequestedPasswordReset {{ expiresInSeconds }} {USER_ERROR} }} }}"""
RESET = f"""mutation ($input: ResetPasswordInput!) {{ resetPassword(input: $input) {{ __typename
  {SESSION} {USER_ERROR} }} }}"""
