"""The money of a sales order on its way to the store: unit prices the store can hold, Zoho's total. Pure.

The store keeps prices of one piece with few digits, so a line of Zoho cannot
always be said exactly. What is left over goes into the order's discount or,
where there is too little of it, into the payment surcharge; the trace tells
it. The store adds nothing up by itself here: it keeps stored prices and the
total as they are given (seen on a running 4.20 store).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import msgspec

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.currencies import rounded, rounded_exactly, shown, unit
from cscart_zoho.mapping.money_rules import MoneyRules, Priced, Totals, Traced, ZohoTax
from cscart_zoho.mapping.order_bill import check_amount, check_currency, check_line, shipping_title
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.mapping.order_taxes import with_rate
from cscart_zoho.mapping.order_total import line_amount, tax_of, total_in_zoho
from cscart_zoho.order import NOTHING, Line, Order, Tax, plain


@dataclass(frozen=True)
class Sold:
    """A line of Zoho, reckoned. `gross` and `net` are of the whole line, not rounded."""

    line: Line
    amount: Decimal
    gross: Decimal
    tax: ZohoTax | None
    tax_amount: Decimal

    @property
    def net(self) -> Decimal:
        return self.gross - self.tax_amount


@dataclass(frozen=True)
class Sale:
    """The sales order, sorted: what is sold, what stands for shipping and what for the surcharge."""

    order: Order
    rules: MoneyRules
    totals: Totals
    goods: tuple[Sold, ...]
    shipping: tuple[Sold, ...]
    surcharge: tuple[Sold, ...]
    #: Whether the discount before tax of this order is money without tax.
    off_net: bool
    #: Whether the store's prices shall have the taxes in them.
    gross: bool
    #: Digits after the point that both the store and the currency have.
    digits: int

    def worth(self, sold: Sold) -> Decimal:
        """A line as the store's prices are meant, not rounded."""
        return sold.gross if self.gross else sold.net

    def price(self, sold: Sold) -> Decimal:
        """Of one piece, as the store can hold it."""
        return rounded(self.worth(sold) / sold.line.quantity, self.digits)

    @property
    def grains(self) -> Decimal:
        """How much rounding may move between amounts of the order: a unit for each line and for each amount."""
        return (len(self.order.lines) + 4) * unit(self.digits)


def price_for_store(
    order: Order,
    choices: OrderChoices,
    rules: MoneyRules,
    product_of: Callable[[Line], str],
    store_places: int = 2,
) -> Priced:
    """Zoho's sales order as an order of the store with Zoho's total. Raises `Unfit`.

    `product_of` gives the product of a line and may raise `Unfit`;
    `store_places` are the digits of the store's prices. Line ids of the result
    are empty. With net prices the taxes are told as taxes on top; a tax has the
    store's id where the tax map names one, else none.
    """
    sale = _read(order, choices, _as_told(order, rules), store_places)
    _check_open(sale, choices.most)
    for each in _ways(sale):
        stored = _stored(each, choices, product_of)
        left = order.total - _sum(stored)
        settled = _settled(stored, left, each.grains)
        if settled.discount <= _lines(settled) and settled.shipping >= 0:
            return Priced(settled, tuple(_trace(each, stored, settled)))
    raise _no_room(sale)


def _ways(sale: Sale) -> Iterator[Sale]:
    """The order as the merchant wants it. Where net prices are less than its discount, gross ones may hold it."""
    yield sale
    if not sale.gross:
        yield replace(sale, gross=True)


# Reading the sales order


#: Digits of rates that Zoho tells: more than any organisation keeps.
_TOLD_PLACES = 6


def _as_told(order: Order, rules: MoneyRules) -> MoneyRules:
    """A rate that Zoho tells is one that it keeps, and a tax that its settings no longer have is told by the order."""
    own = {tax.id: ZohoTax(tax.id, tax.name, tax.rate) for tax in order.taxes}
    return replace(rules, taxes={**own, **rules.taxes}, rate_places=_TOLD_PLACES)


def _read(order: Order, choices: OrderChoices, rules: MoneyRules, store_places: int) -> Sale:
    _check(order, rules, min(store_places, rules.digits))
    totals, off_net = _totals(order, rules)
    items = {choices.shipping_item_id: "shipping", choices.surcharge_item_id: "surcharge"}
    items.pop("", None)
    kinds: dict[str, list[Sold]] = {"goods": [], "shipping": [], "surcharge": []}
    for line in order.lines:
        kinds[items.get(line.product_id, "goods")].append(_sold(order, line, rules))
    if not kinds["goods"]:
        raise Unfit("The order has no products, only shipping or a surcharge.", field="lines")
    for sold in kinds["goods"]:
        check_line(sold.line)
    return Sale(
        order,
        rules,
        totals,
        tuple(kinds["goods"]),
        tuple(kinds["shipping"]),
        tuple(kinds["surcharge"]),
        off_net=off_net,
        gross=choices.imported_prices == "gross",
        digits=min(store_places, rules.digits),
    )


def _totals(order: Order, rules: MoneyRules) -> tuple[Totals, bool]:
    """Zoho's figures as that one of the ways to read them that comes nearest to its total.

    A discount before tax may be money with tax or without, and an order may be older than the wish to round off.
    """
    ways = [
        (total_in_zoho(order, replace(rules, round_total=rounding), off_net=off_net), off_net)
        for rounding in dict.fromkeys((rules.round_total, ""))
        for off_net in (True, False)
    ]
    return min(ways, key=lambda way: abs(way[0].total - order.total))


def _sold(order: Order, line: Line, rules: MoneyRules) -> Sold:
    amount, tax = line_amount(line, rules), tax_of(line, rules)
    check_amount(f'amount of "{line.name or line.sku}"', amount)
    percent = tax.percent if tax else NOTHING
    tax_amount = amount * percent / (100 + (percent if order.inclusive else NOTHING))
    return Sold(line, amount, amount if order.inclusive else amount + tax_amount, tax, tax_amount)


def _check(order: Order, rules: MoneyRules, digits: int) -> None:
    advice = f"It stays in Zoho alone; to have it in the store, too, give it a customer with {rules.currency} there."
    check_currency(order, rules, advice)
    if not order.lines:
        raise Unfit("The order has no lines.", field="lines")
    for line in order.lines:
        what = line.name or line.sku or "a line"
        for name, amount in (("quantity", line.quantity), ("price", line.price), ("discount", line.discount)):
            check_amount(f'{name} of "{what}"', amount)
    for name in ("discount", "shipping", "total"):
        check_amount(name, getattr(order, name))
    check_amount("adjustment", order.adjustment, negative=True)
    if rounded(order.total, digits) != order.total:
        raise Unfit(
            f"The total {plain(order.total)} {order.currency} has more digits than the store keeps ({digits}).",
            field="total",
        )


def _check_open(sale: Sale, most: Decimal) -> None:
    total, digits = sale.order.total, sale.rules.digits
    if abs(total - sale.totals.total) > most:
        raise Unfit(
            f"The total is {shown(total, digits)} {sale.order.currency} in Zoho, and its lines, discount, taxes and "
            f"charges make {shown(sale.totals.total, digits)}.",
            field="total",
            advice="Look at the sales order in Zoho: a tax on shipping or a rounding rule of Zoho may be the cause.",
        )


def _all(sale: Sale) -> tuple[Sold, ...]:
    return sale.goods + sale.shipping + sale.surcharge


# What the store gets


def _stored(sale: Sale, choices: OrderChoices, product_of: Callable[[Line], str]) -> Order:
    """The order in the store's form, before what rounding leaves over."""
    order, adjustment = sale.order, rounded(sale.order.adjustment, sale.digits)
    return msgspec.structs.replace(
        order,
        lines=tuple(_product_line(sale, sold, choices, product_of) for sold in sale.goods),
        discount=rounded(_discount(sale), sale.digits) + max(-adjustment, NOTHING),
        discount_before_tax=True,
        inclusive=False,
        shipping=rounded(order.shipping + _worth(sale, sale.shipping), sale.digits),
        surcharge=rounded(_worth(sale, sale.surcharge), sale.digits) + max(adjustment, NOTHING),
        adjustment=NOTHING,
        adjustment_note="",
        taxes=() if sale.gross else tuple(_taxes(sale, choices)),
    )


def _product_line(sale: Sale, sold: Sold, choices: OrderChoices, product_of: Callable[[Line], str]) -> Line:
    tax_id = store_tax(sold.tax, choices) if sold.tax and not sale.gross else ""
    return msgspec.structs.replace(
        sold.line,
        id="",
        product_id=product_of(sold.line),
        price=sale.price(sold),
        discount=NOTHING,
        tax_ids=(tax_id,) if tax_id else (),
    )


def store_tax(tax: ZohoTax, choices: OrderChoices) -> str:
    """The store's tax that the tax map names for a Zoho tax, or nothing."""
    return next((rule.store_tax for rule in choices.tax_rules if rule.zoho_tax == tax.id and rule.store_tax), "")


def _worth(sale: Sale, lines: tuple[Sold, ...]) -> Decimal:
    return sum((sale.worth(sold) for sold in lines), NOTHING)


def _discount(sale: Sale) -> Decimal:
    """The order's discount as the store's prices are meant: with its tax where prices are gross."""
    order, all_lines = sale.order, _all(sale)
    whole = sum((sold.net if sale.off_net else sold.amount for sold in all_lines), NOTHING)
    if not order.discount_before_tax or not whole:
        return order.discount
    return order.discount * _worth(sale, all_lines) / whole


def _taxes(sale: Sale, choices: OrderChoices) -> Iterator[Tax]:
    """Zoho's taxes, on top of net prices."""
    for id, amount in sale.totals.taxes.items():
        tax = sale.rules.levies[id]
        yield Tax(
            id=store_tax(tax, choices),
            name=tax.name,
            rate=tax.percent,
            amount=rounded(amount, sale.digits),
            on_shipping=_tax_of(sale.shipping, id, sale.digits),
            on_surcharge=_tax_of(sale.surcharge, id, sale.digits),
        )


def _tax_of(lines: tuple[Sold, ...], id: str, digits: int) -> Decimal:
    amounts = [Fraction(sold.net) * sold.tax.shares.get(id, Fraction()) for sold in lines if sold.tax]
    return rounded_exactly(sum(amounts, Fraction()), digits)


def _lines(stored: Order) -> Decimal:
    return sum((line.price * line.quantity for line in stored.lines), NOTHING)


def _sum(stored: Order) -> Decimal:
    """What the store's figures add up to."""
    on_top = sum((tax.amount for tax in stored.taxes), NOTHING)
    return _lines(stored) - stored.discount + stored.shipping + stored.surcharge + on_top


def _settled(stored: Order, left: Decimal, grains: Decimal) -> Order:
    """What is left over goes into the discount, as long as that does not fall below nothing.

    Nor may it be more than the lines: a few units too many come off surcharge and shipping instead.
    """
    discount = max(stored.discount - left, NOTHING)
    surcharge = stored.surcharge + left - (stored.discount - discount)
    over = discount - _lines(stored)
    if not 0 < over <= grains:
        return msgspec.structs.replace(stored, discount=discount, surcharge=surcharge)
    paid = min(over, max(surcharge, NOTHING))
    return msgspec.structs.replace(
        stored, discount=discount - over, surcharge=surcharge - paid, shipping=stored.shipping - (over - paid)
    )


def _no_room(sale: Sale) -> Unfit:
    off = shown(sale.order.discount + max(-sale.order.adjustment, NOTHING), sale.rules.digits)
    return Unfit(
        f"Zoho's discount and adjustment take off {off} {sale.order.currency}, more than the lines are; "
        "the store cannot hold that.",
        field="discount",
    )


# The trace


def _trace(sale: Sale, stored: Order, settled: Order) -> Iterator[Traced]:
    for sold, line in zip(sale.goods, stored.lines, strict=True):
        what = f"{plain(line.quantity)} x {line.name or line.sku}"
        yield Traced(what, line.price * line.quantity, sold.amount, _why_price(sale, sold))
    yield from _discount_traced(sale)
    yield from _shipping_traced(sale, stored)
    yield from _surcharge_traced(sale, stored)
    yield from _taxes_traced(sale, stored)
    yield from _left_traced(sale, stored, settled)


def _why_price(sale: Sale, sold: Sold) -> str:
    told = []
    if sold.tax and sale.gross != sale.order.inclusive:
        amount = shown(rounded(sold.tax_amount, sale.rules.digits), sale.rules.digits)
        told.append(f"{amount} of tax is {'in the price' if sale.gross else 'taken out of the price'}.")
    price = sale.worth(sold) / sold.line.quantity
    if abs(sale.price(sold) - price) > unit(sale.digits + 4):
        told.append(f"Rounded to {shown(sale.price(sold), sale.digits)} for one piece.")
    return " ".join(told)


def _discount_traced(sale: Sale) -> Iterator[Traced]:
    order, totals, discount = sale.order, sale.totals, rounded(_discount(sale), sale.digits)
    if order.discount:
        on_top = NOTHING if order.inclusive else totals.tax
        zoho = totals.exact - totals.sub_total - on_top - totals.shipping - totals.adjustment
        why = "With its tax." if discount > -zoho else "Without its tax." if discount < -zoho else ""
        yield Traced("Discount of the order", -discount, zoho, why)


def _shipping_traced(sale: Sale, stored: Order) -> Iterator[Traced]:
    if stored.shipping or sale.shipping:
        zoho = sale.order.shipping + sum((sold.amount for sold in sale.shipping), NOTHING)
        why = "Zoho's charge and its shipping line." if sale.shipping else ""
        yield Traced(shipping_title(sale.order), stored.shipping, zoho, why)


def _surcharge_traced(sale: Sale, stored: Order) -> Iterator[Traced]:
    adjustment = rounded(sale.order.adjustment, sale.digits)
    if sale.surcharge:
        zoho = sum((sold.amount for sold in sale.surcharge), NOTHING)
        yield Traced("Payment surcharge", stored.surcharge - max(adjustment, NOTHING), zoho)
    if sale.order.adjustment:
        where = "surcharge" if adjustment > 0 else "discount"
        note = f" Zoho says: {sale.order.adjustment_note}." if sale.order.adjustment_note else ""
        yield Traced("Adjustment", adjustment, sale.order.adjustment, f"It is in the store's {where}.{note}")


def _taxes_traced(sale: Sale, stored: Order) -> Iterator[Traced]:
    told = {id: rounded(amount, sale.digits) for id, amount in sale.totals.taxes.items()}
    for id, amount in sale.totals.taxes.items():
        tax = sale.rules.levies[id]
        why = f"{shown(amount, sale.rules.digits)} within the rates in Zoho." if sale.order.inclusive else ""
        if sale.gross:
            why = f"{why} It is within the store's prices.".strip()
        yield Traced(
            f"Tax {with_rate(tax.name, tax.percent)}",
            None if sale.gross else told[id],
            None if sale.order.inclusive else amount,
            why,
        )


def _left_traced(sale: Sale, stored: Order, settled: Order) -> Iterator[Traced]:
    """What rounding has left over; what Zoho's own figures leave open is a part of it."""
    left, opened = sale.order.total - _sum(stored), sale.order.total - sale.totals.exact
    told = []
    if sale.totals.round_off:
        opened -= sale.totals.round_off
        yield Traced("Round off", None, sale.totals.round_off, "Zoho rounds its total off.")
    moved = [name for name in ("discount", "surcharge", "shipping") if getattr(stored, name) != getattr(settled, name)]
    if moved:
        told.append(f"The store's prices have {sale.digits} digits; what is left is in its {' and '.join(moved)}.")
    if opened:
        told.append(f"Zoho's own figures leave {shown(opened, sale.rules.digits)} open.")
    if told:
        yield Traced("Rounding", left, opened or None, " ".join(told))
