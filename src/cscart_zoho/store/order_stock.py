"""What orders have taken from the stock of both sides, as far as the sync knows them.

A store order that takes stock lowers the store's amount at once, and Zoho's
figure only when its sales order is confirmed. Such movements are explained by
the order and are nobody's edit of a stock: figures of both sides are compared
without them.

That holds for pieces which only the sales order takes out of Zoho's stock. Others
are out of it whether Zoho has the order or not (`OrderLine.booked`): both figures
were agreed on without them, or they are booked there because the order is held.
In the store such a sale is a movement like any other. When its sales order is
confirmed all the same, Zoho's figure falls a second time, and that is evened out:
what is owed is what confirmed sales orders have taken of such pieces, less what was
put back for them so far. So a sale is taken once, in whatever order its order, its
product and its confirmation come to be known; to take a sale for one of those is
never wrong, it only costs two adjustments.

When the stock of a pair is agreed on, the orders that are known then are sorted
(`agree`); orders that come to be known later are sorted then (`explain`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, auto
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.choices import StockOwner
from cscart_zoho.mapping.order_choices import ZOHO_STATUSES, OrderChoices, order_choices_from_json
from cscart_zoho.order import from_text
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Conflict, Cursor, Intent, Link, Observation, OrderLine, Store, SyncState
from cscart_zoho.sync.stock import Agreement

_T = TypeVar("_T")
#: A product and its item.
Ids = tuple[str, str]

#: Letters under which a new CS-Cart store takes stock (seen on a running 4.20 store), where it has not been asked.
TAKING = ("P", "C", "O", "Y")
CONFIRMED = [status for status, base in ZOHO_STATUSES.items() if base == "confirmed"]
DRAFT = [status for status, base in ZOHO_STATUSES.items() if base == "draft"]
#: Badges of orders that do not go over by themselves.
STUCK = (SyncState.HELD, SyncState.CONFLICT, SyncState.FAILED, SyncState.GONE)
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
    added: dict[str, set[str]] = {}
    for row in rows:
        lines = {line.product_id: line for line in row.order_lines.all()}
        before = {id: line.quantity for id, line in lines.items()}
        after = _pieces(row) if row.values.get("document") else before
        if after != before:
            row.order_lines.all().delete()
            OrderLine.objects.bulk_create(
                OrderLine(order=row, product_id=id, quantity=n, booked=lines[id].booked if id in lines else None)
                for id, n in after.items()
            )
        added[row.remote_id] = after.keys() - before.keys() if before else set()
        if after != before or row.status != statuses.get(row.remote_id):
            _are_due(row.store, Side(row.side), {*before, *after})
        if row.side == Side.ZOHO:
            held = before if statuses.get(row.remote_id) in CONFIRMED else {}
            holds = after if row.status in CONFIRMED else {}
            _read_again(row.store, {id for id in {*held, *holds} if held.get(id) != holds.get(id)})
    _sort_the_new([row for row in rows if row.side == Side.CSCART], statuses, added)
    newly = [row for row in rows if row.side == Side.ZOHO and row.status in CONFIRMED]
    confirmed = [row for row in newly if statuses.get(row.remote_id) not in CONFIRMED]
    if confirmed:
        OrderStock(confirmed[0].store).goes_over([row.remote_id for row in confirmed])


def _sort_the_new(rows: Sequence[Observation], statuses: Mapping[str, str], added: Mapping[str, set[str]]) -> None:
    """Sales that are made right now, by a status or an edit, and those that have been there before."""
    stock = OrderStock(rows[0].store) if rows else None
    if stock is None or not stock.in_use:
        return
    taking = stock.taking()
    for row in rows:
        begins = row.status in taking and statuses.get(row.remote_id, row.status) not in taking
        if begins or added[row.remote_id]:
            stock.moves_now(row, None if begins else added[row.remote_id])
    stock.explain(row.remote_id for row in rows)


def is_gone(row: Observation) -> None:
    """An order was deleted: its products are due, and what its sales order held in Zoho is to be read again."""
    products = {line.product_id for line in row.order_lines.all()}
    _are_due(row.store, Side(row.side), products)
    if row.side == Side.ZOHO and row.status in CONFIRMED:
        _read_again(row.store, products)


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


@dataclass(frozen=True)
class Pieces:
    """What orders have taken of one product and its item."""

    #: Taken from the store's stock: so much more its amount would be without these orders.
    in_store: int = 0
    #: ... of which nobody can tell, before the stock is agreed on, whether Zoho's figure has them.
    undecided: int = 0
    #: Taken from Zoho's stock, less what was put back.
    in_zoho: int = 0
    #: To be put back in Zoho: its figure was without these pieces already.
    owed: int = 0


class Sale(Enum):
    """What can be said of a line of an order before the stock of its product is agreed on."""

    #: Zoho has confirmed it as well: both figures are without its pieces because of the order.
    OF_BOTH = auto()
    #: It was there before the pair was, and its goods are gone: both figures are without its pieces all the same.
    OF_OLD = auto()
    #: Its pieces may lie in Zoho still.
    OPEN = auto()


@dataclass(frozen=True)
class _Line:
    """A line of a store order, with what says when it was placed."""

    pk: int
    product_id: str
    quantity: int
    order_id: str
    status: str
    folded_key: str
    #: Seconds since the epoch, where the store tells it: a number or a text, as databases give it out of JSON.
    placed: object
    day: date | None

    def is_older(self, moment: datetime) -> bool:
        """Whether the order was placed before a moment; one of that day whose time is not known counts as earlier.

        Both figures were read before the moment at which they were agreed on, so an order of that very second is later.
        """
        placed = str(self.placed)
        if placed.isdigit():
            return datetime.fromtimestamp(int(placed), UTC) < moment.replace(microsecond=0)
        return self.day is None or self.day <= moment.date()


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
        #: Whether no movement of the store reaches Zoho's stock.
        self._nothing_is_booked = store.product_choices.get("stock_owner") == StockOwner.ZOHO

    # What was taken

    def of(self, pairs: Sequence[Ids]) -> dict[Ids, tuple[int, int]]:
        """By product and item the pieces taken in the store, and how many of those Zoho has taken, too."""
        return {pair: (pieces.in_store, pieces.in_zoho) for pair, pieces in self.pieces(pairs).items()}

    def pieces(self, pairs: Sequence[Ids]) -> dict[Ids, Pieces]:
        """By product and item what orders have taken."""
        links = self._links(pairs)
        confirmed = self._confirmed({item: product for product, item in pairs if item})
        in_store, undecided, in_zoho = Counter[str](), Counter[str](), Counter[str]()
        for order, product, quantity in self._explained(links):
            in_store[product] += quantity
            in_zoho[product] += min(quantity, confirmed.get((order, product), 0))
        for line, sale in self._undecided({product for product, _ in pairs}, links):
            if sale is not Sale.OF_OLD:
                in_store[line.product_id] += line.quantity
                undecided[line.product_id] += line.quantity if sale is Sale.OPEN else 0
                in_zoho[line.product_id] += line.quantity if sale is Sale.OF_BOTH else 0
        owed = self._owed(links, confirmed)
        return {
            (id, item): Pieces(in_store[id], undecided[id], in_zoho[id] + owed.get(id, 0), owed.get(id, 0))
            for id, item in pairs
        }

    def orders_of(self, product_ids: Sequence[str], limit: int) -> list[str]:
        """The latest store orders that hold pieces of these products."""
        lines = self._lines(Side.CSCART).filter(self._counts(), product_id__in=list(product_ids))
        latest = lines.order_by("-order__number").values_list("order__remote_id", flat=True)
        return list(dict.fromkeys(latest[: limit * 2]))[:limit]

    def waiting_orders(self, pairs: Sequence[Ids], limit: int) -> dict[str, list[str]]:
        """By product the latest store orders with pieces that Zoho has not taken yet: what `pieces` counts apart."""
        links = self._links(pairs)
        confirmed = self._confirmed({item: product for product, item in pairs if item})
        waiting = {
            (p, order) for order, p, quantity in self._explained(links) if confirmed.get((order, p), 0) < quantity
        }
        sales = self._undecided({product for product, _ in pairs}, links)
        waiting |= {(line.product_id, line.order_id) for line, sale in sales if sale is Sale.OPEN}
        found: dict[str, list[str]] = {}
        for product, order in sorted(waiting, key=lambda each: int(each[1]) if each[1].isdigit() else 0, reverse=True):
            found.setdefault(product, []).append(order)
        return {product: orders[:limit] for product, orders in found.items()}

    def uneven(self) -> list[str]:
        """Products for whose orders something is owed in Zoho, among those that have moved since they were planned."""
        mine = {"store": self.store, "entity": Entity.PRODUCTS.value}
        moved = Observation.objects.filter(**mine, side=Side.ZOHO.value, linked=True, due=True)
        booked = self._all_lines(Side.CSCART).filter(booked=True)
        concerned = Q(cscart_id__in=booked.values("product_id")) | Q(base_zoho__evened_out__lt=0)
        links = Link.objects.filter(concerned, **mine, zoho_id__in=moved.values("remote_id"))
        found = []
        for pairs in _some_of(list(links.order_by("pk").values_list("cscart_id", "zoho_id"))):
            found += [pair[0] for pair, pieces in self.pieces(pairs).items() if pieces.owed]
        return found

    def _all_lines(self, side: Side) -> QuerySet[OrderLine]:
        mine = {"order__store": self.store, "order__entity": Entity.ORDERS.value, "order__side": side.value}
        return OrderLine.objects.filter(**mine)

    def _lines(self, side: Side) -> QuerySet[OrderLine]:
        """Lines of orders that are not deleted."""
        return self._all_lines(side).filter(order__gone_at=None)

    def _links(self, pairs: Sequence[Ids]) -> dict[str, Link]:
        """By product the link of a pair, where it is one."""
        items = dict(pairs)
        links = Link.objects.filter(store=self.store, entity=Entity.PRODUCTS.value, cscart_id__in=list(items))
        return {link.cscart_id: link for link in links if items[link.cscart_id] == link.zoho_id}

    def _explained(self, links: Iterable[str]) -> Iterable[tuple[str, str, int]]:
        """(order, product, pieces) that only the sales order takes out of Zoho's stock."""
        lines = self._lines(Side.CSCART).filter(self._counts(), product_id__in=list(links), booked=False)
        return lines.values_list("order__remote_id", "product_id", "quantity")

    def _undecided(self, products: Iterable[str], links: Mapping[str, Link]) -> list[tuple[_Line, Sale]]:
        """Lines of products whose stock is not agreed on. What was decided for an earlier partner counts no more."""
        unagreed = {id for id in products if id and not (id in links and _is_agreed(links[id]))}
        lines = self._lines(Side.CSCART).filter(self._counts(), product_id__in=unagreed)
        return self._sorted(self._told(lines.exclude(~Q(booked=None), product_id__in=list(links))), links)

    def _owed(self, links: Mapping[str, Link], confirmed: Mapping[tuple[str, str], int]) -> Counter[str]:
        """By product what confirmed sales orders have taken a second time, less what was put back.

        A store order that takes nothing any more, because it was cancelled or deleted, has given its pieces back to
        the store. As long as its sales order keeps them in Zoho, they are taken once, and what was put back for it
        makes up for the pieces that the store shows again. Where what comes back to the store is not booked in Zoho,
        nothing has to be made up for: what was put back stays.
        """
        owed, returned, taking = Counter[str](), Counter[str](), set(self.taking())
        lines = self._all_lines(Side.CSCART).filter(product_id__in=list(links), booked=True)
        columns = ("order__remote_id", "product_id", "quantity", "order__status", "order__gone_at")
        for order, product, quantity, status, gone_at in lines.values_list(*columns):
            if gone_at is None and status in taking:
                owed[product] += min(quantity, confirmed.get((order, product), 0))
            else:
                returned[product] += quantity
        for product, link in links.items():
            owed[product] -= int(link.base_zoho.get("evened_out") or 0)
            if self._nothing_is_booked and owed[product] < 0:
                owed[product] = min(0, owed[product] + returned[product])
        return owed

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

    def _confirmed(self, products: Mapping[str, str]) -> Counter[tuple[str, str]]:
        """By (store order, product) what its confirmed sales order has taken of the item. `products` is by item."""
        lines = self._lines(Side.ZOHO).filter(
            order__linked=True, order__status__in=CONFIRMED, product_id__in=list(products)
        )
        told = list(lines.values_list("order__remote_id", "product_id", "quantity"))
        links = Link.objects.filter(store=self.store, entity=Entity.ORDERS.value, zoho_id__in={row[0] for row in told})
        orders = dict(links.values_list("zoho_id", "cscart_id"))
        confirmed = Counter[tuple[str, str]]()
        for order, item, quantity in told:
            confirmed[orders.get(order, ""), products[item]] += quantity
        return confirmed

    # Sorting sales

    def begin(self, now: datetime) -> None:
        """From now on stock rests on orders. Inside a commit; once is enough."""
        if self.in_use:
            return
        Cursor.objects.create(store=self.store, **IN_USE, moment=now)
        self.in_use = True
        self.explain_all()

    def explain_all(self) -> None:
        """Sort what nobody had to sort until now: choices of the merchant may have made it count."""
        if self.in_use:
            orders = self._lines(Side.CSCART).filter(self._counts(), booked=None)
            self.explain(orders.values_list("order__remote_id", flat=True).distinct())

    def link(self, order_id: str, *, made_now: bool) -> None:
        """An order is about to be linked: one that did not count until now counts from now on. Inside a commit.

        `made_now`: it was made in the store for a sales order of Zoho and takes its stock right now.
        """
        if made_now:
            self._all_lines(Side.CSCART).filter(order__remote_id=order_id).update(booked=False)
        elif self.in_use:
            taking = Q(order__status__in=self.taking())
            self._explain(self._told(self._lines(Side.CSCART).filter(taking, order__remote_id=order_id, booked=None)))

    def moves_now(self, row: Observation, products: set[str] | None) -> None:
        """What these lines of an order (None = all) take, the store's amount loses just now: no figure was without."""
        lines = row.order_lines.filter(booked=None)
        mine = lines if products is None else lines.filter(product_id__in=products)
        agreed = [
            id for id, link in self._links_to(mine.values_list("product_id", flat=True)).items() if _is_agreed(link)
        ]
        if agreed:
            mine.filter(product_id__in=agreed).update(booked=False)

    def pair(self, link: Link, agreement: Agreement, now: datetime) -> None:
        """A product has a partner. What was decided about its orders with an earlier one is void. Inside a commit."""
        if self.in_use:
            self._all_lines(Side.CSCART).filter(product_id=link.cscart_id).exclude(booked=None).update(booked=None)
        if _is_agreed(link):
            self.agree(link, agreement, now)
        elif self.in_use:
            self._explain(self._told(self._counted(link.cscart_id)))

    def agree(self, link: Link, agreement: Agreement, now: datetime) -> None:
        """Both sides agree on the stock of a pair from now on. Inside a commit."""
        if not _is_agreed(link):
            return
        link.agreement, link.agreed_at = agreement.value, now
        link.save(update_fields=["agreement", "agreed_at"])
        if not self.in_use:
            return
        found: dict[bool, list[int]] = {True: [], False: []}
        for line, sale in self._sorted(self._told(self._counted(link.cscart_id)), {link.cscart_id: link}):
            among_zohos = sale is Sale.OPEN and agreement is not Agreement.WITHOUT
            found[not (sale is Sale.OF_BOTH or among_zohos)].append(line.pk)
        self._keep(found)

    def explain(self, order_ids: Iterable[str]) -> None:
        """Sort lines of these store orders that count and were not sorted yet. Inside a commit.

        Where the stock of their product is agreed on, a line that was placed later takes its pieces in the store and,
        by its sales order, in Zoho. The pieces of an earlier one are in the figure agreed on where Zoho's was put over
        the store's while they lay there still, or where Zoho had confirmed the order, too, so that both figures had
        left it out: that figure is raised, or the sale would look like pieces that have come back. Else both figures
        were without them, and nothing is to be done about them any more.
        """
        for ids in _some_of(order_ids):
            lines = self._lines(Side.CSCART).filter(self._counts(), order__remote_id__in=ids, booked=None)
            self._explain(self._told(lines))

    def _explain(self, lines: Sequence[_Line]) -> None:
        links = self._links_to(line.product_id for line in lines)
        agreed = {id: self._agreed(link) for id, link in links.items() if _is_agreed(link)}
        found: dict[bool, list[int]] = {True: [], False: []}
        raised: dict[str, Link] = {}
        for line, sale in self._sorted([line for line in lines if line.product_id in links], links):
            since, winner = agreed.get(line.product_id, (None, ""))
            if since is None:
                found[True] += [line.pk] if sale is Sale.OF_OLD else []
            elif not line.is_older(since):
                found[False].append(line.pk)
            elif sale is Sale.OF_BOTH or (sale is Sale.OPEN and winner == Side.ZOHO):
                found[False].append(line.pk)
                link = raised.setdefault(line.product_id, links[line.product_id])
                link.base_cscart["stock"] += line.quantity
            else:
                found[True].append(line.pk)
        self._keep(found)
        Link.objects.bulk_update(raised.values(), ["base_cscart"])
        _are_due(self.store, Side.CSCART, set(agreed))

    def _keep(self, found: Mapping[bool, Sequence[int]]) -> None:
        for booked, keys in found.items():
            for some in _some_of(keys):
                OrderLine.objects.filter(pk__in=some).update(booked=booked)

    def _counted(self, product_id: str) -> QuerySet[OrderLine]:
        """Lines of a product that count and were not sorted yet."""
        return self._lines(Side.CSCART).filter(self._counts(), product_id=product_id, booked=None)

    def _told(self, lines: QuerySet[OrderLine]) -> list[_Line]:
        columns = ("order__remote_id", "order__status", "order__folded_key", "placed", "order__ordered_on")
        told = lines.annotate(placed=KeyTextTransform("placed", "order__values"))
        return [_Line(*row) for row in told.values_list("pk", "product_id", "quantity", *columns)]

    def _sorted(self, lines: Sequence[_Line], links: Mapping[str, Link]) -> list[tuple[_Line, Sale]]:
        confirmed, gone = self._confirmed_there(lines), self._sent_off
        return [(line, self._sale(line, links.get(line.product_id), confirmed, gone)) for line in lines]

    def _sale(self, line: _Line, link: Link | None, confirmed: set[str], gone: set[str]) -> Sale:
        if line.order_id in confirmed:
            return Sale.OF_BOTH
        if line.status in gone and (link is None or line.is_older(link.created_at)):
            return Sale.OF_OLD
        return Sale.OPEN

    @property
    def _sent_off(self) -> set[str]:
        """Letters of orders whose goods are gone: those that stand for what Zoho has sent or closed."""
        letter = self._choices.letter
        return {letter("fulfilled"), letter("closed")} - {letter("confirmed")}

    def _confirmed_there(self, lines: Iterable[_Line]) -> set[str]:
        """Those of these orders that Zoho has confirmed, whether they are linked already or not."""
        mine = {"store": self.store, "entity": Entity.ORDERS.value}
        confirmed = Observation.objects.filter(**mine, side=Side.ZOHO.value, gone_at=None, status__in=CONFIRMED)
        found: set[str] = set()
        for some in _some_of({(line.order_id, line.folded_key) for line in lines}):
            by_key = {key: id for id, key in some if key}
            sales = confirmed.filter(folded_key__in=list(by_key)).values_list("folded_key", flat=True)
            links = Link.objects.filter(**mine, cscart_id__in=[id for id, _ in some])
            partners = links.filter(zoho_id__in=confirmed.values("remote_id")).values_list("cscart_id", flat=True)
            found |= {by_key[key] for key in sales} | set(partners)
        return found

    def _links_to(self, products: Iterable[str]) -> dict[str, Link]:
        mine = {"store": self.store, "entity": Entity.PRODUCTS.value}
        return {link.cscart_id: link for link in Link.objects.filter(**mine, cscart_id__in=set(products))}

    def _agreed(self, link: Link) -> tuple[datetime, str]:
        """When the stock of a pair was agreed on, and whose figure was put over the other's; "" = they were equal."""
        if link.agreed_at is not None:
            return link.agreed_at, Side.ZOHO.value if link.agreement == Agreement.ZOHO else ""
        settled = Conflict.objects.filter(
            store=self.store, entity=link.entity, cscart_id=link.cscart_id, zoho_id=link.zoho_id, field="stock"
        )
        last = settled.exclude(winner="").exclude(settled_at=None).order_by("settled_at").last()
        if last is None or last.settled_at is None:
            return link.created_at, Side.CSCART.value if link.origin == "created_in_zoho" else ""
        return last.settled_at, last.winner

    # Orders that do not go over

    def book_the_stuck(self) -> None:
        """Orders that are held, asked about or failed take their pieces out of what Zoho sells all the same.

        From now on such a sale is a movement of the store like any other; its sales order, should it be confirmed one
        day, takes nothing more. That holds for open drafts, too, but where the order is open in the store as well:
        such a one waits for its payment and for nothing else. Inside a commit.
        """
        if not self.in_use or self._nothing_is_booked:
            return
        stuck = (
            self._lines(Side.CSCART)
            .filter(booked=False, order__status__in=self.taking(), order__state__in=STUCK)
            .select_related("order")
            .defer("order__values")
        )
        for lines in _some_of(stuck.order_by("pk")):
            self._book_the_stuck(lines)

    def goes_over(self, sale_ids: Sequence[str]) -> None:
        """Orders that were stuck are confirmed after all: their sales orders explain their pieces from now on.

        Both free figures rise by those pieces, and what was booked for them is owed until it is put back. So a
        cancelled order keeps its pieces back until Zoho has let go of them, as any other does. Orders from before the
        stock was agreed on stay what they are. Nothing is done while a write is on its way that would set the base.
        """
        mine = {"store": self.store, "entity": Entity.PRODUCTS.value}
        if not self.in_use or Intent.objects.filter(**mine, closed_at=None).exists():
            return
        orders = Link.objects.filter(store=self.store, entity=Entity.ORDERS.value, zoho_id__in=sale_ids)
        lines = self._lines(Side.CSCART).filter(
            booked=True,
            order__status__in=self.taking(),
            order__remote_id__in=orders.values("cscart_id"),
        )
        told = self._told(lines)
        links = self._links_to(line.product_id for line in told)
        confirmed = self._confirmed({link.zoho_id: id for id, link in links.items()})
        found: list[int] = []
        for line in told:
            link = links.get(line.product_id)
            whole = confirmed.get((line.order_id, line.product_id), 0) >= line.quantity
            if link is None or not whole or not _is_agreed(link) or line.is_older(self._agreed(link)[0]):
                continue
            link.base_cscart["stock"] += line.quantity
            link.base_zoho["evened_out"] = int(link.base_zoho.get("evened_out") or 0) - line.quantity
            found.append(line.pk)
        self._keep({False: found})
        Link.objects.bulk_update(links.values(), ["base_cscart", "base_zoho"])

    def _book_the_stuck(self, lines: Sequence[OrderLine]) -> None:
        pairs = {link.cscart_id: link.zoho_id for link in self._links_to(line.product_id for line in lines).values()}
        confirmed = self._confirmed({item: product for product, item in pairs.items()})
        drafts = self._drafts({line.order.remote_id for line in lines if line.order.linked})
        left = [line for line in lines if not self._goes_over(line, confirmed, drafts)]
        self._keep({True: [line.pk for line in left]})
        _are_due(self.store, Side.CSCART, {line.product_id for line in left})

    def _goes_over(self, line: OrderLine, confirmed: Mapping[tuple[str, str], int], drafts: set[str]) -> bool:
        """Whether Zoho has all pieces of a line, or waits for nothing but the payment."""
        order = line.order
        if confirmed.get((order.remote_id, line.product_id), 0) >= line.quantity:
            return True
        return order.remote_id in drafts and self._choices.target(order.status) == "draft"

    def _drafts(self, order_ids: set[str]) -> set[str]:
        """Those of these store orders whose sales order is a draft."""
        mine = {"store": self.store, "entity": Entity.ORDERS.value}
        links = dict(Link.objects.filter(**mine, cscart_id__in=order_ids).values_list("zoho_id", "cscart_id"))
        sales = Observation.objects.filter(**mine, side=Side.ZOHO.value, gone_at=None, remote_id__in=list(links))
        return {links[id] for id in sales.filter(status__in=DRAFT).values_list("remote_id", flat=True)}

    # Orders in doubt

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


def _is_agreed(link: Link) -> bool:
    """Whether both sides have agreed on a stock."""
    return link.base_cscart.get("stock") is not None


def _some_of(things: Iterable[_T]) -> Iterator[list[_T]]:
    left = iter(things)
    while some := list(islice(left, CHUNK)):
        yield some
