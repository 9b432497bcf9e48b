"""What is taken for a message of a side, and what is not: values in, a record or a refusal out."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from cscart_zoho.cscart import web_hooks as store_hooks
from cscart_zoho.errors import MissingScope, NotFound, UnknownOutcome, WrongSetting
from cscart_zoho.records import Entity
from cscart_zoho.sync.hints import NotAccepted, Told
from cscart_zoho.zoho import web_hooks as inventory
from cscart_zoho.zoho.crm import channels
from tests.unit.scripted import ScriptedWire, answer

SECRET = "synthetic0secret0of0forty0letters0and0no"
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ITEM = (
    b'{"item": {"item_id": "460000001", "last_modified_time": "2026-03-04T13:00:00+0100", "rate_formatted": "$1.00"}}'
)


def signed(body: bytes = b"", pairs: Sequence[tuple[str, str]] = (), secret: str = SECRET) -> bytes:
    text = "".join(key + value for key, value in sorted(pairs)).encode()
    return hmac.new(secret.encode(), text + body, hashlib.sha256).digest()


# Zoho Inventory


@pytest.mark.parametrize("written", ["base64", "hex", "HEX"])
def test_both_ways_of_writing_a_signature_are_known(written: str) -> None:
    digest = signed(ITEM)
    signature = {"base64": b64encode(digest).decode(), "hex": digest.hex(), "HEX": digest.hex().upper()}[written]
    assert inventory.read("", ITEM, signature, SECRET) == [Told(Entity.PRODUCTS, "460000001", NOON)]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"item": {"item_id": "1"}}, Told(Entity.PRODUCTS, "1")),
        ({"contact": {"contact_id": 2}}, Told(Entity.CONTACTS, "2")),
        ({"salesorder": {"salesorder_id": "3", "last_modified_time": "soon"}}, Told(Entity.ORDERS, "3")),
        ({"item": {"item_id": "4", "last_modified_time": "2026-03-04T12:00:00"}}, Told(Entity.PRODUCTS, "4")),
    ],
)
def test_each_kind_of_document_is_known_by_its_key(document: object, told: Told) -> None:
    body = json.dumps(document).encode()
    assert inventory.read("", body, signed(body).hex(), SECRET) == [told]


def test_a_form_is_signed_with_all_its_fields_and_those_of_the_address() -> None:
    fields = [("JSONString", '{"item":{"item_id":"7"}}'), ("by", "größe"), ("a", "")]
    query = [("z", "1"), ("shop", "a b")]
    body = urlencode(fields).encode()
    signature = b64encode(signed(b"", [*query, *fields])).decode()
    assert inventory.read(urlencode(query), body, signature, SECRET) == [Told(Entity.PRODUCTS, "7")]


def test_parameters_of_the_address_are_signed_before_the_raw_json() -> None:
    signature = signed(ITEM, [("b", "2"), ("a", "1")]).hex()
    assert inventory.read("b=2&a=1", ITEM, signature, SECRET)[0].id == "460000001"
    with pytest.raises(NotAccepted, match="wrong signature"):
        inventory.read("b=2&a=3", ITEM, signature, SECRET)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "x",
        signed(ITEM, secret="another0secret00").hex(),
        signed(ITEM).hex()[:-1],
        b64encode(signed(ITEM)).decode().rstrip("=") + "!",
        signed(ITEM).hex() + "é",
        "\ud800",
        "0" * 100_000,
    ],
)
def test_a_wrong_signature_is_refused(signature: str) -> None:
    with pytest.raises(NotAccepted) as refused:
        inventory.read("", ITEM, signature, SECRET)
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "body", [ITEM.replace(b"460000001", b"460000002"), json.dumps(json.loads(ITEM), indent=1).encode(), ITEM + b" "]
)
def test_an_altered_message_and_another_spelling_of_the_same_one_are_refused(body: bytes) -> None:
    with pytest.raises(NotAccepted, match="wrong signature"):
        inventory.read("", body, signed(ITEM).hex(), SECRET)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"item": [1]}',
        b'{"item": {}}',
        b'{"item": {"item_id": true}}',
        b'{"item": {"item_id": "1; DROP"}}',
        b'{"item": {"item_id": "' + b"1" * 41 + b'"}}',
        b'{"item": {"item_id": 1e400}}',
        b'{"item": {"item_id": NaN}}',
        b'{"bill": {"bill_id": "1"}}',
        b'{"a":' * 100_000,
        b"{" + b"[" * 100_000,
        b'{"item": {"item_id": "\xff"}}',
        b"JSONString=%7B%22item%22",
        b"other=1",
        b"\xff\xfe\x00",
        "größe=1".encode(),
        b"&".join(b"a%d=1" % n for n in range(500)),
    ],
)
def test_a_signed_message_that_makes_no_sense_is_refused_all_the_same(body: bytes) -> None:
    form = not body.lstrip().startswith(b"{")
    signature = signed(b"" if form else body).hex()
    with pytest.raises(NotAccepted):
        inventory.read("", body, signature, SECRET)


# Zoho CRM


def notice(**changes: object) -> bytes:
    told = {
        "server_time": int(NOON.timestamp() * 1000),
        "query_params": {},
        "module": "Contacts",
        "resource_uri": "https://www.zohoapis.com/crm/v2/Contacts",
        "ids": ["5551", "5552"],
        "affected_fields": [],
        "operation": "update",
        "channel_id": "1001",
        "token": SECRET,
    }
    return json.dumps({**told, **changes}).encode()


def read(body: bytes, now: datetime = NOON) -> list[Told]:
    return channels.read(body, channel_id="1001", token=SECRET, now=now)


def test_a_notification_names_its_records() -> None:
    stamped = NOON - timedelta(seconds=2)
    assert read(notice()) == [Told(Entity.CUSTOMERS, "5551", stamped), Told(Entity.CUSTOMERS, "5552", stamped)]
    assert read(notice(module="Accounts", ids=[9], channel_id=1001)) == [Told(Entity.ACCOUNTS, "9", stamped)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "guessed"},
        {"token": None},
        {"token": [SECRET]},
        {"token": SECRET + "é"},
        {"channel_id": "1002"},
        {"channel_id": None},
        {"server_time": None},
        {"server_time": "soon"},
        {"server_time": 10**30},
        {"module": "Leads"},
        {"ids": []},
        {"ids": "5551"},
        {"ids": ["x"]},
        {"ids": [str(n) for n in range(501)]},
    ],
)
def test_a_notification_that_is_not_ours_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(NotAccepted):
        read(notice(**wrong))


def test_without_a_token_of_our_own_nothing_is_taken() -> None:
    with pytest.raises(NotAccepted):
        channels.read(notice(token=""), channel_id="1001", token="", now=NOON)


@pytest.mark.parametrize(("late", "taken"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_notification_may_be_five_minutes_old(late: int, taken: bool) -> None:
    now = NOON + timedelta(seconds=late)
    if taken:
        assert read(notice(), now)
    else:
        with pytest.raises(NotAccepted, match=r"late|future"):
            read(notice(), now)


def test_a_notification_of_the_day_before_yesterday_is_told_so() -> None:
    with pytest.raises(NotAccepted, match="came 2 days late and was not used"):
        read(notice(), NOON + timedelta(days=2, minutes=10))


def success(*moments: str) -> dict[str, object]:
    events = [{"channel_id": "1001", "resource_name": "Contacts", "channel_expiry": each} for each in moments]
    return {"watch": [{"code": "SUCCESS", "status": "success", "message": "done", "details": {"events": events}}]}


def test_a_channel_lives_as_long_as_zoho_says() -> None:
    wire = ScriptedWire([answer(success("2026-03-04T13:00:00+00:00", "2026-03-11T12:00:00+00:00"), 201)])
    until = channels.Channels(wire).open("1001", "https://shop.example.com/hooks/x/", SECRET, NOON + channels.LIFE)
    assert until == NOON + timedelta(hours=1)
    ((method, path, _, body),) = wire.asked
    assert (method, path) == ("POST", "/crm/v8/actions/watch")
    assert body["watch"][0]["events"] == ["Contacts.all", "Accounts.all"]
    assert body["watch"][0]["channel_expiry"] == "2026-03-11T11:00:00+00:00"


def test_an_error_under_the_status_of_success_is_an_error() -> None:
    gone = {"watch": [{"code": "NOT_SUBSCRIBED", "status": "error", "message": "none", "details": {}}]}
    with pytest.raises(NotFound):
        channels.Channels(ScriptedWire([answer(gone, 202)])).renew("1001", "https://x", SECRET, NOON)


def test_a_channel_that_has_ended_already_is_ended() -> None:
    gone = {"watch": [{"code": "NOT_SUBSCRIBED", "status": "error", "message": "none", "details": {}}]}
    wire = ScriptedWire([answer(gone, 202), answer(success(), 200)])
    channels.Channels(wire).close(["1", "2"])
    assert [query for *_, query, _ in wire.asked] == [{"channel_ids": "1"}, {"channel_ids": "2"}]


def test_a_channel_about_two_modules_is_one_channel() -> None:
    rows = [
        {"channel_id": "1001", "notify_url": "https://x", "resource_name": name} for name in ("Contacts", "Accounts")
    ]
    wire = ScriptedWire([answer({"watch": rows}), answer(b"", 204)])
    there = channels.Channels(wire)
    assert there.listed() == [channels.Channel("1001", "https://x")]
    assert there.listed() == []


@pytest.mark.parametrize("body", [{}, {"watch": None}, [], b"<html>"])
def test_an_answer_that_says_nothing_of_the_channel_is_not_success(body: object) -> None:
    wire = ScriptedWire([answer(body, 201)])
    with pytest.raises(UnknownOutcome):
        channels.Channels(wire).open("1001", "https://x", SECRET, NOON)


# CS-Cart


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            {"order_id": "97", "user_id": "3", "products": [], "updated_at": "1772625600"},
            Told(Entity.ORDERS, "97", NOON),
        ),
        ({"shipment_id": 4, "order_id": 98, "user_id": 3}, Told(Entity.ORDERS, "98")),
        ({"product_id": 12, "updated_timestamp": 1772625600}, Told(Entity.PRODUCTS, "12", NOON)),
        ({"user_id": "5", "timestamp": "1772625600", "email": "a@example.com"}, Told(Entity.CUSTOMERS, "5")),
        ({"order": {"order_id": "99"}}, Told(Entity.ORDERS, "99")),
        ({"order_id": 0, "user_id": 6, "updated_at": 10**20}, Told(Entity.CUSTOMERS, "6")),
    ],
)
def test_what_the_store_sends_is_known_by_its_ids(body: object, told: Told) -> None:
    assert store_hooks.read(json.dumps(body).encode()) == [told]


@pytest.mark.parametrize(
    "body", [b"", b"order_id=97", b"[]", b'{"order_id": "x"}', b'{"vendor_id": 1}', b'{"a":' * 9_999]
)
def test_what_names_no_record_of_the_store_is_refused(body: bytes) -> None:
    with pytest.raises(NotAccepted):
        store_hooks.read(body)


def test_the_list_of_hooks_is_read_to_its_end() -> None:
    rows = [{"hook_id": str(n), "hook_url": "https://x", "trigger_name": "new_order"} for n in range(130)]
    pages = [answer({"zapier_hooks": rows[:100], "params": {}}), answer({"zapier_hooks": rows[100:], "params": {}})]
    wire = ScriptedWire(pages)
    assert len(store_hooks.WebHooks(wire).listed()) == 130
    assert [query["page"] for *_, query, _ in wire.asked] == ["1", "2"]


def test_a_store_that_ignores_paging_is_asked_twice_and_not_for_ever() -> None:
    rows = [{"hook_id": str(n), "hook_url": "https://x", "trigger_name": "new_order"} for n in range(100)]
    wire = ScriptedWire([answer({"zapier_hooks": rows}), answer({"zapier_hooks": rows})])
    assert len(store_hooks.WebHooks(wire).listed()) == 100


def test_a_store_without_the_add_on_is_told_what_to_switch_on() -> None:
    wire = ScriptedWire([answer({"message": "Not Found"}, 404)])
    with pytest.raises(WrongSetting, match="add-on Zapier"):
        store_hooks.WebHooks(wire).listed()


def test_a_key_without_the_privilege_is_told_so() -> None:
    wire = ScriptedWire([answer({"message": "Forbidden"}, 403)])
    with pytest.raises(MissingScope):
        store_hooks.WebHooks(wire).make("new_order", "https://x")


def test_an_address_that_the_store_would_cut_is_not_sent() -> None:
    with pytest.raises(WrongSetting, match="too long"):
        store_hooks.WebHooks(ScriptedWire([])).make("new_order", "https://" + "x" * 250)


def test_a_hook_that_is_gone_already_is_deleted() -> None:
    wire = ScriptedWire([answer({"message": "Not Found"}, 404)])
    store_hooks.WebHooks(wire).delete("7")
    assert [(method, path) for method, path, *_ in wire.asked] == [("DELETE", "/api/2.0/zapier_hooks/7")]
