"""Two products of an order are deleted; their lines go with the item that stands for such lines, told apart by their
names. One of them is taken off in the store: that one goes in Zoho, and the other keeps its line."""

import msgspec

from tests.situations.shop import Shop


def test_lines_of_deleted_products_stay_apart(shop: Shop) -> None:
    for sku in ("LAMP", "VASE", "BOWL"):
        shop.both(sku, stock=20)
    other = shop.item("OTHER", stock=0, rate=1.0, name="Goods without item")
    shop.order_choices = msgspec.structs.replace(shop.order_choices, fallback_item_id=other)
    shop.sync("products", "customers")
    vase, bowl = (shop._product_id(sku) for sku in ("VASE", "BOWL"))
    order = shop.order(("LAMP", 1), ("VASE", 1), ("BOWL", 1), status="O")
    for product in (vase, bowl):
        shop.world.cscart.delete_product(product)
    shop.sync("orders")
    ids = {row["name"]: row["line_item_id"] for row in shop.line_items(order)}
    assert set(ids) == {"Product LAMP", "Product VASE", "Product BOWL"}

    # Taken off in the admin panel; the simulated one would leave out the other deleted product, too.
    kept = [line for line in shop.world.cscart.desk.orders.rows[order].lines.values() if line.code != "VASE"]
    shop.world.cscart.desk.orders.rows[order].groups[0].lines = {line.item_id: line for line in kept}
    shop.edit_order(order, notes="Without the vase")
    shop.settle("orders")

    assert {row["name"]: row["line_item_id"] for row in shop.line_items(order)} == {
        name: id for name, id in ids.items() if name != "Product VASE"
    }
