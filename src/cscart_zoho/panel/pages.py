"""What every page has in common: who may see it, how it is rendered, where one goes back to."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import format_html

from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.panel.audit import who_is
from cscart_zoho.panel.connections import what_to_do_first
from cscart_zoho.panel.roles import Role, may
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Run, Store
from cscart_zoho.sync.asked import Asked

View = Callable[..., HttpResponse]


def for_role(role: Role, *methods: str) -> Callable[[View], View]:
    """Only people with this role, and only these methods (GET when none is named)."""
    allowed = methods or ("GET",)

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in (*allowed, "HEAD" if "GET" in allowed else ""):
                answer = HttpResponse(status=405)
                answer["Allow"] = ", ".join(allowed)
                return answer
            if not may(request.user, role):
                raise PermissionDenied(f"This needs the role {role.group}.")
            return view(request, *args, **kwargs)

        guarded.role, guarded.methods = role, allowed  # type: ignore[attr-defined]
        return guarded

    return wrap


def page(request: HttpRequest, template: str, title: str, **context: Any) -> TemplateResponse:
    """A page inside the panel's frame."""
    from cscart_zoho.panel.site import panel

    frame = {
        **panel.each_context(request),
        "title": title,
        "operates": may(request.user, Role.OPERATOR),
        "administers": may(request.user, Role.ADMIN),
    }
    return TemplateResponse(request, f"panel/{template}.html", {**frame, **context})


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To the page the request came from, if that was one of ours."""
    origin = urlsplit(request.headers.get("Referer", ""))
    ours = origin.netloc == request.get_host() and origin.path.startswith("/")
    if not ours or origin.path.startswith(("//", "/\\")):
        return HttpResponseRedirect(otherwise)
    return HttpResponseRedirect(origin.path + (f"?{origin.query}" if origin.query else ""))


def ask(request: HttpRequest, store: Store | None, asked: Asked, entity: Entity = Entity.PRODUCTS) -> Run | None:
    """Ask for a run and tell the person so; None (and a sentence) when nothing can run yet."""
    obstacle = what_to_do_first(store)
    if store is None or obstacle:
        messages.error(request, obstacle)
        return None
    run, is_new = ask_for_run(store, asked, trigger="button", asked_by=who_is(request.user), entity=entity)
    words = "is asked for" if is_new else "was asked for already and waits"
    messages.success(request, format_html('<a href="/runs/{}/">Run {}</a> {}.', run.pk, run.pk, words))
    return run
