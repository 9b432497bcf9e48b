"""Installations from before the first sync was asked for: what has been synced goes on, and nothing else begins."""

import importlib
from datetime import UTC, datetime

import pytest
from django.apps import apps

from cscart_zoho.records import Entity
from cscart_zoho.store.first_sync import begin, has_begun
from cscart_zoho.store.models import Cursor, Link, Observation, Run, Store

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MIGRATION = importlib.import_module("cscart_zoho.store.migrations.0009_first_syncs")


def test_what_was_synced_before_is_not_asked_for() -> None:
    store = Store.objects.create(name="Example")
    run = {
        "store": store,
        "trigger": "schedule",
        "asked_key": "k",
        "asked_at": NOW,
        "state": "done",
        "phase": "telling",
    }
    Run.objects.create(**run, entity="products", asked={})
    Run.objects.create(**{**run, "asked_key": "d"}, entity="customers", asked={"dry_run": True})
    ids = {"cscart_id": "1", "zoho_id": "2", "created_at": NOW, "settled_at": NOW}
    Link.objects.create(store=store, entity="orders", origin="adopted", **ids)
    row = Observation.objects.create(store=store, entity="products", side="zoho", remote_id="7", seen_at=NOW)

    MIGRATION.they_have_begun(apps, None)

    store.refresh_from_db()
    assert set(store.first_syncs) == {"products", "orders"}
    row.refresh_from_db()
    assert row.passed, "the brake does not ask about what it has let pass"
    assert set(Cursor.objects.filter(kind="passed").values_list("entity", flat=True)) == {
        "products",
        "orders",
        "guests",
    }


def test_the_first_yes_is_kept_with_its_giver() -> None:
    store = Store.objects.create(name="Example")
    begin(store, Entity.ORDERS, by="ann", at=NOW)
    begin(Store.objects.get(), Entity.ORDERS, by="bob", at=NOW)
    begin(Store.objects.get(), Entity.PRODUCTS, by="bob", at=NOW)
    kept = Store.objects.get().first_syncs
    assert {kind: yes["by"] for kind, yes in kept.items()} == {"orders": "ann", "products": "bob"}
    assert not has_begun(store, Entity.CUSTOMERS)
