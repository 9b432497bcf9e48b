from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "cscart_zoho.store"
    label = "store"
    verbose_name = "Ledger"
    default_auto_field = "django.db.models.BigAutoField"
