"""The sidebar and the files that every page loads."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static

from cscart_zoho.panel.roles import Role, may
from cscart_zoho.store.models import Conflict


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of links; what a role may not open is not listed."""
    work = [
        _link("Overview", "dashboard", "/"),
        _link("Products", "inventory_2", "/products/", active=request.path.startswith(("/products/", "/zoho-items/"))),
        _link("Customers", "person", "/customers/", active=request.path.startswith(("/customers/", "/zoho-contacts/"))),
        _link("Zoho accounts", "domain", "/zoho-accounts/"),
        _link("Orders", "shopping_cart", "/orders/", active=request.path.startswith(("/orders/", "/zoho-orders/"))),
        _link("Conflicts", "call_split", "/conflicts/", badge=open_conflicts()),
        _link("Runs", "history", "/runs/"),
    ]
    groups: list[dict[str, Any]] = [{"title": "Sync", "items": work}]
    if may(request.user, Role.ADMIN):
        set_up = [
            _link("Store connection", "storefront", "/store/"),
            _link("Zoho connection", "link", "/zoho/"),
            _link("Field mapping", "swap_horiz", "/field-mapping/"),
            _link("Settings", "tune", "/settings/"),
            _link("Users", "group", "/users/"),
            _link("Log", "receipt_long", "/log/"),
        ]
        groups.append({"title": "Set up", "separator": True, "items": set_up})
    return groups


def _link(title: str, icon: str, address: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": address, **more}


def open_conflicts() -> str:
    """The number beside *Conflicts*: those that wait for an answer."""
    waiting = Conflict.objects.filter(settled_at=None, answer="").count()
    return f"{waiting:,}" if waiting else ""


def styles(request: HttpRequest) -> str:
    return static("panel/panel.css")


def scripts(request: HttpRequest) -> str:
    return static("panel/panel.js")


def icon(request: HttpRequest) -> str:
    return static("panel/icon.svg")
