"""Rows, links and planners of made-up products, for the tests of what is pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cscart_zoho.mapping.choices import DEFAULT_OWNERS, OWNED_FIELDS, Owner, ProductChoices
from cscart_zoho.mapping.product_map import ProductMap
from cscart_zoho.records import Side, Value, digest
from cscart_zoho.sync.asked import Asked
from cscart_zoho.sync.pairs import Linked, OpenConflict, Pair, Seen
from cscart_zoho.sync.plan import Planner

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

IDS = {Side.CSCART: "101", Side.ZOHO: "900000001"}


def choices(**chosen: Any) -> ProductChoices:
    """Choices in which `owners` names only what is not as by default."""
    owners = {**DEFAULT_OWNERS, **chosen.pop("owners", {})}
    return ProductChoices(owners=owners, **chosen)


def owned_by(owner: Owner, *fields: str) -> dict[str, Owner]:
    """Owners in which only these fields are synced."""
    return {name: owner if name in fields else Owner.NOBODY for name in OWNED_FIELDS}


def seen(side: Side, values: Mapping[str, Value], **told: Any) -> Seen:
    """One row as the ledger holds it."""
    told.setdefault("key", str(values.get("sku") or "SKU-1"))
    return Seen(side=side, id=IDS[side], name=str(values.get("name") or ""), values=digest(values), **told)


def link(base_cscart: Mapping[str, Value], base_zoho: Mapping[str, Value], origin: str = "adopted") -> Linked:
    return Linked(IDS[Side.CSCART], IDS[Side.ZOHO], digest(base_cscart), digest(base_zoho), origin, NOON)


def pair(
    cscart: Mapping[str, Value],
    zoho: Mapping[str, Value],
    base: Mapping[str, Value] | None = None,
    *,
    base_zoho: Mapping[str, Value] | None = None,
    conflicts: tuple[OpenConflict, ...] = (),
) -> Pair:
    """Two rows; linked if there is a `base`, which is the same for both sides unless `base_zoho` is given."""
    return Pair(
        cscart=seen(Side.CSCART, cscart),
        zoho=seen(Side.ZOHO, zoho),
        link=None if base is None else link(base, base if base_zoho is None else base_zoho),
        conflicts={conflict.field: conflict for conflict in conflicts},
    )


def planner(chosen: ProductChoices | None = None, **asked: Any) -> Planner:
    return Planner(Asked(**asked), ProductMap(chosen or ProductChoices()), NOON)
