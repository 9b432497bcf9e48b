"""What `doctor` looks at."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cscart_zoho.app.customers import lost_fields_of
from cscart_zoho.app.organisation import approval_words, organisation_told, read_at
from cscart_zoho.app.store_connection import probe_store
from cscart_zoho.app.zoho_connection import zoho_wire
from cscart_zoho.cscart.rights import missing_rights, words_of
from cscart_zoho.errors import ConnectorError, WrongSetting
from cscart_zoho.mapping.old_store import ALL_WELL, Losses
from cscart_zoho.mapping.order_choices import order_choices_from_json
from cscart_zoho.records import Entity
from cscart_zoho.store.choices import known_still
from cscart_zoho.store.currency import store_currency
from cscart_zoho.store.models import Observation, Store, ZohoOrganisation
from cscart_zoho.zoho import oauth
from cscart_zoho.zoho.wire import ADJUSTMENTS, ITEMS, accepted

Check = tuple[str, bool, str]


def check_store(store: Store) -> list[Check]:
    """For `doctor`: what was checked, whether it is well, a sentence."""
    try:
        found = probe_store(store)
    except ConnectorError as error:
        return [("Store", False, error.for_people())]
    edition = found["edition"] or "edition unknown"
    what = f"{store.url} answers: {edition}, {found['products']:,} products"
    quick = found["updated_in_hours"]
    return [
        ("Store", True, what),
        ("Store: changes", True, "can be listed" if quick else "cannot be listed; every run reads all products"),
        (
            "Store: category",
            bool(found.get("category_id")),
            found.get("category") or "There is no active category for new products.",
        ),
        _currency(store, str(found["currency"])),
        _zone(store, str(found.get("time_zone") or "")),
        _addresses(store, found),
        *_rights(store, found),
    ]


def _addresses(store: Store, found: Mapping[str, Any]) -> Check:
    """What a change of a customer empties in an old store: a trouble where customers are kept in sync."""
    losses = Losses.of(known_still(store, found))
    used = Observation.objects.filter(store=store, entity=Entity.CUSTOMERS.value).exists()
    well = not losses.any or not used or (losses.told and not losses.not_taken)
    return "Store: addresses", well, losses.in_words() or ALL_WELL


def _rights(store: Store, found: Mapping[str, Any]) -> list[Check]:
    """What the key may not see: a trouble where a kind of record that is in use needs it."""
    used = set(Observation.objects.filter(store=store).values_list("entity", flat=True).distinct())
    missing = [("Store: rights", not used & set(right.kinds), words_of(right)) for right in missing_rights(found)]
    return missing or [("Store: rights", True, "the key may see all that is needed")]


def _told(org: ZohoOrganisation) -> Check:
    """What runs go by, and since when."""
    facts = "; ".join(f"{what}: {words}" for what, words in organisation_told(org))
    moment = read_at(org)
    when = f"read {moment:%Y-%m-%d %H:%M} UTC" if moment is not None else "not read yet; the next run does it"
    return "Zoho: organisation", True, f"{when}. {facts}"


def _currency(store: Store, told: str) -> Check:
    """What the amounts of orders are in, by what the store tells at this moment."""
    currency = store_currency(store)
    currency = replace(currency, told=told or currency.told, known=currency.known or told)
    if words := currency.in_words():
        return ("Store: currency", False, words)
    if currency.counts:
        return ("Store: currency", True, f"amounts are in {currency.counts}")
    words = (
        "The store does not tell its primary one; orders wait. Look it up in Administration, Currencies (the one with "
        "the rate 1), and set it: `cscart-zoho settings set orders.currency EUR`, with its own code."
    )
    orders = Observation.objects.filter(store=store, entity=Entity.ORDERS.value)
    return ("Store: currency", not orders.exists(), words)


def _zone(store: Store, told: str) -> Check:
    """In which the store's days begin."""
    chosen = order_choices_from_json(store.order_choices).time_zone
    if chosen or told:
        return ("Store: time zone", True, f"days begin as in {chosen or told}")
    words = (
        "The store does not tell it. Birthdays keep their day all the same, but for a store on Kiribati's eastern "
        "islands, Niue or American Samoa; orders near midnight may get another day. To be sure, set it: "
        "`cscart-zoho settings set orders.time_zone Europe/Berlin`, with the store's own of Settings, Appearance."
    )
    return ("Store: time zone", True, words)


def check_mapping(store: Store) -> list[Check]:
    """For `doctor`: whether the mapped fields of Zoho CRM are all there, as they were read last."""
    try:
        lost = lost_fields_of(store)
    except WrongSetting as error:
        return [("Field mapping", False, error.for_people())]
    if not lost:
        return [("Field mapping", True, "every mapped field is there")]
    return [("Field mapping", False, words) for words in lost]


def check_zoho(org: ZohoOrganisation) -> list[Check]:
    """For `doctor`: token, organisation, permissions, quota."""
    checks: list[Check] = []
    try:
        wire = zoho_wire(org)
        accepted(wire.get(ITEMS, (("per_page", "1"),)), "to list its items")
        checks.append(("Zoho", True, f"{org} answers ({org.plan or 'plan unknown'})"))
        accepted(wire.get(ADJUSTMENTS, (("per_page", "1"),)), "to list its stock adjustments")
        checks.append(("Zoho: stock", True, "adjustments may be made"))
        checks.append(_told(org))
        if words := approval_words(org):
            checks.append(("Zoho: approvals", True, words))
    except ConnectorError as error:
        return [*checks, ("Zoho", False, error.for_people())]
    missing = sorted(set(oauth.SCOPES) - set(org.scopes.replace(",", " ").split()))
    if missing and "ZohoInventory.FullAccess.all" not in org.scopes:
        words = f"Missing: {', '.join(missing)}. Disconnect, connect again, and accept every permission."
        checks.append(("Zoho: permissions", False, words))
    return checks
