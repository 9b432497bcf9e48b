"""The commands and their options. Nothing heavy is imported before a command runs."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cscart_zoho.cli.django_ready import ready, set_up_django
from cscart_zoho.cli.words import answer_json, complain
from cscart_zoho.errors import ConnectorError
from cscart_zoho.mapping.fields import Module
from cscart_zoho.records import Direction, Entity, Side

app = typer.Typer(
    name="cscart-zoho",
    help="Keep a CS-Cart store and Zoho in sync, in both directions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
connect = typer.Typer(no_args_is_help=True, help="Connect a side.")
disconnect = typer.Typer(no_args_is_help=True, help="Disconnect a side.")
sync = typer.Typer(no_args_is_help=True, help="Bring both sides into sync now.")
settings = typer.Typer(no_args_is_help=True, help="Show and change the settings.")
mapping = typer.Typer(no_args_is_help=True, help="Which field of Zoho a customer's column goes to.")
app.add_typer(connect, name="connect")
app.add_typer(disconnect, name="disconnect")
app.add_typer(sync, name="sync")
app.add_typer(settings, name="settings")
app.add_typer(mapping, name="mapping")

Json = Annotated[bool, typer.Option("--json", help="End with one JSON object.")]


class Only(StrEnum):
    """Which records a run is about."""

    UNSYNCED = "unsynced"
    IDS = "ids"


def main(argv: list[str] | None = None) -> None:
    """Run one command. Exit codes: 0 done, 1 needs attention or failed, 2 wrong use."""
    words = sys.argv[1:] if argv is None else argv
    try:
        app(args=words, prog_name="cscart-zoho")
    except ConnectorError as error:
        complain(error.for_people())
        if "--json" in words:
            answer_json({"ok": False, "error": str(error), "advice": error.advice})
        raise SystemExit(1) from None


def _version(asked: bool) -> None:
    if asked:
        from cscart_zoho import __version__

        print(f"cscart-zoho {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Show the version and exit.")
    ] = False,
) -> None:
    """Keep a CS-Cart store and Zoho in sync, in both directions."""


@app.command()
def init(
    admin: Annotated[str | None, typer.Option(help="Login of the first administrator.")] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the administrator's password from standard input.")
    ] = False,
) -> None:
    """Make data folder, key, database and first administrator. Safe to run again."""
    from cscart_zoho.cli.installing import initialise

    initialise(admin, password_stdin=password_stdin)


@connect.command("store")
def connect_store(
    url: Annotated[str, typer.Option(help="Address of the store, such as https://shop.example.com.")],
    email: Annotated[str, typer.Option(help="E-mail of the administrator whose API key is used.")],
    key_stdin: Annotated[bool, typer.Option("--key-stdin", help="Read the API key from standard input.")] = False,
    same_shop: Annotated[
        bool, typer.Option("--same-shop", help="The shop has moved to a new address: keep its pairs.")
    ] = False,
) -> None:
    """Connect the CS-Cart store. The key is asked for, or read from CSCART_ZOHO_STORE_KEY."""
    ready()
    from cscart_zoho.cli import connecting

    connecting.connect_store(url, email, key_stdin=key_stdin, same_shop=same_shop)


@connect.command("zoho")
def connect_zoho(
    region: Annotated[str, typer.Option(help="Data centre: com, eu, in, com.au, jp, ca, sa, com.cn, uk, ae, sg.")],
    client_id: Annotated[str, typer.Option(help="Client ID from Zoho's API console.")],
    secret_stdin: Annotated[
        bool, typer.Option("--secret-stdin", help="Read the client secret from standard input.")
    ] = False,
    code: Annotated[str, typer.Option(help="A code that a Self Client made; without it, an address to open.")] = "",
    organisation_id: Annotated[str, typer.Option(help="Which organisation, when there are several.")] = "",
) -> None:
    """Connect Zoho. The client secret is asked for, or read from CSCART_ZOHO_CLIENT_SECRET."""
    ready()
    from cscart_zoho.cli import connecting

    connecting.connect_zoho(region, client_id, secret_stdin=secret_stdin, code=code, organisation_id=organisation_id)


@disconnect.command("zoho")
def disconnect_zoho() -> None:
    """Revoke the token at Zoho and erase it here."""
    ready()
    from cscart_zoho.cli import connecting

    connecting.disconnect_zoho()


@disconnect.callback()
def _disconnect() -> None:
    """Disconnect a side."""


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check both sides, database, keys and clock; say what to do."""
    set_up_django()
    from cscart_zoho.cli import doctor as checks

    raise typer.Exit(checks.doctor(as_json=as_json))


@sync.callback()
def _sync() -> None:
    """Bring both sides into sync now."""


To = Annotated[Direction, typer.Option(help="Where changes may be written.")]
Which = Annotated[Only | None, typer.Option(help="Only what has no partner yet, or only the given ids.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, write nothing.")]
Full = Annotated[bool, typer.Option("--full", help="Read every record again.")]
Winner = Annotated[Side | None, typer.Option(help="Settle every difference of the given ids for this side.")]
Release = Annotated[bool, typer.Option("--release-brake", help="Carry out a plan that the brake has stopped.")]


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
    from cscart_zoho.sync.asked import Asked

    here, there = _ids(cscart_ids, "--cscart-ids"), _ids(zoho_ids, "--zoho-ids")
    _fit_together(only, winner, here, there)
    asked = Asked(
        direction=direction,
        only="ids" if here or there else (only or ""),
        cscart_ids=here,
        zoho_ids=there,
        stock_only=stock,
        dry_run=dry_run,
        full=full,
        winner=winner or "",
        release_brake=release_brake,
    )
    ready()
    from cscart_zoho.cli import syncing

    raise typer.Exit(syncing.sync(Entity.PRODUCTS, asked, as_json=as_json))


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
    from cscart_zoho.sync.asked import Asked

    here, there = _ids(cscart_ids, "--cscart-ids"), _ids(zoho_ids, "--zoho-ids")
    accounts = _ids(account_ids, "--account-ids")
    _fit_together(only, winner, here, there, accounts)
    asked = Asked(
        direction=direction,
        only="ids" if here or there or accounts else (only or ""),
        cscart_ids=here,
        zoho_ids=there,
        account_ids=accounts,
        dry_run=dry_run,
        full=full,
        winner=winner or "",
        release_brake=release_brake,
    )
    ready()
    from cscart_zoho.cli import syncing

    raise typer.Exit(syncing.sync(Entity.CUSTOMERS, asked, as_json=as_json))


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
    ids = {part.strip() for part in given.split(",") if part.strip()}
    wrong = sorted(part for part in ids if not part.isdecimal())
    if wrong:
        raise typer.BadParameter(f"{wrong[0]} is not an id", param_hint=option)
    return tuple(sorted(ids, key=int))


@app.command()
def status(as_json: Json = False) -> None:
    """Connections, products, calls, runs and conflicts at a glance."""
    ready()
    from cscart_zoho.cli import showing

    showing.status(as_json=as_json)


@app.command()
def runs(limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20, as_json: Json = False) -> None:
    """The last runs and what came of them."""
    ready()
    from cscart_zoho.cli import showing

    showing.runs(limit, as_json=as_json)


@app.command()
def conflicts(
    answer: Annotated[
        tuple[int, Side] | None,
        typer.Option(metavar="ID cscart|zoho", help="Settle one conflict: this side counts."),
    ] = None,
    as_json: Json = False,
) -> None:
    """The open conflicts; with --answer, settle one."""
    ready()
    from cscart_zoho.cli import showing

    if answer:
        showing.answer_conflict(answer[0], Side(answer[1]), as_json=as_json)
    else:
        showing.conflicts(as_json=as_json)


@settings.command("show")
def settings_show(as_json: Json = False) -> None:
    """Show all settings."""
    ready()
    from cscart_zoho.cli import showing

    showing.show_settings(as_json=as_json)


#: A value may begin with a dash: "-3" is to be refused as a value, not taken for an option.
@settings.command("set", context_settings={"ignore_unknown_options": True})
def settings_set(
    key: Annotated[str, typer.Argument(help="Such as stock_buffer, owners.price, taxes.6 or customers.home.")],
    value: Annotated[str, typer.Argument(help='The new value; "" empties it.')],
) -> None:
    """Change one setting."""
    ready()
    from cscart_zoho.cli import showing

    showing.set_setting(key, value)


Of = Annotated[Module | None, typer.Option("--module", help="contact, account or inventory; all when left out.")]


@mapping.command("show")
def mapping_show(module: Of = None, as_json: Json = False) -> None:
    """Show the map: each Zoho field with its column, direction, owner and mode."""
    ready()
    from cscart_zoho.cli import mapping as maps

    maps.show(module, as_json=as_json)


@mapping.command("set")
def mapping_set(
    module: Annotated[Module, typer.Argument(help="contact, account or inventory.")],
    field: Annotated[str, typer.Argument(help="Zoho's name of the field, such as Mailing_City.")],
    column: Annotated[str, typer.Argument(help='The column, such as b_city; "" for "do not map".')],
    direction: Annotated[Direction | None, typer.Option(help="Where it may be written.")] = None,
    owner: Annotated[str, typer.Option(help="cscart, zoho, newest or ask.")] = "",
    mode: Annotated[str, typer.Option(help="always, if_new or if_empty.")] = "",
) -> None:
    """Map one field, or take it out of the map."""
    ready()
    from cscart_zoho.cli import mapping as maps

    maps.set_row(module, field, column, direction=direction, owner=owner, mode=mode)


@mapping.command("export")
def mapping_export() -> None:
    """Print all maps as a file that `mapping import` reads."""
    ready()
    from cscart_zoho.cli import mapping as maps

    maps.export()


@mapping.command("import")
def mapping_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An exported file.")],
) -> None:
    """Take the maps of a file, if they can be used."""
    ready()
    from cscart_zoho.cli import mapping as maps

    maps.import_file(file)


@mapping.command("check")
def mapping_check() -> None:
    """Say what is wrong with the maps. Ends with 1 when something is."""
    ready()
    from cscart_zoho.cli import mapping as maps

    raise typer.Exit(maps.check())


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address the panel listens on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port the panel listens on.")] = 8600,
) -> None:
    """Run the panel, a worker and the schedule until Ctrl-C."""
    ready()
    from cscart_zoho.cli.words import say
    from cscart_zoho.jobs import processes

    stop = processes.stop_on_signals()
    say(f"The panel is at http://{host}:{port} - Ctrl-C ends it.")
    processes.serve(host, port, stop)


@app.command()
def worker() -> None:
    """Carry out runs until asked to end. `serve` starts one."""
    ready()
    from cscart_zoho.jobs import processes, runner

    stop = processes.stop_on_signals(runner.pause_running)
    processes.end_with_parent()
    runner.work(runner.worker_name(), stop)


@app.command()
def schedule() -> None:
    """Ask for the regular runs until asked to end. `serve` starts one."""
    ready()
    from cscart_zoho.jobs import processes
    from cscart_zoho.jobs import schedule as timetable

    timetable.every()  # a wrong setting is told at once
    stop = processes.stop_on_signals()
    processes.end_with_parent()
    timetable.keep(stop)


@app.command(hidden=True)
def web(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8600,
) -> None:
    """Serve the panel only. `serve` starts it."""
    set_up_django()
    from cscart_zoho.jobs import processes

    processes.end_with_parent()
    processes.web(host, port)
