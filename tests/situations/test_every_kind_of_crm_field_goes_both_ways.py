"""Each kind of field that CRM has, mapped to a line of text and to the profile field of its kind: what is typed in the
store arrives in CRM in CRM's own form, what is typed in CRM arrives in the store, and then nothing is left to write."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.mapping.fields import Module
from tests.situations.shop import Shop


@dataclass(frozen=True)
class Kind:
    """A kind of field: what people type in the store and what CRM holds then; what they type in CRM, and back."""

    here: str
    there: Any
    edited: Any
    back: str
    #: The profile field of its kind, where the store has one.
    column: str = ""
    more: dict[str, Any] = field(default_factory=dict)


CHOICES = ("Gold", "Silver", "Copper")
KINDS = {
    "text": Kind("One line", "One line", "Another", "Another"),
    "textarea": Kind("Two\nlines", "Two\nlines", "Three\nmore\nlines", "Three\nmore\nlines", "T"),
    "email": Kind("work@example.com", "work@example.com", "home@example.com", "home@example.com", "E"),
    "phone": Kind("+1 555 0100", "+1 555 0100", "(555) 0101", "(555) 0101", "P"),
    "website": Kind("www.example.com", "www.example.com", "https://example.com/a", "https://example.com/a"),
    "bigint": Kind("123456789012", "123456789012", "42", "42", more={"length": 18}),
    "integer": Kind("7", 7, 12, "12", more={"length": 9}),
    "currency": Kind("12.50", 12.5, 1234.25, "1234.25", more={"length": 16}),
    "double": Kind("0.125", 0.125, 3.0, "3", more={"length": 16}),
    "percent": Kind("7.5", 7.5, 0.5, "0.5", more={"length": 5}),
    "date": Kind("1999-12-31", "1999-12-31", "2001-02-03", "2001-02-03"),
    "boolean": Kind("Yes", True, False, "No"),
    "picklist": Kind("Gold", "Gold", "Silver", "Silver", more={"choices": CHOICES}),
    "multiselectpicklist": Kind(
        "Gold; Silver", ["Gold", "Silver"], ["Copper", "Gold"], "Copper; Gold", more={"choices": CHOICES}
    ),
}


@pytest.mark.parametrize(
    ("name", "form"),
    [(name, form) for name, kind in KINDS.items() for form in (kind.column, "" if "\n" in kind.here else "I") if form],
)
def test_a_value_of_each_kind_goes_to_crm_and_another_one_comes_back(name: str, form: str, shop: Shop) -> None:
    kind = KINDS[name]
    shop.world.cscart.switches.addon = True
    shop.live_in(Home.CRM)
    api_name = shop.crm_field("Custom", name, **kind.more)
    id = str(shop.world.cscart.add_profile_field("Custom", kind=form))
    user = shop.user("ann@example.com")
    shop.world.cscart.edit_user(user, fields={id: kind.here})
    shop.map_field(api_name, f"fields.{id}", Module.CONTACT)

    shop.sync("customers")

    row = shop.person("ann@example.com")
    assert (row[api_name], type(row[api_name])) == (kind.there, type(kind.there))
    assert shop.told("customers", cscart=user) == ("synced", "")

    shop.hours(1)
    shop.world.zoho.crm.edit_contact(row["id"], **{api_name: kind.edited})
    shop.sync("customers")

    assert shop.world.cscart.user(user)["fields"][id] == kind.back
    writes = shop.writes()
    shop.sync("customers", full=True)
    assert shop.writes() == writes
    assert not shop.conflicts("customers")


#: What the store holds that a field of this kind does not take.
IMPOSSIBLE = {
    "email": "nobody",
    "integer": "seven",
    "currency": "12,50 EUR",
    "double": "1.2.3",
    "percent": "many",
    "date": "1999-02-31",
    "boolean": "perhaps",
    "picklist": "Tin",
    "multiselectpicklist": "Gold; Tin",
    "phone": "0171/5550100",
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
@pytest.mark.parametrize("new", [True, False], ids=["new", "changed"])
def test_a_value_that_its_kind_does_not_take_waits_alone_and_is_shown(name: str, *, new: bool, shop: Shop) -> None:
    kind, typed = KINDS[name], IMPOSSIBLE[name]
    shop.world.cscart.switches.addon = True
    shop.live_in(Home.CRM)
    api_name = shop.crm_field("Custom", name, **kind.more)
    id = str(shop.world.cscart.add_profile_field("Custom", kind="I"))
    user = shop.user("ann@example.com")
    other = shop.user("bea@example.com")
    shop.map_field(api_name, f"fields.{id}", Module.CONTACT)
    if not new:
        shop.sync("customers")
    shop.world.cscart.edit_user(user, fields={id: typed}, lastname="Newname")

    shop.sync("customers")

    row = shop.person("ann@example.com")
    assert row["Last_Name"] == "Newname"
    assert not row[api_name]
    assert shop.world.cscart.user(user)["fields"][id] == typed
    state, reason = shop.told("customers", cscart=user)
    assert state == "held"
    assert typed.rpartition("; ")[2] in reason
    assert "Custom" in reason
    assert shop.told("customers", cscart=other) == ("synced", "")

    shop.world.cscart.edit_user(user, fields={id: kind.here})
    shop.sync("customers")

    assert shop.person("ann@example.com")[api_name] == kind.there
    assert shop.told("customers", cscart=user) == ("synced", "")
