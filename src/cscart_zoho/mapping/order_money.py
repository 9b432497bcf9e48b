"""The money of an order on its way to Zoho: equal to the smallest unit, or held with a reason. Pure.

Zoho adds up by itself (`cscart_zoho.mapping.order_total`). So the order is
given in each honest way that Zoho takes, each is added up with the digits that
Zoho keeps, and the one that comes out at the store's total and tax is sent:

- the store's own prices with their taxes in them or not, and its discount
  before tax, after tax, or on the lines;
- what Zoho's rates cannot say, a price with more digits than they have, as a
  rate that is a little higher and a discount of its line;
- prices with the discount in them, or the discount in the adjustment, with its name;
- where no such way comes near enough, or where the store has both kinds of
  prices in one order: rates with the store's own tax put into them, line by
  line. Their sum is the store's by construction.

Of ways that come out alike the one that stands first here is taken.

What an order was paid with besides money (certificates, points, a wallet) is
taken off as a discount, as far as the goods go, or with words of its own in
the adjustment. Else the adjustment evens out the cents that are left, up to
the merchant's tolerance. A way is refused where its tax is further from the
store's than rounding can explain.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import msgspec

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.currencies import places, rounded, rounded_up, shares, shown
from cscart_zoho.mapping.money_rules import (
    ROUND_OFF,
    ROUND_OFF_ADVICE,
    MoneyRules,
    Priced,
    Totals,
    Traced,
    ZohoTax,
)
from cscart_zoho.mapping.order_bill import Bill, Part, make_bill, shipping_title, surcharge_title, tax_on_all_lines
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.mapping.order_essence import essence
from cscart_zoho.mapping.order_prices import price_for_store
from cscart_zoho.mapping.order_taxes import TaxMap, country_of
from cscart_zoho.mapping.order_total import total_in_zoho
from cscart_zoho.mapping.order_trace import TAX_ON_ALL, in_adjustment, trace_to_zoho, why_apart
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
    #: Of the order: before tax, after tax, as discounts of the lines, within the rates, or in the adjustment.
    discount: Literal["before", "after", "lines", "rates", "adjustment"]
    #: What was paid with besides money is in the adjustment, not in the discount.
    credits_apart: bool = False


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
    _check_round_off(order, rules)
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
    off = _off_goods(bill, best.way)
    return Priced(priced, (*trace_to_zoho(bill, priced, best.totals, best.gap, off), *more))


def _check_round_off(order: Order, rules: MoneyRules) -> None:
    """Zoho rounds off last, after the adjustment: no total but a whole one can be had."""
    if rules.round_total and rounded(order.total, 0) != order.total:
        raise Unfit(
            f"Zoho rounds the total of each order off ({ROUND_OFF}{_other_word(rules)}), and this one's is "
            f"{shown(order.total, rules.digits)} {order.currency}: the two would never be equal.",
            field="total",
            advice=ROUND_OFF_ADVICE,
        )


def _other_word(rules: MoneyRules) -> str:
    """Zoho's own word for a rounding that is not the one to whole numbers: only they are surely left as they are."""
    return "" if rules.round_total == "whole" else f', set to "{rules.round_total}"'


def _choose(bill: Bill, most: Decimal, slack: Decimal) -> Attempt:
    """The best way among the store's own ones; else among the others, the more usual ones first. Raises `Unfit`.

    `most` is how far its total, `slack` how far its tax may be from the store's.
    """
    tried: list[Attempt] = []
    # What is told is told by the store's own ways, if there are any.
    for ways in (_own_ways(bill), _taxed_ways(bill), _adjusted_ways(bill)):
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
    for apart in _credits_apart(bill):
        yield Way(False, "before", apart)
        if bill.order.discount:
            yield Way(False, "after", apart)
        if bill.order.discount or not _said_by_rates(bill):
            yield Way(False, "lines", apart)


def _taxed_ways(bill: Bill) -> Iterator[Way]:
    """Rates with taxes in them. None has a discount of the order before tax: Zoho does not say how it reads one."""
    for apart in _credits_apart(bill):
        yield Way(True, "after", apart)
        yield Way(True, "lines", apart)
        if bill.order.discount:
            yield Way(True, "rates", apart)


def _adjusted_ways(bill: Bill) -> Iterator[Way]:
    """All that comes off is in the adjustment: right where the store's taxes are no less for it."""
    if not bill.order.discount:
        return
    if all(not part.included for part in bill.parts):
        yield Way(False, "adjustment", credits_apart=True)
    yield Way(True, "adjustment", credits_apart=True)


def _credits_apart(bill: Bill) -> tuple[bool, ...]:
    return (False, True) if bill.order.credits else (False,)


def _said_by_rates(bill: Bill) -> bool:
    """Whether the rates have all digits of the store's prices."""
    return all(rounded(part.line.price, bill.rules.rate_places) == part.line.price for part in bill.parts)


def _attempt(bill: Bill, way: Way) -> Attempt:
    order = _told(bill, way)
    totals = total_in_zoho(order, bill.rules)
    return Attempt(way, order, totals, bill.order.total - totals.exact, bill.tax - totals.tax)


def _told(bill: Bill, way: Way) -> Order:
    """The order as Zoho would get it in this way; whatever the adjustment evens out is still missing."""
    off = _off_goods(bill, way)
    cuts = _cuts(bill, off) if way.discount in ("lines", "rates") else [NOTHING] * len(bill.parts)
    lines = [_line(part, cut, way, bill.rules) for part, cut in zip(bill.parts, cuts, strict=True)]
    discount = off if way.discount in ("before", "after") else NOTHING
    return msgspec.structs.replace(
        bill.order,
        lines=tuple(lines),
        discount=discount,
        credits=(),
        discount_before_tax=way.discount != "after" or not discount,
        inclusive=way.inclusive,
        shipping=bill.shipping_charge,
        surcharge=NOTHING,
        adjustment=bill.charges_adjusted - (bill.order.discount - off),
        taxes=(),
    )


def _off_goods(bill: Bill, way: Way) -> Decimal:
    """What is taken off the goods. The rest of what comes off the order is in the adjustment."""
    if way.discount == "adjustment":
        return NOTHING
    paid = sum((credit.amount for credit in bill.order.credits), NOTHING) if way.credits_apart else NOTHING
    return min(bill.order.discount - paid, bill.goods)


def _cuts(bill: Bill, off: Decimal) -> list[Decimal]:
    """What is taken off, by line."""
    weights = [NOTHING if part.extra else part.amount for part in bill.parts]
    return shares(off, weights, bill.rules.digits)


def _line(part: Part, cut: Decimal, way: Way, rules: MoneyRules) -> Line:
    quantity = part.line.quantity
    amount = part.amount + (part.added if way.inclusive else NOTHING)
    rate, discount = part.line.price, NOTHING
    if way.discount in ("lines", "adjustment"):
        rate, discount = _rate_and_discount(part, amount, cut, rules)
    elif amount != part.amount or cut:
        rate = (amount - cut) / quantity
    tax_ids = (part.partner.tax.id,) if part.partner.tax else ()
    return msgspec.structs.replace(
        part.line, price=rounded(rate, rules.rate_places), discount=discount, tax_ids=tax_ids
    )


def _rate_and_discount(part: Part, amount: Decimal, cut: Decimal, rules: MoneyRules) -> tuple[Decimal, Decimal]:
    """A rate that Zoho keeps as it is, and what has to come off the line so that `amount` less `cut` is left."""
    quantity, price = part.line.quantity, part.line.price
    if amount == price * quantity and rounded(price, rules.rate_places) == price:
        return price, cut
    rate = rounded(amount / quantity, rules.rate_places)
    if rate * quantity == amount:
        return rate, cut
    rate = rounded_up(amount / quantity, min(rules.rate_places, rules.digits))
    return rate, rate * quantity - amount + cut


def _finished(bill: Bill, best: Attempt) -> Order:
    """The order with its adjustment, its taxes as Zoho finds them and the store's total."""
    return msgspec.structs.replace(
        best.order,
        adjustment=best.order.adjustment + best.gap,
        adjustment_note=_note(bill, best),
        taxes=tuple(
            _found(bill.rules.levies[id], amount, best.way.inclusive) for id, amount in best.totals.taxes.items()
        ),
        total=bill.order.total,
    )


def _found(tax: ZohoTax, amount: Decimal, inclusive: bool) -> Tax:
    return Tax(id=tax.id, name=tax.name, rate=tax.percent, included=inclusive, amount=amount)


def _note(bill: Bill, best: Attempt) -> str:
    """What Zoho shows beside the adjustment, if there is one."""
    if not best.order.adjustment + best.gap:
        return ""
    digits = bill.rules.digits
    sent = bill.charge - bill.shipping_charge
    told = [f"{shipping_title(bill.order)} {shown(sent, digits)}"] if sent else []
    told += [f"{surcharge_title(bill.order)} {shown(bill.surcharge, digits)}"] if bill.surcharge else []
    rest = in_adjustment(bill, _off_goods(bill, best.way))
    told += [f"{what} {shown(-amount, digits)}" for what, amount in rest if amount]
    if best.gap:
        told.append(f"Rounding {shown(best.gap, digits)}")
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
