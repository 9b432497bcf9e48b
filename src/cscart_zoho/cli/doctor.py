"""`doctor`: checks everything a run needs, and says what to do about what is missing."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone

from cscart_zoho import app
from cscart_zoho.cli.django_ready import database_trouble
from cscart_zoho.cli.here import the_store
from cscart_zoho.cli.words import answer_json, say
from cscart_zoho.errors import ConnectorError
from cscart_zoho.jobs import schedule
from cscart_zoho.jobs.notices import settings_of, ways_of
from cscart_zoho.jobs.ports import PROCRASTINATE
from cscart_zoho.jobs.presence import alive, is_present
from cscart_zoho.store.clock import database_now
from cscart_zoho.store.identity import wrong_connection
from cscart_zoho.store.models import Run, RunState, Store
from cscart_zoho.store.secrets import vault

#: Clocks of two machines that differ by more are told.
CLOCKS_AGREE_S = 5.0


@dataclass(frozen=True)
class Finding:
    """One thing that was checked. `words` says what was found and, when it is not well, what to do."""

    what: str
    ok: bool
    words: str


def doctor(*, as_json: bool) -> int:
    """Check and tell. The exit code: 0 all is well, 1 something is not."""
    findings = list(examine())
    if as_json:
        answer_json({"ok": all(f.ok for f in findings), "findings": [asdict(f) for f in findings]})
    else:
        for finding in findings:
            say(f"{'ok  ' if finding.ok else 'NO  '} {finding.what}: {finding.words}")
    return 0 if all(finding.ok for finding in findings) else 1


def examine() -> Iterator[Finding]:
    """Everything, from the inside outwards; one failing check never hides the next."""
    yield _checked("Data folder", _data_folder)
    yield _checked("Keys", _keys)
    database = _checked("Database", _database)
    yield database
    if not database.ok:
        return
    yield _checked("Secrets", _secrets)
    yield _checked("Clock", _clock)
    store = the_store()
    yield from _store(store)
    yield from _zoho(store)
    if store.pk and (wrong := wrong_connection(store)):
        yield Finding("Links", False, wrong.for_people())
    if store.pk:
        for entity, why in schedule.paused(store):
            yield Finding(entity.value.capitalize(), False, why)
    yield _checked("Worker", _worker)
    yield _checked("Schedule", _schedule)
    yield _checked("Notices", lambda: _notices(store))


def _checked(what: str, check: Callable[[], tuple[bool, str]]) -> Finding:
    try:
        ok, words = check()
    except ConnectorError as error:
        return Finding(what, False, error.for_people())
    except ImproperlyConfigured as error:
        return Finding(what, False, str(error))
    return Finding(what, ok, words)


def _data_folder() -> tuple[bool, str]:
    folder = settings.DATA_DIR
    if not folder.is_dir():
        return False, f"{folder} does not exist. Run `cscart-zoho init`."
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return False, f"Other users can look into {folder}. Run `chmod 700 {folder}`."
    return True, str(folder)


def _keys() -> tuple[bool, str]:
    vault()
    number, file = len(settings.CSCART_ZOHO_SECRET_KEYS), settings.DATA_DIR / "secret.keys"
    if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        return False, f"Other users can read {file}. Run `chmod 600 {file}`."
    return True, f"{number} secret {'key' if number == 1 else 'keys'}"


def _database() -> tuple[bool, str]:
    trouble = database_trouble()
    if trouble:
        return False, trouble.for_people()
    procrastinate = settings.CSCART_ZOHO_RUNNER == PROCRASTINATE
    return True, connection.vendor + (", Procrastinate hands out the runs" if procrastinate else "")


def _secrets() -> tuple[bool, str]:
    """Stored secrets are decrypted when a row is read: a lost key shows here."""
    the_store()
    return True, "can be read with the present keys"


def _clock() -> tuple[bool, str]:
    """The ledger has no clock of its own, but nothing in it can lie in the future."""
    now = timezone.now()
    ahead = Run.objects.filter(asked_at__gt=now + timedelta(minutes=1)).order_by("-asked_at").first()
    if ahead is not None:
        return False, (
            f"This machine says {now:%Y-%m-%d %H:%M} UTC, but run {ahead.pk} was asked for at "
            f"{ahead.asked_at:%Y-%m-%d %H:%M}. Set the clock, best by NTP."
        )
    off_s = (now - database_now()).total_seconds()
    if abs(off_s) > CLOCKS_AGREE_S:
        return False, (
            f"This machine's clock is {abs(off_s):,.0f} s {'ahead of' if off_s > 0 else 'behind'} the database's. "
            "Set both by NTP: schedules and the calls of a day go by the database's."
        )
    return True, f"{now:%Y-%m-%d %H:%M} UTC"


def _store(store: Store) -> Iterator[Finding]:
    if not store.connected:
        yield Finding("Store", False, "Not connected. Run `cscart-zoho connect store`.")
        return
    yield from _side("Store", lambda: app.check_store(store))


def _zoho(store: Store) -> Iterator[Finding]:
    org = store.zoho
    if org is None or not org.connected:
        yield Finding("Zoho", False, "Not connected. Run `cscart-zoho connect zoho`.")
        return
    yield from _side("Zoho", lambda: app.check_zoho(org))
    yield from _side("Field mapping", lambda: app.check_mapping(store))


def _side(side: str, check: Callable[[], list[tuple[str, bool, str]]]) -> Iterator[Finding]:
    try:
        found = check()
    except ConnectorError as error:
        yield Finding(side, False, error.for_people())
        return
    for what, ok, words in found:
        yield Finding(what, ok, words)


def _worker() -> tuple[bool, str]:
    waiting = Run.objects.filter(state=RunState.WAITING, not_before=None).count()
    if found := alive("worker"):
        return True, f"at work: {', '.join(each.name for each in found)} ({waiting} waiting)"
    return False, f"None is at work ({waiting} waiting). Start `cscart-zoho serve` or `cscart-zoho worker`."


def _notices(store: Store) -> tuple[bool, str]:
    """Whether those who asked to hear of what needs a person do."""
    ways = ways_of(store) if store.pk else {}
    troubles = [way.trouble for way in ways.values() if way.trouble]
    if store.pk and settings_of(store).emails and not settings.CSCART_ZOHO_MAIL:
        troubles.append("There is no mail server: set CSCART_ZOHO_SMTP_URL.")
    return not troubles, " ".join(troubles) or "nobody waits for one in vain"


def _schedule() -> tuple[bool, str]:
    runs = schedule.next_runs()
    if not any(run.at for run in runs):
        return True, "; ".join(words for words, _ in schedule.in_short(runs)) or "Nothing is connected yet."
    if not is_present("schedule"):
        return False, "Not running. Start `cscart-zoho serve` or `cscart-zoho schedule`."
    return True, ", ".join(f"{words} at {at:%H:%M} UTC" if at else words for words, at in schedule.in_short(runs))
