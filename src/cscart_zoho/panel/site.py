"""The panel's frame and its addresses. Every page is a noun."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from unfold.sites import UnfoldAdminSite

from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.login import LoginForm
from cscart_zoho.panel.roles import role_of

#: Under which address the list of each model stands.
ADDRESSES = {
    "product": "products",
    "item": "zoho-items",
    "customer": "customers",
    "contact": "zoho-contacts",
    "account": "zoho-accounts",
    "order": "orders",
    "salesorder": "zoho-orders",
    "syncrun": "runs",
    "openquestion": "conflicts",
    "logentry": "log",
    "person": "users",
}


class Panel(UnfoldAdminSite):  # type: ignore[misc]
    """Unfold's admin site with our roles and our addresses."""

    login_form = LoginForm
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return role_of(request.user) is not None

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer: HttpResponse = super().password_change(request, extra_context)
        if request.method == "POST" and answer.status_code == 302:
            noted(request, "password changed")
        return answer

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        return []  # the sidebar lists the pages

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from cscart_zoho.panel import addresses

        own = [
            path("", self.page(addresses.overview), name="index"),
            path("login/", self.login, name="login"),
            path("logout/", self.page(self.logout), name="logout"),
            path("password/", self.page(self.password_change), name="password_change"),
            path("password/done/", self.page(self.password_change_done), name="password_change_done"),
            path("jsi18n/", self.page(self.i18n_javascript), name="jsi18n"),
            path("search/", self.page(addresses.search), name="search"),
            path("start/<slug:app_label>/", self.page(addresses.start), name="app_list"),
        ]
        pages = [path(route, self.page(view), name=name) for route, view, name in addresses.PAGES]
        lists = [
            path(f"{ADDRESSES[model._meta.model_name]}/", include(admin.urls))
            for model, admin in self._registry.items()
        ]
        return [*own, *pages, *lists]

    def page(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """A view for people who are logged in and have a role."""
        wrapped: Callable[..., HttpResponse] = self.admin_view(view)

        @wraps(wrapped)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "HX-Request" in request.headers and not self.has_permission(request):
                # The login page must not land in a corner of another page.
                return HttpResponse(status=401, headers={"HX-Refresh": "true"})
            return wrapped(request, *args, **kwargs)

        return guarded


panel = Panel(name="admin")
