"""The merchant approves inventory adjustments in Zoho, and does so late.

Until then a sale of the store is in Zoho and not in its stock: it is neither booked again, nor is Zoho's old figure
put on sale again.
"""

import pytest

from cscart_zoho import app
from cscart_zoho.store.models import Observation, ZohoOrganisation
from tests.situations.shop import Shop, opened


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop with 186 lamps on both sides, whose adjustments have to be approved."""
    shop.both("LAMP", stock=186)
    shop.sync("products")
    shop.approvals()
    return shop


def newest(shop: Shop) -> str:
    return str(shop.adjustments()[-1]["inventory_adjustment_id"])


def test_a_sale_is_booked_once_and_zohos_old_figure_is_not_put_on_sale_again(shop: Shop) -> None:
    shop.sell("LAMP", 2)
    shop.sync("products")
    shop.settle("products")

    assert shop.stock("LAMP") == (184, 186, 186)
    assert [row["status"] for row in shop.adjustments()] == ["pending_approval"]
    assert not shop.conflicts()


def test_the_merchant_is_told_what_waits_and_what_to_do(shop: Shop) -> None:
    shop.sell("LAMP", 2)
    run = shop.sync("products")
    reference = shop.adjustments()[0]["reference_number"]

    words = f"2 pieces of 1 product wait for approval in Zoho: inventory adjustment {reference}."
    assert words in run.message
    assert words in shop.sync("products").message
    assert reference in Observation.objects.get(side="cscart").reason


def test_approved_days_later_it_counts_then_and_once(shop: Shop) -> None:
    shop.sell("LAMP", 2)
    shop.sync("products")
    shop.hours(24 * 9)
    shop.world.zoho.approve_adjustment(newest(shop))

    run = shop.sync("products")
    shop.settle("products")

    assert shop.stock("LAMP") == (184, 184, 184)
    assert len(shop.adjustments()) == 1
    assert "wait" not in run.message
    assert not shop.conflicts()
    assert shop.told("products", cscart=shop._product_id("LAMP")) == ("synced", "")


def test_further_sales_and_counts_add_up_on_top_of_it(shop: Shop) -> None:
    shop.sell("LAMP", 2)
    shop.sync("products")
    shop.sell("LAMP", 3)
    shop.count_in_zoho("LAMP", 10)
    shop.sync("products")

    assert shop.stock("LAMP") == (191, 196, 196)
    for row in shop.adjustments():
        shop.world.zoho.approve_adjustment(row["inventory_adjustment_id"])
    shop.settle("products")
    assert shop.stock("LAMP") == (191, 191, 191)
    assert len(shop.adjustments()) == 2


def test_of_several_adjustments_one_may_be_approved_and_one_rejected(shop: Shop) -> None:
    shop.both("VASE", stock=50)
    shop.sync("products")
    shop.sell("LAMP", 2)
    shop.sync("products")
    shop.sell("VASE", 5)
    shop.sync("products")
    lamp, vase = (row["inventory_adjustment_id"] for row in shop.adjustments())
    shop.world.zoho.reject_adjustment(lamp)
    shop.world.zoho.approve_adjustment(vase)
    shop.settle("products")

    assert shop.stock("VASE") == (45, 45, 45)
    (question,) = shop.conflicts()
    assert (question.field, question.cscart_value, question.zoho_value) == ("stock", 184, 186)


def test_rejected_is_a_question_and_is_not_booked_again(shop: Shop) -> None:
    shop.sell("LAMP", 2)
    shop.sync("products")
    reference = shop.adjustments()[0]["reference_number"]
    shop.world.zoho.reject_adjustment(newest(shop))

    run = shop.sync("products")
    shop.settle("products")

    assert f"Inventory adjustment {reference} was refused in Zoho" in run.message
    (question,) = shop.conflicts()
    assert (question.cscart_value, question.zoho_value) == (184, 186)
    assert shop.stock("LAMP") == (184, 186, 186)
    assert len(shop.adjustments()) == 1


@pytest.mark.parametrize(("side", "after"), [("zoho", (186, 186, 186)), ("cscart", (184, 186, 186))])
def test_the_answer_to_that_question_is_carried_out(shop: Shop, side: str, after: tuple[int, int, int]) -> None:
    """Where the store counts, its two pieces are booked anew, and wait for approval again."""
    shop.sell("LAMP", 2)
    shop.sync("products")
    shop.world.zoho.reject_adjustment(newest(shop))
    shop.sync("products")
    shop.answer("products", "stock", side)
    shop.settle("products")

    assert shop.stock("LAMP") == after
    assert not shop.conflicts()
    assert len(shop.adjustments()) == (2 if side == "cscart" else 1)


@pytest.mark.parametrize("way", ["delete", "send_back"])
def test_deleted_or_sent_back_to_a_draft_is_a_question_too(shop: Shop, way: str) -> None:
    shop.sell("LAMP", 2)
    shop.sync("products")
    getattr(shop.world.zoho, f"{way}_adjustment")(newest(shop))
    shop.settle("products")

    assert [question.field for question in shop.conflicts()] == ["stock"]
    assert shop.stock("LAMP") == (184, 186, 186)


def test_an_adjustment_that_begins_as_a_draft_waits_like_any_other(shop: Shop) -> None:
    shop.approvals(begin_as="draft")
    shop.sell("LAMP", 2)
    shop.sync("products")
    shop.settle("products")
    assert not shop.conflicts()
    shop.world.zoho.approve_adjustment(newest(shop))
    shop.settle("products")
    assert shop.stock("LAMP") == (184, 184, 184)


def test_an_approver_who_writes_another_quantity_is_asked_about_the_rest(shop: Shop) -> None:
    shop.sell("LAMP", 4)
    shop.sync("products")
    shop.world.zoho.correct_adjustment(newest(shop), shop._item_id("LAMP"), -1)
    shop.world.zoho.approve_adjustment(newest(shop))
    shop.settle("products")

    (question,) = shop.conflicts()
    assert question.cscart_value == 182
    assert shop.stock("LAMP") == (182, 185, 185)


def test_what_waits_costs_one_call_a_run(shop: Shop) -> None:
    shop.sell("LAMP", 2)
    shop.sync("products")
    shop.forget_calls()
    shop.sync("products")

    assert sum(1 for _, path in shop.calls if "inventoryadjustments" in path) == 1


def test_other_products_go_on(shop: Shop) -> None:
    shop.sell("LAMP", 2)
    shop.sync("products")
    shop.product("BOWL", stock=7)
    shop.settle("products")
    assert shop.stock("BOWL") == (7, 7, 7)


@pytest.mark.django_db
def test_doctor_says_so_as_soon_as_it_is_known() -> None:
    """The organisation tells it when it is connected."""
    shop = Shop()
    shop.approvals()
    with opened(shop):
        shop.connect()
        found = app.check_zoho(ZohoOrganisation.objects.get())
    (words,) = [words for what, _, words in found if what == "Zoho: approvals"]
    assert words.startswith("Inventory adjustments have to be approved in Zoho")
