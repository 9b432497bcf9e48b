"""Notices: what needs a person, noted when it is seen first and when it is over, and told."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError, IntegrityError, InterfaceError, close_old_connections, transaction

from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs.concerns import Concern
from cscart_zoho.jobs.letters import STEADY
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.jobs.telling import tell
from cscart_zoho.store.clock import database_now
from cscart_zoho.store.models import Notice, NoticeSettings, NoticeWay, Store

log = logging.getLogger(__name__)

#: How often it is looked, in seconds.
EVERY_S = 60.0
#: E-mail addresses of one store.
MOST_ADDRESSES = 20
LONGEST_KEY = 120
#: What was over is shown so long; remotes' words may name people.
KEPT = timedelta(days=90)


@contextmanager
def watching(*, now: Callable[[], datetime] = database_now, every_s: float = EVERY_S) -> Iterator[None]:
    """Look again and again while the block lasts, beside it: a mail server that hangs delays nothing."""
    ended = threading.Event()
    looking = threading.Thread(target=_watch, args=(ended, now, every_s), daemon=True, name="notices")
    looking.start()
    try:
        yield
    finally:
        ended.set()
        looking.join(timeout=10)


def _watch(ended: threading.Event, now: Callable[[], datetime], every_s: float) -> None:
    while not ended.wait(every_s):
        try:
            look(now())
        except (DatabaseError, InterfaceError) as error:
            log.warning("The database does not answer (%s); trying again.", type(error).__name__)
        except Exception:
            log.exception("The look for what needs a person has failed; trying again.")
        finally:
            close_old_connections()


def look(now: datetime) -> None:
    """Note what needs a person and what does not any more, and tell it. Any number of processes may do this."""
    for store in Store.objects.select_related("zoho").order_by("pk"):
        note(store, concerns(store, store.zoho, now), now)
        told = NoticeSettings.objects.select_related("store__zoho").filter(store=store).first()
        if told is not None:
            tell(told, now)


# Noting


def note(store: Store, found: Sequence[Concern], now: datetime) -> None:
    """Open a notice for each new concern, close those that are over, keep the others up to date."""
    noticed = {notice.key: notice for notice in Notice.objects.filter(store=store, over_at=None)}
    for concern in found:
        notice = noticed.pop(concern.key[:LONGEST_KEY], None)
        if notice is None:
            _open(store, concern, now)
        elif (notice.text, notice.address, notice.grave) != (concern.text, concern.address, concern.grave):
            _change(notice, concern)
    for over in noticed.values():
        if Notice.objects.filter(pk=over.pk, over_at=None).update(over_at=now):
            log.info("over: %s", over.text, extra={"store": store.pk, "notice": over.key})
            Notice.objects.filter(store=store, over_at__lt=now - KEPT).delete()


def _open(store: Store, concern: Concern, now: datetime) -> None:
    """A new notice, or the same one again where it was over for a short time only and nobody has heard of that."""
    key = concern.key[:LONGEST_KEY]
    told = {"text": concern.text, "address": concern.address, "grave": concern.grave}
    untold = Notice.objects.filter(store=store, key=key, over_mailed_at=None, over_posted_at=None)
    again = untold.filter(over_at__gt=now - STEADY).order_by("-pk").first()
    try:
        with transaction.atomic():
            if again is not None:
                again.over_at = None
                again.save(update_fields=["over_at"])
                _change(again, concern)
                return
            Notice.objects.create(store=store, key=key, since=concern.since or now, **told)
    except IntegrityError:
        return  # another process has just noted it
    log.info("needs a person: %s", concern.text, extra={"store": store.pk, "notice": key})


def _change(notice: Notice, concern: Concern) -> None:
    """What has become grave is told once more."""
    worse = {"mailed_at": None, "posted_at": None} if concern.grave and not notice.grave else {}
    changed = {"text": concern.text, "address": concern.address, "grave": concern.grave, **worse}
    Notice.objects.filter(pk=notice.pk).update(**changed)


# Settings


def settings_of(store: Store) -> NoticeSettings:
    """Where the notices of a store go; not saved yet where nobody has chosen."""
    found = NoticeSettings.objects.select_related("store__zoho").filter(store=store).first()
    return found or NoticeSettings(store=store)


def ways_of(store: Store) -> dict[str, NoticeWay]:
    """How it goes with each way of telling; not saved yet where it was never taken."""
    taken = {way.kind: way for way in NoticeWay.objects.filter(store=store)}
    return {kind: taken.get(kind) or NoticeWay(store=store, kind=kind) for kind in NoticeWay.Kind.values}


def read_addresses(given: str) -> str:
    """E-mail addresses, one a line. Raises `WrongSetting` that names the one that is none."""
    found = (address.strip(" \t") for address in given.replace(",", "\n").splitlines())
    addresses = list(dict.fromkeys(filter(None, found)))
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError as error:
            shown = "".join(letter if letter.isprintable() else "?" for letter in address)[:100]
            raise WrongSetting(f'"{shown}" is no e-mail address.', advice="Write one address a line.") from error
    if len(addresses) > MOST_ADDRESSES:
        raise WrongSetting(
            f"There are {len(addresses)} addresses.",
            advice=f"Write at most {MOST_ADDRESSES}, or the address of a mailing list.",
        )
    return "\n".join(addresses)


def read_hour(given: str) -> int:
    """An hour of the day. Raises `WrongSetting`."""
    if not (given.isascii() and given.isdecimal() and len(given) <= 2 and int(given) < 24):
        raise WrongSetting(f'"{given[:20]}" is no hour of the day.', advice="Write a whole number from 0 to 23.")
    return int(given)


def change_settings(store: Store, **wanted: object) -> list[str]:
    """Keep new settings; the names of those that changed. The fields of `NoticeSettings`, any of them."""
    with transaction.atomic():
        held = Store.objects.select_for_update(of=("self",)).get(pk=store.pk)
        told = settings_of(held)
        changed = [name for name, value in wanted.items() if getattr(told, name) != value]
        for name in changed:
            setattr(told, name, wanted[name])
        if changed or told.pk is None:
            told.last_digest_at = told.last_digest_at or database_now()
            told.save()
        # What is tried next is new: it need not wait for what failed before.
        kinds = {NoticeWay.Kind.MAIL: "emails", NoticeWay.Kind.WEBHOOK: "webhook"}
        anew = [kind for kind, name in kinds.items() if name in changed]
        NoticeWay.objects.filter(store=held, kind__in=anew).update(failures=0, not_before=None, trouble="")
    return changed
