"""Several storefronts of one store do not share their customers: one address may have an account in each of them. They
are as many accounts as there are. One is the customer of Zoho, the others stay as they are; all keep the storefront."""

import pytest

from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.store.models import Link
from tests.situations.shop import Shop

HOMES = [Home.INVENTORY, Home.CRM, Home.BOTH]


class Fronts:
    """Ann with an account in two storefronts, and Bob who is of the second one alone."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        shop.both("L-1", stock=50)
        self.other = shop.world.cscart.add_company("Second store")
        self.twin = shop.user(firstname="Annie", company_id=self.other, phone="+1 555 0122")
        self.ann = shop.user(firstname="Ann", phone="+1 555 0111")
        self.bob = shop.user("bob@example.com", firstname="Bob", company_id=self.other)
        shop.sync("products", "customers", "customers")

    def linked(self) -> set[str]:
        return set(Link.objects.filter(entity="customers").values_list("cscart_id", flat=True))

    def addresses(self) -> list[str]:
        if self.shop.customer_choices.home is Home.INVENTORY:
            return sorted(str(row["email"]) for row in self.shop.world.zoho.contacts().values())
        return sorted(str(row["Email"]) for row in self.shop.world.zoho.crm.contacts().values())


@pytest.fixture(params=HOMES)
def fronts(shop: Shop, request: pytest.FixtureRequest) -> Fronts:
    shop.live_in(request.param, inventory_at_once=True)
    return Fronts(shop)


def test_the_account_of_our_storefront_is_the_customer(fronts: Fronts) -> None:
    assert fronts.linked() == {str(fronts.ann), str(fronts.bob)}
    assert fronts.addresses() == ["ann@example.com", "bob@example.com"]
    state, reason = fronts.shop.told("customers", cscart=fronts.twin)
    assert state == "not_synced"
    assert f"Customer {fronts.ann} of another storefront" in reason
    assert "held" not in fronts.shop.runs[-1].message


def test_nothing_of_one_goes_to_the_other(fronts: Fronts) -> None:
    shop, cscart = fronts.shop, fronts.shop.world.cscart
    before = cscart.user(fronts.twin)
    cscart.edit_user(fronts.ann, phone="+1 555 0133")
    shop.settle("customers")
    cscart.edit_user(fronts.twin, firstname="Someone", phone="+1 555 0144")
    shop.settle("customers")

    assert cscart.user(fronts.ann)["phone"] == "+1 555 0133"
    assert (cscart.user(fronts.twin)["phone"], before["phone"]) == ("+1 555 0144", "+1 555 0122")
    assert fronts.addresses() == ["ann@example.com", "bob@example.com"]


def test_everybody_keeps_the_storefront(fronts: Fronts) -> None:
    shop = fronts.shop
    for id, row in shop.world.zoho.contacts().items():
        persons = [{**each, "phone": "+1 555 0155"} for each in row["contact_persons"]]
        shop.world.zoho.edit_contact(id, contact_persons=persons)
    for id in shop.world.zoho.crm.contacts():
        shop.world.zoho.crm.edit_contact(id, Phone="+1 555 0155")
    shop.settle("customers")

    users = {id: shop.world.cscart.user(id) for id in (fronts.twin, fronts.ann, fronts.bob)}
    assert {id: row["company_id"] for id, row in users.items()} == {
        fronts.twin: fronts.other,
        fronts.ann: "1",
        fronts.bob: fronts.other,
    }
    assert users[fronts.bob]["phone"] == users[fronts.ann]["phone"] == "+1 555 0155"
    assert users[fronts.twin]["phone"] == "+1 555 0122"


def test_what_the_other_account_orders_is_booked_on_the_same_contact(shop: Shop) -> None:
    fronts = Fronts(shop)
    orders = [shop.order(("L-1", 1), user=user) for user in (fronts.twin, fronts.ann)]
    shop.settle("orders")

    sales = [shop.sale(order) for order in orders]
    assert all(sale is not None for sale in sales), shop.why(orders[0])
    assert len({sale["customer_id"] for sale in sales if sale is not None}) == 1
    assert fronts.addresses() == ["ann@example.com", "bob@example.com"]
    shop.settle("customers", "orders", rounds=1)


def test_where_contacts_are_made_with_the_first_order_only_one_is(shop: Shop) -> None:
    shop.live_in(Home.BOTH)
    fronts = Fronts(shop)
    assert shop.world.zoho.contacts() == {}
    order = shop.order(("L-1", 1), user=fronts.twin)
    shop.settle("orders")

    assert shop.sale(order) is not None, shop.why(order)
    assert [row["email"] for row in shop.world.zoho.contacts().values()] == ["ann@example.com"]


def test_when_our_account_is_deleted_the_other_one_takes_its_place(shop: Shop) -> None:
    fronts = Fronts(shop)
    shop.world.cscart.delete_user(fronts.ann)
    shop.sync("customers", "customers", "customers", hours=30)

    assert str(fronts.twin) in fronts.linked()
    assert fronts.addresses() == ["ann@example.com", "bob@example.com"]
