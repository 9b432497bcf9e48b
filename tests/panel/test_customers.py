"""Customers, contacts and accounts in lists, and the page of one customer."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cscart_zoho.records import Direction
from cscart_zoho.store.models import Conflict, Observation, Run, Store
from cscart_zoho.store.values import to_json
from cscart_zoho.sync.asked import Asked, asked_from_json
from tests.panel.conftest import SEEN, _account, _customer, customers

Browse = Callable[[str], Client]


@pytest.fixture
def crm(store: Store) -> Store:
    customers(store)
    return store


def _imported(**ids: tuple[str, ...]) -> Asked:
    return Asked(only="ids", direction=Direction.TO_CSCART, **ids)  # type: ignore[arg-type]


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_tiles_count_what_the_lists_show(crm: Store, browse: Browse) -> None:
    shown = page(browse("viewer"), "/customers/")
    for name, count in (("Customers in CS-Cart", 2), ("Synced", 1), ("Not in CS-Cart", 1), ("No e-mail", 1)):
        assert f'<span class="cz-tile-name">{name}</span>\n      <span class="cz-tile-count">{count}</span>' in shown


def test_a_customer_without_an_address_has_a_badge_and_a_filter(crm: Store, browse: Browse) -> None:
    shown = page(browse("viewer"), "/customers/?show=no_email")
    assert "Without Address" in shown
    assert "anna@example.com" not in shown
    assert shown.count("No e-mail</span>") >= 2  # the tile and the badge


def test_a_placeholder_address_is_never_shown(crm: Store, browse: Browse) -> None:
    Observation.objects.filter(remote_id="8").update(key="zoho-901@example.invalid")
    assert "example.invalid" not in page(browse("viewer"), "/customers/")


def test_a_contact_that_the_store_does_not_know_can_be_imported(crm: Store, browse: Browse) -> None:
    shown = page(browse("operator"), "/zoho-contacts/?show=unsynced")
    assert "/customers/zoho/901/sync/" in shown
    browse("operator").post("/customers/zoho/901/sync/")
    run = Run.objects.get()
    assert run.entity == "customers"
    assert run.asked["zoho_ids"] == ["901"]
    assert run.asked["direction"] == "to-cscart"


@pytest.mark.parametrize(
    ("what", "asked"), [("unsynced", {"only": "unsynced", "direction": "to-zoho"}), ("preview", {"dry_run": True})]
)
def test_the_buttons_above_the_list_ask_for_a_run_of_customers(
    what: str, asked: dict[str, object], crm: Store, browse: Browse
) -> None:
    browse("operator").post(f"/customers/ask/{what}/")
    run = Run.objects.get()
    assert run.entity == "customers"
    assert asked.items() <= run.asked.items()


@pytest.mark.parametrize(
    ("address", "action", "rows", "asked"),
    [
        ("/customers/", "sync_selected", ("7", "8"), Asked(only="ids", cscart_ids=("7", "8"))),
        ("/zoho-contacts/", "import_selected", ("900", "901"), _imported(zoho_ids=("900", "901"))),
        ("/zoho-accounts/", "import_selected", ("500", "501"), _imported(account_ids=("500", "501"))),
    ],
)
def test_what_is_selected_is_asked_for_together(
    address: str, action: str, rows: tuple[str, ...], asked: Asked, crm: Store, browse: Browse
) -> None:
    chosen = [str(row.pk) for row in Observation.objects.filter(remote_id__in=rows)]
    posted = {"action": action, "_selected_action": chosen}
    browse("viewer").post(address, posted)
    assert not Run.objects.exists()
    browse("operator").post(address, posted)
    run = Run.objects.get()
    assert (run.entity, asked_from_json(run.asked)) == ("customers", asked)


@pytest.mark.parametrize(
    ("address", "found", "hidden"),
    [
        ("/customers/?q=anna@", "Anna Synthetic", "Without Address"),
        ("/customers/?q=Without", "Without Address", "anna@example.com"),
        ("/customers/?company=synthetic+LTD", "anna@example.com", "Without Address"),
        ("/customers/?show=synced", "anna@example.com", "Without Address"),
        ("/customers/?show=unsynced", "Without Address", "anna@example.com"),
        ("/zoho-contacts/?show=no_email", "Nobody&#x27;s Mail", "anna@example.com"),
        ("/zoho-accounts/?q=Holding", "/zoho-accounts/501/import/", "/zoho-accounts/500/import/"),
        ("/zoho-accounts/?show=synced", "/zoho-accounts/500/import/", "/zoho-accounts/501/import/"),
    ],
)
def test_search_and_filters_narrow_the_lists(address: str, found: str, hidden: str, crm: Store, browse: Browse) -> None:
    rows = page(browse("operator"), address)
    assert found in rows
    assert hidden not in rows


def test_a_parent_that_zoho_did_not_list_is_told(crm: Store, browse: Browse) -> None:
    Observation.objects.filter(remote_id="501").delete()
    assert "(a parent that Zoho did not list)" in page(browse("viewer"), "/zoho-accounts/")


def test_a_name_that_the_store_takes_in_another_form_is_told(crm: Store, browse: Browse) -> None:
    for side, name in (("cscart", "Dr Synthetic"), ("zoho", "Dr. Synthetic")):
        row = Observation.objects.get(side=side, remote_id="7" if side == "cscart" else "900")
        row.values = {**row.values, **to_json({"Last_Name": name})}
        row.save()
    shown = page(browse("viewer"), "/customers/cscart/7/")
    assert "Each side has it as far as it takes it." in shown
    assert "Dr. Synthetic" in shown


def test_an_account_shows_its_parent_its_contacts_and_whether_the_store_knows_it(crm: Store, browse: Browse) -> None:
    shown = page(browse("operator"), "/zoho-accounts/")
    assert "Synthetic Holding</span>" in shown
    assert "/customers/?company=Synthetic+Ltd" in shown
    assert "anna@example.com" in shown
    assert "/zoho-accounts/501/import/" in shown


def test_importing_an_account_asks_for_its_contacts(crm: Store, browse: Browse) -> None:
    browse("operator").post("/zoho-accounts/501/import/")
    assert Run.objects.get().asked["account_ids"] == ["501"]
    assert browse("operator").post("/zoho-accounts/999/import/").status_code == 404


def test_parents_in_a_circle_are_told_and_not_followed_for_ever(crm: Store, browse: Browse) -> None:
    Observation.objects.filter(remote_id="501").update(parent_id="500")
    assert "in a circle" in page(browse("viewer"), "/zoho-accounts/")


def test_the_lists_ask_the_same_number_of_queries_for_two_rows_and_for_two_hundred(crm: Store, browse: Browse) -> None:
    client = browse("operator")
    addresses = ("/customers/", "/zoho-contacts/", "/zoho-accounts/")
    few = {address: _queries(client, address) for address in addresses}
    Observation.objects.bulk_create(
        [_customer(crm, "cscart", str(n), f"c{n}@example.com") for n in range(1000, 1200)]
        + [_customer(crm, "zoho", str(n), f"c{n}@example.com", parent_id=str(n + 5000)) for n in range(2000, 2200)]
        + [_account(crm, str(n), f"Synthetic {n}", "501") for n in range(7000, 7200)]
    )
    for address in addresses:
        assert _queries(client, address) <= few[address] + 1, address


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_page_of_a_customer_compares_both_sides(crm: Store, browse: Browse) -> None:
    shown = page(browse("operator"), "/customers/cscart/7/")
    assert "CS-Cart and Zoho CRM contact" in shown
    assert "Sync this customer" in shown
    assert "x.example.com" in shown  # a column that is not mapped


def test_a_conflict_of_a_customer_is_answered_by_a_run_of_customers(crm: Store, browse: Browse) -> None:
    conflict = Conflict.objects.create(
        store=crm, entity="customers", cscart_id="7", zoho_id="900", field="Phone", policy="ask", found_at=SEEN
    )
    assert "Waits for your answer" in page(browse("operator"), "/customers/cscart/7/")
    browse("operator").post(f"/conflicts/{conflict.pk}/zoho/", {f"version-{conflict.pk}": conflict.version})
    assert Run.objects.get().entity == "customers"
    conflict.refresh_from_db()
    assert conflict.answer == "zoho"


def test_hostile_names_are_shown_as_text(crm: Store, browse: Browse) -> None:
    bad = '<script>alert(1)</script>"onload="x'
    Observation.objects.update(name=bad, company=bad, phone=bad[:60])
    for address in ("/customers/", "/zoho-contacts/", "/zoho-accounts/", "/customers/cscart/7/"):
        assert "<script>alert" not in page(browse("operator"), address)


def test_empty_lists_say_what_will_come(store: Store, browse: Browse) -> None:
    for address in ("/customers/", "/zoho-contacts/", "/zoho-accounts/"):
        assert "appear here" in page(browse("viewer"), address)
