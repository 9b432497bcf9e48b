"""How an order is shown: one row of the list, and the single order.

The row tells no line and no `updated_at`; both are only in the single order
(and in a list with `get_orders_data=1`). Numbers that PHP adds up come as
floats with their errors: 1.95 + 5.73 is 7.680000000000001 (seen).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cscart_zoho_sim.cscart.cart import option_ids
from cscart_zoho_sim.cscart.catalogue import Catalogue
from cscart_zoho_sim.cscart.checkout import Checkout
from cscart_zoho_sim.cscart.damage import number
from cscart_zoho_sim.cscart.order import BLANK, Line, Order
from cscart_zoho_sim.cscart.order_groups import GroupShapes, line_extra, num, tax_shape
from cscart_zoho_sim.cscart.tables import Row, Table, single_payment

LISTED = (
    *("order_id", "issuer_id", "user_id", "is_parent_order", "parent_order_id", "company_id", "company"),
    *("timestamp", "firstname", "lastname", "email", "phone", "status", "total", "storefront_id"),
)
#: Columns of users that an order's customer has no values for.
_NOT_OF_ORDERS = (
    *("profile_update_timestamp", "is_root", "last_activity", "birthday", "purchase_timestamp_from"),
    *("purchase_timestamp_to", "responsible_email", "password_change_timestamp", "api_key", "helpdesk_user_id"),
    "janrain_identifier",
)
_NUMBERS = ("discount", "subtotal_discount", "payment_surcharge")
_OPTION = {
    "product_id": "0",
    "company_id": "1",
    "option_type": "S",
    "inventory": "Y",
    "regexp": "",
    "required": "N",
    "multiupload": "N",
    "allowed_extensions": "",
    "max_file_size": "0",
    "missing_variants_handling": "M",
    "status": "A",
    "position": "0",
    "option_text": "",
    "description": "",
    "inner_hint": "",
    "incorrect_message": "",
    "modifier": "0.000",
    "modifier_type": "A",
}


@dataclass
class OrderShapes:
    """Shows orders with what the store knows now of their products, payments and shipments."""

    catalogue: Catalogue
    checkout: Checkout
    tables: Mapping[str, Table]
    shipped: Mapping[str, list[dict[str, Any]]]
    url: str
    email: str

    def __post_init__(self) -> None:
        self._groups = GroupShapes(self.catalogue, self.checkout, self.tables)

    def row(self, order: Order) -> Row:
        """One row of `GET orders`."""
        by_admin = order["issuer_id"] is not None
        return {
            **{name: order[name] for name in LISTED},
            "issuer_name": "Admin Admin" if by_admin else None,
            "issuer_email": self.email if by_admin else None,
            "invoice_id": None,
            "credit_memo_id": None,
            "points": None,
        }

    def single(self, order: Order, *, new: bool = False) -> Row:
        """`GET orders/:id`; `new` is the answer of the POST that made it."""
        if order.recorded is not None:
            return self._recorded(order, order.recorded)
        shown: Row = {**BLANK, **order.columns}
        shown |= {name: num(number(shown[name])) for name in _NUMBERS}
        lines = {id: self._line(order, line, new) for id, line in order.lines.items()}
        subtotal = _whole(sum(line["subtotal"] for line in lines.values()))
        regions = self.checkout.regions
        if order.promotion:
            shown["promotions"] = _promotion(order.promotion)
        return {
            **shown,
            "subtotal": subtotal,
            "payment_method": self._payment(order),
            "fields": [],
            "products": lines,
            **self._taxes(order),
            "display_shipping_cost": order["shipping_cost"],
            **dict.fromkeys(_NOT_OF_ORDERS, ""),
            **regions.named("b_", order["b_country"], order["b_state"]),
            **regions.named("s_", order["s_country"], order["s_state"]),
            "need_shipping": any(not line.is_edp for line in order.lines.values()),
            "shipping": self._groups.shipping(order),
            "shipment_ids": self._shipment_ids(order),
            "secondary_currency": order.currency,
            **({"issuer_data": self._issuer(order)} if order["issuer_id"] is not None else {}),
            "user_type": "C",
            "display_subtotal": subtotal,
            "payment_info": [],
            "product_groups": self._groups.groups(order),
            "doc_ids": [],
            "points_info": _points(order),
            **_paid_with(order),
        }

    def _recorded(self, order: Order, recorded: Row) -> Row:
        """As it was recorded, but for the columns that changed and for products that changed."""
        told = {name: value for name, value in order.columns.items() if name not in ("subtotal", *_NUMBERS)}
        lines = {id: self._line_now(order, order.lines[id], line) for id, line in recorded["products"].items()}
        return {**recorded, **told, "products": lines, "shipment_ids": self._shipment_ids(order)}

    def _shipment_ids(self, order: Order) -> list[str]:
        return [each["shipment_id"] for each in self.shipped.get(str(order["order_id"]), [])]

    def _line_now(self, order: Order, line: Line, told: Row) -> Row:
        told = {**told, **self._sent(order, line)}
        if line.product_id in self.catalogue.products.rows:
            return told
        return {**told, "product": line.name, "deleted_product": True, "product_status": None}

    # Lines

    def _line(self, order: Order, line: Line, new: bool) -> Row:
        product = self.catalogue.products.get(line.product_id)
        subtotal = _whole(float(line.price) * line.amount)
        given = line.made == "given"
        return {
            "item_id": line.item_id,
            "order_id": order["order_id"],
            "product_id": str(line.product_id),
            "product_code": line.code,
            "price": f"{line.price:.2f}",
            "amount": str(line.amount),
            "extra": self._extra(line),
            "product": product["product"] if product else line.name,
            "product_status": product["status"] if product else None,
            "deleted_product": product is None,
            "discount": num(line.discount),
            "company_id": 0 if given else line.company_id,
            "base_price": num(line.base_price),
            "original_price": num(line.base_price),
            "cart_id": line.item_id,
            "tax_value": self._line_tax(order, line),
            "subtotal": subtotal,
            "display_subtotal": subtotal,
            **self._sent(order, line),
            "is_accessible": product is not None,
            "product_url": f"{self.url}/index.php?dispatch=products.view&product_id={line.product_id}",
            # seen: true only in the answer to the POST
            "shared_product": new,
            "variation_features": [],
        }

    def _extra(self, line: Line) -> Row:
        options = dict(option_ids(*each) for each in line.options.items())
        values = [_option(name, value) for name, value in line.options.items()]
        if line.made == "given":
            chosen = {"product_options": options, "product_options_value": values} if options else {}
            return {**chosen, **line_extra(line), **line.extra}
        return {
            "product_options": options or [],
            "unlimited_download": "N",
            "updated_timestamp": line.product_updated,
            **line_extra(line),
            **({"product_options_value": values} if values else {}),
            **line.extra,
        }

    def _line_tax(self, order: Order, line: Line) -> int | float:
        """Only where taxes are calculated by unit price."""
        key = f"P_{line.item_id}"
        return num(sum((falls.get(key, Decimal(0)) for falls in order.figures.taxes.values()), Decimal(0)))

    def _sent(self, order: Order, line: Line) -> Row:
        shipments = self.shipped.get(str(order["order_id"]), [])
        sent = sum(int(each["products"].get(line.item_id, 0)) for each in shipments)
        if not sent:
            return {"shipped_amount": 0, "shipment_amount": str(line.amount)}
        return {"shipped_amount": str(sent), "shipment_amount": line.amount - sent}

    # Taxes

    def _taxes(self, order: Order) -> Row:
        rates, calculation = order.figures.rates, self._calculation
        taxes = {}
        for id, falls in order.figures.taxes.items():
            shown = tax_shape(rates[id], _whole(sum(map(float, falls.values()))), calculation)
            applies: Row = {what: num(money) for what, money in falls.items()}
            if calculation == "subtotal":
                applies["items"] = _items(order.figures.items[id])
            taxes[id] = {**shown, "applies": applies}
        on_top = sum(tax["tax_subtotal"] for tax in taxes.values() if tax["price_includes_tax"] == "N")
        told: Row = {"taxes": taxes or [], "tax_subtotal": _whole(on_top)}
        return {**told, "shipping_tax_value": 0} if taxes else told

    @property
    def _calculation(self) -> str:
        return "unit_price" if self.checkout.switches.tax_by_unit_price else "subtotal"

    # The rest

    def _payment(self, order: Order) -> Row:
        row = self.tables["payments"].find(str(order["payment_id"]))
        if row is None:
            return {"storefront_ids": "", "company_id": 1, "storefront_owner_id": 1}
        return {name: value for name, value in single_payment(row).items() if name != "processor_params"}

    def _issuer(self, order: Order) -> Row:
        return {
            "user_id": order["issuer_id"],
            "helpdesk_user_id": "0",
            "user_login": "admin",
            "company_id": "0",
            "firstname": "Admin",
            "lastname": "Admin",
            "email": self.email,
            "user_type": "A",
            "password_change_timestamp": "0",
        }


def _option(name: str, value: str) -> Row:
    id, value_id = option_ids(name, value)
    return {**_OPTION, "option_id": id, "option_name": name, "value": value_id, "variant_name": value}


def _whole(value: float) -> int | float:
    """A float as PHP writes it: 43.0 is 43."""
    return int(value) if value == int(value) else value


def _items(keys: tuple[str, ...]) -> Row:
    products = {key.removeprefix("P_"): True for key in keys if key.startswith("P_")}
    ways = [{key.rpartition("_")[2]: True} for key in keys if key.startswith("S_")]
    return {"S": ways, "P": products or []}


def _promotion(off: Decimal) -> Row:
    """What the store's promotion gave (not recorded)."""
    bonus = {"bonus": "order_discount", "discount_bonus": "by_fixed", "discount_value": str(num(off))}
    return {"1": {"bonuses": {"order_discount": bonus}, "total_discount": num(off)}}


def _paid_with(order: Order) -> Row:
    """Certificates and the wallet, where any were used (read in their code; not recorded)."""
    certificates: Row = {
        code: {"gift_cert_id": str(place), "amount": f"{amount:.2f}", "cost": num(order.taken[code]), "products": []}
        for place, (code, amount) in enumerate(order.credits.certificates.items(), 1)
    }
    told: Row = {"use_gift_certificates": certificates} if certificates else {}
    return told | ({"wallet": {"used_cash": num(order.taken["wallet"])}} if "wallet" in order.taken else {})


def _points(order: Order) -> Row:
    number, worth = order.credits.points
    if number:
        return {"in_use": {"points": number, "cost": num(worth)}, "is_gain": "N"}
    if not any(line.made == "kept" for line in order.lines.values()):
        return {"is_gain": "N"}
    cost = sum((line.price * line.amount for line in order.lines.values()), Decimal(0))
    return {"price": int(cost.to_integral_value()), "is_gain": "N"}
