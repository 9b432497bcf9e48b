"""The money of an order, calculated as CS-Cart does. Pure.

The 64 orders of a recorded store and all recorded new ones come out to the
cent; what none of them has (taxes on top of prices, fixed taxes, surcharges,
discounts of the whole order, unit prices) is not recorded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

NOTHING = Decimal(0)
PRODUCTS, SHIPPING, SURCHARGE = "P", "S", "PS"


@dataclass(frozen=True)
class TaxRate:
    """A tax with what the API never tells of it alone: the rate, in percent, or in money where it is `fixed`.

    `countries` are those of delivery that have this rate; none named = all.
    """

    tax_id: str
    name: str
    rate: Decimal
    fixed: bool = False
    included: bool = False
    regnumber: str = ""
    countries: tuple[str, ...] = ()
    #: Taxes of a higher one are also taken of the taxes on top of lower ones (read in the code of order forms).
    priority: int = 0

    def of(self, money: Decimal, places: int) -> Decimal:
        """The tax in or on an amount, rounded to the currency."""
        if self.fixed:
            return rounded(self.rate, places)
        if self.included:
            return rounded(money - money / (1 + self.rate / 100), places)
        return rounded(money * self.rate / 100, places)


@dataclass(frozen=True)
class Taxed:
    """Something that may be taxed: a line, a shipping, a surcharge. `price` is of one, `subtotal` of all."""

    kind: str
    key: str
    price: Decimal
    amount: int
    tax_ids: tuple[str, ...]

    @property
    def subtotal(self) -> Decimal:
        return self.price * self.amount


@dataclass(frozen=True)
class Figures:
    """What an order costs. `taxes` is tax id -> what it falls on ("P", "S", "PS", or "P_<line>") -> money."""

    subtotal: Decimal = NOTHING
    discount: Decimal = NOTHING
    subtotal_discount: Decimal = NOTHING
    shipping: Decimal = NOTHING
    surcharge: Decimal = NOTHING
    tax_added: Decimal = NOTHING
    total: Decimal = NOTHING
    taxes: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    #: Tax id -> the keys of what has it; and the rates as they were.
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rates: Mapping[str, TaxRate] = field(default_factory=dict)


@dataclass(frozen=True)
class Terms:
    """How this store calculates: its taxes at the place of delivery, the currency, the payment's surcharge."""

    rates: Mapping[str, TaxRate]
    places: int = 2
    by_unit_price: bool = False
    surcharge: Decimal = NOTHING
    surcharge_percent: Decimal = NOTHING
    surcharge_tax_ids: tuple[str, ...] = ()


def rounded(money: Decimal, places: int) -> Decimal:
    """Half a cent goes up."""
    return money.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def reckon(
    parts: Iterable[Taxed],
    terms: Terms,
    *,
    line_discount: Decimal = NOTHING,
    subtotal_discount: Decimal = NOTHING,
    shipping: Decimal = NOTHING,
) -> Figures:
    """The figures of one cart. `shipping` is what `parts` say of it, taxed or not."""
    parts = list(parts)
    subtotal = sum((each.subtotal for each in parts if each.kind == PRODUCTS), NOTHING)
    off = min(subtotal_discount, subtotal)
    taxes = _taxes(parts, terms, (subtotal - off) / subtotal if subtotal else NOTHING)
    before = subtotal - off + shipping + added(taxes, terms.rates)
    surcharge = _surcharge(before, terms)
    if surcharge and terms.surcharge_tax_ids:
        part = Taxed(SURCHARGE, SURCHARGE, surcharge, 1, terms.surcharge_tax_ids)
        parts.append(part)
        taxes = merged(taxes, _taxes([part], terms, Decimal(1)))
    on_top = added(taxes, terms.rates)
    return Figures(
        subtotal=subtotal,
        discount=line_discount,
        subtotal_discount=off,
        shipping=shipping,
        surcharge=surcharge,
        tax_added=on_top,
        total=max(NOTHING, subtotal - off + shipping + on_top + surcharge),
        taxes=taxes,
        items={id: tuple(each.key for each in parts if id in each.tax_ids) for id in taxes},
        rates={id: terms.rates[id] for id in taxes},
    )


def _surcharge(before: Decimal, terms: Terms) -> Decimal:
    return rounded(terms.surcharge, terms.places) + rounded(before * terms.surcharge_percent / 100, terms.places)


def _taxes(parts: list[Taxed], terms: Terms, share: Decimal) -> dict[str, dict[str, Decimal]]:
    """By subtotal: all lines of a tax are rounded once, after the order's discount. By unit price: each unit is."""
    taxes: dict[str, dict[str, Decimal]] = {}
    for id, rate in terms.rates.items():
        mine = [each for each in parts if id in each.tax_ids]
        if not mine:
            continue
        mine = [replace(each, price=each.price * _with_lower(each, rate, terms.rates)) for each in mine]
        if terms.by_unit_price:
            taxes[id] = {each.key: rate.of(each.price, terms.places) * each.amount for each in mine}
        else:
            taxes[id] = _by_subtotal(mine, rate, terms.places, share)
    return taxes


def _with_lower(part: Taxed, rate: TaxRate, rates: Mapping[str, TaxRate]) -> Decimal:
    """What 1 of the part is with its taxes on top that have a lower priority, each level on all below it."""
    lower = [each for id, each in rates.items() if id in part.tax_ids and each.priority < rate.priority]
    whole = Decimal(1)
    for level in sorted({each.priority for each in lower}):
        percents = [each.rate for each in lower if each.priority == level and not each.included and not each.fixed]
        whole *= 1 + sum(percents, NOTHING) / 100
    return whole


def _by_subtotal(mine: list[Taxed], rate: TaxRate, places: int, share: Decimal) -> dict[str, Decimal]:
    falls = {} if mine[0].kind == SURCHARGE else {PRODUCTS: NOTHING, SHIPPING: NOTHING}
    for kind in (PRODUCTS, SHIPPING, SURCHARGE):
        of_kind = [each for each in mine if each.kind == kind]
        if of_kind:
            base = sum((each.subtotal for each in of_kind), NOTHING) * (share if kind == PRODUCTS else 1)
            falls[kind] = rate.of(base, places) if base else NOTHING
    return falls


def added(taxes: Mapping[str, Mapping[str, Decimal]], rates: Mapping[str, TaxRate]) -> Decimal:
    """The taxes that come on top of the prices."""
    return sum((sum(falls.values(), NOTHING) for id, falls in taxes.items() if not rates[id].included), NOTHING)


def merged(
    one: Mapping[str, Mapping[str, Decimal]], other: Mapping[str, Mapping[str, Decimal]]
) -> dict[str, dict[str, Decimal]]:
    """Both, added where they fall on the same."""
    both = {id: dict(falls) for id, falls in one.items()}
    for id, falls in other.items():
        mine = both.setdefault(id, {})
        for what, money in falls.items():
            mine[what] = mine.get(what, NOTHING) + money
    return both


def together(several: Iterable[Figures]) -> Figures:
    """The order over all vendors, of whose carts these are."""
    whole = Figures()
    for each in several:
        whole = Figures(
            subtotal=whole.subtotal + each.subtotal,
            discount=whole.discount + each.discount,
            subtotal_discount=whole.subtotal_discount + each.subtotal_discount,
            shipping=whole.shipping + each.shipping,
            surcharge=whole.surcharge + each.surcharge,
            tax_added=whole.tax_added + each.tax_added,
            total=whole.total + each.total,
            taxes=merged(whole.taxes, each.taxes),
            items={id: (*whole.items.get(id, ()), *each.items.get(id, ())) for id in {**whole.items, **each.items}},
            rates={**whole.rates, **each.rates},
        )
    return whole
