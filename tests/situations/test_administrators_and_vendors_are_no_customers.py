"""Administrators and vendors are users of the store and no customers. Nothing of them goes to Zoho unless they buy, and
nothing of Zoho ever goes to them: not when they have a customer's address, not when a customer becomes one of them.
"""

from typing import Any

import pytest

from cscart_zoho.mapping.customer_choices import Home
from tests.situations.shop import Shop

HOMES = [Home.INVENTORY, Home.CRM, Home.BOTH]


@pytest.fixture
def staffed(shop: Shop) -> Shop:
    """A store with an administrator and a vendor's user, a customer, and goods."""
    shop.both("L-1", stock=50)
    shop.world.cscart.add_staff("boss@example.com", firstname="Bo", lastname="Boss")
    shop.world.cscart.add_staff("vera@example.com", "V", firstname="Vera", lastname="Vendor")
    shop.world.cscart.add_staff("gone@example.com", firstname="Gus", status="D")
    shop.user("ann@example.com")
    return shop


def staff(shop: Shop) -> dict[str, dict[str, Any]]:
    """By user type the administrator and the vendor's user, with all that the store keeps of them."""
    kept = shop.world.cscart.users_kept.rows.values()
    return {row["user_type"]: dict(row) for row in kept if row["user_type"] != "C" and row["status"] == "A"}


def addresses(shop: Shop) -> set[str]:
    return {str(row["email"]) for row in shop.world.zoho.contacts().values()}


@pytest.mark.parametrize("home", HOMES)
def test_they_become_no_customers(staffed: Shop, home: Home) -> None:
    staffed.live_in(home, inventory_at_once=True)
    before = staff(staffed)
    staffed.settle("customers")

    assert addresses(staffed) | staffed.people() == {"ann@example.com"}
    assert staff(staffed) == before


@pytest.mark.parametrize("who", ["A", "V"])
def test_what_they_order_is_booked_like_a_guests(staffed: Shop, who: str) -> None:
    staffed.sync("products", "customers")
    before = staff(staffed)
    user = int(before[who]["user_id"])
    orders = [staffed.order(("L-1", 1), user=user), staffed.order(("L-1", 2), user=user)]
    staffed.settle("orders")

    sales = [staffed.sale(order) for order in orders]
    assert all(sale is not None for sale in sales), staffed.why(orders[0])
    (customer,) = {sale["customer_id"] for sale in sales if sale is not None}
    email = staffed.world.cscart.user(user)["email"]
    assert staffed.world.zoho.contact(customer)["email"] == email
    staffed.edit_order(orders[0], ("L-1", 3))
    staffed.settle("products", "customers", "orders")
    assert staffed.sold(orders[0])[0][2] == 3
    assert staff(staffed) == before
    assert len(staffed.world.zoho.contacts()) == 2


def test_one_with_a_customers_address_is_not_that_customer(staffed: Shop) -> None:
    twin = staffed.world.cscart.add_staff("ann@example.com", firstname="Root")
    before = staffed.world.cscart.user(twin)
    staffed.sync("products", "customers")
    order = staffed.order(("L-1", 1), user=twin)
    ((id, contact),) = staffed.world.zoho.contacts().items()
    persons = [{**each, "first_name": "Anna", "phone": "+1 555 0100"} for each in contact["contact_persons"]]
    staffed.world.zoho.edit_contact(id, contact_persons=persons)
    staffed.settle("customers", "orders")

    assert staffed.world.cscart.user(twin) == before
    sale = staffed.sale(order)
    assert sale is not None
    assert sale["customer_id"] == id
    assert len(staffed.world.zoho.contacts()) == 1


@pytest.mark.parametrize("home", HOMES)
@pytest.mark.parametrize("kind", ["A", "V"])
def test_a_customer_who_becomes_one_is_left_alone(staffed: Shop, home: Home, kind: str) -> None:
    staffed.live_in(home, inventory_at_once=True, when_deleted="disable")
    staffed.settle("customers")
    (ann,) = staffed.world.cscart.users()
    staffed.world.cscart.edit_user(ann, user_type=kind)
    before = staffed.world.cscart.user(ann)
    for id, row in staffed.world.zoho.contacts().items():
        persons = [{**each, "phone": "+1 555 0100"} for each in row["contact_persons"]]
        staffed.world.zoho.edit_contact(id, contact_persons=persons)
    for id in staffed.world.zoho.crm.contacts():
        staffed.world.zoho.crm.edit_contact(id, Phone="+1 555 0100")
    staffed.sync("customers", "customers", "customers")

    assert staffed.world.cscart.user(ann) == before
    state, reason = staffed.told("customers", cscart=ann)
    assert state == "held"
    assert "no customer any more" in reason


def test_one_who_is_a_customer_again_goes_on(staffed: Shop) -> None:
    staffed.settle("customers")
    (ann,) = staffed.world.cscart.users()
    staffed.world.cscart.edit_user(ann, user_type="V")
    ((id, row),) = staffed.world.zoho.contacts().items()
    persons = [{**each, "phone": "+1 555 0100"} for each in row["contact_persons"]]
    staffed.world.zoho.edit_contact(id, contact_persons=persons)
    staffed.sync("customers")
    staffed.world.cscart.edit_user(ann, user_type="C")
    staffed.sync("customers", "customers", hours=30)

    assert staffed.world.cscart.user(ann)["phone"] == "+1 555 0100"
    assert staffed.told("customers", cscart=ann) == ("synced", "")
