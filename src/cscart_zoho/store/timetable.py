"""The tables of what starts runs: schedules, and the addresses that a server's cron calls."""

from django.db import models


class Schedule(models.Model):
    """When one store's products, customers or orders are brought into sync by themselves.

    Without a row the installation's interval counts (`CSCART_ZOHO_EVERY_MINUTES`).
    """

    store = models.ForeignKey("store.Store", on_delete=models.CASCADE, related_name="schedules")
    entity = models.CharField(max_length=20)
    on = models.BooleanField(default=True)
    #: The expression counts where there is one; without both it is the installation's interval.
    every_minutes = models.PositiveIntegerField(null=True, blank=True)
    #: Five fields as in a crontab, in the time zone of the Zoho organisation.
    cron = models.CharField(max_length=100, blank=True)
    #: Nothing starts by itself between these; from 22:00 until 06:00 is a night.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    #: Moments before this one are not made up for.
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "entity"], name="one_schedule")]

    def __str__(self) -> str:
        return f"{self.entity} of {self.store}"


class CronAddress(models.Model):
    """An address whose call starts a run. Its secret is kept as a hash and shown once, when it is made."""

    store = models.ForeignKey("store.Store", on_delete=models.CASCADE, related_name="cron_addresses")
    entity = models.CharField(max_length=20)
    #: SHA-256 of the secret, in hexadecimal.
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    last_called_at = models.DateTimeField(null=True)
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "entity"], name="one_cron_address")]

    def __str__(self) -> str:
        return f"{self.entity} of {self.store}"
