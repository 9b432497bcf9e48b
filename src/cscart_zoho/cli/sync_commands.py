"""`sync products`, `sync customers`, `sync orders`, and what their options ask of a run."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from cscart_zoho.cli.django_ready import ready
from cscart_zoho.records import Direction, Entity, Side

sync = typer.Typer(no_args_is_help=True, help="Bring both sides into sync now.")


class Only(StrEnum):
    """Which records a run is about."""

    UNSYNCED = "unsynced"
    IDS = "ids"


Json = Annotated[bool, typer.Option("--json", help="End with one JSON object.")]
To = Annotated[Direction, typer.Option(help="Where changes may be written.")]
Which = Annotated[Only | None, typer.Option(help="Only what has no partner yet, or only the given ids.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, write nothing.")]
Full = Annotated[bool, typer.Option("--full", help="Read every record again.")]
Winner = Annotated[Side | None, typer.Option(help="Settle every difference of the given ids for this side.")]
Release = Annotated[bool, typer.Option("--release-brake", help="Carry out a plan that the brake has stopped.")]


@sync.callback()
def _sync() -> None:
    """Bring both sides into sync now."""


@sync.command("products")
def sync_products(
    direction: To = Direction.BOTH,
    only: Which = None,
    cscart_ids: Annotated[str, typer.Option(help="CS-Cart product ids: 12,15")] = "",
    zoho_ids: Annotated[str, typer.Option(help="Zoho item ids: 460000000001,460000000002")] = "",
    stock: Annotated[bool, typer.Option("--stock", help="Only stock; nothing else is touched.")] = False,
    dry_run: DryRun = False,
    full: Full = False,
    winner: Winner = None,
    release_brake: Release = False,
    as_json: Json = False,
) -> None:
    """Sync products and their stock. Ctrl-C stops after the record at hand."""
    here, there = _ids(cscart_ids, "--cscart-ids"), _ids(zoho_ids, "--zoho-ids")
    _fit_together(only, winner, here, there)
    how = {"stock_only": stock, "dry_run": dry_run, "full": full, "release_brake": release_brake}
    ready()
    _run(Entity.PRODUCTS, only, winner, as_json, direction=direction, cscart_ids=here, zoho_ids=there, **how)


@sync.command("customers")
def sync_customers(
    direction: To = Direction.BOTH,
    only: Which = None,
    cscart_ids: Annotated[str, typer.Option(help="CS-Cart user ids: 12,15")] = "",
    zoho_ids: Annotated[str, typer.Option(help="Ids of Zoho contacts: 460000000001,460000000002")] = "",
    account_ids: Annotated[str, typer.Option(help="Ids of Zoho CRM accounts, with all their contacts.")] = "",
    dry_run: DryRun = False,
    full: Full = False,
    winner: Winner = None,
    release_brake: Release = False,
    as_json: Json = False,
) -> None:
    """Sync customers with Zoho: accounts first, then contacts. Ctrl-C stops after the record at hand."""
    here, there = _ids(cscart_ids, "--cscart-ids"), _ids(zoho_ids, "--zoho-ids")
    ids = {"cscart_ids": here, "zoho_ids": there, "account_ids": _ids(account_ids, "--account-ids")}
    _fit_together(only, winner, *ids.values())
    how = {"dry_run": dry_run, "full": full, "release_brake": release_brake}
    ready()
    _run(Entity.CUSTOMERS, only, winner, as_json, direction=direction, **ids, **how)


@sync.command("orders")
def sync_orders(
    direction: To = Direction.BOTH,
    only: Which = None,
    cscart_ids: Annotated[str, typer.Option(help="CS-Cart order ids: 97,98")] = "",
    zoho_ids: Annotated[str, typer.Option(help="Ids of Zoho sales orders: 460000000001,460000000002")] = "",
    numbers: Annotated[str, typer.Option(help="Numbers of orders on either side: CS-97,SO-00012")] = "",
    dry_run: DryRun = False,
    full: Full = False,
    winner: Winner = None,
    release_brake: Release = False,
    as_json: Json = False,
) -> None:
    """Sync orders with Zoho, with the contacts that they need. Ctrl-C stops after the record at hand."""
    here, there = _ids(cscart_ids, "--cscart-ids"), _ids(zoho_ids, "--zoho-ids")
    named = _words(numbers)
    _fit_together(only, winner, here, there, named)
    how = {"dry_run": dry_run, "full": full, "release_brake": release_brake}
    ready()
    if named:
        from cscart_zoho.cli.orders import ids_of

        more = ids_of(named)
        here, there = _sorted({*here, *more[Side.CSCART]}), _sorted({*there, *more[Side.ZOHO]})
    _run(Entity.ORDERS, only, winner, as_json, direction=direction, cscart_ids=here, zoho_ids=there, **how)


def _run(entity: Entity, only: Only | None, winner: Side | None, as_json: bool, **asked: Any) -> None:
    """Ask for the run and see it through; ends the command with its exit code."""
    from cscart_zoho.cli import syncing
    from cscart_zoho.sync.asked import Asked

    chosen = any(ids for name, ids in asked.items() if name.endswith("_ids"))
    request = Asked(only="ids" if chosen else (only or ""), winner=winner or "", **asked)
    raise typer.Exit(syncing.sync(entity, request, as_json=as_json))


def _fit_together(only: Only | None, winner: Side | None, *ids: tuple[str, ...]) -> None:
    """Refuse options that contradict each other."""
    if only is Only.IDS and not any(ids):
        raise typer.BadParameter("give --cscart-ids or --zoho-ids as well", param_hint="--only ids")
    if only is Only.UNSYNCED and any(ids):
        raise typer.BadParameter("cannot be combined with ids", param_hint="--only unsynced")
    if winner and not any(ids):
        raise typer.BadParameter("say for which records, with --cscart-ids or --zoho-ids", param_hint="--winner")


def _ids(given: str, option: str) -> tuple[str, ...]:
    """Ids from `12, 15`, sorted and each once, so that equal requests look equal."""
    ids = set(_words(given))
    wrong = sorted(part for part in ids if not part.isdecimal())
    if wrong:
        raise typer.BadParameter(f"{wrong[0]} is not an id", param_hint=option)
    return _sorted(ids)


def _sorted(ids: set[str]) -> tuple[str, ...]:
    return tuple(sorted(ids, key=int))


def _words(given: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in given.split(",") if part.strip())
