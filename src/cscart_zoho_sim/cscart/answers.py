"""Answers and errors as CS-Cart words them (seen on a running 4.20 store)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from cscart_zoho_sim.wire import Response

PHP = {"x-powered-by": "PHP/8.2.36", "x-frame-options": "SAMEORIGIN"}
CHALLENGE = {"www-authenticate": 'Basic realm="User email/API key"'}

_HTML = {**PHP, "content-type": "text/html; charset=utf-8"}


def ok(payload: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response.of_json(payload, status, PHP)


def empty(status: int) -> Response:
    """204 comes as HTML, OPTIONS as JSON; both without a body."""
    return Response(status, b"", dict(_HTML) if status == 204 else {**PHP, "content-type": "application/json"})


def error(status: int, *messages: str, errors: Sequence[str] = ()) -> Response:
    """The error envelope: `message` always, `messages` or `errors` when the store has more to say.

    The running store put most refusals into `messages`, those of saving a
    product and of lines of an order into `errors`.
    """
    phrase = HTTPStatus(status).phrase
    told = [*errors, *messages]
    body: dict[str, Any] = {"message": f"{phrase}: {'. '.join(told)}" if told else phrase}
    if messages:
        body["messages"] = list(messages)
    if errors:
        body["errors"] = list(errors)
    return Response.of_json({**body, "status": status}, status, PHP | CHALLENGE if status == 401 else PHP)


def html_fault() -> Response:
    """A fault inside the store: a page for people, and no JSON at all."""
    page = b"<!DOCTYPE html><html><head><title>Service unavailable</title></head><body><h1>Sorry</h1></body></html>"
    return Response(500, page, dict(_HTML))


def html_page(status: int = 404) -> Response:
    """Any address of the store that is not its API."""
    return Response(status, b"<!DOCTYPE html><html><body><h1>Example store</h1></body></html>", dict(_HTML))
