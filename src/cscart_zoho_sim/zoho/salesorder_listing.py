"""`GET /salesorders`: order, pages, and filters that no description has.

Described for Inventory: pages only. The filters were seen to work on one live
organisation, and are described for the same orders in Zoho Books. What is not a
known filter is ignored, and so is each one in `Switches.ignored_filters`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.listing import moment, page_context, page_of
from cscart_zoho_sim.zoho.salesorder import SalesOrder
from cscart_zoho_sim.zoho.salesorder_shapes import order_row
from cscart_zoho_sim.zoho.salesorders import SalesOrders
from cscart_zoho_sim.zoho.shapes import Shape

Filter = Callable[[SalesOrder], bool]
_FILTERS = frozenset(
    ("salesorder_number", "reference_number", "customer_id", "status", "date", "search_text", "last_modified_time")
)
_STATUSES = {
    "Status.Draft": ("draft",),
    "Status.Open": ("confirmed", "overdue", "partially_shipped", "shipped", "fulfilled"),
    "Status.Confirmed": ("confirmed",),
    "Status.OverDue": ("overdue",),
    "Status.PartiallyInvoiced": ("partially_invoiced",),
    "Status.Invoiced": ("invoiced",),
    "Status.Void": ("void",),
    "Status.Closed": ("closed",),
}


class SalesOrderListing:
    """Lists the orders."""

    def __init__(self, orders: SalesOrders) -> None:
        self._orders = orders
        self._switches = orders.switches
        self._sorts: dict[str, Callable[[SalesOrder], Any]] = {
            "created_time": lambda order: order.created,
            "last_modified_time": lambda order: order.modified,
            "date": lambda order: order.date,
            "total": lambda order: orders.totals(order).total,
            "salesorder_number": lambda order: order.number.casefold(),
            "reference_number": lambda order: order.reference.casefold(),
            "shipment_date": lambda order: order.shipment_date,
            "customer_name": lambda order: self._customer(order).casefold(),
        }
        #: New orders that lists do not show yet -> the call count from which they do.
        self._late: dict[str, int] = {}

    def added(self, order: SalesOrder, calls: int) -> None:
        """A new order: with the lag switched on, lists show it only later."""
        if self._switches.list_lag_calls:
            self._late[order.id] = calls + self._switches.list_lag_calls

    def page(self, query: Mapping[str, str], calls: int) -> tuple[list[Shape], dict[str, Any]]:
        """One page of rows and its `page_context`: newest first. Raises `Refusal` for bad values."""
        page, per_page = page_of(query)
        column, order = query.get("sort_column", "created_time"), query.get("sort_order", "D")
        if column not in self._sorts or order not in ("A", "D"):
            raise refusals.invalid("sort_column" if column not in self._sorts else "sort_order")
        self._late = {id: shown for id, shown in self._late.items() if shown > calls}
        filters = self._filters(query)
        rows = [each for each in self._orders if each.id not in self._late and all(fits(each) for fits in filters)]
        rows.sort(key=lambda each: each.id)
        rows.sort(key=self._sorts[column], reverse=order == "D")
        start = (page - 1) * per_page
        context = {
            **page_context(page, per_page, len(rows) > start + per_page, "Sales Orders", column, order),
            "applied_filter": query.get("filter_by", "Status.All"),
            "custom_fields": [],
        }
        return [self._row(each) for each in rows[start : start + per_page]], context

    def _row(self, order: SalesOrder) -> Shape:
        orders = self._orders
        customer = orders.contacts.find(order.customer_id)
        return order_row(order, orders.totals(order), customer, orders.org, orders.today())

    def _customer(self, order: SalesOrder) -> str:
        return str(self._orders.contacts.find(order.customer_id)["contact_name"])

    def _filters(self, query: Mapping[str, str]) -> list[Filter]:
        if not self._switches.order_filters:
            return []
        asked = {key: query[key] for key in query if key in _FILTERS and key not in self._switches.ignored_filters}
        filters = [self._filter(key, value) for key, value in asked.items()]
        if words := _STATUSES.get(query.get("filter_by", "")):
            filters.append(lambda order: order.status(self._orders.today()) in words)
        return filters

    def _filter(self, key: str, value: str) -> Filter:
        """Text filters do not care about case: an answer must be compared again."""
        needle = value.strip().casefold()
        if key == "last_modified_time":
            since = moment(value)
            return lambda order: order.modified > since
        if key == "search_text":
            return lambda order: any(
                needle in text.casefold() for text in (order.number, order.reference, self._customer(order))
            )
        held: dict[str, Callable[[SalesOrder], str]] = {
            "salesorder_number": lambda order: order.number,
            "reference_number": lambda order: order.reference,
            "customer_id": lambda order: order.customer_id,
            "status": lambda order: order.status(self._orders.today()),
            "date": lambda order: order.date,
        }
        return lambda order: held[key](order).casefold() == needle
