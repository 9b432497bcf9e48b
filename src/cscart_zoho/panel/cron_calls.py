"""Calls of the cron addresses: no log-in and no page, a secret and a word.

Without the right secret every call gets the same answer, whatever was wrong with
it. The right one is looked for first, so that somebody who guesses cannot lock the
server's cron out.
"""

import logging

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from cscart_zoho.jobs.cron_addresses import DISPATCHES, WINDOW, Outcome, call
from cscart_zoho.jobs.schedule import ENTITIES
from cscart_zoho.panel.audit import note
from cscart_zoho.panel.login import client_address
from cscart_zoho.records import Entity
from cscart_zoho.store.clock import database_now
from cscart_zoho.store.models import AuditEntry

log = logging.getLogger(__name__)

REFUSED = "cron call refused"
#: Refused calls within `WINDOW` after which a client, or all of them together, are asked to wait.
PER_CLIENT, OF_ALL = 20, 200
#: The answer when the database is away: nobody can be told from nobody then.
AWAY_S = 60
HEADER = "X-Cron-Secret"
FORM = "application/x-www-form-urlencoded"
BY_NAME = {entity.value: entity for entity in ENTITIES}


@csrf_exempt
def cron_call(request: HttpRequest, entity: str = "") -> HttpResponse:
    """/cron/<entity>/, with the secret behind it, in a header or in a field of a POST."""
    return _answer(request, BY_NAME.get(entity))


@csrf_exempt
def old_style_call(request: HttpRequest) -> HttpResponse:
    """/index.php?dispatch=..., as the reference add-on is called."""
    return _answer(request, DISPATCHES.get(request.GET.get("dispatch", "")))


def _answer(request: HttpRequest, entity: Entity | None) -> HttpResponse:
    if request.method not in ("GET", "POST"):
        return _said("Use GET or POST.", 405, Allow="GET, POST")
    try:
        answer = call(entity, given_secret(request), database_now())
        if answer.outcome is Outcome.UNKNOWN:
            return _refused(request)
    except (DatabaseError, InterfaceError) as error:
        log.warning("A cron call came while the database does not answer (%s).", type(error).__name__)
        return _said("Not now.", 503, **{"Retry-After": str(AWAY_S)})
    if answer.outcome is Outcome.NOT_POSSIBLE:
        return _said(answer.why, 409)
    if answer.outcome is Outcome.TOO_OFTEN:
        return _too_often(answer.wait_s)
    return _said("Accepted.", 202)


def given_secret(request: HttpRequest) -> str:
    """The secret of a call: behind the address, in one of two headers, or in a field of a form. "" = none."""
    in_address: str = getattr(request, "secret_in_address", "")
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    in_header = request.headers.get(HEADER, "") or (bearer.strip() if scheme.lower() == "bearer" else "")
    return in_address or in_header or _in_form(request)


def _in_form(request: HttpRequest) -> str:
    try:
        # Other forms may carry files, which nobody wants to have from a stranger.
        return request.POST.get("secret", "") if request.content_type == FORM else ""
    except (BadRequest, SuspiciousOperation, UnreadablePostError):
        return ""  # a form that cannot be read holds no secret


def _refused(request: HttpRequest) -> HttpResponse:
    client = client_address(request)
    recent = AuditEntry.objects.filter(what=REFUSED, at__gt=timezone.now() - WINDOW)
    if recent.filter(detail=client).count() >= PER_CLIENT or recent.count() >= OF_ALL:
        return _too_often(int(WINDOW.total_seconds()))
    note("", REFUSED, client)
    return _said("Not found.", 404)


def _too_often(wait_s: int) -> HttpResponse:
    return _said("Too many calls.", 429, **{"Retry-After": str(wait_s)})


def _said(words: str, status: int, **headers: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8", headers=headers)
