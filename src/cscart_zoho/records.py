"""What a record IS to both sides: ids, a key, and canonical values.

A `Record` is what an adapter makes of one row of a side. Its `values` hold
canonical values only: text as plain text, money as `Decimal`, whole numbers as
`int`, yes/no as `bool`. Nothing here knows a wire format, a clock or a database.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

Value = str | int | bool | Decimal | None
Values = Mapping[str, Value]


class Side(StrEnum):
    """One of the two systems that are kept in sync."""

    CSCART = "cscart"
    ZOHO = "zoho"

    @property
    def other(self) -> "Side":
        return Side.ZOHO if self is Side.CSCART else Side.CSCART

    @property
    def title(self) -> str:  # type: ignore[override]  # a name, not the text method
        """The name people know this side by."""
        return "CS-Cart" if self is Side.CSCART else "Zoho"


class Entity(StrEnum):
    """What is synced."""

    PRODUCTS = "products"
    #: Companies of the store and accounts of Zoho CRM.
    ACCOUNTS = "accounts"
    #: Users of the store and contacts of Zoho: those of CRM, or of Inventory where there is no CRM.
    CUSTOMERS = "customers"
    #: Users of the store and contacts of Zoho Inventory, where customers live in CRM as well.
    CONTACTS = "contacts"
    #: Orders of the store and sales orders of Zoho Inventory.
    ORDERS = "orders"
    #: Guests of orders and contacts of Zoho Inventory.
    GUESTS = "guests"


class Direction(StrEnum):
    """Where a run may write."""

    BOTH = "both"
    TO_ZOHO = "to-zoho"
    TO_CSCART = "to-cscart"

    def allows(self, target: Side) -> bool:
        """Whether a run in this direction may write to `target`."""
        return self is Direction.BOTH or (self is Direction.TO_ZOHO) == (target is Side.ZOHO)


#: Texts too long to keep in the ledger: observations hold their fingerprint.
LONG_TEXTS = frozenset({"full_description", "short_description", "document"})

#: Long texts that observations hold whole all the same: lists and pages show them.
KEPT_WHOLE = frozenset({"document"})

#: Set once when a record is made on the other side, never compared afterwards.
ONLY_AT_CREATION = frozenset({"kind", "tracked", "unit"})

#: The value of an item whose stock cannot be told: a sentence why.
STOCK_HIDDEN = "stock_hidden"
#: The value of an item whose stock is none that a plain adjustment may move: a sentence why.
STOCK_APART = "stock_apart"

#: The values of a product, in the order in which people read them.
PRODUCT_FIELDS: Mapping[str, str] = {
    "sku": "SKU",
    "name": "Name",
    "price": "Price",
    "list_price": "List price",
    "status": "Status",
    "stock": "Stock",
    "full_description": "Full description",
    "short_description": "Short description",
    "taxable": "Taxable",
    "tax": "Tax",
    "weight": "Weight",
    "unit": "Unit",
    "kind": "Goods or service",
    "tracked": "Stock is tracked",
}

ACTIVE, INACTIVE = "active", "inactive"
GOODS, SERVICE = "goods", "service"


_FINGERPRINT = re.compile(r"#[0-9a-f]{16}:[1-9][0-9]*")


def fingerprint(text: str) -> str:
    """A short, stable stand-in for a long text: its hash and its length.

    Empty text stays empty, so that "there is none" can be seen without the text.
    """
    if not text:
        return ""
    return f"#{hashlib.sha256(text.encode()).hexdigest()[:16]}:{len(text)}"


@dataclass(frozen=True)
class Record:
    """One row of one side, as the adapter read it.

    `key` is what the other side's partner has too (a product's SKU); it may be
    empty or shared by several rows. `etag` changes whenever the row may have
    changed; equal etags mean that reading it again would tell nothing new.
    `partial` says that the list row told too little and that `read` must be
    asked before anything is decided on it.
    """

    side: Side
    id: str
    key: str
    values: Values
    etag: str = ""
    modified_at: datetime | None = None
    partial: bool = False
    #: Whether `values` are all there is. Else what they do not tell stays as it was known.
    tells_all: bool = True
    #: The record above it: a contact's account, an account's parent account.
    parent: str = ""
    #: What lists show besides the key: name, company, phone, and no_email ("yes" or nothing). A record that was
    #: read tells all that its kind has; the answer to a write only what was written.
    shown: Mapping[str, str] = field(default_factory=dict)
    #: Adapter notes that the panel shows and that no decision rests on.
    notes: Mapping[str, str] = field(default_factory=dict)
    #: The side's own word, given with or right after our write, on what it holds now.
    answered: bool = False

    def digest(self) -> dict[str, Value]:
        """The values as observations keep them: long texts become fingerprints, but for those that pages show."""
        return kept(self.values)


def kept(values: Values) -> dict[str, Value]:
    """Values as observations and intents keep them: fingerprints of long texts, but for those that are kept whole."""
    return {name: value if name in KEPT_WHOLE else digest_value(name, value) for name, value in values.items()}


def digest(values: Values) -> dict[str, Value]:
    """Values with each long text replaced by its fingerprint. Idempotent."""
    return {name: digest_value(name, value) for name, value in values.items()}


def digest_value(name: str, value: Value) -> Value:
    """One value as the ledger keeps it."""
    if name not in LONG_TEXTS or not isinstance(value, str):
        return value
    return value if is_fingerprint(value) else fingerprint(value)


def is_fingerprint(value: Value) -> bool:
    """Whether a value stands for a long text that has to be read again."""
    return isinstance(value, str) and _FINGERPRINT.fullmatch(value) is not None


@dataclass(frozen=True)
class Selection:
    """Which records a run is about.

    `only` is "" (everything), "unsynced" (what has no partner yet) or "ids".
    Ids are those of the side they are listed under.
    """

    only: str = ""
    cscart_ids: frozenset[str] = frozenset()
    zoho_ids: frozenset[str] = frozenset()

    @classmethod
    def of_ids(cls, cscart: Iterable[str] = (), zoho: Iterable[str] = ()) -> "Selection":
        return cls("ids", frozenset(cscart), frozenset(zoho))

    def has(self, *, cscart_id: str | None, zoho_id: str | None, linked: bool) -> bool:
        """Whether the pair with these ids is selected."""
        if self.only == "unsynced":
            return not linked
        if self.only == "ids":
            return cscart_id in self.cscart_ids or zoho_id in self.zoho_ids
        return True
