"""Two sales of one product wait for approval. The first is rejected, the second approved: the question is about the
first one's pieces alone, whenever it is answered."""

import pytest

from tests.situations.shop import Shop


@pytest.mark.parametrize("answered_early", [True, False])
@pytest.mark.parametrize(("side", "pieces"), [("cscart", 181), ("zoho", 183)])
def test_the_answer_is_about_the_rejected_pieces_alone(
    shop: Shop, side: str, pieces: int, *, answered_early: bool
) -> None:
    shop.both("LAMP", stock=186)
    shop.sync("products")
    shop.approvals()
    shop.sell("LAMP", 2)
    shop.sync("products")
    shop.sell("LAMP", 3)
    shop.sync("products")
    rejected, second = (str(row["inventory_adjustment_id"]) for row in shop.adjustments())
    shop.world.zoho.reject_adjustment(rejected)
    if not answered_early:
        shop.world.zoho.approve_adjustment(second)
    shop.settle("products")

    shop.answer("products", "stock", side)
    shop.settle("products")
    for row in shop.adjustments():
        if row["status"] == "pending_approval":
            shop.world.zoho.approve_adjustment(str(row["inventory_adjustment_id"]))
    shop.settle("products")
    assert shop.stock("LAMP") == (pieces, pieces, pieces)
    assert not shop.conflicts()
