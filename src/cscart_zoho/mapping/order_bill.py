"""A store's order arranged for Zoho: what becomes a line, a charge or an adjustment, and with which tax. Pure.

How CS-Cart counts (seen on a running 4.20 store): a line is its price after
promotions times its quantity; the order's discount comes off the sum of the
lines; taxes that are not in the prices come on top, those of shipping and of
the payment surcharge as well. A tax is rounded per unit or once for the order,
as the store's settings say; the order does not tell which.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import msgspec

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.currencies import rounded, shares, shown, unit
from cscart_zoho.mapping.money_rules import MoneyRules
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.mapping.order_taxes import Partner, TaxMap, names
from cscart_zoho.order import NOTHING, Credit, Line, Order, Tax, plain

#: How the discount of an order is called.
DISCOUNT = "Discount of the order"
#: Larger amounts and quantities are taken for slips.
AMOUNT_LIMIT = Decimal("9999999999.99")
QUANTITY_LIMIT = Decimal(1_000_000)
PERCENT_LIMIT = Decimal(1000)


@dataclass(frozen=True)
class Part:
    """A line to be: its figures are the store's."""

    #: With the item, without tax and discount.
    line: Line
    what: str
    #: Price x quantity, rounded.
    amount: Decimal
    taxes: tuple[Tax, ...]
    partner: Partner
    #: The tax that the store has put on top of the amount.
    added: Decimal = NOTHING
    kind: Literal["product", "shipping", "surcharge"] = "product"

    @property
    def extra(self) -> bool:
        """Whether the order's discount does not fall on it."""
        return self.kind != "product"

    @property
    def included(self) -> bool | None:
        """Whether the amount has its taxes in it; None where there is none."""
        return self.taxes[0].included if self.partner.tax and self.taxes else None


@dataclass(frozen=True)
class Bill:
    """The whole order. `order` has tidy amounts, and only taxes that were charged."""

    order: Order
    rules: MoneyRules
    parts: tuple[Part, ...]
    #: The shipping that has no line, with the tax that the store has put on it.
    charge: Decimal
    #: The surcharge that has no line, with its tax.
    surcharge: Decimal
    #: The tax that Zoho is to find in the lines.
    tax: Decimal
    #: What the store's total is more than its own figures make.
    open: Decimal

    @property
    def shipping_charge(self) -> Decimal:
        """Of `charge`, what Zoho's shipping charge is: none where Zoho may tax it. It never taxes the adjustment."""
        return NOTHING if self.rules.shipping_taxed else self.charge

    @property
    def charges_adjusted(self) -> Decimal:
        """What of shipping and surcharge is in the adjustment."""
        return self.surcharge + self.charge - self.shipping_charge

    @property
    def goods(self) -> Decimal:
        """The products as the store's prices are: as much as Zoho's discount of an order may take off."""
        return sum((part.amount for part in self.parts if not part.extra), NOTHING)

    @property
    def reductions(self) -> tuple[Credit, ...]:
        """What comes off the order: its discount first, then what it was paid with besides money."""
        paid = self.order.credits
        coupon = self.order.discount - sum((credit.amount for credit in paid), NOTHING)
        return (*((Credit(what=DISCOUNT, amount=coupon),) if coupon else ()), *paid)

    def has(self, kind: Literal["shipping", "surcharge"]) -> bool:
        """Whether there is a line for it; else it is Zoho's charge or in its adjustment."""
        return any(part.kind == kind for part in self.parts)

    @property
    def slack(self) -> Decimal:
        """How much two right ways of rounding can differ in tax.

        A store that rounds for each piece is off by half a unit for the piece's price, times the rate, and by half a
        unit for each of its taxes. Each line and each tax of the order may add another half.
        """
        pieces = sum((_roundings(part) * part.line.quantity for part in self.parts if part.partner.tax), NOTHING)
        return (pieces + len(self.parts) + len(self.order.taxes) + 2) * unit(self._store_digits) / 2

    @property
    def _store_digits(self) -> int:
        """A store may have two digits where the currency has three; it rounds to what it has."""
        order = self.order
        amounts = [order.total, order.discount, order.shipping, order.surcharge]
        amounts += [tax.amount for tax in order.taxes] + [line.price for line in order.lines]
        return 2 if self.rules.digits > 2 and all(rounded(each, 2) == each for each in amounts) else self.rules.digits


def _roundings(part: Part) -> Decimal:
    return sum((1 + tax.rate / 100 for tax in part.taxes), NOTHING)


def make_bill(
    order: Order, choices: OrderChoices, taxes: TaxMap, rules: MoneyRules, item_of: Callable[[Line], str]
) -> Bill:
    """Raises `Unfit` for figures that cannot be right, a line without item, a tax without partner."""
    check_store_order(order, rules)
    order = _tidy(order, rules.digits)
    parts = _product_parts(order, taxes, rules, item_of)
    charge = surcharge = NOTHING
    tax = sum((tax.amount for tax in order.taxes), NOTHING)
    on_top = [tax for tax in order.taxes if not tax.included]
    if shipping := _shipping_part(order, choices, taxes):
        parts.append(shipping)
    else:
        charge = order.shipping + sum((tax.on_shipping for tax in on_top), NOTHING)
        tax -= sum((tax.on_shipping for tax in order.taxes), NOTHING)
    if paid := _surcharge_part(order, choices, taxes):
        parts.append(paid)
    else:
        surcharge = order.surcharge + sum((tax.on_surcharge for tax in on_top), NOTHING)
        tax -= sum((tax.on_surcharge for tax in order.taxes), NOTHING)
    left = order.total - _own_sum(order, parts)
    bill = Bill(order, rules, tuple(parts), charge, surcharge, tax, left)
    _check_open(bill, choices.most)
    return bill


def _own_sum(order: Order, parts: list[Part]) -> Decimal:
    """What the store's figures add up to."""
    lines = sum((part.amount for part in parts if not part.extra), NOTHING)
    on_top = sum((tax.amount for tax in order.taxes if not tax.included), NOTHING)
    return lines - order.discount + order.shipping + order.surcharge + on_top


def _check_open(bill: Bill, most: Decimal) -> None:
    digits, total = bill.rules.digits, bill.order.total
    if abs(bill.open) > most:
        raise Unfit(
            f"The store's own figures do not add up: lines, discount, shipping and taxes make "
            f"{shown(total - bill.open, digits)} {bill.order.currency}, and its total is {shown(total, digits)}.",
            field="total",
            advice=_why_open(bill.open, bill.order, digits),
        )


def _why_open(gap: Decimal, order: Order, digits: int) -> str:
    """What the merchant can do about figures that do not add up."""
    if gap > 0:
        return "Look at the order in the store: its total may have been typed, or an add-on charges for something."
    return (
        f"Look at the order in the store. If {shown(-gap, digits)} {order.currency} were paid with a wallet or another "
        "credit of an add-on, which the store's API does not tell, enter the order in Zoho by hand with an adjustment "
        f"of {shown(gap, digits)} and the reference {order.number}, so that the two are paired. If the total was "
        "typed, correct it in the store."
    )


# The parts


def _product_parts(order: Order, taxes: TaxMap, rules: MoneyRules, item_of: Callable[[Line], str]) -> list[Part]:
    amounts = [rounded(line.price * line.quantity, rules.digits) for line in order.lines]
    added = _added(order, amounts, rules.digits)
    parts = []
    for line, amount, more in zip(order.lines, amounts, added, strict=True):
        own = tuple(tax for tax in order.taxes if tax.id in line.tax_ids)
        what = f"{plain(line.quantity)} x {line.name or line.sku or line.product_id}"
        bare = msgspec.structs.replace(line, id="", product_id=item_of(line), discount=NOTHING, tax_ids=())
        parts.append(Part(bare, what, amount, own, _partner(own, taxes, what), more))
    return parts


def _partner(own: tuple[Tax, ...], taxes: TaxMap, what: str) -> Partner:
    if len({tax.included for tax in own}) > 1:
        raise Unfit(
            f"{what}: one tax is in the price and another comes on top ({names(own)}); Zoho knows one tax of a line.",
            field="taxes",
            advice="Enter this order in Zoho by hand with its number as the reference, or give the product taxes of "
            "one kind.",
        )
    return taxes.partner(own)


def _added(order: Order, amounts: list[Decimal], digits: int) -> list[Decimal]:
    """By line the tax on top of it. The store tells it only for the order: it is split by the lines' amounts."""
    added = [NOTHING] * len(amounts)
    for tax in order.taxes:
        at = [n for n, line in enumerate(order.lines) if tax.id in line.tax_ids]
        amount = tax.amount - tax.on_shipping - tax.on_surcharge
        if amount and not at:
            raise Unfit(f'The store does not say which lines tax "{tax.name or tax.id}" is on.', field="taxes")
        if tax.included:
            continue
        for n, share in zip(at, shares(amount, [amounts[n] for n in at], digits), strict=True):
            added[n] += share
    return added


def tax_on_all_lines(order: Order) -> Order | None:
    """The order with its only tax on the lines without one, if there are such lines.

    An order of the recorded store names three of four lines for a tax whose amount is that of all four.
    """
    charged = [tax.id for tax in order.taxes if tax.amount]
    if len(charged) != 1 or all(line.tax_ids for line in order.lines):
        return None
    lines = [msgspec.structs.replace(line, tax_ids=line.tax_ids or tuple(charged)) for line in order.lines]
    return msgspec.structs.replace(order, lines=tuple(lines))


def _shipping_part(order: Order, choices: OrderChoices, taxes: TaxMap) -> Part | None:
    if choices.shipping_as == "charge" or not order.shipping:
        return None
    if not choices.shipping_item_id:
        raise Unfit("Shipping goes as a line, and no item is chosen for it.", field="shipping", advice="Choose one.")
    own = tuple(tax for tax in order.taxes if tax.on_shipping)
    on_top = sum((tax.on_shipping for tax in own if not tax.included), NOTHING)
    line = Line(product_id=choices.shipping_item_id, name=shipping_title(order), price=order.shipping)
    return _extra_part("shipping", line, own, on_top, taxes)


def _surcharge_part(order: Order, choices: OrderChoices, taxes: TaxMap) -> Part | None:
    """A surcharge below nothing, a payment that is cheaper, has no line: Zoho's rates are not negative."""
    if not choices.surcharge_item_id or order.surcharge <= 0:
        return None
    own = tuple(tax for tax in order.taxes if tax.on_surcharge)
    on_top = sum((tax.on_surcharge for tax in own if not tax.included), NOTHING)
    line = Line(product_id=choices.surcharge_item_id, name=surcharge_title(order), price=order.surcharge)
    return _extra_part("surcharge", line, own, on_top, taxes)


def _extra_part(
    kind: Literal["shipping", "surcharge"], line: Line, own: tuple[Tax, ...], on_top: Decimal, taxes: TaxMap
) -> Part:
    partner = _partner(own, taxes, line.name)
    return Part(line, line.name, line.price, own, partner, on_top, kind)


def shipping_title(order: Order) -> str:
    """How people know the shipping."""
    return order.shipping_name or "Shipping"


def surcharge_title(order: Order) -> str:
    """How people know the surcharge."""
    return f"Surcharge for {order.payment_name}" if order.payment_name else "Payment surcharge"


# Figures that can be right


def check_currency(order: Order, rules: MoneyRules, advice: str) -> None:
    """Raises `Unfit` with this advice unless both sides count in one currency."""
    if order.currency.upper() != rules.currency.upper():
        told = f"is in {order.currency}" if order.currency else "does not say its currency"
        raise Unfit(
            f"The order {told}, and Zoho's currency is {rules.currency}; amounts are never converted.",
            field="currency",
            advice=advice,
        )


def check_store_order(order: Order, rules: MoneyRules) -> None:
    """Raises `Unfit` for figures that no order of a store can have."""
    advice = (
        f"Enter it in Zoho by hand with the reference {order.number}, or choose the store's currency in Settings, "
        "Orders, if it is wrong."
    )
    check_currency(order, rules, advice)
    if not order.lines:
        raise Unfit("The order has no lines.", field="lines")
    for line in order.lines:
        check_line(line)
    for what in ("discount", "shipping", "total"):
        check_amount(what, getattr(order, what))
    check_amount("surcharge", order.surcharge, negative=True)
    for credit in order.credits:
        check_amount(credit.what, credit.amount)
    for tax in order.taxes:
        check_amount(f'tax "{tax.name or tax.id}"', tax.amount)
        check_amount("tax on shipping", tax.on_shipping)
        check_amount("tax on the surcharge", tax.on_surcharge, negative=True)
        check_amount(f'rate of tax "{tax.name or tax.id}"', tax.rate, most=PERCENT_LIMIT)
    if rounded(order.total, rules.digits) != order.total:
        raise Unfit(
            f"The total {plain(order.total)} has more digits than Zoho keeps of {rules.currency} ({rules.digits}).",
            field="total",
        )


def check_line(line: Line) -> None:
    """Raises `Unfit` for a line that cannot be right, or that the store could not hold."""
    what = line.name or line.sku or "a line"
    check_amount(f'quantity of "{what}"', line.quantity, most=QUANTITY_LIMIT)
    if not line.quantity or line.quantity != line.quantity.to_integral_value():
        raise Unfit(f'The quantity of "{what}" is {plain(line.quantity)}; the store sells whole pieces.', field="lines")
    check_amount(f'price of "{what}"', line.price)
    check_amount(f'discount of "{what}"', line.discount)


def check_amount(what: str, amount: Decimal, *, most: Decimal = AMOUNT_LIMIT, negative: bool = False) -> None:
    """Raises `Unfit` for what is no number, is below nothing, or is larger than any real one."""
    if not amount.is_finite():
        raise Unfit(f"The {what} is not a number.", field=what)
    if amount < 0 and not negative:
        raise Unfit(f"The {what} is {plain(amount)}, below nothing.", field=what)
    if abs(amount) > most:
        raise Unfit(f"The {what} is larger than any real one.", field=what)


def _tidy(order: Order, digits: int) -> Order:
    """Amounts in whole units (the store answers 7.680000000000001), and no tax that it names but did not charge."""
    taxes = [
        msgspec.structs.replace(
            tax,
            amount=rounded(tax.amount, digits),
            on_shipping=rounded(tax.on_shipping, digits),
            on_surcharge=rounded(tax.on_surcharge, digits),
        )
        for tax in order.taxes
    ]
    return msgspec.structs.replace(
        order,
        discount=rounded(order.discount, digits),
        credits=tuple(msgspec.structs.replace(each, amount=rounded(each.amount, digits)) for each in order.credits),
        shipping=rounded(order.shipping, digits),
        surcharge=rounded(order.surcharge, digits),
        taxes=tuple(tax for tax in taxes if tax.amount or (not tax.rate and not tax.fixed)),
    )
