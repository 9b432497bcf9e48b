"""A person enters a sales order for a customer who is kept in euros; the store's amounts are in dollars. It does not
become an order of the store at the same figures, and what is said about it fits an order that is in Zoho already."""

from tests.situations.shop import Shop


def test_a_sales_order_in_another_currency_stays_in_zoho(shop: Shop) -> None:
    euro = shop.world.zoho.add_currency("EUR", 1.1)
    shop.both("LAMP", stock=50)
    shop.sync()
    person = {"first_name": "Eve", "email": "eve@example.com", "is_primary_contact": True}
    contact = shop.world.zoho.add_contact(contact_name="Eve Example", currency_id=euro, contact_persons=[person])
    sale = shop.sell_order(contact, ("LAMP", 2), confirmed=True)
    shop.settle()

    assert not shop.world.cscart.orders()
    state, reason = shop.told("orders", zoho=sale)
    assert state == "held"
    assert "is in EUR, and Zoho's currency is USD" in reason
    assert "It stays in Zoho alone" in reason
    assert "Enter it in Zoho" not in reason

    before = shop.writes()
    shop.sync("orders", hours=30)
    assert shop.writes() == before
