"""`cscart-zoho-sim`: the simulators at the command line."""

import json
import signal
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from cscart_zoho_sim.clock import RealClock
from cscart_zoho_sim.cscart.switches import EDITIONS, release
from cscart_zoho_sim.customised import customise
from cscart_zoho_sim.server import Servers
from cscart_zoho_sim.world import Setting, World
from cscart_zoho_sim.zoho.limits import CALLS_PER_DAY
from cscart_zoho_sim.zoho.regions import REGIONS

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _about() -> None:
    """A simulated CS-Cart store and a simulated Zoho, on this machine only."""


@app.command()
def serve(
    cscart_port: Annotated[int, typer.Option(help="Port of the store; 0 takes any free one.")] = 0,
    zoho_port: Annotated[int, typer.Option(help="Port of Zoho; 0 takes any free one.")] = 0,
    store: Annotated[Path | None, typer.Option(help="Fill the store from this recorded store.")] = None,
    products: Annotated[int | None, typer.Option(min=0, help="A synthetic store of so many products.")] = None,
    size: Annotated[
        float | None, typer.Option(min=0.05, max=20, help="The demo's store so many times as large: 0.1 is a tenth.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same products.")] = 1,
    cscart_version: Annotated[str, typer.Option(help="The release that the store answers like.")] = "4.20.1",
    edition: Annotated[str, typer.Option(help=f"The store's edition: {' or '.join(EDITIONS)}.")] = "ultimate",
    region: Annotated[str, typer.Option(help=f"Zoho's data centre: {', '.join(REGIONS)}.")] = "com",
    plan: Annotated[str, typer.Option(help=f"Zoho's plan: {', '.join(CALLS_PER_DAY)}.")] = "standard",
    no_minute_limit: Annotated[
        bool, typer.Option("--no-minute-limit", help="Lift the limit of 100 calls a minute.")
    ] = False,
    customised: Annotated[
        bool,
        typer.Option("--customised", help="A CRM as its administrators made it, and a store with its profile fields."),
    ] = False,
    nasty: Annotated[bool, typer.Option("--nasty", help="Add products that are hard to sync.")] = False,
    latency_ms: Annotated[float, typer.Option(min=0, help="Let each call take so much longer.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line when ready, and nothing else.")] = False,
) -> None:
    """Serve a store and Zoho on 127.0.0.1 until SIGTERM or Ctrl-C."""
    ended = _on_signal()
    _check(edition, "--edition", EDITIONS)
    _check(region, "--region", REGIONS)
    _check(plan, "--plan", CALLS_PER_DAY)
    if not release(cscart_version):
        _wrong(f"--cscart-version must be a release such as 4.20.1, not {cscart_version!r}.")
    if store is not None and (products is not None or nasty):
        _wrong("--store takes the products from a recording; leave --products and --nasty out.")
    if size is not None and (store is not None or products is not None or nasty):
        _wrong("--size is that of the demo's store; leave --store, --products and --nasty out.")
    if customised and (products is not None or nasty):
        _wrong("--customised is about customers; leave --products and --nasty out.")
    with _bound(cscart_port, zoho_port) as servers:
        setting = servers.addresses() | Setting(
            version=cscart_version,
            edition=edition,
            region=region,
            plan=plan,
            per_minute_limit=None if no_minute_limit else 100,
        )
        world = _world(store, products, size, seed, nasty, setting)
        if customised:
            customise(world.cscart, world.zoho)
        servers.open(world, latency_s=latency_ms / 1000)
        _tell(world, as_json)
        ended.wait()


def main() -> None:
    """The entry point. Exit codes: 0 ended as asked, 2 wrong use."""
    app()


def _on_signal() -> threading.Event:
    """Set when the process is asked to end, from the first moment on."""
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return ended


def _bound(cscart_port: int, zoho_port: int) -> Servers:
    try:
        return Servers(cscart_port, zoho_port)
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else "a port is a number from 0 to 65535"
        ports = f"Port {cscart_port} or {zoho_port}"
        _wrong(f"{ports} cannot be used ({why}). Choose others with --cscart-port and --zoho-port.")


def _world(
    store: Path | None, products: int | None, size: float | None, seed: int, nasty: bool, setting: Setting
) -> World:
    if store is None:
        if products is None and not nasty:
            return World.demo(seed, size=size or 1, clock=RealClock(), **setting)
        return World.synthetic(272 if products is None else products, seed, nasty=nasty, clock=RealClock(), **setting)
    if not store.is_dir():
        _wrong(f"--store: {store} is not a folder.")
    try:
        return World.from_store(store, seed, clock=RealClock(), **setting)
    except (OSError, ValueError, KeyError) as error:
        _wrong(f"--store: {store} does not hold a recorded store ({error}).")


def _tell(world: World, as_json: bool) -> None:
    told = world.description()
    if as_json:
        print(json.dumps(told), flush=True)
        return
    state = world.state()
    print(f"Simulated CS-Cart {world.cscart.version} with {state['cscart']['products']:,} products")
    print(f"Simulated Zoho ({world.zoho.region}, {world.zoho.plan}) with {state['zoho']['items']:,} items")
    for side, values in told.items():
        for name, value in values.items():
            print(f"  {side:<8}{name:<18}{value}")
    print("Ctrl-C ends both.", flush=True)


def _check(value: str, option: str, known: Iterable[str]) -> None:
    names = list(known)
    if value not in names:
        _wrong(f"{option} must be one of {', '.join(names)}, not {value!r}.")


def _wrong(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(2)
