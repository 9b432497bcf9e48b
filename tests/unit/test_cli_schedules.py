"""`schedules` and `cron`, as people type them."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from cscart_zoho.jobs import cron_addresses
from cscart_zoho.records import Entity
from cscart_zoho.store.clock import database_now
from cscart_zoho.store.models import AuditEntry, CronAddress, Run, Schedule, Store, ZohoOrganisation
from tests.begun import BEGUN
from tests.unit.test_cli import last_json, run_main

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
Go = Callable[..., str]


@pytest.fixture(autouse=True)
def _hourly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CSCART_ZOHO_EVERY_MINUTES", raising=False)


@pytest.fixture
def store(db: None) -> Store:
    zoho = ZohoOrganisation.objects.create(
        organization_id="1",
        refresh_token="1000.example",
        connected_at=NOW,
        time_zone="Asia/Kolkata",
        scopes="ZohoInventory.FullAccess.all",
    )
    return Store.objects.create(
        url="https://store.example.com",
        api_key="key",
        connected_at=NOW,
        zoho=zoho,
        first_syncs=BEGUN,
    )


@pytest.fixture
def go(capsys: pytest.CaptureFixture[str]) -> Go:
    """One command; what it printed."""

    def run(*argv: str, code: int = 0) -> str:
        assert run_main(*argv) == code
        read = capsys.readouterr()
        return read.out if code == 0 else read.out + read.err

    return run


def test_the_schedules_are_shown(store: Store, go: Go) -> None:
    shown = go("schedules", "show")
    assert shown.count("every hour") == 3
    assert "Asia/Kolkata" in shown
    told = last_json(go("schedules", "show", "--json"))
    assert [each["entity"] for each in told["schedules"]] == ["products", "customers", "orders"]
    assert all(each["next"] and not each["why_not"] for each in told["schedules"])


def test_what_is_given_is_changed_and_the_rest_stays(store: Store, go: Go) -> None:
    assert "every 30 minutes." in go("schedules", "set", "products", "--every", "30")
    assert "not between 22:00 and 06:00" in go("schedules", "set", "products", "--quiet", "22:00-06:00")
    assert go("schedules", "set", "products", "--off").startswith("products: off.")
    row = Schedule.objects.get()
    assert (row.on, row.every_minutes, row.cron, row.quiet_from is not None) == (False, 30, "", True)
    assert go("schedules", "set", "products", "--on", "--quiet", "").startswith("products: every 30 minutes.")
    assert AuditEntry.objects.filter(what="schedule changed").count() == 4


def test_of_interval_and_expression_the_last_one_counts(store: Store, go: Go) -> None:
    go("schedules", "set", "orders", "--every", "30")
    assert "at 02:30 every day" in go("schedules", "set", "orders", "--cron", "30 2 * * *")
    assert "every 5 minutes" in go("schedules", "set", "orders", "--every", "5")
    assert "every hour" in go("schedules", "set", "orders", "--every", "default")
    go("schedules", "set", "orders", "--cron", "30 2 * * *")
    assert "every hour" in go("schedules", "set", "orders", "--cron", "")


def test_setting_the_same_again_is_told_and_not_written_down(store: Store, go: Go) -> None:
    go("schedules", "set", "orders", "--every", "30")
    assert "Nothing was changed." in go("schedules", "set", "orders", "--every", "30")
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("products", "--every", "often"), 1, "is no interval"),
        (("products", "--every", "-3"), 1, "is no interval"),
        (("products", "--cron", "61 * * * *"), 1, "It goes from 0 to 59"),
        (("products", "--quiet", "night"), 1, "22:00-06:00"),
        (("products",), 2, "Say what to change"),
        (("products", "--every", "5", "--cron", "* * * * *"), 2, "not both"),
        (("accounts", "--every", "5"), 2, "accounts"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    store: Store, go: Go, words: tuple[str, ...], code: int, said: str
) -> None:
    assert said in go("schedules", "set", *words, code=code)
    assert not Schedule.objects.exists()


def test_why_something_does_not_run_is_told(store: Store, go: Go) -> None:
    ZohoOrganisation.objects.update(scopes="ZohoInventory.items.ALL")
    assert "no permission for orders" in go("schedules", "show")


@pytest.mark.parametrize("words", [("schedules", "show"), ("cron", "show"), ("cron", "rotate", "products")])
def test_without_a_store_the_first_step_is_named(db: None, go: Go, words: tuple[str, ...]) -> None:
    assert "cscart-zoho connect store" in go(*words, code=1)


def test_status_names_the_next_run_of_each_kind_of_record(store: Store, go: Go) -> None:
    go("schedules", "set", "orders", "--off")
    told = last_json(go("status", "--json"))["schedule"]
    whys = {each["entity"]: each["why"] for each in told}
    assert whys == {"products": "", "customers": "", "orders": "Switched off."}
    assert "Orders: Switched off." in go("status")


def test_a_secret_is_made_shown_once_and_works(store: Store, go: Go) -> None:
    told = last_json(go("cron", "rotate", "orders", "--json"))
    assert cron_addresses.crontab_line(store, Entity.ORDERS, told["secret"]) == told["line"]
    assert told["old_style"].endswith(f"index.php?dispatch=sg_zoho_order_cron.run&secret={told['secret']}")
    for shown in (go("cron", "show"), go("cron", "show", "--json")):
        assert told["secret"] not in shown
    assert told["secret"] not in str(list(AuditEntry.objects.values()) + list(CronAddress.objects.values()))
    answer = cron_addresses.call(Entity.ORDERS, told["secret"], database_now())
    assert answer.outcome is cron_addresses.Outcome.STARTED
    assert Run.objects.get().trigger == "cron"


def test_another_secret_ends_the_first(store: Store, go: Go) -> None:
    first = last_json(go("cron", "rotate", "orders", "--json"))["secret"]
    line = next(line for line in go("cron", "rotate", "orders").splitlines() if "X-Cron-Secret" in line)
    second = line.split("X-Cron-Secret: ")[1].split("'")[0]
    outcomes = [cron_addresses.call(Entity.ORDERS, each, database_now()).outcome.value for each in (first, second)]
    assert outcomes == ["unknown", "started"]


def test_addresses_that_were_not_made_yet_are_shown_with_a_line_to_fill_in(store: Store, go: Go) -> None:
    shown = go("cron", "show")
    assert shown.count("X-Cron-Secret: SECRET") == 3
    assert [each["made_at"] for each in last_json(go("cron", "show", "--json"))["addresses"]] == [None] * 3
