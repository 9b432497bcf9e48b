"""Which processes are alive: by a lock on this machine, by what they say in the database on others."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from cscart_zoho.jobs import presence
from cscart_zoho.store.clock import database_now
from cscart_zoho.store.models import Presence

pytestmark = pytest.mark.django_db


def row(name: str, *, silent_s: float = 0, place: str = "elsewhere", role: str = "worker") -> Presence:
    now = database_now()
    return Presence.objects.create(
        name=name, role=role, place=place, since=now, seen_at=now - timedelta(seconds=silent_s)
    )


@pytest.fixture
def on_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows count. What they do on PostgreSQL itself is seen by tests/acceptance/test_howto.py."""
    monkeypatch.setattr(presence, "connection", SimpleNamespace(vendor="postgresql"))


def names(role: str = "worker") -> list[str]:
    return [each.name for each in presence.alive(role)]


def test_on_sqlite_the_lock_alone_counts() -> None:
    row("other:1:1")
    assert names() == []
    with presence.present("worker"):
        (here,) = presence.alive("worker")
    assert here.since is None
    assert not presence.is_present("worker")


@pytest.mark.usefixtures("on_postgresql")
def test_who_has_fallen_silent_elsewhere_is_not_counted() -> None:
    row("web1:1:1", silent_s=34)
    row("web2:1:1", silent_s=36)
    row("web3:1:1", role="schedule")
    assert names() == ["web1:1:1"]
    assert names("schedule") == ["web3:1:1"]


@pytest.mark.usefixtures("on_postgresql")
def test_of_a_process_of_this_place_the_lock_knows_more_than_its_row() -> None:
    """It was killed a moment ago."""
    row("here:1:1", place=presence._place())
    row("web1:1:1")
    assert names() == ["web1:1:1"]


@pytest.mark.usefixtures("on_postgresql")
def test_a_process_says_that_it_is_there_and_takes_its_row_away() -> None:
    row("long gone:1:1", silent_s=2 * 24 * 3600)
    first = presence._say("worker", "web1:1:1")
    began = Presence.objects.get(name="web1:1:1")
    presence._say("worker", "web1:1:1")
    again = Presence.objects.get(name="web1:1:1")
    assert first is None
    assert again.since == began.since
    assert again.seen_at > began.seen_at
    presence._leave("web1:1:1")
    assert not Presence.objects.exists(), "those that could not take their rows away are forgotten with it"
