"""`runs` and `conflicts`: what the ledger knows, without a call to anybody."""

from typing import Any

from django.db import transaction

from cscart_zoho.cli.here import note, whoever
from cscart_zoho.cli.syncing import KEY_WORDS, counts_of
from cscart_zoho.cli.words import answer_json, say, table
from cscart_zoho.errors import NotFound, WrongSetting
from cscart_zoho.jobs import answers
from cscart_zoho.jobs.answers import Told
from cscart_zoho.jobs.requests import about_conflicts, ask_for_run
from cscart_zoho.mapping.counted import so_many
from cscart_zoho.mapping.currencies import places, shown
from cscart_zoho.order import from_text
from cscart_zoho.records import PRODUCT_FIELDS, Side, Value, is_fingerprint
from cscart_zoho.store.models import Conflict, Run, Store
from cscart_zoho.store.values import value_from_json

# Runs


def last_runs(limit: int) -> list[Run]:
    """The newest first."""
    return list(Run.objects.filter(store__in=Store.objects.all()).order_by("-asked_at", "-pk")[:limit])


def run_row(run: Run) -> dict[str, Any]:
    """A run as JSON tells it."""
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
    rows = [run_row(run) for run in last_runs(limit)]
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

#: Both values of a conflict, and what was agreed on before.
VALUES = ("cscart", "zoho", "base")


def conflicts(*, as_json: bool) -> None:
    """The open conflicts with both values."""
    waiting = Conflict.objects.filter(store__in=Store.objects.all(), settled_at=None).order_by("pk")
    rows = [_conflict_row(conflict) for conflict in waiting]
    if as_json:
        answer_json({"conflicts": rows})
        return
    head = ("Question", "Record", "Field", "CS-Cart", "Zoho", "Before", "Answer")
    cells = [
        (r["question"], r["label"], r["field"], *(_in_short(r[of], r["field"]) for of in VALUES), r["answer"] or "-")
        for r in rows
    ]
    say(table(cells, head=head) if rows else "There is no open conflict.")
    for row in rows:
        if row["lapsed"]:
            say(f"  {row['question']}: answered before, and a value has changed since; it is asked again.")
    if rows:
        say(f"Settle one with: cscart-zoho conflicts --answer {rows[0]['question']} cscart|zoho")


def _conflict_row(conflict: Conflict) -> dict[str, Any]:
    """`question` names the conflict and the values that are shown here: an answer counts for them alone."""
    return {
        "id": conflict.pk,
        "question": _question(conflict),
        "label": conflict.label or conflict.cscart_id,
        "entity": conflict.entity,
        "field": PRODUCT_FIELDS.get(conflict.field, conflict.field),
        "cscart": value_from_json(conflict.cscart_value),
        "zoho": value_from_json(conflict.zoho_value),
        "base": value_from_json(conflict.base_value),
        "answer": conflict.answer,
        "answered_by": conflict.settled_by if conflict.answer else "",
        "lapsed": bool(conflict.lapsed) and not conflict.answer,
        "cscart_id": conflict.cscart_id,
        "zoho_id": conflict.zoho_id,
    }


def _question(conflict: Conflict) -> str:
    return f"{conflict.pk}-{conflict.version_shown}"


def _in_short(value: Value, field: str) -> Value:
    """The value; of an order's document what it is about, of a long text its length."""
    if is_fingerprint(value):
        return f"text of {int(str(value).rpartition(':')[2]):,} characters"
    if field != "document" or not value:
        return value
    order = from_text(str(value))
    total = shown(order.total, places(order.currency))
    return f"{so_many(len(order.lines), 'line')}, {total} {order.currency}"


def answer_conflict(question: str, side: Side, *, as_json: bool) -> None:
    """Keep a person's answer and ask for the run that carries it out. Raises `NotFound` and `WrongSetting`."""
    number, _, version = question.partition("-")
    mine = Conflict.objects.filter(store__in=Store.objects.all(), pk=int(number) if number.isdigit() else 0)
    conflict = mine.select_related("store").first()
    if conflict is None:
        raise NotFound(f"There is no conflict {number}.", advice="`cscart-zoho conflicts` lists them.")
    with transaction.atomic():
        judged = answers.judge({conflict.pk: version}, side)
        for sentence in answers.refusals(judged, _told):
            raise WrongSetting(sentence, advice=_how_to_answer(judged[0].conflict, side))
        answers.keep(judged, side, whoever())
        ((entity, asked),) = about_conflicts([conflict]).items()
        run, _ = ask_for_run(conflict.store, asked, trigger="cli", asked_by=whoever(), entity=entity)
    note("conflict answered", f"{conflict.field} of {conflict.label}: {side.title} counts")
    if as_json:
        answer_json({"conflict": conflict.pk, "answer": side.value, "run": run.pk})
    else:
        say(f"{side.title} counts for {conflict.field} of {conflict.label}; run {run.pk} carries it out.")


def _how_to_answer(conflict: Conflict, side: Side) -> str:
    if conflict.settled_at is not None:
        return "Nothing has to be done."
    return f"For these values: `cscart-zoho conflicts --answer {_question(conflict)} {side.value}`."


def _told(conflict: Conflict) -> Told:
    row = _conflict_row(conflict)
    values = (str(_in_short(row[of], conflict.field)) for of in ("cscart", "zoho"))
    return Told(f"{row['field']} of {row['label']}", *values)
