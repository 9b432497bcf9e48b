"""Workers that are killed, frozen and woken, a database that is restarted, clocks that are wrong: with both runners."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.several import KEY, Several, freeze, kill, several, wake
from tests.acceptance.stage import Installation, Simulation, until
from tests.pace import first, long
from tests.postgresql import Cluster

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("postgresql")]
LEASE, PROCRASTINATE, ON_SQLITE = "lease", "procrastinate", "lease on SQLite"
#: What a worker says that was frozen for too long: after its commit, or when its transaction was ended meanwhile.
NOTICED = ("was taken over by another worker", "The database does not answer")
both_runners = pytest.mark.parametrize("runner", [LEASE, PROCRASTINATE])


@pytest.fixture(scope="module")
def base(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Several]:
    """Three stores, and a database to be copied, fit for either runner: a run of each store waits."""
    folder, database = tmp_path_factory.mktemp("base"), cluster.database("base")
    runner = ("CSCART_ZOHO_RUNNER", PROCRASTINATE)
    installed(folder, ("CSCART_ZOHO_DATABASE", database), runner)
    with several(folder, database, more=[runner]) as made:
        yield made


def installed(folder: Path, *settings: tuple[str, str]) -> None:
    nobody = Simulation({"url": ""}, {"accounts_url": "", "inventory_url": "http://127.0.0.1"})
    Installation(folder, nobody, (*settings, ("CSCART_ZOHO_SECRET_KEYS", KEY))).init()


@pytest.fixture
def stores(cluster: Cluster, tmp_path: Path, runner: str, request: pytest.FixtureRequest) -> Iterator[Several]:
    """Three stores with a run each that waits, and no worker."""
    if runner == ON_SQLITE:
        database = f"sqlite:///{tmp_path}/ledger.sqlite3"
        installed(tmp_path, ("CSCART_ZOHO_DATABASE", database))
        with several(tmp_path, database) as made:
            yield made
    else:
        base: Several = request.getfixturevalue("base")
        database = cluster.database(f"copy_{secrets.token_hex(4)}", "base")
        with base.copied(tmp_path, database, ("CSCART_ZOHO_RUNNER", runner)) as made:
            yield made


@pytest.mark.parametrize("runner", first(1, [ON_SQLITE, LEASE, PROCRASTINATE]))
def test_of_two_workers_one_is_frozen_and_woken_and_the_other_is_killed(stores: Several) -> None:
    """Nothing is lost, nothing doubled, and the one that is left finishes."""
    frozen, killed = stores.worker(), stores.worker()
    until(lambda: bool(stores.of(frozen) and stores.of(killed)), "two stores are synced at once")
    until(lambda: stores.writes() > 10, "both are writing")

    stores.freeze_at_the_worst_moment(frozen)
    run = stores.of(frozen)
    until(lambda: stores.of(killed) == run, "the other has taken over what the frozen one held")
    before = stores.writes()
    wake(frozen)
    until(lambda: any(words in stores.log() for words in NOTICED), "the woken one has noticed")
    until(lambda: stores.writes() > before, "work goes on")
    kill(killed)

    stores.wait_for_all()
    stores.judge()
    assert stores.runs()[run][1] >= 2, "it was the same run, with another lease"
    assert "Traceback" not in stores.log()


#: A worker that has renewed its lease, and is frozen before it commits.
HOLDER = """
import time
from cscart_zoho.cli.django_ready import set_up_django
set_up_django()
from django.db import transaction
from django.db.models.functions import Now
from cscart_zoho.store.models import Run
with transaction.atomic():
    Run.objects.filter(state="running").update(heartbeat_at=Now())
    print("held", flush=True)
    time.sleep(600)
"""


@long
@pytest.mark.parametrize("runner", [LEASE])
def test_a_worker_that_is_frozen_with_its_run_locked_holds_nobody_up(stores: Several) -> None:
    """PostgreSQL ends its transaction before the others lose patience."""
    silent = "state = 'running', lease = 1, worker = 'gone:1:1', heartbeat_at = now() - interval '1 minute'"
    stores.select(f"UPDATE store_run SET {silent} WHERE id = 1 RETURNING id")  # noqa: S608 (our own words)
    stores.start("-c", HOLDER)
    until(lambda: "held" in stores.log(), "the row is locked")
    stores.worker()

    stores.wait_for_all()
    stores.judge()
    assert stores.runs()[1][1] == 2


#: Somebody asks for a run that shall begin in two seconds.
ASK = """
from datetime import timedelta
from cscart_zoho.cli.django_ready import set_up_django
set_up_django()
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.store.clock import database_now
from cscart_zoho.store.models import Store
from cscart_zoho.sync.asked import Asked
in_a_while = database_now() + timedelta(seconds=2)
ask_for_run(Store.objects.get(pk=1), Asked(stock_only=True), trigger="button", not_before=in_a_while)
"""


@long
@pytest.mark.parametrize("runner", [PROCRASTINATE])
def test_runs_whose_jobs_were_lost_are_found_and_one_that_shall_wait_holds_up_no_other(stores: Several) -> None:
    lost = stores.select("DELETE FROM procrastinate_jobs RETURNING lock")
    assert sorted(lost) == [("store 1",), ("store 2",), ("store 3",)]
    assert stores.start("-c", ASK).wait(60) == 0
    assert stores.select("SELECT lock, scheduled_at > now() - interval '1 minute' FROM procrastinate_jobs") == [
        (None, True)
    ]
    stores.worker()

    stores.wait_for_all()
    stores.judge()
    until(lambda: not stores.select("SELECT * FROM procrastinate_jobs"), "no job is left")


@long
@both_runners
def test_work_goes_on_after_the_database_was_restarted(stores: Several, cluster: Cluster) -> None:
    workers = stores.worker(), stores.worker()
    until(lambda: all(stores.of(worker) for worker in workers), "two stores are synced at once")
    until(lambda: stores.writes() > 10, "both are writing")

    cluster.restart()
    assert "done" not in {state for state, _, _ in stores.runs().values()}, "it was in the middle of the work"

    stores.wait_for_all()
    stores.judge()
    assert all(worker.poll() is None for worker in workers), "no worker has ended"


#: What has to be told by the clock that all machines share, in tests that last some minutes.
MOMENTS = (
    ("store_callseat", "until"),
    ("store_callblock", "until"),
    ("store_callwindow", "CASE kind WHEN 'minute' THEN starts_at ELSE now() END"),
    ("store_cursor", "moment"),
    ("store_observation", "seen_at"),
    ("store_intent", "opened_at"),
    ("store_step", "done_at"),
    ("store_run", "started_at"),
    ("store_run", "finished_at"),
    ("store_zohoorganisation", "access_token_created_at"),
)


def told_by_wrong_clocks(stores: Several) -> list[str]:
    """Columns with moments that are more than twenty minutes from now."""
    off = "SELECT 1 FROM {} WHERE abs(extract(epoch FROM {} - now())) > 1200"
    return [f"{table}.{column}" for table, column in MOMENTS if stores.select(off.format(table, column))]


@long
@both_runners
def test_a_worker_whose_clock_is_off_or_jumps_keeps_its_run_and_loses_it_when_it_is_killed(stores: Several) -> None:
    """All go by the database's clock: an hour is nothing, and patience counts."""
    ahead, jumping = (stores.worker(clock_off_s=off, TAKE_OVER_S="100") for off in (3600, 0))
    until(lambda: bool(stores.of(ahead) and stores.of(jumping)), "both are at work")
    held = {stores.of(ahead), stores.of(jumping)}
    until(lambda: stores.writes() > 10, "something has been written")
    freeze(ahead)
    freeze(jumping)
    assert told_by_wrong_clocks(stores) == []
    right = stores.worker(TAKE_OVER_S="100")
    until(lambda: stores.of(right) not in {0, *held}, "the third one is at work")
    assert {stores.runs()[run][1] for run in held} == {1}, "nobody has taken them over so soon"
    kill(ahead)
    kill(jumping)
    stores.worker()  # with less patience

    stores.wait_for_all()
    stores.judge()
    taken_over = {stores.runs()[run][1] for run in held}
    assert taken_over <= {2, 3}, "once more where a write was cut off, whose outcome could not be seen yet"


@pytest.mark.parametrize("runner", [PROCRASTINATE])
def test_two_schedules_ask_once_and_the_second_goes_on_when_the_first_is_killed(stores: Several) -> None:
    """Many of their moments pass; while the runs wait, each moment asks for the same ones."""
    asked = "SELECT store_id, entity FROM store_run WHERE trigger = 'schedule' ORDER BY store_id, entity"
    first, second = (stores.start("-m", "cscart_zoho.cli", "schedule", EVERY_MINUTES="0.02") for _ in range(2))
    until(lambda: len(stores.select("SELECT * FROM store_presence WHERE role = 'schedule'")) == 2, "both are there")
    until(lambda: len(stores.select(asked)) == 9, "three stores, three kinds of records")
    once = stores.select(asked)
    moment = len(stores.log())
    kill(first)
    stores.select("DELETE FROM store_run WHERE trigger = 'schedule' RETURNING id")
    until(lambda: len(stores.select(asked)) == 9, "the second one asks for what is missing")
    assert stores.select(asked) == once == sorted(set(once))
    assert second.poll() is None
    assert "Traceback" not in stores.log()[moment:]
