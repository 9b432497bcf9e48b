"""Conflicts: fields that were changed on both sides, and the answers of people."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.admin import SimpleListFilter, action, display
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cscart_zoho.jobs import answers
from cscart_zoho.jobs.answers import Told
from cscart_zoho.jobs.requests import about_conflicts
from cscart_zoho.panel import words
from cscart_zoho.panel.audit import noted, who_is
from cscart_zoho.panel.connections import the_store_of
from cscart_zoho.panel.lists import ListPage, RowList
from cscart_zoho.panel.models import OpenQuestion
from cscart_zoho.panel.order import told
from cscart_zoho.panel.pages import ask, back, for_role
from cscart_zoho.panel.questions import lapsed_words, shown
from cscart_zoho.panel.roles import Role, may
from cscart_zoho.records import Entity, Side
from cscart_zoho.store.models import Conflict, Store

#: Under which address the page of a record stands.
PAGES = {Entity.PRODUCTS.value: "products", Entity.ORDERS.value: "orders"}
#: The field of a form that says which values of a question the page has shown.
VERSION = "version-{}"
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
            row.told = in_words.get(row.pk) or [shown(value, row.field) for value in stored]
            row.lapsed_words = lapsed_words(row, store)
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
        columns = ("record", "field_", "cscart_", "zoho_", "base_", "found_")
        return (*columns, "act") if may(request.user, Role.OPERATOR) else (*columns, "answer_")

    @display(description="Record")
    def record(self, conflict: Conflict) -> SafeString:
        return format_html(
            '<a class="cz-name" href="/{}/cscart/{}/">{}</a><input type="hidden" name="{}" value="{}">',
            PAGES.get(conflict.entity, "customers"),
            conflict.cscart_id,
            conflict.label or conflict.cscart_id,
            VERSION.format(conflict.pk),
            conflict.version_shown,
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
    def answer_(self, conflict: Any) -> SafeString:
        return answer_badge(conflict, conflict.lapsed_words)

    @display(description="Answer")
    def act(self, conflict: Any) -> SafeString:
        if conflict.settled_at is not None:
            return answer_badge(conflict)
        buttons = format_html_join("", ANSWER_BUTTON, [(conflict.pk, side.value, side.title) for side in Side])
        spoken = conflict.answer or conflict.lapsed_words
        answered = answer_badge(conflict, conflict.lapsed_words) if spoken else ""
        return format_html('<div class="cz-answers">{}{}</div>', answered, buttons)

    @action(description="CS-Cart counts for the selected conflicts", permissions=["operate"])
    def cscart_counts(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        settle(request, _versions(request, (row.pk for row in rows)), Side.CSCART)

    @action(description="Zoho counts for the selected conflicts", permissions=["operate"])
    def zoho_counts(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        settle(request, _versions(request, (row.pk for row in rows)), Side.ZOHO)


def answer_badge(conflict: Conflict, lapsed: str = "") -> SafeString:
    """How far a conflict is, in words; `lapsed` says why an earlier answer does not count."""
    if conflict.settled_at is not None:
        return words.badge("done", "Settled", f"by {conflict.settled_by or 'a rule'}")
    if conflict.answer:
        who = f"{conflict.settled_by} has answered; " if conflict.settled_by else ""
        return words.badge("waiting", f"{Side(conflict.answer).title} counts", f"{who}the next run carries it out")
    return words.badge("conflict", "Asked again" if lapsed else "Open", lapsed)


def told_of(conflict: Conflict, store: Store | None) -> Told:
    """A question in words, for a sentence about it."""
    what = f"{words.field_title(conflict.field)} of {conflict.label or conflict.cscart_id}"
    if conflict.entity == Entity.ORDERS and store is not None:
        ((_, cscart, zoho, _),) = told([conflict], store)
        return Told(what, cscart, zoho)
    return Told(what, shown(conflict.cscart_value, conflict.field), shown(conflict.zoho_value, conflict.field))


def settle(request: HttpRequest, versions: Mapping[int, str], side: Side) -> None:
    """Give one answer to these conflicts and ask for the run that carries it out.

    `versions` stand for the values that the page has shown. Answer and request
    are committed together. Whoever's answer is not taken is told why.
    """
    store = the_store_of(request)
    with transaction.atomic():
        judged = answers.judge(versions, side)
        found = answers.taken(judged)
        for entity, asked in about_conflicts(found).items():
            if ask(request, store, asked, entity) is None:
                return
        answers.keep(judged, side, who_is(request.user))
        if found:
            labels = sorted({row.cscart_id for row in found})
            noted(request, "conflict answered", f"{side.title} counts for {len(found):,}: {', '.join(labels[:20])}")
    for sentence in answers.refusals(judged, lambda conflict: told_of(conflict, store)):
        messages.warning(request, sentence)


@for_role(Role.OPERATOR, "POST")
def conflict_answer(request: HttpRequest, pk: int, side: str) -> HttpResponse:
    """Answer one conflict."""
    if side not in set(Side) or not Conflict.objects.filter(pk=pk, store=the_store_of(request)).exists():
        return HttpResponse("There is no such conflict.", status=404)
    settle(request, _versions(request, [pk]), Side(side))
    return back(request, "/conflicts/")


def _versions(request: HttpRequest, pks: Iterable[int]) -> dict[int, str]:
    """What the form says of each question that it has shown."""
    return {pk: request.POST.get(VERSION.format(pk), "") for pk in pks}


MODELS = ((OpenQuestion, ConflictList),)
