"""Access tokens: one refresh at a time, over threads and processes, and never more often than Zoho allows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from django.db.models import Q

from cscart_zoho.errors import NotConnected, Throttled
from cscart_zoho.store.models import ZohoOrganisation

#: A token is refreshed when less than this is left of it.
LEAD = timedelta(seconds=60)
#: A process that refreshes for longer than this is taken for dead.
HELD = timedelta(seconds=45)
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
        organisation.refresh_from_db()
        if not organisation.refresh_token:
            raise NotConnected(organisation.trouble or "Zoho is not connected.")
        if _lives(organisation, now(), stale):
            return str(organisation.access_token)
        if _take(organisation, now()):
            return _refreshed(organisation, refresh, now)
        sleep(LOOK_S)
    raise Throttled("Another process has been refreshing the Zoho token for a minute.", wait_s=60)


def _lives(organisation: ZohoOrganisation, now: datetime, stale: str) -> bool:
    expires = organisation.access_token_expires_at
    return bool(
        organisation.access_token
        and organisation.access_token != stale
        and expires is not None
        and expires - now > LEAD
    )


def _take(organisation: ZohoOrganisation, now: datetime) -> bool:
    """Become the one who refreshes: compare and set."""
    free = Q(refreshing_until=None) | Q(refreshing_until__lt=now)
    return bool(ZohoOrganisation.objects.filter(free, pk=organisation.pk).update(refreshing_until=now + HELD))


def _refreshed(
    organisation: ZohoOrganisation, refresh: Callable[[ZohoOrganisation], Fresh], now: Callable[[], datetime]
) -> str:
    try:
        fresh = refresh(organisation)
        keep(organisation, fresh, now())
        return fresh.access_token
    except NotConnected as error:
        ZohoOrganisation.objects.filter(pk=organisation.pk).update(trouble=error.for_people())
        raise
    finally:
        ZohoOrganisation.objects.filter(pk=organisation.pk).update(refreshing_until=None)


def keep(organisation: ZohoOrganisation, fresh: Fresh, now: datetime) -> None:
    """Store a new access token; the connection works again."""
    organisation.access_token = fresh.access_token
    organisation.access_token_created_at = now
    organisation.access_token_expires_at = now + timedelta(seconds=fresh.lives_s)
    organisation.trouble = ""
    organisation.save(update_fields=["access_token", "access_token_created_at", "access_token_expires_at", "trouble"])
