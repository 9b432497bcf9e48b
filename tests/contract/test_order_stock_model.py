"""One product and its orders against an exact model that knows nothing of the engine.

The model counts pieces that can really be had: what was agreed on at first contact, less what was sold in the store
since, with what was cancelled, counted or delivered. A sale counts once, whatever becomes of its sales order. When
everything has come to rest, the store shows just that, and so does Zoho, which besides has the pieces of open drafts
that wait for nothing but their payment.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
import pytest

from cscart_zoho.mapping.choices import FirstContact
from cscart_zoho.store.choices import save_customer_choices
from cscart_zoho.store.models import Run
from tests.pace import first
from tests.situations.shop import Shop, opened

pytestmark = pytest.mark.django_db

#: What lies on the shelf at first: so much that nothing is ever sold out.
PIECES = 500


@dataclass
class Bought:
    """An order of the store, as the model sees it."""

    id: int
    pieces: int
    status: str
    guest: bool
    #: Its pieces were on neither side's shelf when the stock was agreed on.
    old: bool = False
    #: It was held when orders were synced: then its pieces are booked in Zoho.
    held: bool = False


@dataclass
class Model:
    """The shop, and what can be had of its one product."""

    shop: Shop
    rng: random.Random
    first: FirstContact | None
    free: int = PIECES
    orders: list[Bought] = field(default_factory=list)
    guests_allowed: bool = False
    told: list[str] = field(default_factory=list)

    # Before the connector comes

    def begin(self) -> None:
        shop = self.shop
        shop.product("LAMP", PIECES)
        shop.user()
        for status in self.rng.sample("PPCCO", self.rng.randint(1, 4)):
            self.buy(status)
        shown = int(shop.world.cscart.product(shop._product_id("LAMP"))["amount"])
        shop.item("LAMP", shown + (0 if self.first is None else self.rng.randint(5, 20)))
        for order in self.orders:
            order.old = True
        if self.first is FirstContact.ZOHO:
            self.free = shop.stock("LAMP")[2]
            for order in self.orders:
                if order.status != "C":  # its goods lie there still
                    self.free -= order.pieces
                    order.old = False
        shop.product_choices = msgspec.structs.replace(
            shop.product_choices, first_contact_stock=self.first or FirstContact.ASK
        )
        shop.order_choices = msgspec.structs.replace(shop.order_choices, create_in_cscart=False)
        shop.customer_choices = msgspec.structs.replace(shop.customer_choices, guests=False)
        kinds = ["products", "customers", "orders"]
        self.rng.shuffle(kinds)
        for kind in kinds:
            self.sync(kind)
        self.sync("products")
        self.sync("orders")  # the contract begins here: both kinds have seen each other

    # What happens

    def buy(self, status: str = "") -> None:
        guest = self.rng.random() < 0.4
        pieces = self.rng.randint(1, 5)
        status = status or self.rng.choice("PPCO")
        who = (
            {"guest": {"email": "g@example.com", "firstname": "Gus"}}
            if guest
            else {"user_id": next(iter(self.shop.world.cscart.users()))}
        )
        id = self.shop.world.cscart.place_order(lines=[(self.shop._product_id("LAMP"), pieces)], **who)
        if status != "O":
            self.shop.set_status(id, status)
        self.free -= pieces
        self.orders.append(Bought(id, pieces, status, guest))

    def _some(self, *statuses: str) -> Bought | None:
        found = [order for order in self.orders if order.status in statuses]
        return self.rng.choice(found) if found else None

    def pay(self) -> None:
        if order := self._some("O"):
            self.shop.set_status(order.id, "P")
            order.status = "P"

    def cancel(self) -> None:
        if order := self._some("O", "P", "C"):
            self.shop.set_status(order.id, "I")
            order.status = "I"
            self.free += order.pieces

    def void(self) -> None:
        """A person voids a confirmed sales order; by the next sync the store's order is cancelled."""
        order = self._some("P", "C")
        sale = self.shop.sale(order.id) if order else None
        if order and sale and sale["status"] == "confirmed":
            self.shop.world.zoho.void(sale["salesorder_id"])
            order.status = "I"
            self.free += order.pieces

    def edit(self) -> None:
        if order := self._some("O", "P"):
            pieces = self.rng.randint(1, 5)
            self.shop.world.cscart.edit_order(order.id, lines=[(self.shop._product_id("LAMP"), pieces)])
            self.free -= pieces - order.pieces
            order.pieces = pieces

    def count(self) -> None:
        more = self.rng.choice([-3, -1, 2, 5])
        shown = int(self.shop.world.cscart.product(self.shop._product_id("LAMP"))["amount"])
        self.shop.set_stock("LAMP", shown + more)
        self.free += more

    def deliver(self) -> None:
        more = self.rng.choice([-3, -1, 2, 5])
        self.shop.sell_in_zoho("LAMP", -more)
        self.free += more

    def hold(self) -> None:
        self._allow_guests(allowed=False)

    def release(self) -> None:
        self._allow_guests(allowed=True)

    def _allow_guests(self, *, allowed: bool) -> None:
        self.guests_allowed = allowed
        self.shop.customer_choices = msgspec.structs.replace(self.shop.customer_choices, guests=allowed)
        assert self.shop.store is not None
        self.shop.store.refresh_from_db()
        save_customer_choices(self.shop.store, self.shop.customer_choices)

    def sync(self, kind: str) -> None:
        if kind == "orders" and not self.guests_allowed:
            for order in self.orders:
                order.held |= order.guest and order.status != "I" and self.shop.sale(order.id) is None
        self.shop.sync(kind)
        self.told.append(f"{kind}: {self.shop.runs[-1].message} {self.shop.stock('LAMP')}")

    # What must be so

    def at_rest(self) -> None:
        for _ in range(6):
            before = self.shop.writes()
            for kind in ("orders", "products"):
                self.sync(kind)
            if self.shop.writes() == before:
                break
        else:
            raise AssertionError("the sides do not come to rest")
        drafts = sum(o.pieces for o in self.orders if o.status == "O" and not o.old and not o.held)
        shown, _, for_sale = self.shop.stock("LAMP")
        assert (shown, for_sale) == (self.free, self.free + drafts)

    def happen(self) -> None:
        events: list[Callable[[], None]] = [
            self.buy, self.buy, self.buy, self.pay, self.cancel, self.void, self.edit, self.count, self.deliver,
            self.hold, self.release,
        ]  # fmt: skip
        what = self.rng.choice(events)
        what()
        self.told.append(f"{what.__name__}: {self.shop.stock('LAMP')}, to be had: {self.free}")


@pytest.mark.parametrize("seed", first(3, range(30)))
def test_a_sale_counts_once_whatever_becomes_of_its_order(seed: int) -> None:
    rng = random.Random(f"one product {seed}")
    whose = [None, FirstContact.CSCART, FirstContact.ZOHO][seed % 3]
    with opened(Shop()) as shop:
        model = Model(shop, rng, whose)
        try:
            model.begin()
            model.at_rest()
            for _ in range(12):
                model.happen()
                for kind in rng.sample(["products", "orders"], rng.randint(0, 2)):
                    model.sync(kind)
            model.at_rest()
            assert not Run.objects.filter(state="failed").exists()
        except AssertionError as error:
            raise AssertionError(f"{error}\n" + "\n".join(model.told) + f"\n{model.orders}") from error
