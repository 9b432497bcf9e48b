"""A person with a browser who wants to know what the calls to Zoho went to, and changes a limit."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.stage import simulation
from tests.panel.browser import CHROMIUM, NO_CHROMIUM, PATIENCE_MS, Panel, served

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
    pytest.mark.long,
]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    """An installation that has synced its products once."""
    with simulation("--products", "6") as sims, served(tmp_path_factory.mktemp("calls"), sims) as panel:
        panel.product.connect()
        panel.product.well("sync", "products", "--json")
        yield panel


def test_a_person_sees_where_the_calls_went_and_sets_another_limit(page: Page, connected: Panel) -> None:
    page.goto(connected.url)
    page.locator("#content").get_by_role("link", name="Calls", exact=True).click()
    expect(page).to_have_url(f"{connected.url}/calls/")
    today = page.locator("#today")
    products = today.locator("#lanes > div", has_text="Products").locator("span").last
    assert int(products.inner_text()) > 0

    page.get_by_label("Calls a day").fill("5")
    page.get_by_role("button", name="Save the limits").click()
    expect(page.get_by_text("Nothing was saved.")).to_be_visible()
    page.get_by_label("Calls a day").fill("400")
    page.get_by_label("Kept for orders").fill("50")
    page.get_by_role("button", name="Save the limits").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(today).to_contain_text("of 400 (set here)")
    told = connected.product.told("calls")
    assert (told["limit"], told["limits"]["reserved_for_orders"]) == (400, 50)
    assert told["by_lane"]["products"] == int(products.inner_text())
