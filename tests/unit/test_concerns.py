"""What needs a person: the decision, and what it is read from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cscart_zoho.jobs import situation
from cscart_zoho.jobs.concerns import (
    Calls,
    Concern,
    Connection,
    Counted,
    Hooks,
    LastRun,
    Situation,
    Unapproved,
    Way,
    concerns_of,
)
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.records import Side
from cscart_zoho.store.models import (
    CallBlock,
    CallWindow,
    Conflict,
    HintSource,
    Intent,
    NoticeSettings,
    NoticeWay,
    Observation,
    Run,
    RunState,
    Store,
    ZohoOrganisation,
)
from cscart_zoho.sync.circuit_breaker import SHARED
from cscart_zoho.zoho.stock_figures import hidden_words
from tests.begun import BEGUN

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WELL = Situation(NOW, Connection(True), Connection(True), access_until=NOW + HOUR)

#: What happened, the key, whether it is grave, and words that must be told.
TOLD = [
    ({"store": Connection(False)}, "store", True, "The store is not connected."),
    ({"store": Connection(True, "The store refused the key.")}, "store", True, "The store refused the key."),
    ({"zoho": Connection(True, "The token was revoked.")}, "zoho", True, "Zoho: The token was revoked."),
    ({"no_tokens_until": NOW + HOUR}, "tokens", False, "the present one ends at 13:00 UTC"),
    ({"no_tokens_until": NOW + HOUR, "access_until": NOW - MINUTE}, "tokens", True, "the last one has ended"),
    ({"stuck": (7, NOW - HOUR)}, "worker", True, "Run 7 waits and no worker takes it."),
    ({"overdue_since": NOW - HOUR}, "schedule", True, "due at 2026-03-04 11:00 UTC was not asked for."),
    ({"left": (7, NOW - HOUR)}, "worker", True, "Run 7 was cut off and no worker goes on with it."),
    ({"paused": [("orders", "Zoho gives no leave.")]}, "paused:orders", True, "Orders are not synced. Zoho gives"),
    ({"paused": [("customers", "The settings cannot be read.")]}, "paused:customers", True, "The settings cannot"),
    ({"overdue_since": NOW - HOUR, "schedule_alive": False}, "schedule", True, "Is `cscart-zoho serve`"),
    ({"runs": [LastRun(9, "orders", "Too many changes.", NOW, braked=True)]}, "run:orders", True, "by the brake. Too"),
    ({"runs": [LastRun(9, "orders", "Zoho broke.", NOW)]}, "run:orders", False, "Run 9 (orders) failed. Zoho broke."),
    ({"runs": [LastRun(9, "orders", "Zoho broke.", NOW, failures=3)]}, "run:orders", True, "3 in a row have failed."),
    ({"calls": [Calls("Zoho CRM", paused_until=NOW + HOUR, reason="Credits.")]}, "calls:Zoho CRM", True, "Credits."),
    ({"calls": [Calls("Zoho", left=0, limit=5000)]}, "calls:Zoho", True, "The 5,000 calls a day to Zoho are used up."),
    ({"calls": [Calls("Zoho", left=499, limit=5000)]}, "calls:Zoho", False, "499 calls of 5,000 to Zoho left today."),
    ({"tax_missing": True}, "taxes", False, "Your store has several taxes."),
    ({"currency_missing": True}, "currency", True, "so its orders wait."),
    ({"currency_changed": "It is EUR now; it was USD."}, "currency_changed", True, "It is EUR now; it was USD."),
    ({"rows": [("orders", Side.CSCART, "held", 2)]}, "held:orders:cscart", False, "2 orders of CS-Cart: held."),
    ({"rows": [("orders", Side.ZOHO, "failed", 1)]}, "failed:orders:zoho", True, "1 order of Zoho: failed."),
    ({"figure_gone": "Zoho shows it no more."}, "figure", True, "Zoho shows it no more."),
    ({"unapproved": Unapproved("2 pieces wait.", NOW)}, "adjustments", False, "2 pieces wait."),
    ({"conflicts": Counted(1, NOW)}, "conflicts", False, "1 conflict waits for your answer."),
    ({"in_doubt": Counted(3, NOW)}, "in_doubt", False, "Writes without a clear answer: 3."),
    ({"hooks": [Hooks("crm", "Zoho CRM", NOW + HOUR)]}, "hooks:crm", False, "They end at 2026-03-04 13:00 UTC"),
    ({"hooks": [Hooks("crm", "Zoho CRM", NOW + HOUR, NOW - HOUR)]}, "hooks:crm", False, "were not renewed"),
    (
        {"hooks": [Hooks("crm", "Zoho CRM", NOW - HOUR, trouble="Refused.")]},
        "hooks:crm",
        False,
        "Refused. They ended at",
    ),
    (
        {"ways": [Way("mail", "e-mail", "It is away.")]},
        "notices:mail",
        False,
        "Notices cannot be sent by e-mail. It is",
    ),
]
#: What is no concern, though something is told.
QUIET = [
    {},
    {"no_tokens_until": NOW + MINUTE},
    {"overdue_since": NOW - MINUTE, "schedule_alive": False},
    {"calls": [Calls("Zoho", left=500, limit=5000), Calls("Zoho CRM"), Calls("x", paused_until=NOW + MINUTE)]},
    {"hooks": [Hooks("crm", "Zoho CRM", NOW + timedelta(days=6))]},
    {"hooks": [Hooks("crm", "Zoho CRM", NOW + HOUR, NOW + HOUR / 2), Hooks("cscart", "CS-Cart")]},
    {"conflicts": Counted(0), "in_doubt": Counted(0)},
]


def found(changes: dict[str, object]) -> list[Concern]:
    return concerns_of(replace(WELL, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(("changes", "key", "grave", "words"), TOLD)
def test_a_concern_has_a_key_plain_words_and_a_page(
    changes: dict[str, object], key: str, grave: bool, words: str
) -> None:
    (concern,) = found(changes)
    assert (concern.key, concern.grave) == (key, grave)
    assert words in concern.text
    assert concern.button


@pytest.mark.parametrize("changes", QUIET)
def test_what_passes_by_itself_needs_nobody(changes: dict[str, object]) -> None:
    assert found(changes) == []


def test_the_key_does_not_change_with_the_number() -> None:
    one, many = (found({"rows": [("orders", Side.ZOHO, "held", n)]})[0] for n in (1, 1234))
    assert one.key == many.key
    assert many.text == "1,234 orders of Zoho: held."


def test_the_gravest_comes_first_and_a_trouble_is_told_once() -> None:
    trouble = "The token was revoked. Connect again."
    run = LastRun(9, "orders", trouble, NOW)
    keys = [c.key for c in found({"zoho": Connection(True, trouble), "runs": [run], "tax_missing": True})]
    assert keys == ["zoho", "taxes"]


def test_what_a_remote_says_is_cut() -> None:
    (concern,) = found({"zoho": Connection(True, "Zoho said " + "x" * 5000)})
    assert len(concern.text) == 300


def test_what_to_do_is_not_cut_off() -> None:
    told = hidden_words("actual_available_for_sale_stock", "2026-12-01", "available")
    reason = f'Zoho refuses orders {SHARED} "{"x" * 200}" (code 3004). Settle it there. Now and then one is tried.'
    figure, alike = (
        found(each)[0].text for each in ({"figure_gone": told}, {"alike": [("orders", Side.ZOHO, reason, 3)]})
    )
    assert figure.endswith("under Settings, Zoho's stock figure.")
    assert alike.endswith("Now and then one is tried.")


# What it is read from


@pytest.fixture
def store(db: None, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "60")
    zoho = ZohoOrganisation.objects.create(
        organization_id="10001",
        refresh_token="example",
        scopes="ZohoInventory.FullAccess.all",
        connected_at=NOW,
        daily_limit=1000,
    )
    return Store.objects.create(
        url="https://store.example.com",
        api_key="example",
        connected_at=NOW,
        zoho=zoho,
        first_syncs=BEGUN,
    )


def keys(store: Store, now: datetime = NOW) -> list[str]:
    return [concern.key for concern in concerns(store, store.zoho, now)]


def over(store: Store, state: str, at: datetime = NOW, **more: object) -> Run:
    columns = {"entity": "products", "trigger": "schedule", "asked": {}, "asked_key": "k", "phase": "applying"}
    return Run.objects.create(store=store, state=state, asked_at=at, finished_at=at, **(columns | more))


def test_a_store_that_is_well_needs_nobody(store: Store) -> None:
    over(store, RunState.DONE)
    over(store, RunState.ATTENTION, entity="orders")
    assert keys(store) == []


def test_nothing_but_connections_is_looked_at_before_there_is_a_store(db: None) -> None:
    assert [concern.key for concern in concerns(None, None, NOW)] == ["store", "zoho"]


def test_the_last_run_of_each_kind_counts(store: Store) -> None:
    over(store, RunState.FAILED, NOW - 3 * HOUR)
    for hours in (2, 1):
        over(store, RunState.FAILED, NOW - hours * HOUR, message="Zoho broke.")
    braked = over(store, RunState.ATTENTION, entity="orders", phase="planning", message="Too much.")
    over(store, RunState.FAILED, entity="customers")
    over(store, RunState.DONE, entity="customers")
    over(store, RunState.FAILED, asked={"dry_run": True})
    told = concerns(store, store.zoho, NOW)
    assert {(c.key, c.since) for c in told} == {("run:products", NOW - 3 * HOUR), ("run:orders", NOW)}
    assert all(c.grave for c in told)
    assert f"/runs/{braked.pk}/" in [c.address for c in told]


def test_a_run_that_waits_for_a_worker_and_one_that_waits_for_its_turn(store: Store) -> None:
    run = over(store, RunState.WAITING, NOW - HOUR)
    assert keys(store) == ["worker"]
    over(store, RunState.RUNNING, heartbeat_at=NOW)
    assert keys(store) == []
    Run.objects.filter(state=RunState.RUNNING).update(heartbeat_at=NOW - HOUR)
    assert keys(store) == ["worker"]
    Run.objects.filter(pk=run.pk).update(not_before=NOW + HOUR)
    assert keys(store) == ["worker"], "nobody goes on with the one that was cut off"
    Run.objects.filter(state=RunState.RUNNING).update(heartbeat_at=NOW)
    assert keys(store) == []


def test_a_schedule_that_nobody_keeps_is_overdue(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert keys(store, NOW + 5 * MINUTE) == []
    assert keys(store, NOW + HOUR + 9 * MINUTE) == []
    late = concerns(store, store.zoho, NOW + HOUR + 11 * MINUTE)
    assert [(c.key, c.since) for c in late] == [("schedule", NOW + HOUR)]
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "0")
    assert keys(store, NOW + 9 * HOUR) == []
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "never")
    assert keys(store, NOW + 9 * HOUR) == []


def test_calls_tokens_and_pauses(store: Store) -> None:
    CallBlock.objects.create(remote="zoho-crm:10001", until=NOW + HOUR, reason="The credits are used up.")
    CallBlock.objects.create(remote=f"zoho tokens:{store.zoho_id}", until=NOW + HOUR)
    assert keys(store) == ["tokens", "calls:Zoho CRM"]
    assert keys(store, NOW + HOUR) == []


def test_calls_that_are_used_up(store: Store) -> None:
    day = {"kind": "day", "starts_at": NOW.replace(hour=0)}
    CallWindow.objects.create(remote="zoho:10001", used=901, **day)
    assert keys(store) == ["calls:Zoho Inventory"]
    assert "99 calls of 1,000 to Zoho Inventory left today." in concerns(store, store.zoho, NOW)[0].text
    ZohoOrganisation.objects.update(crm_daily_limit=500)
    store.zoho.refresh_from_db()  # type: ignore[union-attr]
    CallWindow.objects.create(remote="zoho-crm:10001", used=500, kind="hour", starts_at=NOW - HOUR)
    assert keys(store) == ["calls:Zoho CRM", "calls:Zoho Inventory"]


def test_writes_conflicts_and_rows(store: Store) -> None:
    ids = {"store": store, "entity": "products", "cscart_id": "1", "zoho_id": "1"}
    Intent.objects.create(**ids, kind="update", target="zoho", opened_at=NOW - MINUTE)
    assert keys(store) == []  # it is under way
    Intent.objects.create(**ids, kind="update", target="zoho", opened_at=NOW - HOUR)
    Conflict.objects.create(**ids, field="name", policy="ask", found_at=NOW - HOUR)
    Conflict.objects.create(**ids, field="price", policy="ask", found_at=NOW, answer="zoho")
    row = {"store": store, "entity": "orders", "side": "cscart", "seen_at": NOW, "state": "held"}
    Observation.objects.create(**row, remote_id="1")
    Observation.objects.create(**row, remote_id="2", gone_at=NOW)
    told = {concern.key: concern for concern in concerns(store, store.zoho, NOW)}
    assert list(told) == ["held:orders:cscart", "conflicts", "in_doubt"]
    assert told["conflicts"].since == told["in_doubt"].since == NOW - HOUR
    assert told["held:orders:cscart"].text.startswith("1 order ")


def test_web_hooks_that_are_off_need_nobody(store: Store) -> None:
    more = {"address_secret": "example", "made_at": NOW, "expires_at": NOW}
    hooks = HintSource.objects.create(store=store, kind="crm", digest="d", **more)
    assert keys(store) == ["hooks:crm"]
    HintSource.objects.filter(pk=hooks.pk).update(on=False)
    assert keys(store) == []


def test_ways_of_telling_that_fail(store: Store, settings: pytest.FixtureRequest) -> None:
    NoticeWay.objects.create(store=store, kind="webhook", trouble="It answered with HTTP 404.")
    assert keys(store) == ["notices:webhook"]
    NoticeSettings.objects.create(store=store, emails="anna@example.com")
    assert keys(store) == ["notices:mail", "notices:webhook"]
    settings.CSCART_ZOHO_MAIL = True  # type: ignore[attr-defined]
    assert keys(store) == ["notices:webhook"]


def test_one_look_costs_few_queries(store: Store, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(34):  # type: ignore[operator]
        situation.situation_of(store, store.zoho, NOW)
