"""What a CS-Cart store can do: asked once when it is connected, shown in the panel, used by every run.

Entities and answers: seen on a running 4.20 store; older releases read in their code.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx2

from cscart_zoho.cscart import rights
from cscart_zoho.cscart.users import addon_of
from cscart_zoho.cscart.wire import words_of
from cscart_zoho.errors import ConnectorError, NotConnected, RemoteFault, Throttled, WrongSetting
from cscart_zoho.http import Answer, Params, Place, Reads, Wire
from cscart_zoho.mapping.order_choices import is_zone
from cscart_zoho.records import Entity

#: Version 2.0 of the API shows prices as they are stored; later ones show them after promotions.
ROOT = "/api/2.0"
#: The section of the settings in which the time zone stands (read in the code of 4.20).
APPEARANCE = "4"

#: A user that no store has.
NOBODY = 2_000_000_000

_NOT_CSCART = "Check the address: it is the one at which the shop itself opens, without /admin.php or /api."


class NoShortAddresses(WrongSetting):
    """The address answers, but not like the API of a store. Its web server may lead no short addresses to it."""


def long_address(path: str, params: Params) -> Place:
    """A call as a web server without URL rewriting understands it (read in the code: `.htaccess`, `api.php`)."""
    return "/api.php", (("_d", path.removeprefix("/api/")), *params)


def store_address(typed: str) -> str:
    """The address of a store as it is kept. Raises `WrongSetting` for what cannot be one."""
    text = typed.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts, _ = urlsplit(text), httpx2.URL(text)
        _ = parts.port
    except (ValueError, httpx2.InvalidURL):
        parts = urlsplit("")
    if parts.username or parts.password:
        raise WrongSetting("The address must not carry a user name or a password.", advice="Leave them out.")
    if parts.scheme not in ("https", "http") or not re.fullmatch(r"[^\s%@\\]+", parts.netloc):
        raise WrongSetting(f'"{typed[:100]}" is not an address of a store.', advice="It begins with https://.")
    path = re.sub(r"/+(api(\.php)?(/.*)?|admin\.php|index\.php)?$", "", parts.path)
    return f"{parts.scheme}://{parts.netloc}{path}"


def examine(answer: Answer, write: bool, *, block: Callable[[float, str], None] = lambda seconds, reason: None) -> None:
    """Raise what concerns the store as a whole; what concerns one record is the adapter's.

    `block` is told of a pause that the store asks for.
    """
    if answer.status == 401:
        raise NotConnected(
            "The store does not accept this e-mail and API key.",
            advice="Copy the key again from the administrator's profile, tab API access; it must be switched on there. "
            "If they are right, the web server keeps them from the store: Apache with PHP as FastCGI drops the "
            "header Authorization unless the shop's own .htaccess hands it on. Its web hosting can see to that.",
        )
    if answer.status == 429:
        said = "The store's server asks for a pause."
        block(60, said)
        raise Throttled(said, wait_s=60)


def probe(wire: Reads, company_id: str = "") -> dict[str, Any]:
    """What this store can do; lists that the key may not see are left out, and named under `denied`.

    `company_id` is the company that is worked with already, if the key may still see it; else it is the first one.
    Raises `WrongSetting` when it is no CS-Cart, `NotConnected` for a wrong key.
    """
    wire = noted = _Noted(wire)
    first = _first_page(wire)
    rows, total = _rows(first, "products"), max(0, _total(first))
    edition, companies = _companies(wire)
    categories = _table(wire, f"{ROOT}/categories", "categories")
    category = next((row for row in categories if str(row.get("status")) == "A"), {})
    ours = [each for each in companies if str(each.get("company_id")) == company_id]
    company = next(iter([*ours, *companies]), {})
    found: dict[str, Any] = {
        "edition": edition,
        "release": "4.20.1 or newer" if _status(wire, f"{ROOT}/version") == 200 else "before 4.20.1",
        "products": total,
        "updated_in_hours": _filters_by_time(wire, total),
        "texts_in_lists": bool(rows) and "full_description" in rows[0],
        "category_id": str(category.get("category_id") or ""),
        "category": str(category.get("category") or ""),
        "company_id": str(company.get("company_id") or ""),
        "company": str(company.get("company") or ""),
        "decimals": 2,
        "time_zone": _time_zone(wire, str(company.get("company_id") or "") if edition == "ultimate" else ""),
        **_customers(wire),
        **_orders(wire),
        "taxes": [
            {"id": str(row.get("tax_id")), "name": str(row.get("tax"))}
            for row in _table(wire, f"{ROOT}/taxes", "taxes")
        ],
    }
    denied = rights.denied(noted.status_of)
    told = {name: value for name, value in found.items() if not (_RESTS_ON.get(name, set()) & set(denied))}
    return {"denied": denied, **told}


class _Noted:
    """Asks a store, and remembers which lists it has shown: none is asked for twice only to see whether it may be."""

    def __init__(self, wire: Reads) -> None:
        self._wire = wire
        self._statuses: dict[str, int] = {}

    def get(self, path: str, params: Params = ()) -> Answer:
        answer = self._wire.get(path, params)
        self._statuses[path] = answer.status
        return answer

    def status_of(self, path: str, asked: Params) -> int:
        known = self._statuses.get(path)
        return known if known is not None else self.get(path, asked).status


#: What a look finds out only where these lists may be seen.
_RESTS_ON = {
    "category_id": {"categories"},
    "category": {"categories"},
    "taxes": {"taxes"},
    "order_statuses": {"statuses"},
    "payments": {"payments"},
    "shippings": {"shippings"},
    "time_zone": {"settings"},
}


def is_store(wire: Wire) -> bool:
    """Whether a store answers here at all. Raises `NotConnected` for a key that it does not take."""
    answer = wire.get(f"{ROOT}/products", (("items_per_page", "1"),))
    told = answer.json()
    return answer.status == 403 or (answer.status == 200 and isinstance(told, dict) and "products" in told)


def keys_of(wire: Wire, entity: Entity, ids: Sequence[str]) -> dict[str, str]:
    """SKUs of products, or e-mail addresses of customers, by id; what is not there or may not be seen is left out."""
    size = ("items_per_page", str(len(ids)))
    if entity is Entity.PRODUCTS:
        answer = wire.get(f"{ROOT}/products", (("pid", ",".join(ids)), size, ("get_features", "0"), ("get_icon", "0")))
        key, id, name = "products", "product_id", "product_code"
    else:
        answer = wire.get("/api/users", (("user_type", "C"), *(("user_ids[]", each) for each in ids), size))
        key, id, name = "users", "user_id", "email"
    rows = _rows(answer.json(), key) if answer.status == 200 else []
    return {str(row.get(id)): str(row.get(name) or "") for row in rows if str(row.get(id)) in ids}


def _time_zone(wire: Reads, company_id: str) -> str:
    """The store's own time zone, such as "Europe/Berlin"; "" where it does not tell one that is known.

    It is a setting of the section Appearance, and a list of settings can be
    narrowed by section and by nothing else (read in the code of 4.20). Where the
    section has another number, all settings are read; nothing but the zone is kept.
    """
    of_company = (("company_id", company_id),) if company_id else ()
    for section in ((("section_id", APPEARANCE),), ()):
        answer = wire.get(f"{ROOT}/settings", (*section, *of_company, ("items_per_page", "0")))
        if answer.status != 200:
            return ""  # the key may not read settings, or there are none to read
        rows = _rows(answer.json(), "settings")
        if name := next((str(row.get("value") or "") for row in rows if row.get("name") == "timezone"), ""):
            return name if is_zone(name) else ""
    return ""


def _customers(wire: Reads) -> dict[str, Any]:
    """Whether the key may read users, and what our store add-on adds."""
    users = wire.get("/api/users", (("user_type", "C"), ("items_per_page", "1")))
    return {"users": users.status == 200, "keeps_shipping": _keeps_shipping(wire), **addon_of(wire)}


def _keeps_shipping(wire: Reads) -> bool:
    """Whether a change of a user leaves the shipping address alone. Up to 4.14 it does not (read in the code).

    No release is told; but those say 404 to an unknown user, and later ones tell an empty list.
    """
    return wire.get(f"/api/users/{NOBODY}").status != 404


def _orders(wire: Reads) -> dict[str, Any]:
    """Whether the key may read orders, and what orders are made of. Each list needs a right of its own."""
    answer = wire.get(f"{ROOT}/orders", (("items_per_page", "1"),))
    return {
        "orders": answer.status == 200,
        **{kind: listed(wire, kind) for kind in LISTS},
        "currency": _currency(wire),
    }


#: Lists that orders are made of.
LISTS = ("order_statuses", "payments", "shippings")


def listed(wire: Reads, kind: str) -> list[dict[str, Any]]:
    """One of these lists, as it is now."""
    if kind != "order_statuses":
        return _ways(wire, kind, kind.removesuffix("s"))
    return [
        {
            "letter": str(row.get("status")),
            "name": str(row.get("description") or ""),
            "takes_stock": _inventory(row) == "D",
        }
        for row in _table(wire, f"{ROOT}/statuses", "statuses", ("type", "O"))
    ]


def _inventory(status: Mapping[str, Any]) -> str:
    """D for a status whose orders have taken stock, I for one that gives it back."""
    params = status.get("params")
    return str(params.get("inventory")) if isinstance(params, Mapping) else ""


def _ways(wire: Reads, what: str, noun: str) -> list[dict[str, Any]]:
    """Ways to pay or to ship, active ones first. Payments may carry secrets of theirs: only the names are kept."""
    rows = [
        {"id": str(row.get(f"{noun}_id")), "name": str(row.get(noun) or ""), "active": str(row.get("status")) == "A"}
        for row in _table(wire, f"{ROOT}/{what}", what)
    ]
    return sorted(rows, key=lambda row: not row["active"])


def _currency(wire: Reads) -> str:
    """The primary currency; "" where the store does not tell it, or cannot at present."""
    try:
        return primary_currency(wire)
    except RemoteFault:
        return ""


def primary_currency(wire: Reads) -> str:
    """The primary currency, which all amounts are in, in capital letters; "" where the store does not tell it.

    It is told only where the add-on for mobile apps is there (read in clients of its API; no entity of its own on
    4.20). Without it the merchant is asked: what a shopper looked at, which orders tell, is another thing. Rates,
    signs and decimals of currencies change no amount and are not looked at; two that are primary tell nothing.
    """
    rows = _table(wire, "/api/4.0/sra_currencies", "currencies")
    primary = [row for row in rows if row.get("is_primary") in ("Y", True, "1", 1)]
    codes = {str(row.get("currency_code") or row.get("code") or "").strip().upper() for row in primary}
    return codes.pop() if len(codes) == 1 else ""


def _first_page(wire: Reads) -> Mapping[str, Any]:
    asked = (("items_per_page", "1"), ("extend[]", "full_description"), ("extend[]", "description"))
    answer = wire.get(f"{ROOT}/products", asked)
    if answer.status in (403, 406, 503):
        _explain(answer)
    try:
        told = answer.json()
    except ConnectorError as error:
        if answer.around():
            raise WrongSetting(str(error), advice="Then connect again.") from error
        raise NoShortAddresses(
            f"This address did not answer like a CS-Cart store ({answer.words(80)}).", advice=_NOT_CSCART
        ) from error
    if answer.status != 200 or not isinstance(told, dict) or "products" not in told:
        raise NoShortAddresses(
            f"This address did not answer like a CS-Cart store (HTTP {answer.status}: {answer.words(80)}).",
            advice=_NOT_CSCART,
        )
    return told


def _explain(answer: Answer) -> None:
    """Whose refusal it is: the store's own, which is JSON, or that of something before it. Raises."""
    said = words_of(answer.body)
    if said is None:
        raise WrongSetting(
            f'A web server before the store refused the call (HTTP {answer.status}: "{answer.words(80)}"): a firewall '
            "or a protection against robots, perhaps.",
            advice="Have its web hosting let calls of this service through to /api.",
        )
    if "HTTPS" in said.upper():
        raise WrongSetting(
            f'The store answers only over https (it said: "{said}").', advice="Enter its address with https://."
        )
    raise NotConnected(
        f'The store\'s key may not read products (it said: "{said}").',
        advice="Give this administrator the right to view and manage products.",
    )


def _filters_by_time(wire: Reads, total: int) -> bool:
    """Before 4.9 `updated_in_hours` is ignored and every product comes (read in the code of 4.6.1)."""
    if total == 0:
        return True
    answer = wire.get(f"{ROOT}/products", (("items_per_page", "1"), ("updated_in_hours", "0.00001")))
    return answer.status == 200 and 0 <= _total(answer.json()) < total


def _companies(wire: Reads) -> tuple[str, list[dict[str, Any]]]:
    """Ultimate has `stores`; Multi-Vendor has only `vendors`. Where stores may not be seen it is not known: ""."""
    answer = wire.get(f"{ROOT}/stores", (("items_per_page", "500"),))
    if answer.status == 200:
        return "ultimate", _rows(answer.json(), "stores")
    return ("multivendor", _table(wire, f"{ROOT}/vendors", "vendors")) if answer.status == 404 else ("", [])


def _status(wire: Reads, path: str) -> int:
    return wire.get(path).status


def _table(wire: Reads, path: str, key: str, *asked: tuple[str, str]) -> list[dict[str, Any]]:
    answer = wire.get(path, (*asked, ("items_per_page", "500")))
    return _rows(answer.json(), key) if answer.status == 200 else []


def _rows(told: Any, key: str) -> list[dict[str, Any]]:
    """The rows of a list, which CS-Cart writes as an array, an object by id, or `[]`."""
    if not isinstance(told, dict):
        raise RemoteFault("The store gave an odd answer.")
    rows = told.get(key, told)
    listed = list(rows.values()) if isinstance(rows, dict) else rows
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def _total(told: Any) -> int:
    """How many rows there are in all, as a list's `params` say; -1 when they do not."""
    params = told.get("params") if isinstance(told, dict) else None
    return _number(params.get("total_items"), -1) if isinstance(params, dict) else -1


def _number(value: Any, default: int = 0) -> int:
    return int(value) if str(value).isdecimal() else default
