"""`GET orders`: which orders, in which order, which page, and the echo in `params`."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.cscart.asked import Query
from cscart_zoho_sim.cscart.damage import ids, number
from cscart_zoho_sim.cscart.listing import Page, created
from cscart_zoho_sim.cscart.order import INCOMPLETE, Order

Test = Callable[[Order], bool]

#: How orders can be sorted; another name means "date". Equal ones go by their ids, in the same direction.
SORTINGS: Mapping[str, Callable[[Order], Any]] = {
    "order_id": lambda order: order.id,
    "date": lambda order: int(order["timestamp"]),
    "status": lambda order: order.status,
    "customer": lambda order: (order["lastname"].casefold(), order["firstname"].casefold()),
    "email": lambda order: order["email"].casefold(),
    "total": lambda order: Decimal(order["total"]),
}
#: Filter -> the column that is compared with it, as a whole.
_EXACT = {
    "user_id": "user_id",
    "status": "status",
    "company_id": "company_id",
    "company_ids": "company_id",
    "storefront_id": "storefront_id",
    "parent_order_id": "parent_order_id",
    "payments": "payment_id",
    "tax_exempt": "tax_exempt",
}
#: Filter -> the columns of which it is a part, case ignored.
_PART = {"email": ("email",), "phone": ("phone",), "cname": ("firstname", "lastname")}
_NOT_ECHOED = frozenset(("page", "items_per_page", "sort_by", "sort_order", "include_incompleted"))


def find(orders: Iterable[Order], asked: Query, *, by_change: bool) -> list[Order]:
    """All orders that match, sorted. `by_change` is whether this release knows `updated_at_from`."""
    tests = _tests(asked, by_change)
    name, descending = sorting(asked)
    found = [order for order in orders if all(test(order) for test in tests)]
    return sorted(found, key=lambda order: (SORTINGS[name](order), order.id), reverse=descending)


def sorting(asked: Query) -> tuple[str, bool]:
    """(a name of SORTINGS, descending); an unknown name becomes "date", without an error."""
    name = str(asked.get("sort_by", "date"))
    return (name if name in SORTINGS else "date"), str(asked.get("sort_order", "desc")).lower() != "asc"


def _tests(asked: Query, by_change: bool) -> list[Test]:
    """Parents and incomplete orders are never listed, incomplete ones unless asked for."""
    tests: list[Test] = [lambda order: not order.is_parent]
    if asked.get("include_incompleted") in (None, "", "0", "false", "N"):
        tests.append(lambda order: order.status != INCOMPLETE)
    if asked.get("order_id"):
        wanted = set(ids(asked["order_id"]))
        tests.append(lambda order: order.id in wanted)
    tests.extend(_one_of(column, asked[name]) for name, column in _EXACT.items() if asked.get(name))
    tests.extend(_part_of(columns, str(asked[name])) for name, columns in _PART.items() if asked.get(name))
    if asked.get("p_ids"):
        products = set(ids(asked["p_ids"]))
        tests.append(lambda order: any(line.product_id in products for line in order.lines.values()))
    if asked.get("shippings"):
        ways = set(map(str, ids(asked["shippings"])))
        tests.append(lambda order: not ways.isdisjoint(str(order["shipping_ids"]).split(",")))
    return [*tests, *_between("total", "total", asked), *_in_time(asked, by_change)]


def _in_time(asked: Query, by_change: bool) -> list[Test]:
    """Times of creation count only with `period` (seen: without it they are ignored)."""
    tests: list[Test] = []
    if asked.get("period") and asked["period"] != "A":
        tests.extend(map(_on_creation, created(asked)))
    return [*tests, *(_between("updated_at", "updated_at", asked) if by_change else ())]


def _on_creation(test: Callable[[dict[str, Any]], bool]) -> Test:
    return lambda order: test({"timestamp": order["timestamp"]})


def _one_of(column: str, value: Any) -> Test:
    wanted = frozenset(value if isinstance(value, list) else str(value).split(","))
    return lambda order: str(order[column]) in wanted


def _part_of(columns: tuple[str, ...], part: str) -> Test:
    folded = part.casefold()
    return lambda order: folded in " ".join(str(order[column]) for column in columns).casefold()


def _between(name: str, column: str, asked: Query) -> list[Test]:
    tests: list[Test] = []
    if asked.get(f"{name}_from"):
        low = number(asked[f"{name}_from"])
        tests.append(lambda order: number(order[column]) >= low)
    if asked.get(f"{name}_to"):
        high = number(asked[f"{name}_to"])
        tests.append(lambda order: number(order[column]) <= high)
    return tests


def echo(asked: Query, page: Page, total: int) -> dict[str, Any]:
    """`params`: every key of the query again. With `items_per_page=0` nobody counts (read in the code)."""
    name, descending = sorting(asked)
    return {
        "page": page.number,
        "items_per_page": page.size or "0",
        "extra": ["issuers", "invoice_docs", "memo_docs"],
        **{key: value for key, value in asked.items() if key not in _NOT_ECHOED},
        "include_incompleted": asked.get("include_incompleted", False),
        "sort_order": "desc" if descending else "asc",
        "sort_by": name,
        "sort_order_rev": "asc" if descending else "desc",
        "total_items": str(total) if page.size else None,
    }
