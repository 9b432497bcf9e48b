"""`shipping` and `product_groups` of a single order: what the cart looked like when it was calculated last.

Nobody needs them to know what was ordered, and they are the larger part of the
answer. The shapes are those of a running 4.20 store, where a new order, one
whose lines were given and one that was calculated again differ in keys and types.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from cscart_zoho_sim.cscart.cart import needs_shipping
from cscart_zoho_sim.cscart.catalogue import Catalogue
from cscart_zoho_sim.cscart.checkout import FREE, Checkout
from cscart_zoho_sim.cscart.columns import FILLED_IN, Product
from cscart_zoho_sim.cscart.damage import number
from cscart_zoho_sim.cscart.figures import NOTHING, TaxRate
from cscart_zoho_sim.cscart.order import Group, Line, Order
from cscart_zoho_sim.cscart.rows import BARE, category_ids
from cscart_zoho_sim.cscart.tables import Row, Table, single_company

_PLACE = ("firstname", "lastname", "address", "address_2", "city", "county", "state", "country", "zipcode")


def num(money: Decimal) -> int | float:
    """A number as PHP writes it: 43, 21.5."""
    return int(money) if money == int(money) else float(money)


def tax_shape(rate: TaxRate, subtotal: int | float, calculation: str) -> Row:
    """A tax as orders tell it."""
    return {
        "rate_type": "F" if rate.fixed else "P",
        "rate_value": f"{rate.rate:.3f}",
        "price_includes_tax": "Y" if rate.included else "N",
        "regnumber": rate.regnumber,
        "priority": rate.priority,
        "tax_subtotal": subtotal,
        "description": rate.name,
        "calculation_type": calculation,
    }


@dataclass
class GroupShapes:
    """Shows the groups of an order and their shipping."""

    catalogue: Catalogue
    checkout: Checkout
    tables: Mapping[str, Table]

    def shipping(self, order: Order) -> list[Row]:
        """The chosen ways of shipping, one of each group."""
        return [
            {**way, "need_shipment": True}
            for place, group in enumerate(order.groups)
            for way in self._ways(group, place)
        ]

    def groups(self, order: Order) -> list[Row]:
        """`product_groups`."""
        return [self._group(order, group, place) for place, group in enumerate(order.groups)]

    def _group(self, order: Order, group: Group, place: int) -> Row:
        again = _is_again(group)
        package = self._package(order, group)
        sent = needs_shipping(group.lines)
        return {
            "name": self._company(group),
            "company_id": 0 if again else int(group.company_id),
            "products": {id: self._product(line) for id, line in group.lines.items()},
            "group_key": 0 if again else place + 1,
            "package_info": package,
            "package_info_full": package,
            "all_edp_free_shipping": not sent,
            "all_free_shipping": False,
            "free_shipping": False,
            "shipping_no_required": not sent,
            "shipping_by_marketplace": None if again else False,
            "shippings": {str(way["shipping_id"]): self._offered(order, way) for way in self._ways(group, place)},
            "chosen_shippings": self._ways(group, place),
        }

    def _company(self, group: Group) -> str:
        row = self.tables["vendors"].find(group.company_id)
        return str(row["company"]) if row else ""

    # Lines of a group

    def _product(self, line: Line) -> Row:
        product = self.catalogue.products.get(line.product_id)
        amount = str(line.amount) if line.made == "kept" else line.amount
        shown: Row = {
            "product_id": line.product_id,
            "product": line.name,
            "amount": amount,
            "product_options": dict(line.options) or [],
            "price": num(line.price),
            "stored_price": "Y" if line.stored else "N",
            "stored_discount": "Y" if line.made == "kept" else "N",
            "amount_total": amount,
            "options_type": FILLED_IN["options_type"],
            "exceptions_type": FILLED_IN["exceptions_type"],
            "options_type_raw": None,
            "exceptions_type_raw": None,
            "modifiers_price": 0,
            "is_edp": "Y" if line.is_edp else "N",
            "edp_shipping": "N",
            "base_price": num(line.base_price),
            "category_ids": category_ids(product) if product else [],
            "main_category": int(product["main_category"]) if product else 0,
            "display_price": num(line.price),
        }
        if line.made != "given":
            shown |= self._bought(line)
        if line.made == "placed":
            shown["promotions"] = []
        return shown

    def _bought(self, line: Line) -> Row:
        """What lines from the catalogue tell that given lines do not."""
        dressing = self.catalogue.dressings.get(line.product_id, BARE)
        again = line.made == "kept"
        extra: Row = {
            "product_options": dict(line.options) or [],
            "unlimited_download": "N",
            "updated_timestamp": line.product_updated,
        }
        bought: Row = {
            "product_code": line.code,
            "main_pair": dressing.single.get("main_pair", []),
            "extra": extra | (line_extra(line) if again else {}),
            "company_id": line.company_id,
            "discount": num(line.discount),
        }
        if again:
            bought["original_amount"] = str(line.amount)
            bought["original_product_data"] = {"cart_id": int(line.item_id), "amount": str(line.amount)}
        return bought

    # The parcel

    def _package(self, order: Order, group: Group) -> Row:
        lines = group.lines.values()
        weight = max(Decimal("0.001"), sum((self._weight(line) for line in lines), NOTHING))
        cost = num(sum((line.price * line.amount for line in lines), NOTHING))
        items = sum(line.amount for line in lines)
        amounts = {id: str(line.amount) if line.made == "kept" else line.amount for id, line in group.lines.items()}
        parcel = {
            "products": amounts,
            "amount": items,
            "weight": num(max(Decimal("0.1"), weight)),
            "cost": cost,
        }
        return {
            "C": cost,
            "W": f"{weight:.3f}",
            "I": items,
            "shipping_freight": 0,
            "packages": [parcel],
            "origination": self._origination(group),
            "location": self._location(order, _is_again(group)),
        }

    def _weight(self, line: Line) -> Decimal:
        product: Product = self.catalogue.products.get(line.product_id) or {"weight": "0"}
        return number(product["weight"]) * line.amount

    def _origination(self, group: Group) -> Row:
        row = self.tables["vendors"].find(group.company_id) or {}
        company = single_company(row)
        told = {name: company[name] for name in ("address", "city", "country", "state", "zipcode", "phone")}
        return {
            "name": company.get("company", ""),
            **told,
            "company_id": 0 if _is_again(group) else group.company_id,
        }

    # Ways of shipping

    def _ways(self, group: Group, place: int) -> list[Row]:
        if group.way is None:
            return []
        id = group.way.shipping_id
        row = self.tables["shippings"].find(id) or {}
        return [
            {
                "shipping_id": id,
                "shipping": row.get("shipping", ""),
                "delivery_time": row.get("delivery_time", ""),
                "description": "",
                "rate_calculation": "M",
                "service_params": [],
                "destination": "I",
                "min_weight": row.get("min_weight", "0.000"),
                "max_weight": row.get("max_weight", "0.000"),
                "service_id": "0",
                "free_shipping": False,
                "module": None,
                "service_code": None,
                "is_address_required": "Y",
                "rate_info": self._rate_info(id),
                "image": [],
                "group_key": place,
                "rate": num(group.way.rate),
                "group_name": self._company(group),
                **({"stored_shipping": True} if group.way.stored else {}),
            }
        ]

    def _rate_info(self, shipping_id: str) -> Row:
        rates = self.checkout.shipping_rates.get(shipping_id, FREE)
        return {
            "rate_id": shipping_id,
            "shipping_id": shipping_id,
            "rate_value": {"C": _steps(rates.by_cost), "I": _steps(rates.by_items)},
            "destination_id": "7",
            "base_rate": "0.00",
        }

    def _offered(self, order: Order, way: Row) -> Row:
        """A way of shipping among those on offer: without the group's name, with its taxes."""
        calculation = "unit_price" if self.checkout.switches.tax_by_unit_price else "subtotal"
        place, id = way["group_key"], way["shipping_id"]
        key = f"S_{place}_{id}"
        taxes = {
            tax: tax_shape(order.figures.rates[tax], num(falls.get("S", falls.get(key, NOTHING))), calculation)
            for tax, falls in order.figures.taxes.items()
            if key in order.figures.items[tax]
        }
        return {**{name: each for name, each in way.items() if name != "group_name"}, "taxed_price": 0, "taxes": taxes}

    def _location(self, order: Order, again: bool) -> Row:
        """Where the parcel goes; what is empty is not told, and a guest's country has no name at first (seen)."""
        at = {name: order[f"s_{name}"] or order[f"b_{name}"] for name in _PLACE}
        at["phone"] = order["s_phone"] or ("" if again else order["b_phone"])
        if again or order["user_id"] != "0":
            at |= self.checkout.regions.named("", at["country"], at["state"])
        return {**{name: value for name, value in at.items() if value}, "address_type": "residential"}


def line_extra(line: Line) -> Row:
    """What the column `extra` of a line says of the product as it was sold."""
    given = line.made == "given"
    return {
        "product": line.name,
        "company_id": 0 if given else line.company_id,
        "is_edp": "Y" if line.is_edp else "N",
        "edp_shipping": "N",
        "discount": num(line.discount),
        "base_price": num(line.base_price),
        "stored_price": "Y" if line.stored else "N",
        **(_points(line) if line.made == "kept" else {}),
        **({"exclude_from_calculate": True} if line.gift else {}),
    }


def _points(line: Line) -> Row:
    """The bundled reward points: an order that is calculated again says what it would cost in them (seen)."""
    cost = line.price * line.amount
    points = int(cost.to_integral_value())
    return {"points_info": {"raw_price": num(cost), "price": points, "display_price": points}}


def _is_again(group: Group) -> bool:
    return any(line.made != "placed" for line in group.lines.values())


def _steps(table: Mapping[int, Decimal]) -> Row:
    limits = sorted(table)
    ends: list[int | str] = [*limits[1:], ""]
    return {
        str(limit): {"range_from_value": limit, "range_to_value": ends[place], "value": num(table[limit])}
        for place, limit in enumerate(limits)
    }
