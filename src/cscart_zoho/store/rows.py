"""Between the tables of the ledger and the values that the sync works with."""

from dataclasses import astuple
from datetime import date
from decimal import Decimal
from typing import Any

from cscart_zoho.mapping import keys
from cscart_zoho.order import guest_id
from cscart_zoho.records import Entity, Record, Side, Value, Values, digest_value
from cscart_zoho.store import models
from cscart_zoho.store.values import from_json, payload_from_json, to_json, value_from_json, value_to_json
from cscart_zoho.sync.adjustments import moves_of
from cscart_zoho.sync.pairs import Figures, Linked, OpenConflict, Seen, WaitingPieces
from cscart_zoho.sync.plan import Action, Kind
from cscart_zoho.sync.ports import OpenIntent

#: The columns that a look at a record may change.
TAKEN = [
    "number",
    "key",
    "folded_key",
    "name",
    "parent_id",
    "company",
    "folded_company",
    "phone",
    "no_email",
    "values",
    "price",
    "list_price",
    "status",
    "ordered_on",
    "stock",
    "etag",
    "partial",
    "problem",
    "modified_at",
    "seen_at",
    "gone_at",
    "attempts",
    "not_before",
    "due",
]

KEY_LIMIT, STATUS_LIMIT = 120, 24
#: What people call the key of a record; that of people is an e-mail address.
_KEYS = {Entity.PRODUCTS: "SKU", Entity.ACCOUNTS: "company name", Entity.ORDERS: "number"}
#: So many earlier versions of a question about stock can still be answered.
VERSIONS = 20
#: What the columns of the panel's lists can hold; `values` holds everything.
AMOUNT_LIMIT = Decimal(10) ** 13
WHOLE_LIMIT = 2**31


def take(row: models.Observation, record: Record) -> bool:
    """Bring a row up to what was just read; whether anything of it is different now.

    A lean row (partial, or without an etag) changes only what it tells. A row
    that was complete stays so while its etag is the same.
    """
    before = _state(row)
    old = from_json(row.values)
    lean = record.partial or not record.etag or not record.tells_all
    told = record.digest()
    values = {**old, **told} if lean else told
    if record.etag:
        row.partial = record.partial and (row.partial or row.pk is None or row.etag != record.etag)
        row.etag = record.etag
    elif row.pk is None:
        row.partial = True
    _fill(row, record, values)
    if record.modified_at is not None:
        row.modified_at = record.modified_at
    row.gone_at = None
    changed = _state(row) != before
    if _but_stock(values) != _but_stock(old) or row.problem != before[1]:
        row.attempts, row.not_before = 0, None
    return changed or row.pk is None


def _but_stock(values: Values) -> dict[str, Value]:
    """A movement of stock mends nothing that was wrong with a record."""
    return {name: value for name, value in values.items() if name != "stock"}


def _state(row: models.Observation) -> tuple[object, ...]:
    above = (row.parent_id, row.company, row.phone, row.no_email, row.name, row.folded_key)
    return (dict(row.values), row.problem, row.etag, row.partial, row.key, row.modified_at, row.gone_at, *above)


def _fill(row: models.Observation, record: Record, values: Values) -> None:
    row.values = to_json(values)
    row.number = int(record.id) if record.id.isdigit() and len(record.id) < 19 else None
    if record.key or "sku" in record.values or "no_email" in record.shown:
        row.key = record.key[:KEY_LIMIT]
        products = row.entity == Entity.PRODUCTS
        row.folded_key = (keys.alike(row.key) if products else keys.folded(row.key))[:KEY_LIMIT]
    if row.gone_at is not None:
        row.problem = ""  # why it may be there all the same: it is
    if record.etag:
        row.problem = record.notes.get("problem", "")
        if len(record.key) > KEY_LIMIT:
            what = _KEYS.get(Entity(row.entity), "e-mail address")
            row.problem = f"The {what} has {len(record.key)} characters; {KEY_LIMIT} is the most that is looked at."
    _show(row, record, values)
    price, list_price, stock = values.get("price"), values.get("list_price"), values.get("stock")
    row.price, row.list_price = _amount(price if price is not None else values.get("total")), _amount(list_price)
    row.status = str(values.get("status") or "")[:STATUS_LIMIT]
    row.ordered_on = _date(values.get("date"))
    row.stock = stock if isinstance(stock, int) and abs(stock) < WHOLE_LIMIT else None


def _show(row: models.Observation, record: Record, values: Values) -> None:
    """What lists show. The answer to a write tells only what was written; the rest stays as it was."""
    shown = record.shown
    if "name" in shown or "name" in values:
        row.name = str(shown.get("name") or values.get("name") or "")[:300]
    if "company" in shown:
        row.company = shown["company"][:300]
        row.folded_company = folded(row.company)
    if "phone" in shown:
        row.phone = shown["phone"][:60]
    if "no_email" in shown:
        row.no_email = bool(shown["no_email"])
    if record.parent or "name" in shown:
        row.parent_id = record.parent or _buyer(values)


def _buyer(values: Values) -> str:
    """Who an order of the store belongs to: its user, or the guest with its address."""
    if "document" not in values:
        return ""
    return str(values.get("customer") or "") or guest_id(str(values.get("email") or ""))


def folded(company: str) -> str:
    """A company name as names are compared: as it is seen, case ignored."""
    return keys.folded(company)[:KEY_LIMIT]


def _amount(value: Value) -> Decimal | None:
    """An amount as the list's column can hold it; an absurd one must not keep its whole page from being kept."""
    return value if isinstance(value, Decimal) and value.is_finite() and abs(value) < AMOUNT_LIMIT else None


def _date(value: Value) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def seen(row: models.Observation, account: str | None = None) -> Seen:
    """A row as the planner wants it. `account` is the name that its account has now."""
    values = from_json(row.values)
    if account is not None:
        values["Account_Name"] = account
    return Seen(
        side=Side(row.side),
        id=row.remote_id,
        key=row.key,
        values=values,
        name=row.name,
        etag=row.etag,
        modified_at=row.modified_at,
        seen_at=row.seen_at,
        partial=row.partial,
        problem=row.problem,
        gone=row.gone_at is not None,
        attempts=row.attempts,
        waits_until=row.not_before,
        state=row.state,
        reason=row.reason,
    )


def linked(row: models.Link) -> Linked:
    return Linked(
        cscart_id=row.cscart_id,
        zoho_id=row.zoho_id,
        base_cscart=from_json(row.base_cscart),
        base_zoho=from_json(row.base_zoho),
        origin=row.origin,
        settled_at=row.settled_at,
    )


def open_conflict(row: models.Conflict) -> OpenConflict:
    return OpenConflict(
        field=row.field,
        cscart=value_from_json(row.cscart_value),
        zoho=value_from_json(row.zoho_value),
        answer=Side(row.answer) if row.answer else None,
        figures=_figures(row),
    )


def _figures(row: models.Conflict) -> Figures | None:
    """The figures that a question about stock was answered for, or those that it was asked about last."""
    kept = [figures for version, *figures in row.figures if version == row.answered or not row.answered]
    return Figures(*kept[-1]) if kept else None


def with_figures(row: models.Conflict, figures: Figures) -> list[list[Any]]:
    """What a question about stock keeps when it is asked about these figures: some earlier versions, too."""
    earlier = [kept for kept in row.figures if kept[0] != row.version]
    return [*earlier[-VERSIONS:], [row.version, *astuple(figures)]]


def open_intent(row: models.Intent) -> OpenIntent:
    return OpenIntent(
        id=row.pk,
        kind=row.kind,
        target=Side(row.target),
        cscart_id=row.cscart_id,
        zoho_id=row.zoho_id,
        key=row.key,
        payload=payload_from_json(row.payload),
        opened_at=row.opened_at,
    )


def waiting_pieces(intent: OpenIntent) -> dict[str, WaitingPieces]:
    """By item what an adjustment that waits will add to its stock."""
    found: dict[str, WaitingPieces] = {}
    for move in moves_of(intent):
        known = found.get(move["zoho_id"])
        delta = move["delta"] + (known.delta if known else 0)
        found[move["zoho_id"]] = WaitingPieces(intent.key, delta, str(intent.payload.get("status") or ""))
    return found


def step(run: models.Run, entity: Entity, action: Action) -> models.Step:
    return models.Step(
        run=run,
        entity=entity.value,
        kind=action.kind.value,
        target=action.target.value if action.target else "",
        cscart_id=action.cscart_id,
        zoho_id=action.zoho_id,
        label=action.label[:300],
        changes={
            name: [value_to_json(digest_value(name, before)), value_to_json(digest_value(name, after))]
            for name, (before, after) in action.changes.items()
        },
        reason=action.reason,
    )


def action(row: models.Step) -> Action:
    changes: dict[str, tuple[Value, Value]] = {
        name: (value_from_json(before), value_from_json(after)) for name, (before, after) in row.changes.items()
    }
    return Action(
        kind=Kind(row.kind),
        cscart_id=row.cscart_id,
        zoho_id=row.zoho_id,
        label=row.label,
        target=Side(row.target) if row.target else None,
        changes=changes,
        reason=row.reason,
    )
