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
from decimal import ROUND_HALF_UP, Decimal
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
    #: It is also taken of the other taxes of its group (`tax_type` "compound_tax"; Zoho Books, help on compound taxes).
    compound: bool = False


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
        return 1 + sum(self.shares.values(), Fraction())

    @property
    def shares(self) -> dict[Levy, Fraction]:
        """What each tax takes of 1 without tax."""
        simple = sum((levy.percentage for levy in self.levies if not levy.compound), NOTHING)
        base = 1 + Fraction(simple) / 100
        return {levy: Fraction(levy.percentage) / 100 * (base if levy.compound else 1) for levy in self.levies}


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
    #: Taxed only where it has taxes of its own: they come on top of it.
    shipping: Decimal = NOTHING
    shipping_levies: tuple[Levy, ...] = ()
    #: Never taxed.
    adjustment: Decimal = NOTHING
    #: The total is rounded off to a whole number, with the adjustment in it or before it is added.
    whole_total: bool = False
    adjustment_is_rounded: bool = True
    #: Where rates have tax in them, a discount before tax is taken off what is left without it.
    discount_off_net: bool = True
    #: Where rates have tax in them, the discount of a line is money without tax.
    line_discount_off_net: bool = False
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
    """The money of an order. `total` is sub_total - discount + tax + shipping + adjustment + round_off."""

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
    #: Of `tax`, what is on the shipping charge.
    shipping_tax: Decimal = NOTHING
    round_off: Decimal = NOTHING


def compute(terms: Terms) -> Totals:
    """The totals of an order."""
    lines = tuple(_line(terms, line) for line in terms.lines)
    goods = _inclusive(terms, lines) if terms.inclusive else _exclusive(terms, lines)
    adjustment = terms.rounded(Fraction(terms.adjustment))
    sent = PricedLine(terms.shipping, Decimal(1), levies=terms.shipping_levies)
    on_shipping = tuple((levy, terms.rounded(tax)) for levy, tax in _shares([(sent, Fraction(terms.shipping))]).items())
    taxes = _together(goods.taxes, on_shipping)
    before = goods.sub_total - goods.discount + _sum(taxes) + terms.rounded(Fraction(terms.shipping))
    exact = before + adjustment
    round_off = _round_off(exact if terms.adjustment_is_rounded else before) if terms.whole_total else NOTHING
    return Totals(
        lines=lines,
        sub_total=goods.sub_total,
        sub_total_inclusive=sum((line.amount for line in lines), NOTHING) if terms.inclusive else NOTHING,
        discount=goods.discount,
        discounted=goods.discounted if terms.discount.value else NOTHING,
        taxes=taxes,
        tax=_sum(taxes),
        total=exact + round_off,
        shipping_tax=_sum(on_shipping),
        round_off=round_off,
    )


def _round_off(amount: Decimal) -> Decimal:
    """What has to be added to reach a whole number: 99.5 becomes 100, 80.45 becomes 80 (help of Zoho Inventory)."""
    return amount.quantize(Decimal(1), ROUND_HALF_UP) - amount


def _together(one: Taxes, other: Taxes) -> Taxes:
    sums: dict[Levy, Decimal] = dict(one)
    for levy, tax in other:
        sums[levy] = sums.get(levy, NOTHING) + tax
    return tuple(sums.items())


def _line(terms: Terms, line: PricedLine) -> LineTotals:
    full = Fraction(line.rate) * Fraction(line.quantity)
    off = line.discount.of(full)
    if terms.inclusive and terms.line_discount_off_net and not line.discount.is_percent:
        off *= line.with_tax
    amount = terms.rounded(full - off)
    net = Fraction(amount) / line.with_tax if terms.inclusive else Fraction(amount)
    taxes = tuple((levy, terms.rounded(tax)) for levy, tax in _shares([(line, net)]).items())
    return LineTotals(terms.rounded(full), terms.rounded(full) - amount, terms.rounded(net), amount, taxes)


@dataclass(frozen=True)
class _Goods:
    sub_total: Decimal
    discount: Decimal
    discounted: Decimal
    taxes: Taxes


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
        for levy, share in line.shares.items():
            shares[levy] = shares.get(levy, Fraction()) + net * share
    return shares


def _sum(taxes: Taxes) -> Decimal:
    return sum((tax for _, tax in taxes), NOTHING)
