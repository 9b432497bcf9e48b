"""Signs of life for machines."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, InterfaceError
from django.test import Client
from django.utils import timezone

from cscart_zoho.panel import health
from cscart_zoho.store.models import Notice, Store, ZohoOrganisation

PARTS = ("database", "worker", "schedule", "store", "zoho", "calm")


@pytest.fixture
def alive(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The processes that are alive."""
    roles = {"worker", "schedule"}
    monkeypatch.setattr(health, "is_present", lambda role: role in roles)
    return roles


def told() -> tuple[int, str, set[str]]:
    """The code, the word, and what does not work."""
    answer = Client().get("/health")
    parts: dict[str, Any] = json.loads(answer.content)
    status = parts.pop("status")
    assert set(parts) == set(PARTS)
    return answer.status_code, status, {name for name in PARTS if parts[name] is False}


def test_all_is_well(store: Store, alive: set[str]) -> None:
    assert told() == (200, "ok", set())


@pytest.mark.parametrize(
    ("breaks", "missing"),
    [
        (lambda alive: alive.discard("worker"), "worker"),
        (lambda alive: alive.discard("schedule"), "schedule"),
        (lambda alive: Store.objects.update(trouble="The key is wrong."), "store"),
        (lambda alive: Store.objects.update(api_key=""), "store"),
        (lambda alive: Store.objects.update(connected_at=None), "store"),
        (lambda alive: ZohoOrganisation.objects.update(refresh_token=""), "zoho"),
        (lambda alive: ZohoOrganisation.objects.update(trouble="Revoked."), "zoho"),
    ],
)
def test_what_does_not_work_is_named_while_pages_are_served(
    breaks: Callable[[set[str]], object], missing: str, store: Store, alive: set[str]
) -> None:
    breaks(alive)
    assert told() == (200, "degraded", {missing})


def test_a_grave_notice_is_told_as_long_as_it_is_open(store: Store, alive: set[str]) -> None:
    columns = {"store": store, "text": "canary-text", "address": "/", "since": timezone.now()}
    Notice.objects.create(key="taxes", **columns)
    assert told() == (200, "ok", set())
    Notice.objects.create(key="zoho", grave=True, **columns)
    assert told() == (200, "degraded", {"calm"})
    Notice.objects.update(over_at=timezone.now())
    assert told() == (200, "ok", set())


def test_a_fresh_installation_is_degraded(db: None, alive: set[str]) -> None:
    assert told() == (200, "degraded", {"store", "zoho"})


@pytest.mark.parametrize("error", [DatabaseError, InterfaceError])
def test_without_the_database_nothing_works(db: None, error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise error("canary-words")

    monkeypatch.setattr(health, "is_present", away)
    assert told() == (503, "down", set(PARTS))


def test_it_tells_no_name_and_reads_no_secret(
    store: Store, alive: set[str], settings: Any, django_assert_max_num_queries: Any
) -> None:
    settings.CSCART_ZOHO_SECRET_KEYS = []  # nothing can be decrypted
    with django_assert_max_num_queries(5):
        answer = Client().get("/health").content.decode()
    assert "ynthetic" not in answer
    assert json.loads(answer)["status"] == "ok"
    assert Client().post("/health").status_code == 405
