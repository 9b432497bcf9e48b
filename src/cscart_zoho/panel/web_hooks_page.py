"""Web hooks: which sides tell of their changes, what has to be clicked for it in Zoho, and what has come in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from cscart_zoho import app
from cscart_zoho.errors import ConnectorError
from cscart_zoho.jobs.repairs import repaired
from cscart_zoho.jobs.schedule import waiting_for_first_sync
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.connections import missing, the_store
from cscart_zoho.panel.pages import for_role, page
from cscart_zoho.panel.roles import Role
from cscart_zoho.store.inbox import HintSource
from cscart_zoho.store.models import Store

HERE = "/web-hooks/"
#: What the scheduled runs have repaired is added up over so many days.
DAYS = 7
#: A test message is waited for so long.
PATIENCE = timedelta(hours=1)
Kind = HintSource.Kind
#: What each side tells of, and what it takes.
ABOUT = {
    Kind.INVENTORY: "Items, contacts and sales orders that are made, edited or deleted in Zoho Inventory. You set it "
    "up in Zoho, in about five minutes.",
    Kind.CRM: "Contacts and accounts that are made, edited or deleted in Zoho CRM. It is set up for you, and renewed "
    "every week.",
    Kind.CSCART: "New orders, orders that are paid, new products, new customers and new shipments. CS-Cart tells of "
    "no edits; the scheduled runs find those. It is set up for you.",
}


@dataclass(frozen=True)
class Card:
    """One side on the page."""

    kind: str
    title: str
    about: str
    source: HintSource | None
    repaired: int
    #: Why it cannot be switched on, or nothing.
    obstacle: str = ""
    facts: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def on(self) -> bool:
        return self.source is not None and self.source.on

    @property
    def standing(self) -> tuple[str, str]:
        """A badge: its look and its words."""
        if self.source is None or not self.on:
            return ("off", "Off")
        if self.source.trouble:
            return ("failed", "Does not work")
        return ("synced", "On") if self.source.accepted else ("waiting", "Waits for the first message")

    @property
    def address(self) -> str:
        return app.hook_address(self.source) if self.source is not None else ""

    @property
    def waiting_since(self) -> datetime | None:
        """Since when a test message is waited for, while none has come."""
        asked = self._waited_from
        last = self.source.last_at if self.source is not None else None
        return None if asked is None or (last is not None and last >= asked) else asked

    @property
    def arrived_at(self) -> datetime | None:
        """When the message came that was waited for."""
        asked = self._waited_from
        last = self.source.last_at if self.source is not None else None
        return last if asked is not None and last is not None and last >= asked else None

    @property
    def _waited_from(self) -> datetime | None:
        asked = self.source.tested_at if self.source is not None and self.kind == Kind.INVENTORY else None
        return asked if asked is not None and timezone.now() - asked < PATIENCE else None


def _cards(store: Store) -> list[Card]:
    sources = {source.kind: source for source in HintSource.objects.filter(store=store)}
    mended = repaired(store, timezone.now() - timedelta(days=DAYS))
    return [_card(store, kind, sources.get(kind.value), mended.get(kind.value, 0)) for kind in Kind]


def _card(store: Store, kind: HintSource.Kind, source: HintSource | None, mended: int) -> Card:
    return Card(
        kind=kind.value,
        title=str(kind.label),
        about=ABOUT[kind],
        source=source,
        repaired=mended,
        obstacle=_obstacle(store, kind),
        facts=_facts(source) if source is not None else [],
    )


def _obstacle(store: Store, kind: HintSource.Kind) -> str:
    if kind is Kind.CRM and not app.crm_possible(store):
        return "Customers of this store are not in Zoho CRM."
    return app.unreachable(kind.value)


def _facts(source: HintSource) -> list[tuple[str, Any]]:
    """What is known of a source besides its counters: a moment, or words."""
    facts: list[tuple[str, Any]] = []
    if source.expires_at is not None:
        facts += [("Zoho CRM ends it", source.expires_at), ("It is renewed", source.look_at)]
    if source.kind == Kind.CSCART and source.made_there.get("hooks"):
        made = sorted(source.made_there["hooks"])
        facts.append(("Registered in the store", ", ".join(name.replace("_", " ") for name in made)))
    if source.kind != Kind.INVENTORY:
        facts.append(("Last test", source.tested_at))
    return facts


@for_role(Role.ADMIN)
def web_hooks_page(request: HttpRequest) -> HttpResponse:
    """All three sides."""
    store = the_store()
    obstacle = missing(store)
    cards = _cards(store) if store is not None and not obstacle else []
    not_begun = waiting_for_first_sync(store) if store is not None and not obstacle else []
    context = {"store": store, "missing": obstacle, "cards": cards, "days": DAYS, "not_begun": not_begun}
    return page(request, "web_hooks", "Web hooks", **context)


@for_role(Role.ADMIN)
def web_hooks_progress(request: HttpRequest, kind: str) -> HttpResponse:
    """The counters of one side; the page asks for them again while it waits for a test message."""
    store = the_store()
    card = next((card for card in _cards(store) if card.kind == kind), None) if store is not None else None
    if card is None or card.source is None:
        raise Http404
    return TemplateResponse(request, "panel/web_hooks_state.html", {"card": card, "days": DAYS})


@for_role(Role.ADMIN, "POST")
def web_hooks_act(request: HttpRequest, kind: str, act: str) -> HttpResponse:
    """Switch one side on or off, give it another address, or try it out."""
    store = the_store()
    what = ACTS.get(act)
    if kind not in Kind.values or what is None:
        raise Http404
    if store is None or missing(store):
        messages.error(request, missing(store))
        return HttpResponseRedirect(HERE)
    try:
        what(request, store, Kind(kind))
    except ConnectorError as error:
        messages.error(request, error.for_people())
    return HttpResponseRedirect(f"{HERE}#{kind}")


def _on(request: HttpRequest, store: Store, kind: HintSource.Kind) -> None:
    source = app.switch_on_hooks(store, kind.value)
    noted(request, "web hooks switched on", f"{kind.label}: {source.trouble or 'all is made'}")
    if source.trouble:
        messages.warning(request, source.trouble)
    elif kind is Kind.INVENTORY:
        messages.success(request, "Ready. Now do the steps below in Zoho Inventory.")
    else:
        messages.success(request, f"{kind.label} tells of its changes from now on.")


def _off(request: HttpRequest, store: Store, kind: HintSource.Kind) -> None:
    source = _source(store, kind)
    app.switch_off_hooks(source)
    noted(request, "web hooks switched off", f"{kind.label}: {source.trouble or 'all is ended'}")
    if source.trouble:
        messages.warning(request, source.trouble)
    elif kind is Kind.INVENTORY:
        messages.success(request, "Off. Delete the web hooks in Zoho Inventory, too: there is no call for that.")
    else:
        messages.success(request, f"Off. What was made in {kind.label} is deleted.")


def _readdress(request: HttpRequest, store: Store, kind: HintSource.Kind) -> None:
    source = _source(store, kind)
    app.readdress_hooks(source)
    noted(request, "web hooks got another address", str(kind.label))
    if source.trouble:
        messages.warning(request, source.trouble)
    else:
        messages.success(request, "The address and the secret are new. Those of before are not answered any more.")


def _test(request: HttpRequest, store: Store, kind: HintSource.Kind) -> None:
    source = _source(store, kind)
    if kind is Kind.INVENTORY:
        app.wait_for_test(source)
        return
    trouble = app.try_out_hooks(source)
    if trouble:
        messages.error(request, trouble)
    else:
        messages.success(request, "The message came back through the public address: the way is open.")


def _source(store: Store, kind: HintSource.Kind) -> HintSource:
    source = HintSource.objects.filter(store=store, kind=kind).select_related("store__zoho").first()
    if source is None:
        raise Http404
    return source


ACTS = {"on": _on, "off": _off, "address": _readdress, "test": _test}
