"""Reads the organisation again at the start of a run, when it is due."""

import logging
from collections.abc import Callable

from cscart_zoho.app.around import now
from cscart_zoho.app.organisation import COLUMNS, LONG_AGO, claim, is_due, keep_found
from cscart_zoho.app.zoho_connection import about_customers, crm_wire, zoho_wire
from cscart_zoho.errors import ConnectorError
from cscart_zoho.http import Wire
from cscart_zoho.store.models import Store, ZohoFieldList, ZohoOrganisation
from cscart_zoho.zoho import organisation

log = logging.getLogger(__name__)


def read_organisation_when_due(store: Store, *, on_wait: Callable[[], None] = lambda: None) -> int:
    """Bring up to date what is known of the store's organisation, once a day. How many calls it took.

    What cannot be read now is tried again after an hour; the run goes on with what is known.
    """
    org = store.zoho
    if org is None or not org.connected or not is_due(org) or not claim(org):
        return 0
    account, wire = zoho_wire(org, on_wait, account=True), zoho_wire(org, on_wait)
    crm = crm_wire(org, on_wait) if "ZohoCRM." in org.scopes else None
    try:
        _read(org, account, wire, crm)
    except ConnectorError as error:
        log.warning("the Zoho organisation could not be read again: %s", error)
    return account.calls + wire.calls + (crm.calls if crm is not None else 0)


def _read(org: ZohoOrganisation, account: Wire, wire: Wire, crm: Wire | None) -> None:
    known = org.capabilities
    row = organisation.pick(organisation.organisations(account), org.organization_id)
    found = organisation.capabilities(row, wire, known)
    if crm is not None:
        found |= about_customers(wire, crm, known)
    kept = {name: value for name, value in known.items() if name not in ("tried_at", "doubted_at")}
    if "doubted_at" in known:
        kept["doubt_read_at"] = now().isoformat()
        ZohoFieldList.objects.filter(organisation=org).update(read_at=LONG_AGO)
    keep_found(org, row, {**kept, **found})
    org.save(update_fields=COLUMNS)
