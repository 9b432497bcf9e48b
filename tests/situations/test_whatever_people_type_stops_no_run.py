"""A customer types what is no number and no day into a profile field, a program writes "no date" into CRM: that value
waits with its words. No run ends because of it, and everybody else's data goes on."""

import pytest

from cscart_zoho.mapping.fields import FieldRow
from tests.situations.clientele import contact_of, crm_field, mapped, pat, profile_field, with_addon
from tests.situations.shop import Shop


@pytest.mark.parametrize("typed", ["1e9999999", "1e-9999999", "1_000", "9" * 200, "1e400", "-" * 50 + "1", "NaN"])
@pytest.mark.parametrize("kind", ["double", "integer"])
def test_a_number_that_nobody_means_waits_alone(shop: Shop, kind: str, typed: str) -> None:
    column = profile_field(shop, "Employees", "I")
    own = column.removeprefix("fields.")
    name = crm_field(shop, "Employees", kind, length=9)
    mapped(shop, {name: FieldRow(column)})
    user, other = shop.user(**pat(1, fields={own: typed})), shop.user(**pat(2, fields={own: "12"}))

    shop.sync("customers")

    assert contact_of(shop, other)[name] == 12
    assert contact_of(shop, user)[name] is None
    state, reason = shop.told("customers", cscart=user)
    assert state == "held"
    assert typed[:20] in reason
    assert len(reason) < 300


@pytest.mark.parametrize("kept", ["--5", "-99999999999", "9" * 5000, "31/12/1999", "12.5"])
def test_what_is_no_day_in_the_store_waits_alone(shop: Shop, kept: str) -> None:
    column = profile_field(shop, "Member since", "D")
    own = column.removeprefix("fields.")
    name = crm_field(shop, "Member Since", "date")
    mapped(shop, {name: FieldRow(column)})
    shop.world.cscart.set_time_zone("Asia/Kolkata")
    user, other = shop.user(**pat(1)), shop.user(**pat(2))
    shop.world.cscart.users_kept.rows[user]["fields"] = {own: kept}

    shop.sync("customers")

    assert contact_of(shop, other)["Last_Name"] == "Example 2"
    assert contact_of(shop, user)[name] is None
    state, reason = shop.told("customers", cscart=user)
    assert (state, len(reason) < 300) == ("held", True), reason


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_date_that_programs_write_for_none_waits_and_the_rest_goes_on(shop: Shop, zone: str, day: str) -> None:
    with_addon(shop)
    shop.world.cscart.set_time_zone(zone)
    user = shop.user(**pat())
    shop.sync("customers")
    contact = contact_of(shop, user)["id"]

    shop.world.zoho.crm.edit_contact(contact, Date_of_Birth=day, Phone="+1 555 0100")
    shop.sync("customers")

    assert (shop.world.cscart.user(user)["birthday"], shop.world.cscart.user(user)["phone"]) == ("0", "+1 555 0100")
    state, reason = shop.told("customers", zoho=contact)
    assert state == "held"
    assert day in reason
