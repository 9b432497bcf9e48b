"""The headers of every answer, and the life of a session.

Unfold's pages need two concessions, found by reading its templates (0.91):
Alpine evaluates the expressions in `x-` attributes, hence 'unsafe-eval'; the
theme's colours and htmx's indicator are inline styles, hence 'unsafe-inline'
for styles alone. Inline scripts are not needed and are not allowed.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

#: How long a session lasts without a request of its person, and how long at most (OWASP ASVS 5.0, 7.3).
IDLE_S = 30 * 60
LIFE_S = 12 * 3600
#: A session notes its last use only so often, so that a look costs no write.
NOTED_S = 60

CONTENT_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


class SecurityHeaders:
    """Middleware: a content policy on every answer, and no copies of pages in caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if not request.path.startswith("/static/"):
            response.headers["Cache-Control"] = "no-store"
        return response


class SessionLife:
    """Middleware: a session ends half an hour after its last use and twelve hours after the log-in.

    The progress strip asks by itself, so its requests are nobody's use.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now().timestamp()
            seen, began = request.session.get("seen", 0.0), request.session.get("began", 0.0)
            if now - seen > IDLE_S or now - began > LIFE_S:
                logout(request)
            elif now - seen > NOTED_S and not request.path.endswith("/progress/"):
                request.session["seen"] = now
        return self.get_response(request)


@receiver(user_logged_in)
def begin_session(sender: Any, request: HttpRequest, **_: Any) -> None:
    """Note when a session began."""
    request.session["began"] = request.session["seen"] = timezone.now().timestamp()
