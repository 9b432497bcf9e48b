"""Each kind of profile field that a store can have: Zoho shows what people read there, and the store keeps what its own
forms would keep, an id of a choice, a code of a state. What holds nothing for people, or is not for others, is never
mapped."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from cscart_zoho import app
from cscart_zoho.mapping.fields import FieldRow, Module
from cscart_zoho.mapping.forms import quoted
from tests.situations.clientele import chosen, crm_field, mapped, profile_field, typed_day, user_with, with_addon
from tests.situations.shop import Shop

LEVELS = ("Gold", "Silver & more", "Copper")


@dataclass(frozen=True)
class Kind:
    """What the store keeps and how it reads in Zoho; what is typed in Zoho, and what the store keeps of that."""

    kept: str
    read: str
    typed: str
    kept_then: str
    choices: tuple[str, ...] = ()


#: By the letter of the kind. Of choices the text stands here for the id.
KINDS: Mapping[str, Kind] = {
    "I": Kind("One line", "One line", "Another one", "Another one"),
    "T": Kind("Two\nlines", "Two\nlines", "Three\nmore\nlines", "Three\nmore\nlines"),
    "C": Kind("Y", "Yes", "no", "N"),
    "D": Kind(typed_day("1999-12-31", "UTC"), "1999-12-31", "2001-02-03", typed_day("2001-02-03", "UTC")),
    "S": Kind("Gold", "Gold", "silver & MORE", "Silver & more", LEVELS),
    "R": Kind("Copper", "Copper", "Gold", "Gold", LEVELS),
    "N": Kind("residential", "residential", "Commercial", "commercial"),
    "E": Kind("work@example.com", "work@example.com", "home@example.com", "home@example.com"),
    "P": Kind("+1 555 0100", "+1 555 0100", "(555) 0101", "(555) 0101"),
    "Z": Kind("D-10115", "D-10115", "10117", "10117"),
    "O": Kind("DE", "Germany", "France", "FR"),
    "A": Kind("BY", "Bayern", "Berlin", "BE"),
}


@pytest.mark.parametrize("section", ["C", "B", "S"])
@pytest.mark.parametrize("letter", KINDS)
def test_what_people_read_goes_to_zoho_and_what_forms_keep_comes_back(letter: str, section: str, shop: Shop) -> None:
    kind = KINDS[letter]
    column = profile_field(shop, "Custom", letter, kind.choices, section)
    field = crm_field(shop, "Custom", "textarea", length=2000)
    mapped(shop, {field: FieldRow(column)})
    id = column.removeprefix("fields.")
    user = shop.user("ann@example.com", b_country="DE", s_country="DE")
    shop.world.cscart.edit_user(user, fields={id: kept(shop, column, kind.kept, kind)})

    shop.sync("customers")

    contact = shop.person("ann@example.com")
    assert contact[field] == kind.read
    assert shop.told("customers", cscart=user) == ("synced", "")

    shop.hours(1)
    shop.world.zoho.crm.edit_contact(contact["id"], **{field: kind.typed})
    shop.sync("customers")

    assert shop.world.cscart.user(user)["fields"][id] == kept(shop, column, kind.kept_then, kind)
    assert shop.told("customers", cscart=user) == ("synced", "")
    writes = shop.writes()
    shop.sync("customers", full=True)
    assert shop.writes() == writes
    assert shop.person("ann@example.com")[field] == kind.typed


@pytest.mark.parametrize("letter", ["S", "R", "N"])
def test_a_new_customer_gets_the_id_of_what_zoho_calls_it(letter: str, shop: Shop) -> None:
    kind = KINDS[letter]
    column = profile_field(shop, "Custom", letter, kind.choices)
    field = crm_field(shop, "Custom", "picklist", (kind.typed, kind.read))
    mapped(shop, {field: FieldRow(column)})
    shop.crm_contact("ann@example.com", First_Name="Ann", **{field: kind.read})

    shop.sync("customers")

    user = user_with(shop, "ann@example.com")
    assert user["fields"][column.removeprefix("fields.")] == kept(shop, column, kind.kept, kind)
    shop.settle("customers")


@pytest.mark.parametrize("new", [True, False], ids=["new", "changed"])
@pytest.mark.parametrize("letter", ["S", "R", "N"])
def test_a_choice_that_the_store_does_not_have_waits_alone_with_its_text(letter: str, *, new: bool, shop: Shop) -> None:
    column = profile_field(shop, "Custom", letter, KINDS[letter].choices)
    field = crm_field(shop, "Custom")
    mapped(shop, {field: FieldRow(column)})
    contact = shop.crm_contact("ann@example.com", First_Name="Ann")
    if not new:
        shop.sync("customers")
        shop.hours(1)
    shop.world.zoho.crm.edit_contact(contact, First_Name="Anna", **{field: "Platinum"})

    shop.sync("customers")

    user = user_with(shop, "ann@example.com")
    assert user["firstname"] == "Anna"
    assert not user["fields"]
    shop.sync("customers")
    state, reason = shop.told("customers", zoho=contact)
    assert state == "held"
    assert '"Platinum" is not among the choices of Custom' in reason
    assert shop.world.zoho.crm.contact(contact)[field] == "Platinum"


def test_a_choice_that_was_deleted_in_the_store_waits_with_its_id(shop: Shop) -> None:
    column = profile_field(shop, "Custom", "S", LEVELS)
    field = crm_field(shop, "Custom")
    mapped(shop, {field: FieldRow(column)})
    user = shop.user("ann@example.com")
    shop.world.cscart.edit_user(user, fields={column.removeprefix("fields."): "99"}, lastname="Newname")

    shop.sync("customers")

    row = shop.person("ann@example.com")
    assert (row["Last_Name"], row[field]) == ("Newname", None)
    state, reason = shop.told("customers", cscart=user)
    assert state == "held"
    assert f'{quoted("99")} for "Custom"' in reason


@pytest.mark.parametrize("where", ["in the store", "in zoho"])
def test_a_choice_that_was_added_after_connecting_goes_over(where: str, shop: Shop) -> None:
    column = profile_field(shop, "Custom", "S", LEVELS)
    field = crm_field(shop, "Custom")
    mapped(shop, {field: FieldRow(column)})
    id = column.removeprefix("fields.")
    user = shop.user("ann@example.com")
    shop.sync("customers")
    shop.world.cscart.users_kept.profile_fields[int(id)]["values"]["4999"] = "Platinum"
    if where == "in the store":
        shop.world.cscart.edit_user(user, fields={id: "4999"})
        shop.sync("customers", "customers")
    else:
        shop.hours(30)  # the lists of both sides are read once a day
        shop.world.zoho.crm.edit_contact(shop.person("ann@example.com")["id"], **{field: "Platinum"})
        shop.sync("customers")

    assert shop.person("ann@example.com")[field] == "Platinum"
    assert shop.world.cscart.user(user)["fields"][id] == "4999"
    assert shop.told("customers", cscart=user) == ("synced", "")
    shop.settle("customers")


def test_a_text_that_an_import_wrote_for_a_choice_is_that_choice(shop: Shop) -> None:
    column = profile_field(shop, "Custom", "S", LEVELS)
    field = crm_field(shop, "Custom")
    mapped(shop, {field: FieldRow(column)})
    id = column.removeprefix("fields.")
    user = shop.user("ann@example.com")
    shop.world.cscart.edit_user(user, fields={id: "gold"})

    shop.sync("customers")
    contact = shop.person("ann@example.com")
    assert contact[field] == "Gold"

    shop.hours(1)
    shop.world.zoho.crm.edit_contact(contact["id"], **{field: "Copper"})
    shop.sync("customers")
    assert shop.world.cscart.user(user)["fields"][id] == chosen(shop, column, "Copper")
    shop.settle("customers")


#: Kinds that hold nothing, or nothing for others, and how they are called.
NEVER = {"H": "heading", "W": "password", "F": "file", "U": "user groups", "B": "terms for vendors"}


@pytest.mark.parametrize("letter", NEVER)
def test_what_is_not_for_others_is_neither_offered_nor_read(letter: str, shop: Shop) -> None:
    column = profile_field(shop, "Secret", letter)
    field = crm_field(shop, "Custom")
    with_addon(shop)
    user = shop.user("ann@example.com")
    shop.world.cscart.edit_user(user, fields={column.removeprefix("fields."): "s3cret"})
    store = shop.connect()
    app.read_fields(store, again=True)
    used = app.field_map(store, Module.CONTACT)

    assert column not in used.columns
    (said,) = used.problems({**used.rows, field: FieldRow(column)})
    assert NEVER[letter] in said

    shop.map_field(field, column)  # a map of before the field was of this kind
    shop.sync("customers")
    shop.world.zoho.crm.edit_contact(shop.person("ann@example.com")["id"], **{field: "Typed in Zoho"}, Phone="555")
    shop.sync("customers")
    assert shop.world.cscart.user(user)["fields"] == {column.removeprefix("fields."): "s3cret"}
    assert shop.told("customers", cscart=user) == ("synced", "")


def test_a_kind_that_nobody_knows_is_read_and_never_written(shop: Shop) -> None:
    column = profile_field(shop, "Of an add-on", "X")
    field = crm_field(shop, "Custom")
    with_addon(shop)
    store = shop.connect()
    app.read_fields(store, again=True)
    used = app.field_map(store, Module.CONTACT)
    (said,) = used.problems({**used.rows, field: FieldRow(column)})
    assert '"Of an add-on" cannot be written in CS-Cart' in said


def kept(shop: Shop, column: str, value: str, kind: Kind) -> str:
    """What lies in the store's database."""
    return chosen(shop, column, value) if kind.choices else value
