"""A person with a browser who wants to hear of what needs a person."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.stage import simulation
from tests.panel.browser import CHROMIUM, NO_CHROMIUM, PATIENCE_MS, Panel, served
from tests.unit.mail_server import MailServer, mail_server

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
    pytest.mark.long,
]
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture(scope="module")
def connected(server: MailServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    """An installation that is connected, has a mail server, and lacks a choice of its owner."""
    url = f"smtp://sync:canary-mail-password@127.0.0.1:{server.port}"
    folder = tmp_path_factory.mktemp("notices")
    with (
        simulation("--products", "3") as sims,
        served(folder, sims, SMTP_URL=url, MAIL_FROM="sync@example.com") as panel,
    ):
        panel.product.connect()
        yield panel


def test_what_needs_a_person_leads_to_the_page_where_it_is_settled(page: Page, connected: Panel) -> None:
    for address in ("/", "/notices/"):
        page.goto(connected.url + address)
        concern = page.locator(".cz-concern", has_text="Your store has several taxes.")
        expect(concern).to_have_count(1)
    concern.get_by_role("link", name="Choose the tax").click()
    expect(page).to_have_url(f"{connected.url}/settings/")


def test_a_person_sets_who_hears_of_it_and_tries_it(page: Page, connected: Panel, server: MailServer) -> None:
    page.goto(connected.url)
    page.get_by_role("link", name="Notices").click()
    expect(page.get_by_role("button", name="Send a test e-mail")).to_be_disabled()
    page.get_by_label("E-mail addresses").fill("anna@example.com\nbert@example")
    page.get_by_role("button", name="Save who hears of it").click()
    expect(page.get_by_text('"bert@example" is no e-mail address.')).to_be_visible()
    page.get_by_label("E-mail addresses").fill("anna@example.com\nbert@example.com")
    page.get_by_label("Address for messages").fill(f"{connected.sims.cscart['url']}/canary-part-9912")
    page.get_by_role("button", name="Save who hears of it").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text("One is set: ••••••••.")).to_be_visible()
    page.get_by_role("button", name="Send a test e-mail").click()
    expect(page.get_by_text("The test e-mail was sent.")).to_be_visible()
    ((sender, to, text),) = server.taken
    assert (sender, to) == ("sync@example.com", ["anna@example.com", "bert@example.com"])
    assert f"{connected.url}/notices/" in text
    page.get_by_role("button", name="Send a test message").click()
    expect(page.get_by_text("The address for messages answered with HTTP 404")).to_be_visible()
    log = (connected.product.folder / "started.log").read_text()
    assert "canary" not in log + page.content()
