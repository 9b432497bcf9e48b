"""`python -m tests.panel.screenshots`: pictures of every page, for the README and for a look.

`docs/panel.png` is the list of products, made anew by each call. Everything else
goes to `.screenshots/`: each page in light, dark and on a narrow screen, the
pages of a fresh installation, and a run under way.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.acceptance.stage import simulation
from tests.panel.browser import CHROMIUM, NO_CHROMIUM, Complaints, Panel, choose_tax, chromium, log_in, served

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / ".screenshots"
README_PICTURE = ROOT / "docs" / "panel.png"
README_LIMIT_BYTES = 300_000

WIDE = {"width": 1280, "height": 860}
NARROW = {"width": 390, "height": 844}
LOOKS = {"light": ("light", WIDE), "dark": ("dark", WIDE), "narrow": ("light", NARROW)}
LONG_NAME = "Example product with a name that goes on and on without ever coming to an end " * 4

FRESH = (
    "/",
    "/products/",
    "/zoho-items/",
    "/orders/",
    "/zoho-orders/",
    "/conflicts/",
    "/runs/",
    "/item-file/",
    "/schedules/",
    "/web-hooks/",
    "/calls/",
    "/notices/",
    "/store/",
    "/zoho/",
    "/settings/",
    "/settings/orders/",
)
ADDRESSES = (
    *FRESH,
    "/products/?show=unsynced",
    "/products/?q=nothing+like+this",
    "/orders/?show=held",
    "/runs/1/",
    "/users/",
    "/users/add/",
    "/log/",
    "/password/",
)


def main() -> int:
    if CHROMIUM is None:
        print(f"No pictures: {NO_CHROMIUM}.", file=sys.stderr)
        return 2
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir()
    with (
        tempfile.TemporaryDirectory() as folder,
        simulation("--latency-ms", "4") as sims,
        served(Path(folder), sims) as panel,
        chromium() as browser,
    ):
        take_fresh(browser, panel)
        sync_first(browser, panel)
        make_it_interesting(panel)
        bring_orders(panel)
        let_it_run(panel)
        take_all(browser, panel)
        take_for_readme(browser, panel)
    print(f"{len(list(PICTURES.iterdir()))} pictures in {PICTURES.relative_to(ROOT)}/, one in docs/panel.png")
    return 0


@contextmanager
def looking(browser: Browser, panel: Panel, look: str, *, stranger: bool = False) -> Iterator[Page]:
    """A browser of its own with one look, logged in. Prints what it complained about."""
    scheme, size = LOOKS[look]
    with browser.new_context(color_scheme=scheme, viewport=size, reduced_motion="reduce") as context:  # type: ignore[arg-type]
        page = context.new_page()
        complaints = Complaints(panel.url)
        complaints.listen(page)
        if not stranger:
            log_in(page, panel.url)
        yield page
        for complaint in complaints.heard:
            print(f"{look}: {complaint}", file=sys.stderr)


def picture(page: Page, panel: Panel, address: str, name: str) -> None:
    """The whole page at an address. Says so when it is wider than the screen."""
    page.goto(panel.url + address)
    page.wait_for_load_state("networkidle")
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if too_wide > 0:
        print(f"{name}: {too_wide} pixels wider than the screen", file=sys.stderr)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def named(address: str) -> str:
    words = "".join(letter if letter.isalnum() else "-" for letter in address).strip("-")
    return words or "overview"


def take_fresh(browser: Browser, panel: Panel) -> None:
    """Every page before anything is connected."""
    for look in ("light", "narrow"):
        with looking(browser, panel, look) as page:
            for address in FRESH:
                picture(page, panel, address, f"fresh-{named(address)}-{look}")


def sync_first(browser: Browser, panel: Panel) -> None:
    """Connect both sides, run the first sync from the panel, and catch it on the way."""
    panel.product.connect()
    choose_tax(panel)
    state = panel.sims.state()
    panel.product.well("settings", "set", "owners.name", "ask")
    with looking(browser, panel, "light") as page:
        page.goto(f"{panel.url}/products/")
        page.get_by_role("button", name="Sync everything, both ways").click()
        page.goto(f"{panel.url}/runs/1/")
        page.wait_for_function("Number(document.querySelector('.cz-bar')?.getAttribute('value')) >= 20")
        page.screenshot(path=PICTURES / "run-under-way-light.png")
        page.goto(f"{panel.url}/products/")
        page.screenshot(path=PICTURES / "products-under-way-light.png")
        page.goto(f"{panel.url}/runs/1/")
        page.get_by_role("button", name="Try again").wait_for(timeout=180_000)
    assert panel.sims.state()["zoho"]["items"] > state["zoho"]["items"]


def make_it_interesting(panel: Panel) -> None:
    """What a second week brings: conflicts, a product that is held, new ones, sold ones."""
    edit = panel.sims.edit
    products = {int(row["product_id"]): row for row in edit("products")}
    items = {item["sku"]: item for item in edit("items", side="zoho")}
    paired = [number for number, row in sorted(products.items()) if row["product_code"] in items]
    for number in paired[1:3]:
        item = items[products[number]["product_code"]]
        edit("edit_product", product_id=number, product=f"{products[number]['product']}, as the store calls it")
        edit("edit_item", side="zoho", item_id=item["item_id"], name=f"{item['name']}, as Zoho calls it")
    edit("edit_product", product_id=paired[4], product=LONG_NAME[:240])
    edit("order", product_id=paired[6], amount=1)
    panel.product.run("sync", "products", "--json")
    for number in range(1, 8):
        edit("add_product", product=f"Example novelty {number}", product_code=f"NEW-{number}", price="12.5", amount="4")
        edit("add_item", side="zoho", name=f"Example item {number}", sku=f"ITEM-{number}", rate=8.25, stock_on_hand=3)
    panel.product.run("sync", "products", "--dry-run", "--json")


def bring_orders(panel: Panel) -> None:
    """Orders of a customer with a long name: one in sync, one that is held, some new ones; sales orders to import."""
    edit, run = panel.sims.edit, panel.product.run
    paired = [int(row["product_id"]) for row in edit("products") if not row["product_code"].startswith("NEW-")]
    long_named = next(int(row["product_id"]) for row in edit("products") if row["product"] == LONG_NAME[:240].strip())
    user = edit("add_user", email="buyer@example.com", firstname="Ann", lastname="Example of a Rather Long Family Name")
    run("sync", "customers", "--json")
    edit("place_order", lines=[[paired[0], 2], [long_named, 1]], user_id=user["user_id"], discount="1.11")
    edit("place_order", lines=[[paired[0], 1]], user_id=user["user_id"], currency="EUR")
    run("sync", "orders", "--json")
    alone = {"product": "Example of a product that Zoho does not have", "product_code": "ALONE"}
    held = edit("add_product", **alone, price="3", amount="9")
    edit("place_order", lines=[[held["product_id"], 1]], user_id=user["user_id"])
    for quantity in (1, 2, 3):
        edit("place_order", lines=[[paired[1], quantity]], guest={"email": f"guest{quantity}@example.com"})
    customer = next(iter(edit("salesorders", side="zoho")))["customer_id"]
    item = next(iter(edit("items", side="zoho")))["item_id"]
    for quantity in (1, 2):
        edit("add_salesorder", side="zoho", customer_id=customer, lines=[[item, quantity, 9.99]])
    run("sync", "orders", "--dry-run", "--json")


def let_it_run(panel: Panel) -> None:
    """Schedules, an address for cron and web hooks, of which Zoho CRM has none yet."""
    run = panel.product.run
    run("schedules", "set", "products", "--every", "30", "--quiet", "22:00-06:00")
    run("schedules", "set", "orders", "--cron", "*/10 * * * *")
    run("schedules", "set", "customers", "--off")
    run("cron", "rotate", "customers")
    run("web-hooks", "on", "inventory")
    run("web-hooks", "on", "cscart")


def order_addresses(panel: Panel) -> dict[str, str]:
    """Orders to look at, by the name of the picture: in sync with a long name, held, and one to import."""
    orders = {int(row["order_id"]): row for row in panel.sims.edit("orders")}
    first = min(n for n, row in orders.items() if row["email"] == "buyer@example.com")
    alone = next(n for n, row in sorted(orders.items()) if "ALONE" in str(row["products"]))
    to_import = max(panel.sims.edit("salesorders", side="zoho"), key=lambda row: str(row["salesorder_id"]))
    return {
        "order": f"/orders/cscart/{first}/",
        "order-held": f"/orders/cscart/{alone}/",
        "order-to-import": f"/orders/zoho/{to_import['salesorder_id']}/",
    }


def take_all(browser: Browser, panel: Panel) -> None:
    """Every page in every look, the pages of three products among them."""
    paired, conflicting, long_named = product_addresses(panel)
    for look in LOOKS:
        with looking(browser, panel, look, stranger=True) as page:
            picture(page, panel, "/login/", f"login-{look}")
        with looking(browser, panel, look) as page:
            for address in ADDRESSES:
                picture(page, panel, address, f"{named(address)}-{look}")
            picture(page, panel, paired, f"product-{look}")
            picture(page, panel, conflicting, f"product-in-conflict-{look}")
            picture(page, panel, long_named, f"product-long-name-{look}")
            for name, address in order_addresses(panel).items():
                picture(page, panel, address, f"{name}-{look}")
            take_selected(page, panel, look)
            take_menu(page, panel, look)


def product_addresses(panel: Panel) -> tuple[str, str, str]:
    rows = {int(row["product_id"]): row for row in panel.sims.edit("products")}
    long_named = next(n for n, row in rows.items() if row["product"] == LONG_NAME[:240].strip())
    in_conflict = next(n for n, row in rows.items() if row["product"].endswith("as the store calls it"))
    paired = min(rows)
    return tuple(f"/products/cscart/{n}/" for n in (paired, in_conflict, long_named))  # type: ignore[return-value]


def take_selected(page: Page, panel: Panel, look: str) -> None:
    """The list with two rows ticked."""
    page.goto(f"{panel.url}/products/")
    for row in (0, 1):
        page.locator("input.action-select").nth(row).check()
    page.screenshot(path=PICTURES / f"products-selected-{look}.png")


def take_menu(page: Page, panel: Panel, look: str) -> None:
    """The list of orders with the menu of a row open."""
    page.goto(f"{panel.url}/orders/")
    page.locator(".cz-more").first.click()
    page.screenshot(path=PICTURES / f"orders-menu-{look}.png")


def take_for_readme(browser: Browser, panel: Panel) -> None:
    """The list of products as the README shows it."""
    with looking(browser, panel, "light") as page:
        page.goto(f"{panel.url}/products/")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=README_PICTURE)
    assert README_PICTURE.stat().st_size < README_LIMIT_BYTES, "the README's picture is too heavy"


if __name__ == "__main__":
    raise SystemExit(main())
