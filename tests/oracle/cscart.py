"""What an order of a CS-Cart store comes to, from its documentation and its recorded orders.

Sources, by the short names that the rules below use:
- TAXES: CS-Cart user guide, "Tax Attributes": a tax is in the price ("Price includes tax") or is added to the order's
subtotal; its priority is its
  place in the sequence of taxes; a rate is a percentage or an amount of money.
- ACCURACY: CS-Cart user guide, "Increase the Accuracy of Tax, Discount, and Total Value Calculation": amounts are
rounded to two decimals; taxes are
  reckoned on the subtotal or on the unit price, by a setting.
- FIELDS: official description of an order's fields: `price` is the unit price after discounts, `tax_subtotal` the sum
of taxes not in the price,
  amounts are in the primary currency.
- STORE: 64 recorded orders of a running 4.20.1 (and those made on it): prices with tax in them, reckoned on the
subtotal: 5 x 129.99 and shipping of
  28.00 hold 59.09 and 2.55 of tax, not 5 x 11.82.
- CERTIFICATE: a recorded shape of an order paid by certificate: line 20.00, shipping 5.00, `cost` 25 of 40.00: total
0.00.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.rounding import HUNDRED, ZERO, rounded


@dataclass(frozen=True)
class StoreTax:
    """One tax of the store (TAXES). `on_shipping`: whether the chosen shipping method has it, too."""

    name: str
    percent: Decimal
    included: bool
    priority: int = 0
    on_shipping: bool = False


@dataclass(frozen=True)
class CartLine:
    """`price`: of one piece after its own discounts (FIELDS); a free gift has 0.

    `taxes`: which taxes of the cart it has, by name.
    """

    price: Decimal
    amount: int
    taxes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Cart:
    """The money of one order, in the store's primary currency of `decimals` decimals.

    `paid_otherwise`: certificates, points, store credit.
    """

    lines: tuple[CartLine, ...]
    taxes: tuple[StoreTax, ...] = ()
    shipping: Decimal = ZERO
    surcharge: Decimal = ZERO
    subtotal_discount: Decimal = ZERO
    paid_otherwise: Decimal = ZERO
    decimals: int = 2
    by_unit_price: bool = False  # the setting of ACCURACY
    unit_tax_before_discount: bool = True  # open: whether a tax on the unit price knows of the order's discount
    later_taxes_are_compound: bool = (
        True  # open: TAXES has a sequence, and does not say on which base the later ones stand
    )


def total(cart: Cart) -> Decimal:
    """Lines - discount on the subtotal + shipping + surcharge + taxes on top - what was paid otherwise; never below 0
    (STORE, FIELDS, CERTIFICATE).
    """
    whole = (
        subtotal(cart)
        - cart.subtotal_discount
        + cart.shipping
        + cart.surcharge
        + sum(taxes_on_top(cart).values(), ZERO)
    )
    return max(whole - cart.paid_otherwise, ZERO)


def subtotal(cart: Cart) -> Decimal:
    """Price x amount of every line (STORE: `display_subtotal`)."""
    return sum((line.price * line.amount for line in cart.lines), ZERO)


def taxes_on_top(cart: Cart) -> dict[str, Decimal]:
    """By name: those that prices do not hold."""
    included = {tax.name for tax in cart.taxes if tax.included}
    return {name: sum(parts.values(), ZERO) for name, parts in taxes(cart).items() if name not in included}


def taxes(cart: Cart) -> dict[str, dict[str, Decimal]]:
    """By name, `{"P": on products, "S": on shipping}` as in `applies` of an order (STORE)."""
    return {
        tax.name: {
            "P": rounded(_on_products(cart, tax), cart.decimals),
            "S": rounded(_on_shipping(cart, tax), cart.decimals),
        }
        for tax in cart.taxes
    }


def _on_products(cart: Cart, tax: StoreTax) -> Fraction:
    """Of the lines that have it, less their share of the discount on the subtotal."""
    whole = subtotal(cart)
    kept = 1 - Fraction(cart.subtotal_discount) / Fraction(whole) if whole else Fraction()
    money = Fraction()
    for line in (line for line in cart.lines if tax.name in line.taxes):
        own = tuple(other for other in cart.taxes if other.name in line.taxes)
        if cart.by_unit_price:
            price = Fraction(line.price) * (1 if cart.unit_tax_before_discount else kept)
            money += Fraction(rounded(_share(price, tax, own, cart), cart.decimals)) * line.amount
        else:
            money += _share(Fraction(line.price) * line.amount * kept, tax, own, cart)
    return money


def _on_shipping(cart: Cart, tax: StoreTax) -> Fraction:
    if not tax.on_shipping:
        return Fraction()
    return _share(Fraction(cart.shipping), tax, tuple(other for other in cart.taxes if other.on_shipping), cart)


def _share(amount: Fraction, tax: StoreTax, own: tuple[StoreTax, ...], cart: Cart) -> Fraction:
    """This tax's part of one amount: in it, or on top of it (TAXES), after the taxes that come before it."""
    if tax.included:
        return amount * Fraction(tax.percent) / Fraction(HUNDRED + tax.percent)
    before = (other for other in own if not other.included and other.priority < tax.priority)
    base = amount
    if cart.later_taxes_are_compound:
        base += sum((_share(amount, other, own, cart) for other in before), Fraction())
    return base * Fraction(tax.percent) / 100


# --- orders as the store's API tells them ---


def recorded_total(order: Mapping[str, Any], *, points_in_discount: bool = False) -> Decimal:
    """What the parts of a GET orders/:id come to: its own `total` should say the same (STORE)."""
    lines = sum((_money(line["price"]) * int(line["amount"]) for line in _rows(order.get("products"))), ZERO)
    parts = lines - _money(order.get("subtotal_discount")) + _money(order.get("shipping_cost"))
    parts += _money(order.get("payment_surcharge")) + _taxes_told(order)
    return max(parts - paid_otherwise(order, points_in_discount=points_in_discount), ZERO)


def paid_otherwise(order: Mapping[str, Any], *, points_in_discount: bool = False) -> Decimal:
    """Certificates, reward points and a wallet used for it (CERTIFICATE; FIELDS `points_info`).

    Whether points are in the order's discount already is open: order forms take them out of it again.
    """
    paid = sum((_money(used.get("cost")) for used in _rows(order.get("use_gift_certificates"))), ZERO)
    points = order.get("points_info")
    in_use = points.get("in_use") if isinstance(points, Mapping) else None
    if isinstance(in_use, Mapping) and not points_in_discount:
        paid += _money(in_use.get("cost"))
    wallet = order.get("wallet")
    return paid + (_money(wallet.get("used_cash")) if isinstance(wallet, Mapping) else ZERO)


def _taxes_told(order: Mapping[str, Any]) -> Decimal:
    """The sum of taxes that prices do not hold: each tax names its own (`price_includes_tax`)."""
    rows = _rows(order.get("taxes"))
    return sum((_money(tax.get("tax_subtotal")) for tax in rows if tax.get("price_includes_tax") == "N"), ZERO)


def _rows(value: object) -> list[Mapping[str, Any]]:
    """Objects keyed by an id, which are lists where they are empty."""
    if isinstance(value, Mapping):
        return [row for row in value.values() if isinstance(row, Mapping)]
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _money(written: object) -> Decimal:
    return Decimal(str(written or 0))
