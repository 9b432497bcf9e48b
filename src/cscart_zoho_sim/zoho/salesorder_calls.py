"""The calls of `/salesorders`: addresses, scopes and messages of Zoho's own description."""

from collections.abc import Callable
from typing import Any

from cscart_zoho_sim.wire import Response
from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.calls import Call, Operation, Table, created, success
from cscart_zoho_sim.zoho.limits import CallLimits
from cscart_zoho_sim.zoho.refusals import Refusal
from cscart_zoho_sim.zoho.salesorder import SalesOrder
from cscart_zoho_sim.zoho.salesorder_listing import SalesOrderListing
from cscart_zoho_sim.zoho.salesorders import SalesOrders

Answer = dict[str, Any]


class SalesOrderCalls:
    """What each address of `/salesorders` does."""

    def __init__(self, orders: SalesOrders, limits: CallLimits) -> None:
        self._orders = orders
        self._switches = orders.switches
        self._limits = limits
        self._listing = SalesOrderListing(orders)

    def table(self) -> Table:
        create, read = "salesorders.CREATE", "salesorders.READ"
        update, delete = "salesorders.UPDATE", "salesorders.DELETE"
        return {
            "/salesorders": {
                "GET": Operation(read, self._list),
                "POST": Operation(create, self._create, writes=True),
                "DELETE": Operation(delete, self._delete_all, writes=True),
            },
            "/salesorders/{id}": {
                "GET": Operation(read, self._get),
                "PUT": Operation(update, self._update, writes=True),
                "DELETE": Operation(delete, self._delete, writes=True),
            },
            "/salesorders/{id}/status/confirmed": {"POST": Operation(create, self._confirm, writes=True)},
            "/salesorders/{id}/status/void": {"POST": Operation(create, self._void, writes=True)},
            "/salesorders/status/confirmed": {"POST": Operation(create, self._confirm_all, writes=True)},
            "/salesorders/{id}/(submit|approve|approve/final|reject)": {
                "POST": Operation(update, self._approve, writes=True)
            },
            "/salesorders/(submit|approve)": {"POST": Operation(update, self._approve_all, writes=True)},
        }

    def _list(self, call: Call) -> Answer:
        rows, context = self._listing.page(call.query, self._limits.calls)
        return success(salesorders=rows, page_context=context)

    def _get(self, call: Call) -> Answer:
        return success(salesorder=self._orders.show(self._found(call)))

    def _create(self, call: Call) -> Response:
        order = self._orders.create(call.fields(), "api", own_number=_flag(call))
        self._listing.added(order, self._limits.calls)
        return created("Sales Order has been created.", **self._enveloped(order))

    def _update(self, call: Call) -> Answer:
        order = self._orders.update(self._found(call), call.fields(), "api", own_number=_flag(call))
        return success("Sales Order has been updated.", **self._enveloped(order))

    def _delete(self, call: Call) -> Answer:
        self._orders.delete(self._found(call), "api")
        return success("The Sales Order has been deleted.")

    def _delete_all(self, call: Call) -> Answer:
        """The id parameter is not described; it is that of the other bulk calls."""
        for order in [self._orders.find(id) for id in self._ids(call)]:
            self._orders.delete(order, "api")
        return success("The selected sales orders have been deleted")

    def _confirm(self, call: Call) -> Answer:
        self._orders.confirm(self._found(call), "api")
        return success("Sales order status has been changed to 'Confirmed'.")

    def _void(self, call: Call) -> Answer:
        self._orders.void(self._found(call), "api")
        return success("The status of the Sales Order has been changed to void.")

    def _confirm_all(self, call: Call) -> Answer:
        """Each order by itself: those that cannot be confirmed are named with the reason, the others are."""
        report = self._report(self._ids(call), lambda order: self._orders.confirm(order, "api"))
        if self._switches.bulk_report == "live":
            told = [*report["email_success_info"], *report["email_error_info"]]
            return {"salesorders": [{"code": each["code"], "message": each["message"]} for each in told]}
        return success("Sales order status has been changed to Confirmed.", data=report)

    def _approve(self, call: Call) -> Answer:
        order_id, action = call.ids
        self._orders.approve(self._orders.find(order_id), action, "api")
        return success()

    def _approve_all(self, call: Call) -> Answer:
        (action,) = call.ids
        for order in [self._orders.find(id) for id in self._ids(call)]:
            self._orders.approve(order, action, "api")
        return success()

    def _report(self, ids: list[str], change: Callable[[SalesOrder], object]) -> Answer:
        done: list[str] = []
        failed: list[Answer] = []
        for id in ids:
            try:
                change(self._orders.find(id))
                done.append(id)
            except Refusal as refusal:
                failed.append({"code": refusal.code, "message": refusal.message, "ids": [id]})
        message = "The status of the sales order has been changed to Open."
        told = [{"code": 0, "message": message, "ids": done}] if done else []
        return {"email_success_info": told, "email_error_info": failed}

    def _found(self, call: Call) -> SalesOrder:
        return self._orders.find(call.ids[0])

    def _ids(self, call: Call) -> list[str]:
        ids = call.ids_named("salesorder_ids")
        if not ids or len(ids) > self._switches.bulk_ids_max:
            raise refusals.invalid("salesorder_ids")
        return ids

    def _enveloped(self, order: SalesOrder) -> Answer:
        name = "sales_order" if self._switches.sales_order_envelope else "salesorder"
        return {name: self._orders.show(order)}


def _flag(call: Call) -> bool:
    return call.query.get("ignore_auto_number_generation") == "true"
