"""What is kept of an order: columns, lines, ways of shipping. How it is shown is in `order_shapes`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from cscart_zoho_sim.cscart import damage
from cscart_zoho_sim.cscart.figures import NOTHING, Figures

Columns = dict[str, Any]

PARENT, INCOMPLETE, OPEN, PAID, BACKORDERED = "T", "N", "O", "P", "B"

#: The columns of an order as a new one has them, in the order in which a single order tells them.
BLANK: Columns = {
    "order_id": "0",
    "is_parent_order": "N",
    "parent_order_id": "0",
    "company_id": "1",
    "issuer_id": None,
    "user_id": "0",
    "total": "0.00",
    "subtotal": 0,
    "discount": 0,
    "subtotal_discount": 0,
    "payment_surcharge": 0,
    "shipping_ids": "",
    "shipping_cost": "0.00",
    "timestamp": "0",
    "status": OPEN,
    "notes": None,
    "details": None,
    "promotions": [],
    "promotion_ids": "",
    "firstname": "",
    "lastname": "",
    "company": "",
    **{
        f"{side}_{name}": ""
        for side in "bs"
        for name in (
            *("firstname", "lastname", "address", "address_2", "city", "county"),
            *("state", "country", "zipcode", "phone"),
        )
    },
    "s_address_type": "",
    "phone": "",
    "fax": "",
    "url": "",
    "email": "",
    "payment_id": "0",
    "tax_exempt": "N",
    "lang_code": "en",
    "ip_address": "127.0.0.1",
    "repaid": "0",
    "validation_code": "",
    "localization_id": "0",
    "profile_id": "0",
    "storefront_id": "1",
    "updated_at": "0",
}

_ADDRESS = {
    "firstname": 128,
    "lastname": 128,
    "address": 255,
    "address_2": 255,
    "city": 64,
    "county": 32,
    "state": 32,
    "country": 2,
    "zipcode": 32,
    "phone": 128,
}
#: Text column -> its length (scheme of 4.20.1). A customer's name has 32 here and 128 in the address.
TEXTS = {
    "firstname": 32,
    "lastname": 32,
    "company": 255,
    "phone": 128,
    "fax": 128,
    "url": 32,
    "email": 128,
    "s_address_type": 32,
    "lang_code": 2,
    **{f"{side}_{name}": length for side in "bs" for name, length in _ADDRESS.items()},
}
MONEY = ("total", "subtotal", "discount", "subtotal_discount", "payment_surcharge", "shipping_cost")
#: Of a customer's data, what an order takes: of the shipping address what the profile form shows (seen).
BILLING = tuple(f"b_{name}" for name in _ADDRESS)
SHOWN_SHIPPING = ("s_address", "s_city", "s_country", "s_state", "s_zipcode")
CONTACT = ("email", "firstname", "lastname", "phone")
TAKEN_OF_CUSTOMERS = (*CONTACT, *BILLING, *SHOWN_SHIPPING)

STORED_BY: dict[str, Callable[[Any], str]] = {
    "notes": damage.text,
    "details": damage.text,
    "timestamp": damage.whole,
    "payment_id": damage.whole,
    **{name: partial(damage.text, length=length) for name, length in TEXTS.items()},
    **dict.fromkeys(MONEY, partial(damage.decimal, places=2)),
}
"""How a value given for a column is stored. Other keys of a request are no columns of an order."""


def kept(fields: Mapping[str, Any], *, without: tuple[str, ...] = ()) -> Columns:
    """The columns among the fields, cut and damaged as the store does it."""
    return {name: STORED_BY[name](value) for name, value in fields.items() if name in STORED_BY and name not in without}


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `price` is of one, after the line's own `discount` of one. `made` is "placed", "given" or "kept"."""

    item_id: str
    product_id: int
    amount: int
    price: Decimal
    base_price: Decimal
    discount: Decimal = NOTHING
    name: str = ""
    code: str = ""
    company_id: str = "1"
    stored: bool = False
    made: str = "placed"
    is_edp: bool = False
    tax_ids: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    #: A promotion gives it away.
    gift: bool = False
    product_updated: str = "0"
    #: What a recorded line tells besides.
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Credits:
    """What an order may be paid with besides money: certificates by their code, points, the wallet of an add-on.

    Each tells how much there is of it, in money; `points` is their number and what they are worth.
    """

    certificates: Mapping[str, Decimal] = field(default_factory=dict)
    points: tuple[int, Decimal] = (0, NOTHING)
    wallet: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Way:
    """The shipping of one group of lines: those of one vendor."""

    shipping_id: str
    rate: Decimal
    stored: bool = False


@dataclass(slots=True)
class Group:
    """The lines that one company sends, and how."""

    company_id: str
    lines: dict[str, Line]
    way: Way | None = None


@dataclass
class Order:
    """One order. `columns` holds what differs from BLANK; `recorded` is the answer of a recorded store, if it is one.

    `due` is the total that was calculated last, whatever the column says.
    """

    columns: Columns
    groups: list[Group]
    figures: Figures = field(default_factory=Figures)
    currency: str = "USD"
    due: Decimal = NOTHING
    promotion: Decimal = NOTHING
    #: What a coupon took off, which a new calculation takes off again.
    discount: Decimal = NOTHING
    credits: Credits = field(default_factory=Credits)
    #: What was taken of each: code of a certificate, "points", "wallet" -> money.
    taken: dict[str, Decimal] = field(default_factory=dict)
    recorded: dict[str, Any] | None = None

    def __getitem__(self, column: str) -> Any:
        return self.columns.get(column, BLANK[column])

    @property
    def id(self) -> int:
        return int(self["order_id"])

    @property
    def status(self) -> str:
        return str(self["status"])

    @property
    def is_parent(self) -> bool:
        return bool(self["is_parent_order"] == "Y")

    @property
    def lines(self) -> dict[str, Line]:
        """All lines by their item id."""
        return {id: line for group in self.groups for id, line in group.lines.items()}

    @property
    def country(self) -> str:
        """Of delivery."""
        return str(self["s_country"] or self["b_country"])
