"""`cscart-zoho notices`: what people type, what they read, what programs get."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail

from cscart_zoho.cli import doctor
from cscart_zoho.cli.entry import main
from cscart_zoho.jobs import telling
from cscart_zoho.store.models import AuditEntry, Notice, NoticeSettings, NoticeWay, Store, ZohoOrganisation
from tests.begun import BEGUN

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOOK = "https://hooks.example.com/canary-part-5521"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSCART_ZOHO_EVERY_MINUTES", "0")


@pytest.fixture
def store() -> Store:
    zoho = ZohoOrganisation.objects.create(
        organization_id="10001",
        refresh_token="example",
        scopes="ZohoInventory.FullAccess.all",
        connected_at=NOW,
        trouble="The token was revoked.",
    )
    return Store.objects.create(
        url="https://store.example.com", api_key="key", connected_at=NOW, zoho=zoho, first_syncs=BEGUN
    )


def run(*argv: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["notices", *argv])
    return int(ended.value.code or 0)


def told(store: Store) -> NoticeSettings:
    return NoticeSettings.objects.get(store=store)


def test_what_needs_a_person_is_told_to_people_and_to_programs(
    store: Store, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    settings.CSCART_ZOHO_PUBLIC_URL = "https://panel.example.com"
    columns = {"address": "/zoho/", "since": NOW}
    Notice.objects.create(store=store, key="zoho", text="Zoho: The token was revoked.", **columns)
    Notice.objects.create(store=store, key="taxes", text="Your store has several taxes.", over_at=NOW, **columns)
    assert run() == 0
    said = capsys.readouterr().out
    assert "grave  2026-03-04 12:00 UTC  Zoho: The token was revoked." in said
    assert "Your store has several taxes." in said
    assert "none (set CSCART_ZOHO_SMTP_URL)" in said
    assert run("--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["open"] == [
        {
            "key": "zoho",
            "text": "Zoho: The token was revoked.",
            "address": "https://panel.example.com/zoho/",
            "grave": True,
            "since": "2026-03-04T12:00:00+00:00",
        }
    ]
    assert [over["key"] for over in answer["over"]] == ["taxes"]


def test_before_there_is_a_store_the_connections_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert "The store is not connected." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("key", "value", "field", "kept"),
    [
        ("emails", "anna@example.com,bert@example.com", "emails", "anna@example.com\nbert@example.com"),
        ("digest_hour", "17", "digest_hour", 17),
        ("grave_at_once", "no", "grave_at_once", False),
    ],
)
def test_a_setting_is_kept_and_noted(key: str, value: str, field: str, kept: object, store: Store) -> None:
    assert run("set", key, value) == 0
    assert run("set", key, value) == 0
    assert getattr(told(store), field) == kept
    assert AuditEntry.objects.filter(what="notices changed", detail=key).count() == 1


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("emails", "anna", '"anna" is no e-mail address'),
        ("digest_hour", "25", "no hour"),
        ("grave_at_once", "perhaps", "yes or no"),
        ("colour", "red", "Choose one of: emails"),
        ("webhook", HOOK, "arguments are seen by everybody"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    key: str, value: str, words: str, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("set", key, value) == 1
    said = capsys.readouterr().err
    assert words in said
    assert "canary" not in said
    assert not NoticeSettings.objects.exists()


def test_the_address_for_messages_is_read_and_never_shown(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(HOOK + "\n"))
    assert run("set", "webhook", "--stdin") == 0
    assert told(store).webhook == HOOK
    assert run() == run("--json") == 0
    assert "canary" not in capsys.readouterr().out
    assert not AuditEntry.objects.filter(detail__contains="canary").exists()
    monkeypatch.setattr("sys.stdin", io.StringIO("none\n"))
    assert run("set", "webhook", "--stdin") == 0
    assert told(store).webhook == ""


def test_a_test_goes_over_each_way_that_is_set(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    assert run("test") == 1
    assert "Nobody would hear of it." in capsys.readouterr().err
    run("set", "emails", "anna@example.com")
    assert run("test") == 1
    assert "There is no mail server." in capsys.readouterr().err
    settings.CSCART_ZOHO_MAIL = True
    NoticeSettings.objects.update(webhook=HOOK)
    posted: list[str] = []
    monkeypatch.setattr(telling, "post", lambda address, body: posted.append(address))
    assert run("test") == 0
    assert len(mail.outbox) == len(posted) == 1
    assert "canary" not in capsys.readouterr().out


def test_doctor_says_when_somebody_waits_for_a_notice_in_vain(store: Store, settings: Any) -> None:
    settings.CSCART_ZOHO_MAIL = True
    assert doctor._notices(Store())[0]
    run("set", "emails", "anna@example.com")
    assert doctor._notices(store)[0]
    settings.CSCART_ZOHO_MAIL = False
    NoticeWay.objects.create(store=store, kind="webhook", trouble="It answered with HTTP 404.")
    ok, words = doctor._notices(store)
    assert not ok
    assert words == "It answered with HTTP 404. There is no mail server: set CSCART_ZOHO_SMTP_URL."
