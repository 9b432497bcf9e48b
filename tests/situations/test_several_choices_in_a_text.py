"""A field of Zoho with several choices lies in a text of the store: as a person would write it, never as a program
does, and what the customer has typed stays as it was typed."""

import pytest

from cscart_zoho.mapping.fields import FieldRow
from tests.situations.clientele import contact_of, crm_field, mapped, pat, profile_field, user_with
from tests.situations.shop import Shop

CHOICES = ["Bikes", "Lamps", "Tools, large", "Toys"]


@pytest.fixture
def column(shop: Shop) -> str:
    """The id of a profile field of the store that Zoho's "Interests" is mapped to."""
    column = profile_field(shop, "Interests", "I")
    mapped(shop, {crm_field(shop, "Interests", "multiselectpicklist", CHOICES): FieldRow(column)})
    return column.removeprefix("fields.")


def interests(shop: Shop, user: int) -> list[str] | None:
    chosen = contact_of(shop, user)["Interests"]
    return None if chosen is None else list(chosen)


def test_choices_of_zoho_are_a_text_that_people_read(shop: Shop, column: str) -> None:
    shop.world.zoho.crm.add_contact(Last_Name="Example", Email="p1@example.com", Interests=["Toys", "Bikes"])
    shop.world.zoho.crm.add_contact(Last_Name="Example", Email="p2@example.com", Interests=["Tools, large"])
    shop.sync("customers")
    assert user_with(shop, "p1@example.com")["fields"] == {column: "Bikes; Toys"}
    assert user_with(shop, "p2@example.com")["fields"] == {column: "Tools, large"}
    shop.settle("customers", rounds=1)


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("Toys; Bikes", ["Toys", "Bikes"]),
        ("toys,LAMPS", ["Toys", "Lamps"]),
        ("Tools, large", ["Tools, large"]),
        ("Tools, large; Toys", ["Tools, large", "Toys"]),
        ("Bikes", ["Bikes"]),
    ],
)
def test_what_a_customer_has_typed_goes_over_and_stays_as_it_was_typed(
    shop: Shop, column: str, typed: str, chosen: list[str]
) -> None:
    user = shop.user(**pat(fields={column: typed}))
    shop.sync("customers")
    assert sorted(interests(shop, user) or []) == sorted(chosen)
    shop.settle("customers", rounds=1)
    assert shop.world.cscart.user(user)["fields"] == {column: typed}


def test_another_choice_in_zoho_comes_over_and_another_order_does_not(shop: Shop, column: str) -> None:
    user = shop.user(**pat(fields={column: "Toys; Bikes"}))
    shop.sync("customers")
    contact = contact_of(shop, user)["id"]
    shop.world.zoho.crm.edit_contact(contact, Interests=["Bikes", "Toys"])
    shop.sync("customers")
    assert shop.world.cscart.user(user)["fields"] == {column: "Toys; Bikes"}
    shop.world.zoho.crm.edit_contact(contact, Interests=["Bikes", "Lamps", "Toys"])
    shop.sync("customers")
    assert shop.world.cscart.user(user)["fields"] == {column: "Bikes; Lamps; Toys"}
    shop.settle("customers", rounds=1)


def test_what_is_no_choice_waits_with_its_words_and_nothing_is_written_over_it(shop: Shop, column: str) -> None:
    user = shop.user(**pat(fields={column: "Bikes"}))
    shop.sync("customers")
    shop.world.cscart.edit_user(user, firstname="Patrick", fields={column: "Bikes, when it does not rain"})
    shop.sync("customers")
    assert contact_of(shop, user)["First_Name"] == "Patrick"
    assert interests(shop, user) == ["Bikes"]
    state, reason = shop.told("customers", cscart=user)
    assert state == "held"
    assert '"Bikes, when it does not rain" is not among the choices of Interests' in reason
    shop.settle("customers", rounds=2)
    assert shop.world.cscart.user(user)["fields"] == {column: "Bikes, when it does not rain"}
