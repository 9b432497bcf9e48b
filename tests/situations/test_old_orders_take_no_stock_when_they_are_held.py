"""Both figures are equal, and so both are without the pieces of years-old orders. Some are held (a guest), some go over
confirmed, one is open: nobody's stock moves, whichever kind is synced first.
"""

from itertools import permutations

import pytest

from cscart_zoho.store.models import Run
from tests.pace import first
from tests.situations.shop import Shop

FIRST_RUNS = list(permutations(("products", "customers", "orders")))


@pytest.mark.parametrize("kinds", first(3, FIRST_RUNS), ids="-".join)
def test_old_orders_take_no_stock_in_whatever_order_the_kinds_come(kinds: tuple[str, ...], shop: Shop) -> None:
    shop.product("LAMP", stock=20)
    shop.allow_guests(allowed=False)
    shop.order(("LAMP", 3), status="C")
    shop.order(("LAMP", 2), status="P")
    shop.order(("LAMP", 1), status="O")
    held = [shop.guest_order(("LAMP", 4), status="C"), shop.guest_order(("LAMP", 2), status="P")]
    shop.item("LAMP", stock=8)

    shop.sync(*kinds)
    shop.settle()

    assert [shop.told("orders", cscart=order)[0] for order in held] == ["held", "held"]
    shown, _, for_sale = shop.stock("LAMP")
    assert (shown, for_sale) == (8, 8)
    assert not any(run.counts.get("stock_moves") for run in Run.objects.all())
    assert shop.conflicts(field="stock") == []
