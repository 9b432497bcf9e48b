"""An older organisation shows only what lies there. Chosen once, by the first items that are read: then it stays so."""

from cscart_zoho.store.models import ZohoOrganisation
from tests.situations.shop import Shop


def test_its_stock_rests_on_what_lies_there_and_goes_on_doing_so(shop: Shop) -> None:
    shop.world.zoho.switches.figures_for_sale = "missing"
    shop.both("LAMP", stock=20)
    shop.sync("products")
    shop.sell("LAMP", 3)
    shop.settle("products")
    assert shop.stock("LAMP") == (17, 17, 17)

    shop.world.zoho.switches.figures_for_sale = "shown"
    shop.count_in_zoho("LAMP", 5)
    shop.settle("products")

    assert shop.stock("LAMP") == (22, 22, 22)
    kept = ZohoOrganisation.objects.get().capabilities["stock_figures"]
    assert kept["available"] == {"key": "actual_available_stock"}
