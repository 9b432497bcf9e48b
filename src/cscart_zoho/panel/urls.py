"""The addresses of the service: the panel, and a sign of life for machines."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from cscart_zoho.panel.addresses import register
from cscart_zoho.panel.cron_calls import cron_call, old_style_call
from cscart_zoho.panel.site import panel

register()


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, 503 otherwise. Tells nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("no database\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz),
    path("cron/", cron_call, name="cron_without_name"),
    path("cron/<slug:entity>/", cron_call, name="cron"),
    path("index.php", old_style_call, name="cron_old_style"),
    path("", panel.urls),
]
