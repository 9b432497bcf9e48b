"""The lists of products: tiles, filters, search, paging, and what their buttons ask for."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cscart_zoho.panel.lists import CappedPaginator
from cscart_zoho.panel.products import price, tiles
from cscart_zoho.records import Direction
from cscart_zoho.store.models import Observation, Run, Store
from cscart_zoho.sync.asked import Asked, asked_from_json
from tests.panel.conftest import fill, observed

Browse = Callable[[str], Client]


def names(page: str) -> list[str]:
    return re.findall(r'class="cz-name" href="/products/\w+/\d+/"[^>]*>([^<]+)<', page)


def asked() -> Asked:
    return asked_from_json(Run.objects.get().asked)


def test_the_six_tiles_come_from_one_query(store: Store, django_assert_num_queries: Callable[[int], object]) -> None:
    fill(store, cscart=12, zoho=9, linked=4)
    Observation.objects.filter(side="cscart", number=12).update(gone_at=timezone.now())
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        counted = tiles(store)
    assert [(tile.name, tile.count) for tile in counted] == [
        ("CS-Cart products", 11),
        ("Synced to Zoho", 4),
        ("Not synced", 7),
        ("Zoho products", 9),
        ("Not in CS-Cart", 5),
        ("Already imported", 4),
    ]


def test_each_tile_leads_to_a_list_of_as_many_rows(store: Store, browse: Browse) -> None:
    fill(store, cscart=12, zoho=9, linked=4)
    client = browse("viewer")
    for tile in tiles(store):
        page = client.get(tile.address).content.decode()
        assert len(names(page)) == tile.count, tile.name
        assert f'cz-chosen" href="{tile.address}"' in page


@pytest.mark.parametrize("words", ["Synthetic product 7", "SKU-00007", "sku-00007", "7"])
def test_search_finds_by_name_sku_and_id(words: str, store: Store, browse: Browse) -> None:
    fill(store, cscart=9, zoho=0, linked=0)
    page = browse("viewer").get("/products/", {"q": words}).content.decode()
    assert names(page) == ["Synthetic product 7"]


def test_a_badge_says_why(store: Store, browse: Browse) -> None:
    observed(store, "cscart", 1, state="held", reason="The SKU stands twice in Zoho.").save()
    page = browse("viewer").get("/products/").content.decode()
    assert "Held" in page
    assert "The SKU stands twice in Zoho." in page


def test_figures_are_written_for_people(store: Store, browse: Browse) -> None:
    observed(store, "cscart", 5000).save()
    page = browse("viewer").get("/products/").content.decode()
    assert "1,250.00" in page
    assert "1,251.00" in page
    assert "5,000" in page


def test_a_viewer_sees_no_button_that_runs(store: Store, browse: Browse) -> None:
    fill(store, cscart=2, zoho=1, linked=1)
    page = browse("viewer").get("/products/").content.decode()
    assert "formaction" not in page
    assert "/products/ask/" not in page


def test_a_viewer_cannot_run_the_action_of_a_list(store: Store, browse: Browse) -> None:
    fill(store, cscart=2, zoho=1, linked=1)
    chosen = [str(row.pk) for row in Observation.objects.filter(side="cscart")]
    browse("viewer").post("/products/", {"action": "sync_selected", "_selected_action": chosen})
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("what", "wanted"),
    [
        ("unsynced", Asked(only="unsynced", direction=Direction.TO_ZOHO)),
        ("import", Asked(only="unsynced", direction=Direction.TO_CSCART)),
        ("all", Asked()),
        ("stock", Asked(stock_only=True)),
        ("preview", Asked(dry_run=True)),
    ],
)
def test_the_buttons_above_ask_for_a_run(what: str, wanted: Asked, store: Store, browse: Browse) -> None:
    answer = browse("operator").post(f"/products/ask/{what}/")
    assert answer.status_code == 302
    assert asked() == wanted


def test_an_unknown_button_is_refused(store: Store, browse: Browse) -> None:
    assert browse("operator").post("/products/ask/delete/").status_code == 404


def test_selected_products_are_asked_for_together(store: Store, browse: Browse) -> None:
    fill(store, cscart=4, zoho=0, linked=0)
    chosen = [str(row.pk) for row in Observation.objects.filter(number__in=(2, 3))]
    browse("operator").post("/products/", {"action": "sync_selected", "_selected_action": chosen})
    assert asked() == Asked(only="ids", cscart_ids=("2", "3"))


def test_selected_zoho_products_are_imported(store: Store, browse: Browse) -> None:
    fill(store, cscart=0, zoho=4, linked=0)
    chosen = [str(row.pk) for row in Observation.objects.filter(number__in=(2, 3))]
    browse("operator").post("/zoho-items/", {"action": "import_selected", "_selected_action": chosen})
    assert asked() == Asked(only="ids", zoho_ids=("2", "3"), direction=Direction.TO_CSCART)


def test_each_action_of_a_list_is_a_button_of_its_own(store: Store, browse: Browse) -> None:
    fill(store, cscart=1, zoho=0, linked=0)
    page = browse("operator").get("/products/").content.decode()
    assert 'name="action" value="sync_selected">Sync the selected products</button>' in page
    assert 'name="action" value="stock_selected">' in page


@pytest.mark.parametrize(
    ("products", "limit", "said"),
    [
        (0, 1000, ""),
        (1, 1000, "at least 1 Zoho call"),
        (1000, 1000, "at least 1,000 Zoho calls"),
        (271_973, 10_000, "at least 271,973 Zoho calls, 28 days at 10,000 calls a day"),
        (5000, None, "at least 5,000 Zoho calls"),
    ],
)
def test_a_big_sync_says_what_it_costs(products: int, limit: int | None, said: str) -> None:
    assert price(products, limit) == said


def test_asking_twice_is_one_run(store: Store, browse: Browse) -> None:
    client = browse("operator")
    client.post("/products/ask/all/")
    page = client.post("/products/ask/all/", follow=True).content.decode()
    assert Run.objects.count() == 1
    assert "was asked for already and waits" in page


def test_nothing_is_asked_for_before_both_sides_are_connected(store: Store, browse: Browse) -> None:
    Store.objects.update(zoho=None)
    page = browse("operator").post("/products/ask/all/", follow=True).content.decode()
    assert "Zoho is not connected yet." in page
    assert not Run.objects.exists()


def test_the_first_start_shows_what_to_do(browse: Browse) -> None:
    page = browse("admin").get("/products/").content.decode()
    assert "The store is not connected yet." in page
    assert "The store&#x27;s products appear here with the first sync" in page


def test_one_goes_back_only_to_our_own_pages(store: Store, browse: Browse) -> None:
    client = browse("operator")

    def after(referer: str) -> str:
        return str(client.post("/products/ask/all/", headers={"referer": referer})["Location"])

    assert after("http://testserver/products/?show=unsynced&p=2") == "/products/?show=unsynced&p=2"
    for elsewhere in ("https://evil.example/products/", "http://testserver//evil.example", "javascript:alert(1)", ""):
        assert after(elsewhere) == "/products/"


@pytest.mark.parametrize("path", ["/products/", "/zoho-items/", "/products/?show=unsynced", "/products/?q=Synth", "/"])
def test_a_page_costs_as_many_queries_with_a_thousand_rows_as_with_ten(path: str, store: Store, browse: Browse) -> None:
    client = browse("operator")

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    fill(store, cscart=10, zoho=10, linked=5)
    few = cost()
    Observation.objects.all().delete()
    store.link_set.all().delete()
    fill(store, cscart=1000, zoho=1000, linked=500)
    assert cost() == few
    # The overview looks at connections, runs, calls, schedules, messages and notices beside the products.
    assert few <= (60 if path == "/" else 15)


def test_a_tile_list_is_not_counted_again(store: Store, browse: Browse) -> None:
    fill(store, cscart=60, zoho=1, linked=1)
    client = browse("viewer")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/products/?show=unsynced&p=2").content.decode()
    counting = [q["sql"] for q in queries if q["sql"].startswith("SELECT COUNT") and "observation" in q["sql"]]
    assert counting == []
    assert len(names(page)) == 9


def test_a_search_is_counted_only_so_far(store: Store) -> None:
    fill(store, cscart=30, zoho=0, linked=0)
    rows = Observation.objects.order_by("pk")
    assert CappedPaginator(rows, 10).count == 30
    assert "LIMIT" in str(rows.order_by()[:10].query)
