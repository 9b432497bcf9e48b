"""Rounding as both sides show it."""

from decimal import Decimal
from fractions import Fraction

ZERO = Decimal(0)
HUNDRED = Decimal(100)


def rounded(amount: Decimal | Fraction, decimals: int) -> Decimal:
    """Half up, away from zero.

    Sources: documents of Zoho say `"rounding_mode": "round_half_up"` (recorded create-invoice, create-credit-note);
    the store's own help prints its
    line `round((double) $price + 0.00000000001, $decimals)` (user guide, "Increase the Accuracy of Tax, Discount, and
    Total Value Calculation"), and
    PHP's round goes away from zero at the half.
    """
    whole = int(abs(Fraction(amount)) * 10**decimals + Fraction(1, 2))
    return Decimal(whole if amount >= 0 else -whole).scaleb(-decimals)


def to_nearest(amount: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of `step`, a half upwards: 20.63 is 20.50 by steps of 0.5 and 20.75 by 0.25 (Zoho help,
    "Rounding Off Preferences").
    """
    return rounded(Fraction(amount) / Fraction(step), 0) * step
