"""A price has more digits than the other side keeps: it is held with both figures, is never rounded without a word,
and nothing goes on sale for 0.00 by rounding - in both directions, for new products and for changed ones."""

from decimal import Decimal

import pytest

from cscart_zoho.mapping.choices import Owner, ProductChoices
from cscart_zoho.store.models import Observation
from cscart_zoho_sim.world import World
from tests.situations.shop import Shop, opened

OWNERS = dict.fromkeys(("price", "list_price"), Owner.ZOHO)


def shop_with(**setting: object) -> Shop:
    """Both sides count in one currency."""
    world = World.empty(1, **setting)  # type: ignore[arg-type]
    world.cscart.desk.checkout.currency = world.zoho.organisation.currency
    return Shop(world)


def of_zoho(shop: Shop) -> Shop:
    """Zoho's prices count."""
    shop.product_choices = ProductChoices(default_tax_id="6", brake_percent=100, owners=OWNERS)
    return shop


def price(shop: Shop, sku: str) -> Decimal:
    return Decimal(str(shop.world.cscart.product(shop._product_id(sku))["price"]))


def test_a_part_for_less_than_a_cent_does_not_go_on_sale_for_nothing(db: None) -> None:
    with opened(shop_with(price_precision=4)) as shop:
        resistor = shop.item("R-1", stock=5000, rate=0.0012, name="Resistor")
        shop.sync("products")
        assert shop.world.cscart.products() == {}
        state, reason = shop.told("products", zoho=resistor)
        assert state == "held"
        assert reason.startswith("Its price 0.0012 would be 0.00 in the store.")


@pytest.mark.parametrize(("rate", "kept"), [(12.345, "12.35"), (0.004, "0.00"), (1.995, "2.00")])
def test_no_price_of_an_item_is_rounded(db: None, rate: float, kept: str) -> None:
    with opened(shop_with(price_precision=3)) as shop:
        item = shop.item("R-1", stock=5, rate=rate)
        good = shop.item("R-2", stock=5, rate=12.5)
        shop.sync("products")
        assert f"Its price {rate:g} would be {kept} in the store." in shop.told("products", zoho=item)[1]
        assert shop.told("products", zoho=good)[0] == "synced"
        assert price(shop, "R-2") == Decimal("12.50")


def test_a_list_price_is_not_rounded_either(db: None) -> None:
    with opened(shop_with(price_precision=4)) as shop:
        item = shop.item("R-1", stock=5, rate=10, label_rate=12.3456)
        shop.sync("products")
        assert shop.told("products", zoho=item)[1].startswith("Its list price 12.3456 would be 12.35 in the store.")
        assert shop.world.cscart.products() == {}


def test_yen_have_no_decimals_in_zoho(db: None) -> None:
    with opened(shop_with(currency="JPY", price_precision=0)) as shop:
        odd, even = shop.product("R-1", price="12.50"), shop.product("R-2", price="1200.00000000")
        shop.sync("products")
        assert shop.told("products", cscart=odd) == (
            "held",
            "Its price 12.50 would be 13 in Zoho. Give it a price without decimals.",
        )
        assert shop.told("products", cscart=even)[0] == "synced"
        assert {item["rate"] for item in shop.world.zoho.items().values()} == {1200}


def test_a_dinar_has_three_decimals_and_the_store_keeps_two(db: None) -> None:
    with opened(of_zoho(shop_with(currency="KWD", price_precision=3))) as shop:
        shop.both("R-1", stock=5, price="1.25")
        shop.sync("products")
        shop.world.zoho.edit_item(shop._item_id("R-1"), rate=1.255)
        shop.sync("products")
        assert price(shop, "R-1") == Decimal("1.25")
        assert "Its price 1.255 would be 1.26 in the store." in shop.told("products", zoho=shop._item_id("R-1"))[1]


def test_a_price_that_was_equal_and_now_has_more_digits_changes_nothing_and_is_told(db: None) -> None:
    with opened(of_zoho(shop_with(price_precision=4))) as shop:
        shop.both("R-1", stock=5, price="1.25")
        shop.sync("products")
        item = shop._item_id("R-1")
        shop.world.zoho.edit_item(item, rate=0.0012)
        shop.sync("products")
        assert price(shop, "R-1") == Decimal("1.25")
        assert shop.told("products", zoho=item)[0] == "held"
        assert "Its price 0.0012 would be 0.00 in the store." in shop.told("products", zoho=item)[1]
        shop.set_stock("R-1", 3)
        shop.sync("products")
        assert shop.stock("R-1") == (3, 3, 3), "its stock moves all the same"
        shop.world.zoho.edit_item(item, rate=1.3)
        shop.sync("products")
        assert (price(shop, "R-1"), shop.told("products", zoho=item)[0]) == (Decimal("1.30"), "synced")


@pytest.mark.parametrize("owner", [Owner.ZOHO, Owner.CSCART])
def test_a_pair_that_was_rounded_long_ago_is_told_and_left_alone(db: None, owner: Owner) -> None:
    with opened(shop_with(price_precision=4)) as shop:
        shop.product_choices = ProductChoices(brake_percent=100, owners=dict.fromkeys(OWNERS, owner))
        shop.product("R-1", stock=5, price="12.35")
        item = shop.item("R-1", stock=5, rate=12.3456)
        shop.sync("products")
        shop.sync("products")
        assert (price(shop, "R-1"), shop.world.zoho.item(item)["rate"]) == (Decimal("12.35"), 12.3456)
        assert shop.told("products", zoho=item)[1].startswith("Its price 12.3456 would be 12.35 in the store.")
        assert Observation.objects.filter(state="conflict").count() == 0


def test_the_decimals_of_rates_may_be_set_by_themselves(db: None) -> None:
    with opened(shop_with(price_precision=4)) as shop:
        shop.world.zoho.organisation.preferences.rate_precision = 0
        odd = shop.product("R-1", price="12.50")
        shop.sync("products")
        assert shop.told("products", cscart=odd)[1].startswith("Its price 12.50 would be 13 in Zoho.")
