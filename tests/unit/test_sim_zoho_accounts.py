"""The simulated Zoho accounts server, and who may call Inventory."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cscart_zoho_sim.wire import Request
from tests.unit.zoho_caller import ALL, Caller

CALLBACK = "https://shop.example.com/zoho/callback/"
THROTTLED = "You have made too many requests continuously. Please try again after some time."


@pytest.fixture
def caller() -> Caller:
    return Caller.new()


def asked(caller: Caller, **changes: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": caller.zoho.client_id,
        "scope": ALL,
        "redirect_uri": CALLBACK,
        "access_type": "offline",
        "prompt": "consent",
        "state": "s-1",
        **changes,
    }


def accepted(caller: Caller, decision: str = "accept", **changes: str) -> dict[str, str]:
    """What the callback is called with after a person pressed a button."""
    answer = caller.accounts("POST", "/oauth/v2/auth", decision=decision, **asked(caller, **changes))
    assert answer.status == 302
    target = urlsplit(answer.headers["Location"])
    assert answer.headers["Location"].startswith(CALLBACK)
    return {key: value[0] for key, value in parse_qs(target.query).items()}


# The page


def test_the_page_asks_and_carries_everything_into_its_form(caller: Caller) -> None:
    page = caller.accounts("GET", "/oauth/v2/auth", **asked(caller, state='"><script>'))
    text = page.body.decode()
    assert (page.status, page.headers["content-type"]) == (200, "text/html;charset=UTF-8")
    assert {"Accept", "Reject"} == set(re.findall(r'value="(?:accept|reject)">(\w+)<', text))
    assert "<script>" not in text
    assert dict(re.findall(r'name="(\w+)" value="([^"]*)"', text))["redirect_uri"] == CALLBACK


def test_accepting_sends_code_region_and_state_back(caller: Caller) -> None:
    back = accepted(caller)
    assert back.pop("code").startswith("1000.")
    assert back == {"location": "us", "accounts-server": "https://accounts.zoho.com", "state": "s-1"}


def test_rejecting_sends_an_error_back(caller: Caller) -> None:
    assert accepted(caller, "reject") == {"error": "access_denied", "state": "s-1"}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"client_id": "1000.X"}, "Invalid Client"),
        ({"redirect_uri": ""}, "Invalid Redirect Uri"),
        ({"response_type": "token"}, "Invalid Response Type"),
        ({"scope": "everything"}, "Invalid OAuth Scope"),
        ({"scope": ""}, "Invalid OAuth Scope"),
    ],
)
def test_a_bad_question_gets_a_page_and_no_redirect(caller: Caller, changes: dict[str, str], word: str) -> None:
    page = caller.accounts("GET", "/oauth/v2/auth", **asked(caller, **changes))
    assert page.status == 400
    assert word in page.body.decode()
    assert "Location" not in page.headers


def test_only_registered_callbacks_are_used(caller: Caller) -> None:
    caller.zoho.accounts.redirect_uris.add(CALLBACK)
    assert caller.accounts("GET", "/oauth/v2/auth", **asked(caller)).status == 200
    other = asked(caller, redirect_uri="https://evil.example.com/")
    assert caller.accounts("POST", "/oauth/v2/auth", decision="accept", **other).status == 400


# Codes


def test_a_code_becomes_tokens_once(caller: Caller) -> None:
    code = accepted(caller)["code"]
    got = caller.exchange(code, redirect_uri=CALLBACK)
    assert got.status == 200
    assert (got.json["expires_in"], got.json["token_type"]) == (3600, "Bearer")
    assert got.json["api_domain"] == "https://www.zohoapis.com"
    caller.token = got.json["access_token"]
    assert caller.get("/items").status == 200
    again = caller.exchange(code, redirect_uri=CALLBACK)
    assert (again.status, again.json) == (200, {"error": "invalid_code"})


@pytest.mark.parametrize(("waited_s", "error"), [(59, None), (60, "invalid_code")])
def test_a_code_lives_a_minute(caller: Caller, waited_s: int, error: str | None) -> None:
    code = accepted(caller)["code"]
    caller.clock.advance(waited_s)
    assert caller.exchange(code, redirect_uri=CALLBACK).json.get("error") == error


def test_a_code_wants_the_callback_it_was_made_for(caller: Caller) -> None:
    code = accepted(caller)["code"]
    wrong = caller.exchange(code, redirect_uri="https://other.example.com/")
    assert (wrong.status, wrong.json) == (200, {"error": "invalid_redirect_uri"})


def test_a_self_client_code_needs_no_callback_and_lives_three_minutes(caller: Caller) -> None:
    assert "refresh_token" in caller.exchange(caller.zoho.self_client_code(ALL)).json
    late = caller.zoho.self_client_code(ALL)
    caller.clock.advance(180)
    assert caller.exchange(late).json == {"error": "invalid_code"}


def test_a_refresh_token_comes_with_offline_access_only(caller: Caller) -> None:
    code = accepted(caller, access_type="online")["code"]
    assert "refresh_token" not in caller.exchange(code, redirect_uri=CALLBACK).json


def test_a_second_refresh_token_comes_with_a_new_consent_only(caller: Caller) -> None:
    got = [
        caller.exchange(accepted(caller, prompt=prompt)["code"], redirect_uri=CALLBACK).json
        for prompt in ("", "", "consent")
    ]
    assert ["refresh_token" in each for each in got] == [True, False, True]


def test_codes_are_counted(caller: Caller) -> None:
    for _ in range(10):
        accepted(caller)
    page = caller.accounts("POST", "/oauth/v2/auth", decision="accept", **asked(caller))
    assert page.status == 400
    assert THROTTLED in page.body.decode()
    caller.clock.advance(600)
    assert "code" in accepted(caller)


# Tokens


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_id": "1000.X"}, "invalid_client"),
        ({"client_secret": "wrong"}, "invalid_client_secret"),
        ({"refresh_token": "1000.x.y"}, "invalid_code"),
    ],
)
def test_token_errors_come_with_status_200(caller: Caller, form: dict[str, str], error: str) -> None:
    given = {"grant_type": "refresh_token", "refresh_token": caller.zoho.issue_refresh_token(ALL), **form}
    refused = caller.token_request(**given)
    assert (refused.status, refused.json) == (200, {"error": error})


def test_a_refresh_answers_without_a_refresh_token(caller: Caller) -> None:
    got = caller.refresh(caller.zoho.issue_refresh_token(ALL)).json
    assert "refresh_token" not in got
    caller.token = got["access_token"]
    assert caller.get("/items").status == 200


def test_the_accounts_server_of_another_region_does_not_know_us(caller: Caller) -> None:
    grant = caller.zoho.issue_refresh_token(ALL)
    form = {"grant_type": "refresh_token", "refresh_token": grant}
    assert caller.token_request("accounts.zoho.eu", **form).json == {"error": "invalid_client"}
    assert "access_token" in caller.token_request("accounts.zoho.com", **form).json


def test_a_region_has_its_own_addresses() -> None:
    caller = Caller.new(region="eu")
    assert caller.get("/items").code == (401, 57)
    form = {"grant_type": "refresh_token", "refresh_token": caller.zoho.issue_refresh_token(ALL)}
    got = caller.token_request("accounts.zoho.eu", **form)
    assert got.json["api_domain"] == "https://www.zohoapis.eu"
    assert accepted(caller)["location"] == "eu"


@pytest.mark.parametrize("status", [400, 200])
def test_the_eleventh_refresh_in_ten_minutes_is_throttled(caller: Caller, status: int) -> None:
    caller.zoho.switches.token_throttle_status = status
    grant, other = (caller.zoho.issue_refresh_token(ALL) for _ in range(2))
    for _ in range(10):
        assert "access_token" in caller.refresh(grant).json
    refused = caller.refresh(grant)
    assert (refused.status, refused.json["error"]) == (status, "Access Denied")
    assert refused.json["error_description"] == THROTTLED
    assert "access_token" in caller.refresh(other).json
    caller.clock.advance(600)
    assert "access_token" in caller.refresh(grant).json


def test_the_eleventh_access_token_ends_the_oldest(caller: Caller) -> None:
    grant = caller.zoho.issue_refresh_token(ALL)
    tokens = []
    for _ in range(11):
        tokens.append(caller.refresh(grant).json["access_token"])
        caller.clock.advance(61)
    alive = []
    for token in tokens:
        caller.token = token
        alive.append(caller.get("/items").status == 200)
    assert alive == [False] + [True] * 10


def test_the_twenty_first_refresh_token_ends_the_oldest_silently(caller: Caller) -> None:
    grants = [caller.zoho.issue_refresh_token(ALL) for _ in range(21)]
    assert caller.refresh(grants[0]).json == {"error": "invalid_code"}
    assert "access_token" in caller.refresh(grants[1]).json
    assert "access_token" in caller.refresh(grants[20]).json


@pytest.mark.parametrize(("waited_s", "status"), [(3599, 200), (3600, 401)])
def test_an_access_token_lives_an_hour(caller: Caller, waited_s: int, status: int) -> None:
    caller.clock.advance(waited_s)
    assert caller.get("/items").status == status


def test_revoking_ends_the_grant_and_its_access_tokens(caller: Caller) -> None:
    grant = caller.zoho.issue_refresh_token(ALL)
    caller.token = caller.refresh(grant).json["access_token"]
    done = caller.accounts("POST", "/oauth/v2/token/revoke", token=grant)
    assert (done.status, done.body) == (200, b'{"status": "success"}')
    assert caller.get("/items").code == (401, 57)
    assert caller.refresh(grant).json == {"error": "invalid_code"}
    assert caller.accounts("POST", "/oauth/v2/token/revoke", token=grant).status == 400


def test_expired_tokens_can_be_renewed_and_revoked_ones_cannot(caller: Caller) -> None:
    grant = caller.zoho.issue_refresh_token(ALL)
    caller.zoho.expire_tokens()
    assert caller.get("/items").code == (401, 57)
    caller.token = caller.refresh(grant).json["access_token"]
    assert caller.get("/items").status == 200
    caller.zoho.revoke_everything()
    assert caller.get("/items").code == (401, 57)
    assert caller.refresh(grant).json == {"error": "invalid_code"}


# Who may call Inventory


@pytest.mark.parametrize("header", ["", "Zoho-oauthtoken", "Bearer {token}", "Basic abc"])
def test_a_missing_or_malformed_header_is_code_14(caller: Caller, header: str) -> None:
    caller.zoho.switches.bearer_accepted = False
    caller.headers["authorization"] = header.format(token=caller.token)
    assert caller.get("/items").code == (401, 14)
    assert caller.zoho.calls == 0


def test_bearer_is_taken(caller: Caller) -> None:
    caller.headers["authorization"] = f"Bearer {caller.token}"
    assert caller.get("/items").status == 200


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/items", "items.READ"),
        ("GET", "/itemdetails", "items.READ"),
        ("POST", "/items", "items.CREATE"),
        ("PUT", "/items/12", "items.UPDATE"),
        ("DELETE", "/items/12", "items.DELETE"),
        ("POST", "/items/12/inactive", "items.CREATE"),
        ("POST", "/inventoryadjustments", "inventoryadjustments.CREATE"),
        ("GET", "/inventoryadjustments", "inventoryadjustments.READ"),
        ("GET", "/organizations", "settings.READ"),
        ("GET", "/settings/taxes", "settings.READ"),
    ],
)
def test_each_call_needs_its_scope(caller: Caller, method: str, path: str, needed: str) -> None:
    module, action = needed.split(".")
    for scope, allowed in [
        (f"ZohoInventory.{needed}", True),
        (f"ZohoInventory.{module}.ALL", True),
        (f"ZohoInventory.{module}.{'READ' if action != 'READ' else 'CREATE'}", False),
        ("ZohoInventory.contacts.ALL", False),
        (f"ZohoCRM.{needed}", False),
    ]:
        caller.token = caller.zoho.issue_access_token(scope)
        answer: Any = caller.send(method, path)
        assert (answer.code == (401, 57)) is not allowed, scope


def test_other_paths_of_the_hosts_do_not_exist(caller: Caller) -> None:
    assert caller.accounts("GET", "/oauth/v2/token").status == 405
    assert caller.accounts("POST", "/oauth/v3/token").status == 404
    assert caller.zoho.handle(Request("GET", "www.zohoapis.com", "/books/v3/contacts")).status == 404
    assert b"accounts.zoho.eu" in caller.accounts("GET", "/oauth/serverinfo").body
