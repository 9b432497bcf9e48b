"""`web-hooks`: which sides tell of their changes, as the command line shows and switches it."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from cscart_zoho import app
from cscart_zoho.cli.here import a_store, note
from cscart_zoho.cli.words import answer_json, complain, say, table
from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs.repairs import repaired
from cscart_zoho.store.inbox import HintSource

#: What the scheduled runs have repaired is added up over so many days.
DAYS = 7


def show(*, as_json: bool) -> None:
    """Each side; addresses and secrets are not among it."""
    store = a_store()
    mended = repaired(store, timezone.now() - timedelta(days=DAYS))
    sources = {source.kind: source for source in HintSource.objects.filter(store=store)}
    told = [_told(kind, sources.get(kind), mended.get(kind, 0)) for kind in HintSource.Kind.values]
    if as_json:
        answer_json({"web_hooks": told})
        return
    shown = ("kind", "on", "last_at", "accepted", "doubled", "refused", "repaired", "expires_at")
    head = ("Side", "On", "Last message", "Taken", "Twice", "Refused", "Repaired", "Ends")
    say(table([[each[name] for name in shown] for each in told], head=head))
    for each in told:
        for words in (each["trouble"], each["refusal"]):
            if words:
                say(f"{each['kind']}: {words}")
    say(f"Repaired = changes that scheduled runs of the last {DAYS} days found and no message had told of.")


def _told(kind: str, source: HintSource | None, mended: int) -> dict[str, Any]:
    return {
        "kind": kind,
        "on": source is not None and source.on,
        "last_at": source.last_at if source else None,
        "accepted": source.accepted if source else 0,
        "doubled": source.doubled if source else 0,
        "refused": source.refused if source else 0,
        "repaired": mended,
        "expires_at": source.expires_at if source else None,
        "trouble": source.trouble if source else "",
        "refusal": source.refusal if source else "",
    }


def switch_on(kind: str, *, as_json: bool) -> int:
    """Switch a side on; the exit code. Address and secret are shown where a person has to enter them."""
    source = app.switch_on_hooks(a_store(), kind)
    note("web hooks switched on", source.get_kind_display())
    by_hand = kind == HintSource.Kind.INVENTORY
    told = {"ok": not source.trouble, "trouble": source.trouble}
    if as_json:
        answer_json({**told, **({"address": app.hook_address(source), "secret": source.secret} if by_hand else {})})
    elif source.trouble:
        complain(source.trouble)
    elif by_hand:
        say("On. In Zoho Inventory make a web hook for items, contacts and sales orders, each with")
        say(f"  address  {app.hook_address(source)}")
        say(f"  secret   {source.secret}")
        say("The page Web hooks of the panel says what to click, and shows when a message comes.")
    else:
        say(f"On. What it needs was made in {source.get_kind_display()}.")
    return 1 if source.trouble else 0


def switch_off(kind: str, *, as_json: bool) -> int:
    """Switch a side off; the exit code."""
    source = HintSource.objects.filter(store=a_store(), kind=kind).select_related("store__zoho").first()
    if source is None:
        raise WrongSetting("It was never switched on.", advice="Nothing has to be done.")
    app.switch_off_hooks(source)
    note("web hooks switched off", source.get_kind_display())
    if as_json:
        answer_json({"ok": not source.trouble, "trouble": source.trouble})
    elif source.trouble:
        complain(source.trouble)
    else:
        say("Off. Delete the web hooks in Zoho Inventory, too." if kind == "inventory" else "Off. It is deleted there.")
    return 1 if source.trouble else 0
