"""The Zoho connection: client, data centre, consent, token, and its end."""

import hmac
import secrets
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from cscart_zoho import app
from cscart_zoho.errors import ConnectorError
from cscart_zoho.panel.audit import noted
from cscart_zoho.panel.connections import join, the_organisation, the_store
from cscart_zoho.panel.fields import KEEP, Choose, SecretInput, TextInput
from cscart_zoho.panel.pages import for_role, page
from cscart_zoho.panel.roles import Role
from cscart_zoho.panel.start_anew import wrong_for_page
from cscart_zoho.store.budget import calls_left
from cscart_zoho.store.models import ZohoOrganisation

HERE = "/zoho/"
#: How long an authorisation address may be used, and where the session keeps it.
STATE_LIFE = timedelta(minutes=10)
STATE = "zoho_state"
STAYS = (
    "Nothing was changed: the connection stays as it was. Another client or another data centre needs a connection of "
    "its own: disconnect first."
)

#: The keys of the fixed table in the Zoho adapter, which the panel may not import; a test compares the two.
REGIONS = [
    ("com", "United States (zoho.com)"),
    ("eu", "Europe (zoho.eu)"),
    ("in", "India (zoho.in)"),
    ("com.au", "Australia (zoho.com.au)"),
    ("jp", "Japan (zoho.jp)"),
    ("ca", "Canada (zohocloud.ca)"),
    ("com.cn", "China (zoho.com.cn)"),
    ("sa", "Saudi Arabia (zoho.sa)"),
    ("uk", "United Kingdom (zoho.uk)"),
    ("ae", "United Arab Emirates (zoho.ae)"),
    ("sg", "Singapore (zoho.sg)"),
]


class ClientForm(forms.ModelForm):  # type: ignore[type-arg]
    """The client that was registered in Zoho's API console. The secret is written, never shown."""

    region = forms.ChoiceField(label="Data centre", choices=REGIONS, widget=Choose)
    client_secret = forms.CharField(
        label="Client secret", required=False, widget=SecretInput, help_text="As Zoho's API console shows it."
    )

    class Meta:
        model = ZohoOrganisation
        fields = ("region", "client_id", "client_secret", "organization_id")
        widgets = {"client_id": TextInput, "organization_id": TextInput}
        help_texts = {"organization_id": "Only needed when your Zoho account has more than one organisation."}

    def clean_client_id(self) -> str:
        return _needed(self.cleaned_data["client_id"], "Enter the client ID that Zoho's API console shows.")

    def clean_client_secret(self) -> str:
        given = str(self.cleaned_data["client_secret"]).strip()
        return given or _needed(self.initial_secret, "Enter the client secret that Zoho's API console shows.")

    @property
    def initial_secret(self) -> str:
        return self.instance.client_secret if self.instance.pk else ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("client_secret", None)
        if self.initial_secret:
            self.fields["client_secret"].help_text = KEEP


def _needed(value: str, sentence: str) -> str:
    if not value.strip():
        raise forms.ValidationError(sentence)
    return value.strip()


@for_role(Role.ADMIN, "GET", "POST")
def zoho_page(request: HttpRequest) -> HttpResponse:
    """How the connection stands; POST saves the client and makes an authorisation address."""
    organisation = the_organisation()
    form = ClientForm(request.POST or None, instance=organisation)
    if request.method == "POST" and form.is_valid():
        return _save(request, form)
    context = {
        "organisation": organisation,
        "wrong": wrong_for_page(the_store()),
        "form": form,
        "address": _address(request),
        "callback": f"{settings.CSCART_ZOHO_PUBLIC_URL}/zoho/callback/",
        "scopes": app.scopes(),
        "calls_left": _calls_left(organisation),
        "told": app.organisation_told(organisation) if organisation is not None else [],
        "approvals": app.approval_words(organisation) if organisation is not None else "",
        "read_at": app.organisation_read_at(organisation) if organisation is not None else None,
    }
    return page(request, "zoho", "Zoho connection", **context)


def _save(request: HttpRequest, form: ClientForm) -> HttpResponse:
    organisation, typed = form.instance, set(form.changed_data)
    works, wanted = bool(organisation.pk and organisation.refresh_token), ""
    if works and "organization_id" in typed:
        wanted, organisation.organization_id = organisation.organization_id, form.initial["organization_id"]
    if works and {"region", "client_id", "client_secret"} & typed:
        try:
            app.check_client(form.instance)
        except ConnectorError as error:
            messages.error(request, f"{error.for_people()} {STAYS}")
            return HttpResponseRedirect(HERE)
    saved = form.save()
    join()
    noted(request, "Zoho client saved", f"data centre {saved.region}, client {saved.client_id}")
    if not saved.connected:
        _new_address(request, saved)
    if not wanted or _choose(request, saved, wanted):
        messages.success(request, "Saved.")
    return HttpResponseRedirect(HERE)


def _choose(request: HttpRequest, organisation: ZohoOrganisation, id: str) -> bool:
    """Go on with another organisation of the account, once Zoho has told that there is one."""
    try:
        told = app.choose_organisation(organisation, id)
    except ConnectorError as error:
        messages.error(request, f"{error.for_people()} The connection stays with {organisation}.")
        return False
    noted(request, "Zoho organisation chosen", id)
    if told:
        messages.warning(request, told)
    return True


def _calls_left(organisation: ZohoOrganisation | None) -> int | None:
    if organisation is None or not organisation.connected:
        return None
    return calls_left(organisation)


# The authorisation address: made by a POST, good for ten minutes, for one session, once


def _new_address(request: HttpRequest, organisation: ZohoOrganisation) -> None:
    state = secrets.token_urlsafe(32)
    address = app.authorise_url(organisation, state=state)
    request.session[STATE] = {"state": state, "made_at": timezone.now().timestamp(), "address": address}


def _address(request: HttpRequest) -> str:
    kept = request.session.get(STATE)
    return str(kept["address"]) if kept and _fresh(kept) else ""


def _fresh(kept: dict[str, Any]) -> bool:
    age_s = timezone.now().timestamp() - float(kept["made_at"])
    return 0 <= age_s <= STATE_LIFE.total_seconds()


def spend_state(request: HttpRequest, given: str) -> bool:
    """Whether this is the state this session waits for. It can be asked once."""
    kept = request.session.pop(STATE, None)
    if not kept or not given or not _fresh(kept):
        return False
    return hmac.compare_digest(str(kept["state"]).encode(), given.encode())


@for_role(Role.ADMIN, "POST")
def zoho_authorise(request: HttpRequest) -> HttpResponse:
    """Make a new authorisation address."""
    organisation = the_organisation()
    if organisation is None or not organisation.client_id:
        messages.error(request, "Save the client ID and the client secret first.")
    else:
        _new_address(request, organisation)
    return HttpResponseRedirect(HERE)


@for_role(Role.ADMIN)
def zoho_callback(request: HttpRequest) -> HttpResponse:
    """Where Zoho sends the browser after consent.

    The one GET that changes something, as OAuth wants it: it does so only with
    the state that this session was given, once.
    """
    if not spend_state(request, request.GET.get("state", "")):
        noted(request, "Zoho callback refused", "the state was missing, wrong, used or too old")
        raise PermissionDenied("This authorisation was not asked for by you, or it is too old. Make a new address.")
    organisation = the_organisation()
    if organisation is None or request.GET.get("error") or not request.GET.get("code"):
        noted(request, "Zoho consent refused", request.GET.get("error", "")[:100])
        messages.error(request, "Zoho gave no permission. Make a new address and accept what it asks for.")
        return HttpResponseRedirect(HERE)
    _connect(
        request,
        organisation,
        code=request.GET["code"],
        location=request.GET.get("location", ""),
        accounts_server=request.GET.get("accounts-server", ""),
    )
    return HttpResponseRedirect(HERE)


@for_role(Role.ADMIN, "POST")
def zoho_code(request: HttpRequest) -> HttpResponse:
    """Connect with the code of a Self Client, pasted by a person."""
    organisation = the_organisation()
    code = request.POST.get("code", "").strip()
    if organisation is None or not organisation.client_id:
        messages.error(request, "Save the client ID and the client secret first.")
    elif not code:
        messages.error(request, "Paste the code that Zoho's API console shows under Self Client, Generate Code.")
    else:
        _connect(request, organisation, code=code, self_client=True)
    return HttpResponseRedirect(HERE)


def _connect(request: HttpRequest, organisation: ZohoOrganisation, **how: Any) -> None:
    try:
        follows = app.connect_zoho(organisation, **how)
    except ConnectorError as error:
        noted(request, "Zoho not connected", str(error))
        messages.error(request, error.for_people())
        return
    join()
    request.session.pop(STATE, None)
    noted(request, "Zoho connected", organisation.organization_id)
    messages.success(request, "Zoho is connected.")
    if follows:
        messages.warning(request, follows)
    if words := app.approval_words(organisation):
        messages.warning(request, words)
    for _, well, sentence in app.check_zoho(organisation):
        if not well:
            messages.warning(request, sentence)


@for_role(Role.ADMIN, "POST")
def zoho_refresh(request: HttpRequest) -> HttpResponse:
    """Get a new access token now."""
    organisation = the_organisation()
    if organisation is None or not organisation.connected:
        messages.error(request, "Zoho is not connected.")
        return HttpResponseRedirect(HERE)
    try:
        app.refresh_token(organisation)
    except ConnectorError as error:
        messages.error(request, error.for_people())
    else:
        noted(request, "Zoho token refreshed")
        messages.success(request, "The token is new.")
    return HttpResponseRedirect(HERE)


@for_role(Role.ADMIN, "POST")
def zoho_disconnect(request: HttpRequest) -> HttpResponse:
    """Revoke the token at Zoho and forget it here, even when Zoho cannot be reached."""
    organisation = the_organisation()
    if organisation is None:
        messages.error(request, "Zoho is not connected.")
        return HttpResponseRedirect(HERE)
    warning = app.disconnect_zoho(organisation)
    noted(request, "Zoho disconnected", warning)
    if warning:
        messages.warning(request, warning)
    else:
        messages.success(request, "Disconnected. The token is revoked; links and history stay.")
    return HttpResponseRedirect(HERE)
