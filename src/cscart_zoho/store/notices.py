"""The tables of what needs a person, and of how a person hears of it."""

from django.db import models

from cscart_zoho.store.secrets import SecretField


class NoticeSettings(models.Model):
    """Where one store's notices go."""

    store = models.OneToOneField("store.Store", on_delete=models.CASCADE, related_name="notice_settings")
    #: Addresses of the digest, one a line; none = no e-mail.
    emails = models.TextField(blank=True)
    #: The hour of the day at which the digest goes out, in the time zone of the Zoho organisation.
    digest_hour = models.PositiveSmallIntegerField(default=8)
    #: What is grave is sent at once, too.
    grave_at_once = models.BooleanField(default=True)
    #: An address that is called with each notice; it may hold a secret.
    webhook = SecretField(blank=True)
    #: When a digest was last due and served, whether or not there was anything to say.
    last_digest_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Notices of {self.store}"


class NoticeWay(models.Model):
    """How it goes with one way of telling: by mail, or by calling an address."""

    class Kind(models.TextChoices):
        MAIL = "mail", "e-mail"
        WEBHOOK = "webhook", "message"

    store = models.ForeignKey("store.Store", on_delete=models.CASCADE, related_name="notice_ways")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    #: Held while one process sends (compare-and-set), so that nothing is told twice.
    busy_until = models.DateTimeField(null=True)
    #: Failures in a row, and the moment before which it is not tried again.
    failures = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    last_sent_at = models.DateTimeField(null=True)
    #: Why the last one could not be sent, in words for people; empty while it works.
    trouble = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "kind"], name="one_notice_way")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.store}"


class Notice(models.Model):
    """One thing that needs a person, from the moment it was seen to the moment it was over."""

    store = models.ForeignKey("store.Store", on_delete=models.CASCADE)
    #: The same thing has the same key.
    key = models.CharField(max_length=120)
    text = models.TextField()
    #: The page of the panel where it is settled.
    address = models.CharField(max_length=200)
    grave = models.BooleanField(default=False)
    since = models.DateTimeField()
    over_at = models.DateTimeField(null=True)
    #: When it was told by mail and by calling the address; and when those heard that it was over.
    mailed_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)
    over_mailed_at = models.DateTimeField(null=True)
    over_posted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "key"], condition=models.Q(over_at=None), name="one_open_notice")
        ]

    def __str__(self) -> str:
        return self.text
