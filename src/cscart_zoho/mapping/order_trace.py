"""Where each cent of an order went on its way to Zoho, in words. Pure.

The trace has one line for each line of the order, its discount, shipping,
surcharge, taxes and adjustment. An amount that one side has inside another
amount has no figure of its own there; `why` says where it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cscart_zoho.mapping.currencies import shown
from cscart_zoho.mapping.money_rules import Totals, Traced
from cscart_zoho.mapping.order_bill import Bill, Part, shipping_title, surcharge_title
from cscart_zoho.mapping.order_taxes import names
from cscart_zoho.mapping.order_total import line_amount
from cscart_zoho.order import NOTHING, Line, Order, Tax

#: Said of an order whose tax was taken to be on all lines.
TAX_ON_ALL = Traced(
    "Lines with tax", None, None, "The store names the tax for some lines only, but its amount is that of all."
)


@dataclass(frozen=True)
class TaxGroup:
    """Taxes of the store and of Zoho that stand for each other: they are told in one line."""

    store: tuple[Tax, ...]
    zoho: tuple[str, ...]


def trace_to_zoho(bill: Bill, zoho: Order, totals: Totals, gap: Decimal, off: Decimal) -> tuple[Traced, ...]:
    """The trace of an order in Zoho's form; `gap` is what the adjustment evens out, `off` comes off the goods."""
    return (
        *_lines(bill, zoho, off),
        *_reductions(bill, zoho, off),
        *_shipping(bill),
        *_surcharge(bill),
        *_taxes(bill, zoho, totals),
        *_open(bill),
        *_rounding(bill, zoho, totals, gap),
    )


def in_adjustment(bill: Bill, off: Decimal) -> list[tuple[str, Decimal]]:
    """Each reduction, and what of it is in the adjustment where `off` of them all comes off the goods."""
    told = []
    for each in bill.reductions:
        taken = min(each.amount, off)
        off -= taken
        told.append((each.what, each.amount - taken))
    return told


def _lines(bill: Bill, zoho: Order, off: Decimal) -> Iterator[Traced]:
    for part, line in zip(bill.parts, zoho.lines, strict=True):
        amount = line_amount(line, bill.rules)
        yield Traced(part.what, part.amount, amount, _why_line(bill, part, zoho, line, off))


def _why_line(bill: Bill, part: Part, zoho: Order, line: Line, off: Decimal) -> str:
    digits = bill.rules.digits
    told = []
    added = part.added if zoho.inclusive else NOTHING
    if added:
        told.append(f"{shown(added, digits)} of tax is in Zoho's rate.")
    cut = part.amount + added - line_amount(line, bill.rules)
    if line.discount:
        told += _why_discounted(line, cut, digits)
    elif cut:
        spread = off and not zoho.discount and not part.extra
        told.append(f"{shown(cut, digits)} {'of the order discount is in the rate' if spread else 'is rounding'}.")
    if part.partner.why:
        told.append(part.partner.why)
    return " ".join(told)


def _why_discounted(line: Line, cut: Decimal, digits: int) -> list[str]:
    told = [f"{shown(cut, digits)} of the order's discount is a discount of this line."] if cut else []
    if more := line.discount - cut:
        told.append(f"A rate in Zoho has fewer digits: it is rounded up, and {shown(more, digits)} are taken off.")
    return told


def _reductions(bill: Bill, zoho: Order, off: Decimal) -> Iterator[Traced]:
    """The order's discount, and what it was paid with besides money."""
    when = "before" if zoho.discount_before_tax else "after"
    for each, (_, rest) in zip(bill.reductions, in_adjustment(bill, off), strict=True):
        taken, told = each.amount - rest, []
        if taken:
            told.append(f"Taken {when} tax." if zoho.discount else "It is in the lines in Zoho.")
        if rest and taken:
            told.append(f"{shown(rest, bill.rules.digits)} of it, more than the goods are, is in Zoho's adjustment.")
        elif rest:
            told.append("It is in Zoho's adjustment.")
        in_zoho = rest + (taken if zoho.discount else NOTHING)
        yield Traced(each.what, -each.amount, -in_zoho if in_zoho else None, " ".join(told))


def _shipping(bill: Bill) -> Iterator[Traced]:
    """Shipping as a charge; as a line it is among the lines."""
    order, digits = bill.order, bill.rules.digits
    if bill.has("shipping") or not (order.shipping or bill.charge):
        return
    on_top = bill.charge - order.shipping
    within = sum((tax.on_shipping for tax in order.taxes if tax.included), NOTHING)
    apart = bill.rules.shipping_taxed
    where = "adjustment" if apart else "charge"
    told = ["It is in Zoho's adjustment: Zoho would tax its shipping charge."] if apart else []
    if on_top:
        told.append(f"{shown(on_top, digits)} of tax on shipping is in Zoho's {where}, which Zoho does not tax.")
    if within:
        told.append(f"{shown(within, digits)} of it is tax in the store; Zoho does not tax its {where}.")
    yield Traced(shipping_title(order), order.shipping, bill.charge, " ".join(told))


def _surcharge(bill: Bill) -> Iterator[Traced]:
    """A surcharge in the adjustment; as a line it is among the lines."""
    if bill.has("surcharge") or not (bill.order.surcharge or bill.surcharge):
        return
    on_top = bill.surcharge - bill.order.surcharge
    why = "It is in Zoho's adjustment."
    if on_top:
        why += f" So is {shown(on_top, bill.rules.digits)} of tax on it, which Zoho does not find."
    yield Traced(surcharge_title(bill.order), bill.order.surcharge, bill.surcharge, why)


def _taxes(bill: Bill, zoho: Order, totals: Totals) -> Iterator[Traced]:
    for group in tax_groups(bill):
        store = sum((tax.amount for tax in group.store if not tax.included), NOTHING)
        within = sum((tax.amount for tax in group.store if tax.included), NOTHING)
        found = sum((totals.taxes.get(id, NOTHING) for id in group.zoho), NOTHING)
        yield Traced(
            f"Tax {names(group.store)}",
            store if any(not tax.included for tax in group.store) else None,
            None if zoho.inclusive or not group.zoho else found,
            _why_tax(bill, group, store + within, found, zoho),
        )


def _why_tax(bill: Bill, group: TaxGroup, amount: Decimal, found: Decimal, zoho: Order) -> str:
    digits = bill.rules.digits
    where = " within the prices" if group.store[0].included else ""
    told = [f"{shown(amount, digits)}{where} in the store"]
    if group.zoho:
        as_names = ", ".join(bill.rules.levies[id].name for id in group.zoho)
        told.append(f"{shown(found, digits)}{' within the rates' if zoho.inclusive else ''} in Zoho ({as_names})")
    if elsewhere := _untaxed(bill, group):
        told.append(f"{shown(elsewhere, digits)} of the store's is of shipping and surcharge, where Zoho finds none")
    return "; ".join(told) + "."


def _untaxed(bill: Bill, group: TaxGroup) -> Decimal:
    """The store's tax on what Zoho does not tax."""
    shipping = NOTHING if bill.has("shipping") else sum((tax.on_shipping for tax in group.store), NOTHING)
    surcharge = NOTHING if bill.has("surcharge") else sum((tax.on_surcharge for tax in group.store), NOTHING)
    return shipping + surcharge


def tax_groups(bill: Bill) -> list[TaxGroup]:
    """Store taxes and Zoho taxes that meet on any line, gathered."""
    groups: list[tuple[set[str], set[str]]] = [({tax.id}, set()) for tax in bill.order.taxes]
    for part in bill.parts:
        ids = {tax.id for tax in part.taxes}
        partners = {levy.id for levy in part.partner.tax.levies} if part.partner.tax else set()
        meeting = [group for group in groups if group[0] & ids or group[1] & partners]
        if not meeting:
            continue
        groups = [group for group in groups if group not in meeting]
        ids |= {id for group in meeting for id in group[0]}
        partners |= {id for group in meeting for id in group[1]}
        groups.append((ids, partners))
    gathered = [_group(bill.order.taxes, ids, partners) for ids, partners in groups]
    return sorted(gathered, key=lambda group: bill.order.taxes.index(group.store[0]))


def _group(taxes: Sequence[Tax], ids: set[str], partners: set[str]) -> TaxGroup:
    return TaxGroup(tuple(tax for tax in taxes if tax.id in ids), tuple(sorted(partners)))


def _open(bill: Bill) -> Iterator[Traced]:
    if bill.open:
        yield Traced("Not explained by the store's own figures", bill.open, None, "It is in Zoho's adjustment.")


def _rounding(bill: Bill, zoho: Order, totals: Totals, gap: Decimal) -> Iterator[Traced]:
    if gap:
        yield Traced("Adjustment", None, gap, why_apart(bill, zoho, totals, gap))


# Why the totals differ


def why_apart(bill: Bill, zoho: Order, totals: Totals, gap: Decimal) -> str:
    """The largest cause of a difference of totals or, where there is none, of taxes."""
    digits = bill.rules.digits
    tax_gap = bill.tax - totals.tax
    on_top = NOTHING if zoho.inclusive else tax_gap
    causes = [
        (bill.open, f"the store's own figures leave {shown(bill.open, digits)} open"),
        (gap - bill.open - on_top, f"the lines differ by {shown(gap - bill.open - on_top, digits)}"),
        (on_top if gap else tax_gap, _tax_cause(bill, totals)),
    ]
    _, cause = max(causes, key=lambda told: abs(told[0]))
    more = "" if abs(tax_gap) <= bill.slack else _WITHIN if _two_within(bill) else _MORE
    return f"Cause: {cause}.{more}"


def _two_within(bill: Bill) -> bool:
    return any(part.included and len(part.taxes) > 1 for part in bill.parts)


_WITHIN = (
    " Two taxes are within one price: the store takes each out of the whole price, and Zoho both out of what is left. "
    "Give such products one tax of both together, or prices without tax."
)
_MORE = " That is more than rounding: the store may take tax of a tax, or of more than the lines."


def _tax_cause(bill: Bill, totals: Totals) -> str:
    store, zoho = shown(bill.tax, bill.rules.digits), shown(totals.tax, bill.rules.digits)
    return f"tax ({names(bill.order.taxes)}) is {store} in the store and {zoho} in Zoho"
