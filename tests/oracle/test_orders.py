"""Random orders: calculator, simulators and product come to one total, or the product holds the order with a reason."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from cscart_zoho.errors import Unfit
from tests.oracle import cscart, zoho
from tests.oracle.drawn import Drawn, body, drawn
from tests.oracle.sides import (
    ZohoSide,
    can_be_simulated,
    organisation_key,
    sent_to_store,
    sent_to_zoho,
    store_decimals,
    zoho_side,
)

Tell = Callable[[str], None]

#: Orders of the quick suite, and all of them.
QUICK, ALL = 600, 20_000
#: Of 100 ordinary orders so many go over.
GO_OVER_PERCENT = 99


@dataclass
class Desk:
    """The organisations that were needed so far."""

    sides: dict[object, ZohoSide] = field(default_factory=dict)

    def side(self, order: Drawn) -> ZohoSide:
        key = organisation_key(order)
        if key not in self.sides:
            self.sides[key] = zoho_side(order)
        return self.sides[key]


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def seeds(count: int) -> Iterator[int]:
    return iter(range(1, count + 1))


def check_to_zoho(order: Drawn, desk: Desk, counts: Counter[str]) -> str:
    """One order of the store on its way to Zoho; what is wrong with it, or nothing."""
    if not can_be_simulated(order):
        counts["not simulated"] += 1
        return ""
    side = desk.side(order)
    counts["ordinary"] += order.ordinary
    try:
        sent = sent_to_zoho(order, side)
    except Unfit as unfit:
        counts["held"] += 1
        if order.ordinary:
            counts["ordinary held"] += 1
            return f"held: {unfit}"
        return "" if str(unfit) else "held without a reason"
    counts["over"] += 1
    kept = zoho.figures(zoho.from_body(sent, order.taxes_by_id(side.ids)), order.organisation)
    if kept.total != order.total:
        return f"{order.total} in the store, {kept.total} in Zoho"
    return ""


def check_from_zoho(order: Drawn, desk: Desk, counts: Counter[str]) -> str:
    """A sales order that a person wrote, in the simulated Zoho and on its way to the store."""
    if not can_be_simulated(order):
        counts["not simulated"] += 1
        return ""
    side = desk.side(order)
    written = body(order.seed, order, side.ids)
    kept = side.kept(written)
    organisation = replace(order.organisation, discount_off_net=side.off_net)
    found = zoho.figures(zoho.from_body(written, order.taxes_by_id(side.ids)), organisation)
    if (kept["total"], kept["tax_total"]) != (found.total, found.tax_total):
        return f"the simulator has {kept['total']} with tax {kept['tax_total']}, not {found.total} with {found.tax_total}"
    try:
        sent = sent_to_store(kept, side, store_decimals(order))
    except Unfit as unfit:
        counts["held"] += 1
        return "" if str(unfit) else "held without a reason"
    counts["over"] += 1
    parts = cscart.recorded_total(sent)
    stored = Decimal(sent["total"]) + Decimal(sent["payment_surcharge"])
    if not parts == stored == kept["total"]:
        return f"{kept['total']} in Zoho; {stored} in the store, whose parts are {parts}"
    return ""
