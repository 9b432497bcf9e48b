"""A customer's note is longer than Zoho takes: the order goes out, its note ends with an ellipsis there, and the order
says so. The store keeps every word."""

import pytest

from tests.situations.shop import Shop

LIMIT = 5000


def placed(shop: Shop, notes: str) -> int:
    """An order with this note; the store and Zoho know its product."""
    shop.both("L-1", stock=20)
    user = shop.user()
    shop.sync("products", "customers")
    return shop.order(("L-1", 1), user=user, notes=notes)


@pytest.mark.parametrize("length", [LIMIT - 1, LIMIT, LIMIT + 1, 6000])
def test_an_order_goes_out_with_as_much_of_the_note_as_zoho_takes(length: int, shop: Shop) -> None:
    notes = "n" * length
    order = placed(shop, notes)

    shop.sync("orders", "orders")

    sale = shop.sale(order)
    assert sale is not None
    assert sale["status"] == "confirmed"
    assert sale["notes"] == (notes if length <= LIMIT else "n" * (LIMIT - 1) + "…")
    state, reason = shop.told("orders", cscart=order)
    assert state == "synced"
    assert bool(reason) is (length > LIMIT)
    if reason:
        assert f"{length:,} characters" in reason
    assert shop.world.cscart.order_of(order)["notes"] == notes


def test_it_stays_so_when_the_order_is_edited_and_writes_nothing_by_itself(shop: Shop) -> None:
    order = placed(shop, "n" * 6000)
    shop.sync("orders")
    shop.hours(1)

    shop.edit_order(order, ("L-1", 2))
    shop.settle("orders")

    sale = shop.sale(order)
    assert sale is not None
    assert len(sale["notes"]) == LIMIT
    assert shop.sold(order)[0][2] == 2
    assert "characters" in shop.told("orders", cscart=order)[1]
