"""The tables of the ledger.

Everything that the panel counts and lists comes from here, never from a live
call. Values of records are JSON as `cscart_zoho.store.values` writes them.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from cscart_zoho.store.inbox import Hint, HintSource
from cscart_zoho.store.item_file import ItemFileRow
from cscart_zoho.store.notices import Notice, NoticeSettings, NoticeWay
from cscart_zoho.store.presence import Presence
from cscart_zoho.store.secrets import SecretField
from cscart_zoho.store.timetable import CronAddress, Schedule
from cscart_zoho.store.versions import version_of

__all__ = [
    "SIDES",
    "AuditEntry",
    "CallBlock",
    "CallSeat",
    "CallWindow",
    "Conflict",
    "ContactAddress",
    "ContactPerson",
    "CronAddress",
    "Cursor",
    "Hint",
    "HintSource",
    "Intent",
    "ItemFileRow",
    "Link",
    "Notice",
    "NoticeSettings",
    "NoticeWay",
    "Observation",
    "OrderLine",
    "Presence",
    "Run",
    "RunState",
    "Schedule",
    "Step",
    "StepState",
    "Store",
    "SyncState",
    "ZohoFieldList",
    "ZohoOrganisation",
]

SIDES = [("cscart", "CS-Cart"), ("zoho", "Zoho")]
#: The columns of a store that hold choices.
CHOICES = {"product_choices", "customer_choices", "order_choices"}
#: The outcome of an open intent that has arrived and is not in Zoho's stock yet: it waits for approval there.
WAITING = "waiting"


class ZohoOrganisation(models.Model):
    """A Zoho account that has been, or is being, connected: one organisation, one region, one token."""

    region = models.CharField("data centre", max_length=8, default="com")
    client_id = models.CharField("client ID", max_length=100, blank=True)
    client_secret = SecretField("client secret", blank=True)
    organization_id = models.CharField("organisation ID", max_length=30, blank=True)
    name = models.CharField(max_length=200, blank=True)
    plan = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    price_precision = models.PositiveSmallIntegerField(default=2)
    time_zone = models.CharField(max_length=60, default="UTC")
    scopes = models.TextField(blank=True)
    #: What this organisation can do, as the adapter found out (locations, custom fields, taxes ...).
    capabilities = models.JSONField(default=dict, blank=True)

    refresh_token = SecretField(blank=True)
    access_token = SecretField(blank=True)
    access_token_expires_at = models.DateTimeField(null=True, blank=True)
    access_token_created_at = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField(null=True, blank=True)
    #: Held while one process refreshes the token (compare-and-set), so that refreshes never storm.
    refreshing_until = models.DateTimeField(null=True, blank=True)
    #: Why the connection does not work, in words for people; empty while it does.
    trouble = models.TextField(blank=True)

    daily_limit = models.PositiveIntegerField("calls a day", null=True, blank=True)
    minute_limit = models.PositiveIntegerField("calls a minute", null=True, blank=True, default=100)
    #: Calls that may be under way at the same moment.
    concurrent_limit = models.PositiveIntegerField("calls at once", null=True, blank=True, default=5)
    #: The share of a day's calls that is kept for orders, in per cent.
    reserved_for_orders = models.PositiveSmallIntegerField("kept for orders", default=20)
    crm_daily_limit = models.PositiveIntegerField("calls a day to Zoho CRM", null=True, blank=True)
    #: The names of the limits that a person has set: the plan and Zoho's answers do not change them.
    set_by_hand = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = "Zoho connection"
        verbose_name_plural = "Zoho connection"

    def __str__(self) -> str:
        return self.name or self.organization_id or "Zoho (not connected)"

    @property
    def connected(self) -> bool:
        """Whether there is a refresh token; `trouble` may still say that it does not work."""
        return bool(self.refresh_token and self.organization_id)


class ZohoFieldList(models.Model):
    """The fields of one kind of Zoho record, as the organisation itself describes them."""

    organisation = models.ForeignKey(ZohoOrganisation, on_delete=models.CASCADE, related_name="field_lists")
    #: `cscart_zoho.mapping.fields.Module`
    module = models.CharField(max_length=10)
    #: As Zoho describes them, one object a field.
    described = models.JSONField(default=list)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "module"], name="one_field_list")]

    def __str__(self) -> str:
        return f"{self.module} of {self.organisation}"


class PresentStores(models.Manager["Store"]):
    """The stores that are kept in sync: not those that were set aside with their links."""

    def get_queryset(self) -> models.QuerySet["Store"]:
        return super().get_queryset().filter(set_aside_at=None)


class Store(models.Model):
    """A CS-Cart store and the Zoho organisation it is kept in sync with.

    All rows of the ledger belong to a store, and their ids mean something with
    the shop and the organisation of `made_with` only. When a person starts anew
    with another shop or organisation, this row is set aside with all of them,
    and another row takes its place (`cscart_zoho.store.set_aside`).
    """

    name = models.CharField(max_length=200, default="My store")
    url = models.CharField("store address", max_length=300, blank=True)
    email = models.CharField("administrator's e-mail", max_length=200, blank=True)
    api_key = SecretField("API key", blank=True)
    zoho = models.ForeignKey(ZohoOrganisation, null=True, blank=True, on_delete=models.PROTECT, related_name="stores")
    #: What this store can do, as the probe found out.
    capabilities = models.JSONField(default=dict, blank=True)
    connected_at = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True)
    #: The store is a shop first: at most so many calls a minute, None = no limit.
    minute_limit = models.PositiveIntegerField("calls a minute", null=True, blank=True, default=600)
    #: By kind of record when a person has started its first sync, and who: before that nothing is synced by itself.
    first_syncs = models.JSONField(default=dict, blank=True)
    #: The merchant's choices for products: `cscart_zoho.mapping.choices.ProductChoices` as JSON.
    product_choices = models.JSONField(default=dict, blank=True)
    #: ... and for customers: `cscart_zoho.mapping.customer_choices.CustomerChoices` as JSON.
    customer_choices = models.JSONField(default=dict, blank=True)
    #: ... and for orders: `cscart_zoho.mapping.order_choices.OrderChoices` as JSON.
    order_choices = models.JSONField(default=dict, blank=True)
    #: Stands for the choices of each kind as they are saved: `cscart_zoho.store.versions`.
    choices_version = models.CharField(max_length=60, blank=True)
    #: The shop and the organisation that the ledger's rows are about: `cscart_zoho.sync.identity.MadeWith` as JSON.
    made_with = models.JSONField(default=dict, blank=True)
    #: The product of Zoho whose contacts customers are linked with: "crm" or "inventory"; "" before the first run.
    customers_in = models.CharField(max_length=10, blank=True)
    #: Since when it is kept only for being connected again.
    set_aside_at = models.DateTimeField(null=True)

    objects = PresentStores()
    #: Those that were set aside, too.
    every: ClassVar[models.Manager["Store"]] = models.Manager()

    class Meta:
        verbose_name = "store connection"
        verbose_name_plural = "store connection"

    def __str__(self) -> str:
        return self.name

    @property
    def connected(self) -> bool:
        return bool(self.connected_at and self.url and self.api_key)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **named: Any) -> None:
        """Choices are never saved without another version: a run that is under way has to see it."""
        if update_fields is None or CHOICES & set(update_fields):
            self.choices_version = version_of(self.product_choices, self.customer_choices, self.order_choices)
            update_fields = None if update_fields is None else {*update_fields, "choices_version"}
        super().save(*args, update_fields=update_fields, **named)


class StorePlace(models.Model):
    """What a store calls a state, or without a code a country, as addresses in its answers have told."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="places")
    country = models.CharField(max_length=2)
    code = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "country", "code"], name="one_name_of_a_place")]

    def __str__(self) -> str:
        return f"{self.name} ({self.country} {self.code})"


class SyncState(models.TextChoices):
    """The badge of a record in a list."""

    SYNCED = "synced", "Synced"
    NOT_SYNCED = "not_synced", "Not synced"
    CONFLICT = "conflict", "Conflict"
    HELD = "held", "Held"
    FAILED = "failed", "Failed"
    GONE = "gone", "Deleted"


class Observation(models.Model):
    """One row of one side, as it was last seen."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    entity = models.CharField(max_length=20)
    side = models.CharField(max_length=6, choices=SIDES)
    remote_id = models.CharField("ID", max_length=40)
    #: The remote id as a number, for lists in numeric order.
    number = models.BigIntegerField(null=True)
    #: What its partner has too: the SKU of a product, the e-mail of a customer, the name of an account.
    key = models.CharField("SKU", max_length=120, blank=True)
    #: `key` in lower case: finds keys that differ in case only.
    folded_key = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=300, blank=True)
    #: The record above it: the account of a contact, the parent of an account.
    parent_id = models.CharField(max_length=40, blank=True)
    company = models.CharField(max_length=300, blank=True)
    #: `company` in lower case, white space single: users of one company share it.
    folded_company = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    #: A customer whose e-mail address is a placeholder, or a contact without one.
    no_email = models.BooleanField(default=False)
    #: Canonical values, long texts as fingerprints.
    values = models.JSONField(default=dict)
    #: The price of a product, the total of an order.
    price = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    list_price = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    status = models.CharField(max_length=24, blank=True)
    #: The date of an order.
    ordered_on = models.DateField(null=True)
    stock = models.IntegerField(null=True)
    etag = models.CharField(max_length=200, blank=True)
    #: The list row told too little; the adapter must read the record before anything is decided.
    partial = models.BooleanField(default=False)
    modified_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    #: When the side itself said that the id does not exist (404). Never set by absence.
    gone_at = models.DateTimeField(null=True)

    #: Why the row cannot be used as it is ("The price is "1,50""), in words for people.
    problem = models.TextField(blank=True)

    linked = models.BooleanField(default=False)
    #: The brake has let a plan pass that makes its partner on the other side.
    passed = models.BooleanField(default=False)
    #: It, or what its plan rests on, has changed since a run found nothing to do about it.
    due = models.BooleanField(default=True)
    state = models.CharField(max_length=12, choices=SyncState.choices, default=SyncState.NOT_SYNCED)
    #: Why it is not synced, in words for people.
    reason = models.TextField(blank=True)
    #: Failed attempts in a row, and the moment before which no run tries again by itself.
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "entity", "side", "remote_id"], name="one_observation")]
        indexes = [
            models.Index(fields=["store", "entity", "side", "key"], name="obs_key"),
            models.Index(fields=["store", "entity", "side", "folded_key"], name="obs_folded_key"),
            models.Index(fields=["store", "entity", "side", "state"], name="obs_state"),
            models.Index(fields=["store", "entity", "side", "linked"], name="obs_linked"),
            models.Index(fields=["store", "entity", "side", "number"], name="obs_number"),
            models.Index(fields=["store", "entity", "side", "name"], name="obs_name"),
            models.Index(fields=["store", "entity", "side", "parent_id"], name="obs_parent"),
            models.Index(fields=["store", "entity", "side", "folded_company"], name="obs_company"),
            models.Index(fields=["store", "entity", "side", "ordered_on"], name="obs_ordered_on"),
            models.Index(fields=["store", "entity", "side", "linked"], condition=Q(due=True), name="obs_due"),
        ]

    def __str__(self) -> str:
        return self.name or self.remote_id


class OrderLine(models.Model):
    """How many pieces of a product an order is about: what stock rests on, besides the figures of both sides."""

    order = models.ForeignKey(Observation, on_delete=models.CASCADE, related_name="order_lines")
    #: The product of the store or the item of Zoho.
    product_id = models.CharField(max_length=40)
    quantity = models.IntegerField()
    #: Of orders of the store: Zoho's figure is without these pieces whether it has the order or not, because both
    #: figures were agreed on without them, or because they are booked there. None = nobody had to decide that yet.
    booked = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "product_id"], name="one_line_per_product")]
        indexes = [models.Index(fields=["product_id"], name="order_line_product")]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id}"


class ContactAddress(models.Model):
    """An address that a contact of Zoho has: sales orders name it by its id."""

    organisation = models.ForeignKey(ZohoOrganisation, on_delete=models.CASCADE, related_name="contact_addresses")
    contact_id = models.CharField(max_length=40)
    #: Hash of the address, case and white space ignored.
    fingerprint = models.CharField(max_length=32)
    address_id = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "contact_id", "fingerprint"], name="one_contact_address")
        ]

    def __str__(self) -> str:
        return f"{self.address_id} of {self.contact_id}"


class ContactPerson(models.Model):
    """A person of a contact of Zoho Inventory who is not its customer of the store: known by the address."""

    organisation = models.ForeignKey(ZohoOrganisation, on_delete=models.CASCADE, related_name="contact_persons")
    contact_id = models.CharField(max_length=40, db_index=True)
    person_id = models.CharField(max_length=40)
    folded_email = models.CharField(max_length=254, db_index=True)
    contact_name = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "person_id"], name="one_contact_person")]

    def __str__(self) -> str:
        return f"{self.folded_email} of {self.contact_name}"


class Link(models.Model):
    """Two records that are the same thing, and the values both sides last agreed on (the base).

    Each side has its own half of the base, because a side may keep a value in
    its own way (a cut text, a rounded price) without that being an edit.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    entity = models.CharField(max_length=20)
    cscart_id = models.CharField(max_length=40)
    zoho_id = models.CharField(max_length=40)
    base_cscart = models.JSONField(default=dict)
    base_zoho = models.JSONField(default=dict)
    #: adopted, created_in_zoho, created_in_cscart
    origin = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField()
    #: Products: since when both sides agree on the stock, and what those figures say of orders that were open then
    #: (`cscart_zoho.sync.stock.Agreement`).
    agreed_at = models.DateTimeField(null=True)
    agreement = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "entity", "cscart_id"], name="one_link_per_cscart_id"),
            models.UniqueConstraint(fields=["store", "entity", "zoho_id"], name="one_link_per_zoho_id"),
        ]

    def __str__(self) -> str:
        return f"{self.cscart_id} = {self.zoho_id}"


class RunState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    ATTENTION = "attention", "Needs attention"
    FAILED = "failed", "Failed"
    STOPPED = "stopped", "Stopped"


class Run(models.Model):
    """One execution of a sync: asked for, leased by a worker, told at the end."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    entity = models.CharField(max_length=20, default="products")
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.WAITING)
    #: button, cli, schedule, cron, hint
    trigger = models.CharField(max_length=10)
    asked_by = models.CharField(max_length=150, blank=True)
    #: What was asked: `cscart_zoho.sync.asked.Asked` as JSON, and a key of it.
    asked = models.JSONField(default=dict)
    asked_key = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    #: What is more urgent is taken first, and a less urgent run makes room for it: `cscart_zoho.store.lanes`.
    lane = models.PositiveSmallIntegerField(default=50)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    #: The lease: grows with each take-over, so that a worker that was too slow can tell.
    lease = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    stop_asked = models.BooleanField(default=False)
    #: The choices that it began with: `cscart_zoho.store.versions`.
    choices_version = models.CharField(max_length=60, blank=True)
    #: recovering, observing, planning, applying, telling
    phase = models.CharField(max_length=12, blank=True)
    #: The kind of record that is planned or applied now; a run of customers has several.
    chapter = models.CharField(max_length=20, blank=True)
    progress = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    calls_cscart = models.PositiveIntegerField(default=0)
    calls_zoho = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "entity", "asked_key"], condition=Q(state="waiting"), name="one_waiting_run"
            ),
            # One at a time: what a run of products decides about stock rests on the orders as they are.
            models.UniqueConstraint(fields=["store"], condition=Q(state="running"), name="one_running_run"),
        ]
        indexes = [
            models.Index(fields=["store", "state"], name="run_state"),
            models.Index(fields=["store", "started_at"], name="run_started"),
        ]

    def __str__(self) -> str:
        return f"Run {self.pk}"


class StepState(models.TextChoices):
    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
    HELD = "held", "Held"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "No answer"
    SKIPPED = "skipped", "Skipped"


class Step(models.Model):
    """One planned action of a run and what came of it: the history of a record is its steps."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    entity = models.CharField(max_length=20, default="products")
    #: create, update, link, stock, hold, conflict, mark_inactive
    kind = models.CharField(max_length=14)
    #: The side that is written to; empty where none is.
    target = models.CharField(max_length=6, choices=SIDES, blank=True)
    cscart_id = models.CharField(max_length=40, blank=True)
    zoho_id = models.CharField(max_length=40, blank=True)
    label = models.CharField(max_length=300, blank=True)
    #: {field: [value before, value after]}, long texts as fingerprints.
    changes = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=StepState.choices, default=StepState.PLANNED)
    #: What came of it, with the remote's own words.
    message = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["run", "state"], name="step_run_state"),
            models.Index(fields=["cscart_id"], name="step_cscart"),
            models.Index(fields=["zoho_id"], name="step_zoho"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"


class Intent(models.Model):
    """What is about to be sent, committed before the call. Open = the outcome is not known yet."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    entity = models.CharField(max_length=20)
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL)
    #: create, update, amount, adjust
    kind = models.CharField(max_length=10)
    target = models.CharField(max_length=6, choices=SIDES)
    cscart_id = models.CharField(max_length=40, blank=True)
    zoho_id = models.CharField(max_length=40, blank=True)
    #: How the record is found again: the SKU, or the reference of an adjustment.
    key = models.CharField(max_length=120, blank=True)
    #: Exactly what was sent and what both halves of the base become when it arrived.
    payload = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    #: done, refused, not_applied, rejected (an adjustment that never will count); of an open one: WAITING, or nothing.
    outcome = models.CharField(max_length=12, blank=True)

    class Meta:
        indexes = [models.Index(fields=["store", "entity"], condition=Q(closed_at=None), name="open_intents")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key or self.cscart_id or self.zoho_id}"


class Conflict(models.Model):
    """A field that was changed on both sides, with both values. Never dropped, only settled."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    entity = models.CharField(max_length=20)
    cscart_id = models.CharField(max_length=40)
    zoho_id = models.CharField(max_length=40)
    label = models.CharField(max_length=300, blank=True)
    field = models.CharField(max_length=100)
    cscart_value = models.JSONField(null=True)
    zoho_value = models.JSONField(null=True)
    base_value = models.JSONField(null=True)
    #: The rule that applied: cscart, zoho, newest, ask
    policy = models.CharField(max_length=10)
    #: cscart, zoho, or empty while it is open
    winner = models.CharField(max_length=6, choices=SIDES, blank=True)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    #: A person's name, or "rule".
    settled_by = models.CharField(max_length=150, blank=True)
    #: A person has answered and the next run carries the answer out.
    answer = models.CharField(max_length=6, choices=SIDES, blank=True)
    #: Stock: the figures that the question was asked about, each after its version, the newest last.
    figures = models.JSONField(default=list, blank=True)
    #: The version that was answered, where it is not the newest.
    answered = models.CharField(max_length=12, blank=True)
    #: The last answer that did not count, because something had changed since: side, by, cscart and zoho.
    lapsed = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "entity", "cscart_id", "zoho_id", "field"],
                condition=Q(settled_at=None),
                name="one_open_conflict",
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.label}"

    @property
    def version(self) -> str:
        """Stands for the values that the question shows: an answer names it, and counts for them alone."""
        shown = json.dumps([self.cscart_value, self.zoho_value], sort_keys=True)
        return hashlib.sha256(shown.encode()).hexdigest()[:8]

    @property
    def version_shown(self) -> str:
        """The same with the answer that stands beside them, for whoever looks at both."""
        return f"{self.version}-{self.answer}" if self.answer else self.version


class Cursor(models.Model):
    """Up to where a side has been read completely."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    entity = models.CharField(max_length=20)
    side = models.CharField(max_length=6, choices=SIDES)
    #: changes, sweep, full; look (one at everything that is under way); passed (the last plan about all records that
    #: the brake has let pass); stock (of orders: since when the stock of
    #: products rests on them)
    kind = models.CharField(max_length=10)
    moment = models.DateTimeField()
    #: Of a look that is under way: how many rows of the list it has seen.
    rows = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "entity", "side", "kind"], name="one_cursor")]

    def __str__(self) -> str:
        return f"{self.side} {self.kind} {self.moment:%Y-%m-%d %H:%M}"


class CallWindow(models.Model):
    """How many calls went to one remote in one minute or one day, over all processes."""

    #: `zoho:<organisation id>`, `zoho-crm:<organisation id>`, `cscart:<id of the store>`, or
    #: `zoho tokens:<id of the connection>`
    remote = models.CharField(max_length=60)
    #: minute, hour, day; token = the moment of one refresh; reset = when the day ends and how many calls it has,
    #: as Zoho's answers told it last
    kind = models.CharField(max_length=6)
    starts_at = models.DateTimeField()
    used = models.PositiveIntegerField(default=0)
    #: The whole window has lane 0; beside it each lane has its own count.
    lane = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["remote", "kind", "starts_at", "lane"], name="one_window")]

    def __str__(self) -> str:
        return f"{self.remote} {self.kind} {self.used}"


class CallBlock(models.Model):
    """A remote asked for a pause: no call before this moment."""

    remote = models.CharField(max_length=60, unique=True)
    until = models.DateTimeField()
    #: How long it is in all, in seconds: one after the other grows.
    lasts_s = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.remote} until {self.until:%H:%M}"


class CallSeat(models.Model):
    """A call that is under way; so many may be at once."""

    remote = models.CharField(max_length=60)
    number = models.PositiveSmallIntegerField()
    holder = models.CharField(max_length=60)
    #: After this moment the seat is free, whatever became of its holder.
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["remote", "number"], name="one_seat")]

    def __str__(self) -> str:
        return f"{self.remote} {self.number}"


class AuditEntry(models.Model):
    """Who did what to the connector itself: log-ins, connections, settings, answers to conflicts."""

    at = models.DateTimeField()
    who = models.CharField(max_length=150, blank=True)
    what = models.CharField(max_length=60)
    detail = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.what} by {self.who}"
