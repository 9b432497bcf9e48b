"""The lists of products: the store's and Zoho's, under six tiles that count and filter."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import SimpleListFilter, action, display
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cscart_zoho.panel import words
from cscart_zoho.panel.connections import the_store_of
from cscart_zoho.panel.models import Item, Product
from cscart_zoho.panel.pages import ask, for_role
from cscart_zoho.panel.roles import Role, may
from cscart_zoho.panel.tiled import WHOLE, ShowFilter, TiledList, ask_for_many, ids_of
from cscart_zoho.panel.tiles import Tile
from cscart_zoho.records import ACTIVE, INACTIVE, Direction, Entity, Side
from cscart_zoho.store.models import Observation, Store
from cscart_zoho.sync.asked import Asked


def tiles(store: Store | None) -> list[Tile]:
    """The six counts, from one query. What a side has deleted is not counted."""
    rows = Observation.objects.filter(store=store, entity="products", gone_at=None)
    found = rows.order_by().values_list("side", "linked").annotate(n=Count("pk")) if store else []
    counts = {(side, linked): n for side, linked, n in found}
    return [*_three(Side.CSCART, counts), *_three(Side.ZOHO, counts)]


def _three(side: Side, counts: dict[tuple[str, bool], int]) -> Iterable[Tile]:
    linked, alone = counts.get((side.value, True), 0), counts.get((side.value, False), 0)
    names = {
        Side.CSCART: ("CS-Cart products", "Synced to Zoho", "Not synced"),
        Side.ZOHO: ("Zoho products", "Not in CS-Cart", "Already imported"),
    }[side]
    address = "/products/" if side is Side.CSCART else "/zoho-items/"
    yield Tile(names[0], linked + alone, address, side, "")
    for name, show in zip(
        names[1:], ("synced", "unsynced") if side is Side.CSCART else ("unsynced", "synced"), strict=True
    ):
        yield Tile(name, linked if show == "synced" else alone, f"{address}?show={show}", side, show)


def price(products: int, calls_a_day: int | None) -> str:
    """What making so many items costs: Zoho has no call that makes more than one (Zoho Inventory API: Items)."""
    if not products:
        return ""
    words_ = "1 Zoho call" if products == 1 else f"{products:,} Zoho calls"
    days = -(-products // calls_a_day) if calls_a_day else 1
    return f"at least {words_}" + (f", {days:,} days at {calls_a_day:,} calls a day" if days > 1 else "")


class StatusFilter(SimpleListFilter):
    """Active or not. Its choices are known, so no query looks for them."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(ACTIVE, "Active"), (INACTIVE, "Inactive")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() else queryset


class ObservationList(TiledList):
    """Rows of one side."""

    heading = "Products"
    count_tiles = staticmethod(tiles)
    list_before_template = "panel/products_top.html"
    list_filter = (ShowFilter, "state", StatusFilter)
    search_fields = ("name__icontains", "key__icontains", "=remote_id")
    search_help_text = "Name, SKU or ID"
    ordering = ("number", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).filter(store=the_store_of(request), entity="products", side=self.side)
        return rows.filter(gone_at=None).defer("values", "etag")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = ("id_", "title", "sku", "price_", "list_price_", "status_", "stock_", "synced")
        return (*shown, "act") if may(request.user, Role.OPERATOR) else shown

    def more(self, request: HttpRequest, store: Store | None) -> dict[str, Any]:
        unsynced = self.unsynced(request)
        limit = store.zoho.daily_limit if store is not None and store.zoho is not None else None
        return {"unsynced": unsynced, "price": price(unsynced, limit) if self.side is Side.CSCART else ""}

    @display(description="ID", ordering="number")
    def id_(self, row: Observation) -> str:
        return row.remote_id

    @display(description="Name", ordering="name")
    def title(self, row: Observation) -> SafeString:
        return format_html(
            '<a class="cz-name" href="{}" title="{}">{}</a>', product_address(row), row.name, row.name or row.remote_id
        )

    @display(description="SKU", ordering="key")
    def sku(self, row: Observation) -> str:
        return row.key or words.NOTHING

    @display(description="Price", ordering="price")
    def price_(self, row: Observation) -> str:
        return words.money(row.price)

    @display(description="List price", ordering="list_price")
    def list_price_(self, row: Observation) -> str:
        return words.money(row.list_price)

    @display(description="Status")
    def status_(self, row: Observation) -> SafeString:
        return words.badge(row.status, row.status.capitalize() or "Unknown")

    @display(description="Stock", ordering="stock")
    def stock_(self, row: Observation) -> str:
        return words.NOTHING if row.stock is None else f"{row.stock:,}"

    @display(description="Sync")
    def synced(self, row: Observation) -> SafeString:
        return words.badge(row.state, row.get_state_display(), row.reason)

    def _button(self, row: Observation, words_: str) -> SafeString:
        return format_html(
            '<button class="cz-button cz-small" type="submit" formaction="{}sync/" aria-label="{} {}">{}</button>',
            product_address(row),
            words_,
            row.name or row.remote_id,
            words_,
        )


class ProductList(ObservationList):
    side = Side.CSCART
    actions = ("sync_selected", "stock_selected")
    empty_words = "The store's products appear here with the first sync, or when you ask what a sync would do."

    @display(description="")
    def act(self, row: Observation) -> SafeString:
        return self._button(row, "Sync")

    @action(description="Sync the selected products", permissions=["operate"])
    def sync_selected(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        ask(request, the_store_of(request), Asked(only="ids", cscart_ids=ids_of(rows)))

    @action(description="Sync only the stock of the selected products", permissions=["operate"])
    def stock_selected(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        ask(request, the_store_of(request), Asked(only="ids", cscart_ids=ids_of(rows), stock_only=True))


class ItemList(ObservationList):
    side = Side.ZOHO
    actions = ("import_selected",)
    empty_words = "Zoho's items appear here with the first sync, or when you ask what a sync would do."

    @display(description="")
    def act(self, row: Observation) -> SafeString:
        return self._button(row, "Sync" if row.linked else "Import")

    @action(description="Import the selected products into CS-Cart", permissions=["operate"])
    def import_selected(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        asked = Asked(only="ids", zoho_ids=ids_of(rows), direction=Direction.TO_CSCART)
        ask(request, the_store_of(request), asked)


def product_address(row: Observation) -> str:
    """The page of one product, by the side and the id it is listed under."""
    return reverse("admin:product", args=(row.side, row.remote_id))


@for_role(Role.OPERATOR, "POST")
def sync_many(request: HttpRequest, what: str) -> HttpResponse:
    """Ask for a run over many products, or over their stock alone."""
    return ask_for_many(request, what, Entity.PRODUCTS, "/products/", {**WHOLE, "stock": Asked(stock_only=True)})


MODELS = ((Product, ProductList), (Item, ItemList))
