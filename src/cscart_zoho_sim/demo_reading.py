"""Both sides read through their own APIs, with the keys of the demo: what a careful merchant would look at."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from cscart_zoho_sim.demo_truth import Side

Keys = Mapping[str, str]
#: Rows of a page, and ids of one call for whole items.
PAGE, DETAILS = 200, 100
#: What a contact is found by and called, whatever is mapped.
CONTACT_FIELDS = ("Last_Name", "Email")
#: The entity of the store add-on: customers with their addresses and profile fields.
ADDON = "cscart_zoho_customers"


def read_store(client: httpx2.Client, keys: Keys) -> Side:
    """Products with their descriptions, customers, whole orders. Raises `httpx2.HTTPError`."""
    reader = _Store(client, keys)
    texts = {"extend[]": "full_description"}
    customers, choices = reader.customers()
    return Side(
        reader.all("products", "product_id", **texts),
        customers or reader.all("users", "user_id", user_type="C"),
        reader.all("orders", "order_id", get_orders_data="1"),
        choices,
    )


@dataclass(frozen=True)
class _Store:
    client: httpx2.Client
    keys: Keys

    def all(self, kind: str, id: str, **asked: str) -> dict[str, dict[str, Any]]:
        """Every row of a list by its id."""
        found: dict[str, dict[str, Any]] = {}
        page, total = 1, 1
        while len(found) < total:
            query = {"items_per_page": str(PAGE), "page": str(page), "sort_by": "timestamp", **asked}
            answer = self.client.get(
                f"{self.keys['url']}/api/2.0/{kind}", params=query, auth=(self.keys["email"], self.keys["key"])
            )
            answer.raise_for_status()
            told = answer.json()
            before = len(found)
            found |= {str(row[id]): row for row in told[kind]}
            total, page = int(told["params"]["total_items"]), page + 1
            if len(found) == before:
                break
        return found

    def customers(self) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
        """Customers in full, and the texts of choices by their ids, as the store add-on tells them; else nothing."""
        found: dict[str, dict[str, Any]] = {}
        choices: dict[str, str] = {}
        at, after = 0, 0
        while True:
            query = {"updated_from": str(at), "after_id": str(after), "limit": str(PAGE), "with_fields": "1"}
            answer = self.client.get(
                f"{self.keys['url']}/api/{ADDON}", params=query, auth=(self.keys["email"], self.keys["key"])
            )
            if answer.status_code == 404:
                return {}, {}
            answer.raise_for_status()
            told = answer.json()
            rows = told["customers"]
            found |= {str(row["user_id"]): row for row in rows}
            for each in told.get("profile_fields", ()):
                choices |= {str(id): str(text) for id, text in (each["values"] or {}).items()}
            if len(rows) < PAGE:
                return found, choices
            at, after = int(rows[-1]["updated_at"]), int(rows[-1]["user_id"])


def read_zoho(client: httpx2.Client, keys: Keys, mapped: Iterable[str] = ()) -> Side:
    """Items with all their figures, contacts of CRM with the mapped fields, sales orders. Raises `httpx2.HTTPError`."""
    reader = _Zoho(client, keys, _token(client, keys))
    ids = list(reader.all("items", "item_id"))
    items: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), DETAILS):
        told = reader.inventory("itemdetails", item_ids=",".join(ids[start : start + DETAILS]))
        items |= {str(item["item_id"]): item for item in told["items"]}
    contacts = {str(row["id"]): row for row in reader.contacts(dict.fromkeys((*CONTACT_FIELDS, *mapped)))}
    return Side(items, contacts, reader.all("salesorders", "salesorder_id"))


def _token(client: httpx2.Client, keys: Keys) -> str:
    answer = client.post(
        f"{keys['accounts_url']}/oauth/v2/token",
        data={
            "grant_type": "refresh_token",
            "refresh_token": keys["refresh_token"],
            "client_id": keys["client_id"],
            "client_secret": keys["client_secret"],
        },
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


@dataclass(frozen=True)
class _Zoho:
    client: httpx2.Client
    keys: Keys
    token: str

    def inventory(self, path: str, **asked: str) -> dict[str, Any]:
        asked["organization_id"] = self.keys["organization_id"]
        return self._get(f"{self.keys['inventory_url']}/{path}", asked)

    def all(self, kind: str, id: str) -> dict[str, dict[str, Any]]:
        """Every row of a list by its id."""
        found: dict[str, dict[str, Any]] = {}
        page, more = 1, True
        while more:
            told = self.inventory(kind, page=str(page), per_page=str(PAGE))
            found |= {str(row[id]): row for row in told[kind]}
            more, page = bool(told.get("page_context", {}).get("has_more_page")), page + 1
        return found

    def contacts(self, fields: Iterable[str]) -> Iterator[dict[str, Any]]:
        page, more = 1, True
        while more:
            asked = {"fields": ",".join(fields), "page": str(page), "per_page": str(PAGE)}
            told = self._get(f"{self.keys['crm_url']}/Contacts", asked)
            yield from told.get("data", ())
            more, page = bool(told.get("info", {}).get("more_records")), page + 1

    def _get(self, url: str, asked: Mapping[str, str]) -> dict[str, Any]:
        headers = {"Authorization": f"Zoho-oauthtoken {self.token}"}
        answer = self.client.get(url, params=dict(asked), headers=headers)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told
