"""How values look to people. Pure, but for the clock in `ago`."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.timezone import now

from cscart_zoho.mapping.choices import Owner
from cscart_zoho.records import LONG_TEXTS, PRODUCT_FIELDS, Value, is_fingerprint

NOTHING = "–"

#: The badge colours of everything that has a state.
TONES = {
    "synced": "good",
    "done": "good",
    "active": "good",
    "not_synced": "plain",
    "waiting": "plain",
    "planned": "plain",
    "skipped": "plain",
    "inactive": "plain",
    "stopped": "warn",
    "held": "warn",
    "conflict": "warn",
    "attention": "warn",
    "unknown": "warn",
    "running": "busy",
    "failed": "bad",
    "gone": "bad",
}

OWNERS = {
    Owner.CSCART: "CS-Cart",
    Owner.ZOHO: "Zoho",
    Owner.NEWEST: "the newest change",
    Owner.ASK: "you are asked",
    Owner.NOBODY: "not synced",
}

KINDS = {
    "create": "Make",
    "update": "Update",
    "link": "Pair",
    "stock": "Stock",
    "even_out": "Even out",
    "hold": "Hold",
    "conflict": "Conflict",
    "mark_inactive": "Mark inactive",
}


#: The counts of a run, for one and for more.
COUNTS = {
    "linked": ("paired", "paired"),
    "created_in_zoho": ("made in Zoho", "made in Zoho"),
    "created_in_cscart": ("made in CS-Cart", "made in CS-Cart"),
    "stock_moves": ("stock movement", "stock movements"),
    "evened_out": ("evened out for an earlier order", "evened out for earlier orders"),
    "conflicts": ("in conflict", "in conflict"),
    "failed_before": ("failed before", "failed before"),
    "unclear": ("write without a clear answer", "writes without a clear answer"),
    "writes": ("write", "writes"),
    "records": ("record in all", "records in all"),
    "seen_cscart": ("seen in CS-Cart", "seen in CS-Cart"),
    "seen_zoho": ("seen in Zoho", "seen in Zoho"),
}
#: Counts that tell of reading, of calls, and of what is well, not of what was done.
LOOKED_AT = frozenset({"seen_cscart", "seen_zoho", "writes", "records", "agreed", "left_out"})
#: What is kept with the counts and is none.
NO_COUNTS = frozenset({"well"})

#: Names in a step's changes that are not fields of a product.
CHANGES = {
    "stock_in_zoho": "Stock in Zoho",
    "stock_in_cscart": "Stock in CS-Cart",
    "document": "Lines and money",
}


def badge(state: str, text: str, reason: str = "") -> SafeString:
    """A coloured word; the reason stands below it."""
    label = format_html('<span class="cz-badge cz-{}">{}</span>', TONES.get(state, "plain"), text)
    if not reason:
        return label
    return format_html('{}<span class="cz-reason">{}</span>', label, reason)


def shown(value: Value, field: str = "") -> str:
    """A canonical value in words: amounts with separators, long texts by their length."""
    if value is None or value == "":
        return NOTHING
    if field == "document":
        return version(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return money(value) if field in {"price", "list_price"} else f"{value.normalize():f}"
    if isinstance(value, int):
        return f"{value:,}"
    if field in LONG_TEXTS or field == "":
        return _text(value)
    return str(value)


def version(document: Value) -> str:
    """A stand-in for an order's document: enough to see that two of them are not the same."""
    return f"version {str(document)[1:5]}" if is_fingerprint(document) else "present"


def _text(value: str) -> str:
    if is_fingerprint(value):
        return f"text of {int(value.rpartition(':')[2]):,} characters"
    return value


def money(value: Decimal | None) -> str:
    """An amount with at least two places and no needless ones."""
    if value is None:
        return NOTHING
    places = max(2, -int(value.normalize().as_tuple().exponent))
    return f"{value:,.{places}f}"


def field_title(field: str) -> str:
    """The name of a field of a product or an order."""
    return PRODUCT_FIELDS.get(field) or CHANGES.get(field, field)


def counted(name: str, number: int) -> str:
    """One count of a run: "3 made in Zoho"."""
    one, more = COUNTS.get(name, (name.replace("_", " "),) * 2)
    return f"{number:,} {one if number == 1 else more}"


def ago(moment: datetime | None) -> SafeString | str:
    """A moment as people say it; the exact one appears on hover."""
    if moment is None:
        return NOTHING
    exact = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, naturaltime(moment))


def lasting(moment: datetime | None) -> SafeString | str:
    """For how long something has been so, such as "for 3 hours"; the exact beginning appears on hover."""
    if moment is None:
        return ""
    exact = f"since {moment:%Y-%m-%d %H:%M:%S} UTC"
    is_new = now() - moment < timedelta(minutes=1)
    how_long = "since a moment ago" if is_new else f"for {timesince(moment, depth=1)}"
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, how_long)


def asked_for(asked: dict[str, Any], entity: str = "products") -> str:
    """What a run was asked to do, in a few words."""
    ids = max(len(asked.get("cscart_ids") or ()), len(asked.get("zoho_ids") or ()))  # a pair is one record
    ids += len(asked.get("account_ids") or ())
    how = "named by a message" if asked.get("hinted") else "chosen"
    what = {"ids": f"{ids:,} {how}" if ids else how, "unsynced": "everything unsynced"}.get(
        str(asked.get("only") or ""), "everything"
    )
    where = {"to-zoho": "to Zoho", "to-cscart": "to CS-Cart"}.get(str(asked.get("direction")), "both ways")
    kind = "" if entity == "products" else f"{entity}: "
    parts = [kind + ("stock of " + what if asked.get("stock_only") else what), where]
    if asked.get("winner"):
        parts.append("CS-Cart counts" if asked["winner"] == "cscart" else "Zoho counts")
    if asked.get("dry_run"):
        parts.append("plan only")
    if asked.get("release_brake"):
        parts.append("brake released")
    return ", ".join(parts)
