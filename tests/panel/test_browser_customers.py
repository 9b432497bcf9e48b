"""A person with a browser in front of the customers: mapping, syncing, importing."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.stage import Simulation, simulation
from tests.panel.browser import CHROMIUM, NO_CHROMIUM, PATIENCE_MS, Panel, served
from tests.panel.test_browser import carried_out, press, row_of

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
    pytest.mark.long,
]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def sims() -> Iterator[Simulation]:
    with simulation("--products", "1") as running:
        yield running


@pytest.fixture(scope="module")
def connected(sims: Simulation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    """An installation that is connected to both sides; customers live in CRM, and none is made unasked."""
    with served(tmp_path_factory.mktemp("customers"), sims) as panel:
        panel.product.connect()
        for name, value in (("home", "crm"), ("create_in_cscart", "no"), ("create_in_zoho", "no")):
            panel.product.well("settings", "set", f"customers.{name}", value)
        yield panel


def look(panel: Panel) -> None:
    """Let the panel see what has changed, without writing anything."""
    panel.product.well("sync", "customers", "--dry-run", "--json")


def contact(sims: Simulation, email: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in sims.edit("crm_contacts", side="zoho") if row["Email"] == email)
    return found


def user(sims: Simulation, lastname: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in sims.edit("users") if row["lastname"] == lastname)
    return found


def test_a_field_is_mapped_a_customer_synced_and_the_value_is_in_zoho(
    page: Page, connected: Panel, sims: Simulation
) -> None:
    sims.edit("add_user", email="mapped@example.com", firstname="Ann", lastname="Mapped", phone="+1 555 0142")
    look(connected)
    page.goto(f"{connected.url}/field-mapping/?module=contact&q=mobile")
    page.get_by_label("Column for Mobile").select_option("phone")
    page.get_by_label("Direction of Mobile").select_option("to-zoho")
    press(page, "Save the map")
    expect(page.get_by_text("Saved; 1 fields changed.")).to_be_visible()

    page.goto(f"{connected.url}/customers/")
    row_of(page, "Ann Mapped").get_by_role("button", name="Sync").click()
    carried_out(page, connected)

    assert contact(sims, "mapped@example.com")["Mobile"] == "+1 555 0142"
    page.goto(f"{connected.url}/customers/?q=Mapped")
    expect(row_of(page, "Ann Mapped")).to_contain_text("Synced")
    page.get_by_role("link", name="Ann Mapped").click()
    expect(page.locator(".cz-sides tr", has_text="Mobile")).to_contain_text("+1 555 0142")


def test_an_account_with_a_parent_is_imported_with_its_contacts(page: Page, connected: Panel, sims: Simulation) -> None:
    top = sims.edit("add_crm_account", side="zoho", Account_Name="Example Holding")["id"]
    child = sims.edit("add_crm_account", side="zoho", Account_Name="Example Branch", Parent_Account={"id": top})["id"]
    sims.edit("add_crm_contact", side="zoho", Last_Name="Branchman", Email="b@example.com", Account_Name={"id": child})
    look(connected)
    page.goto(f"{connected.url}/zoho-accounts/?q=Branch")
    row = row_of(page, "Example Branch")
    expect(row).to_contain_text("Example Holding")
    expect(row).to_contain_text("b@example.com")
    row.get_by_role("button", name="Import").click()
    carried_out(page, connected)

    assert user(sims, "Branchman")["company"] == "Example Branch"
    page.goto(f"{connected.url}/zoho-accounts/?q=Branch")
    row_of(page, "Example Branch").get_by_role("link", name="Its customers").click()
    expect(row_of(page, "Branchman")).to_contain_text("b@example.com")


def test_a_contact_without_an_address_has_a_badge_until_a_real_one_appears(
    page: Page, connected: Panel, sims: Simulation
) -> None:
    id = sims.edit("add_crm_contact", side="zoho", Last_Name="Addressless")["id"]
    look(connected)
    page.goto(f"{connected.url}/zoho-contacts/?q=Addressless")
    expect(row_of(page, "Addressless")).to_contain_text("No e-mail")
    row_of(page, "Addressless").get_by_role("button", name="Import").click()
    carried_out(page, connected)
    assert user(sims, "Addressless")["email"] == f"zoho-{id}@example.invalid"
    page.goto(f"{connected.url}/customers/?show=no_email")
    expect(row_of(page, "Addressless")).to_contain_text("No e-mail")

    sims.edit("edit_crm_contact", side="zoho", id=id, Email="found@example.com")
    page.goto(f"{connected.url}/customers/?q=Addressless")
    row_of(page, "Addressless").get_by_role("button", name="Sync").click()
    carried_out(page, connected)
    assert user(sims, "Addressless")["email"] == "found@example.com"
    page.goto(f"{connected.url}/customers/?q=Addressless")
    expect(row_of(page, "Addressless")).to_contain_text("found@example.com")
    expect(row_of(page, "Addressless")).not_to_contain_text("No e-mail")


def test_an_account_without_a_crm_says_so_in_the_settings(page: Page, connected: Panel) -> None:
    page.goto(f"{connected.url}/settings/customers/")
    expect(page.get_by_text("Zoho CRM: Sample Organisation")).to_be_visible()
    expect(page.get_by_text("does not show addresses")).to_be_visible()
