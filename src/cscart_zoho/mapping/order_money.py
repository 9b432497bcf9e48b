"""The money of an order on its way to Zoho: equal to the smallest unit, or held with a reason. Pure.

Zoho adds up by itself (`cscart_zoho.mapping.order_total`). So the order is
given in each honest way that Zoho takes, each is added up as Zoho would, and
the one that comes out at the store's total and tax is sent:

- rates as the store's prices are, with their taxes in them or not; the order's
  discount before tax, after tax, on the lines, or within the rates;
- where no such way comes near enough, or where the store has both kinds of
  prices in one order: rates with the store's own tax put into them, line by
  line. Their sum is the store's by construction.

The adjustment evens out the cents that are left, up to the merchant's tolerance.
A way is refused where its tax is further from the store's than rounding can explain.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import msgspec

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.currencies import places, rounded, shares, shown
from cscart_zoho.mapping.money_rules import MoneyRules, Priced, Totals, Traced, ZohoTax
from cscart_zoho.mapping.order_bill import Bill, Part, make_bill, surcharge_title, tax_on_all_lines
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.mapping.order_essence import essence
from cscart_zoho.mapping.order_prices import price_for_store
from cscart_zoho.mapping.order_taxes import TaxMap, country_of
from cscart_zoho.mapping.order_total import total_in_zoho
from cscart_zoho.mapping.order_trace import TAX_ON_ALL, trace_to_zoho, why_apart
from cscart_zoho.order import NOTHING, Line, Order, Tax

__all__ = [
    "MoneyRules",
    "Priced",
    "Totals",
    "Traced",
    "ZohoTax",
    "essence",
    "places",
    "price_for_store",
    "price_for_zoho",
    "total_in_zoho",
]


@dataclass(frozen=True)
class Way:
    """One way to tell Zoho an order."""

    #: Rates have their taxes in them.
    inclusive: bool
    #: Of the order: before tax, after tax, as discounts of the lines, or within the rates.
    discount: Literal["before", "after", "lines", "rates"]


@dataclass(frozen=True)
class Attempt:
    """What has come of a way."""

    way: Way
    order: Order
    totals: Totals
    #: What the store's total is more than Zoho's.
    gap: Decimal
    #: What the store's tax in the lines is more than Zoho's.
    tax_gap: Decimal

    @property
    def rank(self) -> tuple[Decimal, Decimal]:
        """Smaller is better."""
        return abs(self.gap), abs(self.tax_gap)


def price_for_zoho(
    order: Order,
    choices: OrderChoices,
    product_taxes: Mapping[str, str],
    rules: MoneyRules,
    item_of: Callable[[Line], str],
) -> Priced:
    """The store's order as a sales order whose total is the store's. Raises `Unfit`.

    `product_taxes` maps store tax ids to Zoho tax ids; `item_of` gives the item
    of a line and may raise `Unfit`. Line ids of the result are empty.
    """
    taxes = TaxMap(choices, product_taxes, rules, country_of(order))
    try:
        bill = make_bill(order, choices, taxes, rules, item_of)
        return _priced(bill, _choose(bill, choices.most, bill.slack))
    except Unfit as unfit:
        wider = tax_on_all_lines(order)
        if wider is None:
            raise
        with suppress(Unfit):
            bill = make_bill(wider, choices, taxes, rules, item_of)
            return _priced(bill, _choose(bill, NOTHING, NOTHING), TAX_ON_ALL)
        raise unfit


def _priced(bill: Bill, best: Attempt, *more: Traced) -> Priced:
    priced = _finished(bill, best)
    return Priced(priced, (*trace_to_zoho(bill, priced, best.totals, best.gap), *more))


def _choose(bill: Bill, most: Decimal, slack: Decimal) -> Attempt:
    """The best way among the store's own ones; else among those with tax put into the rates. Raises `Unfit`.

    `most` is how far its total, `slack` how far its tax may be from the store's.
    """
    tried: list[Attempt] = []
    # What is told is told by the store's own ways, if there are any.
    for ways in (_own_ways(bill), _taxed_ways(bill)):
        attempts = [_attempt(bill, way) for way in ways]
        good = [each for each in attempts if abs(each.gap) <= most and abs(each.tax_gap) <= slack]
        if good:
            return min(good, key=lambda each: each.rank)
        tried = tried or attempts
    raise _apart(bill, min(tried, key=lambda each: each.rank))


def _own_ways(bill: Bill) -> Iterator[Way]:
    """Rates as the store's prices are. There is none for an order with both kinds of prices."""
    kinds = {part.included for part in bill.parts} - {None}
    if len(kinds) > 1:
        return
    if True in kinds:
        yield from _taxed_ways(bill)
        return
    yield Way(False, "before")
    if bill.order.discount:
        yield Way(False, "after")
        if any(part.extra for part in bill.parts):
            yield Way(False, "lines")


def _taxed_ways(bill: Bill) -> Iterator[Way]:
    """Rates with taxes in them. A discount before tax is put into the rates: Zoho does not say how it reads one."""
    yield Way(True, "after")
    if bill.order.discount:
        yield Way(True, "rates")


def _attempt(bill: Bill, way: Way) -> Attempt:
    order = _told(bill, way)
    totals = total_in_zoho(order, bill.rules)
    return Attempt(way, order, totals, bill.order.total - totals.total, bill.tax - totals.tax)


def _told(bill: Bill, way: Way) -> Order:
    """The order as Zoho would get it in this way; whatever the adjustment evens out is still missing."""
    cuts = _cuts(bill) if way.discount in ("lines", "rates") else [NOTHING] * len(bill.parts)
    lines = [_line(part, cut, way, bill.rules) for part, cut in zip(bill.parts, cuts, strict=True)]
    return msgspec.structs.replace(
        bill.order,
        lines=tuple(lines),
        discount=bill.order.discount if way.discount in ("before", "after") else NOTHING,
        discount_before_tax=way.discount != "after" or not bill.order.discount,
        inclusive=way.inclusive,
        shipping=bill.charge,
        surcharge=NOTHING,
        adjustment=bill.surcharge,
        taxes=(),
    )


def _cuts(bill: Bill) -> list[Decimal]:
    """The order's discount by line."""
    weights = [NOTHING if part.extra else part.amount for part in bill.parts]
    return shares(bill.order.discount, weights, bill.rules.digits)


def _line(part: Part, cut: Decimal, way: Way, rules: MoneyRules) -> Line:
    quantity, price = part.line.quantity, part.line.price
    rate, discount = price, NOTHING
    if way.inclusive and (part.added or cut):
        rate = (part.amount + part.added - cut) / quantity
    elif cut:
        discount = cut
        if price * quantity != part.amount:  # else Zoho would round what is left, and a cent less might be left
            rate = part.amount / quantity
    tax_ids = (part.partner.tax.id,) if part.partner.tax else ()
    return msgspec.structs.replace(
        part.line, price=rounded(rate, rules.rate_places), discount=discount, tax_ids=tax_ids
    )


def _finished(bill: Bill, best: Attempt) -> Order:
    """The order with its adjustment, its taxes as Zoho finds them and the store's total."""
    return msgspec.structs.replace(
        best.order,
        adjustment=bill.surcharge + best.gap,
        adjustment_note=_note(bill, best.gap),
        taxes=tuple(
            _found(bill.rules.levies[id], amount, best.way.inclusive) for id, amount in best.totals.taxes.items()
        ),
        total=bill.order.total,
    )


def _found(tax: ZohoTax, amount: Decimal, inclusive: bool) -> Tax:
    return Tax(id=tax.id, name=tax.name, rate=tax.percent, included=inclusive, amount=amount)


def _note(bill: Bill, gap: Decimal) -> str:
    """What Zoho shows beside the adjustment, if there is one."""
    told: list[str] = []
    if not bill.surcharge + gap:
        return ""
    if bill.surcharge:
        told.append(f"{surcharge_title(bill.order)} {shown(bill.surcharge, bill.rules.digits)}")
    if gap:
        told.append(f"Rounding {shown(gap, bill.rules.digits)}")
    return "; ".join(told)


def _apart(bill: Bill, best: Attempt) -> Unfit:
    """Why no way was good enough, told by the best one."""
    store, zoho = (shown(total, bill.rules.digits) for total in (bill.order.total, best.totals.total))
    return Unfit(
        f"The total is {store} {bill.order.currency} in the store and would be {zoho} in Zoho. "
        f"{why_apart(bill, best.order, best.totals, best.gap)}",
        field="total",
        advice="Compare the taxes of the store and of Zoho; a small difference can be allowed in Settings, Orders.",
    )
