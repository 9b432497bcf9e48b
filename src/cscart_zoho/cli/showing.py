"""`status`, `runs`, `conflicts` and `settings`: what the ledger knows, without a call to anybody."""

from dataclasses import asdict
from typing import Any

from django.db.models import Count, Q

from cscart_zoho.cli.choosing import fitting, fitting_customer
from cscart_zoho.cli.here import note, the_store, whoever
from cscart_zoho.cli.syncing import KEY_WORDS, counts_of
from cscart_zoho.cli.words import answer_json, say, table
from cscart_zoho.errors import NotFound, WrongSetting
from cscart_zoho.jobs import schedule
from cscart_zoho.jobs.presence import is_present
from cscart_zoho.jobs.requests import about_conflicts, ask_for_run
from cscart_zoho.mapping.choices import choices_from_json, choices_to_json
from cscart_zoho.mapping.customer_choices import customer_choices_from_json, customer_choices_to_json
from cscart_zoho.records import PRODUCT_FIELDS, Entity, Side
from cscart_zoho.store.budget import calls_left
from cscart_zoho.store.choices import save_choices, save_customer_choices
from cscart_zoho.store.models import Conflict, Link, Observation, Run, Store, SyncState, ZohoOrganisation
from cscart_zoho.store.values import value_from_json

# Status


def status(*, as_json: bool) -> None:
    """Connections, products, calls, runs and conflicts on one screen."""
    store = the_store()
    answer: dict[str, Any] = {
        "store": _store_status(store),
        "zoho": _zoho_status(store.zoho),
        "products": product_counts(store),
        "customers": customer_counts(store),
        "not_linked": not_linked(store),
        "conflicts": Conflict.objects.filter(settled_at=None, entity=Entity.PRODUCTS).count(),
        "worker": is_present("worker"),
        "schedule": [asdict(run) for run in schedule.next_runs()],
        "last_run": next((_run_row(run) for run in _last_runs(1)), None),
    }
    if as_json:
        answer_json(answer)
        return
    say(table(_status_rows(answer)))
    for row in answer["not_linked"][:10]:
        why = row["reason"] or SyncState(row["state"]).label
        say(f"  {row['products']:,} without a partner in {Side(row['side']).other.title}: {why}")


def _store_status(store: Store) -> dict[str, Any]:
    return {"connected": store.connected, "url": store.url, "trouble": store.trouble}


def _zoho_status(org: ZohoOrganisation | None) -> dict[str, Any]:
    if org is None:
        return {"connected": False, "name": "", "region": "", "trouble": "", "calls_left_today": None}
    left = calls_left(org) if org.connected else None
    return {
        "connected": org.connected,
        "name": org.name,
        "region": org.region,
        "trouble": org.trouble,
        "calls_left_today": left,
    }


def product_counts(store: Store) -> dict[str, int]:
    """How many products each side has, how many are linked, and how many of the rest have no stated reason."""
    rows = Observation.objects.filter(store_id=store.pk, entity="products", gone_at=None)
    here, there = Q(side=Side.CSCART), Q(side=Side.ZOHO)
    unexplained = Q(linked=False, reason="", state=SyncState.NOT_SYNCED)
    counted = rows.aggregate(
        cscart=Count("pk", filter=here),
        zoho=Count("pk", filter=there),
        not_in_zoho=Count("pk", filter=here & Q(linked=False)),
        not_in_cscart=Count("pk", filter=there & Q(linked=False)),
        held=Count("pk", filter=Q(state=SyncState.HELD)),
        failed=Count("pk", filter=Q(state=SyncState.FAILED)),
        unexplained=Count("pk", filter=unexplained),
    )
    return {**counted, "linked": Link.objects.filter(store_id=store.pk, entity="products").count()}


def customer_counts(store: Store) -> dict[str, int]:
    """Users, contacts and accounts, how many are linked, and how many have no e-mail address of their own."""
    rows = Observation.objects.filter(store_id=store.pk, gone_at=None)
    users = Q(entity=Entity.CUSTOMERS, side=Side.CSCART)
    customers = Q(entity__in=[Entity.ACCOUNTS, Entity.CUSTOMERS, Entity.CONTACTS])
    counted = rows.aggregate(
        users=Count("pk", filter=users),
        contacts=Count("pk", filter=Q(entity=Entity.CUSTOMERS, side=Side.ZOHO)),
        accounts=Count("pk", filter=Q(entity=Entity.ACCOUNTS, side=Side.ZOHO)),
        inventory_contacts=Count("pk", filter=Q(entity=Entity.CONTACTS, side=Side.ZOHO)),
        placeholders=Count("pk", filter=users & Q(no_email=True)),
        held=Count("pk", filter=customers & Q(state=SyncState.HELD)),
        failed=Count("pk", filter=customers & Q(state=SyncState.FAILED)),
        unexplained=Count("pk", filter=customers & Q(linked=False, reason="", state=SyncState.NOT_SYNCED)),
    )
    links = Link.objects.filter(store_id=store.pk)
    waiting = Conflict.objects.filter(store_id=store.pk, settled_at=None).exclude(entity=Entity.PRODUCTS)
    return {
        **counted,
        "linked": links.filter(entity=Entity.CUSTOMERS).count(),
        "accounts_linked": links.filter(entity=Entity.ACCOUNTS).count(),
        "conflicts": waiting.count(),
    }


def not_linked(store: Store) -> list[dict[str, Any]]:
    """Why products have no partner: each reason with its side and how many there are, the most frequent first."""
    rows = Observation.objects.filter(store_id=store.pk, entity="products", gone_at=None, linked=False)
    grouped = rows.order_by().values("side", "state", "reason").annotate(products=Count("pk"))
    return [dict(row) for row in sorted(grouped, key=lambda row: -row["products"])]


def _status_rows(answer: dict[str, Any]) -> list[tuple[str, object]]:
    products, left = answer["products"], answer["zoho"]["calls_left_today"]
    rows: list[tuple[str, object]] = [
        ("Store", _connection(answer["store"], answer["store"]["url"])),
        ("Zoho", _connection(answer["zoho"], answer["zoho"]["name"])),
        ("Calls left today", "unknown" if left is None else f"{left:,}"),
        ("Products in CS-Cart", f"{products['cscart']:,} ({products['not_in_zoho']:,} not in Zoho)"),
        ("Items in Zoho", f"{products['zoho']:,} ({products['not_in_cscart']:,} not in CS-Cart)"),
        ("Linked", f"{products['linked']:,}"),
        *_customer_rows(answer["customers"]),
        ("Held or failed", f"{products['held']:,} held, {products['failed']:,} failed"),
        ("Open conflicts", f"{answer['conflicts']:,}"),
        ("Worker", "at work" if answer["worker"] else "none on this machine; start `cscart-zoho serve`"),
        ("Last run", _in_words(answer["last_run"])),
    ]
    for planned in answer["schedule"]:
        rows.append(("Next run", planned["why"] or planned["at"]))
    return rows


def _customer_rows(customers: dict[str, int]) -> list[tuple[str, object]]:
    if not (customers["users"] or customers["contacts"]):
        return []
    return [
        ("Customers in CS-Cart", f"{customers['users']:,} ({customers['placeholders']:,} without e-mail)"),
        ("Contacts in Zoho", f"{customers['contacts']:,} ({customers['linked']:,} linked)"),
        ("Accounts in Zoho CRM", f"{customers['accounts']:,} ({customers['accounts_linked']:,} linked)"),
    ]


def _connection(side: dict[str, Any], name: str) -> str:
    if side["trouble"]:
        return side["trouble"]  # type: ignore[no-any-return]
    return f"connected: {name}" if side["connected"] else "not connected"


def _in_words(run: dict[str, Any] | None) -> str:
    if run is None:
        return "none yet"
    return f"run {run['run']}, {run['state']}, asked for at {run['asked_at']:%Y-%m-%d %H:%M} UTC"


# Runs


def _last_runs(limit: int) -> list[Run]:
    return list(Run.objects.order_by("-asked_at", "-pk")[:limit])


def _run_row(run: Run) -> dict[str, Any]:
    return {
        "run": run.pk,
        "state": run.state,
        "trigger": run.trigger,
        "asked_at": run.asked_at,
        "finished_at": run.finished_at,
        "not_before": run.not_before,
        "phase": run.phase,
        "progress": [run.progress, run.progress_total],
        "counts": counts_of(run),
        "calls": {"cscart": run.calls_cscart, "zoho": run.calls_zoho},
        "message": run.message,
    }


def runs(limit: int, *, as_json: bool) -> None:
    """The last runs, newest first."""
    rows = [_run_row(run) for run in _last_runs(limit)]
    if as_json:
        answer_json({"runs": rows})
        return
    head = ("Run", "Asked for", "By", "State", "Calls to Zoho", "What came of it")
    cells = [(r["run"], r["asked_at"], r["trigger"], r["state"], r["calls"]["zoho"], _outcome(r)) for r in rows]
    say(table(cells, head=head) if rows else "There has been no run yet.")


def _outcome(row: dict[str, Any]) -> str:
    counts = ", ".join(f"{KEY_WORDS[key].lower()}: {number:,}" for key, number in row["counts"].items())
    return row["message"] or counts or "-"


# Conflicts


def conflicts(*, as_json: bool) -> None:
    """The open conflicts with both values."""
    rows = [_conflict_row(c) for c in Conflict.objects.filter(settled_at=None).order_by("pk")]
    if as_json:
        answer_json({"conflicts": rows})
        return
    head = ("ID", "Record", "Field", "CS-Cart", "Zoho", "Before", "Answer")
    cells = [(r["id"], r["label"], r["field"], r["cscart"], r["zoho"], r["base"], r["answer"] or "-") for r in rows]
    say(table(cells, head=head) if rows else "There is no open conflict.")
    if rows:
        say("Settle one with: cscart-zoho conflicts --answer ID cscart|zoho")


def _conflict_row(conflict: Conflict) -> dict[str, Any]:
    return {
        "id": conflict.pk,
        "label": conflict.label or conflict.cscart_id,
        "field": PRODUCT_FIELDS.get(conflict.field, conflict.field),
        "cscart": value_from_json(conflict.cscart_value),
        "zoho": value_from_json(conflict.zoho_value),
        "base": value_from_json(conflict.base_value),
        "answer": conflict.answer,
        "cscart_id": conflict.cscart_id,
        "zoho_id": conflict.zoho_id,
    }


def answer_conflict(conflict_id: int, side: Side, *, as_json: bool) -> None:
    """Keep a person's answer and ask for the run that carries it out."""
    conflict = Conflict.objects.select_related("store").filter(pk=conflict_id).first()
    if conflict is None:
        raise NotFound(f"There is no conflict {conflict_id}.", advice="`cscart-zoho conflicts` lists them.")
    answered = Conflict.objects.filter(pk=conflict_id, settled_at=None).update(answer=side, settled_by=whoever())
    if not answered:
        raise WrongSetting(f"Conflict {conflict_id} is settled already.", advice="Nothing has to be done.")
    ((entity, asked),) = about_conflicts([conflict]).items()
    run, _ = ask_for_run(conflict.store, asked, trigger="cli", asked_by=whoever(), entity=entity)
    note("conflict answered", f"{conflict.field} of {conflict.label}: {side.title} counts")
    if as_json:
        answer_json({"conflict": conflict_id, "answer": side.value, "run": run.pk})
    else:
        say(f"{side.title} counts for {conflict.field} of {conflict.label}; run {run.pk} carries it out.")


# Settings


def show_settings(*, as_json: bool) -> None:
    """The merchant's choices, those for customers under `customers.`."""
    store = the_store()
    choices = choices_to_json(choices_from_json(store.product_choices))
    customers = customer_choices_to_json(customer_choices_from_json(store.customer_choices))
    del customers["maps"]  # `mapping show` has them
    choices["customers"] = customers
    if as_json:
        answer_json(choices)
        return
    say(table(sorted(_flat(choices))))
    say("Change one with: cscart-zoho settings set KEY VALUE")


def _flat(choices: dict[str, Any]) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for key, value in choices.items():
        if isinstance(value, dict):
            rows += [(f"{key}.{name}", held) for name, held in value.items()] or [(key, "-")]
        else:
            rows.append((key, "-" if value == "" else value))
    return rows


def set_setting(key: str, value: str) -> None:
    """Change one choice; a value that makes no sense changes nothing."""
    if key.startswith("customers."):
        _set_customer_setting(key, value)
        return
    store = the_store()
    choices = choices_to_json(choices_from_json(store.product_choices))
    changed = choices_from_json(with_setting(choices, key, value))
    save_choices(store, changed)
    note("setting changed", f"{key} = {value}")
    now = dict(_flat(choices_to_json(changed))).get(key, "-")
    say(f"{key} is now {'empty' if now == '-' else _in_a_word(now)}.")


def _set_customer_setting(key: str, value: str) -> None:
    store, name = the_store(), key.removeprefix("customers.")
    choices = customer_choices_to_json(customer_choices_from_json(store.customer_choices))
    if name not in choices or name == "maps":
        raise WrongSetting(f'There is no setting "{key}".', advice="`cscart-zoho settings show` lists them.")
    choices[name] = fitting_customer(name, value)
    save_customer_choices(store, customer_choices_from_json(choices))
    note("setting changed", f"{key} = {value}")
    say(f"{key} is now {_in_a_word(choices[name] or 'empty')}.")


def _in_a_word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def with_setting(choices: dict[str, Any], key: str, value: str) -> dict[str, Any]:
    """The choices with one of them changed; `owners.price` and `taxes.6` reach into a table. Pure.

    An empty value takes an entry out of a table; an owner falls back to its default. Raises `WrongSetting`
    for a key that does not exist and for a value that does not fit.
    """
    name, _, entry = key.partition(".")
    if name not in choices or isinstance(choices[name], dict) != bool(entry):
        raise WrongSetting(f'There is no setting "{key}".', advice="`cscart-zoho settings show` lists them.")
    if entry and not value:
        return {**choices, name: {k: v for k, v in choices[name].items() if k != entry}}
    fits = fitting(key, value)
    return {**choices, name: {**choices[name], entry: fits} if entry else fits}
