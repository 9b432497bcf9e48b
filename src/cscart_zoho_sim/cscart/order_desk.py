"""All about orders in one place: what shoppers and people in the admin panel do, and the parts of the API."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.cscart.cart import ShippingRates, Wanted
from cscart_zoho_sim.cscart.catalogue import Catalogue
from cscart_zoho_sim.cscart.checkout import Checkout, Rate
from cscart_zoho_sim.cscart.damage import number
from cscart_zoho_sim.cscart.order import Credits, Order
from cscart_zoho_sim.cscart.order_api import OrderApi
from cscart_zoho_sim.cscart.order_shapes import OrderShapes
from cscart_zoho_sim.cscart.order_stock import OrderStock
from cscart_zoho_sim.cscart.orders import Orders, Placement
from cscart_zoho_sim.cscart.shipments import Shipments
from cscart_zoho_sim.cscart.switches import Switches
from cscart_zoho_sim.cscart.tables import Table
from cscart_zoho_sim.cscart.users import User
from cscart_zoho_sim.wire import Edit

Line = tuple[int, int] | Wanted
"""(product id, how many), or with more to say a `Wanted`."""


class OrderDesk:
    """The orders of one store with everything that works on them."""

    def __init__(
        self,
        clock: Clock,
        switches: Switches,
        tables: dict[str, Table],
        catalogue: Catalogue,
        users: Mapping[int, User],
        url: str,
        email: str,
    ) -> None:
        self.checkout = Checkout(tables, switches)
        self._tables = tables
        rows: dict[int, Order] = {}
        self.shipments = Shipments(clock, switches, rows, tables)
        self.shapes = OrderShapes(catalogue, self.checkout, tables, self.shipments.of, url, email)
        stock = OrderStock(catalogue, tables)
        self.orders = Orders(
            clock, catalogue, self.checkout, stock, users, self.shapes.single, self.shipments.forget, rows
        )
        self.api = OrderApi(self.orders, self.shapes, switches)

    # What people do

    def place(
        self,
        lines: Iterable[Line],
        *,
        user_id: int = 0,
        guest: Mapping[str, Any] | None = None,
        payment_id: int = 1,
        shipping_id: int | None = None,
        discount: Decimal | str | int = 0,
        certificates: Mapping[str, Decimal | str | int] | None = None,
        points: tuple[int, Decimal | str | int] = (0, 0),
        wallet: Decimal | str | int = 0,
        currency: str = "",
        **columns: Any,
    ) -> int:
        """A shopper checks out; the id of the order, or of the parent of several. Raises `Refused`.

        `discount` is a coupon's; `certificates` (code -> what it is worth), `points` (how many, what they are worth)
        and the `wallet` of an add-on pay for what they can. `currency` is the one the shopper looks at, `columns`
        are laid over the finished order (`notes`, `b_address`, `timestamp`, ...).
        """
        if shipping_id is None:
            shipping_id = int(self._tables["shippings"].rows[0]["shipping_id"])
        placement = Placement(
            wanted=_wanted(lines),
            payment_id=str(payment_id),
            shipping_id=str(shipping_id),
            user_id=user_id,
            customer=guest or {},
            over={"notes": "", "details": "", **columns},
            discount=number(discount),
            credits=Credits(
                {code: number(amount) for code, amount in (certificates or {}).items()},
                (points[0], number(points[1])),
                number(wallet),
            ),
            currency=currency,
        )
        return self.orders.place(placement, "people")[0].id

    def edit(
        self,
        order_id: int,
        *,
        lines: Iterable[Line] | None = None,
        address: Mapping[str, Any] | None = None,
        **columns: Any,
    ) -> None:
        """An administrator edits an order: these lines, this address, these columns. Raises KeyError and `Refused`."""
        wanted = None if lines is None else _wanted(lines)
        self.orders.edit(order_id, "people", wanted=wanted, fields={**(address or {}), **columns})

    def set_status(self, order_id: int, letter: str) -> None:
        """An administrator chooses a status. Raises KeyError, and ValueError for a letter nobody can choose."""
        if self._status(letter) is None:
            raise ValueError(f"There is no status {letter!r}.")
        if order_id not in self.orders.rows:
            raise KeyError(order_id)
        self.orders.set_status(order_id, letter, "people")

    def delete(self, order_id: int) -> None:
        """An administrator deletes an order. Raises KeyError."""
        self.orders.delete(order_id, "people")

    def order(self, order_id: int) -> dict[str, Any]:
        """What `GET orders/:id` would answer. Raises KeyError."""
        return self.shapes.single(self.orders.rows[order_id])

    def watch_users(self, edit: Edit) -> None:
        """Orders of a user who is deleted belong to nobody."""
        if edit.after is None:
            self.orders.forget_user(edit.id)

    # What the store is set to

    def set_tax(self, tax_id: int, rate: Decimal | str | int, **settings: Any) -> None:
        """A tax's rate in percent. `fixed`: in money; `included`: prices have it in them; `countries`: only there.

        `name`: how it is called; `priority`: a higher one is also taken of the taxes of lower ones.
        """
        row = self._tables["taxes"].find(str(tax_id))
        if row is None:
            row = {**self._tables["taxes"].rows[0], "tax_id": str(tax_id), "tax": f"Tax {tax_id}"}
            self._tables["taxes"].rows.append(row)
        if "included" in settings:
            row["price_includes_tax"] = "Y" if settings["included"] else "N"
        row["tax"] = settings.get("name", row["tax"])
        row["priority"] = str(settings.get("priority", row.get("priority", "0")))
        countries = tuple(settings.get("countries", ()))
        self.checkout.rates[str(tax_id)] = Rate(number(rate), bool(settings.get("fixed")), countries)

    def set_shipping(self, shipping_id: int, rate: Decimal | str | int, tax_ids: Sequence[int] = ()) -> None:
        """A way of shipping costs this, whatever is sent. Raises KeyError."""
        row = self._tables["shippings"].find(str(shipping_id))
        if row is None:
            raise KeyError(shipping_id)
        row["tax_ids"] = ",".join(map(str, tax_ids))
        self.checkout.shipping_rates[str(shipping_id)] = ShippingRates({0: number(rate)}, {})

    def set_surcharge(
        self,
        payment_id: int,
        money: Decimal | str | int = 0,
        percent: Decimal | str | int = 0,
        tax_ids: Sequence[int] = (),
    ) -> None:
        """A way of payment costs extra. Raises KeyError."""
        row = self._tables["payments"].find(str(payment_id))
        if row is None:
            raise KeyError(payment_id)
        row["a_surcharge"], row["p_surcharge"] = f"{number(money):.3f}", f"{number(percent):.3f}"
        row["tax_ids"] = ",".join(map(str, tax_ids))

    def add_status(self, letter: str, name: str, inventory: str) -> None:
        """A status of the shop's own; `inventory` is "D" when its orders hold stock, "I" when they do not."""
        rows = self._tables["statuses"].rows
        id = str(max(int(row["status_id"]) for row in rows) + 1)
        params = {"inventory": inventory, "color": "#888888", "repay": "N"}
        row = {**rows[0], "status_id": id, "status": letter, "is_default": "N", "description": name, "params": params}
        rows.append(row)

    def _status(self, letter: str) -> Mapping[str, Any] | None:
        rows = self._tables["statuses"].rows
        return next((row for row in rows if row["type"] == "O" and row["status"] == letter), None)

    @property
    def watchers(self) -> list[Callable[[Edit], None]]:
        """Called after each change of an order, by people or the API."""
        return self.orders.watchers


def _wanted(lines: Iterable[Line]) -> list[Wanted]:
    return [each if isinstance(each, Wanted) else Wanted(int(each[0]), int(each[1])) for each in lines]
