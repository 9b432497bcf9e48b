"""What Zoho Inventory's web hooks send, and what fires them."""

import base64
import hashlib
import hmac
import json
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest

from cscart_zoho_sim.clock import VirtualClock
from cscart_zoho_sim.messages import Message
from cscart_zoho_sim.wire import Request
from cscart_zoho_sim.zoho import Zoho
from cscart_zoho_sim.zoho.refusals import Refusal
from cscart_zoho_sim.zoho.web_hooks import SIGNATURE

URL = "https://panel.example.com/hooks/abc"
SECRET = "example0secret1"


@dataclass
class Hooked:
    """A Zoho whose messages are kept; `statuses` are what the receiver answers, 200 when there are none left."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    sent: list[Message] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.zoho = Zoho(self.clock, rng=random.Random(5))
        self.zoho.outbox.send = self._send

    def _send(self, message: Message) -> int:
        self.sent.append(message)
        return self.statuses.pop(0) if self.statuses else 200

    def told(self) -> list[dict[str, Any]]:
        """The documents that have come since the last look."""
        self.zoho.outbox.deliver()
        documents = [json.loads(message.body) for message in self.sent]
        self.sent.clear()
        return documents

    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        headers = {"authorization": f"Zoho-oauthtoken {self.zoho.issue_access_token()}"}
        query = (("organization_id", self.zoho.organization_id),)
        sent = json.dumps(body).encode()
        answer = self.zoho.handle(Request(method, "www.zohoapis.com", f"/inventory/v1{path}", query, headers, sent))
        assert answer.status < 300, answer.body


@pytest.fixture
def hooked() -> Hooked:
    return Hooked()


def test_a_message_is_the_whole_document_with_its_formatted_twins(hooked: Hooked) -> None:
    hooked.zoho.web_hooks.add("items", URL)
    item = hooked.zoho.add_item(name="Cup", sku="CUP", rate=1234.5)
    (told,) = hooked.told()
    assert told["item"].items() >= hooked.zoho.item(item).items()
    assert told["item"]["rate_formatted"] == "USD1,234.50"


@pytest.mark.parametrize("module", ["items", "contacts", "salesorders"])
def test_each_module_has_hooks_of_its_own(hooked: Hooked, module: str) -> None:
    hooked.zoho.web_hooks.add(module, URL)
    item = hooked.zoho.add_item(name="Cup", sku="CUP", rate=3)
    contact = hooked.zoho.add_contact(contact_name="Ann Example")
    order = hooked.zoho.add_salesorder(contact, [(item, 1, 3)])
    hooked.zoho.edit_item(item, rate=4)
    hooked.zoho.edit_contact(contact, notes="new")
    hooked.zoho.edit_salesorder(order, notes="new")
    told = hooked.told()
    assert [list(each) for each in told] == [[module.removesuffix("s")]] * 2


def test_the_signature_is_over_the_parameters_by_key_and_the_raw_body(hooked: Hooked) -> None:
    hooked.zoho.web_hooks.add("items", f"{URL}?z=1", secret=SECRET, parameters={"b": "x y", "a": "2"})
    hooked.zoho.add_item(name="Tasse für Tee", sku="CUP", rate=3)
    hooked.zoho.outbox.deliver()
    (message,) = hooked.sent
    digest = hmac.new(SECRET.encode(), b"a2bx yz1" + message.body, hashlib.sha256)
    assert message.url == f"{URL}?z=1&b=x+y&a=2"
    assert message.headers[SIGNATURE] == base64.b64encode(digest.digest()).decode()
    hooked.zoho.switches.hook_signature_hex = True
    hooked.zoho.add_item(name="Plate", sku="PLATE", rate=3)
    hooked.zoho.outbox.deliver()
    again = hmac.new(SECRET.encode(), b"a2bx yz1" + hooked.sent[1].body, hashlib.sha256)
    assert hooked.sent[1].headers[SIGNATURE] == again.hexdigest()


def test_a_form_has_the_document_in_one_of_its_fields(hooked: Hooked) -> None:
    hooked.zoho.web_hooks.add("items", URL, secret=SECRET, form=True, parameters={"shop": "1"})
    hooked.zoho.add_item(name="Cup", sku="CUP", rate=3)
    hooked.zoho.outbox.deliver()
    (message,) = hooked.sent
    fields = {name: values[0] for name, values in parse_qs(message.body.decode()).items()}
    assert json.loads(fields["JSONString"])["item"]["sku"] == "CUP"
    digest = hmac.new(SECRET.encode(), f"JSONString{fields['JSONString']}shop1".encode(), hashlib.sha256)
    assert message.headers[SIGNATURE] == base64.b64encode(digest.digest()).decode()


def test_stock_and_status_fire_rules_only_where_a_switch_says_so(hooked: Hooked) -> None:
    zoho = hooked.zoho
    item = zoho.add_item(name="Cup", sku="CUP", rate=3, stock_on_hand=9)
    contact = zoho.add_contact(contact_name="Ann Example")
    for module in ("items", "salesorders"):
        zoho.web_hooks.add(module, URL, events=["edit"])

    def all_of_it() -> list[str]:
        order = zoho.add_salesorder(contact, [(item, 2, 3)])
        zoho.confirm(order)
        zoho.ship(order)
        zoho.invoice(order)
        zoho.move_stock(item, 3)
        zoho.edit_item(item, status="inactive")
        zoho.edit_item(item, status="active")
        return [next(iter(each)) for each in hooked.told()]

    assert all_of_it() == []
    zoho.switches.hooks_hear_stock = True
    assert set(all_of_it()) == {"item"}
    zoho.switches.hooks_hear_stock, zoho.switches.hooks_hear_status = False, True
    assert sorted(all_of_it()) == ["item", "item", "salesorder", "salesorder", "salesorder"]


def test_saving_a_form_without_a_change_is_an_edit(hooked: Hooked) -> None:
    item = hooked.zoho.add_item(name="Cup", sku="CUP", rate=3)
    hooked.zoho.web_hooks.add("items", URL)
    hooked.clock.advance(60)
    hooked.zoho.edit_item(item, rate=3)
    assert len(hooked.told()) == 1


def test_what_a_program_does_comes_back_unless_a_switch_says_no(hooked: Hooked) -> None:
    hooked.zoho.web_hooks.add("items", URL)
    hooked.call("POST", "/items", {"name": "Cup", "sku": "CUP", "rate": 3})
    assert len(hooked.told()) == 1
    hooked.zoho.switches.hooks_hear_api = False
    hooked.call("POST", "/items", {"name": "Plate", "sku": "PLATE", "rate": 3})
    assert hooked.told() == []


def test_deletions_are_told_only_to_hooks_that_ask_for_them(hooked: Hooked) -> None:
    hooked.zoho.web_hooks.add("items", URL)
    hooked.zoho.web_hooks.add("items", f"{URL}/gone", events=["delete"])
    item = hooked.zoho.add_item(name="Cup", sku="CUP", rate=3)
    hooked.zoho.delete_item(item)
    hooked.zoho.outbox.deliver()
    assert [message.url for message in hooked.sent] == [URL, f"{URL}/gone"]


@pytest.mark.parametrize("status", [0, 302, 404, 500])
def test_a_failure_is_tried_five_times_more_and_then_given_up(hooked: Hooked, status: int) -> None:
    hooked.zoho.web_hooks.add("items", URL)
    hooked.statuses = [status] * 99
    hooked.zoho.add_item(name="Cup", sku="CUP", rate=3)
    tries = 0
    for _ in range(9):
        tries += hooked.zoho.outbox.deliver()
        hooked.clock.advance(4 * 3600)
    assert tries == 6
    assert hooked.zoho.outbox.told()["inventory"] == {"sent": 0, "failed": 6, "given_up": 1}


def test_an_hour_late_is_told_as_it_was_then(hooked: Hooked) -> None:
    hooked.zoho.web_hooks.add("items", URL, events=["create"])
    hooked.statuses = [503]
    item = hooked.zoho.add_item(name="Cup", sku="CUP", rate=3)
    assert hooked.told()
    hooked.zoho.edit_item(item, rate=4)
    assert hooked.told() == [], "the pause is not over"
    hooked.clock.advance(3600)
    (late,) = hooked.told()
    assert late["item"]["rate"] == 3


def test_a_day_has_a_most(hooked: Hooked) -> None:
    hooked.zoho.web_hooks.add("items", URL)
    hooked.zoho.switches.hooks_a_day = 2
    for n in range(3):
        hooked.zoho.add_item(name=f"Cup {n}", sku=f"CUP-{n}", rate=3)
    assert len(hooked.told()) == 2
    hooked.clock.advance(86_400)
    hooked.zoho.add_item(name="Plate", sku="PLATE", rate=3)
    assert len(hooked.told()) == 1


@pytest.mark.parametrize(
    "told",
    [
        {"module": "invoices", "url": URL},
        {"module": "items", "url": "ftp://example.com"},
        {"module": "items", "url": URL, "secret": "short"},
        {"module": "items", "url": URL, "secret": "has spaces in it"},
        {"module": "items", "url": URL, "secret": "x" * 51},
        {"module": "items", "url": URL, "events": []},
        {"module": "items", "url": URL, "events": ["sold"]},
    ],
)
def test_the_form_refuses_what_zoho_refuses(hooked: Hooked, told: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        hooked.zoho.web_hooks.add(**told)
    assert hooked.zoho.web_hooks.shown() == []
