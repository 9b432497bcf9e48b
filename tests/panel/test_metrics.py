"""Figures for Prometheus."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from cscart_zoho.panel import metrics
from cscart_zoho.store.models import (
    CallWindow,
    Conflict,
    Hint,
    HintSource,
    Intent,
    Notice,
    Observation,
    Run,
    RunState,
    Store,
)
from cscart_zoho.sync.asked import Asked
from tests.panel.conftest import ACCESS, KEY, SECRET, TOKEN, fill

BEARER = "canary-metrics-token"
NOW = timezone.now()


def scraped() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every figure by its name and labels, as the client library's own parser reads them."""
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def labels(**named: Any) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in named.items()))


@pytest.fixture
def busy(store: Store) -> Store:
    """A store with one of everything that is counted."""
    fill(store, cscart=5, zoho=3, linked=2)
    Observation.objects.filter(remote_id="2").update(state="failed")  # both halves of a pair
    whole = {"store": store, "trigger": "schedule", "asked": {}, "asked_at": NOW}
    for hours, more in enumerate(
        [
            {"asked_key": Asked().key, "state": RunState.FAILED},
            {"asked_key": Asked().key, "state": RunState.ATTENTION, "phase": "planning"},
            {"asked_key": "chosen", "state": RunState.DONE, "phase": "telling"},
            {"asked_key": Asked().key, "state": RunState.DONE, "phase": "telling"},
            {"asked_key": Asked().key, "state": RunState.DONE, "phase": "telling"},
        ]
    ):
        Run.objects.create(**whole, **more, finished_at=NOW - timedelta(hours=hours))
    ids = {"store": store, "entity": "products", "cscart_id": "1", "zoho_id": "1"}
    Conflict.objects.create(**ids, field="name", policy="ask", found_at=NOW)
    Conflict.objects.create(**ids, field="price", policy="ask", found_at=NOW, settled_at=NOW)
    for hours in (1, 2):
        opened = timezone.now() - timedelta(hours=hours)
        Intent.objects.create(**ids, kind="update", target="zoho", opened_at=opened)
    Intent.objects.create(**ids, kind="update", target="zoho", opened_at=NOW, closed_at=NOW)
    Intent.objects.create(
        store=store, entity="products", kind="adjust", target="zoho", opened_at=NOW, outcome="waiting"
    )
    for key, grave in (("zoho", True), ("taxes", False)):
        Notice.objects.create(store=store, key=key, text="x", address="/", grave=grave, since=NOW)
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    for lane, used in ((0, 1200), (10, 200), (50, 1000)):
        CallWindow.objects.create(remote="zoho:10001", kind="day", starts_at=midnight, lane=lane, used=used)
    counted = {"accepted": 7, "doubled": 2, "refused": 1}
    source = HintSource.objects.create(
        store=store, kind="crm", digest="d", address_secret="example", made_at=NOW, **counted
    )
    for digest, settled in (("a", None), ("b", NOW)):
        Hint.objects.create(
            source=source,
            store=store,
            entity="customers",
            side="zoho",
            digest=digest,
            received_at=NOW,
            settled_at=settled,
        )
    return store


def test_the_ledger_is_told_in_figures(busy: Store) -> None:
    said, id = scraped(), busy.pk
    products = {"store": id, "entity": "products"}
    expected = {
        ("records", labels(**products, side="cscart", state="synced")): 1,
        ("records", labels(**products, side="zoho", state="failed")): 1,
        ("records_not_in_sync", labels(**products, state="failed")): 1,
        ("records", labels(**products, side="cscart", state="not_synced")): 3,
        ("records", labels(**products, side="zoho", state="not_synced")): 1,
        ("runs", labels(**products, state="done")): 3,
        ("runs", labels(**products, state="failed")): 1,
        ("last_success_timestamp_seconds", labels(**products)): (NOW - timedelta(hours=3)).timestamp(),
        ("conflicts_open", labels(**products)): 1,
        ("intents_open", labels(**products)): 2,
        ("adjustments_waiting", labels(**products)): 1,
        ("notices_open", labels(store=id, grave="true")): 1,
        ("calls_used", labels(remote="zoho:10001", lane="orders")): 200,
        ("calls_used", labels(remote="zoho:10001", lane="backfill")): 1000,
        ("calls_used", labels(remote="zoho:10001", lane="stock")): 0,
        ("calls_limit", labels(remote="zoho:10001")): 5000,
        ("calls_left", labels(remote="zoho:10001")): 3800,
        ("hints_total", labels(store=id, kind="crm", result="accepted")): 7,
        ("hints_total", labels(store=id, kind="crm", result="refused")): 1,
        ("hints_waiting", labels(store=id, entity="customers")): 1,
        ("process_present", labels(role="worker")): 0,
    }
    for (name, about), figure in expected.items():
        assert said[f"cscart_zoho_{name}", about] == pytest.approx(figure), name
    age = said["cscart_zoho_intents_oldest_age_seconds", labels(**products)]
    assert 7200 <= age < 7260
    assert not [name for name, _ in said if "calls_left" in name and "crm" in str(_)]


def test_the_names_are_as_prometheus_wants_them(busy: Store) -> None:
    """https://prometheus.io/docs/practices/naming: a prefix, a unit, `_total` for what only grows."""
    text = Client().get("/metrics").content.decode()
    for family in text_string_to_metric_families(text):
        assert family.name.startswith("cscart_zoho_")
        assert family.documentation.endswith(".")
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)
        if "age" in family.name or "timestamp" in family.name:
            assert family.name.endswith("_seconds")


def test_the_page_about_watching_names_every_figure(busy: Store) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "howto" / "monitoring.md").read_text()
    described = set(re.findall(r"cscart_zoho_[a-z_]+", page))
    assert described == {name for name, _ in scraped()}


def test_the_figures_hold_no_secret_and_no_name(busy: Store) -> None:
    text = Client().get("/metrics").content.decode()
    for secret in (KEY, SECRET, TOKEN, ACCESS, "Synthetic", "example.com"):
        assert secret not in text


def test_a_fresh_installation_has_figures_too(db: None) -> None:
    assert scraped()["cscart_zoho_process_present", labels(role="schedule")] == 0


# Who may read them


@pytest.mark.parametrize(
    ("public", "client", "header", "status"),
    [
        ("http://127.0.0.1:8600", "127.0.0.1", "", 200),
        ("http://127.0.0.1:8600", "::1", "", 200),
        ("http://127.0.0.1:8600", "192.0.2.7", "", 404),
        ("http://127.0.0.1:8600", "192.0.2.7", f"Bearer {BEARER}", 200),
        ("https://panel.example.com", "127.0.0.1", "", 404),  # a proxy on this machine: it may be anybody
        ("https://panel.example.com", "127.0.0.1", f"Bearer {BEARER}", 200),
        ("https://panel.example.com", "127.0.0.1", f"Bearer {BEARER}x", 404),
        ("https://panel.example.com", "127.0.0.1", "Bearer ", 404),
        ("https://panel.example.com", "127.0.0.1", "Bearer \udcff\u0661" + "x" * 5000, 404),
    ],
)
def test_they_are_for_this_machine_or_for_whoever_has_the_token(
    public: str, client: str, header: str, status: int, db: None, settings: Any
) -> None:
    settings.CSCART_ZOHO_PUBLIC_URL, settings.CSCART_ZOHO_METRICS_TOKEN = public, BEARER
    more = {"HTTP_AUTHORIZATION": header} if header else {}
    answer = Client().get("/metrics", REMOTE_ADDR=client, **more)
    assert answer.status_code == status
    assert b"canary" not in answer.content


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer x", "Basic eA=="])
def test_without_a_token_nobody_has_it(header: str, db: None, settings: Any) -> None:
    settings.CSCART_ZOHO_PUBLIC_URL, settings.CSCART_ZOHO_METRICS_TOKEN = "https://panel.example.com", ""
    assert Client().get("/metrics", HTTP_AUTHORIZATION=header).status_code == 404


def test_tokens_are_compared_in_constant_time(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CSCART_ZOHO_METRICS_TOKEN = BEARER
    compared: list[tuple[int, int]] = []
    monkeypatch.setattr(metrics.hmac, "compare_digest", lambda a, b: compared.append((len(a), len(b))) or False)
    for header in ("Bearer x", "Bearer " + "y" * 3000, f"Bearer {BEARER}"):
        Client().get("/metrics", HTTP_AUTHORIZATION=header)
    assert compared == [(32, 32)] * 3


# What a scrape costs


def test_a_scrape_costs_the_same_queries_for_few_rows_and_for_many(
    busy: Store, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(18):
        scraped()
    rows = [
        Observation(store=busy, entity="orders", side="zoho", remote_id=str(n), seen_at=NOW, state="synced")
        for n in range(2000)
    ]
    Observation.objects.bulk_create(rows)
    with django_assert_max_num_queries(18):
        said = scraped()
    orders = labels(store=busy.pk, entity="orders", side="zoho", state="synced")
    assert said["cscart_zoho_records", orders] == 2000


def test_records_are_counted_from_the_index_alone(busy: Store, django_assert_num_queries: Any) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("how PostgreSQL counts depends on what it has vacuumed")
    with django_assert_num_queries(1) as asked:
        next(metrics.Ledger(NOW)._records())
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked.captured_queries[0]['sql']}")
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "USING COVERING INDEX obs_state" in plan
    assert "TEMP B-TREE" not in plan
