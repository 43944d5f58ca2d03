"""Forks: models of one's own on the files of another model, of which not a byte is copied.

A fork has one version, which names the same source and the same commit as the version that it was made of, with the
same digest. Files lie in the cache of the workers by source and commit, once for all versions that name them, and stay
or go by their use alone. So a fork needs nothing of the model that it was made of, and runs when that is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.models import (
    DEFAULT_PREDICTORS,
    FOLDER_PREDICTORS,
    OPEN_PREDICTORS,
    SourceType,
    VersionState,
    Visibility,
    name_violations,
    parse_slug,
)
from server.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
    Violation,
)
from server.queue import prices
from server.runtime import Runtime
from server.services import former_names, models, versions
from server.tables import Model, User, Version

_OURS = FOLDER_PREDICTORS | OPEN_PREDICTORS | frozenset(DEFAULT_PREDICTORS.values())
# All that a version has but what tells of its model, its place there, and its preparation
_COPIED = (
    *("source_type", "source_ref", "predictor", "own_schema", "options", "input_schema", "output_schema", "info"),
    *("revision", "revision_asked", "digest", "size_bytes", "files", "probe", "base_id", "recent_seconds"),
    "expected_seconds",
)


@dataclass(frozen=True)
class NewFork:
    """A model to fork: `owner/name`, of which the newest READY version is taken, or `owner/name:number`."""

    model: str
    name: str
    visibility: Visibility = Visibility.PRIVATE


async def fork(rt: Runtime, viewer: Viewer, new: NewFork) -> Model:
    """Make a model of the viewer's on the files of one that they can see; it is READY at once.

    It takes over the description, tags, categories, languages and license; not the samples, variables, aliases, shares
    and traffic. Administrators alone fork what runs the operator's own code, since a fork's owner gives that code
    variables, and a version that has a price of its own, which its fork would not have. A private model is forked by
    its owner and administrators alone: to whom it is shared may run it, as long as it is shared, and a fork would be
    theirs for ever.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: the API key lacks the scope WRITE; only administrators may add models, or fork this one.
        NotFoundError: there is no such model or version, or the viewer may not know of it.
        UnavailableError: the version is not READY.
        InvalidInputError: the name breaks rules, or a public fork would run the weights of a private model.
        ConflictError: the viewer has, or had, a model of this name.
    """
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to fork models.")
    viewer.require(Scope.WRITE)
    parsed = parse_slug(new.model)
    original = await models.find_visible(viewer, new.model)
    models.check_may_add(rt, viewer)
    if original.visibility == Visibility.PRIVATE.value and not viewer.is_admin and original.owner_id != viewer.user_id:
        raise ForbiddenError("Only the owner of a private model may fork it.")
    source = await _version_of(original, parsed.number if parsed else None)
    if source.predictor not in _OURS and not viewer.is_admin:
        raise ForbiddenError("Only administrators may fork models that run the operator's own code.")
    if not viewer.is_admin and await _has_own_price(rt, source):
        raise ForbiddenError("Only administrators may fork a version that has a price of its own.")
    if violations := name_violations(new.name) + await _base_violations(viewer, source, new.visibility):
        raise InvalidInputError(violations)
    return await _add(await User.get(id=viewer.user_id), original, source, new)


async def _version_of(original: Model, number: int | None) -> Version:
    """The version of a model by its number, or its newest READY one; raises NotFoundError, UnavailableError."""
    query = Version.filter(model_id=original.id)
    if number is None:
        version = await query.filter(state=VersionState.READY.value).order_by("-number").first()
        if version is None:
            raise UnavailableError("This model has no READY version to fork.")
        return version
    version = await query.get_or_none(number=number)
    if version is None:
        raise NotFoundError(f"There is no version {number} of this model.")
    if version.state != VersionState.READY.value:
        raise UnavailableError(f"Version {number} is {version.state}; only a READY version can be forked.")
    return version


async def _has_own_price(rt: Runtime, version: Version) -> bool:
    listing = await prices.read(rt.settings.currency)
    return listing is not None and any(price.version == version.id for price in listing.prices)


async def _base_violations(viewer: Viewer, source: Version, visibility: Visibility) -> list[Violation]:
    """Why a fork may not have the base of an adapter: the weights of a private model are for its owner alone."""
    if source.base_id is None:
        return []
    base = await Version.get(id=source.base_id).select_related("model")
    if base.model.deleted_at is not None:
        return [Violation("/model", versions.BASE_IS_GONE, "base")]
    if base.model.visibility == Visibility.PUBLIC.value:
        return []
    if base.model.owner_id != viewer.user_id:
        return [Violation("/model", "It is an adapter on a private model of somebody else.", "base")]
    if visibility is not Visibility.PRIVATE:
        return [Violation("/visibility", "It is an adapter on a private model, so it has to be PRIVATE too.", "base")]
    return []


async def _add(owner: User, original: Model, source: Version, new: NewFork) -> Model:
    """The fork with its version, which is prepared as the original is, since the files are the same."""
    shared: dict[str, Any] = {
        name: getattr(original, name)
        for name in ("kind", "description", "tags", "categories", "languages", "license", "license_url")
    }
    copied = {name: getattr(source, name) for name in _COPIED}
    if source.source_type == SourceType.HUGGINGFACE.value:
        # A branch may have moved on since: prepared again, it would be another commit
        copied["revision_asked"] = source.revision
    conflict = ConflictError(f"{owner.handle}/{new.name} is taken.")
    try:
        async with in_transaction():
            model = await Model.create(
                owner=owner, name=new.name, visibility=new.visibility.value, forked_from=original.id, **shared
            )
            if await former_names.is_reserved(owner.id, new.name, model.id):
                raise conflict
            await Version.create(model=model, number=1, state=VersionState.READY.value, **copied)
    except IntegrityError:
        raise conflict from None
    return model
