"""Keys of contacts that nothing simulated moves. Shapes: answers of live Zoho Books, which has the same contacts."""

from datetime import datetime
from typing import Any

from cscart_zoho_sim.zoho.organisation import Organisation

_TEMPLATES = (
    "statement",
    "invoice",
    "bill",
    "estimate",
    "creditnote",
    "paymentthankyou",
    "invoice_email",
    "estimate_email",
    "creditnote_email",
    "paymentthankyou_email",
    "payment_remittance_email",
)
#: No invoices are simulated: nobody owes anything.
_NOTHING_OWED = dict.fromkeys(
    (
        "outstanding_receivable_amount",
        "outstanding_receivable_amount_bcy",
        "outstanding_payable_amount",
        "outstanding_payable_amount_bcy",
        "unused_credits_receivable_amount",
        "unused_credits_receivable_amount_bcy",
        "unused_credits_payable_amount",
        "unused_credits_payable_amount_bcy",
    ),
    0,
)
_BOTH: dict[str, Any] = {
    **_NOTHING_OWED,
    "language_code_formatted": "",
    "portal_status": "disabled",
    "track_1099": False,
    "ach_supported": False,
    "tags": [],
}
#: Only the full contact has these.
FULL: dict[str, Any] = {
    **_BOTH,
    **dict.fromkeys(
        (
            "contact_tax_information",
            "contact_salutation",
            "photo_url",
            "invited_by",
            "contact_relation_type",
            "owner_id",
            "owner_name",
            "zcrm_account_id",
            "zcrm_contact_id",
            "crm_owner_id",
            "exchange_rate",
            "opening_balance_amount_bcy",
            "consent_date",
            "tax_id_type",
            "tax_id_value",
            "tax_reg_label",
            "account_id",
            "account_name",
            "contact_category",
            "pricebook_id",
            "pricebook_name",
            "zohopeople_client_id",
            "submitted_date",
            "submitted_by",
            "submitted_by_name",
            "submitted_by_email",
            "submitted_by_photo_url",
            "submitter_id",
            "approver_id",
        ),
        "",
    ),
    **{
        key: []
        for key in (
            "documents",
            "locked_actions",
            "opening_balances",
            "addresses",
            "cards",
            "checks",
            "upi_mandates",
            "bank_accounts",
            "vpa_list",
            "approvers_list",
            "integration_references",
        )
    },
    **dict.fromkeys(
        (
            "credit_limit_exceeded_amount",
            "opening_balance_amount",
            "outstanding_ob_receivable_amount",
            "outstanding_ob_payable_amount",
            "unused_retainer_payments",
            "portal_receipt_count",
        ),
        0,
    ),
    "is_bcy_only_contact": True,
    "is_credit_limit_migration_completed": True,
    "is_client_review_asked": False,
    "is_crm_customer": False,
    "lock_details": {"can_lock": False},
    "lock_detail": {"can_lock": True, "custom_locks": [], "system_locks": []},
    "can_show_customer_ob": True,
    "can_show_vendor_ob": True,
    "has_transaction": False,
    "payment_reminder_enabled": True,
    "is_sms_enabled": True,
    "is_consent_agreed": False,
    "is_client_review_settings_enabled": False,
    "sales_channel": "direct_sales",
    "default_templates": {f"{name}_template_{end}": "" for name in _TEMPLATES for end in ("id", "name")},
    "associated_with_square": False,
}
#: Only a row of a list has these.
ROW: dict[str, Any] = {
    **_BOTH,
    "portal_status_formatted": "Disabled",
    "contactperson_custom_fields": [],
    "has_attachment": False,
}
#: An address beyond what can be written to it.
ADDRESS: dict[str, str] = dict.fromkeys(("county", "latitude", "longitude"), "")
KINDS = {"customer": "Customer", "vendor": "Vendors"}
#: Names of countries as people write them, with the code that Zoho adds. Others stay without one.
_COUNTRY_CODES = {
    "usa": "US",
    "u.s.a": "US",
    "united states": "US",
    "germany": "DE",
    "france": "FR",
    "united kingdom": "GB",
}


def address(kept: dict[str, str]) -> dict[str, str]:
    """An address as a full contact shows it."""
    return {**ADDRESS, **kept, "country_code": _COUNTRY_CODES.get(kept["country"].casefold(), "")}


def day(org: Organisation, seconds: float) -> str:
    """A day as the organisation's pages write it: `09 Jun 2026`."""
    return datetime.fromtimestamp(seconds, org.zone).strftime("%d %b %Y")


def currency_summary(org: Organisation, currency_id: str) -> dict[str, Any]:
    currency = org.currencies[currency_id]
    return {
        "currency_id": currency.id,
        "currency_code": currency.code,
        "currency_symbol": currency.symbol,
        "price_precision": currency.precision,
        "is_base_currency": currency.id == org.currency_id,
        "currency_name_formatted": "USD- United States Dollar" if currency.code == "USD" else currency.code,
        "outstanding_receivable_amount": 0,
        "unused_credits_receivable_amount": 0,
    }
