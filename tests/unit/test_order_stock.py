"""Stock and orders: a sale that an order explains is neither counted twice nor forgotten."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cscart_zoho.mapping.choices import ProductChoices
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.order import Line, Order, to_text
from cscart_zoho.records import Entity, Record, Side
from cscart_zoho.store.choices import save_order_choices
from cscart_zoho.store.ledger import RunLedger
from cscart_zoho.store.models import Conflict, Cursor, Intent, Link, Run, RunState, Store
from cscart_zoho.store.order_stock import OrderStock
from cscart_zoho.sync.stock import amount_to_publish, plan_stock
from tests.unit.memory import StandingClock


@pytest.fixture
def store(db: None) -> Store:
    return Store.objects.create(name="Example")


def the_ledger(store: Store, entity: Entity) -> RunLedger:
    """The ledger of the store's one run, about this kind of record."""
    clock = StandingClock()
    run, _ = Run.objects.get_or_create(
        store=store, state=RunState.RUNNING, trigger="cli", lease=1, defaults={"asked_at": clock.now()}
    )
    return RunLedger(run, clock).about(entity)


def see_order(store: Store, side: Side, id: str, status: str, product: str = "12", quantity: int = 2) -> None:
    """An order of so many pieces, as a run of orders would observe it."""
    document = Order(number=id, lines=(Line(product_id=product, quantity=Decimal(quantity)),))
    values = {"document": to_text(document), "status": status, "date": "2026-01-05", "email": "a@example.com"}
    ledger = the_ledger(store, Entity.ORDERS)
    with ledger.commit():
        ledger.observe([Record(side, id, f"CS-{id}", values, etag=f"{status}{quantity}")])


def look_at_orders(store: Store) -> None:
    """From the first complete look at orders on, stock rests on them."""
    ledger = the_ledger(store, Entity.ORDERS)
    with ledger.commit():
        for side in Side:
            ledger.move_cursor(side, "full", StandingClock().now())


def link_orders(store: Store, cscart_id: str, zoho_id: str) -> None:
    ledger = the_ledger(store, Entity.ORDERS)
    with ledger.commit():
        ledger.link(cscart_id, zoho_id, "created_in_zoho", {}, {})


def taken(store: Store) -> tuple[int, int]:
    """(taken in the store, of those taken in Zoho too) of product 12, whose item is i12."""
    return OrderStock(store).of([("12", "i12")])["12", "i12"]


def test_an_open_order_counts_until_zoho_has_it_and_then_on_both_sides(store: Store) -> None:
    see_order(store, Side.CSCART, "97", "O")
    assert taken(store) == (2, 0)
    see_order(store, Side.ZOHO, "so1", "draft", "i12")
    link_orders(store, "97", "so1")
    assert taken(store) == (2, 0)
    see_order(store, Side.ZOHO, "so1", "confirmed", "i12")
    assert taken(store) == (2, 2)
    see_order(store, Side.ZOHO, "so1", "fulfilled", "i12")
    assert taken(store) == (2, 2)


def test_a_cancelled_order_counts_nowhere_even_while_zoho_still_holds_it(store: Store) -> None:
    see_order(store, Side.CSCART, "97", "P")
    see_order(store, Side.ZOHO, "so1", "confirmed", "i12")
    link_orders(store, "97", "so1")
    see_order(store, Side.CSCART, "97", "I")
    assert taken(store) == (0, 0)


def test_what_zoho_holds_beyond_the_stores_order_is_zohos_own_movement(store: Store) -> None:
    see_order(store, Side.CSCART, "97", "P", quantity=2)
    see_order(store, Side.ZOHO, "so1", "confirmed", "i12", quantity=5)
    link_orders(store, "97", "so1")
    assert taken(store) == (2, 2)


@pytest.mark.parametrize(
    ("choices", "status"),
    [({"since": "2026-02-01"}, "P"), ({"sent_statuses": ["C"]}, "P"), ({"create_in_zoho": False}, "P"), ({}, "F")],
)
def test_an_order_that_never_goes_to_zoho_is_a_sale_like_any_other(
    store: Store, choices: dict[str, object], status: str
) -> None:
    store.order_choices = choices
    store.save()
    see_order(store, Side.CSCART, "97", status)
    assert taken(store) == (0, 0)


def test_sales_orders_of_zoho_alone_are_in_its_figure_already(store: Store) -> None:
    see_order(store, Side.ZOHO, "so1", "confirmed", "i12")
    assert taken(store) == (0, 0)


def test_the_stores_own_word_on_what_takes_stock_counts(store: Store) -> None:
    store.capabilities = {
        "order_statuses": [{"letter": "O", "takes_stock": False}, {"letter": "P", "takes_stock": True}]
    }
    store.save()
    see_order(store, Side.CSCART, "97", "O")
    assert taken(store) == (0, 0)
    see_order(store, Side.CSCART, "97", "P")
    assert taken(store) == (2, 0)


def test_an_edited_order_counts_with_what_it_holds_now(store: Store) -> None:
    see_order(store, Side.CSCART, "97", "P", quantity=2)
    see_order(store, Side.CSCART, "97", "P", quantity=3)
    assert taken(store) == (3, 0)


def test_a_product_of_an_order_in_doubt_is_left_alone(store: Store) -> None:
    look_at_orders(store)
    see_order(store, Side.CSCART, "97", "P")
    products = the_ledger(store, Entity.PRODUCTS)
    assert not products.in_doubt("12", "i12")
    Intent.objects.create(
        store=store,
        entity=Entity.ORDERS.value,
        kind="update",
        target="zoho",
        cscart_id="97",
        zoho_id="so1",
        opened_at=datetime(2026, 1, 5, tzinfo=UTC),
    )
    assert the_ledger(store, Entity.PRODUCTS).in_doubt("12", "i12")
    assert not the_ledger(store, Entity.PRODUCTS).in_doubt("13", "i13")


def test_pairs_of_products_carry_what_orders_have_taken(store: Store) -> None:
    look_at_orders(store)
    see_order(store, Side.CSCART, "97", "P")
    ledger = the_ledger(store, Entity.PRODUCTS)
    with ledger.commit():
        ledger.observe(
            [Record(Side.CSCART, "12", "A", {"stock": 8}, "v"), Record(Side.ZOHO, "i12", "A", {"stock": 10}, "v")]
        )
        ledger.link("12", "i12", "adopted", {}, {})
    pair = ledger.pair("12", "i12")
    assert pair.cscart is not None
    assert pair.zoho is not None
    assert (pair.cscart.free_stock, pair.zoho.free_stock) == (10, 10)


# Orders that were there before stock was agreed on

BEFORE, AFTER = datetime(2026, 1, 5, 7, tzinfo=UTC), datetime(2026, 1, 5, 9, tzinfo=UTC)


def agree_on_stock(store: Store, winner: str, amount: int = 60) -> None:
    """Product 12 and item i12 are paired at eight o'clock, and one side's figure may be put over the other's."""
    now = StandingClock().now()
    ids = {"store": store, "entity": "products", "cscart_id": "12", "zoho_id": "i12"}
    base = {"base_cscart": {"stock": amount}, "base_zoho": {"stock": amount}}
    Link.objects.create(**ids, **base, origin="adopted", created_at=now, settled_at=now)
    if winner:
        Conflict.objects.create(**ids, field="stock", winner=winner, policy=winner, found_at=now, settled_at=now)


def see_old_order(store: Store, status: str, placed: datetime = BEFORE, sale: str = "") -> None:
    """Three pieces, and the sales order with the same number, if Zoho has one."""
    document = to_text(Order(number="CS-97", lines=(Line(product_id="12", quantity=Decimal(3)),)))
    values = {"document": document, "status": status, "date": "2026-01-05", "placed": int(placed.timestamp())}
    ledger = the_ledger(store, Entity.ORDERS)
    with ledger.commit():
        ledger.observe([Record(Side.CSCART, "97", "CS-97", values, etag=status)])
        if sale:
            ledger.observe([Record(Side.ZOHO, "so1", "CS-97", {"status": sale}, etag=sale, partial=True)])


def accounted_for(store: Store) -> int:
    return int(Link.objects.get(store=store, entity="products").base_cscart["stock"])


@pytest.mark.parametrize(
    ("winner", "status", "placed", "sale", "pieces"),
    [
        ("zoho", "O", BEFORE, "", 3),  # the pieces lie there still, and Zoho's figure has them in it
        ("zoho", "O", AFTER, "", 0),  # sold since: the movement is known
        ("zoho", "C", BEFORE, "", 0),  # sent long ago: Zoho's figure was without them
        ("cscart", "O", BEFORE, "", 0),  # the store's figure was without them
        ("", "O", BEFORE, "", 0),  # both figures were
        ("", "P", BEFORE, "confirmed", 3),  # both figures were, and Zoho's because of this very order
        ("cscart", "C", BEFORE, "fulfilled", 3),
        ("", "P", AFTER, "confirmed", 0),
        ("", "P", BEFORE, "draft", 0),
    ],
)
def test_a_sale_from_before_is_explained_by_its_order_just_where_the_figures_have_it_in_them(
    winner: str, status: str, placed: datetime, sale: str, pieces: int, store: Store
) -> None:
    agree_on_stock(store, winner)
    see_old_order(store, status, placed, sale)
    look_at_orders(store)
    assert accounted_for(store) == 60 + pieces
    look_at_orders(store)
    assert accounted_for(store) == 60 + pieces  # once is enough


def test_an_order_that_counts_only_once_it_is_paired_is_explained_then(store: Store) -> None:
    store.order_choices = {"since": "2026-02-01"}
    store.save()
    agree_on_stock(store, "")
    see_old_order(store, "P", sale="confirmed")
    look_at_orders(store)
    assert accounted_for(store) == 60
    link_orders(store, "97", "so1")
    assert (accounted_for(store), taken(store)[0]) == (63, 3)


def test_an_order_that_counts_only_once_it_is_paid_is_explained_then(store: Store) -> None:
    store.order_choices = {"sent_statuses": ["P"]}
    store.save()
    agree_on_stock(store, "zoho")
    see_old_order(store, "O")
    look_at_orders(store)
    assert (accounted_for(store), taken(store)[0]) == (60, 0)
    see_old_order(store, "P")
    assert (accounted_for(store), taken(store)[0]) == (63, 3)


def test_stock_goes_on_resting_on_orders_while_a_setting_has_them_read_again(store: Store) -> None:
    see_order(store, Side.CSCART, "97", "P")
    look_at_orders(store)
    save_order_choices(store, OrderChoices(prefix="WEB-"))
    assert not Cursor.objects.filter(store=store, kind="full").exists()
    assert the_ledger(store, Entity.PRODUCTS).in_orders([("12", "i12")]) == {("12", "i12"): (2, 0)}


# The whole, as a model: one product, people and orders on both sides, runs in between.

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["order", "confirm", "cancel", "void", "ship", "edit store", "edit zoho", "zoho order", "import", "run"]
        ),
        st.integers(1, 3),
    ),
    max_size=40,
)


class Shop:
    """Amount `a`, Zoho's available `z`, and orders as (pieces taken in the store, pieces taken in Zoho)."""

    def __init__(self, buffer: int) -> None:
        self.choices = ProductChoices(stock_buffer=buffer)
        self.z = 100
        self.a = 100 - buffer
        self.accounted: int = self.a
        #: [pieces, counts in the store, counts in Zoho, linked]
        self.orders: list[list[int]] = []

    def figures(self) -> tuple[int, int]:
        s = sum(q for q, here, _, linked in self.orders if here and linked)
        c = sum(q for q, here, there, linked in self.orders if here and there and linked)
        return s, c

    def run(self) -> None:
        s, c = self.figures()
        plan = plan_stock(self.choices, cscart=self.a + s, zoho=self.z + c, accounted=self.accounted, taken=s)
        self.z += plan.push
        amount, self.accounted = amount_to_publish(
            self.choices, cscart=self.a + s, zoho=self.z + c, accounted=self.accounted + plan.push, taken=s
        )
        self.a = amount - s

    def open_orders(self) -> int:
        s, c = self.figures()
        return s - c

    def happen(self, what: str, n: int) -> None:
        some = self.orders[n % len(self.orders)] if self.orders else None
        if what == "order" and self.a >= n:
            self.a -= n
            self.orders.append([n, 1, 0, 1])
        elif what == "zoho order":
            self.z -= n
            self.orders.append([n, 0, 1, 0])
        elif what == "import" and some and not some[3] and self.a >= some[0]:
            self.a -= some[0]
            some[1], some[3] = 1, 1
        elif what == "confirm" and some and some[1] and not some[2]:
            self.z -= some[0]
            some[2] = 1
        elif what == "cancel" and some and some[1]:
            self.a += some[0]
            some[1] = 0
        elif what == "void" and some and some[2]:
            self.z += some[0]
            some[2] = 0
        elif what == "edit store":
            self.a += n
        elif what == "edit zoho":
            self.z += n
        elif what == "run":
            self.run()


@settings(max_examples=500, deadline=None)
@given(events=EVENTS, buffer=st.integers(0, 2))
def test_at_rest_the_store_shows_available_less_open_orders_less_buffer(
    events: list[tuple[str, int]], buffer: int
) -> None:
    shop = Shop(buffer)
    for what, n in events:
        shop.happen(what, n)
    shop.run()
    shop.run()
    assert shop.a == max(0, shop.z - shop.open_orders() - buffer)
    before = (shop.a, shop.z)
    shop.run()
    assert (shop.a, shop.z) == before


@settings(max_examples=300, deadline=None)
@given(events=EVENTS)
def test_orders_alone_never_make_an_adjustment_in_zoho(events: list[tuple[str, int]]) -> None:
    shop = Shop(0)
    for what, n in events:
        there = shop.z
        if what in ("order", "confirm", "cancel", "import", "zoho order"):
            shop.happen(what, n)
        elif what == "run":
            shop.run()
            assert shop.z == there
