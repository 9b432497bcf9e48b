"""A person with a browser in front of the real panel, worker and simulators."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.acceptance.stage import Simulation, simulation
from tests.panel.browser import (
    CHROMIUM,
    NO_CHROMIUM,
    PATIENCE_MS,
    Complaints,
    Panel,
    choose_tax,
    served,
    watched,
)

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),  # one stage serves them all
]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def sims() -> Iterator[Simulation]:
    with simulation("--products", "24") as running:
        yield running


@pytest.fixture(scope="module")
def connected(sims: Simulation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    """An installation that is connected and has seen both sides, and has written nothing yet."""
    with served(tmp_path_factory.mktemp("connected"), sims) as panel:
        panel.product.connect()
        choose_tax(panel)
        look_at_both(panel)
        yield panel


# What a person does


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).first.click()


def the_run_asked_for(page: Page) -> int:
    """The number of the run that the last click asked for."""
    told = page.get_by_text(re.compile(r"Run \d+ is asked for")).first
    found = re.search(r"Run (\d+)", told.inner_text())
    assert found, told.inner_text()
    return int(found.group(1))


def wait_for(page: Page, panel: Panel, run: int) -> None:
    """Look at the page of a run until it is over."""
    page.goto(f"{panel.url}/runs/{run}/")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.locator("#run-progress")).to_contain_text("Done")


def carried_out(page: Page, panel: Panel) -> int:
    run = the_run_asked_for(page)
    wait_for(page, panel, run)
    return run


def row_of(page: Page, name: str) -> Locator:
    return page.locator("#result_list tbody tr", has_text=name)


def tile(page: Page, name: str) -> int:
    shown = page.locator(".cz-tile", has_text=name).locator(".cz-tile-count").inner_text()
    return int(shown.replace(",", ""))


def items(sims: Simulation) -> dict[str, dict[str, Any]]:
    return {item["sku"]: item for item in sims.edit("items", side="zoho")}


def products(sims: Simulation) -> dict[str, dict[str, Any]]:
    return {row["product_code"]: row for row in sims.edit("products")}


def look_at_both(panel: Panel) -> None:
    """Let the panel see what has changed, without writing anything."""
    panel.product.well("sync", "products", "--dry-run", "--json")


def a_product(panel: Panel, sku: str) -> str:
    """A new product in the store that the panel has seen; its id."""
    fields = {"product": f"Example {sku}", "product_code": sku, "price": "10.00", "amount": "5"}
    made = panel.sims.edit("add_product", **fields)
    look_at_both(panel)
    return str(made["product_id"])


def some_items(panel: Panel, *skus: str) -> None:
    """New items in Zoho that the panel has seen."""
    for sku in skus:
        panel.sims.edit("add_item", side="zoho", name=f"Example {sku}", sku=sku, rate=8, stock_on_hand=3)
    look_at_both(panel)


def a_pair(page: Page, panel: Panel, sku: str) -> str:
    """A new product that is synced; its address in the panel."""
    address = f"{panel.url}/products/cscart/{a_product(panel, sku)}/"
    page.goto(address)
    press(page, "Sync this product to Zoho")
    carried_out(page, panel)
    assert sku in items(panel.sims)
    return address


# First steps: an installation without connections


def test_both_sides_are_connected_in_the_browser(context: BrowserContext, sims: Simulation, tmp_path: Path) -> None:
    with served(tmp_path, sims) as panel:
        complaints = Complaints(panel.url)
        page = watched(context, panel, complaints)
        expect(page.get_by_text("The store is not connected.")).to_be_visible()
        connect_the_store(page, panel)
        connect_zoho(page, panel)
        refresh_the_token(page)
        disconnect_and_reconnect(page, panel)
        page.goto(f"{panel.url}/")
        expect(page.get_by_text("Your store has several taxes.")).to_be_visible()
        choose_tax(panel)
        page.goto(f"{panel.url}/")
        expect(page.get_by_text("wait for your first sync: nothing is written by itself")).to_be_visible()
        assert complaints.heard == []


def connect_the_store(page: Page, panel: Panel) -> None:
    """First with a wrong key, which is told in a sentence."""
    store = panel.sims.cscart
    page.get_by_role("link", name="Connect the store").click()
    page.get_by_label("Store address").fill(store["url"])
    page.get_by_label("Administrator's e-mail").fill(store["email"])
    page.get_by_label("API key").fill("a-wrong-key")
    press(page, "Save and test the connection")
    expect(page.get_by_text("The store does not accept this e-mail and API key.").first).to_be_visible()
    expect(page.locator("#store-state")).not_to_contain_text("Connected")
    page.get_by_label("API key").fill(store["key"])
    press(page, "Save and test the connection")
    expect(page.get_by_text("The store answers.")).to_be_visible()
    expect(page.locator("#store-state")).to_contain_text("Connected")
    assert store["key"] not in page.content()


def connect_zoho(page: Page, panel: Panel) -> None:
    zoho = panel.sims.zoho
    page.goto(f"{panel.url}/zoho/")
    page.get_by_label("Client ID").fill(zoho["client_id"])
    page.get_by_label("Client secret").fill(zoho["client_secret"])
    press(page, "Save the client and make an authorisation address")
    consent(page, panel)
    state = page.locator("#zoho-state")
    expect(state).to_contain_text(zoho["organization_id"])
    for moment in ("Access token made", "Access token ends"):
        fact = state.locator(f"dt:text-is('{moment}') + dd time")
        assert fact.get_attribute("title"), moment
    assert zoho["client_secret"] not in page.content()


def consent(page: Page, panel: Panel) -> None:
    """Zoho's page: Accept, and back."""
    page.locator("#zoho-authorise").click()
    expect(page.get_by_text("Allow access to your Zoho account?")).to_be_visible()
    page.get_by_role("button", name="Accept").click()
    page.wait_for_url(f"{panel.url}/zoho/")
    expect(page.get_by_text("Zoho is connected.")).to_be_visible()


def refresh_the_token(page: Page) -> None:
    made = page.locator("#zoho-state dt:text-is('Access token made') + dd time")
    before = made.get_attribute("datetime")
    press(page, "Refresh the token now")
    expect(page.get_by_text("The token is new.")).to_be_visible()
    assert made.get_attribute("datetime") != before


def disconnect_and_reconnect(page: Page, panel: Panel) -> None:
    press(page, "Disconnect and revoke the token")
    expect(page.get_by_text("Disconnected. The token is revoked; links and history stay.")).to_be_visible()
    expect(page.locator("#zoho-state")).to_contain_text("Not connected")
    page.goto(f"{panel.url}/products/")
    expect(page.get_by_text("Zoho is not connected yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Sync everything, both ways")).to_have_count(0)
    page.goto(f"{panel.url}/zoho/")
    press(page, "Make an authorisation address")
    consent(page, panel)


@pytest.mark.long
def test_a_refused_consent_is_told_and_nothing_is_connected(
    context: BrowserContext, sims: Simulation, tmp_path: Path
) -> None:
    with served(tmp_path, sims) as panel:
        complaints = Complaints(panel.url)
        page = watched(context, panel, complaints)
        page.goto(f"{panel.url}/zoho/")
        page.get_by_label("Client ID").fill(sims.zoho["client_id"])
        page.get_by_label("Client secret").fill(sims.zoho["client_secret"])
        press(page, "Save the client and make an authorisation address")
        page.locator("#zoho-authorise").click()
        page.get_by_role("button", name="Reject").click()
        expect(page.get_by_text("Zoho gave no permission.")).to_be_visible()
        expect(page.locator("#zoho-state")).to_contain_text("Not connected")
        page.get_by_label("Code").fill(str(sims.edit("grant_code", side="zoho")["grant_code"]))
        press(page, "Connect with this code")
        expect(page.get_by_text("Zoho is connected.")).to_be_visible()
        assert complaints.heard == []


# The list of products


def test_sync_in_a_row_makes_that_product_in_zoho(page: Page, connected: Panel) -> None:
    a_product(connected, "ROW-1")
    page.goto(f"{connected.url}/products/?q=ROW-1")
    expect(row_of(page, "ROW-1")).to_contain_text("Not synced")
    row_of(page, "ROW-1").get_by_role("button", name="Sync").click()
    carried_out(page, connected)
    assert items(connected.sims)["ROW-1"]["rate"] == 10
    page.goto(f"{connected.url}/products/?q=ROW-1")
    expect(row_of(page, "ROW-1").locator(".field-synced")).to_have_text("Synced")


def test_import_in_a_row_makes_that_item_in_the_store(page: Page, connected: Panel) -> None:
    some_items(connected, "ITEM-ROW")
    page.goto(f"{connected.url}/zoho-items/?q=ITEM-ROW")
    row_of(page, "ITEM-ROW").get_by_role("button", name="Import").click()
    carried_out(page, connected)
    assert products(connected.sims)["ITEM-ROW"]["product"] == "Example ITEM-ROW"


@pytest.mark.long
def test_import_selected_imports_the_ticked_items_only(page: Page, connected: Panel) -> None:
    some_items(connected, "TICKED-1", "TICKED-2", "TICKED-3")
    page.goto(f"{connected.url}/zoho-items/?q=TICKED-")
    for sku in ("TICKED-1", "TICKED-3"):
        row_of(page, sku).locator("input.action-select").check()
    press(page, "Import the selected products into CS-Cart")
    run = carried_out(page, connected)
    there = products(connected.sims)
    assert {sku for sku in there if sku.startswith("TICKED-")} == {"TICKED-1", "TICKED-3"}
    expect(page.get_by_text("2 chosen, to CS-Cart")).to_be_visible()
    page.goto(f"{connected.url}/runs/{run}/?state=done")
    expect(page.get_by_role("link", name=re.compile("TICKED-1"))).to_be_visible()


@pytest.mark.long
def test_sync_unsynced_empties_the_tile(page: Page, connected: Panel) -> None:
    a_product(connected, "UNSYNCED-1")
    page.goto(f"{connected.url}/")
    page.locator(".cz-tile", has_text="Not synced").click()
    page.wait_for_url(f"{connected.url}/products/?show=unsynced")
    waiting = tile(page, "Not synced")
    assert waiting >= 1
    button = "Sync 1 unsynced product" if waiting == 1 else f"Sync {waiting:,} unsynced products"
    press(page, button)
    carried_out(page, connected)
    assert "UNSYNCED-1" in items(connected.sims)
    page.goto(f"{connected.url}/products/")
    assert tile(page, "Not synced") < waiting
    page.goto(f"{connected.url}/products/?show=unsynced")
    expect(row_of(page, "UNSYNCED-1")).to_have_count(0)


# The page of one product


@pytest.mark.long
def test_the_page_of_a_product_shows_both_sides_and_updates_one_from_the_other(page: Page, connected: Panel) -> None:
    address = a_pair(page, connected, "SIDES-1")
    item = items(connected.sims)["SIDES-1"]
    connected.sims.edit("edit_item", side="zoho", item_id=item["item_id"], rate=77)
    look_at_both(connected)
    page.goto(address)
    price = page.locator(".cz-sides tbody tr", has=page.locator("th:text-is('Price')"))
    expect(price).to_contain_text("10.00")
    expect(price).to_contain_text("77.00")
    expect(price).to_contain_text("Different")
    press(page, "Update from CS-Cart")
    run = carried_out(page, connected)
    assert items(connected.sims)["SIDES-1"]["rate"] == 10
    page.goto(address)
    expect(price).to_contain_text("Equal")
    history = page.locator("section", has=page.locator("h2:text-is('History')"))
    expect(history.get_by_role("link", name=f"Run {run}")).to_be_visible()
    expect(history).to_contain_text("77.00 → 10.00")
    hrefs = [link.get_attribute("href") for link in page.get_by_role("link", name=re.compile("^Open in")).all()]
    assert len(hrefs) == 2
    assert all(hrefs)


@pytest.mark.long
def test_update_from_zoho_writes_to_the_store(page: Page, connected: Panel) -> None:
    address = a_pair(page, connected, "SIDES-2")
    item = items(connected.sims)["SIDES-2"]
    connected.sims.edit("edit_item", side="zoho", item_id=item["item_id"], rate=31)
    page.goto(address)
    press(page, "Update from Zoho")
    carried_out(page, connected)
    assert float(products(connected.sims)["SIDES-2"]["price"]) == 31


@pytest.mark.long
def test_sync_stock_carries_a_sale_to_zoho(page: Page, connected: Panel) -> None:
    address = a_pair(page, connected, "STOCK-1")
    connected.sims.edit("order", product_id=int(products(connected.sims)["STOCK-1"]["product_id"]), amount=2)
    page.goto(address)
    press(page, "Sync stock")
    carried_out(page, connected)
    page.goto(address)
    stock = page.locator(".cz-sides tbody tr", has=page.locator("th:text-is('Stock')"))
    expect(stock).to_contain_text("Equal")
    expect(stock.locator("td").first).to_have_text("3")


# Conflicts, settings, runs


@pytest.mark.long
def test_a_conflict_waits_for_its_answer_and_is_settled(page: Page, connected: Panel) -> None:
    page.goto(f"{connected.url}/settings/")
    page.locator("#id_owner_name").select_option("ask")
    press(page, "Save the settings")
    expect(page.get_by_text("Saved. The next run uses these settings.")).to_be_visible()
    expect(page.locator("#id_owner_name")).to_have_value("ask")

    address = a_pair(page, connected, "ASK-1")
    product, item = products(connected.sims)["ASK-1"], items(connected.sims)["ASK-1"]
    connected.sims.edit("edit_product", product_id=int(product["product_id"]), product="Example ASK-1 of the store")
    connected.sims.edit("edit_item", side="zoho", item_id=item["item_id"], name="Example ASK-1 of Zoho")
    page.goto(address)
    press(page, "Sync this product")
    carried_out(page, connected)
    names = products(connected.sims)["ASK-1"]["product"], items(connected.sims)["ASK-1"]["name"]
    assert names == ("Example ASK-1 of the store", "Example ASK-1 of Zoho"), "nothing is overwritten before the answer"

    page.goto(f"{connected.url}/conflicts/?q=ASK-1")
    row = row_of(page, "ASK-1")
    expect(row).to_contain_text("Example ASK-1 of the store")
    expect(row).to_contain_text("Example ASK-1 of Zoho")
    row.get_by_role("button", name="Zoho counts").click()
    carried_out(page, connected)
    assert products(connected.sims)["ASK-1"]["product"] == "Example ASK-1 of Zoho"
    page.goto(f"{connected.url}/conflicts/?q=ASK-1")
    expect(row).to_have_count(0)
    page.goto(f"{connected.url}/conflicts/?q=ASK-1&show=settled")
    expect(row).to_contain_text("by example")


def test_a_bad_setting_is_refused_beside_its_input(page: Page, connected: Panel) -> None:
    page.goto(f"{connected.url}/settings/")
    page.get_by_label("Taxes", exact=True).fill("6")
    press(page, "Save the settings")
    expect(page.get_by_text("Nothing was saved. Correct what is marked below.")).to_be_visible()
    expect(page.get_by_text('Line 1, "6", is not of the form')).to_be_visible()


@pytest.mark.long
def test_the_page_of_a_run_follows_it_to_its_end_by_itself(page: Page, connected: Panel) -> None:
    a_product(connected, "PLAN-1")
    page.goto(f"{connected.url}/products/")
    press(page, "Show what a sync would do")
    run = the_run_asked_for(page)
    page.goto(f"{connected.url}/runs/{run}/")
    expect(page.get_by_role("button", name="Carry this plan out")).to_be_visible()
    expect(page.get_by_text("A preview: nothing was written.")).to_be_visible()
    expect(page.locator(".cz-bar")).to_have_count(0)
    page.goto(f"{connected.url}/runs/")
    expect(row_of(page, f"Run {run}")).to_contain_text("plan only")


@pytest.mark.long
def test_a_run_shows_its_progress_and_stops_when_it_is_told_to(context: BrowserContext, tmp_path: Path) -> None:
    with simulation("--products", "60", "--latency-ms", "150") as slow, served(tmp_path, slow) as panel:
        panel.product.connect()
        complaints = Complaints(panel.url)
        page = watched(context, panel, complaints)
        page.goto(f"{panel.url}/products/")
        press(page, "Sync everything, both ways")
        run = the_run_asked_for(page)
        page.goto(f"{panel.url}/runs/{run}/")
        page.wait_for_function("Number(document.querySelector('.cz-bar')?.getAttribute('value')) > 0")
        press(page, f"Stop run {run}")
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        expect(page.locator("#run-progress")).to_contain_text("Stopped")
        assert slow.state()["zoho"]["items"] < 60, "what came after the stop was not done"
        assert complaints.heard == []


def test_dark_mode_and_a_narrow_screen_need_no_sideways_scrolling(page: Page, connected: Panel) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/", "/products/", "/zoho-items/", "/conflicts/", "/runs/", "/store/", "/zoho/", "/settings/"):
        page.goto(connected.url + address)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{address} is {wider} pixels wider than the screen"
    assert page.evaluate("document.documentElement.classList.contains('dark')")


def test_the_content_policy_is_in_force(page: Page, connected: Panel, context: BrowserContext) -> None:
    """The other tests find no violation; this one makes sure that they would."""
    other = context.new_page()
    heard = Complaints(connected.url)
    heard.listen(other)
    other.goto(f"{connected.url}/products/")
    other.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    other.wait_for_function("true")
    assert any("Content Security Policy" in complaint for complaint in heard.heard)
