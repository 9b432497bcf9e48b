"""What is made for us at the other sides: made, renewed in time, ended, and nothing of earlier set-ups left."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx2
import pytest
from django.db import connection
from django.test import override_settings

from cscart_zoho import app
from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs.hints import take_hints
from cscart_zoho.store.inbox import HintSource
from cscart_zoho.store.models import Store
from cscart_zoho_sim.world import World
from tests.connected import connect

pytestmark = pytest.mark.django_db


class Line(httpx2.BaseTransport):
    """The way to both sides, which can be cut."""

    def __init__(self, world: World) -> None:
        self.inner = world.transport()
        self.cut = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.cut:
            raise httpx2.ConnectError("cut")
        return self.inner.handle_request(request)


class There:
    """Both sides, and the ways to look at what is made there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.line = Line(world)
        self.store: Store

    def wait(self, **span: float) -> None:
        self.world.clock.advance(timedelta(**span).total_seconds())  # type: ignore[attr-defined]

    def channels(self) -> dict[str, datetime]:
        """The living channels and their ends."""
        now = self.world.clock.now()
        living = self.world.zoho.crm.notifications.channels.values()
        return {each.id: datetime.fromtimestamp(each.until, app.now().tzinfo) for each in living if each.until > now}

    def hooks(self) -> dict[str, str]:
        """Address by trigger."""
        return {row["trigger_name"]: row["hook_url"] for row in self.world.cscart.web_hooks.rows.values()}

    def allow_notifications(self) -> None:
        """The merchant connects again, with the permissions that are asked for now."""
        assert self.store.zoho is not None
        app.connect_zoho(
            self.store.zoho, code=self.world.zoho.self_client_code(app.scopes(self.store.zoho)), self_client=True
        )


@pytest.fixture
def there() -> Iterator[There]:
    world = World.empty(1, plan="premium")
    there = There(world)
    with app.using_transport(there.line, world.clock):
        there.store = connect(world)
        yield there


def crm(there: There) -> HintSource:
    """Notifications that are on, with leave for them."""
    app.switch_on_hooks(there.store, "crm")
    there.allow_notifications()
    return app.switch_on_hooks(Store.objects.select_related("zoho").get(), "crm")


def test_the_permission_for_notifications_is_asked_for_only_when_they_are_on(there: There) -> None:
    before = app.scopes(there.store.zoho).split(",")
    assert [scope for scope in before if "notifications" in scope] == []
    source = app.switch_on_hooks(there.store, "crm")
    assert set(app.scopes(there.store.zoho).split(",")) - set(before) == {"ZohoCRM.notifications.ALL"}
    assert "Connect again" in source.trouble
    assert there.channels() == {}
    there.allow_notifications()
    take_hints(app.now())
    source.refresh_from_db()
    assert (source.trouble, len(there.channels())) == ("", 1)


def test_a_channel_is_renewed_before_its_end(there: There) -> None:
    source = crm(there)
    ((id, until),) = there.channels().items()
    assert source.expires_at == until
    assert until - app.now() <= timedelta(days=7)
    for _ in range(30):
        there.wait(days=1)
        take_hints(app.now())
        assert list(there.channels()) == [id], "the same one, and never none"
    source.refresh_from_db()
    assert source.expires_at == there.channels()[id]


def test_a_channel_that_ended_while_the_service_stood_still_is_made_anew(there: There) -> None:
    source = crm(there)
    ((id, _),) = there.channels().items()
    there.wait(days=20)
    take_hints(app.now())
    (now_there,) = there.channels()
    assert now_there != id
    source.refresh_from_db()
    assert source.made_there == {"channel": now_there}


def test_a_channel_of_an_earlier_set_up_is_found_and_ended(there: There) -> None:
    source = crm(there)
    (stranger,) = there.channels()
    HintSource.objects.filter(pk=source.pk).delete()
    source = crm(there)
    (ours,) = there.channels()
    assert ours != stranger
    assert source.made_there == {"channel": ours}


def test_switched_off_the_channel_is_ended(there: There) -> None:
    source = crm(there)
    app.switch_off_hooks(source)
    assert there.channels() == {}
    assert (source.on, source.made_there, source.look_at, source.trouble) == (False, {}, None, "")


def test_what_cannot_be_ended_is_told_and_tried_again(there: There) -> None:
    source = crm(there)
    there.line.cut = True
    app.switch_off_hooks(source)
    assert "could not be ended there" in source.trouble
    assert "ends by itself" in source.trouble
    there.line.cut = False
    there.wait(minutes=10)
    take_hints(app.now())
    assert len(there.channels()) == 1, "not at once"
    there.wait(minutes=10)
    take_hints(app.now())
    source.refresh_from_db()
    assert (there.channels(), source.trouble, source.look_at) == ({}, "", None)


def test_a_side_that_is_away_does_not_end_the_schedule(there: There) -> None:
    source = crm(there)
    there.line.cut = True
    there.wait(days=6, hours=1)
    assert take_hints(app.now()) == []
    source.refresh_from_db()
    assert "cannot be reached" in source.trouble
    there.line.cut = False
    there.wait(minutes=20)
    take_hints(app.now())
    source.refresh_from_db()
    assert source.trouble == ""


def test_two_schedules_at_the_same_time_make_one_channel(there: There) -> None:
    source = crm(there)
    there.wait(days=20)
    HintSource.objects.filter(pk=source.pk).update(look_at=app.now())
    take_hints(app.now())
    take_hints(app.now())
    assert len(there.channels()) == 1


def test_hooks_of_the_store_are_made_and_deleted(there: There) -> None:
    source = app.switch_on_hooks(there.store, "cscart")
    triggers = {"new_order", "order_paid", "new_product", "new_shipment", "new_user"}
    assert there.hooks() == dict.fromkeys(triggers, app.hook_address(source))
    assert set(source.made_there["hooks"]) == triggers
    app.switch_off_hooks(source)
    assert there.hooks() == {}


def test_switching_on_twice_makes_nothing_twice(there: There) -> None:
    app.switch_on_hooks(there.store, "cscart")
    app.switch_on_hooks(there.store, "cscart")
    assert len(there.world.cscart.web_hooks.rows) == 5


def test_a_hook_that_somebody_deleted_is_made_again_within_a_day(there: There) -> None:
    app.switch_on_hooks(there.store, "cscart")
    rows = there.world.cscart.web_hooks.rows
    del rows[min(rows)]
    there.wait(days=1, minutes=1)
    take_hints(app.now())
    assert len(there.hooks()) == 5


def test_hooks_of_others_are_left_alone_and_old_ones_of_ours_are_not(there: There) -> None:
    rows = there.world.cscart.web_hooks.rows
    source = app.switch_on_hooks(there.store, "cscart")
    rows[90] = {"hook_id": "90", "hook_url": "https://other.example.com/hooks/x/", "trigger_name": "new_order"}
    rows[91] = {"hook_id": "91", "hook_url": app.hook_address(source)[:-5] + "/", "trigger_name": "new_order"}
    app.switch_on_hooks(there.store, "cscart")
    assert 90 in rows
    assert 91 not in rows
    app.switch_off_hooks(source)
    assert list(rows) == [90]


def test_another_address_takes_the_place_of_the_one_before(there: There) -> None:
    source = app.switch_on_hooks(there.store, "cscart")
    before = app.hook_address(source)
    app.readdress_hooks(source)
    assert set(there.hooks().values()) == {app.hook_address(source)}
    assert app.hook_address(source) != before
    source = crm(there)
    token = source.secret
    app.readdress_hooks(source)
    (channel,) = there.world.zoho.crm.notifications.channels.values()
    assert (channel.notify_url, channel.token) == (app.hook_address(source), source.secret)
    assert source.secret != token


@pytest.mark.parametrize(
    ("address", "works"),
    [
        ("http://panel.example.com", False),
        ("https://127.0.0.1:8600", False),
        ("https://localhost", False),
        ("https://10.0.0.7", False),
        ("https://[::1]", False),
        ("https://panel", False),
        ("https://panel.example.com", True),
    ],
)
def test_nothing_is_made_that_could_not_reach_this_panel(there: There, address: str, works: bool) -> None:
    real = {"CSCART_ZOHO_SIM_STORE_URL": "", "CSCART_ZOHO_SIM_ACCOUNTS_URL": "", "CSCART_ZOHO_SIM_API_URL": ""}
    with override_settings(CSCART_ZOHO_PUBLIC_URL=address, **real):
        assert (app.unreachable("crm") == "") is works
        if not works:
            with pytest.raises(WrongSetting, match="cannot be reached from outside"):
                app.switch_on_hooks(there.store, "crm")
            assert app.switch_on_hooks(there.store, "inventory").on, "a person may be about to move it"
    assert there.channels() == {}


def test_the_secret_of_an_address_is_long_and_kept_as_a_hash(there: There) -> None:
    source = app.switch_on_hooks(there.store, "inventory")
    assert len(source.address_secret) * 5.95 > 128
    assert source.secret.isalnum()
    assert 12 <= len(source.secret) <= 50
    row = HintSource.objects.values().get()
    assert source.address_secret not in row["digest"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT address_secret, secret, digest FROM store_hintsource")
        assert not {source.address_secret, source.secret} & set(cursor.fetchone())
