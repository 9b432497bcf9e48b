"""The accounts server: authorise page, tokens, revocation.

Source: Zoho Accounts, "OAuth 2.0"; Zoho Inventory API, "OAuth". Errors of the
token address come with HTTP 200, which is seen live by many clients.
"""

import random
import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from cscart_zoho_sim.clock import Clock
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.zoho.consent import consent_page, error_page
from cscart_zoho_sim.zoho.regions import ACCOUNTS_HOSTS, REGIONS
from cscart_zoho_sim.zoho.switches import Switches
from cscart_zoho_sim.zoho.tokens import ACCESS_LIFE_S, Code, Throttled, TokenBook

SELF_CLIENT_CODE_LIFE_S = 180

_SCOPE = re.compile(r"^(Zoho(Inventory|CRM|Books)|AaaServer)(\.\w+)+$")
_THROTTLED = {
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "error": "Access Denied",
    "status": "failure",
}


class Accounts:
    """One user's account in one region, with one registered application.

    `redirect_uris` are the callback addresses registered for it; an empty set
    takes any. `calls` counts requests to the token and revoke addresses.
    """

    def __init__(
        self, clock: Clock, rng: random.Random, region: str, url: str, api_url: str, switches: Switches
    ) -> None:
        self.client_id = f"1000.{rng.getrandbits(120):030X}"
        self.client_secret = f"{rng.getrandbits(168):042x}"
        self.redirect_uris: set[str] = set()
        self.calls = 0
        self.tokens = TokenBook(rng)
        self._clock = clock
        self._location = REGIONS[region].location
        self._url = url
        self._own_host = urlsplit(url).netloc
        self._api_url = api_url
        self._switches = switches

    def self_client_code(self, scopes: str) -> str:
        """What the API console shows after "Generate Code": valid for three minutes, once."""
        life_s = SELF_CLIENT_CODE_LIFE_S
        return self._new_code(_scopes(scopes), life_s, redirect_uri="", offline=True)

    def issue_refresh_token(self, scopes: str) -> str:
        return self.tokens.new_refresh_token(_scopes(scopes))

    def handle(self, request: Request) -> Response:
        """Answer one request to `/oauth/...`."""
        if request.path == "/oauth/v2/auth":
            return self._authorise(request)
        if request.path == "/oauth/serverinfo":
            return Response.of_json({"result": "success", "locations": _locations()})
        if request.method != "POST":
            return Response(405, b"", {"Allow": "POST"})
        if request.path == "/oauth/v2/token":
            self.calls += 1
            return self._token(request)
        if request.path == "/oauth/v2/token/revoke":
            self.calls += 1
            return self._revoke(request)
        return error_page(404, "Invalid URL", "This page does not exist.")

    # The page a person sees

    def _authorise(self, request: Request) -> Response:
        asked = dict(request.query) | (request.form() if request.method == "POST" else {})
        trouble = self._trouble_with(asked)
        if trouble:
            return error_page(400, *trouble)
        if request.method == "GET":
            return consent_page(asked)
        if asked.get("decision") != "accept":
            return _redirect(asked, {"error": "access_denied"})
        try:
            code = self._consented(asked)
        except Throttled:
            return error_page(400, "Access Denied", _THROTTLED["error_description"])
        return _redirect(asked, {"code": code, "location": self._location, "accounts-server": self._url})

    def _trouble_with(self, asked: Mapping[str, str]) -> tuple[str, str] | None:
        if asked.get("client_id") != self.client_id:
            return "Invalid Client", "Invalid client id passed, or the client id does not exist."
        redirect_uri = asked.get("redirect_uri", "")
        if not redirect_uri or (self.redirect_uris and redirect_uri not in self.redirect_uris):
            return "Invalid Redirect Uri", "Redirect URI passed does not match with the one configured."
        if asked.get("response_type") != "code":
            return "Invalid Response Type", "The response type is not supported."
        scopes = _scopes(asked.get("scope", ""))
        if not scopes or not all(_SCOPE.match(scope) for scope in scopes):
            return "Invalid OAuth Scope", "Scope does not exist."
        return None

    def _consented(self, asked: Mapping[str, str]) -> str:
        """A refresh token comes with offline access only, and a second time only with prompt=consent."""
        offline = asked.get("access_type") == "offline"
        again = asked.get("prompt") == "consent" or not self.tokens.granted_before()
        return self._new_code(
            _scopes(asked["scope"]), self._switches.code_life_s, asked["redirect_uri"], offline and again
        )

    def _new_code(self, scopes: frozenset[str], life_s: int, redirect_uri: str, offline: bool) -> str:
        now = self._clock.now()
        return self.tokens.new_code(Code(scopes, now + life_s, redirect_uri, offline), now)

    # What programs call

    def _token(self, request: Request) -> Response:
        given = dict(request.query) | request.form()
        if given.get("client_id") != self.client_id or self.is_foreign(request.host):
            return _error("invalid_client")
        if given.get("client_secret") != self.client_secret:
            return _error("invalid_client_secret")
        try:
            if given.get("grant_type") == "authorization_code":
                return self._exchange(given)
            if given.get("grant_type") == "refresh_token":
                return self._refresh(given.get("refresh_token", ""))
        except Throttled:
            return Response.of_json(_THROTTLED, self._switches.token_throttle_status)
        return _error("invalid_grant_type")

    def _exchange(self, given: Mapping[str, str]) -> Response:
        now = self._clock.now()
        code = self.tokens.use_code(given.get("code", ""), now)
        if code is None:
            return _error("invalid_code")
        if code.redirect_uri and given.get("redirect_uri") != code.redirect_uri:
            return _error("invalid_redirect_uri")
        if not code.offline:
            access, _ = self.tokens.new_access_token(code.scopes, now)
            return self._granted(access, code.scopes)
        refresh = self.tokens.new_refresh_token(code.scopes)
        access, _ = self.tokens.new_access_token(code.scopes, now, self.tokens.grant(refresh))
        return self._granted(access, code.scopes, refresh)

    def _refresh(self, refresh_token: str) -> Response:
        made = self.tokens.refresh(refresh_token, self._clock.now())
        if made is None:
            return _error("invalid_code")
        access, token = made
        return self._granted(access, token.scopes)

    def _granted(self, access: str, scopes: frozenset[str], refresh: str = "") -> Response:
        """A refresh answers without a refresh token."""
        return Response.of_json(
            {
                "access_token": access,
                **({"refresh_token": refresh} if refresh else {}),
                "scope": " ".join(sorted(scopes)),
                "api_domain": self._api_url,
                "token_type": "Bearer",
                "expires_in": ACCESS_LIFE_S,
            }
        )

    def _revoke(self, request: Request) -> Response:
        token = (dict(request.query) | request.form()).get("token", "")
        if not self.is_foreign(request.host) and self.tokens.revoke(token):
            return Response.of_json({"status": "success"})
        return Response.of_json({"error": "invalid_token"}, 400)

    def is_foreign(self, host: str) -> bool:
        """Whether the accounts server of another region was asked, which does not know this user."""
        return host in ACCOUNTS_HOSTS and host != self._own_host


def _scopes(text: str) -> frozenset[str]:
    return frozenset(text.replace(",", " ").split())


def _locations() -> dict[str, str]:
    return {region.location: region.accounts_url for region in REGIONS.values()}


def _error(name: str) -> Response:
    return Response.of_json({"error": name}, 200)


def _redirect(asked: Mapping[str, str], answer: dict[str, str]) -> Response:
    if "state" in asked:
        answer["state"] = asked["state"]
    target = asked["redirect_uri"]
    joint = "&" if "?" in target else "?"
    return Response(302, b"", {"Location": f"{target}{joint}{urlencode(answer)}"})
