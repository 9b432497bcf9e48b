"""People order at the counter or by phone, without an account and without an e-mail address of their own. Nobody can
tell who they are, so nobody's order is booked on somebody else: it waits, and says what to do."""

from typing import Any

import msgspec
import pytest

from tests.situations.shop import Shop

BEA = {"firstname": "Bea", "lastname": "Phone", "phone": "+1 555 0100"}
CAL = {"firstname": "Cal", "lastname": "Counter", "phone": "+1 555 0199"}


@pytest.fixture
def counter(shop: Shop) -> Shop:
    """A shop with goods, whose first sync is done."""
    shop.both("L-1", stock=50)
    shop.sync("products", "customers")
    return shop


def ordered(shop: Shop, who: dict[str, str], email: str = "", **more: Any) -> int:
    """Somebody's order, as the counter enters it."""
    order = shop.world.cscart.place_order(guest={**who, "email": email}, lines=[(1, 1)], **more)
    shop.set_status(order, "P")
    return order


def customer(shop: Shop, order: int) -> str:
    sale = shop.sale(order)
    assert sale is not None
    return str(sale["customer_id"])


def test_both_orders_wait_and_say_what_to_do(counter: Shop) -> None:
    bea, cal = ordered(counter, BEA), ordered(counter, CAL)
    counter.sync("orders", "orders")

    for order in (bea, cal):
        assert counter.sale(order) is None
        state, reason = counter.told("orders", cscart=order)
        assert state == "held"
        assert reason.startswith("It has no e-mail address")
        assert "Enter" in reason
        assert "one contact for all guests" in reason
        assert "customer's page" not in reason
    assert counter.world.zoho.contacts() == {}
    assert "2 held" in counter.runs[-1].message


def test_with_its_address_an_order_goes_out(counter: Shop) -> None:
    bea, cal = ordered(counter, BEA), ordered(counter, CAL)
    counter.sync("orders")

    counter.edit_order(bea, email="bea@example.com")
    counter.settle("orders")

    assert counter.world.zoho.contact(customer(counter, bea))["email"] == "bea@example.com"
    assert counter.sale(cal) is None
    assert len(counter.world.zoho.contacts()) == 1


def test_one_contact_may_stand_for_all_of_them(counter: Shop) -> None:
    bea, cal = ordered(counter, BEA), ordered(counter, CAL)
    counter.sync("orders")

    contact = counter.contact("Counter sales")
    counter.order_choices = msgspec.structs.replace(counter.order_choices, guest_contact_id=contact)
    counter.connect()
    counter.settle("orders")

    assert customer(counter, bea) == customer(counter, cal) == contact
    assert len(counter.world.zoho.contacts()) == 1


@pytest.mark.parametrize("address", ["noemail@example.com", "n/a", "  ", "NO-REPLY@example.com", "bea@example.invalid"])
def test_an_address_that_stands_for_nobody_is_none(counter: Shop, address: str) -> None:
    bea, cal = ordered(counter, BEA, address), ordered(counter, CAL, address)
    counter.sync("orders", "orders")

    for order in (bea, cal):
        assert counter.sale(order) is None
        assert "e-mail address" in counter.why(order)
        assert address.strip() in counter.why(order)
    assert counter.world.zoho.contacts() == {}


def test_an_address_that_two_people_order_with_makes_them_not_one(counter: Shop) -> None:
    bea = ordered(counter, BEA, "counter@example.com")
    counter.settle("orders")
    contact = customer(counter, bea)
    cal = ordered(counter, CAL, "Counter@example.com")
    counter.settle("orders")

    assert counter.sale(cal) is None
    assert "Bea Phone" in counter.why(cal)
    assert "Cal Counter" in counter.why(cal)
    assert "one contact for all guests" in counter.why(cal)
    assert customer(counter, bea) == contact
    assert counter.told("orders", cscart=bea)[0] == "synced"
    assert [row["contact_name"] for row in counter.world.zoho.contacts().values()] == ["Bea Phone"]


def test_the_order_that_is_known_may_still_be_edited(counter: Shop) -> None:
    bea = ordered(counter, BEA, "counter@example.com")
    counter.settle("orders")
    ordered(counter, CAL, "counter@example.com")
    counter.settle("orders")

    counter.edit_order(bea, ("L-1", 3))
    counter.settle("orders")

    assert counter.sold(bea)[0][2] == 3


def test_the_same_phone_makes_nobody_one(counter: Shop) -> None:
    same = {**CAL, "phone": BEA["phone"]}
    bea, cal = ordered(counter, BEA, "bea@example.com"), ordered(counter, same, "cal@example.com")
    dan = ordered(counter, {**BEA, "firstname": "Dan"})
    counter.settle("orders")

    assert customer(counter, bea) != customer(counter, cal)
    assert counter.sale(dan) is None
    assert counter.why(dan).startswith("It has no e-mail address")


def test_one_person_who_writes_the_name_in_two_ways_stays_one(counter: Shop) -> None:
    first = ordered(counter, BEA, "bea@example.com")
    second = ordered(counter, {**BEA, "firstname": "B.", "phone": "555-0177"}, "bea@example.com")
    third = ordered(counter, {"firstname": "Beatrice", "lastname": "Newname", "phone": "1 555 0100"}, "bea@example.com")
    counter.settle("orders")

    assert customer(counter, first) == customer(counter, second) == customer(counter, third)
    assert len(counter.world.zoho.contacts()) == 1


def test_where_guests_become_no_contacts_the_advice_is_of_use(counter: Shop) -> None:
    counter.allow_guests(allowed=False)
    bea = ordered(counter, BEA)
    counter.sync("orders")

    assert counter.sale(bea) is None
    assert "one contact for all guests" in counter.why(bea)


def test_a_sales_order_that_a_person_has_entered_for_it_is_its_own(counter: Shop) -> None:
    bea = ordered(counter, BEA)
    counter.sync("orders")
    contact = counter.contact("Bea Phone")
    given = {"shipping_charge": float(counter.total(bea)) - 10, "reference_number": f"CS-{bea}"}
    sale = counter.world.zoho.add_salesorder(contact, [(counter._item_id("L-1"), 1, 10)], **given)
    counter.world.zoho.confirm(sale)

    counter.settle("orders")

    assert counter.sales(bea)[0]["customer_id"] == contact
    assert counter.told("orders", cscart=bea)[0] == "synced", counter.why(bea)
    assert len(counter.world.zoho.salesorders()) == 1
