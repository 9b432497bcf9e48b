"""What a Zoho organisation is and can do, and what its answers mean in errors."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

from cscart_zoho.errors import (
    ConnectorError,
    NotAuthorised,
    NotConnected,
    QuotaGone,
    Refused,
    RemoteFault,
    Throttled,
    WrongSetting,
)
from cscart_zoho.http import Answer, Params, StaleToken, Wire, odd
from cscart_zoho.zoho.preferences import preferences_of
from cscart_zoho.zoho.wire import (
    CONTACT_EXISTS,
    EXISTS,
    HOUR_S,
    MINUTE_S,
    NOT_AUTHENTICATED,
    NOT_AUTHORISED,
    ROOT,
    TOO_MANY_A_DAY,
    TOO_MANY_A_MINUTE,
    TOO_MANY_AT_ONCE,
    refusal,
)

#: Calls a day by plan (Zoho Inventory API, "API call limit"); an unknown plan counts as the smallest.
CALLS_A_DAY = {
    "free": 1_000,
    "standard": 2_000,
    "professional": 5_000,
    "premium": 10_000,
    "elite": 10_000,
    "enterprise": 10_000,
}
CALLS_A_MINUTE = 100
#: Calls at once, softly: of the free plan, and of those that are paid for (Zoho Inventory API, "API call limit").
AT_ONCE_FREE, AT_ONCE_PAID = 5, 10
DAY_S = 24 * 3600

#: Calls in flight at once: the next moment may do.
AT_ONCE_S = 2.0


class Pauses(Protocol):
    """Who keeps the pauses that Zoho asks for, over all processes."""

    def block(self, seconds: float, reason: str) -> None:
        """Nobody calls for so long."""
        ...

    def quota_gone(self, reason: str, reset_s: float | None) -> float:
        """Nobody calls before the day's calls are filled again, `reset_s` from now if Zoho told. How long that is."""
        ...

    def slow_down(self) -> None:
        """Fewer calls at once for a while."""
        ...


class NoPauses:
    """For calls before an organisation is connected: a pause concerns that one call only."""

    def block(self, seconds: float, reason: str) -> None:
        """Nobody is told."""

    def quota_gone(self, reason: str, reset_s: float | None) -> float:
        return reset_s or HOUR_S

    def slow_down(self) -> None:
        """Nobody is told."""


def examine(answer: Answer, write: bool, *, pauses: Pauses) -> None:
    """Raise what concerns the organisation as a whole: limits and the token.

    What concerns one record is judged by the adapters, with the words of `refusal`.
    """
    if answer.status == 429 and not answer.body.lstrip().startswith(b"{"):
        raise _throttled(Throttled("Zoho asks for a pause.", wait_s=_wait(answer)), pauses)
    told = answer.json()
    if not isinstance(told, dict) or not isinstance(told.get("code"), int):
        raise odd("Zoho", "gave an odd answer", write=write)
    code, words = int(told["code"]), str(told.get("message") or "no words")[:300]
    said = f'Zoho says: "{words}" (code {code}).'
    if code == TOO_MANY_A_DAY:
        raise QuotaGone(said, wait_s=pauses.quota_gone(said, _reset_s(answer)))
    if code == TOO_MANY_AT_ONCE:
        pauses.slow_down()
        raise Throttled(said, wait_s=AT_ONCE_S)
    if code == TOO_MANY_A_MINUTE or answer.status == 429:
        raise _throttled(Throttled(said, wait_s=_wait(answer)), pauses)
    if code in (NOT_AUTHENTICATED, NOT_AUTHORISED) or answer.status == 401:
        raise StaleToken(said)


def is_refused_change(answer: Answer) -> bool:
    """Whether Zoho refused a write for another reason than that a record is gone, or there already."""
    return (
        400 <= answer.status < 500
        and answer.status != 404
        and answer.json().get("code")
        not in (
            EXISTS,
            CONTACT_EXISTS,
        )
    )


def _throttled(error: Throttled, pauses: Pauses) -> Throttled:
    pauses.block(error.wait_s, str(error))
    return error


def _reset_s(answer: Answer) -> float | None:
    """Seconds until the day's calls are filled again, by a header that Zoho Books sends (seen live there)."""
    told = answer.headers.get("x-rate-limit-reset", "")
    return float(told) if told.isdecimal() and 0 < int(told) <= DAY_S else None


def _wait(answer: Answer) -> float:
    told = answer.headers.get("retry-after", "")
    return min(600.0, max(1.0, float(told))) if told.isdecimal() else MINUTE_S


def refused_token(words: str) -> NotConnected:
    """A fresh token is refused as well: then a permission is missing, for this record or at all (both are code 57)."""
    return NotAuthorised(f"{words} The token is fresh, so a permission is missing.")


def pick(rows: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    """The organisation to work with. Raises `WrongSetting` when it is not clear which one."""
    if not rows:
        raise NotConnected("This Zoho account has no organisation in Inventory.", advice="Open Zoho Inventory once.")
    if wanted:
        found = next((row for row in rows if str(row.get("organization_id")) == wanted), None)
        if found is None:
            raise WrongSetting(
                f"This Zoho account has no organisation {wanted}.", advice=f"Enter one of: {_names(rows)}."
            )
        return found
    if len(rows) > 1:
        raise WrongSetting(
            "This Zoho account has several organisations.",
            advice=f"Enter the ID of the one to sync with, and connect again: {_names(rows)}.",
        )
    return rows[0]


def _names(rows: list[dict[str, Any]]) -> str:
    return ", ".join(f"{row.get('organization_id')} ({row.get('name')})" for row in rows[:10])


def organisations(wire: Wire) -> list[dict[str, Any]]:
    """All organisations of the account."""
    return _listed(wire, "/organizations", "organizations")


def capabilities(row: Mapping[str, Any], wire: Wire, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the panel and the adapters want to know; what Zoho refuses to tell stays as `known` has it, else empty.

    Among the taxes are groups that count as one; `tax_groups` tells the taxes of each by its id.
    """
    before = known or {}
    told = _told_preferences(row, wire)
    return {
        "plan": str(row.get("plan_name") or ""),
        "currency": str(row.get("currency_code") or ""),
        "country": str(row.get("country_code") or ""),
        "price_precision": whole(row.get("price_precision"), 2),
        "time_zone": str(row.get("time_zone") or "UTC"),
        **taxes(wire, before),
        "tax_rounding": told.rounding or before.get("tax_rounding", ""),
        "preferences": told.preferences,
        "currencies": _currencies(wire, before),
        "locations": _locations(wire, before),
    }


def taxes(wire: Wire, before: Mapping[str, Any]) -> dict[str, Any]:
    """`taxes` and `tax_groups` of the capabilities as they are now; as they were where Zoho does not tell them."""
    told = _if_told(wire, "/settings/taxes", "taxes")
    if told is None:
        return {"taxes": before.get("taxes", []), "tax_groups": before.get("tax_groups", {})}
    return {"taxes": [_tax(each) for each in told], "tax_groups": _groups(told, wire, before)}


def _tax(row: Mapping[str, Any]) -> dict[str, str]:
    """What is told of a tax: `type` only of a compound one, `kind` in India, `country` in the EU."""
    told = {
        "id": str(row.get("tax_id")),
        "name": str(row.get("tax_name")),
        "percentage": str(row.get("tax_percentage")),
    }
    more = {
        "type": "compound_tax" if row.get("tax_type") == "compound_tax" else "",
        "kind": str(row.get("tax_specific_type") or ""),
        "country": str(row.get("country_code") or ""),
    }
    return told | {name: value for name, value in more.items() if value}


def _groups(taxes: Sequence[Mapping[str, Any]], wire: Wire, before: Mapping[str, Any]) -> dict[str, Any]:
    """The taxes of each group by its id. A group whose percentage stands as it stood is not asked for again."""
    kept = {each["id"]: each["percentage"] for each in before.get("taxes", [])}
    groups = before.get("tax_groups", {})
    rows = [_tax(each) for each in taxes if each.get("tax_type") == "tax_group"]
    return {
        row["id"]: groups[row["id"]]
        if groups.get(row["id"]) and kept.get(row["id"]) == row["percentage"]
        else _parts(row["id"], wire)
        for row in rows
    }


def _parts(group_id: str, wire: Wire) -> list[dict[str, str]]:
    """The taxes of a group; none, where Zoho does not tell them."""
    with suppress(Refused):
        group = _asked(wire, f"/settings/taxgroups/{group_id}", f"tax group {group_id}").get("tax_group")
        return [_tax(row) for row in _mapping(group).get("taxes") or []]
    return []


def _currencies(wire: Wire, before: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = _if_told(wire, "/settings/currencies", "currencies")
    if rows is None:
        return list(before.get("currencies", []))
    return [
        {"code": str(each.get("currency_code")), "price_precision": whole(each.get("price_precision"), 2)}
        for each in rows
    ]


def _locations(wire: Wire, before: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The active locations, the primary one first. Older organisations call them warehouses.

    An organisation without locations refuses both. Locations cannot be switched off: what is known of them stays.
    """
    for path, noun in (("/locations", "location"), ("/settings/warehouses", "warehouse")):
        rows = _if_told(wire, path, f"{noun}s")
        if rows is not None:
            found = [_location(each, noun) for each in rows if each.get("status") in (None, "", "active")]
            return sorted(found, key=lambda each: not each["primary"])
    return list(before.get("locations", []))


def _location(row: Mapping[str, Any], noun: str) -> dict[str, Any]:
    return {
        "id": str(row.get(f"{noun}_id")),
        "name": str(row.get(f"{noun}_name")),
        "primary": bool(row.get("is_primary") or row.get(f"is_primary_{noun}")),
        "kind": noun,
    }


class _Told(NamedTuple):
    """How taxes are rounded ("item_level", "entity_level", "" = nobody tells), and the preferences by our names."""

    rounding: str
    preferences: dict[str, Any]


def _told_preferences(row: Mapping[str, Any], wire: Wire) -> _Told:
    """What the merchant has set, from the organisation, its preferences, and, for what these do not tell, an order.

    The settings that tell it are seen live and not described, and each sales order tells its own: nothing may
    hang upon either.
    """
    settings: Mapping[str, Any] = {}
    with suppress(ConnectorError):
        settings = _preferences(wire)
    order: Mapping[str, Any] = {}
    if not _rounding(row, settings) or preferences_of(row, settings, {})["round_total"] is None:
        with suppress(ConnectorError):
            order = _latest_order(wire)
    return _Told(_rounding(row, settings, order), preferences_of(row, settings, order))


def _rounding(*places: Mapping[str, Any]) -> str:
    told = (place.get(key) for place in places for key in ("tax_rounding", "tax_rounding_type"))
    return next((str(each) for each in told if each in ("item_level", "entity_level")), "")


def _preferences(wire: Wire) -> Mapping[str, Any]:
    return _mapping(_asked(wire, "/settings/preferences", "to tell its preferences").get("preferences"))


def _latest_order(wire: Wire) -> Mapping[str, Any]:
    row = next(iter(_listed(wire, "/salesorders", "salesorders", (("per_page", "1"),))), {})
    id = str(row.get("salesorder_id") or "")
    return _mapping(_asked(wire, f"/salesorders/{id}", f"sales order {id}").get("salesorder")) if id else {}


def _mapping(told: object) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}


def _listed(wire: Wire, path: str, key: str, params: Params = ()) -> list[dict[str, Any]]:
    rows = _asked(wire, path, f"to tell its {key}", params).get(key)
    if not isinstance(rows, list):
        raise RemoteFault(f"Zoho did not tell its {key}.")
    return [row for row in rows if isinstance(row, dict)]


def _asked(wire: Wire, path: str, what: str, params: Params = ()) -> dict[str, Any]:
    answer = wire.get(ROOT + path, params)
    told: dict[str, Any] = answer.json()
    if answer.status >= 300 or told["code"] != 0:
        raise refusal(answer.status, told["code"], str(told.get("message") or "no words."), what)
    return told


def _if_told(wire: Wire, path: str, key: str) -> list[dict[str, Any]] | None:
    """A list that not every organisation has; None where Zoho refuses it."""
    try:
        return _listed(wire, path, key)
    except Refused:
        return None


def whole(value: Any, default: int) -> int:
    return int(value) if str(value).isdecimal() else default


def calls_a_day(plan: str) -> int:
    return CALLS_A_DAY.get(_known(plan), CALLS_A_DAY["free"])


def calls_at_once(plan: str) -> int:
    return AT_ONCE_PAID if _known(plan) in CALLS_A_DAY.keys() - {"free"} else AT_ONCE_FREE


def _known(plan: str) -> str:
    """The plan's name as the table has it: Zoho tells "Standard" and "STANDARD PLAN" alike."""
    return plan.lower().removesuffix(" plan").strip()
