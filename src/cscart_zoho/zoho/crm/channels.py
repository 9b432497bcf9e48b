"""Zoho CRM's notifications: the channel that tells us of changes, and what comes through it.

A channel lives a week at most; asked for longer, or for nothing, it lives an hour.
A message names records and never shows them. It is not signed: the token of the
channel comes back with it (Zoho CRM API v8: Notifications).
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cscart_zoho.errors import NotFound, RemoteFault
from cscart_zoho.http import NOTHING, Answer, Wire
from cscart_zoho.records import Entity
from cscart_zoho.sync.hints import NotAccepted, Told, checked_id, moment_of, parsed
from cscart_zoho.zoho.crm.wire import ROOT, accepted, refusal

WATCH = f"{ROOT}/actions/watch"
#: Making, renewing, listing and ending channels: one permission each, or this one for all four.
SCOPE = "ZohoCRM.notifications.ALL"
MODULES = {"Contacts": Entity.CUSTOMERS, "Accounts": Entity.ACCOUNTS}
#: A little less than the week that a channel may live: clocks differ, and asked for longer it would live an hour.
LIFE = timedelta(days=7) - timedelta(hours=1)
#: A message may be so old, or so far ahead of our clock.
TOLERANCE = timedelta(seconds=300)
#: Zoho CRM stamps a record in whole seconds, and the message about it a moment later.
STAMPED_WITHIN = timedelta(seconds=2)
#: Records that one message may name.
IDS_MOST = 500
NOT_SUBSCRIBED = "NOT_SUBSCRIBED"


@dataclass(frozen=True)
class Channel:
    """A channel as Zoho lists it."""

    id: str
    notify_url: str


class Channels:
    """The channels of the organisation that this client has made."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def listed(self) -> list[Channel]:
        """Those that live. A channel about several modules is listed once for each."""
        answer = self._wire.get(WATCH)
        if answer.status == NOTHING:
            return []
        rows = _watch(answer, "to list its notifications")
        found = {str(row.get("channel_id")): str(row.get("notify_url") or "") for row in rows}
        return [Channel(id, url) for id, url in found.items() if id.isdecimal()]

    def open(self, id: str, url: str, token: str, until: datetime) -> datetime:
        """Make a channel; until when it really lives."""
        return self._kept("POST", id, url, token, until)

    def renew(self, id: str, url: str, token: str, until: datetime) -> datetime:
        """Let a channel live longer. Raises `NotFound` when it is not there any more."""
        return self._kept("PUT", id, url, token, until)

    def _kept(self, method: str, id: str, url: str, token: str, until: datetime) -> datetime:
        channel = {
            "channel_id": id,
            "events": [f"{module}.all" for module in MODULES],
            "notify_url": url,
            "token": token,
            "channel_expiry": until.astimezone(UTC).isoformat(timespec="seconds"),
        }
        answer = self._wire.send(method, WATCH, {"watch": [channel]})
        entry = _one(_watch(answer, "to send notifications"), "to send notifications")
        return _expiry(entry, until)

    def close(self, ids: Iterable[str]) -> None:
        """End channels. One that is not there any more is as good as ended."""
        for id in ids:
            answer = self._wire.send("DELETE", WATCH, params=[("channel_ids", id)])
            try:
                _one(_watch(answer, "to end notifications"), "to end notifications")
            except NotFound:
                continue


def _watch(answer: Answer, what: str) -> list[Mapping[str, Any]]:
    """The entries of an answer. An error of one of them may come under HTTP 202."""
    if answer.status >= 300:
        accepted(answer, what)
    told = answer.json()
    rows = told.get("watch") if isinstance(told, Mapping) else None
    if not isinstance(rows, list):
        raise answer.unreadable("Zoho CRM")
    return [row for row in rows if isinstance(row, Mapping)]


def _one(rows: list[Mapping[str, Any]], what: str) -> Mapping[str, Any]:
    if not rows:
        raise RemoteFault("Zoho CRM did not say what became of the channel.")
    entry = rows[0]
    if entry.get("code") == NOT_SUBSCRIBED:
        raise NotFound("Zoho CRM has no such channel any more.", code=404)
    if str(entry.get("status")) != "success":
        raise refusal(entry, 400, what)
    return entry


def _expiry(entry: Mapping[str, Any], asked: datetime) -> datetime:
    """Until when Zoho says that the channel lives: the earliest moment of its events."""
    details = entry.get("details")
    events = details.get("events") if isinstance(details, Mapping) else None
    moments = [moment_of(event.get("channel_expiry")) for event in events or [] if isinstance(event, Mapping)]
    return min([moment for moment in moments if moment is not None], default=asked)


# What comes through a channel


def read(body: bytes, *, channel_id: str, token: str, now: datetime) -> list[Told]:
    """The records that a message names. Raises `NotAccepted`.

    An old message is refused like a forged one: the scheduled runs have found by
    then what it tells of, and so delayed ones do no harm.
    """
    told = parsed(body)
    given = told.get("token")
    if not hmac.compare_digest(str(given or "").encode("utf-8", "replace"), token.encode()) or not token:
        raise NotAccepted("A message had a wrong token: somebody else than Zoho CRM sent it.", 403)
    if str(told.get("channel_id")) != channel_id:
        raise NotAccepted("A message came through a channel of an earlier set-up; it ends by itself.", 403)
    sent_at = _sent_at(told.get("server_time"))
    _check_age(sent_at, now)
    entity, ids = MODULES.get(str(told.get("module"))), told.get("ids")
    if entity is None or not isinstance(ids, list) or not 0 < len(ids) <= IDS_MOST:
        raise NotAccepted("A message named no contacts and no accounts.")
    return [Told(entity, checked_id(id), sent_at - STAMPED_WITHIN) for id in ids]


def _sent_at(stamp: object) -> datetime:
    """`server_time`: milliseconds since the epoch."""
    try:
        return datetime.fromtimestamp(int(str(stamp)) / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise NotAccepted("A message did not say when it was sent.") from error


def _check_age(sent_at: datetime, now: datetime) -> None:
    late_s = int((now - sent_at).total_seconds())
    if late_s > TOLERANCE.total_seconds():
        raise NotAccepted(
            f"A message came {_span(late_s)} late and was not used; the scheduled runs look at everything."
        )
    if -late_s > TOLERANCE.total_seconds():
        raise NotAccepted(
            f"A message was sent {_span(-late_s)} in the future: compare the clock of this machine with the real time."
        )


def _span(seconds: int) -> str:
    for size, name in ((86_400, "days"), (3_600, "hours")):
        if seconds >= 2 * size:
            return f"{seconds // size} {name}"
    return f"{seconds // 60} minutes"
