"""How far a sales order has come: its status in one word, and the papers that belong to it. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from cscart_zoho.order import Paper
from cscart_zoho.zoho.figures import amount, day_of, line_of, rows_of

SalesOrder = Mapping[str, Any]

#: Words of Zoho Books and of older answers for what Inventory calls otherwise.
_WORDS = {"open": "confirmed", "on_hold": "onhold", "voided": "void", "canceled": "void", "cancelled": "void"}
#: What the two twins say that is more than "confirmed" (seen live beside `status`). What was shipped comes first.
_MORE = {
    "shipped_status": ("partially_shipped", "shipped", "fulfilled"),
    "invoiced_status": ("partially_invoiced", "invoiced"),
}


def status_of(told: SalesOrder) -> str:
    """The status in Zoho's own words; unknown words stay as they are.

    `status` is the word that is derived from everything (Zoho Inventory API: Sales Orders). Where it says no more
    than that the order is confirmed, its live twins are asked: `order_status`, then what was shipped or invoiced.
    """
    word = _word(told.get("status")) or _word(told.get("order_status"))
    if word != "confirmed":
        return word
    whole = _word(told.get("order_status"))
    if whole not in ("", "confirmed"):
        return whole
    for twin, words in _MORE.items():
        if _word(told.get(twin)) in words:
            return _word(told.get(twin))
    return word


def _word(told: object) -> str:
    word = "_".join(str(told or "").split()).lower()
    return _WORDS.get(word, word)


def papers_of(told: SalesOrder) -> tuple[Paper, ...]:
    """Packages, shipments and invoices that the full order names; each once, in Zoho's order."""
    papers = [*_packages(told), *_shipments(told), *_invoices(told)]
    return tuple(dict.fromkeys(papers))


def _packages(told: SalesOrder) -> Iterator[Paper]:
    for row in rows_of(told, "packages"):
        yield Paper(
            kind="package",
            number=line_of(row.get("package_number")),
            date=day_of(row.get("date")),
            status=_word(row.get("status")),
        )


def _shipments(told: SalesOrder) -> Iterator[Paper]:
    """A shipment stands with each of its packages."""
    for row in rows_of(told, "packages"):
        if row.get("shipment_id") or row.get("shipment_number"):
            status = _word(row.get("shipment_status"))
            yield Paper(
                kind="shipment",
                number=str(row.get("shipment_number") or row.get("shipment_id")),
                date=day_of(row.get("shipment_date")),
                status=status if status.isidentifier() else _word(row.get("status")),
            )


def _invoices(told: SalesOrder) -> Iterator[Paper]:
    for row in rows_of(told, "invoices"):
        yield Paper(
            kind="invoice",
            number=line_of(row.get("invoice_number")),
            date=day_of(row.get("date")),
            status=_word(row.get("status")),
            amount=amount(row.get("total")),
        )
