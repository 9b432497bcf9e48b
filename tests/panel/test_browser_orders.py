"""A person with a browser in front of the orders: syncing, following the money, importing, mapping statuses."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.stage import Simulation, simulation
from tests.panel.browser import CHROMIUM, NO_CHROMIUM, PATIENCE_MS, Panel, served
from tests.panel.test_browser import carried_out, press, row_of, tile

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def sims() -> Iterator[Simulation]:
    with simulation("--products", "3") as running:
        running.edit("add_tax", side="zoho", name="VAT in Zoho", percentage=10)
        yield running


@pytest.fixture(scope="module")
def connected(sims: Simulation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    """An installation with its products and one customer in sync; no order is made unasked."""
    with served(tmp_path_factory.mktemp("orders"), sims) as panel:
        panel.product.connect()
        sims.edit("add_user", email="buyer@example.com", firstname="Ann", lastname="Buyer")
        for name in ("orders.create_in_zoho", "orders.create_in_cscart"):
            panel.product.well("settings", "set", name, "no")
        for entity in ("products", "customers"):
            panel.product.well("sync", entity, "--json")
        yield panel


def look(panel: Panel) -> None:
    """Let the panel see what has changed, without writing anything."""
    panel.product.well("sync", "orders", "--dry-run", "--json")


def an_order(panel: Panel, quantity: int) -> str:
    """The customer orders in the store, and the panel has seen it; the order's id."""
    sims = panel.sims
    product = min(int(row["product_id"]) for row in sims.edit("products"))
    buyer = next(row for row in sims.edit("users") if row["email"] == "buyer@example.com")
    made = sims.edit("place_order", lines=[[product, quantity]], user_id=int(buyer["user_id"]), discount="1.11")
    look(panel)
    return str(made["order_id"])


def store_order(sims: Simulation, id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in sims.edit("orders") if str(row["order_id"]) == id)
    return found


def sales_order(sims: Simulation, number: str) -> dict[str, Any]:
    orders = sims.edit("salesorders", side="zoho")
    found: dict[str, Any] = next(row for row in orders if row["salesorder_number"] == number)
    return found


def sync_by_menu(page: Page, panel: Panel, id: str) -> None:
    """Sync one order through the menu of its row."""
    page.goto(f"{panel.url}/orders/?q={id}")
    page.get_by_role("button", name=f"Actions for CS-{id}", exact=True).click()
    page.get_by_role("button", name="Sync this order", exact=True).click()
    carried_out(page, panel)


def trace_line(page: Page, what: str) -> Locator:
    return page.locator("#money tr", has_text=what)


def test_an_order_is_synced_and_its_money_can_be_followed(page: Page, connected: Panel, sims: Simulation) -> None:
    id = an_order(connected, 2)
    sync_by_menu(page, connected, id)

    held = sales_order(sims, f"CS-{id}")
    assert Decimal(str(held["total"])) == Decimal(store_order(sims, id)["total"])
    page.goto(f"{connected.url}/orders/?show=synced")
    expect(row_of(page, f"CS-{id}")).to_contain_text("Synced")
    expect(row_of(page, f"CS-{id}")).to_contain_text("buyer@example.com")
    page.get_by_role("link", name=id, exact=True).click()
    total = f"{held['total']:,.2f}"
    expect(page.locator(".cz-total.cz-equal")).to_contain_text(f"{total} USD")
    expect(trace_line(page, "Discount of the order")).to_contain_text("-1.11")
    expect(trace_line(page, "Tax VAT 10 %")).to_contain_text("VAT in Zoho")
    expect(trace_line(page, "Both sides come to the same.")).to_contain_text(total)
    expect(page.locator("table", has_text="Outcome")).to_contain_text("Make in Zoho")


@pytest.mark.long
def test_a_sales_order_is_imported_and_leads_to_its_order(page: Page, connected: Panel, sims: Simulation) -> None:
    customer = sales_order(sims, f"CS-{an_order_in_zoho(page, connected)}")["customer_id"]
    item = min(sims.edit("items", side="zoho"), key=lambda row: str(row["sku"]))
    lines = [[item["item_id"], 3, 19.99]]
    made = sims.edit("add_salesorder", side="zoho", customer_id=customer, lines=lines, shipping_charge=4)
    sims.edit("confirm_salesorder", side="zoho", order_id=made["salesorder_id"])
    look(connected)
    page.goto(f"{connected.url}/zoho-orders/?show=unsynced")
    assert tile(page, "Not in CS-Cart") == 1
    page.get_by_role("button", name="Import SO-00001", exact=True).click()
    carried_out(page, connected)

    imported = max(sims.edit("orders"), key=lambda row: int(row["order_id"]))
    assert "[Zoho SO-00001]" in imported["details"]
    assert Decimal(imported["total"]) == Decimal(str(sales_order(sims, "SO-00001")["total"]))
    assert imported["status"] == "P"
    page.goto(f"{connected.url}/zoho-orders/?q=SO-00001")
    page.get_by_role("link", name=f"Order {imported['order_id']}").click()
    expect(page.get_by_role("button", name="Sync this order", exact=True)).to_be_visible()
    expect(page.locator(".cz-total.cz-equal")).to_contain_text("Equal")


def an_order_in_zoho(page: Page, panel: Panel) -> str:
    """An order of the store that has been synced; its id."""
    id = an_order(panel, 1)
    sync_by_menu(page, panel, id)
    return id


@pytest.mark.long
def test_a_change_of_the_status_map_acts_with_the_next_change_of_a_status(
    page: Page, connected: Panel, sims: Simulation
) -> None:
    id = an_order_in_zoho(page, connected)
    assert sales_order(sims, f"CS-{id}")["status"] == "draft"
    page.goto(f"{connected.url}/settings/orders/")
    awaiting = page.get_by_label("Awaiting call (Y)").and_(page.locator("select"))
    expect(awaiting.locator("option", has_text="Partially shipped")).to_be_disabled()
    awaiting.select_option("confirmed")
    press(page, "Save the settings")
    expect(page.get_by_text("Saved. The next run uses these settings.")).to_be_visible()

    sims.edit("set_order_status", order_id=int(id), letter="Y")
    sync_by_menu(page, connected, id)
    assert sales_order(sims, f"CS-{id}")["status"] == "confirmed"
    assert store_order(sims, id)["status"] == "Y"
    page.goto(f"{connected.url}/orders/cscart/{id}/")
    expect(page.locator("table", has_text="Outcome")).to_contain_text("Draft → Confirmed")


@pytest.mark.long
def test_a_map_under_which_orders_would_move_by_themselves_is_not_saved(page: Page, connected: Panel) -> None:
    page.goto(f"{connected.url}/settings/orders/")
    page.get_by_label("Draft", exact=True).select_option("P")
    press(page, "Save the settings")
    expect(page.get_by_text("the order would move by itself")).to_be_visible()
    page.goto(f"{connected.url}/settings/orders/")
    expect(page.get_by_label("Draft", exact=True)).to_have_value("O")
