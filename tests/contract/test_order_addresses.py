"""Addresses of orders whose ids somebody has deleted in Zoho since they were kept."""

import pytest

from cscart_zoho.records import Entity
from cscart_zoho.store.models import ContactAddress, RunState
from cscart_zoho_sim.world import World
from tests.connected import sync
from tests.contract.test_order_calls import buy, connected, hour, sales, shop

pytestmark = pytest.mark.django_db

AT_WORK = {
    "b_firstname": "Ann",
    "b_address": "7 Work Road",
    "b_city": "Albany",
    "b_zipcode": "12207",
    "b_country": "US",
}


def deleted(world: World) -> str:
    """The address that was added for the first order, taken from its contact in Zoho by a person; its id."""
    kept = ContactAddress.objects.get()
    world.zoho.delete_address(kept.contact_id, kept.address_id)
    return kept.address_id


def test_a_new_order_goes_out_in_the_same_run_and_the_next_one_costs_no_more_than_before() -> None:
    world = shop()
    with connected(world) as store:
        buy(world, **AT_WORK)
        sync(store, entity=Entity.ORDERS)
        hour(world)
        gone = deleted(world)
        again = buy(world, **AT_WORK)

        run = sync(store, entity=Entity.ORDERS)

        assert run.state == RunState.DONE, run.message
        assert len(sales(world)) == 2
        assert sales(world)[f"CS-{again}"]["billing_address"]["address"] == "7 Work Road"
        assert ContactAddress.objects.get().address_id != gone
        hour(world)
        sync(store, entity=Entity.ORDERS)
        hour(world)
        assert sync(store, entity=Entity.ORDERS).counts["writes"] == 0

        buy(world, **AT_WORK)
        before = world.zoho.calls
        sync(store, entity=Entity.ORDERS)
        assert world.zoho.calls - before <= 4  # the list, one creation, a read and a confirmation


def test_an_edit_of_an_order_reaches_zoho_though_the_address_it_was_made_with_is_gone() -> None:
    world = shop()
    with connected(world) as store:
        order = buy(world, **AT_WORK)
        for _ in range(2):
            sync(store, entity=Entity.ORDERS)
            hour(world)
        deleted(world)
        world.cscart.edit_order(order, lines=[(sorted(world.cscart.products())[0], 5)])

        run = sync(store, entity=Entity.ORDERS)

        assert run.state == RunState.DONE, run.message
        (held,) = sales(world).values()
        assert [line["quantity"] for line in held["line_items"]] == [5]
        assert held["billing_address"]["address"] == "7 Work Road"
        hour(world)
        assert sync(store, entity=Entity.ORDERS).counts["writes"] == 0
