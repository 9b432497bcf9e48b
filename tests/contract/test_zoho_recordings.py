"""Answers of the live Zoho (Books, same engine) against those of the simulator, recording by recording."""

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.zoho import Zoho
from cscart_zoho_sim.zoho.switches import Switches
from tests.judged import Tell

#: Zoho Books answers 201 to a new item, Zoho Inventory 200 (its OpenAPI description).
STATUS_OF_INVENTORY = {"create-item.json": 200}
#: Keys that Inventory has beyond Books and its description, from clients of the live API.
LIVE_KEYS = {
    "label_rate", "is_returnable", "package_details", "hsn_or_sac", "category_id", "vendor_id", "reorder_level",
    "unit_group_id", "unit_group_name", "is_org_active",
}  # fmt: skip
#: What differs between any two organisations or moments.
OWN = re.compile(
    r"(_id|_time|_time_formatted|^created_at|^created_date|^created_by_name|^name|^item_name|^sku|as_of_date|to_date)$"
)
#: What contacts owe and are owed: no invoices are simulated.
OWED = re.compile(r"^(outstanding|unused)_|^has_transaction$")

#: Recordings of papers that the simulator does not have as documents of their own.
NOT_SIMULATED = {"create-credit-note.json", "create-invoice.json", "create-payment.json", "get-payment.json"}

Recording = dict[str, Any]


def recordings(shared: Path) -> dict[str, tuple[str, str, Recording]]:
    """File name -> method, path and what was recorded."""
    found = {}
    for file in sorted((shared / "recordings" / "zoho-books").glob("*.json")):
        ((method, paths),) = json.loads(file.read_text())["api"].items()
        ((path, recorded),) = paths.items()
        found[file.name] = method.upper(), path, recorded
    return found


@pytest.fixture
def zoho(shared: Path) -> Zoho:
    """A Zoho with the items and the contacts of the recorded lists, without taxes."""
    # Rows of Zoho Books have all keys of the description.
    made = Zoho(VirtualClock(), rng=random.Random(7), switches=Switches(item_rows_as_described=True))
    made.organisation.taxes.clear()
    for row in recordings(shared)["list-items.json"][2]["response"]["items"]:
        if row["name"] != "Test Action Item C":
            kept = ("name", "sku", "description", "rate", "purchase_rate", "unit", "item_type", "product_type")
            call(made, "POST", "/inventory/v1/items", {key: row[key] for key in kept})
    address = recordings(shared)["get-contact.json"][2]["response"]["contact"]["billing_address"]
    for row in recordings(shared)["list-contacts.json"][2]["response"]["contacts"]:
        if row["contact_name"] != "Test Save Contact 2":
            body = {key: row[key] for key in ("contact_name", "company_name", "contact_type")}
            if row["contact_name"] == "Acme Corp":
                body["billing_address"] = {key: address[key] for key in ("address", "city", "state", "zip", "country")}
            call(made, "POST", "/inventory/v1/contacts", body)
    return made


def answer_of(zoho: Zoho, method: str, path: str, recorded: Recording) -> Response:
    """The simulator's answer to a recorded request; ids become those of the simulator."""
    path = path.replace("/books/v3", "/inventory/v1")
    if match := re.search(r"/items/(\d+)$", path):
        name = recorded["response"]["item"]["name"]
        own = next(id for id, item in zoho.items().items() if item["name"] == name)
        path = path.replace(match[1], own)
    if match := re.search(r"/contacts/(\d+)$", path):
        name = recorded["response"]["contact"]["contact_name"]
        own = next(id for id, contact in zoho.contacts().items() if contact["contact_name"] == name)
        path = path.replace(match[1], own)
    return call(zoho, method, path, recorded["request"].get("data"), recorded["request"]["params"])


def call(zoho: Zoho, method: str, path: str, body: Any, params: dict[str, str] | None = None) -> Response:
    query = {**(params or {}), "organization_id": zoho.organization_id}
    headers = {
        "authorization": f"Zoho-oauthtoken {zoho.issue_access_token()}",
        "content-type": "application/json",
    }
    content = json.dumps(body).encode() if body else b""
    return zoho.handle(Request(method, "www.zohoapis.com", path, tuple(query.items()), headers, content))


def kind(value: Any) -> str:
    names = {bool: "flag", int: "number", float: "number", str: "text", list: "list", dict: "object"}
    return "null" if value is None else names[type(value)]


def differences(recorded: Any, given: Any, known: set[str], values: bool, at: str = "") -> list[str]:
    """Where two answers differ in keys and kinds, and in values too where they are comparable."""
    if kind(recorded) != kind(given):
        return [f"{at}: {kind(given)} instead of {kind(recorded)}"]
    if isinstance(recorded, dict):
        missing = [f"{at}.{key}: missing" for key in recorded.keys() - given.keys()]
        more = [f"{at}.{key}: nobody knows this key" for key in given.keys() - recorded.keys() - known]
        both = [
            line
            for key in recorded.keys() & given.keys()
            for line in differences(recorded[key], given[key], known, values and not _own(key), f"{at}.{key}")
        ]
        return sorted([*missing, *more, *both])
    if isinstance(recorded, list):
        count = [f"{at}: {len(given)} instead of {len(recorded)}"] if len(recorded) != len(given) else []
        pairs = zip(recorded, given, strict=False)
        return [*count, *(line for a, b in pairs for line in differences(a, b, known, values, f"{at}[]"))]
    return [f"{at}: {given!r} instead of {recorded!r}"] if values and recorded != given else []


def _own(key: str) -> bool:
    """Whether the value of a key belongs to one organisation at one moment."""
    return bool(OWN.search(key) or OWED.search(key))


def described_keys(shared: Path) -> set[str]:
    """Every key that the descriptions of the simulated modules name."""
    keys: set[str] = set()

    def gather(node: Any) -> None:
        if isinstance(node, dict):
            keys.update(node.get("properties", {}))
            for inner in node.values():
                gather(inner)
        elif isinstance(node, list):
            for inner in node:
                gather(inner)

    for name in ("items", "organizations", "taxes", "contacts"):
        file = shared / "specs" / "zoho-inventory" / f"{name}.yml"
        gather(yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506
    return keys


def test_every_recording_replays_equal(shared: Path, zoho: Zoho, tell: Tell) -> None:
    known = described_keys(shared) | LIVE_KEYS
    found = recordings(shared)
    trouble: dict[str, list[str]] = {}
    replayed = 0
    # The lists were recorded after the item and the contact had been made.
    for name in sorted(found.keys() - NOT_SIMULATED, key=lambda name: not name.startswith("create-")):
        method, path, recorded = found[name]
        answer = answer_of(zoho, method, path, recorded)
        assert answer.status == STATUS_OF_INVENTORY.get(name, recorded["status"]), name
        assert answer.headers["content-type"] == recorded["headers"]["content-type"]
        same_owner = name != "list-organizations.json"
        lines = differences(recorded["response"], json.loads(answer.body), known, values=same_owner)
        if lines:
            trouble[name] = lines
        replayed += 1
    left_out = sorted(found.keys() & NOT_SIMULATED)
    tell(f"Zoho: {replayed} of {len(found)} recordings replayed, not simulated: {', '.join(left_out) or 'none'}")
    assert trouble == {}
    assert replayed == len(found) - len(left_out) == 8


@pytest.mark.parametrize(
    ("changed", "word"),
    [({"rate": "6"}, "text instead of number"), ({"colour": 1}, "nobody knows"), ({"rate": 7}, "7 instead of 6")],
)
def test_the_comparison_can_fail(changed: dict[str, Any], word: str) -> None:
    recorded = {"rate": 6, "tags": []}
    assert differences(recorded, recorded, set(), values=True) == []
    assert word in differences(recorded, {**recorded, **changed}, set(), values=True)[0]
    assert "missing" in differences(recorded, {"rate": 6}, set(), values=True)[0]
