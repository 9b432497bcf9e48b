"""What this installation has: its store, its Zoho connection, and who is at the keyboard."""

import getpass

from django.utils import timezone

from cscart_zoho.errors import WrongSetting
from cscart_zoho.store.models import AuditEntry, Store, ZohoOrganisation


def the_store() -> Store:
    """The store of this installation, or a new one that is not saved yet."""
    return Store.objects.select_related("zoho").order_by("pk").first() or Store()


def a_store() -> Store:
    """The store, where there has to be one. Raises `WrongSetting`."""
    store = the_store()
    if store.pk is None:
        raise WrongSetting("There is no store yet.", advice="Run `cscart-zoho connect store` first.")
    return store


def the_organisation() -> ZohoOrganisation:
    """The Zoho connection of this installation, or a new one that is not saved yet."""
    store = the_store()
    return store.zoho or ZohoOrganisation.objects.order_by("pk").first() or ZohoOrganisation()


def note(what: str, detail: str) -> None:
    """Write down who did what to the connector itself."""
    AuditEntry.objects.create(at=timezone.now(), who=whoever(), what=what, detail=detail)


def whoever() -> str:
    """The person at the command line, as the machine knows them."""
    try:
        return f"{getpass.getuser()} (command line)"[:150]
    except (KeyError, OSError):  # a container's user may have no name
        return "command line"
