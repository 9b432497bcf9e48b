"""Random orders of all kinds, each with the organisation that it goes to; the same seed draws the same."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any

from tests.oracle import cscart, zoho
from tests.oracle.cscart import Cart, CartLine, StoreTax
from tests.oracle.rounding import ZERO, rounded
from tests.oracle.zoho import Organisation, Tax

#: Which taxes an organisation has, as often as it is named.
TAXED = (*("VAT",) * 6, "states", "states", "Canada", "Canada by its product")
#: Currency: decimals of its amounts in Zoho.
CURRENCIES = {"EUR": 2, "USD": 2, "INR": 2, "JPY": 0, "KWD": 3}
#: What a merchant would not call ordinary: such an order may be held for a reason.
UNUSUAL = frozenset(
    {
        "unknown tax",
        "unexplained",
        "two taxes in prices",
        "compound",
        "both kinds of prices",
        "rounded totals",
        "taxed shipping charge",
        "no tie breaker",
        "three decimals",
        "cheaper payment",
    }
)


@dataclass(frozen=True)
class ZohoTax:
    """A tax of the organisation, or a group of such. `percent`: as Zoho tells it, with compound taxes worked out."""

    name: str
    taxes: tuple[Tax, ...]

    @property
    def percent(self) -> Decimal:
        simple = sum((tax.percent for tax in self.taxes if not tax.compound), ZERO)
        compound = sum((tax.percent for tax in self.taxes if tax.compound), ZERO)
        return simple + compound + simple * compound / 100


def _single(name: str, percent: str) -> ZohoTax:
    return ZohoTax(name, (Tax(name, Decimal(percent)),))


def _group(name: str, *taxes: Tax) -> ZohoTax:
    return ZohoTax(name, taxes)


VAT = tuple(_single(f"VAT {percent}", percent) for percent in ("4", "5", "7", "7.7", "10", "19", "20", "21", "25"))
IMPORT = _single("Import VAT 19", "19")
CGST, SGST = Tax("CGST9", Decimal(9)), Tax("SGST9", Decimal(9))
GST = (
    _single("CGST9", "9"),
    _single("SGST9", "9"),
    _group("GST18", CGST, SGST),
    _single("IGST18", "18"),
    _single("IGST5", "5"),
)
STATE, CITY = Tax("State", Decimal("6.25")), Tax("City", Decimal(2))
STATES = (_single("State", "6.25"), _single("City", "2"), _group("State and City", STATE, CITY))
FEDERAL, PROVINCE = Tax("Federal", Decimal(5)), Tax("Province", Decimal("9.5"), compound=True)
CANADA = (_single("Federal", "5"), _group("Province", PROVINCE), _group("Federal and Province", FEDERAL, PROVINCE))
# A tax of 9.5 % that is also taken of the tax of 5 % comes to 9.975 %: a group of simple taxes can say the same.
WHOLE = Tax("Province, of all", Decimal("9.975"))
PRODUCT = (_single("Federal", "5"), _group("Province, of all", WHOLE), _group("Federal and Province", FEDERAL, WHOLE))

#: Sets of taxes that organisations have, and which taxes lines of a store then have: (name, percent, priority) each.
TAX_SETS: dict[str, tuple[ZohoTax, ...]] = {"VAT": (*VAT, IMPORT), "GST": GST, "states": STATES}
TAX_SETS |= {"Canada": CANADA, "Canada by its product": PRODUCT}
STORE_TAXES: dict[str, tuple[tuple[tuple[str, str, int], ...], ...]] = {
    "VAT": tuple(((tax.name, str(tax.percent), 0),) for tax in VAT),
    "GST": (
        (("IGST18", "18", 0),),
        (("GST18", "18", 0),),
        (("IGST5", "5", 0),),
        (("CGST9", "9", 0), ("SGST9", "9", 0)),
    ),
    "states": ((("State", "6.25", 0), ("City", "2", 0)), (("State", "6.25", 0),)),
    "Canada": (LATER := ((("Federal", "5", 0),), (("Federal", "5", 1), ("Province", "9.5", 2)))),
    "Canada by its product": LATER,
}


@dataclass(frozen=True)
class Drawn:
    """One order of the store and the organisation that it goes to. `kinds`: what is particular about it, in words."""

    seed: int
    currency: str
    cart: Cart
    organisation: Organisation
    tax_set: str
    kinds: frozenset[str]
    certificate: Decimal = ZERO
    points: Decimal = ZERO
    wallet: Decimal = ZERO
    #: Whether the discount that the store tells holds the points, which then lower the taxed amount, too.
    points_in_discount: bool = False
    #: The catalogue's price of a free gift, which counts nothing.
    gift_price: Decimal = field(default=ZERO)

    @property
    def ordinary(self) -> bool:
        """Whether a merchant expects it to go over by itself."""
        return not self.kinds & UNUSUAL

    @property
    def total(self) -> Decimal:
        """What the customer paid, or is to pay."""
        return cscart.total(self.cart)

    @property
    def zoho_taxes(self) -> tuple[ZohoTax, ...]:
        return TAX_SETS[self.tax_set]

    def taxes_by_id(self, ids: dict[str, str]) -> dict[str, tuple[Tax, ...]]:
        """For `zoho.from_body`: by the id that the organisation gave each name."""
        return {ids[tax.name]: tax.taxes for tax in self.zoho_taxes}


@dataclass
class _Pen:
    """Draws one order. Amounts are in whole units of the store's currency until the cart is made."""

    random: Random
    kinds: set[str] = field(default_factory=set)

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def marked(self, percent: int, kind: str) -> bool:
        if self.chance(percent):
            self.kinds.add(kind)
            return True
        return False

    def money(self, least: int, most: int, decimals: int) -> Decimal:
        """Between so many units of the currency, most of them small."""
        units = self.random.randint(least, most) // self.random.choice((1, 1, 10, 100))
        return Decimal(max(units, least)).scaleb(-decimals)


def drawn(seed: int) -> Drawn:
    """The order of one seed."""
    pen = _Pen(Random(seed))
    currency = pen.random.choice(("EUR", "EUR", "USD", "USD", "INR", "JPY", "KWD"))
    decimals = 2 if currency == "KWD" and pen.chance(50) else CURRENCIES[currency]
    if currency == "KWD":
        pen.kinds.add("three decimals")
    tax_set = "GST" if currency == "INR" else pen.random.choice(TAXED)
    cart = _with_extras(pen, _cart(pen, decimals, tax_set))
    organisation = _organisation(pen, CURRENCIES[currency], tax_set)
    return _paid(pen, Drawn(seed, currency, cart, organisation, tax_set, frozenset()))


def _cart(pen: _Pen, decimals: int, tax_set: str) -> Cart:
    included = pen.chance(60)
    sets = [_store_taxes(pen, tax_set, included)]
    if pen.chance(25):
        sets.append(_store_taxes(pen, tax_set, included != (tax_set == "VAT" and pen.chance(30))))
    taxes = {tax.name: tax for taxes in reversed(sets) for tax in taxes}
    if len({tax.included for tax in taxes.values()}) > 1:
        pen.kinds.add("both kinds of prices")
    lines = []
    for _ in range(pen.random.choice((1, 1, 2, 3, 5, 12))):
        amount = pen.random.choice((1, 1, 2, 3, 7, 12, 100 if pen.chance(10) else 4))
        own = frozenset(tax.name for tax in pen.random.choice(sets)) if not pen.chance(8) else frozenset()
        lines.append(CartLine(pen.money(1, 20_000, decimals), amount, own))
    used = frozenset(name for line in lines for name in line.taxes)
    kept = tuple(tax for tax in taxes.values() if tax.name in used)
    return Cart(tuple(lines), kept, decimals=decimals, by_unit_price=pen.marked(15, "tax on the unit price"))


def _store_taxes(pen: _Pen, tax_set: str, included: bool) -> tuple[StoreTax, ...]:
    if pen.chance(15):
        return ()
    if pen.marked(3, "unknown tax"):
        return (StoreTax("Luxury", Decimal(11), included),)
    chosen = pen.random.choice(STORE_TAXES[tax_set])
    if len(chosen) > 1:
        pen.kinds.add("two taxes in prices" if included else "two taxes")
    if any(priority for _, _, priority in chosen):
        pen.kinds.add("compound")
    if chosen[0][0] == "VAT 19" and pen.marked(30, "no tie breaker"):
        return (StoreTax("Sales tax", Decimal(19), included),)
    if chosen[0][0] == "IGST18" and pen.marked(30, "one tax of that rate is no group"):
        return (StoreTax("Sales tax", Decimal(18), included),)
    return tuple(StoreTax(name, Decimal(percent), included, priority) for name, percent, priority in chosen)


def _with_extras(pen: _Pen, cart: Cart) -> Cart:
    """Shipping, its tax, a surcharge, a coupon, a free gift."""
    whole = cscart.subtotal(cart)
    if pen.chance(60):
        cart = replace(cart, shipping=pen.money(1, 3_000, cart.decimals))
        if cart.taxes and pen.marked(50, "taxed shipping"):
            cart = replace(cart, taxes=tuple(replace(tax, on_shipping=True) for tax in cart.taxes))
    if pen.marked(10, "surcharge"):
        cart = replace(cart, surcharge=pen.money(1, 500, cart.decimals))
    elif pen.marked(2, "cheaper payment"):
        cart = replace(cart, surcharge=-min(whole, pen.money(1, 100, cart.decimals)))
    if pen.marked(35, "coupon"):
        percent = pen.random.choice((5, 10, 15, 20, 33, 100 if pen.chance(5) else 50))
        fixed = min(whole, pen.money(1, 5_000, cart.decimals))
        off = rounded(whole * percent / 100, cart.decimals) if pen.chance(60) else fixed
        cart = replace(cart, subtotal_discount=off)
    return cart


def _organisation(pen: _Pen, decimals: int, tax_set: str) -> Organisation:
    precision = decimals
    if pen.chance(15):
        precision = pen.random.choice((max(decimals, 2), 3, 4, 6))
    organisation = Organisation(max(precision, decimals), decimals)
    organisation = replace(organisation, discount_off_net=pen.chance(50))  # nobody knows: so either
    if pen.marked(35, "tax rounded on lines"):
        organisation = replace(organisation, tax_rounding="item_level")
    if pen.marked(5, "rounded totals"):
        organisation = replace(organisation, step=Decimal(1))
    if pen.marked(4, "taxed shipping charge"):
        organisation = replace(organisation, shipping_tax=pen.random.choice(_plain(tax_set)).taxes)
    return organisation


def _plain(tax_set: str) -> list[ZohoTax]:
    """Taxes that can be an organisation's default."""
    return [tax for tax in TAX_SETS[tax_set] if len(tax.taxes) == 1 and not tax.taxes[0].compound]


def _paid(pen: _Pen, order: Drawn) -> Drawn:
    """What certificates, points and others pay, and what is at odds with the parts."""
    order = _points(pen, order)
    decimals = order.cart.decimals
    due = cscart.total(order.cart)
    certificate = wallet = other = ZERO
    if due and pen.marked(15, "certificate"):
        certificate = min(due, pen.money(1, 8_000, decimals)) if pen.chance(75) else due
    if due > certificate and pen.marked(5, "wallet"):
        wallet = min(due - certificate, pen.money(1, 5_000, decimals))
    if due > certificate + wallet and pen.marked(2, "unexplained"):
        other = min(due - certificate - wallet, pen.money(20, 2_000, decimals))
    paid = order.cart.paid_otherwise + certificate + wallet + other
    cart = replace(order.cart, paid_otherwise=paid)
    gift = pen.money(1, 2_000, decimals) if pen.marked(6, "free gift") else ZERO
    if gift:
        cart = replace(cart, lines=(*cart.lines, CartLine(ZERO, 1)))
    if not cscart.total(cart):
        pen.kinds.add("total 0")
    return replace(
        order, cart=cart, kinds=frozenset(pen.kinds), certificate=certificate, wallet=wallet, gift_price=gift
    )


def _points(pen: _Pen, order: Drawn) -> Drawn:
    """Points pay for goods; whether the discount of the order holds them is open, so either is drawn."""
    cart = order.cart
    left = cscart.subtotal(cart) - cart.subtotal_discount
    if left <= 0 or cart.surcharge < 0 or not pen.marked(8, "points"):
        return order
    points = min(left, pen.money(1, 1_000, cart.decimals))
    within = pen.marked(50, "points in the discount")
    if within:
        cart = replace(cart, subtotal_discount=cart.subtotal_discount + points)
    else:
        cart = replace(cart, paid_otherwise=points)
    return replace(order, cart=cart, points=points, points_in_discount=within)


# --- as the store tells it ---


def told(order: Drawn) -> dict[str, Any]:
    """GET orders/:id in the shape of the recorded store: amounts as texts, taxes by id with what they fall on."""
    cart = order.cart
    lines = {str(1_000 + at): _line_told(order, at, line) for at, line in enumerate(cart.lines)}
    return {
        "order_id": str(order.seed),
        "user_id": "3",
        "status": "P",
        "timestamp": "1771248904",
        "email": "ann@example.com",
        "firstname": "Ann",
        "lastname": "Example",
        "total": str(cscart.total(cart)),
        "subtotal_discount": float(cart.subtotal_discount),
        "shipping_cost": str(cart.shipping),
        "payment_surcharge": float(cart.surcharge),
        "products": lines,
        "taxes": _taxes_told(cart),
        "use_gift_certificates": _certificate_told(order),
        "points_info": {"in_use": {"points": 100, "cost": float(order.points)}} if order.points else {"is_gain": "N"},
        "wallet": {"used_cash": float(order.wallet)} if order.wallet else [],
        "shipping": [{"shipping_id": "1", "shipping": "Parcel"}] if cart.shipping else [],
        "payment_method": {"payment": "Card"},
        "secondary_currency": order.currency,
    }


def _line_told(order: Drawn, at: int, line: CartLine) -> dict[str, Any]:
    gift = bool(order.gift_price) and at == len(order.cart.lines) - 1
    extra: dict[str, Any] = {"product": f"Product {at}"} | ({"exclude_from_calculate": True} if gift else {})
    return {
        "item_id": str(1_000 + at),
        "product_id": str(1 + at),
        "product_code": f"SKU-{1 + at}",
        "product": f"Product {1 + at}",
        "price": str(order.gift_price if gift else line.price),
        "amount": str(line.amount),
        "extra": extra,
    }


def _taxes_told(cart: Cart) -> dict[str, Any] | list[Any]:
    """Empty objects come as lists (recorded)."""
    found = cscart.taxes(cart)
    named = {}
    for at, tax in enumerate(cart.taxes):
        parts = found[tax.name]
        on = {str(1_000 + n): True for n, line in enumerate(cart.lines) if tax.name in line.taxes}
        named[str(6 + at)] = {
            "rate_type": "P",
            "rate_value": f"{tax.percent:.3f}",
            "price_includes_tax": "Y" if tax.included else "N",
            "priority": tax.priority,
            "tax_subtotal": float(parts["P"] + parts["S"]),
            "description": tax.name,
            "applies": {
                "P": float(parts["P"]),
                "S": float(parts["S"]),
                "items": {"P": on, "S": [{"1": True}] if tax.on_shipping else []},
            },
        }
    return named or []


def _certificate_told(order: Drawn) -> dict[str, Any] | list[Any]:
    if not order.certificate:
        return []
    return {"GC-A": {"amount": str(order.certificate), "cost": float(order.certificate)}}


# --- sales orders of Zoho ---


def _off(pen: _Pen, rate: Decimal, decimals: int) -> float:
    """Money off a line, no more than one piece is."""
    whole = Decimal(int(rate * 10**decimals)).scaleb(-decimals)
    return float(min(whole, pen.money(1, 500, decimals)))


def body(seed: int, order: Drawn, tax_ids: dict[str, str]) -> dict[str, Any]:
    """A sales order that a person might write in this organisation, as the body of POST /salesorders."""
    pen, decimals = _Pen(Random(f"sale {seed}")), order.organisation.decimals
    inclusive, by_line = pen.chance(35), pen.chance(15)
    lines: list[dict[str, Any]] = []
    for _ in range(pen.random.choice((1, 1, 2, 4, 12))):
        precision = order.organisation.price_precision if pen.chance(80) else 6
        rate = pen.money(1, 20_000 * 10 ** (precision - decimals), precision)
        line: dict[str, Any] = {"rate": float(rate), "quantity": pen.random.choice((1, 1, 2, 3, 12))}
        if not pen.chance(20):
            line["tax_id"] = tax_ids[pen.random.choice(order.zoho_taxes).name]
        if by_line and pen.chance(60):
            line["discount"] = pen.random.choice(("5%", "10%", _off(pen, rate, decimals)))
        lines.append(line)
    told: dict[str, Any] = {"line_items": lines, "is_inclusive_tax": inclusive}
    if by_line:
        return told | {"discount_type": "item_level"}
    if pen.chance(40):
        whole = zoho.figures(zoho.from_body(told, order.taxes_by_id(tax_ids)), order.organisation).sub_total
        amount = float(min(rounded(whole / 2, decimals), pen.money(1, 5_000, decimals)))
        before = pen.chance(60)
        told |= {"discount": "10%" if before and pen.chance(30) else amount, "is_discount_before_tax": before}
        told["discount_type"] = "entity_level"
    if pen.chance(50):
        told["shipping_charge"] = float(pen.money(1, 3_000, decimals))
    if pen.chance(25):
        told |= {"adjustment": float(pen.money(1, 200, decimals)), "adjustment_description": "By hand"}
    return told
