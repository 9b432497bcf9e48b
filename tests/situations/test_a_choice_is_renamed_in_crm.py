"""An administrator of CRM renames a choice of a picklist. It is still that choice: no customer waits, none is changed,
and who chooses it in the store from now on has it in CRM under its new name."""

import pytest

from cscart_zoho.mapping.fields import FieldRow
from tests.situations.clientele import chosen, contact_of, crm_field, mapped, pat, profile_field, user_with
from tests.situations.shop import Shop

CHOICES = ["Gold", "Silver", "Copper"]


@pytest.fixture(params=["picklist", "multiselectpicklist"])
def level(shop: Shop, request: pytest.FixtureRequest) -> tuple[str, str]:
    """Zoho's field, and the column of the store."""
    several = request.param == "multiselectpicklist"
    column = profile_field(shop, "Level", "I" if several else "S", () if several else CHOICES)
    name = crm_field(shop, "Level", request.param, CHOICES)
    mapped(shop, {name: FieldRow(column)})
    return name, column


def pick(shop: Shop, column: str, text: str) -> dict[str, str]:
    """What the store keeps of a choice."""
    own = column.removeprefix("fields.")
    kept = shop.world.cscart.users_kept.profile_fields[int(own)]["values"]
    return {own: chosen(shop, column, text) if kept else text}


def in_zoho(shop: Shop, user: int, name: str) -> str:
    value = contact_of(shop, user)[name]
    return "; ".join(value) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("rows", [True, False], ids=["records tell the new name", "records tell the old one"])
def test_a_renamed_choice_is_still_that_choice(shop: Shop, level: tuple[str, str], rows: bool) -> None:
    name, column = level
    old, other = (shop.user(**pat(n, fields=pick(shop, column, text))) for n, text in ((1, "Gold"), (2, "Silver")))
    shop.sync("customers")
    shop.world.zoho.crm.setup.rename_choice("Contacts", name, "Gold", "Gold plus", rows=rows)
    shop.hours(25)
    before = shop.world.cscart.user(old)

    new = shop.user(**pat(3, fields=pick(shop, column, "Gold")))
    shop.sync("customers", full=True)
    shop.world.cscart.edit_user(other, fields=pick(shop, column, "Gold"))
    shop.sync("customers")
    shop.settle("customers", rounds=2)

    assert shop.world.cscart.user(old) == before
    assert [in_zoho(shop, user, name) for user in (new, other)] == ["Gold plus", "Gold plus"]
    assert {shop.told("customers", cscart=user) for user in (old, other, new)} == {("synced", "")}
    assert not shop.conflicts("customers")


def test_what_is_chosen_in_zoho_arrives_under_the_stores_own_name(shop: Shop, level: tuple[str, str]) -> None:
    name, column = level
    user = shop.user(**pat(1, fields=pick(shop, column, "Silver")))
    shop.sync("customers")
    shop.world.zoho.crm.setup.rename_choice("Contacts", name, "Gold", "Gold plus")
    shop.hours(25)
    several = isinstance(contact_of(shop, user)[name], list)
    value = ["Gold plus"] if several else "Gold plus"
    shop.world.zoho.crm.edit_contact(contact_of(shop, user)["id"], **{name: value})
    shop.world.zoho.crm.add_contact(Last_Name="New", Email="new@example.com", **{name: value})

    shop.sync("customers", full=True)
    shop.settle("customers", rounds=2)

    wanted = {column.removeprefix("fields."): "Gold plus"} if several else pick(shop, column, "Gold")
    assert shop.world.cscart.user(user)["fields"] == wanted
    assert user_with(shop, "new@example.com")["fields"] == wanted
    assert shop.told("customers", cscart=user) == ("synced", "")
