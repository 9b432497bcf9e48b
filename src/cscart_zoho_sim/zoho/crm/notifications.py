"""Channels that a program asks to be told on (Zoho CRM API v8: Notifications). Nothing is sent over a network:
what would be posted is kept in `delivered`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.wire import Edit, Request, Response
from cscart_zoho_sim.zoho.crm import refusals

#: A channel lives a week at most, and an hour when nothing (or more) is asked for.
WEEK_S, HOUR_S = 7 * 86_400, 3_600
TOKEN_MAX = 50


@dataclass
class Channel:
    """One subscription."""

    id: str
    events: list[str]
    notify_url: str
    token: str
    until: float


@dataclass
class Notifications:
    """All channels, and what they would have been told."""

    clock: Clock
    channels: dict[str, Channel] = field(default_factory=dict)
    delivered: list[dict[str, Any]] = field(default_factory=list)

    def handle(self, request: Request, parts: list[str], body: dict[str, Any]) -> Response:
        if parts != ["actions", "watch"]:
            raise refusals.unknown_address()
        if request.method == "GET":
            rows = [self._shown(each) for each in self.channels.values() if each.until > self.clock.now()]
            return Response.of_json({"watch": rows, "info": {"count": len(rows)}}) if rows else Response(204)
        if request.method == "DELETE":
            gone = [self.channels.pop(id, None) for id in request.first("channel_ids").split(",")]
            if not any(gone):
                raise refusals.invalid("channel_ids")
            return Response.of_json({"watch": [_well(each.id) for each in gone if each is not None]})
        told = body.get("watch")
        if not isinstance(told, list) or not told:
            raise refusals.missing_field("watch", 0)
        changing = request.method in ("PUT", "PATCH")
        return Response.of_json({"watch": [self._kept(each, changing) for each in told]}, 200 if changing else 201)

    def _kept(self, told: dict[str, Any], changing: bool) -> dict[str, Any]:
        id = str(told.get("channel_id") or "")
        if not id.isdecimal() or (changing and id not in self.channels):
            raise refusals.invalid("channel_id")
        known = self.channels.get(id)
        events = list(told.get("events") or (known.events if known else []))
        url = str(told.get("notify_url") or (known.notify_url if known else ""))
        token = str(told.get("token") or (known.token if known else ""))
        if not events or not url or len(token) > TOKEN_MAX:
            raise refusals.invalid("token" if len(token) > TOKEN_MAX else "notify_url")
        if told.get("_delete_events"):
            del self.channels[id]
            return _well(id)
        self.channels[id] = Channel(id, events, url, token, self._until(told.get("channel_expiry")))
        return _well(id)

    def _until(self, asked: object) -> float:
        now = self.clock.now()
        try:
            until = datetime.fromisoformat(str(asked)).timestamp()
        except ValueError:
            until = 0.0
        return until if now < until <= now + WEEK_S else now + HOUR_S

    def _shown(self, channel: Channel) -> dict[str, Any]:
        return {"channel_id": channel.id, "events": channel.events, "notify_url": channel.notify_url}

    def notice(self, module: str, edit: Edit) -> None:
        """A record was changed: what each channel that listens would be posted."""
        event = "create" if edit.before is None else "delete" if edit.after is None else "edit"
        word = {"create": "insert", "edit": "update", "delete": "delete"}[event]
        for channel in self.channels.values():
            wanted = {f"{module}.{event}", f"{module}.all"} & set(channel.events)
            if wanted and channel.until > self.clock.now():
                self.delivered.append(
                    {
                        "module": module,
                        "ids": [edit.id],
                        "operation": word,
                        "channel_id": channel.id,
                        "token": channel.token,
                        "server_time": int(self.clock.now() * 1000),
                    }
                )


def _well(id: str) -> dict[str, Any]:
    return {"code": "SUCCESS", "details": {"channel_id": id}, "message": "Successfully subscribed", "status": "success"}
