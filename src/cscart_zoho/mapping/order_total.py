"""How Zoho adds up a sales order. Pure.

What is known of it: a line is rate x quantity, less its discount, rounded half
up, and tax is taken of the rounded line (a rate of 54.54545 with 10 % made
60.01, said in Zoho's community). The tax within a price is price x rate /
(100 + rate) (Zoho Books, help on tax preferences). The taxes of a group are
reckoned one by one (seen live), a compound one of the others, too (Zoho Books,
help on compound taxes). Each tax is rounded once for the document or
in each line, as the organisation has chosen. Shipping and adjustment are not
taxed. A total is rounded off to a whole number last, where the organisation
wants it (Zoho Inventory, help on preferences: 99.5 becomes 100). Zoho takes a
discount of the order or discounts of lines, not both.

What is not settled: a discount before tax where the rates have taxes in them.
One user's code of 2024 divides it by the tax, so it seems to be money without
tax; `off_net` tells which way is meant. `cscart_zoho.mapping.order_money`
never sends such an order.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.currencies import rounded, rounded_exactly
from cscart_zoho.mapping.money_rules import MoneyRules, Totals, ZohoTax
from cscart_zoho.order import NOTHING, Line, Order


def total_in_zoho(order: Order, rules: MoneyRules, *, off_net: bool = True) -> Totals:
    """What Zoho answers for an order in its form. Raises `Unfit` for a tax that Zoho does not have."""
    digits = rules.digits
    amounts = [line_amount(line, rules) for line in order.lines]
    sub_total, discount = sum(amounts, NOTHING), rounded(order.discount, digits)
    shipping, adjustment = rounded(order.shipping, digits), rounded(order.adjustment, digits)
    nets = [_net(amount, line, order, rules) for amount, line in zip(amounts, order.lines, strict=True)]
    base = sub_total
    if order.discount_before_tax and discount:
        base = rounded_exactly(sum(nets, Fraction()), digits) if off_net else sub_total
        left = 1 - Fraction(discount) / Fraction(base) if base else Fraction(1)
        nets = [net * left for net in nets]
    taxes = _taxes(order.lines, nets, rules)
    on_top = sum(taxes.values(), NOTHING)
    if not order.inclusive:
        goods = sub_total - discount + on_top
    elif order.discount_before_tax and discount and off_net:
        goods = base - discount + on_top
    else:
        goods = sub_total - discount
    exact = goods + shipping + adjustment
    total = rounded(exact, 0) if rules.round_total else exact
    return Totals(sub_total, discount, taxes, shipping, adjustment, total, total - exact)


def line_amount(line: Line, rules: MoneyRules) -> Decimal:
    """A line as its rate is meant: with its tax where rates have taxes in them."""
    rate = rounded(line.price, rules.rate_places)
    return rounded(rate * line.quantity - line.discount, rules.digits)


def tax_of(line: Line, rules: MoneyRules) -> ZohoTax | None:
    """The one tax of a Zoho line. Raises `Unfit` for one that is not known."""
    if not line.tax_ids:
        return None
    found = rules.taxes.get(line.tax_ids[0])
    if found is None:
        raise Unfit(
            f'Zoho has no tax with the id {line.tax_ids[0]} (line "{line.name or line.sku}").',
            field="taxes",
            advice="Look at the taxes in Zoho's settings and at the tax map of the order settings.",
        )
    return found


def _net(amount: Decimal, line: Line, order: Order, rules: MoneyRules) -> Fraction:
    """A line without its tax, not rounded."""
    tax = tax_of(line, rules)
    if tax is None or not order.inclusive:
        return Fraction(amount)
    return Fraction(amount) / (1 + sum(tax.shares.values(), Fraction()))


def _taxes(lines: Sequence[Line], nets: Sequence[Fraction], rules: MoneyRules) -> dict[str, Decimal]:
    """The amount of each tax, in the order of the lines."""
    found: dict[str, Fraction] = {}
    for line, net in zip(lines, nets, strict=True):
        tax = tax_of(line, rules)
        for id, share in (tax.shares if tax else {}).items():
            exact = net * share
            told = Fraction(rounded_exactly(exact, rules.digits)) if rules.rounding == "item_level" else exact
            found[id] = found.get(id, Fraction()) + told
    return {id: rounded_exactly(amount, rules.digits) for id, amount in found.items()}
