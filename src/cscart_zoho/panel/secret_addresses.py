"""Secrets that stand in an address are taken out of it before anything can write it down.

A log line, a traceback or an error page names the address of its request. So the
first middleware moves the secret into `request.secret_in_address`, and what comes
after it, Django's own loggers among them, sees the address without.
"""

from collections.abc import Callable
from urllib.parse import urlencode

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, QueryDict

#: What may follow these beginnings and is no secret; whatever comes after it is one.
OPEN_WORDS: dict[str, frozenset[str]] = {
    "cron": frozenset({"products", "customers", "orders"}),
    "hooks": frozenset(),
}
#: Here what stands behind the question mark is no secret, and part of what is signed.
KEEPS_QUERY = "/hooks/"
#: An old-style address names its purpose and its secret behind the question mark.
OLD_STYLE = "/index.php"
#: What is longer holds no secret of ours.
LONGEST_QUERY = 4096
#: Where a WSGI server puts the address of a request once more.
COPIES = ("RAW_URI", "REQUEST_URI", "RAW_PATH")


def without_secret(path: str) -> tuple[str, str]:
    """An address without its secret, and the secret; ("/cron/products/", "abc") of /cron/products/abc/. Pure."""
    beginning, _, rest = path[1:].partition("/")
    word, _, secret = rest.partition("/")
    if word not in OPEN_WORDS[beginning]:
        return f"/{beginning}/", rest.removesuffix("/")
    return f"/{beginning}/{word}/", secret.removesuffix("/")


class SecretAddresses:
    """Middleware: sets `request.secret_in_address` ("" when there is none). Has to be the first one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.secret_in_address = _take_out(request)  # type: ignore[attr-defined]
        return self.get_response(request)


def _take_out(request: HttpRequest) -> str:
    path = "/" + request.path_info.lstrip("/")
    if path != OLD_STYLE and path[1:].partition("/")[0] not in OPEN_WORDS:
        return ""
    asked = _query(request)
    path, secret = (path, "") if path == OLD_STYLE else without_secret(path)
    open_part = {"dispatch": asked.get("dispatch", "")[:60]} if path == OLD_STYLE else {}
    request.path = request.path_info = request.META["PATH_INFO"] = path
    if path != KEEPS_QUERY:
        request.META["QUERY_STRING"] = urlencode(open_part)
    for name in COPIES:
        request.META.pop(name, None)
    return secret or asked.get("secret", "")


def _query(request: HttpRequest) -> dict[str, str]:
    try:
        return QueryDict(request.META.get("QUERY_STRING", "")[:LONGEST_QUERY]).dict()
    except TooManyFieldsSent:
        return {}
