"""What messages of both sides set off: which runs, how many calls, and what they must not do."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cscart_zoho import app
from cscart_zoho.jobs import hints
from cscart_zoho.jobs.cron_addresses import new_secret
from cscart_zoho.jobs.hints import MOST, SLOW, TOGETHER, receive, take_hints
from cscart_zoho.jobs.repairs import repaired
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.jobs.runner import claim
from cscart_zoho.mapping.choices import DEFAULT_OWNERS, Owner, ProductChoices
from cscart_zoho.records import Direction, Entity
from cscart_zoho.store.inbox import Hint
from cscart_zoho.store.models import CallWindow, Observation, Run, RunState, Schedule
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.hints import Told
from cscart_zoho_sim.catalogue import goods
from cscart_zoho_sim.world import World
from tests.connected import connect, resume, sync
from tests.hinted import Hinted, to_zoho

pytestmark = pytest.mark.django_db


#: Whatever Zoho says of a name counts, so that edits there can be seen in the store.
ZOHO_NAMES = ProductChoices(default_tax_id="6", owners={**DEFAULT_OWNERS, "name": Owner.ZOHO})


@pytest.fixture
def hinted() -> Iterator[Hinted]:
    world = World.empty(1, plan="premium", per_minute_limit=None)
    hinted = Hinted(world)
    with app.using_transport(world.transport(watch=hinted.watch), world.clock):
        hinted.store = connect(world, ZOHO_NAMES)
        yield hinted


def synced(hinted: Hinted, number: int) -> list[str]:
    """Products that are on both sides; the ids of the items."""
    sold = (good for good in goods(number * 2, seed=1) if not good.service)
    for good in itertools.islice(sold, number):
        hinted.world.cscart.add_product(**{**good.product(), "status": "A", "amount": "50"})
    sync(hinted.store)
    hinted.wait(3600)
    return sorted(hinted.world.zoho.items())


def new_item(hinted: Hinted) -> None:
    good = next(good for good in goods(50, seed=2) if not good.service)
    hinted.world.zoho.add_item(**{**good.item(), "name": "New in Zoho", "sku": "NEW-1", "status": "active"})


def names(hinted: Hinted) -> set[str]:
    return {str(row["product"]) for row in hinted.world.cscart.products().values()}


# What a message sets off


def test_an_edit_in_zoho_is_carried_over_by_a_look_at_this_record_alone(hinted: Hinted) -> None:
    item = synced(hinted, 3)[0]
    hinted.listen("items")
    hinted.world.zoho.edit_item(item, name="Renamed in Zoho")
    with hinted.counting() as calls:
        (run,) = hinted.work()
    assert (run.trigger, run.entity, run.state) == ("hint", "products", RunState.DONE)
    assert run.asked["zoho_ids"] == [item]
    assert "Renamed in Zoho" in names(hinted)
    assert hinted.answers == [200]
    assert to_zoho(calls) == ["GET /inventory/v1/itemdetails"], "one call for the record, and none for all others"


def test_a_look_at_one_record_costs_no_more_calls_in_a_larger_store(hinted: Hinted) -> None:
    items = synced(hinted, 20)
    hinted.listen("items")
    hinted.world.zoho.edit_item(items[0], name="Renamed in Zoho")
    with hinted.counting() as one:
        hinted.work()
    hinted.world.zoho.edit_item(items[1], name="Renamed as well")
    with hinted.counting() as everything:
        sync(hinted.store)
    assert {"Renamed in Zoho", "Renamed as well"} <= names(hinted)
    assert len(one) < len(everything)


def test_an_item_that_is_new_in_zoho_becomes_a_product(hinted: Hinted) -> None:
    synced(hinted, 1)
    hinted.listen("items")
    new_item(hinted)
    (run,) = hinted.work()
    assert "New in Zoho" in names(hinted)
    assert run.steps.filter(kind="create", target="cscart", state="done").count() == 1


def test_an_item_that_was_deleted_in_zoho_is_noticed(hinted: Hinted) -> None:
    item = synced(hinted, 1)[0]
    hinted.listen("items")
    hinted.world.zoho.delete_item(item)
    hinted.work()
    seen = Observation.objects.get(entity="products", side="zoho", remote_id=item)
    assert (seen.gone_at is not None, seen.state) == (True, "gone")


def test_edits_within_a_moment_make_one_run(hinted: Hinted) -> None:
    items = synced(hinted, 3)
    hinted.listen("items")
    for number, item in enumerate(items):
        hinted.world.zoho.edit_item(item, name=f"Renamed {number}")
    (run,) = hinted.work()
    assert run.asked["zoho_ids"] == items
    assert {"Renamed 0", "Renamed 1", "Renamed 2"} <= names(hinted)


def test_the_run_of_the_first_message_is_asked_for_without_the_schedule(hinted: Hinted) -> None:
    item = synced(hinted, 1)[0]
    hinted.listen("items")
    hinted.world.zoho.edit_item(item, name="Renamed in Zoho")
    hinted.world.outbox.deliver()
    run = Run.objects.get(trigger="hint")
    assert (run.state, run.not_before) == (RunState.WAITING, app.now() + TOGETHER)


def test_a_message_costs_its_sender_few_statements(hinted: Hinted) -> None:
    """A store that sends waits for the answer, and its customer with it."""
    synced(hinted, 1)
    source = hinted.listen("items")
    with CaptureQueriesContext(connection) as first:
        receive(source, [Told(Entity.PRODUCTS, "1", app.now())], b"1", app.now())
    with CaptureQueriesContext(connection) as next_one:
        receive(source, [Told(Entity.PRODUCTS, "2", app.now())], b"2", app.now())
    changing = [query["sql"] for query in next_one if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert (len(changing), len(next_one)) == (2, 5), "one insert, one update of the counters; and whether a run waits"
    assert len(first) <= 24, "the first one asks for the run as well"


def test_messages_while_a_run_is_under_way_wait_for_its_end(hinted: Hinted) -> None:
    items = synced(hinted, 2)
    hinted.listen("items")
    asked_for: list[Run] = []

    def another_edit() -> None:
        hinted.world.zoho.edit_item(items[1], name="Second")
        hinted.world.outbox.deliver()
        asked_for.extend(take_hints(app.now()))

    hinted.world.zoho.edit_item(items[0], name="First")
    hinted.world.outbox.deliver()
    hinted.wait(2)
    hinted.meddle = another_edit
    first, second = hinted.work()
    assert asked_for == []
    assert (first.asked["zoho_ids"], second.asked["zoho_ids"]) == (items[:1], items[1:])
    assert {"First", "Second"} <= names(hinted)


def test_a_run_over_everything_that_began_after_a_message_has_done_its_work(hinted: Hinted) -> None:
    item = synced(hinted, 1)[0]
    hinted.listen("items")
    hinted.world.zoho.edit_item(item, name="Renamed in Zoho")
    hinted.world.outbox.deliver()
    Run.objects.filter(trigger="hint").delete()
    hinted.wait(1)
    sync(hinted.store)
    hinted.wait(1)
    assert hinted.work() == []
    assert Hint.objects.get().settled_at is not None


def test_runs_that_are_deleted_make_no_old_message_wait_again(hinted: Hinted) -> None:
    item = synced(hinted, 1)[0]
    hinted.listen("items")
    hinted.world.zoho.edit_item(item, name="Renamed in Zoho")
    hinted.work()
    Run.objects.all().delete()
    assert hinted.work() == []


# Echoes


def test_our_own_writes_make_no_further_run(hinted: Hinted) -> None:
    synced(hinted, 2)
    hinted.listen("items")
    product = next(iter(hinted.world.cscart.products()))
    hinted.world.cscart.edit_product(product, price="19.90")
    sync(hinted.store)
    with hinted.counting() as calls:
        assert hinted.work() == []
    assert hinted.answers == [200], "Zoho tells of what the API changes, too"
    assert calls == []


def test_an_edit_right_after_our_own_write_is_no_echo(hinted: Hinted) -> None:
    item = synced(hinted, 1)[0]
    hinted.listen("items")
    product = next(iter(hinted.world.cscart.products()))
    hinted.world.cscart.edit_product(product, price="19.90")
    sync(hinted.store)
    hinted.wait(1)
    hinted.world.zoho.edit_item(item, name="Renamed in Zoho")
    assert len(hinted.work()) == 1
    assert "Renamed in Zoho" in names(hinted)


def test_an_echo_is_known_even_when_it_comes_before_the_answer_to_the_write(hinted: Hinted) -> None:
    synced(hinted, 1)
    source = app.switch_on_hooks(hinted.store, "cscart")
    new_item(hinted)
    sync(hinted.store)
    assert hinted.work() == []
    source.refresh_from_db()
    assert (source.accepted, source.trouble) == (1, "")


# Floods, limits, brakes


def test_a_flood_of_messages_is_one_run_over_everything(hinted: Hinted) -> None:
    items = synced(hinted, 3)
    source = hinted.listen("items")
    hinted.world.zoho.edit_item(items[0], name="Renamed in Zoho")
    hinted.world.outbox.deliver()
    flood = [
        Hint(source=source, store=hinted.store, entity="products", side="zoho", remote_id=str(n), digest=str(n))
        for n in range(5_000)
    ]
    for hint in flood:
        hint.received_at = app.now()
    Hint.objects.bulk_create(flood, batch_size=500)
    with hinted.counting() as flooded:
        (run,) = hinted.work()
    assert run.asked["only"] == ""
    assert "Renamed in Zoho" in names(hinted)
    assert not Hint.objects.filter(settled_at=None).exists()
    hinted.wait(3600)
    with hinted.counting() as ordinary:
        sync(hinted.store)
    before_writing = "GET /inventory/v1/itemdetails"
    assert to_zoho(flooded) == [*to_zoho(ordinary), before_writing], "a flood costs what one run over everything costs"


def test_floods_that_follow_each_other_are_looked_at_in_portions(hinted: Hinted) -> None:
    items = synced(hinted, 1)
    source = hinted.listen("items")
    runs: list[Run] = []
    for flood in range(2):
        told = [Told(Entity.PRODUCTS, str(n)) for n in range(40)]
        receive(source, told, b"%d" % flood, app.now())
        runs += hinted.work()
    portions = [len(run.asked["zoho_ids"]) for run in runs]
    assert portions == [0, MOST, 15]
    assert items


def test_messages_one_by_one_do_not_get_an_accident_past_the_brake(hinted: Hinted) -> None:
    brake(hinted, records=6)
    items = synced(hinted, 12)
    hinted.listen("items")
    runs: list[Run] = []
    for number, item in enumerate(items):
        hinted.world.zoho.edit_item(item, name=f"Accident {number}")
        hinted.world.outbox.deliver()
        runs += hinted.work()
        hinted.wait(60)
    assert sum(name.startswith("Accident") for name in names(hinted)) == 6
    assert runs[6].state == RunState.ATTENTION
    assert "Nothing was written" in runs[6].message
    assert len(runs) < 12, "what the brake has stopped is not tried with each message"
    assert sync(hinted.store).state == RunState.ATTENTION, "the scheduled run stops as if it had found all of it"
    assert sum(name.startswith("Accident") for name in names(hinted)) == 6
    sync(hinted.store, Asked(release_brake=True))
    assert sum(name.startswith("Accident") for name in names(hinted)) == 12


def test_many_edits_at_once_are_stopped_by_the_brake(hinted: Hinted) -> None:
    brake(hinted, records=6)
    items = synced(hinted, 12)
    hinted.listen("items")
    for number, item in enumerate(items[:7]):
        hinted.world.zoho.edit_item(item, name=f"Accident {number}")
    (run,) = hinted.work()
    assert run.state == RunState.ATTENTION
    assert "Nothing was written" in run.message
    assert not any(name.startswith("Accident") for name in names(hinted))


def brake(hinted: Hinted, records: int) -> None:
    hinted.store.product_choices = {**hinted.store.product_choices, "brake_minimum": records}
    hinted.store.save()


def test_a_message_makes_nothing_that_a_scheduled_run_would_not_make(hinted: Hinted) -> None:
    synced(hinted, 1)
    hinted.store.product_choices = {**hinted.store.product_choices, "create_in_cscart": False}
    hinted.store.save()
    hinted.listen("items")
    new_item(hinted)
    (run,) = hinted.work()
    assert "New in Zoho" not in names(hinted)
    assert run.steps.count() == 0


def test_a_record_that_failed_is_not_tried_again_before_its_time_unless_it_has_changed(hinted: Hinted) -> None:
    item = synced(hinted, 1)[0]
    later = app.now() + timedelta(days=1)
    hinted.world.zoho.edit_item(item, name="Renamed in Zoho")
    sync(hinted.store, Asked(direction=Direction.TO_ZOHO))  # seen, and left for a run that may write it
    Observation.objects.filter(entity="products").update(not_before=later, attempts=3, state="failed")
    hinted.wait(3600)
    sync(hinted.store)
    assert "Renamed in Zoho" not in names(hinted)

    hinted.listen("items")
    hinted.world.zoho.edit_item(item, name="Renamed once more")
    hinted.work()
    assert "Renamed once more" in names(hinted)


def test_runs_follow_each_other_more_slowly_after_the_first_ones_of_an_hour(
    hinted: Hinted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "QUICK_ONES", 3)
    item = synced(hinted, 1)[0]
    hinted.listen("items")
    begun = []
    for number in range(20):
        hinted.world.zoho.edit_item(item, name=f"Name {number}")
        begun += [app.now() for _ in hinted.work()]
        hinted.wait(30)
    gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(begun)]
    assert max(gaps[:2]) < 60
    assert min(gaps[2:]) >= SLOW.total_seconds()


def test_the_last_calls_of_the_day_are_not_for_messages_about_products(hinted: Hinted) -> None:
    item = synced(hinted, 1)[0]
    hinted.listen("items")
    org = hinted.store.zoho
    assert org is not None
    hinted.world.zoho.switches.rate_limit_headers = False  # they would tell how many calls there really were
    org.daily_limit, org.set_by_hand = 2_000, ["daily_limit"]
    org.save()
    CallWindow.objects.filter(kind="day", lane=0).update(used=1_500)
    hinted.world.zoho.edit_item(item, name="Renamed in Zoho")
    assert hinted.work() == []
    assert Hint.objects.filter(settled_at=None).count() == 1, "it waits; the next scheduled run does its work"


# As the schedule has it


def test_where_the_schedule_is_switched_off_messages_start_nothing(hinted: Hinted) -> None:
    item = synced(hinted, 1)[0]
    hinted.listen("items")
    Schedule.objects.create(store=hinted.store, entity="products", on=False, changed_at=app.now())
    hinted.world.zoho.edit_item(item, name="Renamed in Zoho")
    assert hinted.work() == []
    assert not Hint.objects.filter(settled_at=None).exists()
    new_secret(hinted.store, Entity.PRODUCTS, app.now())
    hinted.world.zoho.edit_item(item, name="Renamed again")
    assert len(hinted.work()) == 1, "the server's cron stands in for the schedule"


def test_in_quiet_hours_messages_wait(hinted: Hinted) -> None:
    item = synced(hinted, 1)[0]
    hinted.listen("items")
    zone = ZoneInfo(hinted.store.zoho.time_zone if hinted.store.zoho else "UTC")
    here = app.now().astimezone(zone)
    until = here + timedelta(hours=2)
    Schedule.objects.create(
        store=hinted.store,
        entity="products",
        quiet_from=here.replace(second=0, microsecond=0).time(),
        quiet_until=until.replace(second=0, microsecond=0).time(),
        changed_at=app.now(),
    )
    hinted.world.zoho.edit_item(item, name="Renamed in Zoho")
    assert hinted.work() == []
    hinted.wait(2 * 3600)
    assert len(hinted.work()) == 1
    assert "Renamed in Zoho" in names(hinted)


def test_before_the_first_look_at_everything_messages_start_nothing(hinted: Hinted) -> None:
    hinted.listen("items")
    new_item(hinted)
    assert hinted.work() == []
    assert names(hinted) == set()


# The scheduled run repairs


def scheduled(hinted: Hinted) -> Run:
    """An hourly run, as the schedule asks for it."""
    run, _ = ask_for_run(hinted.store, Asked(), trigger="schedule")
    claimed = claim("test", app.now())
    assert claimed is not None
    assert claimed.pk == run.pk
    done = resume(claimed)
    hinted.wait(3600)
    return done


def test_what_a_scheduled_run_finds_without_a_message_is_counted(hinted: Hinted) -> None:
    items = synced(hinted, 3)
    hinted.listen("items")
    hinted.world.zoho.edit_item(items[0], name="Told")
    hinted.work()
    scheduled(hinted)
    hinted.world.zoho.edit_item(items[0], name="Told again")
    hinted.world.outbox.deliver()
    Run.objects.filter(state=RunState.WAITING).delete()
    hinted.world.zoho.edit_item(items[1], name="Lost on the way")
    hinted.world.outbox.waiting.clear()
    run = scheduled(hinted)
    assert {"Told again", "Lost on the way"} <= names(hinted)
    assert (run.counts["repaired"], run.counts["repaired_inventory"]) == (1, 1)
    assert repaired(hinted.store, app.now() - timedelta(days=7))["inventory"] == 1


def test_what_no_message_is_sent_about_is_not_counted(hinted: Hinted) -> None:
    items = synced(hinted, 2)
    app.switch_on_hooks(hinted.store, "cscart")
    hinted.listen("salesorders")
    scheduled(hinted)
    hinted.world.zoho.edit_item(items[0], name="No web hook tells of items")
    hinted.world.cscart.edit_product(next(iter(hinted.world.cscart.products())), price="7.77")
    assert scheduled(hinted).counts["repaired"] == 0
    hinted.world.outbox.send = hinted.world.outbox.send_inside = lambda message: 0
    good = next(good for good in goods(50, seed=2) if not good.service)
    hinted.world.cscart.add_product(**{**good.product(), "product_code": "NEW-9", "status": "A"})
    run = scheduled(hinted)
    assert (run.counts["repaired"], run.counts["repaired_cscart"]) == (1, 1)
