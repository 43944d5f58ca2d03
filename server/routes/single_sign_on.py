"""Where an OpenID Connect provider sends browsers back to."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse

from server.adapters.requests import address_of_client
from server.domain.accounts import Viewer
from server.runtime import Runtime
from server.services import single_sign_on


async def callback(request: Request) -> RedirectResponse:
    """Take what the provider answers, and lead to a page of ours, never elsewhere.

    What goes on stands behind the `#`, which no server and no log sees, and is worth nothing without the secret of the
    browser that began.
    """
    rt: Runtime = request.state.rt
    query = request.query_params
    viewer = Viewer(address=address_of_client(request))
    ticket = await single_sign_on.answer(
        rt, viewer, query.get("state", ""), query.get("code"), query.get("error"), query.get("iss")
    )
    page = f"{(rt.settings.public_url or '').rstrip('/')}{single_sign_on.PAGE_PATH}"
    return RedirectResponse(f"{page}#{ticket or 'ended'}", 303)
