"""Settings for orders: which are synced, what each status becomes, taxes, lines, imported orders, brakes."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.order_choices import (
    ZOHO_STATUSES,
    OrderChoices,
    for_good,
    order_choices_from_json,
    order_choices_to_json,
    settable,
)
from cscart_zoho.mapping.store_currency import StoreCurrency
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.connections import the_store
from cscart_zoho.panel.fields import ChooseAmong, TextInput, number, pick, text, yes
from cscart_zoho.panel.order_words import status_names, zoho_status
from cscart_zoho.panel.pages import for_role, page
from cscart_zoho.panel.roles import Role
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.choices import order_zone, orders_in_zoho, save_order_choices
from cscart_zoho.store.currency import store_currency
from cscart_zoho.store.models import Observation, Store

HERE = "/settings/orders/"
#: Inputs of the two maps are named after the status they stand for.
IN_STORE, IN_ZOHO = "in_store_", "in_zoho_"
BASES = ("draft", "confirmed", "void")
#: Choices after which it is said what Zoho cannot take back.
ABOUT_STATUSES = ("to_zoho", "draft_until_paid", "when_it_comes_back")
#: What nobody can set in Zoho, and why: shown in the lists and not to be chosen.
DERIVED = {status: zoho_status(status) for status in ZOHO_STATUSES if status not in BASES}
WHY_DERIVED = "Cannot be set: follows from what is done in Zoho"
SPARE_RULES = 2
#: Where the time zone of orders is from.
FROM = {"setting": "as chosen here", "store": "as the store says", "zoho": "Zoho's, because the store does not say"}

_DIGITS = RegexValidator(r"^\d*$", "An ID is a number.")
_MONEY = RegexValidator(r"^[0-9]{1,6}(\.[0-9]{1,4})?$", "Write an amount such as 0.05.")


class TaxRuleForm(forms.Form):
    """One row of the tax map. A row without a Zoho tax is no rule."""

    def __init__(self, *args: Any, taxes: Mapping[Side, list[tuple[str, str]]], **named: Any) -> None:
        super().__init__(*args, **named)
        held = self.initial or {}
        self.fields["store_tax"] = pick(
            "Store tax", _with_held([("", "Any tax"), *taxes[Side.CSCART]], held, "store_tax")
        )
        self.fields["country"] = text("Country", limit=2)
        self.fields["included"] = pick("Prices", [("", "Either"), ("Y", "With the tax in them"), ("N", "Without it")])
        self.fields["zoho_tax"] = pick("Zoho tax", _with_held([("", "–"), *taxes[Side.ZOHO]], held, "zoho_tax"))

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).strip().upper()
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise forms.ValidationError("Two letters, such as DE.")
        return country

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        conditions = any(cleaned.get(name) for name in ("store_tax", "country", "included"))
        if conditions and not cleaned.get("zoho_tax"):
            raise forms.ValidationError("Choose the Zoho tax, or empty the row.")
        return cleaned


def _with_held(choices: list[tuple[str, str]], held: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    """The choices, and what is stored where they lack it: a list may not have been read yet."""
    id = str(held.get(name) or "")
    return choices if id in dict(choices) else [*choices, (id, f"{id} (not known)")]


class OrderChoicesForm(forms.Form):
    """One input per choice, named like the choice; the status maps have one per status, the taxes one row per rule."""

    scheduled = yes("The schedule syncs orders, too")
    create_in_zoho = yes("Make missing orders in Zoho")
    create_in_cscart = yes("Make missing orders in CS-Cart", "Orders that you import by hand are made in any case.")
    since = forms.DateField(
        label="From which date on",
        required=False,
        widget=TextInput(attrs={"type": "date"}),
        help_text="Older orders are not made on the other side. Empty: all are.",
    )
    sent_statuses = forms.MultipleChoiceField(
        label="Statuses that are sent",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: every status that stands for a draft or a confirmed order.",
    )
    when_it_comes_back = pick(
        "An order that comes back after its sales order was voided",
        [("new", "Gets a new sales order with a number of its own"), ("ask", "Is held, and you settle it")],
    )
    draft_until_paid = forms.MultipleChoiceField(
        label="Leave drafts until they are paid",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Counts for statuses that become Void above: an order whose payment failed may yet be paid. A draft "
        "takes no stock in Zoho. A confirmed sales order becomes void all the same.",
    )
    currency = text(
        "Currency of the store",
        "Its primary currency, which amounts are in, such as EUR. Empty: the one that the store tells; where it tells "
        "none, orders wait.",
        limit=3,
    )
    time_zone = text(
        "Time zone", "In which days begin (orders, birthdays), such as Europe/Berlin. Empty: the store's own.", limit=60
    )
    same_rate = yes("A tax without a rule becomes Zoho's tax of the same percentage, where there is one")
    fallback_item_id = text(
        "Item for lines whose product is not in Zoho", "Its ID or SKU in Zoho. Empty: such an order waits."
    )
    shipping_as = pick(
        "Shipping",
        [("charge", "As Zoho's shipping charge, which has no tax of its own"), ("line", "As a line with its tax")],
    )
    shipping_item_id = text("Item for shipping as a line", "Its ID or SKU in Zoho.")
    surcharge_item_id = text(
        "Item for a payment surcharge", "Its ID or SKU in Zoho. Empty: the surcharge is part of the adjustment."
    )
    tolerance = forms.CharField(
        label="Largest rounding difference",
        widget=TextInput(attrs={"inputmode": "decimal"}),
        validators=[_MONEY],
        help_text="Zoho's adjustment evens out so much of a total. An order that differs by more is held.",
    )
    addresses = yes("Tell Zoho the order's own addresses", "Where they are not the customer's.")
    guest_contact_id = forms.CharField(
        label="One contact for all guests",
        required=False,
        widget=TextInput,
        validators=[_DIGITS],
        help_text="The contact's ID in Zoho. Empty: each guest becomes a contact of their own.",
    )
    payment_id = pick("Payment of imported orders", [])
    shipping_id = pick("Shipping of imported orders", [])
    imported_prices = pick(
        "Prices of imported lines", [("gross", "With Zoho's taxes in them"), ("net", "Without taxes")]
    )
    brake_percent = number(
        "Brake, in percent", "A run that would change a larger share of the orders stops and asks.", low=1, high=100
    )
    brake_minimum = number("Brake, at least", "Fewer changed orders than this never stop a run.")
    brake_new = number(
        "Brake, new records",
        "A run that would make more new orders than this on one side, and more than that share of the linked ones, "
        "stops and asks. The first sync does not.",
    )
    full_look_hours = number(
        "Hours between full looks", "All orders are looked at again after so many hours; a large Zoho more seldom."
    )

    def __init__(self, store: Store, choices: OrderChoices, data: Any = None) -> None:
        self.store, self.present, self.kept = store, choices, order_choices_to_json(choices)
        self.names = status_names(store) or {letter: letter for letter in choices.to_zoho}
        super().__init__(data, initial=self._initial())
        self.rules = TaxRules(
            data, prefix="tax", initial=self.kept["tax_rules"], form_kwargs={"taxes": known_taxes(store)}
        )
        self.fields["prefix"] = text("Prefix of numbers", "CS-97 in Zoho is the store's order 97.", limit=12)
        self._offer_statuses()
        self._offer_ways()
        self._tell_what_is_chosen()

    def _initial(self) -> dict[str, Any]:
        in_store = {IN_STORE + status: self.kept["to_cscart"].get(status, "") for status in ZOHO_STATUSES}
        in_zoho = {IN_ZOHO + letter: self.kept["to_zoho"].get(letter, "") for letter in self.names}
        return {**self.kept, **in_store, **in_zoho}

    # What can be chosen

    def _offer_statuses(self) -> None:
        letters = [(letter, f"{name} ({letter})" if name != letter else letter) for letter, name in self.names.items()]
        for name in ("sent_statuses", "draft_until_paid"):
            self._choice(name).choices = letters
        for status in ZOHO_STATUSES:
            base = settable(status)
            same = "Leave the order as it is" if status == base else f"The same as {zoho_status(base)}"
            offered = _with_held([("", same), *letters], self.kept["to_cscart"], status)
            self.fields[IN_STORE + status] = pick(zoho_status(status), offered)
        for letter, title in letters:
            field = pick(title, [("", "Nothing"), *((base, zoho_status(base)) for base in BASES)])
            field.widget = ChooseAmong(DERIVED, WHY_DERIVED)
            field.widget.choices = field.choices
            self.fields[IN_ZOHO + letter] = field

    def _offer_ways(self) -> None:
        for name, kind in (("payment_id", "payments"), ("shipping_id", "shippings")):
            told = self.store.capabilities.get(kind) or []
            ways = [(str(each["id"]), each["name"] + ("" if each.get("active", True) else " (off)")) for each in told]
            self._choice(name).choices = _with_held([("", "The store's first active one"), *ways], self.kept, name)

    def _choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def _tell_what_is_chosen(self) -> None:
        for name in ITEMS:
            row = self._items().filter(remote_id=self.kept[name]).first() if self.kept[name] else None
            if row is not None:
                self.fields[name].help_text = f"{self.fields[name].help_text} Now: {row.name} ({row.key})."
        days = order_zone(self.store)
        self.fields["time_zone"].help_text += f" Now: {days.name}, {FROM[days.told_by]}."
        self._tell_currency(store_currency(self.store))
        self.fields["when_it_comes_back"].help_text = " ".join(for_good(self.present, status_names(self.store)))
        if sent := orders_in_zoho(self.store):
            self.fields["prefix"].disabled = True
            self.fields["prefix"].help_text = f"It cannot be changed: orders in Zoho have it ({sent:,} so far)."

    def _tell_currency(self, currency: StoreCurrency) -> None:
        amounts = f"Now: {currency.known}, told by the store." if currency.known else "The store does not tell it."
        words = currency.in_words() or ("" if self.present.currency else amounts)
        self.fields["currency"].help_text += f" {words}".rstrip()

    # What was chosen

    def _items(self) -> Any:
        return Observation.objects.filter(store=self.store, entity=Entity.PRODUCTS, side=Side.ZOHO, gone_at=None)

    def _item(self, name: str) -> str:
        """The id of an item that was named by its id or its SKU."""
        typed = str(self.cleaned_data[name]).strip()
        if typed in ("", self.kept[name]):
            return typed
        found = self._items().filter(remote_id=typed).first() or self._items().filter(key=typed).first()
        if found is None and (self._items().exists() or not typed.isdecimal()):
            raise forms.ValidationError("Zoho has no item with this ID or SKU, as far as it was seen.")
        return str(found.remote_id) if found is not None else typed

    def clean_fallback_item_id(self) -> str:
        return self._item("fallback_item_id")

    def clean_shipping_item_id(self) -> str:
        return self._item("shipping_item_id")

    def clean_surcharge_item_id(self) -> str:
        return self._item("surcharge_item_id")

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean_time_zone(self) -> str:
        return str(self.cleaned_data["time_zone"]).strip()

    def clean_since(self) -> str:
        since = self.cleaned_data["since"]
        return since.isoformat() if since else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.rules.is_valid():
            raise forms.ValidationError("A row of the tax map is not complete.")
        if not self.errors:
            try:
                self.choices = order_choices_from_json(self._stored(cleaned))
            except WrongSetting as error:
                raise forms.ValidationError(error.for_people()) from error
        return cleaned

    def _stored(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """What a JSON column takes. Letters that the store does not have keep what they had."""
        plain = {name: value for name, value in cleaned.items() if not name.startswith((IN_STORE, IN_ZOHO))}
        in_store = _by_status(cleaned, IN_STORE)
        return {
            **self.kept,
            **plain,
            "to_cscart": {status: letter for status, letter in in_store.items() if letter},
            "to_zoho": {**self.kept["to_zoho"], **_by_status(cleaned, IN_ZOHO)},
            "tax_rules": [rule for rule in self.rules.cleaned_data if rule.get("zoho_tax")],
        }

    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The inputs under headings, each with a word on what it is about."""
        return [(title, about, [self[name] for name in self._named(names)]) for title, about, names in GROUPS]

    def _named(self, names: Iterable[str]) -> list[str]:
        """Names of inputs; the prefix of a map stands for all its inputs."""
        maps = (IN_STORE, IN_ZOHO)
        return [
            each
            for name in names
            for each in ([f for f in self.fields if f.startswith(name)] if name in maps else [name])
        ]


TaxRules = forms.formset_factory(TaxRuleForm, extra=SPARE_RULES)
ITEMS = ("fallback_item_id", "shipping_item_id", "surcharge_item_id")
GROUPS: list[tuple[str, str, list[str]]] = [
    (
        "Which orders",
        "",
        [
            "scheduled",
            "create_in_zoho",
            "create_in_cscart",
            "since",
            "sent_statuses",
            "prefix",
            "currency",
            "time_zone",
        ],
    ),
    (
        "A status of the store becomes in Zoho",
        "Zoho lets us set draft, confirmed and void, and nothing else: what is shipped or invoiced follows from "
        "packages, shipments and invoices that are made there. A confirmed order cannot become a draft again, a void "
        "one cannot be opened again, and what was shipped or invoiced cannot become void: such a change is held, and "
        "you are told. What becomes of an order that is void and comes back, you choose below.",
        [IN_ZOHO, "draft_until_paid", "when_it_comes_back"],
    ),
    (
        "A status of Zoho becomes in the store",
        "Each status of Zoho is built upon draft, confirmed or void. An order must not move by itself: what a status "
        "becomes in the store must lead back to the status it is built upon, or to nothing. A change of these maps "
        "counts for statuses that change from now on.",
        [IN_STORE],
    ),
    (
        "Taxes",
        "The first row that fits a tax counts. A tax without a row goes by the taxes of the settings for products, "
        "and then by its percentage, if you say so below.",
        ["same_rate"],
    ),
    (
        "Lines and money",
        "The totals of both sides are equal to the smallest unit, or the order is held.",
        [*ITEMS[:1], "shipping_as", *ITEMS[1:], "tolerance"],
    ),
    ("Customers", "", ["addresses", "guest_contact_id"]),
    ("Imported orders", "", ["payment_id", "shipping_id", "imported_prices"]),
    ("Brakes", "", ["brake_percent", "brake_minimum", "brake_new", "full_look_hours"]),
]


def _by_status(cleaned: Mapping[str, Any], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in cleaned.items() if name.startswith(prefix)}


def known_taxes(store: Store) -> dict[Side, list[tuple[str, str]]]:
    """The taxes that each side has told, id and title."""
    here = store.capabilities.get("taxes") or []
    there = (store.zoho.capabilities.get("taxes") if store.zoho is not None else None) or []
    return {
        Side.CSCART: [(str(tax["id"]), str(tax.get("name") or tax["id"])) for tax in here],
        Side.ZOHO: [(str(tax["id"]), f"{tax.get('name')} ({tax.get('percentage')} %)") for tax in there],
    }


@for_role(Role.ADMIN, "GET", "POST")
def order_settings(request: HttpRequest) -> HttpResponse:
    """Show the choices; POST saves them."""
    store = the_store()
    if store is None:
        return page(request, "order_settings", "Settings for orders", form=None)
    present, trouble = _present(store)
    form = OrderChoicesForm(store, present, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _saved(request, store, form):
        return HttpResponseRedirect(HERE)
    told = {"form": form, "trouble": trouble, "statuses_known": bool(status_names(store))}
    return page(request, "order_settings", "Settings for orders", **told)


def _saved(request: HttpRequest, store: Store, form: OrderChoicesForm) -> bool:
    """Whether the choices could be kept; the form says why they could not."""
    after = order_choices_to_json(form.choices)
    try:
        save_order_choices(store, form.choices)
    except WrongSetting as error:
        form.add_error(None, error.for_people())
        return False
    noted(request, "settings changed", ", ".join(f"orders.{n}" for n in after if form.kept.get(n) != after[n]))
    messages.success(request, "Saved. The next run uses these settings.")
    if any(form.kept[name] != after[name] for name in ABOUT_STATUSES):
        for sentence in for_good(form.choices, status_names(store)):
            messages.info(request, sentence)
    return True


def _present(store: Store) -> tuple[OrderChoices, str]:
    try:
        return order_choices_from_json(store.order_choices), ""
    except WrongSetting as error:
        return OrderChoices(), f"{error} The defaults are shown instead; saving replaces what was stored."
