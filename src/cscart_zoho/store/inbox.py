"""The tables of hints: who may send them, and those that came in.

A hint says that a record should be looked at soon. It is never data.
"""

from django.db import models
from django.db.models import Q

from cscart_zoho.store.secrets import SecretField


class HintSource(models.Model):
    """Web hooks of one kind of one store: those of Zoho Inventory, of Zoho CRM, or of CS-Cart."""

    class Kind(models.TextChoices):
        INVENTORY = "inventory", "Zoho Inventory"
        CRM = "crm", "Zoho CRM"
        CSCART = "cscart", "CS-Cart"

    store = models.ForeignKey("store.Store", on_delete=models.CASCADE, related_name="hint_sources")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    on = models.BooleanField(default=True)
    #: What makes the address of this source unguessable: SHA-256 in hexadecimal, and the secret for showing it.
    digest = models.CharField(max_length=64, unique=True)
    address_secret = SecretField()
    #: Zoho Inventory: the key of the signature. Zoho CRM: the token that comes back with each message.
    secret = SecretField(blank=True)
    #: What was made at the other side for us: ids of channels or hooks, by what they tell of.
    made_there = models.JSONField(default=dict, blank=True)
    #: When the other side ends it, unless it is renewed.
    expires_at = models.DateTimeField(null=True)
    #: When what was made there is looked after next; None = there is nothing to look after.
    look_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    #: The last message that was sent to try it out.
    tested_at = models.DateTimeField(null=True)
    accepted = models.PositiveIntegerField(default=0)
    doubled = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    #: Why the last message was refused, in words for people.
    refusal = models.TextField(blank=True)
    #: Why it does not work: what could not be made, renewed or ended there, in words for people; empty while it does.
    trouble = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "kind"], name="one_hint_source")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.store}"


class Hint(models.Model):
    """One message: a record that should be looked at."""

    source = models.ForeignKey(HintSource, on_delete=models.CASCADE, related_name="hints")
    store = models.ForeignKey("store.Store", on_delete=models.CASCADE)
    entity = models.CharField(max_length=20)
    side = models.CharField(max_length=6)
    remote_id = models.CharField(max_length=40, blank=True)
    #: Equal messages have equal ones: a repeated message is not a second hint.
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    #: What the message says the record's last change is from: a version that was seen already tells nothing new.
    changed_at = models.DateTimeField(null=True)
    #: Since when it does not wait any more: a run has taken it, or it told nothing new.
    settled_at = models.DateTimeField(null=True)
    #: The run that looks, once one has taken it.
    run = models.ForeignKey("store.Run", null=True, on_delete=models.SET_NULL, related_name="hints")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "digest"], name="one_hint")]
        indexes = [
            models.Index(fields=["store", "entity"], condition=Q(settled_at=None), name="hint_waiting"),
            models.Index(fields=["store", "entity", "received_at"], name="hint_received"),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.remote_id}"
