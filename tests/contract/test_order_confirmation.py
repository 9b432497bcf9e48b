"""A sales order is confirmed at the total of the store's order, or not at all."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from cscart_zoho import app
from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Conflict, Observation, Store
from cscart_zoho_sim.world import World
from cscart_zoho_sim.zoho import salesorders
from cscart_zoho_sim.zoho.order_money import Terms, Totals
from tests.connected import connect, sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[World]:
    world = World.empty(1)
    world.cscart.add_product(product="Lamp", product_code="L", price="10.00", amount="60")
    world.zoho.add_item(name="Lamp", sku="L", rate=10.0, stock_on_hand=60)
    world.cscart.add_user(firstname="Ann", lastname="Example", email="ann@example.com")
    with app.using_transport(world.transport(), world.clock):
        yield world


def zoho_adds_up_wrongly(patch: pytest.MonkeyPatch) -> None:
    """By more than the tolerance allows to even out."""
    real = salesorders.compute

    def compute(terms: Terms) -> Totals:
        told = real(terms)
        return replace(told, total=told.total + Decimal("0.10"))

    patch.setattr(salesorders, "compute", compute)


def go(world: World, store: Store, *entities: Entity) -> None:
    for entity in entities:
        world.clock.advance(3600)  # type: ignore[attr-defined]
        sync(store, entity=entity)


def status(world: World) -> str:
    (sale,) = world.zoho.salesorders().values()
    return str(sale["status"])


def test_an_order_of_another_total_is_not_confirmed_in_any_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    zoho_adds_up_wrongly(monkeypatch)
    store = connect(world, ProductChoices())
    (user,) = world.cscart.users()
    order = world.cscart.place_order(user_id=user, lines=[(1, 2)])
    world.cscart.set_order_status(order, "P")
    go(world, store, Entity.PRODUCTS, Entity.ORDERS, Entity.ORDERS, Entity.ORDERS)
    assert status(world) == "draft"
    assert "total" in Observation.objects.get(entity="orders", side="cscart").reason

    world.cscart.edit_order(order, lines=[(1, 3)])  # written together with the status, and no better
    go(world, store, Entity.ORDERS, Entity.ORDERS)
    assert status(world) == "draft"

    monkeypatch.undo()
    world.cscart.edit_order(order, lines=[(1, 4)])
    go(world, store, Entity.ORDERS, Entity.ORDERS, Entity.ORDERS)
    assert status(world) == "draft"  # Zoho's total has changed, too: both documents have, and a person is asked

    Conflict.objects.filter(entity="orders", field="document").update(answer="cscart")
    go(world, store, Entity.ORDERS, Entity.ORDERS, Entity.ORDERS)
    assert status(world) == "confirmed"
    (sale,) = world.zoho.salesorders().values()
    assert Decimal(str(sale["total"])) == Decimal(str(world.cscart.order_of(order)["total"]))
