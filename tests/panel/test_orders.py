"""Orders and sales orders in lists: what is counted, found, shown, and asked for."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cscart_zoho.panel.order_words import amount, percent, status_name, zoho_status
from cscart_zoho.panel.tiles import order_tiles
from cscart_zoho.records import Direction
from cscart_zoho.store.models import Conflict, Link, Observation, Run, Step, Store
from cscart_zoho.sync.asked import Asked, asked_from_json
from tests.panel.conftest import SEEN, a_sales_order, an_order, order_row, orders

Browse = Callable[[str], Client]
LISTS = ("/orders/", "/zoho-orders/")


@pytest.fixture
def shop(store: Store) -> Store:
    orders(store)
    return store


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def listed(shown: str) -> list[str]:
    """The orders of a list, by what leads to their pages."""
    return re.findall(r'class="cz-name" href="/orders/\w+/\d+/">([^<]+)<', shown)


def asked() -> Asked:
    run = Run.objects.get()
    assert run.entity == "orders"
    return asked_from_json(run.asked)


# What is counted and found


def test_the_six_tiles_come_from_one_query(shop: Store, django_assert_num_queries: Callable[[int], object]) -> None:
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        counted = order_tiles(shop)
    assert [(tile.name, tile.count) for tile in counted] == [
        ("Orders in CS-Cart", 3),
        ("Synced", 1),
        ("Not synced", 2),
        ("Held", 1),
        ("Orders in Zoho", 3),
        ("Not in CS-Cart", 2),
    ]


def test_each_tile_leads_to_a_list_of_as_many_rows(shop: Store, browse: Browse) -> None:
    client = browse("viewer")
    for tile in order_tiles(shop):
        shown = page(client, tile.address)
        assert len(listed(shown)) == tile.count, tile.name
        assert f'cz-chosen" href="{tile.address}"' in shown


@pytest.mark.parametrize(
    ("words", "found"),
    [("CS-98", ["98"]), ("98", ["98"]), ("guest@EXAMPLE.com", ["98"]), ("Anna", ["99", "98", "97"]), ("nobody", [])],
)
def test_an_order_is_found_by_number_customer_and_address(
    words: str, found: list[str], shop: Store, browse: Browse
) -> None:
    assert listed(browse("viewer").get("/orders/", {"q": words}).content.decode()) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=P", ["97"]),
        ("?state__exact=held", ["99"]),
        ("?show=held", ["99"]),
        ("?buyer=7", ["99", "97"]),
        ("?ordered_on__gte=2026-03-02", ["98"]),
    ],
)
def test_orders_are_filtered_by_status_state_buyer_and_date(
    query: str, found: list[str], shop: Store, browse: Browse
) -> None:
    Observation.objects.filter(remote_id="98").update(ordered_on=date(2026, 3, 5))
    assert listed(page(browse("viewer"), f"/orders/{query}")) == found


def test_the_filter_of_statuses_has_the_stores_names(shop: Store, browse: Browse) -> None:
    shown = page(browse("viewer"), "/orders/")
    assert "?status=C" in shown
    assert "Complete" in shown
    assert "?status=partially_shipped" in page(browse("viewer"), "/zoho-orders/")


# What is shown


def test_a_row_tells_date_customer_address_total_and_the_name_of_its_status(shop: Store, browse: Browse) -> None:
    Observation.objects.filter(remote_id="98").update(price=Decimal("12345.5"), status="C")
    shown = page(browse("viewer"), "/orders/?q=98")
    for words in ("98</a>", "CS-98", "2026-03-01", "Anna Synthetic", "guest@example.com", "12,345.50 USD", "Complete"):
        assert words in shown, words


def test_a_status_that_the_store_did_not_tell_stays_a_letter(shop: Store, browse: Browse) -> None:
    Observation.objects.filter(remote_id="98").update(status="X")
    assert ">X</span>" in page(browse("viewer"), "/orders/?q=98")


def test_a_badge_says_why_an_order_is_held(shop: Store, browse: Browse) -> None:
    assert "Its tax has no partner." in page(browse("viewer"), "/orders/?show=held")


def test_a_sales_order_leads_to_its_order_in_the_store_or_offers_the_import(shop: Store, browse: Browse) -> None:
    shown = page(browse("operator"), "/zoho-orders/")
    assert 'href="/orders/cscart/97/">Order 97</a>' in shown
    assert 'aria-label="Import SO-00012"' in shown
    assert 'aria-label="Import SO-00013"' not in shown  # it is void
    assert "Confirmed" in shown


def test_hostile_and_long_names_are_shown_as_text(shop: Store, browse: Browse) -> None:
    bad = '<script>alert(1)</script>"onload="x' + "long name " * 25
    Observation.objects.filter(entity="orders").update(name=bad[:300], reason=bad, key=bad[:120])
    for address in (*LISTS, "/orders/cscart/97/", "/orders/zoho/7002/"):
        assert "<script>alert" not in page(browse("operator"), address), address


@pytest.mark.parametrize("address", LISTS)
def test_an_empty_list_says_what_will_come(address: str, store: Store, browse: Browse) -> None:
    assert "appear here with the first sync" in page(browse("viewer"), address)
    assert "Nothing here" in page(browse("viewer"), address)


@pytest.mark.parametrize("address", LISTS)
def test_before_anything_is_connected_the_list_says_so(address: str, browse: Browse) -> None:
    assert "The store is not connected yet." in page(browse("admin"), address)


def test_the_lists_ask_the_same_number_of_queries_for_few_rows_and_for_many(shop: Store, browse: Browse) -> None:
    client = browse("operator")
    few = {address: _queries(client, address) for address in LISTS}
    more = [order_row(shop, "cscart", str(n), an_order(number=f"CS-{n}")) for n in range(1000, 1100)]
    more += [order_row(shop, "zoho", str(n), a_sales_order(number=f"SO-{n}")) for n in range(8000, 8100)]
    Observation.objects.bulk_create(more)
    for address in LISTS:
        assert _queries(client, address) <= few[address] + 1, address


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        ("1234.5", "USD", "1,234.50 USD"),
        ("1234", "JPY", "1,234 JPY"),
        ("0.5", "KWD", "0.500 KWD"),
        ("10.12345", "EUR", "10.12345 EUR"),
        ("-3.3", "", "-3.30"),
    ],
)
def test_an_amount_has_the_digits_of_its_currency(value: str, currency: str, shown: str) -> None:
    assert amount(Decimal(value), currency, told=True) == shown


def test_words_of_zoho_are_written_for_people() -> None:
    assert [zoho_status(word) for word in ("partially_shipped", "onhold", "void", "something_new")] == [
        "Partially shipped",
        "On hold",
        "Void",
        "Something new",
    ]
    assert status_name("cscart", "P", {"P": "Processed"}) == "Processed"
    assert percent(Decimal("7.50")) == "7.5\N{NO-BREAK SPACE}%"


# What is asked for


@pytest.mark.parametrize(
    ("what", "wanted"),
    [
        ("unsynced", Asked(only="unsynced", direction=Direction.TO_ZOHO)),
        ("import", Asked(only="unsynced", direction=Direction.TO_CSCART)),
        ("all", Asked()),
        ("preview", Asked(dry_run=True)),
    ],
)
def test_the_buttons_above_ask_for_a_run_of_orders(what: str, wanted: Asked, shop: Store, browse: Browse) -> None:
    assert browse("operator").post(f"/orders/ask/{what}/").status_code == 302
    assert asked() == wanted


def test_an_unknown_button_is_refused(shop: Store, browse: Browse) -> None:
    assert browse("operator").post("/orders/ask/delete/").status_code == 404


def test_a_big_sync_says_what_it_costs_before_it_is_asked_for(shop: Store, browse: Browse) -> None:
    Observation.objects.filter(remote_id="99").update(status="P")
    shown = page(browse("operator"), "/orders/")
    assert "Sync 2 unsynced orders" in shown
    assert "at least 3 Zoho calls" in shown  # two to make them, one to confirm
    assert 'data-confirm="Make 2 sales orders in Zoho? It takes at least 3 Zoho calls' in shown


def test_orders_that_are_not_sent_are_not_offered(shop: Store, browse: Browse) -> None:
    Observation.objects.filter(remote_id="99").update(status="I")
    shown = page(browse("operator"), "/orders/")
    assert "Sync 1 unsynced order<" in shown
    assert "1 more is left as it is" in shown
    Store.objects.update(order_choices={"since": "2026-04-01"})
    shown = page(browse("operator"), "/orders/")
    assert "unsynced order" not in shown


def test_void_sales_orders_are_not_offered(shop: Store, browse: Browse) -> None:
    assert "Import 1 order into CS-Cart" in page(browse("operator"), "/zoho-orders/")


def test_settings_that_cannot_be_read_are_told_in_the_list(shop: Store, browse: Browse) -> None:
    Store.objects.update(order_choices={"prefix": ""})
    assert "is no prefix for order numbers" in page(browse("operator"), "/orders/")


def test_the_menu_of_a_row_syncs_shows_and_leads_to_the_other_side(shop: Store, browse: Browse) -> None:
    shown = page(browse("operator"), "/orders/?q=98")
    pk = Observation.objects.get(remote_id="98").pk
    menu = re.search(rf'<div class="cz-menu" id="menu-{pk}" popover>(.*?)</div>', shown)
    assert menu
    assert 'formaction="/orders/cscart/98/sync/">Sync this order' in menu[1]
    assert 'href="/orders/cscart/98/"' in menu[1]
    assert "https://store.example.com/admin.php?dispatch=orders.details&amp;order_id=98" in menu[1]


def test_selected_orders_are_asked_for_together(shop: Store, browse: Browse) -> None:
    chosen = [str(row.pk) for row in Observation.objects.filter(remote_id__in=("98", "99"))]
    browse("operator").post("/orders/", {"action": "sync_selected", "_selected_action": chosen})
    assert asked() == Asked(only="ids", cscart_ids=("98", "99"))


def test_selected_sales_orders_are_imported(shop: Store, browse: Browse) -> None:
    chosen = [str(row.pk) for row in Observation.objects.filter(remote_id="7002")]
    browse("operator").post("/zoho-orders/", {"action": "import_selected", "_selected_action": chosen})
    assert asked() == Asked(only="ids", zoho_ids=("7002",), direction=Direction.TO_CSCART)


def test_a_viewer_sees_no_button_that_runs_and_cannot_run_an_action(shop: Store, browse: Browse) -> None:
    client = browse("viewer")
    for address in LISTS:
        shown = page(client, address)
        assert "formaction" not in shown
        assert "/orders/ask/" not in shown
        chosen = [str(row.pk) for row in Observation.objects.filter(entity="orders")]
        for action in ("sync_selected", "import_selected"):
            client.post(address, {"action": action, "_selected_action": chosen})
    assert not Run.objects.exists()


# Elsewhere in the panel


def test_orders_that_wait_are_on_the_overview(shop: Store, browse: Browse) -> None:
    shown = page(browse("viewer"), "/")
    assert "1 order of CS-Cart: held." in shown
    assert 'href="/orders/?state__exact=held"' in shown


@pytest.mark.parametrize(
    ("field", "values", "shown"),
    [
        ("document", ("#aaaa000000000001:9", "#bbbb000000000001:9"), ("1 line, 27.00 USD", "2 lines, 31.00 USD")),
        ("status", ("P", "partially_shipped"), ("Processed", "Partially shipped")),
    ],
)
def test_a_conflict_of_an_order_is_told_in_words(
    field: str, values: tuple[str, str], shown: tuple[str, str], shop: Store, browse: Browse
) -> None:
    two = a_sales_order(lines=a_sales_order().lines * 2, total=Decimal(31))
    Observation.objects.filter(side="zoho", remote_id="7001").delete()
    order_row(shop, "zoho", "7001", two, linked=True).save()
    conflict = a_conflict(shop, field, *values)
    for address in ("/conflicts/", "/orders/cscart/97/"):
        told = page(browse("viewer"), address)
        for words in shown:
            assert words in told, address
        assert "#aaaa" not in told
    assert 'href="/orders/cscart/97/">CS-97</a>' in page(browse("viewer"), "/conflicts/")
    browse("operator").post(f"/conflicts/{conflict.pk}/zoho/", {f"version-{conflict.pk}": conflict.version})
    assert asked() == Asked(only="ids", cscart_ids=("97",), zoho_ids=("7001",))


def a_conflict(store: Store, field: str, cscart: str, zoho: str) -> Conflict:
    ids = {"cscart_id": "97", "zoho_id": "7001", "label": "CS-97", "field": field}
    told = {"cscart_value": cscart, "zoho_value": zoho, "base_value": cscart, "policy": "ask"}
    return Conflict.objects.create(store=store, entity="orders", found_at=SEEN, **ids, **told)


def test_the_list_of_conflicts_looks_orders_up_together(shop: Store, browse: Browse) -> None:
    client = browse("viewer")
    a_conflict(shop, "document", "#aaaa000000000001:9", "#bbbb000000000001:9")
    few = _queries(client, "/conflicts/")
    for n in range(20):
        Conflict.objects.create(
            store=shop, entity="orders", cscart_id=str(n), zoho_id=str(n), field="document", policy="ask", found_at=SEEN
        )
    assert _queries(client, "/conflicts/") <= few


def test_a_step_of_an_order_leads_to_its_page_and_names_statuses(shop: Store, browse: Browse) -> None:
    run = Run.objects.create(store=shop, entity="orders", trigger="cli", asked={}, asked_key="k", asked_at=SEEN)
    told = {"status": ["O", "P"], "document": ["#aaaa000000000001:9", "#bbbb000000000001:9"]}
    Step.objects.create(run=run, entity="orders", kind="update", target="cscart", cscart_id="97", changes=told)
    Step.objects.create(run=run, entity="guests", kind="create", target="zoho", cscart_id="guest-1", label="Guest")
    shown = page(browse("viewer"), f"/runs/{run.pk}/")
    assert "Open → Processed" in shown
    assert "Lines and money</span> version aaaa → version bbbb" in shown
    assert 'href="/orders/cscart/97/"' in shown
    assert 'href="/orders/?buyer=guest-1"' in shown


def test_records_of_another_kind_with_the_same_id_are_not_mixed_up(shop: Store, browse: Browse) -> None:
    run = Run.objects.create(store=shop, entity="products", trigger="cli", asked={}, asked_key="k", asked_at=SEEN)
    Step.objects.create(run=run, entity="products", kind="stock", cscart_id="97", reason="Stock has moved.")
    Link.objects.filter(entity="orders").delete()
    assert "Nothing has been done with this order yet." in page(browse("viewer"), "/orders/cscart/97/")
