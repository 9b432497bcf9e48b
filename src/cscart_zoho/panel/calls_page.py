"""Calls to Zoho: what today's went to, what is left, which pauses are in force, and when the waiting work is done."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from cscart_zoho import app
from cscart_zoho.errors import WrongSetting
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.connections import the_organisation, the_store_of
from cscart_zoho.panel.fields import TextInput
from cscart_zoho.panel.pages import for_role, page
from cscart_zoho.panel.roles import Role
from cscart_zoho.store.call_report import CallReport, call_report
from cscart_zoho.store.forecast import in_words
from cscart_zoho.store.lanes import Lane
from cscart_zoho.store.models import Store, ZohoOrganisation

HERE = "/calls/"


class LimitsForm(forms.Form):
    """The limits that a person may set; an empty one is the plan's, or none."""

    def __init__(self, organisation: ZohoOrganisation, store: Store | None, data: Any = None) -> None:
        super().__init__(data, initial=app.present_limits(organisation, store))
        by_plan = {name: getattr(organisation, name) for name, limit in app.LIMITS.items() if limit.by_plan}
        for name, limit in app.LIMITS.items():
            widget = TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
            if by_plan.get(name):
                widget.attrs["placeholder"] = f"{by_plan[name]:,}"
            self.fields[name] = forms.IntegerField(
                label=limit.title,
                required=not limit.may_be_empty,
                min_value=limit.low,
                max_value=limit.high,
                widget=widget,
                help_text=limit.help,
            )


@dataclass(frozen=True)
class LaneRow:
    """What one lane has used today, of how many calls in all."""

    title: str
    used: int
    whole: int


@for_role(Role.VIEWER)
def calls_page(request: HttpRequest) -> HttpResponse:
    """How the calls to Zoho stand."""
    return _shown(request)


@for_role(Role.ADMIN, "POST")
def calls_limits(request: HttpRequest) -> HttpResponse:
    """Keep the limits."""
    organisation, store = the_organisation(), the_store_of(request)
    if organisation is None:
        return HttpResponseRedirect(HERE)
    form = LimitsForm(organisation, store, request.POST)
    if not form.is_valid():
        return _shown(request, form)
    try:
        changed = app.set_limits(organisation, store, form.cleaned_data)
    except WrongSetting as error:
        messages.error(request, error.for_people())
        return _shown(request, form)
    if changed:
        noted(request, "limits of calls changed", "; ".join(changed))
    messages.success(request, "Saved." if changed else "Nothing was changed.")
    return HttpResponseRedirect(HERE)


def _shown(request: HttpRequest, form: LimitsForm | None = None) -> HttpResponse:
    organisation, store = the_organisation(), the_store_of(request)
    if organisation is None or not organisation.organization_id:
        return page(request, "calls", "Calls", report=None)
    report = call_report(organisation, store, timezone.now())
    return page(
        request,
        "calls",
        "Calls",
        organisation=organisation,
        report=report,
        lanes=lanes_of(report),
        every_lane=list(Lane),
        days=[(day, [day.by_lane[lane] for lane in Lane]) for day in report.days],
        sentence=sentence(report),
        form=form or LimitsForm(organisation, store),
    )


def lanes_of(report: CallReport) -> list[LaneRow]:
    """Today's use by lane, the most urgent first."""
    whole = max(report.limit or 0, report.used, 1)
    return [LaneRow(lane.title, used, whole) for lane, used in report.by_lane.items()]


def sentence(report: CallReport) -> str:
    """The forecast in words, or nothing where no limit is known."""
    if report.forecast is None or report.limit is None:
        return ""
    return in_words(report.forecast, report.limit)
