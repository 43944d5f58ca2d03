"""Names of models as doors of plain HTTP take them: slugs, ids of versions, and aliases."""

from __future__ import annotations

import re
from uuid import UUID

from tortoise.transactions import in_transaction

from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.models import Slug, parse_reference, parse_slug
from server.domain.version_ids import parse_version_id
from server.errors import InvalidInputError, NotFoundError, UnauthenticatedError, Violation
from server.runtime import Runtime
from server.services import former_names, models, versions
from server.tables import ModelAlias, User

ALIASES_MAX = 100
ALIAS = re.compile(r"[\w.:@+-]{1,100}", re.ASCII)


async def slug_of_version(named: str) -> str:
    """What services call a version that is named by its id, `owner/name`, or `owner/name:` with its id or number.

    Raises:
        NotFoundError: there is no version with this id, or it is another model's.
    """
    model, _, version = named.rpartition(":") if ":" in named else (None, "", named)
    row_id = parse_version_id(version)
    if row_id is None:
        return named
    slug = await versions.slug_of(row_id)
    if slug is None or (model is not None and not await _names(model, slug.model)):
        raise NotFoundError(f"There is no version {named[:100]!r}.")
    return str(slug)


async def _names(text: str, model: Slug) -> bool:
    """Whether a text names a model, or did so formerly."""
    named = parse_slug(text)
    return named is not None and model in (named, await former_names.follow(named))


async def slug_of_name(rt: Runtime, viewer: Viewer, name: str) -> str:
    """As `slug_of_version`, of a name that may be an alias of the viewer's, or one of OPENAI_ALIASES."""
    if (row := await find_alias(viewer, name)) is not None:
        return row.slug
    return await slug_of_version(rt.settings.openai_aliases.get(name, name))


async def find_alias(viewer: Viewer, name: str) -> ModelAlias | None:
    """The viewer's alias of a name; None where there is none, and where the name can be none."""
    if viewer.user_id is None or not ALIAS.fullmatch(name):
        return None
    return await ModelAlias.get_or_none(user_id=viewer.user_id, name=name)


async def set_alias(viewer: Viewer, name: str, model: str) -> ModelAlias:
    """Give a model that the viewer may use another name, in place of an alias of that name.

    Raises:
        UnauthenticatedError, ForbiddenError: nobody is signed in, or the API key may not write.
        InvalidInputError: the name breaks its rule, or there are too many.
        NotFoundError: the viewer knows no such model.
    """
    user_id = _owner(viewer)
    if not ALIAS.fullmatch(name):
        rule = "1 to 100 letters, digits and any of . _ : @ + -, without a slash"
        raise InvalidInputError([Violation("/alias", f"An alias is {rule}.", "pattern")])
    slug = parse_reference(model)
    if slug is None:
        raise NotFoundError(f"There is no model {model[:100]!r}.")
    await models.find_visible(viewer, slug.model)
    async with in_transaction():
        # Counted under the user's row lock, so that many at once are not more than allowed
        await User.select_for_update().get(id=user_id)
        if await ModelAlias.filter(user_id=user_id).exclude(name=name).count() >= ALIASES_MAX:
            rule = f"You have {ALIASES_MAX} aliases already; remove one first."
            raise InvalidInputError([Violation("/alias", rule, "maxItems")])
        row, _ = await ModelAlias.update_or_create({"slug": str(slug)}, user_id=user_id, name=name)
    return row


async def remove_alias(viewer: Viewer, name: str) -> str:
    """Remove an alias of the viewer's; its name.

    Raises:
        UnauthenticatedError, ForbiddenError: as `set_alias`.
        NotFoundError: there is none.
    """
    _owner(viewer)
    row = await find_alias(viewer, name)
    if row is None or not await ModelAlias.filter(id=row.id).delete():
        raise NotFoundError(f"You have no alias {name[:100]!r}.")
    return name


async def aliases_of(viewer: Viewer) -> list[ModelAlias]:
    """The viewer's aliases, by name."""
    viewer.require(Scope.READ)
    if viewer.user_id is None:
        return []
    return await ModelAlias.filter(user_id=viewer.user_id).order_by("name")


def _owner(viewer: Viewer) -> UUID:
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to name models.")
    viewer.require(Scope.WRITE)
    return viewer.user_id
