"""The seam every simulator stands behind: a request goes in, a response comes out.

`SimTransport` (in-process) and `server` (a real port) both end here, so a
simulator never knows which of the two is asking.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Request:
    """One HTTP request, as a server sees it.

    `path` is decoded and carries no query; `query` keeps order and repeats
    (`extend[]=a&extend[]=b`). Header names are lower case.
    """

    method: str
    host: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def first(self, name: str, default: str = "") -> str:
        """The first value of a query parameter, or `default`."""
        return next((value for key, value in self.query if key == name), default)

    def all(self, name: str) -> list[str]:
        """Every value of a query parameter, in order."""
        return [value for key, value in self.query if key == name]

    def form(self) -> dict[str, str]:
        """The fields of a form-encoded body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True)
class Response:
    """One HTTP response. Header names are written as the real server writes them."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, payload: Any, status: int = 200, headers: dict[str, str] | None = None) -> "Response":
        """A JSON answer; `Decimal`s must already be numbers or strings."""
        body = json.dumps(payload, ensure_ascii=False).encode()
        return cls(status, body, {"content-type": "application/json", **(headers or {})})


class Simulator(Protocol):
    """What both simulators are to the transport and to the server."""

    def handle(self, request: Request) -> Response:
        """Answer one request. Never raises for bad input: that is an answer too."""
        ...


@dataclass(frozen=True)
class Edit:
    """One change of one record, told to the watchers of a simulator after it happened.

    `author` is "people" or "api", `side` "cscart" or "zoho". `before` is None
    for a new record, `after` for a deleted one; both are wire-like. `at` is in
    seconds since the epoch.
    """

    author: str
    side: str
    id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    at: float
