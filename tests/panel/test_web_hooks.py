"""Where messages come in, and the page about them."""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cscart_zoho import app
from cscart_zoho.panel.hooks import LARGEST
from cscart_zoho.store.inbox import Hint, HintSource
from cscart_zoho.store.models import AuditEntry, Run, Store

Browse = Callable[[str], Client]
ITEM = b'{"item": {"item_id": "460000001", "last_modified_time": "2026-03-04T13:00:00+0100"}}'


@pytest.fixture
def inventory(store: Store) -> HintSource:
    return app.switch_on_hooks(store, "inventory")


def path_of(source: HintSource) -> str:
    return f"/hooks/{source.address_secret}/"


def signed(source: HintSource, body: bytes) -> dict[str, str]:
    return {"X-Zoho-Webhook-Signature": hmac.new(source.secret.encode(), body, hashlib.sha256).hexdigest()}


def send(source: HintSource, body: bytes = ITEM, headers: dict[str, str] | None = None, **more: Any) -> int:
    """The status that a sender without cookies or tokens gets."""
    client = Client(enforce_csrf_checks=True)
    given = signed(source, body) if headers is None else headers
    answer = client.post(path_of(source), body, content_type="application/json", headers=given, **more)
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert answer.content in (b"ok\n", b"refused\n", b"not found\n"), "no detail is told"
    return int(answer.status_code)


def test_a_signed_message_becomes_a_hint(inventory: HintSource) -> None:
    assert send(inventory) == 200
    (hint,) = Hint.objects.all()
    assert (hint.entity, hint.side, hint.remote_id, hint.settled_at) == ("products", "zoho", "460000001", None)
    inventory.refresh_from_db()
    assert (inventory.accepted, inventory.doubled, inventory.refused) == (1, 0, 0)
    assert inventory.last_at is not None


def test_a_message_that_comes_again_is_answered_well_and_is_no_second_hint(inventory: HintSource) -> None:
    assert [send(inventory) for _ in range(3)] == [200, 200, 200]
    inventory.refresh_from_db()
    assert (Hint.objects.count(), inventory.accepted, inventory.doubled) == (1, 1, 2)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (ITEM, {}, 403),
        (ITEM, {"X-Zoho-Webhook-Signature": ""}, 403),
        (ITEM, {"X-Zoho-Webhook-Signature": "no"}, 403),
        (ITEM, {"X-Zoho-Webhook-Signature": "é" * 64}, 403),
        (b"", None, 400),
        (b'{"a":' * 50_000, None, 400),
        (b"{" + b" " * LARGEST, None, 413),
    ],
)
def test_what_is_no_message_of_zoho_is_refused_and_counted(
    inventory: HintSource, body: bytes, headers: dict[str, str] | None, status: int, browse: Browse
) -> None:
    assert send(inventory, body, headers) == status
    inventory.refresh_from_db()
    assert (inventory.refused, inventory.accepted, Hint.objects.count()) == (1, 0, 0)
    assert inventory.refusal
    page = browse("admin").get("/web-hooks/").content.decode()
    assert inventory.refusal.split(":")[0] in page, "the page says why"


def test_a_body_that_announces_nothing_is_measured_while_it_is_read(inventory: HintSource) -> None:
    announced = str(LARGEST + 1)
    assert send(inventory, b"{}", {}, CONTENT_LENGTH=announced) == 413
    assert send(inventory, b"{}", {}, CONTENT_LENGTH="many") == 403


@pytest.mark.parametrize("method", ["get", "put", "delete", "head", "options"])
def test_only_posts_are_taken(inventory: HintSource, method: str) -> None:
    answer = getattr(Client(), method)(path_of(inventory))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize("secret", ["", "x", "é", "%00", "a" * 101, "a" * 5_000, "a/b/c"])
def test_an_address_that_is_nobodys_is_not_found(inventory: HintSource, secret: str) -> None:
    answer = Client().post(f"/hooks/{secret}/", ITEM, content_type="application/json", headers=signed(inventory, ITEM))
    assert answer.status_code == 404
    inventory.refresh_from_db()
    assert inventory.refused == 0


def test_switched_off_an_address_is_nobodys(inventory: HintSource) -> None:
    app.switch_off_hooks(inventory)
    assert send(inventory) == 404


def test_no_secret_of_an_address_gets_into_a_log(inventory: HintSource, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    send(inventory)
    send(inventory, b"{}", {})
    Client().get(path_of(inventory))
    assert inventory.address_secret not in caplog.text
    assert inventory.secret not in caplog.text


def test_what_the_store_sends_is_taken_whatever_it_calls_it(store: Store) -> None:
    source = _hooks_of_the_store(store)
    kind = "application/x-www-form-urlencoded"
    answer = Client().post(path_of(source), b'{"order_id": "97", "user_id": "3"}', content_type=kind)
    assert answer.status_code == 200
    assert list(Hint.objects.values_list("entity", "side", "remote_id")) == [("orders", "cscart", "97")]


def _hooks_of_the_store(store: Store) -> HintSource:
    return HintSource.objects.create(
        store=store,
        kind="cscart",
        address_secret="s" * 40,
        digest=app.digest_of("s" * 40),
        secret="t" * 40,
        made_at=timezone.now(),
        made_there={"hooks": {"new_order": "1"}},
    )


def _channel(store: Store) -> HintSource:
    return HintSource.objects.create(
        store=store,
        kind="crm",
        address_secret="c" * 40,
        digest=app.digest_of("c" * 40),
        secret="t" * 40,
        made_at=timezone.now(),
        made_there={"channel": "1001"},
        expires_at=timezone.now() + timedelta(days=5),
        look_at=timezone.now() + timedelta(days=4),
    )


def test_a_notification_of_zoho_crm_is_a_hint_for_each_of_its_records(store: Store) -> None:
    source = _channel(store)
    told = {
        "server_time": int(timezone.now().timestamp() * 1000),
        "module": "Contacts",
        "ids": ["7", "8"],
        "channel_id": "1001",
        "token": source.secret,
    }
    assert send(source, json.dumps(told).encode(), {}) == 200
    assert set(Hint.objects.values_list("entity", "remote_id")) == {("customers", "7"), ("customers", "8")}
    old = {**told, "server_time": told["server_time"] - 172_800_000}
    assert send(source, json.dumps(old).encode(), {}) == 400
    source.refresh_from_db()
    assert (source.accepted, source.refused) == (1, 1)
    assert "2 days late" in source.refusal


def test_the_panels_own_test_is_no_hint(store: Store) -> None:
    source = _channel(store)
    assert send(source, json.dumps({"cscart_zoho_test": source.secret}).encode(), {}) == 200
    assert send(source, json.dumps({"cscart_zoho_test": "guessed"}).encode(), {}) == 403
    source.refresh_from_db()
    assert source.tested_at is not None
    assert Hint.objects.count() == 0


def test_many_messages_ask_for_one_run_at_most(inventory: HintSource) -> None:
    for number in range(30):
        send(inventory, b'{"item": {"item_id": "%d"}}' % number)
    assert Run.objects.filter(trigger="hint").count() <= 1


# The page


def test_nothing_can_be_switched_on_before_both_sides_are_connected(browse: Browse) -> None:
    page = browse("admin").get("/web-hooks/").content.decode()
    assert "not connected yet" in page
    assert "Switch on" not in page


def test_the_page_shows_what_to_click_in_zoho(store: Store, browse: Browse) -> None:
    admin = browse("admin")
    admin.post("/web-hooks/inventory/on/")
    source = HintSource.objects.get()
    page = admin.get("/web-hooks/").content.decode()
    assert app.hook_address(source) in page
    assert source.secret in page
    assert "Workflow Rules" in page
    assert "Waits for the first message" in page
    assert AuditEntry.objects.filter(what="web hooks switched on").count() == 1
    assert source.secret not in "".join(AuditEntry.objects.values_list("detail", flat=True))


def test_the_page_waits_for_a_test_message_and_says_when_it_came(inventory: HintSource, browse: Browse) -> None:
    admin = browse("admin")
    admin.post("/web-hooks/inventory/test/")
    waiting = admin.get("/web-hooks/inventory/progress/").content.decode()
    assert "Waiting for a message" in waiting
    assert "every 2s" in waiting
    send(inventory, b"{}", {})
    refused = admin.get("/web-hooks/inventory/progress/").content.decode()
    assert "without a signature" in refused
    assert "Waiting for a message" in refused
    send(inventory)
    came = admin.get("/web-hooks/inventory/progress/").content.decode()
    assert "It works" in came
    assert "hx-get" not in came


def test_the_page_says_that_this_address_cannot_be_reached(store: Store, browse: Browse, settings: Any) -> None:
    settings.CSCART_ZOHO_SIM_STORE_URL = settings.CSCART_ZOHO_SIM_ACCOUNTS_URL = settings.CSCART_ZOHO_SIM_API_URL = ""
    admin = browse("admin")
    assert "cannot be reached from outside" in admin.get("/web-hooks/").content.decode()
    admin.post("/web-hooks/cscart/on/")
    assert not HintSource.objects.exists()


def test_another_address_ends_the_one_before(inventory: HintSource, browse: Browse) -> None:
    browse("admin").post("/web-hooks/inventory/address/")
    assert send(inventory) == 404
    assert send(HintSource.objects.get()) == 200


def test_switched_off_and_on_again_the_address_is_the_same(inventory: HintSource, browse: Browse) -> None:
    admin = browse("admin")
    admin.post("/web-hooks/inventory/off/")
    assert not HintSource.objects.get().on
    admin.post("/web-hooks/inventory/on/")
    again = HintSource.objects.get()
    assert (again.on, again.address_secret) == (True, inventory.address_secret)
    assert send(again) == 200


def test_a_channel_shows_its_end_and_its_renewal(store: Store, browse: Browse) -> None:
    assert store.zoho is not None
    store.zoho.capabilities = {"crm": {"name": "Synthetic Org"}}
    store.zoho.save()
    _channel(store)
    page = browse("admin").get("/web-hooks/").content.decode()
    assert "Zoho CRM ends it" in page
    assert "It is renewed" in page


def test_what_scheduled_runs_repaired_in_a_week_is_added_up(inventory: HintSource, browse: Browse) -> None:
    now = timezone.now()
    for days, number in ((1, 2), (6, 3), (8, 50)):
        Run.objects.create(
            store=inventory.store,
            trigger="schedule",
            asked={},
            asked_key=f"{days}",
            asked_at=now,
            state="done",
            finished_at=now - timedelta(days=days),
            counts={"repaired": number, "repaired_inventory": number},
        )
    assert "5 in the last 7 days" in browse("admin").get("/web-hooks/").content.decode()


@pytest.mark.parametrize("path", ["/web-hooks/paper/on/", "/web-hooks/inventory/eat/", "/web-hooks/crm/off/"])
def test_what_is_not_there_cannot_be_switched(store: Store, browse: Browse, path: str) -> None:
    assert browse("admin").post(path).status_code == 404
