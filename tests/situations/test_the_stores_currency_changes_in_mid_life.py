"""The store's primary currency becomes another one long after connecting. The same figures mean something else
from then on. Nothing is made, changed or confirmed until the currency is what it was or a person
says that it is right, and whoever looks is told both currencies and what to do."""

import pytest

from cscart_zoho import app
from cscart_zoho.cli.doctor import examine
from cscart_zoho.cli.status import status
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.store.choices import keep_capabilities, save_order_choices
from cscart_zoho.store.currency import store_currency
from cscart_zoho.store.identity import connected_with
from cscart_zoho.store.models import Observation
from cscart_zoho.store.set_aside import bring_back, start_anew
from cscart_zoho_sim.faults import FaultPlan
from tests.situations.shop import Shop

ASKED = "/4.0/sra_currencies"


@pytest.fixture
def draft(shop: Shop) -> int:
    """An open order with its draft, in a shop that has been in sync for a day; then the currency changes."""
    shop.both("A", 50)
    shop.sync()
    shop.order(("A", 5))
    draft = shop.order(("A", 2), status="O")
    shop.settle()
    becomes(shop, "USD")
    becomes(shop, "EUR")
    return draft


def becomes(shop: Shop, currency: str) -> None:
    """Another currency is the primary one, and the next day's first run has been there."""
    shop.world.cscart.desk.checkout.currency = currency
    shop.hours(30)
    shop.sync("products")


def status_of(shop: Shop, order: int) -> str | None:
    sale = shop.sale(order)
    return sale["status"] if sale is not None else None


def changed(shop: Shop) -> bool:
    """Whether people are asked about it."""
    assert shop.store is not None
    shop.store.refresh_from_db()
    return "currency_changed" in [each.key for each in concerns(shop.store, shop.store.zoho)]


def choose(shop: Shop, currency: str) -> None:
    """The merchant says what amounts are in; "" = what the store tells."""
    assert shop.store is not None
    shop.store.refresh_from_db()
    save_order_choices(shop.store, OrderChoices(brake_percent=100, currency=currency))


def test_nothing_is_made_or_confirmed_in_the_old_currency(shop: Shop) -> None:
    shop.both("A", 50)
    shop.sync()
    draft = shop.order(("A", 2), status="O")
    shop.settle("orders")
    becomes(shop, "EUR")
    later = shop.order(("A", 1))
    shop.set_status(draft, "P")
    for _ in range(3):
        shop.sync("orders")
    assert status_of(shop, draft) == "draft"
    assert shop.sale(later) is None
    for order in (draft, later):
        state, reason = shop.told("orders", cscart=order)
        assert state == "held"
        assert "primary currency is EUR now; it was USD when" in reason
        assert "make USD the primary one again" in reason


def test_a_run_of_orders_finds_out_by_itself(shop: Shop) -> None:
    shop.both("A", 50)
    shop.sync()
    shop.world.cscart.desk.checkout.currency = "JPY"
    shop.hours(30)
    order = shop.order(("A", 1))
    shop.sync("orders")
    assert shop.sale(order) is None
    assert "is JPY now" in shop.why(order)


def test_an_edit_waits_and_a_cancelled_order_does_not(shop: Shop, draft: int) -> None:
    other = shop.order(("A", 1), status="O")
    shop.edit_order(draft, ("A", 3))
    shop.sync("orders")
    assert [row["quantity"] for row in shop.line_items(draft)] == [2]
    assert "is EUR now" in shop.why(draft)

    shop.edit_order(draft, ("A", 2))
    shop.set_status(draft, "I")
    shop.set_status(other, "I")
    shop.settle("orders", "products")
    assert status_of(shop, draft) == "void"
    assert shop.stock("A") == (45, 50, 45)


def test_pieces_of_what_waits_are_not_sold_in_zoho(shop: Shop, draft: int) -> None:
    shop.order(("A", 1))
    shop.set_status(draft, "P")
    shop.settle("orders", "products")
    here, _, there = shop.stock("A")
    assert (here, there) == (42, 42)

    shop.world.cscart.desk.checkout.currency = "USD"
    shop.hours(24)
    shop.settle("orders", "products")
    here, _, there = shop.stock("A")
    assert (here, there) == (42, 42)


def test_a_sales_order_is_not_brought_over_either(shop: Shop, draft: int) -> None:
    contact = shop.contact("Bob Example", "bob@example.com")
    sale = shop.sell_order(contact, ("A", 1), confirmed=True)
    before = len(shop.world.cscart.orders())
    shop.sync("orders")
    assert len(shop.world.cscart.orders()) == before
    assert "is EUR now" in shop.told("orders", zoho=sale)[1]


def test_work_goes_on_when_the_currency_goes_back(shop: Shop, draft: int) -> None:
    later = shop.order(("A", 1))
    shop.set_status(draft, "P")
    shop.sync("orders")
    becomes(shop, "USD")
    shop.settle("orders")
    assert [status_of(shop, order) for order in (draft, later)] == ["confirmed", "confirmed"]
    assert shop.conflicts("orders") == []


def test_older_orders_stay_in_their_currency_when_the_store_is_connected_again(shop: Shop, draft: int) -> None:
    """The new currency is the store's from then on; that it is none of Zoho's is told of each new order."""
    later = shop.order(("A", 1))
    shop.sync("orders")
    assert shop.store is not None
    app.connect_store(shop.store)
    assert not changed(shop)
    shop.forget_calls()
    shop.sync("orders")
    first, _, _ = sorted(map(int, shop.world.cscart.orders()))
    assert shop.told("orders", cscart=first) == ("synced", "")
    assert shop.conflicts("orders") == []
    assert [path for _, path in shop.calls if "/salesorders/" in path] == [], "nothing in Zoho is read again"
    state, reason = shop.told("orders", cscart=later)
    assert state == "held"
    assert "The order is in EUR" in reason

    shop.set_status(draft, "P")
    shop.settle("orders")
    assert status_of(shop, draft) == "confirmed"
    assert shop.sale(later) is None


def test_a_sales_order_made_before_anybody_noticed_is_held_for_a_person(shop: Shop, draft: int) -> None:
    becomes(shop, "USD")
    shop.world.cscart.desk.checkout.currency = "EUR"
    unnoticed = shop.order(("A", 1), status="O")
    shop.sync("orders")
    assert status_of(shop, unnoticed) == "draft"
    becomes(shop, "EUR")
    assert shop.store is not None
    app.connect_store(shop.store)
    shop.set_status(unnoticed, "P")
    shop.settle("orders")
    assert status_of(shop, unnoticed) == "draft"
    assert "in EUR" in shop.why(unnoticed)


def test_what_the_merchant_chooses_counts_all_the_same(shop: Shop, draft: int) -> None:
    """The add-on may be wrong; but that it tells something else later is news again."""
    shop.set_status(draft, "P")
    choose(shop, "USD")
    shop.settle("orders")
    assert status_of(shop, draft) == "confirmed"
    app.connect_store(shop.store)
    assert not changed(shop)
    becomes(shop, "GBP")
    assert changed(shop)


def test_a_choice_that_was_made_before_the_change_does_not_hide_it(shop: Shop) -> None:
    shop.order_choices = OrderChoices(brake_percent=100, currency="USD")
    shop.both("A", 50)
    shop.sync()
    old = shop.order(("A", 1))
    shop.sync()
    shop.hours(24)
    shop.sync()
    becomes(shop, "EUR")
    order = shop.order(("A", 1))
    shop.sync("orders")
    assert "the settings for orders say that its amounts are in USD" in shop.why(order)
    assert shop.store is not None
    app.connect_store(shop.store)
    assert changed(shop), "the settings still say otherwise"

    choose(shop, "")
    assert not changed(shop)
    shop.settle("orders")
    assert shop.told("orders", cscart=old) == ("synced", "")
    assert "The order is in EUR" in shop.why(order)


def test_prices_wait_and_stock_does_not(shop: Shop, draft: int) -> None:
    shop.world.cscart.edit_product(shop._product_id("A"), price="9.20", product="Lamp")
    shop.product("NEW", 3)
    shop.set_stock("A", 30)
    shop.settle("products")
    item = shop.world.zoho.items()[shop._item_id("A")]
    assert (item["rate"], item["name"]) == (10.0, "Lamp")
    assert shop.stock("A")[0] == 30
    assert shop.stock("A")[2] == 32  # the draft's pieces are the order's
    assert "NEW" not in [row["sku"] for row in shop.world.zoho.items().values()]
    for product in (shop._product_id("A"), shop._product_id("NEW")):
        state, reason = shop.told("products", cscart=product)
        assert state == "held"
        assert "Prices are never converted" in reason

    becomes(shop, "USD")
    shop.settle("products")
    assert shop.world.zoho.items()[shop._item_id("A")]["rate"] == 9.2
    assert shop._item_id("NEW")


def test_everybody_who_looks_is_told(shop: Shop, draft: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert shop.store is not None
    shop.store.refresh_from_db()
    (told,) = [each for each in concerns(shop.store, shop.store.zoho) if each.key == "currency_changed"]
    assert told.grave
    assert "EUR" in told.text
    assert "USD" in told.text
    assert told.text.endswith(".")
    (found,) = [each for each in examine() if each.what == "Store: currency"]
    assert not found.ok
    assert found.words == told.text
    status(as_json=False)
    assert "primary currency is EUR now" in capsys.readouterr().out

    shop.world.cscart.desk.checkout.currency = "USD"
    (found,) = [each for each in examine() if each.what == "Store: currency"]
    assert found.ok, "doctor asks at that moment"
    becomes(shop, "USD")
    assert not changed(shop)


@pytest.mark.parametrize("code", ["usd", " USD ", ""])
def test_another_spelling_is_no_change_and_nothing_is_not_one(shop: Shop, code: str) -> None:
    shop.both("A", 50)
    shop.sync()
    order = shop.order(("A", 1))
    becomes(shop, code)
    shop.settle("orders")
    assert status_of(shop, order) == "confirmed"
    assert not changed(shop)


def test_a_store_that_does_not_tell_any_more_has_changed_nothing(shop: Shop) -> None:
    shop.both("A", 50)
    shop.sync()
    shop.order(("A", 1))
    shop.settle()
    shop.world.cscart.switches.currencies_told = False
    shop.hours(30)
    assert shop.store is not None
    app.connect_store(shop.store)
    order = shop.order(("A", 1))
    shop.settle("orders")
    assert status_of(shop, order) == "confirmed"
    assert not changed(shop)


def test_a_change_is_not_undone_by_silence(shop: Shop, draft: int) -> None:
    shop.world.cscart.switches.currencies_told = False
    shop.hours(30)
    shop.set_status(draft, "P")
    shop.sync("orders")
    assert status_of(shop, draft) == "draft"
    assert changed(shop)


def test_a_store_that_cannot_be_asked_now_is_asked_an_hour_later(shop: Shop) -> None:
    shop.both("A", 50)
    shop.sync()
    shop.world.cscart.desk.checkout.currency = "EUR"
    shop.hours(30)
    broken = FaultPlan.none()
    with app.using_transport(shop.world.transport(broken, watch=shop.watch), shop.world.clock):
        broken.order("error_500_before", times=6)  # of both readings
        shop.sync("products")
        assert not changed(shop)
        shop.sync("products")
    assert changed(shop)


def test_it_is_told_later_for_the_first_time(shop: Shop) -> None:
    shop.world.cscart.switches.currencies_told = False
    shop.both("A", 50)
    shop.sync("products", "customers")
    order = shop.order(("A", 1))
    shop.sync("orders")
    assert "orders.currency" in shop.why(order)
    shop.world.cscart.switches.currencies_told = True
    shop.hours(24)
    shop.settle("orders")
    assert status_of(shop, order) == "confirmed"


def test_another_shop_says_nothing_about_the_orders_of_this_one(shop: Shop, draft: int) -> None:
    assert shop.store is not None
    shop.store.refresh_from_db()
    before = shop.store.capabilities["currency_reading"]
    shop.store.url = "https://second.example.com"
    keep_capabilities(shop.store, {**shop.store.capabilities, "currency": "GBP"}, app.now())
    assert not Observation.objects.filter(entity="orders", partial=True).exists()
    assert not changed(shop)

    fresh = start_anew(shop.store, connected_with(shop.store), app.now())
    assert store_currency(fresh).of_order(1) == ""  # the other shop is to be looked at first
    back = bring_back(fresh, shop.store, app.now())
    assert back.capabilities["currency_reading"] == before


def test_it_is_one_call_to_the_store_a_day_and_none_to_zoho(shop: Shop) -> None:
    shop.both("A", 50)
    shop.sync()
    made = []
    for kind, hours in (("products", 1), ("customers", 24), ("orders", 1), ("products", 1), ("orders", 24)):
        shop.forget_calls()
        run = shop.sync(kind, hours=hours)
        made.append(shop.called("GET", ASKED))
        assert run.calls_cscart == sum(
            not path.startswith(("/inventory", "/crm")) for _, path in shop.calls if "oauth" not in path
        )
    assert made == [0, 0, 1, 0, 1]
