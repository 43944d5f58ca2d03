"""The commands for prices and budgets: an operator's, beside running servers."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from server.command_line import beside_servers, fail, show
from server.domain.budgets import BudgetPeriod
from server.domain.ids import encode_id, parse_id
from server.domain.models import DeviceClass
from server.domain.prices import Price, PriceUnit, decimal_text
from server.errors import BadUserInputError
from server.queue.budgets import BudgetReport
from server.queue.prices import PriceListing
from server.runtime import Runtime
from server.services import accounts, versions
from server.services import budgets as budget_service
from server.services import prices as price_service
from server.services.budgets import NewBudget
from server.services.prices import NewPrices
from server.tables import User

RULES = {"chargesFailed": "charges_failed", "chargesCanceled": "charges_canceled"}

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Owner = Annotated[str, typer.Argument(help="Handle of the user, or id of an API key.")]
Period = Annotated[BudgetPeriod, typer.Option(help="For how long it is.", case_sensitive=False)]

prices = typer.Typer(help="What predictions cost: showing it, and setting other prices.", no_args_is_help=True)
budgets = typer.Typer(help="What users may spend: listing, setting and removing budgets.", no_args_is_help=True)


@prices.command("show")
def show_prices(as_json: AsJson = False) -> None:
    """Show the prices that hold; `prices set` takes what `--json` prints."""

    async def read(rt: Runtime) -> tuple[str, PriceListing | None, dict[UUID, str]]:
        listing = await price_service.current(rt)
        ids = {price.version for price in listing.prices if price.version} if listing else set()
        slugs = {version_id: str(await versions.slug_of(version_id) or version_id) for version_id in ids}
        return rt.settings.currency, listing, slugs

    currency, listing, slugs = beside_servers(read)
    listed = listing.prices if listing else ()
    facts = [{**price.row(), "version": slugs[price.version] if price.version else None} for price in listed]
    lines = [(each["unit"], each["device"], each["version"] or "", f"{each['amount']} {currency}") for each in facts]
    rules = {name: getattr(listing, field) for name, field in RULES.items()} if listing else {}
    show(
        ("unit", "device", "version", "price"),
        [tuple(map(str, line)) for line in lines],
        {"currency": currency, **rules, "prices": facts},
        as_json=as_json,
    )


@prices.command("set")
def set_prices(
    file: Annotated[Path, typer.Argument(help="JSON as `prices show --json` prints it; - reads it from the input.")],
) -> None:
    """Let other prices hold for what is accepted from now on; what was accepted before is charged as it was."""
    try:
        text = typer.get_text_stream("stdin").read() if str(file) == "-" else file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise fail(f"{file} cannot be read: {error}") from None

    async def write(rt: Runtime) -> PriceListing:
        return await price_service.set_prices(rt, None, parse_prices(text, rt.settings.currency))

    listing = beside_servers(write)
    typer.echo(f"{len(listing.prices)} prices hold." if listing.prices else "Nothing costs anything.")


def parse_prices(text: str, currency: str) -> NewPrices:
    """Prices as `prices show --json` prints them; raises BadUserInputError where they are not."""
    try:
        # Decimals as they are written, not the floats next to them
        data = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise BadUserInputError(f"That is no JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("prices"), list):
        raise BadUserInputError('It is not as `prices show --json` prints it: {"prices": [...]}.')
    if unknown := sorted(data.keys() - {"prices", "currency", *RULES}):
        raise BadUserInputError(f"Nothing is called {unknown[0]!r} there.")
    if data.get("currency", currency) != currency:
        raise BadUserInputError(f"The prices of this server are in {currency} (CURRENCY).")
    rules = {field: data[name] for name, field in RULES.items() if name in data}
    if not all(isinstance(each, bool) for each in rules.values()):
        raise BadUserInputError(f"{' and '.join(RULES)} are true or false.")
    return NewPrices([_price(number, each) for number, each in enumerate(data["prices"])], **rules)


def _price(number: int, data: Any) -> tuple[Price, str | None]:
    if not isinstance(data, dict) or data.keys() - {"unit", "amount", "device", "version"}:
        raise BadUserInputError(f"/prices/{number}: a price has unit, amount, and perhaps device and version.")
    version, amount = data.get("version"), data.get("amount")
    if not (version is None or isinstance(version, str)):
        raise BadUserInputError(f"/prices/{number}/version: it is owner/name:number.")
    if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
        raise BadUserInputError(f"/prices/{number}/amount: it is a decimal.")
    try:
        unit, device = PriceUnit(str(data.get("unit"))), DeviceClass(str(data.get("device", DeviceClass.ANY)))
        return Price(unit, Decimal(amount), device), version
    except InvalidOperation:
        raise BadUserInputError(f"/prices/{number}/amount: it is a decimal.") from None
    except ValueError as error:
        raise BadUserInputError(f"/prices/{number}: {error}.") from None


@budgets.command("list")
def list_budgets(
    handle: Annotated[str | None, typer.Argument(help="Only those of this user and their API keys.")] = None,
    as_json: AsJson = False,
) -> None:
    """List budgets, with what is spent and reserved of each."""

    async def read(_: Runtime) -> tuple[list[BudgetReport], dict[UUID, str]]:
        users = await User.all() if handle is None else [await accounts.find(handle)]
        names = {user.id: user.handle for user in users}
        by_user = await budget_service.of_users(list(names))
        return [each for reports in by_user.values() for each in reports], names

    listed, names = beside_servers(read)
    facts = [
        {
            "user": names[each.user_id],
            "key": encode_id("ApiKey", each.key_id) if each.key_id else None,
            "period": each.period.value,
            "amount": decimal_text(each.amount),
            "spent": decimal_text(each.spent),
            "reserved": decimal_text(each.reserved),
            "currency": each.currency,
            "isHard": each.is_hard,
            "beginsAt": each.begins_at.isoformat(),
        }
        for each in listed
    ]
    lines = [
        (
            *(str(each[name] or "") for name in ("user", "key", "period")),
            *(f"{each[name]} {each['currency']}" for name in ("amount", "spent", "reserved")),
            "hard" if each["isHard"] else "warns",
        )
        for each in facts
    ]
    show(("user", "key", "period", "budget", "spent", "reserved", "kind"), lines, facts, as_json=as_json)


@budgets.command("set")
def set_budget(
    owner: Owner,
    amount: Annotated[str, typer.Argument(help="What may be spent, in the server's currency.")],
    period: Period = BudgetPeriod.MONTH,
    warn: Annotated[bool, typer.Option("--warn", help="Only count what is beyond it, and refuse nothing.")] = False,
) -> None:
    """Set what the predictions of a user or an API key may cost."""
    try:
        decimal = Decimal(amount)
    except InvalidOperation:
        decimal = Decimal("NaN")
    if not decimal.is_finite():
        raise fail(f"{amount!r} is no amount.")
    _change(owner, period, decimal, is_hard=not warn)
    typer.echo(f"{owner} may spend {decimal_text(decimal)} in {_time(period)}.")


@budgets.command("remove")
def remove_budget(owner: Owner, period: Period = BudgetPeriod.MONTH) -> None:
    """Remove a budget of a user or an API key."""
    _change(owner, period, None)
    typer.echo(f"{owner} has no budget for {_time(period)}.")


def _change(owner: str, period: BudgetPeriod, amount: Decimal | None, *, is_hard: bool = True) -> None:
    try:
        whose: dict[str, Any] = {"key_id": parse_id(owner, "ApiKey")}
    except BadUserInputError:
        whose = {"user": owner}
    beside_servers(lambda rt: budget_service.set_budget(rt, None, NewBudget(period, amount, is_hard=is_hard, **whose)))


def _time(period: BudgetPeriod) -> str:
    return "a month" if period is BudgetPeriod.MONTH else "all"
