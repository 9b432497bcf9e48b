"""Zoho CRM's accounts: their parents, their contacts, and whether the store knows the company."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import SimpleListFilter, action, display
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cscart_zoho.panel import words
from cscart_zoho.panel.connections import the_store_of
from cscart_zoho.panel.lists import RowList
from cscart_zoho.panel.models import Account
from cscart_zoho.panel.pages import ask, back, for_role
from cscart_zoho.panel.roles import Role, may
from cscart_zoho.panel.tiled import TiledList, ids_of
from cscart_zoho.panel.tiles import account_tiles, accounts_of
from cscart_zoho.records import Direction, Entity, Side
from cscart_zoho.store.models import Observation, Store
from cscart_zoho.sync.asked import Asked

#: A chain of parents that is longer is a circle.
DEEPEST = 20


class ShowFilter(SimpleListFilter):
    """What the tiles show."""

    title = "in CS-Cart"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("synced", "In CS-Cart"), ("unsynced", "Not in CS-Cart"), ("empty", "Without contacts")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "empty":
            contacts = Observation.objects.filter(
                store=the_store_of(request), entity=Entity.CUSTOMERS, side=Side.ZOHO, gone_at=None
            )
            return queryset.exclude(remote_id__in=contacts.exclude(parent_id="").values("parent_id"))
        wanted = {"synced": True, "unsynced": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(in_store=wanted)


class AccountRows(RowList):
    """The accounts of a page, with what is looked up for all of them together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        found: Any = self.result_list  # type: ignore[has-type]
        rows = list(found)
        store = the_store_of(request)
        people, above = _people(store, rows), _above(store, rows)
        for row in rows:
            row.contacts_, row.first_email = people.get(row.remote_id, (0, ""))
            row.path = _path(row, above)
        self.result_list = rows


def _people(store: Store | None, rows: list[Any]) -> dict[str, tuple[int, str]]:
    """By account how many contacts it has, and the e-mail address of the oldest that has one."""
    contacts = Observation.objects.filter(
        store=store, entity=Entity.CUSTOMERS, side=Side.ZOHO, gone_at=None, parent_id__in=[r.remote_id for r in rows]
    )
    counts = dict(contacts.order_by().values_list("parent_id").annotate(n=Count("pk")))
    first = contacts.exclude(key="").order_by().values("parent_id").annotate(first=Min("pk"))
    firsts = {each["first"] for each in first}
    emails = dict(contacts.filter(pk__in=firsts).values_list("parent_id", "key"))
    return {id: (number, emails.get(id, "")) for id, number in counts.items()}


def _above(store: Store | None, rows: list[Any]) -> dict[str, tuple[str, str]]:
    """By id the name and the parent of every account above these, a tier at a time."""
    known: dict[str, tuple[str, str]] = {}
    wanted = {row.parent_id for row in rows if row.parent_id}
    for _ in range(DEEPEST):
        missing_ids = wanted - known.keys()
        if not missing_ids:
            break
        found = Observation.objects.filter(
            store=store, entity=Entity.ACCOUNTS, side=Side.ZOHO, remote_id__in=missing_ids
        ).values_list("remote_id", "name", "parent_id")
        known |= {id: (name, parent) for id, name, parent in found}
        wanted = {parent for _, parent in known.values() if parent} - {id for id in missing_ids if id not in known}
    return known


def _path(row: Any, above: dict[str, tuple[str, str]]) -> list[str]:
    """The names from the topmost parent down; a circle ends where it closes, and says so."""
    names: list[str] = []
    seen, id = {row.remote_id}, row.parent_id
    while id:
        if id in seen:
            return ["(the parents go round in a circle)", *names]
        seen.add(id)
        name, parent = above.get(id, ("(a parent that Zoho did not list)", ""))
        names.insert(0, name)
        id = parent
    return names


class AccountList(TiledList):
    side = Side.ZOHO
    entity = Entity.CUSTOMERS
    heading = "Zoho accounts"
    count_tiles = staticmethod(account_tiles)
    list_before_template = "panel/accounts_top.html"
    list_filter = (ShowFilter,)
    search_fields = ("name__icontains", "=remote_id")
    search_help_text = "Name or ID"
    ordering = ("name", "pk")
    actions = ("import_selected",)
    empty_words = "Zoho CRM's accounts appear here with the first sync of customers."

    def get_changelist(self, request: HttpRequest, **named: Any) -> type[RowList]:
        return AccountRows

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        wanted = accounts_of(the_store_of(request))
        rows: QuerySet[Any] = super().get_queryset(request).filter(pk__in=wanted.values("pk"))
        shown: QuerySet[Any] = rows.annotate(in_store=wanted.query.annotations["in_store"]).defer("values", "etag")
        return shown

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = ("title", "parent", "email", "phone_", "contacts", "in_store_")
        return (*shown, "act") if may(request.user, Role.OPERATOR) else shown

    def more(self, request: HttpRequest, store: Store | None) -> dict[str, Any]:
        return {}

    @display(description="Account", ordering="name")
    def title(self, row: Any) -> SafeString:
        return format_html('<span class="cz-name" title="{}">{}</span>', row.name, row.name or row.remote_id)

    @display(description="Parent account")
    def parent(self, row: Any) -> SafeString | str:
        return format_html('<span class="cz-dim">{}</span>', " › ".join(row.path)) if row.path else words.NOTHING

    @display(description="Primary e-mail")
    def email(self, row: Any) -> str:
        return row.first_email or words.NOTHING

    @display(description="Phone")
    def phone_(self, row: Any) -> str:
        return row.phone or words.NOTHING

    @display(description="Contacts")
    def contacts(self, row: Any) -> SafeString | str:
        if not row.contacts_:
            return "0"
        address = f"/zoho-contacts/?{urlencode({'company': row.name})}"
        return format_html('<a class="cz-link" href="{}">{}</a>', address, f"{row.contacts_:,}")

    @display(description="In CS-Cart")
    def in_store_(self, row: Any) -> SafeString:
        if not row.in_store:
            return words.badge("not_synced", "No")
        address = f"/customers/?{urlencode({'company': row.name})}"
        return format_html('<a class="cz-link" href="{}">Its customers</a>', address)

    @display(description="")
    def act(self, row: Any) -> SafeString:
        return format_html(
            '<button class="cz-button cz-small" type="submit" formaction="/zoho-accounts/{}/import/" '
            'aria-label="{} {}">{}</button>',
            row.remote_id,
            "Sync" if row.in_store else "Import",
            row.name,
            "Sync" if row.in_store else "Import",
        )

    @action(description="Import the selected accounts with their contacts", permissions=["operate"])
    def import_selected(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        ask(request, the_store_of(request), _asked(*ids_of(rows)), Entity.CUSTOMERS)


def _asked(*ids: str) -> Asked:
    return Asked(only="ids", account_ids=ids, direction=Direction.TO_CSCART)


@for_role(Role.OPERATOR, "POST")
def account_import(request: HttpRequest, remote_id: str) -> HttpResponse:
    """Bring one account's contacts into the store, its parents' user groups before its own."""
    store = the_store_of(request)
    if not accounts_of(store).filter(remote_id=remote_id).exists():
        return HttpResponse("There is no such account.", status=404)
    ask(request, store, _asked(remote_id), Entity.CUSTOMERS)
    return back(request, "/zoho-accounts/")


MODELS = ((Account, AccountList),)
