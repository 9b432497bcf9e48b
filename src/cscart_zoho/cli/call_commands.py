"""`calls`, `calls set`: commands and their options."""

from typing import Annotated

import typer

from cscart_zoho.cli.django_ready import ready
from cscart_zoho.cli.sync_commands import Json

calls = typer.Typer(invoke_without_command=True, help="The calls to Zoho: used, left, foretold, and their limits.")


@calls.callback()
def _calls(context: typer.Context, as_json: Json = False) -> None:
    """The calls to Zoho: used, left, foretold, and their limits."""
    if context.invoked_subcommand is None:
        ready()
        from cscart_zoho.cli import calls as shown

        shown.show(as_json=as_json)


@calls.command("set")
def calls_set(
    name: Annotated[
        str,
        typer.Argument(
            help="daily_limit, minute_limit, concurrent_limit, reserved_for_orders, crm_daily_limit or "
            "store_minute_limit."
        ),
    ],
    value: Annotated[str, typer.Argument(help='A whole number; "" for the limit of the plan, or for none.')],
) -> None:
    """Change one limit."""
    ready()
    from cscart_zoho.cli import calls as changed

    changed.set_limit(name, value)
