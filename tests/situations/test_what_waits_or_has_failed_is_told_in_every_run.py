"""What is not in sync is told by each run over everything, also by those that had nothing to do about it."""

from decimal import Decimal

from cscart_zoho.panel.product import both_of, stock_notes
from cscart_zoho.store.models import Observation
from tests.situations.shop import Shop


def test_an_order_that_has_failed_is_not_called_in_sync_by_the_next_run(shop: Shop) -> None:
    """A sales order is below what the store takes, and it refuses it; the next run finds nothing that is due."""
    shop.both("LAMP", 5)
    shop.sync("products", "customers", "orders")
    shop.world.cscart.switches.minimum_order = Decimal(25)
    shop.sell_order(shop.contact("Ann Example", "ann@example.com"), ("LAMP", 1), confirmed=False)
    shop.sync("orders")
    assert "1 failed" in shop.runs[-1].message
    assert "minimum order amount" in Observation.objects.get(entity="orders", side="zoho").reason
    shop.sync("orders", hours=0.02)
    said = shop.runs[-1].message
    assert "Both sides agree" not in said
    assert "1 failed before and tried again later" in said


def test_a_product_names_the_orders_that_its_stock_differs_by(shop: Shop) -> None:
    """An open order takes a piece of the store's stock, and its draft takes none in Zoho."""
    shop.both("LAMP", 5)
    shop.sync("products", "customers", "orders")
    order = shop.order(("LAMP", 1), status="O")
    shop.sync("orders", "products")
    store = shop.connect()
    assert stock_notes(store, both_of(store, "cscart", str(shop._product_id("LAMP")))) == [
        f"1 piece is on orders that Zoho has not confirmed yet (CS-{order}): the store has so many fewer for sale than "
        "Zoho until they are confirmed."
    ]
