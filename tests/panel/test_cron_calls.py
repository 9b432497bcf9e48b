"""Cron addresses, line 14 of the security list: a call only starts a run, and only for who knows the secret."""

import hmac
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import serializers
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from cscart_zoho.jobs import cron_addresses
from cscart_zoho.jobs.cron_addresses import MOST_RUNS, TOGETHER, WINDOW, new_secret
from cscart_zoho.panel import cron_calls
from cscart_zoho.panel.cron_calls import OF_ALL, PER_CLIENT, REFUSED
from cscart_zoho.records import Entity
from cscart_zoho.store.models import AuditEntry, CronAddress, Run, RunState, Store, ZohoOrganisation
from tests.begun import BEGUN
from tests.panel.cron import DISPATCH, ENTITIES, SCOPES, WAYS, told


@pytest.fixture
def client(store: Store) -> Client:
    """A cron of the server's: it has no cookies and no tokens."""
    ZohoOrganisation.objects.update(scopes=SCOPES)
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def secret(store: Store) -> str:
    """The secret of the address for products."""
    return new_secret(store, Entity.PRODUCTS, timezone.now())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("entity", ENTITIES)
def test_a_call_with_the_secret_starts_a_run(client: Client, store: Store, entity: str, way: str) -> None:
    answer = WAYS[way](client, entity, new_secret(store, Entity(entity), timezone.now()))
    assert told(answer) == (202, b"Accepted.\n")
    run = Run.objects.get()
    assert (run.entity, run.trigger, run.state) == (entity, "cron", RunState.WAITING)
    address = CronAddress.objects.get()
    assert address.calls == 1
    assert address.last_called_at is not None


def test_the_answer_has_no_data_no_cookie_and_no_copy(client: Client, secret: str) -> None:
    answer = client.get(f"/cron/products/{secret}/")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert not answer.cookies
    assert not Session.objects.exists()


def test_a_call_joins_the_run_that_waits(client: Client, secret: str) -> None:
    for _ in range(30):
        assert client.get(f"/cron/products/{secret}/").status_code == 202
    assert Run.objects.count() == 1
    assert CronAddress.objects.get().calls == 30


def test_a_call_joins_a_run_of_a_moment_ago_though_a_worker_has_it(client: Client, secret: str) -> None:
    client.get(f"/cron/products/{secret}/")
    for state in (RunState.RUNNING, RunState.DONE, RunState.ATTENTION):
        Run.objects.update(state=state)
        assert client.get(f"/cron/products/{secret}/").status_code == 202
    assert Run.objects.count() == 1
    Run.objects.update(asked_at=timezone.now() - TOGETHER - timedelta(seconds=1))
    assert client.get(f"/cron/products/{secret}/").status_code == 202
    assert Run.objects.count() == 2


def test_a_run_that_failed_a_moment_ago_is_not_joined(client: Client, secret: str) -> None:
    client.get(f"/cron/products/{secret}/")
    Run.objects.update(state=RunState.FAILED)
    client.get(f"/cron/products/{secret}/")
    assert Run.objects.filter(state=RunState.WAITING).count() == 1


# Who does not know it


#: Secrets that are none: their name, and what is sent.
STRANGE = {
    "wrong": "A" * 43,
    "nearly right": "the right one but for its last letter",
    "its digest": "the digest that is kept",
    "very long": "x" * 3000,
    "letters beyond ASCII": "schl\u00fcssel-\u5bc6\u94a5",
    "a NUL": "a\0b",
    "a line break": "a\nb",
    "a percent sign": "%",
    "percent-encoded": "%41%42",
    "twice encoded": "%2541",
    "a slash": "a/b",
    "dots": "..",
    "a quote": "'\"<script>",
    "blank": " ",
    "a lone surrogate": "\ud800",
}


def strange(name: str, secret: str) -> str:
    """One of the above for an address with this secret."""
    last = "A" if secret[-1] != "A" else "B"
    made = {"nearly right": secret[:-1] + last, "its digest": CronAddress.objects.get().digest}
    return made.get(name, STRANGE[name])


def sent(client: Client, secret: str, way: str) -> HttpResponse:
    """A call with any text for a secret, written as the bytes that a client would send."""
    raw = secret.encode("utf-8", "surrogatepass")
    escaped = "".join(f"%{byte:02X}" for byte in raw)
    if way == "address":
        return client.get(f"/cron/products/{escaped}/")
    if way == "form":
        return client.post("/cron/products/", f"secret={escaped}", content_type="application/x-www-form-urlencoded")
    if way == "old style":
        return client.get(f"/index.php?dispatch={DISPATCH['products']}&secret={escaped}")
    return client.get("/cron/products/", HTTP_X_CRON_SECRET=raw.decode("latin-1"))  # type: ignore[arg-type]


@pytest.mark.parametrize("way", ["address", "form", "old style", "header"])
@pytest.mark.parametrize("name", STRANGE)
def test_wrong_and_strange_secrets_get_the_same_404(client: Client, secret: str, name: str, way: str) -> None:
    assert told(sent(client, strange(name, secret), way)) == (404, b"Not found.\n")
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "/cron/products/",
        "/cron/products",
        "/cron/products//",
        "/cron/",
        "/cron",
        "/cron/products/?secret=",
        "/cron/items/SECRET/",
        "/cron/SECRET/",
        "/cron/customers/SECRET/",
        "/cron/PRODUCTS/SECRET/",
        "/cron/products/products/SECRET/",
        "/index.php",
        "/index.php?secret=SECRET",
        "/index.php?dispatch=products.view&secret=SECRET",
        "/index.php?dispatch=sg_zoho_cus_cron.run&secret=SECRET",
        "/index.php?dispatch=sg_zoho_pro_cron.run",
        "/cron/products/?" + "&".join(f"a{n}=1" for n in range(1200)),
    ],
)
def test_a_missing_secret_and_one_of_another_address_get_the_same_404(
    client: Client, secret: str, address: str
) -> None:
    assert told(client.get(address.replace("SECRET", secret))) == (404, b"Not found.\n")
    assert not Run.objects.exists()


def test_slashes_too_many_in_front_change_nothing(client: Client, secret: str) -> None:
    assert client.get("/", PATH_INFO=f"//cron/products/{secret}/").status_code == 202
    assert told(client.get("/", PATH_INFO=f"//cron//products/{secret}/")) == (404, b"Not found.\n")


def test_before_an_address_is_made_the_answer_is_the_same(client: Client) -> None:
    assert told(client.get("/cron/orders/anything/")) == (404, b"Not found.\n")


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic SECRET", "SECRET", "Bearer SECRET more"])
def test_a_header_of_another_form_holds_no_secret(client: Client, secret: str, header: str) -> None:
    answer = client.get("/cron/products/", headers={"Authorization": header.replace("SECRET", secret)})
    assert told(answer) == (404, b"Not found.\n")


PARTS = b'--x\r\nContent-Disposition: form-data; name="secret"\r\n\r\nSECRET\r\n--x--'


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"secret=SECRET", "application/json"),
        (b"secret=SECRET", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"&".join(b"a=1" for _ in range(1200)) + b"&secret=SECRET", "application/x-www-form-urlencoded"),
        (b"secret=" + b"x" * 3_000_000, "application/x-www-form-urlencoded"),
        (b"--", "multipart/form-data; boundary=x"),
        (PARTS, "multipart/form-data; boundary=x"),
    ],
)
def test_a_body_of_another_form_holds_no_secret(client: Client, secret: str, body: bytes, kind: str) -> None:
    answer = client.post("/cron/products/", body.replace(b"SECRET", secret.encode()), content_type=kind)
    assert told(answer) == (404, b"Not found.\n")


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options", "head"])
def test_other_methods_get_the_same_answer_with_and_without_the_secret(
    client: Client, secret: str, method: str
) -> None:
    right, wrong = (getattr(client, method)(f"/cron/products/{each}/") for each in (secret, "wrong"))
    assert told(right) == told(wrong)
    assert right.status_code == 405
    assert not Run.objects.exists()


# How it is kept and compared


def test_the_secret_is_long_and_only_its_hash_is_kept(store: Store, secret: str) -> None:
    assert len(secret) * 6 >= 256  # 64 letters, 6 bits each
    kept = serializers.serialize("json", CronAddress.objects.all())
    assert secret not in kept
    assert cron_addresses.digest_of(secret) in kept


def test_another_secret_ends_the_old_one_at_once(client: Client, store: Store, secret: str) -> None:
    new = new_secret(store, Entity.PRODUCTS, timezone.now())
    assert client.get(f"/cron/products/{secret}/").status_code == 404
    assert client.get(f"/cron/products/{new}/").status_code == 202
    assert CronAddress.objects.count() == 1


def test_secrets_are_compared_in_constant_time_on_digests_of_equal_length(
    client: Client, store: Store, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[str, str]] = []
    compare = hmac.compare_digest

    def spy(a: str, b: str) -> bool:
        compared.append((a, b))
        return compare(a, b)

    monkeypatch.setattr(cron_addresses.hmac, "compare_digest", spy)
    for given in (secret, "wrong", "", "x" * 3000):
        client.get("/cron/products/", headers={"X-Cron-Secret": given})
    client.get(f"/cron/orders/{secret}/")  # has no address yet
    assert len(compared) == 5
    assert {(len(a), len(b)) for a, b in compared} == {(64, 64)}
    assert all(secret not in pair for pair in compared)


def test_the_secret_finds_the_store(client: Client, store: Store, secret: str) -> None:
    other = Store.objects.create(
        name="Other",
        url="https://other.example.com",
        api_key="example",
        zoho=store.zoho,
        connected_at=timezone.now(),
        first_syncs=BEGUN,
    )
    others = new_secret(other, Entity.PRODUCTS, timezone.now())
    client.get(f"/cron/products/{others}/")
    assert Run.objects.get().store == other
    client.get(f"/cron/products/{secret}/")
    assert Run.objects.filter(store=store).count() == 1


# What is not connected


@pytest.mark.parametrize("entity", ["products", "orders"])
def test_what_cannot_run_is_told_to_who_knows_the_secret_only(client: Client, store: Store, entity: str) -> None:
    if entity == "products":
        Store.objects.update(connected_at=None)
    else:
        ZohoOrganisation.objects.update(scopes="ZohoInventory.items.ALL")
    secret = new_secret(store, Entity(entity), timezone.now())
    answer = client.get(f"/cron/{entity}/{secret}/")
    assert answer.status_code == 409
    assert b"Paused until the store is connected." in answer.content or b"no permission for orders" in answer.content
    assert told(client.get(f"/cron/{entity}/wrong/")) == (404, b"Not found.\n")
    assert not Run.objects.exists()


def test_a_schedule_that_is_off_does_not_stop_the_servers_cron(client: Client, store: Store) -> None:
    Store.objects.update(customer_choices={"scheduled": False})
    secret = new_secret(store, Entity.CUSTOMERS, timezone.now())
    assert client.get(f"/cron/customers/{secret}/").status_code == 202


def test_a_database_that_is_away_is_the_same_for_all(
    client: Client, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("synthetic")

    monkeypatch.setattr(cron_calls, "call", away)
    right, wrong = (client.get(f"/cron/products/{each}/") for each in (secret, "wrong"))
    assert told(right) == told(wrong) == (503, b"Not now.\n")
    assert right["Retry-After"]


# Limits


def test_an_address_starts_only_so_many_runs_and_says_when_to_come_again(client: Client, secret: str) -> None:
    for number in range(MOST_RUNS):
        assert client.get(f"/cron/products/{secret}/").status_code == 202
        moment = timezone.now() - TOGETHER * 2 - timedelta(seconds=MOST_RUNS - number)
        Run.objects.filter(state=RunState.WAITING).update(asked_at=moment, state=RunState.DONE)
    answer = client.get(f"/cron/products/{secret}/")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= WINDOW.total_seconds()
    assert Run.objects.count() == MOST_RUNS

    waiting = Run.objects.filter(pk=Run.objects.latest("pk").pk)
    waiting.update(state=RunState.WAITING)
    assert client.get(f"/cron/products/{secret}/").status_code == 202, "what joins is never too often"

    waiting.update(state=RunState.DONE)
    Run.objects.update(asked_at=timezone.now() - WINDOW)
    assert client.get(f"/cron/products/{secret}/").status_code == 202


def test_a_client_that_guesses_is_asked_to_wait_and_the_secret_works_all_the_same(client: Client, secret: str) -> None:
    statuses = [client.get(f"/cron/products/guess-{n}/").status_code for n in range(PER_CLIENT + 5)]
    assert statuses == [404] * PER_CLIENT + [429] * 5
    assert int(client.get("/cron/products/guess/")["Retry-After"]) > 0
    assert client.get(f"/cron/products/{secret}/").status_code == 202
    assert client.get("/cron/products/guess/", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert AuditEntry.objects.filter(what=REFUSED).count() == PER_CLIENT + 1


def test_a_forged_address_of_the_client_does_not_reset_its_limit(client: Client) -> None:
    statuses = [
        client.get("/cron/products/guess/", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(PER_CLIENT + 1)
    ]
    assert statuses[-1] == 429


def test_guesses_of_many_clients_are_limited_together(client: Client) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(at=timezone.now(), what=REFUSED, detail=f"198.51.100.{n}") for n in range(OF_ALL)
    )
    assert client.get("/cron/products/guess/").status_code == 429
    AuditEntry.objects.update(at=timezone.now() - WINDOW - timedelta(seconds=1))
    assert client.get("/cron/products/guess/").status_code == 404
