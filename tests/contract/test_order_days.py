"""The day of an order is the one that the store's people saw on their calendar, on both sides."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cscart_zoho import app
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.records import Entity
from cscart_zoho.store.choices import order_zone, save_order_choices
from cscart_zoho.store.models import Conflict, RunState
from cscart_zoho_sim.world import World
from tests.connected import sync
from tests.contract.test_order_calls import buy, connected, hour, sales, shop

pytestmark = pytest.mark.django_db

#: Half past eleven at night in New York, a quarter of a day later in UTC, and ten hours later in Kolkata.
NEW_YORK = ZoneInfo("America/New_York")


def late_evening(world: World) -> datetime:
    """Yesterday, shortly before midnight in New York."""
    today = datetime.fromtimestamp(world.clock.now(), UTC).astimezone(NEW_YORK)
    return (today - timedelta(days=1)).replace(hour=23, minute=30)


def in_new_york() -> World:
    world = shop()
    world.cscart.set_time_zone("America/New_York")
    return world


def without_a_zone() -> World:
    """A store whose key may not read settings, or which tells no zone: there is no such row."""
    world = shop()
    rows = world.cscart.tables["settings"].rows
    rows[:] = [row for row in rows if row["name"] != "timezone"]
    return world


def test_an_order_of_late_evening_keeps_its_day_in_zoho() -> None:
    world = in_new_york()
    evening = late_evening(world)
    with connected(world) as store:
        order = buy(world, timestamp=str(int(evening.timestamp())))

        run = sync(store, entity=Entity.ORDERS)

        assert run.state == RunState.DONE, run.message
        assert order_zone(store).told_by == "store"
        assert sales(world)[f"CS-{order}"]["date"] == evening.date().isoformat()
        assert evening.astimezone(UTC).date() != evening.date()
        hour(world)
        assert sync(store, entity=Entity.ORDERS).counts["writes"] == 0


def test_a_sales_order_keeps_its_day_in_the_store() -> None:
    world = in_new_york()
    day = late_evening(world).date()
    with connected(world) as store:
        contact = next(iter(world.zoho.contacts()))
        item = next(iter(world.zoho.items()))
        world.zoho.add_salesorder(contact, [(item, 1, 5)], date=day.isoformat())

        run = sync(store, entity=Entity.ORDERS)

        assert run.state == RunState.DONE, run.message
        (made,) = world.cscart.orders().values()
        assert datetime.fromtimestamp(int(made["timestamp"]), NEW_YORK).date() == day
        hour(world)
        assert sync(store, entity=Entity.ORDERS).counts["writes"] == 0


@pytest.mark.parametrize(
    ("chosen", "zone", "told_by"), [("", "Asia/Kolkata", "zoho"), ("America/New_York", "America/New_York", "setting")]
)
def test_where_the_store_does_not_tell_its_zone_the_setting_counts_and_then_zohos(
    chosen: str, zone: str, told_by: str
) -> None:
    world = without_a_zone()
    evening = late_evening(world)
    with connected(world, **({"time_zone": chosen} if chosen else {})) as store:
        order = buy(world, timestamp=str(int(evening.timestamp())))
        sync(store, entity=Entity.ORDERS)
        now = order_zone(store)
        assert (now.name, now.told_by) == (zone, told_by)
        assert sales(world)[f"CS-{order}"]["date"] == day_in(zone, evening)


def day_in(zone: str, moment: datetime) -> str:
    found: date = moment.astimezone(ZoneInfo(zone)).date()
    return found.isoformat()


def another_setting(world: World, store: Any) -> None:
    save_order_choices(store, OrderChoices(time_zone="America/New_York"))


def the_store_tells(world: World, store: Any) -> None:
    world.cscart.set_time_zone("America/New_York")
    app.connect_store(store)


@pytest.mark.parametrize("learn", [another_setting, the_store_tells])
def test_another_zone_makes_no_edits_of_orders_that_both_sides_agree_on(learn: Any) -> None:
    """Orders near midnight are of another day then; an invoiced one could not even be changed."""
    world = shop()
    with connected(world) as store:
        order = buy(world, timestamp=str(int(late_evening(world).timestamp())))
        for _ in range(2):
            sync(store, entity=Entity.ORDERS)
            hour(world)
        held = sales(world)[f"CS-{order}"]
        world.zoho.invoice(held["salesorder_id"])
        sync(store, entity=Entity.ORDERS)
        hour(world)

        learn(world, store)
        runs = [sync(store, entity=Entity.ORDERS) for _ in range(2)]

        assert [run.state for run in runs] == [RunState.DONE] * 2
        assert runs[1].counts["writes"] == 0
        assert not Conflict.objects.filter(store=store, entity=Entity.ORDERS).exists()
        assert sales(world)[f"CS-{order}"]["date"] == held["date"]
