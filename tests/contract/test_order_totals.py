"""The product and the simulated Zoho add up an order alike, each in its own code."""

from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from cscart_zoho.errors import Unfit
from cscart_zoho.mapping.order_money import MoneyRules, ZohoTax, price_for_zoho, total_in_zoho
from cscart_zoho.order import Line, Order
from cscart_zoho_sim.zoho.order_money import Discount, Levy, PricedLine, Terms, compute
from tests.unit.shop_orders import DIGITS, a_shop
from tests.unit.zoho_sales import a_sale

SEEDS, A_SEED = 50, 40


def check(order: Order, rules: MoneyRules) -> None:
    """Both come to the same total, the same tax each, the same lines."""
    theirs, ours = compute(terms_of(order, rules)), total_in_zoho(order, rules)
    assert ours.total == theirs.total
    assert ours.taxes == {levy.id: tax for levy, tax in theirs.taxes}
    assert ours.tax == theirs.tax
    assert ours.sub_total == (theirs.sub_total_inclusive if order.inclusive else theirs.sub_total)


def terms_of(order: Order, rules: MoneyRules) -> Terms:
    return Terms(
        lines=tuple(_line(line, rules) for line in order.lines),
        precision=DIGITS[order.currency],
        tax_rounding=rules.rounding,
        inclusive=order.inclusive,
        discount=Discount(order.discount),
        discount_before_tax=order.discount_before_tax,
        shipping=order.shipping,
        adjustment=order.adjustment,
    )


def _line(line: Line, rules: MoneyRules) -> PricedLine:
    taxes = rules.taxes[line.tax_ids[0]].levies if line.tax_ids else ()
    return PricedLine(line.price, line.quantity, Discount(line.discount), tuple(_levy(tax) for tax in taxes))


def _levy(tax: ZohoTax) -> Levy:
    return Levy(tax.id, tax.name, tax.percent)


def test_orders_of_the_store_come_to_the_same_in_the_simulated_zoho() -> None:
    counts: Counter[str] = Counter()

    @settings(max_examples=SEEDS, derandomize=True, database=None, deadline=None)
    @given(st.integers(min_value=0, max_value=2**48))
    def from_seeds(seed: int) -> None:
        random = Random(seed)
        for _ in range(A_SEED):
            shop = a_shop(random.randint)
            try:
                priced = price_for_zoho(shop.cart.order, shop.choices, {}, shop.rules, lambda line: line.product_id)
            except Unfit:
                continue
            check(priced.order, shop.rules)
            # However Zoho reads a discount before tax of rates with tax in them: such an order is not sent.
            off_gross = replace(terms_of(priced.order, shop.rules), discount_off_net=False)
            assert compute(off_gross).total == priced.order.total
            counts["orders"] += 1

    from_seeds()
    assert counts["orders"] > 1_500


def test_orders_of_zoho_come_to_the_same_in_the_simulated_zoho() -> None:
    @settings(max_examples=SEEDS, derandomize=True, database=None, deadline=None)
    @given(st.integers(min_value=0, max_value=2**48))
    def from_seeds(seed: int) -> None:
        random = Random(seed)
        for _ in range(A_SEED):
            sale = a_sale(random.randint)
            check(sale.order, sale.rules)

    from_seeds()
