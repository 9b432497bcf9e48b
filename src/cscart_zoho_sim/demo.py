"""`python -m cscart_zoho_sim.demo`: a store and a Zoho organisation brought into sync before your eyes.

The demo starts both simulators and the service, connects them by the real OAuth
flow through the panel, syncs in both directions, and serves the panel. It knows
the product only from outside: its commands, its pages and its JSON.
"""

import argparse
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import httpx2

from cscart_zoho_sim.customised import ODD, OWN, TOLD
from cscart_zoho_sim.demo_outcome import SYNCED, Outcome, headline
from cscart_zoho_sim.demo_place import Taken, check_port, empty, free_port, is_foreign, own_folder
from cscart_zoho_sim.demo_reading import ADDON, read_store, read_zoho
from cscart_zoho_sim.demo_truth import CUSTOM, Told, Truth, compare
from cscart_zoho_sim.hands_off import Both, HandsOff, edits_of_both_sides, edits_told_at_once, plant_and_wait, table
from cscart_zoho_sim.visitor import Lost, Visitor

LOGIN = "demo"
START_S = 60.0
FOLDER, PORT = Path(".demo"), 8600
#: Minutes between the ticks of the schedule: none while writes are counted, a few seconds while edits are timed,
#: and fewer while somebody looks around, because a day has only so many calls.
NO_SCHEDULE, TICK_MINUTES, CALM_MINUTES = "0", "0.1", "0.5"


class DemoFailed(Exception):
    """The demo cannot go on; the message says why."""


@dataclass(frozen=True)
class Options:
    """What was asked on the command line, and the folder and port that are this demo's own."""

    once: bool
    store: Path | None
    size: float | None
    folder: Path
    port: int

    @property
    def panel_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo. Exit codes: 0 all checks hold, 1 they do not, 2 wrong use, or a folder or port is taken."""
    signal.signal(signal.SIGTERM, _end)
    try:
        with _options(argv) as options:
            return run(options)
    except Taken as taken:
        print(taken, file=sys.stderr)
        return 2
    except DemoFailed as error:
        print(f"The demo stopped: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nEnded.")
        return 0


@contextlib.contextmanager
def _options(argv: Sequence[str] | None) -> Iterator[Options]:
    """The options; the folder is held for as long as the block lasts. Raises `Taken` before anything is done."""
    parser = argparse.ArgumentParser(prog="cscart_zoho_sim.demo", description="The whole product against simulators.")
    parser.add_argument("--once", action="store_true", help="check and end, without serving the panel")
    parser.add_argument("--store", type=Path, help="fill the store from this recorded store")
    parser.add_argument(
        "--folder",
        type=Path,
        help="where the demo's data live (.demo; with --once the first free one of .demo, .demo-2..)",
    )
    parser.add_argument("--size", type=float, help="a synthetic store so many times as large: 0.1 is a tenth")
    parser.add_argument("--port", type=int, help="the panel's port (8600; with --once any free one)")
    given = parser.parse_args(argv)
    if given.store is not None and not given.store.is_dir():
        parser.error(f"--store: {given.store} is not a folder")
    folder: Path = (given.folder or FOLDER).resolve()
    if is_foreign(folder):
        parser.error(f"--folder: {folder} has files in it that the demo did not make; choose another one")
    if given.size is not None and (given.store is not None or not 0.05 <= given.size <= 20):
        parser.error("--size is a number from 0.05 to 20, and not for a recorded store")
    if given.port is not None and not 0 < given.port < 65_536:
        parser.error(f"--port: {given.port} is not a port; ports go from 1 to 65535")
    with own_folder(folder, or_beside=given.once and given.folder is None) as own:
        port = given.port or (free_port() if given.once else PORT)
        check_port(port)
        yield Options(given.once, given.store, given.size, own, port)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(options: Options) -> int:
    """The story of the demo, from empty to in sync, and then without hands."""
    began = time.monotonic()
    empty(options.folder)
    with simulators(options) as sims:
        service = Service(options, sims)
        password = service.install()
        with service.serving(NO_SCHEDULE):
            service.connect(password)
            service.choose_tax()
            service.map_fields()
            runs, before = _synced(service)
        status, after = service.status(), sims.state()
        with service.serving(TICK_MINUTES):
            hands_off = _without_hands(sims)
        with service.serving(NO_SCHEDULE if options.once else CALM_MINUTES):
            service.let_sides_tell(password)
            hints = _at_once(sims)
            truth = _truth(service)
            outcome = Outcome(runs, status, before, after, hands_off, hints, truth, time.monotonic() - began)
            outcome.tell()
            if not options.once:
                _serve(options, password)
    if options.once:
        print(json.dumps(outcome.answer()))
    return 0 if not outcome.broken() else 1


def _synced(service: "Service") -> tuple[dict[str, list[dict[str, Any]]], dict[str, Any]]:
    """All runs by what they are about, and the simulators as they were before the second ones."""
    runs: dict[str, list[dict[str, Any]]] = {what: [] for what in SYNCED}
    for what in SYNCED:
        runs[what].append(service.sync(f"First run of {what}, both ways", what, "--full"))
    runs["products"].append(service.sync("Products again: orders have moved their stock", "products"))
    before = service.sims.state()
    for what in SYNCED:
        runs[what].append(service.sync(f"Second run of {what}: nothing must be written", what))
    return runs, before


def _without_hands(sims: "Simulators") -> HandsOff:
    """People edit both sides, and nobody touches the connector."""
    both = Both(sims.cscart["url"])
    edits, unfit = edits_of_both_sides(both)
    headline("Hands off: edits on both sides, and the schedule does the rest")
    outcome = plant_and_wait(both, edits)
    outcome.unfit = unfit
    print("\n".join(table(outcome)), flush=True)
    return outcome


def _at_once(sims: "Simulators") -> HandsOff:
    """People edit what the sides send messages about, and no schedule comes to help."""
    both = Both(sims.cscart["url"])
    edits, unfit = edits_told_at_once(both)
    headline("Web hooks: edits that the sides tell of by themselves, and no schedule")
    outcome = plant_and_wait(both, edits)
    outcome.unfit = unfit
    print("\n".join(table(outcome)), flush=True)
    return outcome


def _truth(service: "Service") -> Truth:
    """A last run of each, and then both sides as their own APIs tell them."""
    for what in (*SYNCED, "products"):
        service.sync(f"Last run of {what}: what people have edited since", what)
    headline("Comparing both sides as their own APIs tell them")
    with httpx2.Client(timeout=60) as client:
        told = service.told()
        store, zoho = read_store(client, service.sims.cscart), read_zoho(client, service.sims.zoho, told.contact_map)
        truth = compare(told, store, zoho)
    print(f"{truth.fields_compared:,} fields of {truth.pairs:,} pairs, {len(truth.differences):,} different.")
    print(
        f"... {truth.customers_fields:,} fields of {truth.customers:,} customers, "
        f"{truth.about('customers'):,} different:"
    )
    for each in truth.differences:
        if each.about == "customers":
            print(f"  {each}. {each.reason}")
    return truth


# The processes around the product


@dataclass(frozen=True)
class Simulators:
    """The running simulators: their addresses and keys, and what they have counted."""

    cscart: dict[str, str]
    zoho: dict[str, str]

    def state(self) -> dict[str, Any]:
        """Products, items, writes and calls as the simulators count them."""
        answer = httpx2.get(f"{self.cscart['url']}/__sim__/state", timeout=30)
        answer.raise_for_status()
        state: dict[str, Any] = answer.json()
        return state


@contextlib.contextmanager
def simulators(options: Options) -> Iterator[Simulators]:
    """Both simulators in a process of their own, for as long as the block lasts."""
    words = ["-m", "cscart_zoho_sim", "serve", "--json", "--no-minute-limit", "--plan", "premium", "--customised"]
    if options.store is not None:
        words += ["--store", str(options.store)]
    if options.size is not None:
        words += ["--size", str(options.size)]
    log = options.folder / "simulators.log"
    with log.open("wb") as errors, started(words, os.environ, stdout=subprocess.PIPE, stderr=errors) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise DemoFailed(f"the simulators did not start:\n{log.read_text().strip()}")
        ready = json.loads(line)
        print(f"Simulated CS-Cart store:  {ready['cscart']['url']}")
        print(f"Simulated Zoho:           {ready['zoho']['inventory_url']}")
        print("The limit of 100 calls a minute of the simulated organisation is lifted for this demo.")
        print("Its CRM is one as administrators make it, and the store has our store add-on (docs/store-add-on.md):")
        print("\n".join(f"  {each}." for each in TOLD))
        yield Simulators(ready["cscart"], ready["zoho"])


@contextlib.contextmanager
def started(words: Sequence[str], env: Any, **streams: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """A Python process that ends with the block, and with this process whatever ends it."""
    process = subprocess.Popen(  # noqa: S603 (our own programs)
        [sys.executable, *words],
        env=dict(env),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_us if sys.platform == "linux" else None,
        **streams,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _end_with_us() -> None:
    """Ask Linux to send SIGTERM to this child when its parent dies (prctl, PR_SET_PDEATHSIG)."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


# The product, from outside


@dataclass(frozen=True)
class Service:
    """The installed product: its commands and its panel."""

    options: Options
    sims: Simulators

    def environment(self) -> dict[str, str]:
        """The settings of the demo's processes; simulator addresses are given here and nowhere else."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CSCART_ZOHO_", "DJANGO_"))}
        return {
            **kept,
            "CSCART_ZOHO_DATA": str(self.options.folder / "data"),
            "CSCART_ZOHO_PUBLIC_URL": self.options.panel_url,
            "CSCART_ZOHO_SIM_STORE_URL": self.sims.cscart["url"],
            "CSCART_ZOHO_SIM_ACCOUNTS_URL": self.sims.zoho["accounts_url"],
            "CSCART_ZOHO_SIM_API_URL": origin(self.sims.zoho["inventory_url"]),
            "CSCART_ZOHO_SIM_NO_MINUTE_LIMIT": "1",
            "CSCART_ZOHO_EVERY_MINUTES": NO_SCHEDULE,
        }

    def command(self, *words: str, given: str = "", quiet: bool = True) -> str:
        """One command; what it printed. Raises `DemoFailed` with its words when it failed."""
        done = subprocess.run(  # noqa: S603 (our own program)
            [sys.executable, "-m", "cscart_zoho.cli", *words],
            env=self.environment(),
            input=given,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if quiet else None,
            check=False,
        )
        if done.returncode not in ({0} if quiet else {0, 1}):
            raise DemoFailed(f"`cscart-zoho {' '.join(words)}` said: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def install(self) -> str:
        """A new installation with one administrator; the password."""
        password = secrets.token_urlsafe(12)
        headline("Installing")
        print(self.command("init", "--admin", LOGIN, "--password-stdin", given=password + "\n"), end="")
        return password

    @contextlib.contextmanager
    def serving(self, every_minutes: str) -> Iterator[None]:
        """The panel, the worker and the schedule with its interval, for as long as the block lasts."""
        log = self.options.folder / "service.log"
        words = ["-m", "cscart_zoho.cli", "serve", "--port", str(self.options.port)]
        environment = {**self.environment(), "CSCART_ZOHO_EVERY_MINUTES": every_minutes}
        check_port(self.options.port)
        with log.open("ab") as lines, started(words, environment, stdout=lines, stderr=lines) as process:
            self._wait_until_up(process, log)
            yield

    def _wait_until_up(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            with contextlib.suppress(httpx2.HTTPError):
                if httpx2.get(f"{self.options.panel_url}/healthz", timeout=5).status_code == 200:
                    return
            time.sleep(0.2)
        raise DemoFailed(f"the panel did not start:\n{log.read_text()[-2000:].strip()}")

    def connect(self, password: str) -> None:
        """The store by its key, Zoho by the same pages and redirects a person sees."""
        headline("Connecting")
        store = self.sims.cscart
        words = ("connect", "store", "--url", store["url"], "--email", store["email"], "--key-stdin")
        print(self.command(*words, given=store["key"] + "\n").splitlines()[0])
        self.visit_zoho(password)
        if not self.status()["zoho"]["connected"]:
            raise DemoFailed("Zoho was accepted in the browser, but the service is not connected.")
        print("Connected to Zoho through its authorise page.")

    def visit_zoho(self, password: str, *, again: bool = False) -> None:
        """Connect to Zoho in the browser."""
        try:
            with httpx2.Client(timeout=30, follow_redirects=False) as client:
                visitor = Visitor(client, self.options.panel_url)
                visitor.log_in(LOGIN, password)
                (visitor.connect_zoho_again if again else visitor.connect_zoho)(self.sims.zoho)
        except (Lost, httpx2.HTTPError) as error:
            raise DemoFailed(f"Zoho could not be connected in the browser: {error}.") from error

    def let_sides_tell(self, password: str) -> None:
        """Switch web hooks on: made by the service in the store and in CRM, entered by a person in Inventory."""
        headline("Switching web hooks on")
        self.command("web-hooks", "on", "cscart")
        # Zoho asks for one more permission: what a person is told, and does, is to connect once more.
        self.command("web-hooks", "on", "crm", quiet=False)
        self.visit_zoho(password, again=True)
        print(self.command("web-hooks", "on", "crm"), end="")
        told = json.loads(self.command("web-hooks", "on", "inventory", "--json").splitlines()[-1])
        both = Both(self.sims.cscart["url"])
        for module in ("items", "contacts", "salesorders"):
            both.do("add_web_hook", module=module, url=told["address"], secret=told["secret"])
        print("Entered address and secret in the simulated Zoho Inventory: items, contacts, sales orders.")

    def choose_tax(self) -> None:
        """What a merchant has to say once: which tax of the store a taxable item from Zoho gets."""
        store = self.sims.cscart
        answer = httpx2.get(f"{store['url']}/api/taxes", auth=(store["email"], store["key"]), timeout=30)
        taxes = answer.json().get("taxes", []) if answer.is_success else []
        if len(taxes) > 1:
            print(f"Chosen in the settings: taxable items from Zoho get the store's tax {taxes[0]['tax']!r}.")
            self.command("settings", "set", "default_tax_id", str(taxes[0]["tax_id"]))

    def map_fields(self) -> None:
        """What a merchant says of a CRM with fields of its own: which profile field of the store each belongs to."""
        store = self.sims.cscart
        asked = {"limit": "1", "with_fields": "1"}
        answer = httpx2.get(
            f"{store['url']}/api/{ADDON}", params=asked, auth=(store["email"], store["key"]), timeout=30
        )
        answer.raise_for_status()
        ids = {each["name"]: each["field_id"] for each in answer.json()["profile_fields"]}
        print("Mapped under Field mapping, from the CRM's own fields to profile fields of the store:")
        for own in OWN:
            column = f"{CUSTOM}{ids[own.profile_field]}"
            self.command("mapping", "set", "contact", own.name, column, "--direction", own.direction)
            print(f"  {own.label} = {own.profile_field} ({own.direction})")
        print("What this CRM does not take as it is:")
        print("\n".join(f"  A customer of the store {each}." for each in ODD), flush=True)

    def sync(self, title: str, *words: str) -> dict[str, Any]:
        """One run, its progress on the screen, its result. Raises `DemoFailed` when it did not come to its end."""
        headline(title)
        lines = self.command("sync", *words, "--direction", "both", "--json", quiet=False).splitlines()
        result: dict[str, Any] = json.loads(lines[-1]) if lines else {}
        print("\n".join(lines[:-1]))
        if result.get("state") not in {"done", "attention"}:
            raise DemoFailed(f"the run ended as {result.get('state')}: {result.get('message') or result.get('error')}")
        return result

    def status(self) -> dict[str, Any]:
        """`cscart-zoho status` as data."""
        return self._json("status")

    def told(self) -> Told:
        """Pairs, settings and the map of contacts, as the commands tell them."""
        links = {what: self._json("links", what)["links"] for what in SYNCED}
        return Told(links, self._json("settings", "show"), self._json("mapping", "show").get("contact", {}))

    def _json(self, *words: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.command(*words, "--json").splitlines()[-1])
        return told


def origin(url: str) -> str:
    """`http://host:port` of an address."""
    parsed = httpx2.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode()}"


def _serve(options: Options, password: str) -> None:
    """Say where the panel is, and wait for Ctrl-C."""
    headline("The panel is open")
    print(f"  address   {options.panel_url}")
    print(f"  login     {LOGIN}")
    print(f"  password  {password}")
    print("  Ctrl-C ends the demo.", flush=True)
    signal.pause()


if __name__ == "__main__":
    raise SystemExit(main())
