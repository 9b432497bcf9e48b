"""Edits by people on both sides while nobody touches the connector, and how long each takes to arrive.

The edits are made through the simulators' control addresses, and looked for
there: what counts is what the other side holds.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

import httpx2

#: How often both sides are looked at, and how long at most.
LOOK_S, PATIENCE_S = 0.3, 120.0
#: Pieces that a product needs for an edit of its stock.
ENOUGH = 5
#: Orders that are cancelled or made void in one round of edits.
CANCELLED = 2


@dataclass(frozen=True)
class Both:
    """The control address of both simulators."""

    url: str

    def do(self, edit: str, **fields: Any) -> Any:
        """One edit or one look. Raises `httpx2.HTTPError` when it is refused."""
        answer = httpx2.post(f"{self.url}/__sim__/{edit}", json=fields, timeout=60)
        answer.raise_for_status()
        return answer.json()


@dataclass(frozen=True)
class Look:
    """Both sides at one moment; each list is read when it is first needed."""

    both: Both

    def rows(self, kind: str, key: str) -> dict[str, dict[str, Any]]:
        """The rows of a list by a column that tells them apart; rows without it are left out."""
        if kind not in self._read:
            self._read[kind] = self.both.do(kind)
        return {str(row[key]): row for row in self._read[kind] if row.get(key)}

    @cached_property
    def _read(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class Edit:
    """One edit: what it is in words, how it is made, and how it is seen that it has arrived."""

    words: str
    make: Callable[[], object]
    arrived: Callable[[Look], bool]


@dataclass
class HandsOff:
    """What was planted and what came of it. Times are seconds since all edits were made."""

    edits: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    #: What did not arrive within the patience, and what no record was fit for.
    missing: list[str] = field(default_factory=list)
    unfit: list[str] = field(default_factory=list)

    def answer(self) -> dict[str, Any]:
        slowest = round(max(self.seconds.values(), default=0.0), 1)
        return {"edits": self.edits, "arrived": len(self.seconds), "slowest_seconds": slowest}


def plant_and_wait(
    both: Both, edits: list[Edit], *, patience_s: float = PATIENCE_S, clock: Callable[[], float] = time.monotonic
) -> HandsOff:
    """Make all edits, then look at both sides until everything has arrived or patience ends."""
    for edit in edits:
        edit.make()
    began, waiting, outcome = clock(), list(edits), HandsOff(len(edits))
    while waiting and clock() - began < patience_s:
        time.sleep(LOOK_S)
        look = Look(both)
        for edit in [each for each in waiting if each.arrived(look)]:
            outcome.seconds[edit.words] = clock() - began
            waiting.remove(edit)
    outcome.missing = [edit.words for edit in waiting]
    return outcome


def edits_of_both_sides(both: Both) -> tuple[list[Edit], list[str]]:
    """Edits of products, stock, customers and orders in both directions, each on records of its own.

    Answers the edits, and those for which there is no fit record.
    """
    return _built(both, EDITS, "")


def edits_told_at_once(both: Both) -> tuple[list[Edit], list[str]]:
    """Those of which the sides surely send messages: edits of fields in Zoho, and what is new in the store."""
    return _built(both, {words: build for words, build in EDITS.items() if words in TOLD_AT_ONCE}, " again")


def _built(both: Both, some: "Mapping[str, Build]", suffix: str) -> tuple[list[Edit], list[str]]:
    records, edits, unfit = Records.of(Look(both)), [], []
    for words, build in some.items():
        try:
            edits.append(Edit(words, *build(both, records, suffix)))
        except StopIteration:
            unfit.append(words)
    return edits, unfit


Row = dict[str, Any]
#: How an edit is made, and how it is seen that it has arrived.
Built = tuple[Callable[[], object], Callable[[Look], bool]]


@dataclass(frozen=True)
class Records:
    """What both sides have: products with their items, users with their contacts, orders of both sides."""

    products: Iterator[tuple[Row, Row]]
    people: Iterator[tuple[Row, Row]]
    orders: Iterator[tuple[Row, Row]]

    @classmethod
    def of(cls, look: Look) -> "Records":
        return cls(_same_products(look), _same_people(look), _same_orders(look))


def _same_products(look: Look) -> Iterator[tuple[Row, Row]]:
    """Products for sale and their items, by SKU; those with enough stock for a sale.

    Not the products of orders that are cancelled meanwhile: their pieces come back and hide what is looked for.
    """
    items = look.rows("items", "sku")
    cancelled = islice(_same_orders(look), 2 * CANCELLED)
    back = {line["item_id"] for _, sold in cancelled for line in sold["line_items"]}
    for sku, product in look.rows("products", "product_code").items():
        item = items.get(sku)
        if item is not None and item["item_id"] in back:
            continue
        fit = product["status"] == "A" and product["tracking"] == "B" and int(product["amount"]) > ENOUGH
        if item is not None and fit and item["status"] == "active" and float(item["stock_on_hand"]) > ENOUGH:
            yield product, item


def _same_people(look: Look) -> Iterator[tuple[Row, Row]]:
    contacts = look.rows("crm_contacts", "Email")
    for email, user in look.rows("users", "email").items():
        if email in contacts and user["user_type"] == "C":
            yield user, contacts[email]


def _same_orders(look: Look) -> Iterator[tuple[Row, Row]]:
    """Orders that are confirmed on both sides, not packed and not invoiced."""
    orders = look.rows("orders", "order_id")
    for number, sold in look.rows("salesorders", "salesorder_number").items():
        order = orders.get(number.removeprefix("CS-"))
        if order is not None and order["status"] == "P" and sold["status"] in ("confirmed", "open"):
            yield order, sold


def _price(both: Both, records: Records, suffix: str) -> Built:
    product, item = next(records.products)
    price = f"{float(product['price']) + 1.11:.2f}"
    return (
        lambda: both.do("edit_product", product_id=int(product["product_id"]), price=price),
        lambda look: f"{float(look.rows('items', 'item_id')[item['item_id']]['rate']):.2f}" == price,
    )


def _name(both: Both, records: Records, suffix: str) -> Built:
    product, item = next(records.products)
    name = f"{product['product']}, edited{suffix}"
    return (
        lambda: both.do("edit_product", product_id=int(product["product_id"]), product=name),
        lambda look: bool(look.rows("items", "item_id")[item["item_id"]]["name"] == name),
    )


def _sale(both: Both, records: Records, suffix: str) -> Built:
    product, item = next(records.products)
    left = float(item["stock_on_hand"]) - 2
    return (
        lambda: both.do("order", product_id=int(product["product_id"]), amount=2),
        lambda look: float(look.rows("items", "item_id")[item["item_id"]]["stock_on_hand"]) == left,
    )


def _goods(both: Both, records: Records, suffix: str) -> Built:
    product, item = next(records.products)
    more = int(product["amount"]) + 7
    return (
        lambda: both.do("move_stock", item_id=item["item_id"], delta=7),
        lambda look: int(look.rows("products", "product_id")[product["product_id"]]["amount"]) == more,
    )


def _new_item(both: Both, records: Records, suffix: str) -> Built:
    sku = f"HANDS-OFF{suffix}".replace(" ", "-").upper()
    return (
        lambda: both.do("add_item", name=f"Example item, hands off{suffix}", sku=sku, rate=12.5),
        lambda look: sku in look.rows("products", "product_code"),
    )


def _users_phone(both: Both, records: Records, suffix: str) -> Built:
    (user, contact), phone = next(records.people), f"+1 555 0199{suffix}"
    return (
        lambda: both.do("edit_user", user_id=int(user["user_id"]), phone=phone),
        lambda look: bool(look.rows("crm_contacts", "id")[contact["id"]]["Phone"] == phone),
    )


def _contacts_phone(both: Both, records: Records, suffix: str) -> Built:
    (user, contact), phone = next(records.people), f"+1 555 0198{suffix}"
    return (
        lambda: both.do("edit_crm_contact", id=contact["id"], Phone=phone),
        lambda look: bool(look.rows("users", "user_id")[user["user_id"]]["phone"] == phone),
    )


def _cancelled(both: Both, records: Records, suffix: str) -> Built:
    order, sold = next(records.orders)
    id = sold["salesorder_id"]
    return (
        lambda: both.do("set_order_status", order_id=int(order["order_id"]), letter="I"),
        lambda look: bool(look.rows("salesorders", "salesorder_id")[id]["status"] == "void"),
    )


def _void(both: Both, records: Records, suffix: str) -> Built:
    order, sold = next(records.orders)
    return (
        lambda: both.do("void_salesorder", order_id=sold["salesorder_id"]),
        lambda look: bool(look.rows("orders", "order_id")[order["order_id"]]["status"] == "I"),
    )


def _placed(both: Both, records: Records, suffix: str) -> Built:
    # Which Zoho tax a tax of the store becomes is the merchant's to say; this order needs no answer.
    product = next(product for product, _ in records.products if not product["tax_ids"])
    user, _ = next(records.people)
    placed: list[str] = []

    def place() -> None:
        lines = [[int(product["product_id"]), 1]]
        placed.append(str(both.do("place_order", lines=lines, user_id=int(user["user_id"]))["order_id"]))

    return place, lambda look: f"CS-{placed[0]}" in look.rows("salesorders", "salesorder_number")


Build = Callable[[Both, Records, str], Built]
EDITS: Mapping[str, Build] = {
    "a price, in the store": _price,
    "a name, in the store": _name,
    "a sale of 2 pieces, in the store": _sale,
    "7 pieces more, in Zoho": _goods,
    "a new item, in Zoho": _new_item,
    "a telephone number, in the store": _users_phone,
    "a telephone number, in Zoho CRM": _contacts_phone,
    "an order cancelled, in the store": _cancelled,
    "a sales order made void, in Zoho": _void,
    "an order placed, in the store": _placed,
}
#: CS-Cart's own web hooks tell of what is new and of nothing else. Those of Zoho tell of edits; whether they tell of
#: stock that moves and of a status alone is not known.
TOLD_AT_ONCE = (
    "a new item, in Zoho",
    "a telephone number, in Zoho CRM",
    "an order placed, in the store",
)


def table(outcome: HandsOff) -> Iterator[str]:
    """The outcome in lines for people."""
    for words, seconds in outcome.seconds.items():
        yield f"  {words:<40}{seconds:>7.1f} s"
    for words in outcome.missing:
        yield f"  {words:<40}  NOT ARRIVED"
    for words in outcome.unfit:
        yield f"  {words:<40}  left out: no record is fit for it"
