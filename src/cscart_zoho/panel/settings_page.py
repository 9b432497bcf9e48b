"""Settings: owners of fields, stock, defaults, brakes. The page is `ProductChoices` as a form."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.choices import (
    OWNED_FIELDS,
    FirstContact,
    LongNames,
    Owner,
    ProductChoices,
    StockOwner,
    choices_from_json,
    choices_to_json,
)
from cscart_zoho.panel import words
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.connections import the_store
from cscart_zoho.panel.fields import Choose, Lines, TextInput, number, text, yes
from cscart_zoho.panel.pages import for_role, page
from cscart_zoho.panel.roles import Role
from cscart_zoho.store.choices import save_choices
from cscart_zoho.store.models import Store

HERE = "/settings/"
OWNER_PREFIX = "owner_"

OWNER_CHOICES = [
    (Owner.CSCART.value, "CS-Cart's value counts"),
    (Owner.ZOHO.value, "Zoho's value counts"),
    (Owner.NEWEST.value, "The newest change counts"),
    (Owner.ASK.value, "Ask me when both have changed"),
    (Owner.NOBODY.value, "Do not sync"),
]


def _pick(label: str, choices: list[tuple[str, str]], help_text: str = "") -> forms.ChoiceField:
    """One of several that has to be chosen."""
    return forms.ChoiceField(label=label, choices=choices, widget=Choose, help_text=help_text)


def _id(label: str, help_text: str = "") -> forms.CharField:
    """Both sides write their ids as digits."""
    digits = RegexValidator(r"^\d*$", "An ID is a number.")
    return forms.CharField(label=label, required=False, widget=TextInput, help_text=help_text, validators=[digits])


class ChoicesForm(forms.Form):
    """One input per choice, named like the choice; owners are `owner_<field>`."""

    stock_owner = _pick(
        "Stock",
        [
            (StockOwner.SHARED.value, "Shared: the movements of both sides are added"),
            (StockOwner.ZOHO.value, "Zoho's figure is shown in the store"),
            (StockOwner.CSCART.value, "The store's figure is booked in Zoho"),
            (StockOwner.NOBODY.value, "Do not sync"),
        ],
    )
    first_contact_stock = _pick(
        "Stock when two existing products are paired",
        [
            (FirstContact.ASK.value, "Ask me"),
            (FirstContact.ZOHO.value, "Zoho's figure counts"),
            (FirstContact.CSCART.value, "CS-Cart's figure counts"),
        ],
    )
    stock_buffer = number("Safety buffer", "So many units are never shown in the store.")
    stock_book = _pick(
        "Zoho's stock figure",
        [
            ("available", "By receives and shipments"),
            ("accounting", "By bills and invoices"),
        ],
    )
    create_in_zoho = yes("Make missing products in Zoho")
    create_in_cscart = yes("Make missing products in CS-Cart")
    category_id = _id("Category ID", "For products made in the store. Empty: the store's own default.")
    company_id = _id("Vendor or store ID", "For products made in the store. Empty: the store's own default.")
    new_product_status = _pick(
        "Status of new products in the store", [("A", "Active"), ("D", "Disabled"), ("H", "Hidden")]
    )
    hidden_is_active = yes("A hidden product counts as active")
    default_tax_id = _id(
        "Store tax for taxable Zoho items",
        "The tax's ID in CS-Cart. Empty: the store's only one; with several, new products with tax are held.",
    )
    taxes = forms.CharField(
        label="Taxes",
        required=False,
        widget=Lines(attrs={"rows": 4}),
        help_text='One pair of IDs a line: "CS-Cart tax = Zoho tax". Without pairs taxes are not synced.',
    )
    unit = text("Unit of new Zoho items")
    weight_unit = _pick("Unit of weight", [("kg", "kg"), ("g", "g"), ("lb", "lb"), ("oz", "oz")])
    downloadable_is_service = yes("A downloadable product is a service in Zoho")
    long_names = _pick(
        "Names longer than Zoho's 100 characters",
        [(LongNames.HOLD.value, "Hold the product and tell me"), (LongNames.CUT.value, "Cut the name in Zoho")],
    )
    list_price_field = text("Zoho field of the list price", "A field's API name. Empty: the list price is not synced.")
    short_description_field = text(
        "Zoho field of the short description", "A custom field's API name. Empty: it is not synced."
    )
    inventory_account_id = _id("Inventory account ID")
    purchase_account_id = _id("Purchase account ID")
    sales_account_id = _id("Sales account ID")
    brake_percent = number(
        "Brake, in percent",
        "A run that would change a larger share of the products stops and asks.",
        low=1,
        high=100,
    )
    brake_minimum = number("Brake, at least", "Fewer changed products than this never stop a run.")
    brake_new = number(
        "Brake, new records",
        "A run that would make more new products than this on one side, and more than that share of the linked ones, "
        "stops and asks. The first sync does not.",
    )
    full_look_hours = number(
        "Hours between full looks", "All products are read again after so many hours; a large Zoho more seldom."
    )
    file_rows = number("Rows of an import file", "More products than this go into several files.", low=1)
    file_megabytes = number("Megabytes of an import file", "A file ends before it is larger than this.", low=1)

    def __init__(self, choices: ProductChoices, data: Any = None) -> None:
        super().__init__(data, initial=as_initial(choices))
        for field in OWNED_FIELDS:
            self.fields[OWNER_PREFIX + field] = _pick(words.field_title(field), OWNER_CHOICES)

    def clean_taxes(self) -> dict[str, str]:
        return parse_taxes(self.cleaned_data["taxes"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.choices = choices_from_json(as_stored(cleaned))
            except WrongSetting as error:
                raise forms.ValidationError(str(error)) from error
        return cleaned

    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The inputs under headings."""
        owners = [OWNER_PREFIX + field for field in OWNED_FIELDS]
        return [(title, text, [self[name] for name in names or owners]) for title, text, names in GROUPS]


GROUPS: list[tuple[str, str, list[str]]] = [
    (
        "Whose value counts",
        "When the two sides differ. With the newest change, or when you are asked, "
        "a change on one side alone is simply carried over.",
        [],
    ),
    ("Stock", "", ["stock_owner", "first_contact_stock", "stock_buffer", "stock_book"]),
    (
        "New products in CS-Cart",
        "",
        ["create_in_cscart", "category_id", "company_id", "new_product_status", "hidden_is_active"],
    ),
    (
        "New products in Zoho",
        "",
        [
            "create_in_zoho",
            "unit",
            "weight_unit",
            "downloadable_is_service",
            "long_names",
            "list_price_field",
            "short_description_field",
            "inventory_account_id",
            "purchase_account_id",
            "sales_account_id",
        ],
    ),
    ("Taxes", "", ["default_tax_id", "taxes"]),
    ("Brakes", "", ["brake_percent", "brake_minimum", "brake_new", "full_look_hours"]),
    ("Import file", "", ["file_rows", "file_megabytes"]),
]


def parse_taxes(typed: str) -> dict[str, str]:
    """Pairs of tax ids, one a line. Raises `ValidationError` with the line that is wrong."""
    pairs: dict[str, str] = {}
    for at, line in enumerate(typed.splitlines(), 1):
        if not line.strip():
            continue
        cscart, sign, zoho = (part.strip() for part in line.partition("="))
        if not (cscart.isdecimal() and sign and zoho.isdecimal()):
            raise forms.ValidationError(f'Line {at}, "{line.strip()}", is not of the form "6 = 46000000000123".')
        if cscart in pairs:
            raise forms.ValidationError(f"The CS-Cart tax {cscart} stands in two lines.")
        pairs[cscart] = zoho
    return pairs


def as_initial(choices: ProductChoices) -> dict[str, Any]:
    """The choices as the form's inputs take them."""
    stored = choices_to_json(choices)
    owners = {OWNER_PREFIX + field: owner for field, owner in stored.pop("owners").items()}
    taxes = "\n".join(f"{cscart} = {zoho}" for cscart, zoho in stored.pop("taxes").items())
    return {**stored, **owners, "taxes": taxes}


def as_stored(cleaned: dict[str, Any]) -> dict[str, Any]:
    """The inverse: what a JSON column takes."""
    owners = {name.removeprefix(OWNER_PREFIX): v for name, v in cleaned.items() if name.startswith(OWNER_PREFIX)}
    others = {name: v for name, v in cleaned.items() if not name.startswith(OWNER_PREFIX)}
    return {**others, "owners": owners}


@for_role(Role.ADMIN, "GET", "POST")
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show the choices; POST saves them."""
    store = the_store()
    if store is None:
        return page(request, "settings", "Settings", form=None)
    present, trouble = _present(store)
    form = ChoicesForm(present, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        _save(request, store, form.choices)
        return HttpResponseRedirect(HERE)
    return page(request, "settings", "Settings", form=form, trouble=trouble, taxes=known_taxes(store))


def _present(store: Store) -> tuple[ProductChoices, str]:
    try:
        return choices_from_json(store.product_choices), ""
    except WrongSetting as error:
        return ProductChoices(), f"{error} The defaults are shown instead; saving replaces what was stored."


def _save(request: HttpRequest, store: Store, choices: ProductChoices) -> None:
    before = store.product_choices
    after = choices_to_json(choices)
    save_choices(store, choices)
    changed = sorted(name for name in after if before.get(name) != after[name])
    noted(request, "settings changed", ", ".join(changed))
    messages.success(request, "Saved. The next run uses these settings.")


def _tax(tax: Any) -> str:
    """ "6 (VAT)": the id that is wanted, and what it is."""
    if not isinstance(tax, dict):
        return str(tax)
    id, *about = (str(value) for value in tax.values())
    return f"{id} ({', '.join(about)})" if about else id


def known_taxes(store: Store) -> list[tuple[str, list[str]]]:
    """The taxes that both sides told about, for looking up their ids."""
    told = []
    for title, capabilities in (
        ("CS-Cart", store.capabilities),
        ("Zoho", store.zoho.capabilities if store.zoho else {}),
    ):
        taxes = capabilities.get("taxes")
        if isinstance(taxes, dict):
            told.append((title, [f"{key}: {name}" for key, name in taxes.items()]))
        elif isinstance(taxes, list):
            told.append((title, [_tax(t) for t in taxes]))
    return told
