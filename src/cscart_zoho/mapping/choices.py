"""What the merchant has chosen for products: owners, defaults, limits. Pure values."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec

from cscart_zoho.errors import WrongSetting


class Owner(StrEnum):
    """Whose edit wins when a field was changed on both sides, and who may change it at all."""

    CSCART = "cscart"
    ZOHO = "zoho"
    NEWEST = "newest"
    ASK = "ask"
    NOBODY = "nobody"  # the field is not synced


class StockOwner(StrEnum):
    """How stock moves between the sides."""

    SHARED = "shared"  # the movements of both sides are added
    ZOHO = "zoho"  # Zoho's figure is published to the store
    CSCART = "cscart"  # the store's figure is booked in Zoho
    NOBODY = "nobody"


class FirstContact(StrEnum):
    """Whose stock counts when two existing products are paired for the first time."""

    ASK = "ask"
    ZOHO = "zoho"
    CSCART = "cscart"


class LongNames(StrEnum):
    """What to do with a name that is longer than Zoho's 100 characters."""

    HOLD = "hold"
    CUT = "cut"


#: Fields that have an owner (stock has its own rule, and some are set at creation only).
OWNED_FIELDS = (
    "sku",
    "name",
    "price",
    "list_price",
    "status",
    "full_description",
    "short_description",
    "taxable",
    "tax",
    "weight",
)

DEFAULT_OWNERS: Mapping[str, Owner] = dict.fromkeys(OWNED_FIELDS, Owner.CSCART)

#: Zoho keeps no partner for these unless the merchant names one.
ZOHO_LIST_PRICE = "label_rate"

Count = Annotated[int, msgspec.Meta(ge=0)]
Share = Annotated[int, msgspec.Meta(ge=1, le=100)]


class ProductChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a merchant can choose for products. Each default is safe."""

    owners: dict[str, Owner] = msgspec.field(default_factory=lambda: dict(DEFAULT_OWNERS))
    stock_owner: StockOwner = StockOwner.SHARED
    first_contact_stock: FirstContact = FirstContact.ASK
    #: Units that are never published to the store.
    stock_buffer: Count = 0
    #: "available" = Zoho's available for sale by receives and shipments;
    #: "accounting" = by bills and invoices.
    stock_book: Literal["available", "accounting"] = "available"

    #: Defaults for products made in the store. Empty category = the store's own default category.
    category_id: str = ""
    company_id: str = ""
    #: Active, disabled or hidden.
    new_product_status: Literal["A", "D", "H"] = "A"
    #: Which store tax a taxable Zoho item gets.
    default_tax_id: str = ""
    #: Store tax id -> Zoho tax id.
    taxes: dict[str, str] = {}
    #: A hidden product (status H) counts as active.
    hidden_is_active: bool = True

    #: Defaults for items made in Zoho.
    unit: str = "pcs"
    weight_unit: Literal["kg", "g", "lb", "oz"] = "kg"
    downloadable_is_service: bool = True
    inventory_account_id: str = ""
    purchase_account_id: str = ""
    sales_account_id: str = ""
    long_names: LongNames = LongNames.HOLD
    #: The Zoho field that holds the list price: `label_rate`, a custom field's API name, or "" for none.
    list_price_field: str = ZOHO_LIST_PRICE
    #: The Zoho custom field (API name) that holds the short description, or "" for none.
    short_description_field: str = ""

    #: How large a file for Zoho's import may be. No limits are known for items; these are those of CRM's bulk jobs.
    file_rows: Annotated[int, msgspec.Meta(ge=1)] = 25_000
    file_megabytes: Annotated[int, msgspec.Meta(ge=1)] = 25

    #: Which ways new records may be made.
    create_in_zoho: bool = True
    create_in_cscart: bool = True

    #: Brakes: a run that would change more than this share of the linked records stops and asks.
    brake_percent: Share = 30
    #: ... unless it would change no more records than this.
    brake_minimum: Count = 25
    #: ... and one that would make more new records than this, and more than that share of the linked ones.
    brake_new: Count = 100
    #: All products are read again when the last full look is older than this.
    full_look_hours: Count = 24

    def owner(self, field: str) -> Owner:
        """Who owns a field; a field without a partner in Zoho is nobody's."""
        if field == "list_price" and not self.list_price_field:
            return Owner.NOBODY
        if field == "short_description" and not self.short_description_field:
            return Owner.NOBODY
        return self.owners.get(field, Owner.NOBODY)


def choices_from_json(stored: Mapping[str, Any]) -> ProductChoices:
    """The choices kept in a JSON column.

    Raises `WrongSetting` with the name of the setting that is wrong.
    """
    try:
        choices = msgspec.convert(dict(stored), ProductChoices)
    except msgspec.ValidationError as error:
        raise WrongSetting(f"The product settings cannot be read: {error}.") from error
    unknown = set(choices.owners) - set(OWNED_FIELDS)
    if unknown:
        raise WrongSetting(f"There is no product field named {', '.join(sorted(unknown))}.")
    return msgspec.structs.replace(choices, owners={**DEFAULT_OWNERS, **choices.owners})


def choices_to_json(choices: ProductChoices) -> dict[str, Any]:
    """The choices as a JSON column takes them."""
    built: dict[str, Any] = msgspec.to_builtins(choices)
    return built
