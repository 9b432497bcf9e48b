"""From order documents to requests about sales orders. Pure.

Amounts leave as exact JSON numbers. Zoho takes discounts either by line or for
the whole order (`discount_type`; Zoho Inventory API: Sales Orders).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping import places, text
from cscart_zoho.mapping.order_lines import pair_up
from cscart_zoho.mapping.store_places import StorePlaces
from cscart_zoho.order import Line, Order, plain
from cscart_zoho.zoho.address_mapper import ISO_PLACES
from cscart_zoho.zoho.figures import amount, line_of, rows_of
from cscart_zoho.zoho.line_words import described, options_in

#: One sales order as it came.
SalesOrder = Mapping[str, Any]

#: The longest texts that Zoho takes: of a line (Zoho Inventory API: Items), of the adjustment's description (its
#: invoices).
_NAME_LIMIT, _NOTE_LIMIT = 100, 100

#: What of a line is no business of ours and goes back as it was: whether Zoho keeps what is left out is open.
_KEPT = ("unit", "location_id", "hsn_or_sac")


def creation(order: Order, address_ids: Mapping[str, str]) -> dict[str, Any]:
    """The body that makes a sales order under our own number. Raises `Unfit`."""
    if not order.customer_id:
        raise Unfit("The order has no customer in Zoho.", field="document")
    if not order.lines or any(not line.product_id for line in order.lines):
        raise Unfit("A line of the order has no item in Zoho.", field="document")
    body: dict[str, Any] = {
        "customer_id": order.customer_id,
        "salesorder_number": order.number,
        "reference_number": order.reference or order.number,
        "line_items": [_line(line, {}) for line in order.lines],
        "is_inclusive_tax": order.inclusive,
        **address_ids,
        **_persons(order, {}),
    }
    told = {"date": order.date, "notes": order.notes}
    body |= {name: value for name, value in told.items() if value} | _discount(order)
    if order.shipping:
        body["shipping_charge"] = number(order.shipping)
    return body | (_adjustment(order) if order.adjustment else {})


def change(order: Order, before: SalesOrder, address_ids: Mapping[str, str]) -> dict[str, Any]:
    """The body that makes an existing sales order this one; it keeps its numbers. Raises `Unfit`."""
    body: dict[str, Any] = {
        "customer_id": order.customer_id or str(before.get("customer_id") or ""),
        "salesorder_number": line_of(before.get("salesorder_number")),
        "line_items": _lines(order, before),
        "notes": _as_written(order.notes, before.get("notes")),
        "shipping_charge": number(order.shipping),
        **_adjustment(order),
        **address_ids,
        **_persons(order, before),
    }
    told = {"date": order.date, "reference_number": order.reference if order.reference != order.number else ""}
    body |= {name: value for name, value in told.items() if value} | _discount(order)
    if amount(before.get("discount")) or str(before.get("discount") or "").endswith("%"):
        body.setdefault("discount", 0)
    if order.inclusive != bool(before.get("is_inclusive_tax")):
        body["is_inclusive_tax"] = order.inclusive
    return body


def _as_written(notes: str, before: object) -> str:
    """The notes; those of Zoho where the store has all of them that it can keep."""
    there = str(before or "")
    return there if text.all_it_keeps(there, notes) else notes


def _persons(order: Order, before: SalesOrder) -> dict[str, Any]:
    """The persons of the contact who are named; those that are there already stay."""
    there = [str(id) for id in before.get("contact_persons") or []]
    ids = [order.person_id, *(id for id in there if id != order.person_id)] if order.person_id else there
    return {"contact_persons_associated": [{"contact_person_id": id} for id in ids]} if ids else {}


def place_of_supply(order: Order, country: str, known: StorePlaces = ISO_PLACES) -> dict[str, Any]:
    """The key that tells an organisation of India to which of its states the goods go; nothing elsewhere.

    Without it Zoho takes the contact's (Zoho Inventory API: Sales Orders), which may be that of all guests.
    """
    where = order.delivery if order.delivery.state else order.billing
    place = known.state(where.country, where.state)
    if country.upper() != "IN" or places.state_country(place) != "IN":
        return {}
    return {"place_of_supply": places.state_short(place)}


def evened_out(order: Order, difference: Decimal) -> Order:
    """The order with `difference` more in its adjustment, and a word of where the cent went."""
    trace = f"Rounding {format(plain(difference), '+f')}"
    room = _NOTE_LIMIT - len(trace) - 2
    note = f"{order.adjustment_note[:room]}; {trace}" if order.adjustment_note else trace
    return replace(order, adjustment=order.adjustment + difference, adjustment_note=note)


def _adjustment(order: Order) -> dict[str, Any]:
    described = {"adjustment_description": order.adjustment_note[:_NOTE_LIMIT]} if order.adjustment_note else {}
    return {"adjustment": number(order.adjustment), **described}


def _discount(order: Order) -> dict[str, Any]:
    by_line = any(line.discount for line in order.lines)
    if by_line and order.discount:
        raise Unfit(
            "Zoho takes discounts either for single lines or for the whole order.",
            field="document",
            advice="Leave one of the two out, or take the discount into the prices of the lines.",
        )
    if by_line:  # seen live: a discount after tax cannot be one of a line
        return {"discount_type": "item_level", "is_discount_before_tax": True}
    if not order.discount:
        return {}
    before_tax = order.discount_before_tax
    return {
        "discount": number(order.discount),
        "discount_type": "entity_level",
        "is_discount_before_tax": before_tax,
    }


# Lines


def _line(line: Line, before: SalesOrder) -> dict[str, Any]:
    """One line; `before` is what is there already in its place. Options are in the description, and go with it."""
    body: dict[str, Any] = {name: before[name] for name in _KEPT if before.get(name)}
    if before.get("line_item_id"):
        body["line_item_id"] = str(before["line_item_id"])
    names = {"item_id": line.product_id, "name": _short(line.name)}
    body |= {name: value for name, value in names.items() if value}
    # Told though it is empty: a line that names no tax gets that of its item.
    body["tax_id"] = line.tax_ids[0] if line.tax_ids else ""
    words = described(line.options, before.get("description"))
    if words or before.get("description"):
        body["description"] = words
    if line.discount or amount(before.get("discount")):
        body["discount"] = number(line.discount)
    return body | {"rate": number(line.price), "quantity": number(line.quantity)}


def _short(name: str) -> str:
    return name if len(name) <= _NAME_LIMIT else name[: _NAME_LIMIT - 1].rstrip() + "…"


def _lines(order: Order, before: SalesOrder) -> list[dict[str, Any]]:
    """A line that is there already keeps its id: without it, Zoho takes it for a new one and drops the old one."""
    rows = rows_of(before, "line_items")
    wanted = [replace(line, name=_short(line.name)) for line in order.lines]
    places = pair_up(wanted, [_there(row) for row in rows])
    return [_line(line, {} if place is None else rows[place]) for line, place in zip(order.lines, places, strict=True)]


def _there(row: SalesOrder) -> Line:
    """A line that Zoho has, as far as it tells which one it is."""
    return Line(
        id=str(row.get("line_item_id") or ""),
        product_id=str(row.get("item_id") or ""),
        name=line_of(row.get("name")),
        options=options_in(row.get("description")),
        quantity=amount(row.get("quantity")),
        price=amount(row.get("rate")),
    )


def number(value: Decimal) -> int | float:
    """An amount that JSON keeps exactly. Raises `Unfit`: a figure of more than 15 digits would not stay what it is."""
    if not value.is_finite() or len(value.as_tuple().digits) > 15 or abs(value) >= Decimal(10**13):
        raise Unfit(f'Zoho cannot keep the amount "{value}".', field="document")
    return int(value) if value == value.to_integral_value() else float(value)
