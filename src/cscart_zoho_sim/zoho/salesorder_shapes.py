"""Sales orders as Zoho shows them: in full, and as a row of a list.

Shapes: the description that Zoho publishes, and orders of live organisations.
Rows of a list carry no lines, no taxes and no addresses.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from cscart_zoho_sim.zoho import contact_shapes
from cscart_zoho_sim.zoho.contacts import Contact
from cscart_zoho_sim.zoho.items import Items
from cscart_zoho_sim.zoho.order_money import ITEM_LEVEL, NOTHING, Discount, LineTotals, Taxes, Totals
from cscart_zoho_sim.zoho.organisation import Currency, Organisation
from cscart_zoho_sim.zoho.salesorder import OrderLine, Package, SalesOrder, plain
from cscart_zoho_sim.zoho.shapes import Shape
from cscart_zoho_sim.zoho.switches import Switches

#: Keys of a full order that nothing simulated moves.
_STILL: dict[str, Any] = {
    **dict.fromkeys(
        (
            "estimate_id",
            "delivery_method_id",
            "salesperson_id",
            "pricebook_id",
            "template_id",
            "template_name",
            "attachment_name",
            "gst_no",
            "gst_treatment",
            "tax_treatment",
            "submitter_id",
            "approver_id",
            "integration_id",
            "merchant_id",
            "merchant_name",
            "tracking_url",
            "entity_tags",
            "zcrm_potential_id",
            "zcrm_potential_name",
        ),
        "",
    ),
    **{
        key: []
        for key in (
            "documents",
            "purchaseorders",
            "salesreturns",
            "payments",
            "creditnotes",
            "refunds",
            "custom_fields",
            "approvers_list",
            "sub_statuses",
            "tags",
        )
    },
    **dict.fromkeys(
        (
            "is_pre_gst",
            "is_emailed",
            "can_send_in_mail",
            "has_unconfirmed_line_item",
            "is_dropshipped",
            "is_backordered",
            "is_drop_shipment",
            "is_backorder",
            "is_backorder_allowed",
            "is_test_order",
            "has_qty_cancelled",
            "is_manually_fulfilled",
        ),
        False,
    ),
    "template_type": "standard",
    "custom_field_hash": {},
    "sales_channel": "direct_sales",
    "computation_type": "basic",
    "rounding_mode": "round_half_up",
}
_LINE_STILL: dict[str, Any] = {
    "tds_tax_id": "",
    "image_id": "",
    "image_name": "",
    "image_type": "",
    "is_combo_product": False,
    "combo_type": "",
    "mapped_items": [],
    "sat_item_key_code": "",
    "unitkey_code": "",
    "item_custom_fields": [],
    "custom_field_hash": {},
    "header_id": "",
    "header_name": "",
    "pricebook_id": "",
    "project_id": "",
    "discounts": [],
    "tags": [],
    "quantity_cancelled": 0,
    "quantity_backordered": 0,
    "quantity_dropshipped": 0,
}
_ROW_STILL: dict[str, Any] = {
    "shipment_days": "",
    "delivery_date": "",
    "due_by_days": "",
    "order_fulfillment_type": "",
    "is_emailed": False,
    "is_drop_shipment": False,
    "is_backorder": False,
    "sales_channel": "direct_sales",
    "custom_field_hash": {},
    "has_attachment": False,
    "salesperson_name": "",
}


def order_detail(
    order: SalesOrder,
    totals: Totals,
    customer: Contact,
    org: Organisation,
    items: Items,
    switches: Switches,
    today: str,
) -> Shape:
    """The full order, as `GET /salesorders/{id}` and every write answer with it."""
    currency = org.currencies[order.currency_id]
    place = _place(org, switches)
    lines = [
        {**_line(line, money, position, order, org, items), **place}
        for position, (line, money) in enumerate(zip(order.lines, totals.lines, strict=True), 1)
    ]
    return {
        **_STILL,
        **_head(order, customer, currency, org, today),
        **place,
        **_texts(order),
        **_money(order, totals, currency, org),
        "contact_persons": list(order.contact_persons),
        "contact_persons_associated": [_person(each) for each in customer["persons"] if _is_named(order, each)],
        "line_items": lines,
        "total_quantity": plain(sum((line.quantity for line in order.lines), NOTHING)),
        "billing_address_id": order.billing["address_id"],
        "billing_address": _address(dict(order.billing)),
        "shipping_address_id": order.delivery["address_id"],
        "shipping_address": _address(dict(order.delivery)),
        "has_shipping_address": bool(order.delivery.get("address")),
        "packages": [_package(each) for each in order.packages],
        "invoices": _invoices(order),
        "created_by_name": "Sample Owner",
        "created_date": org.day(order.created),
        "last_modified_by_id": org.id,
    }


def order_row(order: SalesOrder, totals: Totals, customer: Contact, org: Organisation, today: str) -> Shape:
    """One row of `GET /salesorders`: the keys that live rows have (no custom fields, tags, symbol or lines)."""
    currency = org.currencies[order.currency_id]
    persons = [person for person in customer["persons"] if person["is_primary_contact"]]
    goods = [line for line in order.lines if not line.is_service]
    head = _head(order, customer, currency, org, today)
    return {
        **_ROW_STILL,
        **{key: value for key, value in head.items() if key != "currency_symbol"},
        "company_name": customer["company_name"],
        "email": persons[0]["email"] if persons else "",
        "delivery_method": order.delivery_method,
        "quantity": plain(sum((line.quantity for line in order.lines), NOTHING)),
        "quantity_invoiced": plain(sum((line.invoiced for line in order.lines), NOTHING)),
        "quantity_packed": plain(sum((line.shipped for line in goods), NOTHING)),
        "quantity_shipped": plain(sum((line.shipped for line in goods), NOTHING)),
        "total": plain(totals.total),
        "balance": plain(totals.total - sum((invoice.total for invoice in order.invoices if invoice.paid), NOTHING)),
        "bcy_total": _base(totals.total, order, org),
        "total_invoiced_amount": plain(sum((invoice.total for invoice in order.invoices), NOTHING)),
    }


def _head(order: SalesOrder, customer: Contact, currency: Currency, org: Organisation, today: str) -> Shape:
    return {
        "salesorder_id": order.id,
        "salesorder_number": order.number,
        "reference_number": order.reference,
        "customer_id": order.customer_id,
        "customer_name": customer["contact_name"],
        "date": order.date,
        "shipment_date": order.shipment_date,
        "status": order.status(today),
        "order_status": order.order_status,
        "shipped_status": order.shipped_status,
        "invoiced_status": order.invoiced_status,
        "paid_status": order.paid_status,
        "current_sub_status": order.order_status,
        "current_sub_status_id": "",
        "source": order.source,
        "currency_id": currency.id,
        "currency_code": currency.code,
        "currency_symbol": currency.symbol,
        "created_time": org.time(order.created),
        "last_modified_time": org.time(order.modified),
    }


def _texts(order: SalesOrder) -> Shape:
    return {
        "notes": order.notes,
        "terms": order.terms,
        "delivery_method": order.delivery_method,
        "salesperson_name": order.salesperson,
        "place_of_supply": order.place_of_supply,
        "adjustment_description": order.adjustment_description,
    }


def _money(order: SalesOrder, totals: Totals, currency: Currency, org: Organisation) -> Shape:
    full = sum((line.full for line in totals.lines), NOTHING)
    off_lines = sum((line.discount for line in totals.lines), NOTHING)
    per_line = order.discount_type == ITEM_LEVEL
    return {
        "price_precision": currency.precision,
        "exchange_rate": plain(order.exchange_rate),
        "is_inclusive_tax": order.inclusive,
        "tax_rounding": org.tax_rounding,
        "discount": 0 if per_line else _discount(order.discount),
        "discount_amount": plain(totals.discount),
        "discount_total": plain(off_lines if per_line else totals.discount),
        "discount_percent": plain(order.discount.value) if order.discount.is_percent and not per_line else 0,
        "discount_applied_on_amount": plain(totals.discounted),
        "discount_type": order.discount_type,
        "is_discount_before_tax": order.discount_before_tax,
        "has_discount": bool(off_lines or totals.discount),
        "shipping_charge": plain(order.shipping),
        "shipping_charge_exclusive_of_tax": plain(order.shipping),
        "shipping_charge_inclusive_of_tax": plain(order.shipping + totals.shipping_tax),
        **_shipping_tax(order, totals, org),
        "adjustment": plain(order.adjustment),
        "sub_total": plain(totals.sub_total),
        "sub_total_inclusive_of_tax": plain(totals.sub_total_inclusive),
        "sub_total_exclusive_of_discount": plain(full),
        "tax_total": plain(totals.tax),
        "taxes": [{"tax_name": row["tax_name"], "tax_amount": row["tax_amount"]} for row in _taxes(totals.taxes)],
        "transaction_rounding_type": order.rounding,
        "roundoff_value": plain(totals.round_off),
        "total": plain(totals.total),
        "bcy_total": _base(totals.total, order, org),
        "balance": plain(totals.total - sum((each.total for each in order.invoices if each.paid), NOTHING)),
    }


def _shipping_tax(order: SalesOrder, totals: Totals, org: Organisation) -> Shape:
    """The tax of the shipping charge: empty texts where it has none, as seen live."""
    tax = org.taxes.get(order.shipping_tax_id)
    return {
        "shipping_charge_tax_id": order.shipping_tax_id,
        "shipping_charge_tax_name": tax.name if tax else "",
        "shipping_charge_tax_percentage": tax.percentage if tax else "",
        "shipping_charge_tax": plain(totals.shipping_tax) if tax else "",
    }


def _discount(discount: Discount) -> object:
    return f"{discount.value:.2f}%" if discount.is_percent else plain(discount.value)


def _base(amount: Decimal, order: SalesOrder, org: Organisation) -> object:
    digits = Decimal(1).scaleb(-org.price_precision)
    return plain((amount * order.exchange_rate).quantize(digits, ROUND_HALF_UP))


def _taxes(taxes: Taxes) -> list[Shape]:
    """Taxes as they are listed: with their percentage, unless it is 0."""
    return [
        {
            "tax_id": levy.id,
            "tax_name": f"{levy.name} ({plain(levy.percentage)}%)" if levy.percentage else levy.name,
            "tax_amount": plain(amount),
        }
        for levy, amount in taxes
    ]


def _line(
    line: OrderLine, money: LineTotals, position: int, order: SalesOrder, org: Organisation, items: Items
) -> Shape:
    item, tax = items.get(line.item_id), org.taxes.get(line.tax_id)
    kind = "service" if line.is_service else "goods"
    return {
        **_LINE_STILL,
        "line_item_id": line.id,
        "item_id": line.item_id,
        "variant_id": line.item_id,
        "sku": item.sku if item else "",
        "name": line.name,
        "description": line.description,
        "item_order": position,
        "item_type": item.item_type if item else "",
        "product_type": kind,
        "line_item_type": kind,
        "unit": line.unit,
        "rate": plain(line.rate),
        "sales_rate": item.rate if item else 0,
        "bcy_rate": _base(line.rate, order, org),
        "quantity": plain(line.quantity),
        "quantity_packed": plain(line.shipped),
        "quantity_shipped": plain(line.shipped),
        "quantity_delivered": plain(line.delivered),
        "quantity_invoiced": plain(line.invoiced),
        "is_invoiced": bool(line.invoiced),
        "discount": _discount(line.discount),
        "discount_amount": plain(money.discount),
        "tax_id": line.tax_id,
        "tax_name": tax.name if tax else "",
        "tax_type": tax.kind if tax else "",
        "tax_percentage": tax.percentage if tax else 0,
        "line_item_taxes": [row for row in _taxes(money.taxes) if row["tax_amount"]],
        "item_total": plain(money.total),
        "item_sub_total": plain(money.total),
        "item_total_inclusive_of_tax": plain(money.amount) if order.inclusive else 0,
        "hsn_or_sac": item.more.get("hsn_or_sac", "") if item else "",
    }


def _place(org: Organisation, switches: Switches) -> Shape:
    noun = "warehouse" if switches.warehouse_words else "location"
    return {f"{noun}_id": org.location_id, f"{noun}_name": org.primary.name}


def _is_named(order: SalesOrder, person: dict[str, Any]) -> bool:
    return person["contact_person_id"] in order.contact_persons


def _person(person: dict[str, Any]) -> Shape:
    return {
        "contact_person_id": person["contact_person_id"],
        "contact_person_name": f"{person['first_name']} {person['last_name']}".strip(),
        "first_name": person["first_name"],
        "last_name": person["last_name"],
        "contact_person_email": person["email"],
        "phone": person["phone"],
        "mobile": person["mobile"],
        "communication_preference": {"is_email_enabled": True, "is_whatsapp_enabled": False},
    }


def _address(kept: dict[str, str]) -> dict[str, str]:
    shown = contact_shapes.address(kept)
    return {key: value for key, value in shown.items() if key not in ("address_id", "latitude", "longitude")}


def _package(package: Package) -> Shape:
    status = "delivered" if package.delivered else "shipped"
    common = {
        "shipment_id": package.shipment_id,
        "shipment_number": package.shipment_number,
        "shipment_date": package.date,
        "carrier": package.carrier,
        "service": "",
        "tracking_number": package.tracking_number,
        "delivery_days": "",
        "delivery_guarantee": False,
    }
    return {
        **common,
        "package_id": package.id,
        "package_number": package.number,
        "date": package.date,
        "status": status,
        "shipment_status": status,
        "detailed_status": "",
        "status_message": "",
        "quantity": plain(sum(package.quantities.values(), NOTHING)),
        "delivery_method": package.carrier,
        "shipment_order": {**common, "associated_packages_count": 1, "shipment_type": "single_piece_shipment"},
    }


def _invoices(order: SalesOrder) -> list[Shape]:
    return [
        {
            "invoice_id": invoice.id,
            "invoice_number": invoice.number,
            "reference_number": order.number,
            "status": "paid" if invoice.paid else "sent",
            "date": invoice.date,
            "due_date": invoice.date,
            "total": plain(invoice.total),
            "balance": 0 if invoice.paid else plain(invoice.total),
        }
        for invoice in order.invoices
    ]
