"""Access tokens: one refresh at a time, over threads and processes, and never more often than Zoho allows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from django.db.models import F, Q, QuerySet

from cscart_zoho.errors import NotConnected, Throttled
from cscart_zoho.store.models import CallBlock, CallWindow, ZohoOrganisation

#: A token is refreshed when less than this is left of it.
LEAD = timedelta(seconds=60)
#: A process that refreshes for longer than this is taken for dead.
HELD = timedelta(seconds=45)
#: So many tokens in so much time for one grant (Zoho Accounts, "OAuth 2.0: Token limits").
TOKENS, TOKENS_WITHIN = 10, timedelta(minutes=10)
#: How long a waiter sleeps before it looks again, and how often.
LOOK_S, LOOKS = 1.0, 60


class Fresh(Protocol):
    """What a refresh brought: the token and how many seconds it lives."""

    @property
    def access_token(self) -> str: ...

    @property
    def lives_s(self) -> int: ...


def access_token(
    organisation: ZohoOrganisation,
    refresh: Callable[[ZohoOrganisation], Fresh],
    *,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
    stale: str = "",
) -> str:
    """The living access token. `stale` is one that Zoho has just refused.

    Raises `NotConnected` without a refresh token, `Throttled` when another
    process does not come to an end, and what `refresh` raises.
    """
    for _ in range(LOOKS):
        if _lives(_connected(organisation), now(), stale):
            return str(organisation.access_token)
        mine = now() + HELD
        if _take(organisation, now(), mine):
            return _as_the_one(organisation, refresh, now, mine, stale)
        sleep(LOOK_S)
    raise Throttled("Another process has been refreshing the Zoho token for a minute.", wait_s=60)


def _connected(organisation: ZohoOrganisation) -> ZohoOrganisation:
    """The organisation as it is now. Raises `NotConnected` without a refresh token."""
    organisation.refresh_from_db()
    if not organisation.refresh_token:
        raise NotConnected(organisation.trouble or "Zoho is not connected.")
    return organisation


def _lives(organisation: ZohoOrganisation, now: datetime, stale: str) -> bool:
    expires = organisation.access_token_expires_at
    return bool(
        organisation.access_token
        and organisation.access_token != stale
        and expires is not None
        and expires - now > LEAD
    )


def _take(organisation: ZohoOrganisation, now: datetime, mine: datetime) -> bool:
    """Become the one who refreshes, until `mine`: compare and set."""
    # Nobody holds it for longer than `HELD`: a moment much later was written before the clock was set back.
    free = Q(refreshing_until=None) | Q(refreshing_until__lt=now) | Q(refreshing_until__gt=mine + HELD)
    return bool(ZohoOrganisation.objects.filter(free, pk=organisation.pk).update(refreshing_until=mine))


def _as_the_one(
    organisation: ZohoOrganisation,
    refresh: Callable[[ZohoOrganisation], Fresh],
    now: Callable[[], datetime],
    mine: datetime,
    stale: str,
) -> str:
    """Refresh, unless somebody was done with it between our look and our turn."""
    held = ZohoOrganisation.objects.filter(pk=organisation.pk, refreshing_until=mine)
    try:
        if _lives(_connected(organisation), now(), stale):
            return str(organisation.access_token)
        return _refreshed(organisation, _in_turn(organisation, refresh, now), now(), held)
    except NotConnected as error:
        held.update(trouble=error.for_people())
        raise
    finally:
        held.update(refreshing_until=None)


def _refreshed(organisation: ZohoOrganisation, fresh: Fresh, now: datetime, held: QuerySet[ZohoOrganisation]) -> str:
    """Keep the token only while nobody has disconnected, reconnected or taken over meanwhile."""
    _set(organisation, fresh, now)
    if not held.update(**{name: getattr(organisation, name) for name in _KEPT}):
        organisation.refresh_from_db()
        if not organisation.refresh_token:
            raise NotConnected("Zoho was disconnected in the meantime.")
    return fresh.access_token


def _in_turn(
    organisation: ZohoOrganisation, refresh: Callable[[ZohoOrganisation], Fresh], now: Callable[[], datetime]
) -> Fresh:
    """Ask Zoho unless it would refuse: it counts, and to ask on would only make the pause longer."""
    remote, moment = f"zoho tokens:{organisation.pk}", now()
    block = CallBlock.objects.filter(remote=remote, until__gt=moment).first()
    if block is not None:
        raise Throttled(block.reason, wait_s=(block.until - moment).total_seconds())
    asked = CallWindow.objects.filter(remote=remote, kind="token")
    asked.exclude(starts_at__gt=moment - TOKENS_WITHIN, starts_at__lte=moment + LEAD).delete()
    times = list(asked.order_by("starts_at").values_list("starts_at", "used"))
    if sum(used for _, used in times) >= TOKENS:
        wait_s = (times[0][0] + TOKENS_WITHIN - moment).total_seconds()
        raise Throttled(f"Zoho gives {TOKENS} tokens in ten minutes, and they have been asked for.", wait_s=wait_s)
    if not asked.filter(starts_at=moment).update(used=F("used") + 1):
        CallWindow.objects.create(remote=remote, kind="token", starts_at=moment, used=1)
    try:
        return refresh(organisation)
    except Throttled as error:
        until = now() + timedelta(seconds=error.wait_s)
        CallBlock.objects.update_or_create(remote=remote, defaults={"until": until, "reason": str(error)})
        raise


#: What is stored with an access token.
_KEPT = ("access_token", "access_token_created_at", "access_token_expires_at", "trouble")


def keep(organisation: ZohoOrganisation, fresh: Fresh, now: datetime) -> None:
    """Store a first access token; the connection works."""
    _set(organisation, fresh, now)
    organisation.save(update_fields=_KEPT)


def _set(organisation: ZohoOrganisation, fresh: Fresh, now: datetime) -> None:
    organisation.access_token = fresh.access_token
    organisation.access_token_created_at = now
    organisation.access_token_expires_at = now + timedelta(seconds=fresh.lives_s)
    organisation.trouble = ""
