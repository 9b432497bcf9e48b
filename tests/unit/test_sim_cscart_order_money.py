"""What orders cost in the simulated CS-Cart: taxes, discounts, shipping, surcharges, currencies."""

from decimal import Decimal
from typing import Any

import pytest

from cscart_zoho_sim.cscart.cart import ShippingRates, Wanted
from cscart_zoho_sim.cscart.figures import Taxed, TaxRate, Terms, reckon
from tests.unit.test_sim_cscart_orders import GUEST, Shop

VAT = TaxRate("6", "VAT", Decimal(10))


def line(price: str, amount: int, *tax_ids: str) -> Taxed:
    return Taxed("P", f"P_{price}", Decimal(price), amount, tax_ids)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def taxed(shop: Shop, **product: Any) -> int:
    return shop.store.add_product(**{"price": "9.99", "amount": 50, "tax_ids": "6", **product})


# The calculation


@pytest.mark.parametrize(
    ("by_unit", "included", "tax", "total"),
    [
        (False, False, "0.50", "5.45"),  # 4.95 x 10 % = 0.495, once
        (True, False, "0.50", "5.45"),  # 0.99 x 10 % = 0.099, five times 0.10
        (False, True, "0.45", "4.95"),
        (True, True, "0.45", "4.95"),
    ],
)
def test_a_tax_is_rounded_on_the_sum_or_on_each_unit(by_unit: bool, included: bool, tax: str, total: str) -> None:
    rate = TaxRate("6", "VAT", Decimal(10), included=included)
    figures = reckon([line("0.99", 5, "6")], Terms({"6": rate}, by_unit_price=by_unit))
    assert (sum(figures.taxes["6"].values()), figures.total) == (Decimal(tax), Decimal(total))


def test_the_two_ways_of_rounding_part_by_cents() -> None:
    lines = [line("0.33", 7, "6"), line("1.16", 3, "6")]
    by_sum = reckon(lines, Terms({"6": VAT}))
    by_unit = reckon(lines, Terms({"6": VAT}, by_unit_price=True))
    assert (by_sum.tax_added, by_unit.tax_added) == (Decimal("0.58"), Decimal("0.57"))
    assert by_sum.taxes == {"6": {"P": Decimal("0.58"), "S": Decimal(0)}}
    assert by_unit.taxes == {"6": {"P_0.33": Decimal("0.21"), "P_1.16": Decimal("0.36")}}


def test_a_discount_of_the_order_comes_off_before_the_tax_on_the_sum() -> None:
    lines = [line("10.00", 2, "6"), line("5.00", 1)]
    figures = reckon(lines, Terms({"6": VAT}), subtotal_discount=Decimal(5))
    # a fifth is off: 16.00 of the taxed 20.00 are left
    assert (figures.tax_added, figures.total) == (Decimal("1.60"), Decimal("21.60"))
    assert reckon(lines, Terms({"6": VAT}), subtotal_discount=Decimal(99)).total == 0


def test_a_fixed_tax_does_not_ask_for_the_price() -> None:
    fixed = TaxRate("7", "Fee", Decimal("1.25"), fixed=True)
    figures = reckon([line("10.00", 4, "7")], Terms({"7": fixed}))
    assert figures.total == Decimal("41.25")
    assert reckon([line("10.00", 4, "7")], Terms({"7": fixed}, by_unit_price=True)).total == Decimal("45.00")


def test_a_surcharge_is_of_everything_and_may_be_taxed() -> None:
    terms = Terms({"6": VAT}, surcharge=Decimal("1.50"), surcharge_percent=Decimal(2), surcharge_tax_ids=("6",))
    figures = reckon([line("100.00", 1, "6")], terms)
    assert figures.surcharge == Decimal("3.70")
    assert figures.taxes["6"] == {"P": Decimal("10.00"), "S": Decimal(0), "PS": Decimal("0.37")}
    assert figures.total == Decimal("114.07")


def test_shipping_goes_by_cost_and_by_number() -> None:
    rates = ShippingRates({0: Decimal(40), 30: Decimal(10), 50: Decimal(5)}, {0: Decimal(23), 10: Decimal(15)})
    asked = [(Decimal("21.50"), 1), (Decimal(43), 2), (Decimal("649.95"), 5), (Decimal(645), 30)]
    assert [rates.rate(*each) for each in asked] == [63, 33, 28, 20]


# What orders show of it


def test_a_tax_on_top_is_told_apart_from_one_in_the_price(shop: Shop) -> None:
    shop.store.desk.set_tax(7, 5, included=True)
    both = taxed(shop, price="20.00", tax_ids="6,7")
    order = shop.made({"1": {"product_id": both, "amount": 3}})
    on_top, within = order["taxes"]["6"], order["taxes"]["7"]
    assert (on_top["price_includes_tax"], on_top["tax_subtotal"], on_top["rate_value"]) == ("N", 6, "10.000")
    assert (within["price_includes_tax"], within["tax_subtotal"]) == ("Y", 2.86)
    assert (order["tax_subtotal"], order["subtotal"], order["total"]) == (6, 60, "70.00")
    (item,) = order["products"]
    assert on_top["applies"] == {"P": 6, "S": 0, "items": {"S": [], "P": {item: True}}}


def test_an_order_without_taxes_says_so_with_an_empty_list(shop: Shop) -> None:
    order = shop.made()
    assert order["taxes"] == []
    assert "shipping_tax_value" not in order


def test_shipping_is_taxed_and_sums_have_the_errors_of_floats(shop: Shop) -> None:
    shop.store.desk.set_tax(6, 10, included=True)
    shop.store.desk.set_shipping(1, 63, tax_ids=[6])
    order = shop.made({"1": {"product_id": taxed(shop, price="21.50"), "amount": 1}})
    applies = order["taxes"]["6"]["applies"]
    assert (applies["P"], applies["S"], applies["items"]["S"]) == (1.95, 5.73, [{"1": True}])
    assert order["taxes"]["6"]["tax_subtotal"] == 7.680000000000001
    assert (order["total"], order["tax_subtotal"]) == ("84.50", 0)


def test_by_unit_price_each_line_tells_its_tax(shop: Shop) -> None:
    shop.store.switches.tax_by_unit_price = True
    id = taxed(shop, price="0.33")
    order = shop.made({"1": {"product_id": id, "amount": 7}})
    (item,) = order["products"]
    assert order["products"][item]["tax_value"] == 0.21
    assert order["taxes"]["6"]["applies"] == {f"P_{item}": 0.21}
    assert order["taxes"]["6"]["calculation_type"] == "unit_price"
    assert order["total"] == "6.52"


def test_a_tax_holds_in_its_countries_and_not_for_the_exempt(shop: Shop) -> None:
    shop.store.desk.set_tax(6, 19, countries=["DE"])
    lines = {"1": {"product_id": taxed(shop), "amount": 1}}
    german = {**GUEST, "s_country": "DE"}
    assert shop.made(lines)["taxes"] == []
    assert shop.made(lines, user_data=german)["taxes"]["6"]["tax_subtotal"] == 1.9
    exempt = shop.store.add_user(email="ann@example.com", s_country="DE", tax_exempt="Y")
    assert shop.made(lines, user_id=exempt)["taxes"] == []
    taxless = shop.made(lines)["order_id"]
    shop.put(taxless, s_country="DE")
    assert shop.order(taxless)["taxes"]["6"]["tax_subtotal"] == 1.9


def test_a_line_tells_its_price_after_its_discount_and_the_one_before(shop: Shop) -> None:
    id = shop.store.place_order([Wanted(shop.lamp, 3, discount=Decimal("2.50"))], guest=GUEST)
    order = shop.order(id)
    (line,) = order["products"].values()
    assert (line["price"], line["base_price"], line["original_price"], line["discount"]) == ("17.50", 20, 20, 2.5)
    assert (order["discount"], order["subtotal"], order["subtotal_discount"], order["total"]) == (7.5, 52.5, 0, "56.50")


def test_a_promotion_of_the_catalogue_lowers_the_lines(shop: Shop) -> None:
    shop.store.switches.promotion_percent = Decimal(10)
    (line,) = shop.made()["products"].values()
    assert (line["price"], line["base_price"], line["discount"]) == ("18.00", 20, 2)


def test_a_coupon_comes_off_the_order_and_stays_when_it_is_edited(shop: Shop) -> None:
    id = shop.store.place_order([(shop.lamp, 2)], guest=GUEST, discount="5.00")
    assert (shop.order(id)["subtotal_discount"], shop.order(id)["total"]) == (5, "39.00")
    shop.store.edit_order(id, lines=[(shop.lamp, 1)])
    assert (shop.order(id)["subtotal_discount"], shop.order(id)["total"]) == (5, "19.00")


def test_a_way_of_payment_costs_extra(shop: Shop) -> None:
    shop.store.desk.set_surcharge(2, money="0.35", percent=3)
    order = shop.made()
    assert (order["payment_surcharge"], order["total"]) == (1.07, "25.07")
    assert shop.made(payment_id=1)["total"] == "24.00"


def test_amounts_stay_in_the_stores_currency_whatever_the_shopper_looks_at(shop: Shop) -> None:
    id = shop.store.place_order([(shop.lamp, 1)], guest=GUEST, currency="EUR")
    assert (shop.order(id)["secondary_currency"], shop.order(id)["total"]) == ("EUR", "24.00")
    assert shop.made()["secondary_currency"] == "USD"


def test_a_currency_without_cents_is_rounded_to_whole_units(shop: Shop) -> None:
    shop.store.desk.checkout.currency = "JPY"
    shop.store.desk.set_tax(6, 8)
    order = shop.made({"1": {"product_id": taxed(shop, price=119), "amount": 3}})
    assert (order["taxes"]["6"]["tax_subtotal"], order["total"], order["secondary_currency"]) == (29, "390.00", "JPY")


def test_options_tell_equal_products_apart(shop: Shop) -> None:
    lines = [Wanted(shop.lamp, 1, options={"Colour": "red"}), Wanted(shop.lamp, 1, options={"Colour": "blue"})]
    id = shop.store.place_order(lines, guest=GUEST)
    told = [line["extra"]["product_options_value"][0] for line in shop.order(id)["products"].values()]
    assert [(value["option_name"], value["variant_name"]) for value in told] == [("Colour", "red"), ("Colour", "blue")]
    assert shop.stock(shop.lamp) == 8


# What it is paid with besides money


def test_certificates_pay_for_goods_alone_or_for_shipping_too(shop: Shop) -> None:
    """The lamp is 20.00 and its shipping 4.00."""
    pays = {"certificates": {"GC-A": "15.00", "GC-B": "40.00"}}
    goods = shop.order(shop.store.place_order([(shop.lamp, 1)], guest=GUEST, **pays))
    assert {code: told["cost"] for code, told in goods["use_gift_certificates"].items()} == {"GC-A": 15, "GC-B": 5}
    assert goods["total"] == "4.00"
    shop.store.switches.certificates_pay_shipping = True
    both = shop.order(shop.store.place_order([(shop.lamp, 1)], guest=GUEST, **pays))
    assert (both["use_gift_certificates"]["GC-B"]["cost"], both["total"]) == (9, "0.00")


@pytest.mark.parametrize(("within", "discount", "tax", "total"), [(True, 5, 1.5, "20.50"), (False, 0, 2, "21.00")])
def test_points_are_in_the_discount_or_beside_it(
    shop: Shop, within: bool, discount: int, tax: float, total: str
) -> None:
    shop.store.switches.points_in_discount = within
    taxable = taxed(shop, price="20.00")
    order = shop.order(shop.store.place_order([(taxable, 1)], guest=GUEST, points=(50, "5.00")))
    assert order["points_info"]["in_use"] == {"points": 50, "cost": 5}
    assert (order["subtotal_discount"], order["taxes"]["6"]["tax_subtotal"], order["total"]) == (discount, tax, total)


def test_a_wallet_pays_for_what_is_left(shop: Shop) -> None:
    order = shop.order(shop.store.place_order([(shop.lamp, 1)], guest=GUEST, discount=4, wallet="100.00"))
    assert (order["wallet"], order["total"]) == ({"used_cash": 20}, "0.00")
    assert "wallet" not in shop.made()


def test_what_it_was_paid_with_counts_again_when_the_order_is_edited(shop: Shop) -> None:
    id = shop.store.place_order([(shop.lamp, 2)], guest=GUEST, certificates={"GC-A": "30.00"})
    shop.store.edit_order(id, lines=[(shop.lamp, 1)])
    assert (shop.order(id)["use_gift_certificates"]["GC-A"]["cost"], shop.order(id)["total"]) == (20, "4.00")


def test_a_gift_costs_nothing_and_is_a_line_of_its_own(shop: Shop) -> None:
    order = shop.order(shop.store.place_order([(shop.lamp, 1), Wanted(shop.lamp, 1, gift=True)], guest=GUEST))
    assert [(line["price"], line["amount"]) for line in order["products"].values()] == [("20.00", "1"), ("0.00", "1")]
    assert [line["extra"].get("exclude_from_calculate") for line in order["products"].values()] == [None, True]
    assert order["subtotal"] == 20


# Priorities


def test_a_tax_of_a_higher_priority_is_taken_of_the_lower_ones_too() -> None:
    rates = {"6": VAT, "7": TaxRate("7", "Duty", Decimal(5), priority=1)}
    figures = reckon([line("100.00", 1, "6", "7"), line("40.00", 1, "7")], Terms(rates))
    assert {id: sum(falls.values()) for id, falls in figures.taxes.items()} == {"6": 10, "7": Decimal("7.50")}
    each = reckon([line("100.00", 1, "6", "7")], Terms(rates, by_unit_price=True))
    assert each.total == Decimal("115.50")


def test_taxes_of_one_priority_are_taken_of_the_price_alone() -> None:
    rates = {id: TaxRate(id, "Tax", Decimal(10), priority=3) for id in ("6", "7")}
    assert reckon([line("100.00", 1, "6", "7")], Terms(rates)).total == 120


# Options and gifts on PUT


@pytest.mark.parametrize("kept", [True, False])
def test_a_put_keeps_options_and_gifts_or_drops_them(shop: Shop, kept: bool) -> None:
    shop.store.switches.put_keeps_options = shop.store.switches.put_keeps_gifts = kept
    lines = [Wanted(shop.lamp, 1, options={"Colour": "red"}), Wanted(shop.lamp, 1, gift=True)]
    id = shop.store.place_order(lines, guest=GUEST)
    before = shop.order(id)
    products = {
        key: {
            "product_id": shop.lamp,
            "amount": 1,
            "price": line["price"],
            "stored_price": "Y",
            "product_options": line["extra"]["product_options"],
            "extra": line["extra"],
        }
        for key, line in before["products"].items()
    }
    shop.put(id, products=products)
    after = shop.order(id)
    red, gift = after["products"].values()
    assert ("product_options_value" in red["extra"], "exclude_from_calculate" in gift["extra"]) == (kept, kept)
    assert after["subtotal"] == before["subtotal"] == 20
