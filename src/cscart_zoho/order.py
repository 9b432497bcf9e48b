"""What an order IS to both sides: a document with lines, money, addresses.

The same shape holds a CS-Cart order and a Zoho sales order, each with the ids
and the figures of its own side; `cscart_zoho.mapping.order_map` turns one into
the other. A document is kept as canonical text: equal documents are equal texts.
"""

import hashlib
from decimal import Decimal

import msgspec

NOTHING = Decimal(0)


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where to send the bill or the goods. `country` is an ISO code of two letters, `state` its code or name."""

    name: str = ""
    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line. All ids are those of the side that the document belongs to."""

    id: str = ""
    #: The product or the item; empty where the line names none, or one that was deleted.
    product_id: str = ""
    sku: str = ""
    name: str = ""
    quantity: Decimal = Decimal(1)
    #: Of one unit, as that side calculates with it: in the store after the line's own discounts, in Zoho the rate.
    price: Decimal = NOTHING
    #: Taken off the whole line, in money (Zoho only; the store's prices have it in them).
    discount: Decimal = NOTHING
    tax_ids: tuple[str, ...] = ()
    #: Chosen options as people read them ("Colour: red").
    options: str = ""


class Tax(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tax of the order as that side has calculated it."""

    id: str
    name: str = ""
    #: Percent; for a fixed tax the money of it.
    rate: Decimal = NOTHING
    fixed: bool = False
    #: Whether the prices have it in them.
    included: bool = False
    #: The money of it in the whole order, shipping included.
    amount: Decimal = NOTHING
    #: Of `amount`, what falls on shipping.
    on_shipping: Decimal = NOTHING
    #: Of `amount`, what falls on the payment surcharge.
    on_surcharge: Decimal = NOTHING
    #: Store: it is also taken of the taxes on top that have a lower one.
    priority: int = 0


class Credit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a part of an order was paid with, other than money: a certificate, points, a wallet."""

    #: As people know it ("Gift certificate GC-A").
    what: str
    amount: Decimal = NOTHING


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order or a sales order. Money is in `currency`, in whole and fractional units ("12.50")."""

    number: str = ""
    #: yyyy-mm-dd, in that side's time zone.
    date: str = ""
    currency: str = ""
    #: User of the store or contact of Zoho; empty for a guest.
    customer_id: str = ""
    #: Zoho: the person of the contact who has ordered, where it is not the one that the contact stands for.
    person_id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    lines: tuple[Line, ...] = ()
    #: Off the whole order, never negative. The credits are in it.
    discount: Decimal = NOTHING
    #: Store: what of `discount` is no discount but was paid with something else.
    credits: tuple[Credit, ...] = ()
    #: Zoho: whether that discount is taken before tax.
    discount_before_tax: bool = True
    #: Zoho: whether the rates have the taxes in them.
    inclusive: bool = False
    shipping: Decimal = NOTHING
    shipping_name: str = ""
    #: For the way of payment.
    surcharge: Decimal = NOTHING
    payment_name: str = ""
    #: Zoho: what makes the total right, and why.
    adjustment: Decimal = NOTHING
    adjustment_note: str = ""
    taxes: tuple[Tax, ...] = ()
    total: Decimal = NOTHING
    billing: Address = Address()
    delivery: Address = Address()
    #: The customer's words.
    notes: str = ""
    #: Zoho's reference number.
    reference: str = ""


class Paper(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A shipment, package or invoice that belongs to an order."""

    kind: str
    number: str = ""
    date: str = ""
    status: str = ""
    amount: Decimal = NOTHING


_ORDER = msgspec.json.Decoder(Order)
_PAPERS = msgspec.json.Decoder(tuple[Paper, ...])


#: How the id of a guest begins.
GUEST = "guest-"


#: Names before the @, without dots and dashes, that people type where there is no address.
NOBODY = frozenset(
    {"donotreply", "keineemail", "keinemail", "na", "noaddress", "nobody", "noemail", "noemailaddress", "nomail"}
    | {"none", "noreply", "notprovided", "null", "sinemail", "unknown"}
)
#: A domain that never has anybody (RFC 2606).
NOWHERE = ".invalid"
#: How the addresses begin that stand for one contact of Zoho without an address (`mapping.placeholder`).
OF_A_CONTACT = "zoho-"


def is_address(email: str) -> bool:
    """Whether this can be an e-mail address at all: "n/a" is none."""
    name, _, host = email.strip().rpartition("@")
    return bool(name) and bool(host)


def stands_for_nobody(email: str) -> bool:
    """Whether an address is one that is typed for everybody who has none."""
    name, _, host = email.strip().casefold().rpartition("@")
    nowhere = f".{host}".endswith(NOWHERE) and not name.startswith(OF_A_CONTACT)
    return nowhere or "".join(c for c in name if c.isalnum()) in NOBODY


def guest_id(email: str) -> str:
    """What a guest is known by: the same for the same address, whatever its case; "" where it tells nobody."""
    if not is_address(email) or stands_for_nobody(email):
        return ""
    return GUEST + hashlib.sha256(email.strip().casefold().encode()).hexdigest()[:16]


def is_guest(id: str) -> bool:
    """Whether an id was made by `guest_id`."""
    return id.startswith(GUEST)


def plain(amount: Decimal) -> Decimal:
    """The same amount with one spelling: no exponent, no zeros at the end."""
    text = format(amount, "f")
    return Decimal((text.rstrip("0").rstrip(".") if "." in text else text) or "0") + NOTHING


def _spelled(value: object) -> object:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, tuple):
        return tuple(_spelled(each) for each in value)
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(
            value, **{name: _spelled(getattr(value, name)) for name in value.__struct_fields__}
        )
    return value


def to_text(order: Order) -> str:
    """The canonical text of a document: amounts have one spelling, and what is nothing is left out."""
    return msgspec.json.encode(_spelled(order)).decode()


def from_text(text: str) -> Order:
    """The inverse of `to_text`."""
    return _ORDER.decode(text)


def papers_to_text(papers: tuple[Paper, ...]) -> str:
    """Shipments and invoices as text; none is empty text."""
    return msgspec.json.encode(_spelled(papers)).decode() if papers else ""


def papers_from_text(text: str) -> tuple[Paper, ...]:
    """The inverse of `papers_to_text`."""
    return _PAPERS.decode(text) if text else ()
