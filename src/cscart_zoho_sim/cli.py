"""`cscart-zoho-sim serve`: both simulators as HTTP servers on 127.0.0.1."""

import json
import signal
import threading
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cscart_zoho_sim.catalogue import STORE_PRODUCTS
from cscart_zoho_sim.clock import RealClock
from cscart_zoho_sim.server import Serving, serve
from cscart_zoho_sim.world import World

app = typer.Typer(help="Simulated CS-Cart and Zoho.", no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def commands() -> None:
    """Simulated CS-Cart and Zoho."""


@app.command("serve")
def serve_command(
    cscart_port: Annotated[int, typer.Option(help="port of the store; 0 = any free one")] = 0,
    zoho_port: Annotated[int, typer.Option(help="port of Zoho's accounts and Inventory; 0 = any free one")] = 0,
    store: Annotated[Path | None, typer.Option(help="fill the store from a recorded one")] = None,
    products: Annotated[int, typer.Option(help="size of the synthetic store", min=0)] = STORE_PRODUCTS,
    seed: Annotated[int, typer.Option(help="the same seed makes the same catalogue")] = 1,
    cscart_version: Annotated[str, typer.Option(help="the store answers as this release")] = "4.20.1",
    edition: Annotated[str, typer.Option(help="ultimate or multivendor")] = "ultimate",
    plan: Annotated[str, typer.Option(help="Zoho's plan: free, standard, professional, premium ...")] = "standard",
    nasty: Annotated[bool, typer.Option("--nasty", help="a small store with products that cannot be synced")] = False,
    no_minute_limit: Annotated[bool, typer.Option("--no-minute-limit", help="lift Zoho's limit a minute")] = False,
    latency_ms: Annotated[int, typer.Option(help="each answer waits so long", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON line when ready")] = False,
) -> None:
    """Serve both until SIGTERM or Ctrl-C."""

    def build(store_url: str, zoho_url: str) -> World:
        switches = {
            "clock": RealClock(),
            "store_url": store_url,
            "version": cscart_version,
            "edition": edition,
            "accounts_url": zoho_url,
            "api_url": zoho_url,
            "plan": plan,
        }
        if store is not None:
            return World.from_store(store, seed, **switches)
        return World.nasty(seed, **switches) if nasty else World.synthetic(products, seed, **switches)

    try:
        serving = serve(cscart_port, zoho_port, build, latency_ms / 1000)
    except FileNotFoundError as error:
        _refuse(f"--store: {store} is not a recorded store ({error})")
    except OSError as error:
        _refuse(f"a port cannot be opened: {error.strerror}")
    except (KeyError, ValueError) as error:
        _refuse(f"this world cannot be built: {error}")
    if no_minute_limit:
        serving.world.zoho.lift_minute_limit()
    _until_ended(serving, as_json)


def _refuse(why: str) -> NoReturn:
    typer.echo(f"cscart-zoho-sim: {why}", err=True)
    raise typer.Exit(2)


def _until_ended(serving: Serving, as_json: bool) -> None:
    ended = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _number, _frame: ended.set())
    description = serving.world.description()
    if as_json:
        typer.echo(json.dumps(description))
    else:
        typer.echo(f"CS-Cart: {description['cscart']['url']}")
        typer.echo(f"Zoho:    {description['zoho']['accounts_url']}")
    ended.wait()
    serving.close()


def main() -> None:
    """The command `cscart-zoho-sim`."""
    app()
