"""Money in the words of a merchant: taxes and shipping of a shop, the taxes of a sales order, what the product says."""

from collections.abc import Mapping
from typing import Any

from cscart_zoho import app
from cscart_zoho.cli.orders import sums
from cscart_zoho.order import from_text
from cscart_zoho.store.models import Observation
from cscart_zoho_sim.cscart.cart import Wanted
from tests.situations.shop import Shop


def taxed_in_both(shop: Shop, name: str, percent: float, *, id: int = 6, **settings: Any) -> None:
    """A tax of the store (`included`, `priority`, `countries`), and one of the same name and percent in Zoho."""
    tax_in_store(shop, name, percent, id=id, **settings)
    shop.world.zoho.add_tax(name, percent)


def tax_in_store(shop: Shop, name: str, percent: float, *, id: int = 6, **settings: Any) -> None:
    shop.world.cscart.desk.set_tax(id, str(percent), name=name, **settings)


def goods(shop: Shop, sku: str, price: str = "10.00", stock: int = 50, tax: int = 6) -> None:
    """A product of the store with a tax, and its item."""
    shop.product(sku, stock, price, tax_ids=str(tax) if tax else "")
    shop.item(sku, stock, float(price))


def ship_for(shop: Shop, cost: str, *taxes: int) -> None:
    """Every way of shipping costs this."""
    for row in shop.world.cscart.desk.checkout.tables["shippings"].rows:
        shop.world.cscart.desk.set_shipping(int(row["shipping_id"]), cost, taxes)


def buy(shop: Shop, *sales: tuple[str, int], gifts: tuple[str, ...] = (), status: str = "P", **given: Any) -> int:
    """An order; `gifts` are given away with it by a promotion."""
    lines = [Wanted(_id(shop, sku), pieces) for sku, pieces in sales]
    lines += [Wanted(_id(shop, sku), 1, gift=True) for sku in gifts]
    users = shop.world.cscart.users()
    user = next(iter(users)) if users else shop.user()
    order = shop.world.cscart.place_order(user_id=user, lines=lines, **given)
    shop.world.cscart.set_order_status(order, status)
    return order


def _id(shop: Shop, sku: str) -> int:
    return next(id for id, row in shop.world.cscart.products().items() if row["product_code"] == sku)


def by_tax(sale: Mapping[str, Any]) -> dict[str, float]:
    """Name of each tax of a sales order, without its percent, and its money."""
    return {str(row["tax_name"]).partition(" (")[0]: row["tax_amount"] for row in sale["taxes"]}


def tax_of(shop: Shop, order: int) -> float:
    """All taxes of an order of the store."""
    taxes = shop.world.cscart.order_of(order)["taxes"] or {}
    return round(sum(float(tax["tax_subtotal"]) for tax in taxes.values()), 2)


def explained(shop: Shop, order: int) -> tuple[float, float]:
    """What the two columns of an order's trace add up to."""
    assert shop.store is not None
    row = Observation.objects.get(entity="orders", side="cscart", remote_id=str(order))
    priced = app.order_map(shop.store).for_zoho(from_text(str(row.values["document"])))
    here, there = sums(priced.trace)
    return float(here), float(there)


def went_over(shop: Shop, order: int) -> Mapping[str, Any]:
    """The sales order, confirmed at the store's total, with a trace that adds up to it on both sides."""
    sale = shop.sale(order)
    assert sale is not None, shop.why(order)
    assert (sale["status"], sale["total"]) == ("confirmed", float(shop.total(order))), shop.why(order)
    assert explained(shop, order) == (sale["total"], sale["total"])
    return sale
