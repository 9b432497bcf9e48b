"""People, a store with products, and remotes that never leave the process."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page

from cscart_zoho.app import approval_words, organisation_read_at, organisation_told
from cscart_zoho.mapping.choices import choices_from_json
from cscart_zoho.mapping.product_map import ProductMap
from cscart_zoho.order import Address, Line, Order, Paper, Tax, guest_id, papers_to_text, to_text
from cscart_zoho.panel import overview, product, store_page, zoho_page
from cscart_zoho.panel.roles import ensure_roles
from cscart_zoho.store.models import Link, Observation, Store, ZohoFieldList, ZohoOrganisation
from cscart_zoho.store.values import to_json
from tests.begun import BEGUN
from tests.panel.browser import PATIENCE_MS, Complaints, Panel, chromium, watched

PASSWORD = "synthetic-but-long-enough"
KEY, SECRET, TOKEN = "canary-store-key-7731", "canary-client-secret-7732", "canary-refresh-token-7733"
ACCESS = "canary-access-token-7734"
ROLES = ("anonymous", "nobody", "viewer", "operator", "admin")
SEEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Remotes:
    """Stands where `cscart_zoho.app` stands. Keeps what it was asked; `error` is raised by every call."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.error: Exception | None = None
        self.found: list[tuple[str, bool, str]] = []

    def _do(self, what: str, **how: Any) -> None:
        self.asked.append((what, how))
        if self.error is not None:
            raise self.error

    def scopes(self) -> str:
        return "ZohoInventory.items.READ,ZohoInventory.items.CREATE"

    def product_map(self, store: Store) -> ProductMap:
        return ProductMap(choices_from_json(store.product_choices))

    def admin_url(self, store: Store, side: str, remote_id: str) -> str:
        return f"https://{side}.example.com/{remote_id}"

    def authorise_url(self, org: ZohoOrganisation, *, state: str) -> str:
        return f"https://accounts.example.com/oauth/v2/auth?state={state}"

    def connect_zoho(self, org: ZohoOrganisation, **how: Any) -> str:
        self._do("connect_zoho", **how)
        org.refresh_token, org.organization_id, org.connected_at = TOKEN, "10001", timezone.now()
        org.save()
        return ""

    def choose_organisation(self, org: ZohoOrganisation, id: str) -> str:
        self._do("choose_organisation", id=id)
        return f"Zoho is connected to {id}."

    def check_client(self, org: ZohoOrganisation) -> None:
        self._do("check_client")

    def organisation_told(self, org: ZohoOrganisation) -> list[tuple[str, str]]:
        return organisation_told(org)

    def organisation_read_at(self, org: ZohoOrganisation) -> datetime | None:
        return organisation_read_at(org)

    def approval_words(self, org: ZohoOrganisation) -> str:
        return approval_words(org)

    def check_zoho(self, org: ZohoOrganisation) -> list[tuple[str, bool, str]]:
        return self.found

    def refresh_token(self, org: ZohoOrganisation) -> None:
        self._do("refresh_token")

    def disconnect_zoho(self, org: ZohoOrganisation) -> str:
        self.asked.append(("disconnect_zoho", {}))
        org.refresh_token = org.access_token = ""
        org.save()
        return ""

    def connect_store(self, store: Store) -> str:
        self._do("connect_store")
        Store.objects.filter(pk=store.pk).update(connected_at=timezone.now(), capabilities={"version": "4.20.1"})
        return ""


@pytest.fixture(autouse=True)
def remotes(monkeypatch: pytest.MonkeyPatch) -> Remotes:
    fake = Remotes()
    for module in (product, store_page, zoho_page):
        monkeypatch.setattr(module, "app", fake)
    for module in (overview, zoho_page):
        monkeypatch.setattr(module, "calls_left", lambda org, now=None: 4321)
    return fake


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return made_people()


def made_people() -> dict[str, User]:
    """One user for each role, and one without."""
    ensure_roles()
    made = {name: User(username=name, password="!") for name in ROLES if name != "anonymous"}
    for name, user in made.items():
        user.save()
        if name != "nobody":
            user.groups.add(Group.objects.get(name=name))
    return made


@pytest.fixture
def browse(people: dict[str, User]) -> Callable[[str], Client]:
    """A browser in which somebody is logged in (or nobody: "anonymous")."""

    def browser(role: str) -> Client:
        client = Client()
        if role in people:
            client.force_login(people[role])
        return client

    return browser


@pytest.fixture
def store(db: None) -> Store:
    return made_store()


def made_store() -> Store:
    """A store and an organisation, both connected."""
    zoho = ZohoOrganisation.objects.create(
        client_id="1000.SYNTHETIC",
        client_secret=SECRET,
        organization_id="10001",
        name="Synthetic Org",
        scopes="ZohoInventory.FullAccess.all",
        refresh_token=TOKEN,
        access_token=ACCESS,
        connected_at=SEEN,
        access_token_created_at=SEEN,
        access_token_expires_at=SEEN + timedelta(hours=1),
        daily_limit=5000,
    )
    return Store.objects.create(
        name="Synthetic Store",
        first_syncs=BEGUN,
        url="https://store.example.com",
        email="admin@example.com",
        api_key=KEY,
        zoho=zoho,
        connected_at=SEEN,
    )


def observed(store: Store, side: str, number: int, **more: Any) -> Observation:
    """One row of one side, not saved. `values` are canonical."""
    sku, name, price = f"SKU-{number:05}", f"Synthetic product {number}", Decimal(number) / 4
    values = {"sku": sku, "name": name, "price": price, "status": "active", "stock": number}
    values |= more.pop("values", {})
    columns = {
        "remote_id": str(number),
        "number": number,
        "key": sku,
        "folded_key": sku.lower(),
        "name": values["name"],
        "price": price,
        "list_price": price + 1,
        "status": "active",
        "stock": number,
        "seen_at": SEEN,
        "values": to_json(values),
    }
    return Observation(store=store, entity="products", side=side, **(columns | more))


def fill(store: Store, cscart: int, zoho: int, linked: int) -> None:
    """So many rows on each side; the first `linked` ones are pairs of the same number."""
    rows = []
    for side, count in (("cscart", cscart), ("zoho", zoho)):
        for number in range(1, count + 1):
            paired = number <= linked
            state = "synced" if paired else "not_synced"
            rows.append(observed(store, side, number, linked=paired, state=state))
    Observation.objects.bulk_create(rows, batch_size=500)
    links = [
        Link(
            store=store,
            entity="products",
            cscart_id=str(n),
            zoho_id=str(n),
            origin="adopted",
            created_at=SEEN,
            settled_at=SEEN,
        )
        for n in range(1, linked + 1)
    ]
    Link.objects.bulk_create(links, batch_size=500)


#: Fields of Zoho CRM as `GET /settings/fields` describes them: as few as the default map needs.
CRM_FIELDS = [
    {"api_name": name, "field_label": name.replace("_", " "), "data_type": kind, "length": length}
    for name, kind, length in (
        ("First_Name", "text", 40),
        ("Last_Name", "text", 80),
        ("Email", "email", 100),
        ("Phone", "phone", 30),
        ("Account_Name", "lookup", 120),
        ("Mailing_City", "text", 100),
        ("Twitter", "text", 50),
        ("Owner", "ownerlookup", 120),
    )
]


def customers(store: Store) -> None:
    """A CRM with an account, its parent, two contacts and two users; one pair, one of each without a partner."""
    org = store.zoho
    assert org is not None
    org.capabilities = {**org.capabilities, "crm": {"name": "Synthetic Org", "edition": "enterprise"}}
    org.save()
    name = {"api_name": "Account_Name", "field_label": "Account Name", "data_type": "text", "length": 200}
    for module, described in (("contact", CRM_FIELDS), ("account", [name])):
        ZohoFieldList.objects.create(organisation=org, module=module, described=described, read_at=timezone.now())
    rows = [
        _customer(store, "cscart", "7", "anna@example.com", company="Synthetic Ltd", linked=True, state="synced"),
        _customer(store, "cscart", "8", "", no_email=True, name="Without Address"),
        _customer(store, "zoho", "900", "anna@example.com", parent_id="500", linked=True, state="synced"),
        _customer(store, "zoho", "901", "", no_email=True, parent_id="501", name="Nobody's Mail"),
        _account(store, "500", "Synthetic Ltd", "501"),
        _account(store, "501", "Synthetic Holding", ""),
    ]
    Observation.objects.bulk_create(rows)
    ids = {"cscart_id": "7", "zoho_id": "900"}
    Link.objects.create(store=store, entity="customers", **ids, origin="adopted", created_at=SEEN, settled_at=SEEN)


def _customer(store: Store, side: str, id: str, email: str, **more: Any) -> Observation:
    told = {
        "Email": email,
        "Last_Name": "Synthetic",
        "@email": email,
        "@lastname": "Synthetic",
        "@url": "x.example.com",
    }
    columns = {"name": "Anna Synthetic", "phone": "+1 555 0100", "status": "active", **more}
    company = str(columns.get("company") or "")
    return Observation(
        store=store,
        entity="customers",
        side=side,
        remote_id=id,
        number=int(id),
        key=email,
        folded_key=email,
        folded_company=company.lower(),
        seen_at=SEEN,
        values=to_json(told),
        **columns,
    )


def _account(store: Store, id: str, name: str, parent: str) -> Observation:
    return Observation(
        store=store,
        entity="accounts",
        side="zoho",
        remote_id=id,
        number=int(id),
        key=name,
        folded_key=name.lower(),
        name=name,
        phone="+1 555 0111",
        parent_id=parent,
        seen_at=SEEN,
        values=to_json({"Account_Name": name}),
    )


STATUSES = [("P", "Processed"), ("C", "Complete"), ("O", "Open"), ("I", "Cancelled"), ("F", "Failed")]


def orders(store: Store) -> None:
    """Three orders of the store and three of Zoho: one pair, one of a guest, one that is held, two to import."""
    _told_by_both_sides(store)
    here, there = an_order(), a_sales_order()
    papers = (
        Paper(kind="package", number="PKG-1", date="2026-03-02", status="shipped"),
        Paper(kind="invoice", number="INV-1", date="2026-03-03", status="sent", amount=Decimal("27")),
    )
    rows = [
        order_row(store, "cscart", "97", here, status="P", linked=True, state="synced"),
        order_row(store, "cscart", "98", an_order(number="CS-98", customer_id="", email="guest@example.com")),
        order_row(store, "cscart", "99", an_order(number="CS-99"), state="held", reason="Its tax has no partner."),
        order_row(store, "zoho", "7001", there, status="confirmed", linked=True, state="synced", papers=papers),
        order_row(store, "zoho", "7002", a_sales_order(number="SO-00012"), status="draft"),
        order_row(store, "zoho", "7003", a_sales_order(number="SO-00013"), status="void", lines_read=False),
    ]
    Observation.objects.bulk_create(rows)
    pairs = [("orders", "97", "7001"), ("products", "501", "9501"), ("customers", "7", "900"), ("contacts", "7", "900")]
    for entity, cscart_id, zoho_id in pairs:
        told = {"origin": "created_in_zoho", "created_at": SEEN, "settled_at": SEEN, "zoho_id": zoho_id}
        Link.objects.get_or_create(store=store, entity=entity, cscart_id=cscart_id, defaults=told)


def _told_by_both_sides(store: Store) -> None:
    store.capabilities = {
        **store.capabilities,
        "order_statuses": [{"letter": letter, "name": name, "takes_stock": True} for letter, name in STATUSES],
        "payments": [{"id": "2", "name": "Cash on delivery", "active": True}],
        "shippings": [{"id": "1", "name": "Courier", "active": True}],
        "taxes": [{"id": "6", "name": "VAT"}],
        "currency": "USD",
    }
    store.save()
    org = store.zoho
    assert org is not None
    org.currency = "USD"
    org.capabilities = {**org.capabilities, "taxes": [{"id": "46", "name": "Sales tax", "percentage": "10"}]}
    org.save()


def an_order(**more: Any) -> Order:
    """An order of the store: two lamps at 10.00, shipping of 5.00, 10 % tax on the lamps, which is 27.00 USD."""
    told: dict[str, Any] = {
        "number": "CS-97",
        "date": "2026-03-01",
        "currency": "USD",
        "customer_id": "7",
        "name": "Anna Synthetic",
        "email": "anna@example.com",
        "lines": (
            Line(
                id="1",
                product_id="501",
                sku="LAMP",
                name="Synthetic lamp",
                quantity=Decimal(2),
                price=Decimal("10"),
                tax_ids=("6",),
                options="Colour: red",
            ),
        ),
        "shipping": Decimal("5"),
        "shipping_name": "Courier",
        "taxes": (Tax(id="6", name="VAT", rate=Decimal(10), amount=Decimal("2")),),
        "total": Decimal("27"),
        "billing": Address(name="Anna Synthetic", street="1 Example Street", city="Exampleton", country="US"),
    }
    return Order(**{**told, **more})


def a_sales_order(**more: Any) -> Order:
    """The same as a sales order."""
    lamp = Line(
        id="77",
        product_id="9501",
        sku="LAMP",
        name="Synthetic lamp",
        quantity=Decimal(2),
        price=Decimal("10"),
        tax_ids=("46",),
    )
    told: dict[str, Any] = {
        "customer_id": "900",
        "lines": (lamp,),
        "shipping_name": "",
        "taxes": (Tax(id="46", name="Sales tax", rate=Decimal(10), amount=Decimal("2")),),
        "reference": "CS-97",
    }
    return an_order(**{**told, **more})


def order_row(
    store: Store,
    side: str,
    id: str,
    order: Order,
    *,
    status: str = "O",
    lines_read: bool = True,
    papers: tuple[Paper, ...] = (),
    **more: Any,
) -> Observation:
    """The row of an order as a look at its side keeps it, not saved."""
    values: dict[str, Any] = {
        "status": status,
        "total": order.total,
        "currency": order.currency,
        "date": order.date,
        "email": order.email,
        "customer": order.customer_id,
        "papers": papers_to_text(papers),
    }
    if lines_read:
        values["document"] = to_text(order)
    columns: dict[str, Any] = {
        "number": int(id),
        "key": order.number,
        "folded_key": order.number.lower(),
        "name": order.name,
        "price": order.total,
        "status": status,
        "ordered_on": date.fromisoformat(order.date),
        "parent_id": order.customer_id or guest_id(order.email),
        "partial": not lines_read,
        "seen_at": SEEN,
        "values": to_json(values),
    }
    return Observation(store=store, entity="orders", side=side, remote_id=id, **(columns | more))


# A person with a browser; `connected` is the panel that each file of such tests sets up for itself


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # For the module, not longer: while it runs, Django takes this thread for an asynchronous one.
    with chromium() as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as opened:
        opened.set_default_timeout(PATIENCE_MS)
        yield opened


@pytest.fixture
def page(context: BrowserContext, connected: Panel) -> Iterator[Page]:
    """Logged in at the connected panel; the test fails when the browser has complained about anything."""
    complaints = Complaints(connected.url)
    yield watched(context, connected, complaints)
    assert complaints.heard == []
