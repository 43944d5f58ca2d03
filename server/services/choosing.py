"""What a new prediction runs: a model and one of its versions, found in one statement for all who ask at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from server.adapters.batches import Batches
from server.adapters.database import columns, from_row, rows
from server.domain.accounts import Viewer
from server.domain.models import Slug, VersionState, parse_slug
from server.errors import NotFoundError, UnavailableError
from server.services.models import sees
from server.tables import Model, User, Version


async def choose(viewer: Viewer, slug: str) -> tuple[Model, Version]:
    """The model, with its owner, and the version: the pinned one, else the newest READY one.

    Raises:
        NotFoundError: there is no such model, or the viewer may not know of it.
        UnavailableError: there is no version of that number, or it is not READY; with the reason.
    """
    parsed = parse_slug(slug)
    found = await _CHOICES.ask(parsed) if parsed else None
    if parsed is None or found is None:
        raise NotFoundError(f"There is no model {slug[:100]!r}.")
    model, version = found
    if not sees(viewer, model):
        raise NotFoundError(f"There is no model {slug[:100]!r}.")
    return model, _runnable(version, slug, pinned=parsed.number is not None)


def _runnable(version: Version | None, slug: str, *, pinned: bool) -> Version:
    if version is None:
        raise UnavailableError(f"{slug[:100]} does not exist." if pinned else f"{slug[:100]} has no version.")
    if version.state == VersionState.PREPARING.value:
        raise UnavailableError(f"Version {version.number} is still being prepared; try again when it is READY.")
    if version.state == VersionState.REFUSED.value:
        raise UnavailableError(f"Version {version.number} was refused: {version.reason}")
    return version


async def _choose(slugs: Sequence[Slug]) -> list[tuple[Model, Version | None] | None]:
    asked = list(dict.fromkeys(slugs))
    values = ([s.owner for s in asked], [s.name for s in asked], [s.number for s in asked])
    found = {asked[row["place"] - 1]: _chosen(row) for row in await rows(_choices(), *values)}
    return [found.get(slug) for slug in slugs]


def _chosen(row: dict[str, Any]) -> tuple[Model, Version | None]:
    model = from_row(Model, row, "m_")
    model.owner = from_row(User, row, "u_")
    if row["v_id"] is None:
        return model, None
    version = from_row(Version, row, "v_")
    version.model = model
    return model, version


@cache
def _choices() -> str:
    # The ORM knows all columns only once it is set up
    return f"""
SELECT q.place, {columns(Model, "m", "m_")}, {columns(User, "u", "u_")}, {columns(Version, "v", "v_")}
FROM unnest($1::text[], $2::text[], $3::int[]) WITH ORDINALITY AS q(owner, name, number, place)
JOIN "user" u ON u.handle = q.owner
JOIN model m ON m.owner_id = u.id AND m.name = q.name AND m.deleted_at IS NULL
LEFT JOIN LATERAL (
  SELECT * FROM version WHERE model_id = m.id AND (q.number IS NULL OR number = q.number)
  ORDER BY state = 'READY' DESC, number DESC LIMIT 1) v ON true
"""  # noqa: S608 - names only


_CHOICES: Batches[Slug, tuple[Model, Version | None] | None] = Batches(_choose)
