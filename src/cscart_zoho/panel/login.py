"""Logging in: counted per account and per address, with the same answer for every failure."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_out
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from unfold.forms import AuthenticationForm

from cscart_zoho.panel.audit import note, who_is
from cscart_zoho.panel.roles import role_of
from cscart_zoho.store.models import AuditEntry

#: Refused attempts within an hour after which nothing is tried any more.
PER_ACCOUNT = 10
PER_ADDRESS = 20
WINDOW = timedelta(hours=1)

LOGGED_IN, REFUSED, LOGGED_OUT, ENDED = "logged in", "log-in refused", "logged out", "session ended"
SORRY = (
    "The name or the password is wrong, or there were too many attempts. Check both; after many attempts wait an hour."
)


class LoginForm(AuthenticationForm):  # type: ignore[misc]
    """Name and password. The row of the attempt is written before the password is looked at.

    So many attempts at the same time cannot slip through together. A forwarded
    address in a header is not believed: only the connection's own counts.
    """

    error_messages = {"invalid_login": SORRY, "inactive": SORRY}

    def clean(self) -> dict[str, Any]:
        name = str(self.cleaned_data.get("username", "")).casefold()
        attempt = note(name, REFUSED, client_address(self.request))
        if _too_many(attempt):
            attempt.delete()  # the count stays as it is: waiting helps, and the table cannot be flooded
            raise ValidationError(SORRY, code="invalid_login")
        cleaned: dict[str, Any] = super().clean()
        AuditEntry.objects.filter(pk=attempt.pk).update(what=LOGGED_IN)
        return cleaned

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        if role_of(user) is None:
            raise ValidationError(SORRY, code="invalid_login")


def client_address(request: HttpRequest) -> str:
    """The address at the other end of the connection."""
    return str(request.META.get("REMOTE_ADDR", ""))


@receiver(user_logged_out)
def note_the_end(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """A session ends by its person, or because it is too old."""
    if user is not None:
        note(who_is(user), LOGGED_OUT if request.path == reverse("admin:logout") else ENDED, client_address(request))


def _too_many(attempt: AuditEntry) -> bool:
    recent = AuditEntry.objects.filter(what=REFUSED, at__gt=timezone.now() - WINDOW)
    if recent.filter(who=attempt.who).count() > PER_ACCOUNT:
        return True
    return bool(recent.filter(detail=attempt.detail).count() > PER_ADDRESS)
