"""From Zoho's sales orders to records. Pure.

A list row has no lines, no taxes and no addresses: its record is partial. The
document holds only what somebody writes into an order; what moves by itself
(status, shipped quantities, time stamps) is told beside it, or not at all.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from cscart_zoho.mapping import text
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.mapping.store_places import StorePlaces
from cscart_zoho.order import NOTHING, Line, Order, Tax, papers_to_text, plain, to_text
from cscart_zoho.records import Record, Side, Value
from cscart_zoho.zoho.address_mapper import ISO_PLACES, address_of
from cscart_zoho.zoho.figures import amount, day_of, figure, line_of, rows_of
from cscart_zoho.zoho.line_words import options_in
from cscart_zoho.zoho.mapper import moment
from cscart_zoho.zoho.order_papers import papers_of, status_of

#: One sales order as it came, numbers as `int` or `Decimal`.
SalesOrder = Mapping[str, Any]

#: How Zoho names a tax among those of an order: "VAT (7.5%)".
_NAMED_TAX = re.compile(r"(.*?)\s*\((\d+(?:\.\d+)?)\s*%\)")
_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class OrderMapper:
    """Reads sales orders. Of `organisation`, `taxes` and `price_precision` are used."""

    choices: OrderChoices
    organisation: Mapping[str, Any]
    places: StorePlaces = ISO_PLACES

    def is_ours(self, number: str) -> bool:
        """Whether this is a number that orders of the store have in Zoho."""
        return re.fullmatch(re.escape(self.choices.prefix) + r"[0-9]+", number) is not None

    def key(self, told: SalesOrder) -> str:
        """The number that both sides share: a reference to an order of the store comes before Zoho's own number.

        So does the reference of a sales order that was made anew: SO-12-2 stands for SO-12.
        """
        reference, number = line_of(told.get("reference_number")), line_of(told.get("salesorder_number"))
        return reference if self.is_anew(told) or self.is_ours(reference) else number

    def is_anew(self, told: SalesOrder) -> bool:
        """Whether it was made in place of one that is void: its number is that one's, and a count."""
        reference, number = line_of(told.get("reference_number")), line_of(told.get("salesorder_number"))
        return bool(reference) and re.fullmatch(re.escape(reference) + r"-[0-9]{1,2}", number) is not None

    def record(self, told: SalesOrder, *, listed: bool, answered: bool = False) -> Record:
        """A sales order, or the list row of one. What cannot be read is said in `notes["problem"]`."""
        values: dict[str, Value] = {
            "status": status_of(told),
            "total": amount(told.get("total")),
            "currency": line_of(told.get("currency_code")),
            "date": day_of(told.get("date")),
            "customer": self._customer(told),
        }
        email = _email(told)
        if email:
            values["email"] = email
        if not listed:
            values |= {"document": to_text(self.order(told)), "papers": papers_to_text(papers_of(told))}
        unreadable = ", ".join(dict.fromkeys(_unreadable(told)))
        return Record(
            side=Side.ZOHO,
            id=str(told.get("salesorder_id") or ""),
            key=self.key(told),
            values=values,
            etag=_etag(told),
            modified_at=moment(told.get("last_modified_time")),
            partial=listed,
            tells_all=bool(email),  # an order may keep quiet about whom it concerns, and its list row tell
            shown=_shown(told, listed=listed),
            notes={"problem": f"Zoho's figures cannot be read: {unreadable}. Correct it there."} if unreadable else {},
            answered=answered,
        )

    def _customer(self, told: SalesOrder) -> str:
        """Nobody, where it is the contact that stands for all guests."""
        id = str(told.get("customer_id") or "")
        return "" if id == self.choices.guest_contact_id else id

    # The document

    def order(self, told: SalesOrder) -> Order:
        """The document, with ids of Zoho. Discounts are told in money, whatever they were given in."""
        rows = rows_of(told, "line_items")
        by_line = told.get("discount_type") == "item_level"
        inclusive = bool(told.get("is_inclusive_tax"))
        adjustment = amount(told.get("adjustment"))
        return Order(
            number=self.key(told),
            date=day_of(told.get("date")),
            currency=line_of(told.get("currency_code")),
            customer_id=str(told.get("customer_id") or ""),
            name=line_of(told.get("customer_name")),
            lines=tuple(self._line(row, told) for row in rows),
            discount=NOTHING if by_line else self._discount(told),
            discount_before_tax=told.get("is_discount_before_tax") is not False,
            inclusive=inclusive,
            shipping=_shipping(told),
            adjustment=adjustment,
            adjustment_note=line_of(told.get("adjustment_description")) if adjustment else "",
            taxes=tuple(self._taxes(told, rows, inclusive)),
            total=amount(told.get("total")),
            billing=address_of(told.get("billing_address"), self.places),
            delivery=address_of(told.get("shipping_address"), self.places),
            notes=text.tidy(str(told.get("notes") or "")),
            reference=line_of(told.get("reference_number")),
        )

    def _line(self, row: SalesOrder, told: SalesOrder) -> Line:
        rate, quantity = amount(row.get("rate")), amount(row.get("quantity"))
        tax = str(row.get("tax_id") or "")
        return Line(
            id=str(row.get("line_item_id") or ""),
            product_id=str(row.get("item_id") or ""),
            sku=line_of(row.get("sku")),
            name=line_of(row.get("name")),
            quantity=quantity,
            price=rate,
            discount=self._in_money(row.get("discount"), [row.get("discount_amount")], rate * quantity, told),
            tax_ids=(tax,) if tax else (),
            options=options_in(row.get("description")),
        )

    def _discount(self, told: SalesOrder) -> Decimal:
        """Off the whole order. A percentage after tax is one of the sum with its taxes."""
        base = amount(told.get("sub_total"))
        if told.get("is_discount_before_tax") is False and not told.get("is_inclusive_tax"):
            base += amount(told.get("tax_total"))
        in_money = [told.get("discount_total"), told.get("discount_amount")]
        return self._in_money(told.get("discount"), in_money, base, told)

    def _in_money(self, given: object, in_money: list[object], base: Decimal, told: SalesOrder) -> Decimal:
        """A discount as it was given ("10%", or an amount); for a percentage, the money that Zoho says it is."""
        written = str(given or "").strip()
        if not written.endswith("%"):
            return amount(given)
        percent = amount(written[:-1])
        if not percent:
            return NOTHING
        said = next((amount(each) for each in in_money if amount(each)), None)
        return said or plain((base * percent / _HUNDRED).quantize(self._minor(told), ROUND_HALF_UP))

    def _minor(self, told: SalesOrder) -> Decimal:
        """The smallest amount of the order's currency: 0.01, or 1."""
        places = told.get("price_precision", self.organisation.get("price_precision", 2))
        return Decimal(1).scaleb(-min(int(places), 6)) if str(places).isdecimal() else Decimal("0.01")

    def _taxes(self, told: SalesOrder, rows: list[SalesOrder], inclusive: bool) -> Iterator[Tax]:
        """In an order of ours: Zoho promises none."""
        for row in sorted(
            rows_of(told, "taxes"), key=lambda each: (str(each.get("tax_name")), str(each.get("tax_id")))
        ):
            id, name, rate = self._tax(row, rows)
            yield Tax(id=id, name=name, rate=rate, included=inclusive, amount=amount(row.get("tax_amount")))

    def _tax(self, row: SalesOrder, rows: list[SalesOrder]) -> tuple[str, str, Decimal]:
        """Id, name and percentage. Zoho tells "VAT (7.5%)"; the id stands with the lines, or in the settings."""
        id, full = str(row.get("tax_id") or ""), line_of(row.get("tax_name"))
        found = _NAMED_TAX.fullmatch(full)
        name, rate = (found[1], amount(found[2])) if found else (full, amount(row.get("tax_percentage")))
        for known_id, known_name, known_rate in self._known_taxes(rows):
            same_name = known_name in (name, full) and rate in (NOTHING, known_rate)
            if id == known_id or (not id and same_name):
                return known_id, name, rate or known_rate
        return id, name, rate

    def _known_taxes(self, rows: list[SalesOrder]) -> Iterator[tuple[str, str, Decimal]]:
        """Id, name and percentage of the taxes of the lines, then of those of the settings."""
        for row in rows:
            if row.get("tax_id"):
                yield str(row["tax_id"]), line_of(row.get("tax_name")), amount(row.get("tax_percentage"))
        for tax in self.organisation.get("taxes") or []:
            yield str(tax.get("id")), str(tax.get("name")), amount(tax.get("percentage"))


def _shipping(told: SalesOrder) -> Decimal:
    """The charge, with its tax where the organisation taxes such charges (live orders tell it both ways)."""
    if not told.get("shipping_charge_tax_id"):
        return amount(told.get("shipping_charge"))
    return amount(told.get("shipping_charge_inclusive_of_tax")) or amount(told.get("shipping_charge"))


def _unreadable(told: SalesOrder) -> Iterator[str]:
    for name in ("total", "shipping_charge", "adjustment"):
        if figure(told.get(name)) is None:
            yield f'{name.replace("_", " ")} "{told[name]}"'
    for row in rows_of(told, "line_items"):
        for name in ("rate", "quantity"):
            if figure(row.get(name)) is None:
                yield f"{name} of a line"


def _person(told: SalesOrder) -> Mapping[str, Any]:
    """The person whom the order concerns: described by one name, seen live by the other."""
    people = rows_of(told, "contact_persons_associated") or rows_of(told, "contact_person_details")
    return people[0] if people else {}


def _email(told: SalesOrder) -> str:
    person = _person(told)
    return line_of(told.get("email") or person.get("contact_person_email") or person.get("email"))


def _shown(told: SalesOrder, *, listed: bool) -> dict[str, str]:
    """What lists show. A list row leaves as it was what it does not tell."""
    shown = {
        "name": line_of(told.get("customer_name")),
        "company": line_of(told.get("company_name")),
        "phone": line_of(told.get("phone") or _person(told).get("phone")),
    }
    return {name: value for name, value in shown.items() if value} if listed else shown


def _etag(told: SalesOrder) -> str:
    """The same for a list row and the full order. The total tells two edits within one second apart."""
    seen = [str(told.get("salesorder_id")), str(told.get("last_modified_time")), str(amount(told.get("total")))]
    return hashlib.sha256(msgspec.json.encode(seen)).hexdigest()[:16]
