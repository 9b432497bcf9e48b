"""Shipments of orders: list, single, create. One does not move the order's status or its `updated_at`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.cscart.answers import error, ok
from cscart_zoho_sim.cscart.asked import Query
from cscart_zoho_sim.cscart.catalogue import Refused
from cscart_zoho_sim.cscart.damage import ids, number, text
from cscart_zoho_sim.cscart.listing import Page
from cscart_zoho_sim.cscart.order import Order
from cscart_zoho_sim.cscart.switches import Switches
from cscart_zoho_sim.cscart.tables import Table
from cscart_zoho_sim.wire import Response

Shipment = dict[str, Any]

PICKED_UP = "P"
_USPS = {
    "name": "USPS [Deprecated]",
    "tracking_url": "https://tools.usps.com/go/TrackConfirmAction_input?qtc_tLabels1=",
}


@dataclass
class Shipments:
    """All shipments. `of` is order id -> its shipments, which orders show."""

    clock: Clock
    switches: Switches
    orders: Mapping[int, Order]
    tables: Mapping[str, Table]
    of: dict[str, list[Shipment]] = field(default_factory=dict)
    rows: dict[int, Shipment] = field(default_factory=dict)
    #: Called with each new one, as the list tells it.
    watchers: list[Callable[[Shipment], None]] = field(default_factory=list)

    def handle(self, method: str, row_id: str, asked: Query, fields: Mapping[str, Any]) -> Response:
        """`/shipments` and `/shipments/:id`. Raises `Refused`."""
        if method == "POST":
            return ok({"shipment_id": self.create(fields)}, 201)
        if method != "GET":
            return error(405)  # not simulated
        if not row_id:
            return self._list(asked)
        row = self.rows.get(int(row_id))
        return error(404) if row is None else ok(self._told(row))  # the single shape was not recorded

    def create(self, fields: Mapping[str, Any]) -> int:
        """A parcel with these lines, or with all when none is named. Raises `Refused` (its words were not recorded)."""
        order = self.orders.get(int(number(fields.get("order_id"))))
        if order is None:
            raise Refused("The order_id field is required")
        id = max(self.rows, default=0) + 1
        row: Shipment = {
            "shipment_id": str(id),
            "shipment_timestamp": str(int(self.clock.now())),
            "comments": text(fields["comments"]) if fields.get("comments") else None,
            "status": text(fields.get("status") or PICKED_UP, 1),
            "order_id": str(order["order_id"]),
            "shipping_id": text(fields.get("shipping_id"), 8),
            "tracking_number": text(fields.get("tracking_number"), 255),
            "carrier": text(fields.get("carrier"), 255),
            "products": self._amounts(order, fields.get("products")),
        }
        self.rows[id] = row
        self.of.setdefault(row["order_id"], []).append(row)
        for watch in self.watchers:
            watch(self._told(row))
        return id

    def _amounts(self, order: Order, told: Any) -> dict[str, str]:
        """Item id -> how many; never more than are left."""
        sent = self.of.get(str(order["order_id"]), [])
        amounts = {}
        for id, line in order.lines.items():
            left = line.amount - sum(int(each["products"].get(id, 0)) for each in sent)
            wanted = int(number(told.get(id, 0))) if isinstance(told, Mapping) and told else left
            if min(wanted, left) > 0:
                amounts[id] = str(min(wanted, left))
        return amounts

    def _told(self, row: Shipment) -> Shipment:
        order = self.orders.get(int(row["order_id"]))
        return {
            **row,
            "order_timestamp": order["timestamp"] if order else None,
            # seen: the customer's name where the address has none
            "s_firstname": order["s_firstname"] or order["firstname"] if order else None,
            "s_lastname": order["s_lastname"] or order["lastname"] if order else None,
            **{name: order[name] if order else None for name in ("firstname", "lastname", "company", "user_id")},
            "shipping": self._way(row["shipping_id"]),
            "group_key": 0,
            "carrier_info": _carrier(row),
            "one_full": order is not None and _is_whole(order, row),
        }

    def _way(self, shipping_id: str) -> str | None:
        row = self.tables["shippings"].find(shipping_id)
        return None if row is None else str(row["shipping"])

    def forget(self, order_id: str) -> None:
        """The shipments of an order that was deleted go with it."""
        for row in self.of.pop(order_id, []):
            del self.rows[int(row["shipment_id"])]

    def _list(self, asked: Query) -> Response:
        wanted = set(map(str, ids(asked["order_id"]))) if asked.get("order_id") else None
        rows = [row for row in self.rows.values() if wanted is None or row["order_id"] in wanted]
        descending = str(asked.get("sort_order", "desc")).lower() != "asc"
        rows.sort(key=lambda row: int(row["shipment_id"]), reverse=descending)
        page = Page.of(asked, self.switches.default_page)
        params = {
            "page": page.number,
            "items_per_page": page.size or "0",
            "advanced_info": True,
            **{key: value for key, value in asked.items() if key not in ("page", "items_per_page", "sort_by")},
            "sort_order": "desc" if descending else "asc",
            "sort_by": "id",
            "sort_order_rev": "asc" if descending else "desc",
            "total_items": str(len(rows)),
        }
        return ok({"shipments": [self._told(row) for row in page.cut(rows)], "params": params})


def _carrier(row: Shipment) -> Any:
    """What the store knows of a carrier; here of the one that was recorded."""
    if row["carrier"] != "usps":
        return []
    return {**_USPS, "tracking_url": f"{_USPS['tracking_url']}{row['tracking_number']}"}


def _is_whole(order: Order, row: Shipment) -> bool:
    return bool(row["products"] == {id: str(line.amount) for id, line in order.lines.items()})
