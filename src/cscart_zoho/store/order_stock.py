"""What orders have taken from the stock of both sides, as far as the sync knows them.

A store order that takes stock lowers the store's amount at once, and Zoho's
figure only when its sales order is confirmed. Such movements are explained by
the order and are nobody's edit of a stock: figures of both sides are compared
without them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.order_choices import ZOHO_STATUSES, OrderChoices, order_choices_from_json
from cscart_zoho.order import from_text
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Cursor, Intent, Link, Observation, OrderLine, Store

#: A product and its item.
Ids = tuple[str, str]

#: Letters under which a new CS-Cart store takes stock (seen on a running 4.20 store), where it has not been asked.
TAKING = ("P", "C", "O", "Y")
CONFIRMED = [status for status, base in ZOHO_STATUSES.items() if base == "confirmed"]


def keep_lines(rows: Iterable[Observation], statuses: Mapping[str, str]) -> None:
    """Bring the lines of orders up to date with the documents that their rows hold.

    `statuses` are those that the rows had before. Zoho's list of items does not
    show what orders have committed, so the items of an order whose hold on them
    has changed are to be read again.
    """
    for row in rows:
        before = {line.product_id: line.quantity for line in row.order_lines.all()}
        after = _pieces(row) if row.values.get("document") else before
        if after != before:
            row.order_lines.all().delete()
            OrderLine.objects.bulk_create(OrderLine(order=row, product_id=id, quantity=n) for id, n in after.items())
        if after != before or row.status != statuses.get(row.remote_id):
            _are_due(row.store, Side(row.side), {*before, *after})
        if row.side == Side.ZOHO:
            held = before if statuses.get(row.remote_id) in CONFIRMED else {}
            holds = after if row.status in CONFIRMED else {}
            _read_again(row.store, {id for id in {*held, *holds} if held.get(id) != holds.get(id)})


def products_of_orders_are_due(store: Store, cscart_orders: Sequence[str], zoho_orders: Sequence[str]) -> None:
    """Orders have become pairs: what they have taken counts from now on."""
    for side, orders in ((Side.CSCART, cscart_orders), (Side.ZOHO, zoho_orders)):
        lines = OrderLine.objects.filter(
            order__store=store, order__entity=Entity.ORDERS.value, order__side=side.value, order__remote_id__in=orders
        )
        _are_due(store, side, set(lines.values_list("product_id", flat=True)))


def _are_due(store: Store, side: Side, products: set[str]) -> None:
    rows = Observation.objects.filter(
        store=store, entity=Entity.PRODUCTS.value, side=side.value, remote_id__in=products, due=False
    )
    if products:
        rows.update(due=True)


def _pieces(row: Observation) -> dict[str, int]:
    pieces: Counter[str] = Counter()
    for line in from_text(str(row.values["document"])).lines:
        if line.product_id:
            pieces[line.product_id] += int(line.quantity)
    return dict(pieces)


def _read_again(store: Store, items: set[str]) -> None:
    rows = Observation.objects.filter(
        store=store, entity=Entity.PRODUCTS.value, side=Side.ZOHO.value, remote_id__in=items
    )
    if items:
        rows.update(partial=True, etag="moved")  # an etag that no side has


class OrderStock:
    """The pieces that known orders of a store have taken."""

    def __init__(self, store: Store) -> None:
        self.store = store
        #: Orders have been looked at: from then on a sale is looked for among them first.
        self.in_use = Cursor.objects.filter(store=store, entity=Entity.ORDERS.value, kind="full").exists()
        try:
            self._choices = order_choices_from_json(store.order_choices)
        except WrongSetting:
            self._choices = OrderChoices()

    def of(self, pairs: Sequence[Ids]) -> dict[Ids, tuple[int, int]]:
        """By product and item the pieces taken in the store, and how many of those Zoho has taken, too."""
        items = dict(pairs)
        by_order: dict[tuple[str, str], int] = {}
        taken: Counter[str] = Counter()
        for order, product, quantity in self._in_store(list(items)):
            by_order[order, product] = quantity
            taken[product] += quantity
        confirmed = self._confirmed({item: product for product, item in pairs if item}, by_order)
        return {pair: (taken[pair[0]], confirmed[pair[0]]) for pair in pairs}

    def _lines(self, side: Side) -> QuerySet[OrderLine]:
        return OrderLine.objects.filter(
            order__store=self.store, order__entity=Entity.ORDERS.value, order__side=side.value, order__gone_at=None
        )

    def _in_store(self, products: Sequence[str]) -> Iterable[tuple[str, str, int]]:
        """(order, product, pieces) of orders that take stock, and that Zoho has or will get."""
        counts = Q(order__linked=True)
        if self._choices.create_in_zoho:
            coming = Q(order__status__in=[letter for letter in self._taking() if self._choices.is_sent(letter)])
            counts |= coming & (Q(order__ordered_on__gte=self._choices.since) if self._choices.since else Q())
        lines = self._lines(Side.CSCART).filter(counts, product_id__in=products, order__status__in=self._taking())
        return lines.values_list("order__remote_id", "product_id", "quantity")

    def _taking(self) -> list[str]:
        told = self.store.capabilities.get("order_statuses") or []
        return [str(each["letter"]) for each in told if each.get("takes_stock")] or list(TAKING)

    def _confirmed(self, products: Mapping[str, str], by_order: Mapping[tuple[str, str], int]) -> Counter[str]:
        """By product what confirmed sales orders have taken, as far as their store orders have taken it, too."""
        lines = self._lines(Side.ZOHO).filter(
            order__linked=True, order__status__in=CONFIRMED, product_id__in=list(products)
        )
        told = list(lines.values_list("order__remote_id", "product_id", "quantity"))
        links = Link.objects.filter(store=self.store, entity=Entity.ORDERS.value, zoho_id__in={row[0] for row in told})
        orders = dict(links.values_list("zoho_id", "cscart_id"))
        confirmed: Counter[str] = Counter()
        for order, item, quantity in told:
            product = products[item]
            confirmed[product] += min(quantity, by_order.get((orders.get(order, ""), product), 0))
        return confirmed

    def in_doubt(self, product_id: str, item_id: str) -> bool:
        """Whether an order of this product has been written and nobody knows yet what came of it."""
        open_intents = Intent.objects.filter(store=self.store, entity=Entity.ORDERS.value, closed_at=None)
        ids: dict[str, list[Any]] = {
            Side.CSCART.value: [id for id in open_intents.values_list("cscart_id", flat=True) if id],
            Side.ZOHO.value: [id for id in open_intents.values_list("zoho_id", flat=True) if id],
        }
        return any(
            orders
            and self._lines(Side(side))
            .filter(order__remote_id__in=orders, product_id=product_id if side == Side.CSCART else item_id)
            .exists()
            for side, orders in ids.items()
        )
