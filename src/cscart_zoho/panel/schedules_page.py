"""Schedules: when products, customers and orders are synced by themselves, and the addresses for a server's cron."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from cscart_zoho.errors import WrongSetting
from cscart_zoho.jobs import cron_addresses, schedule, timing
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.connections import missing, the_store
from cscart_zoho.panel.fields import text, yes
from cscart_zoho.panel.pages import for_role, page
from cscart_zoho.panel.roles import Role
from cscart_zoho.records import Entity
from cscart_zoho.store.models import CronAddress, Run, Schedule, Store

HERE = "/schedules/"
#: How an input may be filled in.
EXAMPLES = {"every": "default", "cron": "none", "quiet_from": "22:00", "quiet_until": "06:00"}


class ScheduleForm(forms.Form):
    """When one kind of records is synced. An empty interval is the installation's."""

    on = yes("On")
    every = text("Every … minutes")
    cron = text("Or a cron expression")
    quiet_from = text("Quiet from")
    quiet_until = text("Quiet until")

    def __init__(self, row: Schedule, data: Any = None) -> None:
        quiet = schedule.quiet_of(row)
        kept = {
            "on": row.on,
            "every": row.every_minutes or "",
            "cron": row.cron,
            "quiet_from": f"{quiet.begins:%H:%M}" if quiet else "",
            "quiet_until": f"{quiet.ends:%H:%M}" if quiet else "",
        }
        super().__init__(data, initial=kept, prefix=row.entity)
        for name, field in self.fields.items():
            field.widget.attrs.update({"aria-label": f"{field.label}, {row.entity}", "autocomplete": "off"})
            if name in EXAMPLES:
                field.widget.attrs["placeholder"] = EXAMPLES[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["every"] = self._read("every", lambda given: timing.read_minutes(given) if given else None)
        cleaned["cron"] = self._read("cron", lambda given: timing.read_cron(given) if given else "")
        until = str(cleaned.get("quiet_until", ""))
        cleaned["quiet"] = self._read("quiet_from", lambda begins: timing.read_quiet(begins, until))
        return cleaned

    def _read(self, name: str, read: Callable[[str], Any]) -> Any:
        """What a person wrote, or a sentence beside the input."""
        try:
            return read(str(self.cleaned_data.get(name, "")))
        except WrongSetting as error:
            self.add_error(name, error.for_people())
            return None


@dataclass(frozen=True)
class Row:
    """One line of the page."""

    entity: Entity
    form: ScheduleForm
    planned: schedule.NextRun
    #: The schedule in words, and its next moments in the organisation's time zone.
    words: str
    moments: list[str]
    last: Run | None

    @property
    def title(self) -> str:
        return self.entity.value.capitalize()

    @property
    def inputs(self) -> list[forms.BoundField]:
        return list(self.form)


@for_role(Role.VIEWER)
def schedules_page(request: HttpRequest) -> HttpResponse:
    """When everything runs next, and the addresses for the server's cron."""
    return _shown(request, the_store())


@for_role(Role.ADMIN, "POST")
def schedules_save(request: HttpRequest) -> HttpResponse:
    """Save what was changed, if all of it can be used."""
    store = the_store()
    if store is None:
        return HttpResponseRedirect(HERE)
    filled = {entity: ScheduleForm(schedule.schedule_of(store, entity), request.POST) for entity in schedule.ENTITIES}
    if not all(form.is_valid() for form in filled.values()):
        return _shown(request, store, filled=filled)
    changed = [_save(store, entity, form.cleaned_data) for entity, form in filled.items()]
    for what in filter(None, changed):
        noted(request, "schedule changed", what)
    messages.success(request, "Saved." if any(changed) else "Nothing was changed.")
    return HttpResponseRedirect(HERE)


def _save(store: Store, entity: Entity, wanted: dict[str, Any]) -> str:
    return schedule.change_schedule(
        store, entity, on=wanted["on"], every_minutes=wanted["every"], cron=wanted["cron"], quiet=wanted["quiet"]
    )


@for_role(Role.ADMIN, "POST")
def cron_secret(request: HttpRequest, entity: str) -> HttpResponse:
    """Make an address for the server's cron, or another secret for it. It is shown in this answer only."""
    store, of = the_store(), next((each for each in schedule.ENTITIES if each.value == entity), None)
    if store is None or of is None:
        return HttpResponseRedirect(HERE)
    secret = cron_addresses.new_secret(store, of, timezone.now())
    noted(request, "cron secret made", entity)
    return _shown(request, store, made=_made(store, of, secret))


def _made(store: Store, entity: Entity, secret: str) -> dict[str, str]:
    return {
        "entity": entity.value,
        "line": cron_addresses.crontab_line(store, entity, secret),
        "address": f"{cron_addresses.url_of(entity)}{secret}/",
        "old_style": f"{cron_addresses.old_style_url_of(entity)}&secret={secret}",
    }


def _shown(
    request: HttpRequest,
    store: Store | None,
    *,
    filled: dict[Entity, ScheduleForm] | None = None,
    made: dict[str, str] | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {"store": store, "missing": missing(store), "made": made}
    try:
        if store is not None:
            context |= _told(store, filled or {})
    except WrongSetting as error:  # the environment of this process
        context["trouble"] = error.for_people()
    return page(request, "schedules", "Schedules", **context)


def _told(store: Store, filled: dict[Entity, ScheduleForm]) -> dict[str, Any]:
    default, addresses = schedule.every(), cron_addresses.addresses_of(store)
    return {
        "rows": [_row(store, entity, filled.get(entity)) for entity in schedule.ENTITIES],
        "default": timing.span(default) if default else "not at all",
        "zone": store.zoho.time_zone if store.zoho else "UTC",
        "addresses": [_address(entity, addresses.get(entity)) for entity in schedule.ENTITIES],
    }


def _row(store: Store, entity: Entity, form: ScheduleForm | None) -> Row:
    now = timezone.now()
    runs = Run.objects.filter(store=store, entity=entity.value).order_by("-pk")
    return Row(
        entity,
        form or ScheduleForm(schedule.schedule_of(store, entity)),
        schedule.next_run(store, entity, now),
        timing.in_words(schedule.timing_of(store, entity, schedule.every())),
        [_said(moment, now) for moment in schedule.next_moments(store, entity, now)],
        runs.first(),
    )


def _said(moment: datetime, now: datetime) -> str:
    """A moment as a clock on the wall shows it: "Thu 26 Nov 02:30", with the year when it is another one."""
    return f"{moment:%a %d %b %H:%M}" if moment.year == now.year else f"{moment:%a %d %b %Y %H:%M}"


def _address(entity: Entity, address: CronAddress | None) -> dict[str, Any]:
    return {"entity": entity.value, "url": cron_addresses.url_of(entity), "row": address}
