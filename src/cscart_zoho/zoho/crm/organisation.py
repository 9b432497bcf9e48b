"""Zoho CRM as a whole: the permissions that are asked for, the organisation, the fields of its modules."""

from collections.abc import Mapping
from typing import Any

from cscart_zoho.http import Wire
from cscart_zoho.zoho.crm.wire import ROOT, accepted

#: Only what is used (Zoho CRM API v8: scopes of each call).
SCOPES = (
    "ZohoCRM.modules.contacts.ALL",  # read, created, updated; deleted ones are listed
    "ZohoCRM.modules.accounts.ALL",
    "ZohoCRM.settings.fields.READ",  # the fields of the field map
    "ZohoCRM.coql.READ",  # reading by a cursor
    "ZohoCRM.org.READ",  # whether there is a CRM at all, and whose
)


def crm_organisation(wire: Wire) -> dict[str, Any]:
    """The organisation's name and edition. Raises `ConnectorError` where there is no CRM."""
    body = accepted(wire.get(f"{ROOT}/org"), "to tell about the organisation")
    row: Mapping[str, Any] = body.org[0] if body.org else {}
    paid = row.get("license_details")
    edition = paid.get("paid_type") if isinstance(paid, Mapping) else ""
    return {
        "name": str(row.get("company_name") or ""),
        "zgid": str(row.get("zgid") or ""),
        "edition": str(edition or ""),
        "time_zone": str(row.get("time_zone") or ""),
    }


def crm_fields(wire: Wire, module: str) -> list[dict[str, Any]]:
    """The fields of a module, as Zoho describes them (Zoho CRM API v8: Fields Metadata)."""
    body = accepted(wire.get(f"{ROOT}/settings/fields", [("module", module)]), f"to tell the fields of {module}")
    return [field for field in body.fields if field.get("api_name")]
