"""Web hooks of Zoho Inventory, as a person sets them up under workflow rules (facts about Zoho Inventory, section 9).

There is no API for them. A message is the whole document, without an id of its
own and in no promised order. What fires a rule beside an edit is not
established: the switches `hooks_hear_...`.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.messages import Message, Outbox
from cscart_zoho_sim.wire import Edit
from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.organisation import Organisation
from cscart_zoho_sim.zoho.switches import Switches

#: Module -> the key of its document.
MODULES = {"items": "item", "contacts": "contact", "salesorders": "salesorder"}
EVENTS = frozenset(("create", "edit", "delete"))
SIGNATURE = "X-Zoho-Webhook-Signature"
SECRET_LENGTH = range(12, 51)
DAY_S = 86_400
#: Keys of a document that move with its status, or with the papers that are made of it.
STATUS_KEYS = frozenset(
    (
        *("status", "order_status", "current_sub_status", "shipped_status", "invoiced_status", "paid_status"),
        *("packages", "invoices", "balance", "is_backordered"),
    )
)
#: Keys of a line that a person types.
_LINE_KEYS = ("line_item_id", "item_id", "name", "description", "quantity", "rate", "discount", "tax_id", "item_order")
#: Keys that move with everything.
_ALWAYS = frozenset(("last_modified_time", "last_modified_by_id"))

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class WebHook:
    """One web hook with its rule. `form` sends `JSONString=` and the parameters; else the document is the body."""

    id: str
    module: str
    url: str
    secret: str = ""
    form: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    events: frozenset[str] = frozenset(("create", "edit"))


@dataclass
class WebHooks:
    """All web hooks of the organisation."""

    clock: Clock
    org: Organisation
    switches: Switches
    outbox: Outbox
    #: Module -> who hears of its changes. Told of only from its first web hook on: what they hear takes time.
    watchers: Mapping[str, list[Callable[[Edit], None]]]
    rows: dict[str, WebHook] = field(default_factory=dict)
    _heard: set[str] = field(default_factory=set)
    #: Day of the organisation -> messages begun on it.
    begun: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        module: str,
        url: str,
        *,
        secret: str = "",
        form: bool = False,
        parameters: Mapping[str, str] | None = None,
        events: Iterable[str] = ("create", "edit"),
    ) -> str:
        """A person fills in the form; the id. Raises `Refusal` for what the form would not take."""
        wanted = frozenset(events)
        if module not in MODULES:
            raise refusals.invalid("entity")
        if urlsplit(url).scheme not in ("http", "https"):
            raise refusals.invalid("url")
        if secret and (len(secret) not in SECRET_LENGTH or not (secret.isascii() and secret.isalnum())):
            raise refusals.invalid("secret")
        if not wanted or wanted - EVENTS:
            raise refusals.invalid("events")
        if module not in self._heard:
            self._heard.add(module)
            self.watchers[module].append(partial(self.notice, module))
        id = self.org.ids.new()
        self.rows[id] = WebHook(id, module, url, secret, form, dict(parameters or {}), wanted)
        return id

    def delete(self, webhook_id: str) -> None:
        """Raises KeyError for an unknown id."""
        del self.rows[webhook_id]

    def shown(self) -> list[dict[str, Any]]:
        """All hooks as they were filled in, the secret left out."""
        return [
            {
                "webhook_id": hook.id,
                "module": hook.module,
                "url": hook.url,
                "signed": bool(hook.secret),
                "form": hook.form,
                "parameters": dict(hook.parameters),
                "events": sorted(hook.events),
            }
            for hook in self.rows.values()
        ]

    def notice(self, module: str, edit: Edit) -> None:
        """A record was changed: what each hook of its module sends."""
        event = self._event(edit)
        if not event or (edit.author == "api" and not self.switches.hooks_hear_api):
            return
        for hook in list(self.rows.values()):
            if hook.module == module and event in hook.events and self._may_send():
                self.outbox.post(self.message(hook, edit.after or edit.before or {}))

    def message(self, hook: WebHook, document: Mapping[str, Any]) -> Message:
        """What a hook sends about a document."""
        told = json.dumps({MODULES[hook.module]: with_formatted(document, self.org)}, ensure_ascii=False)
        query = parse_qsl(urlsplit(hook.url).query, keep_blank_values=True)
        own = list(hook.parameters.items())
        if hook.form:
            fields = [("JSONString", told), *own]
            body, kind, url = urlencode(fields).encode(), "application/x-www-form-urlencoded", hook.url
            signed = signature(hook.secret, [*query, *fields], b"", hexadecimal=self.switches.hook_signature_hex)
        else:
            body, kind, url = told.encode(), "application/json", _with_query(hook.url, own)
            signed = signature(hook.secret, [*query, *own], body, hexadecimal=self.switches.hook_signature_hex)
        headers = {"content-type": kind, **({SIGNATURE: signed} if hook.secret else {})}
        return Message("inventory", url, headers, body, tuple(self.switches.hook_pauses_s))

    def _event(self, edit: Edit) -> str:
        """create, edit or delete; "" for a change that fires no rule."""
        if edit.before is None:
            return "create"
        if edit.after is None:
            return "delete"
        what = what_changed(edit.before, edit.after)
        fires = {"stock": self.switches.hooks_hear_stock, "status": self.switches.hooks_hear_status}
        return "edit" if fires.get(what, True) else ""

    def _may_send(self) -> bool:
        day = self.org.day(self.clock.now())
        limit = self.switches.hooks_a_day
        if limit is not None and self.begun.get(day, 0) >= limit:
            return False
        self.begun[day] = self.begun.get(day, 0) + 1
        return True


def signature(secret: str, parameters: Pairs, body: bytes, *, hexadecimal: bool = False) -> str:
    """HMAC-SHA256 over keys and values of all parameters, by key, and then the raw JSON body."""
    text = "".join(key + value for key, value in sorted(parameters)).encode() + body
    digest = hmac.new(secret.encode(), text, hashlib.sha256)
    return digest.hexdigest() if hexadecimal else base64.b64encode(digest.digest()).decode()


def what_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """ "stock", "status" or "edit": the kind of a change, by what a person would have touched."""
    moved = {key for key in after if key not in _ALWAYS and before.get(key) != after[key]}
    typed = {key for key in moved if not _follows(key) and _plain(before.get(key)) != _plain(after[key])}
    if typed or not moved:  # saving a form without a change is an edit
        return "edit"
    return "stock" if all(map(_is_stock, moved)) else "status"


def _follows(key: str) -> bool:
    """Whether a key only moves because something else did."""
    return key in STATUS_KEYS or _is_stock(key)


def _is_stock(key: str) -> bool:
    return "stock" in key or key in ("locations", "warehouses") or key.startswith("quantity_")


def _plain(value: Any) -> Any:
    """Lines without what shipping and billing move in them."""
    if isinstance(value, list) and value and isinstance(value[0], Mapping) and "line_item_id" in value[0]:
        return [[row.get(key) for key in _LINE_KEYS] for row in value]
    return value


def with_formatted(document: Mapping[str, Any], org: Organisation) -> dict[str, Any]:
    """The document with the `..._formatted` twins that web hooks carry: here of its money."""
    places = org.price_precision
    money = {
        f"{key}_formatted": f"{org.currency}{value:,.{places}f}"
        for key, value in document.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and ("rate" in key or "total" in key)
    }
    return {**document, **money}


def _with_query(url: str, pairs: Pairs) -> str:
    more = urlencode(list(pairs))
    return url if not more else f"{url}{'&' if urlsplit(url).query else '?'}{more}"
