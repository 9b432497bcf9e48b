"""`GET /items`: filters, order and pages. What is not a known filter is ignored."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.item import Item
from cscart_zoho_sim.zoho.items import Items
from cscart_zoho_sim.zoho.switches import Switches

PER_PAGE_MAX = 200
_KEPT_LISTS = 8

Filter = Callable[[Item], bool]

_STATUS_FILTERS: dict[str, Filter] = {
    "Status.Active": lambda item: item.status == "active",
    "Status.Inactive": lambda item: item.status == "inactive",
    "Status.Lowstock": lambda item: item.tracked and item.on_hand <= item.more.get("reorder_level", 0),
    "ItemType.Sales": lambda item: item.item_type == "sales",
    "ItemType.Purchases": lambda item: item.item_type == "purchases",
    "ItemType.SalesAndPurchases": lambda item: item.item_type == "sales_and_purchases",
    "ItemType.Inventory": lambda item: item.tracked,
    "ItemType.NonInventory": lambda item: not item.tracked,
    "ItemType.Service": lambda item: item.product_type == "service",
}
_TEXT_FILTER = re.compile(r"^(name|sku)(_startswith|_contains)?$")
_RATE_FILTER = re.compile(r"^(rate|purchase_rate)(_less_than|_less_equals|_greater_than|_greater_equals)?$")
_SAME = {"tax_id": "tax_id", "item_id": "id", "status": "status"}
_SAME_MORE = ("vendor_id", "category_id", "group_id", "zcrm_product_id")
_SORTS: dict[str, Callable[[Item], Any]] = {
    "name": lambda item: item.name.casefold(),
    "sku": lambda item: item.sku.casefold(),
    "rate": lambda item: item.rate,
    "purchase_rate": lambda item: item.purchase_rate,
    "created_time": lambda item: item.created,
    "last_modified_time": lambda item: item.modified,
    "reorder_level": lambda item: item.more.get("reorder_level", 0),
    "stock_on_hand": lambda item: item.on_hand,
}
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}$")


class Listing:
    """Answers `GET /items`. Sorted lists are kept until an item changes."""

    def __init__(self, items: Items, switches: Switches) -> None:
        self._items = items
        self._switches = switches
        self._generation = -1
        self._kept: dict[tuple[Any, ...], list[Item]] = {}
        #: New items that lists do not show yet -> the call count from which they do.
        self._late: dict[str, int] = {}

    def added(self, item: Item, calls: int) -> None:
        """A new item: with the lag switched on, lists show it only later."""
        if self._switches.list_lag_calls:
            self._late[item.id] = calls + self._switches.list_lag_calls

    def page(self, query: Mapping[str, str], calls: int) -> tuple[list[Item], dict[str, Any]]:
        """One page of items and its `page_context`. Raises `Refusal` for bad values."""
        page, per_page = page_of(query)
        column = query.get("sort_column", "name")
        column = column if column in _SORTS else "name"
        order = "D" if query.get("sort_order") == "D" else "A"
        asked = {key: query[key] for key in sorted(query) if self._is_filter(key)}
        if asked.get("last_modified_time") == "":
            del asked["last_modified_time"]  # taken live, and no filter
        rows = self._sorted(asked, column, order)
        if self._late:
            self._late = {id: shown for id, shown in self._late.items() if shown > calls}
            rows = [item for item in rows if item.id not in self._late]
        start = (page - 1) * per_page
        context = {
            **page_context(page, per_page, len(rows) > start + per_page, "Items", column, order),
            "applied_filter": query.get("filter_by", "Status.All"),
            "custom_fields": [],
        }
        if query.get("response_option") == "2":
            context["total"] = len(rows)
        if asked:
            context["search_criteria"] = [_criterion(key, value) for key, value in asked.items()]
        return rows[start : start + per_page], context

    def _is_filter(self, key: str) -> bool:
        if key in self._switches.ignored_filters:
            return False
        known = key in _SAME or key in _SAME_MORE or key in ("filter_by", "search_text", "last_modified_time")
        return known or bool(_TEXT_FILTER.match(key) or _RATE_FILTER.match(key))

    def _sorted(self, asked: Mapping[str, str], column: str, order: str) -> list[Item]:
        if self._generation != self._items.generation:
            self._kept.clear()
            self._generation = self._items.generation
        key = (tuple(asked.items()), column, order)
        if key not in self._kept:
            if len(self._kept) >= _KEPT_LISTS:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = self._sort(self._matching(asked), column, order)
        return self._kept[key]

    def _sort(self, rows: Iterable[Item], column: str, order: str) -> list[Item]:
        """Equal rows stand in the order of their ids, whichever way the column runs."""
        by_id = sorted(rows, key=lambda item: item.id)
        return sorted(by_id, key=_SORTS[column], reverse=order == "D")

    def _matching(self, asked: Mapping[str, str]) -> Iterable[Item]:
        rows: Iterable[Item] = self._items
        if "sku" in asked:
            rows = self._items.with_sku(asked["sku"].strip())
        elif "name" in asked:
            rows = self._items.named(asked["name"].strip())
        filters = [_filter(key, value) for key, value in asked.items()]
        return [item for item in rows if all(passes(item) for passes in filters)] if filters else rows


def page_of(query: Mapping[str, str]) -> tuple[int, int]:
    """`page` and `per_page`; more than 200 rows a page are never given."""
    numbers = []
    for name, default in (("page", "1"), ("per_page", str(PER_PAGE_MAX))):
        text = query.get(name, default)
        if not re.fullmatch(r"0*[1-9][0-9]{0,8}", text):
            raise refusals.invalid(name)
        numbers.append(int(text))
    return numbers[0], min(numbers[1], PER_PAGE_MAX)


def page_context(
    page: int, per_page: int, more: bool, report: str, sort_column: str, sort_order: str
) -> dict[str, Any]:
    """What live Zoho adds to lists although most descriptions leave it out. There is no total."""
    return {
        "page": page,
        "per_page": per_page,
        "has_more_page": more,
        "report_name": report,
        "sort_column": sort_column,
        "sort_order": sort_order,
    }


def _filter(key: str, value: str) -> Filter:
    if key == "filter_by":
        return _STATUS_FILTERS.get(value, lambda item: True)
    if key == "search_text":
        needle = value.strip().casefold()
        return lambda item: needle in item.name.casefold() or needle in item.sku.casefold()
    if key == "last_modified_time":
        since = moment(value)
        return lambda item: item.modified > since
    if text := _TEXT_FILTER.match(key):
        return _text_filter(text[1], text[2] or "", value)
    if rate := _RATE_FILTER.match(key):
        return _rate_filter(rate[1], rate[2] or "", key, value)
    if key in _SAME:
        attribute = _SAME[key]
        return lambda item: getattr(item, attribute) == value
    return lambda item: item.more.get(key, "") == value


def _text_filter(attribute: str, how: str, value: str) -> Filter:
    """Text filters do not care about case: an answer must be compared again."""
    needle = value.strip().casefold()
    if how == "_startswith":
        return lambda item: getattr(item, attribute).casefold().startswith(needle)
    if how == "_contains":
        return lambda item: needle in getattr(item, attribute).casefold()
    return lambda item: getattr(item, attribute).casefold() == needle


def _rate_filter(attribute: str, how: str, key: str, value: str) -> Filter:
    try:
        limit = float(value)
    except ValueError:
        raise refusals.invalid(key) from None
    if how == "_less_than":
        return lambda item: getattr(item, attribute) < limit
    if how == "_less_equals":
        return lambda item: getattr(item, attribute) <= limit
    if how == "_greater_than":
        return lambda item: getattr(item, attribute) > limit
    if how == "_greater_equals":
        return lambda item: getattr(item, attribute) >= limit
    return lambda item: getattr(item, attribute) == limit


def moment(text: str) -> int:
    """`2026-01-05T08:00:00+0000`; a literal Z in place of the offset is refused, as seen live."""
    if not _MOMENT.match(text):
        raise refusals.invalid("last_modified_time")
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp())
    except ValueError:
        raise refusals.invalid("last_modified_time") from None


_COMPARATORS = {
    "_startswith": "starts_with",
    "_contains": "contains",
    "_less_than": "less_than",
    "_less_equals": "less_than_or_equal",
    "_greater_than": "greater_than",
    "_greater_equals": "greater_than_or_equal",
}


def _criterion(key: str, value: str) -> dict[str, str]:
    for ending, comparator in _COMPARATORS.items():
        if key.endswith(ending):
            return {
                "column_name": key.removesuffix(ending),
                "search_text": value,
                "comparator": comparator,
            }
    return {"column_name": key, "search_text": value, "comparator": "equal"}
