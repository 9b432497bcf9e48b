"""`zapier_hooks`, the web hooks that a bundled add-on brings (observed, recordings 172 to 187).

Messages are sent inside the request that causes them, without a signature, and
never again. There is none for edits: only for what is new, and for orders that
are paid.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cscart_zoho_sim.cscart.answers import empty, error, ok
from cscart_zoho_sim.cscart.asked import Query
from cscart_zoho_sim.cscart.catalogue import Refused
from cscart_zoho_sim.cscart.damage import text
from cscart_zoho_sim.cscart.listing import Page
from cscart_zoho_sim.cscart.switches import Switches
from cscart_zoho_sim.messages import Message, Outbox
from cscart_zoho_sim.wire import Edit, Response

#: Entering one of these from another status is "paid": processed, complete (read in the code).
SETTLED = frozenset("PC")
URL_MAX, TRIGGER_MAX = 255, 32
#: The keys of a new user's message (recording 185).
USER_KEYS = (
    *("user_id", "user_login", "is_root", "timestamp", "user_type", "status", "firstname", "lastname", "email"),
    *("company", "company_id", "phone", "last_login", "company_name", "points", "anonymized"),
)

Hook = dict[str, str]
Shown = Callable[[str], Mapping[str, Any]]
"""What the store tells of a record, by its id."""


@dataclass
class WebHooks:
    """The hooks of one store."""

    switches: Switches
    outbox: Outbox
    product: Shown
    #: As the answer of the call that makes an order.
    order: Shown
    company: Callable[[str], str]
    #: Who hears of products, users and orders. Told of only from the first hook on: what they hear takes time.
    watchers: Mapping[str, list[Callable[[Edit], None]]]
    rows: dict[int, Hook] = field(default_factory=dict)
    _last_id: int = 0
    _listens: bool = False

    def handle(self, method: str, row_id: str, asked: Query, fields: Mapping[str, Any]) -> Response:
        """`/zapier_hooks` and `/zapier_hooks/:id`. Raises `Refused`."""
        if method == "POST":
            return ok({"hook_id": self._create(fields)}, 201)
        if method == "DELETE":
            return error(404) if self.rows.pop(int(row_id), None) is None else empty(204)
        if method != "GET":
            return error(405)
        if row_id:  # the id is not heard: the first hook comes (read in the code)
            first = next(iter(self.rows.values()), None)
            return error(404) if first is None else ok(first)
        page = Page.of(asked, self.switches.default_page)
        params = {"items_per_page": page.size, "page": page.number, "total_items": str(len(self.rows))}
        return ok({"zapier_hooks": page.cut(list(self.rows.values())), "params": params})

    def _create(self, fields: Mapping[str, Any]) -> int:
        for name in ("hook_url", "trigger_name"):
            if not fields.get(name):
                raise Refused(f"The {name} field is required")
        if not self._listens:
            self._listens = True
            for what, hear in (("products", self._product), ("users", self._user), ("orders", self._order)):
                self.watchers[what].append(hear)
        self._last_id += 1
        self.rows[self._last_id] = {
            "hook_id": str(self._last_id),
            "hook_url": text(fields["hook_url"], URL_MAX),
            "trigger_name": text(fields["trigger_name"], TRIGGER_MAX),
        }
        return self._last_id

    # What fires

    def _product(self, edit: Edit) -> None:
        if edit.before is None:
            self.fire("new_product", self.product(edit.id))

    def _user(self, edit: Edit) -> None:
        if edit.before is None and edit.after is not None and edit.after["user_type"] == "C":
            user = {**edit.after, "company_name": self.company(edit.after["company_id"]), "is_root": "N"}
            absent = {"last_login": "0", "points": "0"}
            self.fire("new_user", {key: user.get(key, absent.get(key)) for key in USER_KEYS})

    def _order(self, edit: Edit) -> None:
        if edit.after is None:
            return
        if edit.before is None:
            self.fire("new_order", _as_new(self.order(edit.id)))
        paid_before = edit.before is not None and edit.before["status"] in SETTLED
        if edit.after["status"] in SETTLED and not paid_before:
            self.fire("order_paid", edit.after)

    def shipped(self, shipment: Mapping[str, Any]) -> None:
        """A parcel was made up."""
        self.fire("new_shipment", shipment)

    def fire(self, trigger: str, told: Mapping[str, Any]) -> None:
        """Send to each hook of a trigger. The body is JSON, whatever its header says (recordings 185 to 187)."""
        headers = {"accept": "*/*", "content-type": "application/x-www-form-urlencoded"}
        for hook in list(self.rows.values()):
            if hook["trigger_name"] == trigger:
                self.outbox.say(Message("cscart", hook["hook_url"], headers, json.dumps(told).encode()))


def _as_new(shown: Mapping[str, Any]) -> dict[str, Any]:
    """A new order is told with a list of its lines and without groups (186), a paid one as ever (187)."""
    told = {key: value for key, value in shown.items() if key != "product_groups"}
    return {**told, "products": list(shown["products"].values())}
