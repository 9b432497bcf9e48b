"""The panel as a person has it: real processes, a real browser, and a note of everything it complains about."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

from tests.acceptance.stage import PASSWORD, Installation, Simulation, free_port, until

#: Debian's.
CHROMIUM = shutil.which("chromium")
NO_CHROMIUM = "chromium is not installed (Debian: apt-get install chromium)"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: No page waits longer than this for what it shows.
PATIENCE_MS = 30_000


@dataclass(frozen=True)
class Panel:
    """One installation that is being served."""

    url: str
    product: Installation

    @property
    def sims(self) -> Simulation:
        return self.product.simulation


@contextmanager
def served(folder: Path, sims: Simulation, **more: str) -> Iterator[Panel]:
    """A new installation with one administrator, its panel and its worker, for as long as the block lasts.

    `more` is set in its environment, such as `SMTP_URL`.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {"PUBLIC_URL": url, "SIM_NO_MINUTE_LIMIT": "1", **more}
    product = Installation(folder, sims, tuple((f"CSCART_ZOHO_{name}", value) for name, value in environment.items()))
    product.init()
    process = product.start("serve", "--port", str(port))
    try:
        until(lambda: _answers(url), "the panel answers")
        yield Panel(url, product)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/healthz", timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Complaints:
    """What a browser has complained about on the panel's own pages: scripts, the content policy, answers."""

    url: str
    heard: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"script: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answer)

    def _console(self, message: ConsoleMessage) -> None:
        foreign = message.location.get("url", "").startswith("http") and not self._ours(message.location["url"])
        if message.type in {"error", "warning"} and not foreign:
            self.heard.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # A page that is left takes its open requests with it.
        if self._ours(request.url) and request.failure != "net::ERR_ABORTED":
            self.heard.append(f"{request.method} {request.url}: {request.failure}")

    def _answer(self, response: Response) -> None:
        if self._ours(response.url) and response.status >= 400:
            self.heard.append(f"{response.request.method} {response.url}: {response.status}")

    def _ours(self, url: str) -> bool:
        return url.startswith(self.url)


def log_in(page: Page, url: str) -> None:
    """Log in as the administrator."""
    page.goto(f"{url}/login/")
    page.get_by_label("Username").fill("example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{url}/")


def watched(context: BrowserContext, panel: Panel, complaints: Complaints) -> Page:
    """A page that is logged in, says yes to every question, and whose complaints are heard."""
    page = context.new_page()
    complaints.listen(page)
    page.on("dialog", lambda dialog: dialog.accept())
    log_in(page, panel.url)
    return page


def choose_tax(panel: Panel) -> None:
    """The store has several taxes: its owner says once which one a taxable item from Zoho gets."""
    store = panel.sims.cscart
    answer = httpx2.get(f"{store['url']}/api/taxes", auth=(store["email"], store["key"]), timeout=30)
    panel.product.well("settings", "set", "default_tax_id", str(answer.json()["taxes"][0]["tax_id"]))
