"""Cron addresses and schedules for real: processes, a database file or PostgreSQL, and the line as cron executes it.

As a program it makes a connected store in the database of `CSCART_ZOHO_DATABASE`,
with an address for each kind of record, and prints their secrets and lines; or it
looks as a schedule does, until it is ended.
"""

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from tests.acceptance.stage import free_port, until
from tests.begun import BEGUN
from tests.pace import first
from tests.postgresql import Cluster
from tests.unit.racing import environment

pytestmark = pytest.mark.timeout(300)
AT_ONCE = 100
THIS = "tests.acceptance.test_cron_address"


@dataclass
class Installed:
    """An installation with a connected store, whose processes a test starts."""

    folder: Path
    environment: Mapping[str, str]
    #: By kind of record a secret that has ended, the present one, and the line for a crontab.
    made: dict[str, dict[str, str]]
    urls: tuple[str, str]

    @contextmanager
    def started(self, *commands: Sequence[str]) -> Iterator[None]:
        """These modules with their words for as long as the block lasts; their lines go to a log."""
        with (self.folder / "started.log").open("ab") as log:
            processes = [
                subprocess.Popen([sys.executable, "-m", *command], env=self.environment, stdout=log, stderr=log)
                for command in commands
            ]
        try:
            yield
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=60)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        database = self.environment["CSCART_ZOHO_DATABASE"]
        if database.startswith("sqlite"):
            with closing(sqlite3.connect(database.removeprefix("sqlite:///"), timeout=30)) as lite, lite:
                return lite.execute(statement).fetchall()
        with psycopg.connect(database) as connection:
            told = connection.execute(statement.encode())
            return told.fetchall() if told.description else []

    def runs(self, trigger: str, entity: str) -> list[datetime]:
        """When runs were asked for."""
        rows = self.query("SELECT trigger, entity, asked_at FROM store_run ORDER BY id")
        asked = [moment for by, of, moment in rows if (by, of) == (trigger, entity)]
        return [datetime.fromisoformat(each) if isinstance(each, str) else each for each in asked]

    @contextmanager
    def runs_taken_at_once(self) -> Iterator[None]:
        """A worker that takes each run and has it done the moment it sees it."""
        stop = threading.Event()

        def take() -> None:
            while not stop.is_set():
                self.query("UPDATE store_run SET state = 'done' WHERE state = 'waiting'")
                time.sleep(0.02)

        taking = threading.Thread(target=take)
        taking.start()
        try:
            yield
        finally:
            stop.set()
            taking.join()


@pytest.fixture(scope="module", params=first(1, ["sqlite", "postgresql"]))
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("cron")
    if request.param == "sqlite":
        database = f"sqlite:///{folder}/served.sqlite3"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        database = cluster.database("cron")
    ports = free_port(), free_port()
    told = {
        **environment(folder, database),
        "CSCART_ZOHO_PUBLIC_URL": f"http://127.0.0.1:{ports[0]}",
        "CSCART_ZOHO_LOG_LEVEL": "DEBUG",
        "CSCART_ZOHO_EVERY_MINUTES": "0.0167",
    }
    words = [sys.executable, "-m", THIS, "prepare"]
    done = subprocess.run(words, env=told, capture_output=True, text=True, check=True, timeout=100)
    urls = f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"
    return Installed(folder, told, json.loads(done.stdout.splitlines()[-1]), urls)


def answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/healthz", timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False


def execute(line: str) -> "subprocess.CompletedProcess[str]":
    """What cron does with a line: five fields are the time, the rest goes to sh."""
    command = line.split(maxsplit=5)[5]
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=100, check=False)


def call_at_once(urls: list[str], secret: str) -> Counter[int]:
    """A call of each address at the same moment; how often which status came."""
    together, statuses = threading.Barrier(len(urls)), Counter[int]()

    def call(url: str) -> None:
        with httpx2.Client(timeout=100) as client:
            together.wait(timeout=60)
            statuses.update([client.post(url, headers={"X-Cron-Secret": secret}).status_code])

    threads = [threading.Thread(target=call, args=(url,)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_a_line_of_a_crontab_starts_a_run_a_hundred_calls_start_one_and_no_log_has_a_secret(
    installed: Installed,
) -> None:
    products, orders = installed.made["products"], installed.made["orders"]
    installed.query("DELETE FROM store_run")  # a call joins what was asked for a moment ago, by another test as well
    webs = [("cscart_zoho.cli", "web", "--port", url.rpartition(":")[2]) for url in installed.urls]
    with installed.started(*webs):
        for url in installed.urls:
            until(lambda url=url: answers(url), f"{url} answers")  # type: ignore[misc]

        # The line as it is shown: silent when all is well, an error that cron mails when it is not.
        done = execute(products["line"])
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert len(installed.runs("cron", "products")) == 1
        refused = execute(products["line"].replace(products["secret"], products["ended"]))
        assert refused.returncode == 22
        assert "404" in refused.stderr
        assert httpx2.get(f"{installed.urls[0]}/cron/products/{products['ended']}/").status_code == 404
        assert httpx2.get(products["old_style"]).status_code == 202

        # The same moment, two servers, and a worker that takes runs while calls still come.
        urls = [f"{installed.urls[number % 2]}/cron/orders/" for number in range(AT_ONCE)]
        with installed.runs_taken_at_once():
            assert call_at_once(urls, orders["secret"]) == {202: AT_ONCE}
        assert len(installed.runs("cron", "orders")) == 1
        assert installed.query("SELECT calls FROM store_cronaddress WHERE entity = 'orders'") == [(AT_ONCE,)]

    log = (installed.folder / "started.log").read_text()
    assert "/cron/products/" in log, "the refused call was not logged"
    for made in installed.made.values():
        assert made["secret"] not in log
        assert made["ended"] not in log


def test_of_several_schedules_that_look_at_the_same_moment_one_asks(installed: Installed) -> None:
    with installed.runs_taken_at_once(), installed.started(*[[THIS, "look"]] * 3):
        until(lambda: len(installed.runs("schedule", "customers")) >= 4, "several moments are served")
    for entity in ("products", "customers", "orders"):
        seconds = [moment.replace(microsecond=0) for moment in installed.runs("schedule", entity)]
        assert len(seconds) == len(set(seconds)), f"a moment of {entity} was served twice"


def _look() -> None:
    """A schedule that looks right after each full second, as the others do."""
    from cscart_zoho.jobs.schedule import ask_for_due
    from cscart_zoho.store.clock import database_now

    while True:
        time.sleep(1.02 - time.time() % 1)
        ask_for_due(database_now())


def _prepare() -> dict[str, dict[str, str]]:
    from django.core.management import call_command
    from django.utils import timezone

    from cscart_zoho.jobs.cron_addresses import crontab_line, new_secret, old_style_url_of
    from cscart_zoho.jobs.schedule import ENTITIES
    from cscart_zoho.store.models import Store, ZohoOrganisation

    call_command("migrate", interactive=False, verbosity=0)
    now = timezone.now()
    scopes = "ZohoInventory.FullAccess.all"
    zoho = ZohoOrganisation.objects.create(organization_id="7", refresh_token="canary", connected_at=now, scopes=scopes)
    store = Store.objects.create(
        url="https://store.example.com", api_key="canary", connected_at=now, zoho=zoho, first_syncs=BEGUN
    )
    made = {}
    for entity in ENTITIES:
        ended, secret = new_secret(store, entity, now), new_secret(store, entity, now)
        made[entity.value] = {
            "ended": ended,
            "secret": secret,
            "line": crontab_line(store, entity, secret),
            "old_style": f"{old_style_url_of(entity)}&secret={secret}",
        }
    return made


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "prepare":
        print(json.dumps(_prepare()))
    else:
        _look()
