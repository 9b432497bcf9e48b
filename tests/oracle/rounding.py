"""Rounding as both sides show it."""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
HUNDRED = Decimal(100)


def rounded(amount: Decimal, decimals: int) -> Decimal:
    """Half up, away from zero.

    Sources: documents of Zoho say `"rounding_mode": "round_half_up"` (recorded create-invoice, create-credit-note);
    the store's own help prints its
    line `round((double) $price + 0.00000000001, $decimals)` (user guide, "Increase the Accuracy of Tax, Discount, and
    Total Value Calculation"), and
    PHP's round goes away from zero at the half.
    """
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def to_nearest(amount: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of `step`, a half upwards: 20.63 is 20.50 by steps of 0.5 and 20.75 by 0.25 (Zoho help,
    "Rounding Off Preferences").
    """
    return (amount / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
