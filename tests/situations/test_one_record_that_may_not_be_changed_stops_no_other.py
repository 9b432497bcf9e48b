"""Zoho says of one record that the user who connected may not change it, with the code that it has for a lost right,
too. It is that record's: the others go on. What is said of all that are tried is the right itself, and it stops."""

import pytest

from tests.situations.shop import Shop

NAMES = ("L-1", "L-2", "L-3", "L-4", "L-5")


@pytest.fixture
def goods(shop: Shop) -> Shop:
    for sku in NAMES:
        shop.both(sku, stock=5)
    shop.sync("products")
    return shop


def rate(shop: Shop, sku: str) -> float:
    return float(shop.world.zoho.items()[shop._item_id(sku)]["rate"])


def price_all(shop: Shop, price: str) -> None:
    for sku in NAMES:
        shop.world.cscart.edit_product(shop._product_id(sku), price=price)


def withhold(shop: Shop, *ids: str) -> None:
    shop.world.zoho.switches.withheld.update(ids)


def test_the_other_items_are_changed(goods: Shop) -> None:
    withhold(goods, goods._item_id("L-2"))
    price_all(goods, "12.00")
    goods.sync("products")

    assert [rate(goods, sku) for sku in NAMES] == [12, 10, 12, 12, 12]
    state, reason = goods.told("products", cscart=goods._product_id("L-2"))
    assert state == "failed"
    assert "(code 57)" in reason
    assert "this record alone" in reason


def test_once_it_may_be_changed_it_is(goods: Shop) -> None:
    withhold(goods, goods._item_id("L-2"))
    price_all(goods, "12.00")
    goods.sync("products")
    goods.world.zoho.switches.withheld.clear()
    goods.sync("products", hours=30)

    assert rate(goods, "L-2") == 12
    assert goods.told("products", cscart=goods._product_id("L-2"))[0] == "synced"


def test_what_is_said_of_all_stops_the_run(goods: Shop) -> None:
    withhold(goods, *goods.world.zoho.items())
    price_all(goods, "12.00")
    goods.hours(1)
    goods.forget_calls()
    run = goods.run("products")

    assert run.state == "failed"
    assert "permission" in run.message
    assert [rate(goods, sku) for sku in NAMES] == [10] * 5
    assert goods.called("PUT", goods._item_id("L-5")) == 0


def test_the_other_customers_are_changed(shop: Shop) -> None:
    users = [shop.user(f"u{n}@example.com", firstname=f"Ann {n}", phone="1") for n in range(4)]
    shop.sync("customers")
    contacts = {row["email"]: id for id, row in shop.world.zoho.contacts().items()}
    withhold(shop, contacts["u1@example.com"])
    for user in users:
        shop.world.cscart.edit_user(user, phone="2")
    shop.sync("customers")

    phones = {row["email"]: row["contact_persons"][0]["phone"] for row in shop.world.zoho.contacts().values()}
    assert [phones[f"u{n}@example.com"] for n in range(4)] == ["2", "1", "2", "2"]
    assert shop.told("customers", cscart=users[1])[0] == "failed"


def test_the_other_orders_are_changed(goods: Shop) -> None:
    goods.sync("customers")
    orders = [goods.order(("L-1", 1)) for _ in range(3)]
    goods.settle("orders")
    sale = goods.sale(orders[0])
    assert sale is not None
    withhold(goods, str(sale["salesorder_id"]))
    for order in orders:
        goods.edit_order(order, ("L-1", 1), ("L-2", 1))
    goods.sync("orders", "orders")

    assert [len(goods.sold(order)) for order in orders] == [1, 2, 2]
    assert goods.told("orders", cscart=orders[0])[0] == "failed"
