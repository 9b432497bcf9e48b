"""A field that is written "only when empty": what one side has fills what the other side lacks, and where both have
something both keep it. Nobody is asked, whoever's value counts, and the next run is quiet."""

from typing import Any

import pytest

from cscart_zoho import app
from cscart_zoho.mapping.choices import Owner
from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.mapping.fields import FieldRow, Mode, Module
from cscart_zoho.records import Direction
from tests.situations.clientele import crm_field, mapped, profile_field
from tests.situations.shop import Shop

#: What lies in the store and in Zoho at first, and what both have after the first run.
AT_FIRST = {
    "different": ("Gold", "Silver", "Gold", "Silver"),
    "store alone": ("Gold", "", "Gold", "Gold"),
    "zoho alone": ("", "Silver", "Silver", "Silver"),
    "neither": ("", "", "", ""),
    "equal": ("Gold", "Gold", "Gold", "Gold"),
}
#: What people type into the store and into Zoho then (None = nothing), and what both have after the next run. Where one
#: side is emptied it is filled again if the other side's value counts.
EDITS = {
    "in the store": ("Tin", None),
    "in zoho": (None, "Iron"),
    "in both": ("Tin", "Iron"),
    "emptied in the store": ("", None),
    "emptied in zoho": (None, ""),
    "emptied in both": ("", ""),
    "emptied in the store, changed in zoho": ("", "Iron"),
    "changed in the store, emptied in zoho": ("Tin", ""),
}


def after(owner: Owner, before: tuple[str, str], edit: tuple[str | None, str | None]) -> tuple[str, str]:
    """What both have in the end, told the way a merchant would tell it."""
    store, zoho = (old if new is None else new for old, new in zip(before, edit, strict=True))
    if bool(store) is bool(zoho):
        return store, zoho
    emptied = (before[1] if store else before[0]) != ""
    edited = edit[0] if store else edit[1]
    counts = owner is (Owner.CSCART if store else Owner.ZOHO)
    if emptied and not edited and not counts:
        return store, zoho  # a person has emptied it, and nothing is news
    return (store or zoho,) * 2


def level(shop: Shop, **row: Any) -> tuple[str, str]:
    """A field of CRM and the profile field that it is mapped to, written only when empty."""
    column, field = profile_field(shop, "Level", "I"), crm_field(shop, "Level")
    mapped(shop, {field: FieldRow(column, mode=Mode.IF_EMPTY, **row)})
    return column.removeprefix("fields."), field


def type_in(shop: Shop, user: int, id: str, text: str) -> None:
    shop.world.cscart.edit_user(user, fields={id: text})


def both(shop: Shop, user: int, contact: str, id: str, field: str) -> tuple[str, str]:
    told = shop.world.cscart.user(user)["fields"].get(id, ""), shop.world.zoho.crm.contact(contact)[field]
    return told[0], told[1] or ""


@pytest.mark.parametrize("owner", [Owner.ASK, Owner.NEWEST, Owner.CSCART, Owner.ZOHO])
def test_whoever_counts_nothing_is_overwritten_and_nobody_is_asked(owner: Owner, shop: Shop) -> None:
    id, field = level(shop, owner=owner)
    people: dict[tuple[str, str], tuple[int, str]] = {}
    for number, (start, edit) in enumerate((start, edit) for start in AT_FIRST for edit in EDITS):
        store, zoho, *_ = AT_FIRST[start]
        email = f"p{number}@example.com"
        user = shop.user(email, firstname="Pat", lastname="Example")
        type_in(shop, user, id, store)
        people[start, edit] = user, shop.crm_contact(email, First_Name="Pat", **({field: zoho} if zoho else {}))

    shop.sync("customers")
    for (start, _), (user, contact) in people.items():
        assert both(shop, user, contact, id, field) == AT_FIRST[start][2:], start
    assert not shop.conflicts("customers")

    shop.hours(1)
    wanted = {}
    for (start, edit), (user, contact) in people.items():
        store, zoho = EDITS[edit]
        wanted[start, edit] = after(owner, AT_FIRST[start][2:], EDITS[edit])
        if store is not None:
            type_in(shop, user, id, store)
        if zoho is not None:
            shop.world.zoho.crm.edit_contact(contact, **{field: zoho or None})
    shop.sync("customers")

    got = {which: both(shop, *pair, id, field) for which, pair in people.items()}
    assert got == wanted
    assert not shop.conflicts("customers")
    writes = shop.writes()
    shop.sync("customers", full=True)
    assert shop.writes() == writes
    assert not shop.conflicts("customers")
    assert {shop.told("customers", cscart=user) for user, _ in people.values()} == {("synced", "")}


@pytest.mark.parametrize("side", ["cscart", "zoho"])
def test_a_question_of_before_is_closed_when_the_field_is_written_only_when_empty(side: str, shop: Shop) -> None:
    column, field = profile_field(shop, "Level", "I"), crm_field(shop, "Level")
    mapped(shop, {field: FieldRow(column)})
    id = column.removeprefix("fields.")
    user, contact = shop.user("ann@example.com"), shop.crm_contact("ann@example.com", First_Name="Ann", **{field: "B"})
    type_in(shop, user, id, "A")
    shop.sync("customers")
    assert [each.field for each in shop.conflicts("customers")] == [field]
    shop.answer("customers", field, side)

    shop.map_field(field, column, Module.CONTACT, mode=Mode.IF_EMPTY)
    shop.sync("customers", "customers")

    assert both(shop, user, contact, id, field) == ("A", "B")
    assert not shop.conflicts("customers")


def test_both_values_are_compared_again_when_the_field_is_always_written(shop: Shop) -> None:
    id, field = level(shop)
    user, contact = shop.user("ann@example.com"), shop.crm_contact("ann@example.com", First_Name="Ann", **{field: "B"})
    type_in(shop, user, id, "A")
    shop.sync("customers")

    shop.map_field(field, f"fields.{id}", Module.CONTACT, owner=Owner.ASK)
    shop.sync("customers")
    assert [each.field for each in shop.conflicts("customers")] == [field]
    shop.answer("customers", field, "zoho")
    shop.sync("customers")

    assert both(shop, user, contact, id, field) == ("B", "B")
    assert not shop.conflicts("customers")


@pytest.mark.parametrize(
    ("direction", "in_store", "in_zoho"),
    [(Direction.TO_ZOHO, ("A", ""), ("A", "Z")), (Direction.TO_CSCART, ("A", "Z"), ("", "Z"))],
)
def test_a_field_that_goes_one_way_fills_that_side_alone(
    direction: Direction, in_store: tuple[str, str], in_zoho: tuple[str, str], shop: Shop
) -> None:
    id, field = level(shop, direction=direction)
    one, other = shop.user("one@example.com"), shop.user("two@example.com")
    type_in(shop, one, id, "A")
    first = shop.crm_contact("one@example.com", First_Name="Ann")
    second = shop.crm_contact("two@example.com", First_Name="Ann", **{field: "Z"})

    shop.sync("customers")

    told = both(shop, one, first, id, field), both(shop, other, second, id, field)
    assert told == tuple(zip(in_store, in_zoho, strict=True))
    writes = shop.writes()
    shop.sync("customers", full=True)
    assert shop.writes() == writes


def test_a_run_in_which_one_side_shall_count_overwrites_nothing_either(shop: Shop) -> None:
    shop.live_in(Home.CRM)
    id, field = level(shop)
    user, contact = shop.user("ann@example.com"), shop.crm_contact("ann@example.com", First_Name="Ann", **{field: "B"})
    type_in(shop, user, id, "A")

    shop.sync("customers", winner="cscart")

    assert both(shop, user, contact, id, field) == ("A", "B")
    shop.sync("customers")
    assert not shop.conflicts("customers")


@pytest.mark.parametrize("side", ["cscart", "zoho"])
def test_an_answer_closes_a_question_about_a_column_that_the_store_does_not_show_any_more(
    side: str, shop: Shop
) -> None:
    mapped(shop, {"Mailing_City": FieldRow("b_city")})
    user = shop.user("ann@example.com", b_city="A")
    contact = shop.crm_contact("ann@example.com", First_Name="Ann", Mailing_City="B")
    shop.sync("customers")
    assert [each.field for each in shop.conflicts("customers")] == ["Mailing_City"]

    shop.world.cscart.switches.addon = False
    app.connect_store(shop.connect())
    shop.answer("customers", "Mailing_City", side)
    shop.sync("customers", "customers")

    assert not shop.conflicts("customers")
    assert shop.world.cscart.user(user)["b_city"] == "A"
    assert shop.world.zoho.crm.contact(contact)["Mailing_City"] == ("A" if side == "cscart" else "B")
    writes = shop.writes()
    shop.sync("customers", full=True)
    assert shop.writes() == writes
    assert not shop.conflicts("customers")
