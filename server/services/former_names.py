"""Names that models had before they were renamed: each leads to its model, as long as that is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from tortoise.exceptions import IntegrityError

from server.adapters.database import rows
from server.domain.models import Slug
from server.errors import InvalidInputError, Violation
from server.tables import FormerModelName, Model

FORMER_NAMES_MAX = 20
"""Names that a model may have had, since nobody else of its owner's gets them."""


async def follow(slug: Slug) -> Slug:
    """What a model is called now that had this name; the same where none had it."""
    return (await follow_all([slug])).get(slug, slug)


async def follow_all(slugs: Iterable[Slug]) -> dict[Slug, Slug]:
    """As `follow`, for those that are former names alone."""
    distinct = list(dict.fromkeys(slugs))
    if not distinct:
        return {}
    named = await rows(_NAMES, [slug.owner for slug in distinct], [slug.name for slug in distinct])
    return {distinct[row["place"] - 1]: replace(distinct[row["place"] - 1], name=row["name"]) for row in named}


async def is_reserved(owner_id: UUID, name: str, model_id: UUID) -> bool:
    """Whether a name leads to another model of an owner's; asked once a row has the name, it stays so."""
    return await FormerModelName.filter(owner_id=owner_id, name=name).exclude(model_id=model_id).exists()


async def rename(model: Model, name: str) -> None:
    """Give a model another name, in a transaction that holds its row; its former one leads on to it.

    Raises:
        InvalidInputError: another model of its owner's has, or had, the name; or it was renamed too often.
    """
    conflict = InvalidInputError([Violation("/name", f"{model.owner.handle}/{name} is taken.", "taken")])
    former, model.name = model.name, name
    try:
        await model.save(update_fields=["name"])
    except IntegrityError:
        raise conflict from None
    if await is_reserved(model.owner_id, name, model.id):
        raise conflict
    await FormerModelName.filter(model_id=model.id, name=name).delete()
    if await FormerModelName.filter(model_id=model.id).count() >= FORMER_NAMES_MAX:
        rule = f"It had {FORMER_NAMES_MAX} other names, which lead to it; it can have one of those again."
        raise InvalidInputError([Violation("/name", rule, "maxItems")])
    await FormerModelName.create(model=model, owner_id=model.owner_id, name=former)


_NAMES = """
SELECT q.place, m.name FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q(owner, name, place)
JOIN "user" u ON u.handle = q.owner
JOIN former_model_name f ON f.owner_id = u.id AND f.name = q.name
JOIN model m ON m.id = f.model_id
"""
