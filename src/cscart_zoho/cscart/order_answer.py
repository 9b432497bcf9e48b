"""What the store has made of an order that it was sent, in words for people. Pure.

201 does not mean complete: lines that are unknown or out of stock are dropped,
amounts are cut to the stock, equal products are merged (seen on 4.20).
"""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cscart_zoho.cscart.order_body import label
from cscart_zoho.cscart.order_mapper import members, number_of, options_of
from cscart_zoho.cscart.order_wire import OrderRow
from cscart_zoho.order import NOTHING, Order


def after_creation(order: Order, row: OrderRow, others: list[str]) -> str:
    """What is lacking in a new order. Prices and totals come later. `others` are orders it was split into."""
    told = [*_pieces(order, row), *_merged(order, row)]
    if len(others) > 1:
        told.append(f"The store made several orders of it, one for each vendor: {', '.join(others)}.")
    return " ".join(told)


def after_change(order: Order, row: OrderRow) -> str:
    """What is not as the document says."""
    told = _pieces(order, row)
    told += _prices(order, row) if not told else []
    shown = number_of(row.total)
    if shown != order.total:
        told.append(f"The store shows a total of {money(shown)} instead of {money(order.total)}.")
    return " ".join(told)


def options_lost(before: OrderRow, sent: Mapping[str, object], row: OrderRow) -> str:
    """Which of the lines that were `sent` have other options now: they went back as they came."""
    there, shown = _by_id(before), _by_id(row)
    told = []
    for key in sent:
        had, has = options_of(there.get(key, {})), options_of(shown.get(key, {}))
        if had and key in shown and has != had:
            name = there[key].get("product_code") or there[key].get("product")
            told.append(f"The store shows {has or 'no options'} for {name} instead of {had}: correct it there.")
    return " ".join(told)


def _by_id(row: OrderRow) -> dict[str, Mapping[str, Any]]:
    return {str(line.get("item_id")): line for line in members(row.products)}


def status_problem(wanted: str, row: OrderRow, statuses: list[Mapping[str, Any]]) -> str:
    """Why an order is not in the status it was given; the store itself answers 200 to everything."""
    shown = str(row.status)
    if shown == wanted:
        return ""
    known = {str(each.get("letter")): each for each in statuses}
    short = known.get(wanted, {}).get("takes_stock") and not known.get(shown, {}).get("takes_stock")
    why = " Most likely too few pieces are in stock." if short else ""
    return f"The store shows the status {_named(shown, known)} instead of {_named(wanted, known)}.{why}"


def _named(letter: str, known: Mapping[str, Mapping[str, Any]]) -> str:
    name = str(known.get(letter, {}).get("name") or "")
    return f"{letter} ({name})" if name else letter or "none"


def money(amount: Decimal | None) -> str:
    """An amount as people write it, with two decimals."""
    return "nothing" if amount is None else f"{amount:.2f}"


def _pieces(order: Order, row: OrderRow) -> list[str]:
    wanted, got = _quantities(order), _shown_quantities(row)
    names = {line.product_id: label(line) for line in reversed(order.lines)}
    told = [_too_few(names[id], wanted[id], got.get(id, NOTHING)) for id in wanted if wanted[id] != got.get(id)]
    shown = {str(line.get("product_id")): line for line in members(row.products)}
    added = [shown[id].get("product_code") or shown[id].get("product") for id in got if id not in wanted]
    return told + [f"The store has added {name}." for name in added]


def _too_few(name: str, wanted: Decimal, got: Decimal) -> str:
    if not got:
        return f"The store left out {_count(wanted)} of {name}: none is in stock, or it is not sold any more."
    if got < wanted:
        return f"The store took {got:f} of {_count(wanted)} of {name}, because no more are in stock."
    return f"The store shows {_count(got)} of {name} instead of {wanted:f}."


def _count(pieces: Decimal) -> str:
    return f"{pieces:f} piece" if pieces == 1 else f"{pieces:f} pieces"


def _merged(order: Order, row: OrderRow) -> list[str]:
    sent = Counter(line.product_id for line in order.lines)
    shown = Counter(str(line.get("product_id")) for line in members(row.products))
    names = {line.product_id: label(line) for line in order.lines}
    return [
        f"The store made one line of the {count} lines of {names[id]}."
        for id, count in sent.items()
        if count > 1 and shown[id] == 1
    ]


def _prices(order: Order, row: OrderRow) -> list[str]:
    """Lines of one product may stand in any order."""
    told = []
    for id, name in {line.product_id: label(line) for line in order.lines}.items():
        wanted = sorted(line.price for line in order.lines if line.product_id == id)
        shown = [number_of(line.get("price")) for line in members(row.products) if str(line.get("product_id")) == id]
        if wanted != sorted(price for price in shown if price is not None):
            told.append(f"The store shows {_list(shown)} as the price of {name} instead of {_list(wanted)}.")
    return told


def _list(prices: list[Decimal] | list[Decimal | None]) -> str:
    return ", ".join(money(price) for price in prices)


def _quantities(order: Order) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in order.lines:
        found[line.product_id] = found.get(line.product_id, NOTHING) + line.quantity
    return found


def _shown_quantities(row: OrderRow) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in members(row.products):
        id = str(line.get("product_id"))
        found[id] = found.get(id, NOTHING) + (number_of(line.get("amount")) or NOTHING)
    return found
