"""Access tokens: one refresh at a time, no more often than Zoho allows, and none for a connection that is gone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connection

from cscart_zoho.errors import NotConnected, RemoteFault, Throttled
from cscart_zoho.store.models import ZohoOrganisation
from cscart_zoho.store.tokens import HELD, access_token
from cscart_zoho_sim.clock import VirtualClock
from tests.unit.racing import LIMIT, race

CANARY = "canary-refresh-token"


@dataclass
class Fresh:
    access_token: str
    lives_s: int = 3600


@dataclass
class Accounts:
    """Gives token after token, or what it is told to raise; `during` happens while it is asked."""

    error: Exception | None = None
    during: Callable[[], None] = lambda: None
    given: list[str] = field(default_factory=list)

    def refresh(self, organisation: ZohoOrganisation) -> Fresh:
        assert organisation.refresh_token == CANARY
        self.during()
        if self.error is not None:
            raise self.error
        self.given.append(f"token-{len(self.given) + 1}")
        return Fresh(self.given[-1])


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def organisation() -> ZohoOrganisation:
    return ZohoOrganisation.objects.create(organization_id="7", refresh_token=CANARY)


def ask(organisation: ZohoOrganisation, accounts: Accounts, clock: VirtualClock, stale: str = "") -> str:
    return access_token(organisation, accounts.refresh, now=clock.at, sleep=clock.sleep, stale=stale)


@pytest.mark.django_db
def test_a_token_is_used_until_a_minute_before_its_end(organisation: ZohoOrganisation, clock: VirtualClock) -> None:
    accounts = Accounts()
    assert ask(organisation, accounts, clock) == "token-1"
    clock.advance(3539)
    assert ask(organisation, accounts, clock) == "token-1"
    clock.advance(1)
    assert ask(organisation, accounts, clock) == "token-2"
    organisation.refresh_from_db()
    assert organisation.access_token_created_at == clock.at()
    assert organisation.access_token_expires_at == clock.ahead(3600)
    assert organisation.refreshing_until is None


@pytest.mark.django_db
def test_a_stale_token_is_renewed_once_for_all(organisation: ZohoOrganisation, clock: VirtualClock) -> None:
    accounts = Accounts()
    ask(organisation, accounts, clock)
    other = ZohoOrganisation.objects.get()
    assert ask(organisation, accounts, clock, stale="token-1") == "token-2"
    assert ask(other, accounts, clock, stale="token-1") == "token-2", "somebody has renewed it already"
    assert accounts.given == ["token-1", "token-2"]


@pytest.mark.django_db
def test_without_a_connection_there_is_no_token(organisation: ZohoOrganisation, clock: VirtualClock) -> None:
    ZohoOrganisation.objects.update(refresh_token="")
    accounts = Accounts()
    with pytest.raises(NotConnected, match="not connected"):
        ask(organisation, accounts, clock)
    assert accounts.given == []


@pytest.mark.django_db
def test_why_there_is_no_token_is_kept_for_the_panel_until_there_is_one(
    organisation: ZohoOrganisation, clock: VirtualClock
) -> None:
    accounts = Accounts(NotConnected("It was revoked.", advice="Connect again."))
    with pytest.raises(NotConnected):
        ask(organisation, accounts, clock)
    organisation.refresh_from_db()
    assert (organisation.trouble, organisation.refreshing_until) == ("It was revoked. Connect again.", None)
    ask(organisation, Accounts(), clock)
    organisation.refresh_from_db()
    assert organisation.trouble == ""


@pytest.mark.django_db
def test_trouble_on_the_way_is_not_the_connections(organisation: ZohoOrganisation, clock: VirtualClock) -> None:
    with pytest.raises(RemoteFault):
        ask(organisation, Accounts(RemoteFault("broke")), clock)
    organisation.refresh_from_db()
    assert (organisation.trouble, organisation.refreshing_until) == ("", None)


@pytest.mark.django_db
def test_one_who_died_while_refreshing_is_waited_for_and_then_replaced(
    organisation: ZohoOrganisation, clock: VirtualClock
) -> None:
    ZohoOrganisation.objects.update(refreshing_until=clock.at() + HELD)
    began = clock.now()
    assert ask(organisation, Accounts(), clock) == "token-1"
    assert HELD.total_seconds() < clock.now() - began < HELD.total_seconds() + 5


@pytest.mark.django_db
def test_one_who_never_comes_to_an_end_is_not_waited_for_for_ever(
    organisation: ZohoOrganisation, clock: VirtualClock
) -> None:
    class BusyClock(VirtualClock):
        """While one waits, others take their turns."""

        def sleep(self, seconds: float) -> None:
            self.advance(seconds)
            ZohoOrganisation.objects.update(refreshing_until=self.at() + HELD)

    clock = BusyClock(clock.at())
    clock.sleep(0)
    with pytest.raises(Throttled, match="Another process"):
        ask(organisation, Accounts(), clock)


@pytest.mark.django_db
def test_after_the_clock_was_set_back_nobody_waits_for_a_turn_or_a_token_of_the_future(
    organisation: ZohoOrganisation, clock: VirtualClock
) -> None:
    accounts, stale = Accounts(), ""
    for _ in range(10):
        stale = ask(organisation, accounts, clock, stale)
    ZohoOrganisation.objects.update(refreshing_until=clock.at() + HELD)
    clock.advance(-3600)
    began = clock.now()
    assert ask(organisation, accounts, clock, stale) == "token-11"
    assert clock.now() == began


@pytest.mark.django_db
def test_no_more_than_ten_tokens_are_asked_for_in_ten_minutes(
    organisation: ZohoOrganisation, clock: VirtualClock
) -> None:
    accounts, stale = Accounts(), ""
    for _ in range(10):
        stale = ask(organisation, accounts, clock, stale)
        clock.advance(6)
    with pytest.raises(Throttled) as caught:
        ask(organisation, accounts, clock, stale)
    assert (len(accounts.given), caught.value.wait_s) == (10, 540)
    clock.advance(540)
    assert ask(organisation, accounts, clock, stale) == "token-11"
    with pytest.raises(Throttled) as caught:
        ask(organisation, accounts, clock, "token-11")
    assert caught.value.wait_s == 6


@pytest.mark.django_db
def test_while_zoho_wants_a_pause_it_is_not_asked(organisation: ZohoOrganisation, clock: VirtualClock) -> None:
    asked: list[int] = []
    accounts = Accounts(Throttled("Zoho wants a pause.", wait_s=600), during=lambda: asked.append(1))
    for wait_s in (600, 500):
        with pytest.raises(Throttled, match="wants a pause") as caught:
            ask(organisation, accounts, clock)
        assert caught.value.wait_s == wait_s
        clock.advance(100)
    assert len(asked) == 1
    clock.advance(400)
    assert ask(organisation, Accounts(), clock) == "token-1"


@pytest.mark.django_db
def test_a_token_that_comes_after_the_disconnection_is_not_kept(
    organisation: ZohoOrganisation, clock: VirtualClock
) -> None:
    def disconnect() -> None:
        ZohoOrganisation.objects.update(refresh_token="", access_token="", refreshing_until=None)

    with pytest.raises(NotConnected, match="disconnected in the meantime"):
        ask(organisation, Accounts(during=disconnect), clock)
    organisation.refresh_from_db()
    assert (organisation.access_token, organisation.refresh_token) == ("", "")


@pytest.mark.django_db
def test_one_who_was_too_slow_does_not_set_the_other_free(organisation: ZohoOrganisation, clock: VirtualClock) -> None:
    """The second has taken over while the first was still asking."""
    theirs = clock.ahead(90)

    def taken_over() -> None:
        clock.advance(46)
        ZohoOrganisation.objects.update(refreshing_until=theirs)

    assert ask(organisation, Accounts(during=taken_over), clock) == "token-1"
    organisation.refresh_from_db()
    assert organisation.refreshing_until == theirs
    assert organisation.access_token == ""


@pytest.mark.timeout(300)
def test_of_many_threads_and_processes_one_asks_zoho_and_all_stay_within_the_budget(tmp_path: Path) -> None:
    """On an SQLite file. Six workers want twenty calls each, and there are seventy."""
    spent, tokens, asked = race(tmp_path, f"sqlite:///{tmp_path / 'race.sqlite3'}")
    assert (spent, len(tokens), asked) == (LIMIT, 1, 1)


@pytest.mark.django_db
def test_tokens_lie_in_the_database_as_ciphertext(organisation: ZohoOrganisation, clock: VirtualClock) -> None:
    ask(organisation, Accounts(), clock)
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM store_zohoorganisation")
        (row,) = cursor.fetchall()
    assert "token-1" not in row[0]
    assert CANARY not in row[1]
