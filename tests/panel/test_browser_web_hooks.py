"""A person sets web hooks up as the page says, and both sides really send."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.stage import simulation, until
from tests.panel.browser import CHROMIUM, NO_CHROMIUM, PATIENCE_MS, Panel, served
from tests.panel.test_browser import press

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
    pytest.mark.long,
]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    """Both sides in sync, and no schedule: what arrives has come by a message."""
    folder = tmp_path_factory.mktemp("hooks")
    with simulation("--products", "3") as sims, served(folder, sims, EVERY_MINUTES="0") as panel:
        panel.product.connect()
        panel.product.well("settings", "set", "owners.name", "zoho")
        panel.product.run("sync", "products")
        yield panel


@pytest.fixture
def page(page: Page, connected: Panel) -> Page:
    page.goto(f"{connected.url}/web-hooks/")
    return page


def card(page: Page, kind: str) -> Locator:
    return page.locator(f"section#{kind}")


def names(panel: Panel) -> set[str]:
    return {str(row["product"]) for row in panel.sims.edit("products")}


def switch_on(page: Page, kind: str) -> None:
    """Whatever the tests before have left."""
    button = card(page, kind).get_by_role("button", name="Switch on")
    if button.is_visible():
        button.click()
    expect(card(page, kind).get_by_role("button", name="Switch off")).to_be_visible()


def hint_runs(panel: Panel) -> list[dict[str, Any]]:
    return [run for run in panel.product.told("runs", "--json")["runs"] if run["trigger"] == "hint"]


def test_zoho_inventory_is_set_up_by_hand_and_an_edit_there_arrives(page: Page, connected: Panel) -> None:
    switch_on(page, "inventory")
    address = page.get_by_label("Address (URL to notify)").input_value()
    secret = page.get_by_label("Secret", exact=True).input_value()
    press(page, "Wait for a test message")
    expect(card(page, "inventory")).to_contain_text("Waiting for a message")

    wrong = connected.sims.edit("add_web_hook", "zoho", module="items", url=address, secret="not0the0right0one")
    item = connected.sims.edit("items", "zoho")[0]["item_id"]
    connected.sims.edit("edit_item", "zoho", item_id=item, name="Named with a wrong secret")
    expect(card(page, "inventory")).to_contain_text("wrong signature")

    connected.sims.edit("delete_web_hook", "zoho", **wrong)
    connected.sims.edit("add_web_hook", "zoho", module="items", url=address, secret=secret)
    connected.sims.edit("edit_item", "zoho", item_id=item, name="Named in Zoho")
    expect(card(page, "inventory")).to_contain_text("It works")
    until(lambda: "Named in Zoho" in names(connected), "the edit arrives by the message alone")
    assert len(hint_runs(connected)) >= 1


def test_the_hooks_of_the_store_are_made_and_tried_out(page: Page, connected: Panel) -> None:
    switch_on(page, "cscart")
    expect(card(page, "cscart")).to_contain_text("new order, new product, new shipment, new user, order paid")
    card(page, "cscart").get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("the way is open")).to_be_visible()
    assert len(connected.sims.edit("store_hooks", "cscart")) == 5

    page.once("dialog", lambda dialog: dialog.accept())
    card(page, "cscart").get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("is deleted")).to_be_visible()
    assert connected.sims.edit("store_hooks", "cscart") == []


def test_an_address_can_be_copied_and_changed(page: Page, connected: Panel) -> None:
    switch_on(page, "inventory")
    field = page.get_by_label("Address (URL to notify)")
    before = field.input_value()
    press(page, "Copy")
    expect(
        page.get_by_role("button", name="Copied").or_(page.get_by_role("button", name="Press Ctrl+C"))
    ).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    card(page, "inventory").get_by_role("button", name="Make another address").click()
    expect(field).not_to_have_value(before)


def test_the_page_fits_a_phone(page: Page) -> None:
    switch_on(page, "inventory")
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
