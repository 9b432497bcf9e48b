"""The Overview names the machines that have workers."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client

from cscart_zoho.jobs import presence
from cscart_zoho.store.clock import database_now
from cscart_zoho.store.models import Presence

pytestmark = pytest.mark.django_db


def test_the_overview_names_the_machines_that_have_workers(
    browse: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "connection", SimpleNamespace(vendor="postgresql"))
    now = database_now()
    for name in ("web1:1:1", "web2:7:7", "web2:8:8"):
        Presence.objects.create(name=name, role="worker", place="elsewhere", since=now, seen_at=now)
    assert "web1, web2 (2)" in browse("viewer").get("/").content.decode()


def test_without_a_worker_it_says_how_to_start_one(browse: Callable[[str], Client]) -> None:
    assert "<code>cscart-zoho worker</code>" in browse("viewer").get("/").content.decode()
