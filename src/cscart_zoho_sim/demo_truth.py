"""Whether both sides hold the same at the end of a demo, as their own APIs tell it.

The pairs, the merchant's rules and the reasons for which a pair may differ are what
the product tells (`links`, `settings show`, `mapping show`); nothing is excused that it
does not tell. Whoever reads both sides knows neither the ledger nor the simulators.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser
from typing import Any

Row = Mapping[str, Any]
Rows = Mapping[str, Row]
Pick = Callable[[Row], object]

KINDS = ("products", "customers", "orders")
#: How columns of profile fields begin.
CUSTOM = "fields."
#: What Zoho calls countries that the store calls by a longer name, or writes as a code.
COUNTRIES = {"US": "United States", "GB": "United Kingdom", "DE": "Germany", "FR": "France"}
#: Statuses of orders whose pieces are gone from what Zoho has for sale.
CONFIRMED = frozenset(
    {
        *("confirmed", "open", "overdue", "partially_shipped", "shipped", "fulfilled"),
        *("partially_invoiced", "invoiced", "backordered", "drop_shipped", "onhold", "closed"),
    }
)


@dataclass(frozen=True)
class Told:
    """What the product tells: its pairs by what they are about, its settings, its map of contacts."""

    links: Mapping[str, Sequence[Row]]
    settings: Row
    contact_map: Rows = field(default_factory=dict)


@dataclass(frozen=True)
class Side:
    """The records of one side by id. Orders of the store have their lines, items of Zoho all their figures."""

    products: Rows
    customers: Rows
    orders: Rows
    #: The texts of choices of profile fields by the ids that customers of the store have.
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """One field of a pair that is not the same on both sides; `reason` is what the product tells, or nothing."""

    about: str
    label: str
    field: str
    cscart: object
    zoho: object
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.label}: {self.field} is {self.cscart!s} in the store and {self.zoho!s} in Zoho"


@dataclass
class Truth:
    """What the comparison has come to."""

    pairs: int = 0
    fields_compared: int = 0
    #: ... of which so many are of customers.
    customers: int = 0
    customers_fields: int = 0
    differences: list[Difference] = field(default_factory=list)

    def unexplained(self, about: str) -> list[Difference]:
        return [each for each in self.differences if each.about == about and not each.reason]

    def about(self, about: str) -> int:
        """How many differences there are of one kind, whether they are explained or not."""
        return sum(1 for each in self.differences if each.about == about)

    def answer(self) -> dict[str, int]:
        """Figures for the demo's last line."""
        return {
            "pairs": self.pairs,
            "fields_compared": self.fields_compared,
            "different_without_reason": len(self.unexplained("fields")),
            "stock_different_without_reason": len(self.unexplained("stock")),
            "orders_different_without_reason": len(self.unexplained("orders")),
            "customers": self.customers,
            "customers_fields_compared": self.customers_fields,
            "customers_different_with_reason": self.about("customers") - len(self.unexplained("customers")),
            "customers_different_without_reason": len(self.unexplained("customers")),
        }

    def broken(self) -> list[str]:
        """Each difference that nobody explains, in a sentence."""
        return [f"{each}, and nobody says why." for each in self.differences if not each.reason]


def compare(told: Told, store: Side, zoho: Side) -> Truth:
    """Every pair that the product tells of, field by field."""
    truth = Truth()
    for about, check in (("products", _product), ("customers", _customer), ("orders", _order)):
        for link in told.links[about]:
            here = getattr(store, about).get(link["cscart"])
            there = getattr(zoho, about).get(link["zoho"])
            truth.pairs += 1
            truth.customers += about == "customers"
            if here is None or there is None:
                truth.differences.append(_missing(about, link, here is not None, there is not None))
                continue
            for found in check(_Pair(told, link, here, there, store, zoho)):
                truth.fields_compared += 1
                truth.customers_fields += about == "customers"
                if found is not None:
                    truth.differences.append(found)
    return truth


def _missing(about: str, link: Row, in_store: bool, in_zoho: bool) -> Difference:
    words = {True: "there", False: "missing"}
    kind = about if about in ("customers", "orders") else "fields"
    return Difference(kind, _label(link), "the record", words[in_store], words[in_zoho], _reason(link))


@dataclass(frozen=True)
class _Pair:
    told: Told
    link: Row
    here: Row
    there: Row
    store: Side
    zoho: Side

    def difference(self, about: str, name: str, here: object, there: object, reason: str = "") -> Difference | None:
        """Nothing for equal values."""
        if here == there or (_nothing(here) and _nothing(there)):
            return None
        said = reason or _reason(self.link, name)
        return Difference(about, _label(self.link), name, here, there, said)


def _label(link: Row) -> str:
    return f'"{link["label"]}" ({link["cscart"]} = {link["zoho"]})'


def _reason(link: Row, name: str = "") -> str:
    """What the merchant is told about this pair: a question about this field, or why it is held or has failed."""
    if name in link["conflicts"]:
        return "It waits for an answer."
    return str(link["reason"]) if link["state"] != "synced" else ""


def _nothing(value: object) -> bool:
    return value in (None, "") or (isinstance(value, Decimal) and not value)


# Products


def _product(pair: _Pair) -> Iterator[Difference | None]:
    settings = pair.told.settings
    owners = settings["owners"]
    for name, (of_product, of_item) in PRODUCT_FIELDS.items():
        if owners.get(name) == "nobody" or (name == "list_price" and settings["list_price_field"] != "label_rate"):
            continue  # the field is not synced
        here = _status(pair.here, hidden=settings["hidden_is_active"]) if name == "status" else of_product(pair.here)
        yield pair.difference("fields", name, here, of_item(pair.there))
    if _is_counted(pair):
        yield _stock(pair)


def _is_counted(pair: _Pair) -> bool:
    """Whether both sides count its pieces."""
    tracked = pair.here.get("tracking") != "D" and pair.here.get("is_edp") != "Y"
    item = pair.there
    counted = item.get("track_inventory") is not False and item.get("product_type") != "service"
    return tracked and counted and pair.told.settings["stock_owner"] != "nobody"


def _stock(pair: _Pair) -> Difference | None:
    """Free pieces on both sides: those of sales orders that are drafts are still in Zoho's figure."""
    settings = pair.told.settings
    figure = "actual_available_for_sale_stock" if settings["stock_book"] == "available" else "available_for_sale_stock"
    if pair.there.get(figure) is None:
        return None
    here, there = int(pair.here["amount"]), int(Decimal(str(pair.there[figure])))
    for_sale = max(0, there - settings["stock_buffer"])
    reason = ""
    waiting = _waiting(pair)
    if waiting and here == max(0, for_sale - waiting):
        reason = f"{waiting} pieces are on sales orders that are not confirmed."
    return pair.difference("stock", "stock", Decimal(here), Decimal(for_sale), reason)


def _waiting(pair: _Pair) -> int:
    """Pieces that the product says are waiting, as far as drafts of the orders that it names hold so many; else 0.

    Drafts may hold more: those of orders from before the two figures were agreed on are in neither. A draft is to be
    one where the merchant's map says so, or where the merchant is told why it is not confirmed. An order that Zoho has
    not at all explains nothing: its pieces must not be sold there once more.
    """
    links = {link["cscart"]: link for link in pair.told.links["orders"]}
    to_zoho = pair.told.settings["orders"]["to_zoho"]
    pieces = 0
    for id in pair.link.get("orders", ()):
        order, link = pair.store.orders.get(id, {}), links.get(id)
        sale = pair.zoho.orders.get(link["zoho"], {}) if link else {}
        if link is None or not sale or sale["status"] in CONFIRMED:
            continue
        if to_zoho.get(str(order.get("status")), "") == "draft" or _reason(link) or link["conflicts"]:
            pieces += _pieces(order, pair.link["cscart"])
    waiting = int(pair.link.get("in_orders") or 0)
    return waiting if 0 < waiting <= pieces else 0


def _pieces(order: Row, product_id: str) -> int:
    lines = order.get("products") or {}
    rows = lines.values() if isinstance(lines, Mapping) else lines
    return sum(int(line["amount"]) for line in rows if str(line["product_id"]) == product_id)


def _money(value: object) -> Decimal:
    try:
        return Decimal(str(value or 0)).normalize()
    except InvalidOperation:
        return Decimal("NaN")


def _status(product: Row, *, hidden: bool) -> str:
    return "active" if product["status"] == "A" or (product["status"] == "H" and hidden) else "inactive"


def _line(value: object) -> str:
    return " ".join(str(value or "").split())


class _Text(HTMLParser):
    """The words of a text with or without tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.words.append(" ")


def _words(value: object) -> str:
    """A description without tags and layout."""
    return " ".join("".join(_Text(str(value or "")).words).split())


def _weight(item: Row) -> Decimal:
    details = item.get("package_details")
    return _money(details.get("weight") if isinstance(details, Mapping) else item.get("weight"))


def _taxed(product: Row) -> bool:
    return bool(product.get("tax_ids"))


PRODUCT_FIELDS: Mapping[str, tuple[Pick, Pick]] = {
    "sku": (lambda product: product["product_code"], lambda item: item["sku"]),
    "name": (lambda product: _line(product["product"]), lambda item: _line(item["name"])),
    "price": (
        lambda product: _money(product.get("base_price") or product["price"]),
        lambda item: _money(item["rate"]),
    ),
    "list_price": (
        lambda product: _money(product.get("list_price")),
        lambda item: _money(item.get("label_rate")),
    ),
    "status": (lambda product: product["status"], lambda item: item["status"]),
    "full_description": (
        lambda product: _words(product.get("full_description")),
        lambda item: _words(item.get("description")),
    ),
    "taxable": (_taxed, lambda item: bool(item.get("is_taxable"))),
    "weight": (lambda product: _money(product.get("weight")), _weight),
}


# Customers


def _customer(pair: _Pair) -> Iterator[Difference | None]:
    """Every mapped field that the store tells, each in the words of both sides."""
    for name, row in pair.told.contact_map.items():
        column = row["column"]
        if row["mode"] != "always" or not _is_told(pair.here, column):
            continue  # written only once, or only where there is nothing; or not to be seen in the store
        told = pair.there.get(name)
        zoho = _line(told.get("name") if isinstance(told, Mapping) else told)
        ways = _ways_to_say(pair, column)
        store = zoho if zoho.casefold() in {each.casefold() for each in ways[1:] if each} else ways[0]
        if column in ("email", "company"):
            zoho, store = zoho.casefold(), store.casefold()
        reason = _why_of_field(pair.link, name, (store, zoho))
        if column == "email" and pair.link["no_email"]:
            reason = "It has no e-mail address of its own."
        found = pair.difference("customers", name, store, zoho, reason)
        yield replace(found, reason=reason) if found is not None else None


def _is_told(user: Row, column: str) -> bool:
    return "fields" in user if column.startswith(CUSTOM) else column in user


def _ways_to_say(pair: _Pair, column: str) -> list[str]:
    """The value of a column, and how else the same is said: a country and a state have a code and a name."""
    user = pair.here
    if column.startswith(CUSTOM):
        own = user["fields"] if isinstance(user["fields"], Mapping) else {}  # none at all come as a list
        kept = _line(own.get(column.removeprefix(CUSTOM)))
        return [pair.store.choices.get(kept, kept)]
    value = _line(user.get(column))
    if column == "birthday":
        return [_day(value)]
    if not column.endswith(("_country", "_state")):
        return [value]
    name = _line(user.get(f"{column}_descr"))
    return [value, name, COUNTRIES.get(value, name) if column.endswith("_country") else name]


def _day(seconds: str) -> str:
    """The day of a birthday, which the store keeps as the second at which it begins somewhere; 0 is none."""
    if seconds in ("", "0"):
        return ""
    return (datetime(1970, 1, 1, 12, tzinfo=UTC) + timedelta(seconds=int(seconds))).date().isoformat()


def _why_of_field(link: Row, name: str, values: Sequence[str]) -> str:
    """What the merchant is told about this very field: a question, or a reason that has its name or its value in it."""
    reason = _reason(link, name)
    if name in link["conflicts"]:
        return reason
    named = [name.replace("_", " "), *(value for value in values if value)]
    return reason if any(each.casefold() in reason.casefold() for each in named) else ""


# Orders


def _order(pair: _Pair) -> Iterator[Difference | None]:
    choices = pair.told.settings["orders"]
    yield pair.difference("orders", "total", _money(pair.here["total"]), _money(pair.there["total"]))
    currency = choices["currency"] or pair.here.get("secondary_currency")
    yield pair.difference("orders", "currency", str(currency).upper(), str(pair.there["currency_code"]).upper())
    letter, status = str(pair.here["status"]), str(pair.there["status"])
    same = _stand_for_each_other(letter, status, choices)
    yield None if same else pair.difference("orders", "status", letter, status)


def _stand_for_each_other(letter: str, status: str, choices: Row) -> bool:
    """By either direction of the merchant's map; what Zoho alone can set counts as the status it is built on."""
    own = choices["to_cscart"].get(status, "")
    settable = status if status in ("draft", "void") else "confirmed" if status in CONFIRMED else "draft"
    back = choices["to_cscart"].get(settable, "")
    if letter == (own or back):
        return True
    return bool(choices["to_zoho"].get(letter, "") == (status if own else settable))
