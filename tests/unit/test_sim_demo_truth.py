"""The comparison at the end of the demo: equal sides have no difference, and each planted one is found."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import httpx2
import pytest

from cscart_zoho_sim.customised import FLYER, GROUP, GROUPS, LEVEL, LONG_CITY, NUMBER, OWN, customise
from cscart_zoho_sim.demo_reading import read_store, read_zoho
from cscart_zoho_sim.demo_truth import Side, Told, Truth, compare
from cscart_zoho_sim.world import World

Plant = Callable[["Shop"], object]


class Shop:
    """One product, one customer and two orders on both sides, equal in everything; order 7 is a draft."""

    def __init__(self) -> None:
        self.product: dict[str, Any] = {
            "product_id": "1",
            "product_code": "M-1",
            "product": "Mug",
            "price": "9.90",
            "base_price": "9.90",
            "list_price": "0.00",
            "status": "A",
            "amount": "8",
            "tracking": "B",
            "is_edp": "N",
            "full_description": "<p>Blue &amp; round</p>",
            "tax_ids": "6",
            "weight": "0.500",
        }
        self.item: dict[str, Any] = {
            "item_id": "2",
            "sku": "M-1",
            "name": "Mug",
            "rate": 9.9,
            "label_rate": "",
            "status": "active",
            "description": "Blue & round",
            "is_taxable": True,
            "package_details": {"weight": 0.5},
            "actual_available_for_sale_stock": 10.0,
            "product_type": "goods",
        }
        self.user: dict[str, Any] = {
            "user_id": "3",
            "firstname": "Ann",
            "email": "ann@example.com",
            "company": "",
            "birthday": "315532800",
            "b_city": "Sample City",
            "b_state": "NY",
            "b_state_descr": "New York",
            "b_country": "GB",
            "b_country_descr": "United Kingdom (Great Britain)",
            "fields": {"41": "4102", "42": "M-0001"},
        }
        self.contact: dict[str, Any] = {
            "id": "4",
            "First_Name": "Ann",
            "Email": "Ann@example.com",
            "Account_Name": None,
            "Date_of_Birth": "1980-01-01",
            "Mailing_City": "Sample City",
            "Mailing_State": "New York",
            "Mailing_Country": "United Kingdom",
            "Customer_Group": "Trade",
            "Membership_Number": "M-0001",
            "Loyalty_Level": None,
        }
        self.orders: dict[str, dict[str, Any]] = {
            "6": {"order_id": "6", "status": "P", "total": "9.90", "secondary_currency": "USD", "products": []},
            "7": {"order_id": "7", "status": "O", "total": "19.80", "secondary_currency": "USD", "products": {}},
        }
        self.orders["7"]["products"] = {"11": {"product_id": "1", "amount": "2"}}
        self.sales: dict[str, dict[str, Any]] = {
            "16": {"salesorder_id": "16", "status": "confirmed", "total": 9.9, "currency_code": "USD"},
            "17": {"salesorder_id": "17", "status": "draft", "total": 19.8, "currency_code": "USD"},
        }
        self.links: dict[str, list[dict[str, Any]]] = {
            "products": [{**_link("1", "2", "Mug"), "in_orders": 2, "orders": ["6", "7"]}],
            "customers": [{**_link("3", "4", "Ann"), "no_email": False}],
            "orders": [_link("6", "16", "CS-6"), _link("7", "17", "CS-7")],
        }
        self.settings: dict[str, Any] = {
            "owners": {"name": "cscart"},
            "list_price_field": "label_rate",
            "hidden_is_active": True,
            "stock_owner": "shared",
            "stock_buffer": 0,
            "stock_book": "available",
            "orders": {
                "currency": "",
                "to_zoho": {"O": "draft", "P": "confirmed", "I": "void"},
                "to_cscart": {"draft": "O", "confirmed": "P", "void": "I", "shipped": "C"},
            },
        }
        self.map = {
            "First_Name": {"column": "firstname", "mode": "always"},
            "Email": {"column": "email", "mode": "always"},
            "Account_Name": {"column": "company", "mode": "always"},
            "Date_of_Birth": {"column": "birthday", "mode": "always"},
            "Mailing_City": {"column": "b_city", "mode": "always"},
            "Mailing_State": {"column": "b_state", "mode": "always"},
            "Mailing_Country": {"column": "b_country", "mode": "always"},
            "Mailing_Zip": {"column": "b_zipcode", "mode": "always"},
            "Customer_Group": {"column": "fields.41", "mode": "always"},
            "Membership_Number": {"column": "fields.42", "mode": "always"},
            "Loyalty_Level": {"column": "fields.43", "mode": "always"},
        }

    def truth(self) -> Truth:
        told = Told(self.links, self.settings, self.map)
        choices = {"4101": "Retail", "4102": "Trade"}
        store = Side({"1": self.product}, {"3": self.user}, self.orders, choices)
        return compare(told, store, Side({"2": self.item}, {"4": self.contact}, self.sales))

    def reason(self, about: str, why: str) -> None:
        self.links[about][0] |= {"state": "held", "reason": why}


def _link(cscart: str, zoho: str, label: str) -> dict[str, Any]:
    return {"cscart": cscart, "zoho": zoho, "label": label, "state": "synced", "reason": "", "conflicts": []}


def test_equal_sides_differ_in_nothing_but_what_a_draft_holds() -> None:
    truth = Shop().truth()
    assert truth.broken() == []
    assert truth.answer()["pairs"] == 4
    assert truth.fields_compared == 8 + 1 + 10 + 2 * 3
    assert (truth.customers, truth.customers_fields) == (1, 10)  # the postcode is not told by this store
    assert [each.field for each in truth.differences] == ["stock"]
    assert "2 pieces" in truth.differences[0].reason


PLANTED: dict[str, tuple[str, Plant]] = {
    "a price": ("fields", lambda shop: shop.item.update(rate=9.91)),
    "a name": ("fields", lambda shop: shop.product.update(product="Cup")),
    "a SKU": ("fields", lambda shop: shop.item.update(sku="M-2")),
    "a list price": ("fields", lambda shop: shop.product.update(list_price="12.00")),
    "a status": ("fields", lambda shop: shop.item.update(status="inactive")),
    "a description": ("fields", lambda shop: shop.item.update(description="Blue & square")),
    "a tax": ("fields", lambda shop: shop.item.update(is_taxable=False)),
    "a weight": ("fields", lambda shop: shop.item.update(package_details={})),
    "a product that is gone": ("fields", lambda shop: shop.links["products"][0].update(cscart="99")),
    "a customer's name": ("customers", lambda shop: shop.contact.update(First_Name="Anna")),
    "a customer's company": ("customers", lambda shop: shop.contact.update(Account_Name={"name": "Example Ltd"})),
    "a customer's birthday": ("customers", lambda shop: shop.contact.update(Date_of_Birth="1979-12-31")),
    "a customer's city": ("customers", lambda shop: shop.contact.update(Mailing_City="Sample")),
    "a customer's city that is gone": ("customers", lambda shop: shop.contact.update(Mailing_City=None)),
    "a customer's state": ("customers", lambda shop: shop.contact.update(Mailing_State="California")),
    "a customer's country": ("customers", lambda shop: shop.contact.update(Mailing_Country="Germany")),
    "a customer's country that the store has not": ("customers", lambda shop: shop.user.update(b_country="")),
    "a choice of a profile field": ("customers", lambda shop: shop.contact.update(Customer_Group="Retail")),
    "the id of a choice": ("customers", lambda shop: shop.contact.update(Customer_Group="4102")),
    "a profile field": ("customers", lambda shop: shop.contact.update(Membership_Number="M-0002")),
    "a profile field that is gone": ("customers", lambda shop: shop.user.update(fields=[])),
    "a level that did not arrive": ("customers", lambda shop: shop.contact.update(Loyalty_Level="Gold")),
    "a customer who is gone": ("customers", lambda shop: shop.links["customers"][0].update(zoho="99")),
    "a piece too many": ("stock", lambda shop: shop.item.update(actual_available_for_sale_stock=11.0)),
    "a piece too few": ("stock", lambda shop: shop.product.update(amount="7")),
    "pieces of an order that Zoho has confirmed": ("stock", lambda shop: shop.sales["17"].update(status="confirmed")),
    "pieces of an order that Zoho has not": ("stock", lambda shop: shop.links["orders"].pop()),
    "a total": ("orders", lambda shop: shop.sales["16"].update(total=9.8)),
    "a currency": ("orders", lambda shop: shop.sales["16"].update(currency_code="EUR")),
    "a status that the map does not have": ("orders", lambda shop: shop.sales["16"].update(status="void")),
    "a sales order that is gone": ("orders", lambda shop: shop.sales.pop("16")),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_difference_is_found_and_counted_under_what_it_is_about(planted: str) -> None:
    shop = Shop()
    about, plant = PLANTED[planted]
    plant(shop)
    answer = shop.truth().answer()
    found = {
        "fields": answer["different_without_reason"],
        "stock": answer["stock_different_without_reason"],
        "orders": answer["orders_different_without_reason"],
        "customers": answer["customers_different_without_reason"],
    }
    assert found[about] >= 1
    assert sum(found.values()) == found[about] or planted.startswith("pieces")
    assert shop.truth().broken()[0].endswith("and nobody says why.")


def test_a_draft_may_hold_more_than_waits_but_not_less() -> None:
    """An order from before the two figures were agreed on is in neither of them."""
    shop = Shop()
    shop.item["actual_available_for_sale_stock"] = 9.0
    shop.links["products"][0]["in_orders"] = 1
    assert shop.truth().broken() == []
    shop.item["actual_available_for_sale_stock"] = 11.0
    shop.links["products"][0]["in_orders"] = 3
    assert len(shop.truth().broken()) == 1


def test_what_the_merchant_is_told_is_a_reason() -> None:
    shop = Shop()
    shop.item["rate"] = 12
    shop.reason("products", "The price is not an amount.")
    assert shop.truth().broken() == []
    shop.links["products"][0] |= {"state": "conflict", "reason": "", "conflicts": ["price"]}
    assert shop.truth().broken() == []
    shop.links["products"][0]["conflicts"] = ["name"]  # a question about something else
    assert len(shop.truth().broken()) == 1


def test_of_a_customer_a_reason_counts_for_the_field_that_it_names() -> None:
    shop = Shop()
    shop.contact |= {"Mailing_City": None, "First_Name": "Anna"}
    shop.reason("customers", 'Mailing City "Sample City" has 11 characters; Zoho takes 5.')
    (found,) = shop.truth().broken()
    assert "First_Name" in found
    shop.contact["First_Name"] = "Ann"
    assert shop.truth().broken() == []
    assert shop.truth().answer()["customers_different_with_reason"] == 1
    shop.links["customers"][0] |= {"state": "conflict", "reason": "", "conflicts": ["First_Name"]}
    assert len(shop.truth().broken()) == 1


def test_a_state_and_a_country_are_the_same_by_name_and_by_code() -> None:
    shop = Shop()
    for state, country in (("NY", "GB"), ("new york", "United Kingdom (Great Britain)")):
        shop.contact |= {"Mailing_State": state, "Mailing_Country": country}
        assert shop.truth().broken() == []


def test_a_reason_of_an_earlier_day_excuses_nothing_once_a_pair_counts_as_synced() -> None:
    shop = Shop()
    shop.item["rate"] = 12
    shop.links["products"][0]["reason"] = "Zoho did not answer."
    assert len(shop.truth().broken()) == 1


def test_what_nobody_owns_or_counts_is_not_compared() -> None:
    shop = Shop()
    shop.item |= {"rate": 12, "actual_available_for_sale_stock": 99.0}
    shop.settings["owners"]["price"] = "nobody"
    shop.settings["stock_owner"] = "nobody"
    assert shop.truth().broken() == []


def test_the_merchants_buffer_is_kept_back() -> None:
    shop = Shop()
    shop.item["actual_available_for_sale_stock"] = 13.0
    assert len(shop.truth().broken()) == 1
    shop.settings["stock_buffer"] = 3
    assert shop.truth().broken() == []


def test_a_placeholder_is_no_difference_where_the_merchant_is_told() -> None:
    shop = Shop()
    shop.contact["Email"] = None
    assert len(shop.truth().broken()) == 1
    shop.links["customers"][0]["no_email"] = True
    assert shop.truth().broken() == []


def test_both_sides_are_read_whole_through_their_own_apis() -> None:
    world = World.synthetic(230, seed=3, per_minute_limit=None)
    user = world.cscart.add_user(email="ann@example.com", firstname="Ann", lastname="Example")
    product = next(id for id, row in world.cscart.products().items() if int(row["amount"]) > 3)
    order = world.cscart.place_order(user_id=user, lines=[(product, 1)])
    world.zoho.crm.add_contact(Last_Name="Example", Email="ann@example.com")
    keys = deepcopy(world.description())
    client = httpx2.Client(transport=world.transport())
    store, zoho = read_store(client, keys["cscart"]), read_zoho(client, keys["zoho"])
    assert set(store.products) == {str(id) for id in world.cscart.products()}
    assert "full_description" in store.products[str(product)]
    assert set(store.customers) == {str(user)}
    assert len(store.orders[str(order)]["products"]) == 1
    assert set(zoho.products) == set(world.zoho.items())
    counted = [item for item in zoho.products.values() if item["item_type"] == "inventory"]
    assert len(counted) > 100
    assert all("actual_available_for_sale_stock" in item for item in counted)
    assert [row["Email"] for row in zoho.customers.values()] == ["ann@example.com"]


def test_customers_are_read_with_addresses_and_fields_of_their_own() -> None:
    """By the store add-on and by the mapped fields of CRM, over more than one page each."""
    world = World.demo(seed=3, past_orders=0, sales_orders=False, per_minute_limit=None)
    customise(world.cscart, world.zoho)
    keys = deepcopy(world.description())
    client = httpx2.Client(transport=world.transport())
    store = read_store(client, keys["cscart"])
    zoho = read_zoho(client, keys["zoho"], [own.name for own in OWN])
    users, contacts = world.cscart.users(), world.zoho.crm.contacts()
    assert set(store.customers) == {str(id) for id in users}
    assert set(zoho.customers) == set(contacts)
    assert all(store.customers[str(id)]["fields"] == row["fields"] for id, row in users.items())
    assert all(zoho.customers[id][GROUP.name] == row[GROUP.name] for id, row in contacts.items())
    assert set(store.choices.values()) == set(GROUPS)


def test_the_crm_of_the_demo_is_one_as_administrators_make_it() -> None:
    """Mandatory, unique, read-only, hidden and short fields, and four customers of the store who do not fit."""
    world = World.demo(seed=3, size=0.1, past_orders=0, sales_orders=False)
    before = {id: row["email"] for id, row in world.cscart.users().items()}
    customise(world.cscart, world.zoho)
    fields = world.zoho.crm.setup.modules["Contacts"].fields
    assert fields[GROUP.name].mandatory
    assert fields[GROUP.name].choices == GROUPS
    assert (fields[NUMBER.name].unique, fields[LEVEL.name].locked, fields["Fax"].hidden) == (True, True, True)
    assert all(row[GROUP.name] in GROUPS for row in world.zoho.crm.contacts().values())
    numbers = [row[NUMBER.name] for row in world.zoho.crm.contacts().values() if row[NUMBER.name]]
    assert len(set(numbers)) == len(numbers) > 0

    users = world.cscart.users()
    assert {id: row["email"] for id, row in users.items()} == before
    texts = [{*row["fields"].values()} for row in users.values()]
    group = str(min(world.cscart.users_kept.profile_fields))
    assert sum(group not in row["fields"] for row in users.values()) == 1
    assert sum(FLYER in each for each in texts) == 1
    assert sum(row["b_city"] == LONG_CITY for row in users.values()) == 1
    in_crm = {row["Email"] for row in world.zoho.crm.contacts().values()}
    twice = [
        row for row, own in zip(users.values(), texts, strict=True) if row["email"] not in in_crm and own & {*numbers}
    ]
    assert len(twice) == 1
