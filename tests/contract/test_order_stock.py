"""Stock and orders on both simulated sides: nothing is booked or published that nobody has moved."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from cscart_zoho import app
from cscart_zoho.mapping.choices import FirstContact, ProductChoices
from cscart_zoho.mapping.order_choices import OrderChoices, order_choices_to_json
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Store
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import World
from tests.connected import connect, sync
from tests.sim.stock_judge import StockJudge

pytestmark = pytest.mark.django_db


class Shop:
    """One product with 60 pieces on both sides, of which the store has sold three."""

    def __init__(self, first: FirstContact) -> None:
        self.world = World.empty(1)
        self.product = self.world.cscart.add_product(product="Lamp", product_code="L", price="10.00", amount="60")
        self.item = self.world.zoho.add_item(name="Lamp", sku="L", rate=10.0, stock_on_hand=60)
        self.user = self.world.cscart.add_user(firstname="Ann", lastname="Example", email="ann@example.com")
        self.order = self.place()
        self.first = first

    def place(self) -> int:
        return self.world.cscart.place_order(user_id=self.user, lines=[(self.product, 3)])

    def carry_over(self) -> None:
        """Another tool has brought the order to Zoho, where it is confirmed."""
        contact = self.world.zoho.add_contact(contact_name="Ann Example", email="ann@example.com")
        number = f"CS-{self.order}"
        given = {"salesorder_number": number, "reference_number": number}
        self.world.zoho.confirm(self.world.zoho.add_salesorder(contact, [(self.item, 3, 10.0)], **given))

    def connected(self) -> Store:
        store = connect(self.world, ProductChoices(first_contact_stock=self.first, brake_percent=100))
        store.order_choices = order_choices_to_json(OrderChoices(brake_percent=100))
        store.save()
        return store

    def go(self, store: Store, *entities: Entity) -> None:
        for entity in entities:
            self.world.clock.advance(3600)  # type: ignore[attr-defined]
            assert sync(store, entity=entity).state in ("done", "attention")

    @property
    def stock(self) -> tuple[int, int, int]:
        """What the store shows; what lies in Zoho, and what of it is for sale."""
        item = self.world.zoho.items()[self.item]
        shown = self.world.cscart.product(self.product)["amount"]
        return int(shown), int(item["stock_on_hand"]), int(item["available_for_sale_stock"])


ROUND = (Entity.PRODUCTS, Entity.CUSTOMERS, Entity.ORDERS, Entity.PRODUCTS)


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop(FirstContact.ZOHO)
    with app.using_transport(shop.world.transport(), shop.world.clock):
        yield shop


@pytest.mark.parametrize(("first", "stock"), [(FirstContact.ZOHO, (57, 60, 60)), (FirstContact.CSCART, (57, 57, 57))])
def test_an_order_from_before_products_were_paired_is_subtracted_once_it_is_known(
    first: FirstContact, stock: tuple[int, int, int], shop: Shop
) -> None:
    """Its pieces are among Zoho's where that figure was put over the store's; where the store's was, both lack them."""
    shop.first = first
    shop.go(shop.connected(), *ROUND)
    assert shop.stock == stock


def test_an_order_from_before_that_is_confirmed_meanwhile_does_not_make_pieces(shop: Shop) -> None:
    shop.world.cscart.set_order_status(shop.order, "P")
    shop.go(shop.connected(), *ROUND)
    assert shop.stock == (57, 60, 57)


@pytest.mark.parametrize("first", [FirstContact.ZOHO, FirstContact.CSCART])
def test_an_order_that_another_tool_has_brought_over_does_not_make_pieces(first: FirstContact, shop: Shop) -> None:
    shop.first = first
    shop.world.cscart.set_order_status(shop.order, "P")
    shop.carry_over()
    shop.go(shop.connected(), *ROUND)
    assert shop.stock == (57, 60, 57)


def test_a_deleted_order_gives_its_pieces_back_and_is_no_count_of_the_stock(shop: Shop) -> None:
    store = shop.connected()
    shop.go(store, *ROUND)
    shop.world.cscart.set_order_status(shop.order, "I")
    shop.world.cscart.delete_order(shop.order)
    shop.go(store, Entity.PRODUCTS)
    assert shop.stock == (60, 60, 60)


def void(shop: Shop, order: int) -> None:
    sales = shop.world.zoho.salesorders()
    shop.world.zoho.void(next(id for id, row in sales.items() if row["salesorder_number"] == f"CS-{order}"))


#: What a run reads: a path, and how often it was read.
LOOKS = [(path, nth) for path in ("/orders", "/salesorders", "/itemdetails", "/products") for nth in (1, 2, 3)]
ACTS: dict[str, Callable[[Shop, int], object]] = {
    "void in Zoho": void,
    "cancelled in the store": lambda shop, order: shop.world.cscart.set_order_status(order, "I"),
}


@dataclass
class Armed:
    """Watches calls, and acts once, right after the nth reading of a list."""

    judge: StockJudge
    path: str = ""
    nth: int = 0
    act: Callable[[], object] = lambda: None
    calls: int = 0

    def watch(self, request: Request, response: Response) -> None:
        self.calls += 1
        self.judge.watch_call(self.calls, request, response.status)
        if request.method == "GET" and request.path.endswith(self.path):
            self.nth -= 1
            if self.nth == 0:
                self.act()


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_whatever_happens_to_an_order_between_two_calls_no_write_sells_its_pieces_twice(
    act: Callable[[Shop, int], object], shop: Shop
) -> None:
    """A person acts after each of the lists that a run of products reads before it writes."""
    store = shop.connected()
    shop.go(store, *ROUND)
    judge = StockJudge(shop.world, looked=True)
    for watchers in (
        shop.world.cscart.watchers,
        shop.world.zoho.watchers,
        shop.world.cscart.order_watchers,
        shop.world.zoho.salesorder_watchers,
    ):
        watchers.append(judge.watch_edit)
    armed = Armed(judge)
    with app.using_transport(shop.world.transport(watch=armed.watch), shop.world.clock):
        for path, nth in LOOKS:
            order = shop.place()
            shop.world.cscart.set_order_status(order, "P")
            shop.go(store, Entity.ORDERS, Entity.ORDERS, Entity.PRODUCTS)
            shop.world.zoho.move_stock(shop.item, 5)
            armed.path, armed.nth, armed.act = path, nth, partial(act, shop, order)
            shop.go(store, Entity.PRODUCTS)
            assert not judge.failures, f"after {path}, {nth}: {judge.failures}"
    assert judge.writes >= len(LOOKS)
