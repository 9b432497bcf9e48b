"""The key's administrator belongs to a user group that may not see everything. What may not be seen is unknown.

It is named at connecting and by `doctor`, with what does not work without it; and nothing is written that would rest
on it: no customer loses the storefront, no order is made somewhere.
"""

import pytest

from cscart_zoho import app
from cscart_zoho.cscart.rights import RIGHTS, missing_rights, words_of
from tests.situations.shop import Shop

ENTITIES = {right.name: right.path.rsplit("/", 1)[-1] for right in RIGHTS}


def look_again(shop: Shop) -> None:
    assert shop.store is not None
    app.connect_store(shop.store)


def doctor(shop: Shop) -> dict[str, list[tuple[bool, str]]]:
    assert shop.store is not None
    told: dict[str, list[tuple[bool, str]]] = {}
    for what, well, words in app.check_store(shop.store):
        told.setdefault(what, []).append((bool(well), words))
    return told


def type_a_phone(shop: Shop) -> None:
    """A person in Zoho writes down the phone of the one contact there is."""
    ((id, contact),) = shop.world.zoho.contacts().items()
    persons = [{**person, "phone": "+1 555 0100"} for person in contact["contact_persons"]]
    shop.world.zoho.edit_contact(id, contact_persons=persons)


@pytest.mark.parametrize("name", list(ENTITIES))
def test_each_right_that_is_missing_is_named_with_what_does_not_work(shop: Shop, name: str) -> None:
    shop.world.cscart.denied = {ENTITIES[name]}
    store = shop.connect()

    (right,) = missing_rights(store.capabilities)
    assert right.name == name
    words = words_of(right)
    assert right.what in words
    assert right.without in words
    assert [words for _, words in doctor(shop)["Store: rights"]] == [words]


def test_all_rights_are_there_and_nobody_is_told_of_one(shop: Shop) -> None:
    store = shop.connect()
    assert missing_rights(store.capabilities) == []
    assert doctor(shop)["Store: rights"] == [(True, "the key may see all that is needed")]


@pytest.mark.parametrize("name", [name for name in ENTITIES if name != "users"])
def test_customers_keep_their_storefront_whatever_may_not_be_seen(shop: Shop, name: str) -> None:
    user = shop.user()
    shop.sync("customers")
    storefront = shop.world.cscart.user(user)["company_id"]
    shop.world.cscart.denied = {ENTITIES[name]}
    look_again(shop)
    type_a_phone(shop)
    shop.settle("customers")

    assert shop.world.cscart.user(user)["phone"] == "+1 555 0100"
    assert shop.world.cscart.user(user)["company_id"] == storefront != "0"


def test_a_store_whose_stores_may_not_be_seen_is_no_marketplace(shop: Shop) -> None:
    shop.world.cscart.denied = {"stores"}
    store = shop.connect()
    assert store.capabilities["edition"] == ""
    shop.world.zoho.add_contact(contact_name="Bob Example", email="bob@example.com")
    shop.settle("customers")

    assert shop.world.cscart.users() == {}
    contact = next(iter(shop.world.zoho.contacts()))
    state, reason = shop.told("customers", zoho=contact)
    assert state == "held"
    assert "storefront" in reason


def test_what_an_earlier_look_has_found_is_not_forgotten(shop: Shop) -> None:
    store = shop.connect()
    before = dict(store.capabilities)
    shop.world.cscart.denied = {"stores", "taxes", "statuses", "payments", "shippings", "settings", "categories"}
    look_again(shop)

    for name in ("edition", "company_id", "taxes", "order_statuses", "payments", "shippings", "category_id"):
        assert store.capabilities[name] == before[name], name
    assert {right.name for right in missing_rights(store.capabilities)} == shop.world.cscart.denied


def test_a_customer_of_another_storefront_stays_there(shop: Shop) -> None:
    vendors = shop.world.cscart.tables["vendors"]
    second = {**vendors.rows[0], "company_id": "2", "company": "Second storefront"}
    vendors.rows.append(second)
    user = shop.user(company_id="2")
    shop.sync("customers")
    type_a_phone(shop)
    shop.settle("customers")

    assert shop.world.cscart.user(user)["company_id"] == "2"
    assert shop.world.cscart.user(user)["phone"] == "+1 555 0100"


def test_a_missing_right_is_a_trouble_only_for_what_is_in_use(shop: Shop) -> None:
    shop.world.cscart.denied = {"usergroups"}
    shop.both("LAMP", 3)
    shop.sync("products")
    assert [well for well, _ in doctor(shop)["Store: rights"]] == [True]
    shop.user()
    shop.sync("customers")
    assert [well for well, _ in doctor(shop)["Store: rights"]] == [False]


def test_no_list_is_asked_for_twice_only_to_see_whether_it_may_be(shop: Shop) -> None:
    shop.connect()
    shop.forget_calls()
    look_again(shop)

    for name in ("categories", "taxes", "stores", "orders", "statuses", "payments", "shippings", "settings"):
        assert shop.called("GET", f"/{name}") == 1, name
