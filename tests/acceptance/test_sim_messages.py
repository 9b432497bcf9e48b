"""What served simulators send by themselves: web hooks and notifications, by real requests on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

from cscart_zoho_sim.zoho.web_hooks import SIGNATURE, signature
from tests.acceptance.stage import Simulation, free_port, simulation, until

SECRET = "example0secret1"


@dataclass
class Receiver:
    """A server that keeps what is posted to it; `asks` is called before it answers."""

    url: str = ""
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    asks: Any = None

    def heard(self, path: str, headers: dict[str, str], body: bytes) -> int:
        self.got.append((path, headers, body))
        if self.asks is not None:
            self.asks()
        return self.statuses.pop(0) if self.statuses else 200


@contextmanager
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Conversation(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = kept.heard(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Conversation) as server:
        kept.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield kept
        server.shutdown()


def store_hook(sims: Simulation, trigger: str, url: str) -> None:
    store = sims.cscart
    fields = {"hook_url": url, "trigger_name": trigger}
    answer = httpx2.post(f"{store['url']}/api/zapier_hooks", json=fields, auth=(store["email"], store["key"]))
    assert answer.status_code == 201


def test_zoho_tells_a_receiver_of_edits_signed_and_again_after_a_failure() -> None:
    with receiver() as heard, simulation("--products", "0") as sims:
        sims.edit("switch_zoho", hook_pauses_s=[0.1])
        heard.statuses = [500]
        sims.edit(
            "add_web_hook", module="items", url=f"{heard.url}/hooks/x", secret=SECRET, parameters={"from": "zoho"}
        )
        item = sims.edit("add_item", name="Example cup", sku="CUP", rate=3.5)["item_id"]
        until(lambda: sims.edit("messages")["inventory"] == {"sent": 1, "failed": 1, "given_up": 0}, "told twice")
        sims.edit("edit_item", item_id=item, rate=4)
        until(lambda: sims.edit("messages")["inventory"]["sent"] == 2, "the edit is told")
        first, again, edited = heard.got
        assert first == again
        path, headers, body = edited
        assert (path, json.loads(body)["item"]["rate"]) == ("/hooks/x?from=zoho", 4)
        assert headers[SIGNATURE.lower()] == signature(SECRET, [("from", "zoho")], body)
        (hook,) = sims.edit("web_hooks")
        assert SECRET not in json.dumps(hook)
        sims.edit("delete_web_hook", webhook_id=hook["webhook_id"])
        assert sims.edit("web_hooks") == []


def test_the_store_waits_for_its_receivers_who_may_ask_it_something() -> None:
    with receiver() as heard, simulation("--products", "1") as sims:
        heard.asks = lambda: sims.edit("products")
        for trigger in ("new_order", "order_paid", "new_user", "new_product"):
            store_hook(sims, trigger, f"{heard.url}/{trigger}")
        (row,) = sims.edit("products")
        product = int(row["product_id"])
        order = sims.edit("place_order", lines=[[product, 1]], guest={"email": "guest@example.com"})
        assert [path for path, _, _ in heard.got] == ["/new_order"], "told before the store has answered"
        sims.edit("set_order_status", order_id=order["order_id"], letter="P")
        sims.edit("set_order_status", order_id=order["order_id"], letter="C")
        sims.edit("edit_product", product_id=product, price="7")
        assert [path for path, _, _ in heard.got] == ["/new_order", "/order_paid"], "no word of edits"
        _, headers, body = heard.got[0]
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        assert json.loads(body)["order_id"] == str(order["order_id"])
        assert sims.edit("read_order", order_id=order["order_id"])["status"] == "C"
        assert len(sims.edit("store_hooks")) == 4


def test_a_receiver_that_is_not_there_costs_nothing_and_no_other_machine_is_asked() -> None:
    with simulation("--products", "0") as sims:
        for url in (f"http://127.0.0.1:{free_port()}/x", "http://example.com/x"):
            store_hook(sims, "new_product", url)
        product = sims.edit("add_product", product="Example cup", price="1")
        assert sims.edit("read_product", product_id=product["product_id"])["product"] == "Example cup"
        assert sims.edit("messages")["cscart"] == {"sent": 0, "failed": 2, "given_up": 0}


def test_people_read_back_what_they_typed_on_every_side() -> None:
    with simulation("--products", "0") as sims:
        user = sims.edit("add_user", email="ann@example.com", firstname="Ann")["user_id"]
        sims.edit("edit_user", user_id=user, phone="+1 555 0100")
        assert sims.edit("read_user", user_id=user)["phone"] == "+1 555 0100"
        person = sims.edit("add_crm_contact", Last_Name="Example", Email="ann@example.com")["id"]
        sims.edit("edit_crm_contact", id=person, Phone="+1 555 0101")
        assert sims.edit("read_crm_contact", id=person)["Phone"] == "+1 555 0101"
        contact = sims.edit("add_contact", contact_name="Ann Example")["contact_id"]
        item = sims.edit("add_item", name="Example cup", sku="CUP", rate=3.5, stock_on_hand=9)["item_id"]
        sale = sims.edit("add_salesorder", customer_id=contact, lines=[[item, 2, 3.5]])["salesorder_id"]
        sims.edit("confirm_salesorder", order_id=sale)
        assert sims.edit("read_salesorder", order_id=sale)["order_status"] == "confirmed"
        assert sims.edit("read_item", item_id=item)["available_for_sale_stock"] == 7
        assert sims.edit("read_contact", contact_id=contact)["contact_name"] == "Ann Example"
