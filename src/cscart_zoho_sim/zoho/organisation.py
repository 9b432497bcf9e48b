"""The organisation: its figures, currencies, taxes, location, units, accounts and custom fields."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from cscart_zoho_sim.zoho.preferences import Preferences

PLANS = {"free": 0, "standard": 1, "professional": 3, "premium": 4, "enterprise": 5}


class Ids:
    """Ids as Zoho's: 18 digits that begin alike within one organisation and only grow."""

    def __init__(self, rng: random.Random) -> None:
        self._next = rng.randrange(260_000_000, 990_000_000) * 10**9 + 1000

    def new(self) -> str:
        self._next += 2
        return str(self._next)


@dataclass(frozen=True)
class Tax:
    """A tax that items may carry, or a group of taxes: then it has parts."""

    id: str
    name: str
    percentage: float
    is_default: bool = False
    #: The taxes of a group.
    parts: tuple["Tax", ...] = ()
    #: In a group it is also taken of the other taxes.
    compound: bool = False
    #: India: "igst", "cgst", "sgst", "nil", "cess"; else "".
    specific_type: str = ""
    #: Of two letters, where the tax is one of a country of the EU.
    country_code: str = ""

    @property
    def kind(self) -> str:
        return "tax_group" if self.parts else "compound_tax" if self.compound else "tax"


#: Digits behind the point, where there are not two of them (ISO 4217).
PRECISIONS = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_COUNTRIES = {"US": "U.S.A", "IN": "India", "GB": "United Kingdom"}
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


@dataclass(frozen=True)
class Currency:
    """A currency that contacts may pay in. `rate` is what one unit of it is worth in the base currency."""

    id: str
    code: str
    precision: int
    rate: float = 1

    @property
    def symbol(self) -> str:
        return _SYMBOLS.get(self.code, self.code)


@dataclass(frozen=True)
class CustomField:
    """A field that the merchant added to items."""

    id: str
    label: str
    api_name: str
    data_type: str = "string"
    #: The values a dropdown has.
    choices: tuple[str, ...] = ()


@dataclass
class Location:
    """A place where stock lies. One of an organisation's is the primary one."""

    id: str
    name: str
    status: str = "active"


@dataclass
class Organisation:
    """What is set up once for all items."""

    id: str
    name: str
    plan: str
    currency: str
    price_precision: int
    quantity_precision: int
    zone_name: str
    ids: Ids
    taxes: dict[str, Tax] = field(default_factory=dict)
    #: Tax is rounded per line ("item_level") or per order ("entity_level"): a preference of the merchant.
    tax_rounding: str = "entity_level"
    #: What else the merchant has set.
    preferences: Preferences = field(default_factory=Preferences)
    currencies: dict[str, Currency] = field(default_factory=dict)
    custom_fields: dict[str, CustomField] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    #: Further organisations of the same user: only their names exist.
    others: dict[str, str] = field(default_factory=dict)
    #: Those whose records are simulated, too.
    siblings: list["Organisation"] = field(default_factory=list, repr=False)
    #: Of two letters. It decides on the edition: India has places of supply.
    country_code: str = "US"
    #: The primary location; `locations` holds all of them, in the order in which Zoho lists them.
    location_id: str = ""
    locations: dict[str, Location] = field(default_factory=dict)
    sales_account_id: str = ""
    purchase_account_id: str = ""
    inventory_account_id: str = ""
    #: The user whose grants the API's callers have.
    user_id: str = ""

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.zone_name)
        self.currency_id = self.ids.new()
        self.currencies[self.currency_id] = Currency(self.currency_id, self.currency, self.price_precision)
        self.location_id = self.location_id or self.ids.new()
        self.locations = {self.location_id: Location(self.location_id, "Head Office")}
        self.sales_account_id = self.sales_account_id or self.ids.new()
        self.purchase_account_id = self.purchase_account_id or self.ids.new()
        self.inventory_account_id = self.inventory_account_id or self.ids.new()
        self.user_id = self.user_id or str(int(self.id) + 7)

    def add_tax(self, name: str, percentage: float, *, is_default: bool = False, **more: Any) -> str:
        """`more`: `compound`, `specific_type`, `country_code`."""
        tax = Tax(self.ids.new(), name, percentage, is_default, **more)
        self.taxes[tax.id] = tax
        return tax.id

    def add_tax_group(self, name: str, tax_ids: Sequence[str]) -> str:
        """Several taxes under one name. Lines that carry it are taxed by each of them."""
        parts = tuple(self.taxes[id] for id in tax_ids)
        simple = sum((Decimal(str(part.percentage)) for part in parts if not part.compound), Decimal(0))
        compound = sum((Decimal(str(part.percentage)) for part in parts if part.compound), Decimal(0))
        percentage = float(simple + compound + simple * compound / 100)
        group = Tax(self.ids.new(), name, percentage, parts=parts)
        self.taxes[group.id] = group
        return group.id

    def add_currency(self, code: str, rate: float = 1, precision: int | None = None) -> str:
        digits = PRECISIONS.get(code, 2) if precision is None else precision
        made = Currency(self.ids.new(), code, digits, rate)
        self.currencies[made.id] = made
        return made.id

    def add_custom_field(self, label: str, data_type: str = "string", choices: tuple[str, ...] = ()) -> str:
        """A custom field of items; its `api_name` is made of the label as Zoho does (`cf_our_id`)."""
        api_name = "cf_" + "".join(c if c.isalnum() else "_" for c in label.lower())
        made = CustomField(self.ids.new(), label, api_name, data_type, choices)
        self.custom_fields[made.id] = made
        return made.id

    def add_location(self, name: str, status: str = "active", *, first: bool = False) -> str:
        """One more location; `first` puts it at the head of the list, which is no sign of being primary."""
        made = Location(self.ids.new(), name, status)
        self.locations = {made.id: made, **self.locations} if first else {**self.locations, made.id: made}
        return made.id

    @property
    def primary(self) -> Location:
        return self.locations[self.location_id]

    def takes_stock(self, location_id: str) -> bool:
        """Whether stock may be booked at a location."""
        found = self.locations.get(location_id)
        return found is not None and found.status == "active"

    @property
    def rate_places(self) -> int:
        """Decimals that rates of items are kept with."""
        told = self.preferences.rate_precision
        return self.price_precision if told is None else told

    def unit_id(self, unit: str) -> str:
        """The id of a unit; a new name becomes a new unit, as seen live on Zoho Books."""
        if unit and unit not in self.units:
            self.units[unit] = self.ids.new()
        return self.units.get(unit, "")

    def time(self, seconds: int) -> str:
        """A moment as Zoho writes it: seconds, offset of the organisation's zone without a colon."""
        return _time(seconds, self.zone_name)

    def day(self, seconds: float) -> str:
        return datetime.fromtimestamp(seconds, self.zone).strftime("%Y-%m-%d")


@lru_cache(maxsize=4096)
def _time(seconds: int, zone_name: str) -> str:
    return datetime.fromtimestamp(seconds, ZoneInfo(zone_name)).strftime("%Y-%m-%dT%H:%M:%S%z")


def organisation_row(org: Organisation) -> dict[str, Any]:
    """The organisation as `GET /organizations` lists it (shape seen live on Zoho Books)."""
    return {
        "organization_id": org.id,
        "name": org.name,
        "contact_name": "Sample Owner",
        "email": "owner@example.com",
        "is_default_org": True,
        "language_code": "en",
        "fiscal_year_start_month": "1",
        "account_created_date": "2026-01-01",
        "time_zone": org.zone_name,
        "is_dst_active": False,
        "date_format": "dd MMM yyyy",
        "field_separator": " ",
        "industry_type": "Retail",
        "industry_size": "1-10",
        "company_id_label": "",
        "company_id_value": "",
        "tax_id_label": "",
        "tax_id_value": "",
        "currency_id": org.currency_id,
        "currency_code": org.currency,
        "currency_symbol": org.currency,
        "currency_format": "###,##0.00",
        "price_precision": org.price_precision,
        "plan_type": PLANS.get(org.plan, 0),
        "plan_name": org.plan.capitalize(),
        "plan_period": "Month",
        "country_code": org.country_code,
        "country_name": _COUNTRIES.get(org.country_code, org.country_code),
        "portal_name": "sampleorganisation",
        "org_settings": {"is_org_active": True},
        "is_org_active": True,
    }


def organisation_rows(org: Organisation) -> list[dict[str, Any]]:
    own = organisation_row(org)
    others = [{**own, "organization_id": id, "name": name, "is_default_org": False} for id, name in org.others.items()]
    siblings = [{**organisation_row(each), "is_default_org": False} for each in org.siblings]
    return [own, *siblings, *others]


def tax_row(tax: Tax) -> dict[str, Any]:
    return {
        "tax_id": tax.id,
        "tax_name": tax.name,
        "tax_percentage": tax.percentage,
        "tax_type": tax.kind,
        "tax_factor": "rate",
        "tax_specific_type": tax.specific_type,
        "tax_authority_id": "",
        "tax_authority_name": "",
        "is_value_added": False,
        "is_default_tax": tax.is_default,
        "is_editable": True,
        **({"country_code": tax.country_code} if tax.country_code else {}),
    }


def tax_group_row(tax: Tax) -> dict[str, Any]:
    """A group as `GET /settings/taxgroups/{id}` shows it."""
    keys = ("tax_id", "tax_name", "tax_percentage", "tax_type", "tax_factor", "tax_authority_id", "tax_authority_name")
    return {
        "tax_group_id": tax.id,
        "tax_group_name": tax.name,
        "tax_group_percentage": tax.percentage,
        "taxes": [{key: tax_row(part)[key] for key in keys} for part in tax.parts],
    }


def currency_row(currency: Currency, org: Organisation) -> dict[str, Any]:
    """A currency as `GET /settings/currencies` lists it."""
    return {
        "currency_id": currency.id,
        "currency_code": currency.code,
        "currency_name": currency.code,
        "currency_symbol": currency.symbol,
        "price_precision": currency.precision,
        "currency_format": "###,##0" + (f".{'0' * currency.precision}" if currency.precision else ""),
        "is_base_currency": currency.id == org.currency_id,
        "exchange_rate": currency.rate,
        "effective_date": "",
    }


def location_row(org: Organisation, location: Location, noun: str = "location") -> dict[str, Any]:
    return {
        f"{noun}_id": location.id,
        f"{noun}_name": location.name,
        "type": "general",
        "email": "",
        "phone": "",
        "address": {"city": "", "state": "", "country": "U.S.A", "attention": "", "street_address1": ""},
        "status": location.status,
        "is_primary": location.id == org.location_id,
        "is_all_users_selected": True,
        "associated_users": [],
    }


def unit_row(name: str, id: str) -> dict[str, Any]:
    return {"unit_id": id, "name": name, "unit": name, "uqc": "", "quantity_decimal_place": 0}


def custom_field_row(definition: CustomField, index: int) -> dict[str, Any]:
    """A custom field definition, as `GET /settings/fields?entity=item` gives it (undocumented, live)."""
    return {
        "field_id": definition.id,
        "customfield_id": definition.id,
        "api_name": definition.api_name,
        "label": definition.label,
        "field_name": definition.label,
        "data_type": definition.data_type,
        "index": index,
        "is_custom_field": True,
        "is_mandatory": False,
        "is_active": True,
        "values": [{"name": choice, "order": order} for order, choice in enumerate(definition.choices, 1)],
    }
