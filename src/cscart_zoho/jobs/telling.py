"""Tell people what needs them: by e-mail, and by calling an address of theirs.

Of several processes one sends: it holds the way for some minutes by
compare-and-set, looks again at what is to be told, sends, and notes what it has
told. One that dies in between leaves that to the next, so what matters is told at
least once. Whatever fails is tried again after growing pauses, and stops nothing.
"""

import hashlib
import logging
import smtplib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlsplit

import httpx2
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet

from cscart_zoho.app.around import new_client, simulators
from cscart_zoho.errors import ConnectorError, Unreachable, WrongSetting
from cscart_zoho.http import received, redact
from cscart_zoho.jobs.letters import (
    STEADY,
    Letter,
    Told,
    at_once,
    digest,
    digest_is_due,
    may_go_at_once,
    message,
    pause,
    trial_letter,
)
from cscart_zoho.store.budget import zone
from cscart_zoho.store.models import Notice, NoticeSettings, NoticeWay

log = logging.getLogger(__name__)

#: A process that sends for longer than this is taken for dead.
HELD = timedelta(minutes=5)
#: So many messages go to an address in one go; the rest follows with the next look.
AT_A_TIME = 20
LONGEST_ADDRESS = 2000
MAIL, WEBHOOK = NoticeWay.Kind.MAIL, NoticeWay.Kind.WEBHOOK


def tell(told: NoticeSettings, now: datetime) -> None:
    """Send what is to be sent at this moment. Raises nothing but what the database raises."""
    if told.last_digest_at is None:
        NoticeSettings.objects.filter(pk=told.pk, last_digest_at=None).update(last_digest_at=now)
    if told.emails.strip() and settings.CSCART_ZOHO_MAIL:
        _tell_by_mail(told, now)
    if told.webhook:
        _tell_webhook(told, now)


# One way at a time


def _way(told: NoticeSettings, kind: str) -> NoticeWay:
    return NoticeWay.objects.get_or_create(store_id=told.store_id, kind=kind)[0]


def _through(way: NoticeWay, now: datetime, send: Callable[[], None]) -> None:
    """Do this as the only one, and remember how it went."""
    mine = now + HELD
    free = (Q(busy_until=None) | Q(busy_until__lt=now)) & (Q(not_before=None) | Q(not_before__lte=now))
    if not NoticeWay.objects.filter(free, pk=way.pk).update(busy_until=mine):
        return
    held = NoticeWay.objects.filter(pk=way.pk, busy_until=mine)
    try:
        send()
    except ConnectorError as error:
        words = error.for_people()
        log.warning("Notices could not be sent by %s: %s", way.get_kind_display(), words, extra={"store": way.store_id})
        wait = pause(way.failures + 1)
        held.update(failures=F("failures") + 1, not_before=now + wait, trouble=words, busy_until=None)
    else:
        held.update(failures=0, not_before=None, trouble="", busy_until=None)


def _ways(told: NoticeSettings, kind: str) -> "QuerySet[NoticeWay]":
    return NoticeWay.objects.filter(store_id=told.store_id, kind=kind)


# E-mail


def _tell_by_mail(told: NoticeSettings, now: datetime) -> None:
    way = _way(told, MAIL)
    if _letter(told, way, now) is None:
        if _digest_is_due(told, now):
            _served(told, now)  # there is nothing to say today
        return
    _through(way, now, lambda: _send_due_letter(told, way, now))


def _send_due_letter(told: NoticeSettings, way: NoticeWay, now: datetime) -> None:
    """Look again: another process may have sent it between our look and our turn."""
    told.refresh_from_db()
    way.refresh_from_db()
    due, letter = _digest_is_due(told, now), _letter(told, way, now)
    if letter is None:
        return
    send_letter(told, letter, now)
    keys = [notice.key for notice in letter.notices]
    notices = Notice.objects.filter(store_id=told.store_id, key__in=keys)
    with transaction.atomic():
        notices.filter(over_at=None).update(mailed_at=now)
        notices.exclude(over_at=None).exclude(mailed_at=None).update(over_mailed_at=now)
        _ways(told, MAIL).update(last_sent_at=now)
        if due:
            _served(told, now)
    log.info("An e-mail with %s notices was sent.", len(keys), extra={"store": told.store_id})


def _digest_is_due(told: NoticeSettings, now: datetime) -> bool:
    return digest_is_due(told.last_digest_at, told.digest_hour, _zone(told), now)


def _served(told: NoticeSettings, now: datetime) -> None:
    NoticeSettings.objects.filter(pk=told.pk).update(last_digest_at=now)


def _letter(told: NoticeSettings, way: NoticeWay, now: datetime) -> Letter | None:
    """The e-mail that is due now, if there is one."""
    mine, panel, name = Notice.objects.filter(store_id=told.store_id), _panel(), str(told.store)
    if _digest_is_due(told, now):
        over = Q(over_at__lte=now - STEADY, over_mailed_at=None) & ~Q(mailed_at=None)
        notices = told_of(mine.filter(Q(over_at=None) | over))
        return digest(name, notices, panel, _zone(told)) if notices else None
    if told.grave_at_once and may_go_at_once(way.last_sent_at, now):
        notices = told_of(mine.filter(over_at=None, grave=True, mailed_at=None))
        return at_once(name, notices, panel, _zone(told)) if notices else None
    return None


def told_of(notices: "QuerySet[Notice]") -> list[Told]:
    """Notices as they are told, the gravest first."""
    return [
        Told(n.key, n.text, n.address, n.grave, n.since, n.over_at, n.mailed_at is not None)
        for n in notices.order_by("-grave", "since", "pk")
    ]


def _zone(told: NoticeSettings) -> tzinfo:
    return zone(told.store.zoho.time_zone if told.store.zoho else "UTC")


def _panel() -> str:
    return str(settings.CSCART_ZOHO_PUBLIC_URL)


def send_letter(told: NoticeSettings, letter: Letter, now: datetime) -> None:
    """Hand an e-mail to the mail server. Raises `WrongSetting` and `Unreachable`."""
    if not settings.CSCART_ZOHO_MAIL:
        raise WrongSetting("There is no mail server.", advice="Set CSCART_ZOHO_SMTP_URL and start the service anew.")
    host = str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].strip("> ")
    headers = {"Message-ID": f"<{_number(told, letter, now)}@{host}>", "Auto-Submitted": "auto-generated"}
    email = EmailMessage(letter.subject, letter.body, None, told.emails.split(), headers=headers)
    try:
        email.send()
    except (smtplib.SMTPException, OSError) as error:
        said = redact(_said(error), [str(getattr(settings, "EMAIL_HOST_PASSWORD", ""))])
        raise Unreachable(f"The mail server did not take it: {said}.", advice="Check CSCART_ZOHO_SMTP_URL.") from error


def _number(told: NoticeSettings, letter: Letter, now: datetime) -> str:
    """The same e-mail has the same number: one that is sent again after a crash is seen as the same."""
    about = [f"{n.key} {n.since.isoformat()} {n.over_at}" for n in letter.notices] or [now.isoformat()]
    words = "\n".join([str(told.store_id), now.date().isoformat(), letter.subject, *about])
    return f"notices.{hashlib.sha256(words.encode()).hexdigest()[:32]}"


def _said(error: Exception) -> str:
    """What the mail server said, without the address of anybody."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "it refuses every address"
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {words}".strip().rstrip(".")
    return (str(error) or type(error).__name__).rstrip(".")


def send_test_mail(told: NoticeSettings, now: datetime) -> None:
    """Send the test e-mail. Raises `WrongSetting` and `Unreachable`."""
    if not told.emails.strip():
        raise WrongSetting("There is no address yet.", advice="Enter one and save.")
    send_letter(told, trial_letter(str(told.store), _panel()), now)


# The web hook


def _tell_webhook(told: NoticeSettings, now: datetime) -> None:
    if _untold(told, now):
        _through(_way(told, WEBHOOK), now, lambda: _post_all(told, now))


def _untold(told: NoticeSettings, now: datetime) -> "QuerySet[Notice]":
    over = Q(over_at__lte=now - STEADY, over_posted_at=None) & ~Q(posted_at=None)
    mine = Notice.objects.filter(store_id=told.store_id)
    return mine.filter(Q(over_at=None, posted_at=None) | over).order_by("-grave", "since", "pk")


def _post_all(told: NoticeSettings, now: datetime) -> None:
    for notice in _untold(told, now)[:AT_A_TIME]:
        (said,) = told_of(Notice.objects.filter(pk=notice.pk))
        post(told.webhook, message(str(told.store), said, _panel()))
        mark = {"over_posted_at": now} if notice.over_at else {"posted_at": now}
        Notice.objects.filter(pk=notice.pk).update(**mark)
        _ways(told, WEBHOOK).update(last_sent_at=now)
        log.info("The notice %s was posted.", notice.key, extra={"store": told.store_id})


def read_webhook(given: str) -> str:
    """An address that may be called; an empty one is none. Raises `WrongSetting`, which never says the address."""
    address = given.strip()
    try:
        parts, _ = urlsplit(address), httpx2.URL(address)
        simulated = parts.netloc in simulators() and parts.scheme == "http"
        good = (parts.scheme == "https" or simulated) and bool(parts.hostname) and "@" not in parts.netloc
    except (ValueError, httpx2.InvalidURL):
        good = False
    if address and not (good and address.isascii() and address.isprintable() and len(address) <= LONGEST_ADDRESS):
        raise WrongSetting(
            "The address for messages cannot be used.",
            advice="Enter it as the other program shows it: it begins with https:// and has no user name.",
        )
    return address


def post(address: str, body: dict[str, object]) -> None:
    """Call an address of the merchant, which is a secret. Raises `ConnectorError`."""
    path = address.partition("://")[2].partition("/")[2]
    secrets: Sequence[str] = (address, path, *path.split("/"))
    with_name = "The address for messages"
    client = new_client()
    try:
        request = client.build_request("POST", address, json=body)
    except httpx2.InvalidURL as error:
        raise WrongSetting(f"{with_name} is not an address of the web.") from error
    answer = received(client, request, name=with_name, write=False, secrets=[s for s in secrets if len(s) > 5])
    if not 200 <= answer.status < 300:
        said = redact(answer.words(80), secrets)
        words = f"{with_name} answered with HTTP {answer.status}{f' ({said})' if said else ''}."
        raise Unreachable(words, advice="Check the address under Notices.")


def send_test_message(told: NoticeSettings, now: datetime) -> None:
    """Post a test message. Raises `ConnectorError`."""
    if not told.webhook:
        raise WrongSetting("There is no address yet.", advice="Enter one and save.")
    test = Told("test", "This is a test of the notices.", "/notices/", False, now)
    post(told.webhook, message(str(told.store), test, _panel()))
