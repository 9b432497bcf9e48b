"""Cron addresses, line 14 of the security list: nothing writes a secret down."""

import io
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone

from cscart_zoho.jobs import cron_addresses
from cscart_zoho.jobs.cron_addresses import new_secret
from cscart_zoho.panel import cron_calls
from cscart_zoho.panel.secret_addresses import SecretAddresses, without_secret
from cscart_zoho.records import Entity
from cscart_zoho.store.models import Store, ZohoOrganisation
from tests.panel.cron import DISPATCH, ENTITIES, SCOPES, WAYS


@pytest.fixture
def client(store: Store) -> Client:
    """A cron of the server's: it has no cookies and no tokens."""
    ZohoOrganisation.objects.update(scopes=SCOPES)
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def secret(store: Store) -> str:
    """The secret of the address for products."""
    return new_secret(store, Entity.PRODUCTS, timezone.now())


@pytest.fixture
def lines() -> Iterator[Callable[[], str]]:
    """Everything that is logged, down to the finest, with what the records carry beside their message."""
    stream, root = io.StringIO(), logging.getLogger()

    class Everything(logging.StreamHandler):  # type: ignore[type-arg]
        def emit(self, record: logging.LogRecord) -> None:
            stream.write(f"{record.getMessage()} {record.__dict__!r}\n")

    handler, level = Everything(stream), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream.getvalue
    root.removeHandler(handler)
    root.setLevel(level)


def test_no_log_line_has_the_secret(
    client: Client, store: Store, secret: str, lines: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for way in WAYS.values():
        way(client, "products", secret)
    dead = secret
    new_secret(store, Entity.PRODUCTS, timezone.now())
    for way in WAYS.values():
        assert way(client, "products", dead).status_code == 404
    client.get(f"/cron/products/{dead}/", headers={"Host": "elsewhere.example.com"})
    client.get(f"/cron/{dead}/")
    client.get("/", PATH_INFO=f"//cron//products/{dead}/")

    def broken(*_: Any) -> HttpResponse:
        raise RuntimeError("synthetic")

    monkeypatch.setattr(cron_calls, "call", broken)
    quiet = Client(raise_request_exception=False)
    assert quiet.get(f"/cron/products/{dead}/").status_code == 500
    assert quiet.get(f"/index.php?dispatch=sg_zoho_pro_cron.run&secret={dead}").status_code == 500
    assert "/cron/products/" in lines(), "the log did not see the requests"
    assert dead not in lines()


@pytest.mark.parametrize(
    ("address", "apart"),
    [
        ("/cron/products/abc/", ("/cron/products/", "abc")),
        ("/cron/products/abc", ("/cron/products/", "abc")),
        ("/cron/products/", ("/cron/products/", "")),
        ("/cron/products", ("/cron/products/", "")),
        ("/cron/abc/", ("/cron/", "abc")),
        ("/cron/abc/def/", ("/cron/", "abc/def")),
        ("/cron/products/a/b/", ("/cron/products/", "a/b")),
        ("/cron/", ("/cron/", "")),
    ],
)
def test_a_secret_is_taken_out_of_its_address(address: str, apart: tuple[str, str]) -> None:
    assert without_secret(address) == apart


def test_secrets_are_taken_out_before_anything_else_sees_the_request() -> None:
    assert settings.MIDDLEWARE[0] == "cscart_zoho.panel.secret_addresses.SecretAddresses"


def test_other_addresses_are_left_as_they_are(client: Client) -> None:
    request = HttpRequest()
    request.path = request.path_info = "/products/"
    request.META = {"QUERY_STRING": "q=secret&secret=7", "PATH_INFO": "/products/"}
    SecretAddresses(lambda _: HttpResponse())(request)
    assert request.META == {"QUERY_STRING": "q=secret&secret=7", "PATH_INFO": "/products/"}


# The line for the crontab


def test_the_line_for_a_crontab_is_quiet_bounded_and_has_its_secret_in_a_header(store: Store) -> None:
    lines = [cron_addresses.crontab_line(store, Entity(name), "S3CRET") for name in ENTITIES]
    minutes = [int(line.split()[0]) for line in lines]
    assert len(set(minutes)) == 3
    assert all(0 <= minute < 60 for minute in minutes)
    for line, name in zip(lines, ENTITIES, strict=True):
        assert "curl -fsS --max-time 60 -o /dev/null" in line
        assert "-H 'X-Cron-Secret: S3CRET'" in line
        assert line.endswith(f"/cron/{name}/")
        assert "%" not in line, "cron takes a percent sign for a line break"


def test_the_way_of_a_secret_is_not_told_by_the_code_of_an_old_add_on() -> None:
    assert {Path(cron_addresses.old_style_url_of(Entity(name))).name for name in ENTITIES} == {
        f"index.php?dispatch={dispatch}" for dispatch in DISPATCH.values()
    }
