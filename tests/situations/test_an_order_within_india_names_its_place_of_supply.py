"""An organisation of India: an order to another state names that state, whatever the contact's own is."""

import pytest

from tests.situations.money import buy, by_tax, goods, tax_in_store, went_over
from tests.situations.shop import Shop


@pytest.mark.parametrize(("country", "place"), [("IN", "KA"), ("US", "")])
def test_an_order_within_india_names_its_place_of_supply(shop: Shop, country: str, place: str) -> None:
    shop.world.zoho.organisation.country_code = country
    shop.world.zoho.add_tax("IGST18", 18, specific_type="igst")
    goods(shop, "LAMP", "100.00")
    tax_in_store(shop, "IGST18", 18)
    shop.user(b_country="IN", b_state="TN", b_city="Chennai", b_address="1 Road", b_zipcode="600001")
    shop.sync()

    sent = {"s_country": "IN", "s_state": "KA", "s_city": "Bengaluru", "s_address": "2 Road", "s_zipcode": "560001"}
    order = buy(shop, ("LAMP", 1), **sent)
    shop.settle("orders")

    sale = went_over(shop, order)
    assert (sale["place_of_supply"], by_tax(sale)) == (place, {"IGST18": 18})

    other = buy(shop, ("LAMP", 1), status="O", **sent)
    shop.sync("orders")
    shop.world.cscart.edit_order(other, address={"s_state": "MH", "s_city": "Mumbai"})
    shop.settle("orders")
    edited = shop.sale(other)
    assert edited is not None
    assert edited["place_of_supply"] == ("MH" if country == "IN" else "")
