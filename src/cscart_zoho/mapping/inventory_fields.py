"""The 108 standard fields of a Zoho Inventory contact. Pure data.

Names, lengths and what may be written: Zoho Inventory API, "Contacts" and
"Contact Persons"; a few writable ones are documented for Zoho Books only, which
has the same contacts. `contact_persons.` stands for the primary person.
"""

from collections.abc import Mapping
from typing import Any

from cscart_zoho.mapping.fields import FieldType, Module, ZohoField

#: The value of a contact that tells which of its persons it stands for.
PERSON_ID = "person"

_TYPES = {
    "T": FieldType.TEXT,
    "L": FieldType.LONG_TEXT,
    "E": FieldType.EMAIL,
    "P": FieldType.PHONE,
    "C": FieldType.COUNTRY,
    "S": FieldType.STATE,
    "Y": FieldType.YES_NO,
    "N": FieldType.NUMBER,
    "W": FieldType.WHOLE,
    "R": FieldType.REFERENCE,
}

_NOTES = {
    "id": "Its id in Zoho.",
    "": "",
    "repeats": "It repeats the primary contact person; map that one.",
    "customer": "A customer stays a customer.",
    "status": "Active or inactive: kept apart from the map.",
    "kept": "Zoho keeps it.",
    "currency": "It follows the currency.",
    "theirs": "An id or a template of your organisation; it means nothing to the store.",
    "crm": "Zoho's own sync with CRM keeps it.",
    "location": "It follows the location.",
    "computed": "Zoho computes it.",
    "shown": "Zoho shows it and takes no change of it.",
    "tax": "It follows the tax.",
    "country": "It follows the country.",
    "primary": "The person that the store knows is the primary one.",
    "unseen": "Zoho takes it and never shows it again.",
    "once": "Set once, by your bookkeeper.",
}

# fmt: off
#: Name, label, type, length, may be written, why it cannot be mapped (see above).
_STANDARD: tuple[tuple[str, str, str, int | None, bool, str], ...] = (
    ("contact_id", "Contact id", "T", None, False, "id"),
    ("contact_name", "Contact name", "T", 200, True, ""),
    ("company_name", "Company name", "T", 200, True, ""),
    ("first_name", "First name", "T", None, False, "repeats"),
    ("last_name", "Last name", "T", None, False, "repeats"),
    ("email", "Email", "E", None, False, "repeats"),
    ("phone", "Phone", "P", None, False, "repeats"),
    ("mobile", "Mobile", "P", None, False, "repeats"),
    ("website", "Website", "T", None, True, ""),
    ("contact_type", "Contact type", "R", None, True, "customer"),
    ("status", "Status", "T", None, False, "status"),
    ("avatax_exempt_no", "Avatax exempt no", "T", None, True, ""),
    ("avatax_use_code", "Avatax use code", "T", None, True, ""),
    ("country_code", "Country code", "T", None, True, ""),
    ("created_time", "Created time", "T", None, False, "kept"),
    ("currency_code", "Currency code", "T", None, False, "currency"),
    ("currency_id", "Currency id", "R", None, True, "theirs"),
    ("currency_symbol", "Currency symbol", "T", None, False, "currency"),
    ("facebook", "Facebook", "T", 100, True, ""),
    ("gst_no", "Gst no", "T", None, True, ""),
    ("gst_treatment", "Gst treatment", "T", None, True, ""),
    ("has_transaction", "Has transaction", "Y", None, False, "kept"),
    ("is_linked_with_zohocrm", "Is linked with zohocrm", "Y", None, False, "crm"),
    ("is_taxable", "Is taxable", "Y", None, True, ""),
    ("is_tds_registered", "Is tds registered", "Y", None, True, ""),
    ("language_code", "Language code", "T", None, True, ""),
    ("last_modified_time", "Last modified time", "T", None, False, "kept"),
    ("legal_name", "Legal name", "T", None, True, ""),
    ("location_id", "Location id", "T", None, False, "kept"),
    ("location_name", "Location name", "T", None, False, "location"),
    ("notes", "Notes", "L", None, True, ""),
    ("outstanding_receivable_amount", "Outstanding receivable amount", "N", None, False, "computed"),
    ("outstanding_receivable_amount_bcy", "Outstanding receivable amount bcy", "N", None, False, "computed"),
    ("payment_reminder_enabled", "Payment reminder enabled", "Y", None, False, "shown"),
    ("payment_terms", "Payment terms", "W", None, True, ""),
    ("payment_terms_label", "Payment terms label", "T", None, True, ""),
    ("place_of_contact", "Place of contact", "T", None, True, ""),
    ("primary_contact_id", "Primary contact id", "T", None, False, "id"),
    ("tax_authority_id", "Tax authority id", "R", None, True, "theirs"),
    ("tax_authority_name", "Tax authority name", "T", None, True, ""),
    ("tax_exemption_code", "Tax exemption code", "T", None, True, ""),
    ("tax_exemption_id", "Tax exemption id", "R", None, True, "theirs"),
    ("tax_id", "Tax id", "R", None, True, "theirs"),
    ("tax_name", "Tax name", "T", None, False, "tax"),
    ("tax_percentage", "Tax percentage", "N", None, False, "tax"),
    ("tax_reg_no", "Tax reg no", "T", None, True, ""),
    ("tax_regime", "Tax regime", "T", None, True, ""),
    ("tax_treatment", "Tax treatment", "T", None, True, ""),
    ("twitter", "Twitter", "T", 100, True, ""),
    ("unused_credits_receivable_amount", "Unused credits receivable amount", "N", None, False, "computed"),
    ("unused_credits_receivable_amount_bcy", "Unused credits receivable amount bcy", "N", None, False, "computed"),
    ("vat_reg_no", "Vat reg no", "T", None, True, ""),
    ("vat_treatment", "Vat treatment", "T", None, True, ""),
    ("billing_address.attention", "Billing attention", "T", None, True, ""),
    ("billing_address.address", "Billing address", "T", 500, True, ""),
    ("billing_address.street2", "Billing street2", "T", 255, True, ""),
    ("billing_address.city", "Billing city", "T", None, True, ""),
    ("billing_address.state", "Billing state", "S", None, True, ""),
    ("billing_address.zip", "Billing zip", "T", None, True, ""),
    ("billing_address.country", "Billing country", "C", None, True, ""),
    ("billing_address.address_id", "Billing address id", "T", None, False, "id"),
    ("billing_address.state_code", "Billing state code", "T", None, True, ""),
    ("billing_address.country_code", "Billing country code", "T", None, False, "country"),
    ("billing_address.phone", "Billing phone", "P", None, True, ""),
    ("billing_address.fax", "Billing fax", "P", None, True, ""),
    ("shipping_address.attention", "Shipping attention", "T", None, True, ""),
    ("shipping_address.address", "Shipping address", "T", 500, True, ""),
    ("shipping_address.street2", "Shipping street2", "T", 255, True, ""),
    ("shipping_address.city", "Shipping city", "T", None, True, ""),
    ("shipping_address.state", "Shipping state", "S", None, True, ""),
    ("shipping_address.zip", "Shipping zip", "T", None, True, ""),
    ("shipping_address.country", "Shipping country", "C", None, True, ""),
    ("shipping_address.address_id", "Shipping address id", "T", None, False, "id"),
    ("shipping_address.state_code", "Shipping state code", "T", None, True, ""),
    ("shipping_address.country_code", "Shipping country code", "T", None, False, "country"),
    ("shipping_address.phone", "Shipping phone", "P", None, True, ""),
    ("shipping_address.fax", "Shipping fax", "P", None, True, ""),
    ("contact_persons.salutation", "Contact person: salutation", "T", 25, True, ""),
    ("contact_persons.first_name", "Contact person: first name", "T", 100, True, ""),
    ("contact_persons.last_name", "Contact person: last name", "T", 100, True, ""),
    ("contact_persons.email", "Contact person: email", "E", 100, True, ""),
    ("contact_persons.phone", "Contact person: phone", "P", 50, True, ""),
    ("contact_persons.mobile", "Contact person: mobile", "P", 50, True, ""),
    ("contact_persons.is_primary_contact", "Contact person: is primary contact", "R", None, True, "primary"),
    ("contact_persons.communication_preference.is_sms_enabled", "Contact person: SMS", "Y", None, True, ""),
    ("contact_persons.communication_preference.is_whatsapp_enabled", "Contact person: WhatsApp", "Y", None, True, ""),
    ("contact_persons.contact_id", "Contact person: contact id", "T", None, False, "id"),
    ("contact_persons.skype", "Contact person: skype", "T", 50, True, ""),
    ("contact_persons.designation", "Contact person: designation", "T", 50, True, ""),
    ("contact_persons.department", "Contact person: department", "T", 50, True, ""),
    ("contact_persons.enable_portal", "Contact person: enable portal", "R", None, True, "unseen"),
    ("contact_persons.contact_person_id", "Contact person: contact person id", "T", None, False, "id"),
    ("contact_persons.is_added_in_portal", "Contact person: is added in portal", "Y", None, False, "kept"),
    ("opening_balances.location_id", "Opening balance: location id", "R", None, True, "theirs"),
    ("opening_balances.exchange_rate", "Opening balance: exchange rate", "R", None, True, "once"),
    ("opening_balances.opening_balance_amount", "Opening balance: opening balance amount", "R", None, True, "once"),
    ("default_templates.invoice_template_id", "invoice template id", "R", None, True, "theirs"),
    ("default_templates.invoice_template_name", "invoice template name", "R", None, True, "theirs"),
    ("default_templates.estimate_template_id", "estimate template id", "R", None, True, "theirs"),
    ("default_templates.estimate_template_name", "estimate template name", "R", None, True, "theirs"),
    ("default_templates.creditnote_template_id", "creditnote template id", "R", None, True, "theirs"),
    ("default_templates.creditnote_template_name", "creditnote template name", "R", None, True, "theirs"),
    ("default_templates.invoice_email_template_id", "invoice email template id", "R", None, True, "theirs"),
    ("default_templates.invoice_email_template_name", "invoice email template name", "R", None, True, "theirs"),
    ("default_templates.estimate_email_template_id", "estimate email template id", "R", None, True, "theirs"),
    ("default_templates.estimate_email_template_name", "estimate email template name", "R", None, True, "theirs"),
    ("default_templates.creditnote_email_template_id", "creditnote email template id", "R", None, True, "theirs"),
    ("default_templates.creditnote_email_template_name", "creditnote email template name", "R", None, True, "theirs"),
)
# fmt: on

#: By name, in Zoho's order.
INVENTORY_FIELDS: Mapping[str, ZohoField] = {
    name: ZohoField(
        Module.INVENTORY, name, label, _TYPES[kind], limit, writable, needed=name == "contact_name", note=_NOTES[note]
    )
    for name, label, kind, limit, writable, note in _STANDARD
}

#: The kinds of custom fields of a contact (Zoho Inventory API, "Contacts": custom_fields.data_type).
_CUSTOM_TYPES = {
    "email": FieldType.EMAIL,
    "phone": FieldType.PHONE,
    "date": FieldType.DATE,
    "check_box": FieldType.YES_NO,
    "number": FieldType.WHOLE,
    "decimal": FieldType.NUMBER,
    "amount": FieldType.NUMBER,
    "percent": FieldType.NUMBER,
    "dropdown": FieldType.CHOICE,
    "multiselect": FieldType.CHOICES,
    "multiline": FieldType.LONG_TEXT,
}


def custom_field(told: Mapping[str, Any]) -> ZohoField:
    """A custom field as a contact shows it (`api_name`, `label`, `data_type`) or as the settings describe it."""
    name = str(told.get("api_name") or "")
    kind = _CUSTOM_TYPES.get(str(told.get("data_type") or ""), FieldType.TEXT)
    choices = tuple(
        str(each.get("name", each)) if isinstance(each, Mapping) else str(each) for each in told.get("values") or []
    )
    if kind is FieldType.CHOICE and not choices:
        kind = FieldType.TEXT
    return ZohoField(Module.INVENTORY, name, str(told.get("label") or name), kind, None, custom=True, choices=choices)
