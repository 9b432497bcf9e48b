from django.apps import AppConfig


class PanelConfig(AppConfig):
    name = "cscart_zoho.panel"
    label = "panel"
    verbose_name = "Overview"  # the first word of the path that stands over every list

    def ready(self) -> None:
        from cscart_zoho.panel import security  # noqa: F401  (it listens for log-ins)
