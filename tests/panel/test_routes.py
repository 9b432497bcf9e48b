"""Every route with every role, and the rules that hold for all of them. A new route without a row here is red."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import serializers
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from cscart_zoho.store import models as ledger
from cscart_zoho.store.inbox import HintSource
from cscart_zoho.store.models import Conflict, Run, Store
from tests.panel.conftest import (
    ACCESS,
    KEY,
    ROLES,
    SECRET,
    SEEN,
    TOKEN,
    customers,
    fill,
    made_people,
    made_store,
    orders,
)

GET, POST = "GET", "POST"

#: Route name -> (path, the methods it answers, the least role).
ROUTES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "index": ("/", (GET,), "viewer"),
    "search": ("/search/?s=x", (GET,), "viewer"),
    "app_list": ("/start/panel/", (GET,), "viewer"),
    "jsi18n": ("/jsi18n/", (GET,), "viewer"),
    "login": ("/login/", (GET, POST), "anonymous"),
    "logout": ("/logout/", (POST,), "viewer"),
    "password_change": ("/password/", (GET, POST), "viewer"),
    "password_change_done": ("/password/done/", (GET,), "viewer"),
    "panel_product_changelist": ("/products/", (GET, POST), "viewer"),
    "panel_item_changelist": ("/zoho-items/", (GET, POST), "viewer"),
    "sync_many": ("/products/ask/unsynced/", (POST,), "operator"),
    "product": ("/products/cscart/1/", (GET,), "viewer"),
    "product_act": ("/products/cscart/1/sync/", (POST,), "operator"),
    "panel_customer_changelist": ("/customers/", (GET, POST), "viewer"),
    "panel_contact_changelist": ("/zoho-contacts/", (GET, POST), "viewer"),
    "panel_account_changelist": ("/zoho-accounts/", (GET, POST), "viewer"),
    "sync_many_customers": ("/customers/ask/unsynced/", (POST,), "operator"),
    "customer": ("/customers/cscart/7/", (GET,), "viewer"),
    "customer_act": ("/customers/cscart/7/sync/", (POST,), "operator"),
    "account_import": ("/zoho-accounts/500/import/", (POST,), "operator"),
    "panel_order_changelist": ("/orders/", (GET, POST), "viewer"),
    "panel_salesorder_changelist": ("/zoho-orders/", (GET, POST), "viewer"),
    "sync_many_orders": ("/orders/ask/unsynced/", (POST,), "operator"),
    "order": ("/orders/cscart/97/", (GET,), "viewer"),
    "order_act": ("/orders/cscart/97/sync/", (POST,), "operator"),
    "item_file": ("/item-file/", (GET,), "viewer"),
    "item_file_download": ("/item-file/download/", (POST,), "operator"),
    "order_settings": ("/settings/orders/", (GET, POST), "admin"),
    "field_mapping": ("/field-mapping/", (GET, POST), "admin"),
    "field_mapping_export": ("/field-mapping/export/", (GET,), "admin"),
    "field_mapping_import": ("/field-mapping/import/", (POST,), "admin"),
    "field_mapping_defaults": ("/field-mapping/defaults/", (POST,), "admin"),
    "field_mapping_refresh": ("/field-mapping/refresh/", (POST,), "admin"),
    "customer_settings": ("/settings/customers/", (GET, POST), "admin"),
    "panel_syncrun_changelist": ("/runs/", (GET, POST), "viewer"),
    "run": ("/runs/{run}/", (GET,), "viewer"),
    "run_progress": ("/runs/{run}/progress/", (GET,), "viewer"),
    "run_stop": ("/runs/{run}/stop/", (POST,), "operator"),
    "run_again": ("/runs/{run}/repeat/again/", (POST,), "operator"),
    "panel_openquestion_changelist": ("/conflicts/", (GET, POST), "viewer"),
    "conflict_answer": ("/conflicts/{conflict}/zoho/", (POST,), "operator"),
    "zoho": ("/zoho/", (GET, POST), "admin"),
    "zoho_authorise": ("/zoho/authorise/", (POST,), "admin"),
    "zoho_callback": ("/zoho/callback/?state=x&code=y", (GET,), "admin"),
    "zoho_code": ("/zoho/code/", (POST,), "admin"),
    "zoho_refresh": ("/zoho/refresh/", (POST,), "admin"),
    "zoho_disconnect": ("/zoho/disconnect/", (POST,), "admin"),
    "store": ("/store/", (GET, POST), "admin"),
    "same_shop": ("/same-shop/", (POST,), "admin"),
    "start_anew": ("/start-anew/", (POST,), "admin"),
    "store_test": ("/store/test/", (POST,), "admin"),
    "settings": ("/settings/", (GET, POST), "admin"),
    "calls": ("/calls/", (GET,), "viewer"),
    "calls_limits": ("/calls/limits/", (POST,), "admin"),
    "schedules": ("/schedules/", (GET,), "viewer"),
    "schedules_save": ("/schedules/save/", (POST,), "admin"),
    "web_hooks": ("/web-hooks/", (GET,), "admin"),
    "web_hooks_progress": ("/web-hooks/inventory/progress/", (GET,), "admin"),
    "web_hooks_act": ("/web-hooks/inventory/on/", (POST,), "admin"),
    "cron_secret": ("/schedules/cron/products/", (POST,), "admin"),
    "panel_person_changelist": ("/users/", (GET, POST), "admin"),
    "panel_person_add": ("/users/add/", (GET, POST), "admin"),
    "panel_person_change": ("/users/{person}/change/", (GET, POST), "admin"),
    "auth_user_password_change": ("/users/{person}/password/", (GET, POST), "admin"),
    "panel_logentry_changelist": ("/log/", (GET, POST), "admin"),
    "healthz": ("/healthz", (GET,), "anonymous"),
    "notices": ("/notices/", (GET,), "viewer"),
    "notices_settings": ("/notices/settings/", (POST,), "admin"),
    "notices_test": ("/notices/test/mail/", (POST,), "admin"),
    "health": ("/health", (GET,), "anonymous"),
    "metrics": ("/metrics", (GET,), "anonymous"),
}
#: What machines call, each with a secret of its own: no log-in opens them, none is needed, and no token against
#: forgery. Without the secret everybody gets the same refusal. Route name -> (path, methods, the refusal).
BY_SECRET: dict[str, tuple[str, tuple[str, ...], int]] = {
    "hook": ("/hooks/somebody-guesses/", (POST,), 404),
    "cron": ("/cron/products/", (GET, POST), 404),
    "cron_without_name": ("/cron/", (GET, POST), 404),
    "cron_old_style": ("/index.php?dispatch=sg_zoho_pro_cron.run", (GET, POST), 404),
}
#: It answers 403 to everybody who has no state; its own tests are in test_zoho_page.py.
WITHOUT_STATE = "zoho_callback"
CASES = [(name, method, role) for name, (_, methods, _) in ROUTES.items() for method in methods for role in ROLES]


@dataclass(frozen=True)
class Scene:
    """One of everything, a person for each role, and their sessions: the value of the cookie by role."""

    paths: dict[str, str]
    cookies: dict[str, str]

    def browser(self, role: str, **more: Any) -> Client:
        """Somebody is logged in, or nobody: "anonymous"."""
        client = Client(**more)
        if role in self.cookies:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[role]
        return client


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Made once for all these tests; what one of them changes is taken back before the next one."""
    with django_db_blocker.unblock():
        everything = transaction.atomic()
        everything.__enter__()
        people = made_people()
        made = Scene(addresses(made_store(), people), {role: logged_in(user) for role, user in people.items()})
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        everything.__exit__(None, None, None)


def logged_in(user: User) -> str:
    """The value of the cookie of a new session, which notes no use of it for the next hour."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["seen"] += 3600
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def addresses(store: Store, people: dict[str, User]) -> dict[str, str]:
    """The address of every route, over a ledger that gets one of everything."""
    fill(store, cscart=2, zoho=2, linked=1)
    customers(store)
    orders(store)
    run = Run.objects.create(store=store, trigger="button", asked={}, asked_key="k", asked_at=timezone.now())
    conflict = Conflict.objects.create(
        store=store, entity="products", cscart_id="1", zoho_id="1", field="name", policy="ask", found_at=SEEN
    )
    HintSource.objects.create(store=store, kind="inventory", digest="d", address_secret="a", made_at=SEEN)
    ids = {"run": run.pk, "conflict": conflict.pk, "person": people["viewer"].pk}
    return {name: path.format(**ids) for name, (path, _, _) in ROUTES.items()}


@pytest.fixture
def paths(scene: Scene, db: None) -> dict[str, str]:
    return scene.paths


@pytest.fixture
def browse(scene: Scene, db: None) -> Callable[[str], Client]:
    """A browser in which somebody is logged in."""
    return scene.browser


def named_routes(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from named_routes(pattern.url_patterns)
        else:
            yield pattern.name or str(pattern.pattern)


def test_every_route_has_a_row_in_the_table() -> None:
    assert sorted(named_routes(get_resolver().url_patterns)) == sorted([*ROUTES, *BY_SECRET])


def request(client: Client, method: str, path: str) -> int:
    return int((client.get if method == GET else client.post)(path).status_code)


@pytest.mark.parametrize(("name", "method", "role"), CASES)
def test_a_route_opens_for_its_role_and_for_no_lesser_one(
    name: str, method: str, role: str, paths: dict[str, str], browse: Callable[[str], Client]
) -> None:
    _, _, least = ROUTES[name]
    status = request(browse(role), method, paths[name])
    if least == "anonymous":
        assert status in (200, 302)
    elif role in ("anonymous", "nobody"):
        assert status == 302  # to the login page
    elif ROLES.index(role) < ROLES.index(least) or name == WITHOUT_STATE:
        assert status == 403
    else:
        assert status in (200, 302)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", BY_SECRET)
def test_what_a_secret_opens_is_shut_to_every_role_without_it(
    name: str, role: str, paths: dict[str, str], browse: Callable[[str], Client]
) -> None:
    path, methods, refusal = BY_SECRET[name]
    for method in methods:
        answer = (browse(role).get if method == GET else browse(role).post)(path)
        assert answer.status_code == refusal
        assert answer["Cache-Control"] == "no-store"
        assert not answer.cookies


@pytest.mark.parametrize("name", [name for name, (_, methods, _) in ROUTES.items() if methods == (POST,)])
def test_what_changes_something_is_not_a_get(name: str, paths: dict[str, str], browse: Callable[[str], Client]) -> None:
    assert request(browse("admin"), GET, paths[name]) == 405


@pytest.mark.parametrize("name", [name for name, (_, methods, _) in ROUTES.items() if methods == (GET,)])
def test_a_page_to_look_at_takes_no_post(name: str, paths: dict[str, str], browse: Callable[[str], Client]) -> None:
    assert request(browse("admin"), POST, paths[name]) == 405


def test_no_get_changes_a_row(paths: dict[str, str], browse: Callable[[str], Client]) -> None:
    client = browse("admin")

    def everything() -> str:
        tables = [m for m in vars(ledger).values() if isinstance(m, type) and issubclass(m, ledger.models.Model)]
        return serializers.serialize("json", [row for t in (*tables, User) for row in t.objects.order_by("pk")])

    before = everything()
    for name, (_, methods, _) in ROUTES.items():
        if GET in methods and name != WITHOUT_STATE:
            client.get(paths[name])
    assert everything() == before


@pytest.mark.parametrize("name", [name for name, (_, methods, _) in ROUTES.items() if POST in methods])
def test_a_post_without_a_token_is_refused(name: str, scene: Scene, paths: dict[str, str]) -> None:
    client = scene.browser("admin", enforce_csrf_checks=True)
    assert client.post(paths[name]).status_code == 403


class Inline(HTMLParser):
    """Finds what a policy without inline scripts would block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "script" and "src" not in named:
            self.found.append("a script without a source")
        self.found += [f"{tag} {name}" for name in named if name.startswith("on")]
        self.found += [f"{tag} {value}" for value in named.values() if (value or "").lower().startswith("javascript:")]


def test_no_page_needs_an_inline_script(paths: dict[str, str], browse: Callable[[str], Client]) -> None:
    client = browse("admin")
    for name, (_, methods, _) in ROUTES.items():
        if GET in methods:
            page = Inline()
            page.feed(client.get(paths[name]).content.decode())
            assert page.found == [], name


def test_every_answer_carries_the_headers_and_no_secret(paths: dict[str, str], browse: Callable[[str], Client]) -> None:
    client = browse("admin")
    for name, (_, methods, _) in ROUTES.items():
        if GET not in methods:
            continue
        answer = client.get(paths[name])
        policy = answer["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, name
        scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "unsafe-inline" not in scripts
        assert answer["X-Content-Type-Options"] == "nosniff", name
        assert answer["X-Frame-Options"] == "DENY", name
        assert answer["Cache-Control"] == "no-store", name
        assert answer["Referrer-Policy"] == "same-origin", name
        for secret in (KEY, SECRET, TOKEN, ACCESS):
            assert secret not in answer.content.decode(), name
