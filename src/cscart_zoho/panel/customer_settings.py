"""Settings for customers: where they live in Zoho, what is made of them, the brakes."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from cscart_zoho import app
from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.customer_choices import (
    CustomerChoices,
    customer_choices_from_json,
    customer_choices_to_json,
)
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.connections import the_store
from cscart_zoho.panel.fields import TextInput, number, pick, yes
from cscart_zoho.panel.pages import for_role, page
from cscart_zoho.panel.roles import Role
from cscart_zoho.store.choices import save_customer_choices
from cscart_zoho.store.models import Store

HERE = "/settings/customers/"


class CustomerChoicesForm(forms.Form):
    """One input per choice, named like the choice."""

    scheduled = yes("The schedule syncs customers, too")
    home = pick(
        "Where customers live in Zoho",
        [
            ("", "In CRM and in Inventory, if there is a CRM"),
            ("both", "In CRM and in Inventory"),
            ("crm", "In CRM only"),
            ("inventory", "In Inventory only"),
        ],
        "Connect Zoho again after a change, so that it asks for the right permissions.",
    )
    inventory_at_once = yes("Make the Inventory contact at once", "Otherwise it is made when the first order needs it.")
    create_in_zoho = yes("Make missing customers in Zoho")
    create_in_cscart = yes(
        "Make missing customers in CS-Cart", "Contacts that you import by hand are made in any case."
    )
    guests = yes(
        "Guests of orders become contacts in Zoho",
        "A guest is known by the e-mail address of the order. Otherwise orders of guests need the one contact that "
        "is chosen in the settings for orders.",
    )
    account_for_company = yes("A customer with a company gets an account")
    account_as = pick(
        "An imported account becomes",
        [("usergroup", "A user group with its customers in it"), ("company", "Only its customers' company name")],
    )
    placeholder_domain = forms.CharField(
        label="Domain of placeholder addresses",
        widget=TextInput,
        help_text="The store takes no customer without an e-mail address. Contacts without one get zoho-ID@ this "
        "domain until they have a real one.",
    )
    when_deleted = pick(
        "When a contact was deleted in Zoho",
        [("tell", "Tell me, and leave the customer alone"), ("disable", "Disable the customer in the store")],
    )
    triggers = forms.MultipleChoiceField(
        label="What our writes may set off in CRM",
        required=False,
        choices=[
            (name, name.capitalize()) for name in ("workflow", "approval", "blueprint", "pathfinder", "orchestration")
        ],
        widget=forms.CheckboxSelectMultiple,
        help_text="Nothing is ticked by default: no mail goes out because of a sync.",
    )
    brake_percent = number(
        "Brake, in percent", "A run that would change a larger share of the customers stops and asks.", low=1, high=100
    )
    brake_minimum = number("Brake, at least", "Fewer changed customers than this never stop a run.")
    brake_new = number(
        "Brake, new records",
        "A run that would make more new customers than this on one side, and more than that share of the linked ones, "
        "stops and asks. The first sync does not.",
    )
    full_look_hours = number(
        "Hours between full looks",
        "All customers are read again after so many hours; a large Zoho Inventory more seldom.",
    )

    def __init__(self, choices: CustomerChoices, data: Any = None) -> None:
        super().__init__(data, initial=customer_choices_to_json(choices))
        self.kept = customer_choices_to_json(choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                # The field maps have no input here and stay as they are.
                self.choices = customer_choices_from_json({**self.kept, **cleaned})
            except WrongSetting as error:
                raise forms.ValidationError(error.for_people()) from error
        return cleaned

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The inputs under headings."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]


GROUPS: list[tuple[str, list[str]]] = [
    ("Where customers live", ["home", "inventory_at_once", "scheduled"]),
    ("New customers", ["create_in_zoho", "create_in_cscart", "guests", "placeholder_domain", "when_deleted"]),
    ("Companies", ["account_for_company", "account_as"]),
    ("Zoho CRM", ["triggers"]),
    ("Brakes", ["brake_percent", "brake_minimum", "brake_new", "full_look_hours"]),
]


@for_role(Role.ADMIN, "GET", "POST")
def customer_settings(request: HttpRequest) -> HttpResponse:
    """Show the choices; POST saves them."""
    store = the_store()
    if store is None:
        return page(request, "customer_settings", "Settings for customers", form=None)
    present, trouble = _present(store)
    form = CustomerChoicesForm(present, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        before = customer_choices_to_json(present)
        save_customer_choices(store, form.choices)
        after = customer_choices_to_json(form.choices)
        noted(request, "settings changed", ", ".join(f"customers.{n}" for n in after if before.get(n) != after[n]))
        messages.success(request, "Saved. The next run uses these settings.")
        return HttpResponseRedirect(HERE)
    return page(
        request,
        "customer_settings",
        "Settings for customers",
        form=form,
        trouble=trouble,
        linked=app.zoho_links_itself(store.zoho),
        crm=store.zoho.capabilities.get("crm") if store.zoho else None,
        crm_trouble=store.zoho.capabilities.get("crm_trouble", "") if store.zoho else "",
        addon=bool(store.capabilities.get("addon")),
    )


def _present(store: Store) -> tuple[CustomerChoices, str]:
    try:
        return customer_choices_from_json(store.customer_choices), ""
    except WrongSetting as error:
        return CustomerChoices(), f"{error} The defaults are shown instead; saving replaces what was stored."
