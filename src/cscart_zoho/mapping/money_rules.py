"""The words for the money of orders: what Zoho's organisation does with it, and what is told about it. Pure values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from cscart_zoho.mapping.currencies import places
from cscart_zoho.order import Order

#: Zoho rounds each tax once in the whole document, or in each line (`tax_rounding` of the organisation).
Rounding = Literal["item_level", "entity_level"]


#: How people find the preference that rounds totals off (Zoho Inventory, help on preferences).
ROUND_OFF = 'its preference "Round off total to whole number"'
ROUND_OFF_ADVICE = (
    "Switch it off in Zoho (Settings, Preferences, General, Rounding Off Sales Total), and connect Zoho again so that "
    "it is noticed at once."
)


@dataclass(frozen=True)
class ZohoTax:
    """A tax or a tax group of Zoho; `percent` is 10 for ten percent."""

    id: str
    name: str
    percent: Decimal
    #: The taxes of a group, as far as they are known: Zoho reckons and rounds each by itself.
    parts: tuple["ZohoTax", ...] = ()
    #: In a group it is taken of the other taxes, too (`tax_type` "compound_tax").
    compound: bool = False
    #: India: "igst", "cgst", "sgst" ...; else "".
    kind: str = ""
    #: ISO code of the country whose tax it is, where Zoho tells it.
    country: str = ""

    @property
    def levies(self) -> tuple["ZohoTax", ...]:
        """What is reckoned for it: its parts, or itself."""
        return self.parts or (self,)

    @property
    def shares(self) -> Mapping[str, Fraction]:
        """By id of each levy what it takes of 1 without tax."""
        simple = sum((levy.percent for levy in self.levies if not levy.compound), Decimal(0))
        base = 1 + Fraction(simple) / 100
        return {levy.id: Fraction(levy.percent) / 100 * (base if levy.compound else 1) for levy in self.levies}


def group_percent(parts: Sequence[ZohoTax]) -> Decimal:
    """What the taxes of a group come to: their sum, and compound ones of the others, too."""
    simple = sum((part.percent for part in parts if not part.compound), Decimal(0))
    compound = sum((part.percent for part in parts if part.compound), Decimal(0))
    return simple + compound + simple * compound / 100


@dataclass(frozen=True)
class MoneyRules:
    """How the Zoho organisation counts."""

    #: Its base currency, ISO.
    currency: str
    #: By id.
    taxes: Mapping[str, ZohoTax] = field(default_factory=dict)
    rounding: Rounding = "entity_level"
    #: Digits after the point of a rate that Zoho keeps: those of the organisation, two unless it has chosen others.
    rate_places: int = 2
    #: Whether its shipping charges may carry a tax: of which, nobody can tell beforehand.
    shipping_taxed: bool = False
    #: How it rounds totals off: "" not at all, "whole" to whole numbers, else another word of Zoho's.
    round_total: str = ""

    @property
    def levies(self) -> Mapping[str, ZohoTax]:
        """By id all taxes that Zoho reckons."""
        return {levy.id: levy for tax in self.taxes.values() for levy in tax.levies}

    @property
    def digits(self) -> int:
        """Digits after the point of its amounts."""
        return places(self.currency)


@dataclass(frozen=True)
class Traced:
    """One line of the money trace. The store's column adds up to its total, Zoho's column to Zoho's."""

    what: str
    store: Decimal | None
    zoho: Decimal | None
    why: str = ""


@dataclass(frozen=True)
class Priced:
    """An order in the form of the other side, and how each amount came about."""

    order: Order
    trace: tuple[Traced, ...]


@dataclass(frozen=True)
class Totals:
    """What Zoho makes of an order. Amounts are rounded to the currency's digits.

    `sub_total` is the sum of the lines as their rates are meant: with taxes where those are in them.
    """

    sub_total: Decimal
    discount: Decimal
    #: By id of the Zoho tax; those of a group each by itself.
    taxes: Mapping[str, Decimal]
    shipping: Decimal
    adjustment: Decimal
    total: Decimal
    #: What rounding off has put into the total.
    round_off: Decimal = Decimal(0)

    @property
    def exact(self) -> Decimal:
        """The total before it is rounded off."""
        return self.total - self.round_off

    @property
    def tax(self) -> Decimal:
        """All taxes together."""
        return sum(self.taxes.values(), Decimal(0))
