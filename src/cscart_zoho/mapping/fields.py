"""A field of Zoho, a column of CS-Cart, and how one goes to the other. Pure values.

Values travel in one canonical form, whichever side they come from:

==========  =====================================================================
`TEXT`      one line, white space single, no control characters
`LONG_TEXT`  plain text in the form of `cscart_zoho.mapping.text.tidy`
`EMAIL`     as written, without white space around
`PHONE`     as written, white space single: neither side keeps one form
`COUNTRY`   the two letters of ISO 3166-1 where the country is known, else the text
`STATE`     ISO 3166-2 ("US-NY") where the state is known, else the text
`DATE`      `YYYY-MM-DD` as text
`YES_NO`    `bool`
`NUMBER`    `Decimal`
`WHOLE`     `int`
`CHOICE`    one of the field's choices, as text: where the store keeps its id, the id stays in the adapter
`CHOICES`   several of them, in alphabetical order, joined by "; "
==========  =====================================================================

Nothing is `None` or empty text. `REFERENCE` fields (owner, layout) are not mapped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from cscart_zoho.mapping.choices import Owner
from cscart_zoho.records import Direction


class Module(StrEnum):
    """Where in Zoho a field lives."""

    CONTACT = "contact"  # Zoho CRM: Contacts
    ACCOUNT = "account"  # Zoho CRM: Accounts
    INVENTORY = "inventory"  # Zoho Inventory: contacts

    @property
    def title(self) -> str:  # type: ignore[override]  # a name, not the text method
        names = {"contact": "Zoho CRM contact", "account": "Zoho CRM account", "inventory": "Zoho Inventory contact"}
        return names[self.value]


class FieldType(StrEnum):
    """What a value is; see the table above."""

    TEXT = "text"
    LONG_TEXT = "long text"
    EMAIL = "e-mail"
    PHONE = "phone"
    COUNTRY = "country"
    STATE = "state"
    DATE = "date"
    YES_NO = "yes or no"
    NUMBER = "number"
    WHOLE = "whole number"
    CHOICE = "choice"
    CHOICES = "several choices"
    REFERENCE = "reference"


class Mode(StrEnum):
    """When a value is written."""

    ALWAYS = "always"
    IF_NEW = "if_new"  # only when the record is made
    IF_EMPTY = "if_empty"  # only where the other side has nothing


@dataclass(frozen=True)
class ZohoField:
    """A field of a Zoho record. `name` is the API name; nested ones have a dot (`billing_address.city`)."""

    module: Module
    name: str
    label: str
    type: FieldType
    #: Characters that the field holds, None where nothing is known.
    limit: int | None = None
    writable: bool = True
    #: It cannot be written any more, and could be when its organisation was read before.
    was_writable: bool = False
    #: A record cannot be without it.
    needed: bool = False
    custom: bool = False
    choices: tuple[str, ...] = ()
    #: Other words for some of the choices: those that they had before an administrator of Zoho renamed them.
    renamed: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: Why it cannot be mapped, or what is special about it, in words for people.
    note: str = ""


class Section(StrEnum):
    """The groups in which people look for a column."""

    USER = "User"
    BILLING = "Billing address"
    SHIPPING = "Shipping address"
    CUSTOM = "Custom profile fields"
    COMPUTED = "Computed"


@dataclass(frozen=True)
class Column:
    """A column of a CS-Cart user. `name` is the column's name; custom profile fields are `fields.<id>`."""

    name: str
    title: str
    section: Section
    type: FieldType
    limit: int | None = None
    #: Whether the store's own API shows it; all others need our store add-on to be seen.
    shown: bool = False
    writable: bool = True
    choices: tuple[str, ...] = ()
    #: The texts of choices by the ids that the store keeps instead.
    ids: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: The column of the country that its states are of.
    country: str = ""


class FieldRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one Zoho field is mapped. A field without a row is not mapped."""

    column: str
    direction: Direction = Direction.BOTH
    owner: Owner = Owner.ASK
    mode: Mode = Mode.ALWAYS
