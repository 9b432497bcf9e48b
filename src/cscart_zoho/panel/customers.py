"""The lists of customers: the store's users and Zoho's contacts, under tiles that count and filter."""

from typing import Any

from django.contrib.admin import SimpleListFilter, action, display
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cscart_zoho.panel import words
from cscart_zoho.panel.connections import the_store_of
from cscart_zoho.panel.models import Contact, Customer
from cscart_zoho.panel.pages import ask, for_role
from cscart_zoho.panel.products import StatusFilter
from cscart_zoho.panel.roles import Role, may
from cscart_zoho.panel.tiled import ShowFilter, TiledList, ask_for_many, ids_of
from cscart_zoho.panel.tiles import customer_tiles
from cscart_zoho.records import Direction, Entity, Side
from cscart_zoho.store.models import Observation
from cscart_zoho.store.rows import folded
from cscart_zoho.sync.asked import Asked


class CustomersShown(ShowFilter):
    """... or without an e-mail address."""

    names = (*ShowFilter.names, ("no_email", "No e-mail"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "no_email":
            return queryset.filter(no_email=True)
        return super().queryset(request, queryset)


class CompanyFilter(SimpleListFilter):
    """One company's customers. It is set by links, so it has no list of its own."""

    title = "company"
    parameter_name = "company"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        wanted = request.GET.get("company", "")
        return [(wanted, wanted)] if wanted else []

    def has_output(self) -> bool:
        return bool(self.value())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(folded_company=folded(self.value() or "")) if self.value() else queryset


class CustomerRows(TiledList):
    """Rows of one side."""

    entity = Entity.CUSTOMERS
    heading = "Customers"
    count_tiles = staticmethod(customer_tiles)
    list_before_template = "panel/customers_top.html"
    search_fields = ("name__icontains", "key__icontains", "company__icontains", "phone__icontains", "=remote_id")
    search_help_text = "Name, e-mail, company, phone or ID"
    ordering = ("number", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        mine = rows.filter(store=the_store_of(request), entity=Entity.CUSTOMERS, side=self.side, gone_at=None)
        return mine.defer("values", "etag")

    @display(description="ID", ordering="number")
    def id_(self, row: Observation) -> str:
        return row.remote_id

    @display(description="Name", ordering="name")
    def title(self, row: Observation) -> SafeString:
        named = row.name or row.key or row.remote_id
        return format_html('<a class="cz-name" href="{}" title="{}">{}</a>', customer_address(row), named, named)

    @display(description="E-mail", ordering="key")
    def email(self, row: Observation) -> SafeString | str:
        return no_email() if row.no_email else row.key or words.NOTHING

    @display(description="Company", ordering="company")
    def company_(self, row: Observation) -> SafeString | str:
        if not row.company:
            return words.NOTHING
        return format_html('<span class="cz-name" title="{}">{}</span>', row.company, row.company)

    @display(description="Phone")
    def phone_(self, row: Observation) -> str:
        return row.phone or words.NOTHING

    @display(description="Status")
    def status_(self, row: Observation) -> SafeString:
        return words.badge(row.status, row.status.capitalize() or "Unknown")

    @display(description="Sync")
    def synced(self, row: Observation) -> SafeString:
        return words.badge(row.state, row.get_state_display(), row.reason)

    def _button(self, row: Observation, words_: str) -> SafeString:
        return format_html(
            '<button class="cz-button cz-small" type="submit" formaction="{}sync/" aria-label="{} {}">{}</button>',
            customer_address(row),
            words_,
            row.name or row.remote_id,
            words_,
        )


class CustomerList(CustomerRows):
    side = Side.CSCART
    list_filter = (CustomersShown, "state", StatusFilter, CompanyFilter)
    actions = ("sync_selected",)
    empty_words = "The store's customers appear here with the first sync, or when you ask what a sync would do."

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = ("id_", "title", "email", "company_", "phone_", "status_", "synced")
        return (*shown, "act") if may(request.user, Role.OPERATOR) else shown

    @display(description="")
    def act(self, row: Observation) -> SafeString:
        return self._button(row, "Sync")

    @action(description="Sync the selected customers", permissions=["operate"])
    def sync_selected(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        ask(request, the_store_of(request), Asked(only="ids", cscart_ids=ids_of(rows)), Entity.CUSTOMERS)


class ContactList(CustomerRows):
    side = Side.ZOHO
    list_filter = (CustomersShown, "state", CompanyFilter)
    actions = ("import_selected",)
    empty_words = "Zoho's contacts appear here with the first sync, or when you ask what a sync would do."

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = ("title", "email", "company_", "phone_", "synced")
        return (*shown, "act") if may(request.user, Role.OPERATOR) else shown

    @display(description="")
    def act(self, row: Observation) -> SafeString:
        return self._button(row, "Sync" if row.linked else "Import")

    @action(description="Import the selected contacts into CS-Cart", permissions=["operate"])
    def import_selected(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        asked = Asked(only="ids", zoho_ids=ids_of(rows), direction=Direction.TO_CSCART)
        ask(request, the_store_of(request), asked, Entity.CUSTOMERS)


def no_email() -> SafeString:
    """The badge of a customer who has no address of their own."""
    return words.badge("held", "No e-mail")


def customer_address(row: Observation) -> str:
    """The page of one customer, by the side and the id it is listed under."""
    return reverse("admin:customer", args=(row.side, row.remote_id))


@for_role(Role.OPERATOR, "POST")
def sync_many_customers(request: HttpRequest, what: str) -> HttpResponse:
    """Ask for a run over many customers."""
    return ask_for_many(request, what, Entity.CUSTOMERS, "/customers/")


MODELS = ((Customer, CustomerList), (Contact, ContactList))
