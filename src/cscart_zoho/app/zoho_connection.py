"""The connection to Zoho: consent, tokens, the wire."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from django.conf import settings

from cscart_zoho.app.around import new_client, now, running_s, sleep
from cscart_zoho.app.lane import present_lane, seat_holder
from cscart_zoho.app.organisation import COLUMNS, LONG_AGO, doubt, keep_found
from cscart_zoho.app.stock_figures import FIGURES
from cscart_zoho.errors import ConnectorError, NotConnected, Refused, WrongConnection
from cscart_zoho.http import Answer, Wire
from cscart_zoho.mapping.customer_choices import Home
from cscart_zoho.store import tokens
from cscart_zoho.store.budget import budget_of, crm_budget_of
from cscart_zoho.store.identity import is_about, organisation_of
from cscart_zoho.store.inbox import HintSource
from cscart_zoho.store.models import ZohoFieldList, ZohoOrganisation
from cscart_zoho.zoho import oauth, organisation
from cscart_zoho.zoho.contacts import linked_with_crm
from cscart_zoho.zoho.crm import channels
from cscart_zoho.zoho.crm import wire as crm_answers
from cscart_zoho.zoho.crm.organisation import SCOPES, crm_organisation
from cscart_zoho.zoho.regions import region_of, region_of_callback


def oauth_client(org: ZohoOrganisation) -> oauth.Client:
    url = settings.CSCART_ZOHO_SIM_ACCOUNTS_URL or region_of(org.region).accounts_url
    if not (org.client_id and org.client_secret):
        raise NotConnected("There is no client ID or client secret.", advice="Open the Zoho connection and enter both.")
    return oauth.Client(url.rstrip("/"), org.client_id, org.client_secret, new_client())


def api_url(org: ZohoOrganisation) -> str:
    return str(settings.CSCART_ZOHO_SIM_API_URL or region_of(org.region).api_url).rstrip("/")


class _Tokens:
    """The access token of one organisation, as the wire wants it.

    The row holds the token of what is connected at this moment, and a token of CRM says nowhere which organisation it
    is for. So a wire that was made for one organisation gets none of another. Raises `WrongConnection`.
    """

    def __init__(self, org: ZohoOrganisation) -> None:
        self.org = org
        self._made_for = organisation_of(org)
        self._stale = ""

    def headers(self) -> dict[str, str]:
        token = tokens.access_token(self.org, _refresh, now=now, sleep=sleep, stale=self._stale)
        present = organisation_of(self.org)
        if self._made_for.is_other(present):
            raise WrongConnection(
                f"Another organisation was connected meanwhile: {present.title}. Nothing was sent to it.",
                advice="The page Zoho connection says how to go on.",
            )
        return {"authorization": f"Zoho-oauthtoken {token}"}

    def renew(self) -> None:
        self._stale = self.org.access_token


def _refresh(org: ZohoOrganisation) -> oauth.Fresh:
    return oauth_client(org).refresh(org.refresh_token)


def zoho_wire(org: ZohoOrganisation, on_wait: Callable[[], None] = lambda: None, *, account: bool = False) -> Wire:
    """Calls to Zoho Inventory about the organisation, or about the account: these name no organisation."""
    if not org.refresh_token:
        raise NotConnected(org.trouble or "Zoho is not connected.")
    budget, held = budget_of(org, now, present_lane(), seat_holder()), _Tokens(org)
    return Wire(
        name="Zoho",
        base_url=api_url(org),
        client=new_client(),
        headers=held.headers,
        spend=budget.spend if org.organization_id else lambda: None,
        done=budget.done,
        examine=partial(_examined, org, budget),
        renew=held.renew,
        still_refused=organisation.refused_token,
        sleep=sleep,
        on_wait=on_wait,
        clock=running_s,
        secrets=lambda: (org.access_token, org.refresh_token, org.client_secret),
        constant_params=(("organization_id", org.organization_id),) if org.organization_id and not account else (),
    )


def _examined(org: ZohoOrganisation, pauses: organisation.Pauses, answer: Answer, write: bool) -> None:
    """What Zoho refuses may rest on what has changed in the organisation since it was read."""
    organisation.examine(answer, write, pauses=pauses)
    if write and organisation.is_refused_change(answer):
        doubt(org)


def _examined_crm(org: ZohoOrganisation, block: Callable[[float, str], None], answer: Answer, write: bool) -> None:
    """What CRM refuses may rest on fields, rights or modules that have changed since they were read."""
    crm_answers.examine(answer, write, block=block)
    if write and crm_answers.is_refused_change(answer):
        doubt(org)


def crm_wire(org: ZohoOrganisation, on_wait: Callable[[], None] = lambda: None) -> Wire:
    """Calls to Zoho CRM, which has the same tokens and a budget of its own: credits, not calls."""
    if not org.refresh_token:
        raise NotConnected(org.trouble or "Zoho is not connected.")
    budget, held = crm_budget_of(org, now, present_lane(), seat_holder()), _Tokens(org)
    return Wire(
        name="Zoho CRM",
        base_url=api_url(org),
        client=new_client(),
        headers=held.headers,
        spend=budget.spend,
        done=budget.done,
        examine=partial(_examined_crm, org, budget.longer_block),
        renew=held.renew,
        still_refused=crm_answers.refused_token,
        sleep=sleep,
        on_wait=on_wait,
        clock=running_s,
        secrets=lambda: (org.access_token, org.refresh_token, org.client_secret),
    )


def scopes(org: ZohoOrganisation | None = None) -> str:
    """The permissions that are asked for, by comma: what a Self Client's code must be made with.

    Those of CRM are left out where the merchant has said that customers live in Inventory only, and the one
    for its messages unless they are switched on.
    """
    stores = org.stores.all() if org is not None and org.pk else []
    homes = {str(store.customer_choices.get("home") or "") for store in stores}
    crm = () if homes == {Home.INVENTORY.value} else SCOPES
    told = HintSource.objects.filter(kind=HintSource.Kind.CRM, on=True)
    if org is not None and org.pk:
        told = told.filter(store__zoho=org)
    return ",".join((*oauth.SCOPES, *crm, *((channels.SCOPE,) if crm and told.exists() else ())))


def _callback() -> str:
    return f"{settings.CSCART_ZOHO_PUBLIC_URL}/zoho/callback/"


def authorise_url(org: ZohoOrganisation, *, state: str) -> str:
    """Where a person gives consent."""
    return oauth_client(org).authorise_url(redirect_uri=_callback(), state=state, scopes=scopes(org))


def connect_zoho(
    org: ZohoOrganisation, *, code: str, self_client: bool = False, location: str = "", accounts_server: str = ""
) -> None:
    """Exchange a code, find the organisation, and keep the connection.

    Raises `ConnectorError`; then nothing has changed.

    `location` and `accounts_server` are what the callback said: another data
    centre is taken over only if it is in the table of regions.
    """
    before, held = org.region, _old_grant(org)
    org.region = _named_region(org, location, accounts_server)
    try:
        client = oauth_client(org)
        granted = client.exchange(code.strip(), redirect_uri="" if self_client else _callback())
        try:
            first = _trial_wire(org, granted, "")
            row = organisation.pick(organisation.organisations(first), org.organization_id)
            wire = _trial_wire(org, granted, str(row["organization_id"]))
            crm = _trial_wire(org, granted, "", name="Zoho CRM") if "ZohoCRM." in granted.scopes else None
            known = org.capabilities if is_about(org, str(row["organization_id"])) else {}
            found = {**organisation.capabilities(row, wire), **about_customers(wire, crm, known)}
        except ConnectorError:
            _revoke_quietly(client, granted.refresh_token)
            raise
    except ConnectorError:
        org.region = before
        raise
    _keep(org, granted, row, found)
    budget_of(org, now).count_made(first.calls + wire.calls)
    if held is not None and held[1] != granted.refresh_token:
        _revoke_quietly(*held)


def about_customers(wire: Wire, crm: Wire | None, known: Mapping[str, Any]) -> dict[str, Any]:
    """Whether there is a CRM, and whether Zoho keeps it in sync with Inventory by itself. Neither is needed.

    `crm` is None without permission for it. What gets no clear answer is as it was known: unknown is not absent.
    """
    found: dict[str, Any] = {"crm": {}, "crm_trouble": "", "crm_unknown": False, **_linked(wire, known)}
    if crm is None:
        return found
    try:
        found["crm"] = crm_organisation(crm)
    except (Refused, NotConnected) as error:
        found["crm_trouble"] = error.for_people()
    except ConnectorError as error:
        found |= {"crm": known.get("crm") or {}, "crm_trouble": error.for_people(), "crm_unknown": not known.get("crm")}
    return found


def _linked(wire: Wire, known: Mapping[str, Any]) -> dict[str, bool]:
    with suppress(ConnectorError):
        return {"linked_with_crm": linked_with_crm(wire)}
    return {"linked_with_crm": bool(known.get("linked_with_crm"))}


def _named_region(org: ZohoOrganisation, location: str, accounts_server: str) -> str:
    if settings.CSCART_ZOHO_SIM_ACCOUNTS_URL:
        return str(org.region)
    named = region_of_callback(location, accounts_server)
    return named.key if named is not None else str(org.region)


def _old_grant(org: ZohoOrganisation) -> tuple[oauth.Client, str] | None:
    """The grant that a new connection takes the place of, and where it is ended."""
    return (oauth_client(org), org.refresh_token) if org.refresh_token and org.client_secret else None


def _revoke_quietly(client: oauth.Client, refresh_token: str) -> None:
    """No grant stays alive that nobody holds; if Zoho does not answer, its own limit of 20 ends it."""
    with suppress(ConnectorError):
        client.revoke(refresh_token)


def _trial_wire(org: ZohoOrganisation, granted: oauth.Granted, id: str, name: str = "Zoho") -> Wire:
    """Calls with a token that is not kept yet."""
    token = granted.fresh.access_token
    unheard = organisation.NoPauses()
    judges = {"Zoho": partial(organisation.examine, pauses=unheard)}
    return Wire(
        name=name,
        base_url=api_url(org),
        client=new_client(),
        headers=lambda: {"authorization": f"Zoho-oauthtoken {token}"},
        examine=judges.get(name, partial(crm_answers.examine, block=unheard.block)),
        still_refused=organisation.refused_token,
        sleep=sleep,
        secrets=lambda: (token, granted.refresh_token),
        constant_params=(("organization_id", id),) if id else (),
    )


def _keep(org: ZohoOrganisation, granted: oauth.Granted, row: dict[str, Any], found: dict[str, Any]) -> None:
    org.scopes = granted.scopes
    _keep_organisation(org, row, found)
    org.refresh_token, org.connected_at, org.refreshing_until = granted.refresh_token, now(), None
    org.save()
    tokens.keep(org, granted.fresh, now())
    # What waited for a permission need not wait any longer.
    moment = now()
    sources = HintSource.objects.filter(store__in=org.stores.all(), look_at__gt=moment)
    sources.exclude(trouble="").update(look_at=moment)


def _keep_organisation(org: ZohoOrganisation, row: dict[str, Any], found: dict[str, Any]) -> None:
    """Take over what was found of an organisation. Its fields are read anew by the next run. It is not saved yet."""
    fields = ZohoFieldList.objects.filter(organisation=org)
    if is_about(org, str(row["organization_id"])):
        fields.update(read_at=LONG_AGO)
    else:
        fields.delete()
    org.organization_id = str(row["organization_id"])
    remembered = {FIGURES: org.capabilities[FIGURES]} if FIGURES in org.capabilities else {}
    keep_found(org, row, {**remembered, **found})


def choose_organisation(org: ZohoOrganisation, id: str) -> None:
    """Go on with another organisation of the account that is connected.

    Raises `ConnectorError`; then nothing has changed.
    """
    account = zoho_wire(org, account=True)
    row = organisation.pick(organisation.organisations(account), id)
    wire = _named_wire(org, str(row["organization_id"]))
    of_account = {name: value for name, value in org.capabilities.items() if name.startswith("crm")}
    known = org.capabilities if is_about(org, str(row["organization_id"])) else {}
    found = {**organisation.capabilities(row, wire), **of_account, **_linked(wire, known)}
    _keep_organisation(org, row, found)
    org.save(update_fields=["organization_id", *COLUMNS])
    budget_of(org, now).count_made(wire.calls)


def _named_wire(org: ZohoOrganisation, id: str) -> Wire:
    """Calls to another organisation of the account: not counted before it is known that it is one."""
    held, unheard = _Tokens(org), organisation.NoPauses()
    return Wire(
        name="Zoho",
        base_url=api_url(org),
        client=new_client(),
        headers=held.headers,
        examine=partial(organisation.examine, pauses=unheard),
        renew=held.renew,
        still_refused=organisation.refused_token,
        sleep=sleep,
        secrets=lambda: (org.access_token, org.refresh_token, org.client_secret),
        constant_params=(("organization_id", id),),
    )


def check_client(org: ZohoOrganisation) -> None:
    """See that Zoho takes a client that was typed in, with the grant that is kept. Nothing is kept of it.

    Raises `ConnectorError`.
    """
    oauth_client(org).refresh(org.refresh_token)


def refresh_token(org: ZohoOrganisation) -> None:
    """A new access token now, whatever the present one is."""
    org.refresh_from_db()
    tokens.access_token(org, _refresh, now=now, sleep=sleep, stale=org.access_token)


def disconnect_zoho(org: ZohoOrganisation) -> str:
    """End the connection: revoked at Zoho, erased here in any case. A warning when Zoho did not confirm, or nothing."""
    org.refresh_from_db()
    warning = ""
    try:
        if org.refresh_token:
            oauth_client(org).revoke(org.refresh_token)
    except ConnectorError as error:
        warning = f"{error} It is erased here; remove it under Connected Apps of your Zoho account too."
    finally:
        _erase(org)
    return warning


def _erase(org: ZohoOrganisation) -> None:
    org.refresh_token = org.access_token = org.trouble = ""
    org.access_token_expires_at = org.access_token_created_at = None
    org.connected_at = org.refreshing_until = None
    org.save(
        update_fields=[
            "refresh_token",
            "access_token",
            "trouble",
            "access_token_expires_at",
            "access_token_created_at",
            "connected_at",
            "refreshing_until",
        ]
    )
