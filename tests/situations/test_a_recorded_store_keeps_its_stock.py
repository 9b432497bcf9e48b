"""A whole recorded store with years of orders, and an organisation with the same stock. After any order of first runs,
with many orders held and others confirmed, nothing has moved: no movement of stock, no question about equal figures.
"""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from cscart_zoho.store.models import Link, Run
from cscart_zoho_sim.world import World
from tests.situations.shop import Shop, opened

FIRST_RUNS = list(permutations(("products", "customers", "orders")))
QUICK = ("customers", "orders", "products")


@pytest.fixture
def recorded(shared: Path, db: None) -> Iterator[Shop]:
    with opened(Shop(World.from_store(shared / "recordings/cscart/4.20.1-store", 1))) as shop:
        yield shop


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "kinds",
    [pytest.param(kinds, id="-".join(kinds), marks=() if kinds == QUICK else pytest.mark.long) for kinds in FIRST_RUNS],
)
def test_no_stock_of_a_recorded_store_moves_by_its_old_orders(kinds: tuple[str, ...], recorded: Shop) -> None:
    items = recorded.world.zoho.items()
    before = {id: item.get("available_for_sale_stock") for id, item in items.items()}
    amounts = {id: row["amount"] for id, row in recorded.world.cscart.products().items()}

    recorded.sync(*kinds)
    recorded.sync("orders", "products")

    assert sum(run.counts.get("stock_moves", 0) for run in Run.objects.all()) == 0
    assert recorded.conflicts(field="stock") == []
    items, products = recorded.world.zoho.items(), recorded.world.cscart.products()
    assert {id: items[id].get("available_for_sale_stock") for id in before} == before
    assert {id: products[id]["amount"] for id in amounts} == amounts
    pairs = Link.objects.filter(entity="products").values_list("cscart_id", "zoho_id")
    figures = [(int(products[int(a)]["amount"]), items[b].get("available_for_sale_stock")) for a, b in pairs]
    assert [pair for pair in figures if pair[1] is not None and pair[0] != int(pair[1])] == []
