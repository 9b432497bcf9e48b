"""What is not in sync is told by each run over everything, also by those that had nothing to do about it."""

from decimal import Decimal
from typing import Any

import pytest

from cscart_zoho import app
from cscart_zoho.cli.status import product_counts
from cscart_zoho.cli.syncing import counts_of
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.mapping.choices import Owner, ProductChoices
from cscart_zoho.panel.metrics import Ledger
from cscart_zoho.panel.product import both_of, stock_notes
from cscart_zoho.records import Direction
from cscart_zoho.store.models import Observation, Run
from tests.situations.shop import Shop


def test_an_order_that_has_failed_is_not_called_in_sync_by_the_next_run(shop: Shop) -> None:
    """A sales order is below what the store takes, and it refuses it; the next run finds nothing that is due."""
    shop.both("LAMP", 5)
    shop.sync("products", "customers", "orders")
    shop.world.cscart.switches.minimum_order = Decimal(25)
    shop.sell_order(shop.contact("Ann Example", "ann@example.com"), ("LAMP", 1), confirmed=False)
    shop.sync("orders")
    assert "1 failed" in shop.runs[-1].message
    assert "minimum order amount" in Observation.objects.get(entity="orders", side="zoho").reason
    shop.sync("orders", hours=0.02)
    said = shop.runs[-1].message
    assert "Both sides agree" not in said
    assert "Not in sync: orders (1 failed before); each one's page says why. What failed before is tried again" in said


def test_a_product_names_the_orders_that_its_stock_differs_by(shop: Shop) -> None:
    """An open order takes a piece of the store's stock, and its draft takes none in Zoho."""
    shop.both("LAMP", 5)
    shop.sync("products", "customers", "orders")
    order = shop.order(("LAMP", 1), status="O")
    shop.sync("orders", "products")
    store = shop.connect()
    assert stock_notes(store, both_of(store, "cscart", str(shop._product_id("LAMP")))) == [
        f"1 piece is on orders that Zoho has not confirmed yet (CS-{order}): the store has so many fewer for sale than "
        "Zoho until they are confirmed."
    ]


# What every run, figure and exit code says while something is not in sync


def failed_order(shop: Shop) -> None:
    """A sales order that the store refuses, because it takes none of so little, and nothing else that is wrong."""
    shop.both("LAMP", 5)
    shop.sync("products", "customers", "orders")
    shop.world.cscart.switches.minimum_order = Decimal(25)
    shop.sell_order(shop.contact("Ann Example", "ann@example.com"), ("LAMP", 1), confirmed=False)
    shop.sync("orders")


def adds_up(run: Run) -> None:
    counts = run.counts
    parts = ("agreed", "held", "conflicts", "failed", "failed_before", "waiting", "left_out")
    assert counts["records"] == sum(counts.get(part, 0) for part in parts), counts


def last_success() -> float:
    told = Ledger(app.now())._runs()
    return max((sample.value for family in told for sample in family.samples if "success" in family.name), default=0)


def troubled() -> dict[tuple[str, str], float]:
    families = [family for family in Ledger(app.now())._records() if family.name.endswith("not_in_sync")]
    return {(s.labels["entity"], s.labels["state"]): s.value for family in families for s in family.samples}


def test_the_tries_of_a_failed_order_are_told_and_counted_by_every_run_in_between(shop: Shop) -> None:
    failed_order(shop)
    assert (shop.runs[-1].state, shop.runs[-1].counts["failed"]) == ("attention", 1)
    tried = Observation.objects.get(entity="orders", side="zoho").not_before
    for _ in range(3):
        shop.sync("orders", hours=0.01)
        run = shop.runs[-1]
        assert run.state == "attention"
        assert (run.counts["failed"], run.counts["failed_before"]) == (0, 1)
        assert "1 failed before" in run.message
        assert f"tried again after {tried:%Y-%m-%d %H:%M} UTC" in run.message
        assert "Both sides agree" not in run.message
        adds_up(run)
    assert counts_of(run) == {"failed_before": 1}


def test_what_has_failed_moves_no_last_success(shop: Shop) -> None:
    failed_order(shop)
    before = last_success()
    shop.sync("orders", hours=0.01)
    shop.sync("orders", hours=3)  # tried again, and refused again
    assert shop.runs[-1].counts["failed"] == 1
    assert last_success() == before
    shop.world.cscart.switches.minimum_order = Decimal(0)
    shop.sync("products", "orders", hours=24)
    assert last_success() > before


def test_a_failed_pair_counts_once_in_every_figure(shop: Shop) -> None:
    """An edit of a linked item that Zoho refuses is one product, on whichever side one looks."""
    shop.world.zoho.switches.angle_brackets_refused = True
    shop.both("LAMP", 5)
    shop.sync("products")
    shop.hours(0.1)
    shop.world.cscart.edit_product(shop._product_id("LAMP"), product="Less < more")
    shop.sync("products", hours=0.01)
    run = shop.runs[-1]
    store = shop.connect()
    assert run.counts["failed"] == 1, run.message
    assert product_counts(store)["failed"] == 1
    assert troubled() == {("products", "failed"): 1}
    assert [c.text for c in concerns(store, store.zoho) if c.key.startswith("failed")] == [
        "1 product of CS-Cart: failed."
    ]
    adds_up(run)


def test_a_held_customer_keeps_the_run_of_products_from_claiming_agreement(shop: Shop) -> None:
    shop.both("LAMP", 5)
    shop.sync("products", "customers", "orders")
    assert shop.runs[0].message
    shop.sync("products")
    assert "Both sides agree" in shop.runs[-1].message
    Observation.objects.create(
        store=shop.connect(),
        entity="customers",
        side="cscart",
        remote_id="77",
        seen_at=app.now(),
        state="held",
        due=False,
    )
    shop.sync("products")
    assert shop.runs[-1].message == "Nothing had to be written."


@pytest.mark.parametrize("asked", [{"direction": Direction.TO_ZOHO}, {"stock_only": True}])
def test_a_run_that_may_not_do_everything_claims_no_agreement(shop: Shop, asked: dict[str, Any]) -> None:
    shop.both("LAMP", 5)
    shop.sync("products")
    shop.world.zoho.edit_item(shop._item_id("LAMP"), rate=12.0)
    shop.sync("products", **asked)
    assert "Both sides agree" not in shop.runs[-1].message


def test_what_settings_leave_out_is_told_beside_the_agreement(shop: Shop) -> None:
    shop.product_choices = ProductChoices(default_tax_id="6", create_in_cscart=False)
    shop.both("LAMP", 5)
    shop.item("ALONE", 3)
    shop.sync("products")
    shop.sync("products")
    run = shop.runs[-1]
    assert run.message == "Both sides agree; nothing had to be written. 1 product is left out; its page says why."
    assert (run.counts["agreed"], run.counts["left_out"]) == (1, 1)
    adds_up(run)


def test_figures_add_up_whatever_is_wrong(shop: Shop) -> None:
    shop.product_choices = ProductChoices(
        default_tax_id="6", brake_percent=100, owners={"name": Owner.ASK}, create_in_cscart=False
    )
    for sku in ("LAMP", "SOFA", "RUG"):
        shop.both(sku, 5)
    shop.product("", 1)
    shop.item("ALONE", 1)
    shop.world.zoho.switches.angle_brackets_refused = True
    shop.sync("products")
    shop.hours(0.1)
    shop.world.cscart.edit_product(shop._product_id("LAMP"), product="One name")
    shop.world.zoho.edit_item(shop._item_id("LAMP"), name="Another name")
    shop.world.cscart.edit_product(shop._product_id("RUG"), product="Less < more")
    shop.sync("products", hours=0.01)
    for _ in range(2):
        shop.sync("products", hours=0.01)
        adds_up(shop.runs[-1])
    counts = shop.runs[-1].counts
    assert (counts["held"], counts["conflicts"], counts["left_out"], counts["records"]) == (1, 1, 1, 5)
    assert counts["failed_before"] == 1
