"""Notices: what needs a person, what was over, who hears of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from cscart_zoho.jobs import telling
from cscart_zoho.jobs.concerns import concerns_of
from cscart_zoho.panel import notices_page
from cscart_zoho.store.models import AuditEntry, Notice, NoticeSettings, NoticeWay, Store
from tests.unit.test_concerns import TOLD, WELL

Browse = Callable[[str], Client]
HOOK = "https://hooks.example.com/canary-part-6631"
FORM = {"emails": "anna@example.com", "digest_hour": "7", "grave_at_once": "on", "webhook": HOOK}
HOSTILE = '<script>alert(1)</script><a href="javascript:alert(1)">x</a>'


@pytest.fixture(autouse=True)
def _no_schedule(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "0")
    settings.CSCART_ZOHO_MAIL = True


def shown(client: Client, address: str = "/notices/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def noticed(store: Store, **more: Any) -> Notice:
    columns = {"key": "zoho", "text": "Zoho: The token was revoked.", "address": "/zoho/", "grave": True}
    since = timezone.now() - timedelta(hours=3, minutes=1)
    return Notice.objects.create(store=store, **(columns | {"since": since} | more))


def test_the_page_shows_what_the_overview_shows_and_since_when(store: Store, browse: Browse) -> None:
    store.zoho.trouble = "The token was revoked."  # type: ignore[union-attr]
    store.zoho.save()  # type: ignore[union-attr]
    noticed(store)
    for address in ("/", "/notices/"):
        page = " ".join(shown(browse("viewer"), address).split())
        assert "Zoho: The token was revoked." in page
        assert "for 3 hours" in page
        assert 'href="/zoho/"' in page


@pytest.mark.parametrize("changes", [changes for changes, *_ in TOLD])
def test_the_page_of_each_concern_is_there(changes: dict[str, Any]) -> None:
    (concern,) = concerns_of(replace(WELL, **changes))
    assert resolve(concern.address.partition("?")[0])


def test_what_was_over_last_stands_below(store: Store, browse: Browse) -> None:
    now = timezone.now()
    noticed(store, text="The store refused the key.", over_at=now, mailed_at=now, posted_at=now)
    noticed(store, text="Number 1 of many", over_at=now - timedelta(days=9))
    page = shown(browse("viewer"))
    assert page.index("The store refused the key.") < page.index("Number 1 of many")
    assert "by e-mail, by message" in page
    assert "Nothing. Both sides are connected" in page


def test_what_a_remote_said_is_shown_as_text(store: Store, browse: Browse) -> None:
    noticed(store, text=HOSTILE, over_at=timezone.now())
    Store.objects.update(trouble=HOSTILE)
    NoticeWay.objects.create(store=store, kind="mail", trouble=HOSTILE, not_before=timezone.now())
    answer = browse("admin").get("/notices/").content.decode()
    assert "<script>alert" not in answer
    assert 'href="javascript' not in answer
    assert answer.count("&lt;script&gt;alert(1)") >= 3


def test_only_an_administrator_sees_who_hears_of_it(store: Store, browse: Browse) -> None:
    browse("admin").post("/notices/settings/", FORM)
    for role in ("viewer", "operator"):
        page = shown(browse(role))
        assert "Who hears of it" not in page
        assert "anna@example.com" not in page
    assert "anna@example.com" in shown(browse("admin"))


def test_before_there_is_a_store_the_page_says_what_to_connect(browse: Browse, db: None) -> None:
    page = shown(browse("admin"))
    assert "The store is not connected." in page
    assert "There is nothing to set before a store is connected." in page
    for address in ("settings/", "test/mail/"):
        assert browse("admin").post(f"/notices/{address}", FORM).status_code == 302


def test_settings_are_kept_and_noted_and_the_address_is_never_shown(store: Store, browse: Browse) -> None:
    client = browse("admin")
    answer = client.post("/notices/settings/", FORM, follow=True)
    assert "Saved." in answer.content.decode()
    told = NoticeSettings.objects.get()
    assert (told.emails, told.digest_hour, told.grave_at_once, told.webhook) == ("anna@example.com", 7, True, HOOK)
    assert told.last_digest_at is not None
    page = shown(client)
    assert "••••••••" in page
    assert "canary" not in page
    (entry,) = AuditEntry.objects.filter(what="notices changed")
    assert entry.detail == "emails, digest_hour, webhook"


def test_an_address_that_is_not_written_anew_stays_and_can_be_forgotten(store: Store, browse: Browse) -> None:
    client = browse("admin")
    client.post("/notices/settings/", FORM)
    client.post("/notices/settings/", {**FORM, "webhook": "", "digest_hour": "9"})
    assert NoticeSettings.objects.get().webhook == HOOK
    client.post("/notices/settings/", {**FORM, "webhook": "", "forget_webhook": "on"})
    assert NoticeSettings.objects.get().webhook == ""


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("emails", "anna@example.com\r\nBcc: eve@example.com", "is no e-mail address"),
        ("emails", "anna", "is no e-mail address"),
        ("digest_hour", "24", "less than or equal to 23"),
        ("webhook", "http://hooks.example.com/canary", "begins with https://"),
        ("webhook", "https://user:canary@hooks.example.com/", "has no user name"),
    ],
)
def test_what_does_not_fit_changes_nothing_and_is_said(
    field: str, value: str, words: str, store: Store, browse: Browse
) -> None:
    answer = browse("admin").post("/notices/settings/", {**FORM, "webhook": "", field: value})
    page = unescape(answer.content.decode())
    assert words in page
    assert "Nothing was saved." in page
    assert "canary" not in page
    assert not NoticeSettings.objects.exists()


def test_a_test_e_mail_is_sent_and_noted(store: Store, browse: Browse) -> None:
    client = browse("admin")
    client.post("/notices/settings/", FORM)
    assert "The test e-mail was sent." in client.post("/notices/test/mail/", follow=True).content.decode()
    assert [email.to for email in mail.outbox] == [["anna@example.com"]]
    assert AuditEntry.objects.filter(what="notices tried", who="admin", detail="e-mail").count() == 1


def test_a_test_message_that_fails_becomes_a_sentence(
    store: Store, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browse("admin")
    page = unescape(client.post("/notices/test/message/", follow=True).content.decode())
    assert "There is no address yet." in page
    client.post("/notices/settings/", {**FORM, "webhook": "https://127.0.0.1/canary-part-6631"})
    page = client.post("/notices/test/message/", follow=True).content.decode()
    assert "127.0.0.1 is on a private network" in page
    assert "canary" not in page
    monkeypatch.setattr(telling, "post", lambda address, body: None)
    assert "The test message was sent." in client.post("/notices/test/message/", follow=True).content.decode()
    assert client.post("/notices/test/pigeon/").status_code == 302


def test_without_a_mail_server_the_page_says_how_to_set_one(store: Store, browse: Browse, settings: Any) -> None:
    settings.CSCART_ZOHO_MAIL = False
    client = browse("admin")
    page = shown(client)
    assert "No e-mail can be sent, because no mail server is set." in page
    assert "CSCART_ZOHO_SMTP_URL" in page
    client.post("/notices/settings/", FORM)
    assert "There is no mail server" in shown(client)


def test_a_way_that_fails_is_told_with_the_next_attempt(store: Store, browse: Browse) -> None:
    soon = timezone.now() + timedelta(minutes=7, seconds=30)
    NoticeWay.objects.create(store=store, kind="webhook", trouble="It answered with HTTP 404.", not_before=soon)
    page = shown(browse("admin"))
    assert "The last message could not be sent: It answered with HTTP 404." in page
    assert "7\u00a0minutes from now" in page


def test_the_page_asks_few_queries(store: Store, browse: Browse, django_assert_max_num_queries: Any) -> None:
    client = browse("admin")
    for number in range(notices_page.OVER + 30):
        noticed(store, key=f"k{number}", over_at=timezone.now(), text=f"Number {number}.")
    with django_assert_max_num_queries(45):
        page = shown(client)
    assert page.count("Number ") == notices_page.OVER
