"""Orders for goods whose turn in a first load has not come: the goods are made first, and the orders do not wait."""

from collections.abc import Iterator

import pytest

from cscart_zoho import app
from cscart_zoho.jobs import runner
from cscart_zoho.jobs.execution import carry_out
from cscart_zoho.jobs.ordered_goods import wanted
from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.mapping.customer_choices import CustomerChoices, Home, customer_choices_to_json
from cscart_zoho.records import Entity
from cscart_zoho.store.lanes import BACKFILL, Lane
from cscart_zoho.store.models import Observation, Run, RunState, Store, ZohoOrganisation
from cscart_zoho.sync.asked import Asked
from cscart_zoho_sim.catalogue import Mix
from cscart_zoho_sim.world import World
from tests.connected import connect

pytestmark = pytest.mark.django_db
PRODUCTS, PAIRED = 60, 4


@pytest.fixture
def world() -> World:
    made = World.synthetic(PRODUCTS, 1, mix=Mix(PRODUCTS, PAIRED, 0), plan="standard", daily_limit=10_000)
    made.clock.advance(2 * 86_400)  # type: ignore[attr-defined]
    made.zoho.switches.rate_limit_headers = False  # they would tell another limit than the store's 60 calls
    return made


@pytest.fixture
def store(world: World) -> Iterator[Store]:
    """A store of which most products wait for a first load that has no calls left today."""
    with app.using_transport(world.transport(), world.clock):
        made = connect(world, ProductChoices(default_tax_id="6"))
        ZohoOrganisation.objects.update(daily_limit=60, reserved_for_orders=50)
        made.customer_choices = customer_choices_to_json(CustomerChoices(home=Home.INVENTORY))
        made.save()
        run_of(made, Entity.PRODUCTS)
        everything_that_may_run()
        assert Run.objects.filter(asked_key=BACKFILL.key, state=RunState.WAITING).exists()
        yield made


def run_of(store: Store, entity: Entity) -> Run:
    run, _ = ask_for_run(store, Asked(), trigger="schedule", entity=entity)
    claimed = runner.claim_this(run.pk, "test", app.now())
    assert claimed is not None
    carry_out(claimed, worker="test")
    return Run.objects.get(pk=run.pk)


def everything_that_may_run(most: int = 20) -> list[Run]:
    """Carry out what waits and is not paused, in turn."""
    ended = []
    while (run := runner.claim("test", app.now())) is not None:
        carry_out(run, worker="test")
        ended.append(Run.objects.get(pk=run.pk))
        assert len(ended) < most, [(each.entity, each.trigger) for each in ended]
    return ended


def ordered(world: World, store: Store) -> int:
    """An order for a product that waits; its id."""
    waiting = Observation.objects.filter(store=store, entity="products", side="cscart", linked=False)
    untaxed = {id for id, row in world.cscart.catalogue.products.rows.items() if not row["tax_ids"]}
    product = next(int(row.remote_id) for row in waiting.order_by("-number") if int(row.remote_id) in untaxed)
    user = world.cscart.add_user(firstname="Ann", lastname="Example", email="ann@example.com")
    return world.cscart.place_order(user_id=user, lines=[(product, 1)])


def numbers(world: World) -> set[str]:
    return {row["salesorder_number"] for row in world.zoho.salesorders().values()}


def test_an_order_for_goods_that_are_not_in_zoho_yet_is_sent_before_the_first_load_goes_on(
    world: World, store: Store
) -> None:
    order = ordered(world, store)
    first = run_of(store, Entity.ORDERS)
    assert f"CS-{order}" not in numbers(world)
    goods, again = everything_that_may_run()
    assert (goods.entity, goods.lane, goods.trigger) == ("products", Lane.ORDERS, "orders")
    assert goods.counts["created_in_zoho"] == 1
    assert (again.entity, again.trigger) == ("orders", "orders")
    assert f"CS-{order}" in numbers(world)
    assert first.state == RunState.DONE
    assert Run.objects.filter(asked_key=BACKFILL.key, state=RunState.WAITING).exists(), "it waits for its own calls"


def test_goods_that_could_not_be_made_are_asked_for_once(world: World, store: Store) -> None:
    ordered(world, store)
    run_of(store, Entity.ORDERS)
    goods = Run.objects.get(trigger="orders")
    Run.objects.filter(pk=goods.pk).update(state=RunState.FAILED)
    run_of(store, Entity.ORDERS)
    assert wanted(store, app.now()) == []
    assert Run.objects.filter(trigger="orders").count() == 1
    world.clock.advance(7 * 3600)  # type: ignore[attr-defined]
    assert len(wanted(store, app.now())) == 1


def test_nothing_is_made_for_orders_where_new_products_are_not_made_in_zoho(world: World, store: Store) -> None:
    ordered(world, store)
    store.product_choices = {**store.product_choices, "create_in_zoho": False}
    store.save()
    run_of(store, Entity.ORDERS)
    assert not Run.objects.filter(trigger="orders").exists()
