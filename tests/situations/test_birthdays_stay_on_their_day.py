"""A day of the store begins at its own midnight, wherever the store is: no birthday moves to the day before or after,
in summer or winter, before 1970 or on 1970-01-01, and profile fields with dates neither."""

import pytest

from cscart_zoho.mapping.fields import FieldRow
from tests.pace import first
from tests.situations.clientele import (
    contact_of,
    crm_field,
    mapped,
    pat,
    profile_field,
    shown_day,
    typed_day,
    user_with,
    with_addon,
)
from tests.situations.shop import Shop

EAST_AND_WEST = ["Asia/Kolkata", "America/Los_Angeles"]
ZONES = first(2, [*EAST_AND_WEST, "Pacific/Kiritimati", "Europe/Berlin", "UTC", "Pacific/Auckland"])
#: Winter, both days on which clocks change in Berlin, summer, long ago, the first second of all.
DAYS = ["1985-01-31", "2001-03-25", "2001-10-28", "1999-07-01", "1943-02-28", "1969-12-31", "1970-01-01", "1970-01-02"]


def given(shop: Shop, zone: str) -> None:
    with_addon(shop)
    shop.world.cscart.set_time_zone(zone)


def days_in_zoho(shop: Shop, field: str = "Date_of_Birth") -> list[str | None]:
    """By the number of the customer."""
    rows = sorted(shop.world.zoho.crm.contacts().values(), key=lambda row: str(row["Email"]))
    return [row[field] for row in rows]


def days_in_store(shop: Shop, zone: str) -> list[str]:
    rows = sorted(shop.world.cscart.users().values(), key=lambda user: user["email"])
    return [shown_day(user["birthday"], zone) for user in rows]


@pytest.mark.parametrize("zone", ZONES)
def test_birthdays_go_over_as_the_store_shows_them(shop: Shop, zone: str) -> None:
    given(shop, zone)
    days = [day for day in DAYS if typed_day(day, zone) != "0"]  # 0 is none where the first day begins at 0
    for number, day in enumerate(days):
        shop.user(**pat(number, birthday=typed_day(day, zone)))
    shop.sync("customers")
    assert days_in_zoho(shop) == days
    shop.settle("customers", rounds=1)


@pytest.mark.parametrize("zone", ZONES)
def test_birthdays_of_zoho_are_shown_by_the_store_as_they_are(shop: Shop, zone: str) -> None:
    given(shop, zone)
    for number, day in enumerate(DAYS):
        shop.world.zoho.crm.add_contact(Last_Name="Example", Email=f"p{number}@example.com", Date_of_Birth=day)
    shop.sync("customers")
    assert days_in_store(shop, zone) == DAYS
    assert "0" not in {user["birthday"] for user in shop.world.cscart.users().values()}, "0 is none"
    shop.settle("customers", rounds=1)
    assert days_in_zoho(shop) == DAYS


@pytest.mark.parametrize("zone", ZONES)
def test_a_birthday_is_corrected_on_either_side(shop: Shop, zone: str) -> None:
    given(shop, zone)
    user = shop.user(**pat(birthday=typed_day("1985-01-31", zone)))
    shop.sync("customers")

    shop.world.cscart.edit_user(user, birthday=typed_day("1985-07-01", zone))
    shop.sync("customers")
    assert days_in_zoho(shop) == ["1985-07-01"]

    shop.world.zoho.crm.edit_contact(contact_of(shop, user)["id"], Date_of_Birth="1970-01-01")
    shop.sync("customers")
    shop.settle("customers", rounds=1)
    assert days_in_store(shop, zone) == ["1970-01-01"]
    assert days_in_zoho(shop) == ["1970-01-01"]


def test_the_first_day_of_all_is_not_wiped_where_the_store_has_0_for_it(shop: Shop) -> None:
    given(shop, "UTC")
    shop.world.zoho.crm.add_contact(Last_Name="Example", Email="p1@example.com", Date_of_Birth="1970-01-01")
    shop.sync("customers")
    (user,) = shop.world.cscart.users()
    shop.world.cscart.edit_user(user, birthday="0", phone="+1 555 0100")  # as an earlier release of ours wrote it
    shop.sync("customers")
    assert contact_of(shop, user)["Phone"] == "+1 555 0100"
    assert days_in_zoho(shop) == ["1970-01-01"]


def test_a_birthday_that_is_taken_out_goes_out_on_the_other_side_too(shop: Shop) -> None:
    given(shop, "Asia/Kolkata")
    ids = [shop.user(**pat(number, birthday=typed_day("1970-01-01", "Asia/Kolkata"))) for number in (1, 2)]
    shop.sync("customers")
    shop.world.cscart.edit_user(ids[0], birthday="0")
    shop.world.zoho.crm.edit_contact(contact_of(shop, ids[1])["id"], Date_of_Birth=None)
    shop.sync("customers")
    assert days_in_zoho(shop) == [None, None]
    assert [user["birthday"] for user in shop.world.cscart.users().values()] == ["0", "0"]


@pytest.mark.parametrize("zone", ZONES)
def test_profile_fields_with_dates_keep_their_day(shop: Shop, zone: str) -> None:
    column = profile_field(shop, "Member since", "D")
    mapped(shop, {crm_field(shop, "Member Since", "date"): FieldRow(column)})
    shop.world.cscart.set_time_zone(zone)
    own = column.removeprefix("fields.")
    for number, day in enumerate(DAYS[:6]):
        shop.user(**pat(number, fields={own: typed_day(day, zone)}))
    shop.world.zoho.crm.add_contact(Last_Name="There", Email="p9@example.com", Member_Since="1970-01-01")
    shop.sync("customers")
    assert days_in_zoho(shop, "Member_Since") == [*DAYS[:6], "1970-01-01"]
    assert shown_day(user_with(shop, "p9@example.com")["fields"][own], zone) == "1970-01-01"
    shop.settle("customers", rounds=1)


@pytest.mark.parametrize("zone", first(1, [*EAST_AND_WEST, "Europe/Berlin", "Pacific/Auckland"]))
def test_a_store_that_does_not_tell_its_zone_keeps_the_days_all_the_same(shop: Shop, zone: str) -> None:
    given(shop, zone)
    shop.world.cscart.denied.add("settings")
    for number, day in enumerate(DAYS):
        shop.user(**pat(number, birthday=typed_day(day, zone)))
    shop.world.zoho.crm.add_contact(Last_Name="There", Email="p9@example.com", Date_of_Birth="1985-07-01")
    shop.sync("customers")
    assert days_in_zoho(shop) == [*DAYS, "1985-07-01"]
    assert days_in_store(shop, zone)[-1] == "1985-07-01"
    shop.settle("customers", rounds=1)


def test_a_day_that_the_store_cannot_keep_waits_with_its_words_and_the_rest_goes_on(shop: Shop) -> None:
    given(shop, "Pacific/Kiritimati")
    user = shop.user(**pat())
    shop.sync("customers")
    contact = contact_of(shop, user)["id"]
    for day, words in (("1994-12-31", "There was no 1994-12-31"), ("1890-05-01", "from 1901")):
        shop.world.zoho.crm.edit_contact(contact, Date_of_Birth=day, Phone=f"+1 555 {day[:4]}")
        shop.sync("customers")
        kept = shop.world.cscart.user(user)
        assert (kept["birthday"], kept["phone"]) == ("0", f"+1 555 {day[:4]}")
        state, reason = shop.told("customers", zoho=contact)
        assert state == "held"
        assert words in reason
