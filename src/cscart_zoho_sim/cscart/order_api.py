"""The orders' part of the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.cscart import cart, order_list
from cscart_zoho_sim.cscart.answers import empty, error, ok
from cscart_zoho_sim.cscart.asked import Query
from cscart_zoho_sim.cscart.catalogue import Refused
from cscart_zoho_sim.cscart.damage import number
from cscart_zoho_sim.cscart.listing import Page
from cscart_zoho_sim.cscart.order import Order
from cscart_zoho_sim.cscart.order_shapes import OrderShapes
from cscart_zoho_sim.cscart.orders import ADMIN, NotAllowed, NotPlaced, Orders, Placement
from cscart_zoho_sim.cscart.switches import Switches
from cscart_zoho_sim.wire import Response

Fields = Mapping[str, Any]

#: With nothing else, a PUT of `status` is a change of status and no more.
STATUS_KEYS = frozenset(("status", "notify_user", "notify_department", "notify_vendor"))
NO_STORE = "Please select a store first"
REQUIRED = "The {} field is required"


@dataclass
class OrderApi:
    """Answers requests about orders. `store` is the storefront in front of the address, "" when there is none."""

    orders: Orders
    shapes: OrderShapes
    switches: Switches

    def handle(self, method: str, row_id: str, store: str, asked: Query, fields: Fields) -> Response:
        """`/orders`, `/stores/:id/orders` and `/orders/:id`. Raises `Refused`."""
        if not row_id:
            return self._create(store, fields) if method == "POST" else self._list(store, asked)
        if method == "PUT":
            return self._update(row_id, fields)
        order = self.orders.rows.get(int(row_id))
        if order is None:
            return error(404)
        if method == "GET":
            return ok(self.shapes.single(order))
        self.orders.delete(order.id, "api")
        return empty(204)

    # Reading

    def _list(self, store: str, asked: Query) -> Response:
        """`users/:id/orders` lists everybody's: nothing in the recorded echo narrows it."""
        by_change = self.switches.orders_updated_at
        found = order_list.find(self._of_store(store), asked, by_change=by_change)
        page = Page.of(asked, self.switches.default_page)
        whole = str(asked.get("get_orders_data", "0")) not in ("", "0") and self.switches.orders_data_in_lists
        show = self.shapes.single if whole else self.shapes.row
        return ok(
            {"orders": [show(order) for order in page.cut(found)], "params": order_list.echo(asked, page, len(found))}
        )

    def _of_store(self, store: str) -> list[Order]:
        rows = self.orders.rows.values()
        return [order for order in rows if not store or order["company_id"] == store]

    # Writing

    def _create(self, store: str, fields: Fields) -> Response:
        self._check(store, fields)
        placement = Placement(
            wanted=cart.wanted(fields.get("products"), key_0_is_skipped=self.switches.key_0_is_skipped),
            payment_id=str(fields["payment_id"]),
            shipping_id=_shipping_id(fields),
            user_id=int(number(fields.get("user_id"))),
            customer=_customer(fields),
            over=fields,
            company_id=store,
            issuer_id=ADMIN,
        )
        try:
            made = self.orders.place(placement, "api")
        except NotPlaced as refused:
            return error(400, refused.words, errors=refused.errors)
        except NotAllowed as refused:
            return error(403, refused.words)
        return ok(self._made(made), 201)

    def _check(self, store: str, fields: Fields) -> None:
        """What a new order must have. Only the field that is missed last is told (read in the code)."""
        if self.switches.vendors_are_stores and not store:
            raise Refused(NO_STORE)
        missing = []
        if not number(fields.get("user_id")) and not _customer(fields):
            missing.append("user_id/user_data")
        if not fields.get("payment_id"):
            missing.append("payment_id")
        if self.switches.shipping_always_needed and not _shipping_id(fields):
            missing.append("shipping_id")
        if missing:
            raise Refused(REQUIRED.format(missing[-1]))

    def _made(self, orders: list[Order]) -> dict[str, Any]:
        first, *others = orders
        told: dict[str, Any] = {"order_id": first.id, "order_data": self.shapes.single(first, new=True)}
        if others:
            told["suborder_ids"] = [each.id for each in others]
            told["suborders_data"] = [self.shapes.single(each, new=True) for each in others]
        return told

    def _update(self, row_id: str, fields: Fields) -> Response:
        """A change of status answers 200 whatever it is about: no order, no such status, nothing to change."""
        if "status" in fields and fields.keys() <= STATUS_KEYS:
            self.orders.set_status(int(row_id), str(fields["status"] or ""), "api")
            return ok({"order_id": row_id})
        if int(row_id) not in self.orders.rows:
            return error(400)  # not recorded
        self.orders.change(int(row_id), fields, "api")
        return ok({"order_id": row_id})


def _customer(fields: Fields) -> Mapping[str, Any]:
    told = fields.get("user_data")
    return told if isinstance(told, Mapping) else {}


def _shipping_id(fields: Fields) -> str:
    """`shipping_id`, or the first of `shipping_ids`."""
    told = fields.get("shipping_id") or fields.get("shipping_ids")
    if isinstance(told, Mapping):
        told = next(iter(told.values()), "")
    if isinstance(told, list):
        told = told[0] if told else ""
    wanted = number(told)
    return str(int(wanted)) if wanted > Decimal(0) else ""
