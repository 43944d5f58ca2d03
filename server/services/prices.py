"""What predictions cost: the price list that holds, and who sets another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import structlog
from tortoise.transactions import in_transaction

from server.adapters.large_columns import without_large
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.audit import AuditAction, Subject, SubjectType
from server.domain.models import parse_slug
from server.domain.prices import MOST_PRICES, Price, decimal_text, price_violations
from server.errors import InvalidInputError, Violation
from server.queue import prices as queue
from server.queue.prices import PriceListing
from server.runtime import Runtime
from server.services import audit, former_names, models, versions
from server.tables import Version

MAX_INT = 2**31 - 1
logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NewPrices:
    """A price list to hold from now on, each price with the version `owner/name:number` that it is for, if it is one's.

    `charges_failed` and `charges_canceled`: predictions that ran and then failed or were canceled are charged for what
    ran.
    """

    prices: Sequence[tuple[Price, str | None]]
    charges_failed: bool = False
    charges_canceled: bool = True


async def set_prices(rt: Runtime, viewer: Viewer | None, new: NewPrices) -> PriceListing:
    """Let other prices hold for what is accepted from now on, at other processes 2 seconds later; all at once.

    What was accepted before is charged by the prices of then. No viewer is the operator at the command line.

    Raises:
        ForbiddenError: the viewer is no admin, or the API key is not for that.
        InvalidInputError: a price is none, two are for the same, or there is no such version.
    """
    if viewer is not None:
        viewer.administer(Scope.ADMIN, "set prices")
    resolved: list[Price] = []
    violations = []
    # One more than may be, so that there are too many of the others too
    for place, (price, slug) in enumerate(new.prices[: MOST_PRICES + 1]):
        version_id = None
        if slug is not None and (version_id := await _version_id(slug)) is None:
            rule = "There is no such version; name one as owner/name:number."
            violations.append(Violation(f"/prices/{place}/version", rule, "version"))
            version_id = uuid4()
        resolved.append(replace(price, version=version_id))
    if violations := price_violations(resolved) + violations:
        raise InvalidInputError(violations)
    rules = {"charges_failed": new.charges_failed, "charges_canceled": new.charges_canceled}
    async with in_transaction():
        former, added = await queue.add(rt.settings.currency, resolved, **rules)
        subject = Subject(SubjectType.SERVER, name="prices")
        before = await _summary(former) if former else None
        await audit.record(viewer, AuditAction.PRICES_SET, subject, before, await _summary(added))
    rt.prices.clear()
    logger.info("prices.set", list=str(added.id), prices=len(added.prices))
    return added


async def current(rt: Runtime) -> PriceListing | None:
    """The price list that holds, read at most every two seconds; None where nothing costs anything."""
    listing: PriceListing | None = await rt.prices.get(rt.settings.currency, queue.read)
    return listing if listing is not None and listing.prices else None


async def current_id(rt: Runtime) -> UUID | None:
    """What a new prediction names as the price list that it is charged by."""
    listing = await current(rt)
    return listing.id if listing else None


async def find(rt: Runtime, viewer: Viewer) -> PriceListing | None:
    """The price list that holds, with the prices of versions whose models the viewer may see.

    Raises:
        ForbiddenError: the API key may not read.
    """
    viewer.require(Scope.READ)
    listing = await queue.read(rt.settings.currency)
    return await as_seen_by(viewer, listing) if listing is not None and listing.prices else None


async def as_seen_by(viewer: Viewer, listing: PriceListing) -> PriceListing:
    """A price list without the prices of versions whose models the viewer may not see."""
    named = await versions.by_ids([price.version for price in listing.prices if price.version is not None])
    visible = await models.by_ids(viewer, {row.model_id for row in named.values()})
    shown = tuple(
        price
        for price in listing.prices
        if price.version is None or (price.version in named and named[price.version].model_id in visible)
    )
    return replace(listing, prices=shown)


async def _version_id(text: str) -> UUID | None:
    slug = parse_slug(text)
    if slug is None or slug.number is None or slug.number > MAX_INT:
        return None
    slug = await former_names.follow(slug)
    named = Version.filter(
        model__owner__handle=slug.owner, model__name=slug.name, model__deleted_at=None, number=slug.number
    )
    version = await without_large(named).first()
    return version.id if version else None


async def _summary(listing: PriceListing) -> dict[str, object]:
    """A price list as the audit log tells it: in texts, since names of units look like those of secrets."""
    lines = []
    for price in listing.prices:
        slug = await versions.slug_of(price.version) if price.version else None
        words = (price.unit.value, price.device.value, str(slug) if slug else "all", decimal_text(price.amount))
        lines.append(" ".join(words))
    return {
        "prices": lines,
        "currency": listing.currency,
        "chargesFailed": listing.charges_failed,
        "chargesCanceled": listing.charges_canceled,
    }
