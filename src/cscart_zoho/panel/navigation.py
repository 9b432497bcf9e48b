"""The sidebar and the files that every page loads."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static

from cscart_zoho.panel.roles import Role, may
from cscart_zoho.store.models import Conflict, Store


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of links; what a role may not open is not listed."""
    here = request.path
    work = [
        _link(here, "Overview", "dashboard", "/"),
        _link(here, "Products", "inventory_2", "/products/", "/zoho-items/"),
        _link(here, "Customers", "person", "/customers/", "/zoho-contacts/"),
        _link(here, "Zoho accounts", "domain", "/zoho-accounts/"),
        _link(here, "Orders", "shopping_cart", "/orders/", "/zoho-orders/"),
        {**_link(here, "Conflicts", "call_split", "/conflicts/"), "badge": open_conflicts()},
        _link(here, "Runs", "history", "/runs/"),
    ]
    by_itself = [
        _link(here, "Schedules", "schedule", "/schedules/"),
        *([_link(here, "Web hooks", "webhook", "/web-hooks/")] if may(request.user, Role.ADMIN) else []),
        _link(here, "Calls", "speed", "/calls/"),
        _link(here, "Notices", "notifications", "/notices/"),
        _link(here, "Import file", "upload_file", "/item-file/"),
    ]
    groups: list[dict[str, Any]] = [
        {"title": "Sync", "items": work},
        {"title": "By itself", "separator": True, "items": by_itself},
    ]
    if may(request.user, Role.ADMIN):
        set_up = [
            _link(here, "Store connection", "storefront", "/store/"),
            _link(here, "Zoho connection", "link", "/zoho/"),
            _link(here, "Field mapping", "swap_horiz", "/field-mapping/"),
            _link(here, "Settings", "tune", "/settings/"),
            _link(here, "Users", "group", "/users/"),
            _link(here, "Log", "receipt_long", "/log/"),
        ]
        groups.append({"title": "Set up", "separator": True, "items": set_up})
    return groups


def _link(here: str, title: str, icon: str, *addresses: str) -> dict[str, Any]:
    """A link to the first address; it is marked on every page below its addresses, and nowhere else."""
    below = tuple(address for address in addresses if address != "/")
    return {"title": title, "icon": icon, "link": addresses[0], "active": here in addresses or here.startswith(below)}


def open_conflicts() -> str:
    """The number beside *Conflicts*: those that wait for an answer."""
    waiting = Conflict.objects.filter(store__in=Store.objects.all(), settled_at=None, answer="").count()
    return f"{waiting:,}" if waiting else ""


def styles(request: HttpRequest) -> str:
    return static("panel/panel.css")


def scripts(request: HttpRequest) -> str:
    return static("panel/panel.js")


def icon(request: HttpRequest) -> str:
    return static("panel/icon.svg")
