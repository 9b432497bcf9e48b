"""Reading a request as CS-Cart does: address, query and body."""

import json
from dataclasses import dataclass
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

from cscart_zoho_sim.wire import Request

VERSIONS = frozenset(("1.0", "2.0", "2.1", "4.0", "4.1"))
CURRENT = "2.1"
#: What a body of JSON calls itself, and forms.
JSON_KINDS = ("application/json", "application/javascript")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
#: What `Accept` may ask for; of whole families only that of JSON, which is supposed.
ACCEPTED = frozenset((*JSON_KINDS, "text/plain", "*/*", "application/*"))

Query = dict[str, Any]
"""Name -> text, or a list of texts for `name[]`."""


class BadBody(Exception):
    """The body cannot be read; `status` and the words of the store."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(*messages)
        self.status, self.messages = status, messages


@dataclass(frozen=True)
class Route:
    """`/api/2.0/stores/1/products/12` -> version, ("stores", "1"), ("products", "12")."""

    version: str
    parts: tuple[str, ...]


def route(path: str) -> Route:
    """The entity path behind `/api/` or behind `_d=`; a first part that is a number is the version."""
    parts = tuple(part for part in path.split("/") if part)
    if parts and parts[0].replace(".", "", 1).isdigit():
        return Route(parts[0], parts[1:])
    return Route(CURRENT, parts)


def query(pairs: tuple[tuple[str, str], ...]) -> Query:
    """The query as PHP reads it: the last of a name wins, `name[]` collects."""
    read: Query = {}
    for key, value in pairs:
        name, bracket, _ = key.partition("[")
        if not bracket:
            read[name] = value
            continue
        several = read.get(name)
        if not isinstance(several, list):
            several = read[name] = []
        several.append(value)
    return read


def body(request: Request, *, forms: bool = True, put_forms: bool = True) -> dict[str, Any]:
    """The fields sent. Raises BadBody for broken JSON and for XML.

    Without a content type, or with text/plain, the body is read as a query
    string: JSON has no fields then, and the store misses the required ones
    (seen on a running 4.20 store).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in JSON_KINDS:
        return _json(request.body)
    if kind in ("", "text/plain"):
        return _pairs(request)
    if kind in FORMS:
        if not forms or (request.method == "PUT" and not put_forms):
            return {}
        return _pairs(request) if kind == FORMS[0] else _multipart(request)
    raise BadBody(415)


def _pairs(request: Request) -> dict[str, Any]:
    """A query string; what has no "=" in it is no field."""
    text = request.body.decode("utf-8", "replace")
    pairs = parse_qsl("&".join(pair for pair in text.split("&") if "=" in pair), keep_blank_values=True)
    return query(tuple(pairs))


def _multipart(request: Request) -> dict[str, Any]:
    head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
    parts = [part for part in BytesParser().parsebytes(head + request.body).walk() if not part.is_multipart()]
    named = [(part.get_param("name", header="content-disposition"), part.get_payload(decode=True)) for part in parts]
    return query(
        tuple(
            (str(name), value.decode("utf-8", "replace")) for name, value in named if name and isinstance(value, bytes)
        )
    )


def _json(raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadBody(400, "Malformed UTF-8 characters, possibly incorrectly encoded") from None
    try:
        read = json.loads(text, parse_constant=_no_constant) if text.strip() else {}
    except (ValueError, RecursionError):
        raise BadBody(400, "Syntax error") from None
    if "\\u" in text and not _speakable(read):
        raise BadBody(400, "Single unpaired high surrogate in Unicode escape")
    if isinstance(read, list):
        return {str(index): each for index, each in enumerate(read)}
    return read if isinstance(read, dict) else {}


def _no_constant(name: str) -> None:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(name)


def _speakable(read: Any) -> bool:
    """Whether the text can be written as UTF-8 at all: half a surrogate pair cannot."""
    try:
        json.dumps(read, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def accepts_json(request: Request) -> bool:
    """Whether the `Accept` header names a form that the store answers in, or leaves it the choice."""
    wanted = [kind.partition(";")[0].strip().lower() for kind in request.headers.get("accept", "").split(",")]
    return not any(wanted) or bool(ACCEPTED.intersection(wanted))
