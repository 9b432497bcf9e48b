"""What may happen to an order, whoever does it: the API's calls, shoppers, people in the admin panel.

Every rule was seen on a running 4.20 store unless it says otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.cscart import cart, damage
from cscart_zoho_sim.cscart.cart import Wanted
from cscart_zoho_sim.cscart.catalogue import Catalogue, Refused
from cscart_zoho_sim.cscart.checkout import Checkout
from cscart_zoho_sim.cscart.figures import NOTHING, Figures
from cscart_zoho_sim.cscart.order import (
    BACKORDERED,
    INCOMPLETE,
    OPEN,
    PAID,
    PARENT,
    SHOWN_SHIPPING,
    TAKEN_OF_CUSTOMERS,
    Columns,
    Credits,
    Group,
    Line,
    Order,
    kept,
)
from cscart_zoho_sim.cscart.order_stock import TAKES, OrderStock
from cscart_zoho_sim.cscart.users import User
from cscart_zoho_sim.wire import Edit

NOT_CREATED = "Order couldn't be created"
NO_USER = "The User not found"
TOO_SMALL = "The minimum order amount is not reached"  # supposed words
FIRST_COMPANY = "1"
ADMIN = "1"


class NotPlaced(Refused):
    """Nothing of what was wanted can be sold; `errors` names what was sold out."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__(NOT_CREATED)
        self.errors = tuple(errors)


class NotAllowed(Refused):
    """The store's settings do not let such an order be placed."""


@dataclass(frozen=True)
class Placement:
    """An order that somebody wants to place.

    `customer` is a guest's data, which a `user_id` wins over. `over` are
    columns that are laid over the finished order. `discount` is a coupon's.
    """

    wanted: Sequence[Wanted]
    payment_id: str
    shipping_id: str = ""
    user_id: int = 0
    customer: Mapping[str, Any] = field(default_factory=dict)
    over: Mapping[str, Any] = field(default_factory=dict)
    company_id: str = ""
    discount: Decimal = NOTHING
    credits: Credits = field(default_factory=Credits)
    currency: str = ""
    issuer_id: str | None = None


@dataclass
class Orders:
    """All orders. `shown` is how a single order is told, for those who watch."""

    clock: Clock
    catalogue: Catalogue
    checkout: Checkout
    stock: OrderStock
    users: Mapping[int, User]
    shown: Callable[[Order], dict[str, Any]]
    #: Told the id of each order that is deleted.
    gone: Callable[[str], None]
    rows: dict[int, Order] = field(default_factory=dict)
    watchers: list[Callable[[Edit], None]] = field(default_factory=list)
    _last_id: int = 0

    # Placing

    def place(self, wanted: Placement, author: str) -> list[Order]:
        """The new order; over several vendors their parent first, then one of each. Raises `Refused`."""
        columns = self._customer(wanted)
        lines, dropped = cart.placed(
            self.catalogue, wanted.wanted, percent=self._percent, places=self.checkout.places, free={}
        )
        if not lines:
            raise NotPlaced(dropped)
        if sum(line.amount * line.price for line in lines.values()) < self.checkout.switches.minimum_order:
            raise NotAllowed(TOO_SMALL)
        if cart.needs_shipping(lines) and not wanted.shipping_id:
            raise Refused("The shipping_id field is required")  # the words are those of 4.14, not recorded
        groups = self._groups(lines, wanted.company_id)
        for group in groups:
            self.checkout.ship(group, wanted.shipping_id)
        orders = self._divided(wanted, columns, groups)
        self.take_in(orders)
        for order in orders:
            self._open(order, author)
        return orders

    @property
    def _percent(self) -> Decimal:
        return self.checkout.switches.promotion_percent

    def _customer(self, wanted: Placement) -> Columns:
        """Of a user or a guest what an order takes. The company's name is not among it (seen)."""
        if not wanted.user_id:
            return kept({name: wanted.customer[name] for name in TAKEN_OF_CUSTOMERS if name in wanted.customer})
        user = self.users.get(wanted.user_id)
        if user is None:
            raise Refused(NO_USER)
        named = {f"b_{name}": user[f"b_{name}"] or user[name] for name in ("firstname", "lastname", "phone")}
        taken = {name: user[name] for name in TAKEN_OF_CUSTOMERS} | named
        exempt = {"tax_exempt": user["tax_exempt"]} if user["tax_exempt"] == "Y" else {}
        return {"user_id": user["user_id"], **kept(taken), **exempt}

    def _groups(self, lines: dict[str, Line], company_id: str) -> list[Group]:
        """One, or in a Multi-Vendor store one of each vendor."""
        if self.checkout.switches.vendors_are_stores:
            return [Group(company_id or FIRST_COMPANY, lines)]
        return cart.grouped(lines, {id: line.company_id for id, line in lines.items()})

    def _divided(self, wanted: Placement, columns: Columns, groups: list[Group]) -> list[Order]:
        if len(groups) == 1:
            return [self._made(wanted, columns, groups, groups[0].company_id)]
        parent = self._made(wanted, columns, groups, "0")
        parent.columns |= {"is_parent_order": "Y", "status": PARENT}
        children = [self._made(wanted, columns, [each], each.company_id) for each in groups]
        for child in children[1:]:
            child.discount = NOTHING
        for child in children:
            self._calculate(child)
        return [parent, *children]

    def _made(self, wanted: Placement, columns: Columns, groups: list[Group], company_id: str) -> Order:
        now = self._now()
        own: Columns = {
            **columns,
            "company_id": company_id,
            "issuer_id": wanted.issuer_id,
            "payment_id": damage.whole(wanted.payment_id),
            "timestamp": now,
            "updated_at": now,
            "status": INCOMPLETE,
        }
        if self.checkout.switches.vendors_are_stores:
            own["storefront_id"] = company_id
        currency = wanted.currency or self.checkout.currency
        order = Order(own, groups, currency=currency, discount=wanted.discount, credits=wanted.credits)
        self._calculate(order)
        # what is given on top is laid over the finished order: the total is not calculated from it
        order.columns |= kept(wanted.over)
        return order

    def take_in(self, orders: Sequence[Order]) -> None:
        """Give new orders their ids; the first of several is the parent."""
        for place, order in enumerate(orders):
            self._last_id += 1
            order.columns["order_id"] = str(self._last_id)
            if place:
                order.columns["parent_order_id"] = orders[0]["order_id"]
            self.rows[self._last_id] = order

    def keep(self, order_id: int, order: Order) -> None:
        """An order with an id of its own, as an import or a recording brings it: no stock moves, nobody hears."""
        order.columns["order_id"] = str(order_id)
        self.rows[order_id] = order
        self._last_id = max(self._last_id, order_id)

    def plant(self, wanted: Placement, order_id: int, columns: Mapping[str, Any]) -> Order:
        """An order of the past, with these columns: no stock moves, nobody hears. Raises KeyError and `Refused`."""
        lines = {}
        for each in wanted.wanted:
            line = cart.of_catalogue(self.catalogue, each, percent=self._percent, places=self.checkout.places)
            lines[line.item_id] = line
        group = Group(wanted.company_id or FIRST_COMPANY, lines)
        self.checkout.ship(group, wanted.shipping_id)
        order = self._made(wanted, self._customer(wanted), [group], group.company_id)
        order.columns |= columns
        self.keep(order_id, order)
        return order

    def _open(self, order: Order, author: str) -> None:
        """A new order takes its stock and is open; one that costs nothing is paid (Ultimate; read in the code)."""
        if not order.is_parent:
            free = self.checkout.switches.vendors_are_stores and damage.number(order["total"]) == 0
            letter = PAID if free else OPEN
            taken = self.stock.group(letter) != TAKES or self.stock.take(order.lines.values(), author)
            order.columns["status"] = letter if taken else BACKORDERED
        self._tell(author, order.id, None)

    # Changing

    def set_status(self, order_id: int, letter: str, author: str) -> None:
        """Stock moves only between the groups of statuses; too little of it makes the order backordered.

        Nothing happens to an order that does not exist. A parent's status goes
        to its children (read in the code).
        """
        order, letter = self.rows.get(order_id), damage.text(letter, 1)
        if order is None or not letter:
            return
        if order.is_parent:
            for child in self._children(order):
                self.set_status(child.id, letter, author)
            return
        before, was = self._before(order), order.status
        letter = self._moved(order, letter, author)
        if letter != was:
            order.columns |= {"status": letter, "updated_at": self._now()}
            self._tell(author, order_id, before)

    def _moved(self, order: Order, letter: str, author: str) -> str:
        """Move the stock of a change of status; the status that comes of it."""
        here, there = self.stock.group(order.status), self.stock.group(letter)
        if letter == order.status or not here or not there or here == there:
            return letter
        if there == TAKES:
            return letter if self.stock.take(order.lines.values(), author) else BACKORDERED
        self.stock.give_back(order.lines.values(), author)
        return letter

    def change(self, order_id: int, fields: Mapping[str, Any], author: str) -> None:
        """Everything is calculated anew, with the prices and the shipping that the order has or is given.

        Raises KeyError, and `Refused` when no line is left. The status stays
        (doubtful: the switch `put_opens_orders`). Columns that are given, the
        total too, are laid over what was calculated, this time only.
        """
        order = self.rows[order_id]
        lines = self._lines_after(order, fields.get("products"))
        if not lines:
            raise Refused(NOT_CREATED)
        self._renew(order, lines, fields, author)

    def _renew(self, order: Order, lines: dict[str, Line], fields: Mapping[str, Any], author: str) -> None:
        before, was = self._before(order), order.status
        if self.stock.group(was) == TAKES:
            self.stock.give_back(order.lines.values(), author)
        self._put_lines(order, lines, str(fields.get("shipping_id") or ""))
        given = kept(fields, without=("timestamp", "payment_id"))
        if fields.get("payment_id"):
            order.columns["payment_id"] = damage.whole(fields["payment_id"])
        order.columns |= {name: value for name, value in given.items() if name in SHOWN_SHIPPING}
        self._calculate(order)
        # seen: what this PUT says about shipping changes its cost, and not the total
        order.columns |= {**_stored_shipping(fields.get("stored_shipping")), **given, "updated_at": self._now()}
        self._reopen(order, was, author)
        self._tell(author, order.id, before)

    def _put_lines(self, order: Order, lines: dict[str, Line], shipping_id: str) -> None:
        """One group comes of it, as seen on Ultimate; the shipping keeps its rate unless another is chosen."""
        way = next((group.way for group in order.groups if group.way), None)
        group = Group(order.groups[0].company_id, lines, replace(way, stored=True) if way else None)
        if shipping_id and (way is None or way.shipping_id != shipping_id):
            self.checkout.ship(group, shipping_id)
        order.groups, order.recorded = [group], None

    def _reopen(self, order: Order, was: str, author: str) -> None:
        letter = OPEN if self.checkout.switches.put_opens_orders else was
        takes = self.stock.group(letter) == TAKES
        enough = not takes or self.stock.take(order.lines.values(), author)
        order.columns["status"] = letter if enough else BACKORDERED

    def _lines_after(self, order: Order, products: Any) -> dict[str, Line]:
        if products:
            switches = self.checkout.switches
            options = self._options() if switches.put_keeps_options else {}
            given = cart.given(
                self.catalogue,
                products,
                self.checkout.places,
                options=options,
                keeps_gifts=switches.put_keeps_gifts,
            )
            if given is not None:
                return given
        same = {id: replace(line, stored=True, made="kept") for id, line in order.lines.items()}
        more = cart.wanted(products, key_0_is_skipped=False) if products else []
        return same | self._catalogued(order, more) if more else same

    def _options(self) -> dict[tuple[str, str], tuple[str, str]]:
        """The options that the store knows: those that have ever been chosen. Ids -> names."""
        lines = [line for order in self.rows.values() for line in order.lines.values()]
        known = {cart.option_ids(*each): each for line in lines for each in line.options.items()}
        recorded = (each for line in lines for each in line.extra.get("product_options_value") or ())
        return known | {
            (str(each["option_id"]), str(each["value"])): (each["option_name"], each["variant_name"])
            for each in recorded
        }

    def _catalogued(self, order: Order, wanted: Sequence[Wanted]) -> dict[str, Line]:
        """Lines at the catalogue's price, cut to the stock and what the order holds of it."""
        held: dict[int, int] = {}
        if self.stock.group(order.status) == TAKES:
            for line in order.lines.values():
                held[line.product_id] = held.get(line.product_id, 0) + line.amount
        return cart.placed(self.catalogue, wanted, percent=self._percent, places=self.checkout.places, free=held)[0]

    def edit(
        self, order_id: int, author: str, *, wanted: Sequence[Wanted] | None = None, fields: Mapping[str, Any]
    ) -> None:
        """What an administrator changes: these lines and no others, a product that was there at its old price.

        A line with the same options is the same line; another one of its product has new options.
        """
        order = self.rows[order_id]
        lines = {id: replace(line, made="kept") for id, line in order.lines.items()}
        if wanted is not None:
            old, same = {line.product_id: line for line in lines.values()}, lines
            lines = {}
            for id, line in self._catalogued(order, wanted).items():
                known = same.get(id) or next((each for each in same.values() if _alike(each, line)), None)
                if known is None and line.product_id in old:
                    known = replace(old[line.product_id], options=line.options)
                lines[id] = replace(known, item_id=id, amount=line.amount) if known else line
        if not lines:
            raise Refused(NOT_CREATED)
        self._renew(order, lines, fields, author)

    def delete(self, order_id: int, author: str) -> None:
        """Gone, and its stock is back. Raises KeyError."""
        order = self.rows[order_id]
        for child in self._children(order) if order.is_parent else []:
            self.delete(child.id, author)
        before = self._before(order)
        if self.stock.group(order.status) == TAKES:
            self.stock.give_back(order.lines.values(), author)
        del self.rows[order_id]
        self.gone(str(order_id))
        self._tell(author, order_id, before)

    def forget_user(self, user_id: str) -> None:
        """A deleted user's orders stay, and belong to nobody (read in the code)."""
        for order in self.rows.values():
            if order["user_id"] == user_id:
                order.columns["user_id"] = "0"

    def _children(self, parent: Order) -> list[Order]:
        return [each for each in self.rows.values() if each["parent_order_id"] == parent["order_id"]]

    # Money

    def _calculate(self, order: Order) -> None:
        """Calculate, and write it into the columns. With `totals_behind` the total is the one calculated before."""
        figures = self.checkout.calculate(order)
        behind = self.checkout.switches.totals_behind and order.due != NOTHING
        total, order.due, order.figures = order.due if behind else figures.total, figures.total, figures
        order.columns |= money_columns(figures, total)
        order.columns["shipping_ids"] = ",".join(
            dict.fromkeys(group.way.shipping_id for group in order.groups if group.way)
        )
        if order.promotion:
            order.columns["promotion_ids"] = "1"

    # Told

    def _before(self, order: Order) -> dict[str, Any] | None:
        return deepcopy(self.shown(order)) if self.watchers else None

    def _tell(self, author: str, order_id: int, before: dict[str, Any] | None) -> None:
        if not self.watchers:
            return
        order = self.rows.get(order_id)
        after = None if order is None else self.shown(order)
        for watch in self.watchers:
            watch(Edit(author, "cscart", str(order_id), before, after, self.clock.now()))

    def _now(self) -> str:
        return str(int(self.clock.now()))


def _alike(known: Line, line: Line) -> bool:
    """Whether two lines sell the same thing, whatever their ids."""
    return (known.product_id, known.options, known.gift) == (line.product_id, line.options, line.gift)


def money_columns(figures: Figures, total: Decimal) -> Columns:
    """The columns of what an order costs."""
    return {
        "total": damage.decimal(total, 2),
        "subtotal": damage.decimal(figures.subtotal, 2),
        "discount": damage.decimal(figures.discount, 2),
        "subtotal_discount": damage.decimal(figures.subtotal_discount, 2),
        "payment_surcharge": damage.decimal(figures.surcharge, 2),
        "shipping_cost": damage.decimal(figures.shipping, 2),
    }


def _stored_shipping(told: Any) -> Columns:
    """`{"0": {"0": 5}}`: of the first group, the first way of shipping."""
    if not isinstance(told, (Mapping, list)) or not told:
        return {}
    costs = [
        cost for each in _values(told) for cost in (_values(each) if isinstance(each, (Mapping, list)) else [each])
    ]
    return {"shipping_cost": damage.decimal(sum(map(damage.number, costs)), 2)}


def _values(told: Mapping[str, Any] | list[Any]) -> list[Any]:
    return list(told.values()) if isinstance(told, Mapping) else told
