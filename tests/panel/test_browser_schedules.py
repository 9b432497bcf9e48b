"""A person with a browser in front of the schedules and the addresses for the server's cron."""

import re
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.stage import simulation
from tests.panel.browser import CHROMIUM, NO_CHROMIUM, PATIENCE_MS, Panel, served
from tests.panel.test_browser import press

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("browser"),
    pytest.mark.long,
]
expect.set_options(timeout=PATIENCE_MS)

KINDS = ("products", "customers", "orders")


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    with simulation("--products", "3") as sims, served(tmp_path_factory.mktemp("schedules"), sims) as panel:
        panel.product.connect()
        for kind in KINDS:  # their first syncs, which nothing by itself begins
            panel.product.run("sync", kind)
        yield panel


@pytest.fixture
def page(page: Page, connected: Panel) -> Page:
    page.goto(f"{connected.url}/schedules/")
    return page


def row(page: Page, entity: str) -> Locator:
    return page.locator(f"#schedule-{entity}")


def execute(line: str) -> "subprocess.CompletedProcess[str]":
    """What cron does with a line of its table."""
    command = line.split(maxsplit=5)[5]
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=100, check=False)


def test_a_schedule_is_changed_and_a_wrong_one_is_refused_beside_its_input(page: Page) -> None:
    page.get_by_label("Every … minutes, products").fill("30")
    page.get_by_label("Or a cron expression, orders").fill("61 * * * *")
    press(page, "Save the schedules")
    expect(row(page, "orders").locator(".cz-error")).to_contain_text("It goes from 0 to 59.")
    expect(row(page, "products").locator(".cz-error")).to_have_count(0)

    page.get_by_label("Or a cron expression, orders").fill("30 2 * * *")
    page.get_by_label("Quiet from, products").fill("22:00")
    page.get_by_label("Quiet until, products").fill("06:00")
    page.get_by_label("On, customers", exact=True).uncheck()
    press(page, "Save the schedules")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(row(page, "products")).to_contain_text("Every 30 minutes, not between 22:00 and 06:00")
    expect(row(page, "orders")).to_contain_text("At 02:30 every day")
    expect(row(page, "customers")).to_contain_text("Switched off.")

    page.set_viewport_size({"width": 390, "height": 844})
    beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(beyond) <= 0, "the page is wider than a phone"


def test_the_line_for_the_crontab_starts_a_run_until_another_secret_is_made(page: Page, connected: Panel) -> None:
    address = page.locator("#cron-orders")
    address.get_by_role("button").click()
    line = page.get_by_label("Line for the crontab").input_value()
    done = execute(line)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    page.goto(f"{connected.url}/schedules/")
    expect(page.get_by_label("Line for the crontab")).to_have_count(0)
    expect(address).to_contain_text("1 call in all")
    row(page, "orders").get_by_role("link", name=re.compile(r"^Run \d+$")).click()
    page.wait_for_url(re.compile(r"/runs/\d+/$"))
    expect(page.locator("#run-progress")).to_contain_text("Done")

    page.goto(f"{connected.url}/schedules/")
    address.get_by_role("button", name="Make another secret").click()
    other = page.get_by_label("Line for the crontab").input_value()
    assert other != line
    refused = execute(line)
    assert refused.returncode != 0
    assert "404" in refused.stderr
    assert execute(other).returncode == 0
