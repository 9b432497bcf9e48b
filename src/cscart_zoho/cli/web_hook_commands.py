"""`web-hooks show`, `web-hooks on`, `web-hooks off`: commands and their options."""

from enum import StrEnum
from typing import Annotated

import typer

from cscart_zoho.cli.django_ready import ready
from cscart_zoho.cli.sync_commands import Json

web_hooks = typer.Typer(no_args_is_help=True, help="Which sides tell of their changes at once.")


class Sender(StrEnum):
    """Who sends messages."""

    INVENTORY = "inventory"
    CRM = "crm"
    CSCART = "cscart"


Of = Annotated[Sender, typer.Argument(help="inventory, crm or cscart.")]


@web_hooks.callback()
def _web_hooks() -> None:
    """Which sides tell of their changes at once."""


@web_hooks.command("show")
def web_hooks_show(as_json: Json = False) -> None:
    """Show each side: whether it is on, what came, and what scheduled runs had to repair."""
    ready()
    from cscart_zoho.cli import web_hooks as shown

    shown.show(as_json=as_json)


@web_hooks.command("on")
def web_hooks_on(kind: Of, as_json: Json = False) -> None:
    """Let a side tell of its changes. For Zoho Inventory, address and secret are shown: enter them there."""
    ready()
    from cscart_zoho.cli import web_hooks as switched

    raise typer.Exit(switched.switch_on(kind.value, as_json=as_json))


@web_hooks.command("off")
def web_hooks_off(kind: Of, as_json: Json = False) -> None:
    """Take no more messages of a side, and delete what was made there."""
    ready()
    from cscart_zoho.cli import web_hooks as switched

    raise typer.Exit(switched.switch_off(kind.value, as_json=as_json))
