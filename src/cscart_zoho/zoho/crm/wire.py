"""What Zoho CRM sends, and what it means when it refuses.

Writes are answered by an envelope with one entry a record, in the order of the
request; what concerns the whole request comes bare (Zoho CRM API v8). Both
shapes occur for the same error, so both are read.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from cscart_zoho.errors import (
    AlreadyThere,
    ConnectorError,
    MissingScope,
    NoSuchModule,
    NotAllowed,
    NotFound,
    Refused,
    Retryable,
    Throttled,
    Unfit,
    UnknownField,
)
from cscart_zoho.http import NOTHING, UNCHANGED, Answer, StaleToken, odd

ROOT = "/crm/v8"
#: Zoho states no pause with a 429.
PAUSE_S = 60.0

#: One record as it came, numbers as `int` or `Decimal`.
Row = Mapping[str, Any]


class Info(msgspec.Struct):
    """Where a list goes on."""

    more_records: bool = False
    count: int = 0
    next_page_token: str | None = None


class Body(msgspec.Struct):
    """Any answer, with what is read of it."""

    data: list[dict[str, Any]] | None = None
    info: Info = msgspec.field(default_factory=Info)
    code: str = ""
    message: str = ""
    details: Any = None
    fields: list[dict[str, Any]] = []
    org: list[dict[str, Any]] = []

    @property
    def rows(self) -> list[dict[str, Any]]:
        return self.data or []


_DECODER = msgspec.json.Decoder(Body, float_hook=Decimal)


def told(answer: Answer) -> Body:
    """The body of an answer of any status; an empty one for "nothing there" and "nothing new".

    What cannot be read is a `RemoteFault` for a read and an `UnknownOutcome` for a write.
    """
    if answer.status in (NOTHING, UNCHANGED):
        return Body(data=[])
    try:
        return _DECODER.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise answer.unreadable("Zoho CRM") from error


def accepted(answer: Answer, what: str) -> Body:
    """The body, if Zoho did what was asked. `what` completes "Zoho CRM refused ..."."""
    body = told(answer)
    if answer.status < 300 or answer.status == UNCHANGED:
        return body
    entry = body.rows[0] if body.rows else {"code": body.code, "message": body.message, "details": body.details}
    raise refusal(entry, answer.status, what)


def examine(answer: Answer, write: bool, *, block: Callable[[float, str], None]) -> None:
    """Raise what concerns the organisation as a whole: credits, the token, permissions."""
    if answer.status in (NOTHING, UNCHANGED):
        return
    if answer.status == 429:
        said = "Zoho CRM asks for a pause: its credits of the last 24 hours, or its places for calls at once, are used."
        block(PAUSE_S, said)
        raise Throttled(said, wait_s=PAUSE_S)
    read = answer.json()
    if not isinstance(read, dict):
        raise odd("Zoho CRM", "gave an odd answer", write=write)
    code, words = str(read.get("code") or ""), str(read.get("message") or "no words")[:300]
    if code == "OAUTH_SCOPE_MISMATCH":
        raise MissingScope(f'Zoho CRM says: "{words}" ({code}).')
    if answer.status == 401:
        raise StaleToken(f'Zoho CRM says: "{words}" ({code}).')


def refused_token(words: str) -> MissingScope:
    """A fresh token is refused as well. What CRM says of one record has codes of its own."""
    return MissingScope(f"{words} The token is fresh, so a permission is missing.")


#: Refusals that may rest on what has changed in the organisation: its fields, rights and modules.
_OF_THE_ORGANISATION = frozenset(
    {"INVALID_DATA", "MANDATORY_NOT_FOUND", "NO_PERMISSION", "INVALID_MODULE", "NOT_SUPPORTED", "AUTHORIZATION_FAILED"}
)


def is_refused_change(answer: Answer) -> bool:
    """Whether CRM refused a write, or a record of it, for a reason that may lie in the organisation."""
    if answer.status in (NOTHING, UNCHANGED) or not answer.body.lstrip().startswith(b"{"):
        return False
    told = answer.json()
    rows = told.get("data") if isinstance(told.get("data"), list) else [told]
    return any(isinstance(row, Mapping) and row.get("code") in _OF_THE_ORGANISATION for row in rows)


def refusal(entry: Mapping[str, Any], status: int, what: str) -> ConnectorError:
    """The error of one entry of an envelope, or of a bare answer. Messages change; codes do not."""
    code, words = str(entry.get("code") or status), str(entry.get("message") or "no words.")
    said = f"Zoho CRM refused {what}: {words}{_where(entry.get('details'))} ({code})"
    if code == "ALREADY_MODIFIED":
        return Retryable(f"{what[0].upper()}{what[1:]} was changed in Zoho CRM a moment ago; nothing was written.")
    if code == "DUPLICATE_DATA":
        return AlreadyThere(said, code=status)
    if code in ("INVALID_URL_PATTERN", "NOT_FOUND") or (code == "INVALID_DATA" and _is_id(entry.get("details"))):
        return NotFound(said, code=404)
    if code == "RECORD_LOCKED":
        return Retryable(said)
    if code == "NO_PERMISSION":
        return NotAllowed(said)
    if code == "INVALID_MODULE":
        return NoSuchModule(said, code=status)
    if code == "INVALID_QUERY":
        return UnknownField(said, code=status)
    if code in ("MANDATORY_NOT_FOUND", "INVALID_DATA"):
        return Unfit(said)
    return Refused(said, code=status)


def _is_id(details: object) -> bool:
    """Whether it is the id of the record itself that Zoho does not know."""
    return isinstance(details, Mapping) and details.get("api_name") == "id"


def _where(details: object) -> str:
    if not isinstance(details, Mapping) or not details.get("api_name"):
        return ""
    limit = details.get("maximum_length")
    return f' (field "{details["api_name"]}"{f", {limit} characters at most" if limit else ""})'


def entries(body: Body, number: int) -> Sequence[Mapping[str, Any]] | None:
    """The entries of a write of so many records; None when the answer is about the whole request."""
    return body.rows if len(body.rows) == number and number > 0 else None
