"""Emoji and letters of four bytes, which the store's database would turn into question marks: whoever has them keeps
them, nothing is asked or written again and again, and the record's page says which sign of which field stays behind."""

import pytest

from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.mapping.fields import FieldRow
from tests.situations.clientele import contact_of, crm_field, mapped, profile_field, user_with
from tests.situations.shop import Shop

PARTY = "\U0001f389"
#: A letter of a Japanese name that lies beyond the basic plane.
YOSHI = "\U00020bb7"


def all_texts(shop: Shop) -> str:
    """Fields of CRM for every column that carries text; the name of one for a profile field."""
    field, column = crm_field(shop, "Note", "textarea", length=2000), profile_field(shop, "Note", "T")
    usual = {"Phone": "phone", "Fax": "fax", "Account_Name": "company", "Department": "url"}
    usual |= {"Mailing_Street": "b_address", "Mailing_City": "b_city", "Mailing_Zip": "b_zipcode"}
    mapped(shop, {field: FieldRow(column), **{name: FieldRow(column) for name, column in usual.items()}})
    return field


def at_rest(shop: Shop, *what: str) -> bool:
    """Whether two more runs, one of which looks at everything, write nothing and ask nothing."""
    writes = shop.writes()
    shop.sync(*what)
    shop.sync(*what, full=True)
    return shop.writes() == writes and not shop.conflicts(what[0])


@pytest.mark.parametrize(
    ("name", "column", "typed", "kept"),
    [
        ("First_Name", "firstname", f"Ann {PARTY}", "Ann"),
        ("Last_Name", "lastname", f"{YOSHI}野", "野"),
        ("First_Name", "firstname", PARTY, ""),
    ],
)
@pytest.mark.parametrize("new", [True, False], ids=["new", "changed"])
def test_a_name_goes_without_them_and_that_is_told(
    name: str, column: str, typed: str, kept: str, *, new: bool, shop: Shop
) -> None:
    all_texts(shop)
    contact = shop.crm_contact("ann@example.com", First_Name="Zed")
    if not new:
        shop.sync("customers")
        shop.hours(1)
    shop.world.zoho.crm.edit_contact(contact, **{name: typed})

    shop.sync("customers", "customers")

    user = user_with(shop, "ann@example.com")
    assert user[column] == kept
    assert shop.world.zoho.crm.contact(contact)[name] == typed
    for state, reason in (
        shop.told("customers", cscart=user["user_id"]),
        shop.told("customers", zoho=contact),
    ):
        assert state == "synced"
        assert typed in reason
        assert name.replace("_", " ").lower() in reason.lower()
    assert at_rest(shop, "customers")
    assert shop.world.zoho.crm.contact(contact)[name] == typed

    shop.world.cscart.edit_user(int(user["user_id"]), firstname="Bea", lastname="Newname")
    shop.sync("customers")
    assert shop.world.zoho.crm.contact(contact)[name] in ("Bea", "Newname")
    assert shop.told("customers", zoho=contact) == ("synced", "")


#: What is typed into a field of CRM, where it would go, and what a person in the store may enter of it.
FIELDS = {
    "Account_Name": ("company", f"Party {PARTY} Ltd", "Party Ltd"),
    "Department": ("url", f"example.com/{PARTY}", "example.com/"),
    "Mailing_Street": ("b_address", f"1 Rue {PARTY}", "1 Rue"),
    "Mailing_City": ("b_city", f"{YOSHI}City", "City"),
    "Mailing_Zip": ("b_zipcode", f"{PARTY}10115", "10115"),
    "Note": ("", f"Line {PARTY}\nanother", "Line\nanother"),
}


@pytest.mark.parametrize("label", FIELDS)
def test_a_text_waits_alone_and_what_the_store_can_keep_of_it_settles_it(label: str, shop: Shop) -> None:
    note = all_texts(shop)
    field, (column, typed, entered) = (note if label == "Note" else label), FIELDS[label]
    shop.crm_contact("ann@example.com", First_Name="Ann")
    shop.sync("customers")
    user = user_with(shop, "ann@example.com")
    contact = shop.person("ann@example.com")["id"]
    shop.hours(1)
    if field == "Account_Name":
        account = shop.world.zoho.crm.add_account(Account_Name=typed)
        shop.world.zoho.crm.edit_contact(contact, Account_Name={"id": account}, First_Name="Anna")
    else:
        shop.world.zoho.crm.edit_contact(contact, First_Name="Anna", **{field: typed})
    shop.sync("customers")

    state, reason = shop.told("customers", zoho=contact)
    assert state == "held"
    assert "question marks" in reason
    assert (YOSHI if YOSHI in typed else PARTY) in reason
    assert user_with(shop, "ann@example.com")["firstname"] == "Anna"
    assert at_rest(shop, "customers")
    if field == "Account_Name":
        return  # a company is its account: one of another name is another one

    if column:
        shop.world.cscart.edit_user(int(user["user_id"]), **{column: entered})
    else:
        id = next(iter(shop.world.cscart.users_kept.profile_fields))
        shop.world.cscart.edit_user(int(user["user_id"]), fields={str(id): entered})
    shop.sync("customers", "customers")

    assert shop.world.zoho.crm.contact(contact)[field] == typed
    state, reason = shop.told("customers", zoho=contact)
    assert state == "synced"
    assert "Nothing has to be done" in reason
    assert at_rest(shop, "customers")


def test_a_name_of_an_item_waits_and_everything_else_goes(shop: Shop) -> None:
    shop.product_choices.owners["name"] = "zoho"  # type: ignore[assignment]
    shop.product_choices.owners["price"] = "zoho"  # type: ignore[assignment]
    shop.both("LAMP", 3)
    shop.sync("products")
    item = shop._item_id("LAMP")
    shop.hours(1)
    shop.world.zoho.edit_item(item, name=f"Lamp {PARTY}", rate=12.0)
    shop.sync("products")

    product = shop.world.cscart.product(shop._product_id("LAMP"))
    assert (product["product"], float(product["price"])) == ("Product LAMP", 12.0)
    state, reason = shop.told("products", zoho=item)
    assert state == "held"
    assert f'"Lamp {PARTY}"' in reason
    assert "Name" in reason
    assert at_rest(shop, "products")

    shop.world.cscart.edit_product(shop._product_id("LAMP"), product="Lamp")
    shop.sync("products")
    assert shop.world.zoho.items()[item]["name"] == f"Lamp {PARTY}"
    assert shop.told("products", zoho=item)[0] == "synced"
    assert PARTY in shop.told("products", zoho=item)[1]
    assert at_rest(shop, "products")


@pytest.mark.parametrize("sku", ["LAMP", f"LAMP-{PARTY}"])
def test_a_new_item_waits_where_the_store_cannot_keep_its_name_or_sku(sku: str, shop: Shop) -> None:
    item = shop.item(sku, 3, name=f"Lamp {PARTY}" if sku == "LAMP" else "Lamp")
    shop.item("OTHER", 1)
    shop.sync("products")

    assert [row["product_code"] for row in shop.world.cscart.products().values()] == ["OTHER"]
    state, reason = shop.told("products", zoho=item)
    assert state == "held"
    assert PARTY in reason
    assert at_rest(shop, "products")


def test_a_description_keeps_them_on_both_sides(shop: Shop) -> None:
    shop.item("LAMP", 3, description=f"Bright {PARTY} and {YOSHI}")
    shop.sync("products")
    product = shop.world.cscart.product(shop._product_id("LAMP"))
    assert "?" not in product["full_description"]
    assert at_rest(shop, "products")
    shop.world.cscart.edit_product(shop._product_id("LAMP"), product="Lamp of the store")
    shop.sync("products")
    assert shop.world.zoho.items()[shop._item_id("LAMP")]["description"] == f"Bright {PARTY} and {YOSHI}"


def test_an_order_of_zoho_keeps_its_words_when_the_store_edits_it(shop: Shop) -> None:
    shop.live_in(Home.INVENTORY)
    shop.both("LAMP", 9)
    contact = shop.contact("Ann Example", "ann@example.com")
    shop.sync("products", "customers")
    sale = shop.sell_order(contact, ("LAMP", 1), confirmed=True)
    shop.world.zoho.edit_salesorder(sale, notes=f"Thanks {PARTY}\nby {YOSHI}")
    shop.sync("orders", "orders")

    (order,) = shop.world.cscart.orders()
    assert shop.world.cscart.order_of(order)["notes"] == "Thanks\nby"
    for told in (shop.told("orders", cscart=order), shop.told("orders", zoho=sale)):
        assert told[0] == "synced"
        assert PARTY in told[1]
        assert "the notes" in told[1]
    assert at_rest(shop, "orders")

    shop.edit_order(order, ("LAMP", 2))
    shop.sync("orders", "orders")

    row = shop.world.zoho.salesorders()[sale]
    assert [line["quantity"] for line in row["line_items"]] == [2]
    assert row["notes"] == f"Thanks {PARTY}\nby {YOSHI}"
    assert at_rest(shop, "orders")

    shop.edit_order(order, notes="Thank you")
    shop.sync("orders", "orders")
    assert shop.world.zoho.salesorders()[sale]["notes"] == "Thank you"
    assert shop.told("orders", zoho=sale) == ("synced", "")


# A store whose database was converted


def test_a_store_that_has_shown_one_gets_all_names_and_texts_of_customers(shop: Shop) -> None:
    shop.world.cscart.switches.keeps_four_bytes = True
    note = all_texts(shop)
    proof = shop.user("bea@example.com", b_city=f"Bea {PARTY}")
    shop.sync("customers")
    typed = {"Last_Name": f"{YOSHI}野", "Mailing_City": f"City {PARTY}", "Fax": f"fax {PARTY}", note: f"Line {PARTY}"}
    contact = shop.crm_contact("ann@example.com", First_Name="Ann", name=typed.pop("Last_Name"), **typed)

    shop.settle("customers", rounds=5)

    assert contact_of(shop, proof)["Mailing_City"] == f"Bea {PARTY}"
    user = user_with(shop, "ann@example.com")
    assert (user["lastname"], user["b_city"], user["fax"]) == (f"{YOSHI}野", f"City {PARTY}", f"fax {PARTY}")
    assert list(user["fields"].values()) == [f"Line {PARTY}"]
    assert shop.told("customers", zoho=contact) == ("synced", "")
    assert at_rest(shop, "customers")

    shop.world.cscart.edit_user(int(user["user_id"]), b_city="City")
    shop.sync("customers")
    assert shop.world.zoho.crm.contact(contact)["Mailing_City"] == "City"


def test_a_store_that_has_shown_one_gets_names_of_products(shop: Shop) -> None:
    shop.world.cscart.switches.keeps_four_bytes = True
    shop.product("CUP", 1, product=f"Cup {PARTY}")
    shop.item("LAMP", 3, name=f"Lamp {PARTY}")

    shop.settle("products", rounds=5)

    assert {row["product"] for row in shop.world.cscart.products().values()} == {f"Cup {PARTY}", f"Lamp {PARTY}"}
    assert {row["name"] for row in shop.world.zoho.items().values()} == {f"Cup {PARTY}", f"Lamp {PARTY}"}
    assert at_rest(shop, "products")


def test_a_store_that_has_shown_one_gets_the_words_of_orders(shop: Shop) -> None:
    shop.world.cscart.switches.keeps_four_bytes = True
    shop.live_in(Home.INVENTORY)
    shop.both("LAMP", 9)
    shop.user("ann@example.com")
    ours = shop.order(("LAMP", 1), notes=f"Hello {PARTY}")
    shop.sync()
    sale = shop.sale(ours)
    assert sale is not None
    assert sale["notes"] == f"Hello {PARTY}"

    theirs = shop.sell_order(sale["customer_id"], ("LAMP", 1), confirmed=True)
    shop.world.zoho.edit_salesorder(theirs, notes=f"Thanks {PARTY}")
    shop.sync("orders", "orders")
    order = next(id for id in shop.world.cscart.orders() if id != ours)
    assert shop.world.cscart.order_of(order)["notes"] == f"Thanks {PARTY}"
    assert shop.told("orders", cscart=order) == ("synced", "")
    assert at_rest(shop, "orders")


def test_where_one_table_keeps_them_and_another_does_not_nothing_of_zoho_is_lost(shop: Shop) -> None:
    all_texts(shop)
    shop.world.cscart.switches.keeps_four_bytes = True
    shop.user("bea@example.com", b_city=f"Bea {PARTY}")
    shop.sync("customers")
    shop.world.cscart.switches.keeps_four_bytes = False
    contact = shop.crm_contact("ann@example.com", First_Name="Ann", Mailing_City=f"City {PARTY}")

    shop.sync("customers", "customers", "customers")

    assert user_with(shop, "ann@example.com")["b_city"] == "City ????"
    assert shop.world.zoho.crm.contact(contact)["Mailing_City"] == f"City {PARTY}"
    assert "City ????" in shop.told("customers", zoho=contact)[1]
    assert at_rest(shop, "customers")
