"""The list of the store's orders, under tiles that count and filter."""

from typing import Any

from django.contrib.admin import SimpleListFilter, action, display
from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cscart_zoho import app
from cscart_zoho.errors import WrongSetting
from cscart_zoho.mapping.order_choices import OrderChoices
from cscart_zoho.panel import order_words, words
from cscart_zoho.panel.connections import the_store_of
from cscart_zoho.panel.lists import RowList
from cscart_zoho.panel.models import Order
from cscart_zoho.panel.pages import ask, for_role
from cscart_zoho.panel.products import price
from cscart_zoho.panel.roles import Role, may
from cscart_zoho.panel.tiled import ShowFilter, TiledList, ask_for_many, ids_of
from cscart_zoho.panel.tiles import order_tiles
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Observation, Store, SyncState
from cscart_zoho.sync.asked import Asked

#: Sales orders that one call of Zoho confirms.
CONFIRMED_TOGETHER = 50


class OrdersShown(ShowFilter):
    """... or held."""

    names = (*ShowFilter.names, ("held", "Held"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "held":
            return queryset.filter(state=SyncState.HELD)
        return super().queryset(request, queryset)


class StatusFilter(SimpleListFilter):
    """The statuses that the store has told, so no query looks for them."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(order_words.status_names(the_store_of(request)).items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() else queryset


class BuyerFilter(SimpleListFilter):
    """One buyer's orders. It is set by links, so it has no list of its own."""

    title = "buyer"
    parameter_name = "buyer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        wanted = request.GET.get("buyer", "")
        return [(wanted, wanted)] if wanted else []

    def has_output(self) -> bool:
        return bool(self.value())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(parent_id=self.value()) if self.value() else queryset


class PageOfOrders(RowList):
    """The orders of a page, each with what is looked up for all of them together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        found: Any = self.result_list  # type: ignore[has-type]
        store = the_store_of(request)
        names = order_words.status_names(store)
        self.result_list = list(found)
        for row in self.result_list:
            row.store = store  # with its organisation: a link to either side needs no query of its own
            row.status_name = order_words.status_name(row.side, row.status, names)


class OrderRows(TiledList):
    """Rows of one side."""

    entity = Entity.ORDERS
    heading = "Orders"
    count_tiles = staticmethod(order_tiles)
    list_before_template = "panel/orders_top.html"
    search_fields = ("key__icontains", "=remote_id", "name__icontains", "values__email__icontains")
    search_help_text = "Number, customer or e-mail"
    ordering = ("-ordered_on", "-pk")

    def get_changelist(self, request: HttpRequest, **named: Any) -> type[RowList]:
        return PageOfOrders

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        mine = rows.filter(store=the_store_of(request), entity=Entity.ORDERS, side=self.side, gone_at=None)
        told: QuerySet[Any] = mine.annotate(email_=KT("values__email"), currency=KT("values__currency"))
        return told.defer("values", "etag")

    def more(self, request: HttpRequest, store: Store | None) -> dict[str, Any]:
        """How many orders a run over all of them would make on the other side, and what it costs."""
        unsynced = self.unsynced(request)
        if store is None or not unsynced:
            return {"many": 0}
        try:
            choices = app.order_choices(store)
        except WrongSetting as error:
            return {"many": 0, "settings_trouble": error.for_people()}
        limit = store.zoho.daily_limit if store.zoho is not None else None
        many, calls = counted(to_be_made(store, self.side, choices), choices)
        return {"many": many, "left": unsynced - many, "price": price(calls, limit)}

    @display(description="Date", ordering="ordered_on")
    def date_(self, row: Observation) -> str:
        return f"{row.ordered_on:%Y-%m-%d}" if row.ordered_on else words.NOTHING

    @display(description="Customer", ordering="name")
    def customer(self, row: Observation) -> SafeString | str:
        if not row.name:
            return words.NOTHING
        return format_html('<span class="cz-clamp" title="{}">{}</span>', row.name, row.name)

    @display(description="Status", ordering="status")
    def status_(self, row: Any) -> SafeString:
        return words.badge("", row.status_name)

    @display(description="Total", ordering="price")
    def total_(self, row: Any) -> str:
        return order_words.amount(row.price, row.currency or "", told=True)

    @display(description="Sync")
    def synced(self, row: Observation) -> SafeString:
        return words.badge(row.state, row.get_state_display(), row.reason)


class OrderList(OrderRows):
    side = Side.CSCART
    list_filter = (OrdersShown, "state", StatusFilter, "ordered_on", BuyerFilter)
    actions = ("sync_selected",)
    empty_words = "The store's orders appear here with the first sync, or when you ask what a sync would do."

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = ("order_number", "date_", "buyer", "total_", "status_", "synced")
        return (*shown, "act") if may(request.user, Role.OPERATOR) else shown

    @display(description="Order", ordering="number")
    def order_number(self, row: Observation) -> SafeString:
        link = format_html('<a class="cz-name" href="{}">{}</a>', order_address(row), row.remote_id)
        return format_html('{}<span class="cz-reason">{}</span>', link, row.key) if row.key else link

    @display(description="Customer and e-mail", ordering="name")
    def buyer(self, row: Any) -> SafeString:
        mail = format_html('<span class="cz-reason">{}</span>', row.email_) if row.email_ else ""
        return format_html("<div>{}{}</div>", self.customer(row), mail)

    @display(description="")
    def act(self, row: Any) -> SafeString:
        return row_menu(row, "Sync")

    @action(description="Sync the selected orders", permissions=["operate"])
    def sync_selected(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        ask(request, the_store_of(request), Asked(only="ids", cscart_ids=ids_of(rows)), Entity.ORDERS)


SYNC_ENTRY = '<button type="submit" formaction="{}sync/">{} this order</button>'
PAGE_ENTRY = '<a href="{}">Show lines and money</a>'
ELSEWHERE_ENTRY = '<a href="{}" target="_blank" rel="noopener noreferrer">Open in {}</a>'
MENU = (
    '<button class="cz-button cz-small cz-more" type="button" popovertarget="menu-{}" aria-label="Actions for {}">⋯'
    '</button><div class="cz-menu" id="menu-{}" popover>{}</div>'
)


def row_menu(row: Observation, sync: str) -> SafeString:
    """What can be done with one order: the browser's own popover, which needs no script and is never cut off.

    `sync` is the word for a run of this order, "" where there is none.
    """
    side, here = Side(row.side), order_address(row)
    elsewhere = app.admin_url(row.store, side, row.remote_id, Entity.ORDERS)
    entries = [format_html(PAGE_ENTRY, here), format_html(ELSEWHERE_ENTRY, elsewhere, side.title)]
    if sync:
        entries.insert(0, format_html(SYNC_ENTRY, here, sync))
    return format_html(
        MENU, row.pk, row.key or row.remote_id, row.pk, format_html_join("", "{}", [(e,) for e in entries])
    )


def to_be_made(store: Store, side: Side, choices: OrderChoices) -> QuerySet[Observation]:
    """The orders of one side that a run over everything would make on the other."""
    alone = Observation.objects.filter(store=store, entity=Entity.ORDERS, side=side, gone_at=None, linked=False)
    if choices.since:
        alone = alone.filter(ordered_on__gte=choices.since)
    if side is Side.ZOHO:
        return alone.exclude(status="void")
    return alone.filter(status__in=[letter for letter in choices.to_zoho if choices.is_sent(letter)])


def counted(orders: QuerySet[Observation], choices: OrderChoices) -> tuple[int, int]:
    """How many orders there are, and the fewest calls to Zoho that they take: one each, confirming is done in bulk."""
    confirmed = [letter for letter, target in choices.to_zoho.items() if target == "confirmed"]
    found = orders.aggregate(many=Count("pk"), confirmed=Count("pk", filter=Q(status__in=confirmed)))
    return found["many"], found["many"] + -(-found["confirmed"] // CONFIRMED_TOGETHER)


def order_address(row: Observation) -> str:
    """The page of one order, by the side and the id it is listed under."""
    return reverse("admin:order", args=(row.side, row.remote_id))


@for_role(Role.OPERATOR, "POST")
def sync_many_orders(request: HttpRequest, what: str) -> HttpResponse:
    """Ask for a run over many orders."""
    return ask_for_many(request, what, Entity.ORDERS, "/orders/")


MODELS = ((Order, OrderList),)
