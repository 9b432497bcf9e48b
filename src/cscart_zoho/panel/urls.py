"""The addresses of the service: the panel, and signs of life and figures for machines."""

from django.urls import path

from cscart_zoho.panel.addresses import register
from cscart_zoho.panel.cron_calls import cron_call, old_style_call
from cscart_zoho.panel.health import health, healthz
from cscart_zoho.panel.hooks import hook
from cscart_zoho.panel.metrics import metrics
from cscart_zoho.panel.site import panel

register()


urlpatterns = [
    path("healthz", healthz),
    path("health", health, name="health"),
    path("metrics", metrics, name="metrics"),
    path("cron/", cron_call, name="cron_without_name"),
    path("cron/<slug:entity>/", cron_call, name="cron"),
    path("hooks/", hook, name="hook"),
    path("index.php", old_style_call, name="cron_old_style"),
    path("", panel.urls),
]
