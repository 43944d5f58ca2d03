"""Names of models as doors of plain HTTP take them: slugs, ids of versions, and aliases."""

from __future__ import annotations

from server.domain.models import Slug, parse_slug
from server.domain.version_ids import parse_version_id
from server.errors import NotFoundError
from server.runtime import Runtime
from server.services import versions


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
    if slug is None or (model is not None and parse_slug(model) != Slug(slug.owner, slug.name)):
        raise NotFoundError(f"There is no version {named[:100]!r}.")
    return str(slug)


async def slug_of_name(rt: Runtime, name: str) -> str:
    """As `slug_of_version`, of a name that may be one of OPENAI_ALIASES."""
    return await slug_of_version(rt.settings.openai_aliases.get(name, name))
