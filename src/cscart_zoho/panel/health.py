"""Two signs of life for machines: `/healthz` for a load balancer, `/health` for whoever watches."""

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from cscart_zoho.jobs.presence import is_present
from cscart_zoho.store.models import Notice, Store, ZohoOrganisation

PARTS = ("database", "worker", "schedule", "store", "zoho", "calm")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, 503 otherwise. Tells nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return HttpResponse("no database\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """What works, as booleans, and one word for all: 200 with `ok` or `degraded`, 503 with `down`.

    Nobody has to log in for it, so it has no names, figures or reasons.
    """
    try:
        parts = _parts()
    except (DatabaseError, InterfaceError):
        return JsonResponse({"status": "down", **dict.fromkeys(PARTS, False)}, status=503)
    return JsonResponse({"status": "ok" if all(parts.values()) else "degraded", **parts})


def _parts() -> dict[str, bool]:
    """`calm`: no grave notice is open. Secrets are compared with nothing, never read."""
    stores, organisations = Store.objects.all(), ZohoOrganisation.objects.all()
    bad_store = Q(connected_at=None) | Q(url="") | Q(api_key="") | ~Q(trouble="")
    bad_zoho = Q(refresh_token="") | Q(organization_id="") | ~Q(trouble="")
    return {
        "database": True,
        "worker": is_present("worker"),
        "schedule": is_present("schedule"),
        "store": stores.exists() and not stores.filter(bad_store).exists(),
        "zoho": organisations.exists() and not organisations.filter(bad_zoho).exists(),
        "calm": not Notice.objects.filter(store__in=stores, over_at=None, grave=True).exists(),
    }
