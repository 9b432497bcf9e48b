"""Orders as a store makes them, reckoned in whole numbers of the smallest unit: another way than the product's.

A line is price x quantity. The order's discount comes off the lines. A tax is
rounded for each piece, before that discount, or once for the order, after it.
Taxes that prices do not have in them come on top, those of shipping and of the
payment surcharge too. `in_zoho` is Zoho's side of the sum.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.mapping.order_money import MoneyRules, ZohoTax
from cscart_zoho.order import Credit, Line, Order, Tax

#: Gives a whole number from the first to the second, both included.
Draw = Callable[[int, int], int]

DIGITS = {"USD": 2, "JPY": 0, "KWD": 3}
#: In thousandths of a percent.
RATES = (0, 4_000, 5_000, 7_000, 7_500, 8_250, 10_000, 13_000, 19_000, 21_000, 25_000)
PAIRS = ((4_000, 1_000), (9_000, 8_000), (6_250, 2_000))
#: The one rate that Zoho has no tax for.
UNKNOWN = 11_000
SHIPPING_ITEM, SURCHARGE_ITEM = "i-shipping", "i-surcharge"


def half_up(amount: Fraction) -> int:
    """The nearest whole number; a half goes away from nothing."""
    above, below = amount.numerator, amount.denominator
    return (2 * above + below) // (2 * below) if above >= 0 else -((below - 2 * above) // (2 * below))


def money(units: int, digits: int) -> Decimal:
    return Decimal(units).scaleb(-digits)


def units(amount: Decimal, digits: int) -> int:
    """An amount in smallest units; it must be whole."""
    whole = Fraction(amount) * 10**digits
    assert whole.denominator == 1, f"{amount} is not in whole units of {digits} digits"
    return int(whole)


def zoho_taxes() -> dict[str, ZohoTax]:
    """A tax of each rate, and a group of each pair."""
    rates = {rate for rate in RATES if rate} | {rate for pair in PAIRS for rate in pair}
    taxes = {str(rate): ZohoTax(str(rate), f"Tax {rate}", Decimal(rate) / 1000) for rate in sorted(rates)}
    for pair in PAIRS:
        parts = tuple(taxes[str(rate)] for rate in pair)
        id = f"9{sum(pair):07}"
        taxes[id] = ZohoTax(id, f"Group {pair}", sum((part.percent for part in parts), Decimal(0)), parts)
    return taxes


TAXES = zoho_taxes()


# The store's side


@dataclass(frozen=True)
class Levy:
    """A tax of the store. `rate` is in thousandths of a percent."""

    id: str
    rate: int
    included: bool

    def of(self, amount: int | Fraction) -> int:
        if self.included:
            return half_up(Fraction(amount * self.rate, 100_000 + self.rate))
        return half_up(Fraction(amount * self.rate, 100_000))


@dataclass(frozen=True)
class Row:
    """A line. `price` is of one piece, in units of 10^-places."""

    price: int
    places: int
    quantity: int
    levies: tuple[Levy, ...]

    def amount(self, digits: int) -> int:
        return half_up(Fraction(self.price * self.quantity * 10**digits, 10**self.places))


@dataclass(frozen=True)
class Cart:
    """What was bought, in smallest units. Shipping and surcharge may have the taxes of the first taxed line."""

    currency: str
    rows: tuple[Row, ...]
    discount: int
    shipping: int
    surcharge: int
    by_unit: bool
    taxed_shipping: bool
    taxed_surcharge: bool
    #: What it was paid with besides money: no tax is less for it.
    paid: tuple[int, ...] = ()

    @cached_property
    def digits(self) -> int:
        return DIGITS[self.currency]

    @cached_property
    def amounts(self) -> list[int]:
        return [row.amount(self.digits) for row in self.rows]

    @cached_property
    def levies(self) -> list[Levy]:
        return list({levy.id: levy for row in self.rows for levy in row.levies}.values())

    @cached_property
    def goods(self) -> dict[Levy, int]:
        """Of each tax what falls on the lines."""
        return {levy: self._on_goods(levy) for levy in self.levies}

    def _on_goods(self, levy: Levy) -> int:
        mine = [(row, amount) for row, amount in zip(self.rows, self.amounts, strict=True) if levy in row.levies]
        if self.by_unit:
            return sum(levy.of(half_up(Fraction(amount, row.quantity))) * row.quantity for row, amount in mine)
        whole = sum(self.amounts)
        return levy.of(Fraction(sum(amount for _, amount in mine) * (whole - self.discount), whole or 1))

    def _also_on(self, levy: Levy) -> bool:
        first = next(row.levies for row in self.rows if row.levies)
        return levy in first

    def on_shipping(self, levy: Levy) -> int:
        return levy.of(self.shipping) if self.taxed_shipping and self._also_on(levy) else 0

    def on_surcharge(self, levy: Levy) -> int:
        return levy.of(self.surcharge) if self.taxed_surcharge and self._also_on(levy) else 0

    def of_all(self, levy: Levy) -> int:
        return self.goods[levy] + self.on_shipping(levy) + self.on_surcharge(levy)

    @cached_property
    def due(self) -> int:
        """Before anything was paid."""
        on_top = sum(self.of_all(levy) for levy in self.levies if not levy.included)
        return sum(self.amounts) - self.discount + self.shipping + self.surcharge + on_top

    @property
    def total(self) -> int:
        return self.due - sum(self.paid)

    @property
    def slack(self) -> Fraction:
        """How many units of tax rounding alone may move: half a unit for each piece and tax, and its price's."""
        pieces = sum(
            row.quantity * (len(row.levies) + Fraction(sum(levy.rate for levy in row.levies), 100_000))
            for row in self.rows
        )
        extras = sum(1 + Fraction(levy.rate, 100_000) for levy in self.levies) * 2
        return (pieces + extras + len(self.rows) + len(self.levies) + 4) / 2 * (10 if self.is_coarse else 1)

    @property
    def is_coarse(self) -> bool:
        """Three digits in the currency, and no amount that has more than two."""
        order = self.order
        told = [order.total, order.discount, order.shipping, order.surcharge, *(tax.amount for tax in order.taxes)]
        return self.digits == 3 and all(each == round(each, 2) for each in told + [line.price for line in order.lines])

    @cached_property
    def order(self) -> Order:
        """The order as the store tells it."""
        return Order(
            number="CS-1",
            currency=self.currency,
            lines=tuple(self._line(n, row) for n, row in enumerate(self.rows)),
            discount=money(self.discount + sum(self.paid), self.digits),
            credits=tuple(
                Credit(what=f"Gift certificate {n}", amount=money(amount, self.digits))
                for n, amount in enumerate(self.paid)
            ),
            shipping=money(self.shipping, self.digits),
            surcharge=money(self.surcharge, self.digits),
            taxes=tuple(self._tax(levy) for levy in self.levies),
            total=money(self.total, self.digits),
        )

    def _line(self, n: int, row: Row) -> Line:
        return Line(
            id=str(70 + n),
            product_id=str(n),
            sku=f"SKU-{n}",
            name=f"Thing {n}",
            quantity=Decimal(row.quantity),
            price=money(row.price, row.places),
            tax_ids=tuple(levy.id for levy in row.levies),
        )

    def _tax(self, levy: Levy) -> Tax:
        return Tax(
            id=levy.id,
            name=f"Tax {levy.id}",
            rate=Decimal(levy.rate) / 1000,
            included=levy.included,
            amount=money(self.of_all(levy), self.digits),
            on_shipping=money(self.on_shipping(levy), self.digits),
            on_surcharge=money(self.on_surcharge(levy), self.digits),
        )


@dataclass(frozen=True)
class Shop:
    """A cart, and what the merchant and the organisation have chosen."""

    cart: Cart
    choices: OrderChoices
    rules: MoneyRules

    @property
    def mapped(self) -> bool:
        """Whether Zoho has a tax for each that was charged."""
        return all(levy.rate != UNKNOWN or not self.cart.of_all(levy) for levy in self.cart.levies)

    @cached_property
    def tax(self) -> int:
        """The tax that Zoho is to find in the lines."""
        shipping, surcharge = self.choices.shipping_as == "line", self.choices.surcharge_item_id
        return sum(
            self.cart.goods[levy]
            + (self.cart.on_shipping(levy) if shipping else 0)
            + (self.cart.on_surcharge(levy) if surcharge else 0)
            for levy in self.cart.levies
        )

    @property
    def known(self) -> int:
        """The surcharge with its tax on top, where it goes into the adjustment."""
        if self.choices.surcharge_item_id:
            return 0
        return self.cart.surcharge + sum(self.cart.on_surcharge(levy) for levy in self.cart.levies if not levy.included)


def a_shop(draw: Draw) -> Shop:
    """Any order. Most have one kind of taxes, some both, some a tax that Zoho does not have."""
    choices = OrderChoices(
        shipping_as=("charge", "line")[draw(0, 1)],
        shipping_item_id=SHIPPING_ITEM,
        surcharge_item_id=("", SURCHARGE_ITEM)[draw(0, 1)],
        tolerance=("0.05", "0", "0.01")[draw(0, 2)],
        imported_prices=("gross", "net")[draw(0, 1)],
    )
    cart = a_cart(draw)
    rounding = ("entity_level", "item_level")[draw(0, 1)]
    places = (cart.digits, cart.digits, cart.digits, 2, 4, 6)[draw(0, 5)]
    return Shop(cart, choices, MoneyRules(cart.currency, TAXES, rounding, places, draw(0, 9) == 0))


def a_cart(draw: Draw) -> Cart:
    currency = ("USD", "USD", "USD", "JPY", "KWD")[draw(0, 4)]
    sets = _levies(draw)
    rows = tuple(_row(draw, n, DIGITS[currency], sets) for n in range((1, 1, 2, 3, 4, 7)[draw(0, 5)]))
    cart = Cart(
        currency,
        rows,
        discount=_discount(draw, sum(row.amount(DIGITS[currency]) for row in rows)),
        shipping=(0, 0, draw(1, 99), draw(100, 4_999))[draw(0, 3)],
        surcharge=(0, 0, 0, draw(1, 999))[draw(0, 3)],
        by_unit=draw(0, 2) == 0,
        taxed_shipping=draw(0, 1) == 0,
        taxed_surcharge=draw(0, 2) == 0,
    )
    return replace(cart, paid=_paid(draw, cart))


def _paid(draw: Draw, cart: Cart) -> tuple[int, ...]:
    """Nothing; a certificate up to the goods; one or two that pay for all there is, shipping and taxes too."""
    kind, goods = draw(0, 7), min(sum(cart.amounts), cart.due)
    if kind < 5 or not cart.due:
        return ()
    first = draw(1, goods) if kind == 5 and goods else cart.due if kind == 6 else draw(1, cart.due)
    second = min(draw(0, 1_000), cart.due - first)
    return (first, second) if second else (first,)


def _levies(draw: Draw) -> tuple[tuple[Levy, ...], ...]:
    """The sets of taxes that lines of this order may have."""
    kind, included = draw(0, 19), bool(draw(0, 1))
    one = Levy("1", RATES[draw(1, 10)], included)
    if kind < 3:
        return ((),)
    if kind < 11:
        return ((one,),)
    if kind < 15:
        return ((one,), (Levy("2", RATES[draw(0, 10)], included),), ())
    if kind < 17:
        return ((one,), (Levy("2", RATES[draw(1, 10)], not included),))
    if kind < 19:
        first, second = PAIRS[draw(0, 2)]
        within = included and draw(0, 3) == 0  # two taxes within one price: Zoho cannot say that
        return ((Levy("1", first, within), Levy("2", second, within)),)
    return ((Levy("1", UNKNOWN, included),),)


def _row(draw: Draw, n: int, digits: int, sets: tuple[tuple[Levy, ...], ...]) -> Row:
    places = (digits, digits, max(digits, 3), 4)[draw(0, 3)]
    most = (99, 9_999, 99_999, 4_999_999)[draw(0, 3)]
    price = draw(0 if n else 1, most * 10 ** (places - digits))
    off = (0, 0, 0, 10, 15, 33)[draw(0, 5)]  # a promotion on the product
    quantity = (1, 1, 2, 3, 5, draw(1, 12), draw(1, 400))[draw(0, 6)]
    return Row(price - price * off // 100, places, quantity, sets[draw(0, len(sets) - 1)])


def _discount(draw: Draw, subtotal: int) -> int:
    """Of the whole order: none, an amount, a percentage, or a coupon on top of that."""
    kind = draw(0, 5)
    if kind < 3:
        return 0
    percent = half_up(Fraction(subtotal * draw(1, 60), 100))
    fixed = min(draw(1, 2_000), subtotal)
    return (fixed, percent, min(percent + fixed, subtotal))[kind - 3]


# Zoho's side


@dataclass(frozen=True)
class Reckoned:
    """In smallest units."""

    total: int
    tax: int


def in_zoho(order: Order, rules: MoneyRules, digits: int) -> Reckoned:
    """What Zoho makes of an order."""
    lines = [_reckoned_line(line, rules, digits) for line in order.lines]
    goods, discount = sum(amount for amount, _ in lines), units(order.discount, digits)
    nets = [_without_tax(amount, parts) if order.inclusive else Fraction(amount) for amount, parts in lines]
    net = half_up(sum(nets, Fraction()))
    if order.discount_before_tax and net:
        nets = [each * (net - discount) / net for each in nets]
    tax = _taxes(zip(nets, (parts for _, parts in lines), strict=True), by_line=rules.rounding == "item_level")
    rest = units(order.shipping, digits) + units(order.adjustment, digits)
    if not order.inclusive:
        return Reckoned(goods - discount + tax + rest, tax)
    if order.discount_before_tax and discount:
        return Reckoned(net - discount + tax + rest, tax)
    return Reckoned(goods - discount + rest, tax)


def _reckoned_line(line: Line, rules: MoneyRules, digits: int) -> tuple[int, list[tuple[str, Fraction]]]:
    amount = Fraction(line.price) * Fraction(line.quantity) - Fraction(line.discount)
    tax = rules.taxes[line.tax_ids[0]] if line.tax_ids else None
    parts = [(part.id, Fraction(part.percent) / 100) for part in (tax.parts or (tax,))] if tax else []
    return half_up(amount * 10**digits), parts


def _without_tax(amount: int, parts: list[tuple[str, Fraction]]) -> Fraction:
    return Fraction(amount) / (1 + sum((share for _, share in parts), Fraction()))


def _taxes(lines: Iterable[tuple[Fraction, list[tuple[str, Fraction]]]], *, by_line: bool) -> int:
    found: dict[str, Fraction] = {}
    for net, parts in lines:
        for id, share in parts:
            found[id] = found.get(id, Fraction()) + (half_up(net * share) if by_line else net * share)
    return sum(half_up(amount) for amount in found.values())
