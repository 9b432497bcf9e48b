"""The key's administrator belongs to a user group that may not see everything. What may not be seen is unknown.

It is named at connecting and by `doctor`, with what does not work without it; and nothing is written that would rest
on it: no customer loses the storefront, no order is made somewhere.
"""

import pytest

from cscart_zoho import app
from cscart_zoho.cscart.rights import RIGHTS, missing_rights, words_of
from cscart_zoho.errors import ConnectorError
from cscart_zoho_sim.wire import Response
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


def test_one_product_of_another_storefront_costs_itself(shop: Shop) -> None:
    """A store says 403 of what belongs to another storefront, as of a key without rights: it stopped all others."""
    shop.both("LAMP", 5)
    shop.both("SOFA", 5)
    user, other = shop.user("ann@example.com"), shop.user("bob@example.com", lastname="Other")
    shop.sync("products", "customers")
    store = shop.world.cscart
    second, key = store.add_company("Second storefront"), store.add_administrator("ours@example.com", "1")
    assert shop.store is not None
    shop.store.email, shop.store.api_key = "ours@example.com", key
    look_again(shop)
    lamp = shop._product_id("LAMP")
    store.edit_product(lamp, company_id=second)
    store.edit_user(other, company_id=second)
    store.edit_user(user, phone="+1 555 0100")
    for sku in ("LAMP", "SOFA"):
        shop.count_in_zoho(sku, 2)
    for _ in range(2):
        shop.sync("products", "customers", hours=25)
    assert shop.stock("SOFA") == (7, 7, 7)
    state, reason = shop.told("products", cscart=lamp)
    assert state == "failed"
    assert "another vendor or storefront" in reason
    assert {row["status"] for row in shop.world.zoho.items().values()} == {"active"}
    assert "+1 555 0100" in [row["contact_persons"][0]["phone"] for row in shop.world.zoho.contacts().values()]


def test_one_change_that_is_not_allowed_costs_itself(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.both("LAMP", 5)
    shop.both("SOFA", 5)
    shop.sync("products")
    handled = shop.world.cscart._handled
    lamp, no = f"/products/{shop._product_id('LAMP')}", Response(403, b'{"message":"Forbidden","status":403}', {})
    monkeypatch.setattr(
        shop.world.cscart,
        "_handled",
        lambda request: no if request.method == "PUT" and request.path.endswith(lamp) else handled(request),
    )
    for sku in ("LAMP", "SOFA"):
        shop.count_in_zoho(sku, 2)
    shop.sync("products")
    assert shop.stock("SOFA") == (7, 7, 7)
    assert shop.told("products", cscart=shop._product_id("LAMP"))[0] == "failed"


def test_the_key_of_another_storefront_that_may_not_see_its_store_is_not_taken(shop: Shop) -> None:
    """What may not be seen is as it was known; but whoever sees none of our records is somebody else."""
    shop.both("LAMP", 5)
    shop.user()
    shop.sync("products", "customers")
    store = shop.world.cscart
    second = store.add_company("Second storefront")
    key = store.add_administrator("second@example.com", second)
    store.denied = {"stores"}
    typed = type(shop.connect()).objects.get()
    typed.email, typed.api_key = "second@example.com", key
    with pytest.raises(ConnectorError, match="sees none of the products and customers that are linked"):
        app.connect_store(typed)
    ours = store.add_administrator("colleague@example.com", "1")
    typed.email, typed.api_key = "colleague@example.com", ours
    assert app.connect_store(typed) == ""
    shop.settle("products")
