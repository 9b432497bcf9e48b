"""One call of Zoho Inventory on its way from the door to an operation, and the envelope of its answer."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import msgspec

from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.zoho import refusals
from cscart_zoho_sim.zoho.refusals import JSON

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Call:
    """One request that passed the door. `ids` are those in the address."""

    request: Request
    query: Mapping[str, str]
    ids: tuple[str, ...]

    def body(self) -> Any:
        """The JSON sent, as such or as the form field `JSONString`. Raises `Refusal`."""
        return read_body(self.request)

    def ids_named(self, name: str) -> list[str]:
        """The ids under a name, separated by commas: in the address, or in the form that is sent."""
        return ids_of(self.query.get(name) or form_of(self.request).get(name, ""))

    def fields(self) -> dict[str, Any]:
        """The JSON object sent. Raises `Refusal`."""
        body = self.body()
        if not isinstance(body, dict):
            raise refusals.invalid_body()
        return body


@dataclass(frozen=True)
class Operation:
    """What an address does for one method. `scope` is like `items.READ`."""

    scope: str
    run: Callable[[Call], Response | dict[str, Any]]
    writes: bool = False


#: Address -> method -> what it does. `{id}` stands for digits.
Table = dict[str, dict[str, Operation]]
Routes = list[tuple[re.Pattern[str], dict[str, Operation]]]


def routes(table: Table) -> Routes:
    """The table with addresses as patterns."""
    return [(re.compile(path.replace("{id}", r"(\d+)")), run) for path, run in table.items()]


def success(message: str = "success", **resources: Any) -> dict[str, Any]:
    """Zoho's envelope."""
    return {"code": 0, "message": message, **resources}


def created(message: str, **resources: Any) -> Response:
    """The envelope with the status of something new."""
    return encoded(success(message, **resources), 201)


def encoded(answer: dict[str, Any], status: int = 200) -> Response:
    """An answer as it is sent."""
    return Response(status, _encode(answer), {"content-type": JSON})


def read_body(request: Request) -> Any:
    """The JSON of a request. Raises `Refusal` when there is none or it is broken."""
    text = form_of(request).get("JSONString", "").encode() if _is_form(request) else request.body
    if not text.strip():
        raise refusals.empty_body()
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, json.JSONDecodeError, UnicodeDecodeError):
        raise refusals.invalid_body() from None


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def form_of(request: Request) -> dict[str, str]:
    """The fields of a form, the first of each name; none where the body is none."""
    if not _is_form(request):
        return {}
    told = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in told.items()}


def ids_of(text: str) -> list[str]:
    """The ids of a list separated by commas."""
    return [id for id in text.split(",") if id]
