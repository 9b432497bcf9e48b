"""`cscart-zoho calls`: what people type, what they read, what programs get."""

import json
from datetime import UTC, datetime

import pytest

from cscart_zoho.cli.entry import main
from cscart_zoho.store.lanes import Lane
from cscart_zoho.store.models import AuditEntry, CallBlock, CallWindow, Store, ZohoOrganisation

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    zoho = ZohoOrganisation.objects.create(
        organization_id="10001", plan="Standard", daily_limit=2_000, refresh_token="example", connected_at=NOW
    )
    return Store.objects.create(url="https://store.example.com", api_key="key", connected_at=NOW, zoho=zoho)


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cscart_zoho.cli.calls.database_now", lambda: NOW)


def run(*argv: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["calls", *argv])
    return int(ended.value.code or 0)


def used(lane: int, number: int) -> None:
    CallWindow.objects.create(remote="zoho:10001", kind="day", starts_at=NOW.replace(hour=0), lane=lane, used=number)


def test_how_the_calls_stand_is_told_to_people_and_to_programs(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    used(0, 700)
    used(Lane.ORDERS, 150)
    used(Lane.BACKFILL, 550)
    CallBlock.objects.create(remote="zoho-crm:10001", until=NOW.replace(hour=13), reason="Credits are used.")
    assert run() == 0
    said = capsys.readouterr().out
    assert "2,000 (plan Standard)" in said
    assert "1,300, of which 250 for orders" in said
    assert "Zoho CRM: no calls until 2026-03-04T13:00:00+00:00. Credits are used." in said
    assert run("--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["used"], answer["left"], answer["reserved_for_orders"]) == (700, 1_300, 250)
    assert answer["by_lane"] == {"orders": 150, "stock": 0, "customers": 0, "products": 0, "backfill": 550}
    assert answer["resets_at"] == "2026-03-05T00:00:00+00:00"
    assert answer["forecast"]["items"] == 0
    assert answer["limits"]["daily_limit"] is None


def test_a_limit_is_set_and_given_back_to_the_plan(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("set", "daily_limit", "900") == 0
    assert "Calls a day: 900." in capsys.readouterr().out
    assert ZohoOrganisation.objects.get().set_by_hand == ["daily_limit"]
    assert AuditEntry.objects.get(what="limits of calls changed").detail == "Calls a day: 900"
    assert run("set", "daily_limit", "") == 0
    organisation = ZohoOrganisation.objects.get()
    assert (organisation.daily_limit, organisation.set_by_hand) == (2_000, [])
    assert run("set", "store_minute_limit", "60") == 0
    assert Store.objects.get().minute_limit == 60


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("per_day", "5", "There is no limit"),
        ("daily_limit", "many", "is no whole number"),
        ("daily_limit", "1", "from 10 to 1,000,000"),
        ("reserved_for_orders", "", "cannot be empty"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(
    store: Store, capsys: pytest.CaptureFixture[str], name: str, value: str, words: str
) -> None:
    assert run("set", name, value) != 0
    assert words in capsys.readouterr().err
    assert ZohoOrganisation.objects.get().daily_limit == 2_000
