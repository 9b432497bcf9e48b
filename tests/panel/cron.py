"""Every way to call a cron address, and what a client can tell answers apart by."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.test import Client

SCOPES = "ZohoInventory.items.ALL,ZohoInventory.contacts.ALL,ZohoInventory.salesorders.ALL"
ENTITIES = ("products", "customers", "orders")
DISPATCH = {
    "products": "sg_zoho_pro_cron.run",
    "customers": "sg_zoho_cus_cron.run",
    "orders": "sg_zoho_order_cron.run",
}
Call = Callable[[Client, str, str], Any]

#: Every way to hand a secret over: its name, and how.
WAYS: dict[str, Call] = {
    "address": lambda client, entity, secret: client.get(f"/cron/{entity}/{secret}/"),
    "address without its last slash": lambda client, entity, secret: client.get(f"/cron/{entity}/{secret}"),
    "address, by POST": lambda client, entity, secret: client.post(f"/cron/{entity}/{secret}/"),
    "header": lambda client, entity, secret: client.get(f"/cron/{entity}/", headers={"X-Cron-Secret": secret}),
    "header, by POST": lambda client, entity, secret: client.post(
        f"/cron/{entity}/", headers={"X-Cron-Secret": secret}
    ),
    "bearer": lambda client, entity, secret: client.post(
        f"/cron/{entity}/", headers={"Authorization": f"Bearer {secret}"}
    ),
    "form": lambda client, entity, secret: client.post(
        f"/cron/{entity}/", f"secret={secret}", content_type="application/x-www-form-urlencoded"
    ),
    "old style": lambda client, entity, secret: client.get(
        "/index.php", {"dispatch": DISPATCH[entity], "secret": secret}
    ),
    "old style, header": lambda client, entity, secret: client.get(
        f"/index.php?dispatch={DISPATCH[entity]}", headers={"X-Cron-Secret": secret}
    ),
}


def told(answer: HttpResponse) -> tuple[int, bytes]:
    """What a client can tell answers apart by."""
    return answer.status_code, answer.content
