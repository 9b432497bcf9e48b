"""What needs a person: decided from values, in one place, for the Overview, the notices and the command line. Pure."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cscart_zoho.mapping.counted import so_many
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import SyncState

#: A run that waits longer than this while nothing runs has no worker; a write, or a call for a token, is not over yet.
PATIENCE = timedelta(minutes=2)
#: A schedule that is so late is not alive.
OVERDUE = timedelta(minutes=10)
#: So many runs of one kind that fail one after the other are grave: the first one may be the weather.
GRAVE_FAILURES = 3
#: The day's calls are almost gone when less than this share is left.
ALMOST_GONE = 0.1
#: Channels of Zoho CRM end by themselves. One that is so close to its end should have been renewed by now.
EXPIRES_SOON = timedelta(hours=12)
#: What a remote says is told so far; its page has the rest.
LONGEST = 300
#: So far where the sentence ends with what to do.
LONGEST_ADVICE = 600

#: By kind of record its noun, and where its lists stand: the store's and Zoho's.
LISTS = {
    Entity.PRODUCTS.value: ("product", "products", "zoho-items"),
    Entity.CUSTOMERS.value: ("customer", "customers", "zoho-contacts"),
    Entity.ORDERS.value: ("order", "orders", "zoho-orders"),
}
#: The same of records that have no list of their own states: noun, and the pages on which the store's and Zoho's stand.
SHOWN_ELSEWHERE = {
    Entity.ACCOUNTS.value: ("account", "/zoho-accounts/", "/zoho-accounts/"),
    Entity.CONTACTS.value: ("contact of Zoho Inventory", "/customers/", "/customers/"),
    Entity.GUESTS.value: ("contact of a guest", "/orders/", "/orders/"),
}
#: Plurals that end in the middle.
MANY = {"contact of Zoho Inventory": "contacts of Zoho Inventory", "contact of a guest": "contacts of guests"}


@dataclass(frozen=True)
class Concern:
    """Something that needs a person, and where to settle it."""

    #: The same thing has the same key, whatever its text says today.
    key: str
    text: str
    #: The page where it is settled, and the words on the way there.
    address: str
    button: str
    grave: bool = False
    #: When it began, where the ledger knows.
    since: datetime | None = None


@dataclass(frozen=True)
class Connection:
    """One side: whether there is a key for it, and what is wrong with it."""

    connected: bool
    trouble: str = ""


@dataclass(frozen=True)
class Counted:
    """How many, and since when the oldest one."""

    number: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class Unapproved:
    """Inventory adjustments that wait for approval in Zoho, in words, and since when the oldest one."""

    words: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class LastRun:
    """The last finished run of one kind that went wrong."""

    pk: int
    entity: str
    message: str
    since: datetime | None
    braked: bool = False
    #: How many have failed one after the other, this one included.
    failures: int = 1


@dataclass(frozen=True)
class Calls:
    """The calls of one remote: what is left of a day, and a pause that it has asked for."""

    remote: str
    left: int | None = None
    limit: int | None = None
    paused_until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class Hooks:
    """Web hooks of one kind that are on."""

    kind: str
    title: str
    expires_at: datetime | None = None
    #: When they are renewed next.
    renews_at: datetime | None = None
    trouble: str = ""

    def ends(self, now: datetime) -> bool:
        """Whether they have ended, or are about to because nobody has renewed them in time."""
        if self.expires_at is None or self.expires_at > now + EXPIRES_SOON:
            return False
        late = self.renews_at is None or self.renews_at < now - PATIENCE
        return self.expires_at <= now or late


@dataclass(frozen=True)
class Way:
    """One way of telling that does not work."""

    kind: str
    title: str
    trouble: str
    since: datetime | None = None


@dataclass(frozen=True)
class Situation:
    """Everything that decides what needs a person, of one store."""

    now: datetime
    store: Connection
    zoho: Connection
    #: Another shop or organisation is connected than links were made with: what is said of it, and where to settle it.
    wrong_connection: str = ""
    settled_at: str = ""
    #: Zoho refuses to give access tokens until then.
    no_tokens_until: datetime | None = None
    access_until: datetime | None = None
    #: Kinds of record that would be synced by themselves if somebody had started their first sync.
    not_begun: Sequence[str] = ()
    #: Kinds of record that were synced by themselves and are not any more, and why.
    paused: Sequence[tuple[str, str]] = ()
    tax_missing: bool = False
    #: Orders wait because nobody has said in which currency the store's amounts are.
    currency_missing: bool = False
    #: The store tells another currency than its amounts are taken to be in: what happened, and what to do.
    currency_changed: str = ""
    #: Kind of record, side, state, number.
    rows: Sequence[tuple[str, Side, str, int]] = ()
    #: Kind of record, side, the reason that many are refused for, number: they are not among `rows`.
    alike: Sequence[tuple[str, Side, str, int]] = ()
    conflicts: Counted = field(default=Counted())
    in_doubt: Counted = field(default=Counted())
    unapproved: Unapproved = field(default=Unapproved())
    #: Mapped fields of Zoho CRM that are not there any more, each in a sentence.
    lost_fields: Sequence[str] = ()
    #: What Zoho does not show any more, in words: no stock is synced without it.
    figure_gone: str = ""
    #: The run that waits though nothing runs, and since when.
    stuck: tuple[int, datetime] | None = None
    #: The run whose worker gives no sign of life any more, and since when; no other one goes on with it.
    left: tuple[int, datetime] | None = None
    #: When something should have started by itself, and whether a schedule is alive at all.
    overdue_since: datetime | None = None
    schedule_alive: bool = True
    runs: Sequence[LastRun] = ()
    calls: Sequence[Calls] = ()
    hooks: Sequence[Hooks] = ()
    ways: Sequence[Way] = ()


def concerns_of(situation: Situation) -> list[Concern]:
    """What needs attention, the gravest first."""
    found = [
        *_connections(situation),
        *_tokens(situation),
        *_late(situation),
        *_runs(situation),
        *_calls(situation),
        *_choices(situation),
        *_lost_fields(situation),
        *_paused(situation),
        *_first_sync(situation),
        *(_alike(*row) for row in situation.alike),
        *(_some(*row) for row in situation.rows),
        *_answers(situation),
        *_hooks(situation),
        *_ways(situation),
    ]
    return sorted(found, key=lambda concern: not concern.grave)


def clock(moment: datetime) -> str:
    """A moment in a sentence."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def cut(said: str, longest: int = LONGEST) -> str:
    """What a remote has said, not too long."""
    said = " ".join(said.split())
    return said if len(said) <= longest else said[: longest - 1].rstrip() + "…"


def _connections(now: Situation) -> Iterator[Concern]:
    for key, name, side in (("store", "The store", now.store), ("zoho", "Zoho", now.zoho)):
        address = f"/{key}/"
        if not side.connected:
            words = f"Connect {'the store' if key == 'store' else 'Zoho'}"
            yield Concern(key, f"{name} is not connected.", address, words, grave=True)
        elif side.trouble:
            # The trouble of a side, with its name where the sentence does not begin with it.
            text = side.trouble if side.trouble.startswith(name) else f"{name}: {side.trouble}"
            yield Concern(key, cut(text), address, "Look at the connection", grave=True)
    if now.wrong_connection:
        text = cut(now.wrong_connection, LONGEST_ADVICE)
        yield Concern("wrong_connection", text, now.settled_at, "Look at the connection", grave=True)


def _tokens(now: Situation) -> Iterator[Concern]:
    if now.no_tokens_until is None or now.no_tokens_until < now.now + PATIENCE:
        return
    text = f"Zoho gives no new access token until {clock(now.no_tokens_until)}."
    ended = now.access_until is None or now.access_until < now.now
    end = "the last one has ended" if ended else f"the present one ends at {now.access_until:%H:%M} UTC"
    yield Concern(
        "tokens", f"{text} Nothing goes to Zoho without one; {end}.", "/zoho/", "Look at the connection", ended
    )


def _late(now: Situation) -> Iterator[Concern]:
    if now.stuck is not None:
        pk, since = now.stuck
        text = f"Run {pk} waits and no worker takes it. Is `cscart-zoho serve` or `cscart-zoho worker` running?"
        yield Concern("worker", text, f"/runs/{pk}/", "Show the run", grave=True, since=since)
    elif now.left is not None:
        pk, since = now.left
        running = "Is `cscart-zoho serve` or `cscart-zoho worker` running?"
        text = f"Run {pk} was cut off and no worker goes on with it. {running}"
        yield Concern("worker", text, f"/runs/{pk}/", "Show the run", grave=True, since=since)
    if now.overdue_since is not None and now.overdue_since <= now.now - OVERDUE:
        why = "" if now.schedule_alive else " Is `cscart-zoho serve` or `cscart-zoho schedule` running?"
        text = f"A run that was due at {clock(now.overdue_since)} was not asked for.{why}"
        yield Concern("schedule", text, "/schedules/", "Show the schedules", grave=True, since=now.overdue_since)


def _runs(now: Situation) -> Iterator[Concern]:
    known = {now.store.trouble, now.zoho.trouble, now.wrong_connection} - {""}
    for run in now.runs:
        address = f"/runs/{run.pk}/"
        if run.braked:
            text = f"Run {run.pk} ({run.entity}) was stopped by the brake. {run.message}"
            yield Concern(f"run:{run.entity}", cut(text), address, "Look at its plan", grave=True, since=run.since)
        elif run.message not in known:  # a connection that does not work is told once
            again = f" {run.failures} in a row have failed." if run.failures >= GRAVE_FAILURES else ""
            text = cut(f"Run {run.pk} ({run.entity}) failed. {run.message}") + again
            yield Concern(f"run:{run.entity}", text, address, "Show the run", bool(again), since=run.since)


def _calls(now: Situation) -> Iterator[Concern]:
    for calls in now.calls:
        if calls.paused_until is not None and calls.paused_until > now.now + PATIENCE:
            text = f"No calls go to {calls.remote} before {clock(calls.paused_until)}. {calls.reason}"
            yield _about_calls(calls, cut(text), grave=True)
        elif calls.limit and calls.left == 0:
            yield _about_calls(calls, f"The {calls.limit:,} calls a day to {calls.remote} are used up.", grave=True)
        elif calls.limit and calls.left is not None and calls.left < calls.limit * ALMOST_GONE:
            yield _about_calls(calls, f"{so_many(calls.left, 'call')} of {calls.limit:,} to {calls.remote} left today.")


def _about_calls(calls: Calls, text: str, *, grave: bool = False) -> Concern:
    return Concern(f"calls:{calls.remote}", text, "/calls/", "Show the calls", grave)


def _paused(now: Situation) -> Iterator[Concern]:
    """What has stopped without a run that could say so."""
    for entity, why in now.paused:
        text = f"{entity.capitalize()} are not synced. {why}"
        if "settings" in why:
            yield Concern(f"paused:{entity}", text, f"/settings/{entity}/", "Open the settings", grave=True)
        else:
            yield Concern(f"paused:{entity}", text, "/zoho/", "Look at the connection", grave=True)


def _first_sync(now: Situation) -> Iterator[Concern]:
    """What nobody has started to sync yet."""
    if not now.not_begun:
        return
    *some, last = now.not_begun
    what = f"{', '.join(some)} and {last}" if some else last
    text = (
        f"{what.capitalize()} wait for your first sync: nothing is written by "
        "itself before you have started it. A preview shows what it would do, and writes nothing."
    )
    yield Concern("first_sync", text, f"/{LISTS[now.not_begun[0]][1]}/", "Start it")


def _choices(now: Situation) -> Iterator[Concern]:
    """Choices that a store needs before its products or orders can go."""
    if now.tax_missing:
        text = "Your store has several taxes. Choose the one for taxable Zoho items; without it they are not imported."
        yield Concern("taxes", text, "/settings/", "Choose the tax")
    if now.currency_missing:
        text = (
            "Your store does not tell its primary currency, so its orders wait. Choose the currency that its amounts "
            "are in: the one with the rate 1 in Administration, Currencies."
        )
        yield Concern("currency", text, "/settings/orders/", "Choose the currency", grave=True)
    if now.currency_changed:
        text = cut(now.currency_changed, LONGEST_ADVICE)
        yield Concern("currency_changed", text, "/store/", "Look at the connection", grave=True)


def _lost_fields(now: Situation) -> Iterator[Concern]:
    """Fields that were deleted, renamed or hidden in Zoho CRM: each stops alone, and the rest goes on."""
    if now.lost_fields:
        text = cut(" ".join(now.lost_fields), LONGEST_ADVICE)
        yield Concern("lost_fields", text, "/field-mapping/", "Show the field mapping")


def _some(entity: str, side: Side, state: str, number: int) -> Concern:
    at = list(Side).index(side)
    if entity in LISTS:
        noun, *lists = LISTS[entity]
        what, address = f"{so_many(number, noun)} of {side.title}", f"/{lists[at]}/?state__exact={state}"
    else:
        noun, *pages = SHOWN_ELSEWHERE[entity]
        what = f"{number:,} {noun if number == 1 else MANY.get(noun, noun + 's')}"
        address = pages[at]
    text = f"{what}: {SyncState(state).label.lower()}."
    button = "Show it" if number == 1 else "Show them"
    return Concern(f"{state}:{entity}:{side.value}", text, address, button, state == SyncState.FAILED)


def _alike(entity: str, side: Side, reason: str, number: int) -> Concern:
    noun, *lists = LISTS[entity]
    place = lists[list(Side).index(side)]
    text = cut(f"{so_many(number, noun)} of {side.title}: {reason}", LONGEST_ADVICE)
    # The reason is the same in each run, so it is told once.
    key = f"alike:{entity}:{side.value}:{zlib.crc32(reason.encode()):08x}"
    return Concern(key, text, f"/{place}/?state__exact={SyncState.FAILED}", "Show them", grave=True)


def _answers(now: Situation) -> Iterator[Concern]:
    waiting, in_doubt = now.conflicts, now.in_doubt
    if waiting.number:
        waits = "waits" if waiting.number == 1 else "wait"
        text = f"{so_many(waiting.number, 'conflict')} {waits} for your answer."
        button = "Answer it" if waiting.number == 1 else "Answer them"
        yield Concern("conflicts", text, "/conflicts/", button, since=waiting.since)
    if in_doubt.number:
        text = f"Writes without a clear answer: {in_doubt.number:,}. The next run looks them up before it writes."
        yield Concern("in_doubt", text, "/runs/", "Show the runs", since=in_doubt.since)
    if now.figure_gone:
        text = cut(now.figure_gone, LONGEST_ADVICE)
        yield Concern("figure", text, "/products/?state__exact=held", "Show the products", grave=True)
    if now.unapproved.words:
        text = cut(now.unapproved.words, LONGEST_ADVICE)
        yield Concern("adjustments", text, "/products/", "Show the products", since=now.unapproved.since)


def _hooks(now: Situation) -> Iterator[Concern]:
    for hooks in now.hooks:
        ends = hooks.ends(now.now)
        if not (ends or hooks.trouble):
            continue
        text = f"Web hooks of {hooks.title}: {hooks.trouble}" if hooks.trouble else f"Web hooks of {hooks.title}."
        if ends and hooks.expires_at is not None:
            verb = "end" if hooks.expires_at > now.now else "ended"
            text += f" They {verb} at {clock(hooks.expires_at)} and were not renewed; runs still find every change."
        yield Concern(f"hooks:{hooks.kind}", cut(text), "/web-hooks/", "Show the web hooks")


def _ways(now: Situation) -> Iterator[Concern]:
    for way in now.ways:
        text = cut(f"Notices cannot be sent by {way.title}. {way.trouble}")
        yield Concern(f"notices:{way.kind}", text, "/notices/", "Look at the settings", since=way.since)
