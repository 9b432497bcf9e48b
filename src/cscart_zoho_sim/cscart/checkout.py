"""How this store calculates an order: taxes of the place, shipping, promotions, surcharges, the currency."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from cscart_zoho_sim.cscart.cart import ShippingRates, needs_shipping
from cscart_zoho_sim.cscart.damage import number
from cscart_zoho_sim.cscart.figures import (
    NOTHING,
    PRODUCTS,
    SHIPPING,
    Figures,
    Taxed,
    TaxRate,
    Terms,
    reckon,
    together,
)
from cscart_zoho_sim.cscart.order import Group, Order, Way
from cscart_zoho_sim.cscart.regions import Regions
from cscart_zoho_sim.cscart.switches import Switches
from cscart_zoho_sim.cscart.tables import Row, Table

#: Currencies without a smaller unit. Others have two places, whatever they have by law: the columns hold no more.
WHOLE = frozenset(("JPY", "KRW", "VND", "CLP"))
FREE = ShippingRates({}, {})


@dataclass(frozen=True)
class Rate:
    """The part of a tax that only orders tell: percent, or money where `fixed`; countries, none named = all."""

    rate: Decimal
    fixed: bool = False
    countries: tuple[str, ...] = ()


@dataclass
class Checkout:
    """Calculates orders. `rates` and `shipping_rates` go by the ids of taxes and shippings."""

    tables: Mapping[str, Table]
    switches: Switches
    rates: dict[str, Rate] = field(default_factory=dict)
    shipping_rates: dict[str, ShippingRates] = field(default_factory=dict)
    currency: str = "USD"
    regions: Regions = field(default_factory=Regions)

    @property
    def places(self) -> int:
        """Behind the point of an amount."""
        return 0 if self.currency in WHOLE else 2

    def taxes(self, country: str = "", exempt: str = "N") -> dict[str, TaxRate]:
        """The taxes at a place of delivery, by id; all there are where none is named."""
        if exempt == "Y":
            return {}
        rates = {}
        for row in self.tables["taxes"].rows:
            known = self.rates.get(row["tax_id"])
            if known is None or row["status"] != "A":
                continue
            if country and known.countries and country not in known.countries:
                continue
            rates[row["tax_id"]] = _rate(row, known)
        return rates

    def ship(self, group: Group, shipping_id: str) -> None:
        """Calculate the shipping of a group of lines anew."""
        if not needs_shipping(group.lines) or not shipping_id:
            group.way = None
            return
        sent = [line for line in group.lines.values() if not line.is_edp]
        cost = sum((line.price * line.amount for line in sent), NOTHING)
        rates = self.shipping_rates.get(shipping_id, FREE)
        group.way = Way(shipping_id, rates.rate(cost, sum(line.amount for line in sent)))

    def promotion(self, group: Group) -> Decimal:
        """What the store takes off an order of its own accord: `order_promotion_off` from a subtotal on."""
        subtotal = sum((line.price * line.amount for line in group.lines.values()), NOTHING)
        return self.switches.order_promotion_off if subtotal >= self.switches.order_promotion_from else NOTHING

    def calculate(self, order: Order) -> Figures:
        """The figures of an order, with its coupon and promotion. Of several groups the first gets the coupon."""
        terms = self._terms(order)
        order.promotion = self.promotion(order.groups[0])
        several = []
        points = order.credits.points[1] if self.switches.points_in_discount else NOTHING
        for place, group in enumerate(order.groups):
            off = order.discount + order.promotion + points if place == 0 else NOTHING
            several.append(self._of_group(group, place, terms, off))
        return self._paid(order, several[0] if len(several) == 1 else together(several))

    def _paid(self, order: Order, figures: Figures) -> Figures:
        """Less what the order is paid with besides money; what of each was taken is kept with the order.

        Certificates pay for the goods as they are before the order's discount, or for the total (read in the
        add-on's code). That no total falls below nothing is supposed.
        """
        paid, total, order.taken = order.credits, figures.total, {}
        left = total if self.switches.certificates_pay_shipping else figures.subtotal
        for code, amount in paid.certificates.items():
            order.taken[code] = cost = min(amount, left)
            left, total = left - cost, total - cost
        if paid.points[0]:
            order.taken["points"] = paid.points[1]
            total -= NOTHING if self.switches.points_in_discount else paid.points[1]
        if paid.wallet:
            order.taken["wallet"] = used = min(paid.wallet, max(total, NOTHING))
            total -= used
        return replace(figures, total=max(total, NOTHING))

    def _of_group(self, group: Group, place: int, terms: Terms, off: Decimal) -> Figures:
        parts = [Taxed(PRODUCTS, f"P_{id}", line.price, line.amount, line.tax_ids) for id, line in group.lines.items()]
        if group.way is not None:
            key, taxes = f"S_{place}_{group.way.shipping_id}", self._shipping_taxes(group.way.shipping_id)
            parts.append(Taxed(SHIPPING, key, group.way.rate, 1, taxes))
        return reckon(
            parts,
            terms,
            line_discount=sum((line.discount * line.amount for line in group.lines.values()), NOTHING),
            subtotal_discount=off,
            shipping=group.way.rate if group.way else NOTHING,
        )

    def _shipping_taxes(self, shipping_id: str) -> tuple[str, ...]:
        row = self.tables["shippings"].find(shipping_id)
        return _ids(row) if row else ()

    def _terms(self, order: Order) -> Terms:
        payment = self.tables["payments"].find(str(order["payment_id"]))
        return Terms(
            rates=self.taxes(order.country, str(order["tax_exempt"])),
            places=self.places,
            by_unit_price=self.switches.tax_by_unit_price,
            surcharge=number(payment["a_surcharge"]) if payment else NOTHING,
            surcharge_percent=number(payment["p_surcharge"]) if payment else NOTHING,
            surcharge_tax_ids=_ids(payment) if payment else (),
        )


def _ids(row: Row) -> tuple[str, ...]:
    return tuple(filter(None, str(row["tax_ids"]).split(",")))


def _rate(row: Row, known: Rate) -> TaxRate:
    included = row["price_includes_tax"] == "Y"
    told = (row["tax_id"], row["tax"], known.rate, known.fixed, included, row["regnumber"], known.countries)
    return TaxRate(*told, priority=int(row.get("priority") or 0))
