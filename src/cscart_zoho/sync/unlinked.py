"""What becomes of rows without a link: while planning, and again when a stored plan is carried out."""

from collections.abc import Sequence

from cscart_zoho.records import Selection, Side
from cscart_zoho.sync.pairing import Candidate, pair_row
from cscart_zoho.sync.pairs import Pair, Seen
from cscart_zoho.sync.plan import Plan, Planner
from cscart_zoho.sync.ports import Ledger


def plan_unlinked(
    planner: Planner, ledger: Ledger, row: Seen, same_key: Sequence[Candidate]
) -> tuple[Pair, Plan] | None:
    """The plan of one row, with its partner if it has one; None where the partner's side plans the two."""
    pairing = pair_row(Candidate(row.side, row.id, row.key), same_key, planner.record_map.rules.key)
    if row.gone or not pairing.partner:
        pair = Pair(cscart=row) if row.side is Side.CSCART else Pair(zoho=row)
        return pair, planner.plan(pair, pairing)
    chosen = planner.selection.has(cscart_id=pairing.partner, zoho_id=None, linked=False)
    if row.side is Side.ZOHO and chosen and ledger.pair(pairing.partner, "").link is None:
        return None  # a row whose partner was deleted is linked still, and its side does not plan it
    ids = (row.id, pairing.partner) if row.side is Side.CSCART else (pairing.partner, row.id)
    pair = ledger.pair(*ids)
    return pair, planner.plan(pair, pairing)


def still_partners(planner: Planner, ledger: Ledger, cscart_id: str, zoho_id: str) -> bool:
    """Whether pairing finds these two for each other as things are now. One of them may have lost another partner."""
    if ledger.pair(cscart_id, "").link is None:
        return _partner_now(planner, ledger, Side.CSCART, cscart_id) == zoho_id
    return _partner_now(planner, ledger, Side.ZOHO, zoho_id) == cscart_id


def _partner_now(planner: Planner, ledger: Ledger, side: Side, id: str) -> str:
    """The id of the partner that pairing finds for an unlinked row as things are now, or nothing."""
    for row, same_key in _row(ledger, side, id):
        return pair_row(Candidate(row.side, row.id, row.key), same_key, planner.record_map.rules.key).partner
    return ""


def plan_anew(planner: Planner, ledger: Ledger, side: Side, id: str) -> tuple[Pair, Plan]:
    """The plan of one row as things are now. A stored plan may be a day old when a run goes on after a pause."""
    for row, same_key in _row(ledger, side, id):
        return plan_unlinked(planner, ledger, row, same_key) or (Pair(), Plan())
    return Pair(), Plan()


def _row(ledger: Ledger, side: Side, id: str) -> list[tuple[Seen, list[Candidate]]]:
    chosen = Selection.of_ids(cscart=[id]) if side is Side.CSCART else Selection.of_ids(zoho=[id])
    return [found for rows in ledger.unlinked(side, chosen) for found in rows]
