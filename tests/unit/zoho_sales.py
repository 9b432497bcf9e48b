"""Sales orders as people make them in Zoho: any rates, discounts in every place, adjustments."""

from dataclasses import dataclass
from decimal import Decimal

from msgspec.structs import replace

from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.mapping.order_money import MoneyRules
from cscart_zoho.order import Line, Order
from tests.unit.shop_orders import DIGITS, SHIPPING_ITEM, SURCHARGE_ITEM, TAXES, Draw, in_zoho, money

TAX_IDS = ("", *TAXES)


@dataclass(frozen=True)
class Sale:
    """A sales order with Zoho's total."""

    order: Order
    choices: OrderChoices
    rules: MoneyRules

    @property
    def digits(self) -> int:
        return DIGITS[self.order.currency]


def a_sale(draw: Draw) -> Sale:
    currency = ("USD", "USD", "JPY", "KWD")[draw(0, 3)]
    digits = DIGITS[currency]
    one_tax = TAX_IDS[draw(0, len(TAX_IDS) - 1)]
    by_line = draw(0, 3) == 0
    lines = [_line(draw, n, digits, one_tax, by_line) for n in range((1, 2, 3, 5)[draw(0, 3)])]
    lines += [
        Line(product_id=item, price=money(draw(0, 3_000), digits), tax_ids=_taxed(one_tax)) for item in _extras(draw)
    ]
    most = sum(int(line.price * line.quantity * 10**digits) for line in lines) // 2
    order = Order(
        number="SO-00012",
        currency=currency,
        lines=tuple(lines),
        discount=money(0 if by_line or draw(0, 1) else draw(0, most), digits),
        discount_before_tax=draw(0, 2) > 0,
        inclusive=draw(0, 1) == 0,
        shipping=money((0, 0, draw(1, 3_000))[draw(0, 2)], digits),
        adjustment=money((0, 0, draw(-50, 50), draw(-900, 900))[draw(0, 3)], digits),
        adjustment_note="By hand",
    )
    # Zoho tells what it keeps, however many digits the organisation has.
    rules = MoneyRules(currency, TAXES, "item_level" if draw(0, 1) else "entity_level", rate_places=6)
    choices = OrderChoices(
        shipping_item_id=SHIPPING_ITEM,
        surcharge_item_id=SURCHARGE_ITEM,
        imported_prices=("gross", "net")[draw(0, 1)],
        tolerance="0",
    )
    total = money(in_zoho(order, rules, digits).total, digits)
    return Sale(replace(order, total=total), choices, rules)


def _extras(draw: Draw) -> tuple[str, ...]:
    return ((), (), (SHIPPING_ITEM,), (SHIPPING_ITEM, SURCHARGE_ITEM))[draw(0, 3)]


def _line(draw: Draw, n: int, digits: int, one_tax: str, by_line: bool) -> Line:
    places = (digits, digits, max(digits, 4), 6)[draw(0, 3)]
    rate = money(draw(0 if n else 1, (999, 49_999, 999_999)[draw(0, 2)] * 10 ** (places - digits)), places)
    quantity = (1, 1, 2, 3, 7, draw(1, 60))[draw(0, 5)]
    discount = units_down(rate * quantity, digits) * draw(0, 100) // 100 if by_line and draw(0, 1) else 0
    return Line(
        id=str(n),
        product_id=f"i{n}",
        sku=f"SKU-{n}",
        name=f"Thing {n}",
        quantity=Decimal(quantity),
        price=rate,
        discount=money(discount, digits),
        tax_ids=_taxed(one_tax if draw(0, 2) else TAX_IDS[draw(0, len(TAX_IDS) - 1)]),
    )


def _taxed(id: str) -> tuple[str, ...]:
    return (id,) if id else ()


def units_down(amount: Decimal, digits: int) -> int:
    """Whole smallest units of an amount."""
    return int(amount * 10**digits)
