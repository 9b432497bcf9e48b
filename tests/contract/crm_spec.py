"""Judges requests to Zoho CRM by the OpenAPI description that Zoho publishes.

A request must name an address, method, query parameters, conditions and body
keys of the description, with the right types. The description leaves the fields
of a record open; so they are held against the list of standard fields, with
their lengths. What the description is known to leave out is in `CONDITIONS` and
`QUERY_SLIPS`; nothing else passes.
"""

import csv
import json
import re
from collections.abc import Iterator, Set
from datetime import datetime
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from cscart_zoho_sim.wire import Request, Response

ROOT = "/crm/v8"
#: Where the descriptions refer to each other.
BASE = "https://raw.githubusercontent.com/Zohocorp-Pvt-Ltd/crm-oas/refs/heads/main/v8.0/"
FILES = (
    "record",
    "coql",
    "fields",
    "layouts",
    "modules",
    "related_lists",
    "related_records",
    "org",
    "users",
    "notifications",
)
#: Records of one write, fields of a list (Zoho CRM API v8: Insert Records, Get Records).
BATCH, FIELDS_MAX = 100, 50
#: What may be set off by a write (Zoho CRM API v8: Insert Records).
TRIGGERS = {"workflow", "approval", "blueprint", "pathfinder", "orchestration"}

#: Headers that the description lacks. Zoho's pages "Update Records" and "Upsert Records" have this one, and name
#: its refusal (412, ALREADY_MODIFIED).
CONDITIONS = {("put", "/crm/v8/{module_api_name}"): {"if-unmodified-since"}}
#: Query parameters that the description lacks. The list of deleted records tells `next_page_token` in its `info`,
#: as every list does; that it can be asked for is described for the list of records.
QUERY_SLIPS = {("get", "/crm/v8/{module_api_name}/deleted"): {"page_token"}}
#: Where the description of notifications is wrong: a channel's id is no object but a number that the client chooses,
#: and its address is the client's own and no page of Zoho's (Zoho CRM API v8: Enable Notifications).
CORRECTED = {"channel_id": {"type": "string", "pattern": "^[0-9]+$"}, "notify_url": {"type": "string", "format": "uri"}}

_MODULES = {"Contacts": "contact-fields.tsv", "Accounts": "account-fields.tsv"}
_KINDS = {"bigint": (str, int), "boolean": (bool,), "lookup": (dict, type(None))}


class CrmValidator:
    """Checks requests; `checked` counts them. Requests to other addresses pass unseen.

    `custom` are names of fields that an organisation has beside the standard ones.
    """

    def __init__(self, folder: Path, custom: Set[str] = frozenset()) -> None:
        self._described = {name: _described(folder / "oas-v8.0" / f"{name}.json") for name in FILES}
        self._fields = {module: _fields(folder / file) for module, file in _MODULES.items()}
        self._folder = folder / "oas-v8.0"
        self._addresses = sorted(_addresses(self._described), key=lambda each: (each[0].count("{"), -len(each[0])))
        self._registry: Registry[Any] = Registry(retrieve=self._retrieved)  # type: ignore[call-arg]
        self._validators: dict[str, OAS30Validator] = {}
        self._custom = custom
        self.checked = 0

    def check(self, request: Request, response: Response | None = None) -> None:
        """Raise `AssertionError` with the reason when the description does not allow the request."""
        if not request.path.startswith(f"{ROOT}/"):
            return
        self.checked += 1
        trouble = "; ".join(self._troubles(request))
        assert not trouble, f"{request.method} {request.path}: {trouble}"

    def _retrieved(self, address: str) -> Resource[Any]:
        described = _described(self._folder / address.removeprefix(BASE))
        return Resource.from_contents(described, default_specification=DRAFT4)

    def _troubles(self, request: Request) -> Iterator[str]:
        if not request.headers.get("authorization", "").startswith("Zoho-oauthtoken "):
            yield "the Authorization header must be 'Zoho-oauthtoken' and a token"
        method = request.method.lower()
        found = [(path, file) for path, pattern, file in self._addresses if pattern.fullmatch(request.path)]
        if not found:
            yield "no such address in the description"
            return
        # Two templates may stand for one address; the first that takes the method is meant.
        path, file = next((each for each in found if method in self._described[each[1]]["paths"][each[0]]), found[0])
        operation = self._described[file]["paths"][path].get(method)
        if operation is None:
            yield "the address does not take this method"
            return
        parameters = [_resolved(self._described[file], each) for each in operation.get("parameters", [])]
        yield from _query_troubles(request, parameters, QUERY_SLIPS.get((method, path), set()))
        yield from _condition_troubles(request, parameters, CONDITIONS.get((method, path), set()))
        yield from self._body_troubles(request, operation, file)

    # Bodies

    def _body_troubles(self, request: Request, operation: dict[str, Any], file: str) -> Iterator[str]:
        wanted = operation.get("requestBody")
        if not request.body:
            if wanted and _resolved(self._described[file], wanted).get("required"):
                yield "a body is missing"
            return
        if not wanted:
            yield "the description has no body here"
            return
        kind = request.headers.get("content-type", "application/json")  # Zoho's own SDK names none
        if not kind.startswith("application/json"):
            yield "the body must be JSON"
            return
        body = json.loads(request.body)
        for error in self._validator(file, _resolved(self._described[file], wanted)).iter_errors(body):
            yield f"{'.'.join(map(str, error.absolute_path)) or 'body'}: {error.message}"
        if isinstance(body, dict) and "data" in body:
            yield from self._record_troubles(request, body)

    def _validator(self, file: str, body: dict[str, Any]) -> OAS30Validator:
        reference = body["content"]["application/json"]["schema"]["$ref"]
        if file + reference not in self._validators:
            whole = {"$ref": f"{BASE}{file}.json{reference}"}
            self._validators[file + reference] = OAS30Validator(whole, registry=self._registry)
        return self._validators[file + reference]

    def _record_troubles(self, request: Request, body: dict[str, Any]) -> Iterator[str]:
        """What the description leaves open: the keys beside `data`, how many records, and their fields."""
        if unknown := body.keys() - {"data", "trigger", "duplicate_check_fields"}:
            yield f"unknown keys {sorted(unknown)}"
        if odd := set(body.get("trigger", [])) - TRIGGERS:
            yield f"unknown triggers {sorted(odd)}"
        if not 1 <= len(body["data"]) <= BATCH:
            yield f"{len(body['data'])} records; a write takes 1 to {BATCH}"
        module = request.path.removeprefix(f"{ROOT}/").split("/")[0]
        update = request.method == "PUT"
        for row in body["data"]:
            if update and not str(row.get("id", "")).isdecimal():
                yield "an update needs the id of each record"
            for name, value in row.items():
                yield from self._field_troubles(module, name, value, update)

    def _field_troubles(self, module: str, name: str, value: object, update: bool) -> Iterator[str]:
        if (name == "id" and update) or name in self._custom:
            return
        described = self._fields.get(module, {}).get(name)
        if described is None:
            yield f"{module} have no field {name}"
            return
        if described["read_only"] == "yes":
            yield f"{name} cannot be written"
        kinds = _KINDS.get(described["data_type"], (str,))
        if value is not None and not isinstance(value, (*kinds, int, float) if _is_number(described) else kinds):
            yield f"{name}: {value!r} is no {described['data_type']}"
        limit = described["max_length"]
        if isinstance(value, str) and limit.isdecimal() and len(value) > int(limit):
            yield f"{name} has {len(value)} characters, {limit} at most"
        if described["data_type"] == "lookup" and isinstance(value, dict) and not str(value.get("id", "")).isdecimal():
            yield f"{name} is written by its id"


def _described(file: Path) -> dict[str, Any]:
    """A description as it is published, but for what is known to be wrong in it."""
    described: dict[str, Any] = json.loads(file.read_text())
    if file.stem == "notifications":
        described["components"]["schemas"]["Notification"]["properties"] |= CORRECTED
    return described


def _is_number(described: dict[str, str]) -> bool:
    return described["json_type"] in ("integer", "double", "number")


def _query_troubles(request: Request, parameters: list[dict[str, Any]], slips: set[str]) -> Iterator[str]:
    known = {each["name"]: each for each in parameters if each["in"] == "query"}
    given = dict(request.query)
    if unknown := given.keys() - known.keys() - slips:
        yield f"unknown query parameters {sorted(unknown)}"
    for name, described in known.items():
        if described.get("required") and name not in given:
            yield f"the query parameter {name} is missing"
        if name in given:
            yield from _value_troubles(name, given[name], described["schema"])
    if len(given.get("fields", "").split(",")) > FIELDS_MAX:
        yield f"more than {FIELDS_MAX} fields"


def _condition_troubles(request: Request, parameters: list[dict[str, Any]], slips: set[str]) -> Iterator[str]:
    known = {each["name"].lower(): each for each in parameters if each["in"] == "header"}
    for name in request.headers:
        if not name.lower().startswith("if-"):
            continue
        if name.lower() not in known.keys() | slips:
            yield f"unknown header {name}"
        yield from _value_troubles(name, request.headers[name], {"type": "string", "format": "date-time"})


def _value_troubles(name: str, value: str, schema: dict[str, Any]) -> Iterator[str]:
    if schema["type"] == "integer" and not re.fullmatch(r"-?\d+", value):
        yield f"{name} must be a whole number, not {value!r}"
    if schema["type"] == "boolean" and value not in ("true", "false"):
        yield f"{name} must be true or false, not {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{name} must be one of {schema['enum']}, not {value!r}"
    if schema.get("format") == "date-time":
        try:
            aware = datetime.fromisoformat(value).tzinfo is not None
        except ValueError:
            aware = False
        if not aware:
            yield f"{name} must be a moment with an offset, not {value!r}"


def _fields(file: Path) -> dict[str, dict[str, str]]:
    """The standard fields of a module by name."""
    with file.open(encoding="utf-8") as lines:
        return {row["api_name"]: row for row in csv.DictReader(lines, delimiter="\t")}


def _addresses(described: dict[str, Any]) -> Iterator[tuple[str, re.Pattern[str], str]]:
    for file, document in described.items():
        for path in document["paths"]:
            yield path, re.compile(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(path))), file


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """The node itself, or what its local reference points at."""
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node
