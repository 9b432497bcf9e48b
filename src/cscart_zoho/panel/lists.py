"""What the list pages have in common: they show rows and never edit them."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from cscart_zoho.panel.roles import Role, may

#: A search that finds more rows than this is not counted to the end.
COUNTED_TO = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a list whose length is known beforehand, or counted only as far as people page."""

    known: int | None = None

    @cached_property
    def count(self) -> int:
        if self.known is not None:
            return self.known
        rows = self.object_list
        return rows.order_by()[:COUNTED_TO].count() if isinstance(rows, QuerySet) else len(rows)


class RowList(ChangeList):  # type: ignore[misc]
    """A list that offers to show all rows only while it does not."""

    full_result_count: int | None

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if self.full_result_count is None and not (self.query or self.has_active_filters):
            self.full_result_count = self.result_count


class ListPage(ModelAdmin):  # type: ignore[misc]
    """A list of rows of the ledger, for everybody with `sees`; its actions for operators."""

    sees = Role.VIEWER
    #: What an empty list says.
    empty_words = "There is nothing to show yet."
    paginator = CappedPaginator
    show_full_result_count = False
    list_disable_select_all = True
    list_per_page = 50
    list_fullwidth = True
    actions_on_bottom = False
    list_display_links = None

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_changelist"
        return [path("", self.admin_site.admin_view(self.changelist_view), name=name)]

    def get_changelist(self, request: HttpRequest, **named: Any) -> type[RowList]:
        return RowList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        operates = may(request.user, Role.OPERATOR)
        context = {"operates": operates, "title": self.opts.verbose_name_plural, **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, context)
        return answer

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may(request.user, self.sees)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Role.OPERATOR)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, self.sees)
