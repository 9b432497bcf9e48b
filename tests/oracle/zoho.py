"""What a sales order comes to in Zoho, from its documentation.

Sources, by the short names that the rules below use:
- SPEC: official API description of sales orders and taxes (Inventory v1; Books v3, which is the same engine).
- INVOICE: a live answer to a created invoice (recorded create-invoice.json): `price_precision`, `tax_rounding`,
`rounding_mode`,
  `transaction_rounding_type`, `roundoff_value`, `shipping_charge_exclusive_of_tax`,
  `shipping_charge_inclusive_of_tax`, `is_discount_before_tax`.
- RATES: help.zoho.com, community, "TAX calculation based on actual price not the rounded price": 54.54545 is kept as
54.55, the tax of 10 % is 5.46.
- GROUPS: Zoho Books, knowledge base, "What is the difference between a tax group and a compound tax?": 5 % and 10 %
on 100 are 15 in a group, 15.50
  when the second is compound.
- INCLUSIVE: Zoho Books, knowledge base, "How is the tax amount calculated when tax preferences are set as tax
inclusive?": price x rate / (100 + rate).
- FSM: Zoho help, "Tax And Discount Preferences" (settings shared with Books): with inclusive rates the sub total is
35 and so is the grand total.
- ROUNDING: Zoho help, "Rounding Off Preferences": no rounding, whole number, nearest multiple of a step.
- SHIPPING: Zoho Commerce API, tax preferences: `is_tax_on_shipping_enabled`.

What these leave open is a field of `Organisation` with the word "open" in its comment; nothing here guesses silently.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.rounding import HUNDRED, ZERO, rounded, to_nearest


@dataclass(frozen=True)
class Tax:
    """One tax; `compound`: reckoned on the amount with the other taxes of its group in it (SPEC `tax_type:
    compound_tax`; GROUPS).
    """

    name: str
    percent: Decimal
    compound: bool = False


NO_TAX: tuple[Tax, ...] = ()


@dataclass(frozen=True)
class Organisation:
    """What changes totals without standing in the document.

    `price_precision`: decimals to which a rate is kept (RATES; INVOICE). `decimals`: those of the document's
    currency. `tax_rounding`: "entity_level"
    rounds each tax once over the document, "item_level" on each line (INVOICE). `step`: what totals are rounded to, 0
    for not at all (ROUNDING).
    """

    price_precision: int = 2
    decimals: int = 2
    tax_rounding: str = "entity_level"
    step: Decimal = ZERO
    shipping_tax: tuple[Tax, ...] = NO_TAX  # SHIPPING says that there is one; which, where none is named, is open
    adjustment_is_rounded: bool = True  # open: whether the adjustment is in what is rounded to `step`
    percent_is_exact: bool = True  # open: whether a discount in percent lowers the taxed amounts before it is rounded
    discount_off_net: bool = False  # open: with inclusive rates, whether a discount before tax is money without tax


@dataclass(frozen=True)
class Discount:
    """Money, or a share in percent: "a percentage or a flat amount" (SPEC `discount`)."""

    amount: Decimal = ZERO
    percent: Decimal = ZERO

    def of(self, whole: Decimal) -> Decimal:
        return self.amount + whole * self.percent / HUNDRED


NO_DISCOUNT = Discount()


@dataclass(frozen=True)
class Line:
    """`rate` as sent, before Zoho keeps it; `discount`: off the whole line (SPEC `discount_type: item_level`)."""

    quantity: Decimal
    rate: Decimal
    taxes: tuple[Tax, ...] = NO_TAX
    discount: Discount = NO_DISCOUNT


@dataclass(frozen=True)
class SalesOrder:
    """The money of one sales order.

    `discount`: money off the document (`discount_type: entity_level`); amounts in the document's currency.
    """

    lines: tuple[Line, ...]
    discount: Discount = NO_DISCOUNT
    discount_before_tax: bool = True
    inclusive: bool = False
    shipping: Decimal = ZERO
    adjustment: Decimal = ZERO


@dataclass(frozen=True)
class Figures:
    """What Zoho answers.

    `tax_total`: all taxes, those in inclusive rates too. `roundoff`: what rounding the total added.
    """

    item_totals: tuple[Decimal, ...]
    sub_total: Decimal
    tax_total: Decimal
    roundoff: Decimal
    total: Decimal


def figures(order: SalesOrder, organisation: Organisation) -> Figures:
    """Reckon one sales order.

    sub_total = sum of item totals; total = sub_total - discount + taxes on top + shipping + adjustment, then rounded
    (SPEC: discount and shipping charge are "applied to the sales order total", an adjustment is "positive and
    negative"; is_discount_before_tax: "when true, discount is applied before tax computation; when false, after").
    """
    item_totals = tuple(_item_total(line, organisation) for line in order.lines)
    goods, on_goods = _goods(item_totals, order, organisation)
    on_shipping = _tax([(order.shipping, organisation.shipping_tax)], organisation)
    total, roundoff = _rounded_off(goods + order.shipping + on_shipping, order.adjustment, organisation)
    return Figures(item_totals, sum(item_totals, ZERO), on_goods + on_shipping, roundoff, total)


def _goods(item_totals: Sequence[Decimal], order: SalesOrder, organisation: Organisation) -> tuple[Decimal, Decimal]:
    """What the lines come to with discount and taxes, and the taxes in it.

    A discount before tax lowers each line in proportion.
    """
    sub_total = sum(item_totals, ZERO)
    nets = [
        _net(amount, line.taxes) if order.inclusive else Fraction(amount)
        for amount, line in zip(item_totals, order.lines, strict=True)
    ]
    net = rounded(sum(nets, Fraction()), organisation.decimals)
    base = net if order.inclusive and organisation.discount_off_net else sub_total
    exact = order.discount.of(base)
    off = rounded(exact, organisation.decimals)
    lowered = exact if organisation.percent_is_exact else off
    kept = 1 - Fraction(lowered) / Fraction(base) if order.discount_before_tax and base else Fraction(1)
    taxes = _tax([(amount * kept, line.taxes) for amount, line in zip(nets, order.lines, strict=True)], organisation)
    if not order.inclusive:
        return sub_total - off + taxes, taxes
    if off and order.discount_before_tax and organisation.discount_off_net:
        return net - off + taxes, taxes
    return sub_total - off, taxes


def _item_total(line: Line, organisation: Organisation) -> Decimal:
    """The rate is kept to the organisation's precision first, then multiplied (RATES); the line's discount comes off
    its total (SPEC).
    """
    rate = rounded(line.rate, organisation.price_precision)
    whole = rate * line.quantity
    return rounded(whole - line.discount.of(whole), organisation.decimals)


def _net(amount: Decimal, taxes: tuple[Tax, ...]) -> Fraction:
    """An amount that holds its taxes, without them (INCLUSIVE: of 110 at 10 % the tax is 10; GROUPS for more than
    one).
    """
    simple, compound = _shares(taxes)
    return Fraction(amount) / ((1 + simple) * (1 + compound))


def _tax(amounts: Iterable[tuple[Fraction | Decimal, tuple[Tax, ...]]], organisation: Organisation) -> Decimal:
    """All taxes of amounts without tax: each rounded on each line, or each once over the document (INVOICE
    `tax_rounding`).
    """
    exact: dict[Tax, Fraction] = {}
    by_line = ZERO
    for amount, taxes in amounts:
        for tax, money in _taxes_of(Fraction(amount), taxes).items():
            exact[tax] = exact.get(tax, Fraction()) + money
            by_line += rounded(money, organisation.decimals)
    if organisation.tax_rounding == "item_level":
        return by_line
    return sum((rounded(money, organisation.decimals) for money in exact.values()), ZERO)


def _taxes_of(net: Fraction, taxes: tuple[Tax, ...]) -> dict[Tax, Fraction]:
    """Each tax of one amount, exact: a compound one stands on the amount with the others in it (GROUPS)."""
    simple, _ = _shares(taxes)
    return {tax: net * (1 + simple if tax.compound else 1) * Fraction(tax.percent) / 100 for tax in taxes}


def _shares(taxes: tuple[Tax, ...]) -> tuple[Fraction, Fraction]:
    """What is added to 1: by the simple taxes, then by the compound ones."""
    percents = [sum((tax.percent for tax in taxes if tax.compound is compound), ZERO) for compound in (False, True)]
    return Fraction(percents[0]) / 100, Fraction(percents[1]) / 100


def _rounded_off(exact: Decimal, adjustment: Decimal, organisation: Organisation) -> tuple[Decimal, Decimal]:
    """Total and round-off (ROUNDING; INVOICE `roundoff_value`)."""
    before = exact + adjustment if organisation.adjustment_is_rounded else exact
    if not organisation.step:
        return exact + adjustment, ZERO
    after = to_nearest(before, organisation.step)
    return after + (ZERO if organisation.adjustment_is_rounded else adjustment), after - before


# --- documents as they travel ---


def from_body(body: Mapping[str, Any], taxes: Mapping[str, tuple[Tax, ...]]) -> SalesOrder:
    """What the body of POST or PUT /salesorders asks for; `taxes`: by `tax_id` of a tax or a tax group."""
    entity = body.get("discount_type", "entity_level") == "entity_level"
    return SalesOrder(
        tuple(_line(line, taxes) for line in body["line_items"]),
        discount=_discount(body.get("discount")) if entity else NO_DISCOUNT,
        discount_before_tax=bool(body.get("is_discount_before_tax", True)),
        inclusive=bool(body.get("is_inclusive_tax", False)),
        shipping=_money(body.get("shipping_charge")),
        adjustment=_money(body.get("adjustment")),
    )


def _line(line: Mapping[str, Any], taxes: Mapping[str, tuple[Tax, ...]]) -> Line:
    tax_id = str(line.get("tax_id") or "")
    own = taxes[tax_id] if tax_id else NO_TAX
    return Line(_money(line.get("quantity", 1)), _money(line.get("rate")), own, _discount(line.get("discount")))


def _discount(written: object) -> Discount:
    """A number is money, a text with a percent sign is a share (SPEC `discount`)."""
    text = str(written or 0)
    return Discount(percent=Decimal(text[:-1])) if text.endswith("%") else Discount(Decimal(text))


def _money(written: object) -> Decimal:
    return Decimal(str(written or 0))
