"""Repositories on the Hugging Face hub, looked at before a model is made of one."""

from __future__ import annotations

from dataclasses import dataclass

from server.adapters.hub_listing import ListingError, ListingUnavailableError, read_listing
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.models import ModelSource, SourceType, source_violations
from server.domain.repositories import Inspection, inspect
from server.errors import BadUserInputError, NotFoundError, UnauthenticatedError, UnavailableError
from server.runtime import Runtime
from server.services import models


@dataclass(frozen=True)
class Repository:
    """A repository at one commit, and what its list of files tells."""

    repo: str
    commit: str
    task: str | None
    library: str | None
    inspection: Inspection


async def find(rt: Runtime, viewer: Viewer, repo: str, revision: str | None) -> Repository:
    """A repository on the hub, as whoever may add models to this server may look at it.

    Raises:
        UnauthenticatedError, ForbiddenError: as `models.create`.
        BadUserInputError: the name or the revision is none.
        NotFoundError: there is none, or this server has no access.
        UnavailableError: the hub does not answer.
    """
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to add models.")
    viewer.require(Scope.WRITE)
    models.check_may_add(rt, viewer)
    if violations := source_violations(ModelSource(SourceType.HUGGINGFACE, repo, revision)):
        raise BadUserInputError(violations[0].message)
    try:
        listing = await read_listing(rt.settings, repo, revision)
    except ListingError as error:
        raise NotFoundError(str(error)) from error
    except ListingUnavailableError as error:
        raise UnavailableError(str(error)) from error
    inspection = inspect(listing.sizes, listing.task, rt.settings.model_max_bytes)
    return Repository(repo, listing.commit, listing.task, listing.library, inspection)
