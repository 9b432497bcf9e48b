"""The list of Zoho's sales orders: which of them the store has, and Import for those it has not."""

from typing import Any

from django.contrib.admin import SimpleListFilter, action, display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cscart_zoho.mapping.order_choices import ZOHO_STATUSES
from cscart_zoho.panel import order_words, words
from cscart_zoho.panel.connections import the_store_of
from cscart_zoho.panel.lists import RowList
from cscart_zoho.panel.models import SalesOrder
from cscart_zoho.panel.orders import OrderRows, PageOfOrders, order_address, row_menu
from cscart_zoho.panel.pages import ask
from cscart_zoho.panel.roles import Role, may
from cscart_zoho.panel.tiled import ShowFilter, ids_of
from cscart_zoho.records import Direction, Entity, Side
from cscart_zoho.store.models import Link, Observation
from cscart_zoho.sync.asked import Asked


class SalesOrdersShown(ShowFilter):
    """In the store or not."""

    title = "in CS-Cart"
    names = (("synced", "In CS-Cart"), ("unsynced", "Not in CS-Cart"))


class StatusFilter(SimpleListFilter):
    """Zoho's statuses. They are known, so no query looks for them."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status, order_words.zoho_status(status)) for status in ZOHO_STATUSES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() else queryset


class PageOfSalesOrders(PageOfOrders):
    """The sales orders of a page, each with the id of its order in the store; "" where it has none."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        links = Link.objects.filter(store=the_store_of(request), entity=Entity.ORDERS)
        ids = [row.remote_id for row in self.result_list]
        partners = dict(links.filter(zoho_id__in=ids).values_list("zoho_id", "cscart_id"))
        operates = may(request.user, Role.OPERATOR)
        for row in self.result_list:
            row.cscart_id, row.operates = partners.get(row.remote_id, ""), operates


class SalesOrderList(OrderRows):
    side = Side.ZOHO
    list_filter = (SalesOrdersShown, "state", StatusFilter, "ordered_on")
    actions = ("import_selected",)
    empty_words = "Zoho's sales orders appear here with the first sync, or when you ask what a sync would do."

    def get_changelist(self, request: HttpRequest, **named: Any) -> type[RowList]:
        return PageOfSalesOrders

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = ("order_number", "date_", "customer", "total_", "status_", "synced", "in_store_")
        return (*shown, "act") if may(request.user, Role.OPERATOR) else shown

    @display(description="Number", ordering="key")
    def order_number(self, row: Observation) -> SafeString:
        return format_html('<a class="cz-name" href="{}">{}</a>', order_address(row), row.key or row.remote_id)

    @display(description="In CS-Cart")
    def in_store_(self, row: Any) -> SafeString:
        if row.cscart_id:
            return format_html(
                '<a class="cz-link" href="/orders/cscart/{}/">Order {}</a>', row.cscart_id, row.cscart_id
            )
        if not row.operates or row.status == "void":
            return words.badge("not_synced", "No")
        return format_html(
            '<button class="cz-button cz-small" type="submit" formaction="{}sync/" aria-label="Import {}">'
            "Import</button>",
            order_address(row),
            row.key or row.remote_id,
        )

    @display(description="")
    def act(self, row: Any) -> SafeString:
        return row_menu(row, "Sync" if row.cscart_id else "" if row.status == "void" else "Import")

    @action(description="Import the selected orders into CS-Cart", permissions=["operate"])
    def import_selected(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        asked = Asked(only="ids", zoho_ids=ids_of(rows), direction=Direction.TO_CSCART)
        ask(request, the_store_of(request), asked, Entity.ORDERS)


MODELS = ((SalesOrder, SalesOrderList),)
