"""The control addresses of a running simulation: what people do, what goes wrong, and how things stand.

`POST /__sim__/<edit>` with a JSON object of the edit's arguments, at either
port, and `GET /__sim__/state`. They answer JSON: {} when there is nothing to
tell, 400 with {"error": a sentence} for a refusal, 404 for an unknown edit.
Edits by people; each is one that a person can make in the pages of that side:

CS-Cart, whose ids are numbers here. All of a kind: `products`, `users`, `orders`; one as it is stored:
`read_product {product_id}`, `read_user {user_id}`, `read_order {order_id}`.

    add_product       {product, product_code, price, amount, status, ...} -> {product_id}
    edit_product      {product_id, product | price | amount | full_description | status | ...: text}
    delete_product    {product_id}          plant {product_id, column: text}: past every rule
    order             {product_id, amount} -> {sold}: stock is sold, no order is kept; cancel_order gives it back
    add_user          {email, firstname, lastname, phone, b_address, ...} -> {user_id}
    edit_user         {user_id, firstname | phone | b_address | ...: text}          delete_user {user_id}
    place_order       {lines: [[product_id, amount]], user_id | guest: {email, ...}, discount, ...} -> {order_id}
    edit_order        {order_id, lines, address: {b_address, ...}, notes | details | ...}
    set_order_status  {order_id, letter}          delete_order {order_id}

Zoho Inventory. All of a kind: `items`, `contacts`, `salesorders`; one as the API
shows it: `read_item {item_id}`, `read_contact {contact_id}`, `read_salesorder {order_id}`.

    add_item            {name, sku, rate, stock_on_hand, ...} -> {item_id}
    edit_item           {item_id, name | rate | description | status | ...}          delete_item {item_id}
    import_items        {file: the text of a CSV file, mapping: {heading: field}, overwrite}
                        -> {imported, overwritten, skipped: [{row, why}], unmapped: [headings]}
    move_stock          {item_id, delta}: an adjustment
    adjustments         all of them, oldest first
    approve_adjustment, reject_adjustment {adjustment_id}
    add_contact         {contact_name, ...} -> {contact_id}          edit_contact {contact_id, ...}
    add_salesorder      {customer_id, lines: [[item_id, quantity, rate]], ...} -> {salesorder_id}
    edit_salesorder     {order_id, lines, reference_number | notes | ...}
    confirm_salesorder, void_salesorder, ship_salesorder, deliver_salesorder, invoice_salesorder,
    delete_salesorder   {order_id}          mark_salesorder {order_id, word}
    add_tax             {name, percentage} -> {tax_id}

Zoho CRM. `crm_contacts`, `crm_accounts`, `read_crm_contact {id}`, `add_crm_contact`
and `add_crm_account` {API name: value} -> {id}, `edit_crm_contact` and
`edit_crm_account` {id, API name: value}, `add_crm_field {module, label, data_type}`.

Web hooks. Those of Zoho Inventory are set up by hand in Zoho, so here:

    add_web_hook     {module: items | contacts | salesorders, url, secret, form, parameters: {}, events: []}
                     -> {webhook_id}; form: `JSONString=...` in place of raw JSON; events: create, edit, delete
    web_hooks        all of them          delete_web_hook {webhook_id}
    store_hooks      the `zapier_hooks` that a program has made in the store
    crm_channels     the channels that a program has asked Zoho CRM for
    messages         what the sides sent by themselves -> {sender: {sent, failed, given_up}}, "waiting" and "next_in_s"

What is sent goes by real requests to 127.0.0.1 and nowhere else: CS-Cart's
before it answers the request that caused them, Zoho's at once from a thread of
its own, failed ones again after `hook_pauses_s`.

Conditions: `switch_cscart`, `switch_zoho`, `switch_crm` {switch: value},
`fault {kind, times}` at the port that is asked, `expire_tokens`,
`revoke_everything`, `lift_minute_limit`, `grant_code {scopes}`. `state` counts
records, calls and writes; `requests` are those to Zoho.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from cscart_zoho_sim.cscart.catalogue import Refused
from cscart_zoho_sim.faults import FaultPlan
from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.world import SCOPES, World
from cscart_zoho_sim.zoho.crm.refusals import CrmRefusal

ROOT = "/__sim__/"
#: How many requests to Zoho Inventory and CRM are remembered, for whoever wants to judge them.
REMEMBERED = 50_000
Edit = Callable[..., Any]


class Control:
    """The edits of one world, one at a time under `lock`.

    `fault` orders trouble for the port that it is asked at, and for no other.
    """

    def __init__(self, world: World, lock: AbstractContextManager[Any]) -> None:
        cscart, zoho = world.cscart, world.zoho
        self._lock = lock
        self._heard: deque[Request] = deque(maxlen=REMEMBERED)
        self._edits: Mapping[str, Edit] = {
            "state": world.state,
            "requests": lambda: [_told(request) for request in self._heard],
            "products": lambda: list(cscart.products().values()),
            "read_product": cscart.product,
            "add_product": lambda **fields: {"product_id": cscart.add_product(**fields)},
            "edit_product": cscart.edit_product,
            "plant": cscart.plant,
            "order": lambda product_id, amount: {"sold": cscart.order(product_id, amount)},
            "cancel_order": cscart.cancel_order,
            "orders": lambda: list(cscart.orders().values()),
            "read_order": cscart.order_of,
            "place_order": lambda **given: {"order_id": cscart.place_order(**given)},
            "edit_order": cscart.edit_order,
            "set_order_status": cscart.set_order_status,
            "delete_order": cscart.delete_order,
            "delete_product": cscart.delete_product,
            "items": lambda: list(zoho.items().values()),
            "read_item": zoho.item,
            "add_tax": lambda name, percentage: {"tax_id": zoho.add_tax(name, percentage)},
            "add_item": lambda **fields: {"item_id": zoho.add_item(**fields)},
            "import_items": lambda file, **how: zoho.import_items(file.encode(), **how),
            "edit_item": zoho.edit_item,
            "move_stock": zoho.move_stock,
            "adjustments": zoho.adjustments,
            "approve_adjustment": zoho.approve_adjustment,
            "reject_adjustment": zoho.reject_adjustment,
            "delete_item": zoho.delete_item,
            "users": lambda: list(cscart.users().values()),
            "read_user": cscart.user,
            "add_user": lambda **columns: {"user_id": cscart.add_user(**columns)},
            "edit_user": cscart.edit_user,
            "delete_user": cscart.delete_user,
            "crm_contacts": lambda: list(zoho.crm.contacts().values()),
            "read_crm_contact": zoho.crm.contact,
            "crm_accounts": lambda: list(zoho.crm.accounts().values()),
            "add_crm_contact": lambda **fields: {"id": zoho.crm.add_contact(**fields)},
            "edit_crm_contact": zoho.crm.edit_contact,
            "add_crm_account": lambda **fields: {"id": zoho.crm.add_account(**fields)},
            "edit_crm_account": zoho.crm.edit_account,
            "add_crm_field": lambda **fields: {"api_name": zoho.crm.add_field(**fields)},
            "contacts": lambda: list(zoho.contacts().values()),
            "read_contact": zoho.contact,
            "add_contact": lambda **fields: {"contact_id": zoho.add_contact(**fields)},
            "edit_contact": zoho.edit_contact,
            "merge_contacts": lambda master, losers: zoho.merge_contacts(master, *losers),
            "salesorders": lambda: list(zoho.salesorders().values()),
            "read_salesorder": zoho.salesorder,
            "add_salesorder": lambda **fields: {"salesorder_id": zoho.add_salesorder(**fields)},
            "edit_salesorder": zoho.edit_salesorder,
            "confirm_salesorder": zoho.confirm,
            "void_salesorder": zoho.void,
            "ship_salesorder": zoho.ship,
            "deliver_salesorder": zoho.deliver,
            "invoice_salesorder": zoho.invoice,
            "mark_salesorder": zoho.mark,
            "delete_salesorder": zoho.delete_salesorder,
            "add_web_hook": lambda **told: {"webhook_id": zoho.web_hooks.add(**told)},
            "web_hooks": zoho.web_hooks.shown,
            "delete_web_hook": zoho.web_hooks.delete,
            "store_hooks": lambda: list(cscart.web_hooks.rows.values()),
            "crm_channels": zoho.crm.notifications.shown,
            "messages": world.outbox.told,
            "switch_crm": lambda **values: _switch(zoho.crm.switches, values),
            "expire_tokens": zoho.expire_tokens,
            "revoke_everything": zoho.revoke_everything,
            "lift_minute_limit": zoho.lift_minute_limit,
            "grant_code": lambda scopes=SCOPES: {"grant_code": zoho.self_client_code(scopes)},
            "switch_cscart": lambda **values: _switch(cscart.switches, values),
            "switch_zoho": lambda **values: _switch(zoho.switches, values),
        }

    def hear(self, request: Request) -> None:
        """Remember a request to Zoho Inventory or CRM."""
        if request.path.startswith(("/inventory/", "/crm/")):
            self._heard.append(request)

    def handle(self, request: Request, faults: FaultPlan) -> Response:
        """Answer one request to a control address."""
        name = request.path.removeprefix(ROOT)
        if request.method != "POST" and (request.method, name) != ("GET", "state"):
            return _refused(405, "Edits are made by POST; only /__sim__/state is read by GET.")
        try:
            fields = _fields(request.body)
            if name == "fault":
                return Response.of_json(_order(faults, **fields))
            edit = self._edits.get(name)
            if edit is None:
                return _refused(404, f"There is no edit {name!r}; there are {', '.join((*self._edits, 'fault'))}.")
            with self._lock:
                done = edit(**fields)
        except KeyError as error:
            return _refused(400, f"There is no {error.args[0]}.")
        except (TypeError, ValueError, AttributeError, Refused, CrmRefusal) as error:
            return _refused(400, str(error))
        return Response.of_json({} if done is None else done)


def _told(request: Request) -> dict[str, Any]:
    """A request without the token that it carried."""
    scheme, _, _ = request.headers.get("authorization", "").partition(" ")
    kept = {n: value for n, value in request.headers.items() if n == "content-type" or n.startswith("if-")}
    return {
        "method": request.method,
        "host": request.host,
        "path": request.path,
        "query": request.query,
        "headers": {**kept, "authorization": f"{scheme} token"},
        "body": request.body.decode("utf-8", "replace"),
    }


def _fields(body: bytes) -> dict[str, Any]:
    fields = json.loads(body or b"{}")
    if not isinstance(fields, dict):
        raise ValueError("The body must be a JSON object.")
    return fields


def _order(faults: FaultPlan, kind: str, times: int = 1) -> dict[str, Any]:
    if kind.startswith("kill"):
        raise ValueError(f"{kind!r} ends the client's process, which a server cannot do.")
    faults.order(kind, times)
    return {"kind": kind, "times": times}


def _switch(switches: object, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if not hasattr(switches, name):
            raise ValueError(f"There is no switch {name!r}.")
        present = getattr(switches, name)
        # JSON has no sets and no exact decimals.
        setattr(switches, name, value if present is None else type(present)(value))


def _refused(status: int, sentence: str) -> Response:
    return Response.of_json({"error": sentence}, status)
