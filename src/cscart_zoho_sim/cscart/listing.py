"""`GET products`: which products, in which order, which page, and the echo in `params`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cscart_zoho_sim.cscart.asked import Query
from cscart_zoho_sim.cscart.columns import Product
from cscart_zoho_sim.cscart.damage import ids, number
from cscart_zoho_sim.cscart.products import SORTINGS, Products
from cscart_zoho_sim.cscart.rows import category_ids

Test = Callable[[Product], bool]


@dataclass(frozen=True)
class Page:
    """Which rows of a list are wanted; `size` 0 is all of them."""

    number: int
    size: int

    @classmethod
    def of(cls, asked: Query, default_size: int) -> "Page":
        """No upper bound; what is no number at all falls back to the default."""
        size = str(asked.get("items_per_page", ""))
        number = str(asked.get("page", ""))
        return cls(
            int(number) if number.isdecimal() and int(number) > 0 else 1,
            int(size) if size.isdecimal() else default_size,
        )

    @property
    def start(self) -> int:
        """Position of the first row."""
        return (self.number - 1) * self.size

    def cut(self, rows: list[Any]) -> list[Any]:
        """The rows of this page; none beyond the end."""
        return rows[self.start : self.start + self.size] if self.size else rows


def sorting(asked: Query) -> tuple[str, bool]:
    """(a name of SORTINGS, descending). An unknown name becomes "null", without an error."""
    name = str(asked.get("sort_by", "product"))
    return (name if name in SORTINGS else "null"), str(asked.get("sort_order", "asc")).lower() == "desc"


def find(
    products: Products,
    asked: Query,
    page: Page,
    now: float,
    subtree: Callable[[int], set[int]],
    *,
    updated_in_hours: bool,
) -> tuple[list[int], int]:
    """The ids of the page, and how many match in all. Filters may read every product."""
    sort_by, descending = sorting(asked)
    tests = _tests(asked, subtree)
    some = _some(products, asked, now, updated_in_hours=updated_in_hours)
    if some is None and not tests:
        order = products.ordered(sort_by, descending)
        return order.page(page.start, page.size or len(products)), len(products)
    candidates = products.rows if some is None else some
    found = [each for each in candidates if _all(tests, products.rows[each])]
    return page.cut(products.sort(found, sort_by, descending)), len(found)


def _all(tests: list[Test], row: Product) -> bool:
    return all(test(row) for test in tests)


def _some(products: Products, asked: Query, now: float, *, updated_in_hours: bool) -> list[int] | None:
    """The ids that the filters by id and by age leave, or None for all."""
    left: list[int] | None = None
    for name in ("pid", "item_ids"):
        if asked.get(name):
            left = [each for each in ids(asked[name]) if products.get(each) is not None]
    if updated_in_hours and asked.get("updated_in_hours"):
        fresh = products.updated_since(int(now - float(number(asked["updated_in_hours"])) * 3600))
        left = fresh if left is None else sorted(set(left) & set(fresh))
    if asked.get("exclude_pid"):
        without = set(ids(asked["exclude_pid"]))
        left = [each for each in (products.rows if left is None else left) if each not in without]
    return left


def _tests(asked: Query, subtree: Callable[[int], set[int]]) -> list[Test]:
    """The filters on values. Time filters without `period` are ignored, as the running store ignores them."""
    tests: list[Test] = []
    if asked.get("pcode"):
        tests.append(_substring("product_code", str(asked["pcode"])))
    if asked.get("q"):
        tests.append(_words(str(asked["q"])))
    if asked.get("cid"):
        tests.append(_in_category(asked, subtree))
    for name, column in (
        ("status", "status"),
        ("tracking", "tracking"),
        ("company_id", "company_id"),
        ("company_ids", "company_id"),
    ):
        if asked.get(name):
            tests.append(_one_of(column, asked[name]))
    for name in ("price", "amount", "list_price", "weight"):
        tests.extend(_between(name, asked))
    if asked.get("period") and asked["period"] != "A":
        tests.extend(created(asked))
    return tests


def _substring(column: str, wanted: str) -> Test:
    folded = wanted.casefold()
    return lambda row: folded in row[column].casefold()


def _words(q: str) -> Test:
    """Every word somewhere in name, code or texts, whatever the case."""
    words = q.casefold().split()

    def test(row: Product) -> bool:
        texts = (row["product"], row["product_code"], row["short_description"], row["full_description"])
        all_text = "\n".join(text for text in texts if text).casefold()
        return all(word in all_text for word in words)

    return test


def _in_category(asked: Query, subtree: Callable[[int], set[int]]) -> Test:
    below = str(asked.get("subcats", "Y")) == "Y"
    wanted = {each for category in ids(asked["cid"]) for each in (subtree(category) if below else {category})}
    return lambda row: not wanted.isdisjoint(category_ids(row))


def _one_of(column: str, value: Any) -> Test:
    wanted = frozenset(value if isinstance(value, list) else str(value).split(","))
    return lambda row: row[column] in wanted


def _between(name: str, asked: Query) -> list[Test]:
    tests: list[Test] = []
    if str(asked.get(f"{name}_from", "")) != "":
        low = number(asked[f"{name}_from"])
        tests.append(lambda row: number(row[name]) >= low)
    if str(asked.get(f"{name}_to", "")) != "":
        high = number(asked[f"{name}_to"])
        tests.append(lambda row: number(row[name]) <= high)
    return tests


def created(asked: Query) -> list[Test]:
    """The filters by the time of creation: `time_from` and `time_to`, in seconds or as days."""
    tests: list[Test] = []
    if asked.get("time_from"):
        low = _moment(str(asked["time_from"]))
        tests.append(lambda row: int(row["timestamp"]) >= low)
    if asked.get("time_to"):
        high = _moment(str(asked["time_to"]), end=True)
        tests.append(lambda row: int(row["timestamp"]) <= high)
    return tests


def _moment(text: str, *, end: bool = False) -> int:
    """Seconds from "1795000000" or from "11/24/2026" (a whole day in the store's time zone, here UTC)."""
    if text.isdecimal():
        return int(text)
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    if found is None:
        return 0
    month, day, year = map(int, found.groups())
    try:
        start = int(datetime(year, month, day, tzinfo=UTC).timestamp())
    except ValueError:
        return 0
    return start + 86_399 if end else start


_ECHO: dict[str, Any] = {
    "area": "A",
    "use_caching": True,
    "custom_extend": [],
    "pname": "Y",
    "pshort": "Y",
    "pfull": "Y",
    "pkeywords": "Y",
    "feature": [],
    "type": "simple",
    "action": "",
    "filter_variants": [],
    "features_hash": "",
    "limit": 0,
    "bid": 0,
    "match": "all",
    "tracking": [],
    "get_frontend_urls": False,
    "apply_disabled_filters": "",
    "load_products_extra_data": True,
    "storefront": None,
    "company_ids": "",
    "subcats": "Y",
    "pcode_from_q": "Y",
    "search_performed": "Y",
    "hide_out_of_stock_products": False,
    "usergroup_ids": [],
    "include_child_variations": True,
    "group_child_variations": False,
}


def echo(asked: Query, page: Page, total: int) -> dict[str, Any]:
    """`params`: what the store understood, and every key of the query again.

    `total_items` is a string, except with `items_per_page=0`, where it is a
    number and `items_per_page` the string (seen on a running 4.20 store).
    """
    sort_by, descending = sorting(asked)
    extend = asked.get("extend", [])
    return {
        **_ECHO,
        **asked,
        "extend": [
            *(extend if isinstance(extend, list) else [extend]),
            *("product_name", "prices", "categories", "categories"),
            *(("product_name", "description") if asked.get("q") else ()),
        ],
        "page": page.number,
        "items_per_page": page.size or "0",
        "sort_by": sort_by,
        "sort_order": "desc" if descending else "asc",
        "sort_order_rev": "asc" if descending else "desc",
        "total_items": str(total) if page.size else total,
    }
