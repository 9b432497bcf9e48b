"""From documents to the bodies of requests about CS-Cart's orders. Pure.

The store answers 200 or 201 and keeps something else: it cuts text, rounds
prices, drops lines (seen on a running 4.20 store). What it would damage raises
`Unfit` before it is sent. Money goes as text, as the store's own forms send it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec

from cscart_zoho.cscart.order_mapper import is_deleted, line_there, marked, marker, members, number_of
from cscart_zoho.cscart.order_wire import OrderRow
from cscart_zoho.errors import Unfit
from cscart_zoho.mapping import text
from cscart_zoho.mapping.names import split_full_name
from cscart_zoho.mapping.order_lines import pair_up, same_words
from cscart_zoho.order import Address, Line, Order

Body = dict[str, Any]
#: A text as the store keeps it.
Keep = Callable[[str], str]

#: What the columns hold (tables of 4.20). The order's own names are the shortest; those of its addresses take more.
NAME_LIMIT = 32
LIMITS: Mapping[str, int] = {"email": 128, "phone": 128, "company": 255}
ADDRESS_LIMITS: Mapping[str, int] = {
    "firstname": 128,
    "lastname": 128,
    "address": 255,
    "address_2": 255,
    "city": 64,
    "state": 32,
    "zipcode": 32,
    "country": 2,
    "phone": 128,
}
#: Money has ten digits and two decimals in the database.
PLACES, MONEY_LIMIT = Decimal("0.01"), Decimal(10) ** 10
AMOUNT_LIMIT = 8_388_607


# Texts


def kept(value: str) -> str:
    """Text without the signs that the store would keep as "????": emoji and others of four bytes (seen on 4.20)."""
    return text.tidy("".join(sign for sign in value if ord(sign) <= 0xFFFF))


# A new order


def creation(order: Order, *, payment_id: str, shipping_id: str, at: datetime, keep: Keep = kept) -> Body:
    """The body that makes an order, at catalogue prices: those given are ignored (seen on 4.20). Raises `Unfit`.

    Columns stand at the top, too: of `user_data` the store keeps what its profile fields show (read in the code).
    """
    check(order)
    columns = _columns(order, keep)
    return {
        **_customer(order, columns),
        "payment_id": _whole_id(payment_id),
        "shipping_id": _whole_id(shipping_id),
        # A line with the key 0 would be skipped (read in the code).
        "products": {
            str(place): {"product_id": _whole_id(line.product_id), "amount": int(line.quantity)}
            for place, line in enumerate(order.lines, 1)
        },
        "timestamp": int(at.timestamp()),
        "notes": keep(order.notes),
        "details": marker(order.number),
        **columns,
    }


def _customer(order: Order, columns: Body) -> Body:
    """A known customer, or a guest. The store would take `user_data` of a known one for nothing (seen on 4.20)."""
    if order.customer_id:
        return {"user_id": _whole_id(order.customer_id)}
    if not columns.get("email"):
        raise Unfit("It has no customer in the store and no e-mail address.", field="email")
    return {"user_id": 0, "user_data": columns}


def check(order: Order) -> None:
    """Raises `Unfit` for what an order of the store cannot be."""
    if marked(marker(order.number)) != order.number:
        raise Unfit(f'The number "{order.number}" cannot be kept in the notes of the store\'s order.')
    if not order.lines:
        raise Unfit("It has no lines; the store takes no order without them.")
    for line in order.lines:
        _check_line(line)
    for what in ("total", "discount", "shipping", "surcharge"):
        _money(getattr(order, what), what)


def _check_line(line: Line) -> None:
    if not line.product_id.isdecimal():
        raise Unfit(f"Its line {label(line)} is of no product that the store has.", field="document")
    if line.quantity != line.quantity.to_integral_value() or not 0 < line.quantity <= AMOUNT_LIMIT:
        raise Unfit(f"The store sells whole pieces only, not {line.quantity} of {label(line)}.", field="document")
    if line.discount:
        raise Unfit(f"The store keeps no discount of a line, and {label(line)} has one.", field="document")
    _money(line.price, f"price of {label(line)}")


def label(line: Line) -> str:
    """What people call a line."""
    return line.sku or line.name or f"product {line.product_id}"


def _money(amount: Decimal, what: str) -> str:
    """An amount as text; the store would round it, and drop the sign of a price."""
    if not amount.is_finite() or not 0 <= amount < MONEY_LIMIT or amount != amount.quantize(PLACES):
        raise Unfit(f"The store cannot keep {amount} as {what}: it has two decimals.", field="document")
    return str(amount.quantize(PLACES))


def _whole_id(id: str) -> int:
    if not id.isdecimal():
        raise Unfit(f'"{id}" is no id of the store.', field="document")
    return int(id)


# A change


def change(order: Order, row: OrderRow, keep: Keep = kept) -> Body:
    """The body that makes the store's order what the document says; empty where it is so already. Raises `Unfit`.

    Everything goes along each time: the store calculates an order anew with every change but a status, and a
    shipping cost holds for one change only (seen on 4.20).
    """
    check_kept(order, row)
    check(order)
    lines = list(_placed(order, row))
    columns = {name: value for name, value in _columns(order, keep).items() if value != str(getattr(row, name) or "")}
    if keep(order.notes) != text.tidy(str(row.notes or "")):
        columns["notes"] = keep(order.notes)
    if not columns and _same_money(order, row) and _same_lines(lines, row):
        return {}
    return {"products": {place.key: place.body for place in lines}, **overrides(order), **columns}


def check_kept(order: Order, row: OrderRow) -> None:
    """A change would drop the lines of deleted products: the store looks every product up (read in the code)."""
    there = {line.id for line in order.lines} | {line.product_id for line in order.lines}
    for told in members(row.products):
        if is_deleted(told) and there & {str(told.get("item_id")), _product(told)}:
            raise Unfit(
                f"{told.get('product_code') or told.get('product')} was deleted in the store, which would drop its "
                "line when the order is changed.",
                advice="Change the order in the store's own panel.",
                field="document",
            )


@dataclass(frozen=True)
class Placed:
    """A line of the document, and the store's line that it is; None = a new one."""

    key: str
    line: Line
    told: Mapping[str, Any] | None

    @property
    def body(self) -> Body:
        """The lines sent take the place of the old ones, so what a line had besides goes back with it."""
        body: Body = {
            "product_id": int(self.line.product_id),
            "amount": int(self.line.quantity),
            "price": str(self.line.price.quantize(PLACES)),
            "stored_price": "Y",
        }
        extra = self.told.get("extra") if self.told is not None else None
        if isinstance(extra, Mapping):
            body |= {"product_options": extra.get("product_options") or {}, "extra": extra}
        return body


def _placed(order: Order, row: OrderRow) -> Iterator[Placed]:
    """Each line with its key: that of the line that it is in the store, else a new number. Raises `Unfit`."""
    rows = members(row.products)
    there = [line_there(told) for told in rows]
    keys = [line.id for line in there]
    places = pair_up(order.lines, there)
    given_up = {keys[place] for place in range(len(rows)) if place not in places}
    numbers = (str(number) for number in count(1) if str(number) not in keys)
    for line, place in zip(order.lines, places, strict=True):
        _check_options(line, None if place is None else there[place], there)
        if place is not None:
            yield Placed(keys[place], line, rows[place])
        else:
            yield Placed(line.id if line.id in given_up else next(numbers), line, None)


def _check_options(line: Line, same: Line | None, there: Sequence[Line]) -> None:
    """Options have ids that only the store knows: what another text says of them cannot be written there."""
    known = [each.options for each in there if each.product_id == line.product_id and each.options]
    has = same.options if same is not None else ", ".join(known)
    if line.options and has and not same_words(line.options, has):
        raise Unfit(
            f"Zoho says {line.options} of {label(line)}, and the store's order has {has}: options are chosen in the "
            "store alone.",
            field="document",
            advice="Change the order in the store's own panel, or write the options in Zoho as the store has them.",
        )


def _product(told: Mapping[str, Any]) -> str:
    return str(told.get("product_id"))


def _same_lines(lines: list[Placed], row: OrderRow) -> bool:
    """Whether the store has these lines and no others."""
    return len(lines) == len(members(row.products)) and all(_is_so(place) for place in lines)


def _is_so(place: Placed) -> bool:
    if place.told is None:
        return False
    there = line_there(place.told)
    return (place.line.price, place.line.quantity) == (there.price, there.quantity)


def _same_money(order: Order, row: OrderRow) -> bool:
    told = (row.total, row.shipping_cost, row.subtotal_discount, row.payment_surcharge)
    return (order.total, order.shipping, order.discount, order.surcharge) == tuple(map(number_of, told))


def overrides(order: Order) -> Body:
    """Figures that are kept as they are given instead of those that the store calculates.

    A surcharge is added to the total once more (read in the code). `stored_shipping` is by package and by way of
    shipping in it, and was seen to work.
    """
    shipping = _money(order.shipping, "shipping")
    return {
        "shipping_cost": shipping,
        "stored_shipping": {"0": {"0": shipping}},
        "subtotal_discount": _money(order.discount, "discount"),
        "payment_surcharge": _money(order.surcharge, "surcharge"),
        "total": str((order.total - order.surcharge).quantize(PLACES)),
    }


def righted(body: Body, order: Order, shown: Decimal) -> Body:
    """The same body with a total that makes up for how far the store's is from the document's."""
    return {**body, "total": str((Decimal(body["total"]) + order.total - shown).quantize(PLACES))}


# Columns


def _columns(order: Order, keep: Keep) -> Body:
    """The customer's columns and both addresses. An address that the document does not have is not touched."""
    first, last = split_full_name(keep(order.name))
    head = {"firstname": _shortened(first), "lastname": _shortened(last)} if order.name else {}
    for name, limit in LIMITS.items():
        if value := keep(getattr(order, name)):
            head[name] = _fitting(value, limit, name)
    billing = order.billing
    if not billing.name and (billing != Address() or len(max(first, last, key=len)) > NAME_LIMIT):
        billing = msgspec.structs.replace(billing, name=order.name)
    return head | _address_columns("b", billing, keep) | _address_columns("s", order.delivery, keep)


def _address_columns(kind: str, address: Address, keep: Keep) -> dict[str, str]:
    if address == Address():
        return {}
    first, last = split_full_name(keep(address.name))
    told = {"firstname": first, "lastname": last, "address": address.street, "address_2": address.street2}
    told |= {"city": address.city, "state": address.state, "zipcode": address.zip, "country": address.country}
    told["phone"] = address.phone
    only_name = address == Address(name=address.name)
    return {
        f"{kind}_{name}": _fitting(keep(value), ADDRESS_LIMITS[name], name)
        for name, value in told.items()
        if value or not only_name
    }


def _shortened(name: str) -> str:
    """As many words of a name as its column holds. The address has the whole name."""
    if len(name) <= NAME_LIMIT:
        return name
    words = name[: NAME_LIMIT + 1].rsplit(" ", 1)
    return words[0] if len(words) == 2 else name[:NAME_LIMIT]


def _fitting(value: str, limit: int, name: str) -> str:
    if len(value) > limit:
        raise Unfit(
            f'"{value[:60]}" has {len(value)} characters; the store would cut it at {limit} ({name}).', field="document"
        )
    return value


def left_out(order: Order, keep: Keep = kept) -> dict[str, str]:
    """A note for people where text of a document is not kept whole."""
    told = (order.notes, order.name, order.company, *(_words(each) for each in (order.billing, order.delivery)))
    if not any(text.damaged_by_store(each) and not text.damaged_by_store(keep(each)) for each in told):
        return {}
    return {"left_out": "The store cannot keep emoji: they were left out of its texts."}


def _words(address: Address) -> str:
    return " ".join(str(value) for value in msgspec.structs.astuple(address))
