"""`sync orders`, `orders explain`, the settings for orders and their place in `status`, as people type them."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cscart_zoho.app.orders import _Waiting, _without_guests
from cscart_zoho.cli import syncing
from cscart_zoho.jobs.requests import about_conflicts
from cscart_zoho.mapping.order_choices import OrderChoices, order_choices_to_json
from cscart_zoho.order import Address, Line, Order, Paper, Tax, guest_id, papers_to_text, to_text
from cscart_zoho.records import Entity, Side, Value
from cscart_zoho.store.models import AuditEntry, Conflict, Cursor, Link, Observation, Step, Store, ZohoOrganisation
from cscart_zoho.store.models import Run as SyncRun
from cscart_zoho.store.values import to_json
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.told import AGREE, message_of
from tests.unit.test_cli import carries_out, ends, last_json, run_main

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
Run = Callable[..., str]
STATUSES = [
    {"letter": "O", "name": "Open", "takes_stock": True},
    {"letter": "P", "name": "Paid", "takes_stock": True},
    {"letter": "C", "name": "Complete", "takes_stock": True},
    {"letter": "I", "name": "Canceled", "takes_stock": False},
]


@pytest.fixture
def store(db: None) -> Store:
    """A store whose product 12 and user 7 are linked with Zoho; VAT of 10 % has a partner there."""
    zoho = ZohoOrganisation.objects.create(
        organization_id="1",
        refresh_token="1000.example",
        connected_at=NOW,
        currency="EUR",
        capabilities={"taxes": [{"id": "900", "name": "VAT", "percentage": "10"}]},
    )
    store = Store.objects.create(
        url="https://store.example.com",
        api_key="key",
        connected_at=NOW,
        zoho=zoho,
        capabilities={"order_statuses": STATUSES},
        customer_choices={"home": "inventory"},
    )
    link(store, "12", "501", Entity.PRODUCTS)
    link(store, "7", "601", Entity.CUSTOMERS)
    return store


@pytest.fixture
def run(store: Store, capsys: pytest.CaptureFixture[str]) -> Run:
    """One command; what it printed."""

    def go(*argv: str, code: int = 0) -> str:
        assert run_main(*argv) == code
        read = capsys.readouterr()
        return read.out if code == 0 else read.out + read.err

    return go


def link(store: Store, cscart_id: str, zoho_id: str, entity: Entity = Entity.ORDERS) -> None:
    Link.objects.create(
        store=store, entity=entity, cscart_id=cscart_id, zoho_id=zoho_id, created_at=NOW, settled_at=NOW
    )


def seen(store: Store, side: Side, id: str, key: str, values: Mapping[str, Value], **more: Any) -> Observation:
    """An order as a run has seen it."""
    total = values.get("total")
    return Observation.objects.create(
        store=store,
        entity=Entity.ORDERS,
        side=side,
        remote_id=id,
        key=key,
        folded_key=key.casefold(),
        name="Ann Example",
        values=to_json(values),
        price=total if isinstance(total, Decimal) else None,
        status=str(values.get("status") or ""),
        ordered_on=date(2026, 3, 1),
        seen_at=NOW,
        **more,
    )


def lamps(total: str = "27.50", **more: Any) -> Order:
    """Two lamps with tax on top of them, and shipping: 20.00 + 2.00 + 5.50."""
    return Order(
        number="CS-97",
        date="2026-03-01",
        currency="EUR",
        customer_id="7",
        name="Ann Example",
        email="ann@example.com",
        lines=(Line(id="1", product_id="12", sku="LAMP", name="Lamp", quantity=Decimal(2), price=Decimal(10), **more),),
        shipping=Decimal("5.50"),
        shipping_name="Courier",
        total=Decimal(total),
        billing=Address(country="DE"),
    )


VAT = Tax(id="6", name="VAT", rate=Decimal(10), amount=Decimal(2))


def taxed(order: Order) -> Order:
    lines = [Line(**{**_fields(line), "tax_ids": ("6",)}) for line in order.lines]
    return Order(**{**_fields(order), "lines": tuple(lines), "taxes": (VAT,)})


def _fields(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def values_of(order: Order, status: str, **more: Value) -> dict[str, Value]:
    return {
        "document": to_text(order),
        "status": status,
        "total": order.total,
        "currency": order.currency,
        "date": order.date,
        "email": order.email,
        "customer": order.customer_id,
        **more,
    }


def in_store(store: Store, order: Order | None = None, status: str = "P", **more: Any) -> Observation:
    return seen(store, Side.CSCART, "97", "CS-97", values_of(order or taxed(lamps()), status), **more)


def in_zoho(store: Store, total: str = "27.50", currency: str = "EUR", **more: Any) -> Observation:
    """The sales order of CS-97 as Zoho's list shows it."""
    values = {"status": "partially_shipped", "total": Decimal(total), "currency": currency, "date": "2026-03-01"}
    return seen(store, Side.ZOHO, "701", "CS-97", values, **more)


SOLD = Order(
    number="SO-00012",
    date="2026-03-02",
    currency="EUR",
    customer_id="601",
    name="Ann Example",
    lines=(Line(product_id="501", sku="LAMP", name="Lamp", quantity=Decimal(3), price=Decimal(10), tax_ids=("900",)),),
    taxes=(Tax(id="900", name="VAT", rate=Decimal(10), amount=Decimal(3)),),
    total=Decimal(33),
)


# Sync


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Entity, Asked]]:
    """What was asked for instead of being carried out."""
    seen: list[tuple[Entity, Asked]] = []

    def sync(entity: Entity, asked: Asked, *, as_json: bool) -> int:
        seen.append((entity, asked))
        return 0

    monkeypatch.setattr(syncing, "sync", sync)
    return seen


@pytest.mark.parametrize(
    ("argv", "wanted"),
    [
        ((), Asked()),
        (("--direction", "to-zoho", "--only", "unsynced"), Asked(direction="to-zoho", only="unsynced")),  # type: ignore[arg-type]
        (("--cscart-ids", "98, 97"), Asked(only="ids", cscart_ids=("97", "98"))),
        (("--zoho-ids", "701"), Asked(only="ids", zoho_ids=("701",))),
        (("--dry-run", "--full"), Asked(dry_run=True, full=True)),
        (("--cscart-ids", "97", "--winner", "zoho"), Asked(only="ids", cscart_ids=("97",), winner="zoho")),
        (("--release-brake",), Asked(release_brake=True)),
    ],
    ids=str,
)
def test_sync_orders_takes_the_options_of_customers(
    argv: tuple[str, ...], wanted: Asked, run: Run, asked: list[tuple[Entity, Asked]]
) -> None:
    run("sync", "orders", *argv)
    assert asked == [(Entity.ORDERS, wanted)]


def test_orders_are_chosen_by_their_numbers_on_whatever_side_they_are(
    run: Run, store: Store, asked: list[tuple[Entity, Asked]]
) -> None:
    in_store(store)
    in_zoho(store)
    seen(store, Side.ZOHO, "702", "SO-00012", {"status": "draft"})
    run("sync", "orders", "--numbers", "cs-97, SO-00012", "--cscart-ids", "5")
    ((_, wanted),) = asked
    assert wanted == Asked(only="ids", cscart_ids=("5", "97"), zoho_ids=("701", "702"))


def test_a_number_that_nobody_knows_asks_for_nothing_and_says_what_to_do(
    run: Run, asked: list[tuple[Entity, Asked]]
) -> None:
    said = run("sync", "orders", "--numbers", "CS-404", code=1)
    assert 'No order "CS-404" is known.' in said
    assert "sync orders --dry-run" in said
    assert not asked


@pytest.mark.parametrize(
    "argv",
    [
        ("--only", "ids"),
        ("--winner", "zoho"),
        ("--cscart-ids", "CS-97"),
        ("--only", "unsynced", "--numbers", "CS-97"),
        ("--account-ids", "5"),
    ],
    ids=str,
)
def test_options_that_contradict_each_other_are_wrong_use(argv: tuple[str, ...], run: Run) -> None:
    assert "Traceback" not in run("sync", "orders", *argv, code=2)


def test_a_run_of_orders_tells_apart_what_it_did_to_orders_and_to_contacts(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def then(made: SyncRun) -> None:
        Step.objects.create(run=made, entity="contacts", kind="create", target="zoho", state="done")
        Step.objects.create(run=made, entity="orders", kind="create", target="zoho", state="done")
        Step.objects.create(run=made, entity="orders", kind="create", target="zoho", state="done")
        ends(made, "done")  # type: ignore[arg-type]

    carries_out(monkeypatch, then)
    said = run("sync", "orders")
    rows = [" ".join(line.split()) for line in said.splitlines()]
    assert rows[:2] == ["Orders Created in Zoho 2", "Contacts of Inventory Created in Zoho 1"]
    answer = last_json(run("sync", "orders", "--json"))
    assert answer["by_entity"] == {"contacts": {"created_in_zoho": 1}, "orders": {"created_in_zoho": 2}}


NONE = dict.fromkeys(
    ("linked", "created_in_zoho", "created_in_cscart", "updated", "stock_moves", "failed", "conflicts", "held"), 0
) | {"waiting": 0}


@pytest.mark.parametrize(
    ("orders", "contacts", "told"),
    [
        (
            {"created_in_zoho": 376, "updated": 2},
            {"created_in_zoho": 40},
            "Orders: 376 made in Zoho, 2 updated. Contacts of Inventory: 40 made in Zoho.",
        ),
        (
            {"held": 3, "conflicts": 1},
            {"held": 1},
            "Nothing had to be written. Not in sync: orders (1 in conflict, 3 held), contacts of Inventory (1 held); "
            "each one's page says why.",
        ),
        ({}, {}, "Both sides agree; nothing had to be written."),
        (
            {"failed_before": 2},
            {},
            "Nothing had to be written. Not in sync: orders (2 failed before); each one's page says why. What failed "
            "before is tried again after 2026-03-04 12:30 UTC.",
        ),
        (
            {"waiting": 1200},
            {"waiting": 3},
            "Nothing had to be written. 1,200 new orders and 3 new contacts of Inventory wait for later runs: Zoho's "
            "calls of today do not suffice.",
        ),
    ],
)
def test_the_message_of_a_run_says_what_is_what(orders: dict[str, int], contacts: dict[str, int], told: str) -> None:
    counts = {Entity.CONTACTS: NONE | contacts, Entity.ORDERS: NONE | orders}
    at = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
    assert message_of(counts, 0, entity=Entity.ORDERS, dry_run=False, agreed=AGREE, next_try=at) == told


def test_nothing_is_said_to_agree_where_that_cannot_be_told_or_a_write_is_open() -> None:
    counts = {Entity.ORDERS: NONE}
    assert message_of(counts, 0, entity=Entity.ORDERS, dry_run=False) == "Nothing had to be written."
    assert AGREE not in message_of(counts, 1, entity=Entity.ORDERS, dry_run=False, agreed=AGREE)


def test_the_message_of_a_run_about_one_kind_names_it_once() -> None:
    counts = {Entity.PRODUCTS: NONE | {"created_in_zoho": 3, "held": 2, "conflicts": 1}}
    said = message_of(counts, 0, entity=Entity.PRODUCTS, dry_run=False)
    assert said == "Products: 3 made in Zoho. Not in sync: 1 in conflict, 2 held; each one's page says why."


# Explain


def columns(text: str, first: str) -> list[str]:
    """The cells of the row that begins with `first`."""
    (row,) = [line for line in text.splitlines() if line.startswith(first)]
    return [cell for cell in row.split("  ") if cell.strip()]


def test_explain_shows_head_lines_trace_and_both_totals(run: Run, store: Store) -> None:
    in_store(store, linked=True, state="synced")
    in_zoho(store, linked=True, state="synced")
    link(store, "97", "701")
    said = run("orders", "explain", "cs-97")
    assert "CS-97, placed in CS-Cart" in said
    assert "Ann Example <ann@example.com>" in said
    assert "P (Paid), ID 97" in said
    assert "partially shipped, ID 701" in said
    assert "Synced" in said
    assert [cell.strip() for cell in columns(said, "LAMP")] == ["LAMP", "Lamp", "2", "10.00", "20.00"]
    assert [cell.strip() for cell in columns(said, "Total ")] == ["Total", "27.50", "27.50"]
    assert "Courier" in said
    assert "Total: 27.50 EUR in CS-Cart, 27.50 EUR in Zoho: equal." in said


@pytest.mark.parametrize("asked_for", ["CS-97", "97", " cs-97 "])
def test_both_columns_of_the_trace_add_up_to_the_totals(asked_for: str, run: Run, store: Store) -> None:
    in_store(store)
    told = last_json(run("orders", "explain", asked_for, "--json"))
    assert told["sums"] == {"store": "27.50", "zoho": "27.50"}
    for column, total in told["sums"].items():
        assert sum(Decimal(row[column]) for row in told["trace"] if row[column] is not None) == Decimal(total)
    assert told["equal"] is told["ok"] is True
    assert told["sides"]["zoho"] is None
    assert Decimal(told["on_the_other_side"]["total"]) == Decimal("27.50")


def test_an_order_that_is_not_in_zoho_tells_the_total_it_would_have(run: Run, store: Store) -> None:
    in_store(store)
    said = run("orders", "explain", "CS-97")
    assert "not there" in said
    assert "27.50 EUR in CS-Cart, would be 27.50 EUR in Zoho: equal." in said


def test_an_amount_with_tax_in_it_says_where_its_tax_is(run: Run, store: Store) -> None:
    store.order_choices = {"shipping_as": "charge"}
    store.save()
    shipped = Tax(id="6", name="VAT", rate=Decimal(10), amount=Decimal("2.55"), on_shipping=Decimal("0.55"))
    order = Order(**{**_fields(taxed(lamps("28.05"))), "taxes": (shipped,)})
    in_store(store, order)
    said = run("orders", "explain", "CS-97")
    assert "0.55 of tax on shipping is in Zoho's charge" in said
    assert "would be 28.05 EUR in Zoho: equal." in said


def test_a_sales_order_is_explained_the_other_way_round(run: Run, store: Store) -> None:
    papers = papers_to_text((Paper(kind="invoice", number="INV-7", date="2026-03-03", status="sent"),))
    seen(store, Side.ZOHO, "702", "SO-00012", values_of(SOLD, "invoiced", papers=papers))
    told = last_json(run("orders", "explain", "so-00012", "--json"))
    assert (told["placed_in"], told["sums"]) == ("zoho", {"store": "33", "zoho": "33"} | told["sums"])
    assert {Decimal(each) for each in told["sums"].values()} == {Decimal(33)}
    assert told["sides"]["zoho"]["papers"][0]["number"] == "INV-7"
    assert "INV-7 2026-03-03 sent" in run("orders", "explain", "702")


def test_an_imported_order_is_found_by_its_id_in_the_store_and_explained_from_zoho(run: Run, store: Store) -> None:
    seen(store, Side.ZOHO, "702", "SO-00012", values_of(SOLD, "confirmed"), linked=True)
    stored = Order(**{**_fields(SOLD), "customer_id": "7", "lines": (), "taxes": ()})
    seen(store, Side.CSCART, "150", "SO-00012", values_of(stored, "P"), linked=True)
    link(store, "150", "702")
    said = run("orders", "explain", "150")
    assert "SO-00012, placed in Zoho" in said
    assert "Total: 33.00 EUR in CS-Cart, 33.00 EUR in Zoho: equal." in said


def test_totals_that_differ_are_told_and_end_with_1(run: Run, store: Store) -> None:
    in_store(store, linked=True)
    in_zoho(store, "27.49", linked=True)
    link(store, "97", "701")
    said = run("orders", "explain", "CS-97", code=1)
    assert "Total: 27.50 EUR in CS-Cart, 27.49 EUR in Zoho: NOT EQUAL." in said


def test_an_order_whose_money_cannot_go_over_says_why_and_what_to_do(run: Run, store: Store) -> None:
    store.zoho.capabilities = {"taxes": []}  # type: ignore[union-attr]
    store.zoho.save()  # type: ignore[union-attr]
    in_store(store)
    said = run("orders", "explain", "CS-97", code=1)
    assert 'Tax "VAT" of 10 % has no partner in Zoho. Open Settings, Orders' in said
    told = last_json(run("orders", "explain", "CS-97", "--json", code=1))
    assert (told["ok"], told["trace"], told["sums"]) == (False, [], None)
    assert "tax map" in told["held"][0]["advice"]


def test_the_money_is_traced_where_an_item_and_a_contact_are_missing(run: Run, store: Store) -> None:
    Link.objects.all().delete()
    in_store(store)
    said = run("orders", "explain", "CS-97", code=1)
    assert '"LAMP" is not linked with an item of Zoho. Sync the product first' in said
    assert "has no contact in Zoho Inventory yet" in said
    assert [cell.strip() for cell in columns(said, "Total ")] == ["Total", "27.50", "27.50"]


@pytest.mark.parametrize("number", ["CS-404", "404", ""])
def test_an_unknown_number_is_told_with_what_to_do(number: str, run: Run, store: Store) -> None:
    in_store(store)
    said = run("orders", "explain", number, code=1)
    assert f'No order "{number}" is known.' in said
    assert "`cscart-zoho sync orders --dry-run`" in said


def test_a_sales_order_whose_lines_were_never_read_says_so(run: Run, store: Store) -> None:
    seen(store, Side.ZOHO, "702", "SO-00012", {"status": "draft", "total": Decimal(33)}, partial=True)
    said = run("orders", "explain", "SO-00012", code=1)
    assert "The lines of SO-00012 have not been read in Zoho yet." in said
    assert "`cscart-zoho sync orders --zoho-ids 702 --dry-run`" in said


def test_an_order_that_another_tool_has_brought_to_zoho_is_explained_from_the_store(run: Run, store: Store) -> None:
    in_zoho(store)
    in_store(store)
    assert "CS-97, placed in CS-Cart" in run("orders", "explain", "701")


# Settings


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("orders.prefix", "WEB-", ("prefix", "WEB-")),
        ("orders.currency", "eur", ("currency", "EUR")),
        ("orders.time_zone", "Europe/Berlin", ("time_zone", "Europe/Berlin")),
        ("orders.since", "2026-01-31", ("since", "2026-01-31")),
        ("orders.scheduled", "no", ("scheduled", False)),
        ("orders.tolerance", "0.02", ("tolerance", "0.02")),
        ("orders.brake_percent", "50", ("brake_percent", 50)),
        ("orders.fallback_item_id", "4600", ("fallback_item_id", "4600")),
        ("orders.imported_prices", "net", ("imported_prices", "net")),
        ("orders.sent_statuses", "P, C", ("sent_statuses", ["P", "C"])),
        ("orders.sent_statuses", "", ("sent_statuses", [])),
        ("orders.when_it_comes_back", "ask", ("when_it_comes_back", "ask")),
        ("orders.draft_until_paid", "I", ("draft_until_paid", ["I"])),
    ],
)
def test_a_setting_for_orders_is_changed_and_shown(
    key: str, value: str, kept: tuple[str, object], run: Run, store: Store
) -> None:
    run("settings", "set", key, value)
    name, wanted = kept
    assert last_json(run("settings", "show", "--json"))["orders"][name] == wanted
    assert AuditEntry.objects.get().detail == f"{key} = {value}"


def test_the_status_maps_are_changed_status_by_status(run: Run, store: Store) -> None:
    assert "orders.to_zoho.I is now empty." in run("settings", "set", "orders.to_zoho.I", "")
    assert "orders.to_cscart.shipped is now C." in run("settings", "set", "orders.to_cscart.shipped", "C")
    kept = last_json(run("settings", "show", "--json"))["orders"]
    assert (kept["to_zoho"]["I"], kept["to_cscart"]["shipped"]) == ("", "C")
    assert kept["to_zoho"]["C"] == "confirmed", "the others stay"
    run("settings", "set", "orders.to_cscart.shipped", "")
    assert "shipped" not in last_json(run("settings", "show", "--json"))["orders"]["to_cscart"]


def test_what_zoho_cannot_take_back_is_said_when_it_is_chosen(run: Run, store: Store) -> None:
    said = " ".join(run("settings", "set", "orders.to_zoho.I", "void").split())
    assert "I (Canceled): the sales order becomes void. A void sales order cannot be opened again" in said
    assert "gets a new one with a number of its own, such as CS-97-2" in said
    said = " ".join(run("settings", "set", "orders.when_it_comes_back", "ask").split())
    assert "is held until you have settled it, and Zoho goes on selling its pieces" in said
    said = " ".join(run("settings", "set", "orders.draft_until_paid", "I").split())
    assert "a draft stays a draft until it is paid, a confirmed one becomes void" in said
    said = " ".join(run("settings", "set", "orders.to_zoho.C", "confirmed").split())
    assert "A confirmed sales order cannot become a draft again" in said
    assert "again" not in run("settings", "set", "orders.since", "2026-01-31")


def test_tax_rules_are_given_as_json(run: Run, store: Store) -> None:
    rules = [{"store_tax": "6", "zoho_tax": "4600000000013"}, {"zoho_tax": "4600000000014", "country": "DE"}]
    run("settings", "set", "orders.tax_rules", json.dumps(rules))
    kept = last_json(run("settings", "show", "--json"))["orders"]["tax_rules"]
    assert [rule["zoho_tax"] for rule in kept] == ["4600000000013", "4600000000014"]
    run("settings", "set", "orders.tax_rules", "")
    assert last_json(run("settings", "show", "--json"))["orders"]["tax_rules"] == []


def test_all_settings_for_orders_are_shown_by_the_key_that_sets_them(run: Run) -> None:
    shown = {line.split()[0] for line in run("settings", "show").splitlines()[:-1]}
    assert {f"orders.{name}" for name in ("prefix", "tax_rules", "to_zoho.P", "to_cscart.void")} <= shown


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("orders", "yes", "settings show"),
        ("orders.colour", "red", "settings show"),
        ("orders.to_zoho", "draft", "settings show"),
        ("orders.prefix.P", "x", "settings show"),
        ("orders.to_zoho.Z", "confirmed", "It has: O (Open), P (Paid), C (Complete), I (Canceled)."),
        ("orders.to_zoho.P", "shipped", "Everything else follows from what is done in Zoho."),
        ("orders.to_zoho.P", "paid", "draft, confirmed, void"),
        ("orders.to_cscart.paid", "P", 'Zoho has no order status named "paid".'),
        ("orders.to_cscart.void", "Z", "It has: O (Open)"),
        ("orders.to_cscart.void", "P", "the order would move by itself"),
        ("orders.to_zoho.P", "draft", "the order would move by itself"),
        ("orders.sent_statuses", "P,Z", "It has: O (Open)"),
        ("orders.tax_rules", "6=460", "Write it as [{"),
        ("orders.tax_rules", '[{"store_tax":"6"}]', "zoho_tax"),
        ("orders.tax_rules", '[{"store_tax":"VAT","zoho_tax":"460"}]', "by ids, which are numbers"),
        ("orders.tax_rules", '[{"country":"Germany","zoho_tax":"460"}]', "two letters, such as DE"),
        ("orders.prefix", "my shop", "no prefix for order numbers"),
        ("orders.since", "yesterday", "2026-01-31"),
        ("orders.currency", "euro", "the code of a currency"),
        ("orders.time_zone", "Mars/Olympus", "is no time zone"),
        ("orders.tolerance", "-1", "an amount such as 0.05"),
        ("orders.brake_percent", "101", "from 1 to 100"),
        ("orders.payment_id", "cash", "a number"),
        ("orders.shipping_as", "line", "Choose the Zoho item that stands for shipping."),
        ("orders.shipping_as", "letter", "charge, line"),
        ("orders.create_in_zoho", "perhaps", "yes or no"),
    ],
)
def test_a_wrong_setting_for_orders_is_refused_with_what_fits_and_changes_nothing(
    key: str, value: str, said: str, run: Run, store: Store
) -> None:
    told = run("settings", "set", key, value, code=1)
    assert said in told
    assert "Traceback" not in told
    store.refresh_from_db()
    assert store.order_choices == {}


def test_any_letter_fits_while_the_statuses_of_the_store_are_not_known(run: Run, store: Store) -> None:
    Store.objects.update(capabilities={})
    run("settings", "set", "orders.to_zoho.Z", "confirmed")
    assert "letter of an order status" in run("settings", "set", "orders.to_zoho.paid", "confirmed", code=1)


def test_another_prefix_makes_the_next_run_compare_the_orders_anew(run: Run, store: Store) -> None:
    link(store, "97", "701")
    Link.objects.filter(entity="orders").update(base_cscart={"document": "#a:1", "status": "P"})
    for entity in ("orders", "products"):
        Cursor.objects.create(store=store, entity=entity, side="zoho", kind="full", moment=NOW)
    run("settings", "set", "orders.tolerance", "0.01")
    assert Cursor.objects.count() == 2, "other choices leave everything as it is"
    run("settings", "set", "orders.prefix", "WEB-")
    assert Link.objects.get(entity="orders").base_cscart == {"status": "P"}
    assert [cursor.entity for cursor in Cursor.objects.all()] == ["products"]


def test_orders_that_were_held_are_tried_again_after_a_change(run: Run, store: Store) -> None:
    in_store(store, state="held", not_before=NOW)
    run("settings", "set", "orders.same_rate", "no")
    assert Observation.objects.get().not_before is None


@pytest.mark.parametrize("page", ["docs/orders.md", "README.md"])
def test_the_settings_that_the_documents_name_exist(page: str, run: Run) -> None:
    named = set(re.findall(r"`?(orders\.[a-z_]+)", (ROOT / page).read_text()))
    assert {name.removeprefix("orders.") for name in named} - {"md"} <= set(order_choices_to_json(OrderChoices()))


# Status


def test_status_counts_orders_and_the_pairs_whose_totals_differ(run: Run, store: Store) -> None:
    for number, (total, currency) in enumerate([("27.5", "EUR"), ("27.49", "EUR"), ("27.50", "USD")], start=1):
        here = values_of(lamps(), "P")
        there = {"total": Decimal(total), "currency": currency, "status": "confirmed"}
        seen(store, Side.CSCART, str(number), f"CS-{number}", here, linked=True, state="synced")
        seen(store, Side.ZOHO, f"70{number}", f"CS-{number}", there, linked=True, state="synced")
        link(store, str(number), f"70{number}")
    in_store(store, state="held", reason="No partner for a tax.")
    seen(store, Side.ZOHO, "900", "SO-9", {"status": "draft"}, state="failed", reason="Refused.")
    seen(store, Side.ZOHO, "901", "SO-10", {"status": "draft"})
    assert last_json(run("status", "--json"))["orders"] == {
        "cscart": 4,
        "zoho": 5,
        "linked": 3,
        "not_in_zoho": 1,
        "not_in_cscart": 2,
        "held": 1,
        "failed": 1,
        "unexplained": 1,
        "conflicts": 0,
        "total_mismatches": 2,
    }
    said = run("status")
    assert "4 (1 not in Zoho)" in said
    assert "3 (2 with totals that differ)" in said


def test_a_total_that_is_not_known_counts_as_one_that_differs_and_a_deleted_order_does_not(
    run: Run, store: Store
) -> None:
    in_store(store, linked=True)
    there = seen(store, Side.ZOHO, "701", "CS-97", {"status": "draft"}, linked=True)
    link(store, "97", "701")
    assert last_json(run("status", "--json"))["orders"]["total_mismatches"] == 1
    Observation.objects.filter(pk=there.pk).update(gone_at=NOW)
    assert last_json(run("status", "--json"))["orders"]["total_mismatches"] == 0


def conflict(store: Store, entity: Entity, cscart_id: str, zoho_id: str, **more: Any) -> Conflict:
    told = {"field": "status", "cscart_value": "P", "zoho_value": "void", **more}
    return Conflict.objects.create(
        store=store, entity=entity, cscart_id=cscart_id, zoho_id=zoho_id, policy="ask", found_at=NOW, **told
    )


def test_conflicts_are_counted_under_what_they_are_about(run: Run, store: Store) -> None:
    for entity in (Entity.PRODUCTS, Entity.ACCOUNTS, Entity.CONTACTS, Entity.ORDERS, Entity.ORDERS, Entity.GUESTS):
        conflict(store, entity, str(Conflict.objects.count()), "1")
    told = last_json(run("status", "--json"))
    assert (told["conflicts"], told["customers"]["conflicts"], told["orders"]["conflicts"]) == (1, 2, 3)
    assert "6 (1 of products, 2 of customers, 3 of orders)" in run("status")


# Conflicts


def test_a_conflict_of_documents_is_shown_in_short(run: Run, store: Store) -> None:
    conflict(
        store,
        Entity.ORDERS,
        "97",
        "701",
        field="document",
        cscart_value=to_text(lamps()),
        zoho_value=to_text(lamps("27.49")),
        base_value="#0123456789abcdef:412",
    )
    said = run("conflicts")
    assert "1 line, 27.50 EUR" in said
    assert "1 line, 27.49 EUR" in said
    assert "text of 412 characters" in said


def test_an_answer_about_an_order_asks_for_a_run_of_orders(run: Run, store: Store) -> None:
    waiting = conflict(store, Entity.ORDERS, "97", "701")
    answered = run("conflicts", "--answer", f"{waiting.pk}-{waiting.version}", "zoho", "--json")
    made = SyncRun.objects.get(pk=last_json(answered)["run"])
    assert (made.entity, made.asked["cscart_ids"], made.asked["zoho_ids"]) == ("orders", ["97"], ["701"])


def test_each_conflict_goes_to_the_run_that_can_settle_it(store: Store) -> None:
    guest = guest_id("bob@example.com")
    rows = [
        conflict(store, Entity.PRODUCTS, "12", "501"),
        conflict(store, Entity.ACCOUNTS, "3", "301"),
        conflict(store, Entity.CONTACTS, "7", "601"),
        conflict(store, Entity.ORDERS, "97", "701"),
        conflict(store, Entity.GUESTS, guest, "602"),
    ]
    assert about_conflicts(rows) == {
        Entity.PRODUCTS: Asked(only="ids", cscart_ids=("12",), zoho_ids=("501",)),
        Entity.CUSTOMERS: Asked(only="ids", cscart_ids=("3", "7"), zoho_ids=("301",)),
        Entity.ORDERS: Asked(only="ids", cscart_ids=("97", guest), zoho_ids=("701",)),
    }


def test_a_chosen_guest_is_looked_at_as_a_guest_and_not_as_an_order(store: Store) -> None:
    guest = guest_id("bob@example.com")
    chosen = Asked(only="ids", cscart_ids=("97", guest), zoho_ids=("701",))
    assert _without_guests(chosen) == Asked(only="ids", cscart_ids=("97",), zoho_ids=("701",))
    assert _Waiting(store, guests=True)(chosen) == Asked(only="ids", cscart_ids=(guest,))
    assert _Waiting(store, guests=False)(chosen) == Asked(only="ids")


def test_the_defaults_for_orders_can_be_kept_and_read_again(run: Run, store: Store) -> None:
    run("settings", "set", "orders.scheduled", "yes")
    store.refresh_from_db()
    assert store.order_choices == order_choices_to_json(OrderChoices())
