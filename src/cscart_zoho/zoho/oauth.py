"""Zoho's OAuth 2.0: consent address, codes of both kinds of client, refresh, revocation.

Zoho answers errors with HTTP 200 and an `error` key (Zoho Accounts, "OAuth 2.0").
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2

from cscart_zoho.errors import NotConnected, RemoteFault, Throttled
from cscart_zoho.http import received

#: Only what is used: items, adjustments, contacts, sales orders, and the settings that are read (taxes, fields,
#: locations, currencies). Status calls need CREATE (Zoho Inventory API, "Items" and "Sales Orders").
SCOPES = (
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

#: No access token lives longer (Zoho Accounts, "OAuth 2.0").
LIVES_S = 3600

_SAID = {
    "invalid_code": (
        "Zoho does not accept the code: it was used already, or it is too old.",
        "Make a new code and use it within its few minutes.",
    ),
    "invalid_client": (
        "Zoho does not know this client ID in this data centre.",
        "Check the client ID, and whether the data centre is the one at which your Zoho account was opened.",
    ),
    "invalid_client_secret": (
        "Zoho does not accept the client secret.",
        "Copy it again from Zoho's API console. Each data centre may have a secret of its own.",
    ),
    "invalid_redirect_uri": (
        "The callback address is not registered for this client.",
        "Enter the callback address that this page shows into Zoho's API console, letter by letter.",
    ),
}


@dataclass(frozen=True)
class Fresh:
    """An access token and how many seconds it lives."""

    access_token: str = field(repr=False)
    lives_s: int


@dataclass(frozen=True)
class Granted:
    """What a code was exchanged for."""

    refresh_token: str = field(repr=False)
    fresh: Fresh
    scopes: str


@dataclass(frozen=True)
class Client:
    """An application of Zoho's API console, and where it asks."""

    accounts_url: str
    client_id: str
    client_secret: str = field(repr=False)
    http: httpx2.Client

    def authorise_url(self, *, redirect_uri: str, state: str, scopes: str) -> str:
        """The address at which a person gives consent. `offline` and `consent` bring a refresh token each time."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "scope": scopes,
            "redirect_uri": redirect_uri,
            "access_type": "offline",
            "prompt": "consent",
            "state": state,
        }
        return f"{self.accounts_url}/oauth/v2/auth?{urlencode(asked)}"

    def exchange(self, code: str, *, redirect_uri: str = "") -> Granted:
        """A code for tokens. A Self Client has no redirect address. Raises `NotConnected` and `Retryable`."""
        form = {"grant_type": "authorization_code", "code": code}
        if redirect_uri:
            form["redirect_uri"] = redirect_uri
        answer = self._token(form)
        if not answer.get("refresh_token"):
            raise NotConnected(
                "Zoho gave no refresh token.",
                advice="Remove this application from your Zoho account and connect again.",
            )
        return Granted(str(answer["refresh_token"]), _fresh(answer), str(answer.get("scope") or ""))

    def refresh(self, refresh_token: str) -> Fresh:
        """A new access token. Raises `NotConnected` when the grant is gone, and `Retryable`."""
        try:
            return _fresh(self._token({"grant_type": "refresh_token", "refresh_token": refresh_token}))
        except _Refused as error:
            if error.word != "invalid_code":
                raise
            raise NotConnected(
                "Zoho does not accept the connection any more: it was revoked, or replaced by newer ones.",
                advice="Open the Zoho connection and connect again.",
            ) from error

    def revoke(self, refresh_token: str) -> None:
        """End the grant at Zoho. Raises `ConnectorError` when Zoho does not confirm it."""
        answer = self._post("/oauth/v2/token/revoke", {"token": refresh_token})
        if answer.get("status") != "success" and answer.get("error") != "invalid_token":
            raise RemoteFault("Zoho did not confirm that the token is revoked.")

    def _token(self, form: dict[str, str]) -> dict[str, Any]:
        answer = self._post(
            "/oauth/v2/token", {**form, "client_id": self.client_id, "client_secret": self.client_secret}
        )
        word = str(answer.get("error") or "")
        if word == "Access Denied":
            raise Throttled("Zoho wants a pause before it gives another token.", wait_s=600)
        if word:
            raise _Refused(word)
        if not answer.get("access_token"):
            raise RemoteFault("Zoho answered without a token.")
        return answer

    def _post(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        """What the accounts server answers, whatever the status. Asking twice does no harm, so it counts as a read."""
        secrets = [self.client_secret, *(form[name] for name in ("refresh_token", "code", "token") if name in form)]
        request = self.http.build_request("POST", self.accounts_url + path, data=form)
        name = "Zoho's accounts server"
        answer = received(self.http, request, name=name, write=False, secrets=secrets).json()
        if not isinstance(answer, dict):
            raise RemoteFault(f"{name} gave an odd answer.")
        return answer


class _Refused(NotConnected):
    def __init__(self, word: str) -> None:
        what, advice = _SAID.get(word, (f'Zoho refused: "{word[:80]}".', "Check the client and connect again."))
        super().__init__(what, advice=advice)
        self.word = word


def _fresh(answer: dict[str, Any]) -> Fresh:
    """Where `expires_in_sec` is given as well, `expires_in` is in milliseconds (Zoho's older answers)."""
    lives = str(answer.get("expires_in_sec", answer.get("expires_in", LIVES_S)))
    return Fresh(str(answer["access_token"]), min(int(lives), LIVES_S) if lives.isdecimal() else LIVES_S)
