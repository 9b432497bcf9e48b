"""What orders have taken from the stock of both sides, as far as the sync knows them.

A store order that takes stock lowers the store's amount at once, and Zoho's
figure only when its sales order is confirmed. Such movements are explained by
the order and are nobody's edit of a stock: figures of both sides are compared
without them.

A movement that is explained now was not always: until orders are looked at for the
first time, a sale is a movement like any other. What it did to the figures that
both sides have agreed on since is put right when its order comes to count (`explain`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.order_choices import ZOHO_STATUSES, OrderChoices, order_choices_from_json
from cscart_zoho.order import from_text
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Conflict, Cursor, Intent, Link, Observation, OrderLine, Store

#: A product and its item.
Ids = tuple[str, str]

#: Letters under which a new CS-Cart store takes stock (seen on a running 4.20 store), where it has not been asked.
TAKING = ("P", "C", "O", "Y")
CONFIRMED = [status for status, base in ZOHO_STATUSES.items() if base == "confirmed"]
#: The cursor of a store that says since when its stock rests on its orders. It stays when orders are read anew.
IN_USE = {"entity": Entity.ORDERS.value, "side": Side.CSCART.value, "kind": "stock"}
#: Rows in one query.
CHUNK = 500


def keep_lines(rows: Sequence[Observation], statuses: Mapping[str, str]) -> None:
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
    _explain_the_new(rows, statuses)


def _explain_the_new(rows: Sequence[Observation], statuses: Mapping[str, str]) -> None:
    """Orders that have held stock all along and count from now on: only their status keeps others from being sent."""
    mine = [row for row in rows if row.side == Side.CSCART and not row.linked]
    stock = OrderStock(mine[0].store) if mine else None
    if stock is not None and stock.in_use:
        taking = stock.taking()
        held = [(row, statuses.get(row.remote_id, "")) for row in mine if row.status in taking]
        stock.explain(
            row.remote_id
            for row, before in held
            if before in taking and stock.is_sent(row.status) and not stock.is_sent(before)
        )


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
        self.in_use = Cursor.objects.filter(store=store, **IN_USE).exists()
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

    def orders_of(self, product_ids: Sequence[str], limit: int) -> list[str]:
        """The latest store orders that hold pieces of these products."""
        lines = self._lines(Side.CSCART).filter(self._counts(), product_id__in=list(product_ids))
        latest = lines.order_by("-order__number").values_list("order__remote_id", flat=True)
        return list(dict.fromkeys(latest[: limit * 2]))[:limit]

    def _lines(self, side: Side) -> QuerySet[OrderLine]:
        return OrderLine.objects.filter(
            order__store=self.store, order__entity=Entity.ORDERS.value, order__side=side.value, order__gone_at=None
        )

    def _in_store(self, products: Sequence[str]) -> Iterable[tuple[str, str, int]]:
        """(order, product, pieces) of orders that take stock, and that Zoho has or will get."""
        lines = self._lines(Side.CSCART).filter(self._counts(), product_id__in=products)
        return lines.values_list("order__remote_id", "product_id", "quantity")

    def _counts(self) -> Q:
        """Lines of store orders that take stock, and that Zoho has or will get."""
        taking = self.taking()
        counts = Q(order__linked=True)
        if self._choices.create_in_zoho:
            coming = Q(order__status__in=[letter for letter in taking if self.is_sent(letter)])
            counts |= coming & (Q(order__ordered_on__gte=self._choices.since) if self._choices.since else Q())
        return counts & Q(order__status__in=taking)

    def is_sent(self, letter: str) -> bool:
        """Whether orders of this status are made in Zoho."""
        return self._choices.is_sent(letter)

    def taking(self) -> list[str]:
        """Letters under which orders of this store take stock."""
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

    # Sales from before

    def begin(self, now: datetime) -> None:
        """From now on stock rests on orders. Inside a commit; once is enough."""
        if self.in_use:
            return
        Cursor.objects.create(store=self.store, **IN_USE, moment=now)
        self.in_use = True
        orders = self._lines(Side.CSCART).filter(self._counts()).values_list("order__remote_id", flat=True)
        self.explain(orders.distinct())

    def link(self, order_id: str) -> None:
        """An order is about to be linked: one that did not count until now counts from now on. Inside a commit."""
        if self.in_use and not self._lines(Side.CSCART).filter(self._counts(), order__remote_id=order_id).exists():
            self.explain([order_id])

    def explain(self, order_ids: Iterable[str]) -> None:
        """These store orders begin to count as what has taken stock: their pieces are in the figures agreed on.

        That is so for a sale that was there before a product's stock was agreed on, where Zoho's figure was put over
        the store's while the pieces still lay there; or where Zoho had confirmed the order, too, so that both figures
        had left it out. Without this the sale would look like pieces that have come back, and would be booked in Zoho
        as such. Where Zoho's figure was without the pieces (they were sent, or the sale was booked there, or the
        store's figure was put over Zoho's), that is just what has to be done: the order takes them again.
        """
        ids = list(order_ids)
        for start in range(0, len(ids), CHUNK):
            self._explain(ids[start : start + CHUNK])

    def _explain(self, ids: Sequence[str]) -> None:
        rows = Observation.objects.filter(
            store=self.store, entity=Entity.ORDERS.value, side=Side.CSCART.value, remote_id__in=ids
        )
        orders = {row.remote_id: row for row in rows.prefetch_related("order_lines")}
        confirmed = self._confirmed_there(orders.values())
        wanted = {line.product_id for row in orders.values() for line in row.order_lines.all()}
        links = Link.objects.filter(store=self.store, entity=Entity.PRODUCTS.value, cscart_id__in=wanted)
        known = [link for link in links if link.base_cscart.get("stock") is not None]
        agreed = {link.cscart_id: (link, *self._agreed(link)) for link in known}
        for id, row in orders.items():
            for line in row.order_lines.all():
                link, since, winner = agreed.get(line.product_id, (None, None, ""))
                overwritten = winner == Side.ZOHO and row.status not in self._sent_off
                if link is not None and _placed_before(row, since) and (overwritten or id in confirmed):
                    link.base_cscart["stock"] += line.quantity
        Link.objects.bulk_update(known, ["base_cscart"])
        _are_due(self.store, Side.CSCART, set(agreed))

    @property
    def _sent_off(self) -> set[str]:
        """Letters of orders whose goods are gone: those that stand for what Zoho has sent or closed."""
        letter = self._choices.letter
        return {letter("fulfilled"), letter("closed")} - {letter("confirmed")}

    def _confirmed_there(self, orders: Iterable[Observation]) -> set[str]:
        """Those of these store orders that Zoho has confirmed, whether they are linked already or not."""
        by_key = {row.folded_key: row.remote_id for row in orders if row.folded_key}
        mine = {"store": self.store, "entity": Entity.ORDERS.value, "side": Side.ZOHO.value, "gone_at": None}
        sales = Observation.objects.filter(**mine, folded_key__in=list(by_key), status__in=CONFIRMED)
        return {by_key[key] for key in sales.values_list("folded_key", flat=True)}

    def _agreed(self, link: Link) -> tuple[datetime, str]:
        """When the stock of a pair was agreed on, and whose figure was put over the other's; "" = they were equal."""
        settled = Conflict.objects.filter(
            store=self.store, entity=link.entity, cscart_id=link.cscart_id, zoho_id=link.zoho_id, field="stock"
        )
        last = settled.exclude(winner="").exclude(settled_at=None).order_by("settled_at").last()
        if last is None or last.settled_at is None:
            return link.created_at, Side.CSCART.value if link.origin == "created_in_zoho" else ""
        return last.settled_at, last.winner

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


def _placed_before(order: Observation, moment: datetime | None) -> bool:
    """Whether an order was placed before a moment; one of that day whose time is not known counts as earlier."""
    placed = order.values.get("placed")
    if isinstance(placed, int) and moment is not None:
        return datetime.fromtimestamp(placed, UTC) <= moment
    day: date | None = order.ordered_on
    return day is None or moment is None or day <= moment.date()
