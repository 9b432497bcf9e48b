"""Judges requests to Zoho Inventory by the OpenAPI description that Zoho publishes.

A request must name an address, method, query parameters and body keys of the
description, with the right types. What the description is known to leave out
is in `BODY_SLIPS` and `UNDOCUMENTED`; nothing else passes.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from cscart_zoho_sim.wire import Request, Response

ROOT = "/inventory/v1"

_NUMBER = {"type": "number"}
_TEXT = {"type": "string"}
_PACKAGE = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("length", "width", "height", "weight"), _NUMBER),
        **dict.fromkeys(("weight_unit", "dimension_unit"), _TEXT),
    },
}
#: Keys of an item body that the description lacks. `account_id`: its own schema is defined there and used in
#: no body. Opening stock: the description has it inside `locations` only, organisations without locations
#: take it at the top. The other two are seen live.
_ITEM_SLIPS: Mapping[str, Any] = {
    "account_id": _TEXT,
    "initial_stock": _NUMBER,
    "initial_stock_rate": _NUMBER,
    "label_rate": _NUMBER,
    "package_details": _PACKAGE,
}
#: Keys of a contact that are described for the same contacts in Zoho Books only.
_CONTACT_SLIPS: Mapping[str, Any] = {"payment_terms_label": _TEXT}
#: Whether rates have tax in them can be changed, too: described for the same orders in Zoho Books only.
_ORDER_SLIPS: Mapping[str, Any] = {"is_inclusive_tax": {"type": "boolean"}}
#: The description of `discount_type` has a discount inside each line, the lines themselves have none.
LINE_SLIPS: Mapping[str, Any] = {"discount": _NUMBER}
ADDRESS_SLIPS = dict.fromkeys(("phone", "fax", "state_code"), _TEXT)
PERSON_SLIPS = dict.fromkeys(("designation", "department", "skype"), _TEXT)

BODY_SLIPS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("/items", "post"): _ITEM_SLIPS,
    ("/items/{item_id}", "put"): _ITEM_SLIPS,
    ("/contacts", "post"): _CONTACT_SLIPS,
    ("/contacts/{contact_id}", "put"): _CONTACT_SLIPS,
    ("/salesorders/{salesorder_id}", "put"): _ORDER_SLIPS,
}
#: Rows of `custom_fields` may name the field by this key too.
CUSTOM_FIELD_SLIP = {"api_name": _TEXT}

#: Addresses that are live but not described, with the query parameters they take.
UNDOCUMENTED: Mapping[tuple[str, str], frozenset[str]] = {
    ("GET", "/settings/fields"): frozenset({"organization_id", "entity"}),
    ("GET", "/settings/warehouses"): frozenset({"organization_id"}),
    ("GET", "/settings/preferences"): frozenset({"organization_id"}),
}
#: What is described for the same addresses in Zoho Books only: with the keys that its body takes.
BOOKS_ONLY: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("/contacts/{contact_id}/address", "post"): dict.fromkeys(
        ("attention", "address", "street2", "city", "state", "zip", "country", "fax", "phone"), _TEXT
    )
}


#: A person of a contact that is there already is named by its id: described for the same contacts in Zoho Books.
PERSON_SLIP = {"contact_person_id": _TEXT}

#: Query parameters that the description lacks. A list of contacts tells its `sort_order` in the answer's page
#: context; that it can be asked for is described for items, and for the same contacts in Zoho Books.
#: Those of the list of sales orders were seen live, and are described for the same orders in Zoho Books.
QUERY_SLIPS: Mapping[tuple[str, str], frozenset[str]] = {
    ("/contacts", "get"): frozenset({"sort_order"}),
    ("/salesorders", "get"): frozenset({"sort_column", "sort_order", "salesorder_number", "reference_number"}),
}


class SpecValidator:
    """Checks requests; `checked` counts them. Requests to other addresses pass unseen.

    Descriptions are read when the first request needs them. A request that
    differs from an accepted one in ids, texts and figures only is accepted
    without being looked at again: the description has no limits on those.
    """

    def __init__(self, folder: Path) -> None:
        self._files = list(_addresses(folder))
        self._accepted: set[tuple[Any, ...]] = set()
        self.checked = 0

    def check(self, request: Request, response: Response | None = None) -> None:
        """Raise `AssertionError` with the reason when the description does not allow the request."""
        if not request.path.startswith(f"{ROOT}/"):
            return
        self.checked += 1
        path = request.path.removeprefix(ROOT)
        look = (request.method, re.sub(r"\d+", "0", path), _look_of_query(request), _look_of_body(request))
        if look in self._accepted:
            return
        trouble = self._trouble_with(request, path)
        assert not trouble, f"{request.method} {path}: {trouble}"
        self._accepted.add(look)

    def _trouble_with(self, request: Request, path: str) -> str:
        if not request.headers.get("authorization", "").startswith("Zoho-oauthtoken "):
            return "the Authorization header must be 'Zoho-oauthtoken' and a token"
        given = {name for name, _ in request.query}
        if (request.method, path) in UNDOCUMENTED:
            unknown = given - UNDOCUMENTED[request.method, path]
            return f"unknown query parameters {sorted(unknown)}" if unknown else ""
        found = [(template, file) for pattern, template, file in self._files if pattern.fullmatch(path)]
        if not found:
            return "no such address in the description"
        template, file = found[0]
        document, openapi = described(file)
        operation = document["paths"][template].get(request.method.lower())
        if operation is None:
            return "the address does not take this method"
        known = _query_names(document, document["paths"][template], operation)
        unknown = given - known - QUERY_SLIPS.get((template, request.method.lower()), frozenset())
        if unknown:
            return f"unknown query parameters {sorted(unknown)}"
        if request.body and "requestBody" not in operation:
            return "the description has no body here"
        return _refusal(openapi, request)


class _SpecRequest:
    """A request as openapi-core reads it, whatever host it was sent to."""

    def __init__(self, request: Request) -> None:
        self.host_url = "https://www.zohoapis.com"
        self.path = request.path
        self.method = request.method.lower()
        self.body = request.body or None
        self.content_type = request.headers.get("content-type", "").lower()
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(list(request.query)), header=Headers(list(request.headers.items()))
        )


def _refusal(openapi: OpenAPI, request: Request) -> str:
    try:
        openapi.validate_request(_SpecRequest(request))
    except OpenAPIError as error:
        return "; ".join(dict.fromkeys(_reasons(error)))
    return ""


def _reasons(error: BaseException) -> Iterator[str]:
    """What the whole chain of an error says, the deepest last."""
    seen: BaseException | None = error
    while seen is not None:
        yield str(seen)
        for inner in getattr(seen, "schema_errors", ()):
            yield f"{'.'.join(map(str, inner.absolute_path)) or 'body'}: {inner.message}"
        seen = seen.__cause__


def _addresses(folder: Path) -> Iterator[tuple[re.Pattern[str], str, Path]]:
    """Every address of every description; those without a parameter first, as they are the closer match."""
    found = []
    for file in sorted(folder.glob("*.yml")):
        text = file.read_text()
        paths = text[text.index("\npaths:") :].split("\ncomponents:")[0]
        for template in re.findall(r"^  '?(/[^:'\s]+)'?:", paths, re.MULTILINE):
            pattern = re.compile(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(template)))
            found.append((template.count("{"), pattern, template, file))
    for _, pattern, template, file in sorted(found, key=lambda each: (each[0], each[2])):
        yield pattern, template, file


@cache
def described(file: Path) -> tuple[dict[str, Any], OpenAPI]:
    """One description, with what it is known to lack, and what judges requests by it."""
    document = yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    for (template, method), keys in BOOKS_ONLY.items():
        if template in document["paths"]:
            schema = {"type": "object", "properties": dict(keys)}
            document["paths"][template][method] = {
                "requestBody": {"content": {"application/json": {"schema": schema}}},
                "responses": {"200": {"description": "OK"}},
            }
    for template, operations in document["paths"].items():
        for method in ("get", "post", "put", "delete"):
            if method in operations:
                operations[method].pop("security", None)
                _add_slips(document, template, method)
    # That the descriptions are themselves well formed is a test of its own: it takes longer than all requests.
    config = Config(additional_properties_default_policy="forbid", spec_validator_cls=None)
    return document, OpenAPI.from_dict(document, config=config)


def _add_slips(document: dict[str, Any], template: str, method: str) -> None:
    content = document["paths"][template][method].get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return
    schema = _resolved(document, content["application/json"]["schema"])
    properties = schema.get("properties", {})
    properties.update(BODY_SLIPS.get((template, method), {}))
    if "custom_fields" in properties:
        rows = _resolved(document, properties["custom_fields"])
        _resolved(document, rows["items"])["properties"].update(CUSTOM_FIELD_SLIP)
    if template.startswith("/salesorders") and "line_items" in properties:
        _resolved(document, properties["line_items"])["items"]["properties"].update(LINE_SLIPS)
    if "contact_persons" in properties:
        person = _resolved(document, _resolved(document, properties["contact_persons"])["items"])["properties"]
        person.update({**PERSON_SLIPS, **(PERSON_SLIP if method == "put" else {})})
    for name in ("billing_address", "shipping_address"):
        if template.startswith("/contacts") and name in properties:
            _resolved(document, properties[name])["properties"].update(ADDRESS_SLIPS)


def _query_names(document: dict[str, Any], path: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    parameters = [*path.get("parameters", []), *operation.get("parameters", [])]
    described = [_resolved(document, parameter) for parameter in parameters]
    return {parameter["name"] for parameter in described if parameter["in"] == "query"}


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """The node itself, or what its local reference points at."""
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


# What makes two requests alike for the description


def _look_of_query(request: Request) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, _look_of_text(value)) for name, value in request.query))


def _look_of_text(text: str) -> str:
    """Figures and words of lists of choices stay apart from each other; ids and texts do not."""
    if re.fullmatch(r"[A-Za-z_.]{1,30}", text):
        return text
    if re.fullmatch(r"-?\d+", text):
        return "0"
    return "0.0" if re.fullmatch(r"-?\d+\.\d+", text) else "text"


def _look_of_body(request: Request) -> object:
    if not request.body:
        return None
    kind = request.headers.get("content-type", "")
    if not kind.startswith("application/json"):
        return kind, request.body
    try:
        return _look(json.loads(request.body))
    except ValueError:
        return "broken", request.body


def _look(value: object) -> object:
    if isinstance(value, dict):
        return tuple(sorted((key, _look(inner)) for key, inner in value.items()))
    if isinstance(value, list):
        return ("list", frozenset(_look(inner) for inner in value))
    if isinstance(value, str):
        return _look_of_text(value) if re.fullmatch(r"[a-z_]{1,24}", value) else "a text"
    return type(value).__name__
