"""A sales order as Zoho tells it, for tests of the adapter. Shapes: Zoho Inventory API, "Sales Orders"."""

from decimal import Decimal
from typing import Any

ID, LINE, ITEM, TAX, CONTACT = (
    "460000000090001",
    "460000000090011",
    "460000000000017",
    "460000000000101",
    "460000000026049",
)

ADDRESS = {
    "attention": "Ann Example",
    "address": "1 Long Street",
    "street2": "Floor 2",
    "city": "Albany",
    "state": "New York",
    "zip": "12207",
    "country": "U.S.A",
    "fax": "",
    "phone": "+1 555 0100",
}

ROW: dict[str, Any] = {
    "salesorder_id": ID,
    "customer_name": "Ann Example",
    "customer_id": CONTACT,
    "status": "draft",
    "salesorder_number": "CS-97",
    "reference_number": "CS-97",
    "date": "2026-01-05",
    "currency_code": "USD",
    "total": Decimal("121.00"),
    "created_time": "2026-01-05T13:30:00+0530",
    "last_modified_time": "2026-01-05T13:30:00+0530",
}

SALES_ORDER: dict[str, Any] = {
    **ROW,
    "total": 121,
    "discount": 0,
    "discount_amount": 0,
    "discount_type": "entity_level",
    "is_discount_before_tax": True,
    "is_inclusive_tax": False,
    "line_items": [
        {
            "line_item_id": LINE,
            "item_id": ITEM,
            "sku": "L-1",
            "name": "A lamp",
            "description": "",
            "rate": 50,
            "quantity": Decimal("2.00"),
            "quantity_shipped": 1,
            "discount": 0,
            "tax_id": TAX,
            "tax_name": "VAT",
            "tax_percentage": 10,
            "item_total": 100,
        }
    ],
    "shipping_charge": Decimal("11.00"),
    "adjustment": 0,
    "adjustment_description": "Adjustment",
    "sub_total": 100,
    "tax_total": 10,
    "taxes": [{"tax_name": "VAT (10%)", "tax_amount": Decimal("10.00")}],
    "price_precision": 2,
    "billing_address": ADDRESS,
    "shipping_address": {**dict.fromkeys(ADDRESS, ""), "country": ""},
    "notes": "Ring twice\r\n",
    "contact_persons_associated": [{"contact_person_email": "ann@example.com", "phone": "+1 555 0100"}],
    "packages": [],
    "invoices": [],
}
