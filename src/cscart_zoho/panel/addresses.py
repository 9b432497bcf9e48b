"""Every address of the panel that is not a list, with its view."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from cscart_zoho.panel import conflicts, people, product, products, runs, settings_page, store_page, zoho_page
from cscart_zoho.panel.overview import overview
from cscart_zoho.panel.pages import View, for_role
from cscart_zoho.panel.roles import Role
from cscart_zoho.panel.site import panel

__all__ = ["PAGES", "overview", "register", "search", "start"]

PAGES: list[tuple[str, View, str]] = [
    ("products/ask/<slug:what>/", products.sync_many, "sync_many"),
    ("products/<slug:side>/<str:remote_id>/", product.product_page, "product"),
    ("products/<slug:side>/<str:remote_id>/<slug:act>/", product.product_act, "product_act"),
    ("runs/<int:pk>/", runs.run_page, "run"),
    ("runs/<int:pk>/progress/", runs.run_progress, "run_progress"),
    ("runs/<int:pk>/stop/", runs.run_stop, "run_stop"),
    ("runs/<int:pk>/repeat/<slug:how>/", runs.run_again, "run_again"),
    ("conflicts/<int:pk>/<slug:side>/", conflicts.conflict_answer, "conflict_answer"),
    ("zoho/", zoho_page.zoho_page, "zoho"),
    ("zoho/authorise/", zoho_page.zoho_authorise, "zoho_authorise"),
    ("zoho/callback/", zoho_page.zoho_callback, "zoho_callback"),
    ("zoho/code/", zoho_page.zoho_code, "zoho_code"),
    ("zoho/refresh/", zoho_page.zoho_refresh, "zoho_refresh"),
    ("zoho/disconnect/", zoho_page.zoho_disconnect, "zoho_disconnect"),
    ("store/", store_page.store_page, "store"),
    ("store/test/", store_page.store_test, "store_test"),
    ("settings/", settings_page.settings_page, "settings"),
]


@for_role(Role.VIEWER)
def search(request: HttpRequest) -> HttpResponse:
    """Unfold's command palette asks here; the panel's pages are all in the sidebar."""
    return HttpResponse()


@for_role(Role.VIEWER)
def start(request: HttpRequest, app_label: str) -> HttpResponse:
    """Where Unfold's path at the top of a page begins: the overview."""
    return HttpResponseRedirect("/")


def register() -> None:
    """Put the list pages into the panel, once."""
    for module in (products, runs, conflicts, people):
        for model, admin in module.MODELS:
            if model not in panel._registry:
                panel.register(model, admin)
