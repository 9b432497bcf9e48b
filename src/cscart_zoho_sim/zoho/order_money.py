"""How Zoho computes an order: totals of lines, discounts, taxes, the total.

As seen on live orders: `item_total` is the rate times the quantity less the
discount of the line, rounded half up; where rates include tax, the tax is taken
out of it again (1,000 at 13 % without decimals is 885). `sub_total` sums it up
before a discount of the whole order. A group of taxes is computed tax by tax.
Nobody has published the rest; `Terms` has a choice for each open question. What is not
rounded yet is a fraction: no digit is lost before Zoho would round.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

NOTHING = Decimal(0)

ITEM_LEVEL, ENTITY_LEVEL = "item_level", "entity_level"


@dataclass(frozen=True)
class Discount:
    """A discount as it is given: an amount of money, or a share in percent."""

    value: Decimal = NOTHING
    is_percent: bool = False

    def of(self, amount: Fraction) -> Fraction:
        """What it takes off an amount, not rounded."""
        return amount * Fraction(self.value) / 100 if self.is_percent else Fraction(self.value)

    def left(self, amount: Fraction) -> Fraction:
        """The share of an amount that stays."""
        return 1 - self.of(amount) / amount if amount else Fraction(1)


NO_DISCOUNT = Discount()


@dataclass(frozen=True)
class Levy:
    """One tax of a line; a line with a group of taxes has several."""

    id: str
    name: str
    percentage: Decimal


@dataclass(frozen=True)
class PricedLine:
    """What the money of a line depends on. The discount is off the whole line."""

    rate: Decimal
    quantity: Decimal
    discount: Discount = NO_DISCOUNT
    levies: tuple[Levy, ...] = ()

    @property
    def with_tax(self) -> Fraction:
        """What 1 without tax is with it."""
        return 1 + Fraction(sum((levy.percentage for levy in self.levies), NOTHING)) / 100


@dataclass(frozen=True)
class Terms:
    """An order as it is computed. `precision` is how many decimals its currency has."""

    lines: tuple[PricedLine, ...]
    precision: int = 2
    #: Tax is rounded per line ("item_level") or per order ("entity_level").
    tax_rounding: str = ENTITY_LEVEL
    #: Whether the rates have the taxes in them.
    inclusive: bool = False
    #: Off the whole order.
    discount: Discount = NO_DISCOUNT
    discount_before_tax: bool = True
    #: Not taxed.
    shipping: Decimal = NOTHING
    adjustment: Decimal = NOTHING
    #: Where rates have tax in them, a discount before tax is taken off what is left without it.
    discount_off_net: bool = True
    #: Where rates have tax in them, the total is made of net lines and tax, which may miss what the lines say.
    sums_net: bool = False

    def rounded(self, amount: Fraction) -> Decimal:
        """Half up, as `rounding_mode` of live orders says."""
        units = int(abs(amount) * 10**self.precision + Fraction(1, 2))
        return Decimal(units if amount >= 0 else -units).scaleb(-self.precision)


#: What each tax takes, not rounded.
Shares = dict[Levy, Fraction]
Taxes = tuple[tuple[Levy, Decimal], ...]


@dataclass(frozen=True)
class LineTotals:
    """The money of one line."""

    #: Rate times quantity.
    full: Decimal
    discount: Decimal
    #: Without tax, after the line's discount.
    total: Decimal
    #: What the line's rate and discount come to, whether tax is in it or not.
    amount: Decimal
    taxes: Taxes = ()


@dataclass(frozen=True)
class Totals:
    """The money of an order. `total` is sub_total - discount + tax + shipping + adjustment."""

    lines: tuple[LineTotals, ...]
    sub_total: Decimal
    #: The lines with their taxes, where rates have tax in them; else 0.
    sub_total_inclusive: Decimal
    discount: Decimal
    #: What the discount was taken off.
    discounted: Decimal
    taxes: Taxes
    tax: Decimal
    total: Decimal


def compute(terms: Terms) -> Totals:
    """The totals of an order."""
    lines = tuple(_line(terms, line) for line in terms.lines)
    goods = _inclusive(terms, lines) if terms.inclusive else _exclusive(terms, lines)
    extra = terms.rounded(Fraction(terms.shipping)) + terms.rounded(Fraction(terms.adjustment))
    total = goods.sub_total - goods.discount + goods.tax + extra
    return Totals(
        lines=lines,
        sub_total=goods.sub_total,
        sub_total_inclusive=sum((line.amount for line in lines), NOTHING) if terms.inclusive else NOTHING,
        discount=goods.discount,
        discounted=goods.discounted if terms.discount.value else NOTHING,
        taxes=goods.taxes,
        tax=goods.tax,
        total=total,
    )


def _line(terms: Terms, line: PricedLine) -> LineTotals:
    full = Fraction(line.rate) * Fraction(line.quantity)
    amount = terms.rounded(full - line.discount.of(full))
    net = Fraction(amount) / line.with_tax if terms.inclusive else Fraction(amount)
    taxes = tuple((levy, terms.rounded(tax)) for levy, tax in _shares([(line, net)]).items())
    return LineTotals(terms.rounded(full), terms.rounded(full) - amount, terms.rounded(net), amount, taxes)


@dataclass(frozen=True)
class _Goods:
    sub_total: Decimal
    discount: Decimal
    discounted: Decimal
    taxes: Taxes

    @property
    def tax(self) -> Decimal:
        return _sum(self.taxes)


def _exclusive(terms: Terms, lines: Sequence[LineTotals]) -> _Goods:
    amounts = [Fraction(line.amount) for line in lines]
    sub_total = terms.rounded(sum(amounts, Fraction()))
    if terms.discount_before_tax:
        return _before_tax(terms, amounts)
    taxes = _taxes(terms, amounts)
    discounted = sub_total + _sum(taxes)
    return _Goods(sub_total, terms.rounded(terms.discount.of(Fraction(discounted))), discounted, taxes)


def _before_tax(terms: Terms, nets: Sequence[Fraction]) -> _Goods:
    """The discount is shared out over the lines, and the rest of each is taxed."""
    sub_total = terms.rounded(sum(nets, Fraction()))
    left = terms.discount.left(Fraction(sub_total))
    discount = terms.rounded(terms.discount.of(Fraction(sub_total)))
    return _Goods(sub_total, discount, sub_total, _taxes(terms, [net * left for net in nets]))


def _inclusive(terms: Terms, lines: Sequence[LineTotals]) -> _Goods:
    nets = [Fraction(line.amount) / priced.with_tax for line, priced in zip(lines, terms.lines, strict=True)]
    if terms.discount.value and terms.discount_before_tax and terms.discount_off_net:
        return _before_tax(terms, nets)
    gross = sum((line.amount for line in lines), NOTHING)
    left = terms.discount.left(Fraction(gross)) if terms.discount_before_tax else Fraction(1)
    taxes = _taxes(terms, [net * left for net in nets])
    discount = terms.rounded(terms.discount.of(Fraction(gross)))
    if terms.sums_net:
        return _Goods(sum((line.total for line in lines), NOTHING), discount, gross, taxes)
    return _Goods(gross - _sum(taxes), discount, gross, taxes)


def _taxes(terms: Terms, nets: Sequence[Fraction]) -> Taxes:
    """Each tax of the order with its money. A tax of 0 % is named, too."""
    pairs = list(zip(terms.lines, nets, strict=True))
    if terms.tax_rounding != ITEM_LEVEL:
        return tuple((levy, terms.rounded(tax)) for levy, tax in _shares(pairs).items())
    sums: dict[Levy, Decimal] = {}
    for pair in pairs:
        for levy, tax in _shares([pair]).items():
            sums[levy] = sums.get(levy, NOTHING) + terms.rounded(tax)
    return tuple(sums.items())


def _shares(pairs: Iterable[tuple[PricedLine, Fraction]]) -> Shares:
    """What each tax takes of lines that come to so much without tax."""
    shares: Shares = {}
    for line, net in pairs:
        for levy in line.levies:
            shares[levy] = shares.get(levy, Fraction()) + net * Fraction(levy.percentage) / 100
    return shares


def _sum(taxes: Taxes) -> Decimal:
    return sum((tax for _, tax in taxes), NOTHING)
