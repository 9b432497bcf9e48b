"""The lease runner: who gets a run, when it is taken over, what a worker leaves behind."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError

from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs import execution, presence, runner
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.store.models import Run, RunState, Store
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.ports import LostLease

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return Store.objects.create(name="Example")


@pytest.fixture(autouse=True)
def _not_stopping() -> Iterator[None]:
    execution.stopping.clear()
    yield
    execution.stopping.clear()


def asked_for(store: Store, *, at: datetime = NOW, asked: Asked | None = None) -> Run:
    run, _ = ask_for_run(store, asked or Asked(), trigger="button")
    Run.objects.filter(pk=run.pk).update(asked_at=at)
    return run


def test_a_waiting_run_is_claimed_with_a_new_lease(store: Store) -> None:
    asked = asked_for(store)
    run = runner.claim("w1", NOW)
    assert run is not None
    assert (run.pk, run.state, run.lease, run.worker) == (asked.pk, RunState.RUNNING, 1, "w1")
    assert run.started_at == run.heartbeat_at == NOW


def test_nothing_is_claimed_when_nothing_waits(store: Store) -> None:
    assert runner.claim("w1", NOW) is None


def test_of_equally_urgent_requests_the_oldest_comes_first(store: Store) -> None:
    asked_for(store, at=NOW, asked=Asked(full=True))
    older = asked_for(store, at=NOW - timedelta(minutes=5))
    run = runner.claim("w1", NOW)
    assert run is not None
    assert run.pk == older.pk


def test_a_store_never_has_two_runs_under_way(store: Store) -> None:
    asked_for(store)
    second = asked_for(store, asked=Asked(full=True))
    assert runner.claim("w1", NOW) is not None
    assert runner.claim("w2", NOW) is None
    assert runner.claim_this(second.pk, "w2", NOW) is None
    second.refresh_from_db()
    assert second.state == RunState.WAITING


def test_another_stores_run_does_not_wait(store: Store) -> None:
    other = Store.objects.create(name="Other")
    asked_for(store)
    asked_for(other)
    taken = {run.store_id for run in (runner.claim("w1", NOW), runner.claim("w2", NOW)) if run}
    assert taken == {store.pk, other.pk}


def test_a_paused_run_waits_for_its_moment(store: Store) -> None:
    run = asked_for(store)
    Run.objects.filter(pk=run.pk).update(not_before=NOW + timedelta(seconds=1), started_at=NOW)
    assert runner.claim("w1", NOW) is None
    again = runner.claim("w1", NOW + timedelta(seconds=1))
    assert again is not None
    assert again.pk == run.pk
    assert again.not_before is None


def test_a_silent_run_is_taken_over_as_the_same_run(store: Store) -> None:
    asked_for(store)
    first = runner.claim("w1", NOW)
    assert first is not None
    assert runner.claim("w2", NOW + timedelta(seconds=60)) is None
    second = runner.claim("w2", NOW + timedelta(seconds=61))
    assert second is not None
    assert (second.pk, second.lease, second.worker) == (first.pk, 2, "w2")
    assert second.started_at == NOW


def test_after_the_clock_was_set_back_the_run_of_a_worker_that_lives_stays_its_own(store: Store) -> None:
    """Who lives has renewed its lease by the new time; a lease of the future is nobody's."""
    asked_for(store)
    run = runner.claim("w1", NOW)
    assert run is not None
    back = NOW - timedelta(hours=1)
    Run.objects.filter(pk=run.pk).update(heartbeat_at=back)
    assert runner.claim("w2", back + timedelta(seconds=30)) is None
    Run.objects.filter(pk=run.pk).update(heartbeat_at=NOW)
    taken = runner.claim("w2", back)
    assert taken is not None
    assert (taken.pk, taken.lease) == (run.pk, 2)


def test_the_time_before_a_take_over_can_be_set(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSCART_ZOHO_TAKE_OVER_S", "2")
    asked_for(store)
    runner.claim("w1", NOW)
    assert runner.claim("w2", NOW + timedelta(seconds=3)) is not None


def test_what_a_killed_process_left_behind_is_taken_for_its_store_only(store: Store) -> None:
    other = Store.objects.create(name="Other")
    asked_for(store)
    left = runner.claim("w1", NOW)
    later = NOW + timedelta(minutes=2)
    assert left is not None
    assert runner.claim_abandoned(store.pk, "w2", NOW) is None
    assert runner.claim_abandoned(other.pk, "w2", later) is None
    taken = runner.claim_abandoned(store.pk, "w2", later)
    assert taken is not None
    assert (taken.pk, taken.worker) == (left.pk, "w2")


@pytest.mark.parametrize("wrong", ["soon", "0", "-1", "nan"])
def test_a_wrong_take_over_time_is_named(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("CSCART_ZOHO_TAKE_OVER_S", wrong)
    with pytest.raises(WrongSetting, match="CSCART_ZOHO_TAKE_OVER_S"):
        runner.take_over_s()


def test_a_finished_run_is_never_taken(store: Store) -> None:
    run = asked_for(store)
    for state in (RunState.DONE, RunState.ATTENTION, RunState.FAILED, RunState.STOPPED):
        Run.objects.filter(pk=run.pk).update(state=state)
        assert runner.claim("w1", NOW + timedelta(days=1)) is None
        assert runner.claim_this(run.pk, "w1", NOW + timedelta(days=1)) is None


def test_a_claim_that_was_overtaken_gets_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another worker takes the run between our look and our update."""
    run = asked_for(store)
    may_be_taken = runner._may_be_taken

    def overtaken(now: datetime) -> object:
        Run.objects.filter(pk=run.pk).update(lease=7)
        return may_be_taken(now)

    monkeypatch.setattr(runner, "_may_be_taken", overtaken)
    assert runner.claim_this(run.pk, "slow", NOW) is None
    run.refresh_from_db()
    assert run.worker == ""


def test_work_once_carries_the_run_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asked_for(store)
    seen: list[tuple[int, str, str]] = []
    monkeypatch.setattr(
        execution, "carry_out", lambda run, *, worker, on_progress=None: seen.append((run.pk, worker, run.state))
    )
    assert runner.work_once("w1") is True
    assert seen == [(asked.pk, "w1", RunState.RUNNING)]


def test_work_once_says_when_there_was_nothing(store: Store) -> None:
    assert runner.work_once("w1") is False


def test_a_defect_ends_the_run_and_not_the_worker(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = asked_for(store)

    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(execution, "carry_out", breaks)
    assert runner.work_once("w1") is True
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "report" in run.message
    assert "inside" not in run.message
    assert f"Run {run.pk}" in caplog.text


def test_a_defect_does_not_close_a_run_that_somebody_else_has(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = asked_for(store)

    def breaks(run: Run, **__: object) -> None:
        Run.objects.filter(pk=run.pk).update(lease=run.lease + 1, worker="other")
        raise ZeroDivisionError

    monkeypatch.setattr(execution, "carry_out", breaks)
    runner.work_once("w1")
    run.refresh_from_db()
    assert (run.state, run.worker) == (RunState.RUNNING, "other")


def test_a_lost_lease_is_no_failure(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = asked_for(store)

    def loses(*_: object, **__: object) -> None:
        raise LostLease

    monkeypatch.setattr(execution, "carry_out", loses)
    assert runner.work_once("w1") is True
    run.refresh_from_db()
    assert run.state == RunState.RUNNING


def test_a_database_that_goes_away_leaves_the_run_leased(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = asked_for(store)

    def away(*_: object, **__: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(execution, "carry_out", away)
    with pytest.raises(OperationalError):
        runner.work_once("w1")
    run.refresh_from_db()
    assert run.state == RunState.RUNNING


def test_a_worker_works_until_it_is_stopped(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    asked_for(store)
    asked_for(store, asked=Asked(stock_only=True))
    done: list[int] = []

    def carries_out(run: Run, **_: object) -> None:
        done.append(run.pk)
        Run.objects.filter(pk=run.pk).update(state=RunState.DONE)
        if len(done) == 2:
            stop.set()

    monkeypatch.setattr(execution, "carry_out", carries_out)
    monkeypatch.setattr(runner, "close_old_connections", lambda: None)
    runner.work("w1", stop, idle_s=0.01)
    assert len(done) == 2


def test_a_worker_survives_a_database_that_is_away(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, tries = threading.Event(), [0]

    def away(*_: object, **__: object) -> bool:
        tries[0] += 1
        if tries[0] == 3:
            stop.set()
        raise OperationalError("gone")

    monkeypatch.setattr(runner, "work_once", away)
    monkeypatch.setattr(runner, "DATABASE_AWAY_S", 0.01)
    monkeypatch.setattr(runner, "close_old_connections", lambda: None)
    runner.work("w1", stop)
    assert tries[0] == 3


def test_the_end_of_the_process_pauses_the_run() -> None:
    assert not execution.stopping.is_set()
    runner.pause_running()
    assert execution.stopping.is_set()


def test_a_worker_is_seen_while_it_lives() -> None:
    assert not presence.is_present("example")
    with presence.present("example"):
        assert presence.is_present("example")
    assert not presence.is_present("example")


def test_a_killed_worker_is_not_seen() -> None:
    holder = (
        "import fcntl, sys\n"
        f"file = open({str(settings.DATA_DIR / 'killed.lock')!r}, 'a')\n"
        "fcntl.flock(file, fcntl.LOCK_SH)\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen([sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert presence.is_present("killed")
        process.kill()
        process.wait()
    assert not presence.is_present("killed")


def test_two_workers_of_one_process_bear_different_names() -> None:
    names = [runner.worker_name()]
    thread = threading.Thread(target=lambda: names.append(runner.worker_name()))
    thread.start()
    thread.join()
    assert len(set(names)) == 2
    assert all(str(os.getpid()) in name for name in names)


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_beats_while_a_long_call_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSCART_ZOHO_TAKE_OVER_S", "0.04")
    asked_for(Store.objects.create(name="Example"))
    run = runner.claim("w1", NOW)
    assert run is not None
    with runner.heartbeat(run):
        for _ in range(200):
            run.refresh_from_db()
            if run.heartbeat_at != NOW:
                break
            time.sleep(0.05)
    assert run.heartbeat_at != NOW


#: One worker of the test below: wait for the word, claim the only run, tell whether it was got.
CONTENDER = """
import sys
from datetime import datetime
import django
django.setup()
from django.db import connection
from cscart_zoho.jobs import runner
connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
run = runner.claim(f"worker {sys.argv[1]}", datetime.fromisoformat(sys.argv[2]))
print("got it" if run else "nothing", flush=True)
"""

PREPARE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.utils import timezone
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.store.models import Store
from cscart_zoho.sync.asked import Asked
ask_for_run(Store.objects.create(name="Example"), Asked(), trigger="button")
"""


def test_of_many_processes_exactly_one_gets_a_run(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "cscart_zoho.settings",
        "CSCART_ZOHO_DATA": str(tmp_path),
        "CSCART_ZOHO_DATABASE": f"sqlite:///{tmp_path}/contended.sqlite3",
    }
    subprocess.run([sys.executable, "-c", PREPARE], env=environment, check=True)
    contenders = [
        subprocess.Popen(
            [sys.executable, "-c", CONTENDER, str(number), NOW.replace(year=2100).isoformat()],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for contender in contenders:
        assert contender.stdout is not None
        assert contender.stdout.readline() == "ready\n"
    for contender in contenders:
        assert contender.stdin is not None
        contender.stdin.write("go\n")
        contender.stdin.flush()
    answers = [contender.communicate(timeout=60)[0] for contender in contenders]
    assert sorted(answers) == ["got it\n", "nothing\n", "nothing\n", "nothing\n"]
