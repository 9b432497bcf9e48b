"""Conflicts: fields that were changed on both sides, and the answers of people."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin import SimpleListFilter, action, display
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cscart_zoho.jobs.requests import about_conflicts
from cscart_zoho.panel import words
from cscart_zoho.panel.audit import noted, who_is
from cscart_zoho.panel.connections import the_store_of
from cscart_zoho.panel.lists import ListPage, RowList
from cscart_zoho.panel.models import OpenQuestion
from cscart_zoho.panel.order import told
from cscart_zoho.panel.pages import ask, back, for_role
from cscart_zoho.panel.roles import Role, may
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Conflict
from cscart_zoho.store.values import value_from_json

#: Under which address the page of a record stands.
PAGES = {Entity.PRODUCTS.value: "products", Entity.ORDERS.value: "orders"}
ANSWER_BUTTON = '<button class="cz-button cz-small" type="submit" formaction="/conflicts/{}/{}/">{} counts</button>'


class OpenFilter(SimpleListFilter):
    """Open ones unless something else is asked for."""

    title = "state"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("settled", "Settled"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": "Open"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(settled_at__isnull=self.value() != "settled")


class PageOfConflicts(RowList):
    """The conflicts of a page, with what both sides have in words; orders are looked up for all of them together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        found: Any = self.result_list  # type: ignore[has-type]
        rows, store = list(found), the_store_of(request)
        orders = [row for row in rows if row.entity == Entity.ORDERS]
        in_words = {row.pk: values for row, *values in told(orders, store)} if orders and store is not None else {}
        for row in rows:
            stored = (row.cscart_value, row.zoho_value, row.base_value)
            row.told = in_words.get(row.pk) or [words.shown(value_from_json(value), row.field) for value in stored]
        self.result_list = rows


class ConflictList(ListPage):
    list_filter = (OpenFilter, "field")
    list_before_template = "panel/conflicts_top.html"
    search_fields = ("label__icontains", "=cscart_id", "=zoho_id")
    search_help_text = "Name, SKU, number or ID"
    ordering = (F("settled_at").desc(nulls_first=True), "-pk")
    actions = ("cscart_counts", "zoho_counts")
    empty_words = "No field waits for your answer."

    def get_changelist(self, request: HttpRequest, **named: Any) -> type[RowList]:
        return PageOfConflicts

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(store=the_store_of(request))

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = ("record", "field_", "cscart_", "zoho_", "base_", "found_")
        return (*shown, "act") if may(request.user, Role.OPERATOR) else (*shown, "answer_")

    @display(description="Record")
    def record(self, conflict: Conflict) -> SafeString:
        return format_html(
            '<a class="cz-name" href="/{}/cscart/{}/">{}</a>',
            PAGES.get(conflict.entity, "customers"),
            conflict.cscart_id,
            conflict.label or conflict.cscart_id,
        )

    @display(description="Field")
    def field_(self, conflict: Conflict) -> str:
        return words.field_title(conflict.field)

    @display(description="CS-Cart has")
    def cscart_(self, conflict: Any) -> str:
        return str(conflict.told[0])

    @display(description="Zoho has")
    def zoho_(self, conflict: Any) -> str:
        return str(conflict.told[1])

    @display(description="Last agreed")
    def base_(self, conflict: Any) -> str:
        return str(conflict.told[2])

    @display(description="Found", ordering="found_at")
    def found_(self, conflict: Conflict) -> SafeString | str:
        return words.ago(conflict.found_at)

    @display(description="Answer")
    def answer_(self, conflict: Conflict) -> SafeString:
        return answer_badge(conflict)

    @display(description="Answer")
    def act(self, conflict: Conflict) -> SafeString:
        if conflict.settled_at is not None:
            return answer_badge(conflict)
        buttons = format_html_join("", ANSWER_BUTTON, [(conflict.pk, side.value, side.title) for side in Side])
        answered = answer_badge(conflict) if conflict.answer else ""
        return format_html('<div class="cz-answers">{}{}</div>', answered, buttons)

    @action(description="CS-Cart counts for the selected conflicts", permissions=["operate"])
    def cscart_counts(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        settle(request, rows, Side.CSCART)

    @action(description="Zoho counts for the selected conflicts", permissions=["operate"])
    def zoho_counts(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        settle(request, rows, Side.ZOHO)


def answer_badge(conflict: Conflict) -> SafeString:
    """How far a conflict is, in words."""
    if conflict.settled_at is not None:
        return words.badge("done", "Settled", f"by {conflict.settled_by or 'a rule'}")
    if conflict.answer:
        return words.badge("waiting", f"{Side(conflict.answer).title} counts", "the next run carries it out")
    return words.badge("conflict", "Open")


def settle(request: HttpRequest, rows: Iterable[Conflict], side: Side) -> None:
    """Give one answer to these conflicts and ask for the run that carries it out.

    Answer and request are committed together. A conflict that was settled
    meanwhile keeps its settlement.
    """
    ids = [row.pk for row in rows]
    with transaction.atomic():
        still_open = Conflict.objects.select_for_update().filter(pk__in=ids, settled_at=None)
        found = list(still_open)
        if not found:
            messages.warning(request, "This is settled already.")
            return
        for entity, asked in about_conflicts(found).items():
            if ask(request, the_store_of(request), asked, entity) is None:
                return
        Conflict.objects.filter(pk__in=[row.pk for row in found], settled_at=None).update(
            answer=side, settled_by=who_is(request.user)
        )
        labels = sorted({row.cscart_id for row in found})
        noted(request, "conflict answered", f"{side.title} counts for {len(found):,}: {', '.join(labels[:20])}")


@for_role(Role.OPERATOR, "POST")
def conflict_answer(request: HttpRequest, pk: int, side: str) -> HttpResponse:
    """Answer one conflict."""
    rows = list(Conflict.objects.filter(pk=pk, store=the_store_of(request)))
    if side not in set(Side) or not rows:
        return HttpResponse("There is no such conflict.", status=404)
    settle(request, rows, Side(side))
    return back(request, "/conflicts/")


MODELS = ((OpenQuestion, ConflictList),)
