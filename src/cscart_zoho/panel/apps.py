from django.apps import AppConfig


class PanelConfig(AppConfig):
    name = "cscart_zoho.panel"
    label = "panel"
    verbose_name = "Overview"
