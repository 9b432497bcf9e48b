"""Who did what to the connector itself, one row each."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from cscart_zoho.store.models import AuditEntry


def noted(request: HttpRequest, what: str, detail: str = "") -> None:
    """Write down what the person behind a request has done."""
    note(who_is(request.user), what, detail)


def note(who: str, what: str, detail: str = "") -> AuditEntry:
    """Write down what somebody has done. Line breaks and control characters become blanks."""
    return AuditEntry.objects.create(
        at=timezone.now(), who=_clean(who)[:150], what=what[:60], detail=_clean(detail)[:2000]
    )


def who_is(user: Any) -> str:
    """The name under which a user's deeds are kept."""
    return str(user.get_username()) if user.is_authenticated else ""


def _clean(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
