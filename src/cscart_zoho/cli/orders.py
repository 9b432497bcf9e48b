"""`orders explain`: where each cent of an order goes on the other side, from what the ledger knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from cscart_zoho import app
from cscart_zoho.cli.here import the_store
from cscart_zoho.cli.words import answer_json, say, table
from cscart_zoho.errors import NotFound, Unfit
from cscart_zoho.mapping.currencies import places, shown
from cscart_zoho.mapping.keys import folded
from cscart_zoho.mapping.money_rules import Priced, Traced
from cscart_zoho.order import NOTHING, Line, Order, from_text, papers_from_text
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Link, Observation, Store
from cscart_zoho.store.values import from_json

T = TypeVar("T")

# Finding


def ids_of(numbers: Sequence[str]) -> dict[Side, set[str]]:
    """By side the ids of the orders with these numbers. Raises `NotFound` for one that the ledger does not have."""
    store = the_store()
    found: dict[Side, set[str]] = {side: set() for side in Side}
    for number in numbers:
        rows = list(_with_number(store, number))
        if not rows:
            raise _unknown(number)
        for row in rows:
            found[Side(row.side)].add(row.remote_id)
    return found


def _rows(store: Store, **wanted: str) -> list[Observation]:
    """Orders of both sides, those that are still there first."""
    rows = Observation.objects.filter(store_id=store.pk, entity=Entity.ORDERS, **wanted)
    return sorted(rows.order_by("pk"), key=lambda row: row.gone_at is not None)


def _with_number(store: Store, number: str) -> list[Observation]:
    return _rows(store, folded_key=folded(number))


def _unknown(number: str) -> NotFound:
    return NotFound(
        f'No order "{number}" is known.',
        advice="`cscart-zoho sync orders --dry-run` reads what is new on both sides and writes nothing.",
    )


@dataclass(frozen=True)
class Known:
    """What the ledger has of one order on each side."""

    store: Store
    rows: dict[Side, Observation]
    linked: bool

    @property
    def source(self) -> Side:
        """Where it was placed. Its document there is what the other side's is made from."""
        number = next(iter(self.rows.values())).key
        prefix = app.order_choices(self.store).prefix
        ours = number.startswith(prefix) and number[len(prefix) :].isdecimal()
        wanted = Side.CSCART if ours else Side.ZOHO
        return wanted if wanted in self.rows else wanted.other

    @property
    def row(self) -> Observation:
        """As it is where it was placed."""
        return self.rows[self.source]

    def document(self) -> Order:
        """Raises `NotFound` when only a row of a list has been seen."""
        text = self.row.values.get("document")
        if not text:
            option = "--cscart-ids" if self.source is Side.CSCART else "--zoho-ids"
            raise NotFound(
                f"The lines of {self.row.key} have not been read in {self.source.title} yet."
                + (f" {self.row.problem}" if self.row.problem else ""),
                advice=f"`cscart-zoho sync orders {option} {self.row.remote_id} --dry-run` reads them and writes "
                "nothing.",
            )
        return from_text(str(text))

    def total(self, side: Side) -> tuple[Decimal | None, str]:
        """Total and currency as that side shows them."""
        row = self.rows.get(side)
        values = from_json(row.values) if row is not None else {}
        total = values.get("total")
        return total if isinstance(total, Decimal) else None, str(values.get("currency") or "")


def find(store: Store, number: str) -> Known:
    """The order with this number or, failing that, with this id; and its partner. Raises `NotFound`."""
    rows = _with_number(store, number) or _rows(store, side=Side.CSCART, remote_id=number.strip())
    rows = rows or _rows(store, side=Side.ZOHO, remote_id=number.strip())
    if not rows:
        raise _unknown(number)
    first = rows[0]
    partner = _partner(store, first)
    known = {Side(first.side): first}
    if partner is None:
        known = {**{Side(row.side): row for row in reversed(_with_number(store, first.key))}, **known}
    else:
        known[Side(partner.side)] = partner
    return Known(store, known, linked=first.linked)


def _partner(store: Store, row: Observation) -> Observation | None:
    side = Side(row.side)
    own, other = ("cscart_id", "zoho_id") if side is Side.CSCART else ("zoho_id", "cscart_id")
    link = Link.objects.filter(store_id=store.pk, entity=Entity.ORDERS, **{own: row.remote_id}).first()
    if link is None:
        return None
    return next(iter(_rows(store, side=side.other, remote_id=getattr(link, other))), None)


# Explaining


@dataclass(frozen=True)
class Explained:
    """An order, how it looks on the other side, or why it cannot go there."""

    known: Known
    document: Order
    priced: Priced | None
    #: What stands in its way, first things first.
    held: tuple[Unfit, ...]

    @property
    def totals(self) -> dict[Side, tuple[Decimal | None, str]]:
        """Of both sides. Where an order is not there yet, the total that it would have."""
        source = self.known.source
        told = {side: self.known.total(side) for side in Side}
        if source.other not in self.known.rows and self.priced is not None:
            told[source.other] = (self.priced.order.total, self.priced.order.currency)
        return told

    @property
    def equal(self) -> bool:
        """Whether both totals are known and the same."""
        here, there = (self.totals[side] for side in Side)
        return here[0] is not None and here == there

    @property
    def all_is_well(self) -> bool:
        return not self.held and self.equal


def explain(number: str, *, as_json: bool) -> int:
    """Tell all about one order; the exit code: 0, or 1 when it cannot go over or the totals differ."""
    explained = _explained(find(the_store(), number))
    if as_json:
        answer_json(_as_json(explained))
    else:
        _tell(explained)
    return 0 if explained.all_is_well else 1


def _explained(known: Known) -> Explained:
    """The money is traced even where an item or a contact is still missing."""
    document, missing = known.document(), Missing([])
    strict = app.order_map(known.store)
    order_map = replace(
        strict,
        contact_of=missing.noted(strict.contact_of, ""),
        item_of=missing.noted(strict.item_of, ""),
        product_of=missing.noted(strict.product_of, ""),
    )
    project = order_map.for_zoho if known.source is Side.CSCART else order_map.for_store
    try:
        priced = project(document)
    except Unfit as error:
        missing.told.append(error)
        priced = None
    return Explained(known, document, priced, tuple({str(each): each for each in missing.told}.values()))


@dataclass(frozen=True)
class Missing:
    """Look-ups that go on without what they do not find."""

    told: list[Unfit]

    def noted(self, look_up: Callable[[T], str], instead: str) -> Callable[[T], str]:
        """The same look-up, but what it misses is written down."""

        def look(asked: T) -> str:
            try:
                return look_up(asked)
            except Unfit as error:
                self.told.append(error)
                return instead

        return look


def _status(known: Known, side: Side) -> str:
    """The status in words: the store's by its name, Zoho's as Zoho writes it."""
    row = known.rows.get(side)
    if row is None:
        return ""
    if side is Side.ZOHO:
        return row.status.replace("_", " ")
    names = {each["letter"]: each["name"] for each in known.store.capabilities.get("order_statuses") or []}
    return f"{row.status} ({names[row.status]})" if row.status in names else row.status


def sums(trace: Sequence[Traced]) -> tuple[Decimal, Decimal]:
    """What each column of a trace adds up to."""
    here = sum((each.store for each in trace if each.store is not None), NOTHING)
    return here, sum((each.zoho for each in trace if each.zoho is not None), NOTHING)


# As text


def _tell(explained: Explained) -> None:
    known, document = explained.known, explained.document
    digits = places(document.currency)
    say(table(_head(explained)))
    say()
    head = ("SKU", "Name", "Quantity", "Price", "Amount")
    say(table([_line(line, digits) for line in document.lines], head=head))
    say()
    for error in explained.held:
        say(f"In the way to {known.source.other.title}: {error.for_people()}")
    if explained.held:
        say()
    if explained.priced is not None:
        say(_trace(explained.priced.trace, digits))
        say()
    _tell_totals(explained)


def _head(explained: Explained) -> list[tuple[str, object]]:
    known, row = explained.known, explained.known.row
    email = row.values.get("email") or explained.document.email
    customer = " ".join(filter(None, [row.name or explained.document.name, f"<{email}>" if email else ""]))
    rows: list[tuple[str, object]] = [
        ("Order", f"{row.key}, placed in {known.source.title}"),
        ("Date", explained.document.date or "-"),
        ("Customer", customer or "-"),
    ]
    for side in Side:
        held = known.rows.get(side)
        gone = ", deleted" if held is not None and held.gone_at else ""
        rows.append((side.title, f"{_status(known, side)}, ID {held.remote_id}{gone}" if held else "not there"))
    rows.append(("Sync", row.get_state_display() + (f": {row.reason}" if row.reason else "")))
    rows += [(side.title, held.problem) for side, held in known.rows.items() if held.problem]
    return [*rows, *_papers(known)]


def _papers(known: Known) -> list[tuple[str, object]]:
    """The shipments and invoices that Zoho names."""
    row = known.rows.get(Side.ZOHO)
    papers = papers_from_text(str(from_json(row.values).get("papers") or "")) if row is not None else ()
    return [(p.kind.capitalize(), " ".join(filter(None, [p.number, p.date, p.status]))) for p in papers]


def _line(line: Line, digits: int) -> tuple[object, ...]:
    name = f"{line.name} ({line.options})" if line.options else line.name
    amount = line.price * line.quantity - line.discount
    return (line.sku or "-", name, shown(line.quantity, 0), shown(line.price, digits), shown(amount, digits))


def _trace(trace: Sequence[Traced], digits: int) -> str:
    rows = [(each.what, _amount(each.store, digits), _amount(each.zoho, digits), each.why) for each in trace]
    here, there = sums(trace)
    return table(
        [*rows, ("Total", shown(here, digits), shown(there, digits), "")], head=("", "CS-Cart", "Zoho", "Where it is")
    )


def _amount(amount: Decimal | None, digits: int) -> str:
    return "" if amount is None else shown(amount, digits)


def _tell_totals(explained: Explained) -> None:
    """Both totals in one sentence, and whether they are equal."""
    parts = []
    for side, (total, currency) in explained.totals.items():
        would = "" if side in explained.known.rows else "would be "
        known = "not known" if total is None else f"{would}{shown(total, places(currency))} {currency}"
        parts.append(f"{known} in {side.title}")
    say(f"Total: {', '.join(parts)}: {'equal' if explained.equal else 'NOT EQUAL'}.")


# As JSON


def _as_json(explained: Explained) -> dict[str, Any]:
    known = explained.known
    priced = explained.priced
    return {
        "ok": explained.all_is_well,
        "number": known.row.key,
        "placed_in": known.source,
        "date": explained.document.date,
        "customer": {"name": known.row.name or explained.document.name, "email": known.row.values.get("email") or ""},
        "linked": known.linked,
        "sides": {side: _side_as_json(known, side) for side in Side},
        "state": known.row.state,
        "reason": known.row.reason,
        "order": msgspec.to_builtins(explained.document),
        "on_the_other_side": msgspec.to_builtins(priced.order) if priced else None,
        "trace": [msgspec.to_builtins(each) for each in priced.trace] if priced else [],
        "sums": dict(zip(("store", "zoho"), map(str, sums(priced.trace)), strict=True)) if priced else None,
        "totals": {
            side: {"total": total, "currency": currency} for side, (total, currency) in explained.totals.items()
        },
        "equal": explained.equal,
        "held": [{"reason": str(error), "advice": error.advice} for error in explained.held],
    }


def _side_as_json(known: Known, side: Side) -> dict[str, Any] | None:
    row = known.rows.get(side)
    if row is None:
        return None
    return {
        "id": row.remote_id,
        "status": row.status,
        "status_name": _status(known, side),
        "gone": row.gone_at is not None,
        "problem": row.problem,
        "papers": msgspec.to_builtins(papers_from_text(str(from_json(row.values).get("papers") or ""))),
    }
