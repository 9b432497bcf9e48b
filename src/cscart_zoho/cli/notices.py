"""`notices`: what needs a person, and who hears of it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone

from cscart_zoho.cli.connecting import read_secret
from cscart_zoho.cli.here import note, the_store
from cscart_zoho.cli.words import answer_json, complain, say, table
from cscart_zoho.errors import ConnectorError, WrongSetting
from cscart_zoho.jobs.notices import change_settings, read_addresses, read_hour, settings_of, ways_of
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.jobs.telling import read_webhook, send_test_mail, send_test_message
from cscart_zoho.store.models import Notice, NoticeSettings, Store

#: So many of those that are over are shown.
OVER = 10


def show(*, as_json: bool) -> None:
    """What needs a person now, the last ones that were over, and who hears of it."""
    store = the_store()
    found = concerns(store if store.pk else None, store.zoho)
    noticed = dict(Notice.objects.filter(store=store.pk, over_at=None).values_list("key", "since"))
    over = Notice.objects.filter(store=store.pk).exclude(over_at=None).order_by("-over_at")[:OVER]
    now = [
        {
            "key": concern.key,
            "text": concern.text,
            "address": f"{settings.CSCART_ZOHO_PUBLIC_URL}{concern.address}",
            "grave": concern.grave,
            "since": concern.since or noticed.get(concern.key),
        }
        for concern in found
    ]
    past = [{"key": n.key, "text": n.text, "since": n.since, "over_at": n.over_at} for n in over]
    if as_json:
        answer_json({"open": now, "over": past, "settings": _told(store)})
        return
    rows = [("grave" if each["grave"] else "", each["since"], each["text"]) for each in now]
    say(table(rows, head=("", "since", "needs a person")) if rows else "Nothing needs a person.")
    if past:
        say()
        say(
            table([(each["since"], each["over_at"], each["text"]) for each in past], head=("from", "until", "was over"))
        )
    say()
    say(table(_told(store).items()))


def _told(store: Store) -> dict[str, Any]:
    told = _settings(store)
    ways = ways_of(store) if store.pk else {}
    return {
        "mail_server": "set" if settings.CSCART_ZOHO_MAIL else "none (set CSCART_ZOHO_SMTP_URL)",
        "emails": ", ".join(told.emails.split()),
        "digest_hour": told.digest_hour,
        "grave_at_once": "yes" if told.grave_at_once else "no",
        "webhook": "set" if told.webhook else "",
        **{f"{kind}_trouble": way.trouble for kind, way in ways.items() if way.trouble},
    }


def _settings(store: Store) -> NoticeSettings:
    return settings_of(store) if store.pk else NoticeSettings()


def set_setting(key: str, value: str, *, from_stdin: bool) -> None:
    """Change one setting; what does not fit changes nothing. Raises `WrongSetting`."""
    ways: dict[str, Callable[[str], object]] = {
        "emails": read_addresses,
        "digest_hour": read_hour,
        "grave_at_once": _yes_or_no,
        "webhook": read_webhook,
    }
    if key not in ways:
        raise WrongSetting(f'There is no setting "{key}".', advice=f"Choose one of: {', '.join(ways)}.")
    if key == "webhook":
        if value:
            raise WrongSetting(
                "The address for messages is a secret, and arguments are seen by everybody on the machine.",
                advice="Leave it out and type it, or give it on standard input with --stdin.",
            )
        value = read_secret("address for messages", variable="CSCART_ZOHO_WEBHOOK", from_stdin=from_stdin)
    store = the_store()
    if store.pk is None:
        raise WrongSetting("There is no store yet.", advice="Run `cscart-zoho connect store` first.")
    fits = ways[key]("" if key == "webhook" and value == "none" else value)
    if change_settings(store, **{key: fits}):
        note("notices changed", key)
    say(f"{key} is set." if key == "webhook" else f"{key} is now {_in_a_word(fits)}.")


def _yes_or_no(given: str) -> bool:
    if given.lower() not in {"yes", "no"}:
        raise WrongSetting(f'"{given[:20]}" does not fit.', advice="Set it to yes or no.")
    return given.lower() == "yes"


def _in_a_word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(value).split()) or "empty"


def test() -> int:
    """Send a test over each way that is set. The exit code: 0 all went out, 1 something did not."""
    told, failed = _settings(the_store()), False
    ways = [(bool(told.emails), "e-mail", send_test_mail), (bool(told.webhook), "message", send_test_message)]
    if not any(is_set for is_set, *_ in ways):
        raise WrongSetting("Nobody would hear of it.", advice="`cscart-zoho notices set emails you@example.com`.")
    for is_set, name, send in ways:
        if is_set:
            try:
                send(told, timezone.now())
                say(f"The test {name} was sent.")
            except ConnectorError as error:
                complain(error.for_people())
                failed = True
    return int(failed)
