"""What CS-Cart's API sends about orders.

A list tells heads only: ids, customer, status, total. With `get_orders_data=1`
it tells whole orders, and so does a single read (seen on a running 4.20 store;
stores before 4.11.5 do not know the parameter, read in the code). Whatever an
order holds may be odd in an old one, so what is inside comes as it is and the
mapper reads it.
"""

from decimal import Decimal
from typing import Any

import msgspec

#: The same answers with every version in the address.
ORDERS = "/api/2.0/orders"
#: Where an Ultimate store takes new orders; without a store in the address it refuses them (seen on 4.20).
STORE_ORDERS = "/api/2.0/stores/{company}/orders"

#: Built-in statuses of what is no order for people: an order that was never finished, and the order above those
#: of several vendors (read in the code).
INCOMPLETE, PARENT = "N", "T"


class OrderRow(msgspec.Struct):
    """One order. Of a list that tells heads only, `products` is UNSET; `updated_at` is unknown before 4.13.2."""

    order_id: Any
    is_parent_order: Any = "N"
    user_id: Any = "0"
    status: Any = ""
    total: Any = None
    timestamp: Any = 0
    updated_at: Any = msgspec.UNSET
    firstname: Any = ""
    lastname: Any = ""
    company: Any = ""
    email: Any = ""
    phone: Any = ""
    notes: Any = ""
    #: The notes of the staff, where our marker stands.
    details: Any = ""
    #: By item id; an empty one is a list.
    products: Any = msgspec.UNSET
    #: By tax id: rate_type, rate_value, price_includes_tax, tax_subtotal, applies.
    taxes: Any = ()
    #: Off the whole order. The order's own `discount` is in the prices of its lines already.
    subtotal_discount: Any = 0
    shipping_cost: Any = 0
    payment_surcharge: Any = 0
    #: Certificates that were bought with it, by item id, and such as it was paid with, by code.
    gift_certificates: Any = ()
    use_gift_certificates: Any = ()
    #: Reward points; `in_use` are those it was paid with.
    points_info: Any = ()
    #: A wallet add-on tells what was paid from it as `used_cash`, or in a column of its own (read in its code).
    wallet: Any = ()
    pay_by_wallet_amount: Any = 0
    shipping: Any = ()
    payment_method: Any = ()

    b_firstname: Any = ""
    b_lastname: Any = ""
    b_address: Any = ""
    b_address_2: Any = ""
    b_city: Any = ""
    b_state: Any = ""
    b_zipcode: Any = ""
    b_country: Any = ""
    b_phone: Any = ""
    s_firstname: Any = ""
    s_lastname: Any = ""
    s_address: Any = ""
    s_address_2: Any = ""
    s_city: Any = ""
    s_state: Any = ""
    s_zipcode: Any = ""
    s_country: Any = ""
    s_phone: Any = ""
    #: What the store calls the places of both addresses.
    b_country_descr: Any = ""
    b_state_descr: Any = ""
    s_country_descr: Any = ""
    s_state_descr: Any = ""

    @property
    def id(self) -> str:
        return str(self.order_id)

    @property
    def whole(self) -> bool:
        """Whether the row tells more than the head."""
        return self.products is not msgspec.UNSET

    @property
    def counts(self) -> bool:
        """Whether it is an order for people."""
        return str(self.is_parent_order) != "Y" and str(self.status) not in (INCOMPLETE, PARENT)


class Params(msgspec.Struct):
    """What the store understood of a list request."""

    total_items: Any = None


class OrderList(msgspec.Struct):
    """A page of orders. Beyond the end it is empty (seen on 4.20)."""

    #: An order that was deleted while its page was put together may come as nothing.
    orders: list[OrderRow | list[Any] | bool | None] | dict[str, OrderRow | list[Any] | bool | None] = []
    params: Params | list[Any] = []

    @property
    def length(self) -> int:
        return len(self.orders)

    @property
    def rows(self) -> list[OrderRow]:
        told = self.orders.values() if isinstance(self.orders, dict) else self.orders
        return [row for row in told if isinstance(row, OrderRow)]

    @property
    def total(self) -> int | None:
        told = str(self.params.total_items) if isinstance(self.params, Params) else ""
        return int(told) if told.isdecimal() else None


class Made(msgspec.Struct):
    """The answer to a new order. Newer stores tell it in full, a marketplace also the orders it became."""

    order_id: int | str
    order_data: msgspec.Raw = msgspec.Raw(b"null")
    suborder_ids: Any = ()

    @property
    def row(self) -> OrderRow | None:
        """The order as it was made, where it is told and can be read: it was made in any case."""
        try:
            return SINGLE.decode(self.order_data)
        except msgspec.DecodeError:
            return None


class Changed(msgspec.Struct):
    """The answer to a change: the id, whatever became of it (a status change of an unknown order answers so, too)."""

    order_id: int | str


class VendorRow(msgspec.Struct):
    """Whose product it is."""

    product_id: Any
    company_id: Any = "0"


class VendorList(msgspec.Struct):
    products: list[VendorRow] | dict[str, VendorRow] = []

    @property
    def companies(self) -> set[str]:
        rows = self.products.values() if isinstance(self.products, dict) else self.products
        return {str(row.company_id) for row in rows}


LIST = msgspec.json.Decoder(OrderList, float_hook=Decimal)
SINGLE = msgspec.json.Decoder(OrderRow, float_hook=Decimal)
MADE = msgspec.json.Decoder(Made, float_hook=Decimal)
CHANGED = msgspec.json.Decoder(Changed)
VENDORS = msgspec.json.Decoder(VendorList)
