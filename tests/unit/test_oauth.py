"""Zoho's OAuth as it is spoken: both kinds of codes, refusals in plain words, and no secret anywhere else."""

import gzip
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from cscart_zoho import http
from cscart_zoho.errors import ConnectorError, NotConnected, RemoteFault, Throttled, Unreachable, WrongSetting
from cscart_zoho.zoho.oauth import SCOPES, Client, Fresh, Granted
from cscart_zoho.zoho.regions import REGIONS, Region, region_of, region_of_callback
from cscart_zoho_sim.zoho.regions import REGIONS as SIMULATED
from tests.unit.zoho_caller import Caller

SECRET, CODE, GRANT, TOKEN = "canary-secret", "canary-code", "canary-grant", "canary-token"
CANARIES = (SECRET, CODE, GRANT, TOKEN)
GOOD = {"access_token": TOKEN, "refresh_token": GRANT, "scope": "a b", "expires_in": 3600}


def client(answer: Any, asked: list[httpx2.Request] | None = None) -> Client:
    def accounts(request: httpx2.Request) -> httpx2.Response:
        if asked is not None:
            asked.append(request)
        if isinstance(answer, type):
            raise answer(f"broke with {request.content.decode()}", request=request)
        if answer == "echo":
            return httpx2.Response(400, json={"error": request.content.decode()})
        return answer if isinstance(answer, httpx2.Response) else httpx2.Response(200, json=answer)

    transport = httpx2.MockTransport(accounts)
    return Client("https://accounts.zoho.eu", "1000.EXAMPLE", SECRET, httpx2.Client(transport=transport))


def test_consent_is_asked_for_the_least_scopes_with_a_refresh_token() -> None:
    address = client({}).authorise_url(
        redirect_uri="https://panel.example.com/zoho/callback/", state="s t&te", scopes="A.READ,B.READ"
    )
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "accounts.zoho.eu", "/oauth/v2/auth")
    assert parse_qs(parts.query) == {
        "response_type": ["code"],
        "client_id": ["1000.EXAMPLE"],
        "scope": ["A.READ,B.READ"],
        "redirect_uri": ["https://panel.example.com/zoho/callback/"],
        "access_type": ["offline"],
        "prompt": ["consent"],
        "state": ["s t&te"],
    }
    assert SECRET not in address


def test_the_scopes_are_these_and_no_more() -> None:
    assert SCOPES == (
        "ZohoInventory.items.CREATE",
        "ZohoInventory.items.READ",
        "ZohoInventory.items.UPDATE",
        "ZohoInventory.inventoryadjustments.CREATE",
        "ZohoInventory.inventoryadjustments.READ",
        "ZohoInventory.settings.READ",
        "ZohoInventory.contacts.CREATE",
        "ZohoInventory.contacts.READ",
        "ZohoInventory.contacts.UPDATE",
        "ZohoInventory.salesorders.CREATE",
        "ZohoInventory.salesorders.READ",
        "ZohoInventory.salesorders.UPDATE",
    )


@pytest.mark.parametrize("redirect_uri", ["", "https://panel.example.com/zoho/callback/"])
def test_secrets_travel_in_the_body_and_never_in_the_address(redirect_uri: str) -> None:
    asked: list[httpx2.Request] = []
    granted = client(GOOD, asked).exchange(CODE, redirect_uri=redirect_uri)
    assert granted == Granted(GRANT, Fresh(TOKEN, 3600), "a b")
    (request,) = asked
    assert str(request.url) == "https://accounts.zoho.eu/oauth/v2/token"
    form = {key: values[0] for key, values in parse_qs(request.content.decode()).items()}
    assert form == {
        "grant_type": "authorization_code",
        "code": CODE,
        "client_id": "1000.EXAMPLE",
        "client_secret": SECRET,
        **({"redirect_uri": redirect_uri} if redirect_uri else {}),
    }


@pytest.mark.parametrize(
    ("word", "sentence", "advice"),
    [
        ("invalid_code", "used already, or it is too old", "new code"),
        ("invalid_client", "does not know this client ID in this data centre", "data centre"),
        ("invalid_client_secret", "does not accept the client secret", "Copy it again"),
        ("invalid_redirect_uri", "callback address is not registered", "letter by letter"),
        ("something_new", '"something_new"', "connect again"),
    ],
)
def test_a_refusal_says_what_to_do(word: str, sentence: str, advice: str) -> None:
    """Zoho sends these with HTTP 200."""
    with pytest.raises(NotConnected) as caught:
        client({"error": word}).exchange(CODE)
    assert sentence in str(caught.value)
    assert advice in caught.value.advice


def test_a_grant_that_is_gone_says_to_connect_again() -> None:
    with pytest.raises(NotConnected, match="revoked, or replaced") as caught:
        client({"error": "invalid_code"}).refresh(GRANT)
    assert "connect again" in caught.value.advice


def test_a_code_without_a_refresh_token_is_told() -> None:
    with pytest.raises(NotConnected, match="no refresh token"):
        client({"access_token": TOKEN, "expires_in": 3600}).exchange(CODE)


@pytest.mark.parametrize("status", [200, 400])
def test_too_many_tokens_is_a_pause_of_ten_minutes(status: int) -> None:
    said = {"error": "Access Denied", "error_description": "too many requests continuously"}
    with pytest.raises(Throttled) as caught:
        client(httpx2.Response(status, json=said)).refresh(GRANT)
    assert caught.value.wait_s == 600


@pytest.mark.parametrize(
    ("answer", "lives_s"),
    [
        ({"expires_in": 3600}, 3600),
        ({"expires_in": "1800"}, 1800),
        ({"expires_in": 3_600_000, "expires_in_sec": 3600}, 3600),
        ({"expires_in": 3_600_000}, 3600),
        ({"expires_in": "soon"}, 3600),
        ({}, 3600),
    ],
)
def test_a_token_lives_for_seconds_and_never_longer_than_an_hour(answer: dict[str, Any], lives_s: int) -> None:
    assert client({"access_token": TOKEN, **answer}).refresh(GRANT).lives_s == lives_s


ODD = [
    httpx2.Response(200, text="<html>One moment</html>"),
    httpx2.Response(502, text="<html>Bad gateway</html>"),
    httpx2.Response(302, headers={"location": "https://evil.example"}),
    httpx2.Response(200, json=[GRANT]),
    httpx2.Response(200, json={}),
    httpx2.Response(200, content=b"[" * 100_000),
    httpx2.Response(200, content=iter([b"not packed"]), headers={"content-encoding": "gzip"}),
    httpx2.ReadTimeout,
]


@pytest.mark.parametrize("answer", ODD, ids=repr)
def test_an_odd_answer_is_a_fault_of_the_accounts_server(answer: Any) -> None:
    with pytest.raises(RemoteFault, match="Zoho"):
        client(answer).refresh(GRANT)


@pytest.mark.parametrize("trouble", [httpx2.ConnectError, httpx2.ConnectTimeout])
def test_an_accounts_server_that_is_down_is_unreachable(trouble: Any) -> None:
    with pytest.raises(Unreachable):
        client(trouble).refresh(GRANT)


def test_an_endless_answer_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 10_000)
    bomb = httpx2.Response(200, content=iter([gzip.compress(b"0" * 1_000_000)]), headers={"content-encoding": "gzip"})
    with pytest.raises(RemoteFault, match="more than"):
        client(bomb).refresh(GRANT)


@pytest.mark.parametrize(
    ("answer", "well"),
    [
        ({"status": "success"}, True),
        (httpx2.Response(400, json={"error": "invalid_token"}), True),
        ({"error": "something"}, False),
        (httpx2.Response(500, text="broken"), False),
    ],
    ids=["revoked", "gone already", "refused", "broken"],
)
def test_revocation_is_confirmed_or_told(answer: Any, well: bool) -> None:
    asked: list[httpx2.Request] = []
    if well:
        client(answer, asked).revoke(GRANT)
    else:
        with pytest.raises(ConnectorError):
            client(answer, asked).revoke(GRANT)
    assert GRANT not in str(asked[0].url)


@pytest.mark.parametrize(
    "answer",
    [
        *ODD,
        httpx2.ConnectError,
        "echo",
    ],
    ids=repr,
)
def test_no_secret_is_in_an_error_or_a_repr(answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    asking = client(answer)
    told = [repr(asking), repr(Granted(GRANT, Fresh(TOKEN, 1), "")), repr(Fresh(TOKEN, 1))]
    for ask in (lambda: asking.exchange(CODE), lambda: asking.refresh(GRANT), lambda: asking.revoke(GRANT)):
        with pytest.raises(ConnectorError) as caught:
            ask()
        told += [caught.value.for_people(), repr(caught.value)]
    told.append(caplog.text)
    assert not [canary for canary in CANARIES for each in told if canary in each]


# Against the simulated accounts server


def simulated(caller: Caller, **changes: str) -> Client:
    def accounts(request: httpx2.Request) -> httpx2.Response:
        form = {key: values[0] for key, values in parse_qs(request.content.decode()).items()}
        answer = caller.accounts("POST", request.url.path, request.url.host, **form)
        return httpx2.Response(answer.status, headers=answer.headers, content=answer.body)

    given = {"url": "https://accounts.zoho.com", "id": caller.zoho.client_id, "secret": caller.zoho.client_secret}
    given |= changes
    return Client(given["url"], given["id"], given["secret"], httpx2.Client(transport=httpx2.MockTransport(accounts)))


def test_a_grant_lives_until_it_is_revoked() -> None:
    caller = Caller.new()
    asking = simulated(caller)
    granted = asking.exchange(caller.zoho.self_client_code(",".join(SCOPES)))
    assert set(granted.scopes.split()) == set(SCOPES)
    assert asking.refresh(granted.refresh_token).access_token != granted.fresh.access_token
    asking.revoke(granted.refresh_token)
    with pytest.raises(NotConnected, match="revoked"):
        asking.refresh(granted.refresh_token)
    asking.revoke(granted.refresh_token)


def test_a_code_works_once_and_not_for_long() -> None:
    caller = Caller.new()
    asking, code = simulated(caller), caller.zoho.self_client_code("ZohoInventory.items.READ")
    asking.exchange(code)
    late = caller.zoho.self_client_code("ZohoInventory.items.READ")
    caller.clock.advance(181)
    for each in (code, late):
        with pytest.raises(NotConnected, match="used already, or it is too old"):
            asking.exchange(each)


def test_the_eleventh_token_in_ten_minutes_is_a_pause() -> None:
    caller = Caller.new()
    asking, grant = simulated(caller), caller.zoho.issue_refresh_token("ZohoInventory.items.READ")
    for _ in range(10):
        asking.refresh(grant)
    with pytest.raises(Throttled):
        asking.refresh(grant)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"url": "https://accounts.zoho.eu"}, "in this data centre"),
        ({"id": "1000.WRONG"}, "client ID"),
        ({"secret": "wrong"}, "client secret"),
    ],
)
def test_a_wrong_application_is_told(changes: dict[str, str], sentence: str) -> None:
    caller = Caller.new()
    asking = simulated(caller, **changes)
    with pytest.raises(NotConnected, match=sentence):
        asking.exchange(caller.zoho.self_client_code("ZohoInventory.items.READ"))


# Regions


def test_the_table_of_regions_has_the_hosts_that_the_simulator_has() -> None:
    assert {key: (r.location, r.accounts_host, r.api_host) for key, r in REGIONS.items()} == {
        key: (r.location, r.accounts_host, r.api_host) for key, r in SIMULATED.items()
    }


def test_a_region_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(WrongSetting, match="mars") as caught:
        region_of("mars")
    assert "com.au" in caught.value.advice


@pytest.mark.parametrize("region", REGIONS.values(), ids=list(REGIONS))
def test_a_callback_names_its_region_in_two_ways(region: Region) -> None:
    assert region_of_callback("", region.accounts_url) is region
    assert region_of_callback(region.location, "") is region
    assert region_of_callback(region.location, f"{region.accounts_url}/") is region


def test_a_callback_that_names_no_region_changes_none() -> None:
    assert region_of_callback("", "") is None
    assert region_of_callback("moon", "") is None


@pytest.mark.parametrize(
    "server",
    [
        "https://evil.example",
        "http://accounts.zoho.com",
        "https://accounts.zoho.com.evil.example",
        "https://accounts.zoho.com@evil.example",
        "https://evil.example/accounts.zoho.com",
        "https://accounts.zoho.com:8443",
        "accounts.zoho.com",
        "//accounts.zoho.com",
        "https://[accounts.zoho.com",
        "javascript:alert(1)",
    ],
)
def test_an_accounts_server_that_is_not_in_the_table_is_refused(server: str) -> None:
    with pytest.raises(WrongSetting, match="not Zoho's"):
        region_of_callback("us", server)
