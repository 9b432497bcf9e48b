"""`cron`: the addresses that a server's cron calls."""

from typing import Any

from cscart_zoho.cli.here import a_store, note
from cscart_zoho.cli.words import answer_json, say, table
from cscart_zoho.jobs import cron_addresses
from cscart_zoho.jobs.schedule import ENTITIES
from cscart_zoho.records import Entity
from cscart_zoho.store.clock import database_now


def show(*, as_json: bool) -> None:
    """Each address without its secret, when it was made and called, and how a line for it looks."""
    store = a_store()
    made = cron_addresses.addresses_of(store)
    told: list[dict[str, Any]] = [
        {
            "entity": entity.value,
            "address": cron_addresses.url_of(entity),
            "made_at": made[entity].made_at if entity in made else None,
            "calls": made[entity].calls if entity in made else 0,
            "last_called_at": made[entity].last_called_at if entity in made else None,
            "line": cron_addresses.crontab_line(store, entity),
        }
        for entity in ENTITIES
    ]
    if as_json:
        answer_json({"addresses": told})
        return
    shown = ("entity", "address", "made_at", "calls", "last_called_at")
    say(table([[each[name] for name in shown] for each in told], head=("Records", "Address", "Made", "Calls", "Last")))
    for each in told:
        say(each["line"])
    say("Make one, or another secret for it, with: cscart-zoho cron rotate ENTITY")


def rotate(entity: Entity, *, as_json: bool) -> None:
    """Make another secret and show it, this once."""
    store = a_store()
    secret = cron_addresses.new_secret(store, entity, database_now())
    note("cron secret made", entity.value)
    told = {
        "entity": entity.value,
        "secret": secret,
        "address": cron_addresses.url_of(entity),
        "line": cron_addresses.crontab_line(store, entity, secret),
        "old_style": f"{cron_addresses.old_style_url_of(entity)}&secret={secret}",
    }
    if as_json:
        answer_json(told)
        return
    say("The line for your crontab. The secret is shown this once; an older one has ended.")
    say(told["line"])
    say("In the style of a crontab you have:")
    say(told["old_style"])
