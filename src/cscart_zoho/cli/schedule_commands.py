"""`schedules show`, `schedules set`, `cron show`, `cron rotate`: commands and their options."""

from enum import StrEnum
from typing import Annotated

import typer

from cscart_zoho.cli.django_ready import ready
from cscart_zoho.cli.sync_commands import Json
from cscart_zoho.records import Entity

schedules = typer.Typer(no_args_is_help=True, help="When everything is synced by itself.")
cron = typer.Typer(no_args_is_help=True, help="Addresses that a server's cron calls instead.")


class Scheduled(StrEnum):
    """The kinds of records that have a schedule."""

    PRODUCTS = "products"
    CUSTOMERS = "customers"
    ORDERS = "orders"


Of = Annotated[Scheduled, typer.Argument(help="products, customers or orders.")]


@schedules.callback()
def _schedules() -> None:
    """When everything is synced by itself."""


@schedules.command("show")
def schedules_show(as_json: Json = False) -> None:
    """Show each schedule with its next and its last run."""
    ready()
    from cscart_zoho.cli import schedules as shown

    shown.show(as_json=as_json)


@schedules.command("set")
def schedules_set(
    entity: Of,
    every: Annotated[
        str | None, typer.Option(help='Whole minutes; "default" is the interval of this installation.')
    ] = None,
    cron: Annotated[str | None, typer.Option(help='Five parts as in a crontab, such as "30 2 * * *".')] = None,
    quiet: Annotated[str | None, typer.Option(help='Such as 22:00-06:00; "" for no quiet hours.')] = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Switch it on or off.")] = None,
    as_json: Json = False,
) -> None:
    """Change one schedule. Of interval and expression the one that is set last counts."""
    if every is None and cron is None and quiet is None and on is None:
        raise typer.BadParameter("Say what to change: --every, --cron, --quiet, --on or --off.")
    if every is not None and cron:
        raise typer.BadParameter("Give --every or --cron, not both.")
    ready()
    from cscart_zoho.cli import schedules as changed

    changed.change(Entity(entity.value), every=every, cron=cron, quiet=quiet, on=on, as_json=as_json)


@cron.callback()
def _cron() -> None:
    """Addresses that a server's cron calls instead."""


@cron.command("show")
def cron_show(as_json: Json = False) -> None:
    """Show the addresses, without their secrets, and when they were called."""
    ready()
    from cscart_zoho.cli import cron as shown

    shown.show(as_json=as_json)


@cron.command("rotate")
def cron_rotate(entity: Of, as_json: Json = False) -> None:
    """Make an address or give it another secret, and show the line for the crontab once. The old secret ends."""
    ready()
    from cscart_zoho.cli import cron as made

    made.rotate(Entity(entity.value), as_json=as_json)
