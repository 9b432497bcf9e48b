"""Notices: noted once, told once, and told at last whatever fails in between."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest
from django.core import mail
from django.db import DatabaseError

from cscart_zoho import app
from cscart_zoho.errors import ConnectorError, WrongSetting
from cscart_zoho.jobs import notices, telling
from cscart_zoho.jobs.concerns import Concern
from cscart_zoho.jobs.notices import change_settings, look, note, settings_of, watching
from cscart_zoho.jobs.telling import AT_A_TIME, HELD, send_test_mail, send_test_message, tell
from cscart_zoho.store.models import Notice, NoticeSettings, NoticeWay, Store, ZohoOrganisation
from tests.unit.mail_server import mail_server

pytestmark = pytest.mark.django_db
#: Shortly before the hour of the digest, 8 o'clock in India.
DAWN = datetime(2026, 3, 4, 2, tzinfo=UTC)
EIGHT = DAWN + timedelta(minutes=31)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOOK = "https://hooks.example.com/services/canary-part-4417/canary-part-4418"

HELD_ORDERS = Concern("held:orders:cscart", "2 orders of CS-Cart: held.", "/orders/?state__exact=held", "Show them")
REVOKED = Concern("zoho", "Zoho: The token was revoked.", "/zoho/", "Look", grave=True)


@pytest.fixture(autouse=True)
def _with_mail(settings: Any) -> None:
    settings.CSCART_ZOHO_MAIL = True
    settings.CSCART_ZOHO_PUBLIC_URL = "https://panel.example.com"
    settings.DEFAULT_FROM_EMAIL = "sync@example.com"


@pytest.fixture
def store() -> Store:
    zoho = ZohoOrganisation.objects.create(organization_id="10001", time_zone="Asia/Kolkata")
    return Store.objects.create(name="Example", zoho=zoho)


@pytest.fixture
def told(store: Store) -> NoticeSettings:
    """E-mails go to two people; the last digest was yesterday's."""
    change_settings(store, emails="anna@example.com\nbert@example.com")
    NoticeSettings.objects.update(last_digest_at=DAWN - 23 * HOUR)
    return settings_of(store)


def at(store: Store, now: datetime, *found: Concern) -> None:
    """One look at this moment, with these concerns."""
    note(store, found, now)
    tell(settings_of(store), now)


def subjects() -> list[str]:
    return [email.subject for email in mail.outbox]


# Noting


def test_a_concern_is_one_notice_from_its_beginning_to_its_end(store: Store) -> None:
    since = Concern("conflicts", "1 conflict", "/conflicts/", "Answer", since=DAWN - DAY)
    note(store, [since, HELD_ORDERS], DAWN)
    note(store, [since, HELD_ORDERS], DAWN + MINUTE)
    assert list(Notice.objects.order_by("key").values_list("key", "since", "over_at")) == [
        ("conflicts", DAWN - DAY, None),
        ("held:orders:cscart", DAWN, None),
    ]
    note(store, [HELD_ORDERS], DAWN + 2 * MINUTE)
    assert Notice.objects.get(key="conflicts").over_at == DAWN + 2 * MINUTE
    assert Notice.objects.filter(over_at=None).count() == 1


def test_what_comes_back_within_an_hour_is_the_same_notice(store: Store) -> None:
    for minutes, found in ((0, [REVOKED]), (1, []), (30, [REVOKED]), (31, []), (120, [REVOKED])):
        note(store, found, DAWN + minutes * MINUTE)
    assert list(Notice.objects.order_by("pk").values_list("since", "over_at")) == [
        (DAWN, DAWN + 31 * MINUTE),
        (DAWN + 120 * MINUTE, None),
    ]


def test_what_was_over_is_forgotten_after_ninety_days(store: Store) -> None:
    for days in (0, 89, 91):
        note(store, [REVOKED], DAWN + days * DAY)
        note(store, [], DAWN + days * DAY + MINUTE)
    assert list(Notice.objects.order_by("pk").values_list("since", flat=True)) == [DAWN + 89 * DAY, DAWN + 91 * DAY]


def test_the_text_follows_and_what_becomes_grave_is_told_anew(store: Store) -> None:
    note(store, [HELD_ORDERS], DAWN)
    Notice.objects.update(mailed_at=DAWN, posted_at=DAWN)
    three = Concern(HELD_ORDERS.key, "3 orders of CS-Cart: held.", HELD_ORDERS.address, "Show them")
    note(store, [three], DAWN)
    notice = Notice.objects.get()
    assert (notice.text, notice.mailed_at) == (three.text, DAWN)
    note(store, [Concern(three.key, three.text, three.address, "Show them", grave=True)], DAWN)
    notice.refresh_from_db()
    assert (notice.grave, notice.mailed_at, notice.posted_at) == (True, None, None)


def test_a_look_notes_what_the_ledger_shows(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    look(DAWN)
    assert set(Notice.objects.values_list("key", flat=True)) == {"store", "zoho"}


# The digest


def test_a_digest_goes_out_once_a_day_at_its_hour_where_there_is_something_to_say(
    store: Store, told: NoticeSettings
) -> None:
    for minutes in range(0, 26 * 60, 10):
        at(store, DAWN + minutes * MINUTE, HELD_ORDERS)
    assert subjects() == ["Example: 1 thing needs you"] * 2
    first, second = mail.outbox
    assert first.to == ["anna@example.com", "bert@example.com"]
    assert first.from_email == "sync@example.com"
    assert "New\n- 2 orders of CS-Cart: held. (since 2026-03-04 07:30)" in first.body
    assert "https://panel.example.com/orders/?state__exact=held" in first.body
    assert "Still open\n- 2 orders" in second.body
    assert first.extra_headers["Message-ID"] != second.extra_headers["Message-ID"]


def test_a_day_without_anything_to_say_has_no_digest_and_what_comes_later_waits(
    store: Store, told: NoticeSettings
) -> None:
    at(store, EIGHT)
    at(store, EIGHT + HOUR, HELD_ORDERS)
    assert subjects() == []
    at(store, EIGHT + DAY, HELD_ORDERS)
    assert len(subjects()) == 1


def test_what_is_over_is_told_once_and_only_to_those_who_heard_of_it(store: Store, told: NoticeSettings) -> None:
    at(store, EIGHT, HELD_ORDERS)
    at(store, EIGHT + MINUTE, HELD_ORDERS, Concern("taxes", "Choose one.", "/settings/", "Choose"))
    at(store, EIGHT + HOUR)
    for days in (1, 2, 3):
        at(store, EIGHT + days * DAY)
    assert subjects()[1:] == ["Example: nothing needs you any more"]
    assert "Over\n- 2 orders of CS-Cart: held." in mail.outbox[1].body
    assert "Choose one." not in mail.outbox[1].body


def test_the_first_digest_waits_for_its_hour_and_nothing_is_sent_to_nobody(store: Store) -> None:
    change_settings(store, emails="anna@example.com")
    NoticeSettings.objects.update(last_digest_at=None)
    at(store, EIGHT + 5 * HOUR, HELD_ORDERS)
    at(store, EIGHT + 6 * HOUR, HELD_ORDERS)
    assert subjects() == []
    change_settings(store, emails="")
    at(store, EIGHT + DAY, HELD_ORDERS)
    assert subjects() == []


# At once


def test_grave_things_are_told_at_once_and_bundled_within_an_hour(store: Store, told: NoticeSettings) -> None:
    at(store, DAWN, HELD_ORDERS)
    at(store, DAWN, HELD_ORDERS, REVOKED)
    assert subjects() == ["Example: Zoho: The token was revoked."]
    assert "orders" not in mail.outbox[0].body
    found = [HELD_ORDERS, REVOKED]
    NoticeSettings.objects.update(last_digest_at=DAWN + HOUR)
    for number in range(1, 59):
        found.append(Concern(f"failed:{number}", f"Number {number} failed.", "/runs/", "Show", grave=True))
        at(store, DAWN + number * MINUTE, *found)
    assert len(subjects()) == 1
    at(store, DAWN + HOUR, *found)
    assert subjects()[1:] == ["Example: Number 1 failed. (and 57 more)"]


def test_at_once_is_a_choice(store: Store, told: NoticeSettings) -> None:
    change_settings(store, grave_at_once=False)
    at(store, DAWN, REVOKED)
    assert subjects() == []
    at(store, EIGHT, REVOKED)
    assert "Grave: Zoho: The token was revoked." in mail.outbox[0].body


# Once, at least once, never a storm


def interrupted(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    """After an e-mail is with the server and before that is noted, this happens."""
    send = telling.send_letter

    def sent(*how: Any) -> None:
        send(*how)
        then()

    monkeypatch.setattr(telling, "send_letter", sent)


def test_of_two_processes_at_the_same_moment_one_sends(
    store: Store, told: NoticeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(monkeypatch, lambda: tell(settings_of(store), EIGHT))
    at(store, EIGHT, HELD_ORDERS, REVOKED)
    tell(told, EIGHT)  # this one had looked before the first one sent
    assert len(subjects()) == 1
    assert NoticeWay.objects.get().busy_until is None


def test_a_process_that_looked_before_another_one_sent_looks_again(store: Store, told: NoticeSettings) -> None:
    note(store, [HELD_ORDERS], EIGHT)
    way = NoticeWay.objects.create(store=store, kind="mail")
    telling._through(way, EIGHT, lambda: telling._send_due_letter(settings_of(store), way, EIGHT))
    telling._through(way, EIGHT, lambda: telling._send_due_letter(told, way, EIGHT))
    assert len(subjects()) == 1


def test_what_a_process_that_died_had_not_noted_is_sent_again_under_the_same_number(
    store: Store, told: NoticeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    with monkeypatch.context() as patch:
        interrupted(patch, die)
        with pytest.raises(Killed):
            at(store, EIGHT, HELD_ORDERS)
    at(store, EIGHT + MINUTE, HELD_ORDERS)
    assert len(subjects()) == 1  # the dead one still holds it
    at(store, EIGHT + HELD + MINUTE, HELD_ORDERS)
    at(store, EIGHT + 2 * HELD, HELD_ORDERS)
    assert len({email.extra_headers["Message-ID"] for email in mail.outbox}) == 1
    assert len(subjects()) == 2


def test_a_mail_server_that_fails_is_tried_again_after_growing_pauses_and_told(
    store: Store, told: NoticeSettings, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nothing listens there
    tries = []
    for minutes in range(150):
        at(store, EIGHT + minutes * MINUTE, HELD_ORDERS)
        if NoticeWay.objects.get().failures > len(tries):
            tries.append(minutes)
    assert tries == [0, 1, 3, 7, 15, 31, 63, 123]
    assert "The mail server did not take it:" in NoticeWay.objects.get().trouble
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    at(store, EIGHT + 4 * HOUR, HELD_ORDERS)
    assert len(subjects()) == 1
    way = NoticeWay.objects.get()
    assert (way.failures, way.trouble, way.not_before) == (0, "", None)


# A real conversation


def by_server(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "sync", "canary-mail-password"


def test_an_e_mail_reaches_a_mail_server(store: Store, told: NoticeSettings, settings: Any) -> None:
    with mail_server() as server:
        by_server(settings, server.port)
        at(store, EIGHT, HELD_ORDERS)
    ((sender, to, text),) = server.taken
    assert sender == "sync@example.com"
    assert to == ["anna@example.com", "bert@example.com"]
    assert "Subject: Example: 1 thing needs you" in text
    assert "Auto-Submitted: auto-generated" in text
    assert "2 orders of CS-Cart: held." in text
    assert any(line.startswith("AUTH PLAIN") for line in server.said)


def test_what_a_mail_server_says_is_told_without_the_password(
    store: Store, told: NoticeSettings, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with mail_server() as server:
        by_server(settings, server.port)
        server.refuses = "451 not now, canary-mail-password"
        at(store, EIGHT, HELD_ORDERS)
        with pytest.raises(ConnectorError, match="451 not now") as refused:
            send_test_mail(told, EIGHT)
    assert server.taken == []
    said = NoticeWay.objects.get().trouble + refused.value.for_people() + caplog.text
    assert "451 not now" in said
    assert "canary" not in said


def test_a_test_e_mail_needs_an_address_and_a_server(store: Store, told: NoticeSettings, settings: Any) -> None:
    send_test_mail(told, EIGHT)
    assert subjects() == ["Example: a test of the notices"]
    settings.CSCART_ZOHO_MAIL = False
    with pytest.raises(WrongSetting, match="There is no mail server"):
        send_test_mail(told, EIGHT)
    with pytest.raises(WrongSetting, match="There is no address yet"):
        send_test_mail(NoticeSettings(store=store), EIGHT)
    with pytest.raises(WrongSetting, match="There is no address yet"):
        send_test_message(NoticeSettings(store=store), EIGHT)


# Messages


class Receiver(BaseHTTPRequestHandler):
    """Keeps what is posted to it; answers with what the test has chosen."""

    posted: list[dict[str, Any]] = []
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).posted.append({"path": self.path, **json.loads(body)})
        self.send_response(type(self).status)
        self.end_headers()
        self.wfile.write(f"no service {self.path}".encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver(store: Store) -> Iterator[type[Receiver]]:
    """A receiver on this machine, which the hook's host stands for."""
    Receiver.posted, Receiver.status = [], 200
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

        class Here(httpx2.HTTPTransport):
            def handle_request(self, request: httpx2.Request) -> httpx2.Response:
                url = request.url.copy_with(scheme="http", host="127.0.0.1", port=server.server_port)
                again = httpx2.Request(request.method, url, headers=request.headers, stream=request.stream)
                return super().handle_request(again)

        change_settings(store, webhook=HOOK)
        with Here() as transport, app.using_transport(transport):
            yield Receiver
        server.shutdown()


def test_each_notice_is_posted_once_and_its_end_too(store: Store, receiver: type[Receiver]) -> None:
    at(store, DAWN, HELD_ORDERS, REVOKED)
    at(store, DAWN + MINUTE, HELD_ORDERS, REVOKED)
    at(store, DAWN + 2 * MINUTE, HELD_ORDERS)
    assert [(said["key"], said["grave"], said["over_at"]) for said in receiver.posted] == [
        ("zoho", True, None),
        ("held:orders:cscart", False, None),
    ]
    for minutes in (61, 62, 63, 90, 200):
        at(store, DAWN + minutes * MINUTE, HELD_ORDERS)
    (over,) = receiver.posted[2:]
    assert (over["key"], over["over_at"]) == ("zoho", (DAWN + 2 * MINUTE).isoformat())
    assert over["path"] == "/services/canary-part-4417/canary-part-4418"
    assert over["text"].startswith("Example: Over: Zoho")


def test_what_comes_and_goes_is_no_storm(store: Store, receiver: type[Receiver]) -> None:
    for minutes in range(0, 6 * 60, 3):
        at(store, DAWN + minutes * MINUTE, *([REVOKED] if minutes % 2 else []))
    assert len(receiver.posted) == 1


def test_many_notices_go_in_portions(store: Store, receiver: type[Receiver]) -> None:
    many = [Concern(f"failed:{n}", f"Number {n} failed.", "/runs/", "Show") for n in range(AT_A_TIME + 5)]
    at(store, DAWN, *many)
    assert len(receiver.posted) == AT_A_TIME
    at(store, DAWN + MINUTE, *many)
    assert len({said["key"] for said in receiver.posted}) == len(receiver.posted) == AT_A_TIME + 5


def test_a_receiver_that_refuses_is_tried_again_and_its_address_stays_a_secret(
    store: Store, receiver: type[Receiver], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.status = 404
    for minutes in range(10):
        at(store, DAWN + minutes * MINUTE, HELD_ORDERS)
    assert len(receiver.posted) == 4  # after 0, 1, 3 and 7 minutes
    trouble = NoticeWay.objects.get().trouble
    assert "answered with HTTP 404 (no service" in trouble
    with pytest.raises(ConnectorError) as refused:
        send_test_message(settings_of(store), DAWN)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("cscart_zoho")]
    assert "canary" not in trouble + refused.value.for_people() + "".join(ours)
    receiver.status = 200
    at(store, DAWN + HOUR, HELD_ORDERS)
    assert Notice.objects.get().posted_at == DAWN + HOUR
    assert NoticeWay.objects.get().trouble == ""


def test_a_new_address_need_not_wait_for_what_failed_before(store: Store, receiver: type[Receiver]) -> None:
    receiver.status = 500
    at(store, DAWN, HELD_ORDERS)
    change_settings(store, webhook=HOOK + "-new")
    way = NoticeWay.objects.get()
    assert (way.failures, way.not_before, way.trouble) == (0, None, "")


def test_a_private_network_is_not_called(store: Store) -> None:
    change_settings(store, webhook="https://127.0.0.1/canary-part-4417")
    at(store, DAWN, HELD_ORDERS)
    trouble = NoticeWay.objects.get().trouble
    assert "127.0.0.1 is on a private network" in trouble
    assert "canary" not in trouble


# Beside the schedule


def test_the_watch_looks_beside_its_block_and_survives_what_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, enough = [], threading.Event()

    def looking(now: datetime) -> None:
        looked.append(now)
        if len(looked) == 1:
            raise DatabaseError("away")
        if len(looked) == 2:
            raise ValueError("a defect of ours")
        enough.set()

    monkeypatch.setattr(notices, "look", looking)
    with watching(now=lambda: DAWN, every_s=0.01):
        assert enough.wait(10)
    assert looked[:3] == [DAWN] * 3
    assert not any(thread.name == "notices" for thread in threading.enumerate())
