"""One text that two programs have written in other signs: é as one sign or as two, marks of direction, signs that
nobody sees. It is paired, it is no difference, and nothing is written for it; an edit goes over without them."""

import unicodedata
from collections.abc import Callable

import pytest

from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.mapping.fields import FieldRow
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Link
from tests.situations.clientele import contact_of, crm_field, mapped, pat, profile_field, with_addon
from tests.situations.shop import Shop


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def within(sign: str) -> Callable[[str], str]:
    """The text with a sign at its beginning, in its middle and at its end."""
    return lambda text: f"{sign}{text[:2]}{sign}{text[2:]}{sign}"


#: How a program may write a text otherwise.
OTHERWISE: dict[str, Callable[[str], str]] = {
    "decomposed": decomposed,
    "to the left and right": lambda text: f"\u202b\u200f{text}\u202c\u200e",
    "isolated": lambda text: f"\u2068{text}\u2069",
    "without width": within("\u200b"),
    "a byte order mark": within("\ufeff"),
    "soft hyphens": within("\u00ad"),
    "blanks that do not break": lambda text: text.replace(" ", "\u00a0"),
}
LEVELS = ("Café society", "Other")


def rows(shop: Shop) -> tuple[str, str, str]:
    """A map of text of every kind; a choice of Zoho is spelled in decomposed letters."""
    note, level = crm_field(shop, "Note", "textarea", length=2000), crm_field(shop, "Kind", "picklist", ALIKE_LEVELS)
    column = profile_field(shop, "Note", "T")
    kind = profile_field(shop, "Kind", "S", LEVELS)
    mapped(
        shop,
        {
            note: FieldRow(column),
            level: FieldRow(kind),
            "Phone": FieldRow("phone"),
            "Account_Name": FieldRow("company"),
            "Mailing_Street": FieldRow("b_address"),
            "Mailing_City": FieldRow("b_city"),
        },
    )
    return note, level, column.removeprefix("fields.")


ALIKE_LEVELS = tuple(map(decomposed, LEVELS))
TEXTS = {
    "First_Name": "Zoë",
    "Last_Name": "Müller Crétin",
    "Email": "zoé@example.com",
    "Phone": "+1 555 0100",
    "Mailing_Street": "1 Rue André",
    "Mailing_City": "Besançon",
}
NOTE = "Café à côté\nZweite Zeile"


@pytest.mark.parametrize("how", OTHERWISE)
@pytest.mark.parametrize("where", ["in zoho", "in the store"])
def test_one_person_in_other_signs_is_paired_and_nothing_is_written(how: str, where: str, shop: Shop) -> None:
    note, level, column = rows(shop)
    here, there = (OTHERWISE[how], str) if where == "in the store" else (str, OTHERWISE[how])
    told = {name: here(text) for name, text in TEXTS.items()}
    user = shop.user(
        told["Email"],
        firstname=told["First_Name"],
        lastname=told["Last_Name"],
        phone=told["Phone"],
        company=here("Crêpes Ltd"),
        b_address=told["Mailing_Street"],
        b_city=told["Mailing_City"],
    )
    shop.world.cscart.edit_user(user, fields={column: here(NOTE)})
    account = shop.world.zoho.crm.add_account(Account_Name=there("Crêpes Ltd"))
    seen = {name: there(text) for name, text in TEXTS.items()}
    seen |= {name: TEXTS[name] for name in ("Email", "Phone")}  # CRM takes no odd ones
    contact = shop.crm_contact(
        name=seen.pop("Last_Name"), Account_Name={"id": account}, **{note: there(NOTE)}, email=seen.pop("Email"), **seen
    )

    shop.sync("customers", "customers")

    assert shop.told("customers", cscart=user) == ("synced", "")
    assert Link.objects.filter(entity=Entity.CUSTOMERS, cscart_id=str(user), zoho_id=contact).exists()
    assert shop.writes() == 0
    assert not shop.conflicts("customers")
    assert len(shop.world.zoho.crm.accounts()) == 1
    assert not shop.world.zoho.crm.contact(contact)[level]


@pytest.mark.parametrize("how", OTHERWISE)
def test_another_spelling_later_is_no_edit_and_an_edit_goes_over_clean(how: str, shop: Shop) -> None:
    note, *_, column = rows(shop)
    user = shop.user(**pat(firstname="Zoë", company="Crêpes Ltd", b_city="Besançon", phone="+1 555 0100"))
    shop.world.cscart.edit_user(user, fields={column: NOTE})
    shop.sync("customers", "customers")
    writes, other = shop.writes(), OTHERWISE[how]

    kept = {name: other(shop.world.cscart.user(user)[name]) for name in ("firstname", "company", "b_city", "phone")}
    shop.world.cscart.edit_user(user, **kept, fields={column: other(NOTE)})
    shop.sync("customers")

    assert shop.writes() == writes
    assert shop.told("customers", cscart=user) == ("synced", "")

    shop.world.cscart.edit_user(user, b_city=other("Alençon"), phone=other("+1 555 0199"), fields={column: other("À")})
    shop.sync("customers")

    contact = contact_of(shop, user)
    assert (contact["Mailing_City"], contact["Phone"], contact[note]) == ("Alençon", "+1 555 0199", "À")
    assert shop.world.cscart.user(user)["b_city"] == other("Alençon")
    assert {name: shop.world.cscart.user(user)[name] for name in ("firstname", "company")} == {
        name: kept[name] for name in ("firstname", "company")
    }
    shop.settle("customers")


def test_a_choice_that_zoho_spells_in_other_signs_is_that_choice(shop: Shop) -> None:
    _, level, _ = rows(shop)
    kind = shop.customer_choices.maps
    id = next(row.column for rows_ in kind.values() for name, row in rows_.items() if name == level)
    user = shop.user(**pat())
    values = shop.world.cscart.users_kept.profile_fields[int(id.removeprefix("fields."))]["values"]
    first, second = values
    shop.world.cscart.edit_user(user, fields={id.removeprefix("fields."): first})

    shop.sync("customers")

    assert contact_of(shop, user)[level] == ALIKE_LEVELS[0]
    shop.settle("customers")
    shop.hours(1)
    shop.world.zoho.crm.edit_contact(contact_of(shop, user)["id"], **{level: ALIKE_LEVELS[1]})
    shop.sync("customers")
    assert shop.world.cscart.user(user)["fields"][id.removeprefix("fields.")] == second
    shop.settle("customers")


@pytest.mark.parametrize("how", OTHERWISE)
def test_a_contact_of_inventory_is_found_by_its_address_in_other_signs(how: str, shop: Shop) -> None:
    with_addon(shop, Home.INVENTORY)
    user = shop.user("zoé@example.com", firstname="Zoé", lastname="Example")
    contact = shop.contact("Zoé Example", OTHERWISE[how]("zoé@example.com"))

    shop.sync("customers", "customers")

    assert list(shop.world.zoho.contacts()) == [contact]
    assert Link.objects.filter(entity=Entity.CUSTOMERS, cscart_id=str(user), zoho_id=contact).exists()


@pytest.mark.parametrize("how", OTHERWISE)
@pytest.mark.parametrize("where", ["in zoho", "in the store"])
def test_a_product_in_other_signs_is_the_same_product(how: str, where: str, shop: Shop) -> None:
    here, there = (OTHERWISE[how], str) if where == "in the store" else (str, OTHERWISE[how])
    name, text = "Café crème", "Très bon"
    product = shop.product("CAFE", 3, product=here(name), full_description=here(text))
    item = shop.item("CAFE", 3, name=there(name), description=there(text))

    shop.sync("products", "products")

    kept, there_now = shop.world.cscart.product(product), shop.world.zoho.items()[item]
    assert (kept["product"], kept["full_description"]) == (here(name), here(text))
    assert (there_now["name"], there_now["description"]) == (there(name), there(text))
    assert shop.told("products", cscart=product) == ("synced", "")
    assert not shop.conflicts()

    shop.world.cscart.edit_product(product, product=here("Café à la crème"))
    shop.sync("products")
    assert shop.world.zoho.items()[item]["name"] == "Café à la crème"
    shop.settle("products")


@pytest.mark.parametrize("how", OTHERWISE)
def test_orders_of_a_guest_in_other_signs_are_of_one_guest(how: str, shop: Shop) -> None:
    shop.allow_guests(allowed=True)
    shop.both("LAMP", 9)
    other = OTHERWISE[how]
    guest = {"email": "zoé@example.com", "firstname": "Zoé", "lastname": "Example", "b_city": "Besançon"}
    lines = [shop._wanted("LAMP", 1)]
    orders = [
        shop.world.cscart.place_order(guest=guest, lines=lines, notes="Déjà vu"),
        shop.world.cscart.place_order(guest={name: other(text) for name, text in guest.items()}, lines=lines),
    ]
    for order in orders:
        shop.world.cscart.set_order_status(order, "P")

    shop.sync()
    shop.settle()

    sales = [shop.sale(order) for order in orders]
    assert len({sale["customer_id"] for sale in sales if sale is not None}) == 1
    assert len(shop.world.zoho.contacts()) == 1
    assert all(sale is not None for sale in sales)

    writes = shop.writes()
    shop.edit_order(orders[0], notes=other("Déjà vu"), firstname=other("Zoé"), b_city=other("Besançon"))
    shop.sync("orders")
    assert shop.writes() == writes
    assert shop.told("orders", cscart=orders[0])[0] == "synced"
