"""The commands and their options. Nothing heavy is imported before a command runs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cscart_zoho.cli.call_commands import calls
from cscart_zoho.cli.django_ready import ready, set_up_django
from cscart_zoho.cli.schedule_commands import cron, schedules
from cscart_zoho.cli.sync_commands import Json, sync
from cscart_zoho.cli.web_hook_commands import web_hooks
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
items = typer.Typer(no_args_is_help=True, help="Many new items at once, by a file that Zoho imports.")
orders = typer.Typer(no_args_is_help=True, help="Look at single orders.")
settings = typer.Typer(no_args_is_help=True, help="Show and change the settings.")
mapping = typer.Typer(no_args_is_help=True, help="Which field of Zoho a customer's column goes to.")
notices = typer.Typer(invoke_without_command=True, help="What needs a person, and who hears of it.")
app.add_typer(connect, name="connect")
app.add_typer(disconnect, name="disconnect")
app.add_typer(sync, name="sync")
app.add_typer(items, name="items")
app.add_typer(orders, name="orders")
app.add_typer(settings, name="settings")
app.add_typer(mapping, name="mapping")
app.add_typer(schedules, name="schedules")
app.add_typer(cron, name="cron")
app.add_typer(web_hooks, name="web-hooks")
app.add_typer(notices, name="notices")
app.add_typer(calls, name="calls")


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


@app.command("start-anew")
def start_anew(
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without it, it is only said what would be set aside.")
    ] = False,
) -> None:
    """Set the links aside; pair anew with what is connected."""
    ready()
    from cscart_zoho.cli import connecting

    connecting.start_anew(sure=yes)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check both sides, database, keys and clock; say what to do."""
    set_up_django()
    from cscart_zoho.cli import doctor as checks

    raise typer.Exit(checks.doctor(as_json=as_json))


@items.callback()
def _items() -> None:
    """Many new items at once, by a file that Zoho imports."""


@items.command("export")
def items_export(
    folder: Annotated[Path, typer.Argument(help="Where the files go; it is made if it is not there.")],
    rows: Annotated[int | None, typer.Option(min=1, help="Items in one file; else as the settings say.")] = None,
    as_json: Json = False,
) -> None:
    """Write the products that have no item to files for Zoho's import. Zoho is not asked anything."""
    ready()
    from cscart_zoho.cli import item_file

    item_file.export(folder, rows, as_json=as_json)


@orders.callback()
def _orders() -> None:
    """Look at single orders."""


@orders.command("explain")
def orders_explain(
    number: Annotated[str, typer.Argument(help="The order's number, such as CS-97 or SO-00012, or its id.")],
    as_json: Json = False,
) -> None:
    """Show where each cent of an order goes on the other side."""
    ready()
    from cscart_zoho.cli import orders as explained

    raise typer.Exit(explained.explain(number, as_json=as_json))


@app.command()
def status(as_json: Json = False) -> None:
    """Connections, products, calls, runs and conflicts at a glance."""
    ready()
    from cscart_zoho.cli import status as shown

    shown.status(as_json=as_json)


@app.command()
def runs(limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20, as_json: Json = False) -> None:
    """The last runs and what came of them."""
    ready()
    from cscart_zoho.cli import showing

    showing.runs(limit, as_json=as_json)


@app.command()
def links(
    about: Annotated[Entity, typer.Argument(help="Of which kind of record.")],
    as_json: Json = False,
) -> None:
    """The linked records of both sides, and why a pair may differ."""
    ready()
    from cscart_zoho.cli import links as pairs

    pairs.links(about, as_json=as_json)


@app.command()
def conflicts(
    answer: Annotated[
        tuple[str, Side] | None,
        typer.Option(metavar="QUESTION cscart|zoho", help="Settle one, named as the list names it: this side counts."),
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
    from cscart_zoho.cli import choices

    choices.show_settings(as_json=as_json)


#: A value may begin with a dash: "-3" is to be refused as a value, not taken for an option.
@settings.command("set", context_settings={"ignore_unknown_options": True})
def settings_set(
    key: Annotated[str, typer.Argument(help="Such as stock_buffer, taxes.6, customers.home or orders.to_zoho.P.")],
    value: Annotated[str, typer.Argument(help='The new value; "" empties it.')],
) -> None:
    """Change one setting."""
    ready()
    from cscart_zoho.cli import choices

    choices.set_setting(key, value)


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
    """Map one field, or take it out of the map.

    Owner: whose value counts when both sides have changed it. Mode if_empty: a value goes where the other side has
    nothing; where both have one, both stay and nobody is asked, and the owner only decides whether what was emptied
    is filled again. Mode if_new: the value goes when the record is made and never again; the owner has no say.
    A field that goes one way only takes the value of the side it comes from.
    """
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


@notices.callback()
def _notices(context: typer.Context, as_json: Json = False) -> None:
    """What needs a person now, what was over last, and who hears of it."""
    if context.invoked_subcommand is None:
        ready()
        from cscart_zoho.cli import notices as noted

        noted.show(as_json=as_json)


@notices.command("set")
def notices_set(
    key: Annotated[str, typer.Argument(help="emails, digest_hour, grave_at_once or webhook.")],
    value: Annotated[
        str, typer.Argument(help="The new value; that of webhook is a secret and is asked for, or read with --stdin.")
    ] = "",
    stdin: Annotated[bool, typer.Option("--stdin", help="Read the value from standard input.")] = False,
) -> None:
    """Change who hears of what needs a person."""
    ready()
    from cscart_zoho.cli import notices as noted

    noted.set_setting(key, value, from_stdin=stdin)


@notices.command("test")
def notices_test() -> None:
    """Send a test e-mail and a test message to whoever is set."""
    ready()
    from cscart_zoho.cli import notices as noted

    raise typer.Exit(noted.test())


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address the panel listens on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port the panel listens on.")] = 8600,
) -> None:
    """Run the panel, a worker and the schedule until Ctrl-C."""
    ready(logs="INFO")
    from cscart_zoho.cli.words import say
    from cscart_zoho.jobs import processes

    stop = processes.stop_on_signals()
    say(f"The panel is at http://{host}:{port} - Ctrl-C ends it.")
    processes.serve(host, port, stop)


@app.command()
def worker(
    processes: Annotated[int, typer.Option(min=1, max=32, help="How many, each a process of its own.")] = 1,
) -> None:
    """Carry out runs until asked to end. `serve` starts one; on PostgreSQL more of them may stand on other machines."""
    ready(logs="INFO")
    from cscart_zoho.jobs import processes as tree

    tree.end_with_parent()
    if processes > 1:
        tree.workers(processes, tree.stop_on_signals())
    else:
        tree.worker()


@app.command()
def schedule() -> None:
    """Ask for the regular runs until asked to end. `serve` starts one."""
    ready(logs="INFO")
    from cscart_zoho.jobs import notices, processes
    from cscart_zoho.jobs import schedule as timetable

    timetable.every()  # a wrong setting is told at once
    stop = processes.stop_on_signals()
    processes.end_with_parent()
    with notices.watching():
        timetable.keep(stop)


@app.command()
def web(
    host: Annotated[str, typer.Option(help="Address the panel listens on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port the panel listens on.")] = 8600,
) -> None:
    """Serve the panel only. `serve` starts it together with a worker and the schedule."""
    ready(logs="INFO")
    from cscart_zoho.jobs import processes

    processes.check_address(host, port)
    processes.end_with_parent()
    processes.web(host, port)
