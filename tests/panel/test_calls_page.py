"""The page of calls: what is used, left, kept and foretold, and its form of limits."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cscart_zoho.store.budget import budget_of
from cscart_zoho.store.lanes import Lane
from cscart_zoho.store.models import AuditEntry, CallBlock, Observation, Store, ZohoOrganisation
from tests.panel.conftest import observed

Browse = Callable[[str], Client]
pytestmark = pytest.mark.django_db
LIMITS = {
    "daily_limit": "",
    "minute_limit": "",
    "concurrent_limit": "",
    "reserved_for_orders": "20",
    "crm_daily_limit": "",
    "store_minute_limit": "600",
}


def text_of(client: Client, address: str = "/calls/") -> str:
    return " ".join(client.get(address).content.decode().split())


def spent(store: Store, lane: Lane, number: int, now: datetime | None = None) -> None:
    assert store.zoho is not None
    moment = now or timezone.now()
    for _ in range(number):
        budget = budget_of(store.zoho, lambda: moment, lane)
        budget.spend()
        budget.done({})


def test_it_tells_what_is_used_by_lane_what_is_left_and_what_is_kept(store: Store, browse: Browse) -> None:
    spent(store, Lane.ORDERS, 3)
    spent(store, Lane.BACKFILL, 2)
    page = text_of(browse("viewer"))
    assert "<strong>5</strong> of 5,000" in page
    assert "<strong>4,995</strong>, 997 of them for orders only" in page
    for title, used in (("Orders", 3), ("First load", 2), ("Stock", 0)):
        assert f"<span>{title}</span><span>{used}</span>" in page


def test_it_foretells_when_the_new_products_are_in_zoho(store: Store, browse: Browse) -> None:
    rows = [observed(store, "cscart", n, state="not_synced") for n in range(1, 31)]
    Observation.objects.bulk_create(rows)
    page = text_of(browse("viewer"))
    assert "30 items need 30 calls: today, done on" in page
    assert "by import file: 2 calls." in page
    assert "30 items need 30 calls" in text_of(browse("viewer"), "/")


def test_a_pause_in_force_is_told_with_its_reason(store: Store, browse: Browse) -> None:
    CallBlock.objects.create(
        remote="zoho:10001", until=timezone.now() + timedelta(hours=3), reason='Zoho says: "limit <of> 1000" (code 45).'
    )
    page = text_of(browse("viewer"))
    assert "limit &lt;of&gt; 1000" in page
    assert "Zoho Inventory has asked for a pause" in page


def test_the_last_days_are_told_by_lane(store: Store, browse: Browse) -> None:
    spent(store, Lane.PRODUCTS, 4, timezone.now() - timedelta(days=1))
    spent(store, Lane.ORDERS, 1)
    page = text_of(browse("viewer"))
    yesterday = timezone.now() - timedelta(days=1)
    row = page.split(f'class="cz-nowrap">{yesterday:%-d %B}</th>')[1].split("</tr>")[0]
    assert [cell.split("<")[0] for cell in row.split('<td class="cz-num">')[1:6]] == ["0", "0", "0", "4", "0"]


def test_without_a_connection_it_leads_to_one(browse: Browse) -> None:
    assert 'href="/zoho/">Connect Zoho' in text_of(browse("viewer"))


def test_an_administrator_sets_limits_and_gives_them_back_to_the_plan(store: Store, browse: Browse) -> None:
    admin = browse("admin")
    admin.post("/calls/limits/", {**LIMITS, "daily_limit": "800", "reserved_for_orders": "40"})
    organisation = ZohoOrganisation.objects.get()
    assert (organisation.daily_limit, organisation.reserved_for_orders) == (800, 40)
    assert organisation.set_by_hand == ["daily_limit"]
    assert 'of 800 <span class="cz-dim">(set here)' in text_of(admin)
    detail = AuditEntry.objects.get(what="limits of calls changed").detail
    assert "Calls a day: 800" in detail

    ZohoOrganisation.objects.update(plan="Premium")
    admin.post("/calls/limits/", LIMITS)
    organisation.refresh_from_db()
    assert (organisation.daily_limit, organisation.set_by_hand) == (10_000, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [("daily_limit", "0"), ("reserved_for_orders", "91"), ("reserved_for_orders", ""), ("minute_limit", "many")],
)
def test_a_limit_that_makes_no_sense_is_refused_beside_its_input(
    store: Store, browse: Browse, name: str, value: str
) -> None:
    answer = browse("admin").post("/calls/limits/", {**LIMITS, name: value})
    assert answer.status_code == 200
    assert "Nothing was saved" in answer.content.decode()
    assert ZohoOrganisation.objects.get().daily_limit == 5000


def test_a_viewer_sees_no_form(store: Store, browse: Browse) -> None:
    assert "/calls/limits/" not in text_of(browse("viewer"))
    assert "/calls/limits/" in text_of(browse("admin"))
