"""Lists under tiles: the tiles count and filter, and the buttons beside them ask for runs over many records."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from cscart_zoho.jobs.schedule import waiting_for_first_sync
from cscart_zoho.panel.connections import missing, the_store_of
from cscart_zoho.panel.lists import CappedPaginator, ListPage
from cscart_zoho.panel.pages import ask, back
from cscart_zoho.panel.roles import Role, may
from cscart_zoho.panel.runs import now
from cscart_zoho.panel.tiles import Tile
from cscart_zoho.records import Direction, Entity, Side
from cscart_zoho.store.models import Store
from cscart_zoho.sync.asked import Asked

CountTiles = Callable[[Store | None], list[Tile]]

#: What the buttons above the lists ask for.
WHOLE: Mapping[str, Asked] = {
    "unsynced": Asked(only="unsynced", direction=Direction.TO_ZOHO),
    "import": Asked(only="unsynced", direction=Direction.TO_CSCART),
    "all": Asked(),
    "preview": Asked(dry_run=True),
}


class ShowFilter(SimpleListFilter):
    """Linked or not; the tiles set it."""

    title = "synced"
    parameter_name = "show"
    names: tuple[tuple[str, str], ...] = (("synced", "Synced"), ("unsynced", "Not synced"))

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.names)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {"synced": True, "unsynced": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(linked=wanted)


class TiledList(ListPage):
    """Rows of one side, under tiles."""

    side: Side
    #: What its runs are about.
    entity = Entity.PRODUCTS
    heading: str

    @staticmethod
    def count_tiles(store: Store | None) -> list[Tile]:
        """The counts above this list."""
        raise NotImplementedError

    def tiles(self, request: HttpRequest) -> list[Tile]:
        return tiles_of(request, self.count_tiles)

    def chosen(self, request: HttpRequest, show: str) -> Tile | None:
        """The tile of this side that shows these rows."""
        return next((tile for tile in self.tiles(request) if tile.known_for(self.side, show)), None)

    def unsynced(self, request: HttpRequest) -> int:
        """How many rows of this side have no partner."""
        tile = self.chosen(request, "unsynced")
        return tile.count if tile is not None else 0

    def more(self, request: HttpRequest, store: Store | None) -> dict[str, Any]:
        """What stands above this list besides the tiles."""
        return {"unsynced": self.unsynced(request)}

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], per_page: int, *rest: Any, **named: Any
    ) -> "Paginator[Any]":
        paginator = CappedPaginator(queryset, per_page, *rest, **named)
        if not set(request.GET) - {"show", "p", "o"}:
            tile = self.chosen(request, request.GET.get("show", ""))
            paginator.known = tile.count if tile is not None else None
        return paginator

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        store, chosen = the_store_of(request), self.chosen(request, request.GET.get("show", ""))
        context = {
            "tiles": [(tile, tile is chosen) for tile in self.tiles(request)],
            **self.more(request, store),
            "is_zoho": self.side is Side.ZOHO,
            "obstacle": missing(store),
            "first_sync": store is not None and self.entity in waiting_for_first_sync(store),
            "administers": may(request.user, Role.ADMIN),
            **now(store),
            "title": self.heading,
            "subtitle": chosen.name if chosen is not None else "",
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})


def tiles_of(request: HttpRequest, count: CountTiles) -> list[Tile]:
    """The tiles, counted once per request."""
    counted: dict[CountTiles, list[Tile]] = request.__dict__.setdefault("_panel_tiles", {})
    if count not in counted:
        counted[count] = count(the_store_of(request))
    return counted[count]


def ids_of(rows: QuerySet[Any]) -> tuple[str, ...]:
    """The ids of the rows that a person has ticked."""
    return tuple(sorted(rows.values_list("remote_id", flat=True)))


def ask_for_many(
    request: HttpRequest, what: str, entity: Entity, otherwise: str, whole: Mapping[str, Asked] = WHOLE
) -> HttpResponse:
    """Ask for the run that a button above a list stands for."""
    asked = whole.get(what)
    if asked is None:
        return HttpResponse("There is no such sync.", status=404)
    ask(request, the_store_of(request), asked, entity)
    return back(request, otherwise)
