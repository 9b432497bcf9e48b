"""Lists of both sides that are kept from when they were read, and read anew where something is missing in them.

A tax that was made in Zoho yesterday, a way of payment that was switched on in the store: before a run says that there
is none, it looks. Each list is looked at once in a run, and by runs that nobody has started by hand only now and then,
because what is missing may stay missing.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from cscart_zoho.app.around import now
from cscart_zoho.app.money import money_rules
from cscart_zoho.cscart import probe
from cscart_zoho.errors import ConnectorError
from cscart_zoho.http import Wire
from cscart_zoho.mapping.money_rules import MoneyRules
from cscart_zoho.store.models import Store, ZohoOrganisation
from cscart_zoho.zoho import organisation

log = logging.getLogger(__name__)

#: The least time between two looks at the same list by runs that start by themselves.
AGAIN = timedelta(minutes=10)
#: Under which name the capabilities keep when each list was looked at.
LOOKED = "looked_again"

Look = Callable[[], Mapping[str, Any]]


class LookAgain:
    """The lists of one run. What was found is kept for all later ones."""

    def __init__(self, store: Store, here: Wire, there: Wire, *, at_once: bool) -> None:
        self._store, self._here, self._there = store, here, there
        self._at_once = at_once
        self._found: dict[str, Any] = {}

    def money(self) -> MoneyRules | None:
        """How the organisation counts, with its taxes as they are now; None where they are those that are known."""
        org = self._store.zoho
        if org is None:
            return None
        if "taxes" not in self._found:
            known = {name: org.capabilities.get(name) for name in ("taxes", "tax_groups")}
            found = self._looked(org, "taxes", lambda: organisation.taxes(self._there, org.capabilities))
            self._found["taxes"] = money_rules(org) if found and found != known else None
        rules: MoneyRules | None = self._found["taxes"]
        return rules

    def listed(self, kind: str) -> list[dict[str, Any]]:
        """A list of the store as it is now: `probe.LISTS`. Nothing where it was looked at a moment ago."""
        if kind not in self._found:
            found = self._looked(self._store, kind, lambda: {kind: probe.listed(self._here, kind)})
            self._found[kind] = found.get(kind, [])
        rows: list[dict[str, Any]] = self._found[kind]
        return rows

    def statuses(self) -> dict[str, str]:
        """The letters of the store's statuses, and their names."""
        return {str(each["letter"]): str(each["name"]) for each in self.listed("order_statuses")}

    def _looked(self, of: Store | ZohoOrganisation, kind: str, look: Look) -> Mapping[str, Any]:
        """What a look has found, kept; nothing where it is too soon for one, or the side does not answer now."""
        looked = (of.capabilities.get(LOOKED) or {}).get(kind)
        if not self._at_once and looked and now() - datetime.fromisoformat(looked) < AGAIN:
            return {}
        try:
            found = look()
        except ConnectorError as error:
            log.warning("%s could not be looked at again: %s", kind, error)
            found = {}
        with transaction.atomic():
            fresh = type(of).objects.select_for_update().get(pk=of.pk)
            at = {**(fresh.capabilities.get(LOOKED) or {}), kind: now().isoformat()}
            of.capabilities = {**fresh.capabilities, **found, LOOKED: at}
            of.save(update_fields=["capabilities"])
        return found
