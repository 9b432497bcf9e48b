"""A store up to 4.14 empties the shipping address of a customer with every change through its API, and with a profile
field in that section all profile fields of the customer. Nothing of it may be lost, and no loss be told to Zoho.
"""

from typing import Any

import pytest

from cscart_zoho import app
from cscart_zoho.mapping.fields import FieldRow
from tests.situations.clientele import contact_of, crm_field, mapped, pat, profile_field, user_with
from tests.situations.shop import Shop

ELM = {"s_address": "5 Elm St", "s_city": "Dover", "s_state": "DE", "s_country": "US", "s_zipcode": "19901"}
NOTHING = dict.fromkeys(ELM, "")


def old_store(shop: Shop, *, takes: bool = True, addon: bool = True, **rows: FieldRow) -> None:
    """A store of 4.14.2 and customers in CRM, whose phone and shipping address are kept in sync."""
    switches = shop.world.cscart.switches
    switches.user_put_keeps_shipping = switches.unknown_user_is_a_list = False
    switches.user_put_takes_shipping = takes
    address = {"Phone": FieldRow("phone"), "Other_Street": FieldRow("s_address"), "Other_City": FieldRow("s_city")}
    mapped(shop, {**address, "Other_Zip": FieldRow("s_zipcode"), **rows})
    switches.addon = addon


def shipping(shop: Shop, user: int) -> dict[str, str]:
    row = shop.world.cscart.user(user)
    return {name: row[name] for name in ELM}


def new_phone(shop: Shop, user: int, phone: str = "+1 555 0111") -> None:
    """A person in Zoho types another phone."""
    shop.world.zoho.crm.edit_contact(str(contact_of(shop, user)["id"]), Phone=phone)


def in_zoho(shop: Shop, user: int) -> tuple[Any, Any, Any]:
    row = contact_of(shop, user)
    return row["Other_Street"], row["Other_City"], row["Other_Zip"]


def doctor(shop: Shop) -> list[tuple[bool, str]]:
    assert shop.store is not None
    return [(bool(well), words) for what, well, words in app.check_store(shop.store) if what == "Store: addresses"]


# What is sent along


def test_a_phone_from_zoho_leaves_address_and_profile_fields_as_they_are(shop: Shop) -> None:
    """Neither profile field is mapped: Zoho has never heard of them. The form shows more than that of a new store."""
    old_store(shop)
    shop.world.cscart.switches.shipping_shown += ("s_firstname", "s_phone")
    gate, size = profile_field(shop, "Gate code", "I", section="S"), profile_field(shop, "Shoe size", "I")
    own = {gate.removeprefix("fields."): "1234", size.removeprefix("fields."): "42"}
    ann = shop.world.cscart.add_user(**pat(**ELM, s_firstname="Sue", s_phone="+1 555 0777", fields=own))
    shop.sync("customers")
    new_phone(shop, ann)
    shop.settle("customers")

    row = shop.world.cscart.user(ann)
    assert row["phone"] == "+1 555 0111"
    assert shipping(shop, ann) == ELM
    assert (row["s_firstname"], row["s_phone"], row["fields"]) == ("Sue", "+1 555 0777", own)
    assert in_zoho(shop, ann) == ("5 Elm St", "Dover", "19901")
    assert shop.conflicts("customers") == []


def test_what_a_customer_edits_between_reading_and_writing_stays(shop: Shop) -> None:
    """A row that was read just now beats one that is remembered, and beats the one that the decision rests on."""
    old_store(shop)
    ann = shop.world.cscart.add_user(**pat(**ELM))
    shop.sync("customers")
    new_phone(shop, ann)
    moved = {**ELM, "s_address": "9 Oak Ave", "s_zipcode": "19904"}
    shop.meanwhile("GET", f"/cscart_zoho_customers/{ann}", lambda: shop.world.cscart.edit_user(ann, **moved))
    shop.settle("customers")

    assert shop.world.cscart.user(ann)["phone"] == "+1 555 0111"
    assert shipping(shop, ann) == moved
    assert in_zoho(shop, ann) == ("9 Oak Ave", "Dover", "19904")


def test_a_customer_without_a_shipping_address_is_changed_like_any_other(shop: Shop) -> None:
    old_store(shop, takes=False)
    ann = shop.world.cscart.add_user(**pat())
    shop.sync("customers")
    new_phone(shop, ann)
    shop.settle("customers")

    assert shop.world.cscart.user(ann)["phone"] == "+1 555 0111"
    assert shipping(shop, ann) == NOTHING
    assert shop.told("customers", cscart=ann) == ("synced", "")


def test_a_profile_field_of_the_shipping_section_reaches_a_new_customer(shop: Shop) -> None:
    """A new user loses it with the rest of the section, in every release; the change after that loses the others."""
    gate, size = profile_field(shop, "Gate code", "I", section="S"), profile_field(shop, "Shoe size", "I")
    code, shoe = crm_field(shop, "Gate"), crm_field(shop, "Shoe")
    old_store(shop, **{code: FieldRow(gate), shoe: FieldRow(size)})
    shop.crm_contact("zoe@example.com", Other_Street="1 Main St", **{code: "77", shoe: "38"})
    shop.settle("customers")

    row = user_with(shop, "zoe@example.com")
    assert row["s_address"] == "1 Main St"
    assert row["fields"] == {gate.removeprefix("fields."): "77", size.removeprefix("fields."): "38"}


def test_an_address_of_which_a_part_is_known_is_not_sent_for_the_whole(shop: Shop) -> None:
    """Without the add-on the city came from Zoho, and nobody knows the street."""
    shop.world.cscart.switches.user_put_keeps_shipping = False
    shop.world.cscart.switches.unknown_user_is_a_list = False
    mapped(shop, {"Phone": FieldRow("phone"), "Other_City": FieldRow("s_city")})
    shop.world.cscart.switches.addon = False
    shop.crm_contact("zoe@example.com", Other_City="Salem")
    shop.sync("customers")
    zoe = int(user_with(shop, "zoe@example.com")["user_id"])
    shop.world.cscart.edit_user(zoe, s_address="1 Main St")
    new_phone(shop, zoe)
    shop.sync("customers")

    assert shop.world.cscart.user(zoe)["s_address"] == "1 Main St"
    state, why = shop.told("customers", cscart=zoe)
    assert (state, "shipping address" in why) == ("held", True)


# What the store empties all the same


def test_an_address_that_the_store_empties_all_the_same_stays_in_zoho(shop: Shop) -> None:
    """It costs one customer the address in the store, who is told with it, and no other one."""
    old_store(shop, takes=False)
    ann, bob = (shop.world.cscart.add_user(**pat(number, **ELM)) for number in (1, 2))
    shop.sync("customers")
    new_phone(shop, ann)
    shop.sync("customers")
    assert shipping(shop, ann) == NOTHING
    state, why = shop.told("customers", cscart=ann)
    assert state == "held"
    assert "5 Elm St" in why

    new_phone(shop, bob)
    for _ in range(3):
        shop.sync("customers")
    assert [in_zoho(shop, each) for each in (ann, bob)] == [("5 Elm St", "Dover", "19901")] * 2
    assert shipping(shop, bob) == ELM
    assert shop.world.cscart.user(bob)["phone"] == ""
    state, why = shop.told("customers", cscart=bob)
    assert state == "held"
    assert "also where it is sent along" in why
    app.connect_store(shop.store)  # type: ignore[arg-type]  # a new look does not try it out with another customer
    shop.sync("customers")
    assert shipping(shop, bob) == ELM
    ((well, words),) = doctor(shop)
    assert not well
    assert "seen to empty what is sent along, too" in words


def test_an_address_that_another_program_has_emptied_is_a_question(shop: Shop) -> None:
    """Every program that changes a customer through the API empties it: a person says whether it was meant."""
    old_store(shop)
    ann = shop.world.cscart.add_user(**pat(**ELM))
    shop.sync("customers")
    shop.world.cscart.edit_user(ann, **NOTHING)
    shop.sync("customers")
    assert in_zoho(shop, ann) == ("5 Elm St", "Dover", "19901")
    assert {each.field for each in shop.conflicts("customers")} == {"Other_Street", "Other_City", "Other_Zip"}
    assert "Changed on both sides" not in shop.last_words()
    assert "Decide on the conflicts page whether this was meant" in shop.last_words()

    for field in ("Other_Street", "Other_City", "Other_Zip"):
        assert shop.answer("customers", field, "zoho") == []
    shop.settle("customers")
    assert shop.world.cscart.user(ann)["s_address"] == "5 Elm St"
    assert shop.conflicts("customers") == []


def test_a_person_says_that_the_address_is_not_wanted_any_more(shop: Shop) -> None:
    old_store(shop)
    ann = shop.world.cscart.add_user(**pat(**ELM))
    shop.sync("customers")
    shop.world.cscart.edit_user(ann, **NOTHING)
    shop.sync("customers")
    for field in ("Other_Street", "Other_City", "Other_Zip"):
        assert shop.answer("customers", field, "cscart") == []
    shop.settle("customers")
    assert in_zoho(shop, ann) == (None, None, None)


def test_a_line_that_a_move_leaves_empty_is_no_question(shop: Shop) -> None:
    old_store(shop, Other_State=FieldRow("s_address_2"))
    ann = shop.world.cscart.add_user(**pat(**ELM, s_address_2="Flat 4"))
    shop.sync("customers")
    shop.world.cscart.edit_user(ann, s_address="9 Oak Ave", s_address_2="")
    shop.settle("customers")
    row = contact_of(shop, ann)
    assert (row["Other_Street"], row["Other_State"]) == ("9 Oak Ave", None)


def test_profile_fields_that_another_program_has_deleted_stay_in_zoho(shop: Shop) -> None:
    profile_field(shop, "Gate code", "I", section="S")
    size = profile_field(shop, "Shoe size", "I")
    shoe = crm_field(shop, "Shoe")
    old_store(shop, **{shoe: FieldRow(size)})
    ann = shop.world.cscart.add_user(**pat(fields={size.removeprefix("fields."): "42"}))
    shop.sync("customers")
    shop.world.cscart.users_kept.change(ann, {"company_id": "1", "lastname": "Other"}, "api")
    shop.settle("customers")
    assert contact_of(shop, ann)["Last_Name"] == "Other"
    assert contact_of(shop, ann)[shoe] == "42"
    assert [each.field for each in shop.conflicts("customers")] == [shoe]


def test_a_newer_store_empties_nothing_and_nobody_is_asked(shop: Shop) -> None:
    old_store(shop)
    shop.world.cscart.switches.user_put_keeps_shipping = True
    shop.world.cscart.switches.unknown_user_is_a_list = True
    ann = shop.world.cscart.add_user(**pat(**ELM))
    shop.sync("customers")
    shop.world.cscart.edit_user(ann, **NOTHING)
    shop.settle("customers")
    assert in_zoho(shop, ann) == (None, None, None)


# What is told


@pytest.mark.parametrize("addon", [False, True])
def test_what_an_old_store_cannot_keep_is_told_and_gone_when_it_can(shop: Shop, addon: bool) -> None:
    old_store(shop, addon=addon)
    shop.world.cscart.add_user(**pat(**ELM))
    shop.connect()
    shop.sync("customers")
    ((well, words),) = doctor(shop)
    assert well is addon
    assert "shipping address" in words
    assert ("store add-on" in words) is True
    assert "profile fields" in words

    shop.world.cscart.switches.user_put_keeps_shipping = True
    shop.world.cscart.switches.unknown_user_is_a_list = True
    assert doctor(shop) == [(True, "changes of customers leave them as they are")]
