"""A user is deleted, or made anonymous, and the contact and the orders stay. Whoever registers with that address again
is that contact's customer, and orders go on: none waits for a contact that is there, and nobody is made twice."""

from collections.abc import Callable

import pytest

from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.store.models import Link
from tests.situations.clientele import with_addon
from tests.situations.shop import Shop

ANN = "ann@example.com"
GOES: dict[str, Callable[[Shop, int], None]] = {
    "anonymous": lambda shop, user: shop.world.cscart.anonymize_user(user),
    "deleted": lambda shop, user: shop.world.cscart.delete_user(user),
}


@pytest.fixture(params=[Home.INVENTORY, Home.BOTH])
def order(shop: Shop, request: pytest.FixtureRequest) -> int:
    """The first order of a customer whose contact is linked."""
    with_addon(shop, request.param)
    shop.both("L-1", stock=50)
    user = shop.user(ANN, phone="+1 555 0100")
    order = shop.order(("L-1", 1), user=user)
    shop.sync()
    shop.settle()
    return order


def user_of(shop: Shop) -> int:
    (user,) = shop.world.cscart.users()
    return user


def booked_on(shop: Shop, order: int) -> str:
    sale = shop.sale(order)
    assert sale is not None, shop.why(order)
    assert sale["status"] == "confirmed"
    return str(sale["customer_id"])


@pytest.mark.parametrize("how", GOES)
def test_whoever_registers_again_has_the_contact_and_its_orders(shop: Shop, order: int, how: str) -> None:
    contact, old = booked_on(shop, order), user_of(shop)
    GOES[how](shop, old)
    shop.sync()

    again = shop.user(ANN)
    new = shop.order(("L-1", 2), user=again)
    shop.sync()
    shop.settle(rounds=4)

    assert booked_on(shop, new) == contact
    assert len(shop.world.zoho.contacts()) == 1
    assert len(shop.world.zoho.crm.contacts()) == (1 if shop.customer_choices.home is Home.BOTH else 0)
    assert shop.told("customers", cscart=again) == ("synced", "")
    assert Link.objects.filter(entity="customers").values_list("cscart_id", flat=True).get() == str(again)


def test_an_anonymous_user_gets_nothing_of_whoever_registers_again(shop: Shop, order: int) -> None:
    old = user_of(shop)
    shop.world.cscart.anonymize_user(old)
    shop.sync("customers")
    before = shop.world.cscart.user(old)
    again = shop.user(ANN, lastname="Newname", phone="+1 555 0199")
    shop.sync("customers")
    shop.settle("customers")

    assert shop.world.cscart.user(old) == before
    assert shop.told("customers", cscart=old) == ("not_synced", "This customer was made anonymous in CS-Cart.")
    assert shop.world.cscart.user(again)["lastname"] == "Newname"


def test_an_order_of_a_deleted_user_is_edited(shop: Shop, order: int) -> None:
    contact = booked_on(shop, order)
    shop.world.cscart.delete_user(user_of(shop))
    shop.edit_order(order, ("L-1", 3))

    shop.settle(rounds=4)

    assert booked_on(shop, order) == contact
    assert shop.sold(order)[0][2] == 3
    assert shop.told("orders", cscart=order) == ("synced", "")
    assert len(shop.world.zoho.contacts()) == 1


@pytest.mark.parametrize("how", GOES)
def test_nothing_of_a_contact_that_was_deleted_meanwhile_comes_over(shop: Shop, how: str) -> None:
    with_addon(shop, Home.INVENTORY)
    old = shop.user(ANN, phone="+1 555 0100")
    shop.settle("customers")
    (contact,) = shop.world.zoho.contacts()
    GOES[how](shop, old)
    shop.sync("customers")
    shop.world.zoho.delete_contact(contact)  # no list of Inventory tells of it

    again = shop.user(ANN, phone="")
    shop.sync("customers", "customers")
    shop.settle("customers")

    assert shop.world.cscart.user(again)["phone"] == ""
    (made,) = shop.world.zoho.contacts().values()
    assert (made["email"], made["phone"]) == (ANN, "")
    assert shop.told("customers", cscart=again) == ("synced", "")
