"""How Zoho words a refusal, and in which shape it reports on many orders at once, is not established. So its words
decide nothing: after each unclear answer the order itself is looked at, and what a person does is seen next time."""

import pytest

from tests.situations.shop import Shop


@pytest.fixture(params=[True, False], ids=["other words", "usual words"])
def words(request: pytest.FixtureRequest, shop: Shop) -> Shop:
    shop.both("L-1", stock=200)
    shop.user()
    shop.sync()
    shop.world.zoho.switches.neutral_words = request.param
    return shop


def statuses(shop: Shop) -> list[str]:
    return [str(row["status"]) for row in shop.world.zoho.salesorders().values()]


@pytest.mark.parametrize("report", ["described", "live"])
def test_many_orders_are_confirmed_whatever_the_report_looks_like(words: Shop, report: str) -> None:
    words.world.zoho.switches.bulk_report = report
    orders = [words.order(("L-1", 1)) for _ in range(30)]
    words.forget_calls()
    words.sync("orders")
    assert statuses(words) == ["confirmed"] * 30
    assert words.called("POST", "/salesorders/status/confirmed") == 2  # 25 and 5
    assert words.called("POST", "/status/confirmed") == 2  # none alone
    words.sync("orders")
    assert {words.told("orders", cscart=order) for order in orders} == {("synced", "")}


def test_an_order_that_a_person_confirms_in_the_same_moment_is_done(words: Shop) -> None:
    words.order(("L-1", 1))
    zoho = words.world.zoho
    words.meanwhile("POST", "/salesorders", lambda: [zoho.confirm(id) for id in zoho.salesorders()] and None)
    words.sync("orders")
    words.sync("orders")
    assert statuses(words) == ["confirmed"]
    assert {words.told("orders", cscart=order)[0] for order in words.world.cscart.orders()} == {"synced"}


def test_one_that_could_not_be_confirmed_is_in_sync_once_a_person_has_done_it(words: Shop) -> None:
    words.world.zoho.switches.approvals = True
    order = words.order(("L-1", 1))
    words.sync("orders")
    state, reason = words.told("orders", cscart=order)
    assert state == "held"
    assert "approved" in reason

    (id,) = words.world.zoho.salesorders()
    words.world.zoho.switches.approvals = False
    words.world.zoho.confirm(id)
    words.sync("orders", hours=0.02)  # long before its wait ends
    assert words.told("orders", cscart=order) == ("synced", "")


def test_where_orders_are_approved_many_cost_few_refusals(words: Shop) -> None:
    words.world.zoho.switches.approvals = True
    orders = [words.order(("L-1", 1)) for _ in range(20)]
    words.forget_calls()
    words.sync("orders")
    assert words.called("POST", "/status/confirmed") <= 4  # all at once, and three to hear why
    assert {words.told("orders", cscart=order)[0] for order in orders} == {"held"}
    assert all("approved" in words.why(order) for order in orders)
    for id in words.world.zoho.salesorders():
        words.world.zoho.approve(id, "submit")
        words.world.zoho.approve(id, "approve")
    words.sync("orders", "orders")
    assert statuses(words) == ["confirmed"] * 20


def test_an_item_that_is_there_already_is_found_whatever_zoho_says(words: Shop) -> None:
    words.world.zoho.switches.sku_taken_code = 9
    words.product("L-2", price="5.00")
    zoho = words.world.zoho
    words.meanwhile("GET", "/products/2", lambda: zoho.add_item(name="Typed in", sku="L-2", rate=5.0) and None)
    words.sync("products", "products", "products")
    assert [row["sku"] for row in zoho.items().values()].count("L-2") == 1
    assert words.told("products", cscart=2)[0] in ("synced", "conflict")
