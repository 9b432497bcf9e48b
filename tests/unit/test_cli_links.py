"""`links`: the pairs of both sides for programs, and for people those that may differ."""

import json
from typing import Any

import pytest

from cscart_zoho.cli.links import link_rows
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Observation, OrderLine, Store
from tests.situations.shop import Shop, opened
from tests.unit.test_cli import main_ok


@pytest.fixture
def store(db: None) -> Store:
    """Three products that both sides have: one with a question, one that is held, one on an order of two pieces."""
    with opened(Shop()) as shop:
        for sku in ("A-1", "B-1", "C-1"):
            shop.both(sku, 10)
        shop.order(("C-1", 2), status="O")
        shop.sync("products", "customers", "orders")
        assert shop.store is not None
        Observation.objects.filter(entity="products", key="B-1", side="zoho").update(
            state="held", reason="Its unit is unknown."
        )
        return shop.store


def rows(store: Store, about: Entity = Entity.PRODUCTS) -> dict[str, dict[str, Any]]:
    return {row["label"]: row for row in link_rows(store, about)}


def test_each_pair_is_told_with_what_the_merchant_is_told_about_it(store: Store) -> None:
    found = rows(store)
    assert set(found) == {"Product A-1", "Product B-1", "Product C-1"}
    held = found["Product B-1"]
    assert (held["state"], held["reason"], held["conflicts"]) == ("held", "Its unit is unknown.", [])
    plain = found["Product A-1"]
    assert (plain["state"], plain["reason"], plain["in_orders"], plain["orders"]) == ("synced", "", 0, [])


def test_an_order_that_is_a_draft_in_zoho_is_named_with_its_pieces(store: Store) -> None:
    (order,) = link_rows(store, Entity.ORDERS)
    waiting = rows(store)["Product C-1"]
    assert (waiting["in_orders"], waiting["orders"]) == (2, [order["cscart"]])


def test_orders_whose_pieces_zoho_is_without_already_are_not_named(store: Store) -> None:
    OrderLine.objects.filter(order__side="cscart").update(booked=True)
    history = rows(store)["Product C-1"]
    assert (history["in_orders"], history["orders"]) == (0, [])


def test_pieces_that_nobody_counts_differ_on_no_side(store: Store) -> None:
    Observation.objects.filter(entity="products", key="C-1").update(stock=None)
    service = rows(store)["Product C-1"]
    assert (service["in_orders"], service["orders"]) == (0, [])


def test_a_customer_without_an_address_of_his_own_is_told(store: Store) -> None:
    assert all(row["no_email"] is False for row in link_rows(store, Entity.CUSTOMERS))
    Observation.objects.filter(entity="customers", side="cscart").update(no_email=True)
    assert all(row["no_email"] is True for row in link_rows(store, Entity.CUSTOMERS))


def test_programs_get_all_pairs_and_people_those_that_may_differ(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    main_ok("links", "products", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["about"], len(told["links"])) == ("products", 3)
    main_ok("links", "products")
    shown = capsys.readouterr().out
    assert "Its unit is unknown." in shown
    assert "2 pieces in orders that Zoho has not confirmed." in shown
    assert "Product A-1" not in shown
    assert "3 pairs of products; 2 of them may differ for a reason." in shown
