"""Cron addresses: a call of one starts a run, for those who use the server's cron instead of the schedule.

Each has a secret of 256 bits that is kept as SHA-256 only: who loses it makes a new
one. A call only ever starts a run, and says nothing about the store.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.conf import settings
from django.db import transaction
from django.db.models import F

from cscart_zoho.jobs.requests import ask_for_run
from cscart_zoho.jobs.schedule import ENTITIES, UNDER_WAY, WHOLE, not_possible
from cscart_zoho.jobs.timing import CLOCK_SLACK
from cscart_zoho.records import Entity
from cscart_zoho.store.first_sync import waits
from cscart_zoho.store.models import CronAddress, Run, RunState, Store
from cscart_zoho.store.secrets import digest_of

SECRET_BYTES = 32
#: The old-style addresses of the reference add-on, by their dispatch.
DISPATCHES = {
    "sg_zoho_pro_cron.run": Entity.PRODUCTS,
    "sg_zoho_cus_cron.run": Entity.CUSTOMERS,
    "sg_zoho_order_cron.run": Entity.ORDERS,
}
#: Calls that come this soon after a run was asked for are about that run, though a worker has taken it by now.
TOGETHER = timedelta(seconds=10)
#: So many runs may one address start in so long a time; the server's cron calls once a minute at most.
MOST_RUNS, WINDOW = 12, timedelta(minutes=10)
#: Stands where the secret stands, when it is not known any more.
PLACE_OF_SECRET = "SECRET"  # noqa: S105 (a placeholder)
#: Compared with when an entity has no address yet, so that the answer takes the same way.
NOBODYS_DIGEST = "0" * 64


class Outcome(Enum):
    STARTED = "started"
    JOINED = "joined"
    UNKNOWN = "unknown"
    NOT_POSSIBLE = "not possible"
    TOO_OFTEN = "too often"


@dataclass(frozen=True)
class Answer:
    """What came of a call. `why` is for whoever knew the secret; `wait_s` is when to come again, 0 = at any time."""

    outcome: Outcome
    why: str = ""
    wait_s: int = 0


def new_secret(store: Store, entity: Entity, now: datetime) -> str:
    """Make the address of a kind of records, or give it another secret; the old one dies at once."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made = {"digest": digest_of(secret), "made_at": now, "last_called_at": None, "calls": 0}
    CronAddress.objects.update_or_create(store=store, entity=entity.value, defaults=made)
    return secret


def addresses_of(store: Store) -> dict[Entity, CronAddress]:
    """The addresses that were made."""
    return {Entity(row.entity): row for row in CronAddress.objects.filter(store=store)}


def call(entity: Entity | None, secret: str, now: datetime) -> Answer:
    """Start what the secret is for, or join the run that waits. Safe against any number of calls at once."""
    address_id = _known(entity, secret)
    if entity is None or address_id is None:
        return Answer(Outcome.UNKNOWN)
    with transaction.atomic():
        rows = CronAddress.objects.select_for_update(of=("self",)).select_related("store__zoho")
        address = rows.filter(pk=address_id, digest=digest_of(secret)).first()
        if address is None:  # another secret was made at this very moment
            return Answer(Outcome.UNKNOWN)
        CronAddress.objects.filter(pk=address_id).update(calls=F("calls") + 1, last_called_at=now)
        return _start(address.store, entity, now)


def _known(entity: Entity | None, secret: str) -> int | None:
    """The address that a secret belongs to. Every digest is compared, and each in constant time."""
    given = digest_of(secret)
    rows = CronAddress.objects.filter(entity=entity.value if entity else "").values_list("pk", "digest")
    known: list[tuple[int | None, str]] = [*rows] or [(None, NOBODYS_DIGEST)]
    found = [pk for pk, digest in known if hmac.compare_digest(digest, given)]
    return found[0] if found else None


def _start(store: Store, entity: Entity, now: datetime) -> Answer:
    why = not_possible(store, entity) or waits(store, entity)
    if why:
        return Answer(Outcome.NOT_POSSIBLE, why)
    whole = Run.objects.filter(store=store, entity=entity.value, asked_key=WHOLE.key)
    just_now = whole.filter(asked_at__range=(now - TOGETHER, now + CLOCK_SLACK))
    if (
        whole.filter(state=RunState.WAITING).exists()
        or just_now.filter(state__in=(*UNDER_WAY, RunState.DONE, RunState.ATTENTION)).exists()
    ):
        return Answer(Outcome.JOINED)
    recent = whole.filter(trigger="cron", asked_at__gt=now - WINDOW, asked_at__lte=now + CLOCK_SLACK)
    wait_s = wait_for_another(list(recent.values_list("asked_at", flat=True)), now)
    if wait_s:
        return Answer(Outcome.TOO_OFTEN, wait_s=wait_s)
    ask_for_run(store, WHOLE, trigger="cron", entity=entity)
    return Answer(Outcome.STARTED)


def wait_for_another(asked: Sequence[datetime], now: datetime) -> int:
    """How many seconds until an address may start another run, when it has started runs at these moments. Pure."""
    if len(asked) < MOST_RUNS:
        return 0
    free_at = sorted(asked)[-MOST_RUNS] + WINDOW
    return max(1, -int(-(free_at - now).total_seconds() // 1))


# How an address is written


def url_of(entity: Entity) -> str:
    """The address without its secret, which goes into a header."""
    return f"{settings.CSCART_ZOHO_PUBLIC_URL}/cron/{entity.value}/"


def old_style_url_of(entity: Entity) -> str:
    """The address as the reference add-on has it."""
    dispatch = next(name for name, each in DISPATCHES.items() if each is entity)
    return f"{settings.CSCART_ZOHO_PUBLIC_URL}/index.php?dispatch={dispatch}"


def crontab_line(store: Store, entity: Entity, secret: str = PLACE_OF_SECRET) -> str:
    """A line for the server's crontab: hourly, silent when all is well, the secret in a header and in no log."""
    return (
        f"{minute_of(store, entity)} * * * * curl -fsS --max-time 60 -o /dev/null -X POST "
        f"-H 'X-Cron-Secret: {secret}' {url_of(entity)}"
    )


def minute_of(store: Store, entity: Entity) -> int:
    """The minute of an address: different for each entity, spread over installations, and never the full hour."""
    spread = hashlib.sha256(f"{settings.CSCART_ZOHO_PUBLIC_URL} {store.pk}".encode()).digest()[0] % 18
    return 1 + spread + 20 * ENTITIES.index(entity)
