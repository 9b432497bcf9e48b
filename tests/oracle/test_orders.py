"""Random orders: calculator, simulators and product come to one total, or the product holds the order with a reason.

`tests.oracle.drawn.drawn(seed)` is the order of a seed; a failing test names the seeds.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from cscart_zoho.errors import Unfit
from tests.oracle import cscart, zoho
from tests.oracle.drawn import Drawn, body, drawn
from tests.oracle.rounding import rounded
from tests.oracle.sides import (
    ZohoSide,
    organisation_key,
    placed,
    sent_to_store,
    sent_to_zoho,
    store_decimals,
    zoho_side,
)

Tell = Callable[[str], None]

#: Orders of the quick suite, and all of them.
COUNTS = [600, pytest.param(20_000, marks=[pytest.mark.long, pytest.mark.timeout(1_200)])]
#: Of 100 ordinary orders so many go over.
GO_OVER_PERCENT = 99


@dataclass
class Desk:
    """The organisations that were needed so far, and what has come of the orders."""

    sides: dict[object, ZohoSide] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def side(self, order: Drawn) -> ZohoSide:
        key = organisation_key(order)
        if key not in self.sides:
            self.sides[key] = zoho_side(order)
        return self.sides[key]

    def judge(self, seed: int, check: Callable[["Desk", Drawn], str]) -> None:
        order = drawn(seed)
        if found := check(self, order):
            self.wrong.append(f"{seed}: {found} ({', '.join(sorted(order.kinds))})")

    def told(self) -> str:
        return "\n".join([f"{len(self.wrong)} orders are wrong", *self.wrong[:20]])


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


# The simulated store


def in_store(desk: Desk, order: Drawn) -> str:
    """The order as the simulated store calculates it."""
    answer = placed(order)
    if answer is None:
        return ""
    desk.counts["made"] += 1
    cart = order.cart
    expected = {name: sum(parts.values(), Decimal(0)) for name, parts in cscart.taxes(cart).items()}
    if (taxes := _taxes_told(answer, cart.decimals)) != {name: tax for name, tax in expected.items() if tax}:
        return f"taxes {taxes} in the simulated store, not {expected}"
    parts = rounded(cscart.recorded_total(answer, points_in_discount=order.points_in_discount), cart.decimals)
    if not Decimal(answer["total"]) == parts == cscart.total(cart):
        return f"total {answer['total']} of parts {parts}, not {cscart.total(cart)}"
    return ""


def _taxes_told(answer: dict[str, Any], decimals: int) -> dict[str, Decimal]:
    """By name, without those of 0; a store tells floats such as 320.28000000000003."""
    names = {str(id): name for name, id in answer["ids"].items()}
    told = answer["taxes"].items() if isinstance(answer["taxes"], dict) else ()
    amounts = {names[id]: rounded(Decimal(str(tax["tax_subtotal"])), decimals) for id, tax in told}
    return {name: amount for name, amount in amounts.items() if amount}


@pytest.mark.parametrize("count", COUNTS)
def test_the_simulated_store_calculates_as_the_documentation_says(count: int, tell: Tell) -> None:
    desk = Desk()
    for seed in range(1, count + 1):
        desk.judge(seed, in_store)
    assert not desk.wrong, desk.told()
    assert desk.counts["made"] > count * 0.7
    tell(f"{desk.counts['made']:,} random orders come to the calculator's totals and taxes in the simulated store")


# From the store to Zoho


def to_zoho(desk: Desk, order: Drawn) -> str:
    """An order of the store, sent; Zoho keeps the store's total, by the calculator and in the simulator."""
    side, counts = desk.side(order), desk.counts
    counts["orders"] += 1
    counts["ordinary"] += order.ordinary
    try:
        sent = sent_to_zoho(order, side)
    except Unfit as unfit:
        counts["held"] += 1
        counts["ordinary held"] += order.ordinary
        return "" if str(unfit) else "held without a reason"
    if "no tie breaker" in order.kinds and _is_charged("Sales tax", order):
        return "sent, though nothing tells two taxes of one rate apart"
    kept = zoho.figures(zoho.from_body(sent, order.taxes_by_id(side.ids)), order.organisation)
    simulated = side.kept(sent)["total"]
    if not order.total == kept.total == simulated:
        return f"{order.total} in the store, {kept.total} in Zoho, {simulated} in the simulated one"
    return _wrong_tax(order, side, sent)


def _wrong_tax(order: Drawn, side: ZohoSide, sent: dict[str, Any]) -> str:
    """A line has the tax of the same name, where there is one for all its taxes."""
    names = {id: name for name, id in side.ids.items()}
    for line, row in zip(order.cart.lines, sent["line_items"], strict=False):
        found = names.get(row["tax_id"], "")
        (own,) = line.taxes if len(line.taxes) == 1 else ("",)
        if own in names.values() and _is_charged(own, order) and found != own:
            return f"a line with {own} has {found or 'no tax'} in Zoho"
        if "one tax of that rate is no group" in order.kinds and found == "GST18" and own == "Sales tax":
            return "a group was taken for a single tax, though there is a single one of that rate"
    return ""


def _is_charged(name: str, order: Drawn) -> bool:
    """Whether the store has taken anything for a tax: one of a discounted order may come to nothing."""
    return any(cscart.taxes(order.cart).get(name, {}).values())


@pytest.mark.parametrize("count", COUNTS)
def test_orders_of_the_store_are_kept_by_zoho_at_their_total_or_held_with_a_reason(
    count: int, desk: Desk, tell: Tell
) -> None:
    for seed in range(1, count + 1):
        desk.judge(seed, to_zoho)
    counts = desk.counts
    assert not desk.wrong, desk.told()
    assert counts["ordinary held"] * 100 <= counts["ordinary"] * (100 - GO_OVER_PERCENT), counts
    tell(
        f"{counts['orders']:,} random orders: {counts['held']:,} held, the others equal in Zoho to the smallest unit; "
        f"of {counts['ordinary']:,} ordinary ones {counts['ordinary held']:,} held"
    )


# From Zoho to the store


def to_store(desk: Desk, order: Drawn) -> str:
    """A sales order that a person wrote: the simulated Zoho reckons it, and the store is given its total."""
    side, counts = desk.side(order), desk.counts
    written = body(order.seed, order, side.ids)
    kept = side.kept(written)
    found = zoho.figures(zoho.from_body(written, order.taxes_by_id(side.ids)), order.organisation)
    counts["orders"] += 1
    if (kept["total"], kept["tax_total"]) != (found.total, found.tax_total):
        return f"{kept['total']} with tax {kept['tax_total']} simulated, not {found.total} with {found.tax_total}"
    try:
        sent = sent_to_store(kept, side, store_decimals(order))
    except Unfit as unfit:
        counts["held"] += 1
        return "" if str(unfit) else "held without a reason"
    parts = cscart.recorded_total(sent)
    stored = Decimal(sent["total"]) + Decimal(sent["payment_surcharge"])
    if not parts == stored == kept["total"]:
        return f"{kept['total']} in Zoho; {stored} in the store, whose parts are {parts}"
    return ""


@pytest.mark.parametrize("count", COUNTS)
def test_sales_orders_of_zoho_reach_the_store_at_their_total_or_are_held_with_a_reason(
    count: int, desk: Desk, tell: Tell
) -> None:
    for seed in range(1, count + 1):
        desk.judge(seed, to_store)
    counts = desk.counts
    assert not desk.wrong, desk.told()
    tell(f"{counts['orders']:,} random sales orders: {counts['held']:,} held, the others equal in the store")
