"""Every address of the panel that is not a list, with its view."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from cscart_zoho.panel import (
    accounts,
    calls_page,
    conflicts,
    customer,
    customer_settings,
    customers,
    item_file_page,
    mapping_page,
    notices_page,
    order,
    order_settings,
    orders,
    people,
    product,
    products,
    runs,
    sales_orders,
    schedules_page,
    settings_page,
    start_anew,
    store_page,
    web_hooks_page,
    zoho_page,
)
from cscart_zoho.panel.overview import overview
from cscart_zoho.panel.pages import View, for_role
from cscart_zoho.panel.roles import Role
from cscart_zoho.panel.site import panel

__all__ = ["PAGES", "overview", "register", "search", "start"]

PAGES: list[tuple[str, View, str]] = [
    ("products/ask/<slug:what>/", products.sync_many, "sync_many"),
    ("products/<slug:side>/<str:remote_id>/", product.product_page, "product"),
    ("products/<slug:side>/<str:remote_id>/<slug:act>/", product.product_act, "product_act"),
    ("customers/ask/<slug:what>/", customers.sync_many_customers, "sync_many_customers"),
    ("customers/<slug:side>/<str:remote_id>/", customer.customer_page, "customer"),
    ("customers/<slug:side>/<str:remote_id>/<slug:act>/", customer.customer_act, "customer_act"),
    ("zoho-accounts/<str:remote_id>/import/", accounts.account_import, "account_import"),
    ("orders/ask/<slug:what>/", orders.sync_many_orders, "sync_many_orders"),
    ("orders/<slug:side>/<str:remote_id>/", order.order_page, "order"),
    ("orders/<slug:side>/<str:remote_id>/<slug:act>/", order.order_act, "order_act"),
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
    ("notices/", notices_page.notices_page, "notices"),
    ("notices/settings/", notices_page.notices_settings, "notices_settings"),
    ("notices/test/<slug:way>/", notices_page.notices_test, "notices_test"),
    ("store/", store_page.store_page, "store"),
    ("store/test/", store_page.store_test, "store_test"),
    ("same-shop/", start_anew.same_shop, "same_shop"),
    ("start-anew/", start_anew.start_anew, "start_anew"),
    ("web-hooks/", web_hooks_page.web_hooks_page, "web_hooks"),
    ("web-hooks/<slug:kind>/progress/", web_hooks_page.web_hooks_progress, "web_hooks_progress"),
    ("web-hooks/<slug:kind>/<slug:act>/", web_hooks_page.web_hooks_act, "web_hooks_act"),
    ("field-mapping/", mapping_page.mapping_page, "field_mapping"),
    ("field-mapping/export/", mapping_page.mapping_export, "field_mapping_export"),
    ("field-mapping/import/", mapping_page.mapping_import, "field_mapping_import"),
    ("field-mapping/defaults/", mapping_page.mapping_defaults, "field_mapping_defaults"),
    ("field-mapping/refresh/", mapping_page.mapping_refresh, "field_mapping_refresh"),
    ("calls/", calls_page.calls_page, "calls"),
    ("calls/limits/", calls_page.calls_limits, "calls_limits"),
    ("schedules/", schedules_page.schedules_page, "schedules"),
    ("schedules/save/", schedules_page.schedules_save, "schedules_save"),
    ("schedules/cron/<slug:entity>/", schedules_page.cron_secret, "cron_secret"),
    ("item-file/", item_file_page.item_file_page, "item_file"),
    ("item-file/download/", item_file_page.item_file_download, "item_file_download"),
    ("settings/customers/", customer_settings.customer_settings, "customer_settings"),
    ("settings/orders/", order_settings.order_settings, "order_settings"),
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
    for module in (products, customers, accounts, orders, sales_orders, runs, conflicts, people):
        for model, admin in module.MODELS:
            if model not in panel._registry:
                panel.register(model, admin)
