"""Connecting both sides arms nothing: the first sync of each kind of record is a person's."""

import pytest

from cscart_zoho import app
from cscart_zoho.jobs import cron_addresses, hints, schedule
from cscart_zoho.jobs.concerns import Concern
from cscart_zoho.jobs.cron_addresses import Outcome
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.jobs.runner import work_once
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.records import Direction, Entity
from cscart_zoho.store.models import Hint, HintSource, Run, Store, ZohoOrganisation
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.hints import Told
from tests.situations.shop import Shop


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Nobody has started anything yet."""
    shop.begun = False
    return shop


KINDS = (Entity.PRODUCTS, Entity.CUSTOMERS, Entity.ORDERS)


def connected(shop: Shop, number: int = 3) -> Store:
    """Both sides, each with records that the other has not, and some that both have."""
    for n in range(number):
        shop.product(f"S-{n}", 5)
        shop.item(f"Z-{n}", 5)
        shop.both(f"B-{n}", 5)
    shop.user()
    shop.contact("Bob Example", "bob@example.com")
    return shop.connect()


def by_schedule(shop: Shop, hours: float = 2) -> list[Run]:
    """Time goes by; the schedule asks for what is due, and a worker carries it out."""
    shop.hours(hours)
    asked = schedule.ask_for_due(app.now())
    while work_once("test", now=app.now):
        pass
    return asked


def by_cron(store: Store, entity: Entity) -> cron_addresses.Answer:
    secret = cron_addresses.new_secret(store, entity, app.now())
    return cron_addresses.call(entity, secret, app.now())


def by_message(store: Store, entity: Entity) -> None:
    made = {"digest": f"x{Hint.objects.count()}", "address_secret": "s", "made_at": app.now()}
    source, _ = HintSource.objects.get_or_create(store=store, kind="inventory", defaults=made)
    hints.receive(source, [Told(entity, "1")], f"{entity} {app.now()}".encode(), app.now())


def person_asks(shop: Shop, entity: Entity, asked: Asked | None = None) -> Run:
    shop.hours(0.1)
    run, _ = ask_for_run(shop.connect(), asked or Asked(), trigger="button", asked_by="ann", entity=entity)
    while work_once("test", now=app.now):
        pass
    run.refresh_from_db()
    return run


def waits_of(store: Store) -> list[Concern]:
    store.refresh_from_db()
    return [concern for concern in concerns(store, store.zoho) if concern.key == "first_sync"]


def test_schedule_cron_and_messages_write_nothing_and_say_what_they_wait_for(shop: Shop) -> None:
    store, before = connected(shop), shop.writes()
    for _ in range(3):
        assert by_schedule(shop) == []
    for entity in KINDS:
        answer = by_cron(store, entity)
        assert answer.outcome is Outcome.NOT_POSSIBLE
        assert f"Waits for your first sync of {entity.value}" in answer.why
        by_message(store, entity)
        assert f"or by cscart-zoho sync {entity.value}." in schedule.next_run(store, entity, app.now()).why
    hints.take_hints(app.now())
    assert not work_once("test", now=app.now)
    assert (shop.writes(), Run.objects.count()) == (before, 0)
    (told,) = waits_of(store)
    assert told.text.startswith("Products, customers and orders wait for your first sync")


@pytest.mark.parametrize("entity", KINDS)
def test_the_first_sync_of_one_kind_starts_its_schedule_cron_and_messages_and_no_others(
    shop: Shop, entity: Entity
) -> None:
    store = connected(shop)
    person_asks(shop, entity)
    store.refresh_from_db()
    assert store.first_syncs[entity.value]["by"] == "ann"
    assert {run.entity for run in by_schedule(shop)} == {entity.value}
    for each in KINDS:
        assert (by_cron(store, each).outcome is Outcome.NOT_POSSIBLE) is (each is not entity)


@pytest.mark.parametrize(
    "asked",
    [
        Asked(dry_run=True),
        Asked(stock_only=True),
        Asked(direction=Direction.TO_ZOHO),
        Asked(only="unsynced", direction=Direction.TO_CSCART),
        Asked(only="ids", cscart_ids=("1",)),
    ],
)
def test_a_preview_or_a_part_is_no_first_sync(shop: Shop, asked: Asked) -> None:
    store = connected(shop)
    person_asks(shop, Entity.PRODUCTS, asked)
    before = shop.writes()
    assert by_schedule(shop) == []
    assert by_cron(store, Entity.PRODUCTS).outcome is Outcome.NOT_POSSIBLE
    assert shop.writes() == before


def test_messages_that_came_before_are_looked_at_by_the_first_sync(shop: Shop) -> None:
    store = connected(shop)
    by_message(store, Entity.PRODUCTS)
    assert Hint.objects.filter(settled_at=None).count() == 1
    person_asks(shop, Entity.PRODUCTS)
    shop.hours(0.1)
    hints.take_hints(app.now())
    assert not Hint.objects.filter(settled_at=None).exists()


def test_orders_make_no_goods_in_zoho_before_products_have_been_synced(shop: Shop) -> None:
    connected(shop)
    shop.order(("S-1", 1))
    before = len(shop.world.zoho.items())
    person_asks(shop, Entity.ORDERS)
    by_schedule(shop)
    assert len(shop.world.zoho.items()) == before


# The brake counts what would be made


def many(shop: Shop, number: int, of: str) -> None:
    for n in range(number):
        if of == "store":
            shop.product(f"NEW-{n}", 1)
        else:
            shop.item(f"NEW-{n}", 1)


@pytest.mark.parametrize("of", ["store", "zoho"])
def test_the_brake_stops_a_scheduled_run_that_would_make_many_new_records(shop: Shop, of: str) -> None:
    shop.product_choices = ProductChoices(default_tax_id="6", brake_new=5)
    connected(shop)
    person_asks(shop, Entity.PRODUCTS)
    many(shop, 12, of)
    before = shop.writes()
    (run,) = by_schedule(shop)
    run.refresh_from_db()
    side = "Zoho" if of == "store" else "CS-Cart"
    assert run.state == "attention"
    assert f"would make 12 new products in {side}: more than the 5 that Settings allow at once" in run.message
    assert shop.writes() == before
    released = person_asks(shop, Entity.PRODUCTS, Asked(release_brake=True))
    assert released.state == "done", released.message
    assert shop.writes() > before
    (again,) = by_schedule(shop)
    again.refresh_from_db()
    assert again.state == "done"


def test_the_first_sync_and_what_is_left_of_it_are_not_stopped(shop: Shop) -> None:
    """All of a first load was asked for, also what is made by later runs because the first one was cut off."""
    shop.product_choices = ProductChoices(default_tax_id="6", brake_new=5)
    many(shop, 30, "store")
    shop.both("LAMP", 5)
    shop.connect()
    shop.unconnected += [("POST", "/items")] * 40
    person_asks(shop, Entity.PRODUCTS)
    made = len(shop.world.zoho.items())
    assert made < 31
    shop.unconnected.clear()
    shop.hours(24)
    for _ in range(3):
        for run in by_schedule(shop):
            run.refresh_from_db()
            assert "would make" not in run.message
    assert len(shop.world.zoho.items()) == 31


def test_what_a_setting_lets_in_at_once_is_counted_too(shop: Shop) -> None:
    shop.product_choices = ProductChoices(default_tax_id="6", brake_new=5, create_in_cscart=False)
    many(shop, 12, "zoho")
    shop.both("LAMP", 5)
    store = shop.connect()
    person_asks(shop, Entity.PRODUCTS)
    store.product_choices = {**store.product_choices, "create_in_cscart": True}
    store.save(update_fields=["product_choices"])
    (run,) = by_schedule(shop)
    run.refresh_from_db()
    assert "would make 12 new products in CS-Cart" in run.message


def test_one_order_that_a_person_sends_brings_no_others_with_it(shop: Shop) -> None:
    """Its goods are made for it; all other orders wait for the first sync of orders."""
    connected(shop)
    person_asks(shop, Entity.PRODUCTS)
    shop.product("NEW", 5)
    person_asks(shop, Entity.PRODUCTS, Asked(dry_run=True))
    chosen, *others = [shop.order(("NEW", 1)) for _ in range(3)]
    ids = (str(chosen),)
    person_asks(shop, Entity.ORDERS, Asked(only="ids", cscart_ids=ids))
    assert Run.objects.filter(trigger="orders", asked__for_orders=True).exists()
    assert shop.world.zoho.items()[shop._item_id("NEW")]
    assert [shop.sale(order) for order in others] == [None, None]
    person_asks(shop, Entity.ORDERS, Asked(only="ids", cscart_ids=ids))
    assert shop.sale(chosen) is not None
    assert [shop.sale(order) for order in others] == [None, None]


def test_what_is_left_of_one_direction_starts_no_first_sync(shop: Shop) -> None:
    """More new products than a day has calls for: the rest goes on in the direction that was asked for."""
    many(shop, 30, "store")
    many(shop, 3, "zoho")
    shop.world.zoho.switches.rate_limit_headers = False
    store = shop.connect()
    ZohoOrganisation.objects.update(daily_limit=40, reserved_for_orders=50, set_by_hand=["daily_limit"])
    person_asks(shop, Entity.PRODUCTS, Asked(direction=Direction.TO_ZOHO))
    rest = Run.objects.exclude(asked__only="").get()
    assert (rest.asked["only"], rest.asked["direction"]) == ("unsynced", "to-zoho")
    for _ in range(4):
        by_schedule(shop, 24)
    store.refresh_from_db()
    assert store.first_syncs == {}
    assert len(shop.world.cscart.products()) == 30


@pytest.mark.parametrize("entity", KINDS)
def test_what_was_asked_for_by_itself_before_an_update_writes_nothing(shop: Shop, entity: Entity) -> None:
    """A run that an earlier version has put into the queue finds that nobody has started this kind."""
    store, before = connected(shop), shop.writes()
    run, _ = ask_for_run(store, Asked(), trigger="schedule", entity=entity)
    while work_once("test", now=app.now):
        pass
    run.refresh_from_db()
    assert (run.state, shop.writes()) == ("stopped", before)
    assert f"Waits for your first sync of {entity.value}" in run.message


def test_a_person_who_asks_for_what_waits_by_itself_has_started_it(shop: Shop) -> None:
    store = connected(shop)
    run, _ = ask_for_run(store, Asked(), trigger="schedule", entity=Entity.PRODUCTS)
    assert person_asks(shop, Entity.PRODUCTS).pk == run.pk
    store.refresh_from_db()
    assert store.first_syncs["products"]["by"] == "ann"
    assert len(shop.world.cscart.products()) == 9
