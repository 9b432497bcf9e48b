"""A client of the simulated Zoho that does nothing on its own: what it sends is what the test says."""

import json
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.zoho import Zoho

ALL = "ZohoInventory.FullAccess.all"


@dataclass
class Answer:
    """Status, code and content of an answer."""

    status: int
    json: dict[str, Any]
    headers: dict[str, str]

    @property
    def code(self) -> tuple[int, int]:
        """HTTP status and Zoho's own code."""
        return self.status, self.json["code"]


def answer(response: Response) -> Answer:
    return Answer(response.status, json.loads(response.body), response.headers)


@dataclass
class Caller:
    """One Zoho, and calls to it with a token of all scopes unless told otherwise."""

    zoho: Zoho
    clock: VirtualClock
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls, **options: Any) -> "Caller":
        clock = VirtualClock()
        options = {"per_minute_limit": None, "plan": "enterprise", **options}
        made = cls(Zoho(clock, rng=random.Random(options.pop("seed", 1)), **options), clock)
        made.token = made.zoho.issue_access_token(ALL)
        return made

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        return answer(self.raw(method, path, body, **query))

    def raw(self, method: str, path: str, body: Any = None, **query: Any) -> Response:
        given = {"organization_id": self.zoho.organization_id, **query}
        headers = {"authorization": f"Zoho-oauthtoken {self.token}", **self.headers}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.zoho.handle(
            Request(
                method,
                "www.zohoapis.com",
                f"/inventory/v1{path}",
                tuple((key, str(value)) for key, value in given.items() if value is not None),
                headers,
                content,
            )
        )

    def get(self, path: str, **query: Any) -> Answer:
        return self.send("GET", path, **query)

    def names(self, **query: Any) -> list[str]:
        """The names that the item list shows."""
        return [row["name"] for row in self.get("/items", **query).json["items"]]

    def create(self, **fields: Any) -> dict[str, Any]:
        made = self.send("POST", "/items", fields)
        assert made.status == 200, made.json
        item: dict[str, Any] = made.json["item"]
        return item

    def adjust(self, *moves: tuple[str, float], **fields: Any) -> Answer:
        lines = [{"item_id": item_id, "quantity_adjusted": delta} for item_id, delta in moves]
        body = {
            "date": "2026-01-05",
            "reason": "Store sync",
            "adjustment_type": "quantity",
            "line_items": lines,
            **fields,
        }
        return self.send("POST", "/inventoryadjustments", body)

    def accounts(self, method: str, path: str, host: str = "accounts.zoho.com", **form: str) -> Response:
        """A request to the accounts server: fields in the query of a GET, in the form of a POST."""
        if method == "GET":
            return self.zoho.handle(Request(method, host, path, tuple(form.items())))
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self.zoho.handle(Request(method, host, path, (), headers, urlencode(form).encode()))

    def token_request(self, host: str = "accounts.zoho.com", **form: str) -> Answer:
        given = {"client_id": self.zoho.client_id, "client_secret": self.zoho.client_secret, **form}
        return answer(self.accounts("POST", "/oauth/v2/token", host, **given))

    def refresh(self, refresh_token: str, **form: str) -> Answer:
        return self.token_request(grant_type="refresh_token", refresh_token=refresh_token, **form)

    def exchange(self, code: str, **form: str) -> Answer:
        return self.token_request(grant_type="authorization_code", code=code, **form)
