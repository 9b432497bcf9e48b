"""Notices: what needs a person and what was over last, and who hears of it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from cscart_zoho.errors import ConnectorError, WrongSetting
from cscart_zoho.jobs.notices import change_settings, read_addresses, settings_of, ways_of
from cscart_zoho.jobs.situation import concerns
from cscart_zoho.jobs.telling import read_webhook, send_test_mail, send_test_message
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.connections import the_organisation, the_store_of
from cscart_zoho.panel.fields import KEEP, Lines, SecretInput, number, yes
from cscart_zoho.panel.overview import with_since
from cscart_zoho.panel.pages import for_role, page
from cscart_zoho.panel.roles import Role
from cscart_zoho.store.clock import database_now
from cscart_zoho.store.models import Notice, NoticeSettings, Store

HERE = "/notices/"
#: So many of those that are over are shown.
OVER = 20


class NoticesForm(forms.Form):
    """Who hears of what needs a person. The address for messages is written, never shown."""

    emails = forms.CharField(
        label="E-mail addresses", required=False, widget=Lines(attrs={"rows": 3}), help_text="One a line."
    )
    digest_hour = number("Hour of the daily e-mail", high=23)
    grave_at_once = yes("Send grave things at once", "At most one such e-mail an hour.")
    webhook = forms.CharField(
        label="Address for messages",
        required=False,
        widget=SecretInput,
        help_text="Of a chat or another program, as it shows it: each notice is posted there at once as JSON.",
    )
    forget_webhook = yes("Send no messages any more")

    def __init__(self, told: NoticeSettings, zone: str, data: Any = None) -> None:
        initial = {name: getattr(told, name) for name in ("emails", "digest_hour", "grave_at_once")}
        super().__init__(data, initial=initial)
        self.fields["digest_hour"].help_text = f"From 0 to 23, in the time zone of the organisation ({zone})."
        if told.webhook:
            self.fields["webhook"].help_text = f"One is set: ••••••••. {KEEP}"
        else:
            del self.fields["forget_webhook"]

    def clean_emails(self) -> str:
        return self._read("emails", read_addresses)

    def clean_webhook(self) -> str:
        return self._read("webhook", read_webhook)

    def _read(self, name: str, read: Callable[[str], str]) -> str:
        try:
            return read(self.cleaned_data[name])
        except WrongSetting as error:
            raise forms.ValidationError(error.for_people()) from error

    def wanted(self) -> dict[str, Any]:
        """The settings to keep; an address that was not written anew stays."""
        wanted = {name: self.cleaned_data[name] for name in ("emails", "digest_hour", "grave_at_once")}
        if self.cleaned_data["webhook"] or self.cleaned_data.get("forget_webhook"):
            wanted["webhook"] = "" if self.cleaned_data.get("forget_webhook") else self.cleaned_data["webhook"]
        return wanted


@for_role(Role.VIEWER)
def notices_page(request: HttpRequest) -> HttpResponse:
    """What needs a person now, and what was over last."""
    store = the_store_of(request)
    return _shown(request, store, None if store is None else _form(store))


@for_role(Role.ADMIN, "POST")
def notices_settings(request: HttpRequest) -> HttpResponse:
    """Keep who hears of it."""
    store = the_store_of(request)
    if store is None:
        return HttpResponseRedirect(HERE)
    form = _form(store, request.POST)
    if not form.is_valid():
        return _shown(request, store, form)
    changed = change_settings(store, **form.wanted())
    if changed:
        noted(request, "notices changed", ", ".join(changed))
    messages.success(request, "Saved.")
    return HttpResponseRedirect(HERE)


@for_role(Role.ADMIN, "POST")
def notices_test(request: HttpRequest, way: str) -> HttpResponse:
    """Send a test e-mail or a test message now."""
    ways = {"mail": ("e-mail", send_test_mail), "message": ("message", send_test_message)}
    store = the_store_of(request)
    if store is not None and way in ways:
        name, send = ways[way]
        try:
            send(settings_of(store), database_now())
            messages.success(request, f"The test {name} was sent.")
        except ConnectorError as error:
            messages.error(request, error.for_people())
        noted(request, "notices tried", name)
    return HttpResponseRedirect(HERE)


def _form(store: Store, data: Any = None) -> NoticesForm:
    zone = store.zoho.time_zone if store.zoho else "UTC"
    return NoticesForm(settings_of(store), zone, data)


def _shown(request: HttpRequest, store: Store | None, form: NoticesForm | None) -> HttpResponse:
    organisation = store.zoho if store is not None and store.zoho is not None else the_organisation()
    over = Notice.objects.filter(store=store).exclude(over_at=None).order_by("-over_at", "-pk")[:OVER] if store else []
    return page(
        request,
        "notices",
        "Notices",
        store=store,
        concerns=with_since(store, concerns(store, organisation)),
        over=over,
        form=form,
        told=settings_of(store) if store else None,
        ways=ways_of(store) if store else {},
        mail_server=settings.CSCART_ZOHO_MAIL,
        sender=settings.DEFAULT_FROM_EMAIL,
    )
