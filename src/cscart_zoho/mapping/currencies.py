"""How money is counted: the digits of a currency, rounding, and splitting without losing a cent. Pure."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

#: Currencies that do not have two digits after the point (ISO 4217, list one).
_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_PLACES = {code: digits for digits, codes in _DIGITS.items() for code in codes.split()}


def places(currency: str) -> int:
    """Digits after the point of a currency's smallest unit: JPY 0, KWD 3, nearly all others 2."""
    return _PLACES.get(currency.upper(), 2)


@cache
def unit(digits: int) -> Decimal:
    """The smallest amount with so many digits after the point: 0.01 for two."""
    return Decimal(1).scaleb(-digits)


def rounded(amount: Decimal, digits: int) -> Decimal:
    """Half a unit goes up, away from nothing, as both sides round."""
    return amount.quantize(unit(digits), ROUND_HALF_UP)


def rounded_up(amount: Decimal, digits: int) -> Decimal:
    """The next amount with so many digits that is not less."""
    return amount.quantize(unit(digits), ROUND_CEILING)


def rounded_exactly(amount: Fraction, digits: int) -> Decimal:
    """The same for an amount with endless digits: half a unit is found for certain."""
    units = int(abs(amount) * 10**digits + Fraction(1, 2))
    return Decimal(units if amount >= 0 else -units).scaleb(-digits)


def shares(amount: Decimal, weights: Sequence[Decimal], digits: int) -> list[Decimal]:
    """An amount in parts that are as good as proportional to the weights and add up to it exactly.

    The units that rounding down leaves over go to the largest remainders, the earlier part first. Without any
    weight the first part gets all.
    """
    whole = sum(weights)
    if not whole:
        return [amount if not at else Decimal(0) for at in range(len(weights))]
    exact = [amount * weight / whole for weight in weights]
    parts = [part.quantize(unit(digits), ROUND_FLOOR) for part in exact]
    left = int((amount - sum(parts)).scaleb(digits))
    by_remainder = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_remainder[:left]:
        parts[at] += unit(digits)
    return parts


def shown(amount: Decimal, digits: int) -> str:
    """The amount as people read it, "13.80"; more digits only where there are more."""
    whole = rounded(amount, digits)
    return f"{whole if whole == amount else amount.normalize():f}"
