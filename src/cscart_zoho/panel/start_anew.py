"""Another shop or organisation is connected than links were made with: what is said of it, and starting anew."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from cscart_zoho import app
from cscart_zoho.errors import ConnectorError
from cscart_zoho.mapping.counted import so_many
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.connections import the_store
from cscart_zoho.panel.pages import back, for_role
from cscart_zoho.panel.roles import Role
from cscart_zoho.records import Side
from cscart_zoho.store.identity import connected_with, made_with, wrong_connection
from cscart_zoho.store.models import Link, Store


@dataclass(frozen=True)
class Wrong:
    """What a page says of it: the sentences, the names of both, and how many links there are."""

    words: str
    what: str
    before: str
    now: str
    links: str
    #: Whether it is about the shop: a person may know that it is the same one.
    shop: bool


def wrong_for_page(store: Store | None) -> Wrong | None:
    """None while what is connected is what links were made with."""
    wrong = wrong_connection(store) if store is not None else None
    if wrong is None or store is None:
        return None
    before, now = made_with(store), connected_with(store)
    names = {Side.CSCART: "shop", Side.ZOHO: "organisation"}
    what = " and another ".join(names[side] for side in before.others(now))
    links = so_many(Link.objects.filter(store=store).count(), "link")
    other_shop = Side.CSCART in before.others(now)
    return Wrong(str(wrong), what, before.called(now), now.called(before), links, other_shop)


@for_role(Role.ADMIN, "POST")
def start_anew(request: HttpRequest) -> HttpResponse:
    """Set the links aside, and go on with what is connected: just that which the person has seen on the page."""
    store = _as_seen(request)
    if store is not None:
        try:
            told = app.start_anew(store)
        except ConnectorError as error:
            messages.error(request, error.for_people())
        else:
            noted(request, "started anew", told)
            messages.success(request, told)
    return back(request, "/zoho/")


@for_role(Role.ADMIN, "POST")
def same_shop(request: HttpRequest) -> HttpResponse:
    """Go on with the links: a person says that it is the shop that they were made with."""
    store = _as_seen(request)
    if store is not None:
        try:
            app.same_shop(store)
        except ConnectorError as error:
            messages.error(request, error.for_people())
        else:
            noted(request, "same shop", store.url)
            messages.success(request, f"The links go on with {store.url}.")
    return back(request, "/store/")


def _as_seen(request: HttpRequest) -> Store | None:
    """The store, while what is connected is what the person has seen on the page; else they are told."""
    store = the_store()
    wrong = wrong_for_page(store)
    if store is not None and wrong is not None and request.POST.get("with") == wrong.now:
        return store
    messages.error(request, "The connection has changed meanwhile. Look at it again.")
    return None
