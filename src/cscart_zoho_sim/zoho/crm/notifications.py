"""Channels that a program asks to be told on (Zoho CRM API v8: Notifications).

A message names records and never shows them, and is not signed: the channel's
token is all that tells who sent it. Whether a failed one is sent again is not
documented: the switch `notice_pauses_s`.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.messages import Message, Outbox
from cscart_zoho_sim.wire import Edit, Request, Response
from cscart_zoho_sim.zoho.crm import refusals
from cscart_zoho_sim.zoho.crm.switches import Switches

#: A channel lives a week at most, and an hour when nothing (or more) is asked for.
WEEK_S, HOUR_S = 7 * 86_400, 3_600
TOKEN_MAX = 50
#: Operation of a message, by the event it was asked for with. The words for edit and delete are not documented.
OPERATIONS = {"create": "insert", "edit": "update", "delete": "delete"}
#: Columns that every change moves.
_ALWAYS = frozenset(("Modified_Time", "Modified_By"))


@dataclass(frozen=True)
class Channel:
    """One subscription."""

    id: str
    events: tuple[str, ...]
    notify_url: str
    token: str
    until: float
    with_fields: bool = False


@dataclass
class Notifications:
    """All channels, and what they tell."""

    clock: Clock
    outbox: Outbox
    api_url: str
    switches: Switches
    channels: dict[str, Channel] = field(default_factory=dict)

    # Subscribing

    def handle(self, request: Request, parts: list[str], body: dict[str, Any]) -> Response:
        if parts != ["actions", "watch"]:
            raise refusals.unknown_address()
        if request.method == "GET":
            return self._list(request)
        if request.method == "DELETE":
            return self._unsubscribed(request)
        told = body.get("watch")
        if not isinstance(told, list) or not told:
            raise refusals.missing_field("watch", 0)
        if request.method == "POST":
            return Response.of_json({"watch": [self._subscribed(each) for each in told]}, 201)
        answers = [self._changed(each, whole=request.method == "PUT") for each in told]
        well = all(each["status"] == "success" for each in answers)
        return Response.of_json({"watch": answers}, 200 if well else 202)

    def _list(self, request: Request) -> Response:
        wanted = request.first("channel_id")
        rows = [row for each in self._living() if wanted in ("", each.id) for row in self._shown(each)]
        if not rows:
            return Response(204)
        info = {"per_page": 200, "page": 1, "count": len(rows), "more_records": False}
        return Response.of_json({"watch": rows, "info": info})

    def _unsubscribed(self, request: Request) -> Response:
        ids = request.first("channel_ids").split(",")
        gone = [channel for channel in self._living() if channel.id in ids]
        if not gone:
            return Response.of_json({"watch": [_not_subscribed(ids[0])]}, 202)
        for channel in gone:
            del self.channels[channel.id]
        words = "Successfully un-subscribed from actions-watch"
        return Response.of_json({"watch": [self._well(channel, words) for channel in gone]})

    def _subscribed(self, told: dict[str, Any]) -> dict[str, Any]:
        """A new channel, or one of the same id anew."""
        id = str(told.get("channel_id") or "")
        if not id.isdecimal():
            raise refusals.invalid("channel_id")
        return self._kept(
            told, Channel(id, (), "", "", 0), "Successfully subscribed for actions-watch of the given module"
        )

    def _changed(self, told: dict[str, Any], *, whole: bool) -> dict[str, Any]:
        """PUT takes the place of a channel's values, PATCH of those that it names."""
        id = str(told.get("channel_id") or "")
        known = next((each for each in self._living() if each.id == id), None)
        if known is None:
            return _not_subscribed(id)
        if told.get("_delete_events") is True:
            return self._without(known, told)
        start = Channel(id, (), "", "", 0) if whole else known
        return self._kept(told, start, "Successfully updated the subscribe details")

    def _without(self, known: Channel, told: dict[str, Any]) -> dict[str, Any]:
        left = tuple(each for each in known.events if each not in (told.get("events") or known.events))
        if left:
            self.channels[known.id] = replace(known, events=left)
        else:
            del self.channels[known.id]
        return self._well(known, "Successfully removed the subscribe details")

    def _kept(self, told: dict[str, Any], known: Channel, words: str) -> dict[str, Any]:
        channel = replace(
            known,
            events=tuple(told.get("events") or known.events),
            notify_url=str(told.get("notify_url") or known.notify_url),
            token=str(told.get("token") or known.token),
            until=self._until(told.get("channel_expiry")),
            with_fields=bool(told.get("return_affected_field_values", known.with_fields)),
        )
        if len(channel.token) > TOKEN_MAX:
            raise refusals.invalid("token")
        if not channel.events or not channel.notify_url:
            raise refusals.invalid("notify_url" if channel.events else "events")
        self.channels[channel.id] = channel
        return self._well(channel, words)

    def _until(self, asked: object) -> float:
        now = self.clock.now()
        try:
            until = datetime.fromisoformat(str(asked)).timestamp()
        except ValueError:
            until = 0.0
        return until if now < until <= now + WEEK_S else now + HOUR_S

    def _living(self) -> list[Channel]:
        return [each for each in self.channels.values() if each.until > self.clock.now()]

    def _shown(self, channel: Channel) -> list[dict[str, Any]]:
        """A row for each module of the channel."""
        return [
            {
                **event,
                "events": [each for each in channel.events if each.startswith(f"{event['resource_name']}.")],
                "notify_url": channel.notify_url,
                "token": channel.token,
                "return_affected_field_values": channel.with_fields,
                "notify_on_related_action": True,
            }
            for event in self._events(channel)
        ]

    def _events(self, channel: Channel) -> list[dict[str, Any]]:
        modules = dict.fromkeys(each.partition(".")[0] for each in channel.events)
        expiry = datetime.fromtimestamp(channel.until, UTC).isoformat(timespec="seconds")
        return [
            {
                "resource_name": module,
                "resource_id": f"{channel.id}{place:03}",
                "resource_uri": f"{self.api_url}/crm/v2/{module}",
                "channel_id": channel.id,
                "channel_expiry": expiry,
                "notification_condition": [],
            }
            for place, module in enumerate(modules, 1)
        ]

    def _well(self, channel: Channel, words: str) -> dict[str, Any]:
        return {"code": "SUCCESS", "details": {"events": self._events(channel)}, "message": words, "status": "success"}

    def shown(self) -> list[dict[str, Any]]:
        """The channels that live, as the API lists them."""
        return [row for each in self._living() for row in self._shown(each)]

    # Telling

    def notice(self, module: str, edit: Edit) -> None:
        """A record was changed: what each channel that listens is told."""
        event = "create" if edit.before is None else "delete" if edit.after is None else "edit"
        if edit.author == "api" and not self.switches.notices_of_api:
            return
        for channel in self._living():
            if {f"{module}.{event}", f"{module}.all"} & set(channel.events):
                body = json.dumps(self._told(channel, module, event, edit)).encode()
                pauses = tuple(self.switches.notice_pauses_s)
                sent = Message("crm", channel.notify_url, {"content-type": "application/json"}, body, pauses)
                self.outbox.post(sent)

    def _told(self, channel: Channel, module: str, event: str, edit: Edit) -> dict[str, Any]:
        before, after = edit.before or {}, edit.after or {}
        moved = [name for name in after if name not in _ALWAYS and before.get(name) != after[name]]
        values = {name: {"old_value": before.get(name), "new_value": after[name]} for name in moved}
        return {
            "server_time": int(self.clock.now() * 1000),
            "query_params": {},
            "module": module,
            "resource_uri": f"{self.api_url}/crm/v2/{module}",
            "ids": [edit.id],
            "affected_fields": [{edit.id: moved}] if event == "edit" else [],
            **({"affected_values": [{"record_id": edit.id, "values": values}]} if channel.with_fields else {}),
            "operation": OPERATIONS[event],
            "channel_id": channel.id,
            "token": channel.token,
        }


def _not_subscribed(id: str) -> dict[str, Any]:
    """An error under HTTP 202, as the official description has it."""
    words = "there is no subscription of this channel"
    return {"code": "NOT_SUBSCRIBED", "details": {"channel_id": id}, "message": words, "status": "error"}
