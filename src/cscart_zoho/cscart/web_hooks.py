"""CS-Cart's own web hooks: the add-on Zapier that comes with it has an API for them.

They tell of new products, customers and shipments, of new orders and of orders that
are paid; not of edits. The store sends the record as JSON, unsigned and under the
content type of a form, waits for the answer, and never tries again (seen on a running
4.20 store). So an address with a secret is all that tells who sends, and what comes is
never used as data.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from cscart_zoho.cscart.wire import check, decoded
from cscart_zoho.errors import NotFound, RemoteFault, WrongSetting
from cscart_zoho.http import Wire
from cscart_zoho.records import Entity
from cscart_zoho.sync.hints import NotAccepted, Told, checked_id, parsed

HOOKS = "/api/2.0/zapier_hooks"
TRIGGERS = ("new_order", "order_paid", "new_product", "new_shipment", "new_user")
#: Characters that the store keeps of an address.
URL_LIMIT = 255
#: Rows of a page of the list.
PER_PAGE = 100
#: By the key of an id: what it is an id of. The first that is there counts: orders and shipments name users and
#: products, too.
IDS = {"order_id": Entity.ORDERS, "product_id": Entity.PRODUCTS, "user_id": Entity.CUSTOMERS}
#: When a record was last changed, as seconds since the epoch; `timestamp` is when it was made.
STAMPS = ("updated_at", "updated_timestamp")


class HookRow(msgspec.Struct):
    """One hook, as the store lists it."""

    hook_id: int | str
    hook_url: str = ""
    trigger_name: str = ""


class HookList(msgspec.Struct):
    zapier_hooks: list[HookRow] = []


class Made(msgspec.Struct):
    hook_id: int | str


_LIST = msgspec.json.Decoder(HookList)
_MADE = msgspec.json.Decoder(Made)


class WebHooks:
    """The hooks that are registered in the store."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def listed(self) -> list[HookRow]:
        """All of them, whoever made them. Raises `WrongSetting` where the add-on is missing."""
        found: dict[str, HookRow] = {}
        while True:
            page = [("page", str(len(found) // PER_PAGE + 1)), ("items_per_page", str(PER_PAGE))]
            answer = self._wire.get(HOOKS, page)
            if answer.status == 404:
                raise WrongSetting(
                    "The store has no web hooks: its add-on Zapier is missing or switched off.",
                    advice="Switch the add-on on under Add-ons in CS-Cart (4.18 and later have it), or do without.",
                )
            rows = decoded(check(answer, "the list of web hooks"), _LIST).zapier_hooks
            known = len(found)
            found |= {str(row.hook_id): row for row in rows}
            if len(rows) < PER_PAGE or len(found) == known:
                return list(found.values())

    def make(self, trigger: str, url: str) -> str:
        """Register an address; the hook's id."""
        if len(url) > URL_LIMIT:
            raise WrongSetting(f"The address of the panel is too long: the store keeps {URL_LIMIT} characters of it.")
        body = {"hook_url": url, "trigger_name": trigger}
        made = decoded(check(self._wire.send("POST", HOOKS, body), "a web hook"), _MADE)
        if not str(made.hook_id):
            raise RemoteFault("CS-Cart made a web hook and did not tell its ID.")
        return str(made.hook_id)

    def delete(self, id: str) -> None:
        """End a hook. One that is not there any more is as good as ended."""
        try:
            check(self._wire.send("DELETE", f"{HOOKS}/{id}"), f"web hook {id}")
        except NotFound:
            return


def read(body: bytes) -> list[Told]:
    """The record that a message names. Raises `NotAccepted`."""
    told = parsed(body)
    # One level deeper as well: what wraps the record depends on the trigger.
    for row in (told, *(value for value in told.values() if isinstance(value, Mapping))):
        for key, entity in IDS.items():
            if row.get(key) not in (None, "", 0, "0"):
                return [Told(entity, checked_id(row[key]), _changed_at(row))]
    raise NotAccepted("A message named no order, no product and no customer.")


def _changed_at(row: Mapping[str, Any]) -> datetime | None:
    for key in STAMPS:
        try:
            seconds = int(str(row.get(key)))
        except ValueError:
            continue
        if 0 < seconds < 2**32:
            return datetime.fromtimestamp(seconds, UTC)
    return None
