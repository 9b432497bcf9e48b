"""The pages' own names for rows of the ledger. No tables of their own."""

from django.contrib.auth.models import User

from cscart_zoho.store import models as ledger


class Product(ledger.Observation):
    """A product of the store."""

    class Meta:
        proxy = True
        verbose_name = "CS-Cart product"
        verbose_name_plural = "CS-Cart products"


class Item(ledger.Observation):
    """An item of Zoho."""

    class Meta:
        proxy = True
        verbose_name = "Zoho product"
        verbose_name_plural = "Zoho products"


class Customer(ledger.Observation):
    """A user of the store."""

    class Meta:
        proxy = True
        verbose_name = "customer"
        verbose_name_plural = "customers"


class Contact(ledger.Observation):
    """A contact of Zoho."""

    class Meta:
        proxy = True
        verbose_name = "Zoho contact"
        verbose_name_plural = "Zoho contacts"


class Account(ledger.Observation):
    """An account of Zoho CRM."""

    class Meta:
        proxy = True
        verbose_name = "Zoho account"
        verbose_name_plural = "Zoho accounts"


class Order(ledger.Observation):
    """An order of the store."""

    class Meta:
        proxy = True
        verbose_name = "order"
        verbose_name_plural = "orders"


class SalesOrder(ledger.Observation):
    """A sales order of Zoho."""

    class Meta:
        proxy = True
        verbose_name = "Zoho order"
        verbose_name_plural = "Zoho orders"


class SyncRun(ledger.Run):
    class Meta:
        proxy = True
        verbose_name = "run"
        verbose_name_plural = "runs"


class OpenQuestion(ledger.Conflict):
    """A conflict: a field that was changed on both sides."""

    class Meta:
        proxy = True
        verbose_name = "conflict"
        verbose_name_plural = "conflicts"


class LogEntry(ledger.AuditEntry):
    class Meta:
        proxy = True
        verbose_name = "log entry"
        verbose_name_plural = "log entries"


class Person(User):
    """A user of the panel."""

    class Meta:
        proxy = True
        verbose_name = "user"
        verbose_name_plural = "users"
