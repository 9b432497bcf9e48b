"""One installation that keeps several stores in sync with one Zoho organisation, and its worker processes.

As a program it fills the database of `CSCART_ZOHO_DATABASE`: both sides are
connected by their real flows, and one run is asked for for each store.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet

from tests.acceptance.stage import Installation, Simulation, simulation, until
from tests.begun import BEGUN

#: Short, so that a test need not wait long, and long enough for a machine that is busy.
TAKE_OVER_S = 3
KEY = Fernet.generate_key().decode()
OVER = ("done", "attention", "failed", "stopped")


@dataclass
class Several:
    """The simulated stores (the first one's world has the Zoho), the installation, what runs of it."""

    shops: Sequence[Simulation]
    product: Installation
    database: str
    each: int
    #: So many requests had been heard before.
    heard: int = 0
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @contextmanager
    def copied(self, folder: Path, database: str, *settings: tuple[str, str]) -> Iterator["Several"]:
        """The same stores and a Zoho without items, with a copy of this database; all it starts is ended."""
        for item in self.shops[0].edit("items", side="zoho"):
            self.shops[0].edit("delete_item", side="zoho", item_id=item["item_id"])
        product = replace(
            self.product, folder=folder, more=(*self.product.more, ("CSCART_ZOHO_DATABASE", database), *settings)
        )
        heard = len(self.shops[0].edit("requests", side="zoho"))
        made = replace(self, product=product, database=database, heard=heard, started=[])
        try:
            yield made
        finally:
            made.end()

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()

    def worker(self, *, clock_off_s: int | None = None, **settings: str) -> "subprocess.Popen[bytes]":
        """A worker process; its machine's clock may be wrong, or (0) jump."""
        wrong = ("tests.acceptance.wrong_clock", str(clock_off_s))
        words = ("cscart_zoho.cli",) if clock_off_s is None else wrong
        return self.start("-m", *words, "worker", **settings)

    def start(self, *words: str, **settings: str) -> "subprocess.Popen[bytes]":
        """A program of the installation, with these settings changed."""
        changed = {f"CSCART_ZOHO_{name}": value for name, value in settings.items()}
        with (self.product.folder / "started.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *words],
                env={**self.product.environment(), **changed, "PGAPPNAME": f"example {len(self.started)}"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.started.append(process)
        return process

    def freeze_at_the_worst_moment(self, process: "subprocess.Popen[bytes]") -> None:
        """On PostgreSQL in the middle of a transaction. On SQLite not there: it would hold up everybody, as told."""
        for _ in range(2000):
            freeze(process)
            if self._rests_in_a_transaction(process) is not self.database.startswith("sqlite"):
                return
            wake(process)
            time.sleep(0.003)
        raise AssertionError("it is never at such a moment")

    def _rests_in_a_transaction(self, process: "subprocess.Popen[bytes]") -> bool:
        if self.database.startswith("sqlite"):
            with closing(sqlite3.connect(self.database.removeprefix("sqlite:///"), timeout=0.5)) as lite:
                try:
                    lite.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    return True
                return False
        resting = self.select("SELECT application_name FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
        return (f"example {self.started.index(process)}",) in resting

    def log(self) -> str:
        return (self.product.folder / "started.log").read_text()

    def select(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the installation's database, whichever it is."""
        if self.database.startswith("sqlite"):
            with closing(sqlite3.connect(self.database.removeprefix("sqlite:///"), timeout=30)) as lite:
                return lite.execute(query).fetchall()
        with psycopg.connect(self.database) as connection:
            return connection.execute(query.encode()).fetchall()

    def runs(self) -> dict[int, tuple[str, int, int]]:
        """By number of the run: state, lease, and the process id of its worker (0 = none yet)."""
        rows = self.select("SELECT id, state, lease, worker FROM store_run ORDER BY id")
        return {id: (state, lease, int(f"{worker}:0".split(":")[1] or 0)) for id, state, lease, worker in rows}

    def of(self, process: "subprocess.Popen[bytes]") -> int:
        """The run that this worker carries out, 0 = none."""
        held = [id for id, (state, _, pid) in self.runs().items() if (state, pid) == ("running", process.pid)]
        return held[0] if held else 0

    def writes(self) -> int:
        return int(self.shops[0].state()["zoho"]["writes"])

    def wait_for_all(self, seconds: float = 90) -> None:
        try:
            until(
                lambda: all(state in OVER for state, _, _ in self.runs().values()), "all runs are over", seconds=seconds
            )
        except AssertionError as never:
            told = self.select("SELECT id, state, lease, worker, heartbeat_at, not_before, message FROM store_run")
            raise AssertionError(f"{never}\n{told}\n{self.log()[-3000:]}") from None

    def judge(self) -> None:
        """Nothing is lost, nothing is doubled, and no write was made a second time."""
        assert {state for state, _, _ in self.runs().values()} == {"done"}, self.runs()
        wanted = {f"{number}-{product}" for number in range(len(self.shops)) for product in range(self.each)}
        items = [item["sku"] for item in self.shops[0].edit("items", side="zoho")]
        assert sorted(items) == sorted(wanted)
        told = self.shops[0].edit("requests", side="zoho")[self.heard :]
        posted = [each for each in told if each["method"] != "GET"]
        created = [json.loads(each["body"])["sku"] for each in posted if each["path"].endswith("/items")]
        assert sorted(created) == sorted(wanted), "each item was asked for once"
        stock = {item["sku"]: item["stock_on_hand"] for item in self.shops[0].edit("items", side="zoho")}
        assert set(stock.values()) == {7}, "stock was booked once"


@contextmanager
def several(
    folder: Path, database: str, *, stores: int = 3, each: int = 30, more: Sequence[tuple[str, str]] = ()
) -> Iterator[Several]:
    """Everything filled, connected and asked for; no worker yet. At the end all processes are ended."""
    with ExitStack() as stack:
        words = ("--products", "0", "--latency-ms", "15")
        shops = [stack.enter_context(simulation(*words)) for _ in range(stores)]
        for number, shop in enumerate(shops):
            for product in range(each):
                name = f"Example {number} {product}"
                shop.edit("add_product", product=name, product_code=f"{number}-{product}", amount="7")
        more = [
            ("CSCART_ZOHO_DATABASE", database),
            ("CSCART_ZOHO_SECRET_KEYS", KEY),
            ("CSCART_ZOHO_SIM_STORE_URL", ",".join(shop.cscart["url"] for shop in shops)),
            ("CSCART_ZOHO_TAKE_OVER_S", str(TAKE_OVER_S)),
            *more,
        ]
        made = Several(shops, Installation(folder, shops[0], tuple(more)), database, each)
        filling = [sys.executable, "-m", "tests.acceptance.several"]
        given = json.dumps({"zoho": shops[0].zoho, "stores": [shop.cscart for shop in shops]})
        environment = {**made.product.environment(), "DJANGO_SETTINGS_MODULE": "cscart_zoho.settings"}
        subprocess.run(filling, env=environment, input=given, text=True, check=True, timeout=100)
        try:
            yield made
        finally:
            made.end()


def freeze(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGSTOP)


def wake(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGCONT)


def kill(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def _fill(given: dict[str, Any]) -> None:
    from cscart_zoho import app
    from cscart_zoho.jobs.requests import ask_for_run
    from cscart_zoho.records import Direction
    from cscart_zoho.store.models import Store, ZohoOrganisation
    from cscart_zoho.sync.asked import Asked

    there = given["zoho"]
    organisation = ZohoOrganisation.objects.create(client_id=there["client_id"], client_secret=there["client_secret"])
    app.connect_zoho(organisation, code=there["grant_code"], self_client=True)
    for number, here in enumerate(given["stores"]):
        store = Store.objects.create(
            name=f"Example {number}",
            url=here["url"],
            email=here["email"],
            api_key=here["key"],
            zoho=organisation,
            first_syncs=BEGUN,
        )
        app.connect_store(store)
        # What the other stores have put into Zoho is not to be taken for this one's.
        ask_for_run(store, Asked(direction=Direction.TO_ZOHO), trigger="button")


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cscart_zoho.settings")
    django.setup()
    _fill(json.load(sys.stdin))
