"""Workers that are killed, frozen and woken, a database that is restarted, clocks that are wrong: with both runners."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.several import KEY, Several, freeze, kill, several, wake
from tests.acceptance.stage import Installation, Simulation, until
from tests.postgresql import Cluster

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("postgresql")]
LEASE, PROCRASTINATE = "lease", "procrastinate"
both_runners = pytest.mark.parametrize("runner", [LEASE, PROCRASTINATE])


@pytest.fixture(scope="module")
def ready(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database to be copied: that of an installation which nobody has used yet, fit for either runner."""
    environment = (
        ("CSCART_ZOHO_DATABASE", cluster.database("ready")),
        ("CSCART_ZOHO_RUNNER", PROCRASTINATE),
        ("CSCART_ZOHO_SECRET_KEYS", KEY),
    )
    nobody = Simulation({"url": ""}, {"accounts_url": "", "inventory_url": "http://127.0.0.1"})
    Installation(tmp_path_factory.mktemp("ready"), nobody, environment).init()
    return "ready"


@pytest.fixture
def stores(cluster: Cluster, ready: str, tmp_path: Path, runner: str) -> Iterator[Several]:
    """Three stores with a run each that waits, and no worker."""
    database = cluster.database(f"crashes_{secrets.token_hex(4)}", ready)
    with several(tmp_path, database, more=[("CSCART_ZOHO_RUNNER", runner)]) as made:
        yield made


@both_runners
def test_of_two_workers_one_is_frozen_and_woken_and_the_other_is_killed(stores: Several) -> None:
    """Nothing is lost, nothing doubled, and the one that is left finishes."""
    frozen, killed = stores.worker(), stores.worker()
    until(lambda: bool(stores.of(frozen) and stores.of(killed)), "two stores are synced at once")
    until(lambda: stores.writes() > 10, "both are writing")

    freeze(frozen)
    run = stores.of(frozen)
    until(lambda: stores.of(killed) == run, "the other has taken over what the frozen one held")
    before = stores.writes()
    wake(frozen)
    until(lambda: f"Run {run} was taken over" in stores.log(), "the woken one has noticed")
    until(lambda: stores.writes() > before, "work goes on")
    kill(killed)

    stores.wait_for_all()
    stores.judge()
    assert stores.runs()[run][1] >= 2, "it was the same run, with another lease"


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


@both_runners
def test_a_worker_whose_clock_is_an_hour_off_keeps_its_run_and_loses_it_when_it_is_killed(stores: Several) -> None:
    """Leases are judged by the database's clock."""
    ahead, behind = stores.worker(clock_off_s=3600), stores.worker(clock_off_s=-3600)
    until(lambda: bool(stores.of(ahead) and stores.of(behind)), "both are at work")
    held = {stores.of(ahead), stores.of(behind)}
    freeze(ahead)
    freeze(behind)
    right = stores.worker()
    until(lambda: stores.of(right) not in {0, *held}, "the third one is at work")
    assert {stores.runs()[run][1] for run in held} == {1}, "nobody has taken them over so soon"
    kill(ahead)
    kill(behind)

    stores.wait_for_all()
    stores.judge()
    assert {stores.runs()[run][1] for run in held} == {2}
