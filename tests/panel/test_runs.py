"""The pages of runs: progress, outcomes, stop and again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cscart_zoho.panel.runs import came_of, counted, current_run, duration, why
from cscart_zoho.panel.words import asked_for
from cscart_zoho.store.models import AuditEntry, Run, RunState, Step, Store
from cscart_zoho.sync.asked import Asked, asked_from_json, asked_to_json
from tests.panel.conftest import SEEN

Browse = Callable[[str], Client]


def a_run(store: Store, state: str = "done", *, asked: Asked | None = None, **more: Any) -> Run:
    what = asked or Asked()
    columns: dict[str, Any] = {"trigger": "button", "asked_at": SEEN, "asked_by": "otto"}
    return Run.objects.create(
        store=store, state=state, asked=asked_to_json(what), asked_key=what.key, **(columns | more)
    )


def test_a_run_under_way_asks_for_its_progress_every_second(store: Store, browse: Browse) -> None:
    run = a_run(store, "running", progress=30, progress_total=120, phase="applying")
    page = browse("viewer").get(f"/runs/{run.pk}/").content.decode()
    assert f'hx-get="/runs/{run.pk}/progress/?phase=running-applying"' in page
    assert f'hx-get="/runs/{run.pk}/progress/"' in browse("viewer").get("/products/").content.decode()
    strip = browse("viewer").get(f"/runs/{run.pk}/progress/").content.decode()
    assert "30 of 120" in strip
    assert 'value="25"' in strip
    assert "Stop run" not in strip
    assert "Stop run" in browse("operator").get(f"/runs/{run.pk}/progress/").content.decode()


@pytest.mark.parametrize("state", ["done", "attention", "failed", "stopped"])
def test_a_run_that_is_over_reloads_the_page_once_and_asks_no_more(state: str, store: Store, browse: Browse) -> None:
    run = a_run(store, state)
    assert browse("viewer").get(f"/runs/{run.pk}/progress/")["HX-Refresh"] == "true"
    assert "hx-get" not in browse("viewer").get(f"/runs/{run.pk}/").content.decode()


def test_outcomes_are_counted_and_filtered_by_state(store: Store, browse: Browse) -> None:
    run = a_run(store)
    for number, state in enumerate(["done", "done", "failed", "held"]):
        Step.objects.create(run=run, kind="update", cscart_id=str(number), label=f"Thing {number}", state=state)
    client = browse("viewer")
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert "Done 2" in page
    assert "Thing 0" in page
    failed = client.get(f"/runs/{run.pk}/?state=failed").content.decode()
    assert "Thing 2" in failed
    assert "Thing 0" not in failed
    assert client.get(f"/runs/{run.pk}/?state=nonsense&p=-3").status_code == 200


def test_a_big_run_is_shown_page_by_page_at_a_constant_cost(store: Store, browse: Browse) -> None:
    run, client = a_run(store), browse("viewer")
    costs = []
    for count in (5, 350):
        Step.objects.bulk_create(
            [Step(run=run, kind="update", cscart_id=str(n), label=f"Thing {n}.", state="done") for n in range(count)]
        )
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"/runs/{run.pk}/").content.decode()
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert "Page 1 of 4" in page
    assert "Thing 349." not in page
    assert "Thing 349." in client.get(f"/runs/{run.pk}/?p=4").content.decode()


def test_the_list_of_runs_costs_the_same_for_many(store: Store, browse: Browse) -> None:
    client, costs = browse("viewer"), []
    for _ in range(2):
        for _ in range(20):
            a_run(store, message="Products: 3 made in Zoho.")
        with CaptureQueriesContext(connection) as queries:
            assert "3 made in Zoho" in client.get("/runs/").content.decode()
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_stop_asks_the_run_to_stop_and_leaves_a_row(store: Store, browse: Browse) -> None:
    run = a_run(store, "running")
    browse("operator").post(f"/runs/{run.pk}/stop/")
    run.refresh_from_db()
    assert run.stop_asked
    assert AuditEntry.objects.filter(who="operator", what="run stopped").count() == 1


def test_stopping_what_is_over_says_so(store: Store, browse: Browse) -> None:
    run = a_run(store, "done")
    page = browse("operator").post(f"/runs/{run.pk}/stop/", follow=True).content.decode()
    assert "is over already" in page


@pytest.mark.parametrize(
    ("how", "before", "after"),
    [
        ("again", Asked(only="unsynced"), Asked(only="unsynced")),
        ("release", Asked(), Asked(release_brake=True)),
        ("carry-out", Asked(dry_run=True), Asked()),
    ],
)
def test_a_run_can_be_asked_for_again(how: str, before: Asked, after: Asked, store: Store, browse: Browse) -> None:
    run = a_run(store, "attention", asked=before)
    answer = browse("operator").post(f"/runs/{run.pk}/repeat/{how}/")
    new = Run.objects.exclude(pk=run.pk).get()
    assert asked_from_json(new.asked) == after
    assert answer["Location"] == f"/runs/{new.pk}/"


@pytest.mark.parametrize(("phase", "shown"), [("planning", True), ("observing", True), ("telling", False)])
def test_the_brake_can_be_released_only_where_it_was_pulled(
    phase: str, shown: bool, store: Store, browse: Browse
) -> None:
    run = a_run(store, "attention", phase=phase)
    page = browse("operator").get(f"/runs/{run.pk}/").content.decode()
    assert ("Release the brake" in page) is shown


def test_a_plan_can_be_carried_out_only_when_there_is_something_in_it(store: Store, browse: Browse) -> None:
    run = a_run(store, asked=Asked(dry_run=True))
    address = f"/runs/{run.pk}/repeat/carry-out/"
    assert address not in browse("operator").get(f"/runs/{run.pk}/").content.decode()
    Step.objects.create(run=run, kind="create", target="zoho", label="Lamp")
    assert address in browse("operator").get(f"/runs/{run.pk}/").content.decode()


def test_the_run_under_way_comes_before_the_one_that_waits(store: Store) -> None:
    waiting = a_run(store, "waiting")
    assert current_run(store) == waiting
    running = a_run(store, "running", asked=Asked(only="unsynced"))
    assert current_run(store) == running
    Run.objects.update(state=RunState.DONE)
    assert current_run(store) is None


def test_what_was_asked_is_said_in_words() -> None:
    assert asked_for(asked_to_json(Asked())) == "everything, both ways"
    assert asked_for(asked_to_json(Asked(only="ids", cscart_ids=("1", "2"), stock_only=True))) == (
        "stock of 2 chosen, both ways"
    )
    assert asked_for(asked_to_json(Asked(only="unsynced", dry_run=True))) == "everything unsynced, both ways, plan only"


def test_counts_and_durations_are_said_in_words() -> None:
    run = Run(counts={"created_in_zoho": 1200, "failed": 0, "linked": 3}, started_at=SEEN)
    assert counted(run) == "1,200 made in Zoho, 3 paired"
    assert duration(run) == "–"
    for seconds, said in ((7, "7 s"), (125, "2 min 5 s"), (7260, "2 h 1 min")):
        run.finished_at = SEEN + timedelta(seconds=seconds)
        assert duration(run) == said


def test_the_page_of_a_run_is_loaded_again_for_each_phase(store: Store, browse: Browse) -> None:
    run = a_run(store, "running", phase="applying")
    strip = f"/runs/{run.pk}/progress/?phase=running-"
    assert browse("viewer").get(f"{strip}observing")["HX-Refresh"] == "true"
    same = browse("viewer").get(f"{strip}applying")
    assert "HX-Refresh" not in same
    assert f'hx-get="{strip}applying"' in same.content.decode()


def test_what_came_of_a_run_is_what_it_did_or_else_its_message(store: Store) -> None:
    looked = {"seen_cscart": 5, "seen_zoho": 1, "writes": 0}
    idle = a_run(store, "done", counts=looked, message="Both sides agree.")
    assert came_of(idle) == "Both sides agree."
    busy = a_run(store, "done", counts={**looked, "stock_moves": 1, "writes": 1}, message="Products: 1.")
    assert (came_of(busy), why(busy)) == ("1 stock movement", "")
    stuck = a_run(store, "attention", counts=looked, message="The brake has stopped this run.")
    assert (came_of(stuck), why(stuck)) == ("–", "The brake has stopped this run.")
